//! Cuts row objects into blocks (seats side by side with no aisle) and joins what belongs together.
//!
//! Domain 3.2.5: a row object is cut where a step is more than 1.6 times its median step; two row
//! objects of one zone and row number are joined when their ends are that near and the direction
//! turns by 30 degrees at most. Staff's own cuts and joins come after. Never looks at categories,
//! numbers or what is sold. Floats live only here, during an import.
//! Next: `plan/block/by_hand.rs` for staff's own, `seat/best.rs` for who uses blocks.

pub(super) mod by_hand;

use super::original::RowObject;
use super::{Block, Seat};
use crate::id::SeatNo;
use std::collections::BTreeMap;

/// A step this many times the usual one is an aisle.
pub const STEP_RATIO_MAX: f64 = 1.6;

/// Degrees by which a row may turn from one piece to the next.
pub const TURN_DEGREES_MAX: f64 = 30.0;

/// Row objects of one zone and row number that are tried against each other.
pub const PIECES_MAX: usize = 100;

/// So that a step of exactly 1.6 medians does not become an aisle by rounding.
const TOLERANCE: f64 = 1e-9;

/// What became of the rows.
pub(super) struct Cut {
    pub blocks: Vec<Block>,
    /// Rows with more pieces than [`PIECES_MAX`], left unjoined.
    pub too_many: Vec<String>,
}

/// One end of a row object's seats, ready to be tried against another.
#[derive(Clone, Copy)]
struct End {
    /// Index of the block it ends.
    block: usize,
    /// The row object it came from; its own pieces were cut apart for a reason.
    row: usize,
    /// True for the last seat of the block, false for the first.
    last: bool,
    at: (f64, f64),
    /// Outward along the row; a lone seat has none.
    direction: Option<(f64, f64)>,
    /// Usual step of the row object; a lone seat has none.
    step: Option<f64>,
}

/// A pair of ends that may be joined.
struct Link {
    gap: f64,
    from: End,
    to: End,
}

/// Blocks of all row objects, in import order.
pub(super) fn cut(rows: &[RowObject], seats: &[Seat]) -> Cut {
    let mut blocks = Vec::new();
    let mut ends: BTreeMap<(u16, &str), Vec<End>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let first = blocks.len();
        let step = median_step(&seats[row.seats.clone()]);
        cut_row(row, seats, step, &mut blocks);
        if blocks.len() > first {
            let last = blocks.len() - 1;
            let group = ends.entry((row.zone, row.number.as_str())).or_default();
            group.push(end(&blocks[first], (first, index), false, step, seats));
            group.push(end(&blocks[last], (last, index), true, step, seats));
        }
    }
    let mut too_many = Vec::new();
    let mut links = Vec::new();
    for ((_, number), group) in &ends {
        if group.len() > 2 * PIECES_MAX {
            too_many.push((*number).to_owned());
        } else {
            links.extend(feasible(group));
        }
    }
    Cut { blocks: chained(blocks, links), too_many }
}

/// The usual distance between neighbours; `None` for fewer than two seats.
pub(super) fn median_step(seats: &[Seat]) -> Option<f64> {
    let mut steps: Vec<f64> =
        seats.windows(2).map(|pair| distance(place(&pair[0]), place(&pair[1]))).collect();
    steps.sort_by(f64::total_cmp);
    let middle = steps.len() / 2;
    match steps.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(steps[middle]),
        _ => Some(f64::midpoint(steps[middle - 1], steps[middle])),
    }
}

fn cut_row(row: &RowObject, seats: &[Seat], step: Option<f64>, blocks: &mut Vec<Block>) {
    let mut open: Vec<SeatNo> = Vec::new();
    let close = |open: &mut Vec<SeatNo>, blocks: &mut Vec<Block>| {
        let seats = std::mem::take(open);
        if !seats.is_empty() {
            blocks.push(Block { zone: row.zone, row: row.number.clone(), seats, table: None });
        }
    };
    for index in row.seats.clone() {
        if let (Some(last), Some(step)) = (open.last(), step) {
            let gap = distance(place(&seats[last.0 as usize]), place(&seats[index]));
            if !near(gap, step) {
                close(&mut open, blocks);
            }
        }
        open.push(SeatNo(index as u32));
    }
    close(&mut open, blocks);
}

/// Near enough to be neighbours. Seats that all stand on one spot have no aisles.
fn near(gap: f64, step: f64) -> bool {
    step <= 0.0 || gap <= step * STEP_RATIO_MAX * (1.0 + TOLERANCE)
}

fn end(
    block: &Block,
    (no, row): (usize, usize),
    last: bool,
    step: Option<f64>,
    seats: &[Seat],
) -> End {
    let at = |index: usize| place(&seats[block.seats[index].0 as usize]);
    let count = block.seats.len();
    let (tip, inner) = if last { (count - 1, count.saturating_sub(2)) } else { (0, 1) };
    // Two seats on one spot point nowhere.
    let direction =
        (count > 1).then(|| vector(at(inner), at(tip))).filter(|way| *way != (0.0, 0.0));
    End { block: no, row, last, at: at(tip), direction, step }
}

/// Every pair of ends of one printed row that may be joined.
fn feasible(group: &[End]) -> Vec<Link> {
    let mut links = Vec::new();
    for (index, from) in group.iter().enumerate() {
        for to in &group[index + 1..] {
            let gap = distance(from.at, to.at);
            if from.row != to.row && reachable(from, to, gap) && straight(from, to) {
                links.push(Link { gap, from: *from, to: *to });
            }
        }
    }
    links
}

