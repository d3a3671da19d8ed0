//! Refunds at the counter: chosen tickets of an order given back, to the tender that paid.
//!
//! Fees on each ticket go back with it; fees on the order stay with the house until the last
//! ticket goes. Never refunds what somebody came in with, and never more than was paid. Next:
//! `refund/pad.rs` for cards, `posting.rs`.

mod pad;

use crate::at::At;
use crate::card_number::masked;
use crate::cart::Place;
use crate::checkout::{Command as Sale, Event, Facts as SaleFacts};
use crate::fee::FeeLine;
use crate::id::{OrderId, PerformanceId, PostingId, StaffNo, TicketId};
use crate::money::Money;
use crate::order::{Order, Payment};
use crate::posting::{self, Account, Cause, Posting, between};
use crate::tax::Assessed;
use crate::tender::Intent;
use crate::tender::pad::{Booking, Counter, Refunding};
use crate::ticket::{State, Ticket};
use crate::{Actor, Ask, BusinessDay, Event as AnyEvent, Key, Refusal};
use minicbor::{Decode, Encode};
use std::ops::Range;

/// Longest reason of a refund, in characters.
pub const REASON_CHARS_MAX: usize = 120;

/// Stored. Which tickets somebody wants to give back, as the cashier typed it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Wanted {
    #[n(0)]
    pub order: OrderId,
    #[n(1)]
    pub tickets: Vec<TicketId>,
    #[n(2)]
    pub reason: String,
    /// The amount the cashier saw.
    #[n(3)]
    pub shown: Money,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// Out of the drawer of the cashier's own till; or there is nothing to pay out.
    #[n(0)]
    Cash(#[n(0)] Wanted),
    /// To the card, at the pad that took it: the intent is written, nothing is sent yet.
    #[n(1)]
    AtPad(#[n(0)] Wanted, #[n(1)] Option<Booking>),
}

impl Command {
    pub fn wanted(&self) -> &Wanted {
        match self {
            Command::Cash(wanted) | Command::AtPad(wanted, _) => wanted,
        }
    }
}

/// Stored. What was given back of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Refunds {
    /// In the order they happened.
    #[n(0)]
    pub made: Vec<Refund>,
    /// The newest intent of a refund at a pad, however it ended.
    #[n(1)]
    pub newest: Option<Key>,
}

/// Stored. One refund.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Refund {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub day: BusinessDay,
    #[n(2)]
    pub by: StaffNo,
    #[n(3)]
    pub tickets: Vec<TicketId>,
    #[n(4)]
    pub amount: Money,
    #[n(5)]
    pub reason: String,
    /// The refund at a pad; none went to a card.
    #[n(6)]
    pub intent: Option<Key>,
}

/// A ticket of the order, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub id: TicketId,
    pub ticket: Ticket,
    /// Somebody came in with it.
    pub used: bool,
    /// Its performance is over.
    pub over: bool,
}

/// What the ledger knows beside the facts of every sale.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub id: OrderId,
    pub order: Order,
    /// All tickets of the order.
    pub tickets: Vec<Standing>,
    /// The intent that paid for it.
    pub paid: Option<Intent>,
    /// A refund of it at a pad that is not settled.
    pub running: Option<Intent>,
    /// What the drawer of the cashier's till has.
    pub drawer: Money,
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
    let gone = tickets.iter().filter(|(_, ticket)| ticket.state != State::Valid).count() as u16;
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

/// Are the tickets of a refund still good, and does what goes back for them make this amount?
pub fn fits(
    order: &Order,
    tickets: &[(TicketId, Ticket)],
    refunding: &Refunding,
    amount: Money,
) -> bool {
    let wanted = &refunding.tickets;
    let good = |id| {
        let found = tickets.iter().find(|(known, _)| known == id);
        found.is_some_and(|(_, ticket)| ticket.state == State::Valid)
    };
    wanted.iter().all(good) && quote(order, tickets, wanted).amount == amount
}

/// Fees that go back with tickets of an order, by how many of `all` were back before and are then.
pub fn fees_back(order: &Order, back: Range<u16>, all: u16) -> Vec<FeeLine> {
    let part = |fee: &FeeLine| match fee.count == all {
        true => Some(fee.amount.parts(back.start, back.end, all)),
        false => (back.end == all).then(|| fee.amount.clone()),
    };
    let some = |fee: &FeeLine| Some(FeeLine { amount: part(fee)?, ..fee.clone() });
    order.fees.iter().filter_map(some).collect()
}

/// Decides a refund, and every step of one at a pad.
pub fn decide(
    facts: &Facts,
    sale: &SaleFacts,
    command: &Sale,
    ask: &Ask,
) -> Result<Vec<AnyEvent>, Refusal> {
    let refunding = Giving { facts, sale, ask };
    match command {
        Sale::Refund(Command::Cash(wanted)) => refunding.cash(wanted),
        Sale::Refund(Command::AtPad(wanted, baseline)) => refunding.begin(wanted, baseline),
        Sale::Pad(command) => refunding.step(command),
        Sale::Begin { .. }
        | Sale::Answered(..)
        | Sale::Captured(_)
        | Sale::CaptureFailed { .. }
        | Sale::Voided(_)
        | Sale::Cash { .. } => Err(Refusal::NotFound),
    }
}

/// A refund being decided.
struct Giving<'a> {
    facts: &'a Facts,
    sale: &'a SaleFacts,
    ask: &'a Ask,
}

/// What is given back, why and by whom.
struct Given<'a> {
    tickets: &'a [TicketId],
    reason: &'a str,
    by: StaffNo,
    intent: Option<Key>,
}

