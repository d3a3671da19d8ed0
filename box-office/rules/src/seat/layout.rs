//! A plan compiled for searching: seats in block order, running sums of cost, rows, bays.
//!
//! Made once per plan version and shared by all its performances. A *position* is the index of a
//! seat in block order, so that neighbours are neighbours. Never holds who sits where, and no
//! float. Next: `sight.rs` lays a performance over it.

use crate::id::{CategoryNo, SeatNo};
use crate::plan::{Plan, Point, Seat};
use crate::seat::PARTY_MAX;
use crate::seat::inventory::SeatSet;
use std::collections::BTreeMap;
use std::ops::Range;

/// Rows in front and behind that count as near (domain 4.3).
const ROWS_NEAR_MAX: usize = 2;

/// The compiled plan.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// How many seats the plan has.
    pub seats: usize,
    /// By position.
    pub(crate) seat_at: Vec<SeatNo>,
    pub(crate) block_of: Vec<u32>,
    points: Vec<Point>,
    /// `sums[position]` = costs of all positions before it; one more entry than positions.
    sums: Vec<u64>,
    /// Second-pass seats before a position; empty when the plan has none.
    second_before: Vec<u32>,
    /// By seat.
    position_of: Vec<u32>,
    category_of: Vec<CategoryNo>,
    pub(crate) blocks: Vec<Block>,
    rows: Vec<Row>,
    pub(crate) bays: Vec<Bay>,
    /// Companion seats and the wheelchair place each belongs to, ordered by place.
    companions: Vec<(SeatNo, SeatNo)>,
    /// Wheelchair and companion seats.
    pub(crate) access: SeatSet,
    pub(crate) places: SeatSet,
    /// Seats no performance sells from this plan.
    pub(crate) not_for_sale: SeatSet,
    /// Accessible seats that are not released, and what is not for sale.
    pub(crate) kept_back: SeatSet,
    /// Chairs of tables that are sold whole.
    pub(crate) whole_tables: SeatSet,
    pub(crate) by_category: Vec<SeatSet>,
    pub(crate) by_zone: Vec<SeatSet>,
    /// For each party size up to [`PARTY_MAX`]: blocks long enough, cheapest possible sum first.
    order: Vec<Vec<(u64, u32)>>,
}

/// Seats side by side. `first..end` are positions.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub first: u32,
    pub end: u32,
    pub shape: Shape,
    /// Index in the rows of the layout.
    row: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Row,
    /// Chairs of a table sold one by one: the last is the neighbour of the first.
    Ring,
    /// Chairs of a table sold as one unit.
    Whole,
}

/// Blocks of one printed row; rows of a zone stand in order of distance from the focal point.
#[derive(Clone, Debug)]
struct Row {
    zone: u16,
    blocks: Vec<u32>,
}

/// Wheelchair places that stand together, in block order.
#[derive(Clone, Debug)]
pub(crate) struct Bay {
    pub places: Vec<SeatNo>,
}

/// Seats side by side in one block: `len` positions from `start`, round the table if a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Placement {
    pub block: u32,
    pub start: u32,
    pub len: u32,
}

