//! The owner task of one pin pad on an open byte stream: opens it, reads, writes, opens it again.
//! Holds the wiring of port and dialogue with bounded channels on both sides.
//! Never frames, never decides: what happens goes to a `PinPad` and what it wants is done.
//! Next: `port.rs` (bytes), `zvt/sequence.rs` and `concert/sequence.rs` (dialogues).

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::{Ask, PinPad, PinPadEvent, Step, Stir};
use crate::Fault;
use crate::port::reconnect::{FolderWatch, pause};
use crate::port::{self, Line, Port};

/// Room that the channel of asks should have.
pub const ASKS_MAX: usize = 16;
/// Events waiting to be taken; above it the line is not read, and its buffer fills instead.
pub const EVENTS_WAITING_MAX: usize = 256;
/// A line that does not take bytes for so long is lost.
pub const WRITE_MS_MAX: u64 = 5_000;
/// A connection that lasted this long was a good one: the back-off starts afresh.
pub const STEADY_MS: u64 = 10_000;

const READ_BYTES: usize = 4_096;

/// Where a pad is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    Serial {
        path: PathBuf,
        line: Line,
    },
    /// Host and port.
    Tcp(String),
}

/// The pauses between attempts: doubled from the first to the last (pin-pads 3.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    pub first_ms: u64,
    pub last_ms: u64,
}

impl Default for Pauses {
    fn default() -> Pauses {
        Pauses { first_ms: 1_000, last_ms: 30_000 }
    }
}

/// Runs until `stop`, or until nobody takes events any more.
pub async fn run(
    pad: Box<dyn PinPad>,
    endpoint: Endpoint,
    pauses: Pauses,
    events: mpsc::Sender<PinPadEvent>,
    asks: mpsc::Receiver<Ask>,
    stop: CancellationToken,
) {
    let owner = Owner {
        pad,
        endpoint,
        pauses,
        started: Instant::now(),
        outbox: VecDeque::new(),
        events,
        asks,
    };
    stop.run_until_cancelled(owner.serve()).await;
}

/// Nobody takes our events: there is no more to do.
struct Unheard;

/// What the task waits for.
enum Woken {
    Room,
    Unheard,
    Ask(Ask),
    Read(std::io::Result<usize>),
    Due,
}

struct Owner {
    pad: Box<dyn PinPad>,
    endpoint: Endpoint,
    pauses: Pauses,
    started: Instant,
    outbox: VecDeque<PinPadEvent>,
    events: mpsc::Sender<PinPadEvent>,
    asks: mpsc::Receiver<Ask>,
}

impl Owner {
    async fn serve(mut self) {
        let mut pause_ms = self.pauses.first_ms;
        let mut told: Option<Fault> = None;
        loop {
            let watch = self.endpoint.watch();
            let opened = Instant::now();
            let why = match self.endpoint.open().await {
                Ok(port) => {
                    let Ok((why, was_up)) = self.session(port).await else { return };
                    // A terminal that answered is there: a cashier waits for it to come back.
                    if was_up {
                        told = None;
                        pause_ms = self.pauses.first_ms;
                    }
                    why
                }
                Err(why) => why,
            };
            if opened.elapsed() >= Duration::from_millis(STEADY_MS) {
                pause_ms = self.pauses.first_ms;
            }
            if told.as_ref() != Some(&why) {
                tracing::warn!(at = %self.endpoint.path().display(), %why, "pin pad is away");
                self.outbox.push_back(PinPadEvent::Down { why: why.clone() });
            }
            told = Some(why);
            if self.wait(watch, pause_ms).await.is_err() {
                return;
            }
            pause_ms = (pause_ms * 2).min(self.pauses.last_ms);
        }
    }

    /// Between two attempts: the pad answers asks as one without a link.
    async fn wait(&mut self, watch: Option<FolderWatch>, pause_ms: u64) -> Result<(), Unheard> {
        let pause = pause(watch, pause_ms);
        tokio::pin!(pause);
        loop {
            let due = self.due();
            tokio::select! {
                () = &mut pause => return Ok(()),
                () = sleep_until(due.unwrap_or(self.started)), if due.is_some() => {
                    self.stir(Stir::Due);
                }
                woken = woken(&self.events, &mut self.asks, &self.outbox) => match woken {
                    Woken::Unheard => return Err(Unheard),
                    Woken::Ask(ask) => {
                        self.stir(Stir::Ask(ask));
                    }
                    Woken::Room | Woken::Read(_) | Woken::Due => self.send_first()?,
                },
            }
        }
    }

