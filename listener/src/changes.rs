//! The number of the newest entry that changed the programme, or the places of a performance.
//!
//! Follows the feed, so it may be some milliseconds behind a commit: good for pages shown to
//! everybody, never for a decision. Next: `cache.rs`.

use crate::cache::Version;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use usher_ledger::events::{Entity, entities};
use usher_rules::id::PerformanceId;
use usher_rules::{Entry, Event, performance};

/// Performances whose changes are told apart.
const PERFORMANCES_MAX: usize = 10_000;

/// See the module.
#[derive(Debug, Default)]
pub struct Changes {
    programme: AtomicU64,
    places: AtomicU64,
    by_performance: RwLock<HashMap<PerformanceId, u64>>,
}

impl Changes {
    /// Productions, performances, prices, plans, settings.
    pub fn programme(&self) -> u64 {
        self.programme.load(Ordering::Acquire)
    }

    /// For pages that show every performance.
    pub fn of_all(&self, look: u64) -> Version {
        let (programme, places) = (self.programme(), self.places.load(Ordering::Acquire));
        Version { look, programme, places }
    }

    /// For pages that show one.
    pub fn of(&self, id: PerformanceId, look: u64) -> Version {
        let kept = self.by_performance.read().unwrap_or_else(PoisonError::into_inner);
        let places = kept.get(&id).copied().unwrap_or(0);
        Version { look, programme: self.programme(), places }
    }

    /// Takes note of an entry.
    pub(crate) fn hear(&self, entry: &Entry) {
        for event in &entry.events {
            if is_programme(event) {
                self.programme.fetch_max(entry.seq, Ordering::AcqRel);
            }
            for (entity, id) in entities(event) {
                if entity == Entity::Inventory {
                    self.moved(PerformanceId(id), entry.seq);
                }
            }
        }
    }

    /// Entries were missed: everything may have changed.
    pub(crate) fn all(&self, seq: u64) {
        self.programme.fetch_max(seq, Ordering::AcqRel);
    }

    fn moved(&self, id: PerformanceId, seq: u64) {
        self.places.fetch_max(seq, Ordering::AcqRel);
        let mut kept = self.by_performance.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= PERFORMANCES_MAX {
            kept.clear();
            self.programme.fetch_max(seq, Ordering::AcqRel);
        }
        kept.insert(id, seq);
    }
}

fn is_programme(event: &Event) -> bool {
    match event {
        Event::House(usher_rules::house::Event::Set(_)) | Event::Production(_) => true,
        Event::Performance(
            performance::Event::PlanImported { .. }
            | performance::Event::Put(..)
            | performance::Event::PlanAdopted { .. }
            | performance::Event::Cancelled(..),
        ) => true,
        Event::House(_)
        | Event::Performance(_)
        | Event::Cart(_)
        | Event::Hold(_)
        | Event::Checkout(_)
        | Event::Admission(_)
        | Event::Letter(_)
        | Event::Session(_)
        | Event::Staff(_)
        | Event::Till(_)
        | Event::Journal(_)
        | Event::Batch(_)
        | Event::EndOfDay(_)
        | Event::Patron(_)
        | Event::Device(_) => false,
    }
}
