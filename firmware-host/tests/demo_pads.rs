//! The demo with its two tills: a payment on each pad, asked for by the desk's orders, the
//! customer's part pressed on the page of the pads.
//!
//! Opens the demo as `usher demo` does. What the simulated banks booked is the referee. Next:
//! `src/demo/pads.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use usher::command::demo::{self, Open};
use usher::demo::pads::truth;
use usher_drivers::sim::pin_pad::truth::{Deed, Truth};
use usher_ledger::{Lane, cart as carts, checkout};
use usher_listener::pad::{Order, Wanted};
use usher_rules::cart::{self, Buyer};
use usher_rules::id::{CartId, LevelNo, PadNo, StaffNo, TillNo};
use usher_rules::money::Money;
use usher_rules::price::Places;
use usher_rules::tender::State;
use usher_rules::view::desk::pad::Link;
use usher_rules::{Actor, Command, Event, Key, hold, till};

const WAIT_MAX: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(20);

struct Visit {
    open: Open,
    state: PathBuf,
}

impl Visit {
    async fn begin(state: &Path) -> Visit {
        let listen = "127.0.0.1:0".parse().unwrap();
        let mut said = Vec::new();
        let open = demo::open(listen, Some(state.to_owned()), &mut said).await.unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains(&format!("{}/demo/pads", open.file.url)), "{said}");
        let state = std::fs::canonicalize(state).unwrap();
        let visit = Visit { open, state };
        for pad in [1, 2] {
            let mut face = visit.open.running.shop.pad(PadNo(pad)).unwrap().face.clone();
            let up = face.wait_for(|face| matches!(face.link, Link::Up { .. }));
            tokio::time::timeout(WAIT_MAX, up).await.unwrap().unwrap();
        }
        visit
    }

    async fn end(self) {
        self.open.running.closing();
        self.open.serving.finished().await;
        self.open.running.stop().await;
        // A terminal that still dies would take the link of the one that follows it.
        tokio::time::timeout(WAIT_MAX, self.open.pads_dead.cancelled()).await.unwrap();
        assert!(std::fs::symlink_metadata(self.state.join("pin-pad-1")).is_err());
    }

    async fn must(&self, by: Actor, command: Command) -> Vec<Event> {
        let handle = &self.open.running.handle;
        handle.ask(Lane::Till, by, None, command).await.unwrap().events.clone()
    }

    /// Two adults at this till, and Pay pressed.
    async fn pay(&self, no: u16) -> (Key, Money) {
        let by = Actor::Account(StaffNo(u32::from(no)));
        let cart =
            self.must(by.clone(), Command::Cart(cart::Command::OpenAtTill(TillNo(no)))).await;
        let cart = cart.iter().find_map(|event| match event {
            Event::Cart(cart::Event::Opened(id, _)) => Some(*id),
            _ => None,
        });
        let cart: CartId = cart.unwrap();
        let best = hold::Command::Best {
            cart,
            performance: self.open.file.performances[0].id.parse().unwrap(),
            places: vec![Places { level: LevelNo(1), count: 2 }],
            category: None,
            zone: None,
            wheelchair: 0,
            companions: 0,
            allow_split: true,
            allow_alone: true,
        };
        self.must(by.clone(), Command::Hold(best)).await;
        let snapshot = self.open.running.handle.snapshot().unwrap();
        let shown = carts::get(&snapshot, cart).unwrap().unwrap().total();
        drop(snapshot);
        let (reply, answer) = oneshot::channel();
        let wanted = Wanted {
            cart,
            buyer: Buyer::default(),
            shown,
            cash: Money::ZERO,
            deposit: None,
            keyed: false,
        };
        let order = Order::Pay { by, wanted, reply };
        self.open.running.shop.pad(PadNo(no)).unwrap().orders.send(order).await.unwrap();
        (answer.await.unwrap().unwrap(), shown)
    }

    async fn settled(&self, key: Key) -> State {
        let begun = Instant::now();
        loop {
            let snapshot = self.open.running.handle.snapshot().unwrap();
            let state = checkout::intent(&snapshot, key).unwrap().unwrap().state;
            drop(snapshot);
            if !state.open() {
                return state;
            }
            assert!(begun.elapsed() < WAIT_MAX, "never settled: {state:?}");
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn pad_is_free(&self, no: u16) {
        let mut face = self.open.running.shop.pad(PadNo(no)).unwrap().face.clone();
        let free = face.wait_for(|face| face.running.is_none());
        tokio::time::timeout(WAIT_MAX, free).await.unwrap().unwrap();
    }

    async fn ask(&self, head: &str, body: &str) -> String {
        let host = self.open.file.url.trim_start_matches("http://").to_owned();
        let request = format!(
            "{head} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let asked = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(host).unwrap();
            stream.set_read_timeout(Some(WAIT_MAX)).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            String::from_utf8(answer).unwrap()
        });
        asked.await.unwrap()
    }

    /// The display of a pad, once it says so.
    async fn shows(&self, no: u16, words: &str) -> String {
        let (from, begun) = (format!("id=\"pad-{}-screen\"", no - 1), Instant::now());
        loop {
            let page = self.ask("GET /demo/pads", "").await;
            let face = page.split(&from).nth(1).unwrap_or_else(|| panic!("{page}"));
            let face = face.split("</div>").next().unwrap();
            if face.contains(words) {
                return face.to_owned();
            }
            assert!(begun.elapsed() < WAIT_MAX, "never says {words:?}, but {face}");
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn press(&self, no: u16, act: &str) {
        let answer = self.ask("POST /demo/pads", &format!("pad={}&act={act}", no - 1)).await;
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    }

    fn booked(&self, no: u16) -> Vec<u64> {
        let truth = Truth::open(&truth(&self.state, no)).unwrap();
        let booked = truth.lines().iter().filter(|line| line.deed == Deed::Booked);
        booked.map(|line| line.amount_minor).collect()
    }
}

/// One sale at a till: refused for the first card, paid by the second.
async fn check_till(visit: &Visit, no: u16) {
    let by = Actor::Account(StaffNo(u32::from(no)));
    let float = Money(10_000);
    visit.must(by, Command::Till(till::Command::Open { till: TillNo(no), float })).await;
    let (key, shown) = visit.pay(no).await;
    let face = visit.shows(no, "Tap or insert a card").await;
    assert!(face.contains(&format!("£{}.{:02}", shown.0 / 100, shown.0 % 100)), "{face}");
    visit.press(no, "tap-refused").await;
    assert_eq!(visit.settled(key).await, State::Declined);
    visit.shows(no, "Declined").await;
    assert!(visit.booked(no).is_empty());
    visit.pad_is_free(no).await;

    let (key, shown) = visit.pay(no).await;
    visit.shows(no, "Tap or insert a card").await;
    visit.press(no, "insert").await;
    visit.shows(no, "Enter PIN").await;
    visit.press(no, "wrong-pin").await;
    visit.shows(no, "Wrong PIN").await;
    visit.press(no, "right-pin").await;
    assert_eq!(visit.settled(key).await, State::Captured);
    visit.shows(no, "Approved").await;
    assert_eq!(visit.booked(no), [u64::try_from(shown.0).unwrap()]);
    visit.pad_is_free(no).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_plays_cashier_and_customer_on_both_pads_and_finds_them_again() {
    let state = std::env::temp_dir().join(format!("usher-demo-pads-{}", std::process::id()));
    let visit = Visit::begin(&state).await;
    let told = serde_json::to_value(&visit.open.file.pin_pads).unwrap();
    assert_eq!((&told[0]["name"], &told[0]["protocol"]), (&"Left pad".into(), &"zvt".into()));
    assert_eq!(told[0]["path"], visit.state.join("pin-pad-1").to_str().unwrap());
    assert_eq!((&told[1]["name"], &told[1]["protocol"]), (&"Right pad".into(), &"nexo".into()));
    assert!(told[1]["tcp"].as_str().unwrap().starts_with("127.0.0.1:"));
    let page = visit.ask("GET /demo/pads", "").await;
    assert!(page.contains("id=\"phone-cashier\"") && page.contains("/desk/sell"), "{page}");
    check_till(&visit, 1).await;
    check_till(&visit, 2).await;
    for bad in ["pad=2&act=tap", "pad=0&act=dance"] {
        let answer = visit.ask("POST /demo/pads", bad).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    visit.end().await;

    let again = Visit::begin(&state).await;
    assert_eq!(again.booked(2).len(), 1);
    let (key, _) = again.pay(2).await;
    again.shows(2, "Tap or insert a card").await;
    again.press(2, "red-key").await;
    assert_eq!(again.settled(key).await, State::Cancelled);
    again.end().await;
    std::fs::remove_dir_all(&state).unwrap();
}
