//! A gate made of software: lamp, buzzer, release and an arm that a test or a page can turn.
//! Holds the wires with a recorded timeline; to the gate's task it is hardware and no more.
//! Never decides: it shows what its outputs say and passes on what its inputs are told.
//! Next: `gate/task.rs` drives it, `gate/sequence.rs` judges it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::Fault;
use crate::gate::{Colour, Gate, InputLine, Level, OutputLine, Outputs, Way};

/// Entries of the timeline that are kept; the oldest go first.
pub const TIMELINE_MAX: usize = 4_096;

/// How long the sensor of a turning arm is on.
pub const ROTATION_MS: u64 = 60;

/// One change of an output wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Milliseconds since the gate was made.
    pub at_ms: u64,
    pub line: OutputLine,
    pub level: Level,
}

/// The handle of a simulated gate: what one sees, and what one can do to it. All lines are
/// active high.
#[derive(Debug, Clone)]
pub struct SimGate {
    wires: Arc<Mutex<Wires>>,
    shown: watch::Sender<Outputs>,
    inputs: watch::Sender<Inputs>,
}

#[derive(Debug)]
struct Wires {
    made: Instant,
    outputs: [(OutputLine, Level); 6],
    timeline: Vec<Change>,
    /// A release relay that is welded shut or burnt: it reads back what it likes.
    release_stuck: Option<Level>,
    unplugged: bool,
}

/// Input wires, and how often each has been pulsed since the gate was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Inputs {
    rotated_in: Wire,
    rotated_out: Wire,
    tamper: Wire,
    emergency: Wire,
    unplugs: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Wire {
    active: bool,
    pulses: u64,
}

impl Default for SimGate {
    fn default() -> SimGate {
        SimGate::new()
    }
}

impl SimGate {
    pub fn new() -> SimGate {
        let wires = Wires {
            made: Instant::now(),
            outputs: OutputLine::ALL.map(|line| (line, Level::Low)),
            timeline: Vec::new(),
            release_stuck: None,
            unplugged: false,
        };
        SimGate {
            wires: Arc::new(Mutex::new(wires)),
            shown: watch::Sender::new(Outputs::default()),
            inputs: watch::Sender::new(Inputs::default()),
        }
    }

    /// The wires for `run_gate_on`.
    pub fn lines(&self) -> SimLines {
        let inputs = self.inputs.subscribe();
        // What is on already is read as a level, not told as a change.
        let told = *inputs.borrow();
        SimLines { gate: self.clone(), inputs, told }
    }

    /// What a person sees and hears now, and a way to wait for the next change.
    pub fn shown(&self) -> watch::Receiver<Outputs> {
        self.shown.subscribe()
    }

    /// One person pushes through: a pulse of the rotation sensor. Whether the arm was free is
    /// not asked; a person may climb over it.
    pub async fn rotate(&self, way: Way) {
        self.hold_sensor(way, true);
        sleep(Duration::from_millis(ROTATION_MS)).await;
        self.hold_sensor(way, false);
    }

    /// Keeps a rotation sensor on or off, as a jammed arm does.
    pub fn hold_sensor(&self, way: Way, active: bool) {
        self.change(|inputs| match way {
            Way::In => inputs.rotated_in.set(active),
            Way::Out => inputs.rotated_out.set(active),
        });
    }

    /// The fire panel opens or closes the gate.
    pub fn emergency(&self, on: bool) {
        self.change(|inputs| inputs.emergency.set(on));
    }

    pub fn tamper(&self, on: bool) {
        self.change(|inputs| inputs.tamper.set(on));
    }

    /// Lets the release relay read back this level whatever is ordered.
    pub fn stick_release(&self, level: Option<Level>) {
        self.wires().release_stuck = level;
    }

    /// Takes the chip away, or puts it back.
    pub fn unplug(&self, unplugged: bool) {
        self.wires().unplugged = unplugged;
        self.change(|inputs| inputs.unplugs += 1);
    }

    /// Every output change since the gate was made.
    pub fn timeline(&self) -> Vec<Change> {
        self.wires().timeline.clone()
    }

    fn change(&self, change: impl FnOnce(&mut Inputs)) {
        self.inputs.send_modify(change);
    }

    fn wires(&self) -> MutexGuard<'_, Wires> {
        // The wires are plain values: a panic elsewhere leaves them usable.
        self.wires.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wire {
    fn set(&mut self, active: bool) {
        self.pulses += u64::from(active && !self.active);
        self.active = active;
    }
}

impl Wires {
    fn level(&self, line: OutputLine) -> Level {
        let found = self.outputs.iter().find(|(known, _)| *known == line);
        found.map_or(Level::Low, |(_, level)| *level)
    }

