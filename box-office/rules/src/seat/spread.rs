//! The least a party can be spread: exact, over the whole house, seat by seat (domain 4.3).
//!
//! A running minimum over each block and then over blocks: number of parts, people alone, new
//! singles and cost all add up, so the best sum is the best seating. Knows nothing of distance:
//! `split.rs` looks for parts near each other and falls back on this. Never used while the party
//! fits side by side.

use crate::seat::layout::{Placement, Shape};
use crate::seat::sight::Sight;
use crate::seat::take;
use std::ops::{Add, Range};

/// What a rung counts, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weigh {
    /// R3: nobody alone, no new single, fewest parts.
    Clean,
    /// R4: nobody alone, fewest parts, then fewest new singles.
    FewestParts,
    /// R5: fewest new singles, then fewest people alone, then fewest parts.
    FewestSingles,
}

/// A sum that compares like a word: first figure first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Tally([u64; 4]);

impl Add for Tally {
    type Output = Tally;
    fn add(self, other: Tally) -> Tally {
        Tally(std::array::from_fn(|at| self.0[at] + other.0[at]))
    }
}

impl Weigh {
    fn part(self) -> Tally {
        match self {
            Weigh::Clean | Weigh::FewestParts => Tally([1, 0, 0, 0]),
            Weigh::FewestSingles => Tally([0, 0, 1, 0]),
        }
    }

    fn single(self) -> Option<Tally> {
        match self {
            Weigh::Clean => None,
            Weigh::FewestParts => Some(Tally([0, 1, 0, 0])),
            Weigh::FewestSingles => Some(Tally([1, 0, 0, 0])),
        }
    }

    /// Can nothing be less spread, but for the cost? A rung is tried when the one before it found
    /// nothing, so R4 has at least one single and R5 is never known to be the least.
    fn is_least(self, tally: Tally, parts_min: u64) -> bool {
        match self {
            Weigh::Clean => tally.0[0] <= parts_min,
            Weigh::FewestParts => tally.0[0] <= parts_min && tally.0[1] <= 1,
            Weigh::FewestSingles => false,
        }
    }

    fn alone(self) -> Option<Tally> {
        match self {
            Weigh::Clean | Weigh::FewestParts => None,
            Weigh::FewestSingles => Some(Tally([0, 1, 0, 0])),
        }
    }
}

/// Where a stretch of free seats began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// At a seat that is not in play: short there, it was short before.
    Edge,
    /// At the wall, where the venue allows a single.
    Wall,
    /// At a seat we take: short there, it is a new single.
    Taken,
}

/// What stands just before the next seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Taken {
        alone: bool,
        in_play: bool,
    },
    /// Free seats enough to be no single, however they end.
    Long,
    Free {
        origin: Origin,
        len: u32,
    },
}

/// The least spread seating of `party`, as parts in block order. Among equally good ones it tends
/// to the cheap seats: blocks are visited from the best seat on, until nothing can be less spread.
pub(crate) fn least(sight: &Sight, party: u32, weigh: Weigh) -> Option<Vec<Placement>> {
    let parts_min = u64::from(party.div_ceil(sight.longest().max(1)));
    let mut reach = Reach::new(sight, party, weigh);
    reach.visit(|tally| weigh.is_least(tally, parts_min));
    reach.seating()
}

/// Can the party be seated without a new single, people alone or not?
pub(crate) fn can_be_clean(sight: &Sight, party: u32) -> bool {
    let is_clean = |tally: Tally| tally.0[0] == 0;
    let mut reach = Reach::new(sight, party, Weigh::FewestSingles);
    reach.visit(is_clean);
    reach.whole().is_some_and(is_clean)
}

/// What can be reached by seating people block after block.
struct Reach<'a> {
    walk: Walk<'a>,
    party: usize,
    /// By people seated: the least tally.
    least: Vec<Option<Tally>>,
    /// For each block visited: how many sit there, by people seated up to it.
    chosen: Vec<(u32, Vec<usize>)>,
}

