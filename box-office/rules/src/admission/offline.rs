//! A scan that a door judged alone because it had lost its box (domain 9.3).
//!
//! Whoever went in is in, so nothing is refused any more: the table is asked only for what the
//! manager should hear of. Never judges for a door: its page does. Next: `verdict.rs`.

use super::record::moved;
use super::verdict::judge_alone;
use super::{Direction, Event, Facts, Found, Go, Presence, Read, Scan, Stop, Verdict};
use crate::at::At;
use crate::id::DeviceNo;
use crate::{Ask, Event as AnyEvent};
use minicbor::{Decode, Encode};

/// What a door without its box said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Went {
    #[n(0)]
    Go,
    #[n(1)]
    Stop,
}

/// What is kept of a scan beyond the others when a door judged it alone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Offline {
    /// When it was scanned, by the device; never later than its entry.
    #[n(0)]
    pub at: At,
    /// What would have stopped somebody who was let through. `AlreadyUsed`: a duplicate admission.
    #[n(1)]
    pub dispute: Option<Stop>,
}

impl Offline {
    /// Did it let in a ticket that was in already?
    pub fn is_duplicate(&self) -> bool {
        matches!(self.dispute, Some(Stop::AlreadyUsed { .. }))
    }
}

/// The moment a device tells, if it can be: a clock that runs ahead is taken back to now.
pub fn happened(told: At, now: At) -> At {
    told.max(At(0)).min(now)
}

/// What the door says of it.
pub(super) struct Told {
    pub device: DeviceNo,
    pub direction: Direction,
    pub went: Went,
    pub at: At,
}

pub(super) fn offline(facts: &Facts, told: &Told, ask: &Ask) -> Vec<AnyEvent> {
    let Told { device, direction, went, .. } = *told;
    let at = happened(told.at, ask.at);
    let door = facts.device.as_ref().map(|row| row.device.door.clone()).unwrap_or_default();
    let found = match &facts.read {
        Read::Code { found, .. } | Read::Typed { found } => found.as_deref(),
        Read::Unreadable | Read::Fault { .. } => None,
    };
    let then = Ask { by: ask.by.clone(), at, day: facts.day, random: ask.random };
    let table = judge_alone(facts, found, direction, &then);
    let answered = found.and_then(|found| answered(facts, found, direction));
    let (verdict, dispute) = match (went, answered) {
        (Went::Stop, _) => (Verdict::Stop(against(&table).unwrap_or(Stop::Unknown)), None),
        (Went::Go, Some(go)) => (Verdict::Go(go), None),
        (Went::Go, None) => (Verdict::Go(way(direction, found, &table)), against(&table)),
    };
    let moves = answered.is_none() && (direction != Direction::Out || found.is_some_and(inside));
    let admission = found
        .filter(|_| moves)
        .and_then(|found| moved(&verdict, direction, found, device, &door, facts.next_seq, at));
    let scan = Scan {
        ticket: found.map(|found| found.id),
        performance: found.map(|found| found.ticket.performance),
        direction,
        verdict,
        device,
        door,
        attention: Vec::new(),
        admission,
        offline: Some(Offline { at, dispute }),
    };
    vec![AnyEvent::Admission(Event::Scanned(scan))]
}

/// The GO that the box gave this very passage before the device lost it: the ask got through and
/// only its answer was lost. Later scans of the ticket make it another passage.
fn answered(facts: &Facts, found: &Found, direction: Direction) -> Option<Go> {
    let (seq, attempt) = facts.attempt.as_ref()?;
    let stands = found.admission.as_ref().is_some_and(|row| row.scan == *seq);
    let same = attempt.ticket == Some(found.id) && attempt.direction == direction;
    match attempt.verdict {
        Verdict::Go(go) if stands && same => Some(go),
        Verdict::Go(_) | Verdict::Stop(_) | Verdict::Provisional => None,
    }
}

fn inside(found: &Found) -> bool {
    found.admission.as_ref().is_some_and(|row| row.presence == Presence::In)
}

/// The way somebody went who was let through, whatever the table says.
fn way(direction: Direction, found: Option<&Found>, table: &Verdict) -> Go {
    let presence = found.and_then(|found| found.admission.as_ref()).map(|row| row.presence);
    match (table, direction) {
        (Verdict::Go(go), _) => *go,
        (Verdict::Stop(_) | Verdict::Provisional, Direction::Out) => Go::Out,
        (Verdict::Stop(_) | Verdict::Provisional, Direction::In | Direction::Check) => {
            if presence == Some(Presence::Out) { Go::ReEntry } else { Go::Admitted }
        }
    }
}

/// What the table holds against it. Amber counts: nobody was asked for ID.
fn against(table: &Verdict) -> Option<Stop> {
    match table {
        Verdict::Go(_) => None,
        Verdict::Stop(stop) => Some(stop.clone()),
        Verdict::Provisional => Some(Stop::Unknown),
    }
}
