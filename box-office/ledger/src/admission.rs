//! The door: what the verdict table looks at, and the admission it leaves.
//!
//! Reads codes with the box's keys and finds their tickets; counts who is in. Never judges a scan:
//! `rules/admission` does. Next: `rules/admission/verdict.rs`.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, checkout, device, events, performance, tables};
use minicbor::{Decode, Encode};
use redb::ReadableTable;
use usher_rules::Entry;
use usher_rules::admission::{Admission, Command, Event, Facts, Found, Presence, Read, Scan};
use usher_rules::at::At;
use usher_rules::cart::Place;
use usher_rules::code::{CodeBody, CodeFault, CodeKeys, PAYLOAD_BYTES_MAX};
use usher_rules::id::{PerformanceId, TicketId};
use usher_rules::money::Money;
use usher_rules::order::Payment;
use usher_rules::ticket::Ticket;

/// Scans read at once.
pub const SCANS_MAX: usize = 10_000;

/// Stored. How many of a performance are in, kept beside its admissions as ticket 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Attendance {
    /// Tickets with at least one way in.
    #[n(0)]
    pub admitted: u32,
    #[n(1)]
    pub inside: u32,
}

/// No ticket has this number, so the row sorts before those of the tickets.
const ATTENDANCE: u64 = 0;

pub fn load(write: &Write, keys: &CodeKeys, command: &Command) -> Result<Facts, Fault> {
    let mut facts = Facts {
        house: write.house.clone(),
        device: None,
        read: Read::Unreadable,
        performance: None,
        performance_id: None,
        may_lack_sales: false,
        next_seq: write.seq,
        earlier: None,
        standing: None,
    };
    match command {
        Command::Scan { device, payload, typed, performance, .. } => {
            facts.device = device::get(write.txn, *device)?;
            let set = facts.device.as_ref().and_then(|row| row.device.performance);
            facts.performance_id = performance.or(set);
            if let Some(id) = facts.performance_id {
                facts.performance = performance::get(write.txn, id)?;
            }
            facts.read = read(write, keys, payload, *typed)?;
        }
        Command::Undo { scan } | Command::PassageTimedOut { scan } => {
            load_earlier(write, &mut facts, *scan)?;
        }
        Command::Override { scan, .. } => {
            load_earlier(write, &mut facts, *scan)?;
            let ticket = facts.earlier.as_ref().and_then(|(_, scan)| scan.ticket);
            let found = match ticket {
                Some(id) => found(write, id, None)?,
                None => None,
            };
            facts.read = Read::Typed { found: found.map(Box::new) };
        }
    }
    Ok(facts)
}

fn load_earlier(write: &Write, facts: &mut Facts, seq: u64) -> Result<(), Fault> {
    let Some((at, scan)) = scan_of(write.txn, seq)? else {
        return Ok(());
    };
    if let (Some(ticket), Some(performance)) = (scan.ticket, scan.performance) {
        facts.standing = get(write.txn, performance, ticket)?;
    }
    facts.earlier = Some((at, scan));
    Ok(())
}

fn read(write: &Write, keys: &CodeKeys, payload: &str, typed: bool) -> Result<Read, Fault> {
    let payload = payload.trim();
    if payload.is_empty() || payload.len() > PAYLOAD_BYTES_MAX {
        return Ok(Read::Unreadable);
    }
    if typed && let Ok(id) = payload.parse::<TicketId>() {
        return Ok(Read::Typed { found: found(write, id, None)?.map(Box::new) });
    }
    match keys.read(payload) {
        Ok((body, form)) => {
            let ticket = by_code(write.txn, &body)?;
            let found = match ticket {
                Some(id) => found(write, id, Some(body))?,
                None => None,
            };
            Ok(Read::Code { form, found: found.map(Box::new) })
        }
        Err(fault) => {
            let signed = payload.starts_with("U2") || payload.starts_with("u2");
            Ok(Read::Fault { fault, signed: signed && fault == CodeFault::BadTag })
        }
    }
}

fn found(write: &Write, id: TicketId, body: Option<CodeBody>) -> Result<Option<Found>, Fault> {
    let txn = write.txn;
    let Some(ticket) = checkout::ticket(txn, id)? else {
        return Ok(None);
    };
    let performance = performance::get(txn, ticket.performance)?
        .ok_or_else(|| Fault::Row(format!("performance {} is missing", ticket.performance)))?;
    let drawn = write.plans.get(txn, performance.plan)?;
    let (mut doors, mut wheelchair) = (Vec::new(), false);
    if let (Some(drawn), Place::Seat(seat)) = (&drawn, ticket.place) {
        let seat = drawn.plan.seat(seat);
        wheelchair = seat.wheelchair;
        let served = drawn.plan.doors.iter().find(|doors| doors.zone == seat.zone);
        doors = served.map(|served| served.doors.clone()).unwrap_or_default();
    }
    let balance = checkout::balance(txn, ticket.order)?;
    let payment_problem = balance > Money::ZERO
        && checkout::order(txn, ticket.order)?
            .is_some_and(|order| order.payment == Payment::CapturePending);
    let first_level = write.house.levels.first().map(|level| level.no);
    Ok(Some(Found {
        id,
        newest: body.is_none_or(|body| body.generation == ticket.code.generation),
        doors,
        wheelchair,
        concession: first_level.is_some_and(|first| first != ticket.level),
        balance,
        payment_problem,
        admission: get(txn, ticket.performance, id)?,
        inside: attendance(txn, ticket.performance)?.inside,
        ticket,
        performance,
    }))
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Scanned(scan) | Event::Overridden { admitted: scan, .. } => {
            let performance = scan.performance.map_or(0, |id| id.0);
            write.mark(tables::SCANS_BY_PERFORMANCE, (performance, write.seq))?;
            match (scan.ticket, scan.performance, &scan.admission) {
                (Some(ticket), Some(id), Some(row)) => put(write, id, ticket, row),
                _ => Ok(()),
            }
        }
        Event::Undone { ticket, performance, admission, .. } => {
            put(write, *performance, *ticket, admission)
        }
    }
}

