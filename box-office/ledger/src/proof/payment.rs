//! The proof of orders: what was paid, what went back, what is owed, each by its own rows.
//!
//! What pads booked stands in the orders, no tender gave back more than it paid, and the balance is
//! lines less payments, what moves between orders by exchanges included. Never repairs. Next:
//! `proof/batch.rs`.

use super::{rows, same};
use crate::source::Source;
use crate::{Fault, checkout, payment, tables};
use std::collections::{BTreeMap, BTreeSet};
use usher_rules::Key;
use usher_rules::id::OrderId;
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::refund::quote;
use usher_rules::tender::{Intent, State};
use usher_rules::ticket::{State as Standing, Ticket};

/// An order, an intent of it, and its amount.
type OfPads = BTreeSet<(OrderId, u128, i64)>;

pub(super) fn orders<S: Source>(
    source: &S,
    wrong: &mut Vec<String>,
    intents: &[(u128, Intent)],
) -> Result<(), Fault> {
    let (mut back, mut towards) = (OfPads::new(), OfPads::new());
    for (key, intent) in intents.iter().filter(|(_, intent)| intent.state == State::Captured) {
        let set = if intent.refunding().is_some() { &mut back } else { &mut towards };
        set.extend(intent.of_order().map(|order| (order, *key, intent.amount.0)));
    }
    let (mut told_back, mut told_towards) = (OfPads::new(), OfPads::new());
    let all: BTreeMap<OrderId, Order> =
        rows(source, tables::ORDERS, OrderId)?.into_iter().collect();
    let regained = regained(&all);
    for (id, order) in &all {
        let of_pad = |key: Option<Key>, amount: Money| {
            key.map(|key| (*id, u128::from_be_bytes(key.0), amount.0))
        };
        let refunds = order.refunds.iter().flat_map(|refunds| &refunds.made);
        told_back.extend(refunds.filter_map(|one| of_pad(one.intent, one.amount)));
        let payments = order.payments.iter().flat_map(|payments| &payments.made);
        told_towards.extend(payments.filter_map(|one| of_pad(one.intent, one.amount)));
        one(source, *id, order, regained.get(id).copied().unwrap_or(Money::ZERO), wrong)?;
    }
    same(wrong, "what orders gave back to cards", &told_back, &back);
    same(wrong, "what cards paid towards orders", &told_towards, &towards);
    Ok(())
}

/// What orders gave back to those that it had come over from.
fn regained(all: &BTreeMap<OrderId, Order>) -> BTreeMap<OrderId, Money> {
    let mut sums: BTreeMap<OrderId, Money> = BTreeMap::new();
    let refunds = all.values().flat_map(|order| &order.refunds);
    for refund in refunds.flat_map(|refunds| &refunds.made) {
        if let Some(order) = refund.onward {
            let sum = sums.entry(order).or_default();
            *sum = *sum + refund.amount;
        }
    }
    sums
}

fn one<S: Source>(
    source: &S,
    id: OrderId,
    order: &Order,
    regained: Money,
    wrong: &mut Vec<String>,
) -> Result<(), Fault> {
    let tenders = payment::of(source, order)?;
    let paid: Money = tenders.iter().map(|tender| tender.amount).sum();
    let back: Money = tenders.iter().map(|tender| tender.back).sum();
    // What a tender did not pay is not taken to it, so it is missing from what they all have back.
    if back != order.refunded() {
        wrong.push(format!("order {id} gave back more to a tender than it paid"));
    }
    let made = order.exchanges.iter().flat_map(|exchanges| &exchanges.made);
    let moved: Money = made.map(|one| one.moved).sum();
    let owed = checkout::balance(source, id)?;
    let in_and_out = paid - order.refunded() - moved + regained;
    let expected = order.total - taken_back(source, order)? - in_and_out;
    if owed != expected {
        wrong.push(format!("order {id} owes {} and not {}", owed.0, expected.0));
    }
    if moved < regained || in_and_out < Money::ZERO {
        wrong.push(format!("order {id} has had more back than was paid"));
    }
    Ok(())
}

/// What the tickets of an order were sold for that are not good any more, with their fees.
fn taken_back<S: Source>(source: &S, order: &Order) -> Result<Money, Fault> {
    let (mut all, mut gone) = (Vec::new(), Vec::new());
    for id in &order.tickets {
        let row = checkout::ticket(source, *id)?.ok_or(Fault::Changed("a ticket that is gone"))?;
        if !row.is_good() {
            gone.push(*id);
        }
        all.push((*id, Ticket { state: Standing::Valid, ..row }));
    }
    Ok(quote(order, &all, &gone).amount)
}
