//! Exchanges at the counter: tickets of an order given up for those of a new one.
//!
//! What the old tickets were sold for, less what was still due, pays for the new ones by way of
//! transfer clearing; what is over is the old order's balance, owed to the customer. Never
//! takes a ticket that somebody came in with, and no ticket twice. Next: `checkout/exchange.rs`,
//! which makes one with its sale.

use crate::at::At;
use crate::card_number::masked;
use crate::cart::{self, Cart};
use crate::checkout::{Event, Facts as SaleFacts};
use crate::id::{CartId, OrderId, StaffNo, TicketId};
use crate::money::Money;
use crate::order::{Order, Payment};
use crate::refund::{Facts, Giving, Wanted, owed_back};
use crate::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// Opens a sale of the cashier's till that gives these tickets up.
    #[n(0)]
    Begin(#[n(0)] Wanted),
    /// The sale goes on without them.
    #[n(1)]
    Leave(#[n(0)] CartId),
}

/// Stored. What a cart gives up for what it holds, until it is sold.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Exchange {
    #[n(0)]
    pub order: OrderId,
    #[n(1)]
    pub tickets: Vec<TicketId>,
    /// What they were sold for, with their fees.
    #[n(2)]
    pub worth: Money,
    #[n(3)]
    pub reason: String,
    #[n(4)]
    pub by: StaffNo,
    /// What of it pays for others: all but what was still due.
    #[n(5)]
    pub credit: Money,
}

/// Stored. How an order hangs together with others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Exchanges {
    /// Where its tickets come from, if they were exchanged for others.
    #[n(0)]
    pub from: Option<Origin>,
    /// Tickets of it that were given up, in the order it happened.
    #[n(1)]
    pub made: Vec<Made>,
}

/// Stored. The order whose tickets were given up for those of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Origin {
    #[n(0)]
    pub order: OrderId,
    /// What came over from it.
    #[n(1)]
    pub amount: Money,
    /// That money was paid through the processor of the shop.
    #[n(2)]
    pub online: bool,
}

/// Stored. Tickets that were given up for those of another order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Made {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub day: BusinessDay,
    #[n(2)]
    pub by: StaffNo,
    #[n(3)]
    pub tickets: Vec<TicketId>,
    #[n(4)]
    pub worth: Money,
    #[n(5)]
    pub to: OrderId,
    /// What the other order cost of it; the rest is owed to the customer.
    #[n(6)]
    pub moved: Money,
    #[n(7)]
    pub reason: String,
}

impl Order {
    /// The order its tickets were exchanged from.
    pub fn origin(&self) -> Option<&Origin> {
        self.exchanges.as_ref()?.from.as_ref()
    }

    /// Did any of its money come through the processor of the shop?
    pub(crate) fn online(&self) -> bool {
        let own = match self.payment {
            Payment::CapturePending | Payment::Captured => true,
            Payment::Paid | Payment::NothingToPay => false,
        };
        own || self.origin().is_some_and(|from| from.online)
    }
}

/// What tickets of an order pay for others: what they were sold for, less what was still due.
pub fn credit(worth: Money, balance: Money) -> Money {
    owed_back(balance.max(Money::ZERO), worth)
}

/// A sale of the cashier's till that gives up chosen tickets; its buyer is theirs.
pub(crate) fn begin(
    facts: &Facts,
    sale: &SaleFacts,
    wanted: &Wanted,
    ask: &Ask,
) -> Result<Vec<AnyEvent>, Refusal> {
    let Actor::Account(by) = ask.by else { return Err(Refusal::NotAllowed) };
    let giving = Giving { facts, sale, ask };
    let till = giving.counter()?.till;
    giving.free(wanted)?;
    if wanted.tickets.is_empty() {
        return Err(Refusal::MissingData { fields: vec!["tickets"] });
    }
    match facts.order.payment {
        // Nobody knows yet whether it was paid.
        Payment::CapturePending => return Err(Refusal::CapturePending),
        Payment::Captured | Payment::Paid | Payment::NothingToPay => {}
    }
    facts.standing(&wanted.tickets)?;
    let worth = facts.quote(&wanted.tickets).amount;
    if worth != wanted.shown {
        return Err(Refusal::PriceChanged { old: wanted.shown, new: worth });
    }
    let exchange = Exchange {
        order: facts.id,
        tickets: wanted.tickets.clone(),
        worth,
        reason: masked(wanted.reason.trim()),
        by,
        credit: credit(worth, facts.balance),
    };
    let cart = cart::at_till(&sale.house, till, ask.at);
    let (buyer, exchange) = (facts.order.buyer.clone(), Some(Box::new(exchange)));
    let cart = Cart { buyer, exchange, ..cart };
    Ok(vec![AnyEvent::Cart(cart::Event::Opened(sale.fresh.cart, cart))])
}

/// Does the exchange of a cart still fit? Its tickets are good, unused, and worth as much. That
/// their performance ended while a card was paying is no reason to say no.
pub fn fits(exchange: &Exchange, facts: &Facts) -> bool {
    let good = |id: &TicketId| {
        let found = facts.tickets.iter().find(|known| known.id == *id);
        found.is_some_and(|known| known.ticket.is_good() && !known.used)
    };
    exchange.tickets.iter().all(good) && same(exchange, facts).is_ok()
}

/// Are the tickets worth what they were, and do they pay for as much?
fn same(exchange: &Exchange, facts: &Facts) -> Result<(), Refusal> {
    let worth = facts.quote(&exchange.tickets).amount;
    let (old, new) = (exchange.credit, credit(worth, facts.balance));
    if (worth, new) == (exchange.worth, old) {
        Ok(())
    } else {
        Err(Refusal::PriceChanged { old, new })
    }
}

/// May the exchange be made now?
pub(crate) fn may(exchange: &Exchange, facts: &Facts) -> Result<(), Refusal> {
    facts.standing(&exchange.tickets)?;
    same(exchange, facts)
}

/// A cart lets go of what it was to give up.
pub(crate) fn left(cart: CartId) -> AnyEvent {
    AnyEvent::Checkout(Event::ExchangeLeft(cart))
}
