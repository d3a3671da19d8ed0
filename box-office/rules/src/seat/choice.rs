//! Choose-your-own: may this selection stand, and what would be clean instead (domain 4.5).
//!
//! Judged once, over everything selected. Wheelchair and companion seats of a selection are never
//! moved by a suggestion. Takes nothing. Next: `single.rs` for the judging itself.

use crate::id::{CategoryNo, SeatNo};
use crate::seat::layout::{Layout, Placement};
use crate::seat::sight::Sight;
use crate::seat::single::{Stretch, singles_beside, stretches};
use crate::seat::take::{joined, parts, smallest};
use crate::seat::{House, Mode, SingleRule, Verdict, table};
use std::ops::Range;

/// Alternatives offered beside a refusal.
pub const SUGGESTIONS_MAX: usize = 3;
/// Steps spent on moving several parts at once before the patron gets the benefit of the doubt.
const STEPS_MAX: u32 = 20_000;
/// Placements tried for each part while several are moved at once.
const TRIES_MAX: usize = 256;

/// Judges seats picked by hand. `house.own` are seats the cart has already; they stay.
pub fn check(house: &House, selection: &[SeatNo], rule: &SingleRule, mode: Mode) -> Verdict {
    let layout = house.layout;
    let picked = selection.iter().filter(|seat| !house.own.contains(seat));
    let mut take: Vec<u32> = picked.map(|seat| layout.position(*seat)).collect();
    take.sort_unstable();
    take.dedup();
    let sight = Sight::new(house, *rule, None, None);
    if let Some(chairs) = table::broken(&sight, &take) {
        let left: Vec<u32> = chairs.iter().copied().filter(|at| !take.contains(at)).collect();
        take.extend(&left);
        let (seats, whole) = (seats(layout, &left), seats(layout, &take));
        return Verdict::LeavesSingle { seats, suggestions: vec![whole] };
    }
    let left = stretches(&sight, &take);
    if left.is_empty() {
        return Verdict::Ok;
    }
    let choice = Choice::new(house, rule, &take, mode);
    let suggestions = choice.alternatives();
    if rule.last_resort && suggestions.is_empty() {
        return Verdict::OkUnavoidable;
    }
    let positions: Vec<u32> = left.iter().flat_map(|one| one.positions(layout)).collect();
    // While the rule never yields a way out may be shown from anywhere, not only from the run.
    let suggestions = match (suggestions.is_empty(), mode) {
        (true, Mode::Lenient) => Choice::new(house, rule, &take, Mode::Strict).alternatives(),
        (true, Mode::Strict) | (false, _) => suggestions,
    };
    Verdict::LeavesSingle { seats: seats(layout, &positions), suggestions }
}

fn seats(layout: &Layout, positions: &[u32]) -> Vec<SeatNo> {
    let mut seats: Vec<SeatNo> = positions.iter().map(|at| layout.seat_at[*at as usize]).collect();
    seats.sort_unstable();
    seats.dedup();
    seats
}

struct Choice<'a> {
    sight: Sight<'a>,
    /// What may be moved: the parts of the selection, each side by side.
    parts: Vec<Placement>,
    /// For each part, the positions it may move to.
    bounds: Vec<Range<u32>>,
    /// What stays where it is.
    fixed: Vec<u32>,
}

