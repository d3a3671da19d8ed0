//! Refunds at the counter: tickets of an order given back, or what it owes after an exchange.
//!
//! One act is one tender: the newest card first, then cash; what came over from another order goes
//! back to that one. Never refunds what somebody came in with, unless the evening was cancelled,
//! and never more than was paid. Next: `refund/known.rs` for how much, `refund/pad.rs` for cards,
//! `refund/online.rs` for those of the shop, `refund/overdue.rs` for what the box cancels by
//! itself, `exchange.rs`.

mod known;
mod online;
mod overdue;
mod pad;

pub use known::{Facts, Quote, Standing, fees_back, fits, owed_back, quote};
pub use overdue::{CANCEL_AFTER_MAX, NOBODY, cancels_on};

use crate::at::At;
use crate::card_number::masked;
use crate::cart::Place;
use crate::checkout::{Command as Sale, Event, Facts as SaleFacts, post};
use crate::id::{OrderId, PadNo, PerformanceId, StaffNo, TicketId};
use crate::money::Money;
use crate::order::Payment;
use crate::payment::{Command as Payments, Means, Share};
use crate::posting::{self, Account, Cause, between};
use crate::tender::pad::{Booking, Counter};
use crate::{Actor, Ask, BusinessDay, Event as AnyEvent, Key, Refusal};
use minicbor::{Decode, Encode};

/// Longest reason of a refund, in characters.
pub const REASON_CHARS_MAX: usize = 120;

/// Stored. Which tickets somebody wants to give back, as the cashier typed it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Wanted {
    #[n(0)]
    pub order: OrderId,
    /// None: what is owed after an exchange is paid back.
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
    AtPad {
        #[n(0)]
        wanted: Wanted,
        /// The pad's newest booking, as far as it is known.
        #[n(1)]
        baseline: Option<Box<Booking>>,
        /// Can the pad take its newest booking back without the card?
        #[n(2)]
        voids: bool,
    },
    /// Through the gateway, which took it in the shop: the intent is written, nothing is asked yet.
    #[n(2)]
    Online(#[n(0)] Wanted),
}

impl Command {
    pub fn wanted(&self) -> &Wanted {
        match self {
            Command::Cash(wanted) | Command::AtPad { wanted, .. } | Command::Online(wanted) => {
                wanted
            }
        }
    }
}

/// Stored. What was given back of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Refunds {
    /// In the order they happened.
    #[n(0)]
    pub made: Vec<Refund>,
    /// The newest intent of a refund to a card, however it ended.
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
    /// The refund to a card; none went in cash or nowhere.
    #[n(6)]
    pub intent: Option<Key>,
    /// The payment it went back to; none: in cash, or to the card that paid at the sale.
    #[n(7)]
    pub to: Option<Key>,
    /// The order it went back to, from which it once came over.
    #[n(8)]
    pub onward: Option<OrderId>,
    /// Cancelled by the box, unasked: the last day for the rest, which passed unpaid.
    #[n(9)]
    pub overdue: Option<BusinessDay>,
}

/// Decides a refund or a payment of an order, and every step of one at a pad.
pub fn decide(
    facts: &Facts,
    sale: &SaleFacts,
    command: &Sale,
    ask: &Ask,
) -> Result<Vec<AnyEvent>, Refusal> {
    let refunding = Giving { facts, sale, ask };
    let online = sale.intent.as_ref().is_some_and(|intent| intent.back.is_some());
    match command {
        Sale::Refund(Command::Cash(wanted)) => refunding.cash(wanted),
        Sale::Refund(Command::AtPad { wanted, baseline, voids }) => {
            refunding.begin(wanted, baseline.as_deref(), *voids)
        }
        Sale::Refund(Command::Online(wanted)) => refunding.begin_online(wanted),
        Sale::Payment(Payments::Cash { wanted, given }) => refunding.take_cash(wanted, *given),
        Sale::Payment(Payments::AtPad { wanted, pad, baseline }) => {
            refunding.begin_payment(wanted, *pad, baseline)
        }
        Sale::Answered(key, answer) => refunding.online_answered(*key, answer),
        Sale::Pad(command) if online => refunding.online_decided(command),
        Sale::Payment(Payments::CancelOverdue(_)) => refunding.cancel_overdue(),
        Sale::Pad(command) => refunding.step(command),
        Sale::Begin { .. }
        | Sale::Captured(_)
        | Sale::CaptureFailed { .. }
        | Sale::Voided(_)
        | Sale::Cash { .. }
        | Sale::Deposit { .. }
        | Sale::OrphanSeen(..)
        | Sale::Exchange(_) => Err(Refusal::NotFound),
    }
}

