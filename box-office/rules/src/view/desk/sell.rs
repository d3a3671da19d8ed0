//! A sale at the counter, step by step: performance, quantities or seats, tender, sold.
//!
//! The sale in hand is named by the address and stands beside every step. Never holds anything of
//! a card but what an intent keeps. Next: `ledger/view/desk/sell.rs`, `web/desk/sell.rs`.

use super::Around;
use super::order::{AtPad, Notice as Told, Running};
use super::pad::Stage;
use super::patron::Glance;
use super::payment::{Pay, Payment};
use crate::at::At;
use crate::cart::Buyer;
use crate::id::{CartId, OrderId, PerformanceId};
use crate::money::Money;
use crate::tender::exchanged::Exchanged;
use crate::tender::pad::{Booking, Receipt};
use crate::view::cart::Sums;
use crate::view::performance::Tickets;
use crate::view::venue::Place;
use crate::{BusinessDay, Key};

/// What stands on every page of a sale.
#[derive(Debug, Clone, PartialEq)]
pub struct Counter {
    pub around: Around,
    pub post: Post,
    /// What was typed to find a performance; may be empty.
    pub find: String,
    /// Every performance that can still be sold, by its start; which of them are shown is the
    /// page's.
    pub shows: Vec<Show>,
    /// The sale in hand.
    pub slip: Option<Slip>,
    /// Payments whose outcome is not known: of this till, or of all for who may decide them.
    pub waiting: Vec<Waiting>,
    /// What the sale in hand gives up.
    pub exchange: Option<Exchanging>,
}

/// Tickets that a sale gives up for what it sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanging {
    pub cart: CartId,
    pub form_key: String,
    pub order: OrderId,
    pub tickets: u32,
    pub worth: Money,
    /// What of it was paid, and pays now.
    pub credit: Money,
    /// What the customer pays beside it.
    pub due: Money,
    /// What the house then owes.
    pub over: Money,
    /// The sale can still be changed.
    pub open: bool,
}

/// Where who asks stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Post {
    /// At this till, which they have open.
    Till { name: String },
    /// Has no till open.
    NoTill,
    /// Signed in with a token: sales are a person's.
    Token,
}

/// A performance to sell.
#[derive(Debug, Clone, PartialEq)]
pub struct Show {
    pub performance: PerformanceId,
    pub title: String,
    pub code: String,
    pub hall: String,
    pub starts: At,
    pub places_left: u32,
}

/// The sale in hand, in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Slip {
    pub cart: CartId,
    pub sums: Sums,
}

/// A payment whose outcome is not known yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    pub cart: CartId,
    /// The money goes back, of this order.
    pub refund_of: Option<OrderId>,
    /// It is paid towards this order.
    pub towards: Option<OrderId>,
    /// None of money that goes back through the gateway.
    pub till: Option<String>,
    pub amount: Money,
    pub since: At,
    /// The box has given up asking: a person decides.
    pub person: bool,
}

/// How many of what, or which seats.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub counter: Counter,
    pub tickets: Tickets,
    /// It is over or cancelled: nobody sells it.
    pub not_on_sale: bool,
}

/// One sale on its way to be paid.
#[derive(Debug, Clone, PartialEq)]
pub struct Sale {
    pub counter: Counter,
    pub cart: CartId,
    pub form_key: String,
    pub lines: Vec<Line>,
    pub sums: Sums,
    /// When the first performance is played.
    pub plays_on: Option<BusinessDay>,
    /// Of this till; who may only decide sees no tender.
    pub own: bool,
    pub standing: Standing,
    /// What the newest payment left to be paid in cash.
    pub cash_beside: Money,
    pub pad: PadHere,
    /// A payment of this sale that waits for a person.
    pub undecided: Option<Undecided>,
    pub decider: Decider,
    /// Who of the register buys.
    pub patron: Option<Glance>,
    pub typed: Typed,
    pub notice: Option<Notice>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub no: u16,
    pub title: String,
    pub starts: At,
    pub place: Place,
    pub level_name: String,
    pub price: Money,
}

/// How far a sale is.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    Open {
        until: At,
        last: Option<Last>,
    },
    /// The card is being paid with.
    Paying(Paying),
    /// Nobody knows whether the card was charged: the box asks the terminal.
    Unknown {
        since: At,
        why: String,
    },
    /// Waits for a person.
    Undecided,
    /// Given back, or its time was up.
    Closed,
}

