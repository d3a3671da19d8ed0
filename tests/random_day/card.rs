//! A cashier at a pad: presses Pay or Refund, waits, stops it, and reads the terminal if need be.
//!
//! Never decides by itself what a terminal booked. Next: `pads.rs`, `cashier.rs`.

use super::cashier::Cashier;
use super::day::{Heard, LOOK_EVERY, SETTLED_MAX};
use super::pads::Pad;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use usher_ledger::{Snapshot, batch, cart as carts, checkout, source, stored, tables};
use usher_listener::pad::{Order, Wanted};
use usher_rules::batch::{Of, State as Stands};
use usher_rules::cart::Buyer;
use usher_rules::checkout::Command as Sale;
use usher_rules::checkout::pad::Command as AtPad;
use usher_rules::id::{CartId, OrderId, PadNo};
use usher_rules::money::Money;
use usher_rules::refund;
use usher_rules::tender::{Intent, State};
use usher_rules::{Actor, Command, Key, Refusal};

/// A customer and a cashier look at a pad that does nothing for so long.
const PATIENCE: Duration = Duration::from_secs(4);
const PRESS_AGAIN: Duration = Duration::from_secs(2);

/// What pressing a key at the till did.
pub enum Pressed {
    Begun(Key),
    /// Somebody else has the pad, or its batch is being closed.
    Busy,
    Refused(Refusal),
}

/// Presses Stop after so long.
pub type Stop = Option<Duration>;

impl Cashier {
    pub(super) fn at_pad(&self) -> &Pad {
        self.day.pads.iter().find(|pad| pad.stand.pad == self.pad).unwrap()
    }

    /// Presses Pay; if the box goes meanwhile, looks at the sale and presses again if need be.
    pub(super) async fn press_pay(&self, cart: CartId, shown: Money, cash: Money) -> Pressed {
        let length = self.at_pad().length();
        loop {
            let by = Actor::Account(self.who);
            let wanted =
                Wanted { cart, buyer: Buyer::default(), shown, cash, keyed: false, deposit: None };
            let order = |reply| Order::Pay { by, wanted, reply };
            let heard = self.day.order(self.pad, order).await;
            if let Some(pressed) = self.pressed(heard, length) {
                return pressed;
            }
            let row = self.day.look(|one| carts::get(one, cart).unwrap().unwrap()).await;
            if let Some(key) = row.intent {
                return self.begun(key, length);
            }
        }
    }

    pub(super) async fn press_refund(&self, wanted: refund::Wanted) -> Pressed {
        let newest = |one: &Snapshot, order: OrderId| {
            let row = checkout::order(one, order).unwrap().unwrap();
            row.refunds.and_then(|refunds| refunds.newest)
        };
        let before = self.day.look(|one| newest(one, wanted.order)).await;
        let length = self.at_pad().length();
        loop {
            let (by, wanted, id) = (Actor::Account(self.who), wanted.clone(), wanted.order);
            let order = |reply| Order::Refund { by, wanted, reply };
            let heard = self.day.order(self.pad, order).await;
            if let Some(pressed) = self.pressed(heard, length) {
                return pressed;
            }
            let now = self.day.look(|one| newest(one, id)).await;
            if let Some(key) = now.filter(|_| now != before) {
                return self.begun(key, length);
            }
        }
    }

    fn begun(&self, key: Key, length: usize) -> Pressed {
        self.at_pad().begins(key, length);
        Pressed::Begun(key)
    }

    fn pressed(&self, heard: Heard<Key>, length: usize) -> Option<Pressed> {
        match heard {
            Heard::Yes(key) => Some(self.begun(key, length)),
            Heard::No(Refusal::PadBusy { .. } | Refusal::BatchClosing) => Some(Pressed::Busy),
            Heard::No(refusal) => Some(Pressed::Refused(refusal)),
            Heard::Busy | Heard::Gone => None,
        }
    }

