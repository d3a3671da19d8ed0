//! Money that goes back to a card, from the page of its order: followed, stopped, lost and found,
//! and decided by a person.
//!
//! The errand's part is played by a task that asks the ledger the real commands. Real terminals'
//! lines are cut in `tests/counter.rs`. Next: `house/pad.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, Form, form, forms, says};
use house::pad::{Pad, booking, is_proven, with_tills};
use house::{House, Told};
use usher_ledger::{Lane, checkout};
use usher_rules::checkout::Command as Checkout;
use usher_rules::checkout::pad::Command as AtPad;
use usher_rules::id::OrderId;
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::staff::Role;
use usher_rules::tender::pad::{Finding, Outcome};
use usher_rules::view::desk::pad::Stage;
use usher_rules::{Actor, Command, Key};

/// An order of two tickets that a card paid at the pad, and who sold it.
struct Scene<'h> {
    house: &'h House,
    pad: Pad,
    browser: Browser<'h>,
    order: OrderId,
}

async fn sold(house: &House) -> Scene<'_> {
    let pad = with_tills(house).await;
    let mut browser = Browser::of(house, "sam", Role::Supervisor).await;
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", "1").set("float", "100")).await;
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    let page = browser.submit(&form(&page, "/best-seats").set("qty-1", "2")).await;
    let cart = browser.path.clone();
    let mut card = form(&page, "/cash");
    card.action = card.action.replace("/cash", "/card");
    browser.submit(&card).await;
    pad.approve().await;
    browser.go(&cart).await;
    let order = browser.path.strip_prefix("/desk/sell/order/").unwrap().parse().unwrap();
    Scene { house, pad, browser, order }
}

impl Scene<'_> {
    fn row(&self) -> Order {
        checkout::order(&self.house.handle.snapshot().unwrap(), self.order).unwrap().unwrap()
    }

    fn address(&self) -> String {
        format!("/desk/orders/{}", self.order)
    }

    async fn page(&mut self) -> Told {
        self.browser.go(&self.address()).await
    }

    /// The button that gives the first ticket back.
    async fn chosen(&mut self) -> Form {
        let page = self.page().await;
        let choice = form(&page, &self.address()).set("reason", "Fell ill");
        let ticket = self.row().tickets[0].to_string();
        let page = self.browser.press(&choice.add("ticket", &ticket)).await;
        says(&page, "to the card at its pad");
        form(&page, "/refund")
    }

    async fn begin(&mut self) -> Told {
        let button = self.chosen().await;
        self.browser.submit(&button).await
    }

    async fn standing(&mut self) -> String {
        let told = self.browser.look(&format!("{}/pad", self.address())).await.json();
        told["standing"].as_str().unwrap().to_owned()
    }

    fn is_as_it_was(&self) {
        assert_eq!(self.row().refunded(), Money::ZERO);
        is_proven(self.house);
    }
}

fn ends(page: &Told, end: &str) -> bool {
    forms(&page.body).iter().any(|form| form.action.ends_with(end))
}

#[tokio::test]
async fn a_refund_is_followed_at_its_pad_and_stands_once_the_terminal_is_done() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    let page = scene.begin().await;
    says(&page, "Waiting for card");
    assert!(!ends(&page, "/refund") && ends(&page, "/stop"), "{}", page.body);
    scene.pad.show(Stage::EnterPin);
    says(&scene.page().await, "PIN entry");
    assert_eq!(scene.standing().await, "paying");
    scene.is_as_it_was();
    scene.pad.approve().await;
    assert_eq!(scene.standing().await, "settled");
    let page = scene.page().await;
    says(&page, "went back to the card");
    says(&page, "Fell ill");
    let row = scene.row();
    assert!(row.refunded() > Money::ZERO && row.refunded() < row.total);
    let snapshot = house.handle.snapshot().unwrap();
    assert_eq!(checkout::balance(&snapshot, scene.order).unwrap(), Money::ZERO);
    is_proven(&house);
}

#[tokio::test]
async fn a_refund_that_the_bank_declines_or_the_cashier_stops_changes_nothing() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    scene.begin().await;
    scene.pad.decline("05", "Do not honour").await;
    let page = scene.page().await;
    says(&page, "was declined");
    says(&page, "05 Do not honour");
    scene.is_as_it_was();
    let page = scene.begin().await;
    scene.browser.submit(&form(&page, "/stop")).await;
    for _ in 0..1_000 {
        if scene.standing().await == "settled" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    says(&scene.page().await, "was cancelled");
    scene.is_as_it_was();
    scene.begin().await;
    scene.pad.approve().await;
    assert!(scene.row().refunded() > Money::ZERO, "it may be tried again");
}

