//! The lines of a cart's log, as facts: the words are made when it is shown.
//!
//! Never holds anything of a card but what may be kept (trust 2). Next: `checkout.rs` and
//! `checkout/pad.rs`, which write them.

use super::Line;
use crate::id::OrderId;
use crate::money::Money;
use crate::tender::pad::Copy;
use minicbor::{Decode, Encode};

/// Numbered lines of the cart log; the words are made when it is shown (domain 5.8).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Note {
    /// 1 of 6.
    #[n(0)]
    Started {
        #[n(0)]
        tickets: u16,
        #[n(1)]
        total: Money,
    },
    /// 2 of 6; no card when nothing is to pay.
    #[n(1)]
    Requested {
        #[n(0)]
        card: bool,
    },
    /// 3 of 6.
    #[n(2)]
    Authorized(#[n(0)] Option<String>),
    /// 4 of 6.
    #[n(3)]
    OrderCreated {
        #[n(0)]
        order: OrderId,
        #[n(1)]
        tickets: u16,
    },
    /// 5 of 6.
    #[n(4)]
    Captured {
        #[n(0)]
        card: bool,
    },
    /// 6 of 6.
    #[n(5)]
    Finished,
    /// `3d-`: for staff only, never for the patron (E12).
    #[n(6)]
    Declined {
        #[n(0)]
        bank_text: String,
    },
    #[n(7)]
    Unanswered,
    #[n(8)]
    NeverBooked,
    #[n(9)]
    SeatsLost {
        #[n(0)]
        lines: Vec<Line>,
    },
    #[n(10)]
    Voided,
    #[n(11)]
    CaptureFailed {
        #[n(0)]
        reason: String,
    },
    /// Paid in cash.
    #[n(12)]
    CashTaken {
        #[n(0)]
        given: Money,
        #[n(1)]
        change: Money,
    },
    /// First of the six lines of a pin pad (K2).
    #[n(13)]
    PadActivated {
        #[n(0)]
        id: u32,
    },
    #[n(14)]
    ReceiptRequested {
        #[n(0)]
        id: u32,
        #[n(1)]
        copy: Copy,
    },
    #[n(15)]
    ReceiptRetrieved {
        #[n(0)]
        id: u32,
        #[n(1)]
        copy: Copy,
    },
    /// The terminal prints its receipts itself and tells no text.
    #[n(16)]
    PrintedByTerminal {
        #[n(0)]
        id: u32,
        #[n(1)]
        copy: Copy,
    },
    /// Last of the six.
    #[n(17)]
    Housekept {
        #[n(0)]
        processed: u16,
        #[n(1)]
        in_error: u16,
    },
    /// The pad never began, so nothing was charged.
    #[n(18)]
    PadNotStarted {
        #[n(0)]
        why: String,
    },
    #[n(19)]
    PadCancelled,
    /// Nobody knows the outcome; the box asks the terminal.
    #[n(20)]
    PadSilent {
        #[n(0)]
        why: String,
    },
    /// The terminal was asked: it booked the payment, or it proved that it did not.
    #[n(21)]
    PadFound {
        #[n(0)]
        booked: bool,
        #[n(1)]
        evidence: String,
    },
    /// A person must look.
    #[n(22)]
    PadNeedsOperator {
        #[n(0)]
        why: String,
    },
    #[n(23)]
    PadDecided {
        #[n(0)]
        charged: bool,
        #[n(1)]
        name: String,
        #[n(2)]
        reason: String,
    },
    /// Tickets of another order were given up for those of this one.
    #[n(24)]
    Exchanged {
        #[n(0)]
        order: OrderId,
        #[n(1)]
        tickets: u16,
        #[n(2)]
        worth: Money,
    },
}
