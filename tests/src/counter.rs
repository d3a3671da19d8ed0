//! The counter of the town: sales in cash and at a pin pad, and tickets given back.
//!
//! One step sells or refunds once, from the cart to the terminal's word; refusals are part of
//! life here, too. Never leaves a payment at the pad open. Next: `town.rs`.

use crate::town::Town;
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::{self, pad};
use usher_rules::hold;
use usher_rules::id::{AreaNo, CartId, LevelNo, PadNo, TicketId};
use usher_rules::money::Money;
use usher_rules::price::Places;
use usher_rules::refund::{self, Wanted};
use usher_rules::tender::pad::{Booking, Finding, Outcome};
use usher_rules::{Command, Entry, Event, Key};

const PAD: PadNo = PadNo(1);

/// The last command of what a cashier does; all before it were asked already.
pub(crate) fn step(town: &mut Town) -> Option<Command> {
    let open = usher_ledger::till::open(&town.handle.snapshot().ok()?).ok()?;
    let (_, row) = open.first()?;
    town.cashier = row.cashier;
    let till = row.till;
    let at_pad = town.dice.chance(40);
    if town.dice.chance(40) && !town.orders.is_empty() {
        return give_back(town);
    }
    let opened = town.ask(Command::Cart(cart::Command::OpenAtTill(till))).ok()?;
    let cart = opened.events.iter().find_map(|event| match event {
        Event::Cart(cart::Event::Opened(id, _)) => Some(*id),
        _ => None,
    })?;
    let places = vec![Places { level: LevelNo(1), count: 1 + town.dice.below(3) as u8 }];
    let performance = town.performances[2];
    let take = hold::Command::Area { cart, performance, area: AreaNo(0), places };
    town.ask(Command::Hold(take)).ok()?;
    sell(town, cart, at_pad)
}

fn sell(town: &mut Town, cart: CartId, at_pad: bool) -> Option<Command> {
    let row = usher_ledger::cart::get(&town.handle.snapshot().ok()?, cart).ok()??;
    let (shown, buyer) = (row.total(), Buyer::default());
    if !at_pad {
        let cash = checkout::Command::Cash { cart, buyer, given: shown, shown };
        return Some(Command::Checkout(cash));
    }
    let begin =
        pad::Command::Begin { cart, pad: PAD, buyer, shown, baseline: None, cash: Money::ZERO };
    let begun = town.ask(Command::Checkout(checkout::Command::Pad(begin))).ok()?;
    ended(town, &begun)
}

/// Some tickets of an order, the way it was paid; now and then some that cannot go back.
fn give_back(town: &mut Town) -> Option<Command> {
    let orders = town.orders.clone();
    let order = *town.dice.pick(&orders);
    let snapshot = town.handle.snapshot().ok()?;
    let row = usher_ledger::checkout::order(&snapshot, order).ok()??;
    let mut all = Vec::new();
    for id in &row.tickets {
        all.push((*id, usher_ledger::checkout::ticket(&snapshot, *id).ok()??));
    }
    let tickets: Vec<TicketId> =
        all.iter().map(|(id, _)| *id).filter(|_| town.dice.chance(60)).collect();
    let shown = refund::quote(&row, &all, &tickets).amount;
    let wanted = Wanted { order, tickets, reason: "Fell ill".to_owned(), shown };
    if row.intent.is_none() || shown == Money::ZERO {
        let cash = refund::Command::Cash(wanted);
        return Some(Command::Checkout(checkout::Command::Refund(cash)));
    }
    let at_pad = refund::Command::AtPad(wanted, None);
    let begun = town.ask(Command::Checkout(checkout::Command::Refund(at_pad))).ok()?;
    ended(town, &begun)
}

/// What the terminal says of a payment or a refund that has begun.
fn ended(town: &mut Town, begun: &Entry) -> Option<Command> {
    let (key, amount): (Key, Money) = begun.events.iter().find_map(|event| match event {
        Event::Checkout(checkout::Event::Intent(key, intent)) => Some((*key, intent.amount)),
        _ => None,
    })?;
    town.ask(Command::Checkout(checkout::Command::Pad(pad::Command::Send(key)))).ok()?;
    let approval = "A7".to_owned();
    let booking = Booking { amount: Some(amount), approval, ..Booking::default() };
    let outcome = match town.dice.chance(70) {
        true => Outcome::Approved(booking.clone()),
        false => Outcome::Declined { code: "05".to_owned(), text: "Do not honour".to_owned() },
    };
    let ended = pad::Command::Ended { intent: key, outcome };
    town.ask(Command::Checkout(checkout::Command::Pad(ended))).ok()?;
    let over = match town.dice.chance(80) {
        true => pad::Command::Done(key),
        // Nobody heard the terminal's last word; it is asked, and says what it booked.
        false => {
            let lost = pad::Command::Lost { intent: key, why: "silence".to_owned() };
            town.ask(Command::Checkout(checkout::Command::Pad(lost))).ok()?;
            pad::Command::Found { intent: key, finding: Finding::Booked(booking) }
        }
    };
    Some(Command::Checkout(checkout::Command::Pad(over)))
}
