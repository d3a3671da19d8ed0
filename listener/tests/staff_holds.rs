//! Staff holds and what staff see of seats and carts in the API: who may, and what nobody else
//! hears (A6, D4).
//!
//! Runs on a house of its own in memory (`house/mod.rs`); never on a real network. Next:
//! `desk.rs` for the pages of the same.

// Shared parts stand outside of #[test].
#![allow(clippy::unwrap_used, clippy::panic)]

mod house;

use house::{Ask, DEVICE_TOKEN, House, Told, token_with};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use usher_ledger::stored::{SeatRow, row};
use usher_ledger::{source, tables};
use usher_listener::token::Right;
use usher_rules::cart;
use usher_rules::id::{PerformanceId, SeatNo};
use usher_rules::performance::Command as Staged;
use usher_rules::{Command, production};

fn address(house: &House, end: &str) -> String {
    format!("/api/v1/performances/{}/{end}", house.season.tonight)
}

fn keep(house: &House, seats: &[&str], code: &str, note: &str) -> Ask {
    let body = json!({ "seats": seats, "code": code, "note": note }).to_string();
    Ask::post(&address(house, "staff-holds")).json(&body)
}

fn let_go(house: &House, seats: &[&str]) -> Ask {
    let body = json!({ "seats": seats }).to_string();
    Ask::post(&address(house, "staff-holds/release")).json(&body)
}

async fn desk(house: &House, ask: Ask) -> Told {
    house.send(ask.bearer(&token_with(Right::Desk))).await
}

/// The cookie of a visitor who holds seats of their own.
async fn guest_cookie(house: &House) -> String {
    let path = format!("/performances/{}/best-seats", house.season.tonight);
    let told = house.send(Ask::post(&path).form("qty-1=2&where=any&key=")).await;
    assert_eq!(told.status, 303, "{}", told.body);
    told.cookie()
}

async fn seat(house: &House, ask: Ask, guid: &str) -> Value {
    let told = house.send(ask).await.json();
    let seats = told["seats"].as_array().unwrap();
    seats.iter().find(|seat| seat["guid"] == guid).unwrap_or(&Value::Null).clone()
}

#[tokio::test]
async fn seats_are_taken_out_of_sale_and_come_back() {
    let house = House::open().await;
    let told = desk(&house, keep(&house, &["C-C-4", "C-C-5"], "H", "House manager")).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(told.json()["seats"], json!(["C-C-4", "C-C-5"]));
    let seats = || Ask::get(&address(&house, "seats"));
    assert_eq!(seat(&house, seats(), "C-C-4").await["state"], "unavailable");
    let whole = format!("/api/v1/performances/{}", house.season.tonight);
    assert_eq!(house.send(Ask::get(&whole)).await.json()["places_left"], 114);
    assert_eq!(desk(&house, let_go(&house, &["C-C-4", "C-C-5"])).await.status, 200);
    assert_eq!(seat(&house, seats(), "C-C-4").await["state"], "free");
    assert_eq!(house.send(Ask::get(&whole)).await.json()["places_left"], 116);
}

#[tokio::test]
async fn a_seat_that_a_visitor_holds_stays_theirs_whatever_staff_want() {
    let house = House::open().await;
    house.cart_with(&["C-C-4", "C-C-5"]).await;
    let told = desk(&house, keep(&house, &["C-C-5", "C-C-6"], "H", "")).await;
    assert_eq!(told.is_problem(409, "SeatTaken")["seats"], json!(["C-C-5"]));
    let (cart, _) = house.cart().await;
    let sale = Ask::post(&format!("/api/v1/carts/{cart}/seats"));
    let told = desk(&house, sale.json(&house.chosen(&["C-C-4", "C-C-5"]))).await;
    assert_eq!(told.is_problem(409, "SeatTaken")["seats"], json!(["C-C-4", "C-C-5"]));
    house.sold(&["C-D-1", "C-D-2"]).await;
    let told = desk(&house, keep(&house, &["C-D-1"], "H", "")).await;
    assert_eq!(told.is_problem(409, "SeatTaken")["seats"], json!(["C-D-1"]));
    let told = desk(&house, let_go(&house, &["C-C-4"])).await;
    assert_eq!(told.is_problem(409, "NotStaffHeld")["seats"], json!(["C-C-4"]));
}

