//! One payment, refund or reversal: ready, go, progress, outcome, commit, acknowledgement.
//! Holds what the terminal was told and what it said. Never decides by progress or by the
//! closing command when a result came; an approval wins over our wish to stop.
//! Source: pin-pads 2, 3.7 to 3.9. Next: `recovery.rs`.

use super::errand::Errand;
use super::{
    Alarm, Before, Booking, BrandTotal, Command, Fields, IntentNo, Kind, Phase, PinPadEvent,
    Purpose, Reply, Run, Said, Tape, Tender, Turn, Unresolved, Zvt, code, is_of,
};
use crate::pin_pad::Outcome;
use crate::pin_pad::zvt::settings::ZvtSettings;

pub struct Payment {
    pub tender: Box<Tender>,
    before: Before,
    verdict: Option<Verdict>,
    /// Acknowledgements that wait for the commit.
    owed: u8,
    owed_since_ms: u64,
    /// The terminal is through with it.
    is_closed: bool,
    abort: Abort,
    /// How often the terminal was told to wait.
    waits: u8,
}

struct Verdict {
    outcome: Outcome,
    is_kept: bool,
    is_acknowledged: bool,
    /// The terminal went on after our acknowledgement.
    is_heard: bool,
}

#[derive(PartialEq, Eq)]
enum Abort {
    No,
    Wanted,
    Sent,
}

impl Payment {
    fn new(tender: Box<Tender>, before: Before) -> Payment {
        Payment {
            tender,
            before,
            verdict: None,
            owed: 0,
            owed_since_ms: 0,
            is_closed: false,
            abort: Abort::No,
            waits: 0,
        }
    }

    pub fn is_held(&self) -> bool {
        self.owed > 0
    }

    /// When the terminal must be told to wait for the commit, if it knows that word.
    pub fn wait_due_ms(&self, settings: &ZvtSettings) -> Option<u64> {
        let may_wait = self.waits < settings.repeats && !self.is_closed;
        may_wait.then_some(self.owed_since_ms + settings.timers.commit_ms)
    }

    pub fn wait_more(&mut self) {
        self.waits += 1;
        self.owed = 0;
    }

    fn hold(&mut self, now_ms: u64) {
        self.owed = self.owed.saturating_add(1);
        self.owed_since_ms = now_ms;
    }

    /// The terminal spoke again: whatever we acknowledged before, it heard.
    fn heard(&mut self) {
        if let Some(verdict) = &mut self.verdict {
            verdict.is_heard |= verdict.is_acknowledged;
        }
    }

    fn unresolved(self) -> Unresolved {
        Unresolved { tender: self.tender, before: self.before, blocks: true }
    }
}

impl Verdict {
    fn is_approval(&self) -> bool {
        matches!(self.outcome, Outcome::Approved(_))
    }

    /// The same result told again, as after being told to wait.
    fn is_told_by(&self, fields: &Fields) -> bool {
        match &self.outcome {
            Outcome::Approved(booking) => {
                fields.result == Some(0)
                    && (booking.trace, booking.receipt)
                        == (fields.booking.trace, fields.booking.receipt)
            }
            Outcome::Declined { .. } | Outcome::Cancelled => fields.result != Some(0),
        }
    }
}

impl Zvt {
    pub(super) fn prepare(&mut self, tender: Box<Tender>, turn: &mut Turn<'_>) {
        if let Some(why) = self.hindrance(&tender) {
            turn.not_started(tender.intent, why);
            return self.idle(turn);
        }
        if tender.baseline.is_none() {
            return self.begin(Errand::Witness(tender), turn);
        }
        self.prepared(tender, None, turn);
    }

    fn hindrance(&self, tender: &Tender) -> Option<String> {
        if let Some(open) = self.unresolved.as_ref().filter(|open| open.blocks) {
            return Some(format!(
                "the outcome of payment {} is not known yet",
                open.tender.intent.0
            ));
        }
        let original = tender.original.as_ref().filter(|_| tender.kind == Kind::Reversal);
        if let (Some(original), Some(newest)) = (original, &self.newest)
            && !is_of(original, newest)
        {
            return Some("only the newest booking can be reversed; refund instead".to_owned());
        }
        if tender.currency.number != self.settings.currency {
            return Some("the terminal is registered for another currency".to_owned());
        }
        let command = Command::Pay { tender, password: 0, repeats: 0 };
        command.apdu().is_none().then(|| "the terminal cannot be told this amount".to_owned())
    }