impl<'a> Reach<'a> {
    fn new(sight: &'a Sight<'a>, party: u32, weigh: Weigh) -> Reach<'a> {
        let walk = Walk::new(sight, party, weigh);
        let party = party as usize;
        let mut least = vec![None; party + 1];
        least[0] = Some(Tally::default());
        Reach { walk, party, least, chosen: Vec::new() }
    }

    fn whole(&self) -> Option<Tally> {
        self.least[self.party]
    }

    fn visit(&mut self, enough: impl Fn(Tally) -> bool) {
        let order = self.walk.sight.layout.order(1).unwrap_or_default();
        for (_, block) in order {
            if self.walk.block(*block) {
                self.add(*block);
            }
            if self.whole().is_some_and(&enough) {
                return;
            }
        }
    }

    fn add(&mut self, block: u32) {
        let mut choice = vec![0; self.party + 1];
        for total in (1..=self.party).rev() {
            for (count, way) in self.walk.ends.iter().enumerate().take(total + 1).skip(1) {
                let (Some(before), Some(way)) = (self.least[total - count], way) else {
                    continue;
                };
                let sum = before + way.0;
                if self.least[total].is_none_or(|held| sum < held) {
                    self.least[total] = Some(sum);
                    choice[total] = count;
                }
            }
        }
        if choice.iter().any(|count| *count > 0) {
            self.chosen.push((block, choice));
        }
    }

    fn seating(mut self) -> Option<Vec<Placement>> {
        self.whole()?;
        let mut seated = Vec::new();
        let mut total = self.party;
        for (block, choice) in self.chosen.iter().rev() {
            if choice[total] > 0 {
                self.walk.block(*block);
                seated.extend(self.walk.positions(choice[total]));
                total -= choice[total];
            }
        }
        seated.sort_unstable();
        Some(take::parts(self.walk.sight.layout, &seated))
    }
}

/// The tally of a way to seat some people, and the last link of its chain of positions.
type Way = Option<(Tally, u32)>;

const NO_LINK: u32 = u32::MAX;

/// Walks one block at a time; its buffers serve all of them.
struct Walk<'a> {
    sight: &'a Sight<'a>,
    party: usize,
    weigh: Weigh,
    /// Every [`Before`] by its number.
    kinds: Vec<Before>,
    /// By people seated so far and kind of [`Before`].
    ways: Vec<Way>,
    next_ways: Vec<Way>,
    /// Chains of taken positions: position and the link before it.
    links: Vec<(u32, u32)>,
    /// By people seated, at the end of the block.
    ends: Vec<Way>,
}

