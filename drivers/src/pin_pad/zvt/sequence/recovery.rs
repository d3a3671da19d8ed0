//! What became of a payment whose outcome is unknown: asks the terminal and compares.
//! Holds the judgement as pure functions. Never guesses: what is not proved is left to a person,
//! with the evidence in words. Source: pin-pads 3.10. Next: `payment.rs`.

use super::errand::{Ending, Errand};
use super::{
    Before, Booking, BrandTotal, Fields, Finding, IntentNo, Kind, PinPadEvent, Tape, Tender, Turn,
    Zvt, code,
};
use crate::pin_pad::zvt::settings::Labels;

/// A recovery under way.
pub struct Recovery {
    pub tender: Box<Tender>,
    evidence: Vec<String>,
    /// A record that fits, on a terminal without a baseline to compare it with.
    fitting: Option<Booking>,
}

impl Recovery {
    fn new(tender: Box<Tender>) -> Recovery {
        Recovery { tender, evidence: Vec::new(), fitting: None }
    }

    pub fn note(&mut self, evidence: String) {
        self.evidence.push(evidence);
    }
}

/// What one look at the terminal gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    Booked(Booking),
    NotBooked(&'static str),
    /// Fits, but may be from before.
    Fits(Booking),
    Open(&'static str),
}

/// Compares the terminal's newest record with the intent and its baseline. `expected_id` is the
/// configured terminal id, or empty.
pub fn judge(tender: &Tender, record: &Fields, expected_id: &str) -> Judgement {
    let found = &record.booking;
    if found.trace.is_none() && found.receipt.is_none() {
        return Judgement::Open("the record has no number");
    }
    let id = &found.terminal_id;
    if !id.is_empty() && !expected_id.is_empty() && id != expected_id {
        return Judgement::Open("the record is of another terminal");
    }
    if let Some(baseline) = &tender.baseline
        && is_same(baseline, found)
    {
        return Judgement::NotBooked("the newest record is still the one from before");
    }
    if record.result.unwrap_or(0) != 0 {
        return Judgement::NotBooked("the newest record is a refusal");
    }
    if let Some(original) = found.original_trace {
        return judge_reversal(tender, found, original);
    }
    if tender.kind == Kind::Reversal {
        return Judgement::Open("the newest record is no reversal");
    }
    if found.amount_minor != Some(tender.amount_minor) {
        return Judgement::Open("the newest record has another amount");
    }
    if found.currency.is_some_and(|currency| currency != tender.currency.number) {
        return Judgement::Open("the newest record has another currency");
    }
    match tender.baseline {
        Some(_) => Judgement::Booked(found.clone()),
        None => Judgement::Fits(found.clone()),
    }
}

fn judge_reversal(tender: &Tender, found: &Booking, original: u32) -> Judgement {
    let known = tender.baseline.as_ref().and_then(|baseline| baseline.trace) == Some(original);
    match tender.kind {
        Kind::Reversal => {
            let wanted = tender.original.as_ref().and_then(|wanted| wanted.trace);
            let fits = found.amount_minor.is_none_or(|amount| amount == tender.amount_minor);
            match wanted == Some(original) && fits {
                true => Judgement::Booked(found.clone()),
                false => Judgement::Open("another booking was reversed"),
            }
        }
        Kind::Purchase | Kind::KeyedPurchase | Kind::Refund if known => {
            Judgement::Open("the booking before this one was reversed")
        }
        Kind::Purchase | Kind::KeyedPurchase | Kind::Refund => {
            Judgement::NotBooked("booked and taken back")
        }
    }
}

/// Numbers wrap, so they are compared for equality only. What both have must be the same.
fn is_same(baseline: &Booking, found: &Booking) -> bool {
    let pairs = [(baseline.trace, found.trace), (baseline.receipt, found.receipt)];
    let mut comparable = pairs.iter().filter_map(|(left, right)| left.zip(*right)).peekable();
    comparable.peek().is_some() && comparable.all(|(left, right)| left == right)
}

/// Reads numbers off a printed receipt, by the words in front of them.
pub fn read_receipt(lines: &[String], labels: &Labels) -> Option<Fields> {
    let has = |word: &String| !word.is_empty() && lines.iter().any(|line| line.contains(word));
    if !has(&labels.approved) {
        return None;
    }
    let booking = Booking {
        trace: number(lines, &labels.trace).and_then(|no| u32::try_from(no).ok()),
        receipt: number(lines, &labels.receipt).and_then(|no| u32::try_from(no).ok()),
        amount_minor: number(lines, &labels.amount),
        ..Booking::default()
    };
    Some(Fields { result: Some(0), booking, ..Fields::default() })
}

/// The digits after `label`; points and commas between them are of no account.
fn number(lines: &[String], label: &str) -> Option<u64> {
    if label.is_empty() {
        return None;
    }
    let after = lines.iter().find_map(|line| Some(line.split_once(label)?.1))?;
    let digits: String = after
        .chars()
        .skip_while(|sign| !sign.is_ascii_digit())
        .take_while(|sign| sign.is_ascii_digit() || matches!(sign, '.' | ','))
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

/// Compares the sums of the batch before the payment with those of now.
pub fn judge_totals(
    tender: &Tender,
    before: &[BrandTotal],
    now: &[BrandTotal],
    fitting: Option<Booking>,
) -> Judgement {
    let sums = |totals: &[BrandTotal]| {
        let count: u32 = totals.iter().map(|total| total.count).sum();
        let sum: i64 = totals.iter().map(|total| total.sum_minor).sum();
        (i64::from(count), sum)
    };
    let ((old_count, old_sum), (count, sum)) = (sums(before), sums(now));
    let amount = i64::try_from(tender.amount_minor).unwrap_or(i64::MAX);
    match (count - old_count, sum - old_sum) {
        // An empty batch may also be one that was closed meanwhile.
        (0, 0) if old_count > 0 => Judgement::NotBooked("the sums are those from before"),
        (1, delta) if delta == amount && tender.kind == Kind::Purchase => {
            Judgement::Booked(fitting.unwrap_or_else(|| Booking {
                amount_minor: Some(tender.amount_minor),
                currency: Some(tender.currency.number),
                ..Booking::default()
            }))
        }
        _ => Judgement::Open("the sums prove nothing"),
    }
}

impl Zvt {
    pub(super) fn recover(&mut self, tender: Box<Tender>, turn: &mut Turn<'_>) {
        self.begin(Errand::RecoverStatus(Recovery::new(tender)), turn);
    }

    pub(super) fn condition_found(
        &mut self,
        recovery: Recovery,
        ending: Ending,
        turn: &mut Turn<'_>,
    ) {
        let status = ending.condition(&self.settings).and_then(|condition| condition.status);
        match status.filter(|status| code::is_busy(*status)) {
            Some(status) => {
                let why = code::said(status);
                turn.found(recovery.tender.intent, Finding::NotNow { why });
                self.idle(turn);
            }
            None => self.begin(Errand::RecoverReceipt(recovery), turn),
        }
    }

    pub(super) fn record_found(
        &mut self,
        mut recovery: Recovery,
        record: Option<Fields>,
        tape: Tape,
        turn: &mut Turn<'_>,
    ) {
        let lines = tape.all_lines();
        let by_text = || read_receipt(&lines, &self.settings.labels);
        let record = record.or_else(by_text);
        let judgement = match &record {
            Some(record) => judge(&recovery.tender, record, &self.settings.terminal_id),
            None if self.is_mark_of(recovery.tender.intent, &lines) => {
                Judgement::NotBooked("the newest receipt is still the one from before")
            }
            None => Judgement::Open("repeat receipt gave no record"),
        };
        match judgement {
            Judgement::Booked(booking) => self.booked(recovery, booking, Some(tape), turn),
            Judgement::NotBooked(evidence) => {
                self.remember(record, &tape);
                self.not_booked(recovery, evidence, turn);
            }
            Judgement::Fits(booking) => {
                recovery.fitting = Some(booking);
                recovery.note("the newest record fits, but may be from before".to_owned());
                self.begin(Errand::RecoverTotals(recovery), turn);
            }
            Judgement::Open(evidence) => {
                recovery.note(evidence.to_owned());
                self.begin(Errand::RecoverTotals(recovery), turn);
            }
        }
    }

    fn before(&self, intent: IntentNo) -> Option<&Before> {
        let open = self.unresolved.as_ref().filter(|open| open.tender.intent == intent);
        open.map(|open| &open.before)
    }

    /// True when the newest receipt is the very one from before the payment.
    fn is_mark_of(&self, intent: IntentNo, lines: &[String]) -> bool {
        !lines.is_empty() && self.before(intent).is_some_and(|before| before.mark == lines)
    }

    pub(super) fn totals_found(
        &mut self,
        mut recovery: Recovery,
        record: Option<Fields>,
        turn: &mut Turn<'_>,
    ) {
        let intent = recovery.tender.intent;
        let before = self.before(intent).and_then(|before| before.totals.clone());
        let now = record.and_then(|record| record.totals);
        let judgement = match (before, now) {
            (Some(before), Some(now)) => {
                judge_totals(&recovery.tender, &before, &now, recovery.fitting.take())
            }
            (None, _) => Judgement::Open("there are no sums from before"),
            (Some(_), None) => Judgement::Open("the terminal told no sums"),
        };
        match judgement {
            Judgement::Booked(booking) | Judgement::Fits(booking) => {
                self.booked(recovery, booking, None, turn);
            }
            Judgement::NotBooked(evidence) => self.not_booked(recovery, evidence, turn),
            Judgement::Open(evidence) => {
                recovery.note(evidence.to_owned());
                self.undecided(recovery, turn);
            }
        }
    }

    fn booked(
        &mut self,
        recovery: Recovery,
        booking: Booking,
        tape: Option<Tape>,
        turn: &mut Turn<'_>,
    ) {
        let intent = recovery.tender.intent;
        self.resolved(intent);
        self.newest = Some(booking.clone());
        turn.found(intent, Finding::Booked(booking));
        for receipt in tape.map(|mut tape| tape.take_receipts()).unwrap_or_default() {
            turn.tell(PinPadEvent::Receipt { intent, receipt });
        }
        self.over(intent, turn);
    }

    fn not_booked(&mut self, recovery: Recovery, evidence: &str, turn: &mut Turn<'_>) {
        let intent = recovery.tender.intent;
        self.resolved(intent);
        turn.found(intent, Finding::NotBooked { evidence: evidence.to_owned() });
        self.over(intent, turn);
    }

    pub(super) fn undecided(&mut self, recovery: Recovery, turn: &mut Turn<'_>) {
        let intent = recovery.tender.intent;
        if let Some(open) = self.unresolved.as_mut().filter(|open| open.tender.intent == intent) {
            open.blocks = false;
        }
        let evidence = recovery.evidence.join("; ");
        turn.found(intent, Finding::Undecided { evidence });
        self.over(intent, turn);
    }

    fn over(&mut self, intent: IntentNo, turn: &mut Turn<'_>) {
        turn.tell(PinPadEvent::Done { intent });
        self.idle(turn);
    }

    pub(super) fn resolved(&mut self, intent: IntentNo) {
        self.unresolved = self.unresolved.take().filter(|open| open.tender.intent != intent);
    }

    /// The receipts that a repeat gave, for an intent that is settled.
    pub(super) fn tell_receipts(&mut self, intent: IntentNo, mut tape: Tape, turn: &mut Turn<'_>) {
        let receipts = tape.take_receipts();
        if receipts.is_empty() {
            turn.failed("receipts", "the terminal printed none");
        }
        for receipt in receipts {
            turn.tell(PinPadEvent::Receipt { intent, receipt });
        }
        turn.tell(PinPadEvent::Done { intent });
    }
}