    /// The payment once it is decided: by the terminal, by asking it, or by this cashier.
    pub(super) async fn settled(&self, key: Key, mut stop: Stop) -> Intent {
        let begun = Instant::now();
        let mut pressed = begun;
        loop {
            let intent = self.day.intent(key).await;
            match intent.state {
                State::NeedsOperator => self.decide(key, &intent).await,
                state if !state.open() => return intent,
                _ => {}
            }
            let waits = matches!(intent.state, State::Created | State::Sent);
            let early = stop.is_some_and(|after| begun.elapsed() > after);
            let late = begun.elapsed() > PATIENCE && pressed.elapsed() > PRESS_AGAIN;
            if waits && (early || late) {
                (stop, pressed) = (None, Instant::now());
                self.day.stop(self.pad, key).await;
            }
            assert!(begun.elapsed() < SETTLED_MAX, "{intent:?} is never settled");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn decide(&self, key: Key, intent: &Intent) {
        self.at_pad().is_quiet().await;
        let known = self.day.look(|one| known(one, self.pad)).await;
        let charged = self.at_pad().shows(key, intent, &known);
        let text = |text: &str| text.to_owned();
        let evidence = if charged { text("read off the terminal") } else { String::new() };
        let (name, reason) = (text("A cashier"), text("looked at the terminal"));
        let decision = AtPad::Decide { intent: key, charged, evidence, name, reason };
        let command = Command::Checkout(Sale::Pad(decision));
        match self.day.ask(Actor::Account(self.who), command).await {
            // The terminal may have told in the meantime.
            Ok(_) | Err(Refusal::Stale) => {}
            Err(refusal) => panic!("{refusal:?} to a decision about {intent:?}"),
        }
    }

    /// What the page shows of the open batch of this pad.
    pub(super) async fn in_batch(&self) -> Money {
        let of = Of::Pad(self.pad);
        let open = self.day.look(|one| batch::running(one, of).unwrap()).await;
        open.map_or(Money::ZERO, |(_, row)| row.sum())
    }

    pub(super) async fn close_batch(&self) -> &'static str {
        // A terminal has no words for sums below nothing.
        if self.in_batch().await < Money::ZERO {
            return "more went back than came";
        }
        let by = Actor::Account(self.who);
        let order = |reply| Order::CloseBatch { by, reply };
        let id = match self.day.order(self.pad, order).await {
            Heard::Yes(id) => id,
            Heard::No(Refusal::NotFound) => return "nothing to close",
            Heard::No(Refusal::PadBusy { .. } | Refusal::BatchClosing) => return "pad busy",
            Heard::No(refusal) => panic!("{refusal:?}"),
            Heard::Busy => return "no answer",
            Heard::Gone => {
                let of = Of::Pad(self.pad);
                match self.day.look(|one| batch::running(one, of).unwrap()).await {
                    Some((id, row)) if row.state == Stands::Closing => id,
                    Some(_) | None => return "the box went",
                }
            }
        };
        let begun = Instant::now();
        loop {
            let row = self.day.look(|one| batch::get(one, id).unwrap().unwrap()).await;
            match row.state {
                Stands::Closing => {}
                Stands::Open => return "not closed after all",
                Stands::Settled => return "settled",
                // The end of the day says which payment differs.
                Stands::Mismatched => return "mismatched",
            }
            assert!(begun.elapsed() < SETTLED_MAX, "{row:?} is never closed");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Bookings of a pad that its payments are known to be.
fn known(snapshot: &Snapshot, pad: PadNo) -> BTreeSet<u32> {
    let every = |_: u128, bytes: &[u8]| stored::row::<Intent>(bytes);
    let all = source::range(snapshot, tables::INTENTS, .., usize::MAX, every).unwrap();
    let here = all.into_iter().filter(|intent| intent.state == State::Captured);
    let here = here.filter_map(|intent| intent.pad.filter(|at| at.pad == pad));
    here.filter_map(|at| at.booking.and_then(|booking| booking.trace)).collect()
}
