//! Scans of a day, and what a door or a wall says of one: who, where, and why not.
//!
//! A scan is found through the blocks of its performance's door; a day is a stretch of the event
//! log, found by halving it. Never judges a scan again: the verdict is the recorded one. Next:
//! `monitor.rs`, `door.rs`.

use super::level_name;
use super::order::door;
use super::sums::Named;
use super::undone::{Backwards, TakenBack};
use crate::events::{self, Entity};
use crate::handle::Handle;
use crate::source::Source;
use crate::{Fault, Snapshot, admission, checkout, tables};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use usher_rules::admission::{Admission, Direction, Go, Offline, Scan, Stop, Verdict};
use usher_rules::at::{At, Span};
use usher_rules::house::House;
use usher_rules::id::{PerformanceId, TicketId};
use usher_rules::order::Order;
use usher_rules::performance::Performance;
use usher_rules::ticket::Ticket;
use usher_rules::view::door::{Plate, Reason, RecentScan, Signal};
use usher_rules::view::monitor::ScanRow;
use usher_rules::view::venue::Place;
use usher_rules::{BusinessDay, Entry};

/// Scans of one day that are looked at.
pub(super) const SCANS_MAX: usize = 50_000;
/// Scans of a day looked at to find those of one device.
const LOOKED_AT_MAX: usize = 2_000;
const DAY: Span = Span::hours(24);

/// One scan as it happened.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scanned {
    pub seq: u64,
    pub at: At,
    pub scan: Scan,
    /// Taken back later: nobody went through the gate, or a supervisor undid it.
    pub undone: Option<TakenBack>,
}

impl Scanned {
    /// Did it let somebody in, and was that not taken back? A door without its box may tell of a
    /// way in that is counted already; that moved nobody.
    pub fn arrived(&self) -> bool {
        self.undone.is_none()
            && self.scan.admission.is_some()
            && self.scan.direction == Direction::In
            && match &self.scan.verdict {
                Verdict::Go(Go::Admitted | Go::ReEntry | Go::Overridden) => true,
                Verdict::Go(Go::Out) | Verdict::Stop(_) | Verdict::Provisional => false,
            }
    }
}

impl Scanned {
    /// What the manager should hear of a door that judged without the box; not once it was taken
    /// back.
    pub fn dispute(&self) -> Option<&Stop> {
        let offline = self.scan.offline.as_ref().filter(|_| self.undone.is_none());
        offline.and_then(|offline| offline.dispute.as_ref())
    }

    /// Was the ticket in already, as far as nobody has put that right?
    pub fn is_duplicate(&self) -> bool {
        let offline = self.scan.offline.as_ref().filter(|_| self.undone.is_none());
        offline.is_some_and(Offline::is_duplicate)
    }
}

/// Performances of one business day, by their start.
pub(super) fn performances_of(
    snapshot: &Snapshot,
    day: BusinessDay,
) -> Result<Vec<(PerformanceId, Performance)>, Fault> {
    let near = performances_near(snapshot, day)?;
    Ok(near.into_iter().filter(|(_, row)| row.day == day).collect())
}

/// Performances that start within two days of a business day.
pub(super) fn performances_near(
    snapshot: &Snapshot,
    day: BusinessDay,
) -> Result<Vec<(PerformanceId, Performance)>, Fault> {
    // A business day begins and ends less than two days from midnight UTC, wherever it is.
    let midnight = At(i64::from(day.0) * DAY.0);
    let (from, to) = (midnight - DAY - DAY, midnight + DAY + DAY + DAY);
    crate::performance::starting(snapshot, from, to)
}

/// Scans of a performance on one day, oldest first; `None`: of all, those that led to no ticket
/// among them.
pub(super) fn scans_of(
    handle: &Handle,
    snapshot: &Snapshot,
    day: BusinessDay,
    performance: Option<PerformanceId>,
) -> Result<Vec<Scanned>, Fault> {
    let entries = entries_of(handle, snapshot, day)?;
    let found =
        events::about(snapshot, Entity::Door, performance.map(|id| id.0), &entries, SCANS_MAX)?;
    Ok(oldest_first(&found))
}

/// The newest scans of a day that `wanted` picks, newest first, `max` at most; looks at the
/// newest [`LOOKED_AT_MAX`] only, so that a phone at a door waits for nobody.
pub(super) fn newest_of(
    handle: &Handle,
    snapshot: &Snapshot,
    day: BusinessDay,
    max: usize,
    mut wanted: impl FnMut(&Scanned) -> bool,
) -> Result<Vec<Scanned>, Fault> {
    let entries = entries_of(handle, snapshot, day)?;
    let (mut found, mut looked, mut backwards) = (Vec::new(), 0, Backwards::default());
    for block in events::blocks(snapshot, Entity::Door, None, &entries)?.into_iter().rev() {
        let here = events::in_block(snapshot, block, Entity::Door, None, &entries)?;
        looked += here.len();
        let scans = here.iter().rev().filter_map(|entry| backwards.scanned(entry));
        found.extend(scans.filter(&mut wanted));
        if found.len() >= max || looked >= LOOKED_AT_MAX {
            break;
        }
    }
    found.truncate(max);
    Ok(found)
}

