//! Guards `usher simulate pin-pad`: three terminals as processes, paid over a real line through the
//! product's driver, cut, killed, and judged by what their bank wrote.
//!
//! Next: `pad.rs` for terminal and till.

use crate::pad::{Terminal, Till, Written, lines, script, standing};
use crate::running::{Folder, WAIT_MAX, configure, free_address, program, until};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use usher_drivers::pin_pad::Alarm;
use usher_drivers::sim::pin_pad::truth::Deed;

const POI_ID: &str = "V400m-346403161";

pub fn play(name: &str) -> Value {
    json!({ "play": { "do": name } })
}

fn cut(direction: &str, after: u64, unacknowledged: &str) -> Value {
    let fault = json!({ "line": "cut", "direction": direction, "after": after });
    json!({ "fault": fault, "unacknowledged": unacknowledged })
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A short patience where a test waits for it to end.
fn zvt_at(terminal: &Terminal) -> Value {
    let timers = json!({ "word_ms": 2_000, "busy_ms": 50 });
    match terminal.ready["link"].as_str() {
        Some(link) => json!({ "zvt": { "path": link, "baud": 115_200, "timers": timers } }),
        None => {
            let (address, terminal_id) = (terminal.address(), "52523535");
            json!({ "zvt": { "address": address, "terminal_id": terminal_id, "timers": timers } })
        }
    }
}

fn concert_at(terminal: &Terminal) -> Value {
    json!({ "concert": { "path": terminal.ready["link"] } })
}

/// Certificates and passphrase of a nexo terminal, in this folder.
pub fn nexo_files(folder: &Folder) -> [String; 4] {
    let issuer_key = KeyPair::generate().unwrap();
    let mut issuer = CertificateParams::new(Vec::new()).unwrap();
    issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    issuer.distinguished_name = DistinguishedName::new();
    issuer.distinguished_name.push(DnType::CommonName, "Terminals of Saltmere");
    let root = issuer.self_signed(&issuer_key).unwrap().pem();
    let issuer = Issuer::new(issuer, issuer_key);
    let mut own = CertificateParams::new(Vec::new()).unwrap();
    own.distinguished_name = DistinguishedName::new();
    own.distinguished_name.push(DnType::CommonName, format!("{POI_ID}.test.terminal.adyen.com"));
    let own_key = KeyPair::generate().unwrap();
    let cert = own.signed_by(&own_key, &issuer).unwrap().pem();
    let files = [
        ("cert.pem", cert),
        ("key.pem", own_key.serialize_pem()),
        ("passphrase", "correct horse battery\n".to_owned()),
        ("root.pem", root),
    ];
    files.map(|(name, text)| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name).to_str().unwrap().to_owned()
    })
}

pub fn nexo_at<'a>(tcp: &'a str, [cert, key, passphrase, _]: &'a [String; 4]) -> [&'a str; 9] {
    let keys = ["--cert", cert, "--key", key, "--passphrase-file", passphrase];
    let [a, b, c, d, e, f] = keys;
    ["nexo", "--tcp", tcp, a, b, c, d, e, f]
}

fn nexo_table(terminal: &Terminal, [_, _, passphrase, root]: &[String; 4]) -> Value {
    json!({ "nexo": {
        "address": terminal.address(), "poi_id": POI_ID, "sale_id": "till-1", "root": root,
        "passphrase_file": passphrase, "key_identifier": "saltmere", "environment": "test",
    } })
}

/// Pays once for each of these, 10.00 and a penny more each time, and compares with the bank.
fn check(till: &mut Till, terminal: &Terminal, then: &[Written]) {
    let mut booked = Vec::new();
    for (amount_minor, then) in (1_000..).zip(then) {
        let before = standing(&terminal.truth).len();
        assert_eq!(till.buy(amount_minor), *then, "{amount_minor}: {:#?}", till.log);
        let is_booked = standing(&terminal.truth).len() > before;
        match then {
            Written::Approved => assert!(is_booked, "{amount_minor}"),
            Written::Declined | Written::Cancelled | Written::NotCharged => {
                assert!(!is_booked, "{amount_minor}");
            }
            Written::NeedsOperator => {}
        }
        if *then == Written::Approved {
            booked.push(amount_minor);
        }
    }
    if !then.contains(&Written::NeedsOperator) {
        assert_eq!(standing(&terminal.truth), booked);
    }
    assert_eq!(terminal.violations(), "");
}

