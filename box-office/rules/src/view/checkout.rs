//! The checkout page: what the buyer typed, what is wrong with it, and how payment stands.
//!
//! Never holds a card number, expiry or security code: those fields always come back empty
//! (trust 2). Next: `view/order.rs`.

use super::cart::Sums;
use super::venue::{Frame, Place};
use crate::at::At;
use crate::money::Money;

#[derive(Debug, Clone, PartialEq)]
pub struct Checkout {
    pub frame: Frame,
    pub form_key: String,
    pub until: At,
    pub sums: Sums,
    pub buyer: Buyer,
    pub faults: Vec<FieldFault>,
    pub state: State,
}

/// What was typed, to be shown again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Buyer {
    pub name: String,
    pub email: String,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum State {
    Form,
    /// `Card was not accepted`; the seats are still held.
    Declined,
    /// `We are confirming your payment; do not pay again`.
    Confirming,
    PriceChanged {
        old: Money,
        new: Money,
    },
    /// Seats went while paying; nothing was charged.
    SeatsGone {
        seats: Vec<Place>,
    },
    /// No further card attempt for this cart.
    TooManyAttempts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldFault {
    pub field: Field,
    pub fault: Fault,
}

/// Fields of the form; their names on the page are in `web/checkout.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Name,
    Email,
    Note,
    CardNumber,
    CardExpiry,
    CardCode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Missing,
    TooLong {
        max: u32,
    },
    /// Not an address that mail can be sent to.
    NotAnAddress,
    /// Not a card number at all: length or check digit.
    NotACard,
    /// Not a month and a year.
    NotADate,
    /// The card's last month is over.
    Over,
    /// Not three or four digits.
    NotACode,
}
