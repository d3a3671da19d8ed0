//! The counter of the town: cards at a pin pad step by step, and batches that are closed.
//!
//! One step at a time, so that a run may stop between any two. Never talks to a terminal.
//! Next: `tests/house.rs`.

use super::Town;
use usher_ledger::{Denied, batch, cart as carts, checkout as payments, till};
use usher_rules::batch::{BrandTotal, Command as AtBatch, Of, State as Stands};
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::Command as Sale;
use usher_rules::checkout::pad::Command as AtPad;
use usher_rules::hold;
use usher_rules::id::{AreaNo, LevelNo, PadNo};
use usher_rules::money::Money;
use usher_rules::price::Places;
use usher_rules::tender::pad::{Booking, Finding, Outcome};
use usher_rules::tender::{Intent, State};
use usher_rules::{Command, Event, Key};

/// The one pin pad of the town.
pub const PAD: PadNo = PadNo(1);

impl Town {
    /// The next step at the counter.
    pub(super) fn counter(&mut self) -> Option<Command> {
        let open = payments::pad_intents(&self.handle.snapshot().unwrap(), PAD).unwrap();
        match open.into_iter().next() {
            Some((key, intent)) if !self.dice.chance(10) => Some(self.pad(key, &intent)),
            Some(_) | None if self.dice.chance(30) => self.batch(),
            Some(_) | None => self.card(),
        }
    }

    /// A cart of an open till with one place, to be paid by card.
    fn card(&mut self) -> Option<Command> {
        let open = till::open(&self.handle.snapshot().unwrap()).unwrap();
        let (_, row) = open.first()?;
        self.cashier = row.cashier;
        let opened = self.ask(Command::Cart(cart::Command::OpenAtTill(row.till))).ok()?;
        let cart = opened.events.iter().find_map(|event| match event {
            Event::Cart(cart::Event::Opened(id, _)) => Some(*id),
            _ => None,
        })?;
        let places = vec![Places { level: LevelNo(1), count: 1 }];
        let (performance, area) = (self.performances[2], AreaNo(0));
        let held = hold::Command::Area { cart, performance, area, places };
        match self.ask(Command::Hold(held)) {
            Ok(_) => {}
            Err(Denied::Refused(_)) => return None,
            Err(denied) => panic!("{denied:?}"),
        }
        let shown = carts::get(&self.handle.snapshot().unwrap(), cart).unwrap().unwrap().total();
        let buyer = Buyer::default();
        let begin = AtPad::Begin { cart, pad: PAD, buyer, shown, baseline: None };
        Some(Command::Checkout(Sale::Pad(begin)))
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
