//! The end of day as the desk shows it: what a run would come to, earlier runs, and a sheet.
//!
//! A sheet is what its run kept, names included: it never changes. Next: `rules/end_of_day.rs`,
//! `ledger/view/desk/end_of_day.rs`, `web/desk/end_of_day.rs`.

use super::Around;
use super::batch::ToClose;
use crate::BusinessDay;
use crate::at::At;
use crate::end_of_day::Run;
use crate::id::{BatchId, RunNo};
use crate::money::Money;

/// `/desk/day`.
#[derive(Debug, Clone, PartialEq)]
pub struct EndOfDay {
    pub around: Around,
    /// What was chosen; none is now.
    pub cut_off: Option<At>,
    /// What a run would come to.
    pub run: Run,
    pub blocked: Option<Blocked>,
    /// Batches that take payments, to be closed at once.
    pub batches: Vec<ToClose>,
    pub may_run: bool,
    /// The newest first.
    pub earlier: Vec<Glance>,
    pub form_key: String,
    pub notice: Option<Notice>,
}

/// Why it cannot be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// A batch does not match what its terminal told.
    Mismatch {
        batch: BatchId,
        diff: Money,
    },
    OutOfBalance {
        diff: Money,
    },
}

/// One run in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    pub no: RunNo,
    pub at: At,
    pub cut_off: At,
    pub by: String,
    pub postings: u64,
    pub banked: Money,
    pub locked: Option<BusinessDay>,
}

/// `/desk/day/{run}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub around: Around,
    pub no: RunNo,
    pub run: Run,
    pub may_export: bool,
}

/// What the form is told back.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Not a time, or one that is not between the last cut-off and now.
    CutOff { since: Option<At> },
    /// It was as the page showed it, and is not any more.
    Refused,
    /// No batch is open that nobody wants closed.
    NothingToClose,
    /// The terminal is closing it: it is not kept open any more.
    Closing,
}
