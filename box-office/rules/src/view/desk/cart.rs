//! Held tickets: every place that a cart on the web holds now, and until when (D4).
//!
//! Never the patron behind a cart, and never a staff hold: that one is no cart's. Next:
//! `ledger/view/desk/cart.rs`, `web/desk/cart.rs`.

use super::Around;
use crate::at::At;
use crate::cart::State;
use crate::id::CartId;
use crate::view::venue::Place;

#[derive(Debug, Clone, PartialEq)]
pub struct HeldTickets {
    pub around: Around,
    /// By the end of their hold, soonest first.
    pub holds: Vec<Held>,
    /// Go on after this one; `None`: these are the last.
    pub next: Option<After>,
}

/// Where a page of the list ends: the stored end of a hold, and its cart.
pub type After = (At, CartId);

/// What one cart holds of one performance.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The hold letter on the staff's map.
    pub code: char,
    pub cart: CartId,
    pub title: String,
    pub starts: At,
    pub places: Vec<Place>,
    pub state: State,
    /// When the places go back, if nothing happens until then.
    pub until: At,
}