    /// One connection, from open to hang-up: why it ended, and whether the pad was up.
    async fn session(&mut self, mut port: Port) -> Result<(Fault, bool), Unheard> {
        let mut buf = vec![0; READ_BYTES];
        let mut was_up = false;
        let mut steps = self.stir(Stir::LinkUp);
        loop {
            was_up |= self.outbox.iter().any(|event| matches!(event, PinPadEvent::Up { .. }));
            if let Some(why) = self.act(&mut port, steps).await {
                self.stir(Stir::LinkLost);
                return Ok((why, was_up));
            }
            steps = match self.woken(&mut port, &mut buf).await {
                Woken::Unheard => return Err(Unheard),
                Woken::Room => {
                    self.send_first()?;
                    Vec::new()
                }
                Woken::Due => self.stir(Stir::Due),
                Woken::Ask(ask) => self.stir(Stir::Ask(ask)),
                Woken::Read(read) => {
                    if let Some(why) = port::hang_up(self.endpoint.path(), &read) {
                        self.stir(Stir::LinkLost);
                        return Ok((why, was_up));
                    }
                    let bytes = buf.get(..read.unwrap_or(0)).unwrap_or(&[]);
                    self.stir(Stir::Bytes { exchange: 0, bytes })
                }
            };
        }
    }

    fn due(&self) -> Option<Instant> {
        self.pad.due_ms().map(|due_ms| self.started + Duration::from_millis(due_ms))
    }

    async fn woken(&mut self, port: &mut Port, buf: &mut [u8]) -> Woken {
        let due = self.due();
        tokio::select! {
            woken = woken(&self.events, &mut self.asks, &self.outbox) => woken,
            read = port.read(buf), if self.outbox.len() < EVENTS_WAITING_MAX => Woken::Read(read),
            () = sleep_until(due.unwrap_or(self.started)), if due.is_some() => Woken::Due,
        }
    }

    /// Tells the dialogue; its events go to the outbox at once, the rest is given back.
    fn stir(&mut self, stir: Stir<'_>) -> Vec<Step> {
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut steps = Vec::new();
        self.pad.stir(stir, now_ms, &mut steps);
        let mut wanted = Vec::new();
        for step in steps {
            match step {
                Step::Tell(event) => self.outbox.push_back(*event),
                step @ (Step::Write { .. } | Step::HangUp) => wanted.push(step),
            }
        }
        wanted
    }

    /// Does what the dialogue wants. A fault ends the connection.
    async fn act(&mut self, port: &mut Port, steps: Vec<Step>) -> Option<Fault> {
        let path = self.endpoint.path();
        for step in steps {
            match step {
                Step::Write { exchange: _, bytes } => {
                    let write = port.write_all(&bytes);
                    match timeout(Duration::from_millis(WRITE_MS_MAX), write).await {
                        Ok(Ok(())) => {}
                        Ok(Err(error)) => return Some(port::gone(path, &error)),
                        Err(_) => {
                            return Some(Fault::port(path, "the line takes no bytes".to_owned()));
                        }
                    }
                }
                Step::HangUp => {
                    return Some(Fault::port(path, "the dialogue was given up".to_owned()));
                }
                Step::Tell(_) => {}
            }
        }
        None
    }

    fn send_first(&mut self) -> Result<(), Unheard> {
        let Some(event) = self.outbox.pop_front() else {
            return Ok(());
        };
        match self.events.try_send(event) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Unheard),
            // Another sender of the same channel was quicker.
            Err(mpsc::error::TrySendError::Full(event)) => {
                self.outbox.push_front(event);
                Ok(())
            }
        }
    }
}

/// Waits for room for an event, for an ask, or for the end.
async fn woken(
    events: &mpsc::Sender<PinPadEvent>,
    asks: &mut mpsc::Receiver<Ask>,
    outbox: &VecDeque<PinPadEvent>,
) -> Woken {
    tokio::select! {
        room = events.reserve(), if !outbox.is_empty() => match room {
            Ok(_) => Woken::Room,
            Err(_) => Woken::Unheard,
        },
        () = events.closed(), if outbox.is_empty() => Woken::Unheard,
        Some(ask) = asks.recv(), if outbox.len() < EVENTS_WAITING_MAX => Woken::Ask(ask),
    }
}

impl Endpoint {
    async fn open(&self) -> Result<Port, Fault> {
        match self {
            Endpoint::Serial { path, line } => Port::open(path, *line).await,
            Endpoint::Tcp(address) => Port::dial(address).await,
        }
    }

    /// How it is called in faults.
    fn path(&self) -> &Path {
        match self {
            Endpoint::Serial { path, .. } => path,
            Endpoint::Tcp(address) => Path::new(address),
        }
    }

    fn watch(&self) -> Option<FolderWatch> {
        match self {
            Endpoint::Serial { path, .. } => FolderWatch::on(path),
            Endpoint::Tcp(_) => None,
        }
    }
}
