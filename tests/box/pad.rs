//! A card terminal that is a process of its own, and a till that keeps books about its payments.
//!
//! The terminal is `usher simulate pin-pad`; the till speaks to it through the product's driver and
//! writes nothing down before it is told to. Judges nothing. Next: `pin_pad.rs`.

use crate::running::{Folder, WAIT_MAX, program, until};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use usher_drivers::Fault;
use usher_drivers::pin_pad::{
    Alarm, Ask, Booking, Currency, Finding, IntentNo, Kind, ORPHAN, Outcome, PinPadEvent,
    PinPadSettings, Receipt, Tender, run,
};
use usher_drivers::sim::pin_pad::truth::{Deed, Line};

pub const POUND: Currency = Currency { number: 826, letters: *b"GBP", minor_digits: 2 };
const CHANNEL_MAX: usize = 16;
/// Between two questions to a terminal that cannot be asked yet, and two presses of Stop.
const AGAIN: Duration = Duration::from_millis(100);
/// Kills of the terminal and lost connections are told, and are not what a test waits for.
const EVENTS_MAX: usize = 10_000;

/// The terminal's process. Killed when a test ends early.
pub struct Terminal {
    child: Child,
    pub truth: PathBuf,
    /// Its one line on standard output.
    pub ready: Value,
}

impl Terminal {
    /// Starts one and waits until it says that it is ready. `at` is the protocol and its options.
    pub fn start(at: &[&str], truth: &Path, script: Option<&Path>) -> Terminal {
        let mut command = Command::new(program());
        command.args(["simulate", "pin-pad"]).args(at).arg("--truth").arg(truth);
        if let Some(script) = script {
            command.arg("--script").arg(script);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("it says {line:?}"));
        Terminal { child, truth: truth.to_owned(), ready }
    }

    /// Its power is cut.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// It is asked to end.
    pub fn stop(mut self) -> ExitStatus {
        let number = self.child.id().to_string();
        assert!(Command::new("kill").arg(number).status().unwrap().success());
        until("the terminal ends", WAIT_MAX, || self.child.try_wait().unwrap())
    }

    pub fn address(&self) -> String {
        self.ready["tcp"].as_str().unwrap().to_owned()
    }

    pub fn lines(&self) -> Vec<Line> {
        lines(&self.truth)
    }

