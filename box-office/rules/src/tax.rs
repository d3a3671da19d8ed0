//! Taxes: rates in parts per million, inclusive or on top, compound ones after the others.
//!
//! Splits an amount into net and tax so that the parts always add up (domain 6.2). Never decides
//! which tax applies: the venue's settings do. Next: `price.rs`.

use crate::money::Money;
use minicbor::{Decode, Encode};

/// Parts of a million in the whole.
pub const PPM: i64 = 1_000_000;
/// Taxes a venue can have at once.
pub const TAXES_MAX: usize = 8;

/// One tax of the venue.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Tax {
    /// Kept for good: accounts and old lines name it.
    #[n(0)]
    pub no: u16,
    #[n(1)]
    pub name: String,
    /// 8.875 % is 88,750.
    #[n(2)]
    pub rate_ppm: u32,
    /// Contained in the listed price, else added to it.
    #[n(3)]
    pub inclusive: bool,
    /// On net plus the taxes before it; only for taxes on top.
    #[n(4)]
    pub compound: bool,
}

/// One tax's share of one amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct TaxPart {
    #[n(0)]
    pub tax: u16,
    #[n(1)]
    pub amount: Money,
}

/// An amount taken apart: `net + taxes = gross`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Assessed {
    #[n(0)]
    pub net: Money,
    #[n(1)]
    pub taxes: Vec<TaxPart>,
    #[n(2)]
    pub gross: Money,
}

impl Assessed {
    /// Of `of` equal parts those after the first `from`, up to `to`. All parts together are the
    /// whole, to the last minor unit, in whatever order they are taken.
    pub fn parts(&self, from: u16, to: u16, of: u16) -> Assessed {
        let until = |amount: Money, count: u16| amount.scaled(i64::from(count), i64::from(of));
        let share = |amount: Money| until(amount, to) - until(amount, from);
        let net = share(self.net);
        let taxes: Vec<TaxPart> = self
            .taxes
            .iter()
            .map(|part| TaxPart { tax: part.tax, amount: share(part.amount) })
            .collect();
        let gross = net + taxes.iter().map(|part| part.amount).sum();
        Assessed { net, taxes, gross }
    }
}

/// Assesses one line: inclusive taxes are found inside `listed`, the others added to it.
/// Rounded half away from zero, once per line and tax (mode `line` of domain 6.2).
pub fn assess(listed: Money, taxes: &[Tax]) -> Assessed {
    let inside: Vec<&Tax> = taxes.iter().filter(|tax| tax.inclusive).collect();
    let rates: i64 = inside.iter().map(|tax| i64::from(tax.rate_ppm)).sum();
    let net = listed.scaled(PPM, PPM + rates);
    let weights: Vec<i64> = inside.iter().map(|tax| i64::from(tax.rate_ppm)).collect();
    let shares = (listed - net).split(&weights);
    let mut parts: Vec<TaxPart> =
        inside.iter().zip(shares).map(|(tax, amount)| TaxPart { tax: tax.no, amount }).collect();
    let mut on_top = Money::ZERO;
    for tax in taxes.iter().filter(|tax| !tax.inclusive) {
        let base = if tax.compound { net + on_top } else { net };
        let amount = base.scaled(i64::from(tax.rate_ppm), PPM);
        on_top = on_top + amount;
        parts.push(TaxPart { tax: tax.no, amount });
    }
    Assessed { net, taxes: parts, gross: listed + on_top }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tax(no: u16, rate_ppm: u32, inclusive: bool, compound: bool) -> Tax {
        Tax { no, name: format!("Tax {no}"), rate_ppm, inclusive, compound }
    }

    #[test]
    fn twenty_percent_inside_is_a_sixth() {
        let assessed = assess(Money(14_050), &[tax(1, 200_000, true, false)]);
        assert_eq!(assessed.net, Money(11_708));
        assert_eq!(assessed.taxes, [TaxPart { tax: 1, amount: Money(2_342) }]);
        assert_eq!(assessed.gross, Money(14_050));
    }

    #[test]
    fn taxes_on_top_are_added_and_compound_ones_count_the_earlier() {
        let taxes = [tax(1, 50_000, false, false), tax(2, 100_000, false, true)];
        let assessed = assess(Money(1_000), &taxes);
        let amounts: Vec<Money> = assessed.taxes.iter().map(|part| part.amount).collect();
        assert_eq!(amounts, [Money(50), Money(105)]);
        assert_eq!(assessed.gross, Money(1_155));
    }

    #[test]
    fn half_a_minor_unit_rounds_away_from_zero() {
        assert_eq!(assess(Money(10), &[tax(1, 50_000, false, false)]).gross, Money(11));
        assert_eq!(assess(Money(-10), &[tax(1, 50_000, false, false)]).gross, Money(-11));
    }

    proptest! {
        #[test]
        fn net_and_taxes_make_gross(
            listed in -1_000_000i64..1_000_000,
            rates in prop::collection::vec((0u32..400_000, any::<bool>(), any::<bool>()), 0..5),
        ) {
            let taxes: Vec<Tax> = rates
                .iter()
                .enumerate()
                .map(|(no, (rate, inside, compound))| tax(no as u16, *rate, *inside, *compound))
                .collect();
            let assessed = assess(Money(listed), &taxes);
            let sum: Money = assessed.taxes.iter().map(|part| part.amount).sum();
            prop_assert_eq!(assessed.net + sum, assessed.gross);
        }
    }
}
