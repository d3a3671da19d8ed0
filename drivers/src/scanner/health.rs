//! Counts what goes wrong on one scanner's line and picks the hint for the technician.
//! Holds no bytes of any code. Speaks at most once per `HEALTH_GAP_MS`, and only of news.
//! Never decides anything. Next: `task.rs` sends what this gives.

use std::collections::VecDeque;

use super::frame::Noise;
use crate::scanner::{Hint, ScannerEvent, ScannerHealth};

pub const HEALTH_GAP_MS: u64 = 1_000;
/// Hang-ups within a minute from which the power supply is suspected.
pub const HANG_UPS_MAX: usize = 3;

const MINUTE_MS: u64 = 60_000;
/// Older ones are not needed to tell that there are too many.
const HANG_UPS_KEPT_MAX: usize = 60;

#[derive(Debug, Default)]
pub struct Health {
    now: ScannerHealth,
    hang_ups_ms: VecDeque<u64>,
    fresh: bool,
    next_ms: u64,
}

impl Health {
    pub fn noise(&mut self, noise: Noise) {
        match noise {
            Noise::Partial => {
                self.now.partial_frames += 1;
                self.now.hint = Some(Hint::CheckSuffix);
            }
            Noise::Overlong => {
                self.now.overlong_frames += 1;
                self.now.hint = Some(Hint::CheckBaud);
            }
            Noise::Broken => {
                self.now.broken_packets += 1;
                self.now.hint = Some(Hint::CheckLine);
            }
        }
        self.fresh = true;
    }

    pub fn unsent(&mut self) {
        self.now.unsent_answers += 1;
        self.now.hint = Some(Hint::CheckHost);
        self.fresh = true;
    }

    pub fn unanswered(&mut self) {
        self.now.unanswered_codes += 1;
        self.now.hint = Some(Hint::CheckHost);
        self.fresh = true;
    }

    /// The scanner does not answer its commands.
    pub fn silent(&mut self) {
        self.now.silences += 1;
        self.now.hint = Some(Hint::CheckProtocol);
        self.fresh = true;
    }

    pub fn hung_up(&mut self, now_ms: u64) {
        self.hang_ups_ms.push_back(now_ms);
        let old = |at: &u64| now_ms.saturating_sub(*at) >= MINUTE_MS;
        while self.hang_ups_ms.front().is_some_and(old)
            || self.hang_ups_ms.len() > HANG_UPS_KEPT_MAX
        {
            self.hang_ups_ms.pop_front();
        }
        let count = self.hang_ups_ms.len();
        self.now.hang_ups_last_minute = u32::try_from(count).unwrap_or(u32::MAX);
        if count >= HANG_UPS_MAX {
            self.now.hint = Some(Hint::CheckPower);
        }
        self.fresh = true;
    }

    /// When `changed` would have something to say.
    pub fn due_ms(&self) -> Option<u64> {
        self.fresh.then_some(self.next_ms)
    }

    pub fn changed(&mut self, now_ms: u64) -> Option<ScannerEvent> {
        if self.due_ms().is_none_or(|due| now_ms < due) {
            return None;
        }
        self.fresh = false;
        self.next_ms = now_ms.saturating_add(HEALTH_GAP_MS);
        Some(ScannerEvent::Health(self.now.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(event: Option<ScannerEvent>) -> ScannerHealth {
        match event {
            Some(ScannerEvent::Health(health)) => health,
            other => panic!("no health: {other:?}"),
        }
    }

    #[test]
    fn news_are_told_at_once_and_then_gathered_for_a_second() {
        let mut health = Health::default();
        assert_eq!(health.changed(0), None);
        health.noise(Noise::Partial);
        assert_eq!(told(health.changed(5)).hint, Some(Hint::CheckSuffix));
        health.noise(Noise::Overlong);
        health.noise(Noise::Overlong);
        assert_eq!(health.due_ms(), Some(5 + HEALTH_GAP_MS));
        assert_eq!(health.changed(5 + HEALTH_GAP_MS - 1), None);
        let gathered = told(health.changed(5 + HEALTH_GAP_MS));
        assert_eq!((gathered.partial_frames, gathered.overlong_frames), (1, 2));
        assert_eq!(gathered.hint, Some(Hint::CheckBaud));
        assert_eq!((health.changed(99_999), health.due_ms()), (None, None));
    }

    #[test]
    fn hang_ups_count_for_a_minute_and_three_point_at_the_power() {
        let mut health = Health::default();
        for at_ms in [0, 10_000] {
            health.hung_up(at_ms);
        }
        assert_eq!(told(health.changed(10_000)).hint, None);
        health.hung_up(60_000);
        let two = told(health.changed(60_000));
        assert_eq!((two.hang_ups_last_minute, two.hint), (2, None));
        health.hung_up(69_999);
        let three = told(health.changed(69_999));
        assert_eq!((three.hang_ups_last_minute, three.hint), (3, Some(Hint::CheckPower)));
    }

    #[test]
    fn late_and_untaken_answers_point_at_the_host() {
        let mut health = Health::default();
        health.unanswered();
        health.unsent();
        let now = told(health.changed(0));
        assert_eq!((now.unanswered_codes, now.unsent_answers), (1, 1));
        assert_eq!(now.hint, Some(Hint::CheckHost));
    }

    #[test]
    fn damaged_packets_point_at_the_line_and_silence_at_the_protocol() {
        let mut health = Health::default();
        health.noise(Noise::Broken);
        let damaged = told(health.changed(0));
        assert_eq!((damaged.broken_packets, damaged.hint), (1, Some(Hint::CheckLine)));
        health.silent();
        let silent = told(health.changed(HEALTH_GAP_MS));
        assert_eq!((silent.silences, silent.hint), (1, Some(Hint::CheckProtocol)));
    }
}
