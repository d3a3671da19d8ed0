//! Between meaning and voltage: what a gate should show, as levels on wires, and back.
//! Holds polarity only. Never keeps state and never waits.
//! Next: `sequence.rs` for what to show, `port/` for the wires.

use super::{Colour, GateSettings, InputLine, Level, OutputLine, Outputs, Way};

/// The polarity of each wire, taken from the settings once.
#[derive(Debug, Clone)]
pub struct Codec {
    settings: GateSettings,
}

impl Codec {
    pub fn new(settings: &GateSettings) -> Codec {
        Codec { settings: settings.clone() }
    }

    /// The level of one output for what should be shown.
    pub fn output(&self, line: OutputLine, outputs: Outputs) -> Level {
        let setting = self.settings.lines.output(line);
        level(is_on(line, outputs), setting.is_some_and(|setting| setting.active_low))
    }

    /// The changes from one picture to the next. What goes off goes first, so that two lights
    /// or two directions are never on together.
    pub fn changes(&self, from: Outputs, to: Outputs) -> Vec<(OutputLine, Level)> {
        let changed = |line: &OutputLine| is_on(*line, from) != is_on(*line, to);
        let mut lines: Vec<OutputLine> = OutputLine::ALL.into_iter().filter(changed).collect();
        lines.sort_by_key(|line| is_on(*line, to));
        lines.into_iter().map(|line| (line, self.output(line, to))).collect()
    }

    /// Every output for this picture, for the start and the end.
    pub fn all(&self, outputs: Outputs) -> Vec<(OutputLine, Level)> {
        OutputLine::ALL.into_iter().map(|line| (line, self.output(line, outputs))).collect()
    }

    /// True when this level means that the input is active.
    pub fn input(&self, line: InputLine, seen: Level) -> bool {
        let setting = self.settings.lines.input(line);
        let active_low = setting.is_some_and(|setting| setting.active_low);
        seen == level(true, active_low)
    }
}

fn is_on(line: OutputLine, outputs: Outputs) -> bool {
    match line {
        OutputLine::ReleaseIn => outputs.release == Some(Way::In),
        OutputLine::ReleaseOut => outputs.release == Some(Way::Out),
        OutputLine::Green => outputs.colour == Some(Colour::Green),
        OutputLine::Amber => outputs.colour == Some(Colour::Amber),
        OutputLine::Red => outputs.colour == Some(Colour::Red),
        OutputLine::Buzzer => outputs.buzzer,
    }
}

fn level(on: bool, active_low: bool) -> Level {
    if on == active_low { Level::Low } else { Level::High }
}
