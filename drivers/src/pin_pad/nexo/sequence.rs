//! The dialogue with one nexo terminal: numbered exchanges, one intent at a time.
//! Holds no clock, no line, no chance: moments and a seed come in. Never sends a payment twice and
//! takes no silence for a decline; a lost answer is asked for, by our own number.
//! Next: `sequence/recovery.rs` (what became of it), `sequence/probe.rs` (is it there), `task.rs`.

mod probe;
mod recovery;
mod stray;

use super::answer::Answer;
use super::message::{self, Category, Reference, Request, Till};
use super::verdict::{self, Verdict};
use crate::pin_pad::{
    Ask, Display, Finding, IntentNo, Kind, Outcome, PinPad, PinPadEvent, Receipt, Step, Stir,
    Tender,
};
use probe::Probe;
use recovery::Recovery;

/// The terminal gives up a payment after so long; an answer that takes longer is lost.
pub const PAYMENT_MS_MAX: u64 = 120_000;
/// Every other question is answered at once.
pub const ANSWER_MS_MAX: u64 = 15_000;
const SERVICE_ID_HALF: usize = message::SERVICE_ID_CHARS_MAX / 2;
const SERVICE_ID_HALF_COUNT: u64 = 36_u64.pow(5);

/// What a dialogue cannot know by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// Wall time at the moment 0 of the dialogue's clock, in UTC milliseconds; for time stamps.
    pub wall_ms: i64,
    /// Drawn at each start, so that numbers of questions do not come again within two days.
    pub seed: u64,
}

pub struct Sequence {
    till: Till,
    start: Start,
    stage: Stage,
    /// The last exchange worked.
    up: bool,
    probe_ms: Option<u64>,
    exchanges: u32,
    questions: u64,
    /// The terminal could not be reached while this intent was looked for.
    away: Option<IntentNo>,
    /// Another terminal that answered; told already.
    stranger: Option<String>,
    /// The last intent of which a byte may have left.
    sent: Option<IntentNo>,
}

/// A question on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Flight {
    exchange: u32,
    service_id: String,
    category: Category,
    due_ms: u64,
}

enum Stage {
    Idle,
    Probing(Probe),
    Ready(Tender),
    Sent {
        tender: Tender,
        flight: Flight,
    },
    /// The outcome is told and not yet on disk.
    Ended {
        intent: IntentNo,
        receipts: Vec<Receipt>,
    },
    Recovering(Box<Recovery>),
    /// Receipts once more.
    Fetching {
        intent: IntentNo,
        flight: Flight,
    },
}

impl PinPad for Sequence {
    fn stir(&mut self, stir: Stir<'_>, now_ms: u64, steps: &mut Vec<Step>) {
        match stir {
            Stir::LinkUp => self.look(now_ms, steps),
            Stir::LinkLost => self.all_lost(now_ms, steps),
            Stir::Bytes { exchange, bytes } => self.answered(exchange, bytes, now_ms, steps),
            Stir::ExchangeLost { exchange } => self.lost(exchange, true, now_ms, steps),
            Stir::Ask(ask) => self.ask(ask, now_ms, steps),
            Stir::Due => self.due(now_ms, steps),
        }
    }

    fn due_ms(&self) -> Option<u64> {
        match &self.stage {
            Stage::Idle => self.probe_ms,
            Stage::Probing(probe) => Some(probe.flight.due_ms),
            Stage::Ready(_) | Stage::Ended { .. } => None,
            Stage::Sent { flight, .. } | Stage::Fetching { flight, .. } => Some(flight.due_ms),
            Stage::Recovering(recovery) => Some(recovery.due_ms()),
        }
    }
}

impl Sequence {
    pub fn new(till: Till, start: Start) -> Sequence {
        Sequence {
            till,
            start,
            stage: Stage::Idle,
            up: false,
            probe_ms: None,
            exchanges: 0,
            questions: 0,
            away: None,
            stranger: None,
            sent: None,
        }
    }

    /// An exchange that could not even be connected: proof that none of its bytes left.
    pub fn unsent(&mut self, exchange: u32, now_ms: u64, steps: &mut Vec<Step>) {
        self.lost(exchange, false, now_ms, steps);
    }

