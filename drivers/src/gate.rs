//! What a gate is to the rest of the box: a lamp and a buzzer, with or without a turnstile.
//! Holds orders in, events out, and the trait of what stands behind: output and input lines.
//! Never decides who may pass. A lamp alone is a gate whose settings have no turnstile.
//! Next: `gate/sequence.rs` (the state machine), `gate/task.rs` (its owner), `gate/port/`.

pub mod codec;
pub mod debounce;
mod passage;
mod pattern;
pub mod port;
pub mod sequence;
mod settings;
mod task;

use std::future::Future;

use tokio::sync::oneshot;

use crate::Fault;

pub use settings::{Bias, GateSettings, LineSetting, LineSettings, PortKind, Release};
pub use task::{EVENTS_WAITING_MAX, run_gate, run_gate_on};

/// Orders that the channel to a gate should have room for.
pub const ORDERS_MAX: usize = 16;

/// What the lamp says. Admission is in `passages`, never in the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Light {
    Go,
    /// Amber: look at the screen.
    Notice,
    Stop,
}

/// Which way a person passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    In,
    Out,
}

/// The door errand's word for one verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    pub light: Light,
    pub way: Way,
    /// Persons to let through; 0 shows the light only.
    pub passages: u8,
    /// The scan these passages belong to; comes back in the outcome.
    pub scan: u64,
}

/// What the door errand asks of a gate.
#[derive(Debug)]
pub enum GateOrder {
    Signal(Signal),
    /// Is there room for so many more passages? Asked before a scan is sent to the ledger.
    Room {
        passages: u8,
        reply: oneshot::Sender<bool>,
    },
    /// A person has looked at the gate: leave the fault.
    Reset,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// One person of this scan went through; `left` are still to come.
    Passed {
        scan: u64,
        left: u8,
    },
    /// Nobody (more) went through in time: `passed` of this scan's persons did.
    PassageTimedOut {
        scan: u64,
        passed: u8,
    },
    /// Fault, emergency or shut-down came first; nobody knows whether the person passed.
    Unconfirmed {
        scan: u64,
    },
    /// Somebody went through where no ticket was asked for (free flow, free exit, lamp only).
    FreePassage {
        way: Way,
    },
    /// The arm turned without a release: the gate is in fault.
    Forced {
        way: Way,
    },
    /// The rotation sensor does not let go: the gate is in fault.
    Stuck {
        way: Way,
    },
    /// The release line is not what was ordered: the gate is in fault.
    ReleaseMismatch,
    Tamper {
        on: bool,
    },
    /// The fire panel has opened (or closed) the gate; the box only watches that.
    Emergency {
        on: bool,
    },
}

/// What the owner task tells the door errand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateEvent {
    Connected,
    Disconnected {
        why: Fault,
    },
    Outcome(Outcome),
    /// What a person at the gate sees and hears now. Lost when nobody takes it in time.
    Shows(Outputs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colour {
    Green,
    Amber,
    Red,
}

/// What all outputs should be. Two lights, or two ways at once, cannot be said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outputs {
    pub colour: Option<Colour>,
    pub buzzer: bool,
    pub release: Option<Way>,
}

/// A wire towards the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OutputLine {
    ReleaseIn,
    ReleaseOut,
    Green,
    Amber,
    Red,
    Buzzer,
}

impl OutputLine {
    pub const ALL: [OutputLine; 6] = [
        OutputLine::ReleaseIn,
        OutputLine::ReleaseOut,
        OutputLine::Green,
        OutputLine::Amber,
        OutputLine::Red,
        OutputLine::Buzzer,
    ];
}

/// A wire from the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InputLine {
    RotatedIn,
    RotatedOut,
    Tamper,
    Emergency,
}

impl InputLine {
    pub const ALL: [InputLine; 4] =
        [InputLine::RotatedIn, InputLine::RotatedOut, InputLine::Tamper, InputLine::Emergency];
}

/// The electrical state of a wire; what it means is for `codec.rs` to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    Low,
    High,
}

/// Wires of one gate: real ones, or made of software. Knows no pattern, no ticket, no time.
pub trait Gate: Send {
    /// Drives one output. A line that the settings do not name is silently absent.
    fn set(&mut self, line: OutputLine, level: Level) -> Result<(), Fault>;

    /// What an output really is, where the hardware can tell.
    fn read_back(&self, line: OutputLine) -> Result<Option<Level>, Fault>;

    /// What an input is now; `None` when there is no such line.
    fn input(&self, line: InputLine) -> Result<Option<Level>, Fault>;

    /// Waits for an input to change. Must be safe to drop and call again.
    fn changed(&mut self) -> impl Future<Output = Result<(InputLine, Level), Fault>> + Send;
}
