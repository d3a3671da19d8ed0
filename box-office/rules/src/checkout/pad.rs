//! A payment at a pin pad, step by step: the states of pin-pads 2 and what each event does.
//!
//! A terminal books and captures at once: `Approved` is told, `Captured` is over and sold. Silence
//! is never "declined", and an approval is never dropped: when the dialogue is over it sells the
//! cart, or it waits for a person with the evidence. Never talks to a pad. Next:
//! `pad/outcome.rs`, `tender/pad.rs`, the box's pad errand.

mod outcome;

use super::{Event, Saga};
use crate::at::At;
use crate::cart::{Buyer, Note, State as CartState};
use crate::id::{CartId, PadNo};
use crate::money::Money;
use crate::payment::{Deposit, Part};
use crate::tender::pad::{
    AtPad, Booking, Copy, Counter, Decision, Finding, INTENT_NO_MAX, Outcome, RECEIPT_LINES_MAX,
    RECEIPTS_MAX, Receipt, Refunding, kept,
};
use crate::tender::{self, Intent, State};
use crate::{Actor, Ask, Event as AnyEvent, Key, Refusal};
use minicbor::{Decode, Encode};

/// Payments one cart may try at a pad.
pub const ATTEMPTS_MAX: u8 = 100;
/// A payment below this makes no sense at a terminal.
const AMOUNT_MIN: Money = Money(1);

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// The cashier presses Pay: the intent is written, nothing is sent yet.
    #[n(0)]
    Begin {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        pad: PadNo,
        /// Name and email may be empty.
        #[n(2)]
        buyer: Buyer,
        /// The total the cashier saw.
        #[n(3)]
        shown: Money,
        #[n(4)]
        baseline: Option<Booking>,
        /// What the customer pays in cash; the card pays the rest.
        #[cbor(n(5), default)]
        cash: Money,
        /// The card pays a first part alone.
        #[n(6)]
        deposit: Option<Deposit>,
    },
    /// The terminal is ready: on disk before the first byte of the payment leaves.
    #[n(1)]
    Send(#[n(0)] Key),
    /// The terminal said so before it began, or it was never asked.
    #[n(2)]
    NotStarted {
        #[n(0)]
        intent: Key,
        #[n(1)]
        why: String,
    },
    #[n(3)]
    Ended {
        #[n(0)]
        intent: Key,
        #[n(1)]
        outcome: Outcome,
    },
    /// Silence, a lost link, garbage, a restart.
    #[n(4)]
    Lost {
        #[n(0)]
        intent: Key,
        #[n(1)]
        why: String,
    },
    #[n(5)]
    Found {
        #[n(0)]
        intent: Key,
        #[n(1)]
        finding: Finding,
    },
    #[n(6)]
    Receipt {
        #[n(0)]
        intent: Key,
        #[n(1)]
        receipt: Receipt,
    },
    /// The dialogue about it is over.
    #[n(7)]
    Done(#[n(0)] Key),
    /// A person looked at the terminal and says what happened.
    #[n(8)]
    Decide {
        #[n(0)]
        intent: Key,
        #[n(1)]
        charged: bool,
        #[n(2)]
        evidence: String,
        #[n(3)]
        name: String,
        #[n(4)]
        reason: String,
    },
    /// A booking that no intent asked for.
    #[n(9)]
    Orphan(#[n(0)] PadNo, #[n(1)] Booking),
}

impl Command {
    /// The intent it is about; a beginning and an orphan have none yet.
    pub fn intent(&self) -> Option<Key> {
        match self {
            Command::Begin { .. } | Command::Orphan(..) => None,
            Command::Send(key) | Command::Done(key) => Some(*key),
            Command::NotStarted { intent, .. }
            | Command::Ended { intent, .. }
            | Command::Lost { intent, .. }
            | Command::Found { intent, .. }
            | Command::Receipt { intent, .. }
            | Command::Decide { intent, .. } => Some(*intent),
        }
    }
}

/// Does an intent in this state keep its pad from others? One that waits for a person does not.
pub fn keeps_pad(state: State) -> bool {
    match state {
        State::Created | State::Sent | State::Approved | State::Unknown => true,
        State::Captured
        | State::Declined
        | State::Cancelled
        | State::NotCharged
        | State::NeedsOperator
        | State::Reversing
        | State::Reversed => false,
    }
}

/// An intent that is known to be a pad's.
struct Known<'a> {
    key: Key,
    intent: &'a Intent,
    pad: &'a AtPad,
}

impl Saga<'_> {
    pub(super) fn at_pad(&self, command: &Command) -> Result<Vec<AnyEvent>, Refusal> {
        if let Command::Begin { pad, buyer, shown, baseline, cash, deposit, .. } = command {
            return self.pay_at(*pad, buyer, ([*shown, *cash], *deposit), baseline.clone());
        }
        let key = command.intent().ok_or(Refusal::NotFound)?;
        let intent = self.facts.intent.as_ref().ok_or(Refusal::NotFound)?;
        let pad = intent.pad.as_ref().ok_or(Refusal::NotFound)?;
        let known = Known { key, intent, pad };
        match command {
            Command::Send(_) => self.sent(&known),
            Command::NotStarted { why, .. } => self.not_started(&known, why),
            Command::Ended { outcome, .. } => self.ended(&known, outcome),
            Command::Lost { why, .. } => self.lost(&known, why),
            Command::Found { finding, .. } => self.found(&known, finding),
            Command::Receipt { receipt, .. } => self.receipt(&known, receipt),
            Command::Done(_) => self.done(&known),
            Command::Decide { charged, evidence, name, reason, .. } => {
                self.decided(&known, *charged, [evidence, name, reason])
            }
            Command::Begin { .. } | Command::Orphan(..) => Err(Refusal::NotFound),
        }
    }

    fn pay_at(
        &self,
        pad: PadNo,
        buyer: &Buyer,
        ([shown, cash], deposit): ([Money; 2], Option<Deposit>),
        baseline: Option<Booking>,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let at = self.counter()?;
        let whole = self.due(shown)?;
        if whole < AMOUNT_MIN {
            return Err(Refusal::BelowMinimum { minimum: AMOUNT_MIN });
        }
        let buyer = self.named(buyer)?;
        let due = self.due_now(whole, deposit, &buyer)?;
        let both = deposit.is_some() && cash != Money::ZERO;
        if cash < Money::ZERO || due - cash < AMOUNT_MIN || both {
            return Err(Refusal::Malformed { field: "given" });
        }
        if !self.facts.house.pads.iter().any(|known| known.no == pad) {
            return Err(Refusal::NotFound);
        }
        if let Some(other) = self.facts.on_pad.as_ref().and_then(|intent| intent.pad.as_ref()) {
            return Err(Refusal::PadBusy { till: other.at.till });
        }
        if self.facts.batch_closing {
            return Err(Refusal::BatchClosing);
        }
        if self.cart.attempts >= ATTEMPTS_MAX {
            return Err(Refusal::TooManyAttempts { max: ATTEMPTS_MAX });
        }
        let (fresh, now) = (&self.facts.fresh, self.ask.at);
        let attempt = self.cart.attempts + 1;
        let key = tender::key(fresh.box_no, fresh.epoch, self.facts.cart_id, u32::from(attempt));
        let no = number(fresh.intent_no);
        let part = deposit.map(|deposit| Part::Deposit { deposit, total: whole });
        let at_pad = AtPad { cash, part, ..fresh_at(pad, no, at, baseline, None) };
        let intent = created(self.facts.cart_id, due - cash, at_pad, now);
        let total = self.cart.total();
        let started = Note::Started { tickets: self.cart.tickets(), total };
        Ok(vec![
            AnyEvent::Checkout(Event::BuyerNamed(self.facts.cart_id, buyer, String::new())),
            AnyEvent::Checkout(Event::Intent(key, intent)),
            self.move_cart(CartState::CheckingOut, now, attempt, Some(now), Some(key)),
            self.log(vec![started]),
        ])
    }

    fn sent(&self, known: &Known) -> Result<Vec<AnyEvent>, Refusal> {
        match known.intent.state {
            State::Created => Ok(vec![
                self.intent(known.key, known.intent, State::Sent),
                self.log(vec![Note::PadActivated { id: known.pad.no }]),
            ]),
            _ => Err(Refusal::Stale),
        }
    }

    fn not_started(&self, known: &Known, why: &str) -> Result<Vec<AnyEvent>, Refusal> {
        match known.intent.state {
            State::Created | State::Sent => {
                let note = Note::PadNotStarted { why: kept(why) };
                Ok(self.unpaid(known, State::NotCharged, &kept(why), note))
            }
            _ => Err(Refusal::Stale),
        }
    }

    fn ended(&self, known: &Known, outcome: &Outcome) -> Result<Vec<AnyEvent>, Refusal> {
        match outcome {
            Outcome::Approved(booking) => self.approved_at(known, booking),
            Outcome::Declined { code, text } if undecided(known.intent.state) => {
                let text = kept(&format!("{code} {text}"));
                let note = Note::Declined { bank_text: text.clone() };
                Ok(self.unpaid(known, State::Declined, &text, note))
            }
            Outcome::Cancelled if undecided(known.intent.state) => {
                Ok(self.unpaid(known, State::Cancelled, "", Note::PadCancelled))
            }
            Outcome::Declined { .. } | Outcome::Cancelled => Err(Refusal::Stale),
        }
    }

    fn lost(&self, known: &Known, why: &str) -> Result<Vec<AnyEvent>, Refusal> {
        let why = kept(why);
        match known.intent.state {
            // Nothing was sent, so nothing can have been charged.
            State::Created => {
                let note = Note::PadNotStarted { why: why.clone() };
                Ok(self.unpaid(known, State::NotCharged, &why, note))
            }
            State::Sent | State::Approved => {
                let mut events =
                    vec![self.pad_intent(known, State::Unknown, |pad| pad.why.clone_from(&why))];
                events.extend(self.hold_on(known));
                events.push(self.log(vec![Note::PadSilent { why }]));
                Ok(events)
            }
            _ => Err(Refusal::Stale),
        }
    }

    fn found(&self, known: &Known, finding: &Finding) -> Result<Vec<AnyEvent>, Refusal> {
        match finding {
            Finding::Booked(booking) => self.found_booked(known, booking),
            Finding::NotBooked { evidence } if undecided(known.intent.state) => {
                let evidence = kept(evidence);
                let note = Note::PadFound { booked: false, evidence: evidence.clone() };
                Ok(self.unpaid(known, State::NotCharged, &evidence, note))
            }
            Finding::Undecided { evidence } => match known.intent.state {
                State::Sent | State::Unknown => Ok(self.ask_a_person(known, None, evidence)),
                _ => Err(Refusal::Stale),
            },
            Finding::NotBooked { .. } => Err(Refusal::Stale),
        }
    }

    fn decided(
        &self,
        known: &Known,
        charged: bool,
        words: [&String; 3],
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let decision = decision(known.intent, charged, words, self.ask)?;
        if charged && !self.can_be_sold(known) {
            return Err(Refusal::Stale);
        }
        let (name, reason) = (decision.name.clone(), decision.reason.clone());
        let note = Note::PadDecided { charged, name, reason };
        let approval = decision.evidence.clone();
        let mut known_now = known.pad.clone();
        known_now.decision = Some(decision);
        let settled = Known { pad: &known_now, ..*known };
        if !charged {
            return Ok(self.unpaid(&settled, State::NotCharged, &known.pad.why, note));
        }
        let amount = Some(known.intent.amount);
        let seen = Booking { amount, approval, ..Booking::default() };
        let booking = known.pad.booking.clone().unwrap_or(seen);
        let mut events = vec![self.log(vec![note])];
        events.extend(self.paid(&settled, &booking, |_| {}));
        Ok(events)
    }

    fn receipt(&self, known: &Known, receipt: &Receipt) -> Result<Vec<AnyEvent>, Refusal> {
        let mut pad = known.pad.clone();
        keep_receipt(&mut pad, receipt)?;
        Ok(vec![self.pad_intent(known, known.intent.state, |row| *row = pad)])
    }

    /// The dialogue is over: what was approved is sold, and the rest of the six lines written, once
    /// (K2 to K4).
    fn done(&self, known: &Known) -> Result<Vec<AnyEvent>, Refusal> {
        let approved = known.pad.booking.as_ref().filter(|_| known.intent.state == State::Approved);
        if let Some(booking) = approved {
            if let Some(why) = self.unfit(known, booking) {
                return Ok(self.ask_a_person(known, None, &why));
            }
            let mut events = self.paid(known, booking, |pad| pad.housekept = true);
            events.push(self.log(last_lines(known, true)));
            return Ok(events);
        }
        if known.pad.housekept || undecided(known.intent.state) {
            return Err(Refusal::Stale);
        }
        let captured = known.intent.state == State::Captured;
        Ok(vec![
            self.pad_intent(known, known.intent.state, |pad| pad.housekept = true),
            self.log(last_lines(known, captured)),
        ])
    }

    fn pad_intent(&self, known: &Known, state: State, how: impl FnOnce(&mut AtPad)) -> AnyEvent {
        let mut pad = known.pad.clone();
        how(&mut pad);
        let mut row = known.intent.clone();
        if let Some(booking) = &pad.booking {
            row.approval.clone_from(&booking.approval);
            row.reference.clone_from(&booking.reference);
        }
        row.pad = Some(Box::new(pad));
        self.intent(known.key, &row, state)
    }
}

