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
use crate::fee::{self, Fee, FeeLine};
use crate::house::House;
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
    /// As `Begin`, and the house asks no fee for it.
    #[n(2)]
    BeginWithoutFee(#[n(0)] Wanted),
}

impl Command {
    /// The tickets that one begins with, and whether its fee is waived.
    pub fn begins(&self) -> Option<(&Wanted, bool)> {
        match self {
            Command::Begin(wanted) => Some((wanted, false)),
            Command::BeginWithoutFee(wanted) => Some((wanted, true)),
            Command::Leave(_) => None,
        }
    }
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
    /// The fee that is not asked for it, for the reason above.
    #[n(6)]
    pub waived: Option<Money>,
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
    /// The fee that was not asked for it.
    #[n(8)]
    pub waived: Option<Money>,
}

impl Order {
    /// The order its tickets were exchanged from.
    pub fn origin(&self) -> Option<&Origin> {
        self.exchanges.as_ref()?.from.as_ref()
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
    (wanted, no_fee): (&Wanted, bool),
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
    let (fees, waived) = asked(sale, wanted.tickets.len(), no_fee);
    let exchange = Exchange {
        order: facts.id,
        tickets: wanted.tickets.clone(),
        worth,
        reason: masked(wanted.reason.trim()),
        by,
        credit: credit(worth, facts.balance),
        waived,
    };
    let cart = cart::at_till(&sale.house, till, ask.at);
    let (buyer, exchange) = (facts.order.buyer.clone(), Some(Box::new(exchange)));
    let cart = Cart { buyer, exchange, fees, ..cart };
    Ok(vec![AnyEvent::Cart(cart::Event::Opened(sale.fresh.cart, cart))])
}

/// The fees that its cart brings, and what is not asked.
fn asked(sale: &SaleFacts, given_up: usize, no_fee: bool) -> (Vec<Fee>, Option<Money>) {
    let fees = fee::of_exchange(&sale.house.fees);
    if !no_fee {
        return (fees, None);
    }
    let amount: Money = quoted(&sale.house, given_up).iter().map(|line| line.amount.gross).sum();
    (Vec::new(), (amount > Money::ZERO).then_some(amount))
}

/// What the house asks for so many tickets that are given up, line by line.
pub fn quoted(house: &House, given_up: usize) -> Vec<FeeLine> {
    let given_up = u16::try_from(given_up).unwrap_or(u16::MAX);
    fee::exchanged(&fee::of_exchange(&house.fees), &house.taxes, given_up, given_up)
}

/// Does the exchange of a cart still fit? Its tickets are good, unused, and worth as much. That
/// their performance ended while a card was paying is no reason to say no.
pub fn fits(exchange: &Exchange, facts: &Facts) -> bool {
    let good = |id: &TicketId| {
        let found = facts.tickets.iter().find(|known| known.id == *id);
        found.is_some_and(|known| known.ticket.is_good() && !known.is_spent())
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
