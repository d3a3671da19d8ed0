//! The machine's two clocks, waiting on them, and noticing when the wall clock cannot be right.
//!
//! The only place that reads real time. Durations run on the monotonic clock; the wall clock may
//! jump, stand at 1970 or go back (trust 1.10, domain 5.3). Never decides what a jump means for
//! holds: it is reported, and a command shifts them. Next: `usher-rules`' `at.rs`.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use usher_rules::at::{At, Clock, Span};

/// Timers look at the clock at least this often, so that a jump is noticed (style 11).
pub const WAKE_MAX: Duration = Duration::from_secs(1);
/// A difference between the clocks beyond this, from one look to the next, is a jump.
pub const JUMP: Span = Span::seconds(60);

/// The real clocks of this machine.
#[derive(Debug)]
pub struct MachineClock {
    began: Instant,
}

impl MachineClock {
    pub fn new() -> MachineClock {
        MachineClock { began: Instant::now() }
    }
}

impl Default for MachineClock {
    fn default() -> MachineClock {
        MachineClock::new()
    }
}

impl Clock for MachineClock {
    fn wall(&self) -> At {
        let now = SystemTime::now();
        let whole_ms = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        At(match now.duration_since(UNIX_EPOCH) {
            Ok(since) => whole_ms(since),
            Err(before) => -whole_ms(before.duration()),
        })
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Waits on the clock that was handed in, never longer than [`WAKE_MAX`] without looking at it.
pub async fn wait(clock: &dyn Clock, span: Duration) {
    let span_ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let due_ms = clock.monotonic_ms().saturating_add(span_ms);
    while let left_ms @ 1.. = due_ms.saturating_sub(clock.monotonic_ms()) {
        tokio::time::sleep(WAKE_MAX.min(Duration::from_millis(left_ms))).await;
    }
}

/// Compares both clocks from look to look. Slewing is not a jump, a step is.
#[derive(Debug, Clone, Copy)]
pub struct JumpWatch {
    wall: At,
    monotonic_ms: u64,
}

impl JumpWatch {
    pub fn new(wall: At, monotonic_ms: u64) -> JumpWatch {
        JumpWatch { wall, monotonic_ms }
    }

    /// How far the wall clock left the monotonic one since the last look, if that is a jump.
    pub fn look(&mut self, wall: At, monotonic_ms: u64) -> Option<Span> {
        let passed_ms = monotonic_ms.saturating_sub(self.monotonic_ms);
        let passed = Span(i64::try_from(passed_ms).unwrap_or(i64::MAX));
        let by = wall - (self.wall + passed);
        *self = JumpWatch { wall, monotonic_ms };
        (by.0.unsigned_abs() > JUMP.0.unsigned_abs()).then_some(by)
    }
}

/// One look at the clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    pub wall: At,
    pub monotonic_ms: u64,
    /// Set when the wall clock has jumped since the last tick.
    pub jumped: Option<Span>,
}

/// The heartbeat of the daemon: wakes every second and tells of jumps.
pub struct Ticker {
    clock: Arc<dyn Clock>,
    watch: JumpWatch,
}

impl Ticker {
    pub fn new(clock: Arc<dyn Clock>) -> Ticker {
        let watch = JumpWatch::new(clock.wall(), clock.monotonic_ms());
        Ticker { clock, watch }
    }

    /// Returns at the next second.
    pub async fn tick(&mut self) -> Tick {
        tokio::time::sleep(WAKE_MAX).await;
        let (wall, monotonic_ms) = (self.clock.wall(), self.clock.monotonic_ms());
        Tick { wall, monotonic_ms, jumped: self.watch.look(wall, monotonic_ms) }
    }
}

/// What the wall clock is worth (trust 1.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockTrust {
    Trusted,
    /// Earlier than the build of this program.
    BeforeBuild,
    /// Earlier than the newest record in the store.
    BehindRecords,
}

impl ClockTrust {
    /// Judges a wall time by what cannot be later than now.
    pub fn judge(wall: At, built: At, high_water: At) -> ClockTrust {
        if wall < built {
            ClockTrust::BeforeBuild
        } else if wall < high_water {
            ClockTrust::BehindRecords
        } else {
            ClockTrust::Trusted
        }
    }
}

/// When this program was built.
pub fn built() -> At {
    let built_s: i64 = env!("USHER_BUILT_AT_S").parse().unwrap_or(0);
    At(built_s.saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: At = At(1_700_000_000_000);

    #[test]
    fn clocks_that_move_together_do_not_jump() {
        let mut watch = JumpWatch::new(NOON, 500);
        assert_eq!(watch.look(NOON + Span::seconds(1), 1_500), None);
        assert_eq!(watch.look(NOON + Span::hours(9), 9 * 3_600_000 + 500), None);
    }

    #[test]
    fn sixty_seconds_is_not_a_jump_and_a_millisecond_more_is() {
        for sign in [1, -1] {
            let mut watch = JumpWatch::new(NOON, 0);
            assert_eq!(watch.look(NOON + Span(sign * 60_000), 0), None);
            let mut watch = JumpWatch::new(NOON, 0);
            let by = Span(sign * 60_001);
            assert_eq!(watch.look(NOON + by, 0), Some(by));
        }
    }

    #[test]
    fn a_jump_is_told_once_and_by_its_whole_length() {
        let mut watch = JumpWatch::new(NOON, 0);
        let there = At(0);
        assert_eq!(watch.look(there + Span::seconds(1), 1_000), Some(At(0) - NOON));
        assert_eq!(watch.look(there + Span::seconds(2), 2_000), None);
        assert_eq!(watch.look(NOON + Span::seconds(3), 3_000), Some(NOON - At(0)));
    }

    #[test]
    fn slewing_never_adds_up_to_a_jump() {
        let mut watch = JumpWatch::new(NOON, 0);
        for second in 1..200 {
            let wall = NOON + Span(second * 2_000);
            assert_eq!(watch.look(wall, u64::try_from(second * 1_000).unwrap()), None);
        }
    }

    #[test]
    fn a_wall_clock_behind_build_or_records_is_not_trusted() {
        let (built, newest) = (NOON, NOON + Span::hours(1));
        assert_eq!(ClockTrust::judge(At(0), built, newest), ClockTrust::BeforeBuild);
        assert_eq!(ClockTrust::judge(NOON, built, newest), ClockTrust::BehindRecords);
        assert_eq!(ClockTrust::judge(newest, built, newest), ClockTrust::Trusted);
        assert_eq!(ClockTrust::judge(built, built, At(0)), ClockTrust::Trusted);
    }

    #[test]
    fn the_machine_says_it_is_after_the_build() {
        let clock = MachineClock::new();
        assert!(built() > At(0));
        assert_eq!(ClockTrust::judge(clock.wall(), built(), At(0)), ClockTrust::Trusted);
        let first = clock.monotonic_ms();
        assert!(clock.monotonic_ms() >= first);
    }

    #[tokio::test]
    async fn waiting_ends_when_the_given_clock_says_so() {
        /// A clock that jumps an hour each time it is looked at.
        struct Hasty(std::sync::atomic::AtomicU64);
        impl Clock for Hasty {
            fn wall(&self) -> At {
                NOON
            }
            fn monotonic_ms(&self) -> u64 {
                self.0.fetch_add(3_600_000, std::sync::atomic::Ordering::Relaxed)
            }
        }
        wait(&Hasty(0.into()), Duration::from_secs(3_600)).await;
        wait(&MachineClock::new(), Duration::ZERO).await;
    }
}
