//! The event log: entries by number and by what they are about.
//!
//! History, feed and sync source; never the truth a rule decides from. One accepted command is
//! one entry. Next: `feed.rs` for those who listen.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, tables};
use redb::ReadableTable;
use std::ops::Range;
use usher_rules::id::PerformanceId;
use usher_rules::{Entry, Event, cart, checkout, hold, performance};

/// Entries of the log in one block of its index.
pub const BLOCK: u64 = 256;

/// What an entry can be about, in `events_by_entity`; what nobody looks for is not indexed. Numbers
/// are for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// Seats or places of this performance changed hands.
    Inventory = 3,
    /// The door of this performance: scans, and what was taken back of them. 0: led to no ticket.
    Door = 6,
}

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

/// The block an entry is in.
pub fn block(seq: u64) -> u64 {
    seq / BLOCK
}

/// Blocks of these entries that have some about one thing, or about any of a kind, in order.
pub fn blocks<S: Source>(
    source: &S,
    entity: Entity,
    id: Option<u64>,
    entries: &Range<u64>,
) -> Result<Vec<u64>, Fault> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let kind = entity as u8;
    let wanted = block(entries.start)..=block(entries.end - 1);
    let first = (kind, id.unwrap_or(0), *wanted.start());
    let last = (kind, id.unwrap_or(u64::MAX), *wanted.end());
    let index = source.open(tables::EVENTS_BY_ENTITY)?;
    let mut found = Vec::new();
    for mark in index.range(first..=last)? {
        let (_, _, block) = mark?.0.value();
        found.extend(wanted.contains(&block).then_some(block));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Entries of one block about something, oldest first, no others than those among `entries`.
pub fn in_block<S: Source>(
    source: &S,
    block: u64,
    entity: Entity,
    id: Option<u64>,
    entries: &Range<u64>,
) -> Result<Vec<Entry>, Fault> {
    let first = (block * BLOCK).max(entries.start);
    let end = ((block + 1) * BLOCK).min(entries.end);
    let all: Vec<Entry> =
        source::range(source, tables::EVENTS, first..end, usize::MAX, |_, bytes| {
            crate::stored::row(bytes)
        })?;
    let fits = |(kind, of): (Entity, u64)| kind == entity && id.is_none_or(|id| id == of);
    let wanted = |entry: &Entry| entry.events.iter().flat_map(entities).any(fits);
    Ok(all.into_iter().filter(wanted).collect())
}

/// Entries about something among these, oldest first, `max` at most.
pub fn about<S: Source>(
    source: &S,
    entity: Entity,
    id: Option<u64>,
    entries: &Range<u64>,
    max: usize,
) -> Result<Vec<Entry>, Fault> {
    let mut found = Vec::new();
    for block in blocks(source, entity, id, entries)? {
        found.extend(in_block(source, block, entity, id, entries)?);
        if found.len() >= max {
            found.truncate(max);
            break;
        }
    }
    Ok(found)
}

/// Writes an entry to the log, and marks its block for what it is about. Most entries find their
/// mark set: a key an entry would cost every commit a path of pages (decision 0006).
pub fn append(write: &mut Write, entry: &Entry) -> Result<(), Fault> {
    let mut about: Vec<(Entity, u64)> = entry.events.iter().flat_map(entities).collect();
    about.sort_unstable();
    about.dedup();
    let about = about.into_iter().map(|(entity, id)| (entity as u8, id, block(entry.seq)));
    write.append(entry, about)
}

/// What an event is about, of what is looked for.
pub fn entities(event: &Event) -> Vec<(Entity, u64)> {
    let places = |ids: Vec<PerformanceId>| -> Vec<(Entity, u64)> {
        ids.into_iter().map(|id| (Entity::Inventory, id.0)).collect()
    };
    match event {
        Event::House(_)
        | Event::Production(_)
        | Event::Session(_)
        | Event::Device(_)
        | Event::Letter(_)
        | Event::Staff(_)
        | Event::Till(_)
        | Event::Journal(_)
        | Event::Batch(_)
        | Event::EndOfDay(_)
        | Event::Patron(_) => Vec::new(),
        Event::Performance(event) => match event {
            performance::Event::PlanImported { .. } => Vec::new(),
            performance::Event::Put(id, _)
            | performance::Event::PlanAdopted { performance: id, .. }
            | performance::Event::Killed(id, _)
            | performance::Event::Revived(id, _)
            | performance::Event::StaffHeld { performance: id, .. }
            | performance::Event::StaffHoldEnded(id, _)
            | performance::Event::Cancelled(id, _) => places(vec![*id]),
        },
        Event::Cart(cart::Event::Closed { freed, .. }) => {
            places(freed.iter().map(|(id, _)| *id).collect())
        }
        Event::Cart(
            cart::Event::Opened(..)
            | cart::Event::Deleted(_)
            | cart::Event::Touched { .. }
            | cart::Event::Forced { .. }
            | cart::Event::Logged { .. },
        ) => Vec::new(),
        Event::Hold(hold::Event::Held { lines, .. } | hold::Event::Released { lines, .. }) => {
            places(lines.iter().map(|line| line.performance).collect())
        }
        Event::Checkout(checkout::Event::Sold { order, .. }) => {
            places(order.lines.iter().map(|line| line.performance).collect())
        }
        Event::Checkout(
            checkout::Event::Refunded { freed, .. } | checkout::Event::Exchanged { freed, .. },
        ) => places(freed.iter().map(|(id, _)| *id).collect()),
        Event::Checkout(
            checkout::Event::Intent(..)
            | checkout::Event::CartMoved { .. }
            | checkout::Event::BuyerNamed(..)
            | checkout::Event::LinesLost(..)
            | checkout::Event::Posted(..)
            | checkout::Event::PaymentMoved(..)
            | checkout::Event::RefundBegun(..)
            | checkout::Event::PaymentMade(..)
            | checkout::Event::PaymentBegun(..)
            | checkout::Event::ExchangeLeft(..)
            | checkout::Event::Orphaned(..)
            | checkout::Event::OrphanSeen(..),
        ) => Vec::new(),
        Event::Admission(event) => vec![(Entity::Door, crate::admission::door_of(event))],
    }
}