    fn ask(&mut self, ask: Ask, now_ms: u64, steps: &mut Vec<Step>) {
        match ask {
            Ask::Begin(tender) => self.begin(*tender, now_ms, steps),
            Ask::Go(intent) => self.go(intent, now_ms, steps),
            Ask::Kept(intent) => self.kept(intent, now_ms, steps),
            Ask::Abort(intent) => self.abort(intent, now_ms, steps),
            Ask::Recover(tender) => self.recover(*tender, now_ms, steps),
            Ask::Receipts(intent) => self.fetch(intent, now_ms, steps),
            Ask::Totals => failed("totals", NO_TOTALS, steps),
            Ask::CloseBatch => failed("close batch", NO_TOTALS, steps),
            Ask::Diagnosis => self.diagnose(now_ms, steps),
        }
    }

    /// Makes ready: at once if the last exchange worked, else by asking the terminal first.
    fn begin(&mut self, tender: Tender, now_ms: u64, steps: &mut Vec<Step>) {
        let intent = tender.intent;
        if intent_of(&self.stage) == Some(intent) {
            // In hand already: it must not be called "not started".
            if matches!(self.stage, Stage::Ready(_)) {
                tell(PinPadEvent::Ready(intent), steps);
            }
            return;
        }
        if self.sent == Some(intent) {
            let why = "it was sent before; ask what became of it".to_owned();
            return tell(PinPadEvent::Unknown { intent, why }, steps);
        }
        if let Err(why) = self.takes(&tender) {
            return tell(PinPadEvent::NotStarted { intent: tender.intent, why }, steps);
        }
        if self.up {
            tell(PinPadEvent::Ready(tender.intent), steps);
            self.stage = Stage::Ready(tender);
        } else {
            self.probe(Some(tender), now_ms, steps);
        }
    }

    fn takes(&self, tender: &Tender) -> Result<(), String> {
        match &self.stage {
            Stage::Idle => {}
            Stage::Probing(probe) if probe.tender.is_none() => {}
            Stage::Probing(_)
            | Stage::Ready(_)
            | Stage::Sent { .. }
            | Stage::Ended { .. }
            | Stage::Recovering(_)
            | Stage::Fetching { .. } => return Err("the terminal is busy".to_owned()),
        }
        if tender.amount_minor == 0 {
            return Err("there is nothing to pay".to_owned());
        }
        let original = tender.original.as_ref();
        if message::category_of(tender) == Category::Reversal
            && original.is_none_or(|booking| booking.reference.is_empty())
        {
            return Err("the booking to take back has no reference of the terminal".to_owned());
        }
        Ok(())
    }

