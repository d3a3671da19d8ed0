//! Pages of the staff: signing in and out, the desk, the wall, the door phone.
//!
//! As a browser without scripts uses them. Next: `browser/mod.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, form, forms, says, signed_in};
use house::{Ask, DEVICE, DEVICE_TOKEN, House, token_with};
use usher_ledger::admission;
use usher_ledger::feed::Notice;
use usher_listener::token::Right;
use usher_rules::Command;
use usher_rules::device::{self, Device};
use usher_rules::id::DeviceNo;

const SEATS: [&str; 2] = ["C-B-1", "C-B-2"];

#[tokio::test]
async fn a_token_opens_the_page_that_was_asked_for() {
    let house = House::open().await;
    let (browser, page) =
        signed_in(&house, &token_with(Right::Read), "/monitor?day=2026-12-04").await;
    assert_eq!(browser.path, "/monitor?day=2026-12-04");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!page.body.contains(&token_with(Right::Read)), "a token is never shown");
}

#[tokio::test]
async fn without_a_page_asked_for_each_begins_where_their_rights_are() {
    let house = House::open().await;
    for (token, expected) in [
        (token_with(Right::Desk), "/desk"),
        (token_with(Right::Read), "/monitor"),
        (token_with(Right::Door), "/door"),
        (DEVICE_TOKEN.to_owned(), "/door"),
    ] {
        let mut browser = Browser::new(&house);
        let page = browser.go("/desk/sign-in").await;
        let page = browser.submit(&form(&page, "/desk/sign-in").set("token", &token)).await;
        assert_eq!((browser.path.as_str(), page.status.as_u16()), (expected, 200));
    }
}

#[tokio::test]
async fn a_wrong_token_is_refused_in_one_text_and_leads_nowhere_else() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.go("/desk/sign-in?onward=https://evil.example").await;
    let sign_in = form(&page, "/desk/sign-in");
    assert!(sign_in.fields.contains(&("onward".to_owned(), String::new())));
    for token in ["nonsense", "", "staff-token-reae"] {
        let told = browser.press(&sign_in.clone().set("token", token)).await;
        assert_eq!(told.status, 403, "{token}");
        says(&told, "This token does not open the desk");
        assert!(browser.cookie.is_none());
    }
    let onward = sign_in.set("onward", "//evil.example").set("token", &token_with(Right::Desk));
    assert_eq!(browser.press(&onward).await.header("location"), "/desk");
}

#[tokio::test]
async fn the_eleventh_attempt_of_a_minute_is_not_looked_at() {
    let house = House::open().await;
    let mut browser = Browser::far_away(&house, "192.0.2.1");
    let page = browser.go("/desk/sign-in").await;
    let sign_in = form(&page, "/desk/sign-in");
    for _ in 0..10 {
        assert_eq!(browser.press(&sign_in.clone().set("token", "guess")).await.status, 403);
    }
    let right = sign_in.set("token", &token_with(Right::Desk));
    let told = browser.press(&right).await;
    assert_eq!(told.status, 429);
    says(&told, "Too many attempts");
    assert!(browser.cookie.is_none(), "not even with the right one");
}

#[tokio::test]
async fn a_right_that_is_not_held_is_a_page_that_says_so() {
    let house = House::open().await;
    let (mut browser, _) = signed_in(&house, &token_with(Right::Door), "/door").await;
    for path in ["/desk", "/monitor"] {
        let told = browser.go(path).await;
        assert_eq!(told.status, 403, "{path}");
        says(&told, "This is not yours to open");
    }
    let nobody = house.send(Ask::post("/door").form("code=1")).await;
    assert_eq!(nobody.status, 401, "a form of nobody's is not sent on to a sign-in page");
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    let house = House::open().await;
    let (mut browser, _) = signed_in(&house, &token_with(Right::Desk), "/desk").await;
    let page = browser.go("/desk").await;
    let kept = browser.cookie.clone();
    browser.submit(&form(&page, "/desk/sign-out")).await;
    assert!(browser.cookie.is_none());
    browser.cookie = kept;
    browser.go("/desk").await;
    assert!(browser.path.starts_with("/desk/sign-in"), "the old cookie opens nothing");
}

#[tokio::test]
async fn the_desk_shows_the_house_today_and_what_to_look_after() {
    let house = House::open().await;
    house.sold(&SEATS).await;
    let (_, page) = signed_in(&house, &token_with(Right::Desk), "/desk").await;
    says(&page, "The Tide Clock");
    says(&page, "Studio hand scanner");
}

#[tokio::test]
async fn the_desk_says_that_letters_wait_when_there_is_no_mail_server() {
    let words = "Letters wait in the store";
    for (place, waits) in [(None, true), (Some("mail.example:587".to_owned()), false)] {
        let house = House::open().await;
        house.shop.set_mail(place);
        let (_, page) = signed_in(&house, &token_with(Right::Desk), "/desk").await;
        assert_eq!(page.body.contains(words), waits, "{}", page.body);
    }
}

