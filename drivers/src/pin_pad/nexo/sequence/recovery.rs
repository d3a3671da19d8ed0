//! What became of a payment whose answer was lost: asked of the terminal, by our own number.
//! Holds the rules of pin-pads 4.3. Never believes one "not found", nor two of a terminal that
//! was away meanwhile; never sends anything that moves money. Next: `../verdict.rs`.

use super::super::answer::{Answer, Condition, Repeated, StatusAnswer, Success};
use super::super::message::{self, Category, Reference, Request};
use super::super::verdict::{self, Verdict};
use super::stray::Stray;
use super::{ANSWER_MS_MAX, Flight, Sequence, Stage, failed, judge, recovered, tell};
use crate::pin_pad::{Finding, IntentNo, PinPadEvent, Receipt, Step, Tender};

/// From one question to the next.
pub const ASK_AGAIN_MS: u64 = 5_000;
/// Two answers "not found" so far apart prove that there is nothing to find.
pub const MISSING_MS_MIN: u64 = 30_000;
/// A terminal that cannot be reached for so long is asked again later.
pub const UNREACHABLE_MS_MAX: u64 = 60_000;
/// And one that stays at it, or gives no clear answer.
pub const RECOVERY_MS_MAX: u64 = 600_000;

pub(super) struct Recovery {
    pub tender: Tender,
    flight: Option<Flight>,
    again_ms: u64,
    began_ms: u64,
    answered_ms: u64,
    /// When the terminal first said that it knows nothing of it.
    missing_ms: Option<u64>,
}

impl Recovery {
    pub(super) fn exchange(&self) -> Option<u32> {
        self.flight.as_ref().map(|flight| flight.exchange)
    }

    pub(super) fn is_on(&self, exchange: u32) -> bool {
        self.exchange() == Some(exchange)
    }

    pub(super) fn due_ms(&self) -> u64 {
        self.flight.as_ref().map_or(self.again_ms, |flight| flight.due_ms)
    }
}

/// What one answer says about the message that was looked for.
enum Seen {
    Answered(Box<Repeated>),
    Working,
    Missing,
    Unclear,
}

impl Sequence {
    pub(super) fn recover(&mut self, tender: Tender, now_ms: u64, steps: &mut Vec<Step>) {
        let intent = tender.intent;
        let busy = match &self.stage {
            Stage::Idle | Stage::Probing(_) => None,
            // Looked for already; the finding comes.
            Stage::Recovering(recovery) if recovery.tender.intent == intent => return,
            Stage::Ready(_)
            | Stage::Sent { .. }
            | Stage::Ended { .. }
            | Stage::Recovering(_)
            | Stage::Fetching { .. } => Some("the terminal is busy"),
        };
        if let Some(why) = busy {
            return recovered(intent, Finding::NotNow { why: why.to_owned() }, steps);
        }
        if let Stage::Probing(probe) = std::mem::replace(&mut self.stage, Stage::Idle) {
            self.probe_failed(probe, "it is asked about another payment first", now_ms, steps);
        }
        if self.away.is_some_and(|away| away != intent) {
            self.away = None;
        }
        self.stage = Stage::Recovering(Box::new(Recovery {
            tender,
            flight: None,
            again_ms: now_ms,
            began_ms: now_ms,
            answered_ms: now_ms,
            missing_ms: None,
        }));
        self.ask_again(now_ms, steps);
    }

    pub(super) fn ask_again(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        let reference = match &self.stage {
            Stage::Recovering(recovery) => Reference::of(&recovery.tender),
            Stage::Idle
            | Stage::Probing(_)
            | Stage::Ready(_)
            | Stage::Sent { .. }
            | Stage::Ended { .. }
            | Stage::Fetching { .. } => return,
        };
        let flight = self.ask_status(&reference, now_ms, steps);
        if let Stage::Recovering(recovery) = &mut self.stage {
            recovery.flight = Some(flight);
        }
    }

