//! Guards the wires of a gate: polarity, order of changes, settings and their texts.
//! Levels are compared one by one; nothing is driven.
//! Next: `gate_task.rs` for the task on simulated wires.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use usher_drivers::gate::codec::Codec;
use usher_drivers::gate::{
    Bias, Colour, GateSettings, InputLine, Level, LineSetting, LineSettings, OutputLine, Outputs,
    PortKind, Release, Way,
};

fn line(name: &str, active_low: bool) -> Option<LineSetting> {
    Some(LineSetting { name: name.to_owned(), active_low, bias: Bias::None })
}

fn relay_board() -> GateSettings {
    let lines = LineSettings {
        release_in: line("GPIO17", true),
        green: line("GPIO22", true),
        red: line("GPIO23", false),
        emergency: line("GPIO24", true),
        ..LineSettings::default()
    };
    GateSettings { lines, ..GateSettings::default() }
}

#[test]
fn off_is_the_inactive_level_of_each_wire() {
    let codec = Codec::new(&relay_board());
    let levels: BTreeMap<OutputLine, Level> = codec.all(Outputs::default()).into_iter().collect();
    assert_eq!(levels[&OutputLine::ReleaseIn], Level::High);
    assert_eq!(levels[&OutputLine::Green], Level::High);
    assert_eq!(levels[&OutputLine::Red], Level::Low);
    assert_eq!(levels[&OutputLine::Buzzer], Level::Low);
    assert_eq!(levels.len(), 6);
}

#[test]
fn on_is_the_active_level_of_each_wire() {
    let codec = Codec::new(&relay_board());
    let outputs = Outputs { colour: Some(Colour::Green), buzzer: true, release: Some(Way::In) };
    assert_eq!(codec.output(OutputLine::ReleaseIn, outputs), Level::Low);
    assert_eq!(codec.output(OutputLine::ReleaseOut, outputs), Level::Low);
    assert_eq!(codec.output(OutputLine::Green, outputs), Level::Low);
    assert_eq!(codec.output(OutputLine::Red, outputs), Level::Low);
    assert_eq!(codec.output(OutputLine::Buzzer, outputs), Level::High);
    let red = Outputs { colour: Some(Colour::Red), ..Outputs::default() };
    assert_eq!(codec.output(OutputLine::Red, red), Level::High);
}

#[test]
fn inputs_are_read_by_polarity() {
    let codec = Codec::new(&relay_board());
    assert!(codec.input(InputLine::Emergency, Level::Low));
    assert!(!codec.input(InputLine::Emergency, Level::High));
    assert!(codec.input(InputLine::Tamper, Level::High));
    assert!(!codec.input(InputLine::Tamper, Level::Low));
}

/// Every picture there is.
fn pictures() -> Vec<Outputs> {
    let colours = [None, Some(Colour::Green), Some(Colour::Amber), Some(Colour::Red)];
    let releases = [None, Some(Way::In), Some(Way::Out)];
    let mut pictures = Vec::new();
    for colour in colours {
        for release in releases {
            pictures.extend([false, true].map(|buzzer| Outputs { colour, buzzer, release }));
        }
    }
    pictures
}

#[test]
fn on_the_way_from_any_picture_to_any_other_two_lights_are_never_on() {
    let codec = Codec::new(&relay_board());
    for from in pictures() {
        for to in pictures() {
            let mut levels: BTreeMap<OutputLine, Level> = codec.all(from).into_iter().collect();
            let on = |levels: &BTreeMap<OutputLine, Level>, line: OutputLine| {
                levels[&line] != codec.output(line, Outputs::default())
            };
            for (line, level) in codec.changes(from, to) {
                levels.insert(line, level);
                let lights = [OutputLine::Green, OutputLine::Amber, OutputLine::Red];
                assert!(lights.into_iter().filter(|line| on(&levels, *line)).count() <= 1);
                let releases = [OutputLine::ReleaseIn, OutputLine::ReleaseOut];
                assert!(releases.into_iter().filter(|line| on(&levels, *line)).count() <= 1);
            }
            let reached: BTreeMap<OutputLine, Level> = codec.all(to).into_iter().collect();
            assert_eq!(levels, reached);
        }
    }
}

