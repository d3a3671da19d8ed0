//! One performance as the public finds it: places left by category and area, in words and price.
//!
//! Counts come from the tally and the rows of the few accessible seats, never from a walk over
//! all seats of a performance. Never decides whether a seat may be taken: `rules/hold.rs` does.
//! Next: `whats_on.rs`, `performance.rs`.

use crate::plan::Drawn;
use crate::{Fault, Snapshot, inventory, production};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use usher_rules::at::{At, Span};
use usher_rules::house::House;
use usher_rules::id::{AreaNo, CategoryNo, LevelNo, PerformanceId, PlanId, SeatNo};
use usher_rules::money::Money;
use usher_rules::performance::{self as rule, Performance, RUNNING_TIME_UNKNOWN};
use usher_rules::plan::Plan;
use usher_rules::price;
use usher_rules::production::Production;
use usher_rules::view::whats_on::{Availability, Sale, Showing};

/// Places or parts of a million at which a house has only a few left (domain 5.3).
const LAST_FEW_PLACES: u32 = 10;
const LAST_FEW_PERCENT: u64 = 2;
const LIMITED_PERCENT: u64 = 20;

/// What one plan can sell to the public at most.
pub(super) struct Capacity {
    /// Seats by category, accessible ones left out.
    by_category: Vec<u32>,
    /// Wheelchair and companion seats for sale: kept out of every general request (domain 4.4).
    access: Vec<SeatNo>,
}

impl Capacity {
    fn of(plan: &Plan) -> Capacity {
        let mut by_category = vec![0; plan.categories.len()];
        let mut access = Vec::new();
        for no in plan.seat_nos().filter(|no| plan.for_sale(*no)) {
            let seat = plan.seat(no);
            if seat.wheelchair || seat.companion_of.is_some() {
                access.push(no);
            } else if let Some(count) = by_category.get_mut(usize::from(seat.category.0)) {
                *count += 1;
            }
        }
        Capacity { by_category, access }
    }
}

/// Plans and their capacities, each worked out once for one page.
pub(super) struct Halls<'a> {
    snapshot: &'a Snapshot,
    kept: HashMap<PlanId, (Arc<Drawn>, Rc<Capacity>)>,
}

impl<'a> Halls<'a> {
    pub fn new(snapshot: &'a Snapshot) -> Halls<'a> {
        Halls { snapshot, kept: HashMap::new() }
    }

    fn get(&mut self, id: PlanId) -> Result<(Arc<Drawn>, Rc<Capacity>), Fault> {
        if let Some((drawn, capacity)) = self.kept.get(&id) {
            return Ok((Arc::clone(drawn), Rc::clone(capacity)));
        }
        let drawn = self.snapshot.plan(id)?;
        let drawn = drawn.ok_or_else(|| Fault::Row(format!("plan {id} is missing")))?;
        let capacity = Rc::new(Capacity::of(&drawn.plan));
        self.kept.insert(id, (Arc::clone(&drawn), Rc::clone(&capacity)));
        Ok((drawn, capacity))
    }
}

/// Places left for the public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// Seats by category: left, and what there ever was.
    pub by_category: Vec<(u32, u32)>,
    /// Places by general-admission area, in the same way.
    pub by_area: Vec<(u32, u32)>,
    pub wheelchair: u32,
}

impl Left {
    /// All places left, and what there ever was.
    pub fn all(&self) -> (u32, u32) {
        let both = self.by_category.iter().chain(&self.by_area);
        both.fold((0, 0), |(left, of), (more, of_more)| (left + more, of + of_more))
    }
}

/// A performance with all that is said of it.
pub(super) struct Stage {
    pub id: PerformanceId,
    pub performance: Performance,
    pub production: Rc<Production>,
    pub drawn: Arc<Drawn>,
    pub left: Left,
}

impl Stage {
    /// Reads one performance and its production.
    pub fn read(snapshot: &Snapshot, id: PerformanceId) -> Result<Option<Stage>, Fault> {
        let Some(performance) = crate::performance::get(snapshot, id)? else {
            return Ok(None);
        };
        let production = production::get(snapshot, performance.production)?.ok_or_else(|| {
            Fault::Row(format!("production {} is missing", performance.production))
        })?;
        let mut halls = Halls::new(snapshot);
        Stage::of(&mut halls, id, performance, Rc::new(production)).map(Some)
    }

    pub fn of(
        halls: &mut Halls<'_>,
        id: PerformanceId,
        performance: Performance,
        production: Rc<Production>,
    ) -> Result<Stage, Fault> {
        let (drawn, capacity) = halls.get(performance.plan)?;
        let left = left(halls.snapshot, id, &drawn.plan, &capacity)?;
        Ok(Stage { id, performance, production, drawn, left })
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
        let areas = self.drawn.plan.areas.iter().zip(&self.left.by_area);
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
        let nos = self.drawn.plan.category_nos();
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

    /// Places left in an area.
    pub fn area_left(&self, no: AreaNo) -> (u32, u32) {
        self.left.by_area.get(usize::from(no.0)).copied().unwrap_or_default()
    }
}

/// Start plus running time; three hours when none is known (domain 9.1).
pub(super) fn ends(performance: &Performance, production: &Production) -> At {
    let minutes = production.running_time_min.map(|minutes| Span::minutes(i64::from(minutes)));
    performance.starts_at + minutes.unwrap_or(RUNNING_TIME_UNKNOWN)
}

fn left(
    snapshot: &Snapshot,
    id: PerformanceId,
    plan: &Plan,
    capacity: &Capacity,
) -> Result<Left, Fault> {
    let tally = inventory::tally(snapshot, id)?;
    let mut gone = vec![0_u32; plan.categories.len()];
    for (category, count) in &tally.by_category {
        if let Some(gone) = gone.get_mut(usize::from(category.0)) {
            *gone = *count;
        }
    }
    let mut left = Left::default();
    for no in &capacity.access {
        let seat = plan.seat(*no);
        if inventory::seat(snapshot, id, *no)?.is_some() {
            // Counted as gone from its category, which never counted it as there.
            if let Some(gone) = gone.get_mut(usize::from(seat.category.0)) {
                *gone = gone.saturating_sub(1);
            }
        } else if seat.wheelchair {
            left.wheelchair += 1;
        }
    }
    let seats = capacity.by_category.iter().zip(&gone);
    left.by_category = seats.map(|(of, gone)| (of.saturating_sub(*gone), *of)).collect();
    for (area, no) in plan.areas.iter().zip(0..) {
        let row = inventory::area(snapshot, id, AreaNo(no))?;
        let free = area.capacity.saturating_sub(row.held + row.sold);
        left.by_area.push((free, area.capacity));
    }
    Ok(left)
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