impl Layout {
    /// Compiles a plan.
    pub fn of(plan: &Plan) -> Layout {
        let seats = plan.seats.len();
        let (rows, row_of) = rows(plan);
        let blocks = blocks(plan, &row_of);
        let nos = || plan.blocks.iter().flat_map(|block| block.seats.iter().copied());
        let set = |keep: &dyn Fn(SeatNo, &Seat) -> bool| {
            SeatSet::of(seats, nos().filter(|no| keep(*no, plan.seat(*no))))
        };
        let seat_at: Vec<SeatNo> = nos().collect();
        let mut position_of = vec![u32::MAX; plan.seats.len()];
        for (no, position) in seat_at.iter().zip(0..) {
            position_of[no.0 as usize] = position;
        }
        let block_nos = blocks.iter().zip(0u32..);
        let mut layout = Layout {
            seats,
            block_of: block_nos
                .flat_map(|(block, no)| (block.first..block.end).map(move |_| no))
                .collect(),
            points: nos().map(|no| plan.seat(no).at()).collect(),
            sums: running(nos().map(|no| u64::from(plan.seat(no).cost))),
            second_before: second_before(plan, &seat_at),
            position_of,
            category_of: plan.seats.iter().map(|seat| seat.category).collect(),
            rows,
            bays: bays(plan),
            companions: companions(plan),
            access: set(&|_, seat| is_access(seat)),
            places: set(&|_, seat| seat.wheelchair),
            not_for_sale: set(&|no, _| !plan.for_sale(no)),
            kept_back: set(&|no, seat| !plan.for_sale(no) || is_access(seat)),
            whole_tables: SeatSet::of(
                seats,
                plan.tables.iter().filter(|table| table.whole).flat_map(|t| t.seats.clone()),
            ),
            by_category: plan
                .category_nos()
                .map(|no| set(&|_, seat| seat.category == no))
                .collect(),
            by_zone: (0..plan.zones.len() as u16)
                .map(|no| set(&|_, seat| seat.zone == no))
                .collect(),
            order: Vec::new(),
            seat_at,
            blocks,
        };
        layout.order = (1..=PARTY_MAX as u32).map(|party| layout.ordered_for(party)).collect();
        layout
    }

    pub fn category(&self, seat: SeatNo) -> CategoryNo {
        self.category_of[seat.0 as usize]
    }

    /// The layout of a performance where these wheelchair and companion seats have been released:
    /// they are seats like any other, and still given out to wheelchair users (domain 4.4).
    pub fn releasing(&self, released: &SeatSet) -> Layout {
        let mut layout = self.clone();
        layout.kept_back.put_aside(released);
        layout.kept_back.unite(&self.not_for_sale);
        layout
    }

    /// Is it a wheelchair or companion seat?
    pub fn is_access(&self, seat: SeatNo) -> bool {
        self.access.has(seat)
    }

    /// Is it a wheelchair place, not a companion seat?
    pub fn is_place(&self, seat: SeatNo) -> bool {
        self.places.has(seat)
    }

    /// What is sold together with a seat: all chairs of its table if that is sold whole.
    pub fn unit(&self, seat: SeatNo) -> Vec<SeatNo> {
        match self.block_at(self.position(seat)).shape {
            Shape::Row | Shape::Ring => vec![seat],
            Shape::Whole => {
                let block = self.block_at(self.position(seat));
                self.seat_at[block.first as usize..block.end as usize].to_vec()
            }
        }
    }

    pub(crate) fn position(&self, seat: SeatNo) -> u32 {
        self.position_of[seat.0 as usize]
    }

    pub(crate) fn block_at(&self, position: u32) -> &Block {
        &self.blocks[self.block_of[position as usize] as usize]
    }

    /// The neighbour towards the block's end; round the table if it is one.
    pub(crate) fn next(&self, position: u32) -> Option<u32> {
        let block = self.block_at(position);
        if position + 1 < block.end {
            return Some(position + 1);
        }
        (block.shape != Shape::Row && block.len() > 1).then_some(block.first)
    }

    /// The neighbour towards the block's beginning; round the table if it is one.
    pub(crate) fn previous(&self, position: u32) -> Option<u32> {
        let block = self.block_at(position);
        if position > block.first {
            return Some(position - 1);
        }
        (block.shape != Shape::Row && block.len() > 1).then_some(block.end - 1)
    }

    /// Positions of a placement in seat order.
    pub(crate) fn positions(&self, placement: Placement) -> impl Iterator<Item = u32> + use<> {
        let block = &self.blocks[placement.block as usize];
        let (first, len) = (block.first, block.len());
        (0..placement.len).map(move |step| first + (placement.start - first + step) % len)
    }