#[tokio::test]
async fn the_same_key_holds_once_and_another_hold_is_refused() {
    let house = House::open().await;
    let ask = || keep(&house, &["C-C-4"], "H", "").once("one");
    let (first, again) = (desk(&house, ask()).await, desk(&house, ask()).await);
    assert_eq!((first.status.as_u16(), &first.body), (200, &again.body));
    let other = keep(&house, &["C-C-5"], "H", "").once("one");
    desk(&house, other).await.is_problem(409, "KeyReused");
    desk(&house, keep(&house, &["C-C-4"], "K", "")).await.is_problem(409, "SeatTaken");
    let ask = || let_go(&house, &["C-C-4"]).once("two");
    let (first, again) = (desk(&house, ask()).await, desk(&house, ask()).await);
    assert_eq!((first.status.as_u16(), &first.body), (200, &again.body));
    desk(&house, let_go(&house, &["C-C-4"])).await.is_problem(409, "NotStaffHeld");
}

#[tokio::test]
async fn a_wrong_letter_note_or_seat_is_named() {
    let house = House::open().await;
    let fits = "é".repeat(120);
    assert_eq!(desk(&house, keep(&house, &["C-H-1"], "A", &fits)).await.status, 200);
    for (code, note, field) in [
        ("W", "", "/code"),
        ("h", "", "/code"),
        ("HH", "", "/code"),
        ("", "", "/code"),
        ("H", format!("{fits}é").as_str(), "/note"),
    ] {
        let told = desk(&house, keep(&house, &["C-C-4"], code, note)).await;
        assert_eq!(told.is_problem(400, "Malformed")["field"], field, "{code}");
    }
    let told = desk(&house, keep(&house, &[], "H", "")).await;
    assert_eq!(told.is_problem(400, "Malformed")["field"], "/seats");
    let many: Vec<String> = (0..201).map(|no| format!("S-{no}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let told = desk(&house, let_go(&house, &many)).await;
    assert_eq!(told.is_problem(400, "Malformed")["field"], "/seats");
    desk(&house, let_go(&house, &many[..200])).await.is_problem(404, "NotFound");
    desk(&house, keep(&house, &["C-C-4", "C-C-4"], "H", "")).await.is_problem(400, "Malformed");
    let nowhere = Ask::post("/api/v1/performances/1-999/staff-holds");
    let body = r#"{"seats":["C-C-4"],"code":"H"}"#;
    desk(&house, nowhere.json(body)).await.is_problem(404, "NotFound");
}

#[tokio::test]
async fn staff_calls_are_for_staff_with_the_desk_alone() {
    let house = House::open().await;
    let cookie = guest_cookie(&house).await;
    let (_, cart_token) = house.cart().await;
    let calls = || {
        vec![
            keep(&house, &["C-H-1"], "H", ""),
            let_go(&house, &["C-H-1"]),
            Ask::get("/api/v1/carts"),
        ]
    };
    for nobody in calls() {
        house.send(nobody).await.is_problem(401, "NoCredential");
    }
    for guest in calls() {
        let guest = guest.with("cookie", &cookie).with("sec-fetch-site", "same-origin");
        house.send(guest).await.is_problem(401, "NoCredential");
    }
    for holder in calls() {
        house.send(holder.bearer(&cart_token)).await.is_problem(401, "NoCredential");
    }
    for device in calls() {
        house.send(device.bearer(DEVICE_TOKEN)).await.is_problem(403, "NeedsRight");
    }
    for right in [Right::Read, Right::Feed, Right::Door, Right::Metrics] {
        for other in calls() {
            let told = house.send(other.bearer(&token_with(right))).await;
            assert_eq!(told.is_problem(403, "NeedsRight")["right"], "desk");
        }
    }
}

#[tokio::test]
async fn staff_hear_who_holds_a_seat_and_nobody_else_does() {
    let house = House::open().await;
    let cookie = guest_cookie(&house).await;
    let (cart, token) = house.cart_with(&["C-C-4", "C-C-5"]).await;
    desk(&house, keep(&house, &["C-D-4"], "H", "House manager")).await;
    desk(&house, keep(&house, &["C-D-6"], "K", "")).await;
    let plan = house.handle.snapshot().unwrap().staged(house.season.tonight).unwrap().unwrap().1;
    let gone = plan.plan.seat_no("C-D-8").unwrap();
    let performance = house.season.tonight;
    let kill = Staged::Kill { performance, seats: vec![gone], back: false };
    house.staff(Command::Performance(kill)).await;
    for after in ["", "?after=1"] {
        let path = address(&house, &format!("seats{after}"));
        for right in [Right::Read, Right::Desk] {
            let ask = || Ask::get(&path).bearer(&token_with(right));
            let web = seat(&house, ask(), "C-C-4").await;
            assert_eq!(web["state"], "held", "{after}");
            assert_eq!(web["hold"], json!({ "letter": "W", "cart": cart }), "{after}");
            let staff = seat(&house, ask(), "C-D-4").await;
            assert_eq!(staff["state"], "unavailable");
            assert_eq!(staff["hold"], json!({ "letter": "H", "note": "House manager" }));
            let bare = seat(&house, ask(), "C-D-6").await;
            assert_eq!(bare["hold"], json!({ "letter": "K" }));
            assert_eq!(seat(&house, ask(), "C-D-8").await["hold"], Value::Null);
        }
        let others = [
            Ask::get(&path),
            Ask::get(&path).bearer(&token),
            Ask::get(&path).bearer(DEVICE_TOKEN),
            Ask::get(&path).with("cookie", &cookie),
            Ask::get(&path).bearer(&token_with(Right::Door)),
            Ask::get(&path).bearer(&token_with(Right::Feed)),
        ];
        for (nth, ask) in others.into_iter().enumerate() {
            let told = house.send(ask).await;
            assert_eq!(told.status, 200);
            let hears = told.body.contains("\"hold\"") || told.body.contains("House manager");
            assert!(!hears, "caller {nth}: {}", told.body);
            let seats = told.json()["seats"].as_array().unwrap().clone();
            let of = |guid: &str| {
                let mut seat = seats.iter().find(|seat| seat["guid"] == guid).unwrap().clone();
                seat["guid"] = Value::Null;
                seat["number"] = Value::Null;
                seat
            };
            assert_eq!(of("C-D-4"), of("C-D-8"), "kept and killed look the same");
        }
    }
}

#[tokio::test]
async fn staff_keep_seats_before_the_public_sees_the_performance() {
    let house = House::open().await;
    let snapshot = house.handle.snapshot().unwrap();
    let id = house.season.tonight;
    let (performance, _) = snapshot.staged(id).unwrap().unwrap();
    let row = usher_ledger::production::get(&snapshot, performance.production).unwrap().unwrap();
    let hidden = production::Production { on_web: false, ..row };
    let put = production::Command::Put(Some(performance.production), hidden);
    house.staff(Command::Production(put)).await;
    let seats = || Ask::get(&address(&house, "seats"));
    house.send(seats()).await.is_problem(404, "NotFound");
    house.send(seats().bearer(DEVICE_TOKEN)).await.is_problem(404, "NotFound");
    assert_eq!(desk(&house, keep(&house, &["C-C-4"], "H", "")).await.status, 200);
    let staff = seat(&house, seats().bearer(&token_with(Right::Desk)), "C-C-4").await;
    assert_eq!(staff["hold"]["letter"], "H");
}

/// All pages of the list.
async fn carts(house: &House, limit: usize) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/carts?limit={limit}{after}");
        let told = desk(house, Ask::get(&path)).await;
        assert_eq!(told.status, 200, "{}", told.body);
        let page = told.json();
        let here = page["carts"].as_array().unwrap();
        assert!(here.len() <= limit);
        found.extend(here.iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return found,
        }
    }
}

