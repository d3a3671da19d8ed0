//! The counter of the town: cash, cards at a pin pad step by step, tickets given back, batches
//! that are closed, and exchanges for whoever asks for them.
//!
//! One step at a time, so that a run may stop between any two. Never talks to a terminal.
//! Next: `tests/house.rs`.

use super::Town;
use usher_ledger::view::desk::payment::goes_back;
use usher_ledger::{Snapshot, batch, cart as carts, checkout as payments, payment, till};
use usher_rules::batch::{BrandTotal, Command as AtBatch, Of, State as Stands};
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::Command as Sale;
use usher_rules::checkout::pad::Command as AtPad;
use usher_rules::exchange::Command as Exchange;
use usher_rules::hold;
use usher_rules::id::{AreaNo, LevelNo, OrderId, PadNo, TicketId};
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::payment::{self as payments_of, Deposit, Means};
use usher_rules::price::Places;
use usher_rules::refund::{self, Wanted};
use usher_rules::tender::pad::{Booking, Finding, Outcome};
use usher_rules::tender::{Intent, State};
use usher_rules::ticket::Ticket;
use usher_rules::{Command, Key};

/// Orders that are looked at for one of the counter; words of a pad that are waited for.
const PICKS_MAX: usize = 6;
/// The one pin pad of the town.
pub const PAD: PadNo = PadNo(1);

impl Town {
    /// The next step at the counter.
    pub(super) fn counter(&mut self) -> Option<Command> {
        let open = payments::pad_intents(&self.handle.snapshot().unwrap(), PAD).unwrap();
        match open.into_iter().next() {
            Some((key, intent)) if !self.dice.chance(10) => Some(self.pad(key, &intent)),
            Some(_) | None => match self.dice.below(10) {
                0 | 1 => self.batch(),
                2..=4 => self.refund(),
                5 => self.towards(),
                _ => self.sale(),
            },
        }
    }

    /// The next step of a sale at an open till: a cart, its places, and how it is paid. One command
    /// at a time, so that a run may stop between any two.
    fn sale(&mut self) -> Option<Command> {
        let open = till::open(&self.handle.snapshot().unwrap()).unwrap();
        let (_, row) = open.first()?;
        self.cashier = row.cashier;
        let Some(cart) = self.serving.take() else {
            return Some(Command::Cart(cart::Command::OpenAtTill(row.till)));
        };
        let sold = carts::get(&self.handle.snapshot().unwrap(), cart).unwrap()?;
        let (shown, buyer) = (sold.due(), Buyer::default());
        if sold.lines.is_empty() {
            self.serving = Some(cart);
            // An exchange is for one or for three: cheaper or dearer.
            let count = 1 + match sold.exchange.is_some() {
                true => 2 * self.dice.below(2),
                false => self.dice.below(3),
            };
            let places = vec![Places { level: LevelNo(1), count: count as u8 }];
            let (performance, area) = (self.performances[2], AreaNo(0));
            let held = hold::Command::Area { cart, performance, area, places };
            return Some(Command::Hold(held));
        }
        let (part, cash) = (self.dice.chance(30), Money(i64::from(shown.0 > 1)));
        let amount = Money(1 + self.dice.below(4_000) as i64);
        let deposit = part.then_some(Deposit { amount, due: None });
        let cash = if part { Money::ZERO } else { cash };
        let (pad, baseline) = (PAD, None);
        Some(Command::Checkout(match (shown == Money::ZERO || self.dice.chance(40), deposit) {
            (true, Some(deposit)) => Sale::Deposit { cart, buyer, given: shown, shown, deposit },
            (true, None) => Sale::Cash { cart, buyer, given: shown, shown },
            (false, _) => {
                Sale::Pad(AtPad::Begin { cart, pad, buyer, shown, baseline, cash, deposit })
            }
        }))
    }

