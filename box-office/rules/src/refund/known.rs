//! What a refund must know of an order, and what goes back for some of its tickets.
//!
//! Fees on each ticket go back with it; fees on the order stay with the house until the last
//! ticket goes. Never says to whom: `payment.rs` shares it among the tenders. Next: `refund.rs`.

use crate::Key;
use crate::Refusal;
use crate::at::At;
use crate::fee::FeeLine;
use crate::id::{CartId, OrderId, PerformanceId, TicketId};
use crate::money::Money;
use crate::order::Order;
use crate::payment::{Share, Tender, shares, tenders};
use crate::tax::Assessed;
use crate::tender::Intent;
use crate::tender::pad::{Booking, Refunding};
use crate::ticket::Ticket;
use std::ops::Range;

/// A ticket of the order, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub id: TicketId,
    pub ticket: Ticket,
    /// Somebody came in with it.
    pub used: bool,
    /// Its performance has begun.
    pub began: bool,
    /// Its performance is over.
    pub over: bool,
    /// Its performance does not take place.
    pub cancelled: bool,
}

impl Standing {
    /// It did what it was sold for. Whoever was let in before the evening was cancelled gets their
    /// money back as well.
    pub(crate) fn is_spent(&self) -> bool {
        self.used && !self.cancelled
    }
}

/// What the ledger knows beside the facts of every sale.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub id: OrderId,
    pub order: Order,
    /// All tickets of the order.
    pub tickets: Vec<Standing>,
    /// The intent that paid for it at its sale.
    pub paid: Option<Intent>,
    /// Those that paid something of it afterwards.
    pub later: Vec<(Key, Intent)>,
    /// What it owes; below zero: what is owed to the customer.
    pub balance: Money,
    /// A refund or a payment of it at a pad that is not settled.
    pub running: Option<Intent>,
    /// The newest refund of it at a pad, however it ended.
    pub newest: Option<Intent>,
    /// Since when the batch that is open at the pad of a refund takes payments.
    pub batch_since: Option<At>,
    /// The sale in which tickets of it are being exchanged.
    pub exchanging: Option<CartId>,
    /// What the drawer of the cashier's till has.
    pub drawer: Money,
}

impl Facts {
    /// Every payment of the order, the oldest first.
    pub fn tenders(&self) -> Vec<Tender> {
        let known: Vec<_> = self.intents().map(|(key, row)| (key, row.clone())).collect();
        tenders(&self.order, &known)
    }

    /// The intents that paid for it, the oldest first.
    fn intents(&self) -> impl Iterator<Item = (Key, &Intent)> {
        let at_sale = self.order.intent.zip(self.paid.as_ref());
        at_sale.into_iter().chain(self.later.iter().map(|(key, row)| (*key, row)))
    }

    /// To whom it goes when these tickets are given back, the first act first.
    pub fn shares(&self, wanted: &[TicketId]) -> Vec<Share> {
        shares(&self.tenders(), owed_back(self.balance, self.quote(wanted).amount))
    }

    pub(crate) fn rows(&self) -> Vec<(TicketId, Ticket)> {
        self.tickets.iter().map(|known| (known.id, known.ticket.clone())).collect()
    }

    /// What goes back for these tickets.
    pub(crate) fn quote(&self, wanted: &[TicketId]) -> Quote {
        quote(&self.order, &self.rows(), wanted)
    }

    /// Can the payment be taken back as if it had never been: the whole of it, while it is the
    /// newest of its terminal and in the batch that is open (domain 6.1, pin-pads 3.9)? Not if that
    /// was tried before and did not work.
    pub(crate) fn can_be_voided(
        &self,
        to: Key,
        (amount, booking): (Money, &Booking),
        newest: Option<&Booking>,
    ) -> bool {
        let tenders = self.tenders();
        let paid = tenders.iter().find(|tender| tender.means.intent() == Some(to));
        let whole = paid.is_some_and(|paid| paid.amount == amount && paid.back == Money::ZERO);
        let row = self.intents().find(|(key, _)| *key == to).map(|(_, row)| row);
        let in_batch = row.zip(self.batch_since).is_some_and(|(row, at)| at <= row.changed_at);
        let tried = self.newest.as_ref().and_then(Intent::refunding);
        let tried = tried.is_some_and(|tried| tried.voids && tried.to == Some(to));
        let is_newest = newest.is_some_and(|newest| newest.is_same(booking));
        whole && in_batch && is_newest && !tried
    }

