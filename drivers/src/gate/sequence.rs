//! The state machine of one gate: signals and input levels in, outcomes and a picture out.
//! Holds the passages owed and every deadline; time is passed in, in milliseconds.
//! Never does IO, never releases while a refusal, a time-out or a fault is shown.
//! Next: `pattern.rs` (how it looks), `debounce.rs` (inputs), `task.rs` (who runs this).

use std::collections::VecDeque;

use super::debounce::{Debounce, Edge};
use super::passage::{Grace, Owed, Released, pass_first};
use super::pattern::{FLASH, Picture, SILENT, SLOW_FLASH, lit_picture, signal_picture};
use super::{Colour, GateSettings, InputLine, Light, Outcome, Outputs, Signal, Way};

/// A rotation that began this long after the deadline was still that passage.
pub const GRACE_MS: u64 = 300;
/// A rotation sensor that stays on longer is stuck.
pub const STUCK_MS: u64 = 5_000;
/// Scans whose passages are owed at once, also when more were admitted than `room` allowed.
pub const OWED_SCANS_MAX: usize = 8;

/// What the gate is doing, for pages and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Idle,
    /// A light without a passage.
    Lit(Light),
    Released {
        passages: u32,
    },
    TimedOut,
    Denied,
    FreeFlow,
    Fault,
}

#[derive(Debug, Clone)]
enum State {
    Idle,
    /// `Stop` here is what the trade calls denied.
    Lit {
        light: Light,
        from_ms: u64,
    },
    Released(Released),
    TimedOut {
        from_ms: u64,
    },
    /// `faulty` remembers that a person must still look at the gate afterwards.
    FreeFlow {
        from_ms: u64,
        faulty: bool,
    },
    Fault {
        from_ms: u64,
    },
}

#[derive(Debug, Clone, Copy)]
enum Timer {
    Edge(InputLine),
    Stuck(Way),
    HushEnd,
    Deadline,
    GraceEnd,
    ShownEnd,
}

/// One gate's state.
#[derive(Debug)]
pub struct Sequence {
    settings: GateSettings,
    state: State,
    grace: Option<Grace>,
    inputs: [(InputLine, Debounce); 4],
    /// Since when the rotation sensors have been on.
    turning_since_ms: [(Way, Option<u64>); 2],
}

impl Sequence {
    pub fn new(settings: &GateSettings) -> Sequence {
        let calm = Debounce::new(settings.debounce_ms, false);
        Sequence {
            settings: settings.clone(),
            state: State::Idle,
            grace: None,
            inputs: InputLine::ALL.map(|line| (line, calm.clone())),
            turning_since_ms: [(Way::In, None), (Way::Out, None)],
        }
    }

    pub fn phase(&self) -> Phase {
        match &self.state {
            State::Idle => Phase::Idle,
            State::Lit { light: Light::Stop, .. } => Phase::Denied,
            State::Lit { light, .. } => Phase::Lit(*light),
            State::Released(released) => Phase::Released { passages: released.passages() },
            State::TimedOut { .. } => Phase::TimedOut,
            State::FreeFlow { .. } => Phase::FreeFlow,
            State::Fault { .. } => Phase::Fault,
        }
    }

    /// Is there room for so many more passages? Asked before the scan is judged, so that a
    /// ticket is never spent on a person who cannot walk yet. A group passes when it is alone.
    pub fn room(&self, passages: u8) -> bool {
        if !self.settings.turnstile {
            return true;
        }
        match &self.state {
            State::Fault { .. } => false,
            State::FreeFlow { .. } => true,
            State::Idle | State::Lit { .. } | State::TimedOut { .. } => self.grace.is_none(),
            State::Released(released) => {
                let owed = released.passages().saturating_add(passages.into());
                self.grace.is_none() && owed <= self.settings.queue_passages.into()
            }
        }
    }

