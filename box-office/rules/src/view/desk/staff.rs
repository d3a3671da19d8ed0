//! The list of the staff, and the audit of what they did.
//!
//! Never a secret, not even hashed. Next: `ledger/view/desk/staff.rs`, `web/desk/staff.rs`.

use super::Around;
use super::account::{Notice, OpenSession};
use crate::at::At;
use crate::id::StaffNo;
use crate::staff::Role;

#[derive(Debug, Clone, PartialEq)]
pub struct Staff {
    pub around: Around,
    pub members: Vec<Member>,
    pub form_key: String,
    pub notice: Option<Notice>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub no: StaffNo,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub standing: Standing,
    pub second_factor: bool,
    pub sessions: Vec<OpenSession>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Active,
    /// Has not yet taken the one-time code, which is good until then.
    Invited {
        until: At,
    },
    /// Has not taken it in time.
    Lapsed,
    /// Too many wrong passwords: needs a one-time code.
    Locked,
    Disabled,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    pub around: Around,
    /// Newest first.
    pub rows: Vec<Done>,
    /// Go on with those before this entry.
    pub next: Option<u64>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    pub entry: u64,
    pub at: At,
    pub by: By,
    pub what: Vec<Act>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    Console,
    /// The box by itself.
    House,
    Account {
        login: String,
    },
    Token {
        name: String,
    },
}

/// What was done, as far as the audit's page says it; the log has the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Stable name, as `staff-added`.
    pub name: &'static str,
    /// Whom or what it was done to, where one word says it; may be empty.
    pub to: String,
}
