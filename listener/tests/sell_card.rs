//! Cards at the counter: the pin pad followed in words, and every way a payment can end.
//!
//! The errand's part is played by a task that asks the ledger the real commands. Next:
//! `house/pad.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, Form, form, forms, says};
use house::pad::{Pad, booking, is_proven, with_tills};
use house::{Ask, House, Told};
use usher_ledger::{cart, checkout, letter, till, view};
use usher_rules::cart::{Note, State};
use usher_rules::id::{CartId, OrderId, TillNo};
use usher_rules::money::Money;
use usher_rules::staff::Role;
use usher_rules::tender::State as Intent;
use usher_rules::tender::pad::Finding;
use usher_rules::view::desk::pad::Stage;
use usher_rules::view::letter::Body;

async fn at_till<'h>(house: &'h House, login: &str, role: Role, till: &str) -> Browser<'h> {
    let mut browser = Browser::of(house, login, role).await;
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", till).set("float", "100")).await;
    browser
}

/// Best seats for two adults tonight; the page of the sale.
async fn two(browser: &mut Browser<'_>, house: &House) -> Told {
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    browser.submit(&form(&page, "/best-seats").set("qty-1", "2")).await
}

/// The button for a card, which goes elsewhere than its form.
fn card(page: &Told) -> Form {
    let mut form = form(page, "/cash");
    form.action = form.action.replace("/cash", "/card");
    form
}

/// A cashier at a till, a sale of two tickets, and its card at the pad.
async fn paying<'h>(house: &'h House) -> (Pad, Browser<'h>, CartId, Told) {
    let pad = with_tills(house).await;
    let mut browser = at_till(house, "anna", Role::Cashier, "1").await;
    let page = two(&mut browser, house).await;
    let id = browser.path.strip_prefix("/desk/sell/cart/").unwrap().parse().unwrap();
    let page = browser.submit(&card(&page)).await;
    (pad, browser, id, page)
}

async fn told(browser: &mut Browser<'_>, id: CartId) -> serde_json::Value {
    browser.look(&format!("/desk/sell/cart/{id}/pad")).await.json()
}

fn state_of(house: &House, id: CartId) -> (State, Intent) {
    let snapshot = house.handle.snapshot().unwrap();
    let row = cart::get(&snapshot, id).unwrap().unwrap();
    let intent = checkout::intent(&snapshot, row.intent.unwrap()).unwrap().unwrap();
    (row.state, intent.state)
}

fn order_of(house: &House, id: CartId) -> Option<OrderId> {
    cart::get(&house.handle.snapshot().unwrap(), id).unwrap().unwrap().order
}

fn silent(page: &Told, words: &str) {
    assert!(!page.body.contains(words), "`{words}` is on the page: {}", page.body);
}

#[tokio::test]
async fn an_approved_card_sells_and_its_receipts_are_printed_the_same_again() {
    let house = House::open().await;
    let (pad, mut browser, id, page) = paying(&house).await;
    says(&page, "Waiting for card");
    says(&page, "£60.00. Tap, insert or swipe.");
    pad.show(Stage::EnterPin);
    let now = told(&mut browser, id).await;
    assert_eq!(
        (now["standing"].as_str(), now["title"].as_str()),
        (Some("paying"), Some("PIN entry"))
    );
    assert_eq!(now["step"], 2);
    pad.approve().await;
    assert_eq!(told(&mut browser, id).await["standing"], "sold");
    let page = browser.go(&format!("/desk/sell/cart/{id}")).await;
    let order = browser.path.clone();
    assert_eq!(order, format!("/desk/sell/order/{}", order_of(&house, id).unwrap()));
    for words in ["paid by card", "Mastercard …4242", "APP123"] {
        says(&page, words);
    }
    let first = browser.go(&format!("{order}/receipts")).await.body;
    for words in ["CUSTOMER COPY", "MERCHANT COPY", "  CARD  ############4242"] {
        assert!(first.contains(words), "{words} in {first}");
    }
    assert_eq!(browser.go(&format!("{order}/receipts")).await.body, first);
    let log = cart::log_of(&house.handle.snapshot().unwrap(), id).unwrap();
    let rows = log.iter().filter(|(_, line)| {
        matches!(
            line.note,
            Note::PadActivated { .. }
                | Note::ReceiptRequested { .. }
                | Note::ReceiptRetrieved { .. }
                | Note::Housekept { .. }
        )
    });
    assert_eq!(rows.count(), 6);
    is_proven(&house);
}