/// Why, as it is kept; refused if it is not said, or too long.
pub(crate) fn said(reason: &str) -> Result<String, Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::MissingData { fields: vec!["reason"] });
    }
    if reason.chars().count() > REASON_CHARS_MAX || reason.contains(char::is_control) {
        return Err(Refusal::Malformed { field: "reason" });
    }
    Ok(masked(reason.trim()))
}

/// A refund, or a payment of an order, being decided.
pub(crate) struct Giving<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) sale: &'a SaleFacts,
    pub(crate) ask: &'a Ask,
}

/// What is given back, why and by whom.
struct Given<'a> {
    tickets: &'a [TicketId],
    reason: &'a str,
    by: StaffNo,
    intent: Option<Key>,
    /// The payment it goes back to.
    to: Option<Key>,
    /// What goes out now.
    amount: Money,
    /// The last day for the rest, if that it passed unpaid is why.
    overdue: Option<BusinessDay>,
}

impl Giving<'_> {
    fn cash(&self, wanted: &Wanted) -> Result<Vec<AnyEvent>, Refusal> {
        let Actor::Account(by) = self.ask.by else { return Err(Refusal::NotAllowed) };
        let shares = self.allowed(wanted)?;
        let reason = &masked(wanted.reason.trim());
        let (tickets, amount) = (&wanted.tickets[..], wanted.shown);
        let given = Given { tickets, reason, by, intent: None, to: None, amount, overdue: None };
        let mut events = Vec::new();
        match shares.first().map(|share| &share.means) {
            None => self.given(&mut events, &given, None),
            Some(Means::Pad { .. } | Means::Online { .. }) => return Err(Refusal::PaidByCard),
            Some(Means::Order { order }) => self.onward(&mut events, &given, *order),
            Some(Means::Cash) => {
                let counter = self.counter()?;
                // What the books do not have in the drawer cannot be taken out of it.
                if amount > self.facts.drawer {
                    return Err(Refusal::CashShort { due: amount });
                }
                self.given(&mut events, &given, None);
                let from = (Account::DrawerCash, u64::from(counter.till.0));
                self.paid_out(&mut events, Cause::CashRefund, from, amount);
                self.rest_onward(&mut events, &given, shares.get(1));
            }
        }
        Ok(events)
    }

    /// The cashier's own open till.
    pub(crate) fn counter(&self) -> Result<Counter, Refusal> {
        let (session, row) = self.sale.till.as_ref().ok_or(Refusal::TillClosed)?;
        Ok(Counter { till: row.till, session: *session, cashier: row.cashier })
    }

    /// To which tenders something goes back, if all of it may; none: there is nothing to go back.
    fn allowed(&self, wanted: &Wanted) -> Result<Vec<Share>, Refusal> {
        self.free(wanted)?;
        match self.facts.order.payment {
            // The bank approved it and has not paid yet: there is nothing to give back.
            Payment::CapturePending => return Err(Refusal::CapturePending),
            Payment::Captured | Payment::Paid | Payment::NothingToPay => {}
        }
        // What is owed to the customer already goes back without tickets.
        if wanted.tickets.is_empty() && self.facts.balance >= Money::ZERO {
            return Err(Refusal::MissingData { fields: vec!["tickets"] });
        }
        self.facts.standing(&wanted.tickets)?;
        let owed = owed_back(self.facts.balance, self.facts.quote(&wanted.tickets).amount);
        let left = self.facts.left();
        if owed > left {
            return Err(Refusal::OverRefund { left });
        }
        let shares = self.facts.shares(&wanted.tickets);
        let amount = shares.first().map_or(Money::ZERO, |share| share.amount);
        if amount != wanted.shown {
            return Err(Refusal::PriceChanged { old: wanted.shown, new: amount });
        }
        Ok(shares)
    }

    /// It is said why, and nothing else of the order is on its way.
    pub(crate) fn free(&self, wanted: &Wanted) -> Result<(), Refusal> {
        said(&wanted.reason)?;
        self.alone()
    }

    /// One thing at a time of an order: a refund, a payment or an exchange.
    pub(crate) fn alone(&self) -> Result<(), Refusal> {
        if self.facts.running.is_some() {
            return Err(Refusal::RefundRunning);
        }
        let exchanging = self.facts.exchanging;
        exchanging.map_or(Ok(()), |cart| Err(Refusal::ExchangeRunning { cart }))
    }

    /// Can this pad be asked for something now?
    pub(crate) fn pad_free(&self, pad: PadNo) -> Result<(), Refusal> {
        if !self.sale.house.pads.iter().any(|known| known.no == pad) {
            return Err(Refusal::NotFound);
        }
        if self.sale.batch_closing {
            return Err(Refusal::BatchClosing);
        }
        match self.sale.on_pad.as_ref().and_then(|intent| intent.pad.as_ref()) {
            Some(other) => Err(Refusal::PadBusy { till: other.at.till }),
            None => Ok(()),
        }
    }

    /// The tickets are cancelled, their places free, their sale taken back; `onward` is the order
    /// that the money goes to, if it goes to one.
    fn given(&self, events: &mut Vec<AnyEvent>, given: &Given<'_>, onward: Option<OrderId>) {
        let (at, day, order) = (self.ask.at, self.ask.day, self.facts.id);
        let refund = Refund {
            at,
            day,
            by: given.by,
            tickets: given.tickets.to_vec(),
            amount: given.amount,
            reason: given.reason.to_owned(),
            intent: given.intent,
            to: given.to,
            onward,
            overdue: given.overdue,
        };
        let here = self.facts.tickets.iter().filter(|known| given.tickets.contains(&known.id));
        let freed: Vec<(PerformanceId, Place)> =
            here.map(|known| (known.ticket.performance, known.ticket.place)).collect();
        events.push(AnyEvent::Checkout(Event::Refunded { order, refund, freed }));
        let quote = self.facts.quote(given.tickets);
        if quote.amount > Money::ZERO {
            let tickets: Vec<_> = quote.tickets.iter().map(|(id, price)| (*id, price)).collect();
            let posting = posting::refund(order, &tickets, &quote.fees, at, day);
            post(events, self.sale.fresh.posting, posting);
        }
    }

    /// The money goes back to the order it came from, which then owes it to the customer.
    fn onward(&self, events: &mut Vec<AnyEvent>, given: &Given<'_>, to: OrderId) {
        self.given(events, given, Some(to));
        let (at, day) = (self.ask.at, self.ask.day);
        for posting in posting::transfer(self.facts.id, to, given.amount, at, day) {
            post(events, self.sale.fresh.posting, posting);
        }
    }

    /// So does the rest after the last tender of its own: nobody has to do anything for that.
    fn rest_onward(&self, events: &mut Vec<AnyEvent>, given: &Given<'_>, next: Option<&Share>) {
        let Some(Share { means: Means::Order { order }, amount }) = next else { return };
        let (amount, intent, to) = (*amount, None, None);
        self.onward(events, &Given { tickets: &[], intent, to, amount, ..*given }, *order);
    }

    /// The money itself, after the sale was taken back.
    fn paid_out(
        &self,
        events: &mut Vec<AnyEvent>,
        cause: Cause,
        from: (Account, u64),
        amount: Money,
    ) {
        let to = (Account::Receivable, self.facts.id.0);
        let (at, day) = (self.ask.at, self.ask.day);
        let posting = between(Some(self.facts.id), cause, to, from, amount, at, day);
        post(events, self.sale.fresh.posting, posting);
    }
}
