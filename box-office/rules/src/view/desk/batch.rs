//! Batches: the list, and one of them with its payments beside what the terminal tells.
//!
//! Of a card only brand and last four digits. Next: `ledger/view/desk/batch.rs`,
//! `web/desk/batch.rs`.

use super::Around;
use crate::at::At;
use crate::batch::{BrandTotal, State};
use crate::id::{BatchId, OrderId};
use crate::money::Money;
use crate::till::Takings;

/// `/desk/batches`.
#[derive(Debug, Clone, PartialEq)]
pub struct Batches {
    pub around: Around,
    /// Not settled, by whose they are.
    pub unsettled: Vec<Glance>,
    /// Settled lately, the newest first.
    pub settled: Vec<Glance>,
}

/// One batch in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    pub batch: BatchId,
    /// Name of the pin pad; none is the gateway.
    pub pad: Option<String>,
    pub opened: At,
    pub state: State,
    /// By our own books.
    pub count: u32,
    pub sum: Money,
    pub ended: Option<At>,
    pub settled: Option<Settled>,
    /// It is to be closed as soon as its pad can.
    pub wanted: bool,
}

/// One batch that takes payments, on the page that closes them all.
#[derive(Debug, Clone, PartialEq)]
pub struct ToClose {
    pub glance: Glance,
    /// Who wants it closed, since when; none if nobody does.
    pub wish: Option<(String, At)>,
    pub stands: Stands,
}

/// What keeps a batch that is wanted closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// Nothing: it is closed in a moment.
    Ready,
    /// The terminal is asked.
    Closing,
    /// A payment at the pad is not settled; this till has it.
    Busy { till: String },
    /// No line to the terminal.
    Off,
    /// Another terminal than the listed one answers.
    Exchanged,
    /// The house does not use this pad any more, or it is switched off in the configuration.
    Unserved,
    /// It did not close; a terminal is asked again, the gateway by whoever wants it.
    Failed { why: String },
}

impl ToClose {
    /// Would closing them all ask for it?
    pub fn unasked(&self) -> bool {
        self.wish.is_none() && self.stands != Stands::Closing
    }
}

impl Stands {
    /// Does it go on by itself within seconds?
    pub fn goes_on(&self) -> bool {
        match self {
            Stands::Ready | Stands::Closing | Stands::Busy { .. } => true,
            Stands::Off | Stands::Exchanged | Stands::Unserved | Stands::Failed { .. } => false,
        }
    }
}

/// By whose word it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The terminal's sums are ours.
    Matched,
    /// The other side tells no sums.
    ByOurBooks,
    NoMatch,
}

/// `/desk/batches/{batch}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    pub around: Around,
    pub glance: Glance,
    /// Who had it closed.
    pub closed_by: Option<String>,
    /// What was out of the ordinary.
    pub why: String,
    /// What the terminal told; none if it told nothing.
    pub told: Option<Takings>,
    pub brands: Vec<BrandTotal>,
    pub receipt: Vec<String>,
    pub payments: Vec<Payment>,
    /// More payments than are listed.
    pub more: bool,
    /// What the terminal booked meanwhile and nobody here asked for.
    pub orphans: Vec<Orphan>,
    pub no_match: Option<NoMatch>,
    pub may_close: bool,
    pub may_force: bool,
    pub form_key: String,
    pub reason: String,
    pub notice: Option<Notice>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    pub at: At,
    pub order: Option<OrderId>,
    pub amount: Money,
    pub brand: String,
    pub last_four: String,
    /// Not found in what the terminal tells.
    pub unmatched: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Orphan {
    pub at: At,
    pub amount: Option<Money>,
    pub brand: String,
    pub last_four: String,
    pub approval: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NoMatch {
    pub at: At,
    pub by: String,
    pub reason: String,
}

/// What a form is told back.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// A payment at the pad is not settled.
    Busy { till: String },
    /// It is being closed already.
    Closing,
    /// The pad does not answer, or its line is away.
    Silent,
    /// It went on meanwhile.
    Changed,
    /// None, or too long.
    Reason { max: u32 },
}