#[tokio::test]
async fn a_card_by_phone_is_offered_only_where_it_can_be_typed() {
    let house = House::open().await;
    let pad = with_tills(&house).await;
    let mut browser = at_till(&house, "anna", Role::Cashier, "1").await;
    let page = two(&mut browser, &house).await;
    silent(&page, "Card by phone");
    let forced = browser.submit(&card(&page).add("keyed", "yes")).await;
    says(&forced, "The pad does not answer");
    pad.take_keyed_cards();
    let path = browser.path.clone();
    let page = browser.go(&path).await;
    says(&page, "Card by phone");
    let page = browser.submit(&card(&page).add("keyed", "yes")).await;
    says(&page, "Type the card at the pad");
    pad.approve().await;
    assert!(browser.go(&path).await.body.contains("paid by card"));
    is_proven(&house);
}

#[tokio::test]
async fn a_page_that_follows_a_pad_is_answered_when_there_is_something_new() {
    let house = House::open().await;
    let (pad, mut browser, id, _) = paying(&house).await;
    let mut seen = told(&mut browser, id).await["seen"].as_str().unwrap().to_owned();
    let path = |seen: &str| format!("/desk/sell/cart/{id}/pad?seen={seen}");
    let url = path(&seen);
    let shown = async { pad.show(Stage::EnterPin) };
    let (now, ()) = tokio::join!(browser.look(&url), shown);
    assert_eq!(now.json()["title"], "PIN entry");
    now.json()["seen"].as_str().unwrap().clone_into(&mut seen);
    let url = path(&seen);
    let (now, ()) = tokio::join!(browser.look(&url), pad.approve());
    let told = now.json();
    assert!(told["seen"] != seen, "not what the page knows: {told}");
    let url = path(told["seen"].as_str().unwrap());
    let sold = told["standing"] == "sold";
    assert!(sold || browser.look(&url).await.json()["standing"] == "sold");
}

#[tokio::test]
async fn who_leaves_an_address_is_mailed_what_the_terminal_printed_for_the_customer() {
    let house = House::open().await;
    let pad = with_tills(&house).await;
    let mut browser = at_till(&house, "anna", Role::Cashier, "1").await;
    let page = two(&mut browser, &house).await;
    browser.submit(&card(&page).add("name", "Ada Finch").add("email", "ada@example.org")).await;
    pad.approve().await;
    let snapshot = house.handle.snapshot().unwrap();
    let due = letter::due(&snapshot, house.handle.now()).unwrap();
    let (id, _) = due.first().expect("a letter waits");
    let mailed = view::letter::letter(&house.handle, &snapshot, house.shop.frame(0), *id);
    let Body::Confirmation { receipts, .. } = mailed.unwrap().unwrap().body else {
        panic!("no confirmation")
    };
    let lines: Vec<_> = receipts.iter().map(|receipt| receipt.lines[0].as_str()).collect();
    assert_eq!(lines, ["CUSTOMER COPY"]);
}

#[tokio::test]
async fn a_declined_card_is_told_with_the_banks_words_and_cash_goes_on() {
    let house = House::open().await;
    let (pad, mut browser, id, _) = paying(&house).await;
    pad.decline("51", "insufficient funds").await;
    assert_eq!(told(&mut browser, id).await["standing"], "open");
    let page = browser.go(&format!("/desk/sell/cart/{id}")).await;
    says(&page, "Card was not accepted");
    says(&page, "51 insufficient funds");
    assert_eq!(state_of(&house, id), (State::Active, Intent::Declined));
    let page = browser.submit(&form(&page, "/cash")).await;
    says(&page, "paid in cash");
    is_proven(&house);
}

