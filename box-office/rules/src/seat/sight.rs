//! The house as one request sees it: what is in play, and what may be taken for it.
//!
//! Wheelchair, companion and unsaleable seats are put aside here, once, word by word, so that no
//! search has to think of them (domain 4.2, 4.4). Never changes anything. Next: `best.rs`.

use crate::id::{CategoryNo, SeatNo};
use crate::seat::inventory::SeatSet;
use crate::seat::layout::{Layout, Placement, Shape};
use crate::seat::{House, SingleRule};

pub(crate) struct Sight<'a> {
    pub layout: &'a Layout,
    pub rule: SingleRule,
    /// Seats that make up runs: at every price, in every zone.
    play: SeatSet,
    /// Seats that may be taken for this request.
    open: SeatSet,
    /// Positions the same cart holds, in order.
    pub own: Vec<u32>,
    /// Shortest leftover stretch that is no single.
    shortest: u32,
}

impl<'a> Sight<'a> {
    pub fn new(
        house: &House<'a>,
        rule: SingleRule,
        categories: Option<&[CategoryNo]>,
        zone: Option<u16>,
    ) -> Sight<'a> {
        let layout = house.layout;
        let mut play = house.in_play.clone();
        play.put_aside(&layout.kept_back);
        let mut open = filtered(layout, house.takeable, categories, zone);
        open.put_aside(&layout.kept_back);
        let mut own: Vec<u32> = house.own.iter().map(|seat| layout.position(*seat)).collect();
        own.sort_unstable();
        Sight { layout, rule, play, open, own, shortest: rule.shortest() }
    }

    /// Gives seats back for judging: as if those that hold them had not taken them yet.
    pub fn give_back(&mut self, seats: &[SeatNo]) {
        for seat in seats.iter().filter(|seat| !self.layout.kept_back.has(**seat)) {
            self.play.insert(*seat);
        }
    }

    pub fn in_play(&self, position: u32) -> bool {
        self.play.has(self.layout.seat_at[position as usize])
    }

    pub fn is_open(&self, position: u32) -> bool {
        self.open.has(self.layout.seat_at[position as usize])
    }

    pub fn left(&self) -> u32 {
        self.open.count()
    }

    /// Seats left that are sold one by one: without the chairs of tables sold whole.
    pub fn left_one_by_one(&self) -> u32 {
        self.open.count_without(&self.layout.whole_tables)
    }

    /// No party larger than this can sit side by side: the longest stretch that may be taken, of
    /// a table all its open chairs.
    pub fn longest(&self) -> u32 {
        let mut longest = 0;
        for block in &self.layout.blocks {
            let round = block.shape != Shape::Row;
            let mut open = 0;
            for position in block.first..block.end {
                open = match self.is_open(position) {
                    true => open + 1,
                    false if round => open,
                    false => 0,
                };
                longest = longest.max(open);
            }
        }
        longest
    }

    pub fn all_open(&self, placement: Placement) -> bool {
        self.layout.positions(placement).all(|position| self.is_open(position))
    }

    pub fn shortest(&self) -> u32 {
        self.shortest
    }

    /// Does the cart hold a seat right beside it? Its own seats are part of the party.
    pub fn touches_own(&self, placement: Placement) -> bool {
        if self.own.is_empty() {
            return false;
        }
        let ends = [placement.start, self.end_of(placement)];
        let beside = [self.layout.previous(ends[0]), self.layout.next(ends[1])];
        beside.into_iter().flatten().any(|position| self.own.binary_search(&position).is_ok())
    }

    pub fn owns_first_pass(&self) -> bool {
        self.own.iter().any(|position| !self.layout.is_second_pass(*position))
    }

    fn end_of(&self, placement: Placement) -> u32 {
        self.layout.positions(placement).last().map_or(placement.start, |position| position)
    }
}

/// Seats of a set in the categories and zone asked for.
pub(crate) fn filtered(
    layout: &Layout,
    set: &SeatSet,
    categories: Option<&[CategoryNo]>,
    zone: Option<u16>,
) -> SeatSet {
    let mut kept = set.clone();
    if let Some(categories) = categories {
        let mut wanted = SeatSet::empty(layout.seats);
        let known = |no: &CategoryNo| layout.by_category.get(usize::from(no.0));
        categories.iter().filter_map(known).for_each(|seats| wanted.unite(seats));
        kept.narrow_to(&wanted);
    }
    if let Some(zone) = zone {
        let none = SeatSet::empty(layout.seats);
        kept.narrow_to(layout.by_zone.get(usize::from(zone)).unwrap_or(&none));
    }
    kept
}