    /// The house has judged a scan.
    pub fn signal(&mut self, signal: Signal, now_ms: u64, out: &mut Vec<Outcome>) {
        self.advance(now_ms, out);
        let Signal { light, way, scan, .. } = signal;
        let left = match light {
            Light::Go | Light::Notice if self.needs_release(way) => signal.passages,
            Light::Go | Light::Notice | Light::Stop => 0,
        };
        let pulse_ms = self.settings.release_ms;
        let passage_ms = self.settings.passage_ms;
        match &mut self.state {
            // The scan is admitted, but this gate cannot see the person through.
            State::Fault { .. } | State::FreeFlow { .. } => {
                out.extend((left > 0).then_some(Outcome::Unconfirmed { scan }));
            }
            State::Released(released) if left == 0 => released.hush(light, now_ms, pulse_ms),
            State::Released(released) if released.owed.len() >= OWED_SCANS_MAX => {
                out.push(Outcome::Unconfirmed { scan });
            }
            State::Released(released) => {
                released.owed.push_back(Owed { scan, way, light, left, passed: 0 });
                released.deadline_ms = now_ms.saturating_add(passage_ms);
                released.beep = light;
                released.beep_from_ms = now_ms;
            }
            State::Idle | State::Lit { .. } | State::TimedOut { .. } if left == 0 => {
                self.state = State::Lit { light, from_ms: now_ms };
            }
            State::Idle | State::Lit { .. } | State::TimedOut { .. } => {
                self.state = State::Released(Released {
                    owed: VecDeque::from([Owed { scan, way, light, left, passed: 0 }]),
                    pulse_from_ms: now_ms,
                    deadline_ms: now_ms.saturating_add(passage_ms),
                    beep: light,
                    beep_from_ms: now_ms,
                    hush: None,
                });
            }
        }
    }

    /// An input wire is (or was found) active or not.
    pub fn input(&mut self, line: InputLine, active: bool, now_ms: u64, out: &mut Vec<Outcome>) {
        self.advance(now_ms, out);
        for (_, wire) in self.inputs.iter_mut().filter(|(known, _)| *known == line) {
            wire.level(active, now_ms);
        }
        self.advance(now_ms, out);
    }

    /// A person has looked at the gate.
    pub fn reset(&mut self, now_ms: u64, out: &mut Vec<Outcome>) {
        self.advance(now_ms, out);
        match &mut self.state {
            State::Fault { .. } => self.state = State::Idle,
            State::FreeFlow { faulty, .. } => *faulty = false,
            State::Idle | State::Lit { .. } | State::Released(_) | State::TimedOut { .. } => {}
        }
        // A sensor that is still stuck is found out again.
        let restart = |since: &mut Option<u64>| *since = since.map(|_| now_ms);
        self.turning_since_ms.iter_mut().for_each(|(_, since)| restart(since));
    }

    /// The release line is not what was ordered.
    pub fn release_mismatch(&mut self, now_ms: u64, out: &mut Vec<Outcome>) {
        self.fault(now_ms, Outcome::ReleaseMismatch, out);
    }

    /// The wires are gone: nobody can tell who passes now.
    pub fn lost(&mut self, out: &mut Vec<Outcome>) {
        self.leave_unconfirmed(out);
        match self.state {
            State::Released(_) | State::Lit { .. } | State::TimedOut { .. } => {
                self.state = State::Idle;
            }
            State::Idle | State::FreeFlow { .. } | State::Fault { .. } => {}
        }
    }

    /// Does what has fallen due, each thing at its own time.
    pub fn advance(&mut self, now_ms: u64, out: &mut Vec<Outcome>) {
        while let Some((due_ms, timer)) = self.next_timer().filter(|(due, _)| *due <= now_ms) {
            self.fire(timer, due_ms, out);
        }
    }

    /// What a person at the gate should see and hear now.
    pub fn shows(&self, now_ms: u64) -> Outputs {
        self.picture(now_ms).0
    }

    /// When the picture or the state changes next by itself.
    pub fn due_ms(&self, now_ms: u64) -> Option<u64> {
        let timer = self.next_timer().map(|(due_ms, _)| due_ms);
        timer.into_iter().chain(self.picture(now_ms).1).min()
    }

    fn needs_release(&self, way: Way) -> bool {
        match way {
            Way::In => self.settings.turnstile,
            Way::Out => self.settings.turnstile && !self.settings.free_exit,
        }
    }