    pub(super) fn prepared(
        &mut self,
        tender: Box<Tender>,
        totals: Option<Vec<BrandTotal>>,
        turn: &mut Turn<'_>,
    ) {
        let intent = tender.intent;
        if self.unwanted.take() == Some(intent) {
            turn.not_started(intent, "stopped by the box");
            return self.idle(turn);
        }
        let due_ms = turn.now_ms + self.settings.timers.go_ms;
        let before = Before { totals, mark: self.mark.clone() };
        self.phase = Phase::Prepared { tender, before, due_ms };
        turn.tell(PinPadEvent::Ready(intent));
    }

    pub(super) fn go(&mut self, intent: IntentNo, turn: &mut Turn<'_>) {
        match std::mem::replace(&mut self.phase, Phase::Down) {
            Phase::Prepared { tender, before, .. } if tender.intent == intent => {
                self.last_gone = Some(intent);
                self.begin(Errand::Pay(Box::new(Payment::new(tender, before))), turn);
            }
            phase => {
                self.phase = phase;
                // True only of an intent that was never started here.
                if self.last_gone != Some(intent) {
                    turn.not_started(intent, "the terminal was not ready for it any more");
                }
            }
        }
    }

    pub(super) fn abort(&mut self, intent: IntentNo, turn: &mut Turn<'_>) {
        let is_it = |ask: &super::Ask| matches!(ask, super::Ask::Begin(t) if t.intent == intent);
        if let Some(place) = self.waiting.iter().position(is_it) {
            self.waiting.remove(place);
            return turn.not_started(intent, "stopped by the box");
        }
        match &mut self.phase {
            Phase::Prepared { tender, .. } if tender.intent == intent => {
                turn.not_started(intent, "stopped by the box");
                self.idle(turn);
            }
            Phase::Running(run) => match &mut run.errand {
                Errand::Witness(tender) if tender.intent == intent => self.unwanted = Some(intent),
                Errand::Pay(payment) if payment.tender.intent == intent => {
                    if payment.abort == Abort::No && payment.verdict.is_none() {
                        payment.abort = Abort::Wanted;
                    }
                    self.send_abort(turn);
                }
                _ => {}
            },
            Phase::Down | Phase::Idle { .. } | Phase::Paused { .. } | Phase::Prepared { .. } => {}
        }
    }

    /// Tells the terminal to stop, as soon as it has begun.
    fn send_abort(&mut self, turn: &mut Turn<'_>) {
        let Phase::Running(run) = &mut self.phase else { return };
        let is_begun = run.is_begun;
        let Errand::Pay(payment) = &mut run.errand else { return };
        if is_begun && payment.abort == Abort::Wanted {
            payment.abort = Abort::Sent;
            if let Some(apdu) = Command::Abort.apdu() {
                self.link.send(&apdu, Purpose::Command, turn.now_ms, turn.steps);
            }
        }
    }

    pub(super) fn payment_refused(&mut self, turn: &mut Turn<'_>) {
        match std::mem::replace(&mut self.phase, Phase::Down) {
            Phase::Running(run) => match run.errand {
                Errand::Pay(payment) if !run.is_begun => {
                    turn.not_started(payment.tender.intent, "the line refused the command");
                    self.idle(turn);
                }
                errand => self.phase = Phase::Running(Box::new(Run { errand, ..*run })),
            },
            phase => self.phase = phase,
        }
    }

    pub(super) fn payment_said(&mut self, mut run: Box<Run>, said: Said, turn: &mut Turn<'_>) {
        let Errand::Pay(payment) = &mut run.errand else { return };
        match said {
            Said::No(code) if !run.is_begun => {
                turn.not_started(payment.tender.intent, code::said(code));
                return self.idle(turn);
            }
            // Later on it is the answer to our wish to stop, which decides nothing.
            Said::No(_) => {}
            Said::Yes => run.is_begun = true,
            Said::Status(fields) => {
                run.is_begun = true;
                return self.result_told(run, *fields, turn);
            }
            Said::Completed(_) => return self.payment_closed(run, None, turn),
            Said::Aborted { code, fields } => {
                return self.payment_closed(run, Some((code, fields.text)), turn);
            }
            Said::Progress { code, minutes } => {
                self.reply(Reply::Yes, turn);
                let display = code::display(code);
                turn.tell(PinPadEvent::Display { intent: payment.tender.intent, display });
                return self.go_on(run, minutes, turn);
            }
            Said::Line(line) => {
                self.reply(Reply::Yes, turn);
                run.tape.line(line, &self.settings);
                return self.go_on(run, None, turn);
            }
            Said::Block(block) => {
                self.reply(Reply::Yes, turn);
                run.tape.block(block, &self.settings);
                return self.go_on(run, None, turn);
            }
            Said::Clock => self.reply(Reply::Yes, turn),
            Said::Other => self.reply(Reply::Unknown, turn),
        }
        self.extend(&mut run, None, turn);
        self.phase = Phase::Running(run);
        self.send_abort(turn);
    }