/// Numbers of the entries of a business day.
fn entries_of(handle: &Handle, snapshot: &Snapshot, day: BusinessDay) -> Result<Range<u64>, Fault> {
    let first = first_of(handle, snapshot, day)?;
    Ok(first..first_of(handle, snapshot, BusinessDay(day.0.saturating_add(1)))?)
}

/// All scans of a performance, oldest first, `max` at most.
pub(super) fn scans_at(
    snapshot: &Snapshot,
    performance: PerformanceId,
    max: usize,
) -> Result<Vec<Scanned>, Fault> {
    let found = events::about(snapshot, Entity::Door, Some(performance.0), &(0..u64::MAX), max)?;
    Ok(oldest_first(&found))
}

fn oldest_first(entries: &[Entry]) -> Vec<Scanned> {
    let mut backwards = Backwards::default();
    let mut found: Vec<Scanned> =
        entries.iter().rev().filter_map(|entry| backwards.scanned(entry)).collect();
    found.reverse();
    found
}

/// One scan by its number, as it was judged; whether it was taken back is not looked up.
pub(super) fn read(snapshot: &Snapshot, seq: u64) -> Result<Option<Scanned>, Fault> {
    let scan = admission::scan_of(snapshot, seq)?;
    Ok(scan.map(|(at, scan)| Scanned { seq, at: scan.happened(at), scan, undone: None }))
}

