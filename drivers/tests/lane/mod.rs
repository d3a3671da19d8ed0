//! One scanner lane for tests: a simulated scanner on a pseudo terminal and the real driver.
//! Holds the wiring and waits with a deadline for what must come. Never sleeps to be sure.
//! Next: the files beside this folder, each a set of rules.

#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use usher_drivers::Fault;
use usher_drivers::scanner::{
    ANSWERS_MAX, Answer, Code, Feedback, ScannerEvent, ScannerSettings, run,
};
use usher_drivers::sim::{Heard, Meaning, SimScanner, SimScannerSettings};

/// Nothing in these tests takes a tenth of this on an idle machine.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A folder of its own, removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("usher-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct Driver {
    pub events: mpsc::Receiver<ScannerEvent>,
    pub answers: mpsc::Sender<Answer>,
    pub stop: CancellationToken,
    pub task: JoinHandle<Result<(), Fault>>,
}

impl Driver {
    pub fn start(settings: ScannerSettings) -> Driver {
        let (sent, events) = mpsc::channel(64);
        let (answers, taken) = mpsc::channel(ANSWERS_MAX);
        let stop = CancellationToken::new();
        let task = tokio::spawn(run(settings, sent, taken, stop.clone()));
        Driver { events, answers, stop, task }
    }

    pub async fn event(&mut self) -> ScannerEvent {
        timeout(DEADLINE, self.events.recv()).await.expect("an event in time").expect("alive")
    }

    /// The next event that is not about health.
    pub async fn fact(&mut self) -> ScannerEvent {
        loop {
            match self.event().await {
                ScannerEvent::Health(_) => {}
                other => return other,
            }
        }
    }

    pub async fn connected(&mut self) -> Option<u64> {
        match self.fact().await {
            ScannerEvent::Connected { outage_ms } => outage_ms,
            other => panic!("expected Connected, got {other:?}"),
        }
    }

    pub async fn disconnected(&mut self) -> Fault {
        match self.fact().await {
            ScannerEvent::Disconnected { why } => why,
            other => panic!("expected Disconnected, got {other:?}"),
        }
    }

    pub async fn code(&mut self) -> Code {
        match self.fact().await {
            ScannerEvent::Code(code) => code,
            other => panic!("expected a code, got {other:?}"),
        }
    }

    pub async fn answer(&self, code: &Code, feedback: Feedback) {
        self.answers.send(Answer { read: code.read, feedback }).await.unwrap();
    }

    /// Ends the task, whatever is left to tell.
    pub async fn end(mut self) {
        self.stop.cancel();
        timeout(DEADLINE, &mut self.task).await.unwrap().unwrap().unwrap();
    }

    /// Ends the task; nothing may be left to tell.
    pub async fn end_quietly(mut self) {
        self.stop.cancel();
        timeout(DEADLINE, &mut self.task).await.unwrap().unwrap().unwrap();
        while let Some(event) = self.events.recv().await {
            assert!(matches!(event, ScannerEvent::Health(_)), "unexpected {event:?}");
        }
    }
}

pub struct Device {
    pub scanner: SimScanner,
    pub heard: mpsc::Receiver<Heard>,
}

impl Device {
    pub fn plug(settings: SimScannerSettings) -> Device {
        let (tell, heard) = mpsc::channel(256);
        let scanner = SimScanner::start(settings, tell).unwrap();
        Device { scanner, heard }
    }

    pub fn at(link: &Path) -> Device {
        Device::plug(SimScannerSettings::at(link))
    }

    /// The next thing the host said.
    pub async fn signal(&mut self) -> (Meaning, Vec<u8>) {
        loop {
            let heard = timeout(DEADLINE, self.heard.recv()).await.expect("a signal in time");
            if let Heard::Signal { meaning, bytes, .. } = heard.expect("alive") {
                return (meaning, bytes);
            }
        }
    }

    pub async fn ready(&self) {
        timeout(DEADLINE, self.scanner.ready()).await.expect("a host in time").unwrap();
    }
}
