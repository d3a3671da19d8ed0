//! The settings of one gate, as they stand in `usher.toml`.
//! Holds defaults, limits and the check that lines and turnstile belong together.
//! Never touches a chip. Next: `gate/port/` (opens the lines), `gate/sequence.rs` (the times).

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{InputLine, OutputLine};
use crate::Fault;

pub const RELEASE_MS_MIN: u64 = 50;
pub const RELEASE_MS_MAX: u64 = 2_000;
pub const PASSAGE_MS_MIN: u64 = 1_000;
pub const PASSAGE_MS_MAX: u64 = 60_000;
pub const SIGNAL_MS_MIN: u64 = 200;
pub const SIGNAL_MS_MAX: u64 = 10_000;
pub const DEBOUNCE_MS_MAX: u64 = 50;
pub const QUEUE_PASSAGES_MAX: u8 = 8;
pub const LINE_NAME_BYTES_MAX: usize = 31;

/// One gate: a lamp, or a lamp with a turnstile.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateSettings {
    /// What drives the lines: `sim`, `gpiocdev`, or `rppal` if this build has it.
    #[serde(default)]
    pub port: PortKind,
    /// With `gpiocdev`: the label of the chip (`pinctrl-rp1`, `pinctrl-bcm2711`, ...), because
    /// its number changes from kernel to kernel.
    #[serde(default)]
    pub chip: Option<String>,
    /// The wires by name. `sim` has them all and needs none named.
    #[serde(default)]
    pub lines: LineSettings,
    /// True when an arm must be released and turns; false for a lamp alone.
    #[serde(default)]
    pub turnstile: bool,
    /// `pulse` for impulse turnstiles, `level` to hold the release until the arm turns.
    #[serde(default)]
    pub release: Release,
    /// Length of the release pulse.
    #[serde(default = "release_ms_default")]
    pub release_ms: u64,
    /// Time to walk through after the release; then the passage has timed out.
    #[serde(default = "passage_ms_default")]
    pub passage_ms: u64,
    /// How long a refusal, a time-out or the lamp's green is shown.
    #[serde(default = "signal_ms_default")]
    pub signal_ms: u64,
    /// How long a rotation pulse must last to count.
    #[serde(default = "debounce_ms_default")]
    pub debounce_ms: u64,
    /// Passages that may be owed at once; a scan beyond is told to wait before it is judged.
    #[serde(default = "queue_passages_default")]
    pub queue_passages: u8,
    /// True when people may leave through the arm without a ticket.
    #[serde(default = "free_exit_default")]
    pub free_exit: bool,
}

fn release_ms_default() -> u64 {
    300
}

fn passage_ms_default() -> u64 {
    8_000
}

fn signal_ms_default() -> u64 {
    1_500
}

fn debounce_ms_default() -> u64 {
    10
}

fn queue_passages_default() -> u8 {
    2
}

fn free_exit_default() -> bool {
    true
}

impl Default for GateSettings {
    /// A simulated lamp.
    fn default() -> GateSettings {
        GateSettings {
            port: PortKind::Sim,
            chip: None,
            lines: LineSettings::default(),
            turnstile: false,
            release: Release::default(),
            release_ms: release_ms_default(),
            passage_ms: passage_ms_default(),
            signal_ms: signal_ms_default(),
            debounce_ms: debounce_ms_default(),
            queue_passages: queue_passages_default(),
            free_exit: free_exit_default(),
        }
    }
}

impl GateSettings {
    /// Refuses what can be seen to be wrong without the hardware.
    pub fn check(&self) -> Result<(), Fault> {
        let spans = [
            ("release_ms", self.release_ms, RELEASE_MS_MIN, RELEASE_MS_MAX),
            ("passage_ms", self.passage_ms, PASSAGE_MS_MIN, PASSAGE_MS_MAX),
            ("signal_ms", self.signal_ms, SIGNAL_MS_MIN, SIGNAL_MS_MAX),
            ("debounce_ms", self.debounce_ms, 0, DEBOUNCE_MS_MAX),
            ("queue_passages", self.queue_passages.into(), 1, QUEUE_PASSAGES_MAX.into()),
        ];
        for (key, value, min, max) in spans {
            if value < min || value > max {
                return Err(Fault::setting(key, format!("must be {min} to {max}")));
            }
        }
        match self.port {
            PortKind::Sim => Ok(()),
            PortKind::Gpiocdev if self.chip.is_none() => {
                Err(Fault::setting("chip", "gpiocdev needs the label of the chip"))
            }
            PortKind::Gpiocdev | PortKind::Rppal => self.check_lines(),
        }
    }

