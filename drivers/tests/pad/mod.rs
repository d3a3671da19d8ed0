//! One ZVT pad for tests: a simulated terminal, the real owner task, and a till that keeps books.
//! Holds the wiring, and a till errand as the protocol wants one: writes before `Go` and `Kept`,
//! recovers what is unknown. Waits with a deadline, never sleeps to be sure.
//! Next: `zvt_dialogue.rs`, `zvt_cut.rs`.

#![allow(dead_code)]

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use usher_drivers::pin_pad::task::{ASKS_MAX, Endpoint, Pauses, run};
use usher_drivers::pin_pad::zvt::settings::{Timers, Transport};
use usher_drivers::pin_pad::zvt::{Zvt, ZvtSettings};
use usher_drivers::pin_pad::{
    Alarm, Ask, Booking, Currency, Finding, IntentNo, Kind, ORPHAN, Outcome, PinPadEvent, Receipt,
    Tender,
};
use usher_drivers::port::Line;
use usher_drivers::scanner::{Framing, Parity};
use usher_drivers::sim::pin_pad::customer::{Customer, Pace};
use usher_drivers::sim::pin_pad::script::{Scene, Script};
use usher_drivers::sim::pin_pad::truth::{Deed, Of, Truth};
use usher_drivers::sim::pin_pad::zvt::{Place, SimZvt, SimZvtSettings};

pub const DEADLINE: Duration = Duration::from_secs(30);
pub const EURO: Currency = Currency { number: 978, letters: *b"EUR", minor_digits: 2 };

/// A folder of its own, removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("usher-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
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

/// Short times: what waits in these tests waits for nothing.
pub fn timers() -> Timers {
    Timers {
        word_ms: 1_500,
        block_ms: 400,
        answer_ms: 1_500,
        busy_ms: 20,
        commit_ms: 200,
        ..Timers::default()
    }
}

/// What the till wrote down about an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Approved(Booking),
    Declined(String),
    Cancelled,
    NotCharged,
    Unknown,
    NeedsOperator(String),
}

pub struct Till {
    pub sim: Option<SimZvt>,
    pub sim_settings: SimZvtSettings,
    pub zvt: ZvtSettings,
    pub events: mpsc::Receiver<PinPadEvent>,
    pub asks: mpsc::Sender<Ask>,
    stop: CancellationToken,
    task: JoinHandle<()>,
    pub newest: Option<Booking>,
    pub receipts: Vec<(IntentNo, Receipt)>,
    pub alarms: Vec<Alarm>,
    pub displays: usize,
    pub log: Vec<PinPadEvent>,
    next: u32,
}

impl Till {
    /// A terminal at a place with these scenes, and a till connected to it.
    pub async fn open(place: Place, folder: &Folder, scenes: Vec<Scene>) -> Till {
        let settings = SimZvtSettings {
            script: Script::new(scenes),
            block_ms: 400,
            ..SimZvtSettings::new(place, folder.join("truth.jsonl"))
        };
        Till::with(settings, ZvtSettings { timers: timers(), ..ZvtSettings::default() }).await
    }

    pub async fn with(settings: SimZvtSettings, zvt: ZvtSettings) -> Till {
        let mut till = Till::without_up(settings, zvt).await;
        till.up().await;
        till
    }

    pub async fn without_up(settings: SimZvtSettings, zvt: ZvtSettings) -> Till {
        let sim = SimZvt::start(settings.clone()).await.unwrap();
        Till::beside(sim, settings, zvt)
    }

    /// A terminal that a person plays, and a till connected to it.
    pub async fn by_hand(place: Place, folder: &Folder, pace: Pace) -> (Till, Customer) {
        let settings = SimZvtSettings::new(place, folder.join("truth.jsonl"));
        let (sim, customer) = SimZvt::start_by_hand(settings.clone(), pace).await.unwrap();
        let zvt = ZvtSettings { timers: timers(), ..ZvtSettings::default() };
        let mut till = Till::beside(sim, settings, zvt);
        till.up().await;
        (till, customer)
    }

