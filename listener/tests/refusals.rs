//! Every kind of refusal once, by its status, its stable code and its data.
//!
//! Runs on a house of its own in memory (`house/mod.rs`); never on a real network. Next:
//! `house/season.rs` for what it sells.

// Shared parts stand outside of #[test].
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod house;

use house::{Ask, DEVICE_TOKEN, House, NOW, token_with};
use serde_json::json;
use usher_ledger::handle::Lane;
use usher_listener::limits::Limits;
use usher_listener::token::Right;
use usher_rules::at::Span;
use usher_rules::view::desk::Disk;
use usher_rules::{Actor, Command, cart, house as venue};

fn best(performance: impl ToString, count: u8) -> String {
    let performance = performance.to_string();
    format!(r#"{{"performance":"{performance}","places":[{{"level":"Adult","count":{count}}}]}}"#)
}

async fn ask_best(house: &House, body: &str) -> house::Told {
    let (cart, token) = house.cart().await;
    let path = format!("/api/v1/carts/{cart}/best-seats");
    house.send(Ask::post(&path).bearer(&token).json(body)).await
}

#[tokio::test]
async fn a_value_of_the_wrong_kind_is_malformed_and_named() {
    let house = House::open().await;
    let (cart, token) = house.cart().await;
    let path = format!("/api/v1/carts/{cart}/best-seats");
    for (body, field) in [
        ("", ""),
        ("{", ""),
        ("[]", ""),
        (r#"{"performance":1}"#, "/performance"),
        (r#"{"performance":"1-1","places":[{"level":"1"}]}"#, "/places/0"),
        (r#"{"performance":"1-1","places":[],"more":1}"#, "/more"),
    ] {
        let told = house.send(Ask::post(&path).bearer(&token).json(body)).await;
        assert_eq!(told.is_problem(400, "Malformed")["field"], field, "{body}");
    }
    let tonight = house.season.tonight;
    for (places, field) in [
        ("[]", "/places"),
        (r#"[{"level":"1","count":0}]"#, "/places/0/count"),
        (r#"[{"level":"1","count":21}]"#, "/places/0/count"),
        (r#"[{"level":"Nobody","count":1}]"#, "/places/0/level"),
    ] {
        let body = format!(r#"{{"performance":"{tonight}","places":{places}}}"#);
        let told = house.send(Ask::post(&path).bearer(&token).json(&body)).await;
        assert_eq!(told.is_problem(400, "Malformed")["field"], field, "{places}");
    }
    let long = "k".repeat(129);
    for key in [long.as_str(), "", " ", "ké"] {
        let told = house.send(Ask::post("/api/v1/carts").once(key).json("{}")).await;
        assert_eq!(told.is_problem(400, "Malformed")["field"], "Idempotency-Key", "{key}");
    }
    let told = house.send(Ask::post("/api/v1/carts").once(&"k".repeat(128)).json("{}")).await;
    assert_eq!(told.status, 201);
}

#[tokio::test]
async fn a_body_of_another_kind_or_size_is_refused() {
    let house = House::open().await;
    let told = house.send(Ask::post("/api/v1/carts").with("content-type", "text/plain")).await;
    told.is_problem(415, "UnsupportedMediaType");
    let large = format!(r#"{{"source":"{}"}}"#, "x".repeat(64 * 1024));
    let told = house.send(Ask::post("/api/v1/carts").json(&large)).await;
    assert_eq!(told.is_problem(413, "TooLarge")["max_bytes"], 64 * 1024);
    let fits = format!(r#"{{"source":"{}"}}"#, "x".repeat(64 * 1024 - 13));
    assert_eq!(house.send(Ask::post("/api/v1/carts").json(&fits)).await.status, 201);
}

#[tokio::test]
async fn addresses_and_methods_that_are_not_there_are_problems_too() {
    let house = House::open().await;
    house.send(Ask::get("/api/v1/nothing")).await.is_problem(404, "NotFound");
    let told = house.send(Ask::delete("/api/v1/performances").bearer("x")).await;
    told.is_problem(405, "MethodNotAllowed");
    assert!(told.header("allow").contains("GET"), "{:?}", told.headers);
    house
        .send(Ask::get("/api/v1/scans?limit=x").bearer(&token_with(Right::Read)))
        .await
        .is_problem(400, "Malformed");
}

#[tokio::test]
async fn carts_open_to_their_holders_only() {
    let house = House::open().await;
    let (cart, _) = house.cart().await;
    let (_, other) = house.cart().await;
    let path = format!("/api/v1/carts/{cart}");
    let told = house.send(Ask::get(&path)).await;
    told.is_problem(401, "NoCredential");
    assert_eq!(told.header("www-authenticate"), "Bearer");
    house.send(Ask::get(&path).bearer("nonsense")).await.is_problem(401, "NoCredential");
    house
        .send(Ask::get(&path).with("authorization", "Basic eA=="))
        .await
        .is_problem(401, "NoCredential");
    house.send(Ask::get(&path).bearer(&other)).await.is_problem(403, "NotYourCart");
    house.send(Ask::get(&path).bearer(DEVICE_TOKEN)).await.is_problem(403, "NeedsRight");
    let told = house.send(Ask::get(&path).bearer(&token_with(Right::Read))).await;
    assert_eq!(told.is_problem(403, "NeedsRight")["right"], "desk");
    assert_eq!(house.send(Ask::get(&path).bearer(&token_with(Right::Desk))).await.status, 200);
    house.send(Ask::get("/api/v1/carts/1-999").bearer(&other)).await.is_problem(404, "NotFound");
    house.send(Ask::get("/api/v1/carts/x").bearer(&other)).await.is_problem(404, "NotFound");
}

#[tokio::test]
async fn the_rule_says_no_with_its_data() {
    let house = House::open().await;
    let told = ask_best(&house, &best(house.season.tonight, 11)).await;
    assert_eq!(told.is_problem(422, "MaxTickets")["max"], 10);
    let told = ask_best(&house, &best(house.season.tonight, 10)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let told = ask_best(&house, &best(house.season.later, 1)).await;
    let opens = told.is_problem(422, "NotOnSale")["opens"].clone();
    assert_eq!(opens, "2026-12-04T18:00:00.000Z");
    house.clock.pass(Span::hours(1));
    let told = ask_best(&house, &best(house.season.later, 1)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let child = best(house.season.tonight, 1).replace("Adult", "Child");
    ask_best(&house, &child).await.is_problem(422, "PriceMissing");
}

#[tokio::test]
async fn a_party_that_fits_nowhere_hears_what_would_fit() {
    let house = House::open().await;
    // The lawn's plan has no seats, its terrace sixty places.
    let body = format!(
        r#"{{"performance":"{}","places":[{{"level":"Adult","count":10}}],"area":"Terrace"}}"#,
        house.season.lawn
    );
    for _ in 0..6 {
        assert_eq!(ask_best(&house, &body).await.status, 200);
    }
    assert_eq!(ask_best(&house, &body).await.is_problem(409, "SoldOut")["left"], 0);
    let ask = |category: &str| {
        let body = best(house.season.tonight, 10);
        body.replace("}]}", &format!(r#"}}],"category":"{category}"}}"#))
    };
    // One row of ten, and side rows of five.
    assert_eq!(ask_best(&house, &ask("Value")).await.status, 200);
    let problem = ask_best(&house, &ask("Value")).await.is_problem(422, "NoSeatsTogether");
    assert_eq!(
        (&problem["largest_together"], &problem["split_possible"]),
        (&json!(5), &json!(true))
    );
    let wheels = best(house.season.tonight, 1).replace("}]}", r#"}],"wheelchair":2}"#);
    let told = ask_best(&house, &wheels).await;
    assert_eq!(told.is_problem(400, "Malformed")["field"], "/wheelchair");
}

#[tokio::test]
async fn chosen_seats_are_refused_by_guid() {
    let house = House::open().await;
    house.cart_with(&["C-C-1", "C-C-2"]).await;
    let (cart, token) = house.cart().await;
    let path = format!("/api/v1/carts/{cart}/seats");
    let take = |seats: &[&str]| Ask::post(&path).bearer(&token).json(&house.chosen(seats));
    let told = house.send(take(&["C-C-2", "C-C-3"])).await;
    assert_eq!(told.is_problem(409, "SeatTaken")["seats"], json!(["C-C-2"]));
    let told = house.send(take(&["C-C-4", "C-C-5"])).await;
    let problem = told.is_problem(422, "LeavesSingle");
    assert_eq!(problem["seats"], json!(["C-C-3"]));
    assert!(problem["suggestions"][0].is_array());
    house.send(take(&["Z-Z-9"])).await.is_problem(404, "NotFound");
    let told = house.send(take(&["C-C-5", "C-C-5"])).await;
    told.is_problem(400, "Malformed");
}

#[tokio::test]
async fn a_seat_that_would_leave_a_single_is_kept_and_another_offered() {
    let house = House::open().await;
    let (cart, token) = house.cart_with(&["C-C-1", "C-C-2"]).await;
    let back = |guid: &str| {
        let path = format!("/api/v1/carts/{cart}/seats/{guid}");
        Ask::delete(&path).bearer(&token)
    };
    let told = house.send(back("C-C-1")).await;
    assert_eq!(told.is_problem(422, "GiveUpInstead")["seat"], "C-C-2");
    assert_eq!(house.send(back("C-C-2")).await.status, 200);
}

#[tokio::test]
async fn a_party_of_two_kinds_is_not_spread_over_two_prices_unasked() {
    let house = House::open().await;
    let body = format!(
        r#"{{"performance":"{}","places":[{{"level":"1","count":4}},{{"level":"2","count":3}}],"allow_split":true}}"#,
        house.season.tonight
    );
    let mut told = ask_best(&house, &body).await;
    while told.status == 200 {
        told = ask_best(&house, &body).await;
    }
    let total = told.is_problem(422, "PriceDiffers")["total"].clone();
    assert_eq!(total["currency"], "GBP");
    assert!(total["minor"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn an_empty_cart_and_missing_data_cannot_be_paid() {
    let house = House::open().await;
    let (cart, token) = house.cart().await;
    house.send(house.pay(&cart, &token, "tok_4242")).await.is_problem(409, "CartEmpty");
    let (cart, token) = house.cart_with(&["C-C-4"]).await;
    let path = format!("/api/v1/carts/{cart}/checkout");
    let body = r#"{"buyer":{"name":" ","email":"nobody"}}"#;
    let told = house.send(Ask::post(&path).bearer(&token).json(body)).await;
    assert_eq!(told.is_problem(422, "MissingData")["fields"], json!(["name", "email", "card"]));
    assert_eq!(house.send(house.pay(&cart, &token, "tok_4242")).await.status, 200);
    let told = house.send(house.pay(&cart, &token, "tok_4242")).await;
    assert_eq!(told.is_problem(409, "CartNotActive")["state"], "completed");
}

#[tokio::test]
async fn the_fifth_card_of_a_cart_is_tried_and_the_sixth_is_not() {
    let house = House::open().await;
    let (cart, token) = house.cart_with(&["C-C-4"]).await;
    for _ in 0..5 {
        let told = house.send(house.pay(&cart, &token, "tok_declined")).await;
        told.is_problem(402, "CardNotAccepted");
    }
    let told = house.send(house.pay(&cart, &token, "tok_declined")).await;
    assert_eq!(told.is_problem(429, "TooManyAttempts")["max"], 5);
}

#[tokio::test]
async fn an_address_that_asks_too_much_hears_when_to_come_back() {
    let limits = Limits { carts_burst_max: 2, card_attempts_per_hour_max: 1, ..Limits::default() };
    let house = House::with(true, limits).await;
    let open = || Ask::post("/api/v1/carts").from("192.0.2.7").json("{}");
    assert_eq!(house.send(open()).await.status, 201);
    assert_eq!(house.send(open()).await.status, 201);
    let told = house.send(open()).await;
    told.is_problem(429, "TooMany");
    assert!(told.header("retry-after").parse::<u32>().unwrap() > 0);
    let elsewhere = Ask::post("/api/v1/carts").from("192.0.2.8").json("{}");
    assert_eq!(house.send(elsewhere).await.status, 201);
    let (cart, token) = house.cart_with(&["C-C-4"]).await;
    let pay = || house.pay(&cart, &token, "tok_declined").from("192.0.2.7");
    house.send(pay()).await.is_problem(402, "CardNotAccepted");
    house.send(pay()).await.is_problem(429, "TooMany");
}

#[tokio::test]
async fn pages_have_a_rate_too_and_our_tokens_are_spared() {
    let limits = Limits { pages_burst_max: 3, pages_per_s_max: 1, ..Limits::default() };
    let house = House::with(true, limits).await;
    let list = || Ask::get("/api/v1/performances").from("192.0.2.7");
    for _ in 0..3 {
        assert_eq!(house.send(list()).await.status, 200);
    }
    house.send(list()).await.is_problem(429, "TooMany");
    let page = house.send(Ask::get("/").from("192.0.2.7")).await;
    assert_eq!(page.status, 429);
    assert!(page.header("content-type").starts_with("text/html"), "{:?}", page.headers);
    let told = house.send(list().bearer(&token_with(Right::Read))).await;
    assert_eq!(told.status, 200);
    let told = house.send(list().bearer(DEVICE_TOKEN)).await;
    assert_eq!(told.status, 200);
    let told = house.send(Ask::get("/healthz").from("192.0.2.7")).await;
    assert_eq!(told.status, 200);
}

#[tokio::test]
async fn a_full_disk_stops_new_sales_first_and_scans_last() {
    let house = House::open().await;
    let tickets = house.sold(&["C-C-4"]).await;
    let (cart, token) = house.cart_with(&["C-D-4"]).await;
    house.shop.set_disk(Disk::NoSale);
    let told = house.send(Ask::post("/api/v1/carts").json("{}")).await;
    told.is_problem(503, "BoxFull");
    assert!(!told.header("retry-after").is_empty());
    let take = Ask::post(&format!("/api/v1/carts/{cart}/seats"));
    let take = take.bearer(&token).json(&house.chosen(&["C-D-6"]));
    house.send(take).await.is_problem(503, "BoxFull");
    assert_eq!(house.send(house.pay(&cart, &token, "tok_4242")).await.status, 200);
    house.shop.set_disk(Disk::ScansOnly);
    let back = Ask::delete(&format!("/api/v1/carts/{cart}/seats/C-D-4")).bearer(&token);
    house.send(back).await.is_problem(503, "BoxFull");
    let told = house.send(house.scan(&tickets[0].1, "in", "n")).await;
    assert_eq!(told.text("verdict"), "GO");
}

#[tokio::test]
async fn a_house_with_all_its_carts_out_opens_no_more() {
    let house = House::open().await;
    let snapshot = house.handle.snapshot().unwrap();
    let settings = usher_ledger::write::house(&snapshot).unwrap();
    let settings = venue::House { open_carts_max: 1, ..settings };
    house.staff(Command::House(venue::Command::Set(settings))).await;
    house.cart().await;
    let told = house.send(Ask::post("/api/v1/carts").json("{}")).await;
    assert_eq!(told.is_problem(503, "CartsOpen")["max"], 1);
}

#[tokio::test]
async fn a_closed_cart_takes_nothing() {
    let house = House::open().await;
    let (cart, token) = house.cart_with(&["C-C-4"]).await;
    let id = cart.parse().unwrap();
    let by = Actor::Guest(Some(id));
    let close = Command::Cart(cart::Command::Close(id));
    house.handle.ask(Lane::Shop, by, None, close).await.unwrap();
    let take = Ask::post(&format!("/api/v1/carts/{cart}/seats"));
    let take = take.bearer(&token).json(&house.chosen(&["C-C-4"]));
    assert_eq!(house.send(take).await.is_problem(409, "CartNotActive")["state"], "closed");
    assert!(house.handle.now() >= NOW);
}

#[tokio::test]
async fn a_stopped_ledger_is_busy_and_not_ready() {
    let house = House::open().await;
    assert_eq!(house.send(Ask::get("/readyz")).await.status, 200);
    house.handle.close();
    house.handle.ended().await;
    let told = house.send(Ask::post("/api/v1/carts").json("{}")).await;
    told.is_problem(503, "Busy");
    assert!(!told.header("retry-after").is_empty());
    house.send(Ask::get("/readyz")).await.is_problem(503, "Busy");
    assert_eq!(house.send(Ask::get("/healthz")).await.status, 200);
}
