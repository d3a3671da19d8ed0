//! A cashier at a till, all day: what they do next, and what they hear of it.
//!
//! An act is a value of [`Act`] and a function of [`Cashier`]; a new one is a line in each of the
//! two places. Never looks at a balance. Next: `card.rs`, `reckoning.rs`.

use super::card::{Pressed, Stop};
use super::day::{Day, LOOK_EVERY};
use std::sync::Arc;
use std::time::Duration;
use usher_ledger::view::desk::payment::goes_back;
use usher_ledger::{cart as carts, checkout, till as tills};
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::Command as Sale;
use usher_rules::id::{CartId, OrderId, PadNo, StaffNo, TicketId, TillNo, TillSessionId};
use usher_rules::money::Money;
use usher_rules::refund::{self, Wanted};
use usher_rules::tender::State;
use usher_rules::ticket::State as Standing;
use usher_rules::{Actor, Command, Event, Refusal, till};
use usher_tests::dice::Dice;

/// Everything a cashier does, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    OpenTill,
    Count,
    CloseTill,
    PayIn,
    PayOut,
    CashSale,
    CardSale,
    SplitSale,
    StoppedSale,
    GivenUp,
    CashRefund,
    CardRefund,
    CloseBatch,
}

impl Act {
    /// How often of a hundred; a till that is closed is opened first.
    const OFTEN: [(Act, usize); 12] = [
        (Act::Count, 4),
        (Act::CloseTill, 2),
        (Act::PayIn, 4),
        (Act::PayOut, 4),
        (Act::CashSale, 30),
        (Act::CardSale, 26),
        (Act::SplitSale, 5),
        (Act::StoppedSale, 4),
        (Act::GivenUp, 4),
        (Act::CashRefund, 8),
        (Act::CardRefund, 7),
        (Act::CloseBatch, 2),
    ];

    pub const ALL: [&'static str; 13] = [
        "open a till",
        "count",
        "close a till",
        "pay-in",
        "pay-out",
        "cash sale",
        "card sale",
        "split sale",
        "stopped card sale",
        "sale given up",
        "refund in cash",
        "refund to a card",
        "close of a pad's batch",
    ];

    fn drawn(dice: &mut Dice) -> Act {
        let mut left = dice.below(Act::OFTEN.iter().map(|(_, often)| often).sum());
        for (act, often) in Act::OFTEN {
            if left < often {
                return act;
            }
            left -= often;
        }
        Act::CashSale
    }

    fn name(self) -> &'static str {
        Act::ALL[self as usize]
    }
}

pub struct Cashier {
    pub day: Arc<Day>,
    pub dice: Dice,
    pub who: StaffNo,
    pub till: TillNo,
    pub pad: PadNo,
    pub session: Option<TillSessionId>,
    /// Orders sold here.
    pub orders: Vec<OrderId>,
    /// Acts of this day.
    pub acts: i64,
}

impl Cashier {
    /// One act after the other until the day is over, and then the till is closed.
    pub async fn run(mut self) -> Cashier {
        for _ in 0..self.acts {
            let act = match self.session {
                Some(_) => Act::drawn(&mut self.dice),
                None => Act::OpenTill,
            };
            let end = self.act(act).await;
            self.day.count(act.name(), end);
        }
        if self.session.is_some() {
            self.close().await;
        }
        self
    }

    /// Closes the batch of the pad for good, after a last sale if it needs one.
    pub async fn settle(&mut self) {
        loop {
            match self.close_batch().await {
                "nothing to close" => return,
                "more went back than came" => {
                    for act in [Act::OpenTill, Act::CardSale, Act::CloseTill] {
                        self.act(act).await;
                    }
                }
                _ => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    async fn act(&mut self, act: Act) -> &'static str {
        match act {
            Act::OpenTill => self.open().await,
            Act::Count => self.count().await,
            Act::CloseTill => self.close().await,
            Act::PayIn => self.pay_in().await,
            Act::PayOut => self.pay_out().await,
            Act::CashSale => self.cash_sale().await,
            Act::CardSale => self.card_sale(false, None).await,
            Act::SplitSale => self.card_sale(true, None).await,
            Act::StoppedSale => {
                let after = Duration::from_millis(self.dice.below(300) as u64);
                self.card_sale(false, Some(after)).await
            }
            Act::GivenUp => self.give_up().await,
            Act::CashRefund => self.refund(false).await,
            Act::CardRefund => self.refund(true).await,
            Act::CloseBatch => self.close_batch().await,
        }
    }

    fn by(&self) -> Actor {
        Actor::Account(self.who)
    }

    fn amount(&mut self) -> Money {
        Money(100 * (1 + self.dice.below(150) as i64))
    }

    async fn open(&mut self) -> &'static str {
        let (till, float) = (self.till, Money(10_000));
        self.day.must(self.by(), Command::Till(till::Command::Open { till, float })).await;
        let open = self.day.look(|one| tills::open_of(one, self.who).unwrap()).await;
        self.session = open.map(|(id, _)| id);
        self.day.reckoning.lock().unwrap().put_in(till, float);
        "opened"
    }

    async fn pay_in(&mut self) -> &'static str {
        let (session, amount) = (self.session.unwrap(), self.amount());
        let reason = "Change".to_owned();
        let command = till::Command::PayIn { session, amount, reason };
        self.day.must(self.by(), Command::Till(command)).await;
        self.day.reckoning.lock().unwrap().put_in(self.till, amount);
        "paid in"
    }