fn put(
    write: &Write,
    performance: PerformanceId,
    ticket: TicketId,
    row: &Admission,
) -> Result<(), Fault> {
    let old = get(write.txn, performance, ticket)?;
    let mut counts = attendance(write.txn, performance)?;
    let inside = |row: &Admission| row.presence == Presence::In;
    let was = old.as_ref();
    match (was.is_some_and(inside), inside(row)) {
        (false, true) => counts.inside += 1,
        (true, false) => counts.inside -= 1,
        (true, true) | (false, false) => {}
    }
    match (was.is_some_and(|row| row.ins > 0), row.ins > 0) {
        (false, true) => counts.admitted += 1,
        (true, false) => counts.admitted -= 1,
        (true, true) | (false, false) => {}
    }
    write.put(tables::ADMISSIONS, (performance.0, ATTENDANCE), &counts)?;
    write.put(tables::ADMISSIONS, (performance.0, ticket.0), row)
}

/// How many are in, from the row beside the admissions.
pub fn attendance<S: Source>(source: &S, id: PerformanceId) -> Result<Attendance, Fault> {
    Ok(source::get(source, tables::ADMISSIONS, (id.0, ATTENDANCE))?.unwrap_or_default())
}

pub fn get<S: Source>(
    source: &S,
    performance: PerformanceId,
    ticket: TicketId,
) -> Result<Option<Admission>, Fault> {
    source::get(source, tables::ADMISSIONS, (performance.0, ticket.0))
}

/// All admissions of a performance, by ticket.
pub fn of_performance<S: Source>(
    source: &S,
    id: PerformanceId,
) -> Result<Vec<(TicketId, Admission)>, Fault> {
    let keys = (id.0, 1)..=(id.0, u64::MAX);
    source::range(source, tables::ADMISSIONS, keys, usize::MAX, |key, bytes| {
        Ok((TicketId(key.1), crate::stored::row(bytes)?))
    })
}

/// The ticket a code leads to.
pub fn by_code<S: Source>(source: &S, body: &CodeBody) -> Result<Option<TicketId>, Fault> {
    let codes = source.open(tables::TICKET_CODES)?;
    Ok(codes.get((body.performance, body.tag))?.map(|id| TicketId(id.value())))
}

/// The ticket itself, by its code; for pages that show what was scanned.
pub fn ticket_of<S: Source>(source: &S, scan: &Scan) -> Result<Option<Ticket>, Fault> {
    match scan.ticket {
        Some(id) => checkout::ticket(source, id),
        None => Ok(None),
    }
}

/// The scan of an entry, and when it was.
pub fn scan_of<S: Source>(source: &S, seq: u64) -> Result<Option<(At, Scan)>, Fault> {
    Ok(events::get(source, seq)?.and_then(|entry| Some((entry.at, scan_in(&entry)?.clone()))))
}

/// The scan that an entry records, if it is one.
pub fn scan_in(entry: &Entry) -> Option<&Scan> {
    entry.events.iter().find_map(|event| match event {
        usher_rules::Event::Admission(
            Event::Scanned(scan) | Event::Overridden { admitted: scan, .. },
        ) => Some(scan),
        _ => None,
    })
}

/// Numbers of a performance's scans after one, oldest first. Performance 0: those that led to no
/// ticket.
pub fn scans<S: Source>(
    source: &S,
    performance: u64,
    after: u64,
    max: usize,
) -> Result<Vec<u64>, Fault> {
    let keys = (performance, after + 1)..=(performance, u64::MAX);
    source::range(source, tables::SCANS_BY_PERFORMANCE, keys, max.min(SCANS_MAX), |key, ()| {
        Ok(key.1)
    })
}

/// The newest scans of a performance, newest first.
pub fn newest_scans<S: Source>(
    source: &S,
    performance: u64,
    max: usize,
) -> Result<Vec<u64>, Fault> {
    let table = source.open(tables::SCANS_BY_PERFORMANCE)?;
    let mut found = Vec::new();
    for row in table.range((performance, 0)..=(performance, u64::MAX))?.rev().take(max) {
        found.push(row?.0.value().1);
    }
    Ok(found)
}
