//! A sale at the counter: who may sell at which till, and cash.
//!
//! Cash needs no intent: money, order and tickets are one commit. Never opens a till. Next:
//! `checkout/pad.rs` for cards, `till.rs`.

use super::buyer::{NAME_CHARS_MAX, mailable, name_kept};
use super::sell::Paying;
use super::{Event, Saga, post};
use crate::cart::{Buyer, Note};
use crate::money::Money;
use crate::order::Payment;
use crate::payment::Deposit;
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

    /// All of the cart paid in cash, or a first part of it.
    pub(super) fn cash(
        &self,
        buyer: &Buyer,
        given: Money,
        shown: Money,
        deposit: Option<Deposit>,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let counter = self.counter()?;
        let whole = self.due(shown)?;
        if given.0 > CASH_MINOR_MAX {
            return Err(Refusal::Malformed { field: "given" });
        }
        let buyer = self.named(buyer)?;
        let due = self.due_now(whole, deposit, &buyer)?;
        if given < due {
            return Err(Refusal::CashShort { due });
        }
        let (fresh, total) = (&self.facts.fresh, self.cart.total());
        let payment = match total {
            Money::ZERO => Payment::NothingToPay,
            _ => Payment::Paid,
        };
        let named = Event::BuyerNamed(self.facts.cart_id, buyer.clone(), String::new());
        let started = Note::Started { tickets: self.cart.tickets(), total };
        let mut events = vec![AnyEvent::Checkout(named), self.log(vec![started])];
        let taken = Note::CashTaken { given, change: given - due };
        let paying = Paying { intent: None, payment, counter: Some(counter), deposit };
        events.extend(self.sell(&buyer, paying, taken));
        if due > Money::ZERO {
            let (at, day) = (self.ask.at, self.ask.day);
            let paid = posting::cash_payment(fresh.order, counter.till, due, at, day);
            post(&mut events, fresh.posting, paid);
        }
        self.exchanged(&mut events);
        events.extend(self.completed(&buyer, deposit));
        Ok(events)
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
