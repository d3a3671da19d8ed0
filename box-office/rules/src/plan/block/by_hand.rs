//! Staff's own joins, cuts and tables, on top of what `plan/block.rs` found (domain 3.2.5, 3.2.7).
//!
//! Joins first, then cuts, then tables: seats round a table leave their row and become a block of
//! their own. Never guesses: a pair that does not fit is handed back to be reported.
//! Next: `plan/overlay.rs` for where the pairs come from.

use super::Chain;
use crate::id::SeatNo;
use crate::plan::{Block, Seat, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Two seats, in either order.
pub(in crate::plan) type Pair = (SeatNo, SeatNo);

/// Joins the blocks that each pair of seats ends; hands back the indices of pairs that end none.
pub(in crate::plan) fn join(blocks: Vec<Block>, pairs: &[Pair]) -> (Vec<Block>, Vec<usize>) {
    let mut tips: BTreeMap<SeatNo, Vec<(usize, bool)>> = BTreeMap::new();
    for (no, block) in blocks.iter().enumerate() {
        for (seat, last) in [(block.seats.first(), false), (block.seats.last(), true)] {
            if let Some(seat) = seat {
                tips.entry(*seat).or_default().push((no, last));
            }
        }
    }
    let mut chain = Chain::new(blocks);
    let mut unfit = Vec::new();
    let none = Vec::new();
    for (index, (a, b)) in pairs.iter().enumerate() {
        let from = tips.get(a).unwrap_or(&none);
        let to = tips.get(b).unwrap_or(&none);
        let mut ways = from.iter().flat_map(|one| to.iter().map(move |other| (*one, *other)));
        if !ways.any(|(one, other)| chain.join(one, other)) {
            unfit.push(index);
        }
    }
    (chain.into_blocks(), unfit)
}

/// Cuts between the seats of each pair; hands back the indices of pairs that are no neighbours.
pub(in crate::plan) fn cut(blocks: Vec<Block>, pairs: &[Pair]) -> (Vec<Block>, Vec<usize>) {
    let ordered = |(a, b): Pair| (a.min(b), a.max(b));
    let wanted: BTreeSet<Pair> = pairs.iter().copied().map(ordered).collect();
    let mut made = BTreeSet::new();
    let blocks = split(blocks, |before, after| {
        let pair = ordered((before, after));
        wanted.contains(&pair) && made.insert(pair)
    });
    let unfit = pairs.iter().enumerate().filter(|(_, pair)| !made.contains(&ordered(**pair)));
    (blocks, unfit.map(|(index, _)| index).collect())
}

/// Gives each table a block of its own, behind all others, and notes it in the table.
pub(in crate::plan) fn seat_tables(
    blocks: Vec<Block>,
    tables: &mut [Table],
    seats: &[Seat],
) -> Vec<Block> {
    let seated: BTreeSet<SeatNo> = tables.iter().flat_map(|table| table.seats.clone()).collect();
    let mut blocks = split(blocks, |a, b| seated.contains(&a) != seated.contains(&b));
    blocks.retain(|block| !block.seats.iter().any(|seat| seated.contains(seat)));
    for (index, table) in tables.iter_mut().enumerate() {
        table.block = blocks.len() as u32;
        let first = table.seats.first().map(|no| &seats[no.0 as usize]);
        blocks.push(Block {
            zone: first.map(|seat| seat.zone).unwrap_or_default(),
            row: table.name.clone(),
            seats: table.seats.clone(),
            table: Some(index as u16),
        });
    }
    blocks
}

/// Splits every block between neighbours for which `parted` says so.
fn split(blocks: Vec<Block>, mut parted: impl FnMut(SeatNo, SeatNo) -> bool) -> Vec<Block> {
    let mut out = Vec::with_capacity(blocks.len());
    for block in blocks {
        let mut open: Vec<SeatNo> = Vec::new();
        for seat in &block.seats {
            if open.last().is_some_and(|last| parted(*last, *seat)) {
                out.push(Block { seats: std::mem::take(&mut open), ..block.clone() });
            }
            open.push(*seat);
        }
        out.push(Block { seats: open, ..block });
    }
    out
}