#[test]
fn a_zvt_terminal_in_the_network_plays_its_script_and_the_till_says_what_its_bank_says() {
    let folder = Folder::new();
    let scenes = [
        (json!({}), Written::Approved),
        (json!({ "play": { "do": "decline", "code": 51 } }), Written::Declined),
        (play("cancel"), Written::Cancelled),
        (play("timeout"), Written::Cancelled),
        (play("wrong-pin"), Written::Approved),
        (json!({ "play": { "do": "slow", "ms": 300 } }), Written::Approved),
        (play("busy"), Written::NotCharged),
        (play("clear-pan"), Written::Approved),
        (json!({ "fault": { "line": "drip" } }), Written::Approved),
    ];
    let (scenes, then): (Vec<Value>, Vec<Written>) = scenes.into_iter().unzip();
    let script = script(&folder, &scenes);
    let truth = folder.join("truth");
    let terminal = Terminal::start(&["zvt", "--tcp", "127.0.0.1:0"], &truth, Some(&script));
    assert_eq!(terminal.ready["protocol"], "zvt");
    let mut till = Till::open(&zvt_at(&terminal));
    check(&mut till, &terminal, &then);
    assert_eq!(till.alarms(), [&Alarm::TerminalSendsClearPan]);
    assert!(till.receipts().len() >= 2 * 5);
    let first = &terminal.lines()[0];
    assert_eq!((first.currency, first.amount_minor), (826, 1_000));
    till.close();
    assert!(terminal.stop().success());
}

#[test]
fn what_was_cut_rebooted_or_fell_silent_is_asked_about_and_ends_as_the_bank_has_it() {
    // The pauses between attempts grow: a fresh till for every few.
    let groups = [
        vec![
            (cut("to-box", 40, "keep"), Written::Approved),
            (cut("to-box", 40, "reverse"), Written::NotCharged),
            (cut("from-box", 5, "keep"), Written::NotCharged),
        ],
        vec![
            (json!({ "play": { "do": "reboot", "booked": true } }), Written::Approved),
            (json!({ "play": { "do": "reboot", "booked": false } }), Written::NotCharged),
            (play("silent"), Written::NotCharged),
        ],
    ];
    for group in groups {
        let folder = Folder::new();
        let (scenes, then): (Vec<Value>, Vec<Written>) = group.into_iter().unzip();
        let (script, truth) = (script(&folder, &scenes), folder.join("truth"));
        let terminal = Terminal::start(&["zvt", "--tcp", "127.0.0.1:0"], &truth, Some(&script));
        let mut till = Till::open(&zvt_at(&terminal));
        check(&mut till, &terminal, &then);
        till.close();
        assert!(terminal.stop().success());
    }
}

#[test]
fn a_zvt_terminal_on_a_line_survives_its_power_and_its_link_goes_with_it() {
    let folder = Folder::new();
    let (link, truth) = (folder.join("pad"), folder.join("truth"));
    let at = ["zvt", "--link", text(&link)];
    let garbled = json!({ "fault": { "line": "corrupt", "direction": "to-box", "byte": 20 } });
    let script = script(&folder, &[json!({}), garbled, cut("to-box", 60, "keep")]);
    let terminal = Terminal::start(&at, &truth, Some(&script));
    assert_eq!(terminal.ready["link"].as_str(), link.to_str());
    let mut till = Till::open(&zvt_at(&terminal));
    let approved = [Written::Approved, Written::Approved, Written::Approved];
    check(&mut till, &terminal, &approved);
    terminal.kill();

    let terminal = Terminal::start(&at, &truth, None);
    till.back();
    let before: Vec<u32> = lines(&truth).iter().map(|line| line.trace).collect();
    assert_eq!(till.newest.as_ref().and_then(|newest| newest.trace), before.iter().max().copied());
    assert_eq!(till.buy(2_000), Written::Approved);
    assert_eq!(standing(&truth), [1_000, 1_001, 1_002, 2_000]);
    let newest = lines(&truth).iter().map(|line| line.trace).max();
    assert_eq!(newest, before.iter().max().map(|trace| trace + 1));
    assert_eq!(terminal.violations(), "");
    till.close();
    assert!(terminal.stop().success());
    assert!(!link.is_symlink());
}