    /// What was paid and not given back yet.
    pub(crate) fn left(&self) -> Money {
        self.tenders().iter().map(Tender::left).sum()
    }

    /// Are these tickets of the order, each once, still good, unused and before their end?
    pub(crate) fn standing(&self, wanted: &[TicketId]) -> Result<(), Refusal> {
        let mut seen: Vec<&Standing> = Vec::with_capacity(wanted.len());
        for id in wanted {
            let found = self.tickets.iter().find(|known| known.id == *id);
            let found = found.ok_or(Refusal::NotFound)?;
            if seen.iter().any(|known| known.id == *id) {
                return Err(Refusal::Malformed { field: "tickets" });
            }
            seen.push(found);
        }
        if seen.iter().any(|known| !known.ticket.is_good()) {
            return Err(Refusal::OverRefund { left: self.left() });
        }
        let used: Vec<TicketId> =
            seen.iter().filter(|known| known.is_spent()).map(|known| known.id).collect();
        if !used.is_empty() {
            return Err(Refusal::TicketUsed { tickets: used });
        }
        if seen.iter().any(|known| known.over && !known.cancelled) {
            return Err(Refusal::PerformanceOver);
        }
        Ok(())
    }
}

/// What goes back for some tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    pub tickets: Vec<(PerformanceId, Assessed)>,
    /// By the number of the fee.
    pub fees: Vec<(u16, Assessed)>,
    pub amount: Money,
}

/// What goes back for `wanted`, all of them good, of the tickets of an order.
pub fn quote(order: &Order, tickets: &[(TicketId, Ticket)], wanted: &[TicketId]) -> Quote {
    let all = tickets.len() as u16;
    let gone = tickets.iter().filter(|(_, ticket)| !ticket.is_good()).count() as u16;
    let then = gone + wanted.len() as u16;
    let mut prices = Vec::new();
    for (_, ticket) in tickets.iter().filter(|(id, _)| wanted.contains(id)) {
        let line = order.lines.iter().find(|line| line.no == ticket.line);
        prices.extend(line.map(|line| (line.performance, line.price.clone())));
    }
    let fees: Vec<(u16, Assessed)> =
        fees_back(order, gone..then, all).into_iter().map(|fee| (fee.fee, fee.amount)).collect();
    let parts = prices.iter().map(|(_, part)| part).chain(fees.iter().map(|(_, part)| part));
    let amount = parts.map(|part| part.gross).sum();
    Quote { tickets: prices, fees, amount }
}

/// What is to be given back once a refund of this amount is written: more than the order still
/// owes.
pub fn owed_back(balance: Money, amount: Money) -> Money {
    (amount - balance).max(Money::ZERO)
}

/// Are the tickets of a refund still good, and is this amount owed once they are gone?
pub fn fits(
    order: &Order,
    tickets: &[(TicketId, Ticket)],
    refunding: &Refunding,
    (amount, balance): (Money, Money),
) -> bool {
    let wanted = &refunding.tickets;
    let good = |id| {
        let found = tickets.iter().find(|(known, _)| known == id);
        found.is_some_and(|(_, ticket)| ticket.is_good())
    };
    let all_good = wanted.iter().all(good);
    all_good && owed_back(balance, quote(order, tickets, wanted).amount) >= amount
}

/// Fees that go back with tickets of an order, by how many of `all` were back before and are then.
pub fn fees_back(order: &Order, back: Range<u16>, all: u16) -> Vec<FeeLine> {
    if back.is_empty() {
        return Vec::new();
    }
    let part = |fee: &FeeLine| match fee.count == all {
        true => Some(fee.amount.parts(back.start, back.end, all)),
        false => (back.end == all).then(|| fee.amount.clone()),
    };
    let some = |fee: &FeeLine| Some(FeeLine { amount: part(fee)?, ..fee.clone() });
    order.fees.iter().filter_map(some).collect()
}