    fn ask_status(&mut self, reference: &Reference, now_ms: u64, steps: &mut Vec<Step>) -> Flight {
        let service_id = self.fresh_service_id();
        self.send(service_id, &Request::Status(reference), now_ms + ANSWER_MS_MAX, steps)
    }

    /// The answer to a question was lost: the terminal may have been switched off and on.
    pub(super) fn still_lost(
        &mut self,
        recovery: Box<Recovery>,
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        self.away = Some(recovery.tender.intent);
        self.no_answer(recovery, now_ms, steps);
    }

    fn no_answer(&mut self, mut recovery: Box<Recovery>, now_ms: u64, steps: &mut Vec<Step>) {
        recovery.missing_ms = None;
        if now_ms.saturating_sub(recovery.answered_ms) >= UNREACHABLE_MS_MAX {
            let why = "the terminal cannot be reached".to_owned();
            recovered(recovery.tender.intent, Finding::NotNow { why }, steps);
            return self.rest(now_ms);
        }
        self.wait(recovery, now_ms, steps);
    }

    pub(super) fn found(
        &mut self,
        mut recovery: Box<Recovery>,
        bytes: &[u8],
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        let Some(flight) = recovery.flight.take() else { return };
        let answer = match self.read(&flight, bytes) {
            Ok(answer) => answer,
            Err(stray) => return self.strayed(recovery, &stray, now_ms, steps),
        };
        recovery.answered_ms = now_ms;
        match seen(answer.status) {
            Seen::Answered(repeated) => self.repeated(recovery, *repeated, now_ms, steps),
            Seen::Missing => self.missing(recovery, now_ms, steps),
            Seen::Working | Seen::Unclear => {
                recovery.missing_ms = None;
                self.wait(recovery, now_ms, steps);
            }
        }
    }

    fn strayed(
        &mut self,
        recovery: Box<Recovery>,
        stray: &Stray,
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        self.tell_stray(stray, steps);
        match stray {
            Stray::OtherTerminal { .. } => {
                let evidence = stray.why();
                self.conclude(&recovery, Finding::Undecided { evidence }, now_ms, steps);
            }
            Stray::NotNexo | Stray::OtherMessage => self.no_answer(recovery, now_ms, steps),
        }
    }

    /// The terminal found the message: only what stands inside counts.
    fn repeated(
        &mut self,
        recovery: Box<Recovery>,
        repeated: Repeated,
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        let tender = &recovery.tender;
        let id = message::service_id_of(tender.intent);
        if let Err(stray) = self.is_ours(&repeated.header, message::category_of(tender), &id) {
            self.tell_stray(&stray, steps);
            let evidence = format!("asked for {id}: {}", stray.why());
            return self.conclude(&recovery, Finding::Undecided { evidence }, now_ms, steps);
        }
        let (verdict, receipts) = judge(&inner(repeated), tender, &self.till.poi_id);
        let finding = match verdict {
            Verdict::Approved { booking, alarms } => {
                alarms.into_iter().for_each(|alarm| tell(PinPadEvent::Alarm(alarm), steps));
                Finding::Booked(booking)
            }
            Verdict::Declined { code, text } => {
                let evidence = format!("the terminal declined it: {code} {text}");
                Finding::NotBooked { evidence: evidence.trim_end().to_owned() }
            }
            Verdict::Cancelled => {
                Finding::NotBooked { evidence: "it was cancelled at the terminal".to_owned() }
            }
            Verdict::NotCharged { why } => Finding::NotBooked { evidence: why },
            Verdict::InProgress => return self.wait(recovery, now_ms, steps),
            Verdict::Unknown { why } => Finding::Undecided { evidence: why },
        };
        let intent = tender.intent;
        self.away = None;
        recovered(intent, finding, steps);
        self.done(intent, receipts, now_ms, steps);
    }

