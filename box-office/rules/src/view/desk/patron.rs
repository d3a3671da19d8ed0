//! Patrons at the desk: found by what was typed, one with what they bought.
//!
//! Never holds a card or a log-in. Next: `ledger/view/desk/patron.rs`, `web/desk/patron.rs`.

use super::Around;
use crate::at::At;
use crate::id::{CartId, OrderId, PatronId, TicketId};
use crate::money::Money;
use crate::patron::Details;

/// The list: found by what was typed, or the newest.
#[derive(Debug, Clone, PartialEq)]
pub struct Patrons {
    pub around: Around,
    /// What was typed; may be empty.
    pub find: String,
    /// The sale that somebody is looked for.
    pub sale: Option<CartId>,
    pub found: Found,
    /// Those registered before the last one shown.
    pub next: Option<PatronId>,
    pub form_key: String,
    /// As the form of a new patron was sent.
    pub typed: Details,
    /// What was wrong with it.
    pub wrong: Vec<&'static str>,
}

/// What a search came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    pub patrons: Vec<Glance>,
    /// There may be others.
    pub more: bool,
    /// Orders that a number led to.
    pub orders: Vec<Bought>,
}

/// A patron in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    pub patron: PatronId,
    pub name: String,
    pub email: String,
    pub phone: String,
    /// When they bought last.
    pub last: Option<At>,
}

/// An order in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Bought {
    pub order: OrderId,
    /// The ticket whose number led to it.
    pub by_ticket: Option<TicketId>,
    pub when: At,
    /// What it is for, each production once.
    pub titles: Vec<String>,
    pub tickets: u32,
    pub total: Money,
    /// As it stands on the order.
    pub buyer: String,
    /// Sold at the counter, where it has a page.
    pub at_counter: bool,
}

/// One patron.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub around: Around,
    pub patron: PatronId,
    pub name: String,
    pub since: At,
    pub form_key: String,
    /// Details as they are, or as they were sent.
    pub typed: Details,
    pub wrong: Vec<&'static str>,
    /// The newest first.
    pub orders: Vec<Bought>,
    /// There are older ones.
    pub more: bool,
}
