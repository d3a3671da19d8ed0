//! Guards the settings of a pin pad: defaults, both sides of limits, clear texts, no password.
//! Given the table's content as JSON (the same serde that reads TOML), then settings or text.
//! Next: `drivers/src/pin_pad/settings.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_drivers::pin_pad::settings::PinPadSettings;
use usher_drivers::pin_pad::task::Endpoint;
use usher_drivers::pin_pad::zvt::charset::Charset;
use usher_drivers::pin_pad::zvt::settings::Transport;

fn read(text: &str) -> Result<PinPadSettings, String> {
    let settings: PinPadSettings = serde_json::from_str(text).map_err(|error| error.to_string())?;
    settings.check().map_err(|fault| fault.to_string())?;
    Ok(settings)
}

fn with(more: &str) -> Result<PinPadSettings, String> {
    read(&format!(r#"{{"protocol": "zvt", "path": "/dev/pad" {more}}}"#))
}

#[test]
fn a_path_or_an_address_is_enough_and_both_are_too_much() {
    let serial = with("").unwrap();
    assert_eq!(serial.zvt().transport, Transport::Serial);
    assert_eq!((serial.baud, serial.framing.stop_bits), (9_600, 2));
    assert_eq!(serial.zvt().timers.word_ms, 180_000);
    let tcp = read(r#"{"protocol": "zvt", "address": "192.0.2.7:20007"}"#).unwrap();
    assert_eq!(tcp.endpoint().unwrap(), Endpoint::Tcp("192.0.2.7:20007".to_owned()));
    assert_eq!(tcp.zvt().transport, Transport::Tcp);
    assert!(read(r#"{"protocol": "zvt"}"#).unwrap_err().contains("path"));
    assert!(with(r#", "address": "192.0.2.7:20007""#).unwrap_err().contains("either"));
    assert!(read(r#"{"protocol": "zvt", "address": "192.0.2.7"}"#).is_err());
}

#[test]
fn limits_hold_on_both_sides() {
    let table = [
        (r#", "password": "123456""#, r#", "password": "12345""#),
        (r#", "terminal_id": "52523535""#, r#", "terminal_id": "5252353""#),
        (r#", "currency": 999"#, r#", "currency": 1000"#),
        (r#", "currency": 1"#, r#", "currency": 0"#),
        (r#", "receipt_width": 16"#, r#", "receipt_width": 15"#),
        (r#", "receipt_width": 80"#, r#", "receipt_width": 81"#),
        (r#", "repeats": 99"#, r#", "repeats": 100"#),
        (r#", "baud": 4000000"#, r#", "baud": 4000001"#),
        (r#", "timers": {"byte_ms": 1}"#, r#", "timers": {"byte_ms": 0}"#),
        (r#", "timers": {"commit_ms": 4999}"#, r#", "timers": {"commit_ms": 5000}"#),
        (r#", "charset": "iso-8859-15""#, r#", "charset": "latin""#),
    ];
    for (good, bad) in table {
        assert!(with(good).is_ok(), "{good}: {:?}", with(good));
        assert!(with(bad).is_err(), "{bad}");
    }
    assert_eq!(with(table[10].0).unwrap().charset, Charset::Iso8859To15);
}

#[test]
fn the_password_is_never_shown() {
    let settings = with(r#", "password": "123456""#).unwrap();
    assert!(!format!("{settings:?} {:?}", settings.zvt()).contains("123456"));
}
