//! The exchange that a sale of the counter makes: what is due, and what the old order gives up.
//!
//! All of it stands in the commit that sells the new order. Never paid out here: what is over
//! stays owed on the old order (domain 6.1). Next: `rules/exchange.rs`, `refund.rs`.

use super::{Event, Saga, post};
use crate::cart::{Note, Place};
use crate::exchange::{Exchange, Exchanges, Made, Origin, fits, left, may};
use crate::id::PerformanceId;
use crate::money::Money;
use crate::refund;
use crate::{Event as AnyEvent, Refusal, posting};

/// An exchange that is being made, with the order it gives up.
struct Giving<'a> {
    exchange: &'a Exchange,
    facts: &'a refund::Facts,
    /// What of it the new order costs.
    moved: Money,
}

impl Saga<'_> {
    /// What is due in money, if the cart can be sold as it stands and as it was shown: its total
    /// less what its exchange gives up.
    pub(super) fn due(&self, shown: Money) -> Result<Money, Refusal> {
        self.ready(None)?;
        if self.cart.exchange.is_some() {
            let giving = self.giving().ok_or(Refusal::NotFound)?;
            may(giving.exchange, giving.facts)?;
        }
        let due = self.cart.due();
        if due == shown { Ok(due) } else { Err(Refusal::PriceChanged { old: shown, new: due }) }
    }

    /// What is due while money is on its way; none if the exchange does not fit any more.
    pub(super) fn due_still(&self) -> Option<Money> {
        let fit = match (&self.cart.exchange, self.giving()) {
            (None, _) => true,
            (Some(_), Some(giving)) => fits(giving.exchange, giving.facts),
            (Some(_), None) => false,
        };
        fit.then(|| self.cart.due())
    }

    fn giving(&self) -> Option<Giving<'_>> {
        let exchange = self.cart.exchange.as_deref()?;
        let facts = self.facts.exchange.as_deref()?;
        Some(Giving { exchange, facts, moved: exchange.credit.min(self.cart.total()) })
    }

    /// The cashier goes on without it.
    pub(super) fn leave_exchange(&self) -> Result<Vec<AnyEvent>, Refusal> {
        self.counter()?;
        self.cart.active()?;
        self.cart.exchange.as_ref().ok_or(Refusal::Stale)?;
        Ok(vec![left(self.facts.cart_id)])
    }

    /// What the new order keeps of where it comes from.
    pub(super) fn origin(&self) -> Option<Box<Exchanges>> {
        let Giving { exchange, moved, .. } = self.giving()?;
        let from = Some(Origin { order: exchange.order, amount: moved });
        Some(Box::new(Exchanges { from, ..Exchanges::default() }))
    }

    /// The old tickets are replaced, their places free, their sale taken back, and what they were
    /// worth is with the new order as far as that costs it.
    pub(super) fn exchanged(&self, events: &mut Vec<AnyEvent>) {
        let Some(Giving { exchange, facts, moved }) = self.giving() else { return };
        let (at, day, to) = (self.ask.at, self.ask.day, self.facts.fresh.order);
        let tickets = exchange.tickets.clone();
        let here = facts.tickets.iter().filter(|known| tickets.contains(&known.id));
        let freed: Vec<(PerformanceId, Place)> =
            here.map(|known| (known.ticket.performance, known.ticket.place)).collect();
        let (count, worth, order) = (freed.len(), exchange.worth, exchange.order);
        let (by, reason) = (exchange.by, exchange.reason.clone());
        let quote = facts.quote(&tickets);
        let waived = exchange.waived;
        let made = Made { at, day, by, tickets, worth, to, moved, reason, waived };
        events.push(AnyEvent::Checkout(Event::Exchanged { order, made, freed }));
        let first = self.facts.fresh.posting;
        if worth > Money::ZERO {
            let back: Vec<_> = quote.tickets.iter().map(|(id, price)| (*id, price)).collect();
            let back = posting::exchange(order, &back, &quote.fees, at, day);
            post(events, first, back);
        }
        if moved > Money::ZERO {
            for one in posting::transfer(order, to, moved, at, day) {
                post(events, first, one);
            }
        }
        let tickets = u16::try_from(count).unwrap_or(u16::MAX);
        events.push(self.log(vec![Note::Exchanged { order, tickets, worth }]));
    }
}