impl<'a> Walk<'a> {
    fn new(sight: &'a Sight<'a>, party: u32, weigh: Weigh) -> Walk<'a> {
        let party = party as usize;
        let kinds: Vec<Before> = befores(sight.shortest()).collect();
        let ways = vec![None; (party + 1) * kinds.len()];
        let next_ways = ways.clone();
        let ends = vec![None; party + 1];
        Walk { sight, party, weigh, kinds, ways, next_ways, links: Vec::new(), ends }
    }

    /// Fills `ends` for a block; false if nobody can sit there.
    fn block(&mut self, no: u32) -> bool {
        let block = &self.sight.layout.blocks[no as usize];
        if !(block.first..block.end).any(|position| self.sight.is_open(position)) {
            return false;
        }
        self.links.clear();
        self.ends.fill(None);
        let wall = self.sight.rule.aisle_single_ok;
        match block.shape {
            Shape::Row => self.row(block.first..block.end, wall),
            Shape::Whole => {}
            Shape::Ring => {
                let sight = self.sight;
                let gap = |at: &u32| !sight.in_play(*at) && !sight.is_open(*at);
                match (block.first..block.end).find(gap) {
                    Some(gap) => self.row((gap..block.end).chain(block.first..gap), false),
                    None => self.round(block.first..block.end),
                }
            }
        }
        self.ends.iter().any(Option::is_some)
    }

    /// A table with no gap to begin at: begins at each chair in turn, as the first of a part.
    fn round(&mut self, chairs: Range<u32>) {
        let count = chairs.len();
        let all_open = chairs.clone().all(|chair| self.sight.is_open(chair));
        if all_open && count <= self.party {
            let alone = if count == 1 { self.weigh.alone() } else { Some(Tally::default()) };
            let cost = Tally([0, 0, 0, self.sight.layout.sum(chairs.start, chairs.end)]);
            let links = &mut self.links;
            let chain = || chairs.clone().fold(NO_LINK, |link, chair| linked(links, chair, link));
            if let Some(alone) = alone {
                keep(&mut self.ends[count], self.weigh.part() + alone + cost, chain);
            }
        }
        for first in chairs.clone().filter(|chair| self.sight.is_open(*chair)) {
            let in_play = self.sight.in_play(first);
            let start = self.kinds.len() + self.kind(Before::Taken { alone: true, in_play });
            let cost = Tally([0, 0, 0, self.sight.layout.sum(first, first + 1)]);
            let link = linked(&mut self.links, first, NO_LINK);
            self.ways.fill(None);
            self.ways[start] = Some((self.weigh.part() + cost, link));
            self.walk((first + 1..chairs.end).chain(chairs.start..first));
            self.finish(|walk, before| match before {
                // It would be one part with the first chair: another beginning finds that.
                Before::Taken { .. } => None,
                Before::Free { .. } | Before::Long => walk.meets(before, in_play),
            });
        }
    }

    fn row(&mut self, positions: impl Iterator<Item = u32>, wall: bool) {
        self.ways.fill(None);
        let origin = if wall { Origin::Wall } else { Origin::Edge };
        let start = self.kind(Before::Free { origin, len: 0 });
        self.ways[start] = Some((Tally::default(), NO_LINK));
        self.walk(positions);
        self.finish(|walk, before| walk.end(before, wall));
    }

    fn walk(&mut self, positions: impl Iterator<Item = u32>) {
        for position in positions {
            self.next_ways.fill(None);
            self.step(position);
            std::mem::swap(&mut self.ways, &mut self.next_ways);
        }
    }

    /// Ends all ways; `last` says what the end costs, or that a way cannot end so.
    fn finish(&mut self, last: impl Fn(&Walk, Before) -> Option<Tally>) {
        for at in self.kinds.len()..self.ways.len() {
            let Some((tally, link)) = self.ways[at] else {
                continue;
            };
            let (seated, kind) = (at / self.kinds.len(), at % self.kinds.len());
            if let Some(more) = last(self, self.kinds[kind]) {
                keep(&mut self.ends[seated], tally + more, || link);
            }
        }
    }

    /// One seat further: it is left, or it is taken.
    fn step(&mut self, position: u32) {
        let in_play = self.sight.in_play(position);
        let open = self.sight.is_open(position);
        let cost = Tally([0, 0, 0, self.sight.layout.sum(position, position + 1)]);
        let kinds = self.kinds.len();
        for from in 0..self.ways.len() {
            let Some((tally, link)) = self.ways[from] else {
                continue;
            };
            let (row, before) = (from - from % kinds, self.kinds[from % kinds]);
            if let Some((after, more)) = self.leave(before, in_play) {
                let to = row + self.kind(after);
                keep(&mut self.next_ways[to], tally + more, || link);
            }
            if !open || row / kinds == self.party {
                continue;
            }
            if let Some((after, more)) = self.take(before, in_play) {
                let to = row + kinds + self.kind(after);
                let links = &mut self.links;
                let chain = || linked(links, position, link);
                keep(&mut self.next_ways[to], tally + more + cost, chain);
            }
        }
    }

    fn leave(&self, before: Before, in_play: bool) -> Option<(Before, Tally)> {
        let nothing = Tally::default();
        let (origin, len, more) = match before {
            Before::Long if in_play => return Some((Before::Long, nothing)),
            Before::Long => (Origin::Edge, 0, nothing),
            Before::Free { origin: Origin::Taken, len: 1.. } if !in_play => {
                (Origin::Edge, 0, self.weigh.single()?)
            }
            Before::Free { origin, len } => (origin, len, nothing),
            Before::Taken { alone, in_play } => {
                let origin = if in_play { Origin::Taken } else { Origin::Edge };
                (origin, 0, if alone { self.weigh.alone()? } else { nothing })
            }
        };
        let after = match (in_play, len + 1 >= self.sight.shortest()) {
            (false, _) => Before::Free { origin: Origin::Edge, len: 0 },
            (true, true) => Before::Long,
            (true, false) => Before::Free { origin, len: len + 1 },
        };
        Some((after, more))
    }

    fn take(&self, before: Before, in_play: bool) -> Option<(Before, Tally)> {
        let more = match before {
            Before::Taken { .. } => {
                return Some((Before::Taken { alone: false, in_play }, Tally::default()));
            }
            Before::Free { .. } | Before::Long => {
                self.weigh.part() + self.meets(before, in_play)?
            }
        };
        Some((Before::Taken { alone: true, in_play }, more))
    }

    /// What it costs that a stretch of free seats meets a taken one. It was short before if the
    /// seats at both its ends were no part of its run.
    fn meets(&self, before: Before, in_play: bool) -> Option<Tally> {
        match before {
            Before::Free { origin: Origin::Taken, len: 1.. } => self.weigh.single(),
            Before::Free { origin: Origin::Edge, len: 1.. } if in_play => self.weigh.single(),
            Before::Taken { .. } | Before::Free { .. } | Before::Long => Some(Tally::default()),
        }
    }

    fn end(&self, before: Before, wall: bool) -> Option<Tally> {
        match before {
            Before::Taken { alone: true, .. } => self.weigh.alone(),
            Before::Free { origin: Origin::Taken, len: 1.. } if !wall => self.weigh.single(),
            Before::Taken { .. } | Before::Free { .. } | Before::Long => Some(Tally::default()),
        }
    }

    /// Its number: the order of [`befores`].
    fn kind(&self, before: Before) -> usize {
        match before {
            Before::Taken { alone, in_play } => usize::from(alone) * 2 + usize::from(in_play),
            Before::Long => 4,
            Before::Free { origin, len } => {
                5 + origin as usize * self.sight.shortest() as usize + len as usize
            }
        }
    }

    fn positions(&self, seated: usize) -> Vec<u32> {
        let mut link = self.ends[seated].map_or(NO_LINK, |(_, link)| link);
        let mut positions = Vec::new();
        while link != NO_LINK {
            let (position, before) = self.links[link as usize];
            positions.push(position);
            link = before;
        }
        positions
    }
}

/// Everything that can stand before a seat.
fn befores(shortest: u32) -> impl Iterator<Item = Before> {
    let flags = [(false, false), (false, true), (true, false), (true, true)];
    let taken = flags.into_iter().map(|(alone, in_play)| Before::Taken { alone, in_play });
    let origins = [Origin::Edge, Origin::Wall, Origin::Taken];
    let free = origins
        .into_iter()
        .flat_map(move |origin| (0..shortest).map(move |len| Before::Free { origin, len }));
    taken.chain([Before::Long]).chain(free)
}

fn keep(way: &mut Way, tally: Tally, link: impl FnOnce() -> u32) {
    if way.is_none_or(|held| tally < held.0) {
        *way = Some((tally, link()));
    }
}

fn linked(links: &mut Vec<(u32, u32)>, position: u32, before: u32) -> u32 {
    links.push((position, before));
    links.len() as u32 - 1
}