#[tokio::test]
async fn while_nobody_knows_the_outcome_nothing_else_goes_back() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    let old = scene.chosen().await;
    scene.begin().await;
    let intent = scene.pad.lose().await;
    assert_eq!(scene.standing().await, "unknown");
    let page = scene.page().await;
    says(&page, "give nothing back in another way");
    assert!(!ends(&page, "/refund"), "{}", page.body);
    let told = scene.browser.press(&old).await;
    assert_eq!(told.status, 409);
    says(&told, "A refund or a payment of this order is not settled yet");
    let list = scene.browser.go("/desk/sell").await;
    says(&list, &format!("Refund of order {}", scene.order));
    says(&list, &format!("href=\"{}\"", scene.address()));
    scene.is_as_it_was();
    scene.pad.find(intent, Finding::Booked(booking())).await;
    says(&scene.page().await, "went back to the card");
    assert!(scene.row().refunded() > Money::ZERO);
    is_proven(&house);
}

fn decision(page: &Told, back: &str, evidence: &str, name: &str, reason: &str) -> Form {
    let form = form(page, "/decide").add("charged", back);
    form.set("evidence", evidence).set("name", name).set("reason", reason)
}

async fn undecided(house: &House) -> Scene<'_> {
    let mut scene = sold(house).await;
    scene.begin().await;
    let intent = scene.pad.lose().await;
    let evidence = "two bookings fit".to_owned();
    scene.pad.find(intent, Finding::Undecided { evidence }).await;
    scene
}

#[tokio::test]
async fn somebody_senior_says_that_it_went_back_with_name_reason_and_evidence() {
    let house = House::open().await;
    let mut scene = undecided(&house).await;
    let mut anna = Browser::of(&house, "anna", Role::Cashier).await;
    let page = anna.go(&scene.address()).await;
    says(&page, "did the money go back?");
    says(&page, "A supervisor or manager decides");
    assert!(!ends(&page, "/decide"));
    let page = scene.page().await;
    says(&page, "two bookings fit");
    let own = decision(&page, "yes", "R77", "Anna", "saw it");
    assert_eq!(anna.press(&own).await.status, 403, "a cashier decides nothing");
    for (evidence, name, reason, lacks) in [
        ("", "Sam Rook", "slip seen", "Approval code or receipt number"),
        ("R77", "", "slip seen", "Your name"),
        ("R77", "Sam Rook", " ", "Reason"),
    ] {
        let told = scene.browser.press(&decision(&page, "yes", evidence, name, reason)).await;
        assert_eq!(told.status, 422, "{lacks}");
        says(&told, "This is still missing");
        says(&told, lacks);
    }
    scene.is_as_it_was();
    let decided = decision(&page, "yes", "R77", "Sam Rook", "slip seen");
    says(&scene.browser.submit(&decided).await, "went back to the card");
    assert_eq!(scene.browser.press(&decided).await.status, 303, "pressed twice");
    let row = scene.row();
    let refunds = row.refunds.unwrap();
    assert_eq!(refunds.made.len(), 1);
    let snapshot = house.handle.snapshot().unwrap();
    let intent = checkout::intent(&snapshot, refunds.newest.unwrap()).unwrap().unwrap();
    let decision = intent.pad.unwrap().decision.unwrap();
    assert_eq!((decision.name.as_str(), decision.evidence.as_str()), ("Sam Rook", "R77"));
    is_proven(&house);
}

#[tokio::test]
async fn somebody_senior_says_that_it_did_not_go_back_and_the_tickets_stay_good() {
    let house = House::open().await;
    let mut scene = undecided(&house).await;
    let page = scene.page().await;
    let decided = decision(&page, "no", "", "Sam Rook", "the terminal has nothing");
    says(&scene.browser.submit(&decided).await, "did not happen");
    scene.is_as_it_was();
    assert!(ends(&scene.page().await, &scene.address()), "it may be tried again");
}

/// An approval that comes after another refund of the same ticket never counts as a second one.
#[tokio::test]
async fn a_booking_that_comes_too_late_waits_for_a_person_and_is_taken_back_at_the_terminal() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    scene.begin().await;
    let first: Key = scene.pad.lose().await;
    let evidence = "no such booking".to_owned();
    scene.pad.find(first, Finding::NotBooked { evidence }).await;
    scene.begin().await;
    scene.pad.approve().await;
    let once = scene.row().refunded();
    let outcome = Outcome::Approved(booking());
    let late = Command::Checkout(Checkout::Pad(AtPad::Ended { intent: first, outcome }));
    house.handle.ask(Lane::Till, Actor::House, None, late).await.unwrap();
    let page = scene.page().await;
    says(&page, "the tickets were given back before");
    says(&page, "It was taken back at the terminal");
    let told = scene.browser.press(&decision(&page, "yes", "R1", "Sam Rook", "slip")).await;
    assert_eq!(told.status, 422);
    says(&told, "Those tickets were given back before");
    scene.browser.submit(&decision(&page, "no", "", "Sam Rook", "voided there")).await;
    assert_eq!(scene.standing().await, "settled");
    assert_eq!(scene.row().refunded(), once);
    is_proven(&house);
}
