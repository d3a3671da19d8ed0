//! A refund to a card, step by step: the states of pin-pads 2, with the money going back; and a
//! payment towards an order, which goes through the same.
//!
//! Nothing is cancelled or posted before the terminal has booked it and the dialogue is over;
//! silence blocks the next try until the outcome is found, and an approval that fits no more waits
//! for a person. Never talks to a pad. Next: `checkout/pad.rs`, whose states these are;
//! `payment/towards.rs`.

use super::{Given, Giving, Wanted, fits, owed_back};
use crate::card_number::masked;
use crate::checkout::Event;
use crate::checkout::pad::{Command, created, decision, fresh_at, keep_receipt, number, undecided};
use crate::money::Money;
use crate::payment::{Means, Part, Share, shares};
use crate::posting::{Account, Cause};
use crate::tender::pad::{AtPad, Booking, Decision, Finding, Outcome, Refunding, kept};
use crate::tender::{self, Intent, State};
use crate::{Event as AnyEvent, Key, Refusal, till};

/// What a pad is asked for.
enum About<'a> {
    Back(&'a Refunding),
    /// A payment towards the order.
    Towards,
}

/// A refund or a payment that is known to be a pad's.
struct Known<'a> {
    key: Key,
    intent: &'a Intent,
    pad: &'a AtPad,
    about: About<'a>,
}

impl Giving<'_> {
    /// The intent is written; the terminal is asked once that is on disk.
    pub(super) fn begin(
        &self,
        wanted: &Wanted,
        baseline: Option<&Booking>,
        voids: bool,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let first = self.allowed(wanted)?.into_iter().next();
        let at = self.counter()?;
        let Share { means, amount } = first.ok_or(Refusal::OverRefund { left: Money::ZERO })?;
        let Means::Pad { intent: paid, pad: took, booking } = means else {
            return Err(Refusal::NotFound);
        };
        self.pad_free(took)?;
        let fresh = &self.sale.fresh;
        let no = number(fresh.intent_no);
        let (order, cart) = (self.facts.id, self.facts.order.cart);
        let key = tender::refund_key(fresh.box_no, fresh.epoch, cart, no);
        let what = (amount, &*booking);
        let voids = voids && self.facts.can_be_voided(paid, what, baseline);
        let refunding = Refunding {
            order,
            tickets: wanted.tickets.clone(),
            reason: masked(wanted.reason.trim()),
            original: Some(*booking).filter(|booking| *booking != Booking::default()),
            to: Some(paid),
            voids,
        };
        let pad = fresh_at(took, no, at, baseline.cloned(), Some(refunding));
        let intent = created(cart, amount, pad, self.ask.at);
        Ok(vec![
            AnyEvent::Checkout(Event::Intent(key, intent)),
            AnyEvent::Checkout(Event::RefundBegun(order, key)),
        ])
    }

    pub(super) fn step(&self, command: &Command) -> Result<Vec<AnyEvent>, Refusal> {
        let key = command.intent().ok_or(Refusal::NotFound)?;
        let intent = self.sale.intent.as_ref().ok_or(Refusal::NotFound)?;
        let pad = intent.pad.as_ref().ok_or(Refusal::NotFound)?;
        let about = match (intent.refunding(), &pad.part) {
            (Some(refunding), _) => About::Back(refunding),
            (None, Some(Part::Towards(_))) => About::Towards,
            (None, Some(Part::Deposit { .. }) | None) => return Err(Refusal::NotFound),
        };
        let known = Known { key, intent, pad, about };
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

    /// Why this booking is not simply what was asked for, if it is not.
    fn unfit(&self, known: &Known<'_>, booking: &Booking) -> Option<String> {
        let asked = known.intent.amount;
        if let Some(amount) = booking.amount.filter(|amount| *amount != asked) {
            return Some(match known.about {
                About::Back(_) => {
                    format!("{} was to go back and {} was booked", asked.0, amount.0)
                }
                About::Towards => format!("{} was asked for and {} booked", asked.0, amount.0),
            });
        }
        let before = match known.about {
            About::Back(_) => "booked, but the tickets were given back before",
            About::Towards => "booked, but so much is not due: give it back at the terminal",
        };
        (!self.fits(known)).then(|| before.to_owned())
    }

    /// Are the tickets still good and is the amount owed; or is it still due?
    fn fits(&self, known: &Known<'_>) -> bool {
        let amounts = (known.intent.amount, self.facts.balance);
        match known.about {
            About::Back(refunding) => {
                fits(&self.facts.order, &self.facts.rows(), refunding, amounts)
            }
            About::Towards => self.owes(known.intent.amount),
        }
    }

    /// The money is where it should be: it is posted, in the commit that says so.
    fn settled(&self, known: &Known<'_>, pad: AtPad) -> Vec<AnyEvent> {
        match known.about {
            About::Back(refunding) => self.went_back(known, refunding, pad),
            About::Towards => {
                let received = self.received(known.key, known.intent, &pad);
                let mut events = vec![self.row(known, State::Captured, pad)];
                events.extend(received);
                events
            }
        }
    }

    /// The refund is posted and the tickets are cancelled.
    fn went_back(&self, known: &Known<'_>, refunding: &Refunding, pad: AtPad) -> Vec<AnyEvent> {
        let amount = known.intent.amount;
        let given = Given {
            tickets: &refunding.tickets,
            reason: &refunding.reason,
            by: pad.at.cashier,
            intent: Some(known.key),
            to: refunding.to,
            amount,
            overdue: None,
        };
        let (session, from) = (pad.at.session, (Account::CardClearing, u64::from(pad.pad.0)));
        let mut events = vec![self.row(known, State::Captured, pad)];
        self.given(&mut events, &given, None);
        let cause = if refunding.voids { Cause::CardVoid } else { Cause::CardRefund };
        self.paid_out(&mut events, cause, from, amount);
        events.push(till::card_given_back(session, amount));
        self.rest_onward(&mut events, &given, self.next(refunding, amount).as_ref());
        events
    }

    /// What goes back after that to this card.
    pub(super) fn next(&self, refunding: &Refunding, amount: Money) -> Option<Share> {
        let to = refunding.to.or(self.facts.order.intent);
        let mut tenders = self.facts.tenders();
        for tender in tenders.iter_mut().filter(|tender| tender.means.intent() == to) {
            tender.back = tender.back + amount;
        }
        let worth = self.facts.quote(&refunding.tickets).amount;
        let rest = owed_back(self.facts.balance, worth) - amount;
        shares(&tenders, rest).into_iter().next()
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
