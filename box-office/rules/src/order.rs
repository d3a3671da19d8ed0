//! The order: the accounting document of one completed checkout.
//!
//! Made by `checkout.rs` together with its tickets and postings, in one commit. What was sold is
//! never changed afterwards: postings and refunds come beside it. Its balance is the receivable
//! account's. Next: `posting.rs`, `refund.rs`, `exchange.rs`.

use crate::at::At;
use crate::cart::{Buyer, Line};
use crate::exchange::Exchanges;
use crate::fee::FeeLine;
use crate::id::{CartId, TicketId};
use crate::money::Money;
use crate::payment::Payments;
use crate::refund::Refunds;
use crate::tender::pad::Counter;
use crate::{BusinessDay, Key};
use minicbor::{Decode, Encode};

/// How far the payment of a sold order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Payment {
    #[n(0)]
    NothingToPay,
    /// Authorised; the capture is still to be answered.
    #[n(1)]
    CapturePending,
    #[n(2)]
    Captured,
    /// At the counter, by cash or on a pin pad; what is still due is its balance.
    #[n(3)]
    Paid,
}

/// An order row.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Order {
    #[n(0)]
    pub cart: CartId,
    #[n(1)]
    pub buyer: Buyer,
    #[n(2)]
    pub created_at: At,
    #[n(3)]
    pub day: BusinessDay,
    #[n(4)]
    pub lines: Vec<Line>,
    #[n(5)]
    pub fees: Vec<FeeLine>,
    #[n(6)]
    pub total: Money,
    #[n(7)]
    pub payment: Payment,
    #[n(8)]
    pub tickets: Vec<TicketId>,
    #[n(9)]
    pub note: String,
    #[n(10)]
    pub source: String,
    #[n(11)]
    pub intent: Option<Key>,
    /// Sold at the counter; none is a sale of the shop.
    #[n(12)]
    pub counter: Option<Counter>,
    /// What was given back, or is about to be; none of most orders.
    #[n(13)]
    pub refunds: Option<Box<Refunds>>,
    /// Booked with a deposit, or paid in parts; none of most orders.
    #[n(14)]
    pub payments: Option<Box<Payments>>,
    /// What it was exchanged for and from, if it was.
    #[n(15)]
    pub exchanges: Option<Box<Exchanges>>,
}

impl Order {
    /// The last day for what is still due, if it was booked with one.
    pub fn due(&self) -> Option<BusinessDay> {
        self.payments.as_ref()?.due
    }

    /// What was paid at its sale in money: all but what came over from another order, or a part.
    pub fn at_sale(&self) -> Money {
        let deposit = self.payments.as_ref().and_then(|payments| payments.deposit);
        let over = self.origin().map_or(Money::ZERO, |from| from.amount);
        deposit.unwrap_or(self.total - over)
    }

    /// What was given back of it.
    pub fn refunded(&self) -> Money {
        let made = self.refunds.iter().flat_map(|refunds| &refunds.made);
        made.map(|refund| refund.amount).sum()
    }
}
