//! Beam to screen: from the moment a scan was read to the moment its row was drawn.
//!
//! The page says which row it drew; half of that socket's newest ping is taken off for the way
//! back. Kept in memory, never the source of a decision. Next: `metrics.rs`.

use crate::metrics::Metrics;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Scans whose moment of reading is remembered.
const READ_MAX: usize = 4_096;
/// A row drawn later than this was not drawn live; it is no measurement.
const LATE_MS: u64 = 60_000;

/// See the module. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Beams {
    read: Arc<Mutex<VecDeque<(u64, u64)>>>,
    /// Rings when a moment was added: a page may be quicker than the notice.
    bell: watch::Sender<()>,
    metrics: Metrics,
}

/// A row that a page says it drew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub seq: u64,
    pub drawn_ms: u64,
    /// There and back, as the newest ping of that socket had it.
    pub ping_ms: u64,
}

/// What can be said of a row that was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beam {
    Ms(u32),
    /// The moment of reading is not known yet.
    NotYet,
    /// Drawn too late to be live: no measurement.
    Never,
}

impl Beams {
    pub fn new(metrics: Metrics) -> Beams {
        Beams { read: Arc::default(), bell: watch::Sender::new(()), metrics }
    }

    /// A scan was read at this moment of the monotonic clock.
    pub fn read(&self, seq: u64, read_ms: u64) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= READ_MAX {
            read.pop_front();
        }
        read.push_back((seq, read_ms));
        drop(read);
        self.bell.send_replace(());
    }

    pub fn bell(&self) -> watch::Receiver<()> {
        self.bell.subscribe()
    }

    /// How long it took, recorded.
    pub fn drawn(&self, drawn: Drawn) -> Beam {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, read_ms)) = read.iter().rev().find(|(seq, _)| *seq == drawn.seq).copied()
        else {
            return Beam::NotYet;
        };
        drop(read);
        let passed_ms = drawn.drawn_ms.saturating_sub(read_ms);
        // A ping longer than the whole way waited for a busy page: the way is the most it took.
        let beam_ms = passed_ms.checked_sub(drawn.ping_ms / 2).unwrap_or(passed_ms);
        match u32::try_from(beam_ms) {
            Ok(beam_ms) if u64::from(beam_ms) <= LATE_MS => {
                self.metrics.beam(beam_ms);
                Beam::Ms(beam_ms)
            }
            Ok(_) | Err(_) => Beam::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_rules::at::Span;

    #[test]
    fn half_of_the_ping_is_taken_off() {
        let beams = Beams::new(Metrics::default());
        beams.read(7, 1_000);
        let drawn = Drawn { seq: 7, drawn_ms: 1_050, ping_ms: 20 };
        assert_eq!(beams.drawn(drawn), Beam::Ms(40));
        assert_eq!(beams.metrics.beam_to_screen(), Some(Span(40)));
    }

    #[test]
    fn a_ping_longer_than_the_way_takes_nothing_off_and_an_unknown_scan_is_waited_for() {
        let beams = Beams::new(Metrics::default());
        beams.read(7, 1_000);
        assert_eq!(beams.drawn(Drawn { seq: 7, drawn_ms: 1_009, ping_ms: 20 }), Beam::Ms(9));
        assert_eq!(beams.drawn(Drawn { seq: 7, drawn_ms: 1_010, ping_ms: 20 }), Beam::Ms(0));
        assert_eq!(beams.drawn(Drawn { seq: 8, drawn_ms: 1_005, ping_ms: 0 }), Beam::NotYet);
    }

    #[test]
    fn a_row_drawn_from_history_is_no_measurement() {
        let beams = Beams::new(Metrics::default());
        beams.read(7, 0);
        let late = Drawn { seq: 7, drawn_ms: LATE_MS + 1, ping_ms: 0 };
        assert_eq!(beams.drawn(late), Beam::Never);
        assert_eq!(beams.metrics.beam_to_screen(), None);
        beams.drawn(Drawn { seq: 7, drawn_ms: LATE_MS, ping_ms: 0 });
        assert_eq!(beams.metrics.beam_to_screen(), Some(Span(60_000)));
    }
}
