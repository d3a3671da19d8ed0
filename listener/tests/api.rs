//! Every call of the API, its members, its refusals, and that a repeat is the same answer.
//!
//! Runs on a house of its own in memory (`house/mod.rs`); never on a real network. Next:
//! `house/season.rs` for what it sells.

// Shared parts stand outside of #[test].
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod house;

use house::{Ask, House};
use serde_json::{Value, json};

#[tokio::test]
async fn performances_are_listed_with_what_is_left_and_hidden_ones_are_not() {
    let house = House::open().await;
    let told = house.send(Ask::get("/api/v1/performances")).await;
    assert_eq!(told.status, 200);
    let list = told.json();
    let list = list["performances"].as_array().unwrap();
    let ids: Vec<&str> = list.iter().map(|one| one["id"].as_str().unwrap()).collect();
    let season = &house.season;
    assert_eq!(ids, [&season.tonight, &season.later, &season.lawn].map(ToString::to_string));
    let first = &list[0];
    assert_eq!(first["event"], "the-tide-clock");
    assert_eq!(first["title"], "The Tide Clock");
    assert_eq!(first["starts_at"], "2026-12-04T19:00:00.000Z");
    assert_eq!(first["on_sale"], true);
    // 120 seats, four of them accessible ones.
    assert_eq!(first["places_left"], 116);
    assert_eq!(list[1]["on_sale"], false);
    assert_eq!(list[2]["places_left"], 300);
}

#[tokio::test]
async fn one_performance_has_its_prices_levels_and_areas() {
    let house = House::open().await;
    let path = format!("/api/v1/performances/{}", house.season.tonight);
    let one = house.send(Ask::get(&path)).await.json();
    assert_eq!(one["doors_open"], "2026-12-04T16:00:00.000Z");
    let level = |id: &str, name: &str| json!({ "id": id, "name": name });
    assert_eq!(one["levels"], json!([level("1", "Adult"), level("2", "Concession")]));
    let best = &one["categories"][0];
    assert_eq!(best["name"], "Best");
    assert_eq!(best["prices"]["1"], json!({ "minor": 3500, "currency": "GBP" }));
    assert_eq!(one["areas"], json!([]));
    let path = format!("/api/v1/performances/{}", house.season.lawn);
    let lawn = house.send(Ask::get(&path)).await.json();
    assert_eq!(lawn["areas"][0], json!({ "id": "0", "area": "Lawn", "places_left": 240 }));
}

#[tokio::test]
async fn unknown_and_hidden_performances_are_not_found() {
    let house = House::open().await;
    let hidden = house.season.hidden.to_string();
    for id in ["1-999999", "nonsense", hidden.as_str()] {
        for path in ["", "/seats"] {
            let path = format!("/api/v1/performances/{id}{path}");
            house.send(Ask::get(&path)).await.is_problem(404, "NotFound");
        }
    }
}

