//! Orders at the desk: found by number, ticket, code, name or mail; and one with all that was
//! paid, posted and given back.
//!
//! Never holds a ticket's code. Next: `ledger/view/desk/order.rs`, `web/desk/order.rs`.

use super::Around;
use super::payment::{Pay, Payment, Share};
use super::sell::{Decider, Standing, Typed, Undecided};
use crate::BusinessDay;
use crate::at::At;
use crate::fee::FeeLine;
use crate::id::{CartId, OrderId, PerformanceId, TicketId};
use crate::money::Money;
use crate::posting::{Account, Cause};
use crate::tender::State;
use crate::tender::exchanged::Exchanged;
use crate::view::order::TicketState;
use crate::view::venue::Place;

/// `/desk/orders`.
#[derive(Debug, Clone, PartialEq)]
pub struct Orders {
    pub around: Around,
    pub which: Which,
    /// Of a list of balances: how many there are, and what they come to.
    pub sum: Option<Sum>,
    /// What was looked for; empty shows the newest.
    pub find: String,
    pub found: Vec<Glance>,
    /// Orders before this one were not looked through.
    pub next: Option<OrderId>,
}

/// Which orders are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    /// Those that something is due of, the first to be overdue first.
    Due,
    /// Those whose customers have something to get back.
    OwedBack,
}

/// All of a list of balances, of which a page shows some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    pub orders: u64,
    pub amount: Money,
    /// There are more than were looked at; these are the first by their number.
    pub more: bool,
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
    /// Still to be paid, and the last day for it.
    pub due: Money,
    pub until: Option<BusinessDay>,
    pub overdue: bool,
    /// Owed to the customer.
    pub back: Money,
}

/// `/desk/orders/{order}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub around: Around,
    pub glance: Glance,
    pub tickets: Vec<Ticket>,
    /// Charged beside the tickets.
    pub fees: Vec<FeeLine>,
    pub paid: Paid,
    /// Every payment, the oldest first.
    pub payments: Vec<Payment>,
    /// What is still to be paid.
    pub pay: Option<Pay>,
    /// What is owed to the customer, by the tenders it goes back to.
    pub owed_back: Vec<Share>,
    /// How the newest refund or payment at a pad ended, if there was one.
    pub at_pad: Option<AtPad>,
    /// A refund or a payment at a pad that is not settled.
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
    /// The order that its tickets were exchanged from, and what came over.
    pub origin: Option<(OrderId, Money)>,
    /// Exchanges that gave up tickets of it.
    pub exchanges: Vec<Exchange>,
    /// The sale in which tickets of it are being exchanged.
    pub exchanging: Option<CartId>,
    pub form_key: String,
    pub notice: Option<Notice>,
}

/// Tickets that were given up for those of another order.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    pub at: At,
    pub by: String,
    pub reason: String,
    pub tickets: u32,
    pub worth: Money,
    pub to: OrderId,
    /// The fee that was not asked for it.
    pub waived: Option<Money>,
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
    /// Of a performance that does not take place.
    pub cancelled: Option<PerformanceId>,
    pub chosen: bool,
}

/// How an order was paid, which is how it is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paid {
    Nothing,
    /// By tickets that were given up for it, whole.
    Exchanged,
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

/// A refund or a payment at a pad or through the gateway that is not settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// The customer pays; else the money goes back.
    pub towards: bool,
    /// Through the gateway of the shop, at no pad.
    pub online: bool,
    pub standing: Standing,
    /// Waits for a person; it can be sold if the tickets can still be given back for it.
    pub undecided: Option<Undecided>,
}

/// A refund or a payment at a pad, over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtPad {
    pub towards: bool,
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
    /// The order that it went back to.
    pub onward: Option<OrderId>,
    /// The box cancelled it: it was not paid up by this day.
    pub overdue: Option<BusinessDay>,
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
    /// To whom it goes, the first act first; none: nothing is to go back.
    pub shares: Vec<Share>,
    /// What they were sold for, and what of it an exchange has for others.
    pub worth: Money,
    pub credit: Money,
    /// What the house asks for an exchange of them.
    pub fees: Vec<FeeLine>,
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
    /// The bank has not paid the order of the shop yet.
    CapturePending,
    /// The batch that it would come out of is being closed.
    BatchClosing,
    /// Another one runs, or nobody knows yet how it ended.
    Running,
    /// Tickets of the order are being exchanged.
    Exchanging,
    /// Not paid yet, or nobody can say.
    NotPaid,
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
    /// No such amount is due, or none can be read.
    NotDue {
        due: Money,
    },
    /// Less was handed over than is to be paid now.
    CashShort {
        due: Money,
    },
    CashTooMuch {
        max: Money,
    },
    /// The pad's batch is being closed.
    PadClosing,
    PadExchanged(Exchanged),
    /// Cash was taken for it.
    Taken {
        amount: Money,
        change: Money,
    },
    /// The money that came in is not due any more.
    PaidBefore,
}
