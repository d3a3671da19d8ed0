//! Orders that are not paid at once: booked with a deposit, paid later, by two cards, given back.
//!
//! As a browser without scripts meets the pages; tickets are brought to a door before and after.
//! The errand's part is played by a task that asks the ledger the real commands. Next:
//! `refund.rs`, `sell_card.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, Form, form, forms, says};
use house::pad::{Pad, is_proven, with_tills};
use house::{House, Told};
use usher_ledger::{checkout, letter, till};
use usher_rules::at::Span;
use usher_rules::id::{OrderId, StaffNo, TillNo};
use usher_rules::letter::Letter;
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::staff::Role;

/// Two tickets at 30.00.
const TOTAL: Money = Money(6_000);

struct Desk<'h> {
    house: &'h House,
    pad: Pad,
    anna: StaffNo,
    browser: Browser<'h>,
}

/// Somebody senior at a till, with a sale of two tickets in hand.
async fn desk(house: &House) -> (Desk<'_>, Told) {
    let pad = with_tills(house).await;
    let person = house.engaged("anna", Role::Supervisor).await;
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(person.no).await);
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", "1").set("float", "100")).await;
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    let page = browser.submit(&form(&page, "/best-seats").set("qty-1", "2")).await;
    (Desk { house, pad, anna: person.no, browser }, page)
}

/// The button for a card, which goes elsewhere than its form.
fn card(page: &Told) -> Form {
    let mut form = form(page, "/cash");
    form.action = form.action.replace("/cash", "/card");
    form
}

impl Desk<'_> {
    fn order_id(&self) -> OrderId {
        self.browser.path.split('?').next().unwrap().rsplit('/').next().unwrap().parse().unwrap()
    }

    fn row(&self, id: OrderId) -> Order {
        checkout::order(&self.house.handle.snapshot().unwrap(), id).unwrap().unwrap()
    }

    fn balance(&self, id: OrderId) -> Money {
        checkout::balance(&self.house.handle.snapshot().unwrap(), id).unwrap()
    }

    fn drawer(&self) -> Money {
        till::drawer(&self.house.handle.snapshot().unwrap(), TillNo(1)).unwrap() - Money(10_000)
    }

    fn letters(&self) -> Vec<Letter> {
        let snapshot = self.house.handle.snapshot().unwrap();
        let all = letter::newest(&snapshot, None, 1_000).unwrap();
        all.into_iter().map(|(_, row)| row).collect()
    }

    /// What a door says to the n-th ticket of an order.
    async fn door(&self, id: OrderId, nth: usize, nonce: &str) -> serde_json::Value {
        let snapshot = self.house.handle.snapshot().unwrap();
        let ticket = checkout::ticket(&snapshot, self.row(id).tickets[nth]).unwrap().unwrap();
        let code = self.house.handle.code(&ticket.code).unwrap();
        self.house.send(self.house.scan(&code, "in", nonce)).await.json()
    }
}

#[tokio::test]
async fn a_booked_order_is_stopped_at_the_door_until_the_rest_is_paid() {
    let house = House::open().await;
    let (mut desk, page) = desk(&house).await;
    let part = form(&page, "/cash").set("part", "20").set("given", "50").set("later", "yes");
    let told = desk.browser.press(&part).await;
    assert_eq!(told.status, 422);
    says(&told, "needs the customer’s name");
    let part = part.add("name", "Ada Finch").add("email", "ada@example.org");
    let page = desk.browser.submit(&part).await;
    for words in ["Balance due", "£40.00", "Until ", "a part paid", "The tickets are printed"] {
        says(&page, words);
    }
    assert!(!page.body.contains("tickets.pdf"), "nothing to print before it is paid");
    let id = desk.order_id();
    assert_eq!(
        (desk.balance(id), desk.drawer(), desk.letters().len()),
        (Money(4_000), Money(2_000), 1)
    );
    let pdf = format!("/desk/sell/order/{id}/tickets.pdf");
    assert_eq!(desk.browser.look(&pdf).await.status, 303);
    let stopped = desk.door(id, 0, "n-1").await;
    assert_eq!(
        (&stopped["verdict"], &stopped["reason"]),
        (&"STOP".into(), &"UNPAID".into()),
        "{stopped}"
    );
    let page = desk.browser.go("/desk/orders?due=yes").await;
    says(&page, &format!("/desk/orders/{id}"));
    says(&page, "Until ");
    let page = desk.browser.go(&format!("/desk/orders/{id}")).await;
    let wrong = form(&page, "/cash").set("amount", "40.01");
    says(&desk.browser.press(&wrong).await, "That amount cannot be paid");
    let short = form(&page, "/cash").set("given", "39.99");
    says(&desk.browser.press(&short).await, "That is not enough");
    let told = desk.browser.submit(&form(&page, "/cash").set("given", "50")).await;
    says(&told, "£40.00 taken in cash");
    says(&told, "Change: £10.00");
    assert_eq!((desk.balance(id), desk.drawer(), desk.letters().len()), (Money::ZERO, TOTAL, 2));
    assert_eq!(desk.door(id, 0, "n-2").await["verdict"], "GO");
    assert_eq!(desk.browser.look(&pdf).await.status, 200);
    says(&desk.browser.go("/desk/orders?due=yes").await, "Everybody has paid");
    is_proven(&house);
}

