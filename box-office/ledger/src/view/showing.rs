//! One performance as the public finds it: places left by category and area, in words and price.
//!
//! Counts come from the plan's capacity and the tally, never from a walk over seats. Never decides
//! whether a seat may be taken: `rules/hold.rs` does. Next: `whats_on.rs`, `performance.rs`.

use crate::capacity::{Capacity, Left};
use crate::plan::Drawn;
use crate::{Fault, Snapshot, production};
use std::rc::Rc;
use std::sync::Arc;
use usher_rules::at::At;
use usher_rules::house::House;
use usher_rules::id::{CategoryNo, LevelNo, PerformanceId};
use usher_rules::money::Money;
use usher_rules::performance::{self as rule, Performance};
use usher_rules::price;
use usher_rules::production::Production;
use usher_rules::view::whats_on::{Availability, Sale, Showing};

/// Places or parts of a million at which a house has only a few left (domain 5.3).
const LAST_FEW_PLACES: u32 = 10;
const LAST_FEW_PERCENT: u64 = 2;
const LIMITED_PERCENT: u64 = 20;

/// One performance as it is offered: what is said of it without looking at its plan.
pub(super) struct Offer {
    pub id: PerformanceId,
    pub performance: Performance,
    pub production: Rc<Production>,
    pub capacity: Arc<Capacity>,
    pub left: Left,
}

/// An offer with its plan.
pub(super) struct Stage {
    pub offer: Offer,
    pub drawn: Arc<Drawn>,
}

impl Stage {
    /// Reads one performance, its production and its plan.
    pub fn read(snapshot: &Snapshot, id: PerformanceId) -> Result<Option<Stage>, Fault> {
        let Some(offer) = Offer::read(snapshot, id)? else {
            return Ok(None);
        };
        let plan = offer.performance.plan;
        let drawn = snapshot.plan(plan)?;
        let drawn = drawn.ok_or_else(|| Fault::Row(format!("plan {plan} is missing")))?;
        Ok(Some(Stage { offer, drawn }))
    }
}

impl Offer {
    /// Reads one performance and its production.
    pub fn read(snapshot: &Snapshot, id: PerformanceId) -> Result<Option<Offer>, Fault> {
        let Some(performance) = crate::performance::get(snapshot, id)? else {
            return Ok(None);
        };
        let production = production::get(snapshot, performance.production)?.ok_or_else(|| {
            Fault::Row(format!("production {} is missing", performance.production))
        })?;
        Offer::of(snapshot, id, performance, Rc::new(production)).map(Some)
    }

    pub fn of(
        snapshot: &Snapshot,
        id: PerformanceId,
        performance: Performance,
        production: Rc<Production>,
    ) -> Result<Offer, Fault> {
        let capacity = snapshot.capacity(performance.plan)?;
        let left = capacity.left(snapshot, id)?;
        Ok(Offer { id, performance, production, capacity, left })
    }

    /// When it ends, as far as anybody knows.
    pub fn ends(&self) -> At {
        ends(&self.performance, &self.production)
    }

    pub fn sale(&self, house: &House, now: At) -> Sale {
        match self.performance.sale(&self.production, house, now) {
            rule::Sale::Open => Sale::Open,
            rule::Sale::NotYet { opens } => Sale::NotYet { opens },
            rule::Sale::Ended => Sale::Ended,
            rule::Sale::Cancelled => Sale::Cancelled,
            rule::Sale::Off => Sale::Off,
        }
    }

    /// The price at the first level that sells this category: what a page names it by.
    pub fn price_of(&self, house: &House, category: CategoryNo) -> Option<Money> {
        let levels = house.levels.iter();
        levels.filter_map(|level| self.price_at(category, level.no)).next()
    }

    pub fn price_at(&self, category: CategoryNo, level: LevelNo) -> Option<Money> {
        price::of(&self.performance.prices, category, level)
    }

    /// Categories with places left now, seats and areas alike.
    fn open_categories(&self) -> impl Iterator<Item = CategoryNo> + '_ {
        let seats = self.left.by_category.iter().zip(0..);
        let seats = seats.filter(|((left, _), _)| *left > 0).map(|(_, no)| CategoryNo(no));
        let areas = self.capacity.areas.iter().zip(&self.left.by_area);
        seats.chain(areas.filter(|(_, (left, _))| *left > 0).map(|(area, _)| area.category))
    }

    pub fn showing(&self, house: &House, now: At) -> Showing {
        let (places_left, of) = self.left.all();
        Showing {
            performance: self.id,
            starts: self.performance.starts_at,
            ends: self.ends(),
            hall: self.performance.hall.clone(),
            availability: availability(places_left, of),
            places_left,
            price_from: self.open_categories().filter_map(|no| self.price_of(house, no)).min(),
            sale: self.sale(house, now),
        }
    }

    /// Price band of each category, 1 dearest to 3 cheapest; by category number.
    pub fn bands(&self, house: &House) -> Vec<u8> {
        let nos = self.capacity.category_nos();
        let prices: Vec<Option<Money>> = nos.map(|no| self.price_of(house, no)).collect();
        let mut ladder: Vec<Money> = prices.iter().flatten().copied().collect();
        ladder.sort_unstable_by(|one, other| other.cmp(one));
        ladder.dedup();
        let band = |price: &Option<Money>| {
            let rung = price.and_then(|price| ladder.iter().position(|rung| *rung == price));
            rung.map_or(3, |rung| 1 + (rung * 3 / ladder.len()) as u8)
        };
        prices.iter().map(band).collect()
    }
}

/// Start plus running time; three hours when none is known (domain 9.1).
pub(super) fn ends(performance: &Performance, production: &Production) -> At {
    performance.ends(production)
}

/// Places left in words (domain 5.3).
pub(super) fn availability(left: u32, of: u32) -> Availability {
    let within = |percent: u64| u64::from(left) * 100 <= percent * u64::from(of);
    if left == 0 {
        Availability::SoldOut
    } else if left <= LAST_FEW_PLACES || within(LAST_FEW_PERCENT) {
        Availability::LastFew
    } else if within(LIMITED_PERCENT) {
        Availability::Limited
    } else {
        Availability::Good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_places_left_stand_at_their_limits() {
        use Availability::{Good, LastFew, Limited, SoldOut};
        for (left, of, expected) in [
            (0, 500, SoldOut),
            (1, 500, LastFew),
            (10, 500, LastFew),
            (11, 500, Limited),
            (20, 1_000, LastFew),
            (21, 1_000, Limited),
            (100, 500, Limited),
            (101, 500, Good),
            (10, 10, LastFew),
        ] {
            assert_eq!(availability(left, of), expected, "{left} of {of}");
        }
    }
}
