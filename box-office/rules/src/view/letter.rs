//! A letter to be mailed, as data; the words are made at sending time.
//!
//! Knows nothing of SMTP and never the sent text: `cloud/mail` keeps that beside its
//! transcript. Next: `web/letter.rs`.

use super::order::Order;
use crate::BusinessDay;
use crate::money::Money;
use crate::tender::pad::Receipt;

#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    pub to_name: String,
    pub to_email: String,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Thank you, with tickets as PDF and calendar entries attached.
    Confirmation {
        order: Box<Order>,
        /// Customer copies of the card receipts of a terminal at the counter.
        receipts: Vec<Receipt>,
    },
    /// It was not paid up in time, so its tickets are good no more.
    Cancelled {
        order: Box<Order>,
        /// The last day for what was still due.
        unpaid_by: Option<BusinessDay>,
        /// What was paid, and is owed to the customer.
        owed: Money,
    },
    /// A performance does not take place; the order has that visit alone.
    PerformanceCancelled { order: Box<Order>, goes_back: GoesBack },
}

/// How the money for a performance that does not take place comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoesBack {
    /// By itself, to the card that paid in the shop.
    Card,
    /// At the box office.
    Counter,
    /// Nothing was paid.
    Nothing,
}