    fn set(&mut self, line: OutputLine, level: Level) {
        if self.level(line) == level {
            return;
        }
        let at_ms = u64::try_from(self.made.elapsed().as_millis()).unwrap_or(u64::MAX);
        for (_, wire) in self.outputs.iter_mut().filter(|(known, _)| *known == line) {
            *wire = level;
        }
        if self.timeline.len() == TIMELINE_MAX {
            self.timeline.remove(0);
        }
        self.timeline.push(Change { at_ms, line, level });
    }

    fn outputs(&self) -> Outputs {
        let on = |line| self.level(line) == Level::High;
        let colours = [
            (OutputLine::Green, Colour::Green),
            (OutputLine::Amber, Colour::Amber),
            (OutputLine::Red, Colour::Red),
        ];
        let ways = [(OutputLine::ReleaseIn, Way::In), (OutputLine::ReleaseOut, Way::Out)];
        Outputs {
            colour: colours.into_iter().find(|(line, _)| on(*line)).map(|(_, colour)| colour),
            buzzer: on(OutputLine::Buzzer),
            release: ways.into_iter().find(|(line, _)| on(*line)).map(|(_, way)| way),
        }
    }
}

/// The wires of a simulated gate, as its task holds them.
#[derive(Debug)]
pub struct SimLines {
    gate: SimGate,
    inputs: watch::Receiver<Inputs>,
    told: Inputs,
}

impl SimLines {
    fn plugged(&self) -> Result<(), Fault> {
        if self.gate.wires().unplugged {
            return Err(Fault::NoChip { label: "sim".to_owned() });
        }
        Ok(())
    }

    /// The first wire whose change has not been told, with the level to tell. A pulse that is
    /// over already is told as on, then as off.
    fn next_change(&mut self) -> Option<(InputLine, Level)> {
        let now = *self.inputs.borrow_and_update();
        let told = &mut self.told;
        [
            (InputLine::RotatedIn, now.rotated_in, &mut told.rotated_in),
            (InputLine::RotatedOut, now.rotated_out, &mut told.rotated_out),
            (InputLine::Tamper, now.tamper, &mut told.tamper),
            (InputLine::Emergency, now.emergency, &mut told.emergency),
        ]
        .into_iter()
        .find_map(|(line, now, told)| told.toward(now).map(|level| (line, level)))
    }
}

impl Wire {
    fn toward(&mut self, now: Wire) -> Option<Level> {
        if self.pulses == now.pulses && self.active == now.active {
            return None;
        }
        self.pulses += u64::from(!self.active);
        self.active = !self.active;
        Some(if self.active { Level::High } else { Level::Low })
    }
}

impl Gate for SimLines {
    fn set(&mut self, line: OutputLine, level: Level) -> Result<(), Fault> {
        self.plugged()?;
        self.gate.wires().set(line, level);
        let outputs = self.gate.wires().outputs();
        self.gate.shown.send_if_modified(|shown| {
            let changed = *shown != outputs;
            *shown = outputs;
            changed
        });
        Ok(())
    }

    fn read_back(&self, line: OutputLine) -> Result<Option<Level>, Fault> {
        self.plugged()?;
        let wires = self.gate.wires();
        Ok(Some(match line {
            OutputLine::ReleaseIn | OutputLine::ReleaseOut => {
                wires.release_stuck.unwrap_or_else(|| wires.level(line))
            }
            OutputLine::Green | OutputLine::Amber | OutputLine::Red | OutputLine::Buzzer => {
                wires.level(line)
            }
        }))
    }

    fn input(&self, line: InputLine) -> Result<Option<Level>, Fault> {
        self.plugged()?;
        let inputs = *self.inputs.borrow();
        let wire = match line {
            InputLine::RotatedIn => inputs.rotated_in,
            InputLine::RotatedOut => inputs.rotated_out,
            InputLine::Tamper => inputs.tamper,
            InputLine::Emergency => inputs.emergency,
        };
        Ok(Some(if wire.active { Level::High } else { Level::Low }))
    }

    async fn changed(&mut self) -> Result<(InputLine, Level), Fault> {
        loop {
            self.plugged()?;
            if let Some(change) = self.next_change() {
                return Ok(change);
            }
            if self.inputs.changed().await.is_err() {
                // No handle is left, so nothing will ever change.
                return std::future::pending().await;
            }
        }
    }
}
