//! The journal as the desk shows it: days with their sums by account, exports and the proof.
//!
//! Never a single posting on the page: those are in the files. Next: `rules/journal.rs`,
//! `ledger/view/desk/journal.rs`.

use super::Around;
use crate::BusinessDay;
use crate::at::At;
use crate::id::{ExportNo, OrderId, PostingId};
use crate::journal::{Found, Proof};
use crate::money::Money;
use crate::posting::{Account, Cause};

#[derive(Debug, Clone, PartialEq)]
pub struct Journal {
    pub around: Around,
    /// The newest first.
    pub days: Vec<Day>,
    /// There are days before this one.
    pub older: Option<BusinessDay>,
    /// Postings that no export has yet.
    pub waiting: u64,
    /// The newest first.
    pub exports: Vec<Export>,
    pub may_export: bool,
    /// A proof is asked for and not made yet.
    pub proving: bool,
    /// The newest proof that is made.
    pub proof: Option<(Proof, Found)>,
    pub form_key: String,
    pub notice: Option<Notice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    Exported { no: ExportNo },
    NothingToExport,
    ProofAsked,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    pub day: BusinessDay,
    pub postings: u64,
    /// In the order of their numbers.
    pub accounts: Vec<Sums>,
    pub debit: Money,
    pub credit: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    pub account: Account,
    pub debit: Money,
    pub credit: Money,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    pub no: ExportNo,
    pub at: At,
    pub by: String,
    pub postings: u64,
}

/// One line of one posting, as a row of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub posting: PostingId,
    pub day: BusinessDay,
    pub at: At,
    pub cause: Cause,
    pub order: Option<OrderId>,
    pub account: Account,
    pub sub: u64,
    /// Debit above zero, credit below.
    pub amount: Money,
}