    /// The terminal said something that proves it is at work on this payment.
    fn go_on(&mut self, mut run: Box<Run>, minutes: Option<u8>, turn: &mut Turn<'_>) {
        run.is_begun = true;
        if let Errand::Pay(payment) = &mut run.errand {
            payment.heard();
            let is_kept = payment.verdict.as_ref().is_some_and(|verdict| verdict.is_kept);
            if is_kept {
                tell_copies(payment.tender.intent, &mut run.tape, turn);
            }
        }
        self.extend(&mut run, minutes, turn);
        self.phase = Phase::Running(run);
        self.send_abort(turn);
    }

    fn result_told(&mut self, mut run: Box<Run>, fields: Fields, turn: &mut Turn<'_>) {
        let Errand::Pay(payment) = &mut run.errand else { return };
        match (&mut payment.verdict, fields.result) {
            (None, None) => self.reply(Reply::Yes, turn),
            (None, Some(0)) => return self.approved(run, fields, turn),
            (None, Some(code)) => {
                payment.hold(turn.now_ms);
                payment.verdict = Some(refusal(payment.tender.intent, code, &fields.text, turn));
            }
            (Some(verdict), _) if !verdict.is_told_by(&fields) => {
                return self.contradicted(run, turn);
            }
            (Some(verdict), _) if verdict.is_kept => {
                verdict.is_acknowledged = true;
                self.reply(Reply::Yes, turn);
            }
            (Some(_), _) => payment.hold(turn.now_ms),
        }
        self.extend(&mut run, None, turn);
        self.phase = Phase::Running(run);
    }

    fn approved(&mut self, mut run: Box<Run>, fields: Fields, turn: &mut Turn<'_>) {
        let Errand::Pay(payment) = &mut run.errand else { return };
        if !took_back_the_right_one(&payment.tender, &fields.booking) {
            return self.unknown(run, "the terminal reversed another booking", turn);
        }
        let intent = payment.tender.intent;
        payment.hold(turn.now_ms);
        let outcome = Outcome::Approved(fields.booking.clone());
        payment.verdict = Some(Verdict {
            outcome: outcome.clone(),
            is_kept: false,
            is_acknowledged: false,
            is_heard: false,
        });
        let alarms = alarms(&payment.tender, &fields);
        self.alarm_other_terminal(&fields.booking.terminal_id, turn);
        for alarm in alarms {
            turn.tell(PinPadEvent::Alarm(alarm));
        }
        turn.tell(PinPadEvent::Ended { intent, outcome });
        self.phase = Phase::Running(run);
    }

    /// The closing command: nothing after it belongs to this payment.
    fn payment_closed(
        &mut self,
        mut run: Box<Run>,
        aborted: Option<(u8, String)>,
        turn: &mut Turn<'_>,
    ) {
        let Errand::Pay(payment) = &mut run.errand else { return };
        payment.is_closed = true;
        run.tape.close(&self.settings);
        match (&mut payment.verdict, aborted) {
            (None, None) => {
                self.reply(Reply::Yes, turn);
                return self.unknown_and_idle(run, turn);
            }
            (None, Some((code, text))) => {
                payment.hold(turn.now_ms);
                payment.verdict = Some(refusal(payment.tender.intent, code, &text, turn));
            }
            (Some(verdict), Some(_)) if verdict.is_approval() && !verdict.is_acknowledged => {
                return self.contradicted(run, turn);
            }
            (Some(verdict), aborted) if verdict.is_kept => {
                if let Some((code, _)) = aborted.filter(|_| verdict.is_approval()) {
                    turn.failed("the end of a payment", code::said(code));
                }
                verdict.is_acknowledged = true;
                self.reply(Reply::Yes, turn);
                return self.payment_done(*run, turn);
            }
            (Some(_), _) => payment.hold(turn.now_ms),
        }
        self.phase = Phase::Running(run);
    }

    pub(super) fn kept(&mut self, intent: IntentNo, turn: &mut Turn<'_>) {
        if self.stray == Some(intent) {
            return self.stray_kept(intent, turn);
        }
        let Phase::Running(run) = &mut self.phase else { return };
        let Errand::Pay(payment) = &mut run.errand else { return };
        let Some(verdict) = payment.verdict.as_mut().filter(|_| payment.tender.intent == intent)
        else {
            return;
        };
        verdict.is_kept = true;
        if let Outcome::Approved(booking) = &verdict.outcome {
            self.newest = Some(booking.clone());
        }
        let owed = std::mem::take(&mut payment.owed);
        verdict.is_acknowledged |= owed > 0;
        tell_copies(intent, &mut run.tape, turn);
        run.due_ms = turn.now_ms + self.settings.timers.word_ms;
        let is_over = payment.is_closed;
        for _ in 0..owed {
            self.reply(Reply::Yes, turn);
        }
        if is_over && let Phase::Running(run) = std::mem::replace(&mut self.phase, Phase::Down) {
            self.payment_done(*run, turn);
        }
    }

