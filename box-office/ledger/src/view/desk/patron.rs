//! Patrons for the desk: by words, by a number, one with the orders, from one snapshot.
//!
//! A number may be an order's, a ticket's or a patron's: all that it is are found. Next:
//! `ledger/patron.rs`, `listener/staff/patron.rs`.

use crate::view::sums::Named;
use crate::{Fault, Snapshot, checkout, patron};
use std::collections::BTreeMap;
use usher_rules::id::{OrderId, PatronId, TicketId};
use usher_rules::order::Order;
use usher_rules::patron::{Patron, numbered};
use usher_rules::view::desk::patron::{Bought, Found, Glance};

/// Patrons on one page of the list.
pub const PATRONS_MAX: usize = 50;

/// What was typed: words of a patron, or the number of an order, a ticket or a patron.
pub fn found(snapshot: &Snapshot, text: &str, max: usize) -> Result<Found, Fault> {
    if let Some(number) = numbered(text) {
        return by_number(snapshot, number);
    }
    let found = patron::find(snapshot, text, max)?;
    Ok(Found { patrons: glances(snapshot, found.patrons)?, more: found.more, orders: Vec::new() })
}

/// The newest, and whether there are others.
pub fn newest(
    snapshot: &Snapshot,
    before: Option<PatronId>,
) -> Result<(Found, Option<PatronId>), Fault> {
    let mut rows = patron::newest(snapshot, before, PATRONS_MAX + 1)?;
    let more = rows.len() > PATRONS_MAX;
    rows.truncate(PATRONS_MAX);
    let next = rows.last().filter(|_| more).map(|(id, _)| *id);
    let patrons = glances(snapshot, rows)?;
    Ok((Found { patrons, ..Found::default() }, next))
}

fn by_number(snapshot: &Snapshot, number: u64) -> Result<Found, Fault> {
    let mut orders = vec![(OrderId(number), None)];
    if let Some(ticket) = checkout::ticket(snapshot, TicketId(number))? {
        orders.push((ticket.order, Some(TicketId(number))));
    }
    let mut found = Found::default();
    let mut patrons = BTreeMap::new();
    if let Some(row) = patron::get(snapshot, PatronId(number))? {
        patrons.insert(PatronId(number), row);
    }
    for (id, by_ticket) in orders {
        let Some(order) = checkout::order(snapshot, id)? else { continue };
        if let Some(no) = order.buyer.patron
            && let Some(row) = patron::get(snapshot, no)?
        {
            patrons.insert(no, row);
        }
        found.orders.push(Bought { by_ticket, ..bought(snapshot, id, order)? });
    }
    found.patrons = glances(snapshot, patrons)?;
    Ok(found)
}

fn glances(
    snapshot: &Snapshot,
    rows: impl IntoIterator<Item = (PatronId, Patron)>,
) -> Result<Vec<Glance>, Fault> {
    rows.into_iter().map(|(id, row)| glance(snapshot, id, row)).collect()
}

/// A patron in short.
pub fn glance(snapshot: &Snapshot, id: PatronId, row: Patron) -> Result<Glance, Fault> {
    let newest = patron::orders(snapshot, id, 1)?;
    let last = match newest.first() {
        Some(order) => checkout::order(snapshot, *order)?.map(|order| order.created_at),
        None => None,
    };
    let Patron { name, email, phone, since: _ } = row;
    Ok(Glance { patron: id, name, email, phone, last })
}

/// What a patron bought, the newest first, and whether there is more.
pub fn orders(snapshot: &Snapshot, id: PatronId) -> Result<(Vec<Bought>, bool), Fault> {
    let mut ids = patron::orders(snapshot, id, patron::ORDERS_MAX + 1)?;
    let more = ids.len() > patron::ORDERS_MAX;
    ids.truncate(patron::ORDERS_MAX);
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let order = checkout::order(snapshot, id)?;
        found.push(bought(snapshot, id, order.ok_or(Fault::Changed("an order that is gone"))?)?);
    }
    Ok((found, more))
}

fn bought(snapshot: &Snapshot, id: OrderId, order: Order) -> Result<Bought, Fault> {
    let mut performances: Vec<_> = order.lines.iter().map(|line| line.performance).collect();
    performances.sort_unstable();
    performances.dedup();
    let mut titles: Vec<String> = Vec::new();
    for performance in performances {
        let title = &Named::read(snapshot, performance)?.production.title;
        if !titles.contains(title) {
            titles.push(title.clone());
        }
    }
    Ok(Bought {
        order: id,
        by_ticket: None,
        when: order.created_at,
        titles,
        tickets: u32::try_from(order.tickets.len()).unwrap_or(u32::MAX),
        total: order.total,
        buyer: order.buyer.name,
        at_counter: order.counter.is_some(),
    })
}
