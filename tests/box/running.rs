//! A running program with its folder: started, asked, stopped or killed.
//!
//! Builds the binary when nobody has said where it is (`USHER_BIN`). Kills what it started when a
//! test ends early. Next: `ask.rs`.

use crate::ask::Caller;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

pub use usher_tests::folder::Folder;

/// A debug build on a busy machine seeds its demo in this at the latest.
const READY_MAX: Duration = Duration::from_secs(180);
/// Anything else that is waited for.
pub const WAIT_MAX: Duration = Duration::from_secs(60);
pub const LOOK: Duration = Duration::from_millis(20);

/// Tries again and again until there is something.
pub fn until<T>(what: &str, max: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + max;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {max:?} in vain: {what}");
        thread::sleep(LOOK);
    }
}

/// The program, built if need be.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(named) = std::env::var_os("USHER_BIN") {
            return PathBuf::from(named);
        }
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--locked", "--package", "usher"]);
        let built = cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).status();
        assert!(built.unwrap().success(), "the program does not build");
        // This test stands in `deps` below the folder of the build.
        let own = std::env::current_exe().unwrap();
        own.parent().and_then(Path::parent).unwrap().join("usher")
    })
}

/// A port that was free a moment ago.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A program that was started.
pub struct Running {
    pub child: Child,
    pub address: SocketAddr,
    /// What it says on standard error.
    pub said: Arc<Mutex<String>>,
    /// What `demo.json` tells; null for a daemon.
    pub told: Value,
}

impl Running {
    /// A demo that is ready.
    pub fn demo(state: &Path) -> Running {
        Running::demo_among(state, &[])
    }

    /// The same with these variables in its environment.
    pub fn demo_among(state: &Path, variables: &[(&str, &str)]) -> Running {
        let mut command = Command::new(program());
        command.args(["demo", "--listen", "127.0.0.1:0", "--state"]).arg(state);
        command.envs(variables.iter().copied()).stdout(Stdio::piped());
        let mut running = Running::spawn(&mut command, "127.0.0.1:0".parse().unwrap());
        let lines = BufReader::new(running.child.stdout.take().unwrap()).lines();
        let (say, heard) = std::sync::mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(url) = line.strip_prefix("ready http://") {
                    let _ = say.send(url.parse().unwrap());
                }
            }
        });
        running.address = heard.recv_timeout(READY_MAX).unwrap_or_else(|_| {
            panic!("the demo does not become ready: {}", running.words());
        });
        let told = fs::read_to_string(state.join("demo.json")).unwrap();
        running.told = serde_json::from_str(&told).unwrap();
        running
    }

    /// A daemon by its configuration, once it answers.
    pub fn serve(config: &Path, address: SocketAddr) -> Running {
        let mut command = Command::new(program());
        let mut running = Running::spawn(command.args(["serve", "--config"]).arg(config), address);
        until("the daemon answers", READY_MAX, || {
            assert!(running.ended().is_none(), "the daemon ended: {}", running.words());
            Caller::to(address).ask("GET", "/healthz", None, None).ok()
        });
        running
    }

    /// A program whose standard error is kept.
    pub fn spawn(command: &mut Command, address: SocketAddr) -> Running {
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (mut heard, keep) = (child.stderr.take().unwrap(), Arc::clone(&said));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = heard.read(&mut bytes) {
                keep.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Running { child, address, said, told: Value::Null }
    }

    pub fn words(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// A caller without a token.
    pub fn caller(&self) -> Caller {
        Caller::to(self.address)
    }

    /// A caller with a token of the demo: `api_token` or `device_token`.
    pub fn caller_with(&self, token: &str) -> Caller {
        self.caller().with(self.told[token].as_str().unwrap())
    }

    /// The performance that is on tonight.
    pub fn tonight(&self) -> &str {
        self.told["performances"][0]["id"].as_str().unwrap()
    }

    /// The plug is pulled: nothing is written any more.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asked to end, as the service manager asks.
    pub fn stop(mut self) -> ExitStatus {
        self.terminate();
        self.wait()
    }

    pub fn terminate(&self) {
        let number = self.child.id().to_string();
        assert!(Command::new("kill").arg(number).status().unwrap().success());
    }

    pub fn wait(&mut self) -> ExitStatus {
        until("the program ends", WAIT_MAX, || self.child.try_wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// SHA-256 of a token, as the configuration has it.
pub fn hash(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a configuration for a daemon on this store, with more of it at the end.
pub fn configure(folder: &Folder, state: &Path, address: SocketAddr, more: &str) -> PathBuf {
    let quoted = json!(state.to_str().unwrap());
    let text = format!(
        r#"[venue]
name = "The Tidewell"
time_zone = "Europe/London"
currency = "GBP"
[listen]
shop = ["{address}"]
public_url = "http://{address}"
[store]
folder = {quoted}
[log]
format = "text"
[[level]]
number = 1
name = "Adult"
[[level]]
number = 2
name = "Concession"
[[level]]
number = 3
name = "Child"
[[door_place]]
name = "A"
[[token]]
name = "manager"
rights = ["read", "feed", "desk", "door", "metrics"]
sha256 = "{}"
{more}"#,
        hash(MANAGER),
    );
    let path = folder.join("usher.toml");
    fs::write(&path, text).unwrap();
    path
}

/// The staff token of [`configure`].
pub const MANAGER: &str = "ut_MANAGER";
