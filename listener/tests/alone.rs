//! Doors that lose the box: the list they are given, and what they tell when it is back.
//!
//! Runs on a house of its own in memory (`house/mod.rs`); never on a real network. Next:
//! `house/season.rs` for what it sells.

// Shared parts stand outside of #[test].
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod house;

use house::wire::served;
use house::{Ask, DEVICE, DEVICE_TOKEN, House, NOW, Told, token_with};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use usher_listener::token::Right;
use usher_rules::at::Span;
use usher_rules::device::Device;
use usher_rules::house::WithoutBox;
use usher_rules::{Command, device, house as rules};

const LIST: &str = "/api/v1/door/snapshot";
const TELL: &str = "/api/v1/scans/offline";

async fn list(house: &House, query: &str) -> Value {
    let told = house.send(Ask::get(&format!("{LIST}{query}")).bearer(DEVICE_TOKEN)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.json()
}

async fn scan(house: &House, code: &str, direction: &str, nonce: &str) -> Value {
    house.send(house.scan(code, direction, nonce)).await.json()
}

/// Five minutes before now, as the house is opened.
const THEN: &str = "2026-12-04T16:55:00.000Z";

fn scanned(code: &str, went: &str, nonce: &str) -> Value {
    json!({ "code": code, "direction": "in", "went": went, "at": THEN, "nonce": nonce })
}

async fn tell(house: &House, scans: &[Value]) -> Told {
    let body = json!({ "scans": scans }).to_string();
    house.send(Ask::post(TELL).bearer(DEVICE_TOKEN).json(&body)).await
}

async fn told(house: &House, scans: &[Value]) -> Vec<Value> {
    let told = tell(house, scans).await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.json()["scans"].as_array().unwrap().clone()
}

fn line<'a>(list: &'a Value, code: &str) -> &'a Value {
    let digest = digest(code);
    let mut found = list["tickets"].as_array().unwrap().iter();
    found.find(|line| line["digest"] == json!(digest)).unwrap_or_else(|| panic!("no {digest}"))
}

