//! Guards the daemon's manners towards the service manager: the passed socket, and what it says.
//!
//! The manager is played by Debian's systemd-socket-activate and a datagram socket; the writer is
//! held still by a debugger's means. Next: `systemd/usher.service`.

use crate::ask::Caller;
use crate::running::{Folder, Running, WAIT_MAX, configure, free_address, program, until};
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};

/// Pings are due at half of this.
const WATCHDOG_US: u32 = 1_000_000;
const PINGS: usize = 3;

/// A daemon under a manager that passes the socket and listens.
struct Managed {
    daemon: Running,
    ears: UnixDatagram,
    _folder: Folder,
}

impl Managed {
    fn start() -> Managed {
        let folder = Folder::new();
        let address = free_address();
        // The configuration names another address: the passed socket takes its place.
        let config = configure(&folder, &folder.join("state"), free_address(), "");
        let path = folder.join("notify");
        let ears = UnixDatagram::bind(&path).unwrap();
        ears.set_read_timeout(Some(WAIT_MAX)).unwrap();
        let mut command = Command::new("systemd-socket-activate");
        command.args(["--listen", &address.to_string()]);
        command.arg(format!("--setenv=NOTIFY_SOCKET={}", path.display()));
        command.arg(format!("--setenv=WATCHDOG_USEC={WATCHDOG_US}"));
        command.arg(program()).args(["serve", "--config"]).arg(&config);
        let daemon = Running::spawn(&mut command, address);
        Managed { daemon, ears, _folder: folder }
    }

    /// The first request starts the program: the socket takes it before there is one.
    fn answers(&mut self) {
        let address = self.daemon.address;
        let ready = until("the passed socket answers", WAIT_MAX, || {
            assert!(self.daemon.ended().is_none(), "it ended: {}", self.daemon.words());
            Caller::to(address).ask("GET", "/readyz", None, None).ok()
        });
        assert_eq!(ready.status, 200);
    }

    fn hear(&self) -> String {
        let mut bytes = [0; 4096];
        let length = self.ears.recv(&mut bytes).expect("the daemon says something in time");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    /// Listens until something begins so; answers what was said before.
    fn heard(&self, wanted: &str) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            for line in self.hear().lines() {
                if line.starts_with(wanted) {
                    return before;
                }
                before.push(line.to_owned());
            }
        }
    }
}

#[test]
fn the_manager_passes_a_socket_and_hears_ready_pings_and_stopping() {
    let mut managed = Managed::start();
    managed.answers();
    assert_eq!(managed.heard("READY=1"), Vec::<String>::new(), "ready comes first");
    for _ in 0..PINGS {
        managed.heard("WATCHDOG=1");
    }
    managed.daemon.terminate();
    managed.heard("STOPPING=1");
    assert!(managed.daemon.wait().success());
}

/// The writer thread, held still until this is dropped.
struct Stalled(Child);

impl Stalled {
    fn writer_of(daemon: &Running) -> Stalled {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/box/stall.py");
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).args([&daemon.child.id().to_string(), "writer"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "stalled");
        Stalled(child)
    }
}

impl Drop for Stalled {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn with_the_writer_stalled_the_pings_stop_though_pages_are_still_answered() {
    let mut managed = Managed::start();
    managed.answers();
    managed.heard("WATCHDOG=1");
    let stalled = Stalled::writer_of(&managed.daemon);
    managed.heard("STATUS=self-check failed");
    assert_eq!(managed.daemon.caller().get("/healthz").status, 200);
    drop(stalled);
    let meanwhile = managed.heard("STATUS=self-check passed");
    let pings = meanwhile.iter().filter(|line| *line == "WATCHDOG=1").count();
    assert!(pings <= 1, "only the ping that comes with the good news: {meanwhile:?}");
    managed.heard("WATCHDOG=1");
    managed.daemon.terminate();
    managed.heard("STOPPING=1");
    assert!(managed.daemon.wait().success());
}