#[tokio::test]
async fn a_gate_stands_among_gates_and_is_counted_as_one() {
    let house = House::open().await;
    let notice = |device| Notice::Health { device, up: true, words: "connected".to_owned() };
    let put = |no, name: &str| {
        let (name, door) = (name.to_owned(), "Studio".to_owned());
        (no, Device { name, door, enabled: true, performance: None })
    };
    let (scanner, lamp) = (DeviceNo(71), DeviceNo(72));
    let devices = vec![
        put(DEVICE, "Studio hand scanner"),
        put(scanner, "Foyer scanner"),
        put(lamp, "Foyer lamp"),
    ];
    house.staff(Command::Device(device::Command::SetAll(devices))).await;
    house.shop.set_gates(vec![lamp]);
    house.handle.feed().notice(notice(scanner));
    wait_until(|| house.shop.healths().of(scanner).is_some()).await;
    let (mut browser, page) = signed_in(&house, &token_with(Right::Desk), "/desk").await;
    let gates = page.body.split("Gates and lamps").nth(1).expect("a group of their own");
    assert!(gates.contains("Foyer lamp") && !gates.contains("Foyer scanner"));
    says(&page, "Scanners 1 of 1");
    says(&page, "Gates 0 of 1");
    house.handle.feed().notice(notice(lamp));
    wait_until(|| house.shop.healths().of(lamp).is_some()).await;
    says(&browser.go("/desk").await, "Gates 1 of 1");
}

async fn wait_until(done: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if done() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("it never came to pass");
}

#[tokio::test]
async fn a_device_that_says_it_is_gone_is_shown_so_on_desk_and_wall() {
    let house = House::open().await;
    let notice = |up, words: &str| Notice::Health { device: DEVICE, up, words: words.to_owned() };
    house.handle.feed().notice(notice(false, "cable pulled"));
    wait_until(|| house.shop.healths().of(DEVICE).is_some()).await;
    let (_, page) = signed_in(&house, &token_with(Right::Desk), "/desk").await;
    says(&page, "cable pulled");
    assert_eq!(house.shop.healths().silent(), [DEVICE]);
    house.handle.feed().notice(notice(true, ""));
    wait_until(|| house.shop.healths().silent().is_empty()).await;
}

#[tokio::test]
async fn the_wall_counts_a_scan_that_was_just_made() {
    let house = House::open().await;
    let codes = house.sold(&SEATS).await;
    let (mut browser, page) = signed_in(&house, &token_with(Right::Read), "/monitor").await;
    says(&page, "data-inside>0<");
    let told = house.send(house.scan(&codes[0].1, "in", "nonce-1")).await;
    assert_eq!(told.text("verdict"), "GO");
    let page = browser.go("/monitor").await;
    says(&page, "data-inside>1<");
    says(&page, "Ada Finch");
    let one = format!("/monitor?day=2026-12-04&performance={}", house.season.tonight);
    says(&browser.go(&one).await, "data-inside>1<");
    let before = browser.go("/monitor?day=2026-12-03").await;
    says(&before, "data-inside>0<");
    assert!(!before.body.contains("Ada Finch"));
    assert_eq!(browser.go("/monitor?day=nonsense").await.status, 200, "reads as today");
}

#[tokio::test]
async fn the_door_phone_admits_once_by_ticket_number() {
    let house = House::open().await;
    let tickets = house.sold(&SEATS).await;
    let (mut browser, page) = signed_in(&house, DEVICE_TOKEN, "/door").await;
    says(&page, "Ready");
    let entry = form(&page, "/door").set("code", &tickets[0].0);
    let told = browser.press(&entry).await;
    assert_eq!(told.status, 200);
    says(&told, "plate go");
    says(&told, "Ada Finch");
    let repeat = browser.press(&entry).await;
    says(&repeat, "plate go");
    let again = browser.press(&form(&told, "/door").set("code", &tickets[0].0)).await;
    says(&again, "plate stop");
    let code = browser.press(&form(&again, "/door").set("code", &tickets[1].1)).await;
    says(&code, "plate go");
    says(&code, "data-inside>2<");
    let unknown = browser.press(&form(&code, "/door").set("code", "no such ticket")).await;
    says(&unknown, "plate stop");
}

#[tokio::test]
async fn the_way_chosen_is_the_way_scanned_and_stays_chosen() {
    let house = House::open().await;
    let tickets = house.sold(&SEATS).await;
    let (mut browser, page) = signed_in(&house, DEVICE_TOKEN, "/door").await;
    let check = form(&page, "/door").set("direction", "check").set("code", &tickets[0].0);
    let told = browser.press(&check).await;
    says(&told, "plate go");
    says(&told, "data-inside>0<");
    let entry = form(&told, "/door");
    assert!(entry.fields.contains(&("direction".to_owned(), "check".to_owned())));
    let inside = browser.press(&entry.set("direction", "in").set("code", &tickets[0].0)).await;
    says(&inside, "data-inside>1<");
    let out = form(&inside, "/door").set("direction", "out").set("code", &tickets[0].0);
    says(&browser.press(&out).await, "data-inside>0<");
}

#[tokio::test]
async fn staff_at_the_door_scan_in_their_own_name() {
    let house = House::open().await;
    let tickets = house.sold(&SEATS).await;
    let (mut browser, page) = signed_in(&house, &token_with(Right::Door), "/door").await;
    let mut entries = house.handle.feed().entries();
    let told = browser.press(&form(&page, "/door").set("code", &tickets[0].0)).await;
    says(&told, "plate go");
    // Listeners hear of an entry after who asked for it: the sign-in may still come.
    let entry = loop {
        let entry = entries.recv().await.unwrap();
        if admission::scan_in(&entry).is_some() {
            break entry;
        }
    };
    assert_eq!(entry.by, usher_rules::Actor::Staff("door".to_owned()));
    assert_eq!(forms(&told.body).len(), 1);
}