/// As the page makes it.
fn digest(code: &str) -> String {
    Sha256::digest(code)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn set(house: &House, change: impl FnOnce(&mut rules::House)) {
    let mut settings = usher_ledger::write::house(&house.handle.snapshot().unwrap()).unwrap();
    change(&mut settings);
    house.staff(Command::House(rules::Command::Set(settings))).await;
}

#[tokio::test]
async fn the_list_has_each_ticket_as_it_stands_by_the_digest_of_its_printed_code() {
    let house = House::open().await;
    let tickets = house.sold(&["C-C-4", "C-C-5", "C-C-6"]).await;
    scan(&house, &tickets[1].1, "in", "1").await;
    scan(&house, &tickets[2].1, "in", "2").await;
    scan(&house, &tickets[2].1, "out", "3").await;
    let list = list(&house, "").await;
    assert_eq!(
        (&list["whole"], &list["taken_at"]),
        (&json!(true), &json!("2026-12-04T17:00:00.000Z"))
    );
    let lines = list["tickets"].as_array().unwrap();
    assert_eq!(lines.len(), 3);
    let wanted = [("C-C-4", "unused"), ("C-C-5", "in"), ("C-C-6", "out")];
    for ((_, code), (seat, state)) in tickets.iter().zip(wanted) {
        let performance = house.season.tonight.to_string();
        let line = line(&list, code);
        assert_eq!(
            line,
            &json!({
                "digest": digest(code), "performance": performance, "state": state,
                "re_entry": true, "seat": seat,
            })
        );
    }
    let tonight = &list["performances"][0];
    assert_eq!(tonight["id"], house.season.tonight.to_string());
    assert_eq!(tonight["title"], "The Tide Clock");
    assert_eq!(tonight["starts_at"], "2026-12-04T19:00:00.000Z");
    assert_eq!(tonight["opens"], "2026-12-04T16:00:00.000Z");
    assert_eq!(tonight["closes"], "2026-12-04T22:00:00.000Z");
    assert_eq!(list["performances"].as_array().unwrap().len(), 4, "all that are admitted now");
}

#[tokio::test]
async fn the_list_names_nobody_and_holds_no_code() {
    let house = House::open().await;
    let tickets = house.sold(&["C-C-4", "C-C-5"]).await;
    let told = house.send(Ask::get(LIST).bearer(DEVICE_TOKEN)).await;
    for (_, code) in &tickets {
        assert!(!told.body.contains(&code[2..20]), "not even a part of a code");
    }
    assert!(!told.body.contains("Finch") && !told.body.contains("ada@"));
    assert_eq!(told.header("cache-control"), "no-store");
}

#[tokio::test]
async fn tickets_come_one_performance_at_a_time_if_that_is_asked() {
    let house = House::open().await;
    let (_, code) = house.sold(&["C-C-4"]).await.remove(0);
    let tonight = list(&house, &format!("?performance={}", house.season.tonight)).await;
    assert_eq!(line(&tonight, &code)["state"], "unused");
    assert_eq!(tonight["performances"].as_array().unwrap().len(), 1);
    let lawn = list(&house, &format!("?performance={}", house.season.lawn)).await;
    assert_eq!(lawn["tickets"], json!([]));
    for (query, status) in [
        ("performance=x", 400),
        ("performance=1-999", 404),
        ("performance=99999-1", 404),
        ("after=9007199254740991", 200),
        ("after=9007199254740992", 400),
    ] {
        let told = house.send(Ask::get(&format!("{LIST}?{query}")).bearer(DEVICE_TOKEN)).await;
        assert_eq!(told.status.as_u16(), status, "{query}");
    }
}

#[tokio::test]
async fn who_has_a_list_is_told_what_changed_since_and_no_more() {
    let house = House::open().await;
    let tickets = house.sold(&["C-C-4", "C-C-5"]).await;
    let first = list(&house, "").await;
    let after = |list: &Value| format!("?after={}", list["seq"]);
    let none = list(&house, &after(&first)).await;
    assert_eq!((&none["whole"], &none["tickets"]), (&json!(false), &json!([])));
    assert_eq!(none["performances"], first["performances"]);
    scan(&house, &tickets[0].1, "in", "1").await;
    house.cart_with(&["C-C-8"]).await;
    let moved = list(&house, &after(&first)).await;
    assert_eq!(moved["tickets"].as_array().unwrap().len(), 1, "a cart is no ticket");
    assert_eq!(line(&moved, &tickets[0].1)["state"], "in");
    let (_, sold) = house.sold(&["C-C-10"]).await.remove(0);
    let more = list(&house, &after(&moved)).await;
    assert_eq!(more["tickets"].as_array().unwrap().len(), 1);
    assert_eq!(line(&more, &sold)["state"], "unused");
    let odd = list(&house, "?after=9007199254740991").await;
    assert_eq!(odd["whole"], true, "a number of another store");
    set(&house, |settings| settings.re_entry = rules::ReEntry::Never).await;
    let all = list(&house, &after(&more)).await;
    assert_eq!((&all["whole"], all["tickets"].as_array().unwrap().len()), (&json!(true), 3));
    assert_eq!(line(&all, &sold)["re_entry"], false);
}

#[tokio::test]
async fn a_ticket_for_another_door_is_stopped_on_the_list_of_this_one() {
    let house = House::open().await;
    let (_, code) = house.sold(&["C-C-4"]).await.remove(0);
    let name = "Studio hand scanner".to_owned();
    let far = Device { name, door: "Loading bay".into(), enabled: true, performance: None };
    house.staff(Command::Device(device::Command::SetAll(vec![(DEVICE, far)]))).await;
    let asked = scan(&house, &code, "check", "1").await;
    let listed = list(&house, "").await;
    let stop = line(&listed, &code)["stop"].clone();
    assert_eq!(asked["reason"], "WRONG_DOOR", "the plan names its doors");
    assert_eq!(stop, "WRONG_DOOR");
}

#[tokio::test]
async fn a_device_that_is_switched_off_gets_no_list() {
    let house = House::open().await;
    let off =
        Device { name: "Off".into(), door: "Studio".into(), enabled: false, performance: None };
    house.staff(Command::Device(device::Command::SetAll(vec![(DEVICE, off)]))).await;
    let told = house.send(Ask::get(LIST).bearer(DEVICE_TOKEN)).await;
    told.is_problem(404, "DeviceUnknown");
}

#[tokio::test]
async fn a_device_set_to_an_evening_that_is_over_is_given_that_one_and_asks_no_time() {
    let house = House::open().await;
    let (_, code) = house.sold(&["C-C-4"]).await.remove(0);
    let performance = Some(house.season.tonight);
    let (name, door) = ("Studio hand scanner".to_owned(), "Studio".to_owned());
    let set = Device { name, door, enabled: true, performance };
    house.staff(Command::Device(device::Command::SetAll(vec![(DEVICE, set)]))).await;
    let today = list(&house, "").await;
    assert_eq!(today["performances"].as_array().unwrap().len(), 1);
    assert_eq!(today["performances"][0]["closes"], "2026-12-04T22:00:00.000Z");
    house.clock.pass(Span::hours(24));
    let tomorrow = list(&house, &format!("?after={}", today["seq"])).await;
    assert_eq!(tomorrow["performances"][0].get("closes"), None);
    assert_eq!(line(&list(&house, "").await, &code)["state"], "unused");
    assert_eq!(scan(&house, &code, "check", "1").await["reason"], "ADMITTED");
}

async fn cookie_of(house: &House, token: &str) -> String {
    let ask = Ask::post("/desk/sign-in").form(&format!("token={token}&onward=%2Fdoor"));
    house.send(ask).await.cookie()
}

#[tokio::test]
async fn only_a_device_or_a_signed_in_door_gets_the_list_and_tells_scans() {
    let house = House::open().await;
    let body = json!({ "scans": [scanned("x", "STOP", "n")] }).to_string();
    let both = || [Ask::get(LIST), Ask::post(TELL).json(&body)];
    for ask in both() {
        house.send(ask).await.is_problem(401, "NoCredential");
    }
    for ask in both() {
        house.send(ask.bearer("nobody")).await.is_problem(401, "NoCredential");
    }
    for right in Right::ALL {
        for ask in both() {
            let told = house.send(ask.bearer(&token_with(right))).await;
            assert_eq!(told.is_problem(403, "NeedsRight")["right"], "door");
        }
    }
    let desk = cookie_of(&house, &token_with(Right::Desk)).await;
    let page =
        |ask: Ask, cookie: &str| ask.with("cookie", cookie).with("sec-fetch-site", "same-origin");
    for ask in both() {
        let told = house.send(page(ask, &desk)).await;
        assert_eq!(told.is_problem(403, "NeedsRight")["right"], "door");
    }
    for token in [token_with(Right::Door), DEVICE_TOKEN.to_owned()] {
        let cookie = cookie_of(&house, &token).await;
        for ask in both() {
            let told = house.send(page(ask, &cookie)).await;
            assert_eq!(told.status, 200, "{}", told.body);
        }
        let elsewhere = Ask::post(TELL).json(&body).with("cookie", &cookie);
        house
            .send(elsewhere.with("sec-fetch-site", "cross-site"))
            .await
            .is_problem(403, "CrossSite");
    }
}

#[tokio::test]
async fn a_house_whose_doors_wait_gives_no_list_and_still_records_what_happened() {
    let house = House::open().await;
    let (_, code) = house.sold(&["C-C-4"]).await.remove(0);
    set(&house, |settings| settings.without_box = WithoutBox::Stop).await;
    house.send(Ask::get(LIST).bearer(DEVICE_TOKEN)).await.is_problem(403, "NotAllowed");
    assert_eq!(told(&house, &[scanned(&code, "GO", "n")]).await.len(), 1);
    assert_eq!(scan(&house, &code, "in", "later").await["reason"], "ALREADY_USED");
}

#[tokio::test]
async fn told_scans_are_recorded_in_order_at_the_time_they_happened() {
    let house = House::open().await;
    let tickets = house.sold(&["C-C-4", "C-C-5"]).await;
    let out = json!({
        "code": tickets[0].1, "direction": "out", "went": "GO", "nonce": "3",
        "at": "2026-12-04T16:58:00Z",
    });
    let scans = [
        scanned(&tickets[0].1, "GO", "1"),
        scanned(&tickets[0].1, "STOP", "2"),
        out,
        scanned("HELLO", "STOP", "4"),
        scanned(&tickets[1].1, "GO", "5"),
    ];
    let recorded = told(&house, &scans).await;
    let nonces: Vec<&str> = recorded.iter().map(|one| one["nonce"].as_str().unwrap()).collect();
    assert_eq!(nonces, ["1", "2", "3", "4", "5"]);
    assert!(recorded.iter().all(|one| one.get("dispute").is_none()), "{recorded:?}");
    assert!(recorded.is_sorted_by_key(|one| one["seq"].as_u64()));
    let read = token_with(Right::Read);
    let listed = house.send(Ask::get("/api/v1/scans").bearer(&read)).await.json();
    let seen: Vec<_> = listed["scans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            assert_eq!(line["offline"], true);
            (line["verdict"].clone(), line["reason"].clone(), line["at"].clone())
        })
        .collect();
    assert_eq!(
        seen,
        [
            (json!("GO"), json!("ADMITTED"), json!(THEN)),
            (json!("STOP"), json!("ALREADY_USED"), json!(THEN)),
            (json!("GO"), json!("OUT"), json!("2026-12-04T16:58:00.000Z")),
            (json!("STOP"), json!("UNKNOWN"), json!(THEN)),
            (json!("GO"), json!("ADMITTED"), json!(THEN)),
        ]
    );
    let ahead = json!({
        "code": "x", "direction": "in", "went": "STOP", "nonce": "6",
        "at": "2099-01-01T00:00:00+01:00",
    });
    told(&house, &[ahead]).await;
    let newest = house.send(Ask::get("/api/v1/scans").bearer(&read)).await.json();
    assert_eq!(newest["scans"][5]["at"], "2026-12-04T17:00:00.000Z", "a clock ahead is now");
}

