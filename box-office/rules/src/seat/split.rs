//! Parties in parts: R3, R4 and R5 of the ladder (domain 4.3).
//!
//! As few parts as can be, and those near each other: in the same row and in the two rows in front
//! and behind. How few is told by `spread.rs`, which also answers when nothing near does. Used
//! only when the party fits nowhere side by side; never crosses an aisle inside a part.

use crate::plan::Point;
use crate::seat::best::found;
use crate::seat::layout::{Layout, Placement, Shape};
use crate::seat::sight::Sight;
use crate::seat::single::{singles_beside, stretches};
use crate::seat::spread::{self, Weigh};
use crate::seat::take::{joined, smallest};
use crate::seat::{Found, Request, Rung};

/// Placements of the first part that are tried.
const FIRST_MAX: usize = 64;
/// What a unit of distance between parts weighs against a unit of cost.
pub(crate) const DISTANCE_WEIGHT: u64 = 4;

/// Rungs R3 to R5, as far as the request and the rule allow.
pub(crate) fn in_parts(sight: &Sight, request: &Request) -> Option<Found> {
    if !request.allow_split {
        return None;
    }
    let party = u32::from(request.party);
    let together = seat_in_parts(sight, party, Weigh::Clean).map(|parts| (parts, Rung::R3));
    let together = together.or_else(|| {
        let yields = sight.rule.last_resort;
        let parts = yields.then(|| seat_in_parts(sight, party, Weigh::FewestParts))?;
        parts.map(|parts| (parts, Rung::R4))
    });
    let (parts, rung) = together.or_else(|| {
        let parts = request.allow_alone.then(|| anywhere(sight, party))?;
        parts.map(|parts| (parts, Rung::R5))
    })?;
    let singles = singles_of(sight, &parts);
    Some(found(sight, &parts, rung, singles))
}

/// Would a permission that the request did not give seat the party? With both of them anybody may
/// sit anywhere; where the rule yields that takes nothing but seats enough.
pub(crate) fn would_help(sight: &Sight, request: &Request) -> bool {
    let party = u32::from(request.party);
    let missing = !(request.allow_split && request.allow_alone);
    let enough = sight.left_one_by_one() >= party;
    missing && enough && (sight.rule.last_resort || spread::can_be_clean(sight, party))
}

/// R5: any seats with the fewest new singles, which must be none unless the rule yields.
fn anywhere(sight: &Sight, party: u32) -> Option<Vec<Placement>> {
    let parts = spread::least(sight, party, Weigh::FewestSingles)?;
    (sight.rule.last_resort || singles_of(sight, &parts) == 0).then_some(parts)
}

/// R3 and R4: the fewest parts there can be, near each other if that costs no single.
pub(crate) fn seat_in_parts(sight: &Sight, party: u32, weigh: Weigh) -> Option<Vec<Placement>> {
    let least = spread::least(sight, party, weigh)?;
    let singles = singles_of(sight, &least);
    let count = least.len() as u32;
    let near = sizes(party, count).into_iter().find_map(|sizes| near(sight, &sizes, singles));
    Some(near.unwrap_or(least))
}

/// Sizes to try, most equal first: every way for two parts, the most equal one for more.
fn sizes(party: u32, count: u32) -> Vec<Vec<u32>> {
    match count {
        0 | 1 => Vec::new(),
        2 => (2..=party / 2).rev().map(|small| vec![party - small, small]).collect(),
        _ => {
            let larger = party % count;
            vec![(0..count).map(|no| party / count + u32::from(no < larger)).collect()]
        }
    }
}

/// Parts chosen so far, with what they cost.
struct Chain {
    parts: Vec<Placement>,
    take: Vec<u32>,
    singles: u32,
    /// Costs and weighted distances.
    weight: u64,
}

/// Parts of these sizes near each other that leave at most so many new singles: from each of the
/// cheapest places of the first part, the next one is always the best near by.
fn near(sight: &Sight, sizes: &[u32], singles_max: u32) -> Option<Vec<Placement>> {
    let (first, rest) = sizes.split_first()?;
    let firsts = cheapest(sight, *first, singles_max);
    let chains = firsts.into_iter().filter_map(|part| {
        let mut chain = Chain {
            take: joined(sight.layout, &[], part)?,
            singles: singles_beside(sight, part),
            weight: sight.layout.cost(part),
            parts: vec![part],
        };
        for size in rest {
            chain = chain.next(sight, *size, singles_max)?;
        }
        Some(chain)
    });
    let best = chains.min_by(|one, other| one.key().cmp(&other.key()))?;
    Some(best.parts)
}