fn listed(carts: &[Value]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for cart in carts {
        for hold in cart["performances"].as_array().unwrap() {
            for guid in hold["seats"].as_array().unwrap() {
                let text = format!("{} {} {guid}", cart["cart"], hold["performance"]);
                assert!(found.insert(text), "{guid} stands twice");
            }
        }
    }
    found
}

fn stored(house: &House) -> BTreeSet<String> {
    let snapshot = house.handle.snapshot().unwrap();
    let rows = source::range(&snapshot, tables::SEATS, .., usize::MAX, |key, bytes| {
        Ok((PerformanceId(key.0), SeatNo(key.1), row::<SeatRow>(bytes)?))
    });
    let mut found = BTreeSet::new();
    for (id, seat, row) in rows.unwrap() {
        if let SeatRow::Held(cart) = row {
            let (_, drawn) = snapshot.staged(id).unwrap().unwrap();
            found.insert(format!("\"{cart}\" \"{id}\" \"{}\"", drawn.plan.seat(seat).guid));
        }
    }
    found
}

#[tokio::test]
async fn the_list_of_carts_is_the_set_of_held_seats_both_ways() {
    let house = House::open().await;
    let (active, token) = house.cart_with(&["C-C-4", "C-C-5"]).await;
    let (silent, silent_token) = house.cart_with(&["C-D-4", "C-D-5"]).await;
    house.send(house.pay(&silent, &silent_token, "tok_silent")).await;
    house.sold(&["C-E-1", "C-E-2"]).await;
    let (closed, _) = house.cart_with(&["C-F-1", "C-F-2"]).await;
    let close = cart::Command::Close(closed.parse().unwrap());
    house.staff(Command::Cart(close)).await;
    let (empty, _) = house.cart().await;
    desk(&house, keep(&house, &["C-H-1"], "H", "")).await;
    let body = format!(
        r#"{{"performance":"{}","places":[{{"level":"Adult","count":3}}],"area":"Lawn"}}"#,
        house.season.lawn
    );
    let path = format!("/api/v1/carts/{active}/best-seats");
    assert_eq!(house.send(Ask::post(&path).bearer(&token).json(&body)).await.status, 200);
    for limit in [1, 2, 200] {
        let all = carts(&house, limit).await;
        assert_eq!(all.len(), 5);
        assert_eq!(listed(&all), stored(&house), "{limit} at a time");
    }
    assert_eq!(stored(&house).len(), 4);
    let all = carts(&house, 200).await;
    let of = |id: &str| all.iter().find(|cart| cart["cart"] == id).unwrap().clone();
    assert_eq!((&of(&active)["status"], &of(&active)["seats"]), (&json!("Active"), &json!(5)));
    assert_eq!(of(&active)["performances"][1]["places"], 3);
    assert!(of(&active)["expires_at"].is_string());
    let paying = of(&silent);
    let known = ["Active", "Checkout - Errors Processing Cart"];
    assert!(known.contains(&paying["status"].as_str().unwrap()), "{paying}");
    assert_eq!(of(&closed)["status"], "Cart Closed - by patron");
    assert_eq!((&of(&closed)["seats"], &of(&closed)["expires_at"]), (&json!(0), &Value::Null));
    assert_eq!(of(&empty)["performances"], json!([]));
    let completed = all.iter().filter(|cart| cart["status"] == "Completed").count();
    assert_eq!(completed, 1);
}

#[tokio::test]
async fn a_page_of_carts_has_a_limit_and_goes_on_after_a_cart() {
    let house = House::open().await;
    for _ in 0..3 {
        house.cart().await;
    }
    let get = |query: &str| Ask::get(&format!("/api/v1/carts{query}"));
    for (query, field) in [
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?after=x", "after"),
        ("?after=99999-1", "after"),
    ] {
        let told = desk(&house, get(query)).await;
        assert_eq!(told.is_problem(400, "Malformed")["field"], field, "{query}");
    }
    desk(&house, get("?limit=x")).await.is_problem(400, "Malformed");
    let told = desk(&house, get("?limit=2")).await.json();
    assert_eq!((told["carts"].as_array().unwrap().len(), &told["next"]), (2, &json!("1-2")));
    let told = desk(&house, get("?limit=1&after=1-2")).await.json();
    assert_eq!((&told["carts"][0]["cart"], &told["next"]), (&json!("1-3"), &Value::Null));
}