#[tokio::test]
async fn an_upload_sent_again_whole_or_half_done_makes_no_second_scan() {
    let house = House::open().await;
    let tickets = house.sold(&["C-C-4", "C-C-5", "C-C-6"]).await;
    let scans: Vec<Value> =
        tickets.iter().map(|(number, code)| scanned(code, "GO", number)).collect();
    let half = told(&house, &scans[..2]).await;
    let whole = told(&house, &scans).await;
    assert_eq!(whole[..2], half[..]);
    house.clock.pass(Span::minutes(3));
    assert_eq!(told(&house, &scans).await, whole);
    let read = token_with(Right::Read);
    let listed = house.send(Ask::get("/api/v1/scans").bearer(&read)).await.json();
    assert_eq!(listed["scans"].as_array().unwrap().len(), 3);
    let other = tell(&house, &[scanned("another code", "GO", &tickets[0].0)]).await;
    other.is_problem(409, "KeyReused");
}

#[tokio::test]
async fn the_second_of_two_doors_has_the_duplicate_and_the_ticket_is_admitted_once() {
    let house = House::open().await;
    let served = served(&house).await;
    let (_, code) = house.sold(&["C-C-4"]).await.remove(0);
    let token = token_with(Right::Feed);
    let mut wall = served.follow("/feed/scans", Some(&token)).await.unwrap();
    let recorded = told(&house, &[scanned(&code, "GO", "one"), scanned(&code, "GO", "two")]).await;
    assert_eq!(recorded[0].get("dispute"), None);
    assert_eq!(recorded[1]["dispute"], "ALREADY_USED");
    for (dispute, seq) in
        [(Value::Null, &recorded[0]["seq"]), (json!("ALREADY_USED"), &recorded[1]["seq"])]
    {
        let told = wall.hear().await;
        assert_eq!((&told["seq"], &told["dispute"]), (seq, &dispute));
        assert_eq!((&told["offline"], &told["at"]), (&json!(true), &json!(THEN)));
        assert_eq!((&told["verdict"], &told["scan_in"]), (&json!("GO"), &json!(THEN)));
        assert_eq!((&told["inside"], &told["admitted"]), (&json!(1), &json!(1)));
    }
    let read = token_with(Right::Read);
    let listed = house.send(Ask::get("/api/v1/scans").bearer(&read)).await.json();
    assert_eq!(listed["scans"][1]["dispute"], "ALREADY_USED");
    assert_eq!(listed["scans"][0].get("dispute"), None);
    let cookie = cookie_of(&house, &read).await;
    let wall = house.send(Ask::get("/monitor").with("cookie", &cookie)).await.body;
    assert!(wall.contains("1 duplicate admission"), "{wall}");
    assert_eq!(wall.matches("without the box</span>").count(), 2);
    assert!(wall.contains("Doors without the box: judge by their last list"));
}

