//! Money: integer minor units, checked arithmetic, splits that always add up (domain 1, 6.2).
//!
//! Never a float, never a currency sign: the currency is the venue's, the words are the page's.
//! Next: `tax.rs`, `price.rs`.

use minicbor::{Decode, Encode};
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

/// An amount in minor units of the box's one currency. Debit positive in postings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Money(#[n(0)] pub i64);

impl Money {
    pub const ZERO: Money = Money(0);

    /// The amount `count` times.
    pub fn times(self, count: i64) -> Money {
        Money(self.0.checked_mul(count).expect("prices are bounded far below i64"))
    }

    /// `self * numerator / denominator`, half away from zero (domain 6.2). `denominator > 0`.
    pub fn scaled(self, numerator: i64, denominator: i64) -> Money {
        let product = i128::from(self.0) * i128::from(numerator);
        let denominator = i128::from(denominator);
        let half = denominator / 2;
        let rounded = if product >= 0 {
            (product + half) / denominator
        } else {
            (product - half) / denominator
        };
        Money(i64::try_from(rounded).expect("a share of a bounded amount is bounded"))
    }

    /// Splits by weights with largest remainder, ties to the lower index; the parts add up.
    /// All weights zero: the first part takes all.
    pub fn split(self, weights: &[i64]) -> Vec<Money> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total == 0 {
            let mut parts = vec![Money::ZERO; weights.len()];
            if let Some(first) = parts.first_mut() {
                *first = self;
            }
            return parts;
        }
        let exact = |weight: &i64| i128::from(self.0) * i128::from(*weight);
        let mut parts: Vec<i128> =
            weights.iter().map(|weight| exact(weight).div_euclid(total)).collect();
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by_key(|index| (-exact(&weights[*index]).rem_euclid(total), *index));
        let missing = i128::from(self.0) - parts.iter().sum::<i128>();
        for index in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
            parts[index] += 1;
        }
        parts.into_iter().map(|part| Money(i64::try_from(part).unwrap_or(i64::MAX))).collect()
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0.checked_add(other.0).expect("amounts are bounded far below i64"))
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0.checked_sub(other.0).expect("amounts are bounded far below i64"))
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(parts: I) -> Money {
        parts.fold(Money::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_round_away_from_zero() {
        for (amount, expected) in [(5, 3), (-5, -3), (4, 2), (-4, -2), (1, 1), (-1, -1)] {
            assert_eq!(Money(amount).scaled(1, 2), Money(expected), "{amount}");
        }
    }

    #[test]
    fn ties_of_a_split_go_to_the_lower_line() {
        assert_eq!(Money(10).split(&[1, 1, 1]), [Money(4), Money(3), Money(3)]);
        assert_eq!(Money(-10).split(&[1, 1, 1]), [Money(-3), Money(-3), Money(-4)]);
        assert_eq!(Money(7).split(&[0, 0]), [Money(7), Money(0)]);
    }

    proptest! {
        #[test]
        fn parts_of_a_split_always_add_up(
            amount in -1_000_000i64..1_000_000,
            weights in prop::collection::vec(0i64..10_000, 1..20),
        ) {
            let parts = Money(amount).split(&weights);
            prop_assert_eq!(parts.iter().copied().sum::<Money>(), Money(amount));
            prop_assert_eq!(parts.len(), weights.len());
        }
    }
}
