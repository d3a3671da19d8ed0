//! The end of day on the desk: what it would come to, the press, its sheet and files, and a day of
//! nothing.
//!
//! As a browser without scripts meets the pages. Next: `matrix.rs` for who may go where,
//! `tests/end_of_day.rs` for whole days.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, form, forms, says};
use house::pad::{Pad, with_tills};
use house::{House, NOW, Told, store, token_with};
use usher_ledger::{Lane, batch, copy, end_of_day, events, tables};
use usher_listener::token::Right;
use usher_rules::at::Span;
use usher_rules::batch::{Command as Batch, Of};
use usher_rules::id::StaffNo;
use usher_rules::staff::Role;
use usher_rules::{Actor, Command};

/// A cashier who sold two tickets for cash, then two to a card at the pad; the shop sold one.
async fn evening(house: &House) -> (Pad, StaffNo) {
    let pad = with_tills(house).await;
    house.sold(&["C-C-1"]).await;
    let anna = house.engaged("anna", Role::Supervisor).await;
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(anna.no).await);
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", "1").set("float", "100")).await;
    for tender in ["cash", "card"] {
        let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
        let page = browser.submit(&form(&page, "/best-seats").set("qty-1", "2")).await;
        let mut pay = form(&page, "/cash");
        if tender == "cash" {
            pay = pay.set("given", "60");
        }
        pay.action = pay.action.replace("/cash", &format!("/{tender}"));
        browser.submit(&pay).await;
        if tender == "card" {
            pad.approve().await;
        }
    }
    (pad, anna.no)
}

async fn closed(browser: &mut Browser<'_>) {
    let page = browser.go("/desk/till").await;
    let page = browser.submit(&form(&page, "/count").set("counted", "159")).await;
    browser.submit(&form(&page, "/close")).await;
}

async fn of<'h>(house: &'h House, no: StaffNo) -> Browser<'h> {
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(no).await);
    browser
}

fn runs(house: &House) -> usize {
    end_of_day::newest(&house.handle.snapshot().unwrap(), 100).unwrap().len()
}

fn has_button(page: &Told) -> bool {
    forms(&page.body).iter().any(|form| form.post && form.action.starts_with("/desk/day"))
}

fn main_of(page: &Told) -> &str {
    page.body.split_once("<main").unwrap().1.split_once("</main>").unwrap().0
}

fn press(page: &Told) -> browser::Form {
    let found = forms(&page.body).into_iter();
    let mut found = found.filter(|form| form.post && form.action.starts_with("/desk/day"));
    found.next().unwrap_or_else(|| panic!("nothing to press: {}", page.body))
}

#[tokio::test]
async fn a_day_is_shown_step_by_step_ended_and_its_sheet_stays_as_it_is() {
    let house = House::open().await;
    let (_, anna) = evening(&house).await;
    let mut browser = of(&house, anna).await;
    let page = browser.go("/desk/day").await;
    for words in ["Tills still open", "Left, anna by name", "stays unlocked", "web listener"] {
        says(&page, words);
    }
    closed(&mut browser).await;
    let page = browser.go("/desk/day").await;
    assert!(!page.body.contains("Tills still open"), "{}", page.body);
    for words in ["1. Cut-off", "2. Cashiers", "3. Card batches", "4. Deposits", "7. Lock"] {
        says(&page, words);
    }
    for words in ["£160.00", "£159.00", "Left, counted by anna by name", "Middle pad", "not told"]
    {
        says(&page, words);
    }
    says(&page, "The books add up.");
    says(&page, "Business dates up to Thu 3 Dec 2026 will be locked");
    let button = press(&page);
    let sheet = browser.submit(&button).await;
    assert_eq!(browser.path, "/desk/day/1");
    for words in ["End of day 1", "anna by name", "Over and short", "£1.00", "Fri 4 Dec 2026"] {
        says(&sheet, words);
    }
    says(&sheet, "Business dates up to Thu 3 Dec 2026 are locked");
    let greta = house.engaged("greta", Role::Manager).await;
    says(&of(&house, greta.no).await.go("/desk/audit").await, "day-ended");
    browser.go("/desk/day").await;
    let again = browser.submit(&button).await;
    assert_eq!((browser.path.as_str(), runs(&house)), ("/desk/day/1", 1), "pressed twice");
    assert_eq!(main_of(&again), main_of(&sheet));
    let csv = browser.go("/desk/day/1/day.csv").await;
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"day-1.csv\"");
    for words in ["anna by name, Left, Cash\",Counted,,159.00", "Bank and safe,Closing"] {
        says(&csv, words);
    }
    let xlsx = browser.go("/desk/day/1/day.xlsx").await;
    assert!(xlsx.body.starts_with("PK"), "a workbook");
    // The box starts again, by other names and on another day.
    let twin = store();
    let snapshot = house.handle.snapshot().unwrap();
    copy::replay(&twin, &events::after(&snapshot, 0, usize::MAX).unwrap()).unwrap();
    let restarted = house.on(twin);
    house.clock.pass(Span::hours(2));
    let mut browser = of(&restarted, anna).await;
    assert_eq!(main_of(&browser.go("/desk/day/1").await), main_of(&sheet));
    assert_eq!(browser.go("/desk/day/1/day.csv").await.body, csv.body);
    assert_eq!(browser.go("/desk/day/1/day.xlsx").await.body, xlsx.body);
    assert_eq!(browser.look("/desk/day/2").await.status, 404);
}