    /// The earliest timer; among equals an edge goes first, so that a rotation in the last
    /// moment is still a passage.
    fn next_timer(&self) -> Option<(u64, Timer)> {
        let edges = self.inputs.iter().map(|(line, wire)| (wire.due_ms(), Timer::Edge(*line)));
        let stuck = self.turning_since_ms.iter().map(|(way, since)| {
            let due_ms = since.filter(|_| self.watches_sensors());
            (due_ms.map(|since| since.saturating_add(STUCK_MS)), Timer::Stuck(*way))
        });
        let signal_ms = self.settings.signal_ms;
        let debounce_ms = self.settings.debounce_ms;
        let grace = self.grace.as_ref();
        let grace_ms = grace.map(|grace| grace.until_ms.saturating_add(debounce_ms));
        let [first, second] = match &self.state {
            State::Released(released) => {
                let hush = released.hush.map(|hush| hush.from_ms.saturating_add(signal_ms));
                [(hush, Timer::HushEnd), (Some(released.deadline_ms), Timer::Deadline)]
            }
            State::Lit { from_ms, .. } | State::TimedOut { from_ms } => {
                let end_ms = from_ms.saturating_add(signal_ms);
                [(Some(end_ms), Timer::ShownEnd), (None, Timer::ShownEnd)]
            }
            State::Idle | State::FreeFlow { .. } | State::Fault { .. } => {
                [(None, Timer::ShownEnd), (None, Timer::ShownEnd)]
            }
        };
        let rest = [(grace_ms, Timer::GraceEnd), first, second];
        let timers = edges.chain(stuck).chain(rest);
        timers.filter_map(|(due, timer)| due.map(|due| (due, timer))).min_by_key(|(due, _)| *due)
    }

    fn watches_sensors(&self) -> bool {
        match self.state {
            State::FreeFlow { .. } | State::Fault { .. } => false,
            State::Idle | State::Lit { .. } | State::Released(_) | State::TimedOut { .. } => {
                self.settings.turnstile
            }
        }
    }

    fn fire(&mut self, timer: Timer, due_ms: u64, out: &mut Vec<Outcome>) {
        match timer {
            Timer::Edge(line) => self.edge(line, due_ms, out),
            Timer::Stuck(way) => self.fault(due_ms, Outcome::Stuck { way }, out),
            Timer::HushEnd => {
                if let State::Released(released) = &mut self.state {
                    released.unhush(due_ms);
                }
            }
            Timer::Deadline => self.time_out(due_ms),
            Timer::GraceEnd => {
                let owed = self.grace.take().into_iter().flat_map(|grace| grace.owed);
                out.extend(
                    owed.map(|owed| Outcome::PassageTimedOut {
                        scan: owed.scan,
                        passed: owed.passed,
                    }),
                );
            }
            Timer::ShownEnd => self.state = State::Idle,
        }
    }

    fn edge(&mut self, line: InputLine, now_ms: u64, out: &mut Vec<Outcome>) {
        let wire = self.inputs.iter_mut().find(|(known, _)| *known == line);
        let Some(edge) = wire.and_then(|(_, wire)| wire.settle(now_ms)) else {
            return;
        };
        match line {
            InputLine::RotatedIn => self.turned(Way::In, edge, now_ms, out),
            InputLine::RotatedOut => self.turned(Way::Out, edge, now_ms, out),
            InputLine::Tamper => out.push(Outcome::Tamper { on: edge.active }),
            InputLine::Emergency => self.emergency(edge.active, now_ms, out),
        }
    }

    fn turned(&mut self, way: Way, edge: Edge, now_ms: u64, out: &mut Vec<Outcome>) {
        let since = edge.active.then_some(edge.at_ms);
        let mut sensors = self.turning_since_ms.iter_mut();
        sensors.by_ref().filter(|(known, _)| *known == way).for_each(|(_, at)| *at = since);
        if edge.active {
            self.rotated(way, edge.at_ms, now_ms, out);
        }
    }

