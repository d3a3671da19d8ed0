//! The best-seat ladder: side by side first, clean first, nearest first (domain 4.3).
//!
//! Picks, never takes. Blocks are visited by the least they could cost, and the search stops when
//! no block left can win; `best_by_full_scan` visits all and must answer the same. Singles are
//! judged by `single.rs`, parts are found by `split.rs`, wheelchair parties by `access.rs`.

use crate::seat::layout::{Placement, Shape};
use crate::seat::sight::Sight;
use crate::seat::single::singles_beside;
use crate::seat::{
    Found, House, NoSeats, PACK_SLACK_PERCENT_MAX, Request, Rung, SingleRule, access, split, table,
};

/// Finds the best seats for a request. Same house, same request: same answer.
pub fn best(house: &House, request: &Request, rule: &SingleRule) -> Result<Found, NoSeats> {
    climb(house, request, rule, Visit::CheapestFirst)
}

/// The same answer by visiting every block. The yardstick of the search, not for daily use.
pub fn best_by_full_scan(
    house: &House,
    request: &Request,
    rule: &SingleRule,
) -> Result<Found, NoSeats> {
    climb(house, request, rule, Visit::All)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    CheapestFirst,
    All,
}

/// What decides between placements, in this order (domain 4.3, 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub singles: u32,
    /// Made only of second-pass seats, while a clean one elsewhere would do.
    second_pass: bool,
    /// Not beside the seats the cart already holds.
    apart: bool,
    pub cost: u64,
    block: u32,
    start: u32,
}

fn climb(
    house: &House,
    request: &Request,
    rule: &SingleRule,
    visit: Visit,
) -> Result<Found, NoSeats> {
    if request.wheelchair > 0 {
        return access::best(house, request, rule);
    }
    let sight = Sight::new(house, *rule, request.categories.as_deref(), request.zone);
    let party = u32::from(request.party);
    if party == 0 {
        return Err(NoSeats::NoSeatsTogether { largest_together: 0, split_possible: false });
    }
    if let Some((placement, key)) = together(&sight, party, visit) {
        let rung = if key.singles == 0 { Rung::R1 } else { Rung::R2 };
        return Ok(found(&sight, &[placement], rung, key.singles));
    }
    if let Some(found) = split::in_parts(&sight, request) {
        return Ok(found);
    }
    Err(refusal(&sight, request, visit))
}

/// The answer for parts that have been chosen.
pub(crate) fn found(sight: &Sight, parts: &[Placement], rung: Rung, new_singles: u32) -> Found {
    let seats = |part: &Placement| {
        let positions = sight.layout.positions(*part);
        positions.map(|position| sight.layout.seat_at[position as usize]).collect()
    };
    Found {
        parts: parts.iter().map(seats).collect(),
        rung,
        new_singles,
        cost: parts.iter().map(|part| sight.layout.cost(*part)).sum(),
    }
}

fn refusal(sight: &Sight, request: &Request, visit: Visit) -> NoSeats {
    let left = sight.left();
    if left < u32::from(request.party) {
        return NoSeats::SoldOut { left };
    }
    let largest = sight.longest().min(u32::from(request.party) - 1) as u8;
    let fits = |party: &u8| together(sight, u32::from(*party), visit).is_some();
    NoSeats::NoSeatsTogether {
        largest_together: (1..=largest).rev().find(fits).unwrap_or(0),
        split_possible: split::would_help(sight, request),
    }
}

/// Rungs R1 and R2: the best placement of the whole party in one block.
pub(crate) fn together(sight: &Sight, party: u32, visit: Visit) -> Option<(Placement, Key)> {
    let mut search = Search { sight, party, best: None };
    match (visit, sight.layout.order(party)) {
        (Visit::CheapestFirst, Some(order)) => search.cheapest_first(order),
        (Visit::CheapestFirst, None) | (Visit::All, _) => search.all(),
    }
    let key = search.best.map(|key| search.packed(key))?;
    Some((Placement { block: key.block, start: key.start, len: party }, key))
}

struct Search<'a> {
    sight: &'a Sight<'a>,
    party: u32,
    best: Option<Key>,
}

