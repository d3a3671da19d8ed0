//! The rules of the house: every command it takes, every event it records, every refusal.
//!
//! Pure: no store, no clock, no network, no randomness; all of that comes in with the ask or
//! with the facts that `ledger` loaded. Start here to see what the house can do; each noun's
//! commands, events and decision stand in the file of that name.

pub mod admission;
pub mod at;
pub mod audit;
pub mod batch;
pub mod card_number;
pub mod cart;
pub mod checkout;
pub mod code;
pub mod device;
pub mod end_of_day;
pub mod exchange;
pub mod fee;
pub mod hold;
pub mod house;
pub mod id;
pub mod journal;
pub mod letter;
pub mod money;
pub mod order;
pub mod patron;
pub mod payment;
pub mod performance;
pub mod plan;
pub mod posting;
pub mod price;
pub mod production;
pub mod refund;
pub mod seat;
pub mod session;
pub mod staff;
pub mod tax;
pub mod tender;
pub mod ticket;
pub mod till;
pub mod view;

use crate::at::{At, Span};
use crate::id::{BatchId, CartId, DeviceNo, SeatNo, StaffNo, TicketId, TillNo};
use crate::money::Money;
use minicbor::{Decode, Encode};

/// A 128-bit key: of a request, of an intent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Key(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

