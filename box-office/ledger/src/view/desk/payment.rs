//! Payments of an order as its pages show them, from one snapshot.
//!
//! Which pad stands beside who looks comes from outside. Never decides what may be paid. Next:
//! `view/desk/order.rs`, `rules/view/desk/payment.rs`.

use super::sell::pad_name;
use super::till::till_name;
use crate::{Fault, Snapshot, checkout, payment};
use usher_rules::BusinessDay;
use usher_rules::house::House;
use usher_rules::id::{OrderId, TicketId};
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::payment::{Means, Share as Rule, Tender, shares};
use usher_rules::refund::{owed_back, quote};
use usher_rules::tender::pad::Counter;
use usher_rules::ticket::Ticket;
use usher_rules::view::desk::payment::{How, Pay, Payment, Share};
use usher_rules::view::desk::sell::PadHere;

/// Every payment, the oldest first.
pub fn payments(snapshot: &Snapshot, house: &House, row: &Order) -> Result<Vec<Payment>, Fault> {
    let told = |one: Tender| Payment {
        at: one.at,
        how: how(house, one.means, one.counter),
        amount: one.amount,
        back: one.back,
    };
    Ok(payment::of(snapshot, row)?.into_iter().map(told).collect())
}

pub(super) fn how(house: &House, means: Means, counter: Option<Counter>) -> How {
    match means {
        Means::Pad { pad, booking, .. } => {
            How::Card { pad: pad_name(house, pad), booking: *booking }
        }
        Means::Online { .. } => How::Online,
        Means::Order { order } => How::Order(order),
        Means::Cash => {
            let till = counter.map(|at| till_name(house, at.till));
            How::Cash { till: till.unwrap_or_default() }
        }
    }
}

/// Where what is owed to the customer goes once these tickets are given back, the first act first.
pub fn goes_back(
    snapshot: &Snapshot,
    id: OrderId,
    row: &Order,
    tickets: &[(TicketId, Ticket)],
    wanted: &[TicketId],
) -> Result<Vec<Rule>, Fault> {
    let amount = quote(row, tickets, wanted).amount;
    let owed = owed_back(checkout::balance(snapshot, id)?, amount);
    Ok(shares(&payment::of(snapshot, row)?, owed))
}

/// The same, as the page words it.
pub(super) fn told(house: &House, shares: Vec<Rule>) -> Vec<Share> {
    let one = |share: Rule| Share { how: how(house, share.means, None), amount: share.amount };
    shares.into_iter().map(one).collect()
}

/// What is still to be paid of an order, if anything.
pub fn pay(
    snapshot: &Snapshot,
    id: OrderId,
    row: &Order,
    today: BusinessDay,
    pad: Option<PadHere>,
) -> Result<Option<Pay>, Fault> {
    let due = payment::due(snapshot, id, row)?;
    let until = row.due();
    let overdue = until.is_some_and(|until| until < today);
    let (amount, given) = (String::new(), String::new());
    let some = Pay { order: id, due, until, overdue, pad, amount, given };
    Ok((due > Money::ZERO).then_some(some))
}