#[tokio::test]
async fn an_ask_whose_answer_was_lost_is_the_same_passage_by_device_and_by_page() {
    let house = House::open().await;
    let tickets = house.sold(&["C-C-4", "C-C-5"]).await;
    scan(&house, &tickets[0].1, "in", "lost").await;
    let with = |mut scan: Value, attempt: &str| {
        scan["attempt"] = json!(attempt);
        scan
    };
    let same = with(scanned(&tickets[0].1, "GO", "a"), "lost");
    assert_eq!(told(&house, &[same]).await[0].get("dispute"), None);
    let other = with(scanned(&tickets[0].1, "GO", "b"), "never sent");
    assert_eq!(told(&house, &[other]).await[0]["dispute"], "ALREADY_USED");

    let cookie = cookie_of(&house, DEVICE_TOKEN).await;
    let pressed = format!("key=page-key&code={}&direction=in", tickets[1].1);
    let page = house.send(Ask::post("/door").form(&pressed).with("cookie", &cookie)).await;
    assert!(page.body.contains("plate go"), "{}", page.body);
    let scans = [with(scanned(&tickets[1].1, "GO", "c"), "page-key")];
    let body = json!({ "scans": scans }).to_string();
    let ask = Ask::post(TELL).json(&body).with("cookie", &cookie);
    let recorded = house.send(ask.with("sec-fetch-site", "same-origin")).await;
    assert_eq!(recorded.status, 200, "{}", recorded.body);
    assert_eq!(recorded.json()["scans"][0].get("dispute"), None);
    let device = with(scanned(&tickets[1].1, "GO", "d"), "page-key");
    let foreign = told(&house, &[device]).await;
    assert_eq!(foreign[0]["dispute"], "ALREADY_USED", "a page's key is no nonce of the device");
}

