//! Card batches on the desk: closed at the pad and compared, or settled by somebody senior.
//!
//! The errand's part is played by a task that asks the ledger the real commands. Next:
//! `house/pad.rs`, `matrix.rs` for who may go where.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, form, forms, says};
use house::pad::{Pad, is_proven, with_tills};
use house::{House, Told};
use usher_ledger::batch;
use usher_rules::at::Span;
use usher_rules::batch::{Of, State};
use usher_rules::id::{BatchId, PadNo};
use usher_rules::money::Money;
use usher_rules::staff::Role;

/// Two tickets of 60.00 in all, and their card asked for at the pad.
async fn asked(browser: &mut Browser<'_>, house: &House) {
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    let page = browser.submit(&form(&page, "/best-seats").set("qty-1", "2")).await;
    let mut card = form(&page, "/cash");
    card.action = card.action.replace("/cash", "/card");
    browser.submit(&card).await;
}

/// A cashier who took 60.00 at the pad.
async fn one_payment<'h>(house: &'h House) -> (Pad, Browser<'h>) {
    let pad = with_tills(house).await;
    let mut browser = Browser::of(house, "anna", Role::Cashier).await;
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", "1").set("float", "100")).await;
    asked(&mut browser, house).await;
    pad.approve().await;
    (pad, browser)
}

fn running(house: &House, of: Of) -> BatchId {
    batch::running(&house.handle.snapshot().unwrap(), of).unwrap().unwrap().0
}

fn state(house: &House, id: BatchId) -> State {
    batch::get(&house.handle.snapshot().unwrap(), id).unwrap().unwrap().state
}

fn clearing(house: &House) -> Money {
    batch::balance(&house.handle.snapshot().unwrap(), Of::Pad(PadNo(1))).unwrap()
}

fn silent(page: &Told, words: &str) {
    assert!(!page.body.contains(words), "`{words}` is on the page: {}", page.body);
}

#[tokio::test]
async fn a_batch_that_matches_goes_to_the_bank() {
    let house = House::open().await;
    let (pad, mut browser) = one_payment(&house).await;
    let page = browser.go("/desk/batches").await;
    for words in ["Middle pad", "Open", "£60.00"] {
        says(&page, words);
    }
    let id = running(&house, Of::Pad(PadNo(1)));
    let page = browser.go(&format!("/desk/batches/{id}")).await;
    for words in ["Batch: Middle pad", "Mastercard …4242", "1 payment, £60.00"] {
        says(&page, words);
    }
    let page = browser.submit(&form(&page, "/close")).await;
    assert_eq!(browser.path, format!("/desk/batches/{id}"));
    says(&page, "Being closed");
    assert!(forms(&page.body).iter().all(|form| !form.action.ends_with("/close")));
    pad.closed(id, "Mastercard", 1, 6_000).await;
    let page = browser.go(&format!("/desk/batches/{id}")).await;
    for words in ["Settled", "END OF DAY", "anna by name"] {
        says(&page, words);
    }
    silent(&page, "Not found at the terminal");
    assert_eq!((state(&house, id), clearing(&house)), (State::Settled, Money::ZERO));
    is_proven(&house);
}

#[tokio::test]
async fn while_a_batch_closes_no_card_pays_and_while_a_card_pays_no_batch_closes() {
    let house = House::open().await;
    let (pad, mut browser) = one_payment(&house).await;
    let id = running(&house, Of::Pad(PadNo(1)));
    let page = browser.go(&format!("/desk/batches/{id}")).await;
    let close = form(&page, "/close");
    asked(&mut browser, &house).await;
    let sale = browser.path.clone();
    let told = browser.press(&close).await;
    assert_eq!(told.status, 409);
    says(&told, "A payment is not settled yet");
    assert_eq!(state(&house, id), State::Open);
    pad.decline("05", "Do not honour").await;
    assert_eq!(browser.press(&close).await.status, 303);
    assert_eq!(browser.press(&close).await.status, 409, "a close runs already");
    let page = browser.go(&sale).await;
    let mut card = form(&page, "/cash");
    card.action = card.action.replace("/cash", "/card");
    let told = browser.press(&card).await;
    assert_eq!(told.status, 409);
    says(&told, "The pin pad is closing its batch");
    pad.closed(id, "Mastercard", 1, 6_000).await;
    browser.submit(&card).await;
    pad.approve().await;
    assert_ne!(running(&house, Of::Pad(PadNo(1))), id, "what comes after is of another batch");
    is_proven(&house);
}

#[tokio::test]
async fn a_mismatch_lists_what_to_look_at_and_only_somebody_senior_settles_it() {
    let house = House::open().await;
    let (pad, mut anna) = one_payment(&house).await;
    pad.book_unasked().await;
    let id = running(&house, Of::Pad(PadNo(1)));
    let address = format!("/desk/batches/{id}");
    let page = anna.go(&address).await;
    anna.submit(&form(&page, "/close")).await;
    pad.closed(id, "Mastercard", 2, 10_321).await;
    let page = anna.go(&address).await;
    for words in [
        "Does not match",
        "2 payments, £103.21",
        "Not found at the terminal",
        "Booked by the terminal, asked by nobody",
        "£43.21",
    ] {
        says(&page, words);
    }
    assert!(forms(&page.body).iter().all(|form| !form.action.ends_with("/no-match")));
    let mut vera = Browser::of(&house, "vera", Role::Supervisor).await;
    let page = vera.go(&address).await;
    let force = form(&page, "/no-match");
    let told = vera.press(&force.clone().set("reason", " ")).await;
    assert_eq!(told.status, 400);
    says(&told, "Say why");
    house.clock.pass(Span::hours(1));
    let told = vera.press(&force.clone().set("reason", "Slip lost")).await;
    assert_eq!(told.status, 303, "she must prove who she is once more");
    assert_eq!(state(&house, id), State::Mismatched);
}

#[tokio::test]
async fn no_match_settles_with_a_reason_and_stands_in_the_audit() {
    let house = House::open().await;
    let (pad, mut anna) = one_payment(&house).await;
    let id = running(&house, Of::Pad(PadNo(1)));
    let address = format!("/desk/batches/{id}");
    let page = anna.go(&address).await;
    anna.submit(&form(&page, "/close")).await;
    pad.closed(id, "Mastercard", 0, 0).await;
    let mut vera = Browser::of(&house, "vera", Role::Manager).await;
    let page = vera.go(&address).await;
    let page = vera.submit(&form(&page, "/no-match").set("reason", "Slip lost")).await;
    for words in ["No match", "vera by name", "Slip lost"] {
        says(&page, words);
    }
    assert_eq!((state(&house, id), clearing(&house)), (State::Settled, Money::ZERO));
    says(&vera.go("/desk/audit").await, "batch-no-match");
    is_proven(&house);
}

#[tokio::test]
async fn a_pad_whose_line_is_away_closes_nothing() {
    let house = House::open().await;
    let (pad, mut browser) = one_payment(&house).await;
    let id = running(&house, Of::Pad(PadNo(1)));
    let page = browser.go(&format!("/desk/batches/{id}")).await;
    pad.down("no route to it");
    let told = browser.press(&form(&page, "/close")).await;
    assert_eq!(told.status, 409);
    says(&told, "Nothing was closed");
    assert_eq!(state(&house, id), State::Open);
}
