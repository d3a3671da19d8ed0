//! The event log: entries by number, by what they are about, and by request key.
//!
//! History, feed and sync source; never the truth a rule decides from. One accepted command is
//! one entry. Next: `feed.rs` for those who listen.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, tables};
use redb::ReadableTable;
use usher_rules::{Entry, Event, Key, admission, cart, checkout, hold, performance};

/// What an entry can be about, in `events_by_entity`. Numbers are for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    Cart = 1,
    Order = 2,
    /// Seats or places of this performance changed hands.
    Inventory = 3,
    Ticket = 4,
    Letter = 5,
}

const FORGOTTEN: &str = "forgotten";

/// Number of the newest entry; 0 before the first.
pub fn newest<S: Source>(source: &S) -> Result<u64, Fault> {
    let table = source.open(tables::EVENTS)?;
    Ok(table.last()?.map_or(0, |(seq, _)| seq.value()))
}

/// One entry.
pub fn get<S: Source>(source: &S, seq: u64) -> Result<Option<Entry>, Fault> {
    source::get(source, tables::EVENTS, seq)
}

/// Entries after a number, oldest first, `max` at most.
pub fn after<S: Source>(source: &S, seq: u64, max: usize) -> Result<Vec<Entry>, Fault> {
    source::range(source, tables::EVENTS, seq + 1.., max, |_, bytes| crate::stored::row(bytes))
}

/// Numbers of the entries about something, after a number, oldest first.
pub fn about<S: Source>(
    source: &S,
    entity: Entity,
    id: u64,
    after: u64,
    max: usize,
) -> Result<Vec<u64>, Fault> {
    let kind = entity as u8;
    let keys = (kind, id, after + 1)..=(kind, id, u64::MAX);
    source::range(source, tables::EVENTS_BY_ENTITY, keys, max, |key, ()| Ok(key.2))
}

/// The entry that answered a request key, if it is still remembered.
pub fn answered<S: Source>(source: &S, key: Key) -> Result<Option<Entry>, Fault> {
    let requests = source.open(tables::REQUESTS)?;
    let seq = requests.get(u128::from_be_bytes(key.0))?.map(|seq| seq.value());
    drop(requests);
    match seq {
        Some(seq) => get(source, seq),
        None => Ok(None),
    }
}

/// Request keys up to this entry are forgotten.
pub fn forgotten<S: Source>(source: &S) -> Result<u64, Fault> {
    Ok(source::get(source, tables::META, FORGOTTEN)?.unwrap_or(0))
}

pub(crate) fn set_forgotten(write: &Write, through: u64) -> Result<(), Fault> {
    write.put(tables::META, FORGOTTEN, &through)
}

/// Writes an entry to the log and its indexes.
pub fn append(write: &Write, entry: &Entry) -> Result<(), Fault> {
    write.put(tables::EVENTS, entry.seq, entry)?;
    let request = u128::from_be_bytes(entry.request.0);
    write.txn.open_table(tables::REQUESTS)?.insert(request, entry.seq)?;
    let mut about: Vec<(Entity, u64)> = entry.events.iter().flat_map(entities).collect();
    about.sort_unstable();
    about.dedup();
    if !about.is_empty() {
        let mut index = write.txn.open_table(tables::EVENTS_BY_ENTITY)?;
        for (entity, id) in about {
            index.insert((entity as u8, id, entry.seq), ())?;
        }
    }
    Ok(())
}

/// What an event is about. Scans are found through `scans_by_performance` instead: a second
/// index would double what a scan writes.
pub fn entities(event: &Event) -> Vec<(Entity, u64)> {
    match event {
        Event::House(_) | Event::Production(_) | Event::Session(_) | Event::Device(_) => Vec::new(),
        Event::Performance(event) => of_performance(event),
        Event::Cart(event) => of_cart(event),
        Event::Hold(hold::Event::Held { cart, lines, .. })
        | Event::Hold(hold::Event::Released { cart, lines, .. }) => {
            let mut about = vec![(Entity::Cart, cart.0)];
            about.extend(lines.iter().map(|line| (Entity::Inventory, line.performance.0)));
            about
        }
        Event::Checkout(event) => of_checkout(event),
        Event::Admission(event) => of_admission(event),
        Event::Letter(usher_rules::letter::Event::Put(id, _)) => vec![(Entity::Letter, id.0)],
    }
}

fn of_performance(event: &performance::Event) -> Vec<(Entity, u64)> {
    match event {
        performance::Event::PlanImported { .. } => Vec::new(),
        performance::Event::Put(id, _)
        | performance::Event::PlanAdopted { performance: id, .. }
        | performance::Event::Killed(id, _)
        | performance::Event::Revived(id, _) => vec![(Entity::Inventory, id.0)],
    }
}

fn of_cart(event: &cart::Event) -> Vec<(Entity, u64)> {
    match event {
        cart::Event::Opened(id, _)
        | cart::Event::Deleted(id)
        | cart::Event::Touched { cart: id, .. }
        | cart::Event::Forced { cart: id, .. }
        | cart::Event::Logged { cart: id, .. } => vec![(Entity::Cart, id.0)],
        cart::Event::Closed { cart, freed, .. } => {
            let mut about = vec![(Entity::Cart, cart.0)];
            about.extend(freed.iter().map(|(id, _)| (Entity::Inventory, id.0)));
            about
        }
    }
}

fn of_checkout(event: &checkout::Event) -> Vec<(Entity, u64)> {
    match event {
        checkout::Event::Intent(_, intent) => vec![(Entity::Cart, intent.cart.0)],
        checkout::Event::CartMoved { cart, .. } | checkout::Event::BuyerNamed(cart, ..) => {
            vec![(Entity::Cart, cart.0)]
        }
        checkout::Event::Sold { id, order, tickets } => {
            let mut about = vec![(Entity::Order, id.0), (Entity::Cart, order.cart.0)];
            about.extend(tickets.iter().map(|(id, _)| (Entity::Ticket, id.0)));
            about.extend(order.lines.iter().map(|line| (Entity::Inventory, line.performance.0)));
            about
        }
        checkout::Event::Posted(_, posting) => vec![(Entity::Order, posting.order.0)],
        checkout::Event::PaymentMoved(order, _) => vec![(Entity::Order, order.0)],
    }
}

fn of_admission(event: &admission::Event) -> Vec<(Entity, u64)> {
    match event {
        admission::Event::Scanned(_) => Vec::new(),
        admission::Event::Undone { ticket, .. } => vec![(Entity::Ticket, ticket.0)],
        admission::Event::Overridden { admitted, .. } => {
            admitted.ticket.iter().map(|id| (Entity::Ticket, id.0)).collect()
        }
    }
}