    fn beside(sim: SimZvt, mut settings: SimZvtSettings, mut zvt: ZvtSettings) -> Till {
        if let (Place::Tcp(_), Some(address)) = (&settings.place, sim.address()) {
            settings.place = Place::Tcp(address);
        }
        zvt.transport = match settings.place {
            Place::Pty(_) => Transport::Serial,
            Place::Tcp(_) => Transport::Tcp,
        };
        let (events, asks, stop, task) = start(&settings.place, &zvt);
        Till {
            sim: Some(sim),
            sim_settings: settings,
            zvt,
            events,
            asks,
            stop,
            task,
            newest: None,
            receipts: Vec::new(),
            alarms: Vec::new(),
            displays: 0,
            log: Vec::new(),
            next: 1,
        }
    }

    /// The box dies and comes back: a new dialogue that knows nothing.
    pub async fn restart_box(&mut self) {
        self.stop.cancel();
        let (events, asks, stop, task) = start(&self.sim_settings.place, &self.zvt);
        (self.events, self.asks, self.stop) = (events, asks, stop);
        let old = std::mem::replace(&mut self.task, task);
        timeout(DEADLINE, old).await.unwrap().unwrap();
        self.up().await;
    }

    /// The terminal is killed, and comes back with what its ledger says after `meanwhile`.
    pub async fn restart_terminal(&mut self, meanwhile: impl FnOnce(&mut Truth)) {
        self.sim.take().unwrap().kill().await;
        meanwhile(&mut Truth::open(&self.sim_settings.truth).unwrap());
        self.sim_settings.script = Script::default();
        self.sim = Some(SimZvt::start(self.sim_settings.clone()).await.unwrap());
    }

    pub async fn event(&mut self) -> PinPadEvent {
        let event = timeout(DEADLINE, self.events.recv()).await;
        let event = event.unwrap_or_else(|_| panic!("no event; log {:#?}", self.log));
        let event = event.expect("the task lives");
        self.log.push(event.clone());
        match &event {
            PinPadEvent::Receipt { intent, receipt } => {
                self.receipts.push((*intent, receipt.clone()));
            }
            PinPadEvent::Display { .. } => self.displays += 1,
            PinPadEvent::Up { newest: Some(newest), .. } => self.newest = Some(newest.clone()),
            PinPadEvent::Alarm(alarm) => {
                self.alarms.push(alarm.clone());
                if let Alarm::Orphan(_) = alarm {
                    self.ask(Ask::Kept(ORPHAN)).await;
                }
            }
            _ => {}
        }
        event
    }

    pub async fn ask(&self, ask: Ask) {
        self.asks.send(ask).await.unwrap();
    }

    pub async fn up(&mut self) {
        while !matches!(self.event().await, PinPadEvent::Up { .. }) {}
    }

    pub fn tender(&mut self, kind: Kind, amount_minor: u64) -> Tender {
        let intent = IntentNo(self.next);
        self.next += 1;
        let original = (kind == Kind::Reversal).then(|| self.newest.clone()).flatten();
        let baseline = self.newest.clone();
        Tender { intent, kind, amount_minor, currency: EURO, original, baseline }
    }

    pub async fn buy(&mut self, amount_minor: u64) -> State {
        let tender = self.tender(Kind::Purchase, amount_minor);
        self.pay(tender).await
    }

    /// Runs a tender to its end, recovery included.
    pub async fn pay(&mut self, tender: Tender) -> State {
        self.pay_with(tender, false).await
    }

    pub async fn pay_with(&mut self, tender: Tender, abort_at_display: bool) -> State {
        self.ask(Ask::Begin(Box::new(tender.clone()))).await;
        let state = self.until_done(&tender, abort_at_display).await;
        if state == State::Unknown { self.recover(&tender).await } else { state }
    }

    pub async fn until_done(&mut self, tender: &Tender, mut abort_at_display: bool) -> State {
        let mut state = State::NotCharged;
        loop {
            match self.event().await {
                PinPadEvent::Ready(intent) => self.ask(Ask::Go(intent)).await,
                PinPadEvent::NotStarted { intent, .. } if intent == tender.intent => {
                    return State::NotCharged;
                }
                PinPadEvent::Display { intent, .. } if abort_at_display => {
                    abort_at_display = false;
                    self.ask(Ask::Abort(intent)).await;
                }
                PinPadEvent::Ended { intent, outcome } => {
                    state = self.keep(outcome);
                    self.ask(Ask::Kept(intent)).await;
                }
                PinPadEvent::Unknown { intent, .. } if intent == tender.intent => {
                    return State::Unknown;
                }
                PinPadEvent::Done { intent } if intent == tender.intent => return state,
                _ => {}
            }
        }
    }

