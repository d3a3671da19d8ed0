//! The checkout saga against the demo gateway, on a whole ledger (domain 5.8).
//!
//! The bank's own file is the referee: never two charges for one intent, never a capture without
//! an order, whenever the worker is cut off. Time is the town's, but for the gateway's deadline.
//! Next: `cloud/src/gateway/worker.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use redb::backends::InMemoryBackend;
use redb::{Builder, Database};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use usher_cloud::gateway::demo::{
    DemoGateway, TOKEN_APPROVED, TOKEN_DECLINED, TOKEN_TIMEOUT, TOKEN_UNKNOWN,
};
use usher_cloud::gateway::worker::Worker;
use usher_cloud::gateway::{
    Answer, Authorized, Charge, Gateway, IntentKey, Moved, Refund, Returned, Settles, Standing,
};
use usher_ledger::{cart, checkout, open, proof};
use usher_rules::at::Span;
use usher_rules::cart::{self as cart_rules, Buyer, Cart, Note, State as CartState};
use usher_rules::checkout::{self as saga, Answer as Said};
use usher_rules::fee::{Fee, Per};
use usher_rules::hold;
use usher_rules::house::{self, House};
use usher_rules::id::{BoxNo, CartId, LevelNo};
use usher_rules::money::Money;
use usher_rules::order::Payment;
use usher_rules::price::Places;
use usher_rules::tender::State;
use usher_rules::{Command, Event, Key};
use usher_tests::town::{Town, settings};

#[path = "gateway/back.rs"]
mod back;
#[path = "gateway/moody.rs"]
mod moody;
#[path = "gateway/settle.rs"]
mod settle;

const WAIT_MAX: Duration = Duration::from_secs(60);

/// A town with a bank, and the runtime that the worker lives on.
struct Street {
    town: Town,
    gateway: DemoGateway,
    runtime: Runtime,
    truth: PathBuf,
}

fn store() -> Database {
    let store = Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    store
}