#[tokio::test]
async fn a_rest_is_due_from_today_to_the_first_performance_and_no_longer() {
    let house = House::open().await;
    let (mut desk, page) = desk(&house).await;
    let last = forms(&page.body).into_iter().find(|form| form.action.ends_with("/cash")).unwrap();
    let day = last.fields.iter().find(|(name, _)| name == "due").unwrap().1.clone();
    let part =
        || form(&page, "/cash").set("part", "20").set("later", "yes").add("name", "Ada Finch");
    for wrong in ["2020-01-01", "2199-01-01", "soon"] {
        let told = desk.browser.press(&part().set("due", wrong)).await;
        assert_eq!(told.status, 422, "{wrong}");
        says(&told, "That day does not fit");
    }
    for wrong in ["0", "60", "60.01", "much"] {
        let told = desk.browser.press(&part().set("part", wrong)).await;
        assert_eq!(told.status, 422, "{wrong}");
        says(&told, "That part cannot be paid");
    }
    let page = desk.browser.submit(&part().set("due", &day)).await;
    says(&page, "Balance due");
    let id = desk.order_id();
    house.clock.pass(Span::hours(48));
    desk.browser.cookie = Some(house.session_of(desk.anna).await);
    let page = desk.browser.go("/desk/orders?due=yes").await;
    says(&page, "Overdue since");
    says(&page, &id.to_string());
}

#[tokio::test]
async fn two_cards_pay_one_sale_without_leaving_the_counter() {
    let house = House::open().await;
    let (mut desk, page) = desk(&house).await;
    let page = desk.browser.submit(&card(&page).set("part", "20")).await;
    says(&page, "Waiting for card");
    says(&page, "£20.00. Tap, insert or swipe.");
    desk.pad.approve().await;
    let sale = desk.browser.path.clone();
    let page = desk.browser.go(&sale).await;
    let id = desk.order_id();
    assert_eq!(desk.browser.path, format!("/desk/sell/order/{id}"));
    says(&page, "Due now");
    assert_eq!(desk.letters().len(), 0, "the receipt comes with the rest");
    // The second card declines: nothing is lost, and the next one pays.
    let page = desk.browser.submit(&card(&page)).await;
    says(&page, "Waiting for card");
    assert!(!page.body.contains(">Balance due<"), "one payment at a time");
    desk.pad.decline("51", "insufficient funds").await;
    let page = desk.browser.go(&desk.browser.path.clone()).await;
    says(&page, "was declined");
    assert_eq!(desk.balance(id), Money(4_000));
    let page = desk.browser.submit(&card(&page)).await;
    says(&page, "Waiting for card");
    desk.pad.approve().await;
    let page = desk.browser.go(&desk.browser.path.clone()).await;
    says(&page, "tickets.pdf");
    assert_eq!((desk.balance(id), desk.drawer()), (Money::ZERO, Money::ZERO));
    assert_eq!(desk.door(id, 1, "n-1").await["verdict"], "GO");
    let page = desk.browser.go(&format!("/desk/orders/{id}")).await;
    assert_eq!(page.body.matches("approval APP123").count(), 3, "both, and the first at the head");
    is_proven(&house);
}

#[tokio::test]
async fn a_split_sale_goes_back_to_its_card_and_then_out_of_the_drawer() {
    let house = House::open().await;
    let (mut desk, page) = desk(&house).await;
    desk.browser.submit(&card(&page).set("given", "15")).await;
    desk.pad.approve().await;
    let sale = desk.browser.path.clone();
    desk.browser.go(&sale).await;
    let id = desk.order_id();
    assert_eq!(desk.drawer(), Money(1_500));
    let address = format!("/desk/orders/{id}");
    let page = desk.browser.go(&address).await;
    let mut choice = form(&page, &address).set("reason", "Fell ill");
    for ticket in desk.row(id).tickets {
        choice = choice.add("ticket", &ticket.to_string());
    }
    let page = desk.browser.press(&choice).await;
    says(&page, "Refund £45.00 to Mastercard …4242");
    says(&page, "After that: Give back £15.00 in cash.");
    let page = desk.browser.submit(&form(&page, "/refund")).await;
    says(&page, "Waiting for card");
    desk.pad.approve().await;
    assert_eq!(desk.balance(id), Money(-1_500), "the tickets are gone, the rest is owed back");
    let page = desk.browser.go(&address).await;
    says(&page, "£15.00 is owed to the customer");
    let press = form(&page, "/refund");
    desk.browser.submit(&press).await;
    assert_eq!((desk.balance(id), desk.drawer()), (Money::ZERO, Money::ZERO));
    desk.browser.press(&press).await;
    let page = desk.browser.go(&address).await;
    assert!(!page.body.contains("is owed to the customer"));
    assert_eq!((desk.drawer(), desk.row(id).refunded()), (Money::ZERO, TOTAL));
    is_proven(&house);
}

#[tokio::test]
async fn a_booked_order_may_be_cancelled_and_gives_back_what_was_paid_so_far() {
    let house = House::open().await;
    let (mut desk, page) = desk(&house).await;
    desk.browser.submit(&form(&page, "/cash").set("part", "20")).await;
    let id = desk.order_id();
    let address = format!("/desk/orders/{id}");
    let tickets = desk.row(id).tickets;
    for (nth, (ticket, goes_back)) in tickets.iter().zip([0, 2_000]).enumerate() {
        let page = desk.browser.go(&address).await;
        let choice = form(&page, &address).set("reason", "Fell ill");
        let page = desk.browser.press(&choice.add("ticket", &ticket.to_string())).await;
        desk.browser.submit(&form(&page, "/refund")).await;
        assert_eq!(desk.drawer(), Money(2_000 - goes_back), "ticket {nth}");
        is_proven(&house);
    }
    assert_eq!((desk.balance(id), desk.row(id).refunded()), (Money::ZERO, Money(2_000)));
}
