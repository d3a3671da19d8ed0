//! Which seats: a fixed-size set of seat numbers, and the count of a general-admission area.
//!
//! A set is one bit a seat, so that a whole house of 100,000 is 12.5 KB and is narrowed word by
//! word. Knows nothing of why a seat is in it. Next: `sight.rs`, which narrows sets to a request.

use crate::id::SeatNo;

const WORD_BITS: usize = u64::BITS as usize;

/// A set of seats of one plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeatSet {
    words: Vec<u64>,
    seats: usize,
}

impl SeatSet {
    /// No seat of a plan of so many.
    pub fn empty(seats: usize) -> SeatSet {
        SeatSet { words: vec![0; seats.div_ceil(WORD_BITS)], seats }
    }

    /// Every seat of a plan of so many.
    pub fn full(seats: usize) -> SeatSet {
        let mut set = SeatSet { words: vec![!0; seats.div_ceil(WORD_BITS)], seats };
        if let (Some(last), rest @ 1..) = (set.words.last_mut(), seats % WORD_BITS) {
            *last = (1 << rest) - 1;
        }
        set
    }

    /// These seats of a plan of so many.
    pub fn of(seats: usize, members: impl IntoIterator<Item = SeatNo>) -> SeatSet {
        let mut set = SeatSet::empty(seats);
        for member in members {
            set.insert(member);
        }
        set
    }

    /// How many seats the plan has.
    pub fn capacity(&self) -> usize {
        self.seats
    }

    /// How many seats are in the set.
    pub fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// How many seats are in this set and not in the other.
    pub fn count_without(&self, other: &SeatSet) -> u32 {
        let words = self.words.iter().zip(&other.words);
        words.map(|(word, other)| (word & !other).count_ones()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub fn has(&self, seat: SeatNo) -> bool {
        let (word, bit) = place(seat);
        self.words.get(word).is_some_and(|word| word >> bit & 1 == 1)
    }

    /// Puts a seat in; says whether it was out. A number beyond the plan is a bug.
    pub fn insert(&mut self, seat: SeatNo) -> bool {
        assert!((seat.0 as usize) < self.seats, "seat {} is not of this plan", seat.0);
        let was = self.has(seat);
        let (word, bit) = place(seat);
        self.words[word] |= 1 << bit;
        !was
    }

    /// Takes a seat out; says whether it was in.
    pub fn remove(&mut self, seat: SeatNo) -> bool {
        let was = self.has(seat);
        if was {
            let (word, bit) = place(seat);
            self.words[word] &= !(1 << bit);
        }
        was
    }

    pub fn unite(&mut self, other: &SeatSet) {
        self.merge(other, |word, by| word | by);
    }

    pub fn narrow_to(&mut self, other: &SeatSet) {
        self.merge(other, |word, by| word & by);
    }

    pub fn put_aside(&mut self, other: &SeatSet) {
        self.merge(other, |word, by| word & !by);
    }

    /// Every member in order.
    pub fn iter(&self) -> impl Iterator<Item = SeatNo> + '_ {
        self.words.iter().zip(0u32..).flat_map(|(word, no)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                (left != 0).then(|| {
                    left &= left - 1;
                    SeatNo(no * u64::BITS + bit)
                })
            })
        })
    }

    fn merge(&mut self, other: &SeatSet, by: impl Fn(u64, u64) -> u64) {
        assert_eq!(self.seats, other.seats, "sets of two plans");
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word = by(*word, *other);
        }
    }
}

/// Word of a seat, and its bit in there.
fn place(seat: SeatNo) -> (usize, usize) {
    (seat.0 as usize / WORD_BITS, seat.0 as usize % WORD_BITS)
}

/// Places of a general-admission area at one performance (domain 4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AreaCount {
    pub capacity: u32,
    pub sold: u32,
    pub held: u32,
    /// Kept for buyers, channels or boxes that this one is not.
    pub allocated_elsewhere: u32,
}

impl AreaCount {
    /// Places this buyer can still have; a shrunken capacity never makes it negative.
    pub fn left(self) -> u32 {
        let gone =
            u64::from(self.sold) + u64::from(self.held) + u64::from(self.allocated_elsewhere);
        u64::from(self.capacity).saturating_sub(gone) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_set_holds_the_last_seat_and_none_beyond() {
        for seats in [0, 1, 63, 64, 65, 1_132] {
            let set = SeatSet::full(seats);
            assert_eq!(set.count() as usize, seats);
            assert!(seats == 0 || set.has(SeatNo(seats as u32 - 1)));
            assert!(!set.has(SeatNo(seats as u32)));
            assert_eq!(set.iter().count(), seats);
        }
    }

    #[test]
    fn a_seat_goes_in_once_and_out_once() {
        let mut set = SeatSet::empty(70);
        assert!(set.insert(SeatNo(69)));
        assert!(!set.insert(SeatNo(69)));
        assert_eq!(set.iter().collect::<Vec<_>>(), [SeatNo(69)]);
        assert!(set.remove(SeatNo(69)));
        assert!(!set.remove(SeatNo(69)));
        assert!(set.is_empty());
    }

    #[test]
    fn an_area_never_has_fewer_than_no_places() {
        let area = AreaCount { capacity: 10, sold: 4, held: 3, allocated_elsewhere: 2 };
        assert_eq!(area.left(), 1);
        assert_eq!(AreaCount { capacity: 8, ..area }.left(), 0);
    }
}