impl Street {
    fn new(name: &str) -> Street {
        let truth = std::env::temp_dir().join(format!("usher-bank-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&truth);
        let town = Town::found(store(), 7);
        let gateway = DemoGateway::open(&truth, town.clock.clone()).unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        Street { town, gateway, runtime: runtime.unwrap(), truth }
    }

    fn work(&self) -> JoinHandle<()> {
        self.work_with(Arc::new(self.gateway.clone()))
    }

    fn work_with(&self, gateway: Arc<dyn Gateway>) -> JoinHandle<()> {
        let (handle, currency) = (self.town.handle.clone(), "GBP".to_owned());
        self.runtime.spawn(Worker { handle, gateway, currency }.run())
    }

    /// A cart with two seats, paid with this token. Tells the cart and the intent's key.
    fn pay(&mut self, token: &str) -> (CartId, Key) {
        let opened = self.town.must(Command::Cart(cart_rules::Command::Open {
            source: String::new(),
            user_agent: "Street".into(),
            session: None,
        }));
        let cart = opened.events.iter().find_map(|event| match event {
            Event::Cart(cart_rules::Event::Opened(id, _)) => Some(*id),
            _ => None,
        });
        let cart = cart.unwrap();
        let performance = self.town.performances[0];
        self.town.must(Command::Hold(hold::Command::Best {
            cart,
            performance,
            places: vec![Places { level: LevelNo(1), count: 2 }],
            category: None,
            zone: None,
            wheelchair: 0,
            companions: 0,
            allow_split: false,
            allow_alone: false,
        }));
        (cart, self.press_pay(cart, token))
    }

    fn press_pay(&mut self, cart: CartId, token: &str) -> Key {
        let begun = self.town.must(Command::Checkout(saga::Command::Begin {
            cart,
            buyer: Buyer {
                name: "Ada Merrow".into(),
                email: "ada@harbourmail.example".into(),
                patron: None,
            },
            token: token.to_owned(),
            note: String::new(),
            shown: None,
        }));
        let key = begun.events.iter().find_map(|event| match event {
            Event::Checkout(saga::Event::Intent(key, _)) => Some(*key),
            _ => None,
        });
        key.unwrap()
    }

    fn cart(&self, id: CartId) -> Cart {
        cart::get(&self.town.handle.snapshot().unwrap(), id).unwrap().unwrap()
    }

    fn state(&self, key: Key) -> State {
        checkout::intent(&self.town.handle.snapshot().unwrap(), key).unwrap().unwrap().state
    }

    /// Waits for a state; the town's clock is moved by `tick` between looks.
    fn until(&self, key: Key, state: State, tick: Span) {
        let deadline = Instant::now() + WAIT_MAX;
        while self.state(key) != state {
            assert!(Instant::now() < deadline, "{state:?} awaited, is {:?}", self.state(key));
            self.town.clock.pass(tick);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn notes(&self, id: CartId) -> Vec<Note> {
        let log = cart::log_of(&self.town.handle.snapshot().unwrap(), id).unwrap();
        log.into_iter().map(|(_, line)| line.note).collect()
    }

    /// How often the bank did each kind of deed to each key.
    fn deeds(&self) -> BTreeMap<(String, String), u32> {
        let mut deeds = BTreeMap::new();
        for line in std::fs::read_to_string(&self.truth).unwrap().lines() {
            let deed: Value = serde_json::from_str(line).unwrap();
            let word = |member: &str| deed[member].as_str().unwrap().to_owned();
            *deeds.entry((word("kind"), word("key"))).or_default() += 1;
        }
        deeds
    }

    fn deed(&self, kind: &str, key: Key) -> u32 {
        let key = format!("{:032x}", u128::from_be_bytes(key.0));
        self.deeds().get(&(kind.to_owned(), key)).copied().unwrap_or(0)
    }

    fn proven(&self) {
        let snapshot = self.town.handle.snapshot().unwrap();
        assert_eq!(proof::of(&snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
    }
}

impl Drop for Street {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.truth);
    }
}

#[test]
fn a_good_card_leaves_six_messages_one_charge_and_one_letter() {
    let mut street = Street::new("good");
    street.work();
    let (cart, key) = street.pay(TOKEN_APPROVED);
    street.until(key, State::Captured, Span::ZERO);
    let notes = street.notes(cart);
    assert!(
        matches!(
            notes.as_slice(),
            [
                Note::Started { tickets: 2, .. },
                Note::Requested { card: true },
                Note::Authorized(Some(_)),
                Note::OrderCreated { tickets: 2, .. },
                Note::Captured { card: true },
                Note::Finished,
            ]
        ),
        "{notes:?}"
    );
    let row = street.cart(cart);
    assert_eq!(row.state, CartState::Completed);
    let snapshot = street.town.handle.snapshot().unwrap();
    let order = checkout::order(&snapshot, row.order.unwrap()).unwrap().unwrap();
    assert_eq!(order.payment, Payment::Captured);
    assert_eq!(checkout::balance(&snapshot, row.order.unwrap()).unwrap(), Money::ZERO);
    assert_eq!(usher_ledger::letter::due(&snapshot, street.town.handle.now()).unwrap().len(), 1);
    assert_eq!((street.deed("charge", key), street.deed("capture", key)), (1, 1));
    street.proven();
}

#[test]
fn a_declined_card_costs_nothing_and_keeps_the_seats_for_the_next_one() {
    let mut street = Street::new("declined");
    street.work();
    let (cart, key) = street.pay(TOKEN_DECLINED);
    street.until(key, State::Declined, Span::ZERO);
    let row = street.cart(cart);
    assert_eq!((row.state, row.attempts, row.lines.len()), (CartState::Active, 1, 2));
    let last = street.notes(cart).pop();
    assert!(matches!(&last, Some(Note::Declined { bank_text }) if !bank_text.is_empty()));
    let second = street.press_pay(cart, TOKEN_APPROVED);
    assert_ne!(second, key, "another attempt is another intent");
    street.until(second, State::Captured, Span::ZERO);
    assert_eq!((street.deed("capture", key), street.deed("capture", second)), (0, 1));
    street.proven();
}

#[test]
fn a_lost_answer_is_asked_for_and_the_order_completes_by_itself() {
    let mut street = Street::new("timeout");
    street.work();
    let (cart, key) = street.pay(TOKEN_TIMEOUT);
    street.until(key, State::Unknown, Span::ZERO);
    let row = street.cart(cart);
    assert_eq!((row.state, row.lines.len()), (CartState::CheckoutError, 2));
    street.until(key, State::Captured, Span(500));
    assert_eq!(street.cart(cart).state, CartState::Completed);
    assert_eq!((street.deed("charge", key), street.deed("capture", key)), (1, 1));
    street.proven();
}

#[test]
fn an_undecided_charge_is_asked_for_until_the_bank_knows() {
    let mut street = Street::new("unknown");
    // Two adults at 35.00 with two web fees, and an order fee that makes the sum end in 13.
    let order_fee = |minor| House {
        fees: vec![
            Fee {
                no: 1,
                name: "Web fee".into(),
                per: Per::Ticket,
                amount: Money(125),
                taxed: true,
            },
            Fee {
                no: 2,
                name: "Order".into(),
                per: Per::Order,
                amount: Money(minor),
                taxed: false,
            },
        ],
        ..settings()
    };
    street.work();
    let (booked_cart, booked) = street.pay(TOKEN_UNKNOWN);
    street.town.must(Command::House(house::Command::Set(order_fee(63))));
    let (never_cart, never) = street.pay(TOKEN_UNKNOWN);
    let amount = checkout::intent(&street.town.handle.snapshot().unwrap(), never);
    assert_eq!(amount.unwrap().unwrap().amount.0 % 100, 13);
    street.until(booked, State::Unknown, Span::ZERO);
    street.until(never, State::Unknown, Span::ZERO);
    street.until(booked, State::Captured, Span(500));
    street.until(never, State::NotCharged, Span(500));
    assert_eq!(street.cart(booked_cart).state, CartState::Completed);
    let row = street.cart(never_cart);
    assert_eq!((row.state, row.lines.len()), (CartState::Active, 2), "free to try again");
    assert_eq!((street.deed("capture", booked), street.deed("capture", never)), (1, 0));
    street.proven();
}

#[test]
fn an_intent_found_at_the_start_is_asked_about_and_never_charged_again() {
    let mut street = Street::new("start");
    let (asked_cart, asked) = street.pay(TOKEN_APPROVED);
    let (unasked_cart, unasked) = street.pay(TOKEN_APPROVED);
    let snapshot = street.town.handle.snapshot().unwrap();
    let intent = checkout::intent(&snapshot, asked).unwrap().unwrap();
    let (currency, token) = ("GBP".to_owned(), intent.token.clone());
    let charge = Charge { key: asked.0, amount: intent.amount, currency, token };
    // The power goes just after the bank has booked one of the two.
    street.runtime.block_on(street.gateway.authorize(charge));
    street.work();
    street.until(asked, State::Captured, Span(500));
    street.until(unasked, State::NotCharged, Span(500));
    assert_eq!(street.cart(asked_cart).state, CartState::Completed);
    assert_eq!(street.cart(unasked_cart).state, CartState::Active);
    assert_eq!((street.deed("charge", asked), street.deed("capture", asked)), (1, 1));
    assert_eq!(street.deed("charge", unasked), 0);
    street.proven();
}

#[test]
fn a_worker_cut_off_anywhere_loses_nothing_and_takes_nothing_twice() {
    let mut street = Street::new("cuts");
    let tokens = [TOKEN_APPROVED, TOKEN_APPROVED, TOKEN_TIMEOUT, TOKEN_DECLINED, TOKEN_UNKNOWN];
    let mut worker = street.work();
    let mut paid = Vec::new();
    for round in 0..40 {
        paid.push(street.pay(tokens[round % tokens.len()]));
        std::thread::sleep(Duration::from_micros(street.town.dice.below(3_000) as u64));
        worker.abort();
        street.town.clock.pass(Span(street.town.dice.below(1_500) as i64));
        worker = street.work();
    }
    let deadline = Instant::now() + WAIT_MAX;
    let open = |street: &Street| {
        checkout::web_intents(&street.town.handle.snapshot().unwrap()).unwrap().len()
    };
    while open(&street) > 0 {
        assert!(Instant::now() < deadline, "{} intents stay open", open(&street));
        street.town.clock.pass(Span::seconds(1));
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut sold = 0;
    for (cart, key) in &paid {
        let row = street.cart(*cart);
        let captured = street.state(*key) == State::Captured;
        sold += u32::from(captured);
        assert_eq!(captured, row.order.is_some(), "{row:?}");
        assert_eq!(captured, row.state == CartState::Completed, "{row:?}");
        assert!(street.deed("charge", *key) <= 1);
        assert_eq!(street.deed("capture", *key), u32::from(captured));
    }
    assert!(sold > 5, "only {sold} of {} went through", paid.len());
    street.proven();
}

/// The demo bank, but its first captures fail.
struct Clumsy {
    bank: DemoGateway,
    failures: AtomicU32,
}

impl Gateway for Clumsy {
    fn deadline(&self) -> Duration {
        self.bank.deadline()
    }
    fn authorize(&self, charge: Charge) -> Answer<'_, Authorized> {
        self.bank.authorize(charge)
    }
    fn query(&self, key: IntentKey) -> Answer<'_, Standing> {
        self.bank.query(key)
    }
    fn capture(&self, key: IntentKey) -> Answer<'_, Moved> {
        let left = self
            .failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match left {
            Ok(_) => Box::pin(async { Moved::Refused { reason: "closed for the night".into() } }),
            Err(_) => self.bank.capture(key),
        }
    }
    fn void(&self, key: IntentKey) -> Answer<'_, Moved> {
        self.bank.void(key)
    }
    fn refund(&self, refund: Refund) -> Answer<'_, Returned> {
        self.bank.refund(refund)
    }
    fn query_refund(&self, key: IntentKey) -> Answer<'_, Returned> {
        self.bank.query_refund(key)
    }
    fn settles(&self) -> Option<&dyn Settles> {
        self.bank.settles()
    }
}

