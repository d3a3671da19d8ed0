//! A terminal that a person plays: what its display shows, and what a customer does with the card,
//! the keys and the cable. Holds the one payment it is at.
//! Never books anything: it says how a payment ends, the terminal books it and then shows it. A
//! customer who does nothing is waited for as long as a real terminal waits.
//! Next: `zvt/terminal/attended.rs` and `nexo.rs`, which have one where no script is played.

use std::future::pending;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::truth::Of;

/// Wrong numbers after which a card is refused.
pub const WRONG_PINS_MAX: u8 = 3;
/// How long the display shows how it went.
const RESULT_MS: u64 = 20_000;
/// Acts that may wait; a person is slower.
const ACTS_MAX: usize = 8;

/// What a customer does. What does not fit the moment does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A contactless card that its bank pays.
    Tap,
    /// A contactless card that its bank refuses.
    TapRefused,
    /// A card with a chip; the terminal then wants its number.
    Insert,
    RightPin,
    WrongPin,
    /// Somebody types the number of a card, as the customer tells it on the phone.
    TypeCard,
    RedKey,
}

/// What the display says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Idle,
    PresentCard,
    /// The number of a card is to be typed.
    TypeCard,
    EnterPin,
    WrongPin,
    /// The bank is asked.
    Asking,
    Approved,
    Declined,
    Cancelled,
    TimedOut,
}

impl Shown {
    /// Is a payment over with it?
    pub fn is_result(self) -> bool {
        match self {
            Shown::Approved | Shown::Declined | Shown::Cancelled | Shown::TimedOut => true,
            Shown::Idle
            | Shown::PresentCard
            | Shown::TypeCard
            | Shown::EnterPin
            | Shown::WrongPin
            | Shown::Asking => false,
        }
    }
}

/// What the box asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bill {
    pub of: Of,
    /// The card is not there: its number is typed.
    pub keyed: bool,
    pub amount_minor: u64,
    /// ISO 4217 numeric.
    pub currency: u16,
}

/// The display at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    pub shown: Shown,
    /// Of the newest payment.
    pub bill: Option<Bill>,
    since: Instant,
}

/// How long the terminal waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// For the customer, in all; short of what the box waits for an answer.
    pub customer_ms: u64,
    /// For somebody who types what is told on the phone (K6).
    pub keyed_ms: u64,
    /// For the bank.
    pub bank_ms: u64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { customer_ms: 60_000, keyed_ms: 90_000, bank_ms: 900 }
    }
}

/// The customer's side of a terminal that is played.
#[derive(Debug, Clone)]
pub struct Customer {
    acts: mpsc::Sender<Act>,
    screen: watch::Receiver<Screen>,
    cable: watch::Sender<bool>,
}

impl Customer {
    /// Does something. False when the terminal is switched off, or was told too much at once.
    pub fn act(&self, act: Act) -> bool {
        self.acts.try_send(act).is_ok()
    }

    /// The display as it is now: a result goes away after a while.
    pub fn screen(&self) -> Screen {
        let screen = *self.screen.borrow();
        let is_old = screen.since.elapsed() > Duration::from_millis(RESULT_MS);
        match screen.shown.is_result() && is_old {
            true => Screen { shown: Shown::Idle, ..screen },
            false => screen,
        }
    }

    /// Follows the display; a result stays until the next payment.
    pub fn watch(&self) -> watch::Receiver<Screen> {
        self.screen.clone()
    }

    /// Pulls the cable to the box. The terminal goes on with its payment.
    pub fn pull_cable(&self) {
        self.cable.send_replace(false);
    }

    pub fn plug_in(&self) {
        self.cable.send_replace(true);
    }

    pub fn is_plugged_in(&self) -> bool {
        *self.cable.borrow()
    }
}

/// The terminal's end of its cable.
#[derive(Debug, Clone)]
pub struct Cable(Option<watch::Receiver<bool>>);

impl Cable {
    /// One that nobody can pull.
    pub fn fixed() -> Cable {
        Cable(None)
    }

    pub async fn pulled(&mut self) {
        if let Some(plugged) = &mut self.0
            && plugged.wait_for(|is_plugged| !is_plugged).await.is_ok()
        {
            return;
        }
        pending().await
    }

    pub async fn plugged(&mut self) {
        if let Some(plugged) = &mut self.0 {
            // Nobody can pull it any more: as it is, it is in.
            let _ = plugged.wait_for(|is_plugged| *is_plugged).await;
        }
    }
}

/// How a payment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Approve,
    Decline,
    /// Declined for too many wrong numbers.
    WrongPin,
    Cancel,
    TimeOut,
}

impl Verdict {
    pub fn shown(self) -> Shown {
        match self {
            Verdict::Approve => Shown::Approved,
            Verdict::Decline | Verdict::WrongPin => Shown::Declined,
            Verdict::Cancel => Shown::Cancelled,
            Verdict::TimeOut => Shown::TimedOut,
        }
    }
}

