//! Guards what happens when a card was approved for seats that are gone (domain 5.8, fails at 4).
//!
//! It should not happen, so the plug is pulled while the bank keeps silent, and the seats are
//! taken out of the store by hand. Next: `gateway.rs` for every other row of that table.

use crate::ask::{Answer, Caller, page};
use crate::running::{Folder, Running, until};
use crate::sale::{browse, texts};
use redb::backends::FileBackend;
use redb::{Database, ReadableDatabase};
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;
use usher_ledger::plan::Plans;
use usher_ledger::{cart, checkout, inventory, open, proof, source, stored, tables};
use usher_rules::cart::{Note, Place};
use usher_rules::id::{BoxNo, CartId};
use usher_rules::tender::State;

const CACHE_BYTES: usize = 16 * 1024 * 1024;
/// The demo's bank says nothing to `tok_timeout`, and when asked that it has the money.
const BANK_MAX: Duration = Duration::from_secs(120);

/// The store, while nobody else holds it.
fn store(state: &Path) -> (Database, std::fs::File) {
    let backend = |file| FileBackend::new(file).map_err(io::Error::other);
    let (store, _, lock) = open::open(state, CACHE_BYTES, BoxNo(1), backend).unwrap().into_parts();
    (store, lock)
}

/// Seats of a cart become free behind its back.
fn take_away(state: &Path, id: CartId) -> usize {
    let (store, _lock) = store(state);
    let row = cart::get(&source::snapshot(&store).unwrap(), id).unwrap().unwrap();
    let txn = store.begin_write().unwrap();
    let mut seats = txn.open_table(tables::SEATS).unwrap();
    let mut taken = 0;
    for line in &row.lines {
        if let Place::Seat(seat) = line.place {
            taken += usize::from(seats.remove((line.performance.0, seat.0)).unwrap().is_some());
        }
    }
    drop(seats);
    // The counts stand beside the seats, and are told the same.
    for line in &row.lines {
        let mut tally = inventory::tally(&txn, line.performance).unwrap();
        tally.held -= 1;
        let counted = tally.by_category.iter_mut().find(|(no, _)| *no == line.category);
        counted.unwrap().1 -= 1;
        tally.by_category.retain(|(_, count)| *count > 0);
        let mut tallies = txn.open_table(tables::TALLIES).unwrap();
        tallies.insert(line.performance.0, stored::bytes(&tally).as_slice()).unwrap();
    }
    txn.commit().unwrap();
    taken
}

/// What the bank did, by kind.
fn deeds(state: &Path) -> Vec<String> {
    let text = fs::read_to_string(state.join("bank.jsonl")).unwrap();
    let kind = |line: &str| serde_json::from_str::<Value>(line).unwrap()["kind"].clone();
    text.lines().map(|line| kind(line).as_str().unwrap().to_owned()).collect()
}

/// A browser with two seats and a card that the bank is silent about.
struct Patron {
    cookie: String,
    cart: String,
    seats: Vec<String>,
}

fn paying(cart: &str, token: &str) -> (String, Value) {
    let buyer = json!({ "name": "Ada Merrow", "email": "ada@harbourmail.example" });
    let body = json!({ "buyer": buyer, "card": { "token": token } });
    (format!("/api/v1/carts/{cart}/checkout"), body)
}

impl Patron {
    fn presses_pay(demo: &Running) -> Patron {
        let (cookie, cart) = browse(demo);
        let browser = demo.caller().with_cookie(&cookie);
        let held = browser.get(&format!("/api/v1/carts/{cart}"));
        let (path, body) = paying(&cart, "tok_timeout");
        let paid = browser.post(&path, &body);
        assert_eq!((paid.status, paid.text("state")), (202, "confirming"), "{paid:?}");
        Patron { cookie, cart, seats: texts(&held.body["seats"]) }
    }

    /// Until the bank has taken its money back.
    fn waits(&self, demo: &Running) -> Answer {
        let browser = demo.caller().with_cookie(&self.cookie);
        until("the authorisation is voided", BANK_MAX, || {
            let told = browser.get(&format!("/api/v1/carts/{}", self.cart));
            (told.text("state") == "active").then_some(told)
        })
    }
}

/// Somebody else takes these seats; the cart and its holder.
fn somebody_else(demo: &Running, seats: &[String]) -> (String, Caller) {
    let opened = demo.caller().post("/api/v1/carts", &json!({}));
    let holder = demo.caller().with(opened.text("token"));
    let take = json!({ "performance": demo.tonight(), "seats": seats, "level": "Adult" });
    let cart = opened.text("cart").to_owned();
    let taken = holder.post(&format!("/api/v1/carts/{cart}/seats"), &take);
    assert_eq!(taken.status, 200, "they are free: {taken:?}");
    (cart, holder)
}

#[test]
fn money_for_seats_that_are_gone_is_given_back_and_the_patron_is_told() {
    let folder = Folder::new();
    let state = folder.join("state");
    let demo = Running::demo(&state);
    let seeded = deeds(&state).len();
    let patron = Patron::presses_pay(&demo);
    let id: CartId = patron.cart.parse().unwrap();
    demo.kill();
    assert_eq!(take_away(&state, id), 2);

    let demo = Running::demo(&state);
    let (cart, holder) = somebody_else(&demo, &patron.seats);
    let after = patron.waits(&demo);
    assert_eq!((&after.body["seats"], &after.body["order"]), (&json!([]), &Value::Null));
    assert_eq!(after.body["total"]["minor"], 0, "nothing is owed for them");
    assert_eq!(deeds(&state)[seeded..], ["charge", "void"], "nothing was captured");
    let told = page(demo.address, "/checkout", &patron.cookie);
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    let row = patron.seats[0].rsplit('-').nth(1).unwrap();
    for words in ["Some seats went to somebody else", "Nothing was charged for them", row] {
        assert!(told.contains(words), "{words} is not said: {told}");
    }
    assert!(!told.contains("name=\"card-number\""), "there is nothing to pay for");
    // Their new owner pays, and keeps them.
    let (path, body) = paying(&cart, "tok_4242");
    assert_eq!(holder.post(&path, &body).status, 200);
    assert!(demo.stop().success());
    told_in_the_log(&state, id);
}

/// The numbered messages stop where the money was given back; the log says which seats.
fn told_in_the_log(state: &Path, id: CartId) {
    let (store, _lock) = store(state);
    let snapshot = source::snapshot(&store).unwrap();
    let notes: Vec<Note> =
        cart::log_of(&snapshot, id).unwrap().into_iter().map(|(_, line)| line.note).collect();
    let [
        Note::Started { tickets: 2, .. },
        Note::Requested { card: true },
        Note::Unanswered,
        Note::Authorized(Some(_)),
        Note::SeatsLost { lines },
        Note::Voided,
    ] = notes.as_slice()
    else {
        panic!("{notes:?}");
    };
    assert_eq!(lines.len(), 2);
    let row = cart::get(&snapshot, id).unwrap().unwrap();
    let intent = checkout::intent(&snapshot, row.intent.unwrap()).unwrap().unwrap();
    assert_eq!((intent.state, row.order), (State::Reversed, None));
    let wrong = proof::of(&store.begin_read().unwrap(), &Plans::default()).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
