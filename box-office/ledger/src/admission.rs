//! The door: what the verdict table looks at, and the scan it leaves.
//!
//! Reads codes with the box's keys and finds their tickets. Never judges a scan:
//! `rules/admission` does. Next: `rules/admission/verdict.rs`.

use crate::dispatch::Setting;
use crate::source::Source;
use crate::turnout::{Attendance, Turnout};
use crate::write::Write;
use crate::{Fault, Snapshot, checkout, events, tables};
use redb::ReadableTable;
use std::sync::Arc;
use usher_rules::admission::{Admission, Command, Event, Facts, Found, Read, Scan, happened};
use usher_rules::at::At;
use usher_rules::cart::Place;
use usher_rules::code::{CodeBody, CodeFault, CodeKeys, PAYLOAD_BYTES_MAX};
use usher_rules::id::{DeviceNo, PerformanceId, TicketId};
use usher_rules::{Ask, Entry, Key};

pub fn load(
    write: &mut Write,
    setting: &Setting,
    command: &Command,
    ask: &Ask,
) -> Result<Facts, Fault> {
    let mut facts = Facts {
        house: Arc::clone(&write.house),
        device: None,
        read: Read::Unreadable,
        performance: None,
        performance_id: None,
        may_lack_sales: false,
        next_seq: write.seq,
        earlier: None,
        standing: None,
        day: ask.day,
        attempt: None,
    };
    match command {
        Command::Scan { device, payload, typed, performance, .. } => {
            load_device(write, &mut facts, *device, *performance)?;
            facts.read = read(write, &setting.keys, payload, *typed)?;
        }
        Command::Offline { device, payload, at, attempt, .. } => {
            facts.day = (setting.day_of)(happened(*at, ask.at));
            facts.attempt = attempted(write, *attempt)?;
            load_device(write, &mut facts, *device, None)?;
            facts.read = read(write, &setting.keys, payload, false)?;
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

/// The device, and the performance that it or the scan is set to.
fn load_device(
    write: &mut Write,
    facts: &mut Facts,
    device: DeviceNo,
    asked: Option<PerformanceId>,
) -> Result<(), Fault> {
    facts.device = write.memory.programme.device(write.txn, device)?;
    let set = facts.device.as_ref().and_then(|row| row.device.performance);
    facts.performance_id = asked.or(set);
    if let Some(id) = facts.performance_id {
        facts.performance = write.memory.programme.performance(write.txn, id)?;
    }
    Ok(())
}

/// What an ask that its device had no answer to was recorded as.
fn attempted(write: &mut Write, key: Option<Key>) -> Result<Option<(u64, Scan)>, Fault> {
    let Some(seq) = key.and_then(|key| write.memory.requests.answered(key)) else {
        return Ok(None);
    };
    write.leave_door();
    Ok(scan_of(write.txn, seq)?.map(|(_, scan)| (seq, scan)))
}

fn load_earlier(write: &mut Write, facts: &mut Facts, seq: u64) -> Result<(), Fault> {
    let Some((at, scan)) = scan_of(write.txn, seq)? else {
        return Ok(());
    };
    if let (Some(ticket), Some(performance)) = (scan.ticket, scan.performance) {
        let turnout = turnout(write, performance)?;
        facts.standing = turnout.admission(ticket).cloned();
    }
    facts.earlier = Some((at, scan));
    Ok(())
}

fn read(write: &mut Write, keys: &CodeKeys, payload: &str, typed: bool) -> Result<Read, Fault> {
    let payload = payload.trim();
    if payload.is_empty() || payload.len() > PAYLOAD_BYTES_MAX {
        return Ok(Read::Unreadable);
    }
    if typed && let Ok(id) = payload.parse::<TicketId>() {
        return Ok(Read::Typed { found: found(write, id, None)?.map(Box::new) });
    }
    match keys.read(payload) {
        Ok((body, form)) => {
            let ticket = write.door()?.by_code(&body)?;
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

fn found(write: &mut Write, id: TicketId, body: Option<CodeBody>) -> Result<Option<Found>, Fault> {
    let txn = write.txn;
    let Some(ticket) = write.door()?.ticket(id)? else {
        return Ok(None);
    };
    let performance = write
        .memory
        .programme
        .performance(txn, ticket.performance)?
        .ok_or_else(|| Fault::Row(format!("performance {} is missing", ticket.performance)))?;
    let drawn = write.plans.get(txn, performance.plan)?;
    let (mut doors, mut wheelchair) = (Vec::new(), false);
    if let (Some(drawn), Place::Seat(seat)) = (&drawn, ticket.place) {
        wheelchair = drawn.plan.seat(seat).wheelchair;
        doors = drawn.plan.doors_of(seat).to_vec();
    }
    let balance = write.door()?.balance(ticket.order)?;
    let payment_problem = checkout::payment_problem(txn, ticket.order, balance)?;
    let first_level = write.house.levels.first().map(|level| level.no);
    let turnout = turnout(write, ticket.performance)?;
    Ok(Some(Found {
        id,
        newest: body.is_none_or(|body| body.generation == ticket.code.generation),
        doors,
        wheelchair,
        concession: first_level.is_some_and(|first| first != ticket.level),
        balance,
        payment_problem,
        admission: turnout.admission(id).cloned(),
        inside: turnout.attendance().inside,
        ticket,
        performance,
    }))
}

/// Who is in, by memory; made from the log when it is not kept.
pub(crate) fn turnout<'w>(write: &'w mut Write, id: PerformanceId) -> Result<&'w Turnout, Fault> {
    if !write.memory.turnouts.keeps(id) {
        write.leave_door();
    }
    write.memory.turnouts.get(write.txn, id)
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    write.memory.turnouts.note(PerformanceId(door_of(event)), write.seq, event);
    Ok(())
}

/// Number of the performance whose door it happened at; 0: it led to no ticket.
pub fn door_of(event: &Event) -> u64 {
    match event {
        Event::Scanned(scan) | Event::Overridden { admitted: scan, .. } => {
            scan.performance.map_or(0, |id| id.0)
        }
        Event::Undone { performance, .. } => performance.0,
    }
}

/// What an entry did at the door.
pub fn events_in(entry: &Entry) -> impl Iterator<Item = &Event> {
    entry.events.iter().filter_map(|event| match event {
        usher_rules::Event::Admission(event) => Some(event),
        _ => None,
    })
}

/// How many are in.
pub fn attendance(snapshot: &Snapshot, id: PerformanceId) -> Result<Attendance, Fault> {
    snapshot.turnouts.look(snapshot, id, Turnout::attendance)
}

/// The admission of a ticket, once it has been at the door.
pub fn get(
    snapshot: &Snapshot,
    performance: PerformanceId,
    ticket: TicketId,
) -> Result<Option<Admission>, Fault> {
    snapshot.turnouts.look(snapshot, performance, |turnout| turnout.admission(ticket).cloned())
}

/// The ticket a code leads to.
pub fn by_code<S: Source>(source: &S, body: &CodeBody) -> Result<Option<TicketId>, Fault> {
    let codes = source.open(tables::TICKET_CODES)?;
    Ok(codes.get((body.performance, body.tag))?.map(|id| TicketId(id.value())))
}

/// The scan of an entry, and when it was recorded.
pub fn scan_of<S: Source>(source: &S, seq: u64) -> Result<Option<(At, Scan)>, Fault> {
    Ok(events::get(source, seq)?.and_then(|entry| Some((entry.at, scan_in(&entry)?.clone()))))
}

/// The scan that an entry records, if it is one.
pub fn scan_in(entry: &Entry) -> Option<&Scan> {
    events_in(entry).find_map(|event| match event {
        Event::Scanned(scan) | Event::Overridden { admitted: scan, .. } => Some(scan),
        Event::Undone { .. } => None,
    })
}