/// Number of an intent at its terminal, from the counter of the house.
pub(crate) fn number(counter: u64) -> u32 {
    (counter.saturating_sub(1) % INTENT_NO_MAX + 1) as u32
}

/// The pad's part of an intent at its beginning.
pub(crate) fn fresh_at(
    pad: PadNo,
    no: u32,
    at: Counter,
    baseline: Option<Booking>,
    refund: Option<Refunding>,
) -> AtPad {
    AtPad {
        pad,
        no,
        at,
        baseline,
        booking: None,
        receipts: Vec::new(),
        why: String::new(),
        decision: None,
        recovered: false,
        housekept: false,
        refund,
        cash: Money::ZERO,
        part: None,
    }
}

/// An intent that is written before anything is asked of a pad.
pub(crate) fn created(cart: CartId, amount: Money, pad: AtPad, now: At) -> Intent {
    Intent {
        cart,
        amount,
        state: State::Created,
        created_at: now,
        changed_at: now,
        token: String::new(),
        approval: String::new(),
        reference: String::new(),
        queries: 0,
        pad: Some(Box::new(pad)),
        back: None,
    }
}

/// Fourth to last of the six lines; without a sale the last alone.
fn last_lines(known: &Known, captured: bool) -> Vec<Note> {
    let id = known.pad.no;
    let told = |copy| known.pad.receipts.iter().any(|receipt| receipt.copy == copy);
    let retrieved = |copy| match told(copy) {
        true => Note::ReceiptRetrieved { id, copy },
        false => Note::PrintedByTerminal { id, copy },
    };
    let mut notes = Vec::new();
    if captured {
        notes.extend([Copy::Customer, Copy::Merchant].map(retrieved));
    }
    notes.push(Note::Housekept { processed: 1, in_error: u16::from(!captured) });
    notes
}