/// Where a payment is.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Card,
    Keyed,
    Pin { wrong: u8 },
    Bank { due: Instant, verdict: Verdict },
}

/// The terminal's side: the display, and the ear for the customer.
#[derive(Debug)]
pub struct Hand {
    acts: mpsc::Receiver<Act>,
    screen: watch::Sender<Screen>,
    pace: Pace,
    /// Of the payment under way: where it is, and until when the customer is waited for.
    payment: Option<(Stage, Instant)>,
}

/// Both sides of a terminal that is played, and its cable.
pub fn pair(pace: Pace) -> (Customer, Hand, Cable) {
    let (act, acts) = mpsc::channel(ACTS_MAX);
    let blank = Screen { shown: Shown::Idle, bill: None, since: Instant::now() };
    let (screen, seen) = watch::channel(blank);
    let (cable, end) = watch::channel(true);
    let customer = Customer { acts: act, screen: seen, cable };
    (customer, Hand { acts, screen, pace, payment: None }, Cable(Some(end)))
}

impl Hand {
    /// A payment begins; what the customer did before was for nothing.
    pub fn begin(&mut self, bill: Bill) {
        while self.acts.try_recv().is_ok() {}
        let (stage, shown, ms) = match bill.keyed {
            false => (Stage::Card, Shown::PresentCard, self.pace.customer_ms),
            true => (Stage::Keyed, Shown::TypeCard, self.pace.keyed_ms),
        };
        self.payment = Some((stage, Instant::now() + Duration::from_millis(ms)));
        self.screen.send_modify(|screen| screen.bill = Some(bill));
        self.show(shown);
    }

    pub fn is_busy(&self) -> bool {
        self.payment.is_some()
    }

    pub fn shown(&self) -> Shown {
        self.screen.borrow().shown
    }

    pub fn show(&mut self, shown: Shown) {
        self.screen.send_modify(|screen| {
            screen.shown = shown;
            screen.since = Instant::now();
        });
    }

    /// The box wants no more of it.
    pub fn stop(&mut self) {
        self.payment = None;
        self.show(Shown::Cancelled);
    }

    /// Waits for the next thing that happens, for ever without a payment; answers how the payment
    /// ends if it does. May be dropped and asked again: nothing is lost by it.
    pub async fn turn(&mut self) -> Option<Verdict> {
        let Some((stage, until)) = self.payment else { return pending().await };
        if let Stage::Bank { due, verdict } = stage {
            sleep_until(due).await;
            return self.end(verdict);
        }
        match timeout_at(until, self.acts.recv()).await {
            Ok(Some(act)) => self.did(act, stage, until),
            Ok(None) => {
                sleep_until(until).await;
                self.end(Verdict::TimeOut)
            }
            Err(_) => self.end(Verdict::TimeOut),
        }
    }

    /// The whole payment, for a terminal that has nothing else to do meanwhile.
    pub async fn finish(&mut self) -> Verdict {
        loop {
            if let Some(verdict) = self.turn().await {
                return verdict;
            }
        }
    }

    fn did(&mut self, act: Act, stage: Stage, until: Instant) -> Option<Verdict> {
        let due = Instant::now() + Duration::from_millis(self.pace.bank_ms);
        let bank = |verdict| (Stage::Bank { due, verdict }, Shown::Asking);
        let (next, shown) = match (stage, act) {
            (_, Act::RedKey) => return self.end(Verdict::Cancel),
            (Stage::Card, Act::Tap)
            | (Stage::Keyed, Act::TypeCard)
            | (Stage::Pin { .. }, Act::RightPin) => bank(Verdict::Approve),
            (Stage::Card, Act::TapRefused) => bank(Verdict::Decline),
            (Stage::Card, Act::Insert) => (Stage::Pin { wrong: 0 }, Shown::EnterPin),
            (Stage::Pin { wrong }, Act::WrongPin) if wrong + 1 < WRONG_PINS_MAX => {
                (Stage::Pin { wrong: wrong + 1 }, Shown::WrongPin)
            }
            (Stage::Pin { .. }, Act::WrongPin) => bank(Verdict::WrongPin),
            (Stage::Card, Act::RightPin | Act::WrongPin | Act::TypeCard)
            | (Stage::Keyed, _)
            | (Stage::Pin { .. }, Act::Tap | Act::TapRefused | Act::Insert | Act::TypeCard)
            | (Stage::Bank { .. }, _) => return None,
        };
        self.payment = Some((next, until));
        self.show(shown);
        None
    }

    fn end(&mut self, verdict: Verdict) -> Option<Verdict> {
        self.payment = None;
        Some(verdict)
    }
}