fn read(text: &str) -> Result<GateSettings, String> {
    let settings: GateSettings = serde_json::from_str(text).map_err(|error| error.to_string())?;
    settings.check().map_err(|fault| fault.to_string())?;
    Ok(settings)
}

fn check_refused(text: &str, says: &str) {
    let refused = read(text).expect_err(text);
    assert!(refused.contains(says), "{refused:?} does not say {says:?}");
}

#[test]
fn nothing_set_is_a_simulated_lamp_with_the_documented_times() {
    let settings = read("{}").unwrap();
    assert_eq!(settings, GateSettings::default());
    assert_eq!(settings.port, PortKind::Sim);
    assert!(!settings.turnstile && settings.free_exit);
    assert_eq!((settings.release, settings.release_ms), (Release::Pulse, 300));
    assert_eq!((settings.passage_ms, settings.signal_ms), (8_000, 1_500));
    assert_eq!((settings.debounce_ms, settings.queue_passages), (10, 2));
}

#[test]
fn a_turnstile_on_a_chip_is_read_line_by_line() {
    let settings = read(
        r#"{"port": "gpiocdev", "chip": "pinctrl-rp1", "turnstile": true, "release": "level",
            "lines": {
                "release_in": {"name": "GPIO17", "active_low": true},
                "rotated_in": {"name": "GPIO27", "bias": "pull-up"},
                "green": {"name": "GPIO22"}, "red": {"name": "GPIO23"}
            }}"#,
    )
    .unwrap();
    assert_eq!(settings.chip.as_deref(), Some("pinctrl-rp1"));
    assert_eq!(settings.release, Release::Level);
    assert_eq!(settings.lines.release_in, line("GPIO17", true));
    assert_eq!(settings.lines.rotated_in.unwrap().bias, Bias::PullUp);
    assert_eq!(settings.lines.amber, None);
}

#[test]
fn settings_that_cannot_work_are_refused_with_the_key() {
    check_refused(r#"{"chips": "x"}"#, "unknown field `chips`");
    check_refused(r#"{"port": "parallel"}"#, "unknown variant `parallel`");
    check_refused(r#"{"lines": {"blue": {"name": "GPIO1"}}}"#, "unknown field `blue`");
    check_refused(r#"{"port": "gpiocdev"}"#, "setting `chip`");
    let lamp = r#""green": {"name": "GPIO22"}, "red": {"name": "GPIO23"}"#;
    let with = |rest: &str, lines: &str| {
        format!(r#"{{"port": "gpiocdev", "chip": "c"{rest}, "lines": {{{lamp}{lines}}}}}"#)
    };
    assert!(read(&with("", "")).is_ok());
    check_refused(&with(r#", "turnstile": true"#, ""), "`release_in` and `rotated_in`");
    check_refused(&with("", r#", "release_in": {"name": "GPIO17"}"#), "setting `turnstile`");
    check_refused(&with("", r#", "amber": {"name": "GPIO22"}"#), "named twice");
    check_refused(&with("", r#", "amber": {"name": ""}"#), "1 to 31 bytes");
    let arm = r#", "release_in": {"name": "GPIO17"}, "rotated_in": {"name": "GPIO27"}"#;
    assert!(read(&with(r#", "turnstile": true"#, arm)).is_ok());
    let shut = r#", "turnstile": true, "free_exit": false"#;
    check_refused(&with(shut, arm), "setting `free_exit`");
    check_refused(r#"{"port": "gpiocdev", "chip": "c"}"#, "`green` and `red`");
}

#[test]
fn times_hold_on_both_sides() {
    let limits = [
        ("release_ms", 50, 2_000),
        ("passage_ms", 1_000, 60_000),
        ("signal_ms", 200, 10_000),
        ("debounce_ms", 0, 50),
        ("queue_passages", 1, 8),
    ];
    for (key, min, max) in limits {
        for value in [min, max] {
            assert!(read(&format!(r#"{{"{key}": {value}}}"#)).is_ok(), "{key} = {value}");
        }
        check_refused(&format!(r#"{{"{key}": {}}}"#, max + 1), &format!("setting `{key}`"));
        if min > 0 {
            check_refused(&format!(r#"{{"{key}": {}}}"#, min - 1), &format!("setting `{key}`"));
        }
    }
}
