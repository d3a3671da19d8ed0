//! The test's own reckoning: it adds up what somebody was told, and nothing else.
//!
//! Kept beside the box, by its own rules of what an act does to money, so that it can differ. Never
//! reads a balance. Next: `judge.rs`, which holds the box against it.

use std::collections::BTreeMap;
use usher_rules::id::{PadNo, TillNo};
use usher_rules::money::Money;

/// What one acceptor of cards took and gave back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cards {
    pub taken_count: u32,
    pub taken: Money,
    pub back_count: u32,
    pub back: Money,
}

impl Cards {
    pub fn net(&self) -> Money {
        self.taken - self.back
    }
}

#[derive(Debug, Default)]
pub struct Reckoning {
    /// Cash that the safe got, less what it gave out.
    pub safe: Money,
    /// In the drawers now.
    pub drawers: BTreeMap<TillNo, Money>,
    /// Too little in them all day long; below zero too much.
    pub short: BTreeMap<TillNo, Money>,
    pub pads: BTreeMap<PadNo, Cards>,
    pub web: Cards,
    /// Everything sold and everything given back, gross.
    pub sold: Money,
    pub returned: Money,
    pub orders: u32,
}

impl Reckoning {
    fn drawer(&mut self, till: TillNo, amount: Money) {
        let drawer = self.drawers.entry(till).or_default();
        *drawer = *drawer + amount;
    }

    pub fn in_drawer(&self, till: TillNo) -> Money {
        self.drawers.get(&till).copied().unwrap_or(Money::ZERO)
    }

    /// Cash from the safe into a drawer: a float, or a pay-in.
    pub fn put_in(&mut self, till: TillNo, amount: Money) {
        self.drawer(till, amount);
        self.safe = self.safe - amount;
    }

    pub fn taken_out(&mut self, till: TillNo, amount: Money) {
        self.put_in(till, -amount);
    }

    /// All that was counted goes to the safe.
    pub fn closed(&mut self, till: TillNo, counted: Money) {
        let short = self.in_drawer(till) - counted;
        let all = self.short.entry(till).or_default();
        *all = *all + short;
        self.drawers.insert(till, Money::ZERO);
        self.safe = self.safe + counted;
    }

    /// An order was sold, this much of it in cash.
    pub fn sold(&mut self, till: TillNo, total: Money, cash: Money) {
        self.sold = self.sold + total;
        self.orders += 1;
        self.drawer(till, cash);
    }

    pub fn card(&mut self, pad: PadNo, amount: Money) {
        let cards = self.pads.entry(pad).or_default();
        cards.taken_count += 1;
        cards.taken = cards.taken + amount;
    }

    pub fn sold_on_the_web(&mut self, amount: Money) {
        self.sold = self.sold + amount;
        self.orders += 1;
        self.web.taken_count += 1;
        self.web.taken = self.web.taken + amount;
    }

    pub fn back_on_the_web(&mut self, amount: Money) {
        self.returned = self.returned + amount;
        self.web.back_count += 1;
        self.web.back = self.web.back + amount;
    }

    pub fn back_in_cash(&mut self, till: TillNo, amount: Money) {
        self.returned = self.returned + amount;
        self.drawer(till, -amount);
    }

    pub fn back_to_card(&mut self, pad: PadNo, amount: Money) {
        self.returned = self.returned + amount;
        let cards = self.pads.entry(pad).or_default();
        cards.back_count += 1;
        cards.back = cards.back + amount;
    }
}