#[tokio::test]
async fn the_second_run_is_empty_and_says_so() {
    let house = House::open().await;
    let (_, anna) = evening(&house).await;
    let mut browser = of(&house, anna).await;
    closed(&mut browser).await;
    let page = browser.go("/desk/day").await;
    assert!(!page.body.contains("Nothing new"), "{}", page.body);
    browser.submit(&press(&page)).await;
    let page = browser.go("/desk/day").await;
    says(&page, "Nothing new");
    says(&page, "Everything posted since");
    let sheet = browser.submit(&press(&page)).await;
    assert_eq!(browser.path, "/desk/day/2");
    says(&sheet, "Nothing was posted.");
    house.sold(&["C-D-1"]).await;
    let page = browser.go("/desk/day").await;
    assert!(!page.body.contains("Nothing new"), "{}", page.body);
    says(&page, "Sheet 2");
}

#[tokio::test]
async fn a_batch_that_does_not_match_keeps_the_day_open_until_it_is_settled() {
    let house = House::open().await;
    let (pad, anna) = evening(&house).await;
    let mut browser = of(&house, anna).await;
    let page = browser.go("/desk/batches").await;
    let open = end_of_day_batch(&page);
    let page = browser.go(&open).await;
    browser.submit(&form(&page, "/close")).await;
    let id = open.rsplit('/').next().unwrap().parse().unwrap();
    pad.closed(id, "Mastercard", 1, 5_500).await;
    let before = browser.go("/desk/day").await;
    for words in ["A card batch does not match", "Blocks", &open, "-£5.00"] {
        says(&before, words);
    }
    assert!(!has_button(&before), "{}", before.body);
    let page = browser.go(&open).await;
    let settled = form(&page, "/no-match").set("reason", "Slip is lost");
    browser.submit(&settled).await;
    let page = browser.go("/desk/day").await;
    for words in ["No match: Slip is lost", "£55.00", "Middle pad, batch"] {
        says(&page, words);
    }
    browser.submit(&press(&page)).await;
    assert_eq!((browser.path.as_str(), runs(&house)), ("/desk/day/1", 1));
}

/// The address of the pad's batch on the list.
fn end_of_day_batch(page: &Told) -> String {
    let before = page.body.split_once("Middle pad").unwrap().0;
    let link = before.rsplit_once("href=\"/desk/batches/").unwrap().1;
    format!("/desk/batches/{}", link.split_once('"').unwrap().0)
}

#[tokio::test]
async fn a_page_that_was_open_when_a_balance_was_bent_writes_nothing() {
    let house = House::open().await;
    let (_, anna) = evening(&house).await;
    let snapshot = house.handle.snapshot().unwrap();
    let twin = store();
    copy::replay(&twin, &events::after(&snapshot, 0, usize::MAX).unwrap()).unwrap();
    let txn = twin.begin_write().unwrap();
    txn.open_table(tables::BALANCES).unwrap().insert((7, 0), 123_456).unwrap();
    txn.commit().unwrap();
    let fine = of(&house, anna).await.go("/desk/day").await;
    let bent = house.on(twin);
    let mut browser = of(&bent, anna).await;
    let page = browser.go("/desk/day").await;
    says(&page, "The books do not add up");
    assert!(!has_button(&page), "{}", page.body);
    let told = browser.press(&press(&fine)).await;
    assert_eq!(told.status, 409);
    for words in ["It could not be run", "The books do not add up"] {
        says(&told, words);
    }
    assert_eq!(runs(&bent), 0);
}

