//! One order as its buyer sees it: tickets with their codes, where to go and when.
//!
//! `code` is computed from the box's key when the view is read and is never stored or logged.
//! Next: `view/letter.rs`.

use super::cart::Sums;
use super::venue::{Frame, Place};
use crate::BusinessDay;
use crate::at::At;
use crate::id::{OrderId, PerformanceId, TicketId};
use crate::money::Money;

#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub frame: Frame,
    pub order: OrderId,
    /// Last part of `/orders/{token}`.
    pub token: String,
    pub buyer_name: String,
    pub placed: At,
    pub state: State,
    pub sums: Sums,
    pub visits: Vec<Visit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Paid,
    /// Something is still due: the tickets come once it is paid.
    Booked {
        due: Money,
        until: Option<BusinessDay>,
    },
    /// The card's answer is awaited; there are no tickets yet.
    Confirming,
    /// It came to nothing; nothing was charged.
    NotCompleted,
}

/// The tickets of one performance and what is good to know on the night.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    pub performance: PerformanceId,
    pub title: String,
    pub play_code: String,
    pub poster: String,
    pub hall: String,
    pub doors_open: At,
    pub starts: At,
    pub ends: At,
    /// Why it does not take place.
    pub cancelled: Option<String>,
    pub tickets: Vec<Ticket>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    pub ticket: TicketId,
    pub place: Place,
    pub level_name: String,
    /// Door this seat is reached by, as the venue names it; may be empty.
    pub door: String,
    /// What the QR says. Empty when the ticket is not valid.
    pub code: String,
    pub state: TicketState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketState {
    Valid,
    /// Inside now.
    In {
        at: At,
    },
    Out {
        at: At,
    },
    /// Given back.
    Cancelled {
        at: At,
    },
    /// Not given back yet, and its performance does not take place.
    PerformanceCancelled,
    /// Exchanged for tickets of this order.
    Replaced {
        at: At,
        by: OrderId,
    },
}