    fn payment_done(&mut self, mut run: Run, turn: &mut Turn<'_>) {
        if let Errand::Pay(payment) = run.errand {
            let intent = payment.tender.intent;
            tell_copies(intent, &mut run.tape, turn);
            turn.tell(PinPadEvent::Done { intent });
        }
        self.idle(turn);
    }

    /// An approval and a refusal of the same payment: only the terminal's memory knows.
    fn contradicted(&mut self, run: Box<Run>, turn: &mut Turn<'_>) {
        self.unknown(run, "the terminal contradicted itself", turn);
    }

    fn unknown(&mut self, run: Box<Run>, why: &str, turn: &mut Turn<'_>) {
        if let Errand::Pay(payment) = run.errand {
            self.tell_unknown(*payment, why, turn);
        }
        self.give_up(why, turn);
    }

    fn unknown_and_idle(&mut self, run: Box<Run>, turn: &mut Turn<'_>) {
        if let Errand::Pay(payment) = run.errand {
            self.tell_unknown(*payment, "the terminal ended without a result", turn);
        }
        self.idle(turn);
    }

    fn tell_unknown(&mut self, payment: Payment, why: &str, turn: &mut Turn<'_>) {
        let intent = payment.tender.intent;
        turn.tell(PinPadEvent::Unknown { intent, why: why.to_owned() });
        self.unresolved = Some(payment.unresolved());
    }

    pub(super) fn payment_lost(
        &mut self,
        payment: Payment,
        mut tape: Tape,
        why: &str,
        turn: &mut Turn<'_>,
    ) {
        match &payment.verdict {
            None => self.tell_unknown(payment, why, turn),
            // Some terminals take back an approval that nobody acknowledged. That the line took our
            // words proves nothing: its ACK has no number, and a late one is of a block before.
            Some(verdict) if verdict.is_approval() && !verdict.is_heard => {
                let why = format!("{why}; the terminal may not know that its approval was heard");
                self.tell_unknown(payment, &why, turn);
            }
            Some(_) => {
                tell_copies(payment.tender.intent, &mut tape, turn);
                turn.tell(PinPadEvent::Done { intent: payment.tender.intent });
            }
        }
    }
}

fn tell_copies(intent: IntentNo, tape: &mut Tape, turn: &mut Turn<'_>) {
    for receipt in tape.take_receipts() {
        turn.tell(PinPadEvent::Receipt { intent, receipt });
    }
}

/// A result that says no; told to the box here.
fn refusal(intent: IntentNo, code: u8, told: &str, turn: &mut Turn<'_>) -> Verdict {
    let outcome = if code == code::CANCELLED {
        Outcome::Cancelled
    } else {
        let text = if told.is_empty() { code::text(code) } else { told };
        Outcome::Declined { code: format!("{code:02X}"), text: text.to_owned() }
    };
    turn.tell(PinPadEvent::Ended { intent, outcome: outcome.clone() });
    Verdict { outcome, is_kept: false, is_acknowledged: false, is_heard: false }
}

/// A terminal was seen to reverse its newest booking whatever it was asked for.
fn took_back_the_right_one(tender: &Tender, booking: &Booking) -> bool {
    let Some(original) = tender.original.as_ref().filter(|_| tender.kind == Kind::Reversal) else {
        return true;
    };
    let amount_fits = booking.amount_minor.is_none_or(|amount| amount == tender.amount_minor);
    let trace_fits = match (booking.original_trace, original.trace) {
        (Some(found), Some(wanted)) => found == wanted,
        (Some(_), None) | (None, Some(_)) | (None, None) => true,
    };
    amount_fits && trace_fits
}

fn alarms(tender: &Tender, fields: &Fields) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if fields.clear_pan {
        alarms.push(Alarm::TerminalSendsClearPan);
    }
    let booked = fields.booking.amount_minor.unwrap_or(tender.amount_minor);
    if booked != tender.amount_minor {
        alarms.push(Alarm::AmountMismatch {
            intent: tender.intent,
            asked_minor: tender.amount_minor,
            booked_minor: booked,
        });
    }
    let currency = fields.booking.currency.filter(|found| *found != tender.currency.number);
    alarms.extend(currency.map(|found| Alarm::CurrencyMismatch { found }));
    alarms
}
