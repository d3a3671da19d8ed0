//! The ticket: one admission right, its place, its code's numbers and its state.
//!
//! Never holds the code itself: that is computed from these numbers and the box's key. Next:
//! `admission.rs` for what a door makes of it.

use crate::at::At;
use crate::cart::Place;
use crate::code::CodeBody;
use crate::id::{CategoryNo, LevelNo, OrderId, PerformanceId};
use crate::money::Money;
use minicbor::{Decode, Encode};

/// Is the right still there?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum State {
    #[n(0)]
    Valid,
    #[n(1)]
    Cancelled {
        #[n(0)]
        at: At,
    },
    /// Given up for tickets of another order.
    #[n(2)]
    Exchanged {
        #[n(0)]
        at: At,
        #[n(1)]
        to: OrderId,
    },
}

/// A ticket row.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Ticket {
    #[n(0)]
    pub order: OrderId,
    #[n(1)]
    pub line: u16,
    #[n(2)]
    pub performance: PerformanceId,
    #[n(3)]
    pub place: Place,
    #[n(4)]
    pub level: LevelNo,
    #[n(5)]
    pub category: CategoryNo,
    #[n(6)]
    pub price: Money,
    /// The numbers of its newest code; older generations are replaced.
    #[n(7)]
    pub code: CodeBody,
    #[n(8)]
    pub state: State,
    /// On the do-not-admit list.
    #[n(9)]
    pub blocked: bool,
    /// When the newest code replaced an older one.
    #[n(10)]
    pub replaced_at: Option<At>,
}

impl Ticket {
    /// Neither cancelled nor given up.
    pub fn is_good(&self) -> bool {
        self.state == State::Valid
    }
}