/// Number of the first entry of a business day or after it: time never goes back in the log.
fn first_of(handle: &Handle, snapshot: &Snapshot, day: BusinessDay) -> Result<u64, Fault> {
    let (mut low, mut high) = (1, events::newest(snapshot)? + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let at = at_or_after(snapshot, middle)?;
        if at.is_some_and(|at| handle.day_of(at) < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn at_or_after(snapshot: &Snapshot, seq: u64) -> Result<Option<At>, Fault> {
    let table = snapshot.open(tables::EVENTS)?;
    let Some(found) = table.range(seq..)?.next() else { return Ok(None) };
    let (_, bytes) = found?;
    let entry: Entry = crate::stored::row(bytes.value())?;
    Ok(Some(entry.at))
}

/// Turns scans into what pages show, reading each performance and order once.
pub(super) struct Narrator<'a> {
    snapshot: &'a Snapshot,
    house: House,
    named: HashMap<PerformanceId, Rc<Named>>,
}

/// Who came with a ticket, and where it admits to.
struct Bearer {
    id: TicketId,
    ticket: Ticket,
    order: Option<Order>,
    named: Rc<Named>,
}

impl Bearer {
    fn name(&self) -> String {
        self.order.as_ref().map(|order| order.buyer.name.clone()).unwrap_or_default()
    }

    fn place(&self) -> Place {
        self.named.place(self.ticket.place, 1)
    }
}

impl<'a> Narrator<'a> {
    pub fn new(snapshot: &'a Snapshot) -> Result<Narrator<'a>, Fault> {
        Ok(Narrator { snapshot, house: crate::write::house(snapshot)?, named: HashMap::new() })
    }

    pub fn house(&self) -> &House {
        &self.house
    }

    pub fn named(&mut self, id: PerformanceId) -> Result<Rc<Named>, Fault> {
        if let Some(named) = self.named.get(&id) {
            return Ok(Rc::clone(named));
        }
        let named = Rc::new(Named::read(self.snapshot, id)?);
        self.named.insert(id, Rc::clone(&named));
        Ok(named)
    }

    fn bearer(&mut self, scan: &Scan) -> Result<Option<Bearer>, Fault> {
        let Some(id) = scan.ticket else { return Ok(None) };
        let Some(ticket) = checkout::ticket(self.snapshot, id)? else { return Ok(None) };
        let order = checkout::order(self.snapshot, ticket.order)?;
        let named = self.named(ticket.performance)?;
        Ok(Some(Bearer { id, ticket, order, named }))
    }

    pub fn row(&mut self, scanned: &Scanned) -> Result<ScanRow, Fault> {
        let bearer = self.bearer(&scanned.scan)?;
        let (signal, reason) = self.verdict(&scanned.scan.verdict)?;
        let admission = self.admission(scanned, bearer.as_ref())?;
        let named = bearer.as_ref().map(|bearer| &bearer.named);
        let device = crate::device::get(self.snapshot, scanned.scan.device)?;
        Ok(ScanRow {
            seq: scanned.seq,
            performance: scanned.scan.performance,
            title: named.map(|named| named.production.title.clone()).unwrap_or_default(),
            play_code: named.map(|named| named.production.code.clone()).unwrap_or_default(),
            starts: named.map(|named| named.performance.starts_at),
            at: scanned.at,
            buyer_name: bearer.as_ref().map(Bearer::name).unwrap_or_default(),
            ticket: scanned.scan.ticket,
            place: bearer.as_ref().map(Bearer::place),
            scan_in: admission.as_ref().and_then(|row| row.last_in),
            scan_out: admission.as_ref().and_then(|row| row.last_out),
            signal,
            reason,
            undone: scanned.undone.is_some(),
            alone: scanned.scan.offline.is_some(),
            dispute: scanned.dispute().map(|stop| self.stop(stop)).transpose()?,
            door: scanned.scan.door.clone(),
            device: device.map(|row| row.device.name).unwrap_or_default(),
            share_tenths: 0,
        })
    }

    /// The admission as the scan left it, or as it stands when the scan changed nothing.
    fn admission(
        &self,
        scanned: &Scanned,
        bearer: Option<&Bearer>,
    ) -> Result<Option<Admission>, Fault> {
        match (&scanned.scan.admission, bearer) {
            (Some(row), _) => Ok(Some(row.clone())),
            (None, Some(bearer)) => {
                admission::get(self.snapshot, bearer.ticket.performance, bearer.id)
            }
            (None, None) => Ok(None),
        }
    }

    pub fn plate(&mut self, scanned: &Scanned) -> Result<Plate, Fault> {
        let bearer = self.bearer(&scanned.scan)?;
        let (signal, reason) = self.verdict(&scanned.scan.verdict)?;
        let level = bearer.as_ref().map(|bearer| level_name(&self.house, bearer.ticket.level));
        let named = bearer.as_ref().map(|bearer| &bearer.named);
        Ok(Plate {
            signal,
            reason,
            at: scanned.at,
            ticket: scanned.scan.ticket,
            buyer_name: bearer.as_ref().map(Bearer::name).unwrap_or_default(),
            level_name: level.unwrap_or_default(),
            place: bearer.as_ref().map(Bearer::place),
            way: bearer
                .as_ref()
                .map(|bearer| door(&bearer.named, bearer.ticket.place))
                .unwrap_or_default(),
            title: named.map(|named| named.production.title.clone()).unwrap_or_default(),
            starts: named.map(|named| named.performance.starts_at),
        })
    }

    pub fn recent(&mut self, scanned: &Scanned) -> Result<RecentScan, Fault> {
        let plate = self.plate(scanned)?;
        Ok(RecentScan {
            seq: scanned.seq,
            signal: plate.signal,
            reason: plate.reason,
            at: plate.at,
            buyer_name: plate.buyer_name,
            place: plate.place,
            unpassed: scanned.undone == Some(TakenBack::Unpassed),
        })
    }

    pub fn verdict(&mut self, verdict: &Verdict) -> Result<(Signal, Reason), Fault> {
        Ok(match verdict {
            Verdict::Go(Go::Admitted | Go::Overridden) => (Signal::Go, Reason::Ok),
            Verdict::Go(Go::ReEntry) => (Signal::Go, Reason::Reentry),
            Verdict::Go(Go::Out) => (Signal::Go, Reason::Out),
            Verdict::Provisional => (Signal::Ask, Reason::Provisional),
            Verdict::Stop(stop) => (Signal::Stop, self.stop(stop)?),
        })
    }

    fn stop(&mut self, stop: &Stop) -> Result<Reason, Fault> {
        Ok(match stop {
            Stop::Unreadable => Reason::Unreadable,
            Stop::Device => Reason::Device,
            Stop::BadSignature => Reason::BadSignature,
            Stop::Unknown => Reason::Unknown,
            Stop::Replaced { at } => Reason::Replaced { at: *at },
            Stop::Cancelled { at } => Reason::Cancelled { at: *at },
            Stop::WrongPerformance { performance, starts_at } => {
                let title = self.named(*performance)?.production.title.clone();
                Reason::WrongPerformance { title, starts: *starts_at }
            }
            Stop::Blocked => Reason::Blocked,
            Stop::AlreadyUsed { at, door, .. } => {
                Reason::AlreadyUsed { at: *at, door: door.clone() }
            }
            Stop::NoReEntry { out } => Reason::NoReentry { at: *out },
            Stop::WrongDoor { go_to } => Reason::WrongDoor { go_to: go_to.join(", ") },
            Stop::TooEarly { opens } => Reason::TooEarly { opens: *opens },
            Stop::TooLate { closed } => Reason::TooLate { closed: *closed },
            Stop::Unpaid { amount } => Reason::Unpaid { amount: *amount },
            Stop::Full => Reason::Full,
            Stop::NotIn => Reason::NotIn,
        })
    }
}
