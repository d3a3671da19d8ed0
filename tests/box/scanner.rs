//! Guards the whole way from a scanner of other make to its own beep and back.
//!
//! The peer is a socat line held by pyserial: the box reads codes off it and answers with the
//! scanner's own feedback bytes. Next: `devices/foreign_scanner.py`.

use crate::running::{Folder, Running, configure, free_address};
use crate::sale::sold;
use crate::scanner_peer::ScannerPeer;
use std::path::Path;
use std::process::Command;

/// What the host sends a Honeywell scanner: accepted, and refused twice over.
const ACCEPT: &str = "1b372c";
const REFUSE: &str = "1b382c1b382c";

fn foreign(link: &Path) -> ScannerPeer {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/devices/foreign_scanner.py");
    let mut command = Command::new("/usr/bin/python3");
    command.arg(script).arg("--link").arg(link).args(["--suffix", "cr"]);
    let mut peer = ScannerPeer::start(command);
    assert!(hears(&mut peer, "ready").ends_with("scanner"));
    peer
}

/// The next thing of this kind that the scanner tells.
fn hears(peer: &mut ScannerPeer, kind: &str) -> String {
    loop {
        if let Some(text) = peer.tells()[kind].as_str() {
            return text.to_owned();
        }
    }
}

#[test]
fn a_foreign_scanner_hears_accepted_once_and_refused_the_second_time() {
    let folder = Folder::new();
    let state = folder.join("state");
    let demo = Running::demo(&state);
    let bought = sold(&demo.caller(), "ada", demo.tonight(), 1);
    assert!(demo.stop().success());

    let link = folder.join("scanner");
    let mut peer = foreign(&link);
    let more = format!(
        "[[device]]\nnumber = 9\nname = \"Foreign\"\nkind = \"scanner\"\ndoor = \"A\"\n\
         [device.scanner]\npath = \"{}\"\nsuffix = \"cr\"\nfeedback = \"honeywell\"\n\
         double_read_ms = 0\n",
        link.display(),
    );
    let address = free_address();
    let config = configure(&folder, &state, address, &more);
    let daemon = Running::serve(&config, address);
    let code = &bought.tickets[0].code;
    peer.beam(code);
    assert_eq!(hears(&mut peer, "bytes"), ACCEPT);
    peer.beam(code);
    assert_eq!(hears(&mut peer, "bytes"), REFUSE);
    peer.beam("what is this");
    assert_eq!(hears(&mut peer, "bytes"), REFUSE);
    let scans = daemon.caller().with(crate::running::MANAGER).get("/api/v1/scans?limit=10");
    let scans = scans.body["scans"].as_array().unwrap().iter();
    let reasons: Vec<_> = scans.map(|scan| scan["reason"].as_str().unwrap().to_owned()).collect();
    assert_eq!(reasons, ["ADMITTED", "ALREADY_USED", "UNKNOWN"]);
    assert!(daemon.stop().success());
}