    /// What it says that the box did wrong.
    pub fn violations(&self) -> String {
        let mut name = self.truth.clone().into_os_string();
        name.push(".violations");
        fs::read_to_string(name).unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn lines(truth: &Path) -> Vec<Line> {
    let text = fs::read_to_string(truth).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Amounts that are booked and not taken back.
pub fn standing(truth: &Path) -> Vec<u64> {
    let mut standing: Vec<(u32, u64)> = Vec::new();
    for line in lines(truth) {
        match line.deed {
            Deed::Booked => standing.push((line.trace, line.amount_minor)),
            Deed::Reversed => standing.retain(|(trace, _)| *trace != line.trace),
            Deed::Declined | Deed::Cancelled | Deed::Acknowledged | Deed::Settled => {}
        }
    }
    standing.into_iter().map(|(_, amount_minor)| amount_minor).collect()
}

pub fn script(folder: &Folder, scenes: &[Value]) -> PathBuf {
    let path = folder.join("script");
    let text: String = scenes.iter().map(|scene| format!("{scene}\n")).collect();
    fs::write(&path, text).unwrap();
    path
}

/// What the till has written about a payment at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    Approved,
    Declined,
    Cancelled,
    NotCharged,
    NeedsOperator,
}

/// A till and the driver that owns its pad.
pub struct Till {
    runtime: Runtime,
    asks: mpsc::Sender<Ask>,
    events: mpsc::Receiver<PinPadEvent>,
    stop: CancellationToken,
    task: Option<JoinHandle<Result<(), Fault>>>,
    pub newest: Option<Booking>,
    pub log: Vec<PinPadEvent>,
    /// The cashier presses Stop until the next payment is over.
    pub stops: bool,
    stopping: Option<IntentNo>,
    next: u32,
}

impl Till {
    /// `table` is the pad's table as JSON, and then the pad is up.
    pub fn open(table: &Value) -> Till {
        let settings: PinPadSettings = serde_json::from_value(table.clone()).unwrap();
        let runtime = Runtime::new().unwrap();
        let (asks, taken) = mpsc::channel(CHANNEL_MAX);
        let (told, events) = mpsc::channel(CHANNEL_MAX);
        let stop = CancellationToken::new();
        let task = runtime.spawn(run(settings, POUND, taken, told, stop.clone()));
        let (newest, log) = (None, Vec::new());
        let task = Some(task);
        let (stops, stopping, next) = (false, None, 1);
        let mut till =
            Till { runtime, asks, events, stop, task, newest, log, stops, stopping, next };
        till.until(|event| matches!(event, PinPadEvent::Up { .. }));
        till
    }

    fn next(&mut self) -> PinPadEvent {
        assert!(self.log.len() < EVENTS_MAX, "it goes on and on");
        let deadline = Instant::now() + WAIT_MAX;
        let event = loop {
            let event = self.runtime.block_on(async { timeout(AGAIN, self.events.recv()).await });
            if let Ok(event) = event {
                break event.unwrap();
            }
            assert!(Instant::now() < deadline, "no event; log {:#?}", self.log);
            // A stop that overtakes its payment on the way finds nothing to stop.
            if let Some(intent) = self.stopping {
                self.ask(Ask::Abort(intent));
            }
        };
        self.log.push(event.clone());
        if let PinPadEvent::Alarm(Alarm::Orphan(_)) = &event {
            self.ask(Ask::Kept(ORPHAN));
        }
        if let PinPadEvent::Up { newest: Some(newest), .. } = &event {
            self.newest = Some(newest.clone());
        }
        event
    }

    fn until(&mut self, wanted: impl Fn(&PinPadEvent) -> bool) -> PinPadEvent {
        loop {
            let event = self.next();
            if wanted(&event) {
                return event;
            }
        }
    }

    fn ask(&self, ask: Ask) {
        self.runtime.block_on(self.asks.send(ask)).unwrap();
    }

    /// One purchase to its end, recovery included.
    pub fn buy(&mut self, amount_minor: u64) -> Written {
        let intent = IntentNo(self.next);
        self.next += 1;
        let baseline = self.newest.clone();
        let (kind, currency, original) = (Kind::Purchase, POUND, None);
        let tender = Tender { intent, kind, amount_minor, currency, original, baseline };
        self.ask(Ask::Begin(Box::new(tender.clone())));
        let mut written = Written::NotCharged;
        loop {
            match self.next() {
                PinPadEvent::Ready(_) => {
                    self.ask(Ask::Go(intent));
                    self.stopping = self.stops.then_some(intent);
                }
                PinPadEvent::NotStarted { .. } => return Written::NotCharged,
                PinPadEvent::Ended { outcome, .. } => {
                    self.stopping = None;
                    written = self.keep(outcome);
                    self.ask(Ask::Kept(intent));
                }
                PinPadEvent::Unknown { .. } => return self.recover(&tender),
                PinPadEvent::Done { intent: done } if done == intent => return written,
                _ => {}
            }
        }
    }

    fn keep(&mut self, outcome: Outcome) -> Written {
        match outcome {
            Outcome::Approved(booking) => {
                self.newest = Some(booking);
                Written::Approved
            }
            Outcome::Declined { .. } => Written::Declined,
            Outcome::Cancelled => Written::Cancelled,
        }
    }

    /// Asks again and again until the terminal has said what became of it.
    fn recover(&mut self, tender: &Tender) -> Written {
        let intent = tender.intent;
        let written = loop {
            self.ask(Ask::Recover(Box::new(tender.clone())));
            match self.found() {
                Finding::Booked(booking) => {
                    self.newest = Some(booking);
                    self.ask(Ask::Kept(intent));
                    break Written::Approved;
                }
                Finding::NotBooked { .. } => break Written::NotCharged,
                Finding::Undecided { .. } => break Written::NeedsOperator,
                Finding::NotNow { .. } => self.runtime.block_on(async { sleep(AGAIN).await }),
            }
        };
        self.until(|event| *event == PinPadEvent::Done { intent });
        written
    }

    fn found(&mut self) -> Finding {
        loop {
            match self.next() {
                PinPadEvent::Recovered { finding, .. } => return finding,
                PinPadEvent::Ended { intent, .. } => self.ask(Ask::Kept(intent)),
                _ => {}
            }
        }
    }

    /// The pad is back after its power was cut.
    pub fn back(&mut self) {
        self.until(|event| matches!(event, PinPadEvent::Up { .. }));
    }

    pub fn alarms(&self) -> Vec<&Alarm> {
        let alarms = self.log.iter().filter_map(|event| match event {
            PinPadEvent::Alarm(alarm) => Some(alarm),
            _ => None,
        });
        alarms.collect()
    }

    pub fn receipts(&self) -> Vec<&Receipt> {
        let receipts = self.log.iter().filter_map(|event| match event {
            PinPadEvent::Receipt { receipt, .. } => Some(receipt),
            _ => None,
        });
        receipts.collect()
    }

    /// The box ends; nothing it told holds a card number.
    pub fn close(mut self) {
        let shown = format!("{:?}", self.log).replace([' ', '-'], "");
        assert!(!shown.contains("4242424242"), "{shown}");
        self.stop.cancel();
        let task = self.task.take().unwrap();
        let ended = self.runtime.block_on(async { timeout(WAIT_MAX, task).await });
        assert_eq!(ended.unwrap().unwrap(), Ok(()));
    }
}