#[tokio::test]
async fn part_of_a_sale_in_cash_leaves_the_card_the_rest_and_is_told_on_every_page() {
    let house = House::open().await;
    let pad = with_tills(&house).await;
    let mut browser = at_till(&house, "anna", Role::Cashier, "1").await;
    let page = two(&mut browser, &house).await;
    let id: CartId = browser.path.strip_prefix("/desk/sell/cart/").unwrap().parse().unwrap();
    for (typed, words) in [("all", "No amount can be read there"), ("60", "The cash pays all")] {
        let told = browser.submit(&card(&page).set("given", typed)).await;
        says(&told, words);
        assert_eq!(told.status, 422);
    }
    let page = browser.submit(&card(&page).set("given", "15.50")).await;
    says(&page, "£44.50. Tap, insert or swipe.");
    says(&page, "£15.50 of it in cash, £44.50 by card.");
    pad.decline("51", "insufficient funds").await;
    let page = browser.go(&format!("/desk/sell/cart/{id}")).await;
    says(&page, "£15.50 was taken in cash beside the card");
    assert!(page.body.contains("value=\"£15.50\""), "{}", page.body);
    browser.submit(&card(&page)).await;
    pad.approve().await;
    let page = browser.go(&format!("/desk/sell/cart/{id}")).await;
    for words in ["paid by card and in cash", "By card", "£44.50", "In cash", "£15.50"] {
        says(&page, words);
    }
    let snapshot = house.handle.snapshot().unwrap();
    let (_, session) = till::on(&snapshot, TillNo(1)).unwrap().unwrap();
    assert_eq!((session.cash.sum, session.cards.sum), (Money(1_550), Money(4_450)));
    is_proven(&house);
}

#[tokio::test]
async fn a_payment_is_stopped_from_the_page_and_the_seats_stay() {
    let house = House::open().await;
    let (pad, mut browser, id, page) = paying(&house).await;
    browser.submit(&form(&page, "/stop")).await;
    let mut page = browser.go(&format!("/desk/sell/cart/{id}")).await;
    for _ in 0..1_000 {
        if page.body.contains("The payment was stopped") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        page = browser.go(&format!("/desk/sell/cart/{id}")).await;
    }
    says(&page, "The payment was stopped");
    assert_eq!(state_of(&house, id), (State::Active, Intent::Cancelled));
    let page = browser.submit(&card(&page)).await;
    says(&page, "Waiting for card");
    pad.approve().await;
    browser.go(&format!("/desk/sell/cart/{id}")).await;
    assert!(browser.path.starts_with("/desk/sell/order/"), "{}", browser.path);
}

#[tokio::test]
async fn while_a_card_pays_nothing_else_takes_money_or_seats() {
    let house = House::open().await;
    let pad = with_tills(&house).await;
    let mut browser = at_till(&house, "anna", Role::Cashier, "1").await;
    let open = two(&mut browser, &house).await;
    let id: CartId = browser.path.strip_prefix("/desk/sell/cart/").unwrap().parse().unwrap();
    let page = browser.submit(&card(&open)).await;
    silent(&page, "action=\"/desk/sell/cart/1-1/cash\"");
    for end in ["/cash", "/cancel", "/remove"] {
        let told = browser.press(&form(&open, end)).await;
        assert_eq!(told.header("location"), format!("/desk/sell/cart/{id}"), "{end}");
    }
    assert_eq!(browser.press(&card(&open)).await.status, 303, "not a second time");
    assert_eq!(state_of(&house, id), (State::CheckingOut, Intent::Sent));
    pad.approve().await;
    assert!(order_of(&house, id).is_some());
    is_proven(&house);
}