    /// Something of what an order owes, in cash or at the pad; now and then too much.
    fn towards(&mut self) -> Option<Command> {
        let snapshot = self.handle.snapshot().unwrap();
        let owing = payment::owing(&snapshot, false).unwrap().orders;
        let open = till::open(&snapshot).unwrap();
        let (_, till) = open.first()?;
        self.cashier = till.cashier;
        if owing.is_empty() {
            return None;
        }
        let (order, shown) = *self.dice.pick(&owing);
        let amount = match self.dice.below(4) {
            0 => Money(1 + self.dice.below(9_000) as i64),
            _ => shown,
        };
        let wanted = payments_of::Wanted { order, amount, shown };
        Some(Command::Checkout(Sale::Payment(match self.dice.chance(50) {
            true => payments_of::Command::Cash { wanted, given: amount },
            false => payments_of::Command::AtPad { wanted, pad: PAD, baseline: None },
        })))
    }

    /// Some tickets of an order, the way it was paid; now and then some that cannot go back.
    fn refund(&mut self) -> Option<Command> {
        let (_, wanted) = self.wanted(60)?;
        self.given_back(wanted.order, wanted.tickets)
    }

    /// These tickets, or what is owed, to the tender that gets it first.
    fn given_back(&mut self, order: OrderId, tickets: Vec<TicketId>) -> Option<Command> {
        let snapshot = self.handle.snapshot().unwrap();
        let row = payments::order(&snapshot, order).unwrap()?;
        let all = tickets_of(&snapshot, &row)?;
        let shares = goes_back(&snapshot, order, &row, &all, &tickets).unwrap();
        let first = shares.first();
        let shown = first.map_or(Money::ZERO, |share| share.amount);
        let wanted = Wanted { order, tickets, reason: "Fell ill".to_owned(), shown };
        let voids = self.dice.chance(50);
        Some(Command::Checkout(Sale::Refund(match first.map(|share| &share.means) {
            Some(Means::Pad { booking, .. }) => {
                let baseline = Some(booking.clone());
                refund::Command::AtPad { wanted, baseline, voids }
            }
            _ => refund::Command::Cash(wanted),
        })))
    }

    /// Tickets of some order exchanged, as far as it goes: begun, seats taken, paid in cash or at
    /// the pad, and what is owed then paid back. The days of the town go on between.
    pub fn exchange(&mut self) {
        let mut found = None;
        for _ in 0..PICKS_MAX {
            found = self.wanted(90);
            if found.as_ref().is_some_and(|(row, _)| row.counter.is_some()) {
                break;
            }
        }
        let Some((_, wanted)) = found else { return };
        let order = wanted.order;
        let begin = Command::Checkout(Sale::Exchange(Exchange::Begin(wanted)));
        if self.ask(begin).is_err() {
            return;
        }
        let cart = self.serving;
        for _ in 0..2 {
            self.tried(|town| town.sale());
        }
        self.pads();
        if let Some(cart) = cart.filter(|_| self.dice.chance(50)) {
            // Refused if it was sold.
            let _ = self.ask(Command::Checkout(Sale::Exchange(Exchange::Leave(cart))));
        }
        self.tried(|town| town.given_back(order, Vec::new()));
        self.pads();
    }

    /// Somebody pays something of what an order owes, in cash or at the pad.
    pub fn pay_towards(&mut self) {
        self.tried(|town| town.towards());
        self.pads();
    }

    /// Asks for it; refused or not.
    fn tried(&mut self, what: impl FnOnce(&mut Town) -> Option<Command>) {
        if let Some(command) = what(self) {
            let _ = self.ask(command);
        }
    }

    /// Whatever the pad still has to say.
    fn pads(&mut self) {
        for _ in 0..PICKS_MAX {
            let open = payments::pad_intents(&self.handle.snapshot().unwrap(), PAD).unwrap();
            let Some((key, intent)) = open.into_iter().next() else { return };
            let told = self.pad(key, &intent);
            let _ = self.ask(told);
        }
    }