impl Search<'_> {
    fn all(&mut self) {
        for block in 0..self.sight.layout.blocks.len() as u32 {
            self.visit(block);
        }
    }

    /// Blocks of the cart's own seats come first: only they can hold a placement beside them, so
    /// the costs decide between all others and the least possible cost can end the search.
    fn cheapest_first(&mut self, order: &[(u64, u32)]) {
        let mut of_own: Vec<u32> = self.sight.own.iter().map(|at| self.block_of(*at)).collect();
        of_own.dedup();
        for block in of_own {
            self.visit(block);
        }
        for (least, block) in order {
            if self.best.is_some_and(|best| best.final_above(*least, &self.sight.own)) {
                return;
            }
            self.visit(*block);
        }
    }

    fn block_of(&self, position: u32) -> u32 {
        self.sight.layout.block_of[position as usize]
    }

    fn visit(&mut self, no: u32) {
        let block = &self.sight.layout.blocks[no as usize];
        match block.shape {
            Shape::Row => self.visit_row(no),
            Shape::Ring | Shape::Whole => {
                for placement in table::placements(self.sight, no, self.party) {
                    self.consider(placement);
                }
            }
        }
    }

    fn visit_row(&mut self, no: u32) {
        let (sight, party) = (self.sight, self.party);
        let block = &sight.layout.blocks[no as usize];
        let mut open = 0;
        for position in block.first..block.end {
            open = if sight.is_open(position) { open + 1 } else { 0 };
            if party > 0 && open >= party {
                self.consider(Placement { block: no, start: position + 1 - party, len: party });
            }
        }
    }

    fn consider(&mut self, placement: Placement) {
        let cost = self.sight.layout.cost(placement);
        let own = &self.sight.own;
        if own.is_empty() && self.best.is_some_and(|best| best.final_above(cost, own)) {
            return;
        }
        let Some(key) = self.key(placement, cost) else {
            return;
        };
        if self.best.is_none_or(|best| key < best) {
            self.best = Some(key);
        }
    }

    /// `None`: it leaves a single and the rule does not yield.
    fn key(&self, placement: Placement, cost: u64) -> Option<Key> {
        let sight = self.sight;
        let singles = singles_beside(sight, placement);
        if singles > 0 && !sight.rule.last_resort {
            return None;
        }
        let beside_own = sight.touches_own(placement);
        let second_pass = singles == 0
            && sight.layout.only_second_pass(placement)
            && !(beside_own && sight.owns_first_pass());
        let apart = !sight.own.is_empty() && !beside_own;
        let (block, start) = (placement.block, placement.start);
        Some(Key { singles, second_pass, apart, cost, block, start })
    }

    /// Among clean placements of the block found, little dearer, prefers one flush with the end
    /// of a run, then one that fills its run (domain 4.3, `pack_slack`).
    fn packed(&self, best: Key) -> Key {
        let slack = self.sight.rule.pack_slack_percent.min(PACK_SLACK_PERCENT_MAX);
        if slack == 0 || best.singles > 0 {
            return best;
        }
        let dearest = best.cost + best.cost * u64::from(slack) / 100;
        let block = &self.sight.layout.blocks[best.block as usize];
        let starts = block.starts(self.party);
        let placements =
            starts.map(|start| Placement { block: best.block, start, len: self.party });
        let open = placements.filter(|placement| self.sight.all_open(*placement));
        let keys = open.filter_map(|placement| {
            let key = self.key(placement, self.sight.layout.cost(placement))?;
            let alike = (key.singles, key.second_pass, key.apart);
            let fits = alike == (0, best.second_pass, best.apart) && key.cost <= dearest;
            fits.then(|| (2 - self.closed_ends(placement), key))
        });
        keys.min().map_or(best, |(_, key)| key)
    }

    /// How many of its two ends are ends of its run.
    fn closed_ends(&self, placement: Placement) -> u32 {
        let layout = self.sight.layout;
        let last = layout.positions(placement).last();
        let beside = [layout.previous(placement.start), last.and_then(|last| layout.next(last))];
        let goes_on = |at: &u32| self.sight.in_play(*at);
        2 - beside.into_iter().flatten().filter(goes_on).count() as u32
    }
}

impl Key {
    /// Can nothing that costs `least` or more beat this, other than by being beside own seats?
    fn final_above(self, least: u64, own: &[u32]) -> bool {
        let beside = !own.is_empty() && !self.apart;
        self.singles == 0 && !self.second_pass && (beside || least > self.cost)
    }
}
