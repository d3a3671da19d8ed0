//! Which scans were taken back: by a gate through which nobody went, or by a supervisor.
//!
//! The entry that takes a scan back stands after it at the same door. Never undoes anything. Next:
//! `scan.rs`, which shows them.

use super::scan::Scanned;
use crate::admission;
use std::collections::HashMap;
use usher_rules::Entry;
use usher_rules::admission::Event;

/// Who took a scan back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TakenBack {
    /// The gate: nobody went through.
    Unpassed,
    BySupervisor,
}

/// Turns entries of a door into scans, newest first, each with whether it was taken back.
#[derive(Default)]
pub(super) struct Backwards {
    taken_back: HashMap<u64, TakenBack>,
}

impl Backwards {
    /// The scan of an entry, which must be older than all before.
    pub fn scanned(&mut self, entry: &Entry) -> Option<Scanned> {
        for event in admission::events_in(entry) {
            if let Event::Undone { scan, unpassed, .. } = event {
                let by = if *unpassed { TakenBack::Unpassed } else { TakenBack::BySupervisor };
                self.taken_back.insert(*scan, by);
            }
        }
        let scan = admission::scan_in(entry)?.clone();
        let undone = self.taken_back.remove(&entry.seq);
        Some(Scanned { seq: entry.seq, at: scan.happened(entry.at), scan, undone })
    }
}
