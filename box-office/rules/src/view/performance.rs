//! The tickets page: how many of what, where, and what the house found.
//!
//! Holds no second truth: `found` seats are already held by the cart, `picked` seats are only
//! in the URL and belong to nobody. Next: `view/seat_map.rs`, `view/cart.rs`.

use super::seat_map::SeatMap;
use super::venue::{Frame, Place};
use super::whats_on::{Availability, Showing};
use crate::at::At;
use crate::id::{AreaNo, CategoryNo, LevelNo};
use crate::money::Money;

#[derive(Debug, Clone, PartialEq)]
pub struct Tickets {
    pub frame: Frame,
    /// Idempotency key of the forms on this page.
    pub form_key: String,
    pub slug: String,
    pub title: String,
    pub showing: Showing,
    pub doors_open: At,
    pub levels: Vec<LevelChoice>,
    pub categories: Vec<CategoryChoice>,
    pub areas: Vec<AreaChoice>,
    pub chosen: Where,
    pub tickets_max: u32,
    /// Free wheelchair spaces; 0 hides that form.
    pub wheelchair_places_left: u32,
    pub outcome: Outcome,
    /// Guids chosen on the map by `?pick=`, still free, in the order of the URL.
    pub picked: Vec<Picked>,
    /// `None` where nothing is numbered.
    pub map: Option<SeatMap>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LevelChoice {
    pub level: LevelNo,
    pub name: String,
    pub price_low: Money,
    pub price_high: Money,
    /// What the visitor asked for so far, or holds here.
    pub count: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CategoryChoice {
    pub category: CategoryNo,
    pub name: String,
    pub band: u8,
    /// One per level; `None` where the level is not sold in it.
    pub prices: Vec<Option<Money>>,
    pub places_left: u32,
    pub availability: Availability,
}

/// A general-admission area.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaChoice {
    pub area: AreaNo,
    pub name: String,
    pub prices: Vec<Option<Money>>,
    pub places_left: u32,
    pub availability: Availability,
}

/// Field `where` of the form: `any`, `category-<no>` or `area-<no>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Where {
    #[default]
    Anywhere,
    Category(CategoryNo),
    Area(AreaNo),
}

/// A free seat the visitor chose on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Picked {
    pub place: Place,
    pub category: CategoryNo,
    /// Price at each level of the page; `None` where the level is not sold here.
    pub prices: Vec<Option<Money>>,
}

/// What came of the last thing asked on this page.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Outcome {
    #[default]
    Nothing,
    /// The seats are held by the visitor's cart.
    Found(Found),
    /// No seats together; nothing is held. The split is offered and asked about.
    Apart(Apart),
    /// Choosing one's own: the selection would strand a seat; nothing is held.
    LeavesSingle {
        seats: Vec<Place>,
        suggestions: Vec<Vec<Place>>,
    },
    /// Somebody was faster; nothing is held.
    SeatTaken {
        seats: Vec<Place>,
    },
    SoldOut {
        places_left: u32,
    },
    TooMany {
        max: u32,
    },
    /// The form asked for no ticket at all.
    NoneAsked,
    /// The party would span categories of different price.
    MixedPrices,
    /// This level is not sold in this category.
    NotPriced,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub places: Vec<Place>,
    pub together: bool,
    /// Count and name of each level taken, in the order of the levels.
    pub levels: Vec<(u32, String)>,
    pub total: Money,
    pub until: At,
    /// Other seats were asked for, and there are none for this party.
    pub nothing_else: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Apart {
    pub party: u32,
    pub largest_together: u32,
    pub split_possible: bool,
    /// Name of the category asked for; `None` for anywhere.
    pub asked: Option<String>,
    /// The parts as they would be taken now; empty when not worked out.
    pub split: Vec<Vec<Place>>,
    pub split_total: Option<Money>,
    /// A category in which the party could sit together.
    pub together_in: Option<(CategoryNo, String)>,
}
