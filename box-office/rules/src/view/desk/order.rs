//! Orders at the desk: found by number, ticket, code, name or mail; and one with all that was
//! paid, posted and given back.
//!
//! Never holds a ticket's code. Next: `ledger/view/desk/order.rs`, `web/desk/order.rs`.

use super::Around;
use super::sell::{Decider, Standing, Typed, Undecided};
use crate::at::At;
use crate::id::{OrderId, TicketId};
use crate::money::Money;
use crate::posting::{Account, Cause};
use crate::tender::State;
use crate::view::order::TicketState;
use crate::view::venue::Place;

/// `/desk/orders`.
#[derive(Debug, Clone, PartialEq)]
pub struct Orders {
    pub around: Around,
    /// What was looked for; empty shows the newest.
    pub find: String,
    pub found: Vec<Glance>,
    /// Orders before this one were not looked through.
    pub next: Option<OrderId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    pub order: OrderId,
    pub placed: At,
    pub buyer: String,
    pub email: String,
    pub tickets: u32,
    pub total: Money,
    pub refunded: Money,
}

/// `/desk/orders/{order}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub around: Around,
    pub glance: Glance,
    pub tickets: Vec<Ticket>,
    pub paid: Paid,
    /// How the newest refund at a pad ended, if there was one.
    pub at_pad: Option<AtPad>,
    /// A refund at a pad that is not settled.
    pub running: Option<Running>,
    pub decider: Decider,
    /// What was typed to decide it.
    pub typed: Typed,
    pub refunds: Vec<Refund>,
    pub postings: Vec<Posting>,
    /// Of the receivable account; below zero: owed to the customer.
    pub balance: Money,
    /// May give tickets back.
    pub may_refund: bool,
    /// What was chosen to be given back, and what that makes.
    pub chosen: Option<Chosen>,
    pub form_key: String,
    pub notice: Option<Notice>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    pub ticket: TicketId,
    pub title: String,
    pub starts: At,
    pub place: Place,
    pub level_name: String,
    pub price: Money,
    pub state: TicketState,
    /// Good, unused, and no other refund of the order runs.
    pub refundable: bool,
    pub chosen: bool,
}

/// How an order was paid, which is how it is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paid {
    Nothing,
    Cash {
        till: String,
    },
    AtPad {
        pad: String,
        brand: String,
        last_four: String,
        approval: String,
    },
    /// Through the processor of the shop.
    Online {
        captured: bool,
    },
}

/// A refund at a pad that is not settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    pub standing: Standing,
    /// Waits for a person; it can be sold if the tickets can still be given back for it.
    pub undecided: Option<Undecided>,
}

/// A refund at a pad, over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtPad {
    pub state: State,
    pub amount: Money,
    pub changed: At,
    /// For staff only, as the terminal worded it.
    pub why: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Refund {
    pub at: At,
    pub by: String,
    pub tickets: u32,
    pub amount: Money,
    pub reason: String,
    pub to_card: bool,
}

/// One posting, and what it moved for the order.
#[derive(Debug, Clone, PartialEq)]
pub struct Posting {
    pub at: At,
    pub cause: Cause,
    pub lines: Vec<(Account, Money)>,
    pub owed: Money,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    pub tickets: Vec<TicketId>,
    pub reason: String,
    pub amount: Money,
}

/// What a form is told back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    NoneChosen,
    /// None, or too long.
    Reason {
        max: u32,
    },
    /// More, or other tickets, than can be given back.
    Over,
    PerformanceOver,
    Used,
    PaidOnline,
    /// Another one runs, or nobody knows yet how it ended.
    Running,
    /// Who asks has no till open.
    NoTill,
    DrawerShort {
        due: Money,
    },
    /// The pad has another payment.
    PadBusy,
    /// The pad is not one of the house any more, or not there.
    NoPad,
    /// It makes another amount now.
    Changed,
    /// The decision lacks something.
    DecisionLacks {
        fields: Vec<&'static str>,
    },
    /// The tickets cannot be given back for it any more.
    GivenBefore,
}