    pub(crate) fn cost(&self, placement: Placement) -> u64 {
        let block = &self.blocks[placement.block as usize];
        let (start, end) = (placement.start, placement.start + placement.len);
        if end <= block.end {
            return self.sum(start, end);
        }
        self.sum(start, block.end) + self.sum(block.first, end - block.len())
    }

    /// Costs of the positions `start..end`.
    pub(crate) fn sum(&self, start: u32, end: u32) -> u64 {
        self.sums[end as usize] - self.sums[start as usize]
    }

    pub(crate) fn has_second_pass(&self) -> bool {
        !self.second_before.is_empty()
    }

    /// Is every seat of it second pass?
    pub(crate) fn only_second_pass(&self, placement: Placement) -> bool {
        self.has_second_pass()
            && self.positions(placement).all(|position| self.is_second_pass(position))
    }

    pub(crate) fn is_second_pass(&self, position: u32) -> bool {
        let at = position as usize;
        self.has_second_pass() && self.second_before[at + 1] > self.second_before[at]
    }

    /// Twice the middle of a placement, between its end seats.
    pub(crate) fn middle_doubled(&self, placement: Placement) -> Point {
        let mut ends = self.positions(placement);
        let first = self.points[ends.next().map_or(placement.start, |at| at) as usize];
        let last = self.points[ends.last().map_or(placement.start, |at| at) as usize];
        Point { x: first.x + last.x, y: first.y + last.y }
    }

    /// Squared distance of two doubled middles.
    pub(crate) fn apart_squared(one: Point, other: Point) -> u64 {
        let x = u64::from(one.x.abs_diff(other.x));
        let y = u64::from(one.y.abs_diff(other.y));
        x * x + y * y
    }

    /// Blocks of the same row and of the rows next to it, in block order.
    pub(crate) fn near(&self, block: u32) -> Vec<u32> {
        let row = self.blocks[block as usize].row as usize;
        let zone = self.rows[row].zone;
        let from = row.saturating_sub(ROWS_NEAR_MAX);
        let to = (row + ROWS_NEAR_MAX + 1).min(self.rows.len());
        let rows = self.rows[from..to].iter().filter(|row| row.zone == zone);
        let mut near: Vec<u32> = rows.flat_map(|row| row.blocks.iter().copied()).collect();
        near.sort_unstable();
        near
    }

    pub(crate) fn same_row(&self, one: u32, other: u32) -> bool {
        self.blocks[one as usize].row == self.blocks[other as usize].row
    }

    /// Blocks that can seat the party, by the least they could cost; `None`: party too large.
    pub(crate) fn order(&self, party: u32) -> Option<&[(u64, u32)]> {
        self.order.get(party.checked_sub(1)? as usize).map(Vec::as_slice)
    }

    /// Companion seats that belong to a wheelchair place.
    pub(crate) fn companions(&self, place: SeatNo) -> impl Iterator<Item = SeatNo> + '_ {
        let from = self.companions.partition_point(|pair| pair.0 < place);
        self.companions[from..].iter().take_while(move |pair| pair.0 == place).map(|pair| pair.1)
    }

    fn ordered_for(&self, party: u32) -> Vec<(u64, u32)> {
        let fitting = self.blocks.iter().zip(0u32..).filter(|(block, _)| block.len() >= party);
        let least = fitting.filter_map(|(block, no)| {
            let starts = block.starts(party);
            let sums = starts.map(|start| self.cost(Placement { block: no, start, len: party }));
            sums.min().map(|least| (least, no))
        });
        let mut order: Vec<(u64, u32)> = least.collect();
        order.sort_unstable();
        order
    }
}

impl Block {
    pub fn len(&self) -> u32 {
        self.end - self.first
    }

    /// Where a party can begin. Round a table anywhere, but a party that fills it only once.
    pub fn starts(&self, party: u32) -> Range<u32> {
        let len = self.len();
        match self.shape {
            _ if party == 0 || party > len => self.first..self.first,
            Shape::Ring if party < len => self.first..self.end,
            Shape::Whole if party < len => self.first..self.first,
            Shape::Row | Shape::Ring | Shape::Whole => self.first..self.end - party + 1,
        }
    }
}

