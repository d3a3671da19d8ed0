//! Guards the whole way from a simulated SSI scanner, a process of its own, to its beep and back.
//!
//! The scanner is `usher simulate scanner`: to the box it is a serial line and nothing else.
//! Next: `scanner.rs` for a scanner of other make.

use crate::running::{Folder, MANAGER, Running, configure, free_address, program};
use crate::sale::sold;
use crate::scanner_peer::ScannerPeer;
use std::path::Path;
use std::process::Command;

fn simulated(link: &Path) -> ScannerPeer {
    let mut command = Command::new(program());
    command.args(["simulate", "scanner", "--protocol", "ssi", "--link"]).arg(link);
    ScannerPeer::start(command)
}

/// The next thing it heard, as feedback and bytes.
fn hears(peer: &mut ScannerPeer) -> (String, String) {
    let told = peer.tells();
    let text = |key: &str| told[key].as_str().unwrap().to_owned();
    (text("feedback"), text("bytes"))
}

/// The next beep, lamps aside.
fn beeps(peer: &mut ScannerPeer) -> (String, String) {
    loop {
        let heard = hears(peer);
        if !heard.0.starts_with("led") && heard.0 != "enable" {
            return heard;
        }
    }
}

fn told(feedback: &str, bytes: &str) -> (String, String) {
    (feedback.to_owned(), bytes.to_owned())
}

fn scanner(link: &Path, protocol: &str) -> String {
    format!(
        "[[device]]\nnumber = 9\nname = \"Packets\"\nkind = \"scanner\"\ndoor = \"A\"\n\
         [device.scanner]\npath = \"{}\"\nprotocol = \"{protocol}\"\ndouble_read_ms = 0\n",
        link.display(),
    )
}

#[test]
fn a_ticket_beamed_as_ssi_packets_gets_go_once_and_used_the_second_time() {
    let folder = Folder::new();
    let state = folder.join("state");
    let demo = Running::demo(&state);
    let bought = sold(&demo.caller(), "ada", demo.tonight(), 1);
    assert!(demo.stop().success());

    let link = folder.join("scanner");
    let mut peer = simulated(&link);
    let address = free_address();
    let config = configure(&folder, &state, address, &scanner(&link, "ssi"));
    let daemon = Running::serve(&config, address);
    assert_eq!(hears(&mut peer), told("enable", "04e90400ff0f"));
    let code = &bought.tickets[0].code;
    peer.beam(code);
    assert_eq!(hears(&mut peer), told("accept", "05e6040000ff11"));
    assert_eq!(hears(&mut peer), told("led_on", "05e7040001ff0f"));
    assert_eq!(hears(&mut peer), told("led_off", "05e8040001ff0e"));
    peer.beam(code);
    assert_eq!(beeps(&mut peer), told("refuse", "05e6040010ff01"));
    peer.beam("what is this");
    assert_eq!(beeps(&mut peer), told("refuse", "05e6040013fefe"));
    let scans = daemon.caller().with(MANAGER).get("/api/v1/scans?limit=10");
    let scans = scans.body["scans"].as_array().unwrap().iter();
    let reasons: Vec<_> = scans.map(|scan| scan["reason"].as_str().unwrap().to_owned()).collect();
    assert_eq!(reasons, ["ADMITTED", "ALREADY_USED", "UNKNOWN"]);
    assert!(daemon.stop().success());
}

#[test]
fn a_protocol_that_is_not_there_is_refused_with_its_line_and_a_mark_under_it() {
    let folder = Folder::new();
    let device = scanner(&folder.join("scanner"), "hid");
    let config = configure(&folder, &folder.join("state"), free_address(), &device);
    let output = Command::new(program()).args(["check", "--config"]).arg(&config).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("neither \"ascii\" nor \"ssi\""), "{words}");
    let lines: Vec<&str> = words.lines().collect();
    let at = lines.iter().position(|line| line.contains("protocol = \"hid\""));
    let at = at.unwrap_or_else(|| panic!("the line is not shown: {words}"));
    assert!(lines[at + 1].contains('^'), "{words}");
}