    /// One person went through. The oldest passage owed that way gets the credit.
    fn rotated(&mut self, way: Way, edge_ms: u64, now_ms: u64, out: &mut Vec<Outcome>) {
        if let Some(passed) = self.pass_in_grace(way, edge_ms).or_else(|| self.pass(way, now_ms)) {
            out.push(passed);
            return;
        }
        match self.state {
            State::Fault { .. } => {}
            State::FreeFlow { .. } => out.push(Outcome::FreePassage { way }),
            State::Idle | State::Lit { .. } | State::Released(_) | State::TimedOut { .. } => {
                if self.needs_release(way) {
                    self.fault(now_ms, Outcome::Forced { way }, out);
                } else {
                    out.push(Outcome::FreePassage { way });
                }
            }
        }
    }

    fn pass_in_grace(&mut self, way: Way, edge_ms: u64) -> Option<Outcome> {
        let grace = self.grace.as_mut().filter(|grace| edge_ms <= grace.until_ms)?;
        let passed = pass_first(&mut grace.owed, way)?;
        if grace.owed.is_empty() {
            self.grace = None;
        }
        Some(passed)
    }

    fn pass(&mut self, way: Way, now_ms: u64) -> Option<Outcome> {
        let State::Released(released) = &mut self.state else {
            return None;
        };
        let passed = pass_first(&mut released.owed, way)?;
        if released.owed.is_empty() {
            self.state = State::Idle;
        } else {
            released.pulse_from_ms = now_ms;
            released.deadline_ms = now_ms.saturating_add(self.settings.passage_ms);
        }
        Some(passed)
    }

    fn time_out(&mut self, now_ms: u64) {
        let state = std::mem::replace(&mut self.state, State::TimedOut { from_ms: now_ms });
        if let State::Released(released) = state {
            let until_ms = now_ms.saturating_add(GRACE_MS);
            self.grace = Some(Grace { owed: released.owed, until_ms });
        }
    }

    fn emergency(&mut self, on: bool, now_ms: u64, out: &mut Vec<Outcome>) {
        out.push(Outcome::Emergency { on });
        let (open, faulty) = match self.state {
            State::FreeFlow { faulty, .. } => (true, faulty),
            State::Fault { .. } => (false, true),
            State::Idle | State::Lit { .. } | State::Released(_) | State::TimedOut { .. } => {
                (false, false)
            }
        };
        if on && !open {
            self.leave_unconfirmed(out);
            self.state = State::FreeFlow { from_ms: now_ms, faulty };
        } else if !on && open && faulty {
            self.state = State::Fault { from_ms: now_ms };
        } else if !on && open {
            self.state = State::Idle;
        }
    }

    fn fault(&mut self, now_ms: u64, why: Outcome, out: &mut Vec<Outcome>) {
        out.push(why);
        self.leave_unconfirmed(out);
        match &mut self.state {
            // Nothing shuts a gate that the fire panel holds open.
            State::FreeFlow { faulty, .. } => *faulty = true,
            State::Idle
            | State::Lit { .. }
            | State::Released(_)
            | State::TimedOut { .. }
            | State::Fault { .. } => self.state = State::Fault { from_ms: now_ms },
        }
    }

    fn leave_unconfirmed(&mut self, out: &mut Vec<Outcome>) {
        let late = self.grace.take().into_iter().flat_map(|grace| grace.owed);
        out.extend(late.map(|owed| Outcome::Unconfirmed { scan: owed.scan }));
        if let State::Released(released) = &mut self.state {
            let owed = released.owed.drain(..);
            out.extend(owed.map(|owed| Outcome::Unconfirmed { scan: owed.scan }));
        }
    }

    fn picture(&self, now_ms: u64) -> Picture {
        let flash = |colour, beat, from_ms| signal_picture(colour, beat, SILENT, from_ms, now_ms);
        match &self.state {
            State::Idle => (Outputs::default(), None),
            State::Lit { light, from_ms } => lit_picture(*light, *from_ms, now_ms),
            State::Released(released) => released.picture(&self.settings, now_ms),
            State::TimedOut { from_ms } => flash(Colour::Amber, FLASH, *from_ms),
            State::FreeFlow { from_ms, .. } => flash(Colour::Green, SLOW_FLASH, *from_ms),
            State::Fault { from_ms } => flash(Colour::Red, FLASH, *from_ms),
        }
    }
}