fn running(costs: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut sum = 0;
    let mut sums = vec![0];
    for cost in costs {
        sum += cost;
        sums.push(sum);
    }
    sums
}

fn second_before(plan: &Plan, seat_at: &[SeatNo]) -> Vec<u32> {
    if !plan.seats.iter().any(|seat| seat.second_pass) {
        return Vec::new();
    }
    let flags = seat_at.iter().map(|no| u64::from(plan.seat(*no).second_pass));
    running(flags).into_iter().map(|count| count as u32).collect()
}

fn blocks(plan: &Plan, row_of: &[u32]) -> Vec<Block> {
    let mut first = 0;
    let compiled = plan.blocks.iter().zip(row_of).map(|(block, row)| {
        let end = first + block.seats.len() as u32;
        let shape = match block.table.map(|table| plan.tables[usize::from(table)].whole) {
            None => Shape::Row,
            Some(false) => Shape::Ring,
            Some(true) => Shape::Whole,
        };
        let block = Block { first, end, shape, row: *row };
        first = end;
        block
    });
    compiled.collect()
}

/// Rows by zone and mean distance from the focal point (from the top without one), and the row
/// of each block. Seat order says nothing: files list rows from the front, the back, or mixed.
fn rows(plan: &Plan) -> (Vec<Row>, Vec<u32>) {
    let mut named: BTreeMap<(u16, &str), Vec<u32>> = BTreeMap::new();
    for (block, no) in plan.blocks.iter().zip(0..) {
        named.entry((block.zone, block.row.as_str())).or_default().push(no);
    }
    let away = |blocks: &[u32]| -> u64 {
        let seats = blocks.iter().flat_map(|no| &plan.blocks[*no as usize].seats);
        let (mut sum, mut count) = (0, 0);
        for no in seats {
            let at = plan.seat(*no).at();
            let origin = plan.focal.unwrap_or(Point { x: at.x, y: i32::MIN / 4 });
            sum += Layout::apart_squared(at, origin).isqrt();
            count += 1;
        }
        sum / u64::max(count, 1)
    };
    let mut sorted: Vec<(u16, u64, &str, Vec<u32>)> =
        named.into_iter().map(|((zone, name), of)| (zone, away(&of), name, of)).collect();
    sorted.sort_unstable();
    let mut row_of = vec![0; plan.blocks.len()];
    for ((_, _, _, blocks), row) in sorted.iter().zip(0..) {
        for block in blocks {
            row_of[*block as usize] = row;
        }
    }
    let rows = sorted.into_iter().map(|(zone, _, _, blocks)| Row { zone, blocks }).collect();
    (rows, row_of)
}

/// Maximal stretches of wheelchair and companion seats in a block; one without a place is none.
fn bays(plan: &Plan) -> Vec<Bay> {
    let alike =
        |one: &SeatNo, other: &SeatNo| is_access(plan.seat(*one)) == is_access(plan.seat(*other));
    let stretches = plan.blocks.iter().flat_map(|block| block.seats.chunk_by(alike));
    let places = stretches.map(|stretch| {
        stretch.iter().copied().filter(|no| plan.seat(*no).wheelchair).collect::<Vec<_>>()
    });
    places.filter(|places| !places.is_empty()).map(|places| Bay { places }).collect()
}

fn is_access(seat: &Seat) -> bool {
    seat.wheelchair || seat.companion_of.is_some()
}

fn companions(plan: &Plan) -> Vec<(SeatNo, SeatNo)> {
    let mut pairs: Vec<(SeatNo, SeatNo)> = plan
        .seat_nos()
        .filter_map(|no| plan.seat(no).companion_of.map(|place| (place, no)))
        .collect();
    pairs.sort_unstable();
    pairs
}
