//! A sale at the counter: who may sell at which till, and cash.
//!
//! Cash needs no intent: money, order and tickets are one commit. Never opens a till. Next:
//! `checkout/pad.rs` for cards, `till.rs`.

use super::buyer::{NAME_CHARS_MAX, mailable, name_kept};
use super::sell::Paying;
use super::{Event, Saga};
use crate::cart::{Buyer, Note};
use crate::id::PostingId;
use crate::money::Money;
use crate::order::Payment;
use crate::tender::pad::Counter;
use crate::{Event as AnyEvent, Refusal, posting};

/// Most cash taken for one sale, in minor units: a slip of the keys is not a payment.
pub const CASH_MINOR_MAX: i64 = 10_000_000;

impl Saga<'_> {
    /// The till of the cart, which must be the cashier's own and open.
    pub(super) fn counter(&self) -> Result<Counter, Refusal> {
        let wanted = self.cart.till.ok_or(Refusal::NotAllowed)?;
        match &self.facts.till {
            Some((session, row)) if row.till == wanted => {
                Ok(Counter { till: row.till, session: *session, cashier: row.cashier })
            }
            Some(_) | None => Err(Refusal::TillClosed),
        }
    }

    /// All of the cart, paid in cash.
    pub(super) fn cash(
        &self,
        buyer: &Buyer,
        given: Money,
        shown: Money,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let counter = self.counter()?;
        let total = self.ready(Some(shown))?;
        if given.0 > CASH_MINOR_MAX {
            return Err(Refusal::Malformed { field: "given" });
        }
        if given < total {
            return Err(Refusal::CashShort { due: total });
        }
        let buyer = self.named(buyer)?;
        let fresh = &self.facts.fresh;
        let (payment, counter) = match total {
            Money::ZERO => (Payment::NothingToPay, Some(counter)),
            _ => (Payment::Paid, Some(counter)),
        };
        let named = Event::BuyerNamed(self.facts.cart_id, buyer.clone(), String::new());
        let started = Note::Started { tickets: self.cart.tickets(), total };
        let mut events = vec![AnyEvent::Checkout(named), self.log(vec![started])];
        let taken = Note::CashTaken { given, change: given - total };
        events.extend(self.sell(&buyer, Paying { intent: None, payment, counter }, taken));
        if total > Money::ZERO
            && let Some(Counter { till, .. }) = counter
        {
            let (at, day) = (self.ask.at, self.ask.day);
            let paid = posting::cash_payment(fresh.order, till, total, at, day);
            events.push(AnyEvent::Checkout(Event::Posted(self.second_posting(), paid)));
        }
        events.extend(self.complete(&buyer, fresh.order));
        Ok(events)
    }

    /// Number of the posting after the sale's.
    pub(super) fn second_posting(&self) -> PostingId {
        PostingId(self.facts.fresh.posting.0 + 1)
    }

    /// A buyer at the counter: name and address may be left out, and must be good if they are not.
    /// Who of the register it is was said of the cart.
    pub(super) fn named(&self, buyer: &Buyer) -> Result<Buyer, Refusal> {
        let name = name_kept(&buyer.name);
        let email = buyer.email.trim().to_owned();
        let mut wrong = Vec::new();
        if name.chars().count() > NAME_CHARS_MAX {
            wrong.push("name");
        }
        if !email.is_empty() && !mailable(&email) {
            wrong.push("email");
        }
        if wrong.is_empty() {
            Ok(Buyer { name, email, patron: self.cart.buyer.patron })
        } else {
            Err(Refusal::MissingData { fields: wrong })
        }
    }
}