#[tokio::test]
async fn somebody_who_looks_is_told_to_the_pads_errand() {
    let house = House::open().await;
    let (pad, mut browser, id, _) = paying(&house).await;
    let before = pad.watched();
    told(&mut browser, id).await;
    for _ in 0..1_000 {
        if pad.watched() > before {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    panic!("the errand was not told");
}

#[tokio::test]
async fn an_unknown_outcome_is_shown_calmly_until_it_is_found() {
    let house = House::open().await;
    let (pad, mut browser, id, _) = paying(&house).await;
    let intent = pad.lose().await;
    assert_eq!(told(&mut browser, id).await["standing"], "unknown");
    let page = browser.go(&format!("/desk/sell/cart/{id}")).await;
    for words in
        ["Outcome unknown: do not charge again", "Tell the customer:", "Serve the next customer"]
    {
        says(&page, words);
    }
    silent(&page, "/cash\"");
    let list = browser.go("/desk/sell").await;
    says(&list, "the box is asking the pad");
    says(&list, &format!("href=\"/desk/sell/cart/{id}\""));
    let next = two(&mut browser, &house).await;
    says(&next, "Till Left has it now");
    let told_busy = browser.press(&card(&next)).await;
    assert_eq!(told_busy.status, 409);
    says(&browser.submit(&form(&next, "/cash")).await, "paid in cash");
    pad.find(intent, Finding::Booked(booking())).await;
    browser.go(&format!("/desk/sell/cart/{id}")).await;
    assert!(browser.path.starts_with("/desk/sell/order/"), "{}", browser.path);
    silent(&browser.go("/desk/sell").await, "the box is asking the pad");
    is_proven(&house);
}

#[tokio::test]
async fn what_the_pad_proves_not_booked_is_open_again() {
    let house = House::open().await;
    let (pad, mut browser, id, _) = paying(&house).await;
    let intent = pad.lose().await;
    pad.find(intent, Finding::NotBooked { evidence: "last payment is older".to_owned() }).await;
    let page = browser.go(&format!("/desk/sell/cart/{id}")).await;
    says(&page, "Nothing was charged");
    says(&page, "last payment is older");
    says(&page, "/cash\"");
}

/// A payment that nobody could find out, and a supervisor's page of it.
async fn undecided<'h>(house: &'h House) -> (Browser<'h>, Browser<'h>, CartId, Told) {
    let (pad, mut anna, id, _) = paying(house).await;
    let intent = pad.lose().await;
    pad.find(intent, Finding::Undecided { evidence: "two payments fit".to_owned() }).await;
    let page = anna.go(&format!("/desk/sell/cart/{id}")).await;
    says(&page, "two payments fit");
    says(&page, "A supervisor or manager decides");
    silent(&page, "/decide\"");
    silent(&page, "/cash\"");
    let mut sam = Browser::of(house, "sam", Role::Supervisor).await;
    let list = sam.go("/desk/sell").await;
    says(&list, "somebody must decide");
    let page = sam.go(&format!("/desk/sell/cart/{id}")).await;
    (anna, sam, id, page)
}

fn decided(page: &Told, charged: &str, evidence: &str, name: &str, reason: &str) -> Form {
    let form = form(page, "/decide").add("charged", charged);
    form.set("evidence", evidence).set("name", name).set("reason", reason)
}

#[tokio::test]
async fn somebody_senior_says_it_was_charged_and_the_seats_are_sold() {
    let house = House::open().await;
    let (mut anna, mut sam, id, page) = undecided(&house).await;
    says(&page, "It was not charged");
    for (evidence, name, reason, lacks) in [
        ("", "Sam Rook", "slip seen", "Approval code or receipt number"),
        ("R77", "", "slip seen", "Your name"),
        ("R77", "Sam Rook", " ", "Reason"),
    ] {
        let told = sam.press(&decided(&page, "yes", evidence, name, reason)).await;
        assert_eq!(told.status, 422, "{lacks}");
        says(&told, "This is still missing");
        says(&told, lacks);
    }
    let own = decided(&page, "yes", "R77", "Anna", "saw it");
    assert_eq!(anna.press(&own).await.status, 403, "a cashier decides nothing");
    let page = sam.submit(&decided(&page, "yes", "R77", "Sam Rook", "slip seen")).await;
    assert!(sam.path.starts_with("/desk/sell/order/"), "{}", sam.path);
    says(&page, "R77");
    let snapshot = house.handle.snapshot().unwrap();
    let row = cart::get(&snapshot, id).unwrap().unwrap();
    let pad = checkout::intent(&snapshot, row.intent.unwrap()).unwrap().unwrap().pad.unwrap();
    let decision = pad.decision.unwrap();
    assert_eq!((decision.name.as_str(), decision.reason.as_str()), ("Sam Rook", "slip seen"));
    assert_eq!(checkout::balance(&snapshot, row.order.unwrap()).unwrap(), Money::ZERO);
    anna.go(&format!("/desk/sell/cart/{id}")).await;
    assert!(anna.path.starts_with("/desk/sell/order/"), "{}", anna.path);
    is_proven(&house);
}

#[tokio::test]
async fn somebody_senior_says_it_was_not_charged_and_the_sale_is_open_again() {
    let house = House::open().await;
    let (mut anna, mut sam, id, page) = undecided(&house).await;
    sam.submit(&decided(&page, "no", "", "Sam Rook", "the terminal has nothing")).await;
    assert_eq!(sam.path, "/desk/sell");
    assert_eq!(state_of(&house, id), (State::Active, Intent::NotCharged));
    assert_eq!(sam.look(&format!("/desk/sell/cart/{id}")).await.status, 403, "hers again");
    let page = anna.go(&format!("/desk/sell/cart/{id}")).await;
    says(&anna.submit(&form(&page, "/cash")).await, "paid in cash");
    is_proven(&house);
}

#[tokio::test]
async fn a_decision_asks_for_a_proof_of_the_last_minutes_first() {
    let house = House::open().await;
    let (_, mut sam, id, page) = undecided(&house).await;
    house.clock.pass(usher_rules::at::Span::minutes(6));
    let told = sam.press(&decided(&page, "yes", "R77", "Sam Rook", "slip seen")).await;
    assert!(told.header("location").starts_with("/desk/confirm?"), "{told:?}");
    assert_eq!(order_of(&house, id), None);
    let page = sam.go(&format!("/desk/sell/cart/{id}")).await;
    says(&page, "Prove once more who you are");
    assert!(forms(&page.body).iter().all(|form| !form.action.ends_with("/decide")));
}

#[tokio::test]
async fn a_pad_that_another_till_has_is_said_and_a_till_without_one_takes_cash() {
    let house = House::open().await;
    let (pad, _anna, ..) = paying(&house).await;
    let mut bram = at_till(&house, "bram", Role::Cashier, "2").await;
    let page = two(&mut bram, &house).await;
    says(&page, "Middle pad: Till Left has it now.");
    let told = bram.press(&card(&page)).await;
    assert_eq!(told.status, 409);
    says(&told, "The pad is taken");
    pad.approve().await;
    let page = bram.go(&bram.path.clone()).await;
    silent(&page, "has it now");
    let mut cleo = at_till(&house, "cleo", Role::Cashier, "3").await;
    let page = two(&mut cleo, &house).await;
    says(&page, "This till has no pin pad.");
    says(&cleo.press(&card(&page)).await, "The pad does not answer");
    pad.down("the cable is out");
    says(&bram.go(&bram.path.clone()).await, "the cable is out");
}

#[tokio::test]
async fn the_feed_of_a_payment_is_nobody_elses() {
    let house = House::open().await;
    let (_pad, _anna, id, _) = paying(&house).await;
    let mut bram = at_till(&house, "bram", Role::Cashier, "2").await;
    assert_eq!(bram.look(&format!("/desk/sell/cart/{id}/pad")).await.status, 403);
    let nobody = house.send(Ask::get(&format!("/desk/sell/cart/{id}/pad"))).await;
    assert_eq!(nobody.status, 303);
}

#[tokio::test]
async fn a_till_is_not_closed_while_a_card_of_it_is_being_charged() {
    let house = House::open().await;
    let (pad, mut browser, _, _) = paying(&house).await;
    let page = browser.go("/desk/till").await;
    let page = browser.submit(&form(&page, "/count").set("counted", "100")).await;
    let close = form(&page, "/close");
    let told = browser.press(&close).await;
    assert_eq!(told.status, 409);
    says(&told, "A card is being charged at this till");
    let intent = pad.lose().await;
    let told = browser.press(&form(&told, "/close")).await;
    assert_eq!(told.status, 409, "nor while nobody knows");
    pad.find(intent, Finding::Booked(booking())).await;
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/close")).await;
    assert!(browser.path.starts_with("/desk/till/"), "{}", browser.path);
    is_proven(&house);
}

#[tokio::test]
async fn a_payment_that_waits_for_a_person_does_not_keep_a_till_open() {
    let house = House::open().await;
    let (pad, mut browser, _, _) = paying(&house).await;
    let intent = pad.lose().await;
    pad.find(intent, Finding::Undecided { evidence: "two alike".to_owned() }).await;
    let page = browser.go("/desk/till").await;
    let page = browser.submit(&form(&page, "/count").set("counted", "100")).await;
    browser.submit(&form(&page, "/close")).await;
    assert!(browser.path.starts_with("/desk/till/"), "{}", browser.path);
}

#[tokio::test]
async fn a_pad_that_was_exchanged_takes_no_card_and_the_cashier_is_told_what_to_do() {
    let house = House::open().await;
    let pad = with_tills(&house).await;
    let mut browser = at_till(&house, "anna", Role::Cashier, "1").await;
    let page = two(&mut browser, &house).await;
    let ready = card(&page);
    pad.exchange();
    let told = browser.press(&ready).await;
    assert_eq!(told.status, 409);
    for words in ["Take no cards on this pad", "it says 666, the list says 80101207"] {
        says(&told, words);
    }
    let page = browser.go(&browser.path.clone()).await;
    says(&page, "it says 666, the list says 80101207");
    assert!(page.body.contains(" disabled aria-describedby=\"no-card\""), "{}", page.body);
    says(&browser.go("/desk/pads").await, "it says 666, the list says 80101207");
    let snapshot = house.handle.snapshot().unwrap();
    assert_eq!(checkout::all_pad_intents(&snapshot).unwrap(), Vec::new(), "nothing was begun");
}

#[tokio::test]
async fn bookings_that_nobody_asked_for_and_payments_that_wait_stand_on_one_page() {
    let house = House::open().await;
    let (pad, mut browser, id, _) = paying(&house).await;
    let page = browser.go("/desk/pads").await;
    for words in ["Till Left has it", "Every booking of the terminals has its sale"] {
        says(&page, words);
    }
    let intent = pad.lose().await;
    says(&browser.go("/desk/pads").await, "The box knows how every payment ended");
    pad.find(intent, Finding::Undecided { evidence: "two alike".to_owned() }).await;
    pad.orphan().await;
    let page = browser.go("/desk/pads").await;
    says(&page, &format!("href=\"/desk/sell/cart/{id}\""));
    for words in ["£60.00", "77 / 4711", "Mastercard 4242", "APP123"] {
        says(&page, words);
    }
    says(&page, "take the booking back at the terminal");
}

#[tokio::test]
async fn a_booking_that_somebody_looked_into_leaves_the_list_and_stays_in_the_audit() {
    let house = House::open().await;
    let pad = with_tills(&house).await;
    pad.orphan().await;
    let mut cashier = Browser::of(&house, "carl", Role::Cashier).await;
    let page = cashier.go("/desk/pads").await;
    says(&page, "Mastercard 4242");
    assert!(forms(&page.body).iter().all(|form| !form.action.ends_with("/seen")), "{}", page.body);
    let mut manager = Browser::of(&house, "mona", Role::Manager).await;
    let page = manager.go("/desk/pads").await;
    let seen = form(&page, "/seen");
    let told = manager.press(&seen.clone().set("reason", " ")).await;
    assert_eq!(told.status, 400);
    says(&told, "A reason of 120 characters at most");
    says(&told, "Mastercard 4242");
    let page = manager.submit(&seen.clone().set("reason", "Taken back, receipt 77")).await;
    says(&page, "Ticked off");
    assert!(!page.body.contains("Mastercard 4242"), "{}", page.body);
    let told = manager.press(&seen.set("reason", "Once more")).await;
    assert_eq!(told.status, 409);
    says(&told, "Somebody was quicker");
    let audit = manager.go("/desk/audit").await;
    says(&audit, "orphan-seen");
    says(&audit, "Taken back, receipt 77");
    is_proven(&house);
}