/// On whose behalf something is asked. Permission is the listener's; authorship is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Actor {
    /// The box itself: sweeper, gateway, mail, start-up.
    #[n(0)]
    House,
    /// A visitor of the shop, known by the cart if there is one.
    #[n(1)]
    Guest(#[n(0)] Option<CartId>),
    /// A holder of a staff token, by the name of the token.
    #[n(2)]
    Staff(#[n(0)] String),
    /// A door device.
    #[n(3)]
    Device(#[n(0)] DeviceNo),
    /// A member of staff who signed in.
    #[n(4)]
    Account(#[n(0)] StaffNo),
    /// Whoever stands at the machine itself (`usher user`).
    #[n(5)]
    Console,
}

impl Actor {
    /// Somebody of the house, and not a machine or a visitor?
    pub fn is_staff(&self) -> bool {
        audit::by_people(self)
    }
}

/// Days since 1970-01-01 in venue time, rolling at the configured hour (domain 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct BusinessDay(#[n(0)] pub u32);

/// One question to the house: who wants what, when, with which luck.
#[derive(Clone, Debug)]
pub struct Ask {
    pub by: Actor,
    pub at: At,
    /// Business day of `at`.
    pub day: BusinessDay,
    pub random: [u8; 32],
}

/// One accepted command: what is written to the event log, in one commit with the tables.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Entry {
    #[n(0)]
    pub seq: u64,
    #[n(1)]
    pub at: At,
    /// Asked under a request key: repeating it repeats this answer for 24 h (domain 1).
    #[n(2)]
    pub once: Option<Once>,
    #[n(3)]
    pub by: Actor,
    #[n(4)]
    pub events: Vec<Event>,
}

/// A request key and what was asked under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Once {
    #[n(0)]
    pub key: Key,
    /// Digest of the command, to tell a repeat from a reused key.
    #[n(1)]
    pub command: Key,
}

/// Everything the house can be asked to do.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    #[n(0)]
    House(#[n(0)] house::Command),
    #[n(1)]
    Production(#[n(0)] production::Command),
    #[n(2)]
    Performance(#[n(0)] performance::Command),
    #[n(3)]
    Cart(#[n(0)] cart::Command),
    #[n(4)]
    Hold(#[n(0)] hold::Command),
    #[n(5)]
    Checkout(#[n(0)] checkout::Command),
    #[n(6)]
    Admission(#[n(0)] admission::Command),
    #[n(7)]
    Letter(#[n(0)] letter::Command),
    #[n(8)]
    Session(#[n(0)] session::Command),
    #[n(9)]
    Device(#[n(0)] device::Command),
    #[n(10)]
    Staff(#[n(0)] staff::Command),
    #[n(11)]
    Till(#[n(0)] till::Command),
    #[n(14)]
    Journal(#[n(0)] journal::Command),
    #[n(15)]
    Batch(#[n(0)] batch::Command),
    #[n(16)]
    Patron(#[n(0)] patron::Command),
    #[n(17)]
    EndOfDay(#[n(0)] end_of_day::Command),
}

/// Everything that can have happened.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    House(#[n(0)] house::Event),
    #[n(1)]
    Production(#[n(0)] production::Event),
    #[n(2)]
    Performance(#[n(0)] performance::Event),
    #[n(3)]
    Cart(#[n(0)] cart::Event),
    #[n(4)]
    Hold(#[n(0)] hold::Event),
    #[n(5)]
    Checkout(#[n(0)] checkout::Event),
    #[n(6)]
    Admission(#[n(0)] admission::Event),
    #[n(7)]
    Letter(#[n(0)] letter::Event),
    #[n(8)]
    Session(#[n(0)] session::Event),
    #[n(9)]
    Device(#[n(0)] device::Event),
    #[n(10)]
    Staff(#[n(0)] staff::Event),
    #[n(11)]
    Till(#[n(0)] till::Event),
    #[n(14)]
    Journal(#[n(0)] journal::Event),
    #[n(15)]
    Batch(#[n(0)] batch::Event),
    #[n(16)]
    Patron(#[n(0)] patron::Event),
    #[n(17)]
    EndOfDay(#[n(0)] end_of_day::Event),
}

/// What the house says when it will not: nothing happened. Never logged as an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    NotFound,
    NotAllowed,
    /// The request key was used for another command.
    KeyReused,
    /// A figure or text of the command is outside its limits; `field` names it.
    Malformed {
        field: &'static str,
    },
    // plans and the catalogue
    Plan {
        errors: Vec<String>,
    },
    SlugTaken {
        slug: String,
    },
    PriceMissing,
    WindowEmpty,
    SeatsWouldVanish {
        seats: Vec<String>,
    },
    // seats
    NotOnSale {
        opens: Option<At>,
    },
    MaxTickets {
        max: u8,
    },
    NoSeatsTogether {
        largest_together: u8,
        split_possible: bool,
    },
    SoldOut {
        left: u32,
    },
    LeavesSingle {
        seats: Vec<SeatNo>,
        suggestions: Vec<Vec<SeatNo>>,
    },
    SeatTaken {
        seats: Vec<SeatNo>,
    },
    /// Only what staff hold can be given back by staff; these seats are not.
    NotStaffHeld {
        seats: Vec<SeatNo>,
    },
    NeedsRight,
    /// Several price levels over categories that price them differently (domain 4.3).
    PriceDiffers {
        total: Money,
    },
    /// The seat may not go alone; this one may (domain 4.4).
    GiveUpInstead {
        seat: SeatNo,
    },
    // carts and checkout
    /// The cart names these seats and does not hold them any more; nothing was charged.
    HoldLost {
        seats: Vec<SeatNo>,
    },
    CartNotActive {
        state: cart::State,
    },
    CartsOpen {
        max: u32,
    },
    NotExpired,
    CheckoutRunning {
        since: At,
    },
    CartNotEmpty,
    CartEmpty,
    PriceChanged {
        old: Money,
        new: Money,
    },
    MissingData {
        fields: Vec<&'static str>,
    },
    BelowMinimum {
        minimum: Money,
    },
    TooManyAttempts {
        max: u8,
    },
    /// The intent is not in a state that allows this; or cash came or went since the count.
    Stale,
    // door
    DeviceUnknown,
    UndoTooLate,
    NotAdmitted,
    // the counter
    /// The cashier has no open till, or not this one.
    TillClosed,
    /// Somebody has this till open, or who asks has another.
    TillOpenElsewhere {
        by: StaffNo,
    },
    /// Another payment runs on this pad, or its outcome is not known yet (K9).
    PadBusy {
        till: TillNo,
    },
    /// The pad's batch is being closed.
    BatchClosing,
    /// Another terminal answers than the one in the list of pads.
    PadExchanged {
        listed: String,
        told: String,
    },
    /// Less cash than there is to pay.
    CashShort {
        due: Money,
    },
    // refunds
    /// More than is left of what was paid.
    OverRefund {
        left: Money,
    },
    /// The performance is over.
    PerformanceOver,
    /// Somebody came in with these.
    TicketUsed {
        tickets: Vec<TicketId>,
    },
    /// The bank approved the payment of the shop and has not paid yet: nothing can go back.
    CapturePending,
    /// Paid at a pin pad: it goes back to the card, there.
    PaidByCard,
    /// Another refund or payment of the order runs, or its outcome is not known yet.
    RefundRunning,
    /// Tickets of the order are being exchanged in this sale.
    ExchangeRunning {
        cart: CartId,
    },
    // the books
    /// Everything that was posted is exported.
    NothingToExport,
    /// A batch does not match what its terminal told, by so much; it is settled first.
    BatchMismatch {
        batch: BatchId,
        diff: Money,
    },
    /// The books do not add up: nothing was written.
    OutOfBalance {
        diff: Money,
    },
    /// That business date is locked by an end of day.
    DateLocked {
        day: BusinessDay,
    },
    // staff
    LoginTaken,
    /// One for every reason: wrong, used, too old, or of an account that is put out.
    CodeRefused,
    /// Nobody could let anybody in any more but at the console.
    LastManager,
}

/// Adds the time a checkout may still need to a deadline (domain 5.3).
pub fn checkout_until(until: At, now: At, gateway_deadline: Span) -> At {
    until.max(now + gateway_deadline + Span::minutes(2))
}
