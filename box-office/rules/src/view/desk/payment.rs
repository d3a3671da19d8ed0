//! What an order was paid with, what is still to be paid, and what goes back to which tender.
//!
//! Never holds anything of a card but what an intent keeps. Next: `ledger/view/desk/payment.rs`,
//! `web/desk/payment.rs`.

use super::sell::PadHere;
use crate::BusinessDay;
use crate::at::At;
use crate::id::OrderId;
use crate::money::Money;
use crate::tender::pad::Booking;

/// One payment of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    pub at: At,
    pub how: How,
    pub amount: Money,
    /// What of it went back.
    pub back: Money,
}

/// What was paid with.
#[derive(Debug, Clone, PartialEq)]
pub enum How {
    Cash {
        till: String,
    },
    Card {
        pad: String,
        booking: Booking,
    },
    /// Through the processor of the shop.
    Online,
    /// Came over from another order, for tickets that were given up.
    Order(OrderId),
}

/// A part of what goes back, to one tender.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    pub how: How,
    pub amount: Money,
}

/// What an order still owes, and how whoever looks can take it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pay {
    pub order: OrderId,
    pub due: Money,
    pub until: Option<BusinessDay>,
    pub overdue: bool,
    /// None: who looks has no till open, or something of the order runs at a pad.
    pub pad: Option<PadHere>,
    /// As typed, to be looked at again.
    pub amount: String,
    pub given: String,
}
