//! Who came: the admissions of a performance, in memory, made of the scans in the log.
//!
//! People come in any order, so a row a ticket would cost every scan a page of its own on disk;
//! the entry of a scan carries the admission as it leaves it, and that is all that is kept. The
//! writer has one memory, the readers another. Next: `events.rs`, which finds the entries.

use crate::events::{self, Entity};
use crate::source::Source;
use crate::{Fault, admission};
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use usher_rules::admission::{Admission, Event, Presence};
use usher_rules::id::{PerformanceId, TicketId};

/// Performances whose admissions are kept in one memory.
pub const TURNOUTS_MAX: usize = 16;

/// How many of a performance are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attendance {
    /// Tickets with at least one way in.
    pub admitted: u32,
    pub inside: u32,
}

/// The admissions of one performance.
#[derive(Debug, Default, PartialEq)]
pub struct Turnout {
    admissions: HashMap<TicketId, Admission>,
    attendance: Attendance,
    /// Entries up to this number are in it.
    through: u64,
}

impl Turnout {
    /// Everything that the log has of a performance.
    pub fn of<S: Source>(source: &S, id: PerformanceId) -> Result<Turnout, Fault> {
        let mut turnout = Turnout::default();
        turnout.catch_up(source, id)?;
        Ok(turnout)
    }

    pub fn admission(&self, ticket: TicketId) -> Option<&Admission> {
        self.admissions.get(&ticket)
    }

    pub fn attendance(&self) -> Attendance {
        self.attendance
    }

    /// Every admission, in no order.
    pub fn admissions(&self) -> impl Iterator<Item = (&TicketId, &Admission)> {
        self.admissions.iter()
    }

    fn catch_up<S: Source>(&mut self, source: &S, id: PerformanceId) -> Result<(), Fault> {
        let newer = self.through + 1..u64::MAX;
        for entry in events::about(source, Entity::Door, Some(id.0), &newer, usize::MAX)? {
            for event in admission::events_in(&entry) {
                self.note(entry.seq, event);
            }
        }
        self.through = self.through.max(events::newest(source)?);
        Ok(())
    }

    fn note(&mut self, seq: u64, event: &Event) {
        self.through = seq;
        let (ticket, row) = match event {
            Event::Scanned(scan) | Event::Overridden { admitted: scan, .. } => {
                match (scan.ticket, &scan.admission) {
                    (Some(ticket), Some(row)) => (ticket, row),
                    _ => return,
                }
            }
            Event::Undone { ticket, admission, .. } => (*ticket, admission),
        };
        let old = self.admissions.insert(ticket, row.clone());
        let inside = |row: &Admission| row.presence == Presence::In;
        let came = |row: &Admission| row.ins > 0;
        let moves = |was: bool, is: bool, count: &mut u32| match (was, is) {
            (false, true) => *count += 1,
            (true, false) => *count -= 1,
            (true, true) | (false, false) => {}
        };
        moves(old.as_ref().is_some_and(inside), inside(row), &mut self.attendance.inside);
        moves(old.as_ref().is_some_and(came), came(row), &mut self.attendance.admitted);
    }
}

/// Turnouts by performance.
#[derive(Debug, Default)]
pub struct Turnouts {
    kept: HashMap<PerformanceId, Turnout>,
}

impl Turnouts {
    /// The turnout of a performance, made from the log on first use and moved by [`Self::note`].
    pub fn get<S: Source>(&mut self, source: &S, id: PerformanceId) -> Result<&Turnout, Fault> {
        if self.kept.len() >= TURNOUTS_MAX && !self.kept.contains_key(&id) {
            self.kept.clear();
        }
        Ok(match self.kept.entry(id) {
            Slot::Occupied(slot) => slot.into_mut(),
            Slot::Vacant(slot) => slot.insert(Turnout::of(source, id)?),
        })
    }

    /// Can it be had without reading the log?
    pub fn keeps(&self, id: PerformanceId) -> bool {
        self.kept.contains_key(&id)
    }

    /// What an entry did; a performance that is not kept will read it from the log.
    pub fn note(&mut self, id: PerformanceId, seq: u64, event: &Event) {
        if let Some(turnout) = self.kept.get_mut(&id) {
            turnout.note(seq, event);
        }
    }

    /// Forgets everything: the transaction it followed was dropped.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    fn current<S: Source>(&mut self, source: &S, id: PerformanceId) -> Result<&Turnout, Fault> {
        self.get(source, id)?;
        let turnout =
            self.kept.get_mut(&id).ok_or(Fault::Changed("a turnout just kept is gone"))?;
        if events::newest(source)? > turnout.through {
            turnout.catch_up(source, id)?;
        }
        Ok(turnout)
    }
}

/// The memory of the readers; cloning shares it. At least as new as the snapshot it is asked with.
#[derive(Clone, Debug, Default)]
pub struct SharedTurnouts {
    shared: Arc<Mutex<Turnouts>>,
}

impl SharedTurnouts {
    /// Looks at the turnout of a performance.
    pub fn look<S: Source, T>(
        &self,
        source: &S,
        id: PerformanceId,
        look: impl FnOnce(&Turnout) -> T,
    ) -> Result<T, Fault> {
        self.lock().current(source, id).map(look)
    }

    fn lock(&self) -> MutexGuard<'_, Turnouts> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