async fn state_of(house: &House, guid: &str) -> String {
    let path = format!("/api/v1/performances/{}/seats", house.season.tonight);
    let told = house.send(Ask::get(&path)).await.json();
    let seats = told["seats"].as_array().unwrap();
    let seat = seats.iter().find(|seat| seat["guid"] == guid).unwrap();
    seat["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn seats_are_free_then_held_then_sold() {
    let house = House::open().await;
    assert_eq!(state_of(&house, "C-C-4").await, "free");
    let (cart, token) = house.cart_with(&["C-C-4", "C-C-5"]).await;
    assert_eq!(state_of(&house, "C-C-4").await, "held");
    let told = house.send(house.pay(&cart, &token, "tok_4242")).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(state_of(&house, "C-C-4").await, "sold");
}

#[tokio::test]
async fn a_page_that_polls_gets_only_the_seats_that_changed() {
    let house = House::open().await;
    let path = format!("/api/v1/performances/{}/seats", house.season.tonight);
    let all = house.send(Ask::get(&path)).await.json();
    assert_eq!(all["seats"].as_array().unwrap().len(), 120);
    let seq = all["seq"].as_u64().unwrap();
    let nothing = house.send(Ask::get(&format!("{path}?after={seq}"))).await.json();
    assert_eq!(nothing["seats"], json!([]));
    house.cart_with(&["C-C-4"]).await;
    let changed = house.send(Ask::get(&format!("{path}?after={seq}"))).await.json();
    let seats = changed["seats"].as_array().unwrap();
    assert_eq!(seats.len(), 1);
    assert_eq!((&seats[0]["guid"], &seats[0]["state"]), (&json!("C-C-4"), &json!("held")));
    assert!(changed["seq"].as_u64().unwrap() > seq);
    let ahead = house.send(Ask::get(&format!("{path}?after=999999999"))).await.json();
    assert_eq!(ahead["reload"], true);
    assert_eq!(ahead["seats"].as_array().unwrap().len(), 120);
}

#[tokio::test]
async fn best_seats_are_taken_and_the_cart_has_them() {
    let house = House::open().await;
    let (cart, token) = house.cart().await;
    let body = format!(
        r#"{{"performance":"{}","places":[{{"level":"Adult","count":2}},{{"level":"2","count":1}}]}}"#,
        house.season.tonight
    );
    let path = format!("/api/v1/carts/{cart}/best-seats");
    let told = house.send(Ask::post(&path).bearer(&token).json(&body)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let taken = told.json();
    assert_eq!(taken["seats"].as_array().unwrap().len(), 3);
    assert_eq!(taken["rung"], "R1");
    assert!(taken["expires_at"].as_str().unwrap().ends_with('Z'));
    let cart = house.send(Ask::get(&format!("/api/v1/carts/{cart}")).bearer(&token)).await;
    let cart = cart.json();
    assert_eq!(cart["state"], "active");
    assert_eq!(cart["seats"], taken["seats"]);
    assert_eq!(cart["total"], taken["total"]);
    assert_eq!(cart["fees"][0]["amount"]["minor"], 450);
}

#[tokio::test]
async fn places_of_an_area_are_counted_and_name_no_seat() {
    let house = House::open().await;
    let (cart, token) = house.cart().await;
    let body = format!(
        r#"{{"performance":"{}","places":[{{"level":"Adult","count":4}}],"area":"Lawn"}}"#,
        house.season.lawn
    );
    let path = format!("/api/v1/carts/{cart}/best-seats");
    let told = house.send(Ask::post(&path).bearer(&token).json(&body)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let taken = told.json();
    assert_eq!((&taken["seats"], &taken["places"]), (&json!([]), &json!(4)));
    let path = format!("/api/v1/performances/{}", house.season.lawn);
    let lawn = house.send(Ask::get(&path)).await.json();
    assert_eq!(lawn["areas"][0]["places_left"], 236);
    assert_eq!(lawn["places_left"], 296);
}

#[tokio::test]
async fn a_seat_is_given_back_by_its_guid() {
    let house = House::open().await;
    let (cart, token) = house.cart_with(&["C-C-4", "C-C-5"]).await;
    let path = format!("/api/v1/carts/{cart}/seats/C-C-5");
    let told = house.send(Ask::delete(&path).bearer(&token)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(told.json()["seats"], json!(["C-C-4"]));
    assert_eq!(state_of(&house, "C-C-5").await, "free");
    house.send(Ask::delete(&path).bearer(&token)).await.is_problem(404, "NotFound");
}

async fn judged(house: &House, cart: &str, token: &str, seats: &[&str]) -> Value {
    let path = format!("/api/v1/carts/{cart}/seats/check");
    let told = house.send(Ask::post(&path).bearer(token).json(&house.chosen(seats))).await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.json()
}

#[tokio::test]
async fn a_check_judges_and_takes_nothing() {
    let house = House::open().await;
    let (cart, token) = house.cart().await;
    let fine = judged(&house, &cart, &token, &["C-C-1", "C-C-2"]).await;
    assert_eq!(fine["verdict"], "Ok");
    let single = judged(&house, &cart, &token, &["C-C-2", "C-C-3"]).await;
    assert_eq!(single["verdict"], "LeavesSingle");
    assert_eq!(single["seats"], json!(["C-C-1"]));
    assert!(!single["suggestions"].as_array().unwrap().is_empty());
    assert_eq!(state_of(&house, "C-C-1").await, "free");
    house.cart_with(&["C-C-1", "C-C-2"]).await;
    let taken = judged(&house, &cart, &token, &["C-C-2"]).await;
    assert_eq!((&taken["verdict"], &taken["seats"]), (&json!("SeatTaken"), &json!(["C-C-2"])));
}

#[tokio::test]
async fn a_sale_answers_tickets_with_codes_that_open_the_door() {
    let house = House::open().await;
    let tickets = house.sold(&["C-C-4", "C-C-5"]).await;
    assert_eq!(tickets.len(), 2);
    let (ticket, code) = &tickets[0];
    let told = house.send(house.scan(code, "in", "n-1")).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let verdict = told.json();
    assert_eq!(verdict["verdict"], "GO");
    assert_eq!(verdict["reason"], "ADMITTED");
    assert_eq!(verdict["ticket"], json!(ticket));
    assert_eq!(verdict["seat"], "C-C-4");
    assert!(!verdict["message"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn a_declined_card_leaves_the_cart_and_its_seats() {
    let house = House::open().await;
    let (cart, token) = house.cart_with(&["C-C-4"]).await;
    let told = house.send(house.pay(&cart, &token, "tok_declined")).await;
    let problem = told.is_problem(402, "CardNotAccepted");
    assert!(!problem.to_string().contains("no funds"), "the bank's words are for staff only");
    let cart = house.send(Ask::get(&format!("/api/v1/carts/{cart}")).bearer(&token)).await.json();
    assert_eq!((&cart["state"], &cart["seats"]), (&json!("active"), &json!(["C-C-4"])));
}

#[tokio::test]
async fn no_answer_is_never_declined() {
    let house = House::open().await;
    for card in ["tok_timeout", "tok_silent"] {
        let seat = if card == "tok_timeout" { "C-C-4" } else { "C-D-4" };
        let (cart, token) = house.cart_with(&[seat]).await;
        let told = house.send(house.pay(&cart, &token, card)).await;
        assert_eq!(told.status, 202, "{card}: {}", told.body);
        assert_eq!(told.json()["state"], "confirming", "{card}");
        assert_eq!(state_of(&house, seat).await, "held", "{card}");
    }
}

#[tokio::test]
async fn demo_cards_are_refused_where_nothing_is_a_demo() {
    let house = House::with(false, usher_listener::limits::Limits::default()).await;
    let (cart, token) = house.cart_with(&["C-C-4"]).await;
    let told = house.send(house.pay(&cart, &token, "tok_4242")).await;
    told.is_problem(402, "CardNotAccepted");
    assert_eq!(state_of(&house, "C-C-4").await, "held");
}

#[tokio::test]
async fn the_same_key_answers_the_same_and_does_it_once() {
    let house = House::open().await;
    let open = || Ask::post("/api/v1/carts").once("first").json("{}");
    let (first, again) = (house.send(open()).await, house.send(open()).await);
    assert_eq!((first.status.as_u16(), &first.body), (201, &again.body));
    let (cart, token) = (first.text("cart"), first.text("token"));
    let path = format!("/api/v1/carts/{cart}/seats");
    let take = |body: String| Ask::post(&path).bearer(&token).once("take").json(&body);
    let first = house.send(take(house.chosen(&["C-C-4"]))).await;
    let again = house.send(take(house.chosen(&["C-C-4"]))).await;
    assert_eq!((first.status.as_u16(), &first.body), (200, &again.body));
    house.send(take(house.chosen(&["C-C-6"]))).await.is_problem(409, "KeyReused");
    let pay = || house.pay(&cart, &token, "tok_4242").once("pay");
    let (paid, again) = (house.send(pay()).await, house.send(pay()).await);
    assert_eq!((paid.status.as_u16(), &paid.body), (200, &again.body));
}

#[tokio::test]
async fn a_declined_payment_is_repeated_as_declined() {
    let house = House::open().await;
    let (cart, token) = house.cart_with(&["C-C-4"]).await;
    for _ in 0..2 {
        let told = house.send(house.pay(&cart, &token, "tok_declined").once("pay")).await;
        told.is_problem(402, "CardNotAccepted");
    }
    let told = house.send(house.pay(&cart, &token, "tok_4242").once("pay again")).await;
    assert_eq!(told.status, 200, "{}", told.body);
}

#[tokio::test]
async fn one_key_of_two_askers_is_two_keys() {
    let house = House::open().await;
    let (one, other) = (house.cart().await, house.cart().await);
    for ((cart, token), seat) in [(&one, "C-C-4"), (&other, "C-D-4")] {
        let path = format!("/api/v1/carts/{cart}/seats");
        let take = Ask::post(&path).bearer(token).once("same").json(&house.chosen(&[seat]));
        assert_eq!(house.send(take).await.status, 200);
    }
}
