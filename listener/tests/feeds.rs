//! The live feeds over real sockets: what they tell, to whom, and that nothing is missing.
//!
//! Runs on a house of its own in memory (`house/mod.rs`); never on a real network. Next:
//! `house/season.rs` for what it sells.

// Shared parts stand outside of #[test].
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod house;

use house::wire::{Served, served};
use house::{Ask, House, token_with};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use usher_ledger::handle::Lane;
use usher_listener::limits::Limits;
use usher_listener::token::Right;
use usher_rules::at::Span;
use usher_rules::id::{CartId, LevelNo, SeatNo};
use usher_rules::performance::{Command as Staged, StaffHold};
use usher_rules::price::Places;
use usher_rules::{Actor, Command, hold};

async fn scan(house: &House, code: &str, direction: &str, nonce: &str) -> Value {
    let told = house.send(house.scan(code, direction, nonce)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.json()
}

async fn monitor(served: &Served, after: &str) -> house::wire::Follower {
    let token = token_with(Right::Feed);
    served.follow(&format!("/feed/scans{after}"), Some(&token)).await.unwrap()
}

#[tokio::test]
async fn a_scan_is_told_with_the_columns_of_the_monitor() {
    let house = House::open().await;
    let served = served(&house).await;
    let (ticket, code) = house.sold(&["C-C-4"]).await.remove(0);
    let mut monitor = monitor(&served, "").await;
    let verdict = scan(&house, &code, "in", "n").await;
    let told = monitor.hear().await;
    assert_eq!(told["seq"], verdict["seq"]);
    assert_eq!((&told["title"], &told["play_code"]), (&json!("The Tide Clock"), &json!("TIDE")));
    assert_eq!(told["performance"], json!(house.season.tonight.to_string()));
    assert_eq!(told["starts_at"], "2026-12-04T19:00:00.000Z");
    assert_eq!(told["at"], verdict["at"]);
    assert_eq!(told["name"], "Ada Finch");
    assert_eq!((&told["scan_in"], &told["scan_out"]), (&verdict["at"], &Value::Null));
    assert_eq!((&told["verdict"], &told["reason"]), (&json!("GO"), &json!("ADMITTED")));
    assert_eq!((&told["door"], &told["device"]), (&json!("Studio"), &json!("Studio hand scanner")));
    assert_eq!((&told["ticket"], &told["seat"]), (&json!(ticket), &json!("C-C-4")));
    assert_eq!((&told["inside"], &told["admitted"]), (&json!(1), &json!(1)));
    scan(&house, &code, "out", "o").await;
    let told = monitor.hear().await;
    assert!(told["scan_out"].is_string(), "{told}");
    assert_eq!((&told["inside"], &told["admitted"]), (&json!(0), &json!(1)));
    scan(&house, "HELLO", "in", "h").await;
    let told = monitor.hear().await;
    assert_eq!((&told["reason"], &told["title"]), (&json!("UNKNOWN"), &json!("")));
}

#[tokio::test]
async fn only_a_token_with_the_right_follows_the_scans() {
    let house = House::open().await;
    let served = served(&house).await;
    for (token, status) in [
        (None, 401),
        (Some("nobody".to_owned()), 401),
        (Some(token_with(Right::Read)), 403),
        (Some(house::DEVICE_TOKEN.to_owned()), 403),
    ] {
        let refused = served.follow("/feed/scans", token.as_deref()).await.err();
        assert_eq!(refused, Some(status), "{token:?}");
    }
    assert!(served.follow("/feed/scans", Some(&token_with(Right::Feed))).await.is_ok());
}

#[tokio::test]
async fn a_monitor_resumes_after_a_number_without_a_gap() {
    let house = House::open().await;
    let served = served(&house).await;
    let tickets = house.sold(&["C-C-4", "C-C-5", "C-C-6"]).await;
    let mut seqs = Vec::new();
    for (ticket, code) in &tickets {
        seqs.push(scan(&house, code, "in", ticket).await["seq"].as_u64().unwrap());
    }
    let mut all = monitor(&served, "?after=0").await;
    let mut later = monitor(&served, &format!("?after={}", seqs[0])).await;
    for (index, seq) in seqs.iter().enumerate() {
        assert_eq!(all.hear().await["seq"], *seq);
        if index > 0 {
            assert_eq!(later.hear().await["seq"], *seq);
        }
    }
    let live = scan(&house, "HELLO", "in", "live").await["seq"].clone();
    assert_eq!(all.hear().await["seq"], live);
    assert_eq!(later.hear().await["seq"], live);
}

#[tokio::test]
async fn scans_that_happen_while_a_monitor_connects_are_told_once_each() {
    let house = House::open().await;
    let served = served(&house).await;
    let rounds = 300;
    let scanning = async {
        let mut seqs = BTreeSet::new();
        for nonce in 0..rounds {
            let told = scan(&house, "HELLO", "in", &nonce.to_string()).await;
            seqs.insert(told["seq"].as_u64().unwrap());
            tokio::task::yield_now().await;
        }
        seqs
    };
    let following = async {
        let mut monitor = monitor(&served, "?after=0").await;
        let mut seqs = Vec::new();
        while seqs.len() < rounds {
            seqs.push(monitor.hear().await["seq"].as_u64().unwrap());
        }
        seqs
    };
    let (scanned, told) = tokio::join!(scanning, following);
    assert!(told.is_sorted_by(|one, other| one < other), "in order, none twice");
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), scanned);
}