    fn keep(&mut self, outcome: Outcome) -> State {
        match outcome {
            Outcome::Approved(booking) => {
                self.newest = Some(booking.clone());
                State::Approved(booking)
            }
            Outcome::Declined { code, .. } => State::Declined(code),
            Outcome::Cancelled => State::Cancelled,
        }
    }

    /// Asks again and again until the terminal has said what became of it.
    pub async fn recover(&mut self, tender: &Tender) -> State {
        for _ in 0..200 {
            self.ask(Ask::Recover(Box::new(tender.clone()))).await;
            let finding = loop {
                match self.event().await {
                    PinPadEvent::Recovered { intent, finding } if intent == tender.intent => {
                        break finding;
                    }
                    PinPadEvent::Ended { intent, outcome } => {
                        self.keep(outcome);
                        self.ask(Ask::Kept(intent)).await;
                    }
                    _ => {}
                }
            };
            match finding {
                Finding::Booked(booking) => {
                    self.newest = Some(booking.clone());
                    return State::Approved(booking);
                }
                Finding::NotBooked { .. } => return State::NotCharged,
                Finding::Undecided { evidence } => return State::NeedsOperator(evidence),
                Finding::NotNow { .. } => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
        panic!("never recovered; log {:#?}", self.log);
    }

    /// Bookings that stand, by trace: amount and kind.
    pub fn standing(&self) -> Vec<(u32, u64)> {
        let text = std::fs::read_to_string(&self.sim_settings.truth).unwrap();
        let lines = text.lines().map(|line| {
            serde_json::from_str::<usher_drivers::sim::pin_pad::truth::Line>(line).unwrap()
        });
        let mut standing: Vec<(u32, u64)> = Vec::new();
        for line in lines {
            match line.deed {
                Deed::Booked => {
                    assert!(matches!(line.of, Of::Purchase | Of::Refund));
                    standing.push((line.trace, line.amount_minor));
                }
                Deed::Reversed => standing.retain(|(trace, _)| *trace != line.trace),
                Deed::Declined | Deed::Cancelled | Deed::Acknowledged | Deed::Settled => {}
            }
        }
        standing
    }

    /// Ends all; the box must have kept to the protocol.
    pub async fn close(mut self) {
        let sim = self.sim.take().unwrap();
        assert_eq!(sim.violations(), Vec::<String>::new());
        let shown = format!("{:?}", self.log);
        assert!(!shown.replace([' ', '-'], "").contains("4242424242"), "{shown}");
        self.stop.cancel();
        timeout(DEADLINE, &mut self.task).await.unwrap().unwrap();
        sim.kill().await;
    }
}

type Parts = (mpsc::Receiver<PinPadEvent>, mpsc::Sender<Ask>, CancellationToken, JoinHandle<()>);

fn start(place: &Place, zvt: &ZvtSettings) -> Parts {
    let (told, events) = mpsc::channel(64);
    let (asks, taken) = mpsc::channel(ASKS_MAX);
    let stop = CancellationToken::new();
    let framing = Framing { data_bits: 8, parity: Parity::None, stop_bits: 1 };
    let endpoint = match place {
        Place::Pty(link) => {
            Endpoint::Serial { path: link.clone(), line: Line { baud: 115_200, framing } }
        }
        Place::Tcp(address) => Endpoint::Tcp(address.to_string()),
    };
    let pauses = Pauses { first_ms: 5, last_ms: 50 };
    let pad = Box::new(Zvt::new(zvt.clone()));
    let task = tokio::spawn(run(pad, endpoint, pauses, told, taken, stop.clone()));
    (events, asks, stop, task)
}

pub fn tcp() -> Place {
    Place::Tcp("127.0.0.1:0".parse().unwrap())
}
