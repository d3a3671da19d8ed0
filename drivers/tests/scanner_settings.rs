//! Guards the scanner's settings: defaults, unknown keys, limits on both sides, clear texts.
//! Given the table's content as JSON (the same serde that reads TOML), then settings or text.
//! Next: `drivers/src/scanner/settings.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_drivers::scanner::{Framing, Parity, Protocol, ScannerSettings, Suffix, Vendor};
use usher_drivers::{KNOWN, Kind};

fn read(text: &str) -> Result<ScannerSettings, String> {
    let settings: ScannerSettings =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    settings.check().map_err(|fault| fault.to_string())?;
    Ok(settings)
}

fn check_refused(text: &str, says: &str) {
    let refused = read(text).expect_err(text);
    assert!(refused.contains(says), "{refused:?} does not say {says:?}");
}

#[test]
fn a_path_alone_gives_the_documented_defaults() {
    let settings = read(r#"{"path": "/dev/ttyACM0"}"#).unwrap();
    assert_eq!(settings, ScannerSettings::at("/dev/ttyACM0"));
    assert_eq!(settings.protocol, Protocol::Ascii);
    assert_eq!(settings.baud, 9_600);
    assert_eq!(settings.framing, Framing { data_bits: 8, parity: Parity::None, stop_bits: 1 });
    assert_eq!(settings.suffix, Suffix::Cr);
    assert_eq!(settings.feedback, Vendor::None);
    assert_eq!(settings.double_read_ms, 1_500);
    assert_eq!(settings.ignore, ["NR"]);
}

#[test]
fn every_key_is_read() {
    let settings = read(
        r#"{"path": "p", "protocol": "ascii", "baud": 115200, "framing": "7E1",
            "suffix": "none", "idle_ms": 40, "prefix": "X", "feedback": "datalogic",
            "double_read_ms": 0, "ignore": []}"#,
    );
    let expected = ScannerSettings {
        baud: 115_200,
        framing: Framing { data_bits: 7, parity: Parity::Even, stop_bits: 1 },
        suffix: Suffix::None,
        idle_ms: Some(40),
        prefix: "X".to_owned(),
        feedback: Vendor::Datalogic,
        double_read_ms: 0,
        ignore: Vec::new(),
        ..ScannerSettings::at("p")
    };
    assert_eq!(read_ok(settings), expected);
}

fn read_ok(settings: Result<ScannerSettings, String>) -> ScannerSettings {
    settings.expect("accepted")
}

#[test]
fn unknown_keys_and_words_are_refused_by_name() {
    check_refused(r#"{"path": "p", "bauds": 9600}"#, "unknown field `bauds`");
    check_refused(r#"{"path": "p", "suffix": "tab"}"#, "unknown variant `tab`");
    check_refused(r#"{"path": "p", "feedback": "zebra"}"#, "unknown variant `zebra`");
    check_refused(r#"{"path": "p", "framing": "9N1"}"#, "not like 8N1");
    check_refused(r#"{"baud": 9600}"#, "missing field `path`");
}

#[test]
fn a_protocol_is_ascii_or_ssi_and_nothing_else() {
    assert_eq!(read(r#"{"path": "p", "protocol": "ssi"}"#).unwrap().protocol, Protocol::Ssi);
    assert!("ascii".parse::<Protocol>().is_ok());
    check_refused(r#"{"path": "p", "protocol": "SSI"}"#, "neither \"ascii\" nor \"ssi\"");
    check_refused(r#"{"path": "p", "protocol": "hid"}"#, "neither \"ascii\" nor \"ssi\"");
}

#[test]
fn ssi_takes_eight_data_bits_and_no_other_makers_feedback() {
    let ssi = |more: &str| format!(r#"{{"path": "p", "protocol": "ssi", {more}}}"#);
    assert!(read(&ssi(r#""framing": "8E1", "feedback": "none""#)).is_ok());
    check_refused(&ssi(r#""framing": "7E1""#), "setting `framing`");
    check_refused(&ssi(r#""feedback": "honeywell""#), "setting `feedback`");
    check_refused(&ssi(r#""feedback": "datalogic""#), "setting `feedback`");
}

#[test]
fn limits_hold_on_both_sides() {
    let sides = [
        (r#"{"path": "p", "baud": 4000000}"#, r#"{"path": "p", "baud": 4000001}"#, "baud"),
        (r#"{"path": "p", "baud": 1}"#, r#"{"path": "p", "baud": 0}"#, "baud"),
        (r#"{"path": "p", "idle_ms": 1000}"#, r#"{"path": "p", "idle_ms": 1001}"#, "idle_ms"),
        (r#"{"path": "p", "idle_ms": 1}"#, r#"{"path": "p", "idle_ms": 0}"#, "idle_ms"),
        (
            r#"{"path": "p", "double_read_ms": 10000}"#,
            r#"{"path": "p", "double_read_ms": 10001}"#,
            "double_read_ms",
        ),
        (r#"{"path": "p"}"#, r#"{"path": ""}"#, "path"),
    ];
    for (within, beyond, key) in sides {
        assert!(read(within).is_ok(), "{within}");
        check_refused(beyond, &format!("setting `{key}`"));
    }
    let prefix = |count| format!(r#"{{"path": "p", "prefix": "{}"}}"#, "x".repeat(count));
    assert!(read(&prefix(32)).is_ok());
    check_refused(&prefix(33), "setting `prefix`");
    let ignore = |count| format!(r#"{{"path": "p", "ignore": {:?}}}"#, vec!["x"; count]);
    assert!(read(&ignore(16)).is_ok());
    check_refused(&ignore(17), "setting `ignore`");
}

#[test]
fn the_table_of_drivers_names_each_once() {
    let names: std::collections::BTreeSet<&str> = KNOWN.iter().map(|known| known.name).collect();
    assert_eq!(names.len(), KNOWN.len());
    for known in KNOWN.iter().filter(|known| known.kind == Kind::Scanner) {
        assert!(known.name.parse::<Protocol>().is_ok());
    }
}
