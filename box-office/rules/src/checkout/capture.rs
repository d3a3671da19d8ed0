//! After an approval without the card present: its capture, or the authorisation given back.
//!
//! A capture that fails is tried again; the order stays sold meanwhile. Never asks the gateway:
//! `cloud/gateway` does. Next: `checkout.rs`, `checkout/sell.rs`.

use super::{Event, Saga};
use crate::card_number::masked;
use crate::cart::{Note, State};
use crate::order::Payment;
use crate::posting::{self, GATEWAY_BATCH};
use crate::tender::{self, Intent};
use crate::{Event as AnyEvent, Key, Refusal};

impl Saga<'_> {
    pub(super) fn captured(&self, key: Key) -> Result<Vec<AnyEvent>, Refusal> {
        let intent = self.approved_intent()?;
        let fresh = &self.facts.fresh;
        let order = self.cart.order.ok_or(Refusal::Stale)?;
        let posting =
            posting::card_payment(order, GATEWAY_BATCH, intent.amount, self.ask.at, self.ask.day);
        let mut events = vec![
            self.intent(key, intent, tender::State::Captured),
            AnyEvent::Checkout(Event::Posted(fresh.posting, posting)),
            AnyEvent::Checkout(Event::PaymentMoved(order, Payment::Captured)),
            self.log(vec![Note::Captured { card: true }]),
        ];
        if self.cart.state != State::Completed {
            events.extend(self.complete(&self.cart.buyer, order));
        }
        Ok(events)
    }

    fn approved_intent(&self) -> Result<&Intent, Refusal> {
        let intent = self.facts.intent.as_ref().ok_or(Refusal::NotFound)?;
        if intent.state == tender::State::Approved { Ok(intent) } else { Err(Refusal::Stale) }
    }

    /// The order stays sold and the patron has a receipt as normal; the capture is tried again.
    pub(super) fn capture_failed(&self, key: Key, reason: &str) -> Result<Vec<AnyEvent>, Refusal> {
        let mut again = self.approved_intent()?.clone();
        let order = self.cart.order.ok_or(Refusal::Stale)?;
        again.queries = again.queries.saturating_add(1);
        let mut events = vec![self.intent(key, &again, tender::State::Approved)];
        if self.cart.state != State::Completed {
            events.push(self.log(vec![Note::CaptureFailed { reason: masked(reason) }]));
            events.extend(self.complete(&self.cart.buyer, order));
        }
        Ok(events)
    }

    pub(super) fn voided(&self, key: Key) -> Result<Vec<AnyEvent>, Refusal> {
        let intent = self.facts.intent.as_ref().ok_or(Refusal::NotFound)?;
        if intent.state != tender::State::Reversing {
            return Err(Refusal::Stale);
        }
        let until = self.ask.at + self.facts.house.hold_time;
        Ok(vec![
            self.intent(key, intent, tender::State::Reversed),
            self.move_cart(State::Active, until, self.cart.attempts, None, Some(key)),
            self.log(vec![Note::Voided]),
        ])
    }
}
