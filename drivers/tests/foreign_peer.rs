//! Guards the drivers against scanners of other make: a socat line held by pyserial.
//! Where socat or pyserial is not installed the test says so and checks nothing; the whole-box
//! run installs both. Next: `tests/devices/foreign_scanner.py` and `foreign_ssi_scanner.py`, the
//! peers themselves.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod lane;

use std::io::Write;
use std::process::{Child, Command, Stdio};

use lane::{Driver, Folder};
use tokio::sync::mpsc;
use tokio::time::timeout;
use usher_drivers::Fault;
use usher_drivers::scanner::{Feedback, Protocol, ScannerEvent, ScannerSettings, Vendor};

const TEXT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/devices/foreign_scanner.py");
const SSI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/devices/foreign_ssi_scanner.py");

fn quiet(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The Python that knows pyserial, if there is one and socat too.
fn python() -> Option<&'static str> {
    let knows_serial = |python: &&str| quiet(python, &["-c", "import serial"]);
    let python = ["/usr/bin/python3", "python3"].into_iter().find(knows_serial)?;
    quiet("socat", &["-V"]).then_some(python)
}

struct Peer {
    child: Child,
    said: mpsc::Receiver<serde_json::Value>,
}

impl Peer {
    fn start(python: &str, script: &str, arguments: &[&str]) -> Peer {
        let mut command = Command::new(python);
        command.arg(script).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = child.stdout.take().unwrap();
        let (say, said) = mpsc::channel(64);
        std::thread::spawn(move || {
            use std::io::BufRead;
            for line in std::io::BufReader::new(output).lines() {
                let value = serde_json::from_str(&line.unwrap()).unwrap();
                if say.blocking_send(value).is_err() {
                    return;
                }
            }
        });
        Peer { child, said }
    }

    fn order(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    async fn heard(&mut self) -> String {
        loop {
            let said = timeout(lane::DEADLINE, self.said.recv()).await.unwrap().unwrap();
            if let Some(bytes) = said["bytes"].as_str() {
                return bytes.to_owned();
            }
        }
    }

    /// The next command with this opcode.
    async fn command(&mut self, opcode: &str) -> String {
        loop {
            let said = timeout(lane::DEADLINE, self.said.recv()).await.unwrap().unwrap();
            assert_eq!(said.get("damage"), None, "{said}");
            assert_eq!(said.get("lost"), None, "{said}");
            if said["op"] == opcode {
                return said["data"].as_str().unwrap().to_owned();
            }
        }
    }

    async fn end(mut self) {
        self.order("!end");
        let status = tokio::task::spawn_blocking(move || self.child.wait().unwrap()).await;
        assert!(status.unwrap().success());
    }
}

#[tokio::test]
async fn a_foreign_scanner_reads_hears_unplugs_and_comes_back() {
    let Some(python) = python() else {
        eprintln!("skipped: socat or pyserial is not installed");
        return;
    };
    let folder = Folder::new("foreign");
    let link = folder.join("scanner1");
    let path = link.to_str().unwrap();
    let mut peer =
        Peer::start(python, TEXT, &["--link", path, "--suffix", "crlf", "--prefix", "\u{2}"]);
    let settings = ScannerSettings { feedback: Vendor::Honeywell, ..ScannerSettings::at(&link) };
    let mut driver = Driver::start(settings);
    loop {
        if let ScannerEvent::Connected { .. } = driver.event().await {
            break;
        }
    }
    peer.order("FIRST");
    let first = driver.code().await;
    assert_eq!(first.payload, "FIRST");
    driver.answer(&first, Feedback::Accept).await;
    assert_eq!(peer.heard().await, "1b372c");

    peer.order("!raw 48414c46");
    peer.order("!wait 50");
    peer.order("!unplug");
    assert!(matches!(driver.disconnected().await, Fault::Unplugged { .. }));
    peer.order("!replug");
    assert!(driver.connected().await.is_some());
    peer.order("SECOND");
    let second = driver.code().await;
    assert_eq!(second.payload, "SECOND");
    driver.answer(&second, Feedback::Refuse).await;
    assert_eq!(peer.heard().await, "1b382c1b382c");
    peer.end().await;
    driver.end().await;
}

#[tokio::test]
async fn a_foreign_ssi_scanner_is_greeted_and_hears_its_verdicts() {
    let Some(python) = python() else {
        eprintln!("skipped: socat or pyserial is not installed");
        return;
    };
    let folder = Folder::new("foreign-ssi");
    let link = folder.join("scanner1");
    let mut peer = Peer::start(python, SSI, &["--link", link.to_str().unwrap()]);
    let settings = ScannerSettings { protocol: Protocol::Ssi, ..ScannerSettings::at(&link) };
    let mut driver = Driver::start(settings);
    // The last command of the greeting, so packets are agreed.
    assert_eq!(peer.command("e9").await, "");
    while !matches!(driver.event().await, ScannerEvent::Connected { .. }) {}

    // What is read just after the connect counts as a left-over.
    peer.order("!wait 300");
    // The first lamp is tried and denied; none is asked for afterwards.
    peer.order("FIRST");
    let first = driver.code().await;
    assert_eq!((first.payload.as_str(), first.symbology.as_deref()), ("FIRST", Some("Q1")));
    driver.answer(&first, Feedback::Accept).await;
    assert_eq!(peer.command("e6").await, "00");
    assert_eq!(peer.command("e7").await, "01");

    for (order, feedback, beep) in [
        ("!twice SECOND", Feedback::RefuseUsed, "10"),
        ("!bad THIRD", Feedback::AcceptNotice, "17"),
        ("FOURTH", Feedback::Refuse, "13"),
    ] {
        peer.order(order);
        let code = driver.code().await;
        assert!(order.ends_with(&code.payload), "{order}: {}", code.payload);
        driver.answer(&code, feedback).await;
        assert_eq!(peer.command("e6").await, beep, "{order}");
    }
    peer.end().await;
    driver.end().await;
}