#[tokio::test]
async fn the_beam_is_measured_from_the_request_to_the_row() {
    let house = House::open().await;
    let served = served(&house).await;
    let mut monitor = monitor(&served, "").await;
    scan(&house, "HELLO", "in", "n").await;
    let seq = monitor.hear().await["seq"].clone();
    house.clock.pass(Span(40));
    monitor.say(&format!(r#"{{"drawn":{seq}}}"#)).await;
    let beam = monitor.hear().await["beam_ms"].as_u64().unwrap();
    // The clock of the house stands still but for the 40 ms; the ping was real.
    assert!(beam <= 40, "{beam}");
    assert!(house.shop.metrics().beam_to_screen().is_some());
    let figures = house.send(Ask::get("/metrics")).await.body;
    assert!(figures.contains("usher_beam_to_screen_ms_count 1"), "{figures}");
    for odd in ["", "{", r#"{"drawn":"x"}"#, r#"{"drawn":999999}"#, "[1,2,3]"] {
        monitor.say(odd).await;
    }
    scan(&house, "HELLO", "in", "still there").await;
    assert!(monitor.hear().await["seq"].is_u64());
}

#[tokio::test]
async fn an_admission_taken_back_by_the_gate_moves_the_counts() {
    let house = House::open().await;
    let served = served(&house).await;
    let (_, code) = house.sold(&["C-C-4"]).await.remove(0);
    let mut monitor = monitor(&served, "").await;
    scan(&house, &code, "in", "n").await;
    let seq = monitor.hear().await["seq"].as_u64().unwrap();
    let back = usher_rules::admission::Command::PassageTimedOut { scan: seq };
    let by = Actor::Device(house::DEVICE);
    house.handle.ask(Lane::Door, by, None, Command::Admission(back)).await.unwrap();
    let told = monitor.hear().await;
    assert_eq!((&told["undone"], &told["unpassed"]), (&json!(seq), &json!(true)));
    assert_eq!((&told["inside"], &told["admitted"]), (&json!(0), &json!(0)));
}

fn watch_path(house: &House, after: &str) -> String {
    format!("/feed/seats?performance={}{after}", house.season.tonight)
}

#[tokio::test]
async fn a_seat_map_hears_of_every_change_and_of_nothing_private() {
    let house = House::open().await;
    let served = served(&house).await;
    let mut map = served.follow(&watch_path(&house, ""), None).await.unwrap();
    let lawn = format!("/feed/seats?performance={}", house.season.lawn);
    let mut other = served.follow(&lawn, None).await.unwrap();
    let (cart, token) = house.cart_with(&["C-C-4", "C-C-5"]).await;
    let told = map.hear().await;
    assert_eq!(told["seats"], json!([[23, "held"], [24, "held"]]));
    assert_eq!(told.as_object().unwrap().len(), 2, "seq and seats, and nothing of who: {told}");
    let back = format!("/api/v1/carts/{cart}/seats/C-C-5");
    house.send(Ask::delete(&back).bearer(&token)).await;
    assert_eq!(map.hear().await["seats"], json!([[24, "free"]]));
    house.send(house.pay(&cart, &token, "tok_4242")).await;
    assert_eq!(map.hear().await["seats"], json!([[23, "sold"]]));
    let performance = house.season.tonight;
    let kill = |back| Staged::Kill { performance, seats: vec![SeatNo(0)], back };
    house.staff(Command::Performance(kill(false))).await;
    assert_eq!(map.hear().await["seats"], json!([[0, "unavailable"]]));
    house.staff(Command::Performance(kill(true))).await;
    assert_eq!(map.hear().await["seats"], json!([[0, "free"]]));
    let seats = vec![SeatNo(0)];
    let hold = StaffHold { code: 'H', note: "House manager".to_owned() };
    let keep = Staged::HoldForStaff { performance, seats: seats.clone(), hold };
    house.staff(Command::Performance(keep)).await;
    let told = map.hear().await;
    assert_eq!(told["seats"], json!([[0, "unavailable"]]), "as if it were killed");
    assert_eq!(told.as_object().unwrap().len(), 2, "neither letter nor note: {told}");
    house.staff(Command::Performance(Staged::EndStaffHold { performance, seats })).await;
    assert_eq!(map.hear().await["seats"], json!([[0, "free"]]));
    let prices = Staged::SetSale { performance: house.season.lawn, opens: None, ends: None };
    house.staff(Command::Performance(prices)).await;
    assert_eq!(other.hear().await["reload"], true, "the first thing the other one hears");
}

#[tokio::test]
async fn a_seat_map_resumes_after_a_number() {
    let house = House::open().await;
    let served = served(&house).await;
    let path = format!("/api/v1/performances/{}/seats", house.season.tonight);
    let seq = house.send(Ask::get(&path)).await.json()["seq"].clone();
    house.cart_with(&["C-C-4"]).await;
    house.cart_with(&["C-D-4"]).await;
    let path = watch_path(&house, &format!("&after={seq}"));
    let mut map = served.follow(&path, None).await.unwrap();
    assert_eq!(map.hear().await["seats"], json!([[23, "held"]]));
    assert_eq!(map.hear().await["seats"], json!([[33, "held"]]));
    house.cart_with(&["C-E-4"]).await;
    assert_eq!(map.hear().await["seats"], json!([[43, "held"]]));
}

/// Holds a seat and gives it back, so many entries in all.
async fn stir(house: &House, cart: CartId, entries: usize) {
    let performance = house.season.tonight;
    let places = vec![Places { level: LevelNo(1), count: 1 }];
    let ask = |command| async {
        let by = Actor::Guest(Some(cart));
        house.handle.ask(Lane::Shop, by, None, Command::Hold(command)).await.unwrap()
    };
    for round in 0..entries {
        if round % 2 == 0 {
            let (seats, places) = (vec![SeatNo(23)], places.clone());
            ask(hold::Command::Seats { cart, performance, seats, places }).await;
        } else {
            ask(hold::Command::OneFewer(cart, performance)).await;
        }
    }
}

#[tokio::test]
async fn a_map_a_thousand_entries_behind_is_caught_up_and_one_more_reloads() {
    let house = House::open().await;
    let served = served(&house).await;
    let (cart, _) = house.cart().await;
    let path = format!("/api/v1/performances/{}/seats", house.season.tonight);
    let seq = house.send(Ask::get(&path)).await.json()["seq"].clone();
    stir(&house, cart.parse().unwrap(), 1_000).await;
    let behind = watch_path(&house, &format!("&after={seq}"));
    let mut map = served.follow(&behind, None).await.unwrap();
    for _ in 0..1_000 {
        assert!(map.hear().await["reload"].is_null());
    }
    stir(&house, cart.parse().unwrap(), 1).await;
    assert!(map.hear().await["reload"].is_null());
    let mut map = served.follow(&behind, None).await.unwrap();
    assert_eq!(map.hear().await["reload"], true);
}

#[tokio::test]
async fn unknown_performances_have_no_feed() {
    let house = House::open().await;
    let served = served(&house).await;
    for path in ["/feed/seats?performance=1-999", "/feed/seats?performance=x"] {
        assert_eq!(served.follow(path, None).await.err(), Some(404), "{path}");
    }
    assert_eq!(served.follow("/feed/seats", None).await.err(), Some(400));
}

#[tokio::test]
async fn the_last_socket_is_let_in_and_the_next_is_not() {
    let limits = Limits { sockets_max: 2, ..Limits::default() };
    let house = House::with(true, limits).await;
    let served = served(&house).await;
    let path = watch_path(&house, "");
    let first = served.follow(&path, None).await.unwrap();
    let _second = served.follow(&path, None).await.unwrap();
    assert_eq!(served.follow(&path, None).await.err(), Some(429));
    drop(first);
    let mut tries = 0;
    while served.follow(&path, None).await.is_err() {
        tries += 1;
        assert!(tries < 1_000, "a place that was given back is there again");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn sockets_are_closed_when_the_listener_stops() {
    let house = House::open().await;
    let mut served = served(&house).await;
    let mut map = served.follow(&watch_path(&house, ""), None).await.unwrap();
    let mut wall = monitor(&served, "").await;
    served.stop.cancel();
    assert_eq!(map.next().await, None);
    assert_eq!(wall.next().await, None);
    (&mut served.done).await.unwrap();
}

#[tokio::test]
async fn when_the_box_closes_every_socket_is_told_goodbye() {
    let house = House::open().await;
    let served = served(&house).await;
    let mut monitor = monitor(&served, "").await;
    let path = format!("/feed/seats?performance={}", house.season.tonight);
    let mut map = served.follow(&path, None).await.unwrap();
    house.shop.close().await;
    assert_eq!(monitor.next().await, None);
    assert_eq!(map.next().await, None);
}
