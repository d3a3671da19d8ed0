//! Guards the daemon's manners: its configuration, the passed socket, and what the service manager
//! hears.
//!
//! The manager is played by Debian's systemd-socket-activate and a datagram socket. Next:
//! `systemd/usher.service`.

use crate::ask::Caller;
use crate::running::{Folder, Running, WAIT_MAX, configure, free_address, program, until};
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::process::Command;

/// Pings are due at half of this.
const WATCHDOG_US: &str = "400000";
const PINGS: usize = 3;

#[test]
fn an_unknown_key_is_refused_with_its_line_and_a_mark_under_it() {
    let folder = Folder::new();
    let config = configure(&folder, &folder.join("state"), free_address(), "");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("currency", "curency")).unwrap();
    for command in ["serve", "check"] {
        let mut usher = Command::new(program());
        let output = usher.args([command, "--config"]).arg(&config).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{command}: {words}");
        let lines: Vec<&str> = words.lines().collect();
        let at = lines.iter().position(|line| line.contains("curency = \"GBP\""));
        let at = at.unwrap_or_else(|| panic!("{command} does not show the line: {words}"));
        let column = lines[at].find("curency").unwrap();
        assert_eq!(lines[at + 1].find('^'), Some(column), "{command}: {words}");
        assert!(words.contains("4"), "{command} names the line: {words}");
    }
}

#[test]
fn the_manager_passes_a_socket_and_hears_ready_pings_and_stopping() {
    let folder = Folder::new();
    let address = free_address();
    // The configuration names another address: the passed socket takes its place.
    let config = configure(&folder, &folder.join("state"), free_address(), "");
    let ears = folder.join("notify");
    let manager = UnixDatagram::bind(&ears).unwrap();
    manager.set_read_timeout(Some(WAIT_MAX)).unwrap();
    let mut command = Command::new("systemd-socket-activate");
    command.args(["--listen", &address.to_string()]);
    command.arg(format!("--setenv=NOTIFY_SOCKET={}", ears.display()));
    command.arg(format!("--setenv=WATCHDOG_USEC={WATCHDOG_US}"));
    command.arg(program()).args(["serve", "--config"]).arg(&config);
    let mut daemon = Running::spawn(&mut command, address);

    // The socket takes connections before there is a program behind it.
    let ready = until("the passed socket answers", WAIT_MAX, || {
        assert!(daemon.ended().is_none(), "it ended: {}", daemon.words());
        Caller::to(address).ask("GET", "/readyz", None, None).ok()
    });
    assert_eq!(ready.status, 200);
    assert!(hear(&manager).lines().any(|line| line == "READY=1"), "ready comes first");
    let pings = (0..PINGS).map(|_| heard(&manager, "WATCHDOG=1")).count();
    assert_eq!(pings, PINGS);
    daemon.terminate();
    heard(&manager, "STOPPING=1");
    assert!(daemon.wait().success());
}

fn hear(manager: &UnixDatagram) -> String {
    let mut bytes = [0; 4096];
    let length = manager.recv(&mut bytes).expect("the daemon says something in time");
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

/// Listens until this is said.
fn heard(manager: &UnixDatagram, wanted: &str) {
    while !hear(manager).lines().any(|line| line == wanted) {}
}
