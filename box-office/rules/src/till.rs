//! The till: one cashier's time at a drawer, from its float to the count that closes it.
//!
//! Says what the drawer should hold; the money itself stands in the journal. Never shows what is
//! expected before it was counted (domain 6.3). Next: `posting.rs`, `checkout/counter.rs`.

use crate::BusinessDay;
use crate::at::At;
use crate::id::{StaffNo, TillNo};
use crate::money::Money;
use minicbor::{Decode, Encode};

/// Where a till session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum State {
    #[n(0)]
    Open,
    #[n(1)]
    Closed,
}

/// Stored. One cashier's time at a till.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct TillSession {
    #[n(0)]
    pub till: TillNo,
    #[n(1)]
    pub cashier: StaffNo,
    #[n(2)]
    pub opened_at: At,
    #[n(3)]
    pub day: BusinessDay,
    #[n(4)]
    pub state: State,
    /// Put into the drawer at the start.
    #[n(5)]
    pub float: Money,
}
