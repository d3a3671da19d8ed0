//! Signing in step by step, one's own account, and what is told there.
//!
//! A seed and codes stand here only on the one page that shows them once. Never a hash. Next:
//! `staff.rs`, `web/desk/account.rs`.

use super::Around;
use crate::at::At;
use crate::staff::Role;
use crate::view::venue::Frame;

/// What a form is told back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Login or password is wrong, or the account cannot be used: one text for all.
    NotKnown,
    TooMany,
    /// The code is wrong, used or too old: one text for all.
    CodeRefused,
    /// The clock of the box cannot be trusted: a phone's code cannot be judged (trust 1.10).
    ClockBehind,
    PasswordShort {
        min: u32,
    },
    PasswordLong {
        max: u32,
    },
    PasswordCommon,
    PasswordWrong,
    PasswordSet,
    SecondFactorSet,
    /// Nothing opens before a second factor is enrolled.
    Owes,
    SessionEnded,
    LoginTaken,
    LoginMalformed,
    LastManager,
    StaffChanged,
}

/// The second step: the password was right.
#[derive(Debug, Clone, PartialEq)]
pub struct SecondStep {
    pub frame: Frame,
    /// Who is halfway in, by the key of the form.
    pub step: String,
    pub notice: Option<Notice>,
}

/// A one-time code is traded for a password.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstTime {
    pub frame: Frame,
    pub login: String,
    pub notice: Option<Notice>,
}

/// Proving again who it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    pub frame: Frame,
    pub onward: String,
    pub notice: Option<Notice>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub around: Around,
    pub login: String,
    pub name: String,
    pub role: Role,
    /// Recovery codes left, if a second factor is enrolled.
    pub recovery_left: Option<u32>,
    pub sessions: Vec<OpenSession>,
    pub form_key: String,
    pub notice: Option<Notice>,
}

/// One place where somebody is signed in.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenSession {
    /// First letters of what the store knows it by; opens nothing.
    pub name: String,
    pub opened: At,
    /// What the browser calls itself; may be empty.
    pub about: String,
    /// The one that asks.
    pub own: bool,
}

/// A phone is being enrolled.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrol {
    pub around: Around,
    pub step: String,
    /// What the symbol says.
    pub address: String,
    /// The same to be typed.
    pub seed: String,
    pub notice: Option<Notice>,
}

/// Codes that are shown this once.
#[derive(Debug, Clone, PartialEq)]
pub struct Codes {
    pub around: Around,
    /// Whose one-time code it is; none: one's own recovery codes.
    pub login: Option<String>,
    pub codes: Vec<String>,
}
