//! Payments of a batch by the brand of their cards, beside what a terminal tells of each brand.
//!
//! Says which payments to look at where a batch does not match. Never decides whether it does:
//! `Batch::matches` does. Next: `batch.rs`.

use super::{BrandTotal, sum_of};
use crate::money::Money;
use crate::till::Takings;

/// One payment of a batch, as it is compared with what a terminal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    pub brand: String,
    pub amount: Money,
    /// It took another one back.
    pub voids: bool,
}

/// Which payments, told by their brand, cannot be found in what a terminal tells: those of a brand
/// whose count or sum is another there. A terminal that tells nothing confirms nothing.
pub fn unmatched(payments: &[Compared], told: Option<&[BrandTotal]>) -> Vec<bool> {
    // As `Batch::matches` counts, both ways.
    let ours = |brand: &str| {
        let same = payments.iter().filter(|other| same_brand(&other.brand, brand));
        same.fold([Takings::default(); 2], |[net, twice], one| match one.voids {
            true => [net.without(-one.amount), twice.with(one.amount)],
            false => [net.with(one.amount), twice.with(one.amount)],
        })
    };
    let theirs = |brand: &str| {
        let same = told.unwrap_or_default().iter().filter(|one| same_brand(&one.brand, brand));
        sum_of(&same.cloned().collect::<Vec<_>>())
    };
    payments.iter().map(|one| !ours(&one.brand).contains(&theirs(&one.brand))).collect()
}

fn same_brand(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}
