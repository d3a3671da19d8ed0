//! Admission records: what a GO makes of one, what staff notice, and how a scan is taken back.
//!
//! Inside is always ins less outs (domain 9.2). Never judges a scan: `verdict.rs` does.

use super::{
    Admission, Attention, Direction, Event, Facts, Found, Go, Presence, REASON_CHARS_MAX, Read,
    Scan, Stop, UNDO_WITHIN, Verdict,
};
use crate::at::At;
use crate::id::DeviceNo;
use crate::money::Money;
use crate::{Ask, Event as AnyEvent, Refusal};

pub(super) fn attention(facts: &Facts, found: &Found, verdict: &Verdict) -> Vec<Attention> {
    if !matches!(verdict, Verdict::Go(_)) {
        return Vec::new();
    }
    let mut notes = Vec::new();
    if found.wheelchair {
        notes.push(Attention::Wheelchair);
    }
    if found.payment_problem {
        notes.push(Attention::PaymentProblem);
    } else if found.balance > Money::ZERO && facts.house.unpaid_enters {
        notes.push(Attention::BalanceDue);
    }
    if found.concession {
        notes.push(Attention::Concession);
    }
    notes
}

pub(super) fn moved(
    verdict: &Verdict,
    direction: Direction,
    found: &Found,
    device: DeviceNo,
    door: &str,
    seq: u64,
    now: At,
) -> Option<Admission> {
    let Verdict::Go(go) = verdict else {
        return None;
    };
    if direction == Direction::Check {
        return None;
    }
    let mut row = found.admission.clone().unwrap_or(Admission {
        presence: Presence::NotUsed,
        first_in: None,
        last_in: None,
        last_out: None,
        ins: 0,
        outs: 0,
        door: String::new(),
        device,
        scan: seq,
        again: false,
    });
    row.again = *go != Go::Out && row.presence == Presence::In;
    row.scan = seq;
    row.device = device;
    row.door = door.to_owned();
    match go {
        Go::Out => {
            row.presence = Presence::Out;
            row.outs = row.outs.saturating_add(1);
            row.last_out = row.last_out.max(Some(now));
        }
        Go::Admitted | Go::ReEntry | Go::Overridden => {
            // Unlimited re-entry lets a ticket in that never went out: it is inside once.
            if !row.again {
                row.ins = row.ins.saturating_add(1);
            }
            row.presence = Presence::In;
            // A door without its box tells of it later, perhaps after what came later.
            row.first_in = Some(row.first_in.map_or(now, |first| first.min(now)));
            row.last_in = row.last_in.max(Some(now));
        }
    }
    Some(row)
}

pub(super) fn undo(
    facts: &Facts,
    scan: u64,
    ask: &Ask,
    unpassed: bool,
) -> Result<Vec<AnyEvent>, Refusal> {
    let (at, earlier) = facts.earlier.as_ref().ok_or(Refusal::NotFound)?;
    let (Some(ticket), Some(performance)) = (earlier.ticket, earlier.performance) else {
        return Err(Refusal::NotAdmitted);
    };
    let standing = facts.standing.as_ref().ok_or(Refusal::NotAdmitted)?;
    if standing.scan != scan || earlier.admission.is_none() {
        return Err(Refusal::UndoTooLate);
    }
    if ask.at - *at > UNDO_WITHIN {
        return Err(Refusal::UndoTooLate);
    }
    let mut row = standing.clone();
    match row.presence {
        Presence::In if row.again => row.again = false,
        Presence::In => {
            row.ins = row.ins.saturating_sub(1);
            row.last_in = None;
            row.presence =
                if row.outs > 0 && row.ins > 0 { Presence::Out } else { Presence::NotUsed };
            if row.ins == 0 {
                row.first_in = None;
            }
        }
        Presence::Out => {
            row.outs = row.outs.saturating_sub(1);
            row.last_out = None;
            row.presence = Presence::In;
        }
        Presence::NotUsed => return Err(Refusal::NotAdmitted),
    }
    row.scan = facts.next_seq;
    Ok(vec![AnyEvent::Admission(Event::Undone {
        scan,
        ticket,
        performance,
        admission: row,
        unpassed,
    })])
}

pub(super) fn over(
    facts: &Facts,
    scan: u64,
    reason: &str,
    ask: &Ask,
) -> Result<Vec<AnyEvent>, Refusal> {
    if !ask.by.is_staff() {
        return Err(Refusal::NotAllowed);
    }
    if reason.trim().is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(Refusal::MissingData { fields: vec!["reason"] });
    }
    let (_, earlier) = facts.earlier.as_ref().ok_or(Refusal::NotFound)?;
    let Verdict::Stop(stop) = &earlier.verdict else {
        return Err(Refusal::Stale);
    };
    if matches!(stop, Stop::BadSignature | Stop::Unknown | Stop::Blocked) {
        return Err(Refusal::NotAllowed);
    }
    let Read::Typed { found: Some(found) } = &facts.read else {
        return Err(Refusal::NotFound);
    };
    let verdict = Verdict::Go(Go::Overridden);
    let (device, door) = (earlier.device, &earlier.door);
    let admission = moved(&verdict, Direction::In, found, device, door, facts.next_seq, ask.at);
    let admitted = Scan {
        ticket: earlier.ticket,
        performance: earlier.performance,
        direction: Direction::In,
        verdict,
        device,
        door: door.clone(),
        attention: Vec::new(),
        admission,
        offline: None,
    };
    let event = Event::Overridden { scan, reason: reason.to_owned(), admitted };
    Ok(vec![AnyEvent::Admission(event)])
}
