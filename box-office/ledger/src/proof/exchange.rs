//! The proof of the exchanges: their index, both orders of each, and clearing between orders.
//!
//! A ticket is given up once at most, and money that left one order is with the other. Never
//! repairs. Next: `rules/exchange.rs`.

use super::{rows, same};
use crate::source::{self, Source};
use crate::{Fault, exchange, tables};
use std::collections::{BTreeMap, BTreeSet};
use usher_rules::cart::Cart;
use usher_rules::id::{CartId, OrderId, TicketId};
use usher_rules::order::Order;
use usher_rules::posting::Account;
use usher_rules::ticket::{State, Ticket};

pub(super) fn exchanges<S: Source>(source: &S, wrong: &mut Vec<String>) -> Result<(), Fault> {
    let carts: Vec<(CartId, Cart)> = rows(source, tables::CARTS, CartId)?;
    let kept =
        carts.iter().filter_map(|(id, cart)| exchange::keeps(cart).map(|order| (order.0, id.0)));
    let open = source::range(source, tables::EXCHANGES_OPEN, .., usize::MAX, |order, cart| {
        Ok((order, cart))
    })?;
    same(wrong, "exchanges_open", &open.into_iter().collect::<BTreeSet<_>>(), &kept.collect());
    let orders: BTreeMap<OrderId, Order> =
        rows(source, tables::ORDERS, OrderId)?.into_iter().collect();
    both_ends(&orders, wrong);
    tickets(source, &orders, wrong)?;
    let clearing = Account::TransferClearing.no();
    let keys = (clearing, 0)..=(clearing, u64::MAX);
    for sub in source::range(source, tables::BALANCES, keys, usize::MAX, |(_, sub), _| Ok(sub))? {
        wrong.push(format!("transfer clearing {sub} is not empty"));
    }
    Ok(())
}

/// What one order says of money that went to another, that one says, too.
fn both_ends(orders: &BTreeMap<OrderId, Order>, wrong: &mut Vec<String>) {
    let mut over = [BTreeSet::new(), BTreeSet::new()];
    for (id, order) in orders {
        let Some(all) = &order.exchanges else { continue };
        over[0].extend(all.made.iter().map(|one| (*id, one.to, one.moved)));
        over[1].extend(all.from.iter().map(|from| (from.order, *id, from.amount)));
    }
    let [gave, got] = over;
    same(wrong, "what orders have from others", &got, &gave);
}

/// The tickets that were given up are those of the exchanges, each of one.
fn tickets<S: Source>(
    source: &S,
    orders: &BTreeMap<OrderId, Order>,
    wrong: &mut Vec<String>,
) -> Result<(), Fault> {
    let mut given_up: Vec<(TicketId, OrderId)> = Vec::new();
    for all in orders.values().filter_map(|order| order.exchanges.as_ref()) {
        let of = |one: &usher_rules::exchange::Made| {
            one.tickets.iter().map(|id| (*id, one.to)).collect::<Vec<_>>()
        };
        given_up.extend(all.made.iter().flat_map(of));
    }
    given_up.sort_unstable();
    let rows: Vec<(TicketId, Ticket)> = rows(source, tables::TICKETS, TicketId)?;
    let replaced = rows.iter().filter_map(|(id, ticket)| match ticket.state {
        State::Exchanged { to, .. } => Some((*id, to)),
        State::Valid | State::Cancelled { .. } => None,
    });
    same(wrong, "tickets that were exchanged", &replaced.collect(), &given_up);
    Ok(())
}
