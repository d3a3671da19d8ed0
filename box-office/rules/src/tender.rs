//! One payment intent: the write-ahead row that is on disk before any money can move.
//!
//! The same noun and states for web and pin pad (domain 5.8). Never holds anything of a card but
//! what the never-store list of the trust page allows. Next:
//! `tender/pad.rs` for what a pin pad adds, `checkout.rs`.

pub mod exchanged;
pub mod orphan;
pub mod pad;

use crate::Key;
use crate::at::At;
use crate::id::{BatchId, BoxNo, CartId, OrderId, StaffNo};
use crate::money::Money;
use crate::payment::Part;
use minicbor::{Decode, Encode};

/// Longest processor token accepted.
pub const TOKEN_CHARS_MAX: usize = 128;

/// Where an intent stands. `Unknown` is never "declined" (trust 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum State {
    #[n(0)]
    Created,
    /// The gateway may have been asked; only its answer leaves this state.
    #[n(1)]
    Sent,
    #[n(2)]
    Approved,
    #[n(3)]
    Captured,
    #[n(4)]
    Declined,
    #[n(5)]
    Cancelled,
    #[n(6)]
    NotCharged,
    #[n(7)]
    Unknown,
    #[n(8)]
    NeedsOperator,
    /// Approved, but the seats were gone: the authorisation is being given back.
    #[n(9)]
    Reversing,
    #[n(10)]
    Reversed,
}

impl State {
    /// Is there still something to do or to ask? Such intents stand in `intents_open`.
    pub fn open(self) -> bool {
        match self {
            State::Created
            | State::Sent
            | State::Approved
            | State::Unknown
            | State::NeedsOperator
            | State::Reversing => true,
            State::Captured
            | State::Declined
            | State::Cancelled
            | State::NotCharged
            | State::Reversed => false,
        }
    }
}

/// An intent row.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Intent {
    #[n(0)]
    pub cart: CartId,
    #[n(1)]
    pub amount: Money,
    #[n(2)]
    pub state: State,
    #[n(3)]
    pub created_at: At,
    #[n(4)]
    pub changed_at: At,
    /// Single-use processor token; gone once the outcome is known.
    #[n(5)]
    pub token: String,
    /// Approval code of the processor.
    #[n(6)]
    pub approval: String,
    /// The processor's own reference.
    #[n(7)]
    pub reference: String,
    /// Questions asked about it so far, for the back-off.
    #[n(8)]
    pub queries: u16,
    /// Paid at a pin pad, and there alone; none is the gateway's.
    #[n(9)]
    pub pad: Option<Box<pad::AtPad>>,
    /// The gateway gives back what it captured; none of a payment, nor at a pin pad.
    #[n(10)]
    pub back: Option<Box<Back>>,
}

/// Stored. Money of the shop on its way back through the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Back {
    /// Number of the attempt, one row of numbers with those at pads.
    #[n(0)]
    pub no: u32,
    #[n(1)]
    pub refunding: pad::Refunding,
    /// Who asked for it.
    #[n(2)]
    pub by: StaffNo,
    /// What the gateway said, or why it waits for a person.
    #[n(3)]
    pub why: String,
    #[n(4)]
    pub decision: Option<pad::Decision>,
}

impl Intent {
    /// The order that it pays something of, or gives something back of; none is a sale's own.
    pub fn of_order(&self) -> Option<OrderId> {
        if let Some(back) = &self.back {
            return Some(back.refunding.order);
        }
        let pad = self.pad.as_ref()?;
        match (&pad.refund, &pad.part) {
            (Some(refunding), _) => Some(refunding.order),
            (None, Some(Part::Towards(order))) => Some(*order),
            (None, Some(Part::Deposit { .. }) | None) => None,
        }
    }

    /// The refund that it stands for, at a pad or through the gateway, if it does.
    pub fn refunding(&self) -> Option<&pad::Refunding> {
        match &self.back {
            Some(back) => Some(&back.refunding),
            None => self.pad.as_ref()?.refund.as_ref(),
        }
    }

    /// What was said about it last, for staff only.
    pub fn why(&self) -> &str {
        match (&self.back, &self.pad) {
            (Some(back), _) => &back.why,
            (None, Some(pad)) => &pad.why,
            (None, None) => "",
        }
    }
}

/// Attempts from here on are payments towards an order, by their number at the terminal.
const PAYMENTS_FROM: u32 = 1 << 30;
/// Attempts from here on are refunds, by their number at the terminal.
const REFUNDS_FROM: u32 = 1 << 31;

/// The key of a refund: apart from those of every payment of the cart.
pub fn refund_key(box_no: BoxNo, epoch: u16, cart: CartId, no: u32) -> Key {
    key(box_no, epoch, cart, REFUNDS_FROM | no)
}

/// The key of a payment towards an order: apart from those of its cart and of every refund.
pub fn payment_key(box_no: BoxNo, epoch: u16, cart: CartId, no: u32) -> Key {
    key(box_no, epoch, cart, PAYMENTS_FROM | no)
}

/// The key of the gateway's settlement of a batch: no epoch is that high, so no intent has it.
pub fn settlement_key(batch: BatchId) -> Key {
    let mut bytes = [0xff; 16];
    bytes[4..12].copy_from_slice(&batch.0.to_be_bytes());
    Key(bytes)
}

/// The key of an intent and of every call about it: box, epoch, cart counter, attempt.
pub fn key(box_no: BoxNo, epoch: u16, cart: CartId, attempt: u32) -> Key {
    let mut bytes = [0; 16];
    bytes[..2].copy_from_slice(&box_no.0.to_be_bytes());
    bytes[2..4].copy_from_slice(&epoch.to_be_bytes());
    bytes[4..12].copy_from_slice(&cart.0.to_be_bytes());
    bytes[12..].copy_from_slice(&attempt.to_be_bytes());
    Key(bytes)
}