    /// Some order, and each of its tickets with this chance in a hundred.
    fn wanted(&mut self, percent: u64) -> Option<(Order, Wanted)> {
        if self.orders.is_empty() {
            return None;
        }
        let orders = self.orders.clone();
        let order = *self.dice.pick(&orders);
        let open = till::open(&self.handle.snapshot().unwrap()).unwrap();
        let (_, till) = open.first()?;
        self.cashier = till.cashier;
        let snapshot = self.handle.snapshot().unwrap();
        let row = payments::order(&snapshot, order).unwrap()?;
        let all = tickets_of(&snapshot, &row)?;
        let some = all.iter().map(|(id, _)| *id).filter(|_| self.dice.chance(percent));
        let tickets: Vec<TicketId> = some.collect();
        let shown = refund::quote(&row, &all, &tickets).amount;
        let wanted = Wanted { order, tickets, reason: "Fell ill".to_owned(), shown };
        Some((row, wanted))
    }

    /// What a terminal tells next of a payment, or a person.
    fn pad(&mut self, intent: Key, row: &Intent) -> Command {
        let (amount, approval) = (Some(row.amount), "APP".to_owned());
        let trace = row.pad.as_ref().map(|pad| pad.no);
        let brand = "Visa".to_owned();
        let booking = Booking { amount, approval, brand, trace, ..Booking::default() };
        let (why, evidence) = ("silence".to_owned(), "asked".to_owned());
        let (name, reason) = ("Kit".to_owned(), "looked".to_owned());
        let lucky = self.dice.chance(70);
        Command::Checkout(Sale::Pad(match row.state {
            State::Created => AtPad::Send(intent),
            State::Sent if lucky => AtPad::Ended { intent, outcome: Outcome::Approved(booking) },
            State::Sent => AtPad::Lost { intent, why },
            State::Approved => AtPad::Done(intent),
            State::NeedsOperator => {
                AtPad::Decide { intent, charged: lucky, evidence, name, reason }
            }
            _ if lucky => AtPad::Found { intent, finding: Finding::Booked(booking) },
            _ => AtPad::Found { intent, finding: Finding::NotBooked { evidence } },
        }))
    }

    /// Closes the pad's batch or the gateway's, or says what became of a close.
    fn batch(&mut self) -> Option<Command> {
        let snapshot = self.handle.snapshot().unwrap();
        let unsettled = batch::unsettled(&snapshot).unwrap();
        drop(snapshot);
        if unsettled.is_empty() {
            return None;
        }
        let (batch, row) = self.dice.pick(&unsettled).clone();
        let why = "the line went".to_owned();
        let missing = if self.dice.chance(50) { 0 } else { 100 };
        let sum = row.sum() - Money(missing);
        let totals = vec![BrandTotal { brand: "Visa".into(), count: row.taken.count, sum }];
        Some(Command::Batch(match (row.state, row.of) {
            (Stands::Open, Of::Gateway) => AtBatch::CloseGateway,
            (Stands::Open | Stands::Settled, _) => {
                AtBatch::Close { pad: PAD, before: self.dice.chance(50).then_some(totals) }
            }
            (Stands::Mismatched, _) => AtBatch::NoMatch { batch, reason: "Lost slip".into() },
            (Stands::Closing, Of::Gateway) if self.dice.chance(50) => {
                AtBatch::Settling { batch, before: totals }
            }
            (Stands::Closing, _) => match self.dice.below(6) {
                0 => AtBatch::NotClosed { batch, why },
                1 => AtBatch::Unreconciled { batch, why },
                2 => AtBatch::Undecided { batch, why },
                _ => AtBatch::Closed { batch, totals, receipt: vec!["SUM".into()], why },
            },
        }))
    }
}

fn tickets_of(snapshot: &Snapshot, row: &Order) -> Option<Vec<(TicketId, Ticket)>> {
    let ticket = |id: &TicketId| Some((*id, payments::ticket(snapshot, *id).unwrap()?));
    row.tickets.iter().map(ticket).collect()
}
