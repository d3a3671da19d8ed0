//! One cart as its owner sees it: lines by performance, fees, taxes, total and time left.
//!
//! Sums are the rule's; a page never adds up money. Next: `view/checkout.rs`.

use super::venue::{Frame, Place};
use crate::at::At;
use crate::id::{AreaNo, LevelNo, PerformanceId};
use crate::money::Money;

#[derive(Debug, Clone, PartialEq)]
pub struct Cart {
    pub frame: Frame,
    pub form_key: String,
    pub state: State,
    pub sums: Sums,
    pub notice: Notice,
}

/// What the patron's cart is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Never had one, or everything was given back.
    Empty,
    /// Closed by time; the seats are back on sale.
    Expired,
    Active {
        until: At,
    },
    /// Payment is being confirmed; nothing can be changed.
    Confirming,
}

/// Lines and sums of a cart, an order or a letter: written the same everywhere.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sums {
    pub groups: Vec<Group>,
    pub tickets: u32,
    pub tickets_total: Money,
    pub fees: Vec<Fee>,
    pub taxes: Vec<Tax>,
    pub total: Money,
}

impl Sums {
    /// The first of its performances that does not take place.
    pub fn cancelled(&self) -> Option<&Group> {
        self.groups.iter().find(|group| group.cancelled)
    }
}

/// The lines of one performance.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub performance: PerformanceId,
    pub slug: String,
    pub title: String,
    pub poster: String,
    pub starts: At,
    pub hall: String,
    /// It does not take place.
    pub cancelled: bool,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub place: Place,
    /// General admission: which area this place is in.
    pub area: Option<AreaNo>,
    pub level: LevelNo,
    pub level_name: String,
    pub price: Money,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Fee {
    pub name: String,
    pub count: u32,
    pub each: Money,
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Tax {
    pub name: String,
    /// Parts per million: 200,000 is 20 %.
    pub rate_ppm: u32,
    pub amount: Money,
    /// Inside the prices, or added to them.
    pub included: bool,
}

/// What the last act did, said once above the lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Notice {
    #[default]
    Nothing,
    Removed(Place),
    /// Giving this seat up would strand a single; another one is offered instead.
    KeepsSingle {
        asked: Place,
        performance: PerformanceId,
        instead: Vec<Place>,
    },
    /// The total changed before anything was charged.
    PriceChanged {
        old: Money,
        new: Money,
    },
    SeatsGone(Vec<Place>),
}