impl Giving<'_> {
    fn cash(&self, wanted: &Wanted) -> Result<Vec<AnyEvent>, Refusal> {
        let Actor::Account(by) = self.ask.by else { return Err(Refusal::NotAllowed) };
        let quote = self.allowed(wanted)?;
        let reason = masked(wanted.reason.trim());
        let given = Given { tickets: &wanted.tickets, reason: &reason, by, intent: None };
        let mut events = self.given(&given, &quote);
        if quote.amount > Money::ZERO {
            if self.facts.order.intent.is_some() {
                return Err(Refusal::PaidByCard);
            }
            let counter = self.counter()?;
            // What the books do not have in the drawer cannot be taken out of it.
            if quote.amount > self.facts.drawer {
                return Err(Refusal::CashShort { due: quote.amount });
            }
            let from = (Account::DrawerCash, u64::from(counter.till.0));
            events.push(self.paid_out(Cause::CashRefund, from, quote.amount));
        }
        Ok(events)
    }

    /// The cashier's own open till.
    fn counter(&self) -> Result<Counter, Refusal> {
        let (session, row) = self.sale.till.as_ref().ok_or(Refusal::TillClosed)?;
        Ok(Counter { till: row.till, session: *session, cashier: row.cashier })
    }

    /// What goes back, if all of it may.
    fn allowed(&self, wanted: &Wanted) -> Result<Quote, Refusal> {
        let order = &self.facts.order;
        if wanted.reason.trim().is_empty() {
            return Err(Refusal::MissingData { fields: vec!["reason"] });
        }
        let long = wanted.reason.chars().count() > REASON_CHARS_MAX;
        if long || wanted.reason.contains(char::is_control) {
            return Err(Refusal::Malformed { field: "reason" });
        }
        if self.facts.running.is_some() {
            return Err(Refusal::RefundRunning);
        }
        match order.payment {
            Payment::CapturePending | Payment::Captured => return Err(Refusal::PaidOnline),
            Payment::Paid | Payment::NothingToPay => {}
        }
        self.standing(&wanted.tickets)?;
        let tickets = self.tickets();
        let quote = quote(order, &tickets, &wanted.tickets);
        if quote.amount != wanted.shown {
            return Err(Refusal::PriceChanged { old: wanted.shown, new: quote.amount });
        }
        if quote.amount > self.left() {
            return Err(Refusal::OverRefund { left: self.left() });
        }
        Ok(quote)
    }

    /// Are these tickets of the order, each once, still good, unused and before their end?
    fn standing(&self, wanted: &[TicketId]) -> Result<(), Refusal> {
        let mut seen: Vec<&Standing> = Vec::with_capacity(wanted.len());
        for id in wanted {
            let found = self.facts.tickets.iter().find(|known| known.id == *id);
            let found = found.ok_or(Refusal::NotFound)?;
            if seen.iter().any(|known| known.id == *id) {
                return Err(Refusal::Malformed { field: "tickets" });
            }
            seen.push(found);
        }
        if seen.is_empty() {
            return Err(Refusal::MissingData { fields: vec!["tickets"] });
        }
        if seen.iter().any(|known| known.ticket.state != State::Valid) {
            return Err(Refusal::OverRefund { left: self.left() });
        }
        let used: Vec<TicketId> =
            seen.iter().filter(|known| known.used).map(|known| known.id).collect();
        if !used.is_empty() {
            return Err(Refusal::TicketUsed { tickets: used });
        }
        if seen.iter().any(|known| known.over) {
            return Err(Refusal::PerformanceOver);
        }
        Ok(())
    }

    fn tickets(&self) -> Vec<(TicketId, Ticket)> {
        self.facts.tickets.iter().map(|known| (known.id, known.ticket.clone())).collect()
    }

    /// What was paid and not given back yet.
    fn left(&self) -> Money {
        self.facts.order.total - self.facts.order.refunded()
    }

    /// The tickets are cancelled, their places free, their sale taken back.
    fn given(&self, given: &Given<'_>, quote: &Quote) -> Vec<AnyEvent> {
        let refund = Refund {
            at: self.ask.at,
            day: self.ask.day,
            by: given.by,
            tickets: given.tickets.to_vec(),
            amount: quote.amount,
            reason: given.reason.to_owned(),
            intent: given.intent,
        };
        let here = self.facts.tickets.iter().filter(|known| given.tickets.contains(&known.id));
        let freed: Vec<(PerformanceId, Place)> =
            here.map(|known| (known.ticket.performance, known.ticket.place)).collect();
        let order = self.facts.id;
        let mut events = vec![AnyEvent::Checkout(Event::Refunded { order, refund, freed })];
        if quote.amount > Money::ZERO {
            let tickets: Vec<_> = quote.tickets.iter().map(|(id, price)| (*id, price)).collect();
            let (at, day) = (self.ask.at, self.ask.day);
            let posting = posting::refund(order, &tickets, &quote.fees, at, day);
            events.push(self.posted(0, posting));
        }
        events
    }

    /// The money itself, after the sale was taken back.
    fn paid_out(&self, cause: Cause, from: (Account, u64), amount: Money) -> AnyEvent {
        let to = (Account::Receivable, self.facts.id.0);
        let (at, day) = (self.ask.at, self.ask.day);
        self.posted(1, between(Some(self.facts.id), cause, to, from, amount, at, day))
    }

    fn posted(&self, nth: u64, posting: Posting) -> AnyEvent {
        let id = PostingId(self.sale.fresh.posting.0 + nth);
        AnyEvent::Checkout(Event::Posted(id, posting))
    }
}
