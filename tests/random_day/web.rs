//! Patrons on the web: they hold places and pay by card, and the bank has its moods.
//!
//! Never at a till. Next: `weather.rs`.

use super::day::{Day, LOOK_EVERY, SETTLED_MAX};
use std::sync::Arc;
use std::time::Instant;
use usher_cloud::gateway::demo::{TOKEN_APPROVED, TOKEN_DECLINED, TOKEN_TIMEOUT, TOKEN_UNKNOWN};
use usher_ledger::view::desk::order::goes_back_first;
use usher_ledger::{Snapshot, batch as batches};
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::{self, Event as Sold};
use usher_rules::id::{CartId, OrderId, StaffNo};
use usher_rules::refund::{self, Wanted};
use usher_rules::tender::State;
use usher_rules::{Actor, Command, Event, Key, Refusal, batch};
use usher_tests::dice::Dice;

pub const SALE: &str = "web sale";
pub const CLOSE: &str = "close of the web's batch";
pub const BACK: &str = "web refund";
pub const SILENT: &str = "gateway: silence";
pub const UNDECIDED: &str = "gateway: undecided for a while";
pub const DECLINES: &str = "gateway: declines";

pub struct Patrons {
    pub day: Arc<Day>,
    pub dice: Dice,
    pub manager: StaffNo,
    /// Acts of this day.
    pub acts: i64,
    /// Orders that were paid and not given back.
    pub sold: Vec<OrderId>,
}

impl Patrons {
    /// One purchase after the other, until the day is over.
    pub async fn run(mut self) {
        for _ in 0..self.acts {
            if self.dice.chance(3) {
                let end = self.close_batch().await;
                self.day.count(CLOSE, end);
            } else if self.dice.chance(12) {
                let end = self.give_back().await;
                self.day.count(BACK, end);
            } else {
                let end = self.sale().await;
                self.day.count(SALE, end);
            }
        }
    }

