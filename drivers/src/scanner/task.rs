//! The owner task of one scanner: connects, reads, asks the box, lets the scanner beep.
//! Holds the wiring of port and dialogue with bounded channels on both sides.
//! Never frames bytes itself and never judges; an unplugged device is waited for, not an end.
//! Next: `dialogue.rs` (what it drives), `port/reconnect.rs` for trying again.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::ascii::Ascii;
use super::dialogue::{Dialogue, Step};
use super::health::Health;
use super::ssi::Ssi;
use super::{Answer, Code, Protocol, ScannerEvent, ScannerSettings, reads};
use crate::Fault;
use crate::port::reconnect::{Backoff, FolderWatch, pause};
use crate::port::{self, Line, Port};

/// Room that the channel of answers should have: no more can be owed.
pub const ANSWERS_MAX: usize = reads::WAITING_CODES_MAX;
/// Events waiting to be taken; above it the line is not read, and its buffer fills instead.
pub const EVENTS_WAITING_MAX: usize = 64;
/// A scanner that does not take its answer in this time goes without.
pub const WRITE_MS_MAX: u64 = 200;

const READ_BYTES: usize = 1_024;

/// Runs until `stop`, or until nobody takes events any more. Errors only on bad settings.
pub async fn run(
    settings: ScannerSettings,
    events: mpsc::Sender<ScannerEvent>,
    answers: mpsc::Receiver<Answer>,
    stop: CancellationToken,
) -> Result<(), Fault> {
    settings.check()?;
    let driver = Driver {
        dialogue: dialogue(&settings),
        health: Health::default(),
        started: Instant::now(),
        last_read: Instant::now(),
        outbox: VecDeque::new(),
        settings,
        events,
        answers,
    };
    stop.run_until_cancelled(driver.serve()).await;
    Ok(())
}

/// What is spoken on the line. A new protocol is one file and one line here.
fn dialogue(settings: &ScannerSettings) -> Box<dyn Dialogue> {
    match settings.protocol {
        Protocol::Ascii => Box::new(Ascii::new(settings)),
        Protocol::Ssi => Box::new(Ssi::new(settings)),
    }
}

/// Nobody takes our events: there is no more to do.
struct Unheard;

/// What a session waits for.
enum Stir {
    /// The channel has room for a waiting event.
    Room,
    Unheard,
    Answer(Answer),
    Read(std::io::Result<usize>),
    Due,
}

struct Driver {
    settings: ScannerSettings,
    dialogue: Box<dyn Dialogue>,
    health: Health,
    started: Instant,
    last_read: Instant,
    outbox: VecDeque<ScannerEvent>,
    events: mpsc::Sender<ScannerEvent>,
    answers: mpsc::Receiver<Answer>,
}

impl Driver {
    async fn serve(mut self) {
        let mut backoff = Backoff::default();
        let mut outage: Option<Instant> = None;
        loop {
            let connected = self.connect(&mut backoff, &mut outage).await;
            let Ok(port) = connected else { return };
            let opened = Instant::now();
            let outage_ms = outage.map(|since| millis(opened - since));
            if let Some(outage_ms) = outage_ms {
                tracing::info!(path = %self.settings.path.display(), outage_ms, "scanner is back");
            }
            self.outbox.push_back(ScannerEvent::Connected { outage_ms });
            let Ok(why) = self.session(port).await else {
                return;
            };
            tracing::warn!(path = %self.settings.path.display(), %why, "scanner hung up");
            outage = Some(Instant::now());
            backoff.lasted_ms(millis(opened.elapsed()));
            if self.hung_up(why).await.is_err() {
                return;
            }
        }
    }

    /// Tries until the device opens. A reason that stays the same is told once.
    async fn connect(
        &mut self,
        backoff: &mut Backoff,
        outage: &mut Option<Instant>,
    ) -> Result<Port, Unheard> {
        let line = Line { baud: self.settings.baud, framing: self.settings.framing };
        // After a hang-up everybody knows that the device is missing.
        let path = self.settings.path.clone();
        let mut told = outage.map(|_| Fault::Missing { path });
        loop {
            let watch = FolderWatch::on(&self.settings.path);
            let why = match Port::open(&self.settings.path, line).await {
                Ok(port) => return Ok(port),
                Err(why) => why,
            };
            if told.as_ref() != Some(&why) {
                self.tell(ScannerEvent::Disconnected { why: why.clone() }).await?;
            }
            told = Some(why);
            outage.get_or_insert_with(Instant::now);
            self.await_attempt(pause(watch, backoff.next_ms())).await?;
        }
    }

