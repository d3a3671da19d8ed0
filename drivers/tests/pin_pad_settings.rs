//! Guards the settings of a pin pad: one table, defaults, both sides of limits, clear texts, no
//! password. Given the tables as JSON (the same serde that reads TOML), then settings or text.
//! Next: `drivers/src/pin_pad/settings.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use usher_drivers::Fault;
use usher_drivers::pin_pad::task::Endpoint;
use usher_drivers::pin_pad::zvt::charset::Charset;
use usher_drivers::pin_pad::zvt::settings::Transport;
use usher_drivers::pin_pad::zvt::{ZvtSettings, ZvtTable};
use usher_drivers::pin_pad::{Currency, PinPadEvent, PinPadSettings, Reach, run};
use usher_drivers::{KNOWN, Kind};

const POUND: Currency = Currency { number: 826, letters: *b"GBP", minor_digits: 2 };

fn pad(text: &str) -> Result<PinPadSettings, String> {
    let settings: PinPadSettings = serde_json::from_str(text).map_err(|error| error.to_string())?;
    settings.check().map_err(|fault| fault.to_string())?;
    Ok(settings)
}

fn read(text: &str) -> Result<ZvtTable, String> {
    match pad(&format!(r#"{{"zvt": {text}}}"#))? {
        PinPadSettings::Zvt(table) => Ok(*table),
        other => panic!("{other:?}"),
    }
}

fn with(more: &str) -> Result<ZvtTable, String> {
    read(&format!(r#"{{"path": "/dev/pad" {more}}}"#))
}

fn told(table: &ZvtTable) -> ZvtSettings {
    table.dialogue(POUND)
}

const ON_NETWORK: &str = r#"{"address": "192.0.2.7:20007", "terminal_id": "52523535"}"#;
const CONCERT: &str = r#"{"concert": {"path": "/dev/pad"}}"#;
const NEXO: &str = r#"{"nexo": {"address": "192.0.2.7", "poi_id": "V400m-1", "sale_id": "till",
    "root": "/r", "passphrase_file": "/p", "key_identifier": "k"}}"#;

#[test]
fn a_pad_has_exactly_one_table_and_says_where_it_is() {
    let zvt = pad(r#"{"zvt": {"path": "/dev/pad"}}"#).unwrap();
    assert_eq!((zvt.protocol(), zvt.reach()), ("zvt", Some(Reach::Path(Path::new("/dev/pad")))));
    let concert = pad(CONCERT).unwrap();
    assert_eq!(concert.reach(), zvt.reach());
    let nexo = pad(NEXO).unwrap();
    assert_eq!(nexo.reach().unwrap().socket().as_deref(), Some("192.0.2.7:8443"));
    let keys: Vec<_> = nexo.files().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["root", "passphrase_file"]);
    let two = r#"{"concert": {"path": "/dev/pad"}, "zvt": {"path": "/dev/pad"}}"#;
    for wrong in ["{}", two, r#"{"opi": {"path": "/dev/pad"}}"#] {
        assert!(pad(wrong).is_err(), "{wrong}");
    }
    let names: Vec<_> = KNOWN.iter().filter(|known| known.kind == Kind::PinPad).collect();
    let names: Vec<_> = names.into_iter().map(|known| known.name).collect();
    assert_eq!(names, [zvt.protocol(), concert.protocol(), nexo.protocol()]);
}

#[test]
fn an_address_keeps_its_port_and_gets_the_usual_one_if_it_has_none() {
    for (address, then) in [
        ("192.0.2.7", "192.0.2.7:8443"),
        ("192.0.2.7:9000", "192.0.2.7:9000"),
        ("[2001:db8::7]", "[2001:db8::7]:8443"),
        ("[2001:db8::7]:9000", "[2001:db8::7]:9000"),
    ] {
        let settings = pad(&NEXO.replace("192.0.2.7", address)).unwrap();
        assert_eq!(settings.reach().unwrap().socket().as_deref(), Some(then));
    }
}

#[tokio::test]
async fn settings_that_cannot_be_followed_never_start_a_pad() {
    for (text, key) in [(NEXO, "passphrase_file"), (r#"{"zvt": {}}"#, "path")] {
        let settings: PinPadSettings = serde_json::from_str(text).unwrap();
        let (_asks, taken) = mpsc::channel(1);
        let (told, mut events) = mpsc::channel::<PinPadEvent>(1);
        let ended = run(settings, POUND, taken, told, CancellationToken::new()).await;
        assert!(matches!(ended, Err(Fault::Setting { key: found, .. }) if found == key), "{text}");
        assert_eq!(events.recv().await, None);
    }
}

#[test]
fn a_path_or_an_address_is_enough_and_both_are_too_much() {
    let serial = with("").unwrap();
    assert_eq!(told(&serial).transport, Transport::Serial);
    assert_eq!((serial.baud, serial.framing.stop_bits), (9_600, 2));
    assert_eq!(told(&serial).timers.word_ms, 180_000);
    let tcp = read(ON_NETWORK).unwrap();
    assert_eq!(tcp.endpoint().unwrap(), Endpoint::Tcp("192.0.2.7:20007".to_owned()));
    assert_eq!(told(&tcp).transport, Transport::Tcp);
    assert_eq!((told(&tcp).currency, told(&tcp).terminal_id.as_str()), (826, "52523535"));
    assert!(read("{}").unwrap_err().contains("path"));
    assert!(with(r#", "address": "192.0.2.7:20007""#).unwrap_err().contains("either"));
    assert!(read(&ON_NETWORK.replace(":20007", "")).is_err());
}

#[test]
fn a_terminal_on_the_network_is_taken_by_its_number_only() {
    let unnamed = read(&ON_NETWORK.replace("52523535", ""));
    assert!(unnamed.unwrap_err().contains("terminal_id"));
}

#[test]
fn limits_hold_on_both_sides() {
    let table = [
        (r#", "password": "123456""#, r#", "password": "12345""#),
        (r#", "terminal_id": "52523535""#, r#", "terminal_id": "5252353""#),
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
    assert_eq!(with(table[8].0).unwrap().charset, Charset::Iso8859To15);
}

#[test]
fn the_password_is_never_shown() {
    let settings = with(r#", "password": "123456""#).unwrap();
    assert!(!format!("{settings:?} {:?}", told(&settings)).contains("123456"));
}
