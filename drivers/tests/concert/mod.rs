//! A till for tests of the Concert driver: it commits at once and says so.
//! Holds what every test of the dialogue needs; `world.rs` joins driver and terminal without a
//! line and without a clock, `line.rs` over a real pseudo terminal.
//! Never judges: the tests compare the till with the truth of the bank.

#![allow(dead_code)]

pub mod line;
pub mod world;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use usher_drivers::pin_pad::{
    Alarm, Ask, Currency, Finding, IntentNo, Kind, Outcome, PinPadEvent, Tender,
};
use usher_drivers::sim::pin_pad::truth::{Deed, Truth};

pub const INTENT: IntentNo = IntentNo(42);

pub fn tender(amount_minor: u64) -> Tender {
    let currency = Currency { number: 978, letters: *b"EUR", minor_digits: 2 };
    let (kind, original, baseline) = (Kind::Purchase, None, None);
    Tender { intent: INTENT, kind, amount_minor, currency, original, baseline }
}

/// A folder of its own, removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("usher-concert-{name}-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
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

/// What the till has on disk about its one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    Nothing,
    Created,
    Sent,
    Ended(Outcome),
    NotStarted,
    Unknown,
    Found(Finding),
}

/// One payment, from `Begin` to `Done`.
pub struct Till {
    pub tender: Tender,
    pub written: Written,
    pub events: Vec<PinPadEvent>,
    /// The cashier presses Stop as soon as the request is on its way.
    pub stops: bool,
    pub is_over: bool,
}

impl Till {
    pub fn new(tender: Tender) -> Till {
        Till { tender, written: Written::Nothing, events: Vec::new(), stops: false, is_over: false }
    }

    /// Takes what the driver tells, writes it, and says what to do next.
    pub fn hears(&mut self, event: PinPadEvent) -> Vec<Ask> {
        self.events.push(event.clone());
        let intent = self.tender.intent;
        match event {
            PinPadEvent::Up { .. } => self.starts(),
            PinPadEvent::Ready(_) => {
                self.written = Written::Sent;
                let stop = self.stops.then_some(Ask::Abort(intent));
                [Ask::Go(intent)].into_iter().chain(stop).collect()
            }
            PinPadEvent::NotStarted { .. } => {
                self.written = Written::NotStarted;
                self.is_over = true;
                Vec::new()
            }
            PinPadEvent::Ended { outcome, .. } => {
                self.written = Written::Ended(outcome);
                vec![Ask::Kept(intent)]
            }
            PinPadEvent::Unknown { .. } => {
                self.written = Written::Unknown;
                vec![Ask::Recover(Box::new(self.tender.clone()))]
            }
            PinPadEvent::Recovered { finding, .. } => {
                self.written = Written::Found(finding);
                vec![Ask::Kept(intent)]
            }
            PinPadEvent::Done { .. } => {
                self.is_over = true;
                Vec::new()
            }
            // The terminal reports again what this till had written before it was killed.
            PinPadEvent::Alarm(Alarm::Orphan(booking)) => {
                let is_ours = booking.reference == format!("U{:09}", intent.0);
                let is_kept = matches!(self.written, Written::Ended(_) | Written::Found(_));
                if is_ours && is_kept { vec![Ask::Kept(intent)] } else { Vec::new() }
            }
            PinPadEvent::Down { .. }
            | PinPadEvent::Display { .. }
            | PinPadEvent::Receipt { .. }
            | PinPadEvent::Totals(_)
            | PinPadEvent::BatchClosed { .. }
            | PinPadEvent::Failed { .. }
            | PinPadEvent::Healthy { .. }
            | PinPadEvent::Alarm(_) => Vec::new(),
        }
    }

    fn starts(&mut self) -> Vec<Ask> {
        if self.written != Written::Nothing {
            return Vec::new();
        }
        self.written = Written::Created;
        vec![Ask::Begin(Box::new(self.tender.clone()))]
    }

    /// The program was killed and is started again on what it had written.
    pub fn restarts(&mut self) -> Vec<Ask> {
        match self.written {
            Written::Nothing | Written::Created | Written::NotStarted => {
                self.written = Written::NotStarted;
                self.is_over = true;
                Vec::new()
            }
            Written::Sent | Written::Unknown => {
                self.written = Written::Unknown;
                vec![Ask::Recover(Box::new(self.tender.clone()))]
            }
            Written::Ended(_) | Written::Found(_) => {
                self.is_over = true;
                Vec::new()
            }
        }
    }

    pub fn alarms(&self) -> Vec<&Alarm> {
        let alarms = self.events.iter().filter_map(|event| match event {
            PinPadEvent::Alarm(alarm) => Some(alarm),
            _ => None,
        });
        alarms.collect()
    }

    pub fn failures(&self) -> Vec<&'static str> {
        let what = |event: &PinPadEvent| match event {
            PinPadEvent::Failed { what, .. } => Some(*what),
            _ => None,
        };
        self.events.iter().filter_map(what).collect()
    }
}

/// How the till and the bank stand to each other at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    Approved,
    NotBooked,
    Undecided,
}

/// Compares what the till wrote with what the bank booked. A wrong answer is an error.
pub fn ending(written: &Written, truth: &Path) -> Result<Ending, String> {
    let lines = Truth::open(truth).unwrap().lines().to_vec();
    let count = |deed| lines.iter().filter(|line| line.deed == deed).count();
    let booked = count(Deed::Booked) - count(Deed::Reversed);
    if booked > 1 {
        return Err(format!("{booked} bookings of one payment"));
    }
    let (ending, fits) = match written {
        Written::Ended(Outcome::Approved(_)) | Written::Found(Finding::Booked(_)) => {
            (Ending::Approved, booked == 1)
        }
        Written::Ended(Outcome::Declined { .. } | Outcome::Cancelled)
        | Written::Found(Finding::NotBooked { .. })
        | Written::NotStarted => (Ending::NotBooked, booked == 0),
        Written::Found(Finding::Undecided { .. }) => (Ending::Undecided, true),
        Written::Nothing
        | Written::Created
        | Written::Sent
        | Written::Unknown
        | Written::Found(Finding::NotNow { .. }) => return Err("never settled".to_owned()),
    };
    if fits { Ok(ending) } else { Err(format!("{written:?}, but the bank has {lines:?}")) }
}
