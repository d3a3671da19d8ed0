//! Pin pads as the desk reaches them: orders to the pad's errand, and its face to watch.
//!
//! Never sees a driver: the box's pad errand stands between (`firmware-host`). Next:
//! `staff/sell.rs`, `state.rs`.

use std::collections::HashMap;
use tokio::sync::{mpsc, oneshot, watch};
use usher_ledger::Denied;
use usher_rules::cart::Buyer;
use usher_rules::id::{BatchId, CartId, PadNo};
use usher_rules::money::Money;
use usher_rules::payment::{self, Deposit};
use usher_rules::refund;
use usher_rules::view::desk::pad::Face;
use usher_rules::{Actor, Key};

/// Orders that may wait for an errand.
pub const ORDERS_MAX: usize = 16;

/// What the desk wants of a pad.
#[derive(Debug)]
pub enum Order {
    /// Begin a payment. Answered when its intent is on disk, or with why it is not.
    Pay { by: Actor, wanted: Wanted, reply: oneshot::Sender<Result<Key, Denied>> },
    /// Begin a refund to the card of a payment at this pad. Answered like a payment.
    Refund { by: Actor, wanted: refund::Wanted, reply: oneshot::Sender<Result<Key, Denied>> },
    /// Begin a payment towards an order. Answered like a payment.
    Towards { by: Actor, wanted: payment::Wanted, reply: oneshot::Sender<Result<Key, Denied>> },
    /// The cashier wants to stop. The approval wins if it is on its way.
    Abort(Key),
    /// Somebody looks at this payment; one that nobody looks at any more is stopped (K9).
    Watched(Key),
    /// Close the batch. Answered when that is on disk and the terminal is asked, or with why not.
    CloseBatch { by: Actor, reply: oneshot::Sender<Result<BatchId, Denied>> },
}

/// One payment as the cashier asks for it.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub cart: CartId,
    pub buyer: Buyer,
    /// The total the cashier saw.
    pub shown: Money,
    /// What the customer pays in cash; the card pays the rest.
    pub cash: Money,
    /// The card pays a first part alone.
    pub deposit: Option<Deposit>,
    /// The number of the card is typed at the pad: the customer is on the phone (K6).
    pub keyed: bool,
}

/// One pad from the desk's side.
#[derive(Debug, Clone)]
pub struct Desk {
    pub orders: mpsc::Sender<Order>,
    pub face: watch::Receiver<Face>,
}

/// All pads of the house by their number.
pub type Desks = HashMap<PadNo, Desk>;
