//! Processes that are measured: the built daemon, and this program in another part.
//!
//! Each is started on a free port, says where it is, and is ended with its handle. Never found by
//! name: only what was started here is stopped here. Next: `row/`.

use crate::load::{self, Line};
use anyhow::{Context, bail};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a peer may take to say that it is ready.
const READY_MAX: Duration = Duration::from_secs(120);

/// What starts one of this program's own parts: `bars --peer PART FOLDER`.
pub const PART: &str = "--peer";

/// A running peer; dropping it kills it.
pub struct Peer {
    child: Child,
    said: BufReader<ChildStdout>,
    told: Option<ChildStdin>,
    pub address: SocketAddr,
    /// From the start of the process to its word that it is ready.
    pub ready_after: Duration,
}

impl Peer {
    /// `usher demo` on a folder.
    pub fn demo(binary: &Path, folder: &Path) -> anyhow::Result<Peer> {
        let mut command = Command::new(binary);
        command.args(["demo", "--listen", "127.0.0.1:0", "--state"]).arg(folder);
        Peer::start(command).with_context(|| format!("usher demo on {}", folder.display()))
    }

    /// A part of this program on a folder.
    pub fn part(part: &str, folder: &Path) -> anyhow::Result<Peer> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(PART).arg(part).arg(folder);
        Peer::start(command).with_context(|| format!("the part {part}"))
    }

    fn start(mut command: Command) -> anyhow::Result<Peer> {
        let began = Instant::now();
        command.env("RUST_LOG", "warn");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn()?;
        let said = BufReader::new(child.stdout.take().context("no standard output")?);
        let told = child.stdin.take();
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut peer = Peer { child, said, told, address, ready_after: Duration::ZERO };
        while began.elapsed() < READY_MAX {
            let line = peer.line()?;
            if let Some(url) = line.trim().strip_prefix("ready http://") {
                peer.address = url.trim_end_matches('/').parse()?;
                peer.ready_after = began.elapsed();
                return Ok(peer);
            }
        }
        bail!("it never said that it was ready")
    }

    /// The next line it says.
    pub fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        if self.said.read_line(&mut line)? == 0 {
            bail!("it ended: {}", self.child.wait()?);
        }
        Ok(line)
    }

    /// Says a word to a part of ours and waits for its line.
    pub fn ask(&mut self, word: &str) -> anyhow::Result<String> {
        let told = self.told.as_mut().context("it does not listen")?;
        writeln!(told, "{word}")?;
        told.flush()?;
        self.line()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as the service manager would, and waits until it is gone.
    pub fn stop(mut self) -> anyhow::Result<()> {
        let told = Command::new("kill").args(["-TERM", &self.id().to_string()]).status()?;
        anyhow::ensure!(told.success(), "kill: {told}");
        let began = Instant::now();
        while self.child.try_wait()?.is_none() {
            if began.elapsed() > READY_MAX {
                bail!("it did not stop");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Ends it as a power cut would, as far as a process goes.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Proportional share of its memory now, in MiB.
    pub fn pss_mib(&self) -> anyhow::Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.id()))?;
        let line = text.lines().find(|line| line.starts_with("Pss:")).context("no Pss")?;
        let kib: f64 = line.split_whitespace().nth(1).context("no figure")?.parse()?;
        Ok(kib / 1024.0)
    }

    /// One request on a connection of its own.
    pub fn once(&self, request: &[u8]) -> anyhow::Result<(u16, Vec<u8>, String)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut line = Line::open(self.address, load::SCANNERS).await?;
            let reply = line.ask(request).await?;
            Ok((reply.status, reply.body.to_vec(), reply.head.to_owned()))
        })
    }

    /// A GET on a connection of its own.
    pub fn get(&self, path: &str) -> anyhow::Result<(u16, Vec<u8>, String)> {
        self.once(&load::get(path, ""))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