    /// The only place that sends a payment, and only once: the stage is left for good.
    fn go(&mut self, intent: IntentNo, now_ms: u64, steps: &mut Vec<Step>) {
        let tender = match std::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Ready(tender) if tender.intent == intent => tender,
            other => {
                let known = intent_of(&other) == Some(intent);
                self.stage = other;
                if !known {
                    let why = "it was not made ready here".to_owned();
                    tell(PinPadEvent::Unknown { intent, why }, steps);
                }
                return;
            }
        };
        let when = self.wall(now_ms);
        let request = match (message::category_of(&tender), &tender.original) {
            (Category::Reversal, Some(original)) => {
                Request::TakeBack { tender: &tender, original, when }
            }
            (
                Category::Payment
                | Category::Reversal
                | Category::Abort
                | Category::TransactionStatus
                | Category::Diagnosis,
                _,
            ) => Request::Pay { tender: &tender, when },
        };
        let service_id = message::service_id_of(intent);
        self.sent = Some(intent);
        let flight = self.send(service_id, &request, now_ms + PAYMENT_MS_MAX, steps);
        tell(PinPadEvent::Display { intent, display: shown(&tender) }, steps);
        self.stage = Stage::Sent { tender, flight };
    }

    /// Nothing is owed to this terminal: it keeps its booking whether we heard of it or not.
    fn kept(&mut self, intent: IntentNo, now_ms: u64, steps: &mut Vec<Step>) {
        match std::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Ended { intent: ended, receipts } if ended == intent => {
                self.done(intent, receipts, now_ms, steps);
            }
            other => self.stage = other,
        }
    }

    fn done(
        &mut self,
        intent: IntentNo,
        receipts: Vec<Receipt>,
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        for receipt in receipts {
            tell(PinPadEvent::Receipt { intent, receipt }, steps);
        }
        tell(PinPadEvent::Done { intent }, steps);
        self.rest(now_ms);
    }

    /// A wish: the payment's own answer says whether it came in time.
    fn abort(&mut self, intent: IntentNo, now_ms: u64, steps: &mut Vec<Step>) {
        if intent_of(&self.stage) != Some(intent) {
            return;
        }
        let reference = match &mut self.stage {
            Stage::Sent { tender, .. } => Reference::of(tender),
            Stage::Recovering(recovery) => Reference::of(&recovery.tender),
            Stage::Probing(probe) => {
                probe.tender = None;
                return stopped(intent, steps);
            }
            Stage::Ready(_) => {
                self.rest(now_ms);
                return stopped(intent, steps);
            }
            Stage::Idle | Stage::Ended { .. } | Stage::Fetching { .. } => return,
        };
        if reference.category == Category::Payment {
            let service_id = self.fresh_service_id();
            self.send(service_id, &Request::Abort(&reference), now_ms, steps);
        }
    }

    fn answered(&mut self, exchange: u32, bytes: &[u8], now_ms: u64, steps: &mut Vec<Step>) {
        match std::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Probing(probe) if probe.flight.exchange == exchange => {
                self.probed(probe, bytes, now_ms, steps);
            }
            Stage::Sent { tender, flight } if flight.exchange == exchange => {
                self.paid(tender, &flight, bytes, now_ms, steps);
            }
            Stage::Recovering(recovery) if recovery.is_on(exchange) => {
                self.found(recovery, bytes, now_ms, steps);
            }
            Stage::Fetching { intent, flight } if flight.exchange == exchange => {
                self.fetched(intent, &flight, bytes, now_ms, steps);
            }
            // Of an abort, or of an exchange that was given up.
            other => self.stage = other,
        }
    }

    /// The payment's own answer.
    fn paid(
        &mut self,
        tender: Tender,
        flight: &Flight,
        bytes: &[u8],
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        let intent = tender.intent;
        let answer = match self.read(flight, bytes) {
            Ok(answer) => answer,
            Err(stray) => {
                self.tell_stray(&stray, steps);
                return self.unknown(intent, stray.why(), now_ms, steps);
            }
        };
        let (verdict, receipts) = judge(&answer, &tender, &self.till.poi_id);
        let outcome = match verdict {
            Verdict::Approved { booking, alarms } => {
                alarms.into_iter().for_each(|alarm| tell(PinPadEvent::Alarm(alarm), steps));
                Outcome::Approved(booking)
            }
            Verdict::Declined { code, text } => Outcome::Declined { code, text },
            Verdict::Cancelled => Outcome::Cancelled,
            Verdict::NotCharged { why } => {
                tell(PinPadEvent::NotStarted { intent, why }, steps);
                return self.rest(now_ms);
            }
            Verdict::InProgress => {
                let why = "the terminal answered that it is still at it".to_owned();
                return self.unknown(intent, why, now_ms, steps);
            }
            Verdict::Unknown { why } => return self.unknown(intent, why, now_ms, steps),
        };
        tell(PinPadEvent::Ended { intent, outcome }, steps);
        self.stage = Stage::Ended { intent, receipts };
    }

    /// Nobody knows. The pad rests until it is asked to look.
    fn unknown(&mut self, intent: IntentNo, why: String, now_ms: u64, steps: &mut Vec<Step>) {
        self.away = None;
        tell(PinPadEvent::Unknown { intent, why }, steps);
        self.rest(now_ms);
    }

    /// `left` is false if it is certain that no byte of the exchange left.
    fn lost(&mut self, exchange: u32, left: bool, now_ms: u64, steps: &mut Vec<Step>) {
        match std::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Probing(probe) if probe.flight.exchange == exchange => {
                self.up = false;
                self.probe_failed(probe, "it cannot be reached", now_ms, steps);
            }
            Stage::Sent { tender, flight } if flight.exchange == exchange => {
                self.up = false;
                if left {
                    let why = "the connection was lost before the answer came".to_owned();
                    return self.unknown(tender.intent, why, now_ms, steps);
                }
                self.sent = None;
                let why = "the terminal cannot be reached; nothing was sent".to_owned();
                tell(PinPadEvent::NotStarted { intent: tender.intent, why }, steps);
                self.rest(now_ms);
            }
            Stage::Recovering(recovery) if recovery.is_on(exchange) => {
                self.up = false;
                self.still_lost(recovery, now_ms, steps);
            }
            Stage::Fetching { flight, .. } if flight.exchange == exchange => {
                self.up = false;
                failed("receipts", "the terminal cannot be reached", steps);
                self.rest(now_ms);
            }
            other => self.stage = other,
        }
    }

    fn all_lost(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        let exchange = match &self.stage {
            Stage::Idle | Stage::Ready(_) | Stage::Ended { .. } => None,
            Stage::Probing(probe) => Some(probe.flight.exchange),
            Stage::Sent { flight, .. } | Stage::Fetching { flight, .. } => Some(flight.exchange),
            Stage::Recovering(recovery) => recovery.exchange(),
        };
        if let Some(exchange) = exchange {
            self.lost(exchange, true, now_ms, steps);
        }
    }

    fn due(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        if self.due_ms().is_none_or(|due_ms| now_ms < due_ms) {
            return;
        }
        match &self.stage {
            Stage::Idle => self.look(now_ms, steps),
            Stage::Recovering(recovery) if recovery.exchange().is_none() => {
                self.ask_again(now_ms, steps);
            }
            Stage::Ready(_) | Stage::Ended { .. } => {}
            Stage::Probing(_)
            | Stage::Sent { .. }
            | Stage::Recovering(_)
            | Stage::Fetching { .. } => {
                // A late answer must not come to an intent that is being looked for.
                steps.push(Step::HangUp);
                self.all_lost(now_ms, steps);
            }
        }
    }

    /// Nothing is under way.
    fn rest(&mut self, now_ms: u64) {
        self.stage = Stage::Idle;
        self.probe_ms = (!self.up).then_some(now_ms + probe::PROBE_MS);
    }

    fn send(
        &mut self,
        service_id: String,
        request: &Request<'_>,
        due_ms: u64,
        steps: &mut Vec<Step>,
    ) -> Flight {
        self.exchanges = self.exchanges.wrapping_add(1);
        let bytes = self.till.write(&service_id, request);
        steps.push(Step::Write { exchange: self.exchanges, bytes });
        Flight { exchange: self.exchanges, service_id, category: request.category(), due_ms }
    }

    /// Ten digits: half drawn at the start, half counted. Numbers of intents are shorter.
    fn fresh_service_id(&mut self) -> String {
        self.questions += 1;
        let half = |number: u64| message::base_36(number % SERVICE_ID_HALF_COUNT, SERVICE_ID_HALF);
        half(self.start.seed) + &half(self.questions)
    }

    fn wall(&self, now_ms: u64) -> String {
        let ms = self.start.wall_ms.saturating_add_unsigned(now_ms);
        jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string()
    }
}