#[test]
fn a_capture_that_fails_leaves_the_seats_sold_and_is_tried_again() {
    let mut street = Street::new("capture");
    let failures = AtomicU32::new(3);
    street.work_with(Arc::new(Clumsy { bank: street.gateway.clone(), failures }));
    let (cart, key) = street.pay(TOKEN_APPROVED);
    street.until(key, State::Approved, Span::ZERO);
    let deadline = Instant::now() + WAIT_MAX;
    while !street.notes(cart).iter().any(|note| matches!(note, Note::CaptureFailed { .. })) {
        assert!(Instant::now() < deadline, "no word of the failed capture");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(street.cart(cart).order.is_some(), "the order stays sold");
    street.until(key, State::Captured, Span(500));
    assert_eq!(street.deed("capture", key), 1);
    assert_eq!(street.cart(cart).state, CartState::Completed);
    street.proven();
}

#[test]
fn the_house_takes_an_answer_once() {
    let mut street = Street::new("once");
    street.work();
    let (_, key) = street.pay(TOKEN_APPROVED);
    street.until(key, State::Captured, Span::ZERO);
    let again = saga::Command::Answered(key, Said::NeverBooked);
    assert!(street.town.ask(Command::Checkout(again)).is_err());
    assert_eq!(street.state(key), State::Captured);
}