    fn missing(&mut self, mut recovery: Box<Recovery>, now_ms: u64, steps: &mut Vec<Step>) {
        let first_ms = *recovery.missing_ms.get_or_insert(now_ms);
        if now_ms.saturating_sub(first_ms) < MISSING_MS_MIN {
            return self.wait(recovery, now_ms, steps);
        }
        let id = message::service_id_of(recovery.tender.intent);
        let twice = format!("asked twice, 30 s apart, the terminal has no message {id}");
        let finding = if self.away == Some(recovery.tender.intent) {
            let evidence = format!("{twice}, but it was away meanwhile and may have forgotten");
            Finding::Undecided { evidence }
        } else {
            Finding::NotBooked { evidence: twice }
        };
        self.conclude(&recovery, finding, now_ms, steps);
    }

    fn wait(&mut self, mut recovery: Box<Recovery>, now_ms: u64, steps: &mut Vec<Step>) {
        if now_ms.saturating_sub(recovery.began_ms) >= RECOVERY_MS_MAX {
            let why = "the terminal is still at it, or gives no clear answer".to_owned();
            recovered(recovery.tender.intent, Finding::NotNow { why }, steps);
            return self.rest(now_ms);
        }
        recovery.flight = None;
        recovery.again_ms = now_ms + ASK_AGAIN_MS;
        self.stage = Stage::Recovering(recovery);
    }

    fn conclude(
        &mut self,
        recovery: &Recovery,
        finding: Finding,
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        self.away = None;
        recovered(recovery.tender.intent, finding, steps);
        self.done(recovery.tender.intent, Vec::new(), now_ms, steps);
    }

    /// The receipts once more: the terminal repeats them with the answer it gave.
    pub(super) fn fetch(&mut self, intent: IntentNo, now_ms: u64, steps: &mut Vec<Step>) {
        if !matches!(self.stage, Stage::Idle) {
            return failed("receipts", "the terminal is busy", steps);
        }
        let service_id = message::service_id_of(intent);
        let reference = Reference { category: Category::Payment, service_id };
        let flight = self.ask_status(&reference, now_ms, steps);
        self.stage = Stage::Fetching { intent, flight };
    }

    pub(super) fn fetched(
        &mut self,
        intent: IntentNo,
        flight: &Flight,
        bytes: &[u8],
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        let receipts = match self.read(flight, bytes).map(|answer| seen(answer.status)) {
            Ok(Seen::Answered(repeated)) => self.receipts_of(intent, &repeated),
            Ok(Seen::Working | Seen::Missing | Seen::Unclear) | Err(_) => None,
        };
        match receipts {
            Some(receipts) => self.done(intent, receipts, now_ms, steps),
            None => {
                failed("receipts", "the terminal does not repeat them", steps);
                self.rest(now_ms);
            }
        }
    }

    fn receipts_of(&self, intent: IntentNo, repeated: &Repeated) -> Option<Vec<Receipt>> {
        let id = message::service_id_of(intent);
        self.is_ours(&repeated.header, Category::Payment, &id).ok()?;
        Some(verdict::receipts(&repeated.body.payment.as_ref()?.receipts))
    }
}

fn seen(status: Option<StatusAnswer>) -> Seen {
    let Some(status) = status else { return Seen::Unclear };
    match (status.response.result, &status.response.condition, status.repeated) {
        (Success::Success | Success::Partial, _, Some(repeated)) => {
            Seen::Answered(Box::new(repeated))
        }
        (Success::Failure, Some(Condition::InProgress), _) => Seen::Working,
        (Success::Failure, Some(Condition::NotFound), _) => Seen::Missing,
        (Success::Failure, _, _) | (Success::Success | Success::Partial, _, None) => Seen::Unclear,
    }
}

/// The repeated answer, as if it had come by itself.
fn inner(repeated: Repeated) -> Answer {
    Answer {
        header: repeated.header,
        payment: repeated.body.payment,
        reversal: repeated.body.reversal,
        status: None,
        diagnosis: None,
    }
}
