//! Tables: chairs in a ring sold one by one, and tables sold whole (domain 4.4).
//!
//! Round a ring the last chair is the neighbour of the first, so leftovers are arcs; a whole table
//! goes to a party of its size and to no other. Never prices a table. Next: `single.rs`.

use crate::seat::layout::{Placement, Shape};
use crate::seat::sight::Sight;

/// Places for a party at one table, in chair order.
pub(crate) fn placements(sight: &Sight, block: u32, party: u32) -> impl Iterator<Item = Placement> {
    let starts = sight.layout.blocks[block as usize].starts(party);
    let all = starts.map(move |start| Placement { block, start, len: party });
    all.filter(|placement| sight.all_open(*placement))
}

/// All chairs of a whole table of which a selection takes only some.
pub(crate) fn broken(sight: &Sight, take: &[u32]) -> Option<Vec<u32>> {
    let whole = take.iter().map(|at| sight.layout.block_at(*at));
    let mut whole = whole.filter(|block| block.shape == Shape::Whole);
    whole.find_map(|block| {
        let complete = (block.first..block.end).all(|at| take.binary_search(&at).is_ok());
        (!complete).then(|| (block.first..block.end).collect())
    })
}