impl Standing {
    /// What the page's script compares: another one is another page.
    pub fn name(&self) -> &'static str {
        match self {
            Standing::Open { .. } => "open",
            Standing::Paying(_) => "paying",
            Standing::Unknown { .. } => "unknown",
            Standing::Undecided => "undecided",
            Standing::Closed => "closed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paying {
    pub intent: Key,
    pub amount: Money,
    pub stage: Stage,
}

/// How the newest payment of an open sale ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Last {
    /// With the words of the bank, for staff only.
    Declined {
        text: String,
    },
    Cancelled,
    /// It never began, or the terminal has nothing of it.
    NotCharged {
        why: String,
    },
}

/// The pin pad of the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PadHere {
    /// The till has none.
    None,
    Ready {
        name: String,
        /// The number of a card may be typed at it.
        keyed: bool,
    },
    /// Not heard of since the box started.
    Starting {
        name: String,
    },
    Down {
        name: String,
        why: String,
    },
    /// Another till has it, or its outcome there is not known yet.
    Busy {
        name: String,
        till: String,
    },
    /// Another terminal than the listed one answers.
    Exchanged {
        name: String,
        what: Exchanged,
    },
}

/// A payment that waits for a person, with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Undecided {
    pub intent: Key,
    pub amount: Money,
    pub since: At,
    /// Number at the terminal.
    pub no: u32,
    /// Empty of money that goes back through the gateway.
    pub pad: String,
    pub why: String,
    pub booking: Option<Booking>,
    /// The sale, or the refund, can still be made: else the terminal takes it back.
    pub can_be_sold: bool,
}

/// May who looks say what nobody could find out?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decider {
    No,
    /// Once they have proved again who they are.
    ProveFirst,
    Yes,
}

/// What was typed on the page of a sale.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Typed {
    pub buyer: Buyer,
    /// Keep the buyer in the register.
    pub remember: bool,
    pub given: String,
    /// Pay a part now, so much, the rest until this day or at once.
    pub part: String,
    pub due: String,
    pub later: bool,
    pub evidence: String,
    pub name: String,
    pub reason: String,
}

/// What a form is told back.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Giving this seat up would strand a single; this one can go.
    KeepsSingle {
        asked: Place,
        instead: Vec<(u16, Place)>,
    },
    PriceChanged {
        old: Money,
        new: Money,
    },
    /// No amount can be read.
    GivenUnread,
    CashShort {
        due: Money,
    },
    CashTooMuch {
        max: Money,
    },
    /// The card has nothing left to pay.
    CashCoversAll,
    /// No part of the total, or none that can be read.
    PartWrong,
    /// Not a day from today to the first performance.
    DueWrong,
    /// A rest that comes later needs a name.
    BookedLacksName,
    /// Name too long or no address that mail can reach.
    BuyerWrong {
        fields: Vec<&'static str>,
    },
    /// Nobody can be remembered without a name.
    RememberLacksName,
    /// The decision lacks something.
    DecisionLacks {
        fields: Vec<&'static str>,
    },
    /// The sale is not there any more, so it cannot be charged.
    CannotBeSold,
    /// One of its performances does not take place.
    PerformanceCancelled,
    PadBusy {
        till: String,
    },
    /// The pad's batch is being closed.
    PadClosing,
    PadExchanged(Exchanged),
    /// The pad's errand does not answer, or the till has no pad.
    PadSilent,
    SeatsGone,
    /// The tickets to be given up are not good, not unused, or not worth that any more.
    ExchangeGone,
    TooManyAttempts {
        max: u8,
    },
}

/// A finished sale.
#[derive(Debug, Clone, PartialEq)]
pub struct Sold {
    pub counter: Counter,
    pub order: OrderId,
    pub when: At,
    pub till: String,
    pub cashier: String,
    pub buyer: Buyer,
    pub sums: Sums,
    /// Where its tickets were exchanged from.
    pub came_from: Option<CameFrom>,
    pub paid: Paid,
    /// More than one tender: every one, the oldest first.
    pub payments: Vec<Payment>,
    /// What is still to be paid.
    pub pay: Option<Pay>,
    /// A payment at a pad that is not settled, and how the newest one ended.
    pub running: Option<Running>,
    pub at_pad: Option<AtPad>,
    pub form_key: String,
    pub told: Option<Told>,
    /// Receipts of the card, as the terminal worded them.
    pub receipts: Vec<Receipt>,
}

/// The order that tickets came from, and what is owed on it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameFrom {
    pub order: OrderId,
    pub amount: Money,
    pub owed: Money,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Paid {
    Nothing,
    Cash {
        given: Money,
        change: Money,
    },
    /// Part of it may be in cash.
    Card {
        booking: Booking,
        card: Money,
        cash: Money,
    },
}