/// Is the outcome still open?
pub(crate) fn undecided(state: State) -> bool {
    keeps_pad(state) || state == State::NeedsOperator
}

/// Takes a receipt to those that are kept; the same one again is stale.
pub(crate) fn keep_receipt(pad: &mut AtPad, receipt: &Receipt) -> Result<(), Refusal> {
    let lines = receipt.lines.iter().take(RECEIPT_LINES_MAX).map(|line| line_kept(line));
    let receipt = Receipt { lines: lines.collect(), ..receipt.clone() };
    if pad.receipts.contains(&receipt) {
        return Err(Refusal::Stale);
    }
    pad.receipts.retain(|other| other.copy != receipt.copy);
    pad.receipts.truncate(RECEIPTS_MAX - 1);
    pad.receipts.push(receipt);
    Ok(())
}

/// What a person says of an outcome that nobody could find out: evidence, name, reason.
pub(crate) fn decision(
    intent: &Intent,
    charged: bool,
    [evidence, name, reason]: [&String; 3],
    ask: &Ask,
) -> Result<Decision, Refusal> {
    let Actor::Account(by) = ask.by else { return Err(Refusal::NotAllowed) };
    if intent.state != State::NeedsOperator {
        return Err(Refusal::Stale);
    }
    let (evidence, name, reason) = (kept(evidence), kept(name), kept(reason));
    let mut missing = Vec::new();
    if charged && evidence.is_empty() {
        missing.push("evidence");
    }
    if name.is_empty() {
        missing.push("name");
    }
    if reason.is_empty() {
        missing.push("reason");
    }
    if !missing.is_empty() {
        return Err(Refusal::MissingData { fields: missing });
    }
    Ok(Decision { charged, evidence, name, reason, by, at: ask.at })
}

/// A line of a receipt keeps its blanks: they make its columns.
fn line_kept(line: &str) -> String {
    /// Characters of a receipt line; the widest printers have 48.
    const CHARS_MAX: usize = 80;
    let plain = line.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.take(CHARS_MAX).collect::<String>().trim_end().to_owned()
}
