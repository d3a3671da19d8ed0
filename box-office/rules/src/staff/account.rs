//! A member of staff as the house knows them: login, role, and what proves who they are.
//!
//! Holds hashes and a sealed seed, never a password, a seed or a code; hashing, sealing and
//! chance happen outside. Secrets print as stars (trust 2). Next: `staff.rs`, which decides.

use super::right::Role;
use crate::at::{At, Span};
use crate::card_number;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use std::fmt;
use subtle::ConstantTimeEq;

/// Longest login and longest name, in characters.
pub const LOGIN_CHARS_MAX: usize = 64;
pub const NAME_CHARS_MAX: usize = 80;
/// Length of one step of a second factor, in seconds (RFC 6238).
pub const STEP_S: i64 = 30;
/// Steps that a phone's clock may be off, either way.
pub const DRIFT_STEPS_MAX: u64 = 1;
/// Recovery codes that are given out together.
pub const RECOVERY_MAX: usize = 10;
/// Failed sign-ins in a row after which only a new one-time code helps (trust 3).
pub const FAILURES_MAX: u32 = 100;
/// How long a one-time code is good.
pub const OFFER_KEPT: Span = Span::hours(24);

/// A password's Argon2id hash in PHC form.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct PasswordHash(#[n(0)] pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("PasswordHash(***)")
    }
}

/// A seed, sealed with a key that is not in the store.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Sealed(#[cbor(n(0), with = "minicbor::bytes")] pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sealed(***)")
    }
}

/// SHA-256 of a one-time or recovery code of at least 80 random bits.
#[derive(Clone, Copy, Encode, Decode)]
#[cbor(transparent)]
pub struct CodeHash(#[n(0)] pub ByteArray<32>);

impl CodeHash {
    pub fn new(hash: [u8; 32]) -> CodeHash {
        CodeHash(ByteArray::from(hash))
    }
}

impl PartialEq for CodeHash {
    fn eq(&self, other: &CodeHash) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for CodeHash {}

impl fmt::Debug for CodeHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CodeHash(***)")
    }
}

/// The second factor.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SecondFactor {
    #[n(0)]
    pub seed: Sealed,
    /// The newest step that was shown: it and all before it are used up.
    #[n(1)]
    pub last_step: u64,
    /// Codes for the day the phone is lost, each good once.
    #[n(2)]
    pub recovery: Vec<CodeHash>,
}

/// A one-time code that lets its holder choose a password.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Offer {
    #[n(0)]
    pub code: CodeHash,
    #[n(1)]
    pub until: At,
    /// Taking it forgets the second factor: the phone is lost.
    #[n(2)]
    pub forget_second_factor: bool,
}

/// Stored. A member of staff. Never deleted: the log and the audit name them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Account {
    #[n(0)]
    pub login: String,
    #[n(1)]
    pub name: String,
    #[n(2)]
    pub role: Role,
    /// None until the first one-time code is taken.
    #[n(3)]
    pub password: Option<PasswordHash>,
    #[n(4)]
    pub second_factor: Option<SecondFactor>,
    #[n(5)]
    pub offer: Option<Offer>,
    #[n(6)]
    pub disabled: bool,
    /// Sessions opened before this are over.
    #[n(7)]
    pub sessions_since: At,
    /// Failed sign-ins in a row.
    #[n(8)]
    pub failures: u32,
}

impl Account {
    /// Can they sign in at all, given the right secrets?
    pub fn able(&self) -> bool {
        !self.disabled && self.password.is_some()
    }

    /// Too many failures: only a new one-time code helps.
    pub fn locked(&self) -> bool {
        self.failures >= FAILURES_MAX
    }

    /// Must they enrol a second factor before anything else opens?
    pub fn owes_second_factor(&self) -> bool {
        self.role.needs_second_factor() && self.second_factor.is_none()
    }
}

/// The step of a moment. None before 1970.
pub fn step_at(at: At) -> Option<u64> {
    u64::try_from(at.0.div_euclid(STEP_S * 1_000)).ok()
}

/// Is it a login: lower-case letters, digits and `.@_-`, and not a card number?
pub fn is_login(text: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".@_-".contains(&byte);
    !text.is_empty()
        && text.len() <= LOGIN_CHARS_MAX
        && text.bytes().all(fits)
        && !card_number::is_in(text)
}

/// Is it a name that can stand on a page and in a log?
pub fn is_name(text: &str) -> bool {
    let sound = text.trim() == text && !text.contains(char::is_control);
    sound && !card_number::is_in(text) && (1..=NAME_CHARS_MAX).contains(&text.chars().count())
}
