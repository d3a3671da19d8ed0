//! What the listener counts, as Prometheus reads it: requests, scans, connections, the beam.
//!
//! In memory only; a restart begins at zero. No label carries anything of a person. Next:
//! `api/health.rs`, which shows it.

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use usher_rules::at::Span;

/// Newest beam times kept for their middle.
const BEAMS_MAX: usize = 512;
/// Upper edges of the beam-to-screen histogram, in milliseconds.
const BEAM_EDGES_MS: [f64; 11] =
    [2.0, 5.0, 10.0, 20.0, 35.0, 50.0, 75.0, 100.0, 200.0, 500.0, 1_000.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    class: Class,
}

/// First digit of a status.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)]
#[allow(non_camel_case_types)]
enum Class {
    ok,
    redirected,
    refused,
    failed,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Judged {
    verdict: &'static str,
}

/// See the module. Cheap to clone: all clones count together.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Answered, Counter>,
    scans: Family<Judged, Counter>,
    connections: Gauge,
    sockets: Gauge,
    beam: Histogram,
    beams: Arc<Mutex<VecDeque<u32>>>,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("usher");
        let requests = Family::default();
        registry.register("requests", "Requests answered, by kind of answer", requests.clone());
        let scans = Family::default();
        registry.register("scans", "Scans recorded, by verdict", scans.clone());
        let connections = Gauge::default();
        registry.register("connections", "Connections open now", connections.clone());
        let sockets = Gauge::default();
        registry.register("sockets", "Websockets open now", sockets.clone());
        let beam = Histogram::new(BEAM_EDGES_MS);
        let help = "From the last byte read to the row on a monitor, in milliseconds";
        registry.register("beam_to_screen_ms", help, beam.clone());
        let registry = Arc::new(registry);
        let beams = Arc::default();
        Metrics { registry, requests, scans, connections, sockets, beam, beams }
    }
}

impl Metrics {
    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to memory cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    pub(crate) fn answered(&self, status: u16) {
        let class = match status {
            0..300 => Class::ok,
            300..400 => Class::redirected,
            400..500 => Class::refused,
            500.. => Class::failed,
        };
        self.requests.get_or_create(&Answered { class }).inc();
    }

    pub(crate) fn scanned(&self, verdict: &'static str) {
        self.scans.get_or_create(&Judged { verdict }).inc();
    }

    pub(crate) fn connections(&self) -> &Gauge {
        &self.connections
    }

    pub(crate) fn sockets(&self) -> &Gauge {
        &self.sockets
    }

    pub(crate) fn beam(&self, beam_ms: u32) {
        self.beam.observe(f64::from(beam_ms));
        let mut beams = self.beams.lock().unwrap_or_else(PoisonError::into_inner);
        if beams.len() >= BEAMS_MAX {
            beams.pop_front();
        }
        beams.push_back(beam_ms);
    }

    /// Middle of the newest beam-to-screen times; none before the first.
    pub fn beam_to_screen(&self) -> Option<Span> {
        let beams = self.beams.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<u32> = beams.iter().copied().collect();
        drop(beams);
        sorted.sort_unstable();
        let middle = sorted.get(sorted.len() / 2)?;
        Some(Span(i64::from(*middle)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_the_beam_times_is_of_the_newest_ones() {
        let metrics = Metrics::default();
        assert_eq!(metrics.beam_to_screen(), None);
        for beam_ms in [40, 10, 20] {
            metrics.beam(beam_ms);
        }
        assert_eq!(metrics.beam_to_screen(), Some(Span(20)));
        (0..BEAMS_MAX).for_each(|_| metrics.beam(7));
        assert_eq!(metrics.beam_to_screen(), Some(Span(7)));
    }

    #[test]
    fn what_is_counted_is_in_the_text() {
        let metrics = Metrics::default();
        metrics.answered(200);
        metrics.scanned("GO");
        metrics.beam(12);
        let text = metrics.text();
        for line in [
            "usher_requests_total{class=\"ok\"} 1",
            "usher_scans_total{verdict=\"GO\"} 1",
            "usher_beam_to_screen_ms_count 1",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
