//! A ticket scanner made of software, on a pseudo terminal behind a link.
//! Holds the handle that tests and the demo use, and the task that owns the line.
//! To the driver it is a serial scanner and nothing else: no short cut leads past the bytes.
//! Next: `sim/script.rs` (moves and tricks), `sim/tongue.rs` (what it says and understands).

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::hear::Heard;
use super::pty::{FarEnd, HostEnd, Pty};
use super::script::{Move, Trick};
use super::tongue::{Act, Speech, Tongue};
use crate::Fault;
use crate::scanner::Suffix;

/// Orders waiting at one simulated scanner.
pub const ORDERS_MAX: usize = 64;
/// How long a host must have had the line open before a careful person scans.
pub const READY_MS: u64 = 300;
/// How long pulling the cable waits for the host to read what was sent.
pub const DRAIN_MS_MAX: u64 = 2_000;

/// Bytes that no host takes are lost, as on a real line.
const SEND_MS_MAX: u64 = 1_000;
const DRAIN_LOOK_MS: u64 = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimScannerSettings {
    /// Where the host finds the line.
    pub link: PathBuf,
    pub suffix: Suffix,
    /// Time of one byte on the wire; 0 = all at once.
    pub byte_us: u64,
    pub speech: Speech,
}

impl SimScannerSettings {
    pub fn at(link: impl Into<PathBuf>) -> SimScannerSettings {
        let link = link.into();
        SimScannerSettings { link, suffix: Suffix::Cr, byte_us: 0, speech: Speech::Ascii }
    }
}

/// The handle of a running simulated scanner. When the last one is dropped, the cable is
/// pulled and the link removed.
#[derive(Debug, Clone)]
pub struct SimScanner {
    orders: mpsc::Sender<Order>,
    listened: watch::Receiver<Option<Instant>>,
}

#[derive(Debug)]
struct Order {
    deed: Deed,
    done: oneshot::Sender<Result<(), Fault>>,
}

#[derive(Debug)]
enum Deed {
    Beam { code: String, trick: Trick },
    Moves(Vec<Move>),
}

impl SimScanner {
    /// Plugs in and starts the task. What the host says goes to `heard`, and is lost when
    /// nobody takes it from there.
    pub fn start(
        settings: SimScannerSettings,
        heard: mpsc::Sender<Heard>,
    ) -> Result<SimScanner, Fault> {
        let (orders, taken) = mpsc::channel(ORDERS_MAX);
        let (listening, listened) = watch::channel(None);
        let tongue = Tongue::new(settings.speech.clone(), settings.suffix);
        let answers = VecDeque::new();
        let mut device = Device { settings, pty: None, heard, listening, tongue, answers };
        device.plug()?;
        tokio::spawn(device.live(taken));
        Ok(SimScanner { orders, listened })
    }

    /// One beam, begun when the one before is over; returns when the last byte is sent.
    pub async fn beam(&self, code: &str) -> Result<(), Fault> {
        self.beam_with(code, &Trick::None).await
    }

    pub async fn beam_with(&self, code: &str, trick: &Trick) -> Result<(), Fault> {
        self.order(Deed::Beam { code: code.to_owned(), trick: trick.clone() }).await
    }

    /// Bytes as they are, without suffix.
    pub async fn send(&self, bytes: &[u8]) -> Result<(), Fault> {
        self.play(vec![Move::Send(bytes.to_vec())]).await
    }

    pub async fn unplug(&self) -> Result<(), Fault> {
        self.play(vec![Move::HangUp]).await
    }

    pub async fn replug(&self) -> Result<(), Fault> {
        self.play(vec![Move::Replug]).await
    }

    pub async fn play(&self, moves: Vec<Move>) -> Result<(), Fault> {
        self.order(Deed::Moves(moves)).await
    }

    async fn order(&self, deed: Deed) -> Result<(), Fault> {
        let (done, played) = oneshot::channel();
        let order = Order { deed, done };
        self.orders.send(order).await.map_err(|_| Fault::SimStopped)?;
        played.await.map_err(|_| Fault::SimStopped)?
    }