const NO_TOTALS: &str =
    "a nexo terminal is not asked for totals: the box's own ledger counts the day";

fn intent_of(stage: &Stage) -> Option<IntentNo> {
    match stage {
        Stage::Idle => None,
        Stage::Probing(probe) => probe.tender.as_ref().map(|tender| tender.intent),
        Stage::Ready(tender) | Stage::Sent { tender, .. } => Some(tender.intent),
        Stage::Ended { intent, .. } | Stage::Fetching { intent, .. } => Some(*intent),
        Stage::Recovering(recovery) => Some(recovery.tender.intent),
    }
}

/// Judges a whole answer by the body that fits the tender.
fn judge(answer: &Answer, tender: &Tender, poi_id: &str) -> (Verdict, Vec<Receipt>) {
    let missing = || Verdict::Unknown { why: "the answer has no result".to_owned() };
    if message::category_of(tender) == Category::Reversal {
        let Some(reversal) = &answer.reversal else { return (missing(), Vec::new()) };
        let verdict = verdict::of_reversal(reversal, tender, poi_id);
        return (verdict, verdict::receipts(&reversal.receipts));
    }
    let Some(payment) = &answer.payment else { return (missing(), Vec::new()) };
    (verdict::of_payment(payment, tender, poi_id), verdict::receipts(&payment.receipts))
}

fn stopped(intent: IntentNo, steps: &mut Vec<Step>) {
    let why = "it was stopped before it was sent".to_owned();
    tell(PinPadEvent::NotStarted { intent, why }, steps);
}

fn tell(event: PinPadEvent, steps: &mut Vec<Step>) {
    steps.push(Step::Tell(Box::new(event)));
}

fn failed(what: &'static str, why: &str, steps: &mut Vec<Step>) {
    tell(PinPadEvent::Failed { what, why: why.to_owned() }, steps);
}

fn recovered(intent: IntentNo, finding: Finding, steps: &mut Vec<Step>) {
    tell(PinPadEvent::Recovered { intent, finding }, steps);
}

/// What the terminal shows first; it tells no more of it before the end.
fn shown(tender: &Tender) -> Display {
    match message::category_of(tender) {
        Category::Payment if tender.kind == Kind::KeyedPurchase => Display::TypeCard,
        Category::Payment => Display::InsertCard,
        Category::Reversal
        | Category::Abort
        | Category::TransactionStatus
        | Category::Diagnosis => Display::Wait,
    }
}