    /// Waits, throwing away answers that no scanner is there to hear.
    async fn await_attempt(&mut self, pause: impl Future<Output = ()>) -> Result<(), Unheard> {
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => return Ok(()),
                () = self.events.closed() => return Err(Unheard),
                Some(_) = self.answers.recv() => {}
            }
        }
    }

    async fn tell(&mut self, event: ScannerEvent) -> Result<(), Unheard> {
        self.outbox.push_back(event);
        while let Some(event) = self.outbox.pop_front() {
            self.events.send(event).await.map_err(|_| Unheard)?;
        }
        Ok(())
    }

    async fn hung_up(&mut self, why: Fault) -> Result<(), Unheard> {
        self.dialogue.hang_up();
        let now_ms = self.now_ms();
        self.health.hung_up(now_ms);
        self.outbox.extend(self.health.changed(now_ms));
        self.tell(ScannerEvent::Disconnected { why }).await
    }

    /// One connection, from open to hang-up. Gives the reason of the end.
    async fn session<P>(&mut self, mut port: P) -> Result<Fault, Unheard>
    where
        P: AsyncRead + AsyncWrite + Unpin,
    {
        let mut buf = [0; READ_BYTES];
        let mut steps = Vec::new();
        self.dialogue.connected(self.now_ms(), &mut steps);
        loop {
            if let Some(why) = self.act(&mut port, &mut steps).await {
                return Ok(why);
            }
            match self.stirred(&mut port, &mut buf).await {
                Stir::Unheard => return Err(Unheard),
                Stir::Room => self.send_first()?,
                Stir::Due => self.take_time(&mut steps),
                Stir::Answer(answer) => self.dialogue.answer(answer, self.now_ms(), &mut steps),
                Stir::Read(read) => {
                    if let Some(why) = port::hang_up(&self.settings.path, &read) {
                        return Ok(why);
                    }
                    let bytes = buf.get(..read.unwrap_or(0)).unwrap_or(&[]);
                    self.take_bytes(bytes, &mut steps);
                }
            }
        }
    }

    /// Waits for whatever comes first.
    async fn stirred<P>(&mut self, port: &mut P, buf: &mut [u8]) -> Stir
    where
        P: AsyncRead + Unpin,
    {
        let due = self.due();
        tokio::select! {
            room = self.events.reserve(), if !self.outbox.is_empty() => match room {
                Ok(_) => Stir::Room,
                Err(_) => Stir::Unheard,
            },
            () = self.events.closed(), if self.outbox.is_empty() => Stir::Unheard,
            Some(answer) = self.answers.recv() => Stir::Answer(answer),
            read = port.read(buf), if self.outbox.len() < EVENTS_WAITING_MAX => Stir::Read(read),
            () = sleep_until(due.unwrap_or(self.started)), if due.is_some() => Stir::Due,
        }
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

    fn take_bytes(&mut self, bytes: &[u8], steps: &mut Vec<Step>) {
        let now_ms = self.now_ms();
        // What an overdue silence ends belongs to the read before this one.
        self.dialogue.tick(now_ms, steps);
        self.last_read = Instant::now();
        self.dialogue.bytes(bytes, now_ms, steps);
    }

    fn take_time(&mut self, steps: &mut Vec<Step>) {
        let now_ms = self.now_ms();
        self.dialogue.tick(now_ms, steps);
        self.outbox.extend(self.health.changed(now_ms));
    }

    /// Does what the dialogue wants. A fault of the line ends the connection.
    async fn act<P>(&mut self, port: &mut P, steps: &mut Vec<Step>) -> Option<Fault>
    where
        P: AsyncWrite + Unpin,
    {
        let mut taken = true;
        for step in steps.drain(..) {
            let Step::Write(bytes) = step else {
                self.note(step);
                continue;
            };
            // One answer that is not taken is enough to know about the rest of this batch.
            if taken {
                match self.write(port, &bytes).await {
                    Ok(written) => taken = written,
                    Err(why) => return Some(why),
                }
            }
        }
        let now_ms = self.now_ms();
        self.outbox.extend(self.health.changed(now_ms));
        None
    }

    fn note(&mut self, step: Step) {
        let last_byte_at = self.last_read.into_std();
        match step {
            Step::Ask { read, payload, symbology } => self
                .outbox
                .push_back(ScannerEvent::Code(Code { read, payload, symbology, last_byte_at })),
            Step::Report(why) => self.outbox.push_back(ScannerEvent::Unreadable { why }),
            Step::Noise(noise) => self.health.noise(noise),
            Step::Unanswered => self.health.unanswered(),
            Step::Silent => self.health.silent(),
            Step::Write(_) => {}
        }
    }

    /// False when the line did not take the bytes in time.
    async fn write<P>(&mut self, port: &mut P, bytes: &[u8]) -> Result<bool, Fault>
    where
        P: AsyncWrite + Unpin,
    {
        match timeout(Duration::from_millis(WRITE_MS_MAX), port.write_all(bytes)).await {
            Ok(Ok(())) => Ok(true),
            Ok(Err(error)) if port::is_pause(&error) => Ok(true),
            Ok(Err(error)) => Err(port::gone(&self.settings.path, &error)),
            Err(_) => {
                self.health.unsent();
                Ok(false)
            }
        }
    }

    fn due(&self) -> Option<Instant> {
        let dues = [self.dialogue.due_ms(), self.health.due_ms()];
        let due_ms = dues.into_iter().flatten().min()?;
        Some(self.started + Duration::from_millis(due_ms))
    }

    fn now_ms(&self) -> u64 {
        millis(self.started.elapsed())
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
