//! When to try a letter again, and when the whole queue should go more slowly (features G10, G13).
//!
//! Pure: a fault and a time in, a time out. Never sleeps, never sends. Next: `fault.rs`.

use super::fault::{SendFault, SendFaultKind};
use usher_rules::at::{At, Span};
use usher_rules::letter::ATTEMPTS_MAX;

/// Waits between the first attempts; after them the last one again and again.
const WAITS: [Span; 8] = [
    Span::seconds(30),
    Span::minutes(1),
    Span::minutes(2),
    Span::minutes(5),
    Span::minutes(10),
    Span::minutes(20),
    Span::minutes(40),
    Span::hours(1),
];
/// A letter that the server may have taken waits at least as long as a late answer may take.
pub const MAYBE_TAKEN_WAIT: Span = Span::minutes(11);

const QUIET_LIMITED_FIRST: Span = Span::seconds(30);
const QUIET_LIMITED_MAX: Span = Span::minutes(15);
const QUIET_DOWN_FIRST: Span = Span::seconds(5);
const QUIET_DOWN_MAX: Span = Span::minutes(5);
const GAP_FIRST: Span = Span::seconds(1);
const GAP_MAX: Span = Span::minutes(1);
const GAP_MIN: Span = Span(250);
const DOUBLINGS_MAX: u32 = 16;

/// What becomes of a letter after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextDue {
    /// Not before this.
    At(At),
    /// Not by itself: staff must look.
    Never,
}

/// When the letter that failed may be tried again. `attempt` counts from 1.
pub fn next_due(attempt: u16, now: At, fault: &SendFault) -> NextDue {
    if fault.is_final() || attempt >= ATTEMPTS_MAX {
        return NextDue::Never;
    }
    let place = usize::from(attempt.saturating_sub(1));
    let wait = WAITS.get(place).copied().unwrap_or(WAITS[WAITS.len() - 1]);
    let least = if fault.maybe_taken { MAYBE_TAKEN_WAIT } else { Span::ZERO };
    NextDue::At(now + wait.max(least))
}

/// The speed of the whole queue. Starts at full speed; kept in memory by the worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Nothing is sent before this.
    pub quiet_until: At,
    /// Least time from one letter to the next.
    pub gap: Span,
    strikes: u32,
}

impl Pace {
    /// After a failed attempt. A fault of one letter changes nothing; a fault of the server or
    /// the way to it holds back everything, twice as long each time in a row.
    pub fn after_fault(self, now: At, fault: &SendFault) -> Pace {
        match fault.kind {
            SendFaultKind::RateLimited => Pace {
                quiet_until: now + self.quiet(QUIET_LIMITED_FIRST, QUIET_LIMITED_MAX),
                gap: Span(self.gap.0 * 2).max(GAP_FIRST).min(GAP_MAX),
                strikes: self.strikes.saturating_add(1),
            },
            SendFaultKind::Auth
            | SendFaultKind::Timeout
            | SendFaultKind::Network
            | SendFaultKind::Tls => Pace {
                quiet_until: now + self.quiet(QUIET_DOWN_FIRST, QUIET_DOWN_MAX),
                gap: self.gap,
                strikes: self.strikes.saturating_add(1),
            },
            SendFaultKind::Relay | SendFaultKind::Mailbox | SendFaultKind::Other => self,
        }
    }

    /// Nothing has gone wrong lately: letters may leave side by side.
    pub fn is_full(&self) -> bool {
        self.gap == Span::ZERO && self.strikes == 0
    }

    /// After a letter that went: full speed comes back in halves.
    pub fn after_success(self, now: At) -> Pace {
        let half = Span(self.gap.0 / 2);
        let gap = if half < GAP_MIN { Span::ZERO } else { half };
        Pace { quiet_until: now + gap, gap, strikes: 0 }
    }

    fn quiet(&self, first: Span, most: Span) -> Span {
        let factor = 1i64 << self.strikes.min(DOUBLINGS_MAX);
        Span(first.0.saturating_mul(factor)).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::fault::{Stage, judge};

    const NOW: At = At(1_000_000);

    fn fault(kind: SendFaultKind) -> SendFault {
        SendFault::new(kind)
    }

    #[test]
    fn waits_grow_and_end() {
        let timeout = fault(SendFaultKind::Timeout);
        let wait = |attempt| match next_due(attempt, NOW, &timeout) {
            NextDue::At(at) => Some(at - NOW),
            NextDue::Never => None,
        };
        assert_eq!(wait(1), Some(Span::seconds(30)));
        assert_eq!(wait(2), Some(Span::minutes(1)));
        assert_eq!(wait(8), Some(Span::hours(1)));
        assert_eq!(wait(9), Some(Span::hours(1)));
        assert_eq!(wait(ATTEMPTS_MAX - 1), Some(Span::hours(1)));
        assert_eq!(wait(ATTEMPTS_MAX), None);
    }

    #[test]
    fn a_lasting_refusal_is_not_tried_again() {
        assert_eq!(next_due(1, NOW, &judge(Stage::Letter, 550)), NextDue::Never);
        assert_eq!(next_due(1, NOW, &judge(Stage::Letter, 554)), NextDue::Never);
        assert_ne!(next_due(1, NOW, &judge(Stage::Auth, 535)), NextDue::Never);
        assert_ne!(next_due(1, NOW, &judge(Stage::Letter, 450)), NextDue::Never);
    }

    #[test]
    fn a_letter_that_may_have_been_taken_waits_for_the_late_answer() {
        let maybe = SendFault { maybe_taken: true, ..fault(SendFaultKind::Timeout) };
        assert_eq!(next_due(1, NOW, &maybe), NextDue::At(NOW + MAYBE_TAKEN_WAIT));
        assert_eq!(next_due(8, NOW, &maybe), NextDue::At(NOW + Span::hours(1)));
    }

    #[test]
    fn rate_limits_hold_back_the_whole_queue_twice_as_long_each_time() {
        let limited = judge(Stage::Letter, 421);
        let mut pace = Pace::default();
        let mut quiet = Vec::new();
        for _ in 0..7 {
            pace = pace.after_fault(NOW, &limited);
            quiet.push((pace.quiet_until - NOW).0 / 1_000);
        }
        assert_eq!(quiet, [30, 60, 120, 240, 480, 900, 900]);
        assert_eq!(pace.gap, GAP_MAX);
        assert!(!pace.is_full());
    }

    #[test]
    fn speed_comes_back_in_halves() {
        let mut pace = Pace { gap: Span::seconds(1), ..Pace::default() };
        let mut gaps = Vec::new();
        for _ in 0..4 {
            pace = pace.after_success(NOW);
            gaps.push(pace.gap.0);
        }
        assert_eq!(gaps, [500, 250, 0, 0]);
        assert_eq!(pace, Pace { quiet_until: NOW, ..Pace::default() });
    }

    #[test]
    fn trouble_with_one_letter_slows_nothing() {
        for kind in [SendFaultKind::Relay, SendFaultKind::Mailbox, SendFaultKind::Other] {
            assert_eq!(Pace::default().after_fault(NOW, &fault(kind)), Pace::default());
        }
    }

    #[test]
    fn a_server_out_of_reach_is_not_asked_for_every_letter() {
        let mut pace = Pace::default();
        for _ in 0..100 {
            pace = pace.after_fault(NOW, &fault(SendFaultKind::Network));
        }
        assert_eq!(pace.quiet_until, NOW + Span::minutes(5));
        assert_eq!(pace.gap, Span::ZERO);
    }
}
