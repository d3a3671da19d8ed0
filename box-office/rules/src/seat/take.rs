//! A take: sorted positions, and the parts that sit side by side in it.
//!
//! Says nothing about whether a take is clean or allowed. Next: `single.rs`, which judges it.

use crate::seat::layout::{Layout, Placement};

/// Parts of a take: positions side by side in one block, sorted.
pub(crate) fn parts(layout: &Layout, take: &[u32]) -> Vec<Placement> {
    let together = |one: &u32, other: &u32| {
        *other == one + 1 && layout.block_of[*one as usize] == layout.block_of[*other as usize]
    };
    let mut parts: Vec<Placement> = Vec::new();
    for stretch in take.chunk_by(together) {
        let block = layout.block_of[stretch[0] as usize];
        parts.push(Placement { block, start: stretch[0], len: stretch.len() as u32 });
    }
    // Round a table the last stretch may go on as the first one.
    let mut whole: Vec<Placement> = Vec::new();
    for part in parts {
        let goes_on = |first: &&mut Placement| {
            let last = part.start + part.len - 1;
            part.start != first.start
                && first.block == part.block
                && layout.next(last) == Some(first.start)
        };
        match whole.iter_mut().find(goes_on) {
            Some(first) => *first = Placement { len: first.len + part.len, ..part },
            None => whole.push(part),
        }
    }
    whole
}

/// The take with one more placement; `None` if they overlap.
pub(crate) fn joined(layout: &Layout, take: &[u32], placement: Placement) -> Option<Vec<u32>> {
    let mut joined = take.to_vec();
    for position in layout.positions(placement) {
        let at = joined.binary_search(&position).err()?;
        joined.insert(at, position);
    }
    Some(joined)
}

/// The smallest keys, in order, at most so many.
pub(crate) fn smallest<K: Ord>(keys: impl Iterator<Item = K>, max: usize) -> Vec<K> {
    let mut kept: Vec<K> = Vec::with_capacity(max + 1);
    for key in keys {
        if kept.len() == max && kept.last().is_some_and(|last| key >= *last) {
            continue;
        }
        let at = kept.partition_point(|held| *held < key);
        kept.insert(at, key);
        kept.truncate(max);
    }
    kept
}
