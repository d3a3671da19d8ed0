//! Cancelled performances at the desk: which there are, and of one what is still to be given back.
//!
//! What needs no customer goes back with one press; the rest is a list, in which each line leads
//! to its order (K8). Next: `ledger/view/desk/cancellation.rs`, `web/desk/cancellation.rs`.

use super::Around;
use super::payment::How;
use crate::at::At;
use crate::id::{OrderId, PerformanceId, TicketId};
use crate::money::Money;

/// Performances that can be cancelled, and those that were.
#[derive(Debug, Clone, PartialEq)]
pub struct Cancellations {
    pub around: Around,
    pub ahead: Vec<Glance>,
    /// The newest first.
    pub cancelled: Vec<Glance>,
    /// More of either are not listed.
    pub more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    pub performance: PerformanceId,
    pub title: String,
    pub hall: String,
    pub starts: At,
    /// Sold and not given back.
    pub sold: u32,
    pub cancelled: Option<At>,
}

/// One performance, to be cancelled or with what is owed for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cancellation {
    pub around: Around,
    pub glance: Glance,
    /// None: it takes place.
    pub said: Option<Said>,
    /// All orders that something is still to be done for.
    pub open: Sum,
    /// Of those, what goes back with one press.
    pub at_once: Sum,
    pub lines: Vec<Line>,
    /// More orders than were looked at.
    pub more: bool,
    pub may_cancel: bool,
    pub may_refund: bool,
    pub form_key: String,
    /// As typed, to be looked at again.
    pub reason: String,
    pub notice: Option<Notice>,
}

/// Who cancelled it, and what customers were told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub at: At,
    pub by: String,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    pub orders: u32,
    pub tickets: u32,
    /// What goes back.
    pub amount: Money,
}

/// One order that something is still to be done for.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub order: OrderId,
    pub buyer: String,
    pub email: String,
    pub phone: String,
    /// Good ones of the performance; none: only money is owed.
    pub tickets: Vec<TicketId>,
    /// What goes back first, which may not be all of it.
    pub amount: Money,
    /// What it goes back to first; none: nothing was paid, and the tickets are only taken back.
    pub how: Option<How>,
    /// At a pad that needs no card for it.
    pub without_card: bool,
    pub stands: Stands,
}

impl Line {
    /// Can it go back now while the customer is away, at no pad?
    pub fn at_once(&self) -> bool {
        let way = match &self.how {
            None | Some(How::Online | How::Order(_)) => true,
            Some(How::Cash { .. } | How::Card { .. }) => false,
        };
        way && self.stands == Stands::Free
    }
}

/// What keeps it from being given back now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    Free,
    /// A refund or a payment of it is on its way.
    Running,
    /// Nobody could find out how that ended.
    NeedsOperator,
    /// Tickets of it are being exchanged.
    Exchanging,
    /// The bank approved it and has not paid yet.
    CapturePending,
}

/// What a form is told back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// No reason, or one that is too long.
    Reason {
        max: u32,
    },
    /// Somebody else cancelled it meanwhile.
    CancelledBefore,
    Over,
    /// So many orders were begun to be given back, and so many were not.
    Begun {
        orders: u32,
        not: u32,
    },
    NothingAtOnce,
    /// The batch that it would come out of is being closed.
    BatchClosing,
}