    async fn sale(&mut self) -> &'static str {
        let open =
            cart::Command::Open { source: String::new(), user_agent: "Town".into(), session: None };
        let opened = self.day.must(Actor::House, Command::Cart(open)).await;
        let cart = opened.events.iter().find_map(|event| match event {
            Event::Cart(cart::Event::Opened(id, _)) => Some(*id),
            _ => None,
        });
        let cart = cart.unwrap();
        let wish = self.day.stage().wish(cart, &mut self.dice);
        if self.day.ask(Actor::House, wish).await.is_err() {
            let meadow = self.day.stage().meadow(cart, &mut self.dice);
            self.day.must(Actor::House, meadow).await;
        }
        if self.dice.chance(8) {
            self.give_up(cart).await;
            return "changed their mind";
        }
        let (token, mood) = match self.dice.below(100) {
            0..=9 => (TOKEN_DECLINED, Some(DECLINES)),
            10..=16 => (TOKEN_TIMEOUT, Some(SILENT)),
            17..=22 => (TOKEN_UNKNOWN, Some(UNDECIDED)),
            _ => (TOKEN_APPROVED, None),
        };
        let key = self.pay(cart, token).await;
        let (state, end) = self.settled(key).await;
        if let Some(mood) = mood {
            self.day.tally.lock().unwrap().fault(mood, end);
        }
        if state != State::Captured {
            self.give_up(cart).await;
        } else {
            let row = self.day.look(|one| usher_ledger::cart::get(one, cart).unwrap()).await;
            self.sold.extend(row.and_then(|row| row.order));
        }
        end
    }

    async fn pay(&self, cart: CartId, token: &str) -> Key {
        let begin = checkout::Command::Begin {
            cart,
            buyer: Buyer {
                name: "Ada Merrow".into(),
                email: "ada@harbourmail.example".into(),
                patron: None,
            },
            token: token.to_owned(),
            note: String::new(),
            shown: None,
        };
        let begun = self.day.must(Actor::House, Command::Checkout(begin)).await;
        let key = begun.events.iter().find_map(|event| match event {
            Event::Checkout(Sold::Intent(key, _)) => Some(*key),
            _ => None,
        });
        key.unwrap()
    }

    async fn settled(&self, key: Key) -> (State, &'static str) {
        let begun = Instant::now();
        loop {
            let intent = self.day.intent(key).await;
            if !intent.state.open() {
                if intent.state == State::Captured {
                    self.day.reckoning.lock().unwrap().sold_on_the_web(intent.amount);
                }
                return (intent.state, ended(intent.state));
            }
            assert!(begun.elapsed() < SETTLED_MAX, "{intent:?} is never settled");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn give_up(&self, cart: CartId) {
        let close = Command::Cart(cart::Command::Close(cart));
        self.day.must(Actor::House, close).await;
    }

    /// The gateway's batch, by the gateway's own sums.
    pub async fn close_batch(&self) -> &'static str {
        let of = batch::Of::Gateway;
        let Some((id, _)) = self.day.look(|one| batches::running(one, of).unwrap()).await else {
            return "nothing to close";
        };
        let close = Command::Batch(batch::Command::CloseGateway);
        match self.day.ask(Actor::Account(self.manager), close).await {
            Ok(_) | Err(Refusal::BatchClosing) => {}
            Err(refusal) => panic!("{refusal:?}"),
        }
        let begun = Instant::now();
        loop {
            let row = self.day.look(|one| batches::get(one, id).unwrap().unwrap()).await;
            match row.state {
                batch::State::Closing => {}
                batch::State::Open => return "not closed after all",
                batch::State::Settled => return "settled",
                batch::State::Mismatched => panic!("{row:?} is not what the gateway has"),
            }
            assert!(begun.elapsed() < SETTLED_MAX, "{row:?} is never closed");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// All tickets of an order that was paid go back.
    async fn give_back(&mut self) -> &'static str {
        let Some(order) = self.sold.pop() else { return "nothing to give back" };
        let wanted = self.day.look(|snapshot| wanted(snapshot, order)).await;
        let amount = wanted.shown;
        let back = checkout::Command::Refund(refund::Command::Online(wanted));
        let begun = match self.day.ask(Actor::Account(self.manager), Command::Checkout(back)).await
        {
            Ok(begun) => begun,
            Err(Refusal::BatchClosing) => {
                self.sold.push(order);
                return "its batch is being closed";
            }
            Err(refusal) => panic!("{refusal:?}"),
        };
        let key = begun.events.iter().find_map(|event| match event {
            Event::Checkout(Sold::Intent(key, _)) => Some(*key),
            _ => None,
        });
        let began = Instant::now();
        loop {
            let intent = self.day.intent(key.unwrap()).await;
            if !intent.state.open() {
                assert_eq!(intent.state, State::Captured, "{intent:?}");
                self.day.reckoning.lock().unwrap().back_on_the_web(amount);
                return "given back";
            }
            assert!(began.elapsed() < SETTLED_MAX, "{intent:?} is never settled");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// All of an order, as its page shows it.
fn wanted(snapshot: &Snapshot, order: OrderId) -> Wanted {
    let row = usher_ledger::checkout::order(snapshot, order).unwrap().unwrap();
    let first = goes_back_first(snapshot, order, &row, &row.tickets).unwrap().unwrap();
    let (tickets, shown) = (row.tickets, first.amount);
    Wanted { order, tickets, reason: "Fell ill".to_owned(), shown }
}

fn ended(state: State) -> &'static str {
    match state {
        State::Captured => "paid",
        State::Declined => "declined",
        State::NotCharged => "not charged",
        State::Reversed => "given back",
        State::Cancelled => "cancelled",
        State::Created
        | State::Sent
        | State::Approved
        | State::Unknown
        | State::NeedsOperator
        | State::Reversing => panic!("{state:?} is no end"),
    }
}
