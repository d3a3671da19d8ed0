//! A refund through the gateway of the shop, step by step: what it captured and gives back.
//!
//! The states of a payment with the money going back. Nothing is cancelled or posted before the
//! money is known to be back; silence is unknown and asked about until it is decided, after a
//! while by a person as well. Never asks: `cloud/gateway/worker.rs` does. Next: `refund/pad.rs`.

use super::{Given, Giving, Wanted, fits};
use crate::card_number::masked;
use crate::checkout::pad::{Command as Step, decision, number};
use crate::checkout::{Answer, Event};
use crate::money::Money;
use crate::payment::{Means, Share};
use crate::posting::{Account, Cause, GATEWAY_BATCH};
use crate::tender::pad::{Refunding, kept};
use crate::tender::{self, Back, Intent, State};
use crate::{Actor, Event as AnyEvent, Key, Refusal};

/// Questions that nobody answered, until a person may say what they found out: those of the first
/// minute (domain 5.8).
pub const QUESTIONS_MAX: u16 = 4;

/// A refund that is known to be the gateway's.
struct Known<'a> {
    key: Key,
    intent: &'a Intent,
    back: &'a Back,
}

impl Giving<'_> {
    /// The intent is written as Sent at once: from here on only the gateway's word counts.
    pub(super) fn begin_online(&self, wanted: &Wanted) -> Result<Vec<AnyEvent>, Refusal> {
        let Actor::Account(by) = self.ask.by else { return Err(Refusal::NotAllowed) };
        let first = self.allowed(wanted)?.into_iter().next();
        let Share { means, amount } = first.ok_or(Refusal::OverRefund { left: Money::ZERO })?;
        let Means::Online { intent: paid } = means else { return Err(Refusal::NotFound) };
        if self.sale.batch_closing {
            return Err(Refusal::BatchClosing);
        }
        let fresh = &self.sale.fresh;
        let no = number(fresh.intent_no);
        let (order, cart) = (self.facts.id, self.facts.order.cart);
        let key = tender::refund_key(fresh.box_no, fresh.epoch, cart, no);
        let refunding = Refunding {
            order,
            tickets: wanted.tickets.clone(),
            reason: masked(wanted.reason.trim()),
            original: None,
            to: Some(paid),
            voids: false,
        };
        let back = Back { no, refunding, by, why: String::new(), decision: None };
        let intent = Intent {
            cart,
            amount,
            state: State::Sent,
            created_at: self.ask.at,
            changed_at: self.ask.at,
            token: String::new(),
            approval: String::new(),
            reference: String::new(),
            queries: 0,
            pad: None,
            back: Some(Box::new(back)),
        };
        Ok(vec![
            AnyEvent::Checkout(Event::Intent(key, intent)),
            AnyEvent::Checkout(Event::RefundBegun(order, key)),
        ])
    }

    /// What the gateway answered.
    pub(super) fn online_answered(
        &self,
        key: Key,
        answer: &Answer,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let known = &self.online(key)?;
        match known.intent.state {
            State::Sent | State::Unknown | State::NeedsOperator => {}
            State::Created
            | State::Approved
            | State::Captured
            | State::Declined
            | State::Cancelled
            | State::NotCharged
            | State::Reversing
            | State::Reversed => return Err(Refusal::Stale),
        }
        Ok(match answer {
            Answer::Approved { reference, .. } => self.online_back(known, reference),
            Answer::Declined { bank_text } => vec![self.online_row(
                Intent { state: State::Declined, ..known.intent.clone() },
                known,
                Back { why: kept(bank_text), ..known.back.clone() },
            )],
            Answer::NeverBooked => vec![self.online_row(
                Intent { state: State::NotCharged, ..known.intent.clone() },
                known,
                known.back.clone(),
            )],
            Answer::NoAnswer => vec![self.online_unanswered(known)],
        })
    }

    /// It is asked again; once that took too long, a person may look at the gateway as well.
    fn online_unanswered(&self, known: &Known<'_>) -> AnyEvent {
        let queries = known.intent.queries.saturating_add(1);
        let state = match known.intent.state {
            State::NeedsOperator => State::NeedsOperator,
            _ if queries >= QUESTIONS_MAX => State::NeedsOperator,
            _ => State::Unknown,
        };
        let row = Intent { state, queries, ..known.intent.clone() };
        self.online_row(row, known, known.back.clone())
    }

    /// The gateway has given it back.
    fn online_back(&self, known: &Known<'_>, reference: &str) -> Vec<AnyEvent> {
        let row = Intent { reference: kept(reference), ..known.intent.clone() };
        if self.online_fits(known) {
            return self.online_settled(known, row, known.back.clone());
        }
        let why = "given back, but the tickets were given back before".to_owned();
        let row = Intent { state: State::NeedsOperator, ..row };
        vec![self.online_row(row, known, Back { why, ..known.back.clone() })]
    }

    /// What a person found out; no other step at a pad is one of a refund at no pad.
    pub(super) fn online_decided(&self, command: &Step) -> Result<Vec<AnyEvent>, Refusal> {
        let Step::Decide { intent: key, charged, evidence, name, reason } = command else {
            return Err(Refusal::NotFound);
        };
        let known = &self.online(*key)?;
        let decision = decision(known.intent, *charged, [evidence, name, reason], self.ask)?;
        let (went_back, reference) = (decision.charged, decision.evidence.clone());
        let back = Back { decision: Some(decision), ..known.back.clone() };
        let row = known.intent.clone();
        if !went_back {
            return Ok(vec![self.online_row(
                Intent { state: State::NotCharged, ..row },
                known,
                back,
            )]);
        }
        if !self.online_fits(known) {
            return Err(Refusal::Stale);
        }
        Ok(self.online_settled(known, Intent { reference, ..row }, back))
    }

    fn online(&self, key: Key) -> Result<Known<'_>, Refusal> {
        let intent = self.sale.intent.as_ref().ok_or(Refusal::NotFound)?;
        let back = intent.back.as_deref().ok_or(Refusal::NotFound)?;
        Ok(Known { key, intent, back })
    }

    fn online_fits(&self, known: &Known<'_>) -> bool {
        let amounts = (known.intent.amount, self.facts.balance);
        fits(&self.facts.order, &self.facts.rows(), &known.back.refunding, amounts)
    }

    /// The refund is posted and the tickets are cancelled, in the commit that says so.
    fn online_settled(&self, known: &Known<'_>, row: Intent, back: Back) -> Vec<AnyEvent> {
        let (amount, refunding) = (known.intent.amount, &known.back.refunding);
        let given = Given {
            tickets: &refunding.tickets,
            reason: &refunding.reason,
            by: known.back.by,
            intent: Some(known.key),
            to: refunding.to,
            amount,
            overdue: None,
        };
        let row = Intent { state: State::Captured, ..row };
        let mut events = vec![self.online_row(row, known, back)];
        self.given(&mut events, &given, None);
        let from = (Account::CardClearing, GATEWAY_BATCH);
        self.paid_out(&mut events, Cause::CardRefund, from, amount);
        self.rest_onward(&mut events, &given, self.next(refunding, amount).as_ref());
        events
    }

    fn online_row(&self, row: Intent, known: &Known<'_>, back: Back) -> AnyEvent {
        let row = Intent { changed_at: self.ask.at, back: Some(Box::new(back)), ..row };
        AnyEvent::Checkout(Event::Intent(known.key, row))
    }
}
