//! How each signal looks and sounds over time (domain 9.1: go green and one beep, stop red and
//! long, notice amber and two). Pure arithmetic on milliseconds since the signal began.
//! Never holds a timer. Next: `sequence.rs`, which asks what to show and until when.

use super::{Colour, Light, Outputs};

/// What is seen and heard, and when that changes by itself.
pub type Picture = (Outputs, Option<u64>);

/// On and off, a few times or for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beat {
    on_ms: u64,
    off_ms: u64,
    /// 0 = until further notice.
    count: u64,
}

pub const STEADY: Beat = Beat { on_ms: u64::MAX, off_ms: 0, count: 1 };
pub const SILENT: Beat = Beat { on_ms: 0, off_ms: 0, count: 1 };
/// A passage that timed out, and a gate in fault.
pub const FLASH: Beat = Beat { on_ms: 250, off_ms: 250, count: 0 };
/// The gate stands open for everybody.
pub const SLOW_FLASH: Beat = Beat { on_ms: 500, off_ms: 500, count: 0 };

const ONE_BEEP: Beat = Beat { on_ms: 80, off_ms: 0, count: 1 };
const TWO_BEEPS: Beat = Beat { on_ms: 80, off_ms: 120, count: 2 };
const LONG_BEEP: Beat = Beat { on_ms: 600, off_ms: 0, count: 1 };

impl Beat {
    /// Whether it is on after so long, and after how long that changes.
    pub fn at(self, elapsed_ms: u64) -> (bool, Option<u64>) {
        let period_ms = self.on_ms.saturating_add(self.off_ms);
        if period_ms == 0 {
            return (false, None);
        }
        let round = elapsed_ms / period_ms;
        if self.count != 0 && round >= self.count {
            return (false, None);
        }
        let within_ms = elapsed_ms % period_ms;
        let on = within_ms < self.on_ms;
        let next_ms = elapsed_ms - within_ms + if on { self.on_ms } else { period_ms };
        (on, (self != STEADY).then_some(next_ms))
    }
}

pub fn colour(light: Light) -> Colour {
    match light {
        Light::Go => Colour::Green,
        Light::Notice => Colour::Amber,
        Light::Stop => Colour::Red,
    }
}

pub fn beeps(light: Light) -> Beat {
    match light {
        Light::Go => ONE_BEEP,
        Light::Notice => TWO_BEEPS,
        Light::Stop => LONG_BEEP,
    }
}

/// A light with its beeps.
pub fn lit_picture(light: Light, from_ms: u64, now_ms: u64) -> Picture {
    let beeps = beeps(light);
    signal_picture(colour(light), STEADY, beeps, from_ms, now_ms)
}

/// A flashing or steady light with beeps.
pub fn signal_picture(
    colour: Colour,
    flash: Beat,
    beeps: Beat,
    from_ms: u64,
    now_ms: u64,
) -> Picture {
    let elapsed_ms = now_ms.saturating_sub(from_ms);
    let (lit, lit_change_ms) = flash.at(elapsed_ms);
    let (buzzer, beep_change_ms) = beeps.at(elapsed_ms);
    let outputs = Outputs { colour: lit.then_some(colour), buzzer, release: None };
    let next_ms = lit_change_ms.into_iter().chain(beep_change_ms).min();
    (outputs, next_ms.map(|next| from_ms.saturating_add(next)))
}
