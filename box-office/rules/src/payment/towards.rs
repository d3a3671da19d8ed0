//! A payment towards an order that stands: cash at once, or a card at the cashier's pad.
//!
//! Nothing is sold by it and no cart is touched. What a card paid is posted once its outcome is
//! known, and only if the order still owes it; else a person decides. Next: `refund/pad.rs`,
//! whose states a payment at a pad goes through.

use super::{AMOUNT_MIN, Made, Part, Wanted};
use crate::checkout::pad::{created, fresh_at, number};
use crate::checkout::{CASH_MINOR_MAX, Event, post};
use crate::id::PadNo;
use crate::letter::{self, Letter};
use crate::money::Money;
use crate::order::Payment;
use crate::posting;
use crate::refund::Giving;
use crate::tender::pad::{AtPad, Booking, Counter};
use crate::tender::{self, Intent};
use crate::{Event as AnyEvent, Key, Refusal, till};

impl Giving<'_> {
    pub(crate) fn take_cash(
        &self,
        wanted: &Wanted,
        given: Money,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let counter = self.counter()?;
        let amount = self.payable(wanted)?;
        if given.0 > CASH_MINOR_MAX {
            return Err(Refusal::Malformed { field: "given" });
        }
        if given < amount {
            return Err(Refusal::CashShort { due: amount });
        }
        let (at, day) = (self.ask.at, self.ask.day);
        let posting = posting::cash_payment(self.facts.id, counter.till, amount, at, day);
        let mut events = vec![self.made(counter, amount, given, None)];
        post(&mut events, self.sale.fresh.posting, posting);
        events.extend(self.paid_up(amount));
        Ok(events)
    }

    /// The intent is written; the terminal is asked once that is on disk.
    pub(crate) fn begin_payment(
        &self,
        wanted: &Wanted,
        pad: PadNo,
        baseline: &Option<Booking>,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let at = self.counter()?;
        let amount = self.payable(wanted)?;
        self.pad_free(pad)?;
        let fresh = &self.sale.fresh;
        let no = number(fresh.intent_no);
        let (order, cart) = (self.facts.id, self.facts.order.cart);
        let key = tender::payment_key(fresh.box_no, fresh.epoch, cart, no);
        let part = Some(Part::Towards(order));
        let pad = AtPad { part, ..fresh_at(pad, no, at, baseline.clone(), None) };
        let intent = created(cart, amount, pad, self.ask.at);
        Ok(vec![
            AnyEvent::Checkout(Event::Intent(key, intent)),
            AnyEvent::Checkout(Event::PaymentBegun(order, key)),
        ])
    }

    /// What is to be paid, if the order owes it as the cashier saw it.
    fn payable(&self, wanted: &Wanted) -> Result<Money, Refusal> {
        self.alone()?;
        // The bank approved all of it: that money is on its way.
        if self.facts.order.payment == Payment::CapturePending {
            return Err(Refusal::CapturePending);
        }
        let balance = self.facts.balance;
        if wanted.shown != balance {
            return Err(Refusal::PriceChanged { old: wanted.shown, new: balance });
        }
        if !(AMOUNT_MIN..=balance).contains(&wanted.amount) {
            return Err(Refusal::Malformed { field: "amount" });
        }
        Ok(wanted.amount)
    }

    /// Does the order still owe what this card paid?
    pub(crate) fn owes(&self, amount: Money) -> bool {
        self.facts.order.payment != Payment::CapturePending && amount <= self.facts.balance
    }

    /// The card has paid: it is posted, once, in the commit that says so.
    pub(crate) fn received(&self, key: Key, intent: &Intent, pad: &AtPad) -> Vec<AnyEvent> {
        let (amount, batch) = (intent.amount, u64::from(pad.pad.0));
        let (at, day) = (self.ask.at, self.ask.day);
        let posting = posting::card_payment(self.facts.id, batch, amount, at, day);
        let mut events = vec![self.made(pad.at, amount, amount, Some(key))];
        post(&mut events, self.sale.fresh.posting, posting);
        events.push(till::card_taken(pad.at.session, amount));
        events.extend(self.paid_up(amount));
        events
    }

    fn made(&self, counter: Counter, amount: Money, given: Money, intent: Option<Key>) -> AnyEvent {
        let (at, day) = (self.ask.at, self.ask.day);
        let made = Made { at, day, counter, amount, given, intent };
        AnyEvent::Checkout(Event::PaymentMade(self.facts.id, made))
    }

    /// The tickets follow by mail once nothing is due any more.
    fn paid_up(&self, amount: Money) -> Option<AnyEvent> {
        let to = &self.facts.order.buyer.email;
        (amount == self.facts.balance && !to.is_empty()).then(|| {
            let letter = Letter::confirmation(self.facts.id, to, self.ask.at);
            AnyEvent::Letter(letter::Event::Put(self.sale.fresh.letter, letter))
        })
    }
}
