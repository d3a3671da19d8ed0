//! A Concert terminal made of software, on a pseudo terminal behind a link.
//! Holds the handle and the task that owns the line; its clock can run faster than life.
//! To the box it is a serial terminal and nothing else. Source: pin-pads 5, 7.
//! Next: `concert/terminal.rs` (what it does), `concert/frame.rs` (its own reading of the bytes),
//! `concert/wire.rs` (what goes wrong on the line).

mod frame;
pub mod terminal;
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use self::terminal::{Output, Terminal};
use super::books;
use super::script::Script;
use super::violation::Violations;
use crate::Fault;
use crate::sim::pty::{FarEnd, HostEnd, Pty};

const READ_BYTES: usize = 256;
/// Bytes that no host takes are lost, as on a real line.
const SEND_MS_MAX: u64 = 1_000;
/// How long pulling the cable waits for the host to read what has gone.
const DRAIN_MS_MAX: u64 = 1_000;
const DRAIN_LOOK_MS: u64 = 2;
/// By its own clock: how long the line stays cut.
const REPLUG_MS: u64 = 300;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimConcertSettings {
    /// Where the host finds the line.
    pub link: PathBuf,
    /// What the bank booked; kept over a restart.
    pub truth: PathBuf,
    pub script: Script,
    /// How many times faster than life its clock runs; 1 or more.
    pub pace: u32,
}

/// A running terminal. Dropping it is pulling its power.
#[derive(Debug)]
pub struct SimConcert {
    violations: Violations,
    _power: DropGuard,
}

impl SimConcert {
    /// Opens truth and line, then lives on a task of its own.
    pub fn start(settings: SimConcertSettings) -> Result<SimConcert, Fault> {
        let (truth, violations) = books(&settings.truth)?;
        let pty = Pty::open(&settings.link)?;
        let line = Line {
            terminal: Terminal::new(settings.script, truth, violations.clone()),
            link: settings.link,
            pace: u64::from(settings.pace.max(1)),
            started: Instant::now(),
            pty: Some(pty),
        };
        let power = CancellationToken::new();
        let off = power.clone();
        tokio::spawn(async move { off.run_until_cancelled(line.live()).await });
        Ok(SimConcert { violations, _power: power.drop_guard() })
    }

    /// What the box did against the protocol.
    pub fn violations(&self) -> Vec<String> {
        self.violations.all()
    }
}

struct Line {
    terminal: Terminal,
    link: PathBuf,
    pace: u64,
    started: Instant,
    pty: Option<Pty>,
}

impl Line {
    async fn live(mut self) {
        let mut buf = [0; READ_BYTES];
        let mut outputs = Vec::new();
        loop {
            let due = self.terminal.due_ms().map(|due| self.at(due));
            tokio::select! {
                far = stirred(&mut self.pty, &mut buf) => match far {
                    FarEnd::Said(count) => {
                        let bytes = buf.get(..count).unwrap_or(&[]);
                        let now_ms = self.now_ms();
                        self.terminal.hear(bytes, now_ms, &mut outputs);
                    }
                    FarEnd::Host(HostEnd::Opened) => {}
                    FarEnd::Host(HostEnd::Left) => self.plug().await,
                },
                () = until(due) => {
                    let now_ms = self.now_ms();
                    self.terminal.take_time(now_ms, &mut outputs);
                }
            }
            for output in outputs.drain(..) {
                self.put_out(output).await;
            }
        }
    }

    fn now_ms(&self) -> u64 {
        let real_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        real_us.saturating_mul(self.pace) / 1_000
    }

    fn at(&self, now_ms: u64) -> Instant {
        self.started + self.real(now_ms)
    }

    fn real(&self, ms: u64) -> Duration {
        // Rounded up, so that what is due then is due by the fast clock, too.
        Duration::from_micros((ms.saturating_mul(1_000) / self.pace).saturating_add(1))
    }

    async fn put_out(&mut self, output: Output) {
        match output {
            Output::Send { bytes, gap_ms } => {
                let piece = if gap_ms == 0 { bytes.len().max(1) } else { 1 };
                for bytes in bytes.chunks(piece) {
                    self.send(bytes).await;
                    sleep(self.real(gap_ms)).await;
                }
            }
            Output::Cut => {
                self.drain().await;
                self.pty = None;
                sleep(self.real(REPLUG_MS)).await;
                self.plug().await;
            }
        }
    }

    async fn send(&mut self, bytes: &[u8]) {
        if let Some(pty) = &mut self.pty {
            let wait = Duration::from_millis(SEND_MS_MAX);
            // A box that does not read is a box that does not hear.
            let _ = timeout(wait, pty.master.write_all(bytes)).await;
        }
    }

    async fn drain(&self) {
        let until = Instant::now() + Duration::from_millis(DRAIN_MS_MAX);
        let mut clean_looks = 0;
        while clean_looks < 2 && Instant::now() < until {
            sleep(Duration::from_millis(DRAIN_LOOK_MS)).await;
            let unread = self.pty.as_ref().map_or(0, Pty::unread);
            clean_looks = if unread == 0 { clean_looks + 1 } else { 0 };
        }
    }

    async fn plug(&mut self) {
        self.pty = None;
        match Pty::open(&self.link) {
            Ok(pty) => self.pty = Some(pty),
            Err(why) => tracing::warn!(%why, "simulated terminal could not plug in again"),
        }
    }
}

async fn stirred(pty: &mut Option<Pty>, buf: &mut [u8]) -> FarEnd {
    match pty {
        Some(pty) => pty.stirred(buf).await,
        None => std::future::pending().await,
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}