#[test]
fn a_concert_terminal_on_a_line_is_believed_where_it_speaks_and_left_to_a_person_where_not() {
    let folder = Folder::new();
    let (link, truth) = (folder.join("pad"), folder.join("truth"));
    let scenes = [
        json!({}),
        play("decline"),
        play("cancel"),
        play("wrong-pin"),
        play("busy"),
        play("clear-pan"),
        cut("to-box", 10, "keep"),
        cut("from-box", 20, "keep"),
    ];
    let script = script(&folder, &scenes);
    let at = ["concert", "--link", text(&link)];
    let terminal = Terminal::start(&at, &truth, Some(&script));
    let mut till = Till::open(&concert_at(&terminal));
    // The protocol does not tell a refusal of the bank from one of the cardholder.
    let then = [
        Written::Approved,
        Written::Declined,
        Written::Declined,
        Written::Approved,
        Written::NotCharged,
        Written::Approved,
        Written::Approved,
        Written::NeedsOperator,
    ];
    check(&mut till, &terminal, &then);
    assert_eq!(till.alarms(), [&Alarm::TerminalSendsClearPan]);
    assert_eq!(standing(&truth), [1_000, 1_003, 1_005, 1_006]);
    terminal.kill();

    let terminal = Terminal::start(&at, &truth, None);
    till.back();
    assert_eq!(till.buy(2_000), Written::Approved);
    let traces = lines(&truth).into_iter().filter(|line| line.deed == Deed::Booked);
    let traces: Vec<u32> = traces.map(|line| line.trace).collect();
    assert!(traces.is_sorted_by(|before, after| before < after), "{traces:?}");
    assert_eq!(terminal.violations(), "");
    till.close();
    assert!(terminal.stop().success());
}

#[test]
fn a_nexo_terminal_is_called_as_its_certificate_says_and_answers_afterwards_what_was_cut() {
    let folder = Folder::new();
    let files = nexo_files(&folder);
    let truth = folder.join("truth");
    let scenes = [
        json!({}),
        json!({ "play": { "do": "decline", "code": 2 } }),
        play("cancel"),
        play("wrong-pin"),
        play("busy"),
        json!({ "play": { "do": "slow", "ms": 300 } }),
        play("clear-pan"),
        cut("to-box", 900, "keep"),
        play("approve-after-abort"),
        play("silent"),
    ];
    let script = script(&folder, &scenes);
    let terminal = Terminal::start(&nexo_at("127.0.0.1:0", &files), &truth, Some(&script));
    let mut till = Till::open(&nexo_table(&terminal, &files));
    let then = [
        Written::Approved,
        Written::Declined,
        Written::Cancelled,
        Written::Declined,
        Written::NotCharged,
        Written::Approved,
        Written::Approved,
        Written::Approved,
    ];
    check(&mut till, &terminal, &then);
    till.stops = true;
    assert_eq!(till.buy(3_000), Written::Approved, "the approval wins");
    assert_eq!(till.buy(4_000), Written::Cancelled);
    till.stops = false;
    assert!(till.alarms().contains(&&Alarm::TerminalSendsClearPan));
    let booked = standing(&truth);
    let address = terminal.address();
    terminal.kill();

    let terminal = Terminal::start(&nexo_at(&address, &files), &truth, None);
    assert_eq!(terminal.address(), address);
    assert_eq!(till.buy(2_000), Written::Approved);
    assert_eq!(standing(&truth), [booked.as_slice(), &[2_000]].concat());
    assert_eq!(terminal.violations(), "");
    till.close();
    assert!(terminal.stop().success());
}

