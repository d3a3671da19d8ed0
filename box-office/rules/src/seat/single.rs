//! The single-seat rule: which short stretches a take leaves behind (domain 4.2).
//!
//! A stretch is new when the take shortened it: what was short before does not count, and filling
//! it is clean. Also which seat a cart may give back. Never looks for other seats: that is
//! `best.rs` and `choice.rs`.

use crate::id::SeatNo;
use crate::seat::layout::{Layout, Placement, Shape};
use crate::seat::sight::Sight;
use crate::seat::{House, SingleRule};
use std::cmp::Reverse;

/// A leftover stretch shorter than the rule allows: `len` seats from a position on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stretch {
    pub first: u32,
    pub len: u32,
}

impl Stretch {
    pub fn positions(self, layout: &Layout) -> Vec<u32> {
        let block = layout.block_of[self.first as usize];
        layout.positions(Placement { block, start: self.first, len: self.len }).collect()
    }
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

/// New short stretches that taking these positions leaves. `take` must be sorted.
pub(crate) fn stretches(sight: &Sight, take: &[u32]) -> Vec<Stretch> {
    let mut found = Vec::new();
    for position in take.iter().copied().filter(|position| sight.in_play(*position)) {
        for side in [Side::Before, Side::After] {
            let free = |at: u32| sight.in_play(at) && take.binary_search(&at).is_err();
            if let Some(stretch) = short_beside(sight, position, side, free)
                && !found.contains(&stretch)
            {
                found.push(stretch);
            }
        }
    }
    found.sort_unstable();
    found
}

/// How many new short stretches one placement leaves. The fast form of [`stretches`].
pub(crate) fn singles_beside(sight: &Sight, placement: Placement) -> u32 {
    let block = &sight.layout.blocks[placement.block as usize];
    let (start, end) = (placement.start, placement.start + placement.len);
    if block.shape != Shape::Row {
        let mut take: Vec<u32> = sight.layout.positions(placement).collect();
        take.sort_unstable();
        return stretches(sight, &take).len() as u32;
    }
    let shortest = sight.shortest();
    let wall_counts = !sight.rule.aisle_single_ok;
    let mut singles = 0;
    if sight.in_play(start) {
        let room = (start - block.first).min(shortest);
        let len = (0..room).take_while(|step| sight.in_play(start - 1 - step)).count() as u32;
        let at_wall = len == start - block.first;
        singles += u32::from(len > 0 && len < shortest && (wall_counts || !at_wall));
    }
    if sight.in_play(end - 1) {
        let room = (block.end - end).min(shortest);
        let len = (0..room).take_while(|step| sight.in_play(end + step)).count() as u32;
        let at_wall = len == block.end - end;
        singles += u32::from(len > 0 && len < shortest && (wall_counts || !at_wall));
    }
    singles
}

/// The short stretch of free seats right beside a position, if there is one.
fn short_beside(
    sight: &Sight,
    position: u32,
    side: Side,
    free: impl Fn(u32) -> bool,
) -> Option<Stretch> {
    let step = |at| match side {
        Side::Before => sight.layout.previous(at),
        Side::After => sight.layout.next(at),
    };
    let mut first = step(position)?;
    let mut at = position;
    let mut len = 0;
    let mut at_wall = true;
    while let Some(next) = step(at) {
        if len == sight.shortest() || !free(next) {
            at_wall = false;
            break;
        }
        at = next;
        len += 1;
    }
    if let Side::Before = side {
        first = at;
    }
    let counts = !(at_wall && sight.rule.aisle_single_ok);
    (len > 0 && len < sight.shortest() && counts).then_some(Stretch { first, len })
}

/// The seat that goes when a cart wants one fewer: an end seat, the one that leaves least behind
/// (domain 4.4). Wheelchair places go last. `None`: there is nothing that can go alone.
pub fn one_fewer(house: &House, held: &[SeatNo], rule: &SingleRule) -> Option<SeatNo> {
    let judged = Judged::new(house, held, rule);
    let seats = judged.take.iter().copied();
    seats
        .filter(|position| judged.is_end(*position))
        .min_by_key(|position| judged.harm(*position))
        .map(|position| house.layout.seat_at[position as usize])
}

/// May this one seat go? `Err` names the seat to give up instead, when that leaves less behind.
/// A seat that cannot go without harm may still go when no other is better: nobody has to buy.
pub fn may_give_up(
    house: &House,
    held: &[SeatNo],
    seat: SeatNo,
    rule: &SingleRule,
) -> Result<(), SeatNo> {
    let judged = Judged::new(house, held, rule);
    let position = house.layout.position(seat);
    let now = judged.left_by(&judged.take);
    let after = judged.left_without(position);
    if after <= now {
        return Ok(());
    }
    match one_fewer(house, held, rule) {
        Some(other) if judged.left_without(house.layout.position(other)) < after => Err(other),
        Some(_) | None => Ok(()),
    }
}

/// Seats a cart holds, judged as one take from the house as it was before.
struct Judged<'a> {
    sight: Sight<'a>,
    take: Vec<u32>,
}

impl<'a> Judged<'a> {
    fn new(house: &House<'a>, held: &[SeatNo], rule: &SingleRule) -> Judged<'a> {
        let mut sight = Sight::new(house, *rule, None, None);
        sight.give_back(held);
        let mut take: Vec<u32> = held.iter().map(|seat| house.layout.position(*seat)).collect();
        take.sort_unstable();
        take.dedup();
        Judged { sight, take }
    }

    fn left_by(&self, take: &[u32]) -> usize {
        stretches(&self.sight, take).len()
    }

    fn without(&self, position: u32) -> Vec<u32> {
        self.take.iter().copied().filter(|held| *held != position).collect()
    }

    fn left_without(&self, position: u32) -> usize {
        self.left_by(&self.without(position))
    }

    fn holds(&self, position: Option<u32>) -> bool {
        position.is_some_and(|position| self.take.binary_search(&position).is_ok())
    }

    /// An end of a held part. Chairs of a table sold whole have no end.
    fn is_end(&self, position: u32) -> bool {
        let layout = self.sight.layout;
        let both = self.holds(layout.previous(position)) && self.holds(layout.next(position));
        layout.block_at(position).shape != Shape::Whole && !both
    }

    /// Orders what may go: companions after others, places last; then fewest singles, then nobody
    /// left sitting alone, then the worst seat.
    fn harm(&self, position: u32) -> (u8, usize, usize, Reverse<u64>, Reverse<u32>) {
        let layout = self.sight.layout;
        let seat = layout.seat_at[position as usize];
        let access = match (layout.is_access(seat), layout.companions(seat).next()) {
            (false, _) => 0,
            (true, None) => 1,
            (true, Some(_)) => 2,
        };
        let rest = self.without(position);
        let alone = |at: &&u32| {
            let beside = [layout.previous(**at), layout.next(**at)];
            !beside.into_iter().flatten().any(|beside| rest.binary_search(&beside).is_ok())
        };
        let lone = rest.iter().filter(alone).count();
        let cost = layout.sum(position, position + 1);
        (access, self.left_by(&rest), lone, Reverse(cost), Reverse(position))
    }
}