    async fn pay_out(&mut self) -> &'static str {
        let (session, amount) = (self.session.unwrap(), self.amount());
        let reason = "Flowers".to_owned();
        let command = Command::Till(till::Command::PayOut { session, amount, reason });
        let there = self.day.reckoning.lock().unwrap().in_drawer(self.till);
        match self.day.ask(self.by(), command).await {
            Ok(_) => {
                self.day.reckoning.lock().unwrap().taken_out(self.till, amount);
                "paid out"
            }
            Err(Refusal::CashShort { .. }) => {
                assert!(amount > there, "{amount:?} of {there:?} is not there");
                "not enough there"
            }
            Err(refusal) => panic!("{refusal:?}"),
        }
    }

    /// Counts, now and then wrong. Tells what was counted.
    async fn counted(&mut self) -> Money {
        let there = self.day.reckoning.lock().unwrap().in_drawer(self.till);
        let wrong = match self.dice.below(4) {
            0 => Money(self.dice.below(2_001) as i64 - 1_000),
            _ => Money::ZERO,
        };
        let counted = (there + wrong).max(Money::ZERO);
        let (session, senior) = (self.session.unwrap(), false);
        let count = Command::Till(till::Command::Count { session, counted, senior });
        self.day.must(self.by(), count).await;
        let row = self.day.look(|one| tills::get(one, session).unwrap().unwrap()).await;
        let expected = row.count.unwrap().expected;
        assert_eq!(expected, there, "till {}: what should be in it", self.till.0);
        counted
    }

    async fn count(&mut self) -> &'static str {
        self.counted().await;
        "counted"
    }

    async fn close(&mut self) -> &'static str {
        let counted = self.counted().await;
        let (session, senior) = (self.session.unwrap(), false);
        let close = Command::Till(till::Command::Close { session, senior });
        self.day.must(self.by(), close).await;
        self.session = None;
        let mut reckoning = self.day.reckoning.lock().unwrap();
        let right = counted == reckoning.in_drawer(self.till);
        reckoning.closed(self.till, counted);
        if right { "as it should be" } else { "over or short" }
    }

    /// A cart with places in it, and what it costs.
    async fn filled(&mut self) -> (CartId, Money) {
        let open = cart::Command::OpenAtTill(self.till);
        let opened = self.day.must(self.by(), Command::Cart(open)).await;
        let cart = opened.events.iter().find_map(|event| match event {
            Event::Cart(cart::Event::Opened(id, _)) => Some(*id),
            _ => None,
        });
        let cart = cart.unwrap();
        let wish = self.day.stage().wish(cart, &mut self.dice);
        if self.day.ask(self.by(), wish).await.is_err() {
            let meadow = self.day.stage().meadow(cart, &mut self.dice);
            self.day.must(self.by(), meadow).await;
        }
        let row = self.day.look(|one| carts::get(one, cart).unwrap().unwrap()).await;
        (cart, row.total())
    }

    async fn cash(&mut self, cart: CartId, total: Money) {
        let given = total + Money(self.dice.below(3) as i64 * 500);
        let command = Sale::Cash { cart, buyer: Buyer::default(), given, shown: total };
        self.day.must(self.by(), Command::Checkout(command)).await;
        self.sold(cart, total, total).await;
    }

    async fn sold(&mut self, cart: CartId, total: Money, cash: Money) {
        let row = self.day.look(|one| carts::get(one, cart).unwrap().unwrap()).await;
        self.orders.push(row.order.expect("what is paid is sold"));
        self.day.reckoning.lock().unwrap().sold(self.till, total, cash);
    }

    async fn drop(&self, cart: CartId) {
        let close = Command::Cart(cart::Command::Close(cart));
        self.day.must(self.by(), close).await;
    }

    async fn cash_sale(&mut self) -> &'static str {
        let (cart, total) = self.filled().await;
        self.cash(cart, total).await;
        "sold"
    }

    async fn give_up(&mut self) -> &'static str {
        let (cart, _) = self.filled().await;
        self.drop(cart).await;
        "places are free"
    }

    async fn card_sale(&mut self, split: bool, stop: Stop) -> &'static str {
        let (cart, total) = self.filled().await;
        let cash = if split { Money(total.0 / 3) } else { Money::ZERO };
        let key = match self.press_pay(cart, total, cash).await {
            Pressed::Begun(key) => key,
            Pressed::Busy if self.dice.chance(50) => {
                self.cash(cart, total).await;
                return "pad busy, paid in cash";
            }
            Pressed::Busy => {
                self.drop(cart).await;
                return "pad busy, given up";
            }
            Pressed::Refused(refusal) => panic!("{refusal:?}"),
        };
        let intent = self.settled(key, stop).await;
        if intent.state == State::Captured {
            assert_eq!(intent.amount + cash, total);
            self.day.reckoning.lock().unwrap().card(self.pad, intent.amount);
            self.sold(cart, total, cash).await;
            return "sold";
        }
        if self.dice.chance(50) {
            self.cash(cart, total).await;
            return "no card, paid in cash";
        }
        self.drop(cart).await;
        "no card, given up"
    }

    /// Some tickets of an order of this till, back to what paid for it.
    async fn refund(&mut self, to_card: bool) -> &'static str {
        let Some((wanted, rest, is_card)) = self.wanted(to_card).await else {
            return "nothing sold";
        };
        let (amount, by) = (wanted.shown, self.by());
        if !to_card {
            let back = Command::Checkout(Sale::Refund(refund::Command::Cash(wanted)));
            return match self.day.ask(by, back).await {
                Ok(_) => {
                    self.day.reckoning.lock().unwrap().back_in_cash(self.till, amount);
                    "went back"
                }
                Err(Refusal::CashShort { .. }) => "not enough there",
                Err(Refusal::PaidByCard) if is_card => "paid by card",
                Err(refusal) => panic!("{refusal:?}"),
            };
        }
        let order = wanted.order;
        let key = match self.press_refund(wanted).await {
            Pressed::Begun(key) => key,
            Pressed::Busy => return "pad busy",
            Pressed::Refused(refusal) => panic!("{refusal:?}"),
        };
        let intent = self.settled(key, None).await;
        if intent.state != State::Captured {
            return "did not go back";
        }
        self.day.reckoning.lock().unwrap().back_to_card(self.pad, amount);
        if rest == Money::ZERO {
            return "went back";
        }
        let (tickets, reason) = (Vec::new(), "Fell ill".to_owned());
        let owed = Wanted { order, tickets, reason, shown: rest };
        let back = Command::Checkout(Sale::Refund(refund::Command::Cash(owed)));
        self.day.must(self.by(), back).await;
        self.day.reckoning.lock().unwrap().back_in_cash(self.till, rest);
        "went back to card and drawer"
    }

    /// Some good tickets of an order that a card paid for, or cash: what goes back first, what the
    /// drawer gives after that, and is it a card's?
    async fn wanted(&mut self, to_card: bool) -> Option<(Wanted, Money, bool)> {
        for _ in 0..self.orders.len().min(8) {
            let order = *self.dice.pick(&self.orders);
            let (row, all) = self
                .day
                .look(|one| {
                    let row = checkout::order(one, order).unwrap().unwrap();
                    let ticket =
                        |id: &TicketId| (*id, checkout::ticket(one, *id).unwrap().unwrap());
                    let all: Vec<_> = row.tickets.iter().map(ticket).collect();
                    (row, all)
                })
                .await;
            let good = all.iter().filter(|(_, ticket)| ticket.state == Standing::Valid);
            let mut tickets: Vec<TicketId> = good.map(|(id, _)| *id).collect();
            let is_card = row.intent.is_some();
            // Now and then the wrong key is pressed for what a card paid.
            let fits = is_card == to_card || (is_card && self.dice.chance(10));
            if tickets.is_empty() || !fits {
                continue;
            }
            tickets.truncate(1 + self.dice.below(tickets.len()));
            let till = self.till;
            let (parts, drawer) = self
                .day
                .look(|one| {
                    let parts = goes_back(one, order, &row, &all, &tickets).unwrap();
                    (parts, tills::drawer(one, till).unwrap())
                })
                .await;
            let parts: Vec<Money> = parts.iter().map(|part| part.amount).collect();
            let (shown, rest) = match parts[..] {
                [] => (Money::ZERO, Money::ZERO),
                [first, ref after @ ..] => (first, after.iter().copied().sum()),
            };
            if rest > drawer {
                continue;
            }
            let reason = "Fell ill".to_owned();
            return Some((Wanted { order, tickets, reason, shown }, rest, is_card));
        }
        None
    }
}