#[test]
fn what_the_box_does_wrong_is_noted_beside_the_truth_and_stays_there() {
    let folder = Folder::new();
    let truth = folder.join("truth");
    let at = ["zvt", "--tcp", "127.0.0.1:0"];
    let terminal = Terminal::start(&at, &truth, None);
    let mut line = TcpStream::connect(terminal.address()).unwrap();
    line.set_read_timeout(Some(WAIT_MAX)).unwrap();
    // A payment of 12.50 by a till that never registered.
    line.write_all(b"\x06\x01\x07\x04\x00\x00\x00\x00\x12\x50").unwrap();
    let mut answer = [0; 3];
    line.read_exact(&mut answer).unwrap();
    assert_eq!(answer, [0x84, 0x6B, 0x00]);
    until("it is noted", WAIT_MAX, || (!terminal.violations().is_empty()).then_some(()));
    assert_eq!(terminal.violations(), "a payment without registration or password\n");
    assert_eq!(terminal.lines(), []);
    terminal.kill();
    let terminal = Terminal::start(&at, &truth, None);
    assert!(terminal.violations().contains("without registration"));
}

/// What `usher doctor` says of its device of this name: green or not, and the words.
fn doctor(config: &Path, name: &str) -> (bool, String) {
    let mut command = Command::new(program());
    let output = command.args(["doctor", "--json", "--config"]).arg(config).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|one| one["what"].as_str().unwrap().starts_with(name));
    let found = found.unwrap_or_else(|| panic!("{report:#}"));
    (found["green"].as_bool().unwrap(), found["words"].as_str().unwrap().to_owned())
}

#[test]
fn the_doctor_knows_whether_a_pad_can_be_reached_and_when_it_was_looked_at() {
    let folder = Folder::new();
    let (link, truth) = (folder.join("pad"), folder.join("truth"));
    let files = nexo_files(&folder);
    let zvt = Terminal::start(&["zvt", "--link", text(&link)], &truth, None);
    let nexo_truth = folder.join("nexo-truth");
    let nexo = Terminal::start(&nexo_at("127.0.0.1:0", &files), &nexo_truth, None);
    let [_, _, passphrase, root] = &files;
    let pads = format!(
        "[[pin_pad]]\nnumber = 1\nname = \"Window\"\nplace = \"Box office\"\n\
         serial_number = \"80101207\"\ninspected = \"2026-11-02\"\n\
         [pin_pad.zvt]\npath = \"{}\"\n\
         [[pin_pad]]\nnumber = 2\nname = \"Bar\"\nplace = \"Foyer\"\n\
         [pin_pad.nexo]\naddress = \"{}\"\npoi_id = \"{POI_ID}\"\nsale_id = \"till\"\n\
         root = \"{root}\"\npassphrase_file = \"{passphrase}\"\nkey_identifier = \"k\"\n",
        link.display(),
        nexo.address(),
    );
    let config = configure(&folder, &folder.join("state"), free_address(), &pads);
    let (is_green, words) = doctor(&config, "Window (Box office)");
    assert!(is_green && words.ends_with("serial number 80101207, inspected 2026-11-02"), "{words}");
    let (is_green, words) = doctor(&config, "Bar (Foyer)");
    assert!(is_green && words.contains("takes connections"), "{words}");
    assert!(words.ends_with("serial number not noted, not inspected yet"), "{words}");

    assert!(zvt.stop().success());
    nexo.kill();
    for (name, says) in [("Window", "is not there: check cable"), ("Bar", "then `address`")] {
        let (is_green, words) = doctor(&config, name);
        assert!(!is_green && words.contains(says), "{words}");
    }
    fs::remove_file(root).unwrap();
    assert!(doctor(&config, "Bar").1.contains("`root`"));
}
