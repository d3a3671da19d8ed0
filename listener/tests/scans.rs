//! The door over HTTP: one verdict for whatever is read, and the list of what was scanned.
//!
//! Runs on a house of its own in memory (`house/mod.rs`); never on a real network. Next:
//! `house/season.rs` for what it sells.

// Shared parts stand outside of #[test].
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod house;

use house::{Ask, DEVICE, DEVICE_TOKEN, House, token_with};
use serde_json::{Value, json};
use usher_listener::token::Right;

async fn scanned(house: &House, code: &str, direction: &str, nonce: &str) -> Value {
    let told = house.send(house.scan(code, direction, nonce)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.json()
}

#[tokio::test]
async fn a_ticket_goes_in_once_out_and_in_again() {
    let house = House::open().await;
    let (_, code) = house.sold(&["C-C-4"]).await.remove(0);
    let rounds = [
        ("out", "STOP", "NOT_IN"),
        ("check", "GO", "ADMITTED"),
        ("in", "GO", "ADMITTED"),
        ("in", "STOP", "ALREADY_USED"),
        ("check", "STOP", "ALREADY_USED"),
        ("out", "GO", "OUT"),
        ("in", "GO", "REENTRY"),
    ];
    for (nonce, (direction, verdict, reason)) in rounds.into_iter().enumerate() {
        let told = scanned(&house, &code, direction, &nonce.to_string()).await;
        assert_eq!((&told["verdict"], &told["reason"]), (&json!(verdict), &json!(reason)));
    }
}

#[tokio::test]
async fn a_retry_repeats_the_verdict_and_is_no_second_scan() {
    let house = House::open().await;
    let (_, code) = house.sold(&["C-C-4"]).await.remove(0);
    let first = scanned(&house, &code, "in", "nonce").await;
    let again = scanned(&house, &code, "in", "nonce").await;
    assert_eq!(first, again);
    assert_eq!(first["reason"], "ADMITTED");
    let other = house.send(house.scan("something else", "in", "nonce")).await;
    other.is_problem(409, "KeyReused");
    let told = scanned(&house, &code, "in", "another nonce").await;
    assert_eq!(told["reason"], "ALREADY_USED");
    assert!(told["message"].as_str().unwrap().contains("Studio"), "{told}");
}

#[tokio::test]
async fn whatever_is_read_gets_a_verdict() {
    let house = House::open().await;
    let long = serde_json::to_string(&"A".repeat(513)).unwrap();
    let forged = "\"U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT\"";
    let rounds = [
        ("\"\"", "UNREADABLE"),
        ("null", "UNREADABLE"),
        ("42", "UNREADABLE"),
        ("{}", "UNREADABLE"),
        (long.as_str(), "UNREADABLE"),
        ("\"\\u0000\\u001b[2J\"", "UNKNOWN"),
        ("\"HELLO\"", "UNKNOWN"),
        (forged, "UNKNOWN"),
    ];
    for (nonce, (code, reason)) in rounds.into_iter().enumerate() {
        let body = format!(r#"{{"code":{code},"direction":"in","nonce":"{nonce}"}}"#);
        let told = house.send(Ask::post("/api/v1/scans").bearer(DEVICE_TOKEN).json(&body)).await;
        assert_eq!(told.status, 200, "{code}: {}", told.body);
        assert_eq!(told.json()["verdict"], "STOP", "{code}");
        assert_eq!(told.json()["reason"], reason, "{code}");
    }
    let body = r#"{"direction":"in","nonce":"no code"}"#;
    let told = house.send(Ask::post("/api/v1/scans").bearer(DEVICE_TOKEN).json(body)).await;
    assert_eq!(told.text("reason"), "UNREADABLE");
}

#[tokio::test]
async fn a_ticket_number_counts_only_when_it_was_typed() {
    let house = House::open().await;
    let (ticket, _) = house.sold(&["C-C-4"]).await.remove(0);
    assert_eq!(scanned(&house, &ticket, "in", "read").await["reason"], "UNKNOWN");
    let body = format!(r#"{{"code":"{ticket}","direction":"in","nonce":"typed","typed":true}}"#);
    let told = house.send(Ask::post("/api/v1/scans").bearer(DEVICE_TOKEN).json(&body)).await;
    assert_eq!(told.text("reason"), "ADMITTED");
}

#[tokio::test]
async fn a_ticket_of_tonight_is_wrong_for_another_performance() {
    let house = House::open().await;
    let (_, code) = house.sold(&["C-C-4"]).await.remove(0);
    let body = format!(
        r#"{{"code":"{code}","direction":"in","nonce":"n","performance":"{}"}}"#,
        house.season.lawn
    );
    let told = house.send(Ask::post("/api/v1/scans").bearer(DEVICE_TOKEN).json(&body)).await;
    assert_eq!(told.text("reason"), "WRONG_PERFORMANCE");
    assert!(told.text("message").contains("The Tide Clock"), "{}", told.body);
}

#[tokio::test]
async fn only_an_enrolled_device_scans() {
    let house = House::open().await;
    let body = r#"{"code":"x","direction":"in","nonce":"n"}"#;
    let ask = || Ask::post("/api/v1/scans").json(body);
    house.send(ask()).await.is_problem(401, "NoCredential");
    house.send(ask().bearer("nobody")).await.is_problem(401, "NoCredential");
    let door = token_with(Right::Door);
    assert_eq!(
        house.send(ask().bearer(&door)).await.is_problem(403, "NeedsRight")["right"],
        "door"
    );
}

#[tokio::test]
async fn a_nonce_and_a_direction_are_needed() {
    let house = House::open().await;
    let longest = "n".repeat(128);
    for (body, field) in [
        (r#"{"code":"x","direction":"in"}"#.to_owned(), ""),
        (r#"{"code":"x","direction":"in","nonce":""}"#.to_owned(), "/nonce"),
        (format!(r#"{{"code":"x","direction":"in","nonce":"{longest}n"}}"#), "/nonce"),
        (r#"{"code":"x","direction":"up","nonce":"n"}"#.to_owned(), "/direction"),
        (
            r#"{"code":"x","direction":"in","nonce":"n","performance":"x"}"#.to_owned(),
            "/performance",
        ),
    ] {
        let told = house.send(Ask::post("/api/v1/scans").bearer(DEVICE_TOKEN).json(&body)).await;
        assert_eq!(told.is_problem(400, "Malformed")["field"], field, "{body}");
    }
    assert_eq!(scanned(&house, "x", "in", &longest).await["verdict"], "STOP");
}

#[tokio::test]
async fn scans_are_listed_page_by_page_without_a_gap() {
    let house = House::open().await;
    let tickets = house.sold(&["C-C-4", "C-C-5", "C-C-6"]).await;
    for (ticket, code) in &tickets {
        scanned(&house, code, "in", ticket).await;
    }
    scanned(&house, "HELLO", "in", "foreign").await;
    let read = token_with(Right::Read);
    let tonight = house.season.tonight;
    for (base, count) in
        [("/api/v1/scans?".to_owned(), 4), (format!("/api/v1/scans?performance={tonight}&"), 3)]
    {
        let (mut after, mut seen) = (0, Vec::new());
        loop {
            let path = format!("{base}after={after}&limit=2");
            let page = house.send(Ask::get(&path).bearer(&read)).await.json();
            for scan in page["scans"].as_array().unwrap() {
                seen.push(scan["seq"].as_u64().unwrap());
            }
            let Some(next) = page["next"].as_u64() else { break };
            assert!(next > after, "{page}");
            after = next;
        }
        assert_eq!(seen.len(), count, "{base}");
        assert!(seen.is_sorted_by(|one, other| one < other), "{seen:?}");
    }
    let path = format!("/api/v1/scans?performance={tonight}");
    let first = house.send(Ask::get(&path).bearer(&read)).await.json()["scans"][0].clone();
    assert_eq!(first["ticket"], json!(tickets[0].0));
    assert_eq!((&first["verdict"], &first["reason"]), (&json!("GO"), &json!("ADMITTED")));
    assert_eq!(first["device"], "Studio hand scanner");
    assert_eq!(first["door"], "Studio");
    assert!(first["at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(DEVICE.0, 7);
}

#[tokio::test]
async fn a_list_has_its_limits() {
    let house = House::open().await;
    let read = token_with(Right::Read);
    for (query, status) in [
        ("limit=0", 400),
        ("limit=1", 200),
        ("limit=1000", 200),
        ("limit=1001", 400),
        ("after=9007199254740991", 200),
        ("after=9007199254740992", 400),
        ("performance=x", 400),
        ("performance=1-999", 404),
        ("performance=99999-1", 404),
    ] {
        let path = format!("/api/v1/scans?{query}");
        let told = house.send(Ask::get(&path).bearer(&read)).await;
        assert_eq!(told.status.as_u16(), status, "{query}");
    }
}