impl Chain {
    fn key(&self) -> (u32, u64, &[Placement]) {
        (self.singles, self.weight, &self.parts)
    }

    fn next(&self, sight: &Sight, size: u32, singles_max: u32) -> Option<Chain> {
        let mut blocks: Vec<u32> =
            self.parts.iter().flat_map(|part| sight.layout.near(part.block)).collect();
        blocks.sort_unstable();
        blocks.dedup();
        let mut best: Option<(u32, u64, Placement)> = None;
        for placement in open_placements(sight, blocks.into_iter(), size) {
            let nearest = self.weight + sight.layout.cost(placement);
            // Only a part in the same block can mend a single that the others leave.
            let elsewhere = self.parts.iter().all(|part| part.block != placement.block);
            let least = if elsewhere { self.singles } else { 0 };
            if best.is_some_and(|best| best.0 <= least && nearest > best.1) {
                continue;
            }
            let away = distance(sight.layout, &self.parts, placement);
            let weight = nearest + DISTANCE_WEIGHT * away;
            let Some(singles) = self.singles_with(sight, placement) else {
                continue;
            };
            let key = (singles, weight, placement);
            if singles <= singles_max && best.is_none_or(|best| key < best) {
                best = Some(key);
            }
        }
        let (singles, weight, placement) = best?;
        let mut parts = self.parts.clone();
        parts.push(placement);
        Some(Chain { parts, take: joined(sight.layout, &self.take, placement)?, singles, weight })
    }

    /// New singles of all parts with one more; `None` if it overlaps.
    fn singles_with(&self, sight: &Sight, placement: Placement) -> Option<u32> {
        if self.parts.iter().all(|part| part.block != placement.block) {
            return Some(self.singles + singles_beside(sight, placement));
        }
        let take = joined(sight.layout, &self.take, placement)?;
        Some(stretches(sight, &take).len() as u32)
    }
}

/// The cheapest placements of a size that leave at most so many new singles.
fn cheapest(sight: &Sight, size: u32, singles_max: u32) -> Vec<Placement> {
    let blocks = 0..sight.layout.blocks.len() as u32;
    let open = open_placements(sight, blocks, size);
    let fit = open.filter(|placement| singles_beside(sight, *placement) <= singles_max);
    let kept = smallest(fit.map(|placement| (sight.layout.cost(placement), placement)), FIRST_MAX);
    kept.into_iter().map(|(_, placement)| placement).collect()
}

/// Placements of a size that may be taken. Tables sold whole are never part of a party.
pub(crate) fn open_placements<'a>(
    sight: &'a Sight,
    blocks: impl Iterator<Item = u32> + 'a,
    size: u32,
) -> impl Iterator<Item = Placement> + 'a {
    blocks.flat_map(move |no| {
        let block = &sight.layout.blocks[no as usize];
        let starts = match block.shape {
            Shape::Row | Shape::Ring => block.starts(size),
            Shape::Whole => block.first..block.first,
        };
        let all = starts.map(move |start| Placement { block: no, start, len: size });
        all.filter(|placement| sight.all_open(*placement))
    })
}

/// Distance from a placement to the nearest of some parts, middle to middle, in units of cost.
pub(crate) fn distance(layout: &Layout, parts: &[Placement], placement: Placement) -> u64 {
    let from = layout.middle_doubled(placement);
    let middles = parts.iter().map(|part| layout.middle_doubled(*part));
    let nearest = middles.map(|middle: Point| Layout::apart_squared(from, middle)).min();
    // Middles are doubled and in hundredths; costs are sixteenths of a plan unit.
    nearest.unwrap_or(0).isqrt() * 8 / 100
}

pub(crate) fn singles_of(sight: &Sight, parts: &[Placement]) -> u32 {
    let mut take: Vec<u32> = parts.iter().flat_map(|part| sight.layout.positions(*part)).collect();
    take.sort_unstable();
    stretches(sight, &take).len() as u32
}
