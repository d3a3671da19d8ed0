//! The verdict table of domain 9.1: the first row that matches wins.
//!
//! Numbers behind the lines are the rows of the table. Never changes an admission: `record.rs`
//! does, and only on a GO. What a door without its box is told beforehand comes from the same
//! rows. Next: `record.rs`.

use super::{Direction, Facts, Found, Go, Presence, Read, Stop, Verdict};
use crate::Ask;
use crate::at::At;
use crate::code::Form;
use crate::house::{House, ReEntry};
use crate::money::Money;
use crate::ticket;

/// The table of domain 9.1, row by row; the first that matches wins.
pub(super) fn judge(
    facts: &Facts,
    found: Option<&Found>,
    direction: Direction,
    ask: &Ask,
) -> Verdict {
    let may_scan = facts.device.as_ref().is_some_and(|row| row.may_scan(ask.at));
    table(facts, found, direction, ask, may_scan)
}

/// The same of a scan that its device judged alone: a lock is for those who ask the box.
pub(super) fn judge_alone(
    facts: &Facts,
    found: Option<&Found>,
    direction: Direction,
    ask: &Ask,
) -> Verdict {
    let enrolled = facts.device.as_ref().is_some_and(|row| row.device.enabled);
    table(facts, found, direction, ask, enrolled)
}

fn table(
    facts: &Facts,
    found: Option<&Found>,
    direction: Direction,
    ask: &Ask,
    may_scan: bool,
) -> Verdict {
    if matches!(facts.read, Read::Unreadable) {
        return Verdict::Stop(Stop::Unreadable); // 1
    }
    if !may_scan {
        return Verdict::Stop(Stop::Device); // 2
    }
    if let Read::Fault { signed, .. } = facts.read {
        let stop = if signed { Stop::BadSignature } else { Stop::Unknown };
        return Verdict::Stop(stop); // 4, 5
    }
    let Some(found) = found else {
        let signed = matches!(facts.read, Read::Code { form: Form::Signed, .. });
        return if signed && facts.may_lack_sales {
            Verdict::Provisional // 6
        } else {
            Verdict::Stop(Stop::Unknown) // 5, 6
        };
    };
    if let Some(stop) = not_a_right(facts, found, ask) {
        return Verdict::Stop(stop); // 7, 8, 9
    }
    match direction {
        Direction::Out => leaving(found),
        Direction::In | Direction::Check => entering(facts, found, ask),
    }
}

/// What stops a ticket at a door at any time and whoever is in: the rows of the table that a door
/// without its box cannot see for itself, the first of them that matches.
pub fn standing(found: &Found, house: &House, door: &str, now: At) -> Option<Stop> {
    ended(found, now)
        .or_else(|| found.ticket.blocked.then_some(Stop::Blocked))
        .or_else(|| elsewhere(found, door))
        .or_else(|| unpaid(found, house))
}

/// Rows 7 and 8.
fn ended(found: &Found, now: At) -> Option<Stop> {
    let ticket = &found.ticket;
    if !found.newest {
        return Some(Stop::Replaced { at: ticket.replaced_at.unwrap_or(now) });
    }
    match ticket.state {
        ticket::State::Cancelled { at } => Some(Stop::Cancelled { at }),
        ticket::State::Exchanged { at, .. } => Some(Stop::Replaced { at }),
        ticket::State::Valid => {
            let cancelled = found.performance.cancelled.as_ref();
            cancelled.map(|cancelled| Stop::Cancelled { at: cancelled.at })
        }
    }
}

/// Row 13.
fn elsewhere(found: &Found, door: &str) -> Option<Stop> {
    let served = found.doors.is_empty() || found.doors.iter().any(|other| other == door);
    (!served).then(|| Stop::WrongDoor { go_to: found.doors.clone() })
}

/// Row 15.
fn unpaid(found: &Found, house: &House) -> Option<Stop> {
    let owes = found.balance > Money::ZERO && !found.payment_problem && !house.unpaid_enters;
    owes.then_some(Stop::Unpaid { amount: found.balance })
}

fn not_a_right(facts: &Facts, found: &Found, ask: &Ask) -> Option<Stop> {
    if let Some(stop) = ended(found, ask.at) {
        return Some(stop);
    }
    let ticket = &found.ticket;
    if !serves(facts, found, ask) {
        let starts_at = found.performance.starts_at;
        return Some(Stop::WrongPerformance { performance: ticket.performance, starts_at });
    }
    None
}

/// Row 9: the one performance set, else today's and those whose admission is open now.
fn serves(facts: &Facts, found: &Found, ask: &Ask) -> bool {
    let performance = &found.performance;
    match facts.performance_id {
        Some(set) => set == found.ticket.performance,
        None => {
            performance.day == ask.day
                || (performance.doors_open <= ask.at && ask.at < performance.last_admission)
        }
    }
}

fn leaving(found: &Found) -> Verdict {
    let inside = found.admission.as_ref().is_some_and(|row| row.presence == Presence::In);
    if inside { Verdict::Go(Go::Out) } else { Verdict::Stop(Stop::NotIn) }
}

fn entering(facts: &Facts, found: &Found, ask: &Ask) -> Verdict {
    if found.ticket.blocked {
        return Verdict::Stop(Stop::Blocked); // 10
    }
    let presence = found.admission.as_ref().map_or(Presence::NotUsed, |row| row.presence);
    if let Some(stop) = used(facts, found, presence, ask.at) {
        return Verdict::Stop(stop); // 11, 12
    }
    let door = facts.device.as_ref().map(|row| row.device.door.as_str()).unwrap_or_default();
    if let Some(stop) = elsewhere(found, door) {
        return Verdict::Stop(stop); // 13
    }
    if let Some(stop) = outside_window(facts, found, ask) {
        return Verdict::Stop(stop); // 14
    }
    if let Some(stop) = unpaid(found, &facts.house) {
        return Verdict::Stop(stop); // 15
    }
    if found.performance.fire_limit.is_some_and(|limit| found.inside >= limit) {
        return Verdict::Stop(Stop::Full); // 16
    }
    if presence == Presence::Out { Verdict::Go(Go::ReEntry) } else { Verdict::Go(Go::Admitted) }
}

fn used(facts: &Facts, found: &Found, presence: Presence, now: At) -> Option<Stop> {
    let row = found.admission.as_ref()?;
    let re_entry = found.performance.re_entry.unwrap_or(facts.house.re_entry);
    match (presence, re_entry) {
        (Presence::NotUsed, _) | (_, ReEntry::Unlimited) => None,
        (Presence::In, ReEntry::Never | ReEntry::AfterOut) => Some(Stop::AlreadyUsed {
            at: row.last_in.unwrap_or(now),
            door: row.door.clone(),
            device: row.device,
        }),
        (Presence::Out, ReEntry::Never) => {
            Some(Stop::NoReEntry { out: row.last_out.unwrap_or(now) })
        }
        (Presence::Out, ReEntry::AfterOut) => None,
    }
}

/// Not judged when the device is set to a performance of an earlier business day.
fn outside_window(facts: &Facts, found: &Found, ask: &Ask) -> Option<Stop> {
    let performance = &found.performance;
    if facts.performance.as_ref().is_some_and(|set| set.day < ask.day) {
        return None;
    }
    if ask.at < performance.doors_open {
        return Some(Stop::TooEarly { opens: performance.doors_open });
    }
    if ask.at >= performance.last_admission {
        return Some(Stop::TooLate { closed: performance.last_admission });
    }
    None
}