impl<'a> Choice<'a> {
    fn new(house: &House<'a>, rule: &SingleRule, take: &[u32], mode: Mode) -> Choice<'a> {
        let layout = house.layout;
        let parts = parts(layout, take);
        let seat = |at: u32| layout.seat_at[at as usize];
        let stays = |part: &Placement| layout.positions(*part).any(|at| layout.is_access(seat(at)));
        let (fixed, parts): (Vec<_>, Vec<_>) = parts.into_iter().partition(stays);
        let moved = parts.iter().flat_map(|part| layout.positions(*part));
        let mut categories: Vec<CategoryNo> = moved.map(|at| layout.category(seat(at))).collect();
        categories.sort_unstable();
        categories.dedup();
        let sight = match mode {
            Mode::Strict => Sight::new(house, *rule, Some(&categories), None),
            Mode::Lenient => Sight::new(house, *rule, None, None),
        };
        let bounds = parts.iter().map(|part| match mode {
            Mode::Strict => 0..layout.seats as u32,
            Mode::Lenient => run_of(&sight, *part),
        });
        let fixed = fixed.iter().flat_map(|part| layout.positions(*part)).collect();
        Choice { bounds: bounds.collect(), sight, parts, fixed }
    }

    /// Whole selections that leave no single, nearest to the one made first: with one part moved,
    /// and if that never helps with all of them moved.
    fn alternatives(&self) -> Vec<Vec<SeatNo>> {
        let mut offers: Vec<(u64, u64, Vec<u32>)> = Vec::new();
        for moved in 0..self.parts.len() {
            self.move_one(moved, &mut offers);
        }
        if offers.is_empty() && self.parts.len() > 1 {
            offers.extend(self.move_all());
        }
        let layout = self.sight.layout;
        offers.into_iter().map(|(_, _, take)| seats(layout, &take)).collect()
    }

    fn move_one(&self, moved: usize, offers: &mut Vec<(u64, u64, Vec<u32>)>) {
        let layout = self.sight.layout;
        let part = self.parts[moved];
        let mut rest = self.fixed.clone();
        let others = self.parts.iter().enumerate().filter(|(no, _)| *no != moved);
        rest.extend(others.flat_map(|(_, part)| layout.positions(*part)));
        rest.sort_unstable();
        let left: Vec<Stretch> = stretches(&self.sight, &rest);
        let from = layout.middle_doubled(part);
        for placement in self.placements(part.len, &self.bounds[moved]) {
            let away = Layout::apart_squared(from, layout.middle_doubled(placement));
            let cost = layout.cost(placement);
            let worst = offers.last().filter(|_| offers.len() == SUGGESTIONS_MAX);
            if worst.is_some_and(|worst| (away, cost) >= (worst.0, worst.1)) {
                continue;
            }
            let Some(take) = self.clean_with(&rest, &left, placement) else {
                continue;
            };
            let at = offers.partition_point(|offer| (offer.0, offer.1) <= (away, cost));
            offers.insert(at, (away, cost, take));
            offers.truncate(SUGGESTIONS_MAX);
        }
    }

    /// The whole take with one part at a new place, if that is clean. `left` is what the rest
    /// leaves by itself: only a placement in the same block can mend it.
    fn clean_with(&self, rest: &[u32], left: &[Stretch], placement: Placement) -> Option<Vec<u32>> {
        let layout = self.sight.layout;
        let block = &layout.blocks[placement.block as usize];
        let here = |at: u32| (block.first..block.end).contains(&at);
        if !left.iter().all(|stretch| here(stretch.first)) {
            return None;
        }
        let shared = rest.iter().any(|at| here(*at));
        if !shared && singles_beside(&self.sight, placement) > 0 {
            return None;
        }
        let take = joined(layout, rest, placement)?;
        (!shared || stretches(&self.sight, &take).is_empty()).then_some(take)
    }

    /// Moves every part, largest first, clean places first.
    fn move_all(&self) -> Option<(u64, u64, Vec<u32>)> {
        let mut order: Vec<usize> = (0..self.parts.len()).collect();
        order.sort_by_key(|no| (std::cmp::Reverse(self.parts[*no].len), *no));
        let key =
            |one: Placement| (singles_beside(&self.sight, one), self.sight.layout.cost(one), one);
        let tries_of = |no: &usize| -> Vec<Placement> {
            let all = self.placements(self.parts[*no].len, &self.bounds[*no]);
            smallest(all.map(key), TRIES_MAX).into_iter().map(|(_, _, one)| one).collect()
        };
        let tries: Vec<Vec<Placement>> = order.iter().map(tries_of).collect();
        let mut steps = STEPS_MAX;
        let apart = self.seat_apart(&tries);
        let take = apart.or_else(|| self.seat_all(&tries, &self.fixed, &mut steps))?;
        Some((0, 0, take))
    }

    /// Every part in a block of its own, which needs no second thought: in a large house the way
    /// out of a selection in many parts.
    fn seat_apart(&self, tries: &[Vec<Placement>]) -> Option<Vec<u32>> {
        let layout = self.sight.layout;
        let block_of = |at: &u32| layout.block_of[*at as usize];
        let mut used: Vec<u32> = self.fixed.iter().map(block_of).collect();
        let mut take = self.fixed.clone();
        for part in tries {
            let free = part.iter().find(|one| !used.contains(&one.block))?;
            used.push(free.block);
            take = joined(layout, &take, *free)?;
        }
        stretches(&self.sight, &take).is_empty().then_some(take)
    }

    fn seat_all(
        &self,
        tries: &[Vec<Placement>],
        taken: &[u32],
        steps: &mut u32,
    ) -> Option<Vec<u32>> {
        let Some((first, rest)) = tries.split_first() else {
            let clean = stretches(&self.sight, taken).is_empty();
            return clean.then(|| taken.to_vec());
        };
        first.iter().find_map(|placement| {
            *steps = steps.checked_sub(1)?;
            let taken = joined(self.sight.layout, taken, *placement)?;
            self.seat_all(rest, &taken, steps)
        })
    }

    fn placements(&self, len: u32, bounds: &Range<u32>) -> impl Iterator<Item = Placement> {
        let layout = self.sight.layout;
        let blocks = 0..layout.blocks.len() as u32;
        let bounds = bounds.clone();
        let inside = {
            let bounds = bounds.clone();
            move |no: &u32| {
                let block = &layout.blocks[*no as usize];
                block.first < bounds.end && bounds.start < block.end
            }
        };
        let all = blocks.filter(inside).flat_map(move |block| {
            let starts = layout.blocks[block as usize].starts(len);
            starts.map(move |start| Placement { block, start, len })
        });
        all.filter(move |placement| {
            layout.positions(*placement).all(|at| bounds.contains(&at) && self.sight.is_open(at))
        })
    }
}

/// The run a part was picked from: it and the seats in play on both sides. Round a table, the
/// whole table.
fn run_of(sight: &Sight, part: Placement) -> Range<u32> {
    let layout = sight.layout;
    let block = &layout.blocks[part.block as usize];
    if layout.next(block.end - 1).is_some() {
        return block.first..block.end;
    }
    let before = (block.first..part.start).rev().take_while(|at| sight.in_play(*at)).count() as u32;
    let end = part.start + part.len;
    let after = (end..block.end).take_while(|at| sight.in_play(*at)).count() as u32;
    part.start - before..end + after
}
