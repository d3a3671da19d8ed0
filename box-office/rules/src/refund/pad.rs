//! A refund to a card, step by step: the states of pin-pads 2, with the money going back.
//!
//! Nothing is cancelled before the terminal has booked it and the dialogue is over; silence blocks
//! the next try until the outcome is found, and an approval that fits no more waits for a person.
//! Never talks to a pad.
//! Next: `checkout/pad.rs`, whose states these are.

use super::{Given, Giving, Wanted, fits, quote};
use crate::card_number::masked;
use crate::checkout::Event;
use crate::checkout::pad::{Command, created, decision, fresh_at, keep_receipt, number, undecided};
use crate::money::Money;
use crate::posting::{Account, Cause};
use crate::tender::pad::{AtPad, Booking, Decision, Finding, Outcome, Refunding, kept};
use crate::tender::{self, Intent, State};
use crate::{Event as AnyEvent, Key, Refusal, till};

/// A refund that is known to be a pad's.
struct Known<'a> {
    key: Key,
    intent: &'a Intent,
    pad: &'a AtPad,
    refunding: &'a Refunding,
}

impl Giving<'_> {
    /// The intent is written; the terminal is asked once that is on disk.
    pub(super) fn begin(
        &self,
        wanted: &Wanted,
        baseline: &Option<Booking>,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let quote = self.allowed(wanted)?;
        let at = self.counter()?;
        let paid = self.facts.paid.as_ref().ok_or(Refusal::NotFound)?;
        let took = paid.pad.as_ref().ok_or(Refusal::PaidOnline)?;
        let left = paid.amount - self.facts.order.refunded();
        if quote.amount > left || quote.amount <= Money::ZERO {
            return Err(Refusal::OverRefund { left });
        }
        if !self.sale.house.pads.iter().any(|known| known.no == took.pad) {
            return Err(Refusal::NotFound);
        }
        if self.sale.batch_closing {
            return Err(Refusal::BatchClosing);
        }
        if let Some(other) = self.sale.on_pad.as_ref().and_then(|intent| intent.pad.as_ref()) {
            return Err(Refusal::PadBusy { till: other.at.till });
        }
        let fresh = &self.sale.fresh;
        let no = number(fresh.intent_no);
        let (order, cart) = (self.facts.id, self.facts.order.cart);
        let key = tender::refund_key(fresh.box_no, fresh.epoch, cart, no);
        let refunding = Refunding {
            order,
            tickets: wanted.tickets.clone(),
            reason: masked(wanted.reason.trim()),
            original: took.booking.clone(),
        };
        let pad = fresh_at(took.pad, no, at, baseline.clone(), Some(refunding));
        let intent = created(cart, quote.amount, pad, self.ask.at);
        Ok(vec![
            AnyEvent::Checkout(Event::Intent(key, intent)),
            AnyEvent::Checkout(Event::RefundBegun(order, key)),
        ])
    }

    pub(super) fn step(&self, command: &Command) -> Result<Vec<AnyEvent>, Refusal> {
        let key = command.intent().ok_or(Refusal::NotFound)?;
        let intent = self.sale.intent.as_ref().ok_or(Refusal::NotFound)?;
        let pad = intent.pad.as_ref().ok_or(Refusal::NotFound)?;
        let refunding = intent.refunding().ok_or(Refusal::NotFound)?;
        let known = Known { key, intent, pad, refunding };
        match command {
            Command::Send(_) => {
                known.from(&[State::Created], || self.ends(&known, State::Sent, ""))
            }
            Command::NotStarted { why, .. } => {
                let from = [State::Created, State::Sent];
                known.from(&from, || self.ends(&known, State::NotCharged, why))
            }
            Command::Ended { outcome, .. } => self.ended(&known, outcome),
            Command::Lost { why, .. } => self.lost(&known, why),
            Command::Found { finding, .. } => self.found(&known, finding),
            Command::Receipt { receipt, .. } => {
                let mut pad = pad.as_ref().clone();
                keep_receipt(&mut pad, receipt)?;
                Ok(vec![self.row(&known, intent.state, pad)])
            }
            Command::Done(_) => self.done(&known),
            Command::Decide { charged, evidence, name, reason, .. } => {
                let words = [evidence, name, reason];
                let decision = decision(intent, *charged, words, self.ask)?;
                self.decided(&known, decision)
            }
            Command::Begin { .. } | Command::Orphan(..) => Err(Refusal::NotFound),
        }
    }

    fn ended(&self, known: &Known<'_>, outcome: &Outcome) -> Result<Vec<AnyEvent>, Refusal> {
        match outcome {
            Outcome::Approved(booking) => self.approved(known, booking),
            Outcome::Declined { code, text } if undecided(known.intent.state) => {
                Ok(self.ends(known, State::Declined, &format!("{code} {text}")))
            }
            Outcome::Cancelled if undecided(known.intent.state) => {
                Ok(self.ends(known, State::Cancelled, ""))
            }
            Outcome::Declined { .. } | Outcome::Cancelled => Err(Refusal::Stale),
        }
    }

    fn lost(&self, known: &Known<'_>, why: &str) -> Result<Vec<AnyEvent>, Refusal> {
        match known.intent.state {
            // Nothing was sent, so nothing can have gone back.
            State::Created => Ok(self.ends(known, State::NotCharged, why)),
            State::Sent | State::Approved => Ok(self.ends(known, State::Unknown, why)),
            State::Unknown
            | State::NeedsOperator
            | State::Captured
            | State::Declined
            | State::Cancelled
            | State::NotCharged
            | State::Reversing
            | State::Reversed => Err(Refusal::Stale),
        }
    }

    /// The terminal approved. One that does not hear that we heard may still take it back, so
    /// nothing is cancelled before the dialogue is over.
    fn approved(&self, known: &Known<'_>, booking: &Booking) -> Result<Vec<AnyEvent>, Refusal> {
        if known.pad.booking.as_ref() == Some(booking) || known.intent.state == State::Captured {
            return Err(Refusal::Stale);
        }
        let pad = AtPad { booking: Some(booking.clone()), ..known.pad.clone() };
        Ok(vec![match self.unfit(known, booking) {
            Some(why) => self.row(known, State::NeedsOperator, AtPad { why, ..pad }),
            None => self.row(known, State::Approved, pad),
        }])
    }

    fn found(&self, known: &Known<'_>, finding: &Finding) -> Result<Vec<AnyEvent>, Refusal> {
        match finding {
            Finding::Booked(booking) => self.found_booked(known, booking),
            Finding::NotBooked { evidence } if undecided(known.intent.state) => {
                Ok(self.ends(known, State::NotCharged, evidence))
            }
            Finding::Undecided { evidence } => {
                let from = [State::Sent, State::Unknown];
                known.from(&from, || self.ends(known, State::NeedsOperator, evidence))
            }
            Finding::NotBooked { .. } => Err(Refusal::Stale),
        }
    }

    /// The terminal was asked afterwards, and it booked.
    fn found_booked(&self, known: &Known<'_>, booking: &Booking) -> Result<Vec<AnyEvent>, Refusal> {
        let waits = known.intent.state == State::NeedsOperator;
        let told = waits && known.pad.booking.as_ref() == Some(booking);
        if told || known.intent.state == State::Captured {
            return Err(Refusal::Stale);
        }
        let pad = AtPad { booking: Some(booking.clone()), recovered: true, ..known.pad.clone() };
        Ok(match self.unfit(known, booking) {
            Some(why) => vec![self.row(known, State::NeedsOperator, AtPad { why, ..pad })],
            None => self.settled(known, pad),
        })
    }

    /// The dialogue is over: what was approved is given back.
    fn done(&self, known: &Known<'_>) -> Result<Vec<AnyEvent>, Refusal> {
        let state = known.intent.state;
        let pad = AtPad { housekept: true, ..known.pad.clone() };
        let approved = known.pad.booking.as_ref().filter(|_| state == State::Approved);
        if let Some(booking) = approved {
            return Ok(match self.unfit(known, booking) {
                Some(why) => vec![self.row(known, State::NeedsOperator, AtPad { why, ..pad })],
                None => self.settled(known, pad),
            });
        }
        if known.pad.housekept || undecided(state) {
            return Err(Refusal::Stale);
        }
        Ok(vec![self.row(known, state, pad)])
    }

    /// Why this booking is not simply the refund that was asked for, if it is not.
    fn unfit(&self, known: &Known<'_>, booking: &Booking) -> Option<String> {
        let asked = known.intent.amount;
        if let Some(amount) = booking.amount.filter(|amount| *amount != asked) {
            return Some(format!("{} was to go back and {} was booked", asked.0, amount.0));
        }
        let before = "booked, but the tickets were given back before";
        (!self.fits(known)).then(|| before.to_owned())
    }

    /// Are the tickets still good, and does what goes back for them still make this amount?
    fn fits(&self, known: &Known<'_>) -> bool {
        fits(&self.facts.order, &self.tickets(), known.refunding, known.intent.amount)
    }

    /// The money is back: the refund is posted and the tickets are cancelled, in one commit.
    fn settled(&self, known: &Known<'_>, pad: AtPad) -> Vec<AnyEvent> {
        let refunding = known.refunding;
        let quote = quote(&self.facts.order, &self.tickets(), &refunding.tickets);
        let given = Given {
            tickets: &refunding.tickets,
            reason: &refunding.reason,
            by: pad.at.cashier,
            intent: Some(known.key),
        };
        let (session, from) = (pad.at.session, (Account::CardClearing, u64::from(pad.pad.0)));
        let amount = known.intent.amount;
        let mut events = vec![self.row(known, State::Captured, pad)];
        events.extend(self.given(&given, &quote));
        events.push(self.paid_out(Cause::CardRefund, from, amount));
        events.push(till::card_given_back(session, amount));
        events
    }

    fn decided(&self, known: &Known<'_>, decision: Decision) -> Result<Vec<AnyEvent>, Refusal> {
        let went_back = decision.charged;
        let approval = decision.evidence.clone();
        let pad = AtPad { decision: Some(decision), ..known.pad.clone() };
        if !went_back {
            return Ok(vec![self.row(known, State::NotCharged, pad)]);
        }
        if !self.fits(known) {
            return Err(Refusal::Stale);
        }
        let amount = Some(known.intent.amount);
        let seen = Booking { amount, approval, ..Booking::default() };
        let booking = pad.booking.clone().unwrap_or(seen);
        Ok(self.settled(known, AtPad { booking: Some(booking), ..pad }))
    }

    /// On to another state, with why.
    fn ends(&self, known: &Known<'_>, state: State, why: &str) -> Vec<AnyEvent> {
        let why = if why.is_empty() { known.pad.why.clone() } else { kept(why) };
        vec![self.row(known, state, AtPad { why, ..known.pad.clone() })]
    }

    fn row(&self, known: &Known<'_>, state: State, pad: AtPad) -> AnyEvent {
        let mut row = Intent { state, changed_at: self.ask.at, ..known.intent.clone() };
        if let Some(booking) = &pad.booking {
            row.approval.clone_from(&booking.approval);
            row.reference.clone_from(&booking.reference);
        }
        row.pad = Some(Box::new(pad));
        AnyEvent::Checkout(Event::Intent(known.key, row))
    }
}

impl Known<'_> {
    /// Only from one of these states.
    fn from(
        &self,
        states: &[State],
        step: impl FnOnce() -> Vec<AnyEvent>,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        if states.contains(&self.intent.state) { Ok(step()) } else { Err(Refusal::Stale) }
    }
}
