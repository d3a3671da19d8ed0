//! A clock in the hand of a test.
//!
//! Never moves by itself, so that a run repeats exactly. Next: `town.rs`.

use std::sync::atomic::{AtomicI64, Ordering};
use usher_rules::at::{At, Clock, Span};

/// A clock that moves only when told.
#[derive(Debug, Default)]
pub struct HandClock {
    wall: AtomicI64,
    monotonic_ms: AtomicI64,
}

impl HandClock {
    pub fn pass(&self, span: Span) {
        self.wall.fetch_add(span.0, Ordering::SeqCst);
        self.monotonic_ms.fetch_add(span.0, Ordering::SeqCst);
    }

    /// The wall clock alone jumps.
    pub fn jump_to(&self, at: At) {
        self.wall.store(at.0, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn wall(&self) -> At {
        At(self.wall.load(Ordering::SeqCst))
    }

    fn monotonic_ms(&self) -> u64 {
        self.monotonic_ms.load(Ordering::SeqCst) as u64
    }
}
