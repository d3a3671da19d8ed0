//! Staff and device tokens: who holds one, what it opens; known by their hash alone.
//!
//! The list comes from the configuration. Never holds a token itself (trust 2) and never decides
//! a request. Next: `request.rs`, which asks for rights.

use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use usher_rules::id::DeviceNo;
use usher_rules::staff::{Role, may};

pub use usher_rules::staff::Right;

/// Longest bearer token looked at, in bytes.
pub const TOKEN_BYTES_MAX: usize = 256;

/// A set of rights.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Rights(u32);

impl Rights {
    pub fn of(rights: &[Right]) -> Rights {
        Rights(rights.iter().fold(0, |set, right| set | 1 << (*right as u8)))
    }

    /// What a role may do, by the one table of the house.
    pub fn of_role(role: Role) -> Rights {
        let held = Right::ALL.into_iter().filter(|right| may(role, *right));
        Rights::of(&held.collect::<Vec<_>>())
    }

    pub fn has(self, right: Right) -> bool {
        self.0 & 1 << (right as u8) != 0
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = Right::ALL.into_iter().filter(|right| self.has(*right));
        out.debug_set().entries(held.map(Right::name)).finish()
    }
}

/// SHA-256 of a token. Of 256 random bits it gives nothing away, yet a log has no use for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// Hash of a token as it is typed or sent.
    pub fn of(token: &str) -> TokenHash {
        TokenHash(Sha256::digest(token.as_bytes()).into())
    }

    fn is(&self, other: &TokenHash) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TokenHash(***)")
    }
}

/// A member of staff or a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffToken {
    pub name: String,
    pub rights: Rights,
    pub sha256: TokenHash,
}

/// A door device that sends its scans over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceToken {
    pub device: DeviceNo,
    pub sha256: TokenHash,
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    Staff(Arc<StaffToken>),
    Device(DeviceNo),
}

/// Every token of the configuration.
#[derive(Debug, Default)]
pub struct Tokens {
    staff: Vec<Arc<StaffToken>>,
    devices: Vec<DeviceToken>,
}

impl Tokens {
    pub fn new(staff: Vec<StaffToken>, devices: Vec<DeviceToken>) -> Tokens {
        Tokens { staff: staff.into_iter().map(Arc::new).collect(), devices }
    }

    /// Who holds this token. Every hash is compared, in constant time each.
    pub fn holder(&self, token: &str) -> Option<Holder> {
        if token.is_empty() || token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let hash = TokenHash::of(token);
        let mut found = None;
        for staff in &self.staff {
            if staff.sha256.is(&hash) {
                found = Some(Holder::Staff(Arc::clone(staff)));
            }
        }
        for device in &self.devices {
            if device.sha256.is(&hash) {
                found = Some(Holder::Device(device.device));
            }
        }
        found
    }

    /// The staff token of that name, for a session that was traded for it.
    pub fn named(&self, name: &str) -> Option<&Arc<StaffToken>> {
        self.staff.iter().find(|staff| staff.name == name)
    }

    /// The device that a session was traded for, if it still has a token.
    pub fn device(&self, device: DeviceNo) -> Option<&DeviceToken> {
        self.devices.iter().find(|other| other.device == device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        let staff = StaffToken {
            name: "manager".to_owned(),
            rights: Rights::of(&[Right::Read, Right::Feed]),
            sha256: TokenHash::of("staff-token"),
        };
        let device = DeviceToken { device: DeviceNo(3), sha256: TokenHash::of("device-token") };
        Tokens::new(vec![staff], vec![device])
    }

    #[test]
    fn a_token_leads_to_its_holder_and_nothing_else_does() {
        let tokens = tokens();
        let holder = tokens.holder("staff-token");
        assert!(matches!(holder, Some(Holder::Staff(staff)) if staff.name == "manager"));
        assert_eq!(tokens.holder("device-token"), Some(Holder::Device(DeviceNo(3))));
        for wrong in ["", "staff-toke", "staff-tokenn", "Staff-token"] {
            assert_eq!(tokens.holder(wrong), None, "{wrong}");
        }
        assert_eq!(tokens.holder(&"x".repeat(TOKEN_BYTES_MAX + 1)), None);
    }

    #[test]
    fn rights_are_those_given() {
        let rights = Rights::of(&[Right::Read, Right::Metrics]);
        let held: Vec<Right> = Right::ALL.into_iter().filter(|right| rights.has(*right)).collect();
        assert_eq!(held, [Right::Read, Right::Metrics]);
    }

    #[test]
    fn hashes_do_not_print() {
        assert_eq!(format!("{:?}", TokenHash::of("abc")), "TokenHash(***)");
    }
}