    fn check_lines(&self) -> Result<(), Fault> {
        let mut names = BTreeSet::new();
        for (key, line) in self.lines.all() {
            if line.name.is_empty() || line.name.len() > LINE_NAME_BYTES_MAX {
                let text = format!("`{key}`: a name has 1 to {LINE_NAME_BYTES_MAX} bytes");
                return Err(Fault::setting("lines", text));
            }
            if !names.insert(line.name.as_str()) {
                let text = format!("{:?} is named twice, the second time as `{key}`", line.name);
                return Err(Fault::setting("lines", text));
            }
        }
        let lines = &self.lines;
        let arm = lines.release_in.is_some() && lines.rotated_in.is_some();
        if self.turnstile && !arm {
            let text = "a turnstile needs the lines `release_in` and `rotated_in`";
            return Err(Fault::setting("turnstile", text));
        }
        let exit = lines.release_out.is_some() && lines.rotated_out.is_some();
        if self.turnstile && !self.free_exit && !exit {
            let text = "false needs the lines `release_out` and `rotated_out`";
            return Err(Fault::setting("free_exit", text));
        }
        if !self.turnstile && (lines.release_in.is_some() || lines.release_out.is_some()) {
            let text = "must be true where there are release lines";
            return Err(Fault::setting("turnstile", text));
        }
        if lines.green.is_none() || lines.red.is_none() {
            return Err(Fault::setting("lines", "a lamp needs at least `green` and `red`"));
        }
        Ok(())
    }
}

/// Which backend drives the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PortKind {
    #[default]
    Sim,
    Gpiocdev,
    Rppal,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Release {
    #[default]
    Pulse,
    Level,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bias {
    #[default]
    None,
    PullUp,
    PullDown,
}

/// One wire.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineSetting {
    /// The line's name on the chip, such as `GPIO17`.
    pub name: String,
    /// True when a low level means on, as on most relay boards.
    #[serde(default)]
    pub active_low: bool,
    /// For inputs: the pull of the pin.
    #[serde(default)]
    pub bias: Bias,
}

/// The wires of a gate; those left out do not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineSettings {
    pub release_in: Option<LineSetting>,
    pub release_out: Option<LineSetting>,
    pub green: Option<LineSetting>,
    pub amber: Option<LineSetting>,
    pub red: Option<LineSetting>,
    pub buzzer: Option<LineSetting>,
    pub rotated_in: Option<LineSetting>,
    pub rotated_out: Option<LineSetting>,
    pub tamper: Option<LineSetting>,
    pub emergency: Option<LineSetting>,
}

impl LineSettings {
    pub fn output(&self, line: OutputLine) -> Option<&LineSetting> {
        match line {
            OutputLine::ReleaseIn => self.release_in.as_ref(),
            OutputLine::ReleaseOut => self.release_out.as_ref(),
            OutputLine::Green => self.green.as_ref(),
            OutputLine::Amber => self.amber.as_ref(),
            OutputLine::Red => self.red.as_ref(),
            OutputLine::Buzzer => self.buzzer.as_ref(),
        }
    }

    pub fn input(&self, line: InputLine) -> Option<&LineSetting> {
        match line {
            InputLine::RotatedIn => self.rotated_in.as_ref(),
            InputLine::RotatedOut => self.rotated_out.as_ref(),
            InputLine::Tamper => self.tamper.as_ref(),
            InputLine::Emergency => self.emergency.as_ref(),
        }
    }

    fn all(&self) -> impl Iterator<Item = (String, &LineSetting)> {
        let outputs = OutputLine::ALL.into_iter().map(|line| (key(&line), self.output(line)));
        let inputs = InputLine::ALL.into_iter().map(|line| (key(&line), self.input(line)));
        outputs.chain(inputs).filter_map(|(key, line)| line.map(|line| (key, line)))
    }
}

/// `ReleaseIn` as it is written in the settings: `release_in`.
pub(crate) fn key(line: &impl std::fmt::Debug) -> String {
    let mut key = String::new();
    for letter in format!("{line:?}").chars() {
        if letter.is_ascii_uppercase() && !key.is_empty() {
            key.push('_');
        }
        key.push(letter.to_ascii_lowercase());
    }
    key
}
