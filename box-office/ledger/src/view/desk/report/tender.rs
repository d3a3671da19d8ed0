//! What paid for a sale at once, or got something back, and how its sums are shared among that.
//!
//! Shares add up to the sale to the last minor unit. What comes at another time has a line of its
//! own; the journal's payments tell when it came. Next: `view/desk/report.rs`.

use crate::{Fault, Snapshot, checkout, payment};
use usher_rules::house::House;
use usher_rules::id::PadNo;
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::payment::Means;
use usher_rules::posting::Posting;
use usher_rules::refund::Refund;
use usher_rules::view::desk::report::{Sums, Tender};

/// How an order is paid, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Paid {
    Cash,
    Pad(PadNo),
    Gateway,
    /// By tickets that were given up for it.
    Exchange,
    Nothing,
    /// Paid or given back at another time.
    Later,
}

/// What paid for an order at its sale, each with how much.
pub(super) fn paid(
    snapshot: &Snapshot,
    order: &Order,
    posting: &Posting,
) -> Result<Vec<(Paid, Money)>, Fault> {
    match order.payment {
        Payment::NothingToPay => return Ok(vec![(Paid::Nothing, Money::ZERO)]),
        // The web is paid by its processor, however late the answer comes.
        Payment::CapturePending | Payment::Captured => {
            return Ok(vec![(Paid::Gateway, order.total)]);
        }
        Payment::Paid => {}
    }
    let mut all = Vec::new();
    for tender in payment::of(snapshot, order)? {
        if tender.at == posting.at {
            all.push((Paid::of(&tender.means), tender.amount));
        }
    }
    Ok(all)
}

/// What a refund gave back at once, and to which tender.
pub(super) fn went_to(
    snapshot: &Snapshot,
    order: &Order,
    refund: &Refund,
) -> Result<(Paid, Money), Fault> {
    let pad = match refund.intent {
        Some(key) => checkout::intent(snapshot, key)?.and_then(|intent| intent.pad),
        None => None,
    };
    let to = match (order.payment, refund.onward, refund.intent) {
        (Payment::NothingToPay, _, _) => Paid::Nothing,
        (_, Some(_), _) => Paid::Exchange,
        (_, None, None) => Paid::Cash,
        (_, None, Some(_)) => pad.map_or(Paid::Gateway, |at| Paid::Pad(at.pad)),
    };
    Ok((to, refund.amount))
}

impl Paid {
    fn of(means: &Means) -> Paid {
        match means {
            Means::Cash => Paid::Cash,
            Means::Pad { pad, .. } => Paid::Pad(*pad),
            Means::Online { .. } => Paid::Gateway,
            Means::Order { .. } => Paid::Exchange,
        }
    }
}

/// Shares the sums of one sale among what paid for it, and what was not paid then. Orders and
/// tickets stand with the first of them; the last has what rounding leaves.
pub(super) fn shared(whole: Sums, paid: &[(Paid, Money)]) -> Vec<(Paid, Sums)> {
    let gross = if whole.gross < Money::ZERO { -whole.gross } else { whole.gross };
    let mut parts = paid.to_vec();
    let now: Money = parts.iter().map(|(_, amount)| *amount).sum();
    if parts.is_empty() || now < gross {
        parts.push((Paid::Later, gross - now));
    }
    // An act without money of its own has a line for its tickets all the same.
    parts.retain(|(_, amount)| *amount > Money::ZERO || gross == Money::ZERO);
    let (mut rest, last) = (whole, parts.len().saturating_sub(1));
    let mut shares = Vec::with_capacity(parts.len());
    for (nth, (paid, amount)) in parts.into_iter().enumerate() {
        let share = if nth == last { rest } else { portion(whole, amount, gross, nth == 0) };
        rest = rest.with(share.back());
        shares.push((paid, share));
    }
    shares
}

/// The part of some sums that an amount of their gross stands for.
fn portion(whole: Sums, amount: Money, gross: Money, first: bool) -> Sums {
    let sign = if whole.gross < Money::ZERO { -1 } else { 1 };
    let of = |sum: Money| i128::from(sum.0) * i128::from(amount.0) / i128::from(gross.0.max(1));
    let tax = Money(i64::try_from(of(whole.tax)).unwrap_or(0));
    let part = Money(amount.0 * sign);
    Sums {
        orders: if first { whole.orders } else { 0 },
        tickets: if first { whole.tickets } else { 0 },
        net: part - tax,
        tax,
        gross: part,
    }
}

/// As the page names it.
pub(super) fn tender(house: &House, paid: Paid) -> Tender {
    match paid {
        Paid::Cash => Tender::Cash,
        Paid::Pad(no) => {
            let known = house.pads.iter().find(|pad| pad.no == no);
            Tender::Pad(known.map_or_else(|| no.0.to_string(), |pad| pad.name.clone()))
        }
        Paid::Gateway => Tender::Gateway,
        Paid::Exchange => Tender::Exchange,
        Paid::Nothing => Tender::Nothing,
        Paid::Later => Tender::Later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Sums =
        Sums { orders: 1, tickets: 3, net: Money(8_333), tax: Money(1_667), gross: Money(10_000) };

    fn all(shares: &[(Paid, Sums)]) -> Sums {
        shares.iter().fold(Sums::default(), |sum, (_, share)| sum.with(*share))
    }

    #[test]
    fn shares_of_a_sale_have_what_each_tender_took_and_add_up() {
        let (pad, cash) = (Paid::Pad(PadNo(4)), Paid::Cash);
        for (paid, gross) in [
            (vec![(cash, 10_000)], vec![(cash, 10_000)]),
            (vec![(pad, 6_667), (cash, 3_333)], vec![(pad, 6_667), (cash, 3_333)]),
            (vec![(pad, 1)], vec![(pad, 1), (Paid::Later, 9_999)]),
            (vec![(cash, 9_999)], vec![(cash, 9_999), (Paid::Later, 1)]),
            (vec![(cash, 0)], vec![(Paid::Later, 10_000)]),
            (vec![], vec![(Paid::Later, 10_000)]),
        ] {
            let paid: Vec<_> = paid.into_iter().map(|(of, minor)| (of, Money(minor))).collect();
            for (whole, sign) in [(WHOLE, 1), (WHOLE.back(), -1)] {
                let shares = shared(whole, &paid);
                assert_eq!(all(&shares), whole);
                assert!(shares.iter().all(|(_, one)| one.net + one.tax == one.gross));
                let told: Vec<_> = shares.iter().map(|(of, one)| (*of, one.gross.0)).collect();
                let wanted: Vec<_> = gross.iter().map(|(of, minor)| (*of, minor * sign)).collect();
                assert_eq!(told, wanted);
            }
        }
    }

    #[test]
    fn a_sale_for_nothing_stands_with_its_tender_alone() {
        let free = Sums { orders: 1, tickets: 2, ..Sums::default() };
        assert_eq!(shared(free, &[(Paid::Nothing, Money::ZERO)]), [(Paid::Nothing, free)]);
    }
}