#[tokio::test]
async fn a_cut_off_is_chosen_by_the_minute_and_what_is_none_says_so() {
    let house = House::open().await;
    let (_, anna) = evening(&house).await;
    let mut browser = of(&house, anna).await;
    // NOW is 17:00 of the venue: everything was posted in that minute.
    house.clock.pass(Span::minutes(4));
    let page = browser.go("/desk/day?cut_off=2026-12-04T17%3A00").await;
    says(&page, "Nothing was posted.");
    let page = browser.go("/desk/day?cut_off=2026-12-04T17%3A01").await;
    says(&page, "The books add up.");
    assert!(!page.body.contains("Nothing was posted."), "{}", page.body);
    browser.submit(&press(&page)).await;
    assert_eq!(browser.path, "/desk/day/1");
    let run = end_of_day::newest(&house.handle.snapshot().unwrap(), 1).unwrap().pop().unwrap().1;
    assert_eq!(run.cut_off, NOW + Span::minutes(1));
    for wrong in ["2026-12-04T17%3A00", "2026-12-04T17%3A11", "2026-12-04", "soon"] {
        let told = browser.look(&format!("/desk/day?cut_off={wrong}")).await;
        assert_eq!(told.status, 422, "{wrong}");
        says(&told, "That is no cut-off");
        says(&told, "between the last cut-off, Fri 4 Dec, 17:01, and now");
    }
}

#[tokio::test]
async fn ending_the_day_asks_who_it_is_once_more_and_comes_back_to_the_same_cut_off() {
    let house = House::open().await;
    let (_, anna) = evening(&house).await;
    let mut browser = of(&house, anna).await;
    house.clock.pass(Span::minutes(6));
    let page = browser.go("/desk/day?cut_off=2026-12-04T17%3A01").await;
    assert_eq!(page.status, 200);
    let told = browser.press(&press(&page)).await;
    let onward = "/desk/confirm?onward=%2Fdesk%2Fday%3Fcut_off%3D2026-12-04T17%253A01";
    assert_eq!((told.header("location").as_str(), runs(&house)), (onward, 0));
}

#[tokio::test]
async fn a_token_sees_the_day_and_presses_nothing() {
    let house = House::open().await;
    evening(&house).await;
    let token = token_with(Right::EndOfDay);
    let (_, page) = browser::signed_in(&house, &token, "/desk/day").await;
    says(&page, "Somebody with an account of their own runs it.");
    assert!(!has_button(&page), "{}", page.body);
}

#[tokio::test]
async fn every_batch_is_closed_by_one_press_and_a_pad_that_cannot_yet_is_named() {
    let house = House::open().await;
    let (pad, anna) = evening(&house).await;
    let mut browser = of(&house, anna).await;
    let page = browser.go("/desk/day").await;
    let close = form(&page, "/close-all");
    pad.down("unplugged");
    let page = browser.submit(&close).await;
    says(&page, "No line to the pad. It is closed by itself as soon as it is back.");
    says(&page, "Wanted by anna by name");
    assert!(page.body.contains("http-equiv=\"refresh\""), "the gateway answers soon");
    let (batch, _) =
        batch::running(&house.handle.snapshot().unwrap(), Of::Gateway).unwrap().unwrap();
    let settled = Command::Batch(Batch::Unreconciled { batch, why: String::new() });
    house.handle.ask(Lane::Till, Actor::House, None, settled).await.unwrap();
    let page = browser.go("/desk/day").await;
    assert!(!page.body.contains("http-equiv=\"refresh\""), "a pad may be off all night");
    assert!(!page.body.contains("/close-all"), "nothing is left to be pressed");
    let told = browser.press(&close).await;
    assert_eq!(told.status, 303, "the same press again is the same answer");
    let page = browser.go("/desk/batches").await;
    says(&page, "To be closed");
    let page = browser.go("/desk/day").await;
    let keep = form(&page, "/keep-open");
    let page = browser.submit(&keep).await;
    assert!(!page.body.contains("Wanted by"), "{}", page.body);
    let late = browser.press(&form(&page, "/close-all")).await;
    assert_eq!(late.status, 303);
    pad.up();
    let page = browser.go("/desk/day").await;
    says(&page, "Is closed in a moment");
    assert!(page.body.contains("http-equiv=\"refresh\""));
    let greta = house.engaged("greta", Role::Manager).await;
    let page = of(&house, greta.no).await.go("/desk/audit").await;
    for words in ["batch-wanted", "batch-kept-open"] {
        says(&page, words);
    }
}
