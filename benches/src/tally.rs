//! What a round came to: how many, how fast, the middle and the slow end.
//!
//! Keeps every latency, so a percentile is one that was measured. Never averages percentiles:
//! of three rounds the middle one is taken. Next: `row.rs`.

use crate::load::Reply;
use std::time::Duration;

/// One round of one client, or of all of them together.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Sorted once [`Tally::of`] has put the clients together.
    latencies_ns: Vec<u64>,
    pub refused: u64,
    /// The first refusal in words, for whoever has to find out why.
    pub first_refusal: Option<String>,
    pub span: Duration,
}

impl Tally {
    /// Puts the clients of one round together.
    pub fn of(parts: Vec<Tally>, span: Duration) -> Tally {
        let mut whole = Tally { span, ..Tally::default() };
        for part in parts {
            whole.latencies_ns.extend(part.latencies_ns);
            whole.refused += part.refused;
            whole.first_refusal = whole.first_refusal.or(part.first_refusal);
        }
        whole.latencies_ns.sort_unstable();
        whole
    }

    /// Of latencies alone, taken one after the other.
    pub fn alone(latencies: Vec<Duration>) -> Tally {
        let span = latencies.iter().sum();
        let mut tally = Tally::default();
        latencies.into_iter().for_each(|latency| tally.add(latency));
        Tally::of(vec![tally], span)
    }

    pub fn add(&mut self, latency: Duration) {
        self.latencies_ns.push(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    pub fn refuse(&mut self, reply: &Reply) {
        self.refused += 1;
        if self.first_refusal.is_none() {
            let words = String::from_utf8_lossy(reply.body);
            let words: String = words.chars().take(200).collect();
            self.first_refusal = Some(format!("{} {words}", reply.status));
        }
    }

    pub fn count(&self) -> usize {
        self.latencies_ns.len()
    }

    /// Answers that counted, a second.
    pub fn rate(&self) -> f64 {
        self.count() as f64 / self.span.as_secs_f64().max(1e-9)
    }

    pub fn p50_ms(&self) -> f64 {
        self.percentile_ms(50.0)
    }

    pub fn p99_ms(&self) -> f64 {
        self.percentile_ms(99.0)
    }

    /// The smallest latency that so many per cent do not exceed; 0 of nothing.
    pub fn percentile_ms(&self, percent: f64) -> f64 {
        let rank = (self.count() as f64 * percent / 100.0).ceil() as usize;
        let at = rank.max(1) - 1;
        self.latencies_ns
            .get(at.min(self.count().saturating_sub(1)))
            .map_or(0.0, |ns| *ns as f64 / 1e6)
    }
}

/// The middle of some figures; of an even number the lower of the two.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

/// Rounds taken in turn: what is compared always ran seconds apart in the same run.
pub const ROUNDS: usize = 3;

/// The middle of one figure over the rounds.
pub fn middle(rounds: &[Tally], figure: impl Fn(&Tally) -> f64) -> f64 {
    median(&rounds.iter().map(figure).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_latencies_that_were_measured() {
        let ms = |n: u64| Duration::from_millis(n);
        let tally = Tally::alone((1..=100).map(ms).collect());
        assert_eq!(tally.p50_ms(), 50.0);
        assert_eq!(tally.p99_ms(), 99.0);
        assert_eq!(tally.percentile_ms(100.0), 100.0);
        assert_eq!(Tally::alone(vec![ms(7)]).p99_ms(), 7.0);
        assert_eq!(Tally::default().p99_ms(), 0.0);
    }

    #[test]
    fn the_median_is_one_of_the_figures() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0]), 1.0);
        assert_eq!(median(&[]), 0.0);
    }
}