    /// Waits until a host has had the line open for `READY_MS`: before that a beam is lost.
    pub async fn ready(&self) -> Result<(), Fault> {
        let mut listened = self.listened.clone();
        loop {
            let since = *listened.wait_for(Option::is_some).await.map_err(|_| Fault::SimStopped)?;
            let Some(since) = since else { continue };
            sleep_until(since + Duration::from_millis(READY_MS)).await;
            if *listened.borrow_and_update() == Some(since) {
                return Ok(());
            }
        }
    }
}

struct Device {
    settings: SimScannerSettings,
    pty: Option<Pty>,
    heard: mpsc::Sender<Heard>,
    listening: watch::Sender<Option<Instant>>,
    tongue: Tongue,
    /// What the protocol answers, yet to be sent.
    answers: VecDeque<Vec<u8>>,
}

/// What the device's task waits for.
enum Stir {
    Bytes(Vec<u8>),
    Due,
    Host(HostEnd),
}

impl Device {
    async fn live(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    None => break,
                    Some(Order { deed, done }) => {
                        let played = self.perform(deed).await;
                        // The one who asked may have gone; the moves were made all the same.
                        let _ = done.send(played);
                    }
                },
                stir = self.stirred() => self.take(stir),
            }
            self.send_answers().await;
        }
        let mut acts = Vec::new();
        self.tongue.host_left(&mut acts);
        self.carry_out(acts);
    }

    async fn stirred(&mut self) -> Stir {
        let due = self.tongue.due();
        let mut buf = [0; 256];
        tokio::select! {
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => Stir::Due,
            stir = listen(&mut self.pty, &mut buf) => stir,
        }
    }

    fn take(&mut self, stir: Stir) {
        let mut acts = Vec::new();
        match stir {
            Stir::Bytes(bytes) => self.tongue.hear(&bytes, &mut acts),
            Stir::Due => self.tongue.tick(&mut acts),
            Stir::Host(end) => self.host(end),
        }
        self.carry_out(acts);
    }

    fn carry_out(&mut self, acts: Vec<Act>) {
        for act in acts {
            match act {
                Act::Send(bytes) => self.answers.push_back(bytes),
                Act::Tell(heard) => self.tell(heard),
            }
        }
    }

    async fn send_answers(&mut self) {
        while let Some(bytes) = self.answers.pop_front() {
            self.send(&bytes).await;
        }
    }

    async fn perform(&mut self, deed: Deed) -> Result<(), Fault> {
        match deed {
            Deed::Moves(moves) => self.play(moves).await,
            Deed::Beam { code, trick } => {
                while !self.tongue.is_idle() {
                    let stir = self.stirred().await;
                    self.take(stir);
                    self.send_answers().await;
                }
                let mut acts = Vec::new();
                let moves = self.tongue.beam(&code, &trick, &mut acts);
                let played = self.play(moves).await;
                self.carry_out(acts);
                played
            }
        }
    }

    /// Plays moves while the host may go on speaking.
    async fn play(&mut self, moves: Vec<Move>) -> Result<(), Fault> {
        for step in moves {
            match step {
                Move::Send(bytes) => self.send(&bytes).await,
                Move::WaitMs(ms) => self.wait(Duration::from_millis(ms)).await,
                Move::HangUp => self.hang_up().await,
                Move::Replug => self.plug()?,
            }
        }
        Ok(())
    }

    /// Sends at the speed of the wire: each byte when its time has come, none before.
    async fn send(&mut self, bytes: &[u8]) {
        let from = Instant::now();
        let byte_us = self.settings.byte_us;
        if byte_us == 0 {
            return self.write(bytes).await;
        }
        let mut sent = 0;
        while let Some(rest) = bytes.get(sent..).filter(|rest| !rest.is_empty()) {
            let gone_us = u64::try_from(from.elapsed().as_micros()).unwrap_or(u64::MAX);
            let due = usize::try_from(gone_us / byte_us).unwrap_or(usize::MAX);
            let count = due.saturating_sub(sent).min(rest.len());
            self.write(rest.get(..count).unwrap_or(rest)).await;
            sent += count;
            let next_us = byte_us.saturating_mul(u64::try_from(sent + 1).unwrap_or(u64::MAX));
            if sent < bytes.len() {
                self.listen_until(from + Duration::from_micros(next_us)).await;
            }
        }
    }

    async fn write(&mut self, bytes: &[u8]) {
        let Some(pty) = &mut self.pty else { return };
        let sent = timeout(Duration::from_millis(SEND_MS_MAX), pty.master.write_all(bytes)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::debug!("simulated scanner: nobody takes the bytes");
        }
    }

    /// Lets time pass without going deaf or dumb.
    async fn wait(&mut self, time: Duration) {
        let until = Instant::now() + time;
        loop {
            let stir = tokio::select! {
                () = sleep_until(until) => return,
                stir = self.stirred() => stir,
            };
            self.take(stir);
            self.send_answers().await;
        }
    }

    /// Lets time pass between two bytes: answers wait until this one is complete.
    async fn listen_until(&mut self, until: Instant) {
        loop {
            let stir = tokio::select! {
                () = sleep_until(until) => return,
                stir = self.stirred() => stir,
            };
            self.take(stir);
        }
    }

    /// Unread bytes are lost at a hang-up, so the last code is given time to be read.
    async fn hang_up(&mut self) {
        let until = Instant::now() + Duration::from_millis(DRAIN_MS_MAX);
        let mut clean_looks = 0;
        // Two looks: just written bytes take a moment to reach the other end.
        while clean_looks < 2 && Instant::now() < until && self.listening.borrow().is_some() {
            self.wait(Duration::from_millis(DRAIN_LOOK_MS)).await;
            let unread = self.pty.as_ref().map_or(0, Pty::unread);
            clean_looks = if unread == 0 { clean_looks + 1 } else { 0 };
        }
        let mut acts = Vec::new();
        self.tongue.power_lost(&mut acts);
        self.carry_out(acts);
        self.answers.clear();
        self.pull();
    }

    fn plug(&mut self) -> Result<(), Fault> {
        let pty = Pty::open(&self.settings.link)?;
        let listened = (!pty.hears_hosts()).then(Instant::now);
        self.listening.send_replace(listened);
        self.pty = Some(pty);
        Ok(())
    }

    fn pull(&mut self) {
        self.pty = None;
        self.listening.send_replace(None);
    }

    fn host(&mut self, end: HostEnd) {
        match end {
            HostEnd::Opened => {
                // A second program that is refused does not make the first one wait again.
                self.listening.send_if_modified(|since| match since {
                    Some(_) => false,
                    None => since.replace(Instant::now()).is_none(),
                });
                self.tell(Heard::HostOpened);
            }
            HostEnd::Left => {
                let mut acts = Vec::new();
                self.tongue.host_left(&mut acts);
                self.carry_out(acts);
                self.answers.clear();
                self.tell(Heard::HostLeft);
                if let Err(why) = self.plug() {
                    tracing::warn!(%why, "simulated scanner could not plug in again");
                    self.pull();
                }
            }
        }
    }

    fn tell(&mut self, heard: Heard) {
        // A device does not wait for people to listen.
        let _ = self.heard.try_send(heard);
    }
}

/// Waits for bytes of the host, or for a host to come or go.
async fn listen(pty: &mut Option<Pty>, buf: &mut [u8]) -> Stir {
    match pty {
        None => std::future::pending().await,
        Some(pty) => match pty.stirred(buf).await {
            FarEnd::Said(count) => Stir::Bytes(buf.get(..count).unwrap_or(&[]).to_vec()),
            FarEnd::Host(end) => Stir::Host(end),
        },
    }
}