fn reachable(from: &End, to: &End, gap: f64) -> bool {
    match (from.step, to.step) {
        (Some(a), Some(b)) => near(gap, a.min(b)),
        (Some(step), None) | (None, Some(step)) => near(gap, step),
        (None, None) => false,
    }
}

/// The way out of one end, over the gap and into the other turns by 30 degrees at most each time.
fn straight(from: &End, to: &End) -> bool {
    let gap = vector(from.at, to.at);
    let over = (gap != (0.0, 0.0)).then_some(gap);
    let into = to.direction.map(|(x, y)| (-x, -y));
    let way: Vec<(f64, f64)> = [from.direction, over, into].into_iter().flatten().collect();
    way.windows(2).all(|pair| turn_degrees(pair[0], pair[1]) <= TURN_DEGREES_MAX + TOLERANCE)
}

fn turn_degrees(a: (f64, f64), b: (f64, f64)) -> f64 {
    let cross = a.0 * b.1 - a.1 * b.0;
    let dot = a.0 * b.0 + a.1 * b.1;
    cross.atan2(dot).abs().to_degrees()
}

/// Joins along the nearest links first, each end once, never into a circle.
fn chained(blocks: Vec<Block>, mut links: Vec<Link>) -> Vec<Block> {
    let key = |link: &Link| (link.from.block, link.to.block, link.from.last, link.to.last);
    links.sort_by(|a, b| a.gap.total_cmp(&b.gap).then_with(|| key(a).cmp(&key(b))));
    let mut chain = Chain::new(blocks);
    for link in links {
        chain.join((link.from.block, link.from.last), (link.to.block, link.to.last));
    }
    chain.into_blocks()
}

/// Blocks being joined end to end.
pub(super) struct Chain {
    blocks: Vec<Block>,
    /// Per block its neighbour at the first and at the last seat.
    beyond: Vec<[Option<usize>; 2]>,
    /// Union-find parents, to see circles.
    parents: Vec<usize>,
}

impl Chain {
    pub fn new(blocks: Vec<Block>) -> Chain {
        let count = blocks.len();
        Chain { blocks, beyond: vec![[None; 2]; count], parents: (0..count).collect() }
    }

    /// Joins two ends (block, at its last seat?). False when one is taken or a circle would close.
    pub fn join(&mut self, from: (usize, bool), to: (usize, bool)) -> bool {
        let (a, b) = (self.root(from.0), self.root(to.0));
        let free = |(block, last): (usize, bool)| self.beyond[block][usize::from(last)].is_none();
        // A lone seat has one seat at both ends: its two neighbours take one side each.
        if a == b || !free(from) || !free(to) {
            return false;
        }
        self.parents[a.max(b)] = a.min(b);
        self.beyond[from.0][usize::from(from.1)] = Some(to.0);
        self.beyond[to.0][usize::from(to.1)] = Some(from.0);
        true
    }

    fn root(&mut self, mut block: usize) -> usize {
        while self.parents[block] != block {
            self.parents[block] = self.parents[self.parents[block]];
            block = self.parents[block];
        }
        block
    }

    /// Each chain as one block, where its earliest block stood, in the seat order of its earliest
    /// block of more than one seat.
    pub fn into_blocks(self) -> Vec<Block> {
        let mut done = vec![false; self.blocks.len()];
        let mut joined = Vec::with_capacity(self.blocks.len());
        for block in 0..self.blocks.len() {
            if !done[block] {
                let chain = self.chain_of(block);
                chain.iter().for_each(|(member, _)| done[*member] = true);
                joined.push(Block { seats: self.seats_of(&chain), ..self.blocks[block].clone() });
            }
        }
        joined
    }

    /// The blocks of one chain from end to end; true: taken in its own seat order.
    fn chain_of(&self, start: usize) -> Vec<(usize, bool)> {
        let mut chain: Vec<(usize, bool)> = self.beyond(start, false);
        chain.reverse();
        chain.iter_mut().for_each(|(_, forward)| *forward = !*forward);
        chain.push((start, true));
        chain.append(&mut self.beyond(start, true));
        let long = chain.iter().filter(|(block, _)| self.blocks[*block].seats.len() > 1).min();
        if long.is_some_and(|(_, forward)| !forward) {
            chain.reverse();
            chain.iter_mut().for_each(|(_, forward)| *forward = !*forward);
        }
        chain
    }

    /// The blocks beyond one side of a block, walking outward.
    fn beyond(&self, start: usize, last: bool) -> Vec<(usize, bool)> {
        let (mut from, mut side, mut chain) = (start, usize::from(last), Vec::new());
        while let Some(next) = self.beyond[from][side] {
            let forward = self.beyond[next][0] == Some(from);
            chain.push((next, forward));
            (from, side) = (next, usize::from(forward));
        }
        chain
    }

    fn seats_of(&self, chain: &[(usize, bool)]) -> Vec<SeatNo> {
        let mut seats = Vec::new();
        for (block, forward) in chain {
            let own = self.blocks[*block].seats.iter().copied();
            if *forward {
                seats.extend(own);
            } else {
                seats.extend(own.rev());
            }
        }
        seats
    }
}

fn place(seat: &Seat) -> (f64, f64) {
    (f64::from(seat.x), f64::from(seat.y))
}

fn vector(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    (to.0 - from.0, to.1 - from.1)
}

fn distance(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (x, y) = vector(from, to);
    // Not `hypot`: only the square root is rounded alike on every machine.
    (x * x + y * y).sqrt()
}
