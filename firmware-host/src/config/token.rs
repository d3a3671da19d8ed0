//! Tokens: who may ask for what without an account, by the hash of the token.
//!
//! The token itself is shown once by `usher token new` and never stored (trust 2). Never decides
//! a request: `listener/session.rs` does. Next: `command/token.rs`.

use serde::{Deserialize, Deserializer, de};
use sha2::{Digest, Sha256};
use std::fmt;

/// `[[token]]`: a member of staff or a machine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    pub name: String,
    pub rights: Vec<Right>,
    pub sha256: TokenHash,
}

/// What a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Every reading call of the API, scans included, and the monitor.
    Read,
    /// The live feed of scans.
    Feed,
    /// The desk's pages and the selling calls for any cart.
    Desk,
    /// The door page and scanning by hand.
    Door,
    /// `/metrics` from beyond loopback.
    Metrics,
}

/// SHA-256 of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// Hash of a token as it is typed or sent.
    pub fn of(token: &str) -> TokenHash {
        TokenHash(Sha256::digest(token.as_bytes()).into())
    }

    fn read(text: &str) -> Option<TokenHash> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let pair = text.get(2 * index..2 * index + 2)?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(TokenHash(bytes))
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// A hash of 256 random bits gives nothing away, yet a log has no use for it.
impl fmt::Debug for TokenHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TokenHash(***)")
    }
}

impl<'de> Deserialize<'de> for TokenHash {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<TokenHash, D::Error> {
        let text = String::deserialize(input)?;
        TokenHash::read(&text)
            .ok_or_else(|| de::Error::custom("a SHA-256 is 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::TokenHash;

    #[test]
    fn a_hash_reads_back_what_it_wrote() {
        let hash = TokenHash::of("abc");
        let written = hash.to_string();
        assert_eq!(written, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(TokenHash::read(&written), Some(hash));
        assert_eq!(TokenHash::read(&written.to_uppercase()), Some(hash));
    }

    #[test]
    fn a_hash_of_another_length_or_alphabet_is_refused() {
        for wrong in [String::new(), "0".repeat(63), "0".repeat(65), "g".repeat(64), "é".repeat(32)]
        {
            assert_eq!(TokenHash::read(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn debug_shows_no_hash() {
        assert_eq!(format!("{:?}", TokenHash::of("abc")), "TokenHash(***)");
    }
}
