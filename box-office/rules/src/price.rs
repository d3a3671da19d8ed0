//! Prices: what a seat of a category costs at a price level, and who pays what along a run.
//!
//! A price is fixed when the seat enters the cart (domain 6.2). Never adds fees. Next: `cart.rs`.

use crate::id::{CategoryNo, LevelNo};
use crate::money::Money;
use minicbor::{Decode, Encode};

/// One price of a performance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Price {
    #[n(0)]
    pub category: CategoryNo,
    #[n(1)]
    pub level: LevelNo,
    #[n(2)]
    pub amount: Money,
}

/// Price levels wanted, in the order asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Places {
    #[n(0)]
    pub level: LevelNo,
    #[n(1)]
    pub count: u8,
}

/// The listed price, if this performance sells the category at that level.
pub fn of(prices: &[Price], category: CategoryNo, level: LevelNo) -> Option<Money> {
    prices
        .iter()
        .find(|price| price.category == category && price.level == level)
        .map(|price| price.amount)
}

/// The levels one by one, in request order: two Adult and a Child are A, A, C.
pub fn along(places: &[Places]) -> Vec<LevelNo> {
    places
        .iter()
        .flat_map(|place| std::iter::repeat_n(place.level, usize::from(place.count)))
        .collect()
}
