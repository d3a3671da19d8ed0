//! Passages owed: whose they are, how long they may take, what the gate shows meanwhile.
//! Holds plain values; which of them time out and when is `sequence.rs`'s to say.
//! Never does IO and keeps no clock. Next: `pattern.rs` for the pictures.

use std::collections::VecDeque;

use super::pattern::{self, Picture, lit_picture};
use super::{GateSettings, Light, Outcome, Release, Way};

#[derive(Debug, Clone)]
pub struct Released {
    pub owed: VecDeque<Owed>,
    pub pulse_from_ms: u64,
    pub deadline_ms: u64,
    pub beep: Light,
    pub beep_from_ms: u64,
    pub hush: Option<Hush>,
}

/// Another scan's light, shown while a passage is owed; the arm is held meanwhile, so that
/// the one refused does not walk in on the one admitted.
#[derive(Debug, Clone, Copy)]
pub struct Hush {
    pub light: Light,
    pub from_ms: u64,
    pub cut_pulse: bool,
}

/// The passages of one scan.
#[derive(Debug, Clone, Copy)]
pub struct Owed {
    pub scan: u64,
    pub way: Way,
    pub light: Light,
    pub left: u8,
    pub passed: u8,
}

/// Passages whose time is over, but whose rotation may be under way.
#[derive(Debug, Clone)]
pub struct Grace {
    pub owed: VecDeque<Owed>,
    pub until_ms: u64,
}

impl Released {
    pub fn passages(&self) -> u32 {
        self.owed.iter().map(|owed| u32::from(owed.left)).sum()
    }

    pub fn hush(&mut self, light: Light, now_ms: u64, pulse_ms: u64) {
        let in_pulse = now_ms.saturating_sub(self.pulse_from_ms) < pulse_ms;
        let cut_pulse = self.hush.is_some_and(|hush| hush.cut_pulse) || in_pulse;
        self.hush = Some(Hush { light, from_ms: now_ms, cut_pulse });
    }

    /// A pulse that was cut short may not have freed the arm: it is given again.
    pub fn unhush(&mut self, now_ms: u64) {
        if self.hush.take().is_some_and(|hush| hush.cut_pulse) {
            self.pulse_from_ms = now_ms;
        }
    }

    pub fn picture(&self, settings: &GateSettings, now_ms: u64) -> Picture {
        if let Some(hush) = self.hush {
            return lit_picture(hush.light, hush.from_ms, now_ms);
        }
        let first = self.owed.front();
        let light = first.map_or(self.beep, |owed| owed.light);
        let pulse_end_ms = self.pulse_from_ms.saturating_add(settings.release_ms);
        let (open, change_ms) = match settings.release {
            Release::Pulse => (now_ms < pulse_end_ms, Some(pulse_end_ms)),
            Release::Level => (true, None),
        };
        let (mut outputs, next_ms) = lit_picture(self.beep, self.beep_from_ms, now_ms);
        outputs.colour = Some(pattern::colour(light));
        outputs.release = first.filter(|_| open).map(|owed| owed.way);
        let change_ms = change_ms.filter(|change| *change > now_ms);
        (outputs, next_ms.into_iter().chain(change_ms).min())
    }
}

/// One person off the first scan that still has one to come this way.
pub fn pass_first(owed: &mut VecDeque<Owed>, way: Way) -> Option<Outcome> {
    let first = owed.front_mut().filter(|first| first.way == way)?;
    first.left = first.left.saturating_sub(1);
    first.passed = first.passed.saturating_add(1);
    let passed = Outcome::Passed { scan: first.scan, left: first.left };
    if first.left == 0 {
        owed.pop_front();
    }
    Some(passed)
}