#[tokio::test]
async fn an_upload_has_its_limits() {
    let house = House::open().await;
    let bare = |nth: usize| {
        let nonce = nth.to_string();
        json!({ "direction": "in", "went": "STOP", "at": THEN, "nonce": nonce })
    };
    let many = |count: usize| -> Vec<Value> { (0..count).map(bare).collect() };
    assert_eq!(tell(&house, &[]).await.is_problem(400, "Malformed")["field"], "/scans");
    assert_eq!(tell(&house, &many(501)).await.is_problem(400, "Malformed")["field"], "/scans");
    assert_eq!(told(&house, &many(500)).await.len(), 500);
    let longest = "n".repeat(128);
    let one = |member: &str, value: Value| {
        let mut scan = scanned("x", "STOP", "n");
        scan[member] = value;
        [scanned("x", "STOP", "first"), scan]
    };
    for (member, value) in [
        ("nonce", json!("")),
        ("nonce", json!(format!("{longest}n"))),
        ("attempt", json!("")),
        ("attempt", json!(format!("{longest}n"))),
        ("at", json!("yesterday")),
        ("at", json!("2026-12-04 16:55:00Z")),
        ("at", json!("2026-12-04T16:55:00")),
        ("at", json!(0)),
        ("direction", json!("check")),
        ("went", json!("go")),
    ] {
        let told = tell(&house, &one(member, value.clone())).await;
        let field = told.is_problem(400, "Malformed")["field"].clone();
        assert_eq!(field, format!("/scans/1/{member}"), "{value}");
    }
    for (member, value) in
        [("nonce", json!(longest)), ("attempt", json!(longest)), ("code", json!(7))]
    {
        let mut scans = one(member, value);
        if member == "code" {
            scans[1]["nonce"] = json!("seven");
        }
        assert_eq!(told(&house, &scans).await.len(), 2);
    }
    let read = token_with(Right::Read);
    let path = "/api/v1/scans?limit=1000";
    let listed = house.send(Ask::get(path).bearer(&read)).await.json();
    let seen = listed["scans"].as_array().unwrap().len();
    assert_eq!(seen, 500 + 1 + 3, "nothing of a refused upload is recorded");
    let large: Vec<Value> = many(500)
        .into_iter()
        .map(|mut scan| {
            scan["code"] = json!("A".repeat(200));
            scan
        })
        .collect();
    tell(&house, &large).await.is_problem(413, "TooLarge");
    assert_eq!(NOW.0 % 1_000, 0);
}
