//! What an outcome at a pin pad does to the cart: sold, given back to the cashier, or held on to.
//!
//! Never releases a seat while money may have moved (pin-pads 2). Next: `checkout/sell.rs`.

use super::super::sell::Paying;
use super::super::{Saga, post};
use super::Known;
use crate::cart::{self, Note, State as CartState};
use crate::money::Money;
use crate::order::Payment;
use crate::payment::Part;
use crate::tender::State;
use crate::tender::pad::{AtPad, Booking, Copy, kept};
use crate::{Event as AnyEvent, Refusal, posting, till};

impl Saga<'_> {
    /// The terminal approved. A terminal that does not hear that we heard may still take it back,
    /// so nothing is sold before the dialogue is over.
    pub(super) fn approved_at(
        &self,
        known: &Known,
        booking: &Booking,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        if known.pad.booking.as_ref() == Some(booking) || known.intent.state == State::Captured {
            return Err(Refusal::Stale);
        }
        if let Some(why) = self.unfit(known, booking) {
            return Ok(self.ask_a_person(known, Some(booking), &why));
        }
        let mut events = vec![
            self.pad_intent(known, State::Approved, |pad| pad.booking = Some(booking.clone())),
        ];
        if self.cart.state != CartState::CheckingOut {
            let (now, attempts) = (self.ask.at, self.cart.attempts);
            let (state, key) = (CartState::CheckingOut, Some(known.key));
            events.push(self.move_cart(state, now, attempts, Some(now), key));
        }
        events.push(self.log(receipts_requested(known)));
        Ok(events)
    }

    /// The terminal was asked afterwards, and it booked.
    pub(super) fn found_booked(
        &self,
        known: &Known,
        booking: &Booking,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let waits = known.intent.state == State::NeedsOperator;
        let told = waits && known.pad.booking.as_ref() == Some(booking);
        if told || known.intent.state == State::Captured {
            return Err(Refusal::Stale);
        }
        if let Some(why) = self.unfit(known, booking) {
            return Ok(self.ask_a_person(known, Some(booking), &why));
        }
        let found = Note::PadFound { booked: true, evidence: booking.approval.clone() };
        let mut notes = vec![found];
        if known.pad.booking.is_none() {
            notes.extend(receipts_requested(known));
        }
        let mut events = vec![self.log(notes)];
        events.extend(self.paid(known, booking, |pad| pad.recovered = true));
        Ok(events)
    }

    /// Why this booking does not simply pay the cart, if it does not.
    pub(super) fn unfit(&self, known: &Known, booking: &Booking) -> Option<String> {
        let asked = known.intent.amount;
        if let Some(amount) = booking.amount.filter(|amount| *amount != asked) {
            return Some(format!("{} was asked for and {} booked", asked.0, amount.0));
        }
        let over = "booked, but the sale was over: give the money back at the terminal";
        (!self.can_be_sold(known)).then(|| over.to_owned())
    }

    /// Does the cart of this payment still hold all that is paid for?
    pub(super) fn can_be_sold(&self, known: &Known) -> bool {
        let waits = match self.cart.state {
            CartState::Active | CartState::CheckingOut | CartState::CheckoutError => true,
            CartState::Completed
            | CartState::ClosedByPatron
            | CartState::ClosedBySystem
            | CartState::ClosedByOperator => false,
        };
        waits
            && self.cart.intent == Some(known.key)
            && self.cart.order.is_none()
            && self.due_still() == Some(whole(known))
            && self.facts.lost.is_empty()
    }

    pub(super) fn paid(
        &self,
        known: &Known,
        booking: &Booking,
        how: impl FnOnce(&mut AtPad),
    ) -> Vec<AnyEvent> {
        let fresh = &self.facts.fresh;
        let mut events = vec![self.pad_intent(known, State::Captured, |pad| {
            pad.booking = Some(booking.clone());
            how(pad);
        })];
        let (intent, counter, payment) = (Some(known.key), Some(known.pad.at), Payment::Paid);
        let deposit = match known.pad.part {
            Some(Part::Deposit { deposit, .. }) => Some(deposit),
            Some(Part::Towards(_)) | None => None,
        };
        let paying = Paying { intent, payment, counter, deposit };
        let authorized = Note::Authorized(Some(booking.approval.clone()));
        events.extend(self.sell(&self.cart.buyer, paying, authorized));
        let batch = u64::from(known.pad.pad.0);
        let (amount, at, day) = (known.intent.amount, self.ask.at, self.ask.day);
        let posting = posting::card_payment(fresh.order, batch, amount, at, day);
        post(&mut events, fresh.posting, posting);
        events.push(till::card_taken(known.pad.at.session, amount));
        self.cash_beside(known, &mut events);
        self.exchanged(&mut events);
        events.push(self.log(vec![Note::Captured { card: true }]));
        events.extend(self.completed(&self.cart.buyer, deposit));
        events
    }

    /// The part in cash goes into the drawer when the card has paid its own.
    fn cash_beside(&self, known: &Known, events: &mut Vec<AnyEvent>) {
        let cash = known.pad.cash;
        if cash == Money::ZERO {
            return;
        }
        let (fresh, till) = (&self.facts.fresh, known.pad.at.till);
        let posting = posting::cash_payment(fresh.order, till, cash, self.ask.at, self.ask.day);
        post(events, fresh.posting, posting);
        events.push(self.log(vec![Note::CashTaken { given: cash, change: Money::ZERO }]));
    }

    /// Nothing was charged: the cart is the cashier's again, its hold begins anew.
    pub(super) fn unpaid(
        &self,
        known: &Known,
        state: State,
        why: &str,
        note: Note,
    ) -> Vec<AnyEvent> {
        let mut events = vec![self.pad_intent(known, state, |pad| why.clone_into(&mut pad.why))];
        if self.cart.intent == Some(known.key) && self.waits_for_money() {
            let until = self.cart.until.max(self.ask.at + self.facts.house.hold_time);
            let attempts = self.cart.attempts;
            events.push(self.move_cart(CartState::Active, until, attempts, None, Some(known.key)));
        }
        events.push(self.log(vec![note]));
        events
    }

    fn waits_for_money(&self) -> bool {
        matches!(self.cart.state, CartState::CheckingOut | CartState::CheckoutError)
    }

    /// The seats stay with the cart until the money is settled.
    pub(super) fn hold_on(&self, known: &Known) -> Option<AnyEvent> {
        let ours = self.cart.intent == Some(known.key) && self.waits_for_money();
        let until = self.ask.at + cart::PROBLEM_HOLD;
        let (attempts, since) = (self.cart.attempts, self.cart.checkout_since);
        ours.then(|| {
            self.move_cart(CartState::CheckoutError, until, attempts, since, Some(known.key))
        })
    }

    pub(super) fn ask_a_person(
        &self,
        known: &Known,
        booking: Option<&Booking>,
        why: &str,
    ) -> Vec<AnyEvent> {
        let why = kept(why);
        let mut events = vec![self.pad_intent(known, State::NeedsOperator, |pad| {
            pad.why.clone_from(&why);
            pad.booking = booking.cloned().or(pad.booking.take());
        })];
        events.extend(self.hold_on(known));
        events.push(self.log(vec![Note::PadNeedsOperator { why }]));
        events
    }
}

/// What is due for the whole sale that this payment is for, or is a part of.
fn whole(known: &Known) -> Money {
    match known.pad.part {
        Some(Part::Deposit { total, .. }) => total,
        Some(Part::Towards(_)) | None => known.intent.amount + known.pad.cash,
    }
}

/// Second and third of the six lines (K2).
fn receipts_requested(known: &Known) -> Vec<Note> {
    let id = known.pad.no;
    [Copy::Customer, Copy::Merchant].map(|copy| Note::ReceiptRequested { id, copy }).to_vec()
}
