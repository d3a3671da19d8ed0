//! The counter of the town: cash, cards at a pin pad step by step, tickets given back, and batches
//! that are closed.
//!
//! One step at a time, so that a run may stop between any two. Never talks to a terminal.
//! Next: `tests/house.rs`.

use super::Town;
use usher_ledger::{batch, cart as carts, checkout as payments, till};
use usher_rules::batch::{BrandTotal, Command as AtBatch, Of, State as Stands};
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::Command as Sale;
use usher_rules::checkout::pad::Command as AtPad;
use usher_rules::hold;
use usher_rules::id::{AreaNo, LevelNo, PadNo, TicketId};
use usher_rules::money::Money;
use usher_rules::price::Places;
use usher_rules::refund::{self, Wanted};
use usher_rules::tender::pad::{Booking, Finding, Outcome};
use usher_rules::tender::{Intent, State};
use usher_rules::{Command, Key};

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
        let (shown, buyer) = (sold.total(), Buyer::default());
        if sold.lines.is_empty() {
            self.serving = Some(cart);
            let places = vec![Places { level: LevelNo(1), count: 1 + self.dice.below(3) as u8 }];
            let (performance, area) = (self.performances[2], AreaNo(0));
            let held = hold::Command::Area { cart, performance, area, places };
            return Some(Command::Hold(held));
        }
        let cash = Money(i64::from(shown.0 > 1));
        Some(Command::Checkout(match self.dice.chance(40) {
            true => Sale::Cash { cart, buyer, given: shown, shown },
            false => Sale::Pad(AtPad::Begin { cart, pad: PAD, buyer, shown, baseline: None, cash }),
        }))
    }

    /// Some tickets of an order, the way it was paid; now and then some that cannot go back.
    fn refund(&mut self) -> Option<Command> {
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
        let ticket = |id: &TicketId| Some((*id, payments::ticket(&snapshot, *id).unwrap()?));
        let all: Vec<_> = row.tickets.iter().map(ticket).collect::<Option<_>>()?;
        let some = all.iter().map(|(id, _)| *id).filter(|_| self.dice.chance(60));
        let tickets: Vec<TicketId> = some.collect();
        let shown = refund::quote(&row, &all, &tickets).amount;
        let wanted = Wanted { order, tickets, reason: "Fell ill".to_owned(), shown };
        Some(Command::Checkout(Sale::Refund(match row.intent {
            Some(_) if shown > Money::ZERO => refund::Command::AtPad(wanted, None),
            Some(_) | None => refund::Command::Cash(wanted),
        })))
    }

    /// What a terminal tells next of a payment, or a person.
    fn pad(&mut self, intent: Key, row: &Intent) -> Command {
        let (amount, approval) = (Some(row.amount), "APP".to_owned());
        let booking = Booking { amount, approval, brand: "Visa".into(), ..Booking::default() };
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
            (Stands::Closing, _) => match self.dice.below(6) {
                0 => AtBatch::NotClosed { batch, why },
                1 => AtBatch::Unreconciled { batch, why },
                2 => AtBatch::Undecided { batch, why },
                _ => AtBatch::Closed { batch, totals, receipt: vec!["SUM".into()], why },
            },
        }))
    }
}
