//! Tickets exchanged from the page of their order: chosen, others sold, the difference paid or paid
//! back, and what a door makes of the old and the new ones right after.
//!
//! As a browser without scripts meets the pages. Real terminals' lines are cut in
//! `tests/counter.rs`. Next: `refund.rs`, `house/pad.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, Form, form, forms, says};
use house::pad::{Pad, is_proven, with_tills};
use house::{Ask, DEVICE_TOKEN, House, Told};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use usher_ledger::{checkout, exchange, till};
use usher_rules::at::Span;
use usher_rules::fee::{Fee, Per};
use usher_rules::house as settings;
use usher_rules::id::{OrderId, TillNo};
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::staff::Role;
use usher_rules::{Command, cart};

/// An order that was sold at a till, and whoever sold it.
struct Scene<'h> {
    house: &'h House,
    pad: Pad,
    browser: Browser<'h>,
    order: OrderId,
}

async fn sold(house: &House, tickets: u8) -> Scene<'_> {
    sold_for(house, tickets, "/cash").await
}

/// The same, paid in cash or by card.
async fn sold_for<'h>(house: &'h House, tickets: u8, how: &str) -> Scene<'h> {
    let pad = with_tills(house).await;
    let person = house.engaged("sam", Role::Supervisor).await;
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(person.no).await);
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", "1").set("float", "100")).await;
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    let count = tickets.to_string();
    let page = browser.submit(&form(&page, "/best-seats").set("qty-1", &count)).await;
    let cash = form(&page, "/cash").add("email", "ada@example.org");
    let sale = browser.path.clone();
    browser.submit(&Form { action: cash.action.replace("/cash", how), ..cash }).await;
    if how == "/card" {
        pad.approve().await;
        browser.go(&sale).await;
    }
    let order = ordered(&browser);
    Scene { house, pad, browser, order }
}

fn ordered(browser: &Browser<'_>) -> OrderId {
    let order = browser.path.strip_prefix("/desk/sell/order/");
    order.unwrap_or_else(|| panic!("{} is no order", browser.path)).parse().unwrap()
}

impl Scene<'_> {
    fn row_of(&self, order: OrderId) -> Order {
        checkout::order(&self.house.handle.snapshot().unwrap(), order).unwrap().unwrap()
    }

    fn balance(&self, order: OrderId) -> Money {
        checkout::balance(&self.house.handle.snapshot().unwrap(), order).unwrap()
    }

    fn drawer(&self) -> Money {
        till::drawer(&self.house.handle.snapshot().unwrap(), TillNo(1)).unwrap()
    }

    fn code(&self, order: OrderId, nth: usize) -> String {
        let snapshot = self.house.handle.snapshot().unwrap();
        let ticket = self.row_of(order).tickets[nth];
        let ticket = checkout::ticket(&snapshot, ticket).unwrap().unwrap();
        self.house.handle.code(&ticket.code).unwrap()
    }

    async fn scan(&self, code: &str, nonce: &str) -> Value {
        self.house.send(self.house.scan(code, "in", nonce)).await.json()
    }

    /// The button that exchanges the first tickets of an order.
    async fn chosen(&mut self, order: OrderId, count: usize) -> Form {
        let address = format!("/desk/orders/{order}");
        let page = self.browser.go(&address).await;
        let mut choice = form(&page, &address).set("reason", "Wants to sit nearer");
        for id in self.row_of(order).tickets.iter().take(count) {
            choice = choice.add("ticket", &id.to_string());
        }
        let page = self.browser.press(&choice).await;
        says(&page, "towards other tickets");
        says(&page, &format!("formaction=\"{address}/exchange\""));
        let mut button = form(&page, "/refund");
        button.action = format!("{address}/exchange");
        button
    }

    /// Begins the exchange; it goes on where the old tickets are for.
    async fn begin(&mut self, count: usize) -> Told {
        let button = self.chosen(self.order, count).await;
        self.browser.submit(&button).await
    }

    /// Takes so many seats for the sale in hand.
    async fn take(&mut self, page: &Told, count: u8) -> Told {
        let count = count.to_string();
        self.browser.submit(&form(page, "/best-seats").set("qty-1", &count)).await
    }
}

/// What a door without the box would judge a code by.
async fn listed(house: &House, code: &str) -> Value {
    let told = house.send(Ask::get("/api/v1/door/snapshot").bearer(DEVICE_TOKEN)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let digest: String =
        Sha256::digest(code)[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let list = told.json();
    let mut found = list["tickets"].as_array().unwrap().iter();
    found.find(|line| line["digest"] == json!(digest)).cloned().unwrap_or(Value::Null)
}

#[tokio::test]
async fn the_old_ticket_is_replaced_at_every_door_at_once_and_the_new_one_is_good() {
    let house = House::open().await;
    let mut scene = sold(&house, 2).await;
    let (old, kept) = (scene.code(scene.order, 0), scene.code(scene.order, 1));
    let page = scene.begin(1).await;
    says(&page, &format!("Exchange of 1 ticket of order {}", scene.order));
    says(&page, "Leave the exchange");
    let page = scene.take(&page, 2).await;
    says(&page, &format!("Exchanged tickets of order {}", scene.order));
    let drawer = scene.drawer();
    let told = scene.browser.submit(&form(&page, "/cash")).await;
    let new = ordered(&scene.browser);
    says(&told, &format!("Exchanged tickets of order {}", scene.order));
    let worth = scene.row_of(scene.order).exchanges.unwrap().made[0].worth;
    assert_eq!(scene.drawer(), drawer + scene.row_of(new).total - worth);
    assert_eq!((scene.balance(scene.order), scene.balance(new)), (Money::ZERO, Money::ZERO));
    let fresh = scene.code(new, 0);
    assert!(listed(&house, &old).await.to_string().contains("REPLACED"));
    assert!(!listed(&house, &fresh).await.to_string().contains("STOP"));
    let stopped = scene.scan(&old, "n-1").await;
    assert_eq!((&stopped["verdict"], &stopped["reason"]), (&"STOP".into(), &"REPLACED".into()));
    for (code, nonce) in [(&fresh, "n-2"), (&kept, "n-3")] {
        assert_eq!(scene.scan(code, nonce).await["verdict"], "GO");
    }
    is_proven(&house);
}

#[tokio::test]
async fn both_orders_name_each_other_to_staff_and_the_old_one_to_its_buyer() {
    let house = House::open().await;
    let mut scene = sold(&house, 1).await;
    let page = scene.begin(1).await;
    let page = scene.take(&page, 1).await;
    says(&page, "Finish, nothing to pay");
    says(&page, "value=\"ada@example.org\"");
    let cash = form(&page, "/cash").add("email", "ada@example.org");
    let told = scene.browser.submit(&cash).await;
    says(&told, "with exchanged tickets");
    says(&told, "Mailed to ada@example.org");
    let new = ordered(&scene.browser);
    let page = scene.browser.go(&format!("/desk/orders/{}", scene.order)).await;
    says(&page, &format!("href=\"/desk/orders/{new}\""));
    says(&page, "Wants to sit nearer");
    says(&page, "Transfer clearing");
    assert!(!forms(&page.body).iter().any(|form| form.action.ends_with("/refund")));
    let page = scene.browser.go(&format!("/desk/orders/{new}")).await;
    says(&page, "Exchanged from");
    says(&page, &format!("href=\"/desk/orders/{}\"", scene.order));
    let address = usher_ledger::view::order::address(&house.handle, scene.order);
    let page = scene.browser.go(&format!("/orders/{address}")).await;
    says(&page, &format!("for tickets of order {new}"));
    is_proven(&house);
}

#[tokio::test]
async fn what_cheaper_tickets_leave_over_is_owed_and_paid_back_out_of_the_drawer() {
    let house = House::open().await;
    let mut scene = sold(&house, 2).await;
    let page = scene.begin(2).await;
    let page = scene.take(&page, 1).await;
    says(&page, "Owed to the customer afterwards");
    let drawer = scene.drawer();
    let told = scene.browser.submit(&form(&page, "/cash")).await;
    says(&told, "Owed to the customer, on order");
    let over = -scene.balance(scene.order);
    assert!(over > Money::ZERO);
    assert_eq!(scene.drawer(), drawer);
    let address = format!("/desk/orders/{}", scene.order);
    let page = scene.browser.go(&address).await;
    says(&page, "is owed to the customer");
    let button = form(&page, "/refund");
    assert!(button.fields.contains(&("reason".to_owned(), "Wants to sit nearer".to_owned())));
    assert_eq!(scene.browser.press(&button).await.status, 303);
    assert_eq!(scene.browser.press(&button).await.status, 303, "pressed twice, paid once");
    assert_eq!((scene.drawer(), scene.balance(scene.order)), (drawer - over, Money::ZERO));
    assert!(!scene.browser.go(&address).await.body.contains("is owed to the customer"));
    is_proven(&house);
}

#[tokio::test]
async fn an_exchange_that_is_left_or_given_up_leaves_the_old_tickets_as_they_were() {
    let house = House::open().await;
    let mut scene = sold(&house, 1).await;
    let page = scene.begin(1).await;
    let page = scene.take(&page, 2).await;
    let elsewhere = scene.browser.go(&format!("/desk/orders/{}", scene.order)).await;
    says(&elsewhere, "are being exchanged in sale");
    assert!(!forms(&elsewhere.body).iter().any(|form| form.action.ends_with("/refund")));
    let leave = form(&page, "/leave-exchange");
    assert_eq!(scene.browser.press(&leave).await.status, 303);
    let page = scene.browser.submit(&leave).await;
    assert!(!page.body.contains("Leave the exchange"));
    assert!(forms(&page.body).iter().any(|form| form.action.ends_with("/cash")));
    scene.begin(1).await;
    house.clock.pass(Span::minutes(40));
    let address = format!("/desk/orders/{}", scene.order);
    says(&scene.browser.go(&address).await, "are being exchanged in sale");
    let running = exchange::running(&house.handle.snapshot().unwrap(), scene.order).unwrap();
    let cart = running.unwrap();
    house.staff(Command::Cart(cart::Command::Expire { cart, seen: None })).await;
    let page = scene.browser.go(&address).await;
    assert!(!page.body.contains("are being exchanged in sale"), "its time was up");
    form(&page, &address);
    assert_eq!(scene.row_of(scene.order).exchanges, None);
    let code = scene.code(scene.order, 0);
    assert_eq!(scene.scan(&code, "n-1").await["verdict"], "GO");
    is_proven(&house);
}

#[tokio::test]
async fn what_may_not_be_exchanged_is_said_where_it_was_asked() {
    let house = House::open().await;
    let mut scene = sold(&house, 2).await;
    let first = scene.chosen(scene.order, 1).await;
    let again = scene.chosen(scene.order, 2).await;
    let page = scene.browser.submit(&first).await;
    let told = scene.browser.press(&again).await;
    assert_eq!(told.status, 409);
    says(&told, "Tickets of this order are being exchanged");
    let page = scene.take(&page, 2).await;
    let code = scene.code(scene.order, 0);
    assert_eq!(scene.scan(&code, "n-1").await["verdict"], "GO");
    let told = scene.browser.press(&form(&page, "/cash")).await;
    assert_eq!(told.status, 409);
    says(&told, "cannot be exchanged any more");
    scene.browser.submit(&form(&page, "/leave-exchange")).await;
    let told = scene.browser.press(&again).await;
    assert_eq!(told.status, 409);
    says(&told, "Somebody came in with this ticket");
    house.clock.pass(Span::minutes(30));
    let told = scene.browser.press(&again).await;
    assert!(told.header("location").starts_with("/desk/confirm?"), "who exchanges proves it again");
    assert_eq!(scene.row_of(scene.order).exchanges, None);
    is_proven(&house);
}

#[tokio::test]
async fn a_card_pays_the_difference_and_the_exchange_is_made_when_the_terminal_is_done() {
    let house = House::open().await;
    let mut scene = sold(&house, 1).await;
    let page = scene.begin(1).await;
    let page = scene.take(&page, 2).await;
    let mut card = form(&page, "/cash");
    card.action = card.action.replace("/cash", "/card");
    let page = scene.browser.submit(&card).await;
    says(&page, "Waiting for card");
    says(&page, &format!("Exchange of 1 ticket of order {}", scene.order));
    assert!(!page.body.contains("Leave the exchange"), "not while a card pays");
    let cart = scene.browser.path.clone();
    scene.pad.decline("05", "Do not honour").await;
    let page = scene.browser.go(&cart).await;
    says(&page, "Leave the exchange");
    assert_eq!(scene.row_of(scene.order).exchanges, None);
    let mut card = form(&page, "/cash");
    card.action = card.action.replace("/cash", "/card");
    scene.browser.submit(&card).await;
    scene.pad.approve().await;
    scene.browser.go(&cart).await;
    let new = ordered(&scene.browser);
    let row = scene.row_of(new);
    assert_eq!(row.origin().unwrap().order, scene.order);
    assert!(row.at_sale() > Money::ZERO && row.at_sale() < row.total);
    is_proven(&house);
}

#[tokio::test]
async fn what_a_card_paid_too_much_goes_back_to_that_card_at_its_pad() {
    let house = House::open().await;
    let mut scene = sold_for(&house, 2, "/card").await;
    let page = scene.begin(2).await;
    let page = scene.take(&page, 1).await;
    let drawer = scene.drawer();
    scene.browser.submit(&form(&page, "/cash")).await;
    let over = -scene.balance(scene.order);
    let address = format!("/desk/orders/{}", scene.order);
    let page = scene.browser.go(&address).await;
    says(&page, "is owed to the customer");
    let page = scene.browser.submit(&form(&page, "/refund")).await;
    says(&page, "Waiting for card");
    scene.pad.decline("05", "Do not honour").await;
    assert_eq!(scene.balance(scene.order), -over, "nothing went back");
    let page = scene.browser.go(&address).await;
    scene.browser.submit(&form(&page, "/refund")).await;
    scene.pad.approve().await;
    let page = scene.browser.go(&address).await;
    says(&page, "went back to the card");
    assert!(!page.body.contains("is owed to the customer"));
    assert_eq!((scene.balance(scene.order), scene.drawer()), (Money::ZERO, drawer));
    assert_eq!(scene.row_of(scene.order).refunded(), over);
    is_proven(&house);
}

#[tokio::test]
async fn tickets_of_the_shop_are_exchanged_at_the_counter_and_not_refunded() {
    let house = House::open().await;
    let mut scene = sold(&house, 1).await;
    let (ticket, _) = house.sold(&["C-C-1", "C-C-2"]).await[0].clone();
    let ticket = checkout::ticket(&house.handle.snapshot().unwrap(), ticket.parse().unwrap());
    scene.order = ticket.unwrap().unwrap().order;
    let page = scene.begin(1).await;
    let page = scene.take(&page, 4).await;
    scene.browser.submit(&form(&page, "/cash")).await;
    let new = ordered(&scene.browser);
    assert_eq!(scene.row_of(new).origin().unwrap().order, scene.order);
    assert_eq!(scene.balance(scene.order), Money::ZERO);
    is_proven(&house);
}

#[tokio::test]
async fn the_house_asks_its_fee_for_an_exchange_unless_whoever_makes_it_leaves_it_out() {
    let house = House::open().await;
    let mut scene = sold(&house, 2).await;
    let mut kept = usher_ledger::write::house(&house.handle.snapshot().unwrap()).unwrap();
    let (name, amount) = ("Exchange fee".to_owned(), Money(250));
    kept.fees.push(Fee { no: 9, name, per: Per::Exchange, amount, taxed: false });
    house.staff(Command::House(settings::Command::Set(kept))).await;
    let order = scene.order;
    let ticket = scene.row_of(order).tickets[0];
    let asked = format!("/desk/orders/{order}?ticket={ticket}&reason=Nearer");
    let page = scene.browser.go(&asked).await;
    says(&page, "Exchange fee for an exchange: 1 × £2.50 = £2.50, a line of the new order.");
    let page = scene.begin(1).await;
    let page = scene.take(&page, 1).await;
    for words in ["Exchange fee", "£2.50"] {
        says(&page, words);
    }
    let drawer = scene.drawer();
    scene.browser.submit(&form(&page, "/cash")).await;
    let new = ordered(&scene.browser);
    let made =
        |scene: &Scene<'_>, nth: usize| scene.row_of(order).exchanges.unwrap().made[nth].clone();
    let row = scene.row_of(new);
    assert_eq!(scene.drawer(), drawer + row.total - made(&scene, 0).worth);
    let tickets: Money = row.lines.iter().map(|line| line.price.gross).sum();
    assert_eq!((row.total, row.fees.len()), (tickets + Money(250), 1));
    assert_eq!(scene.balance(new), Money::ZERO);
    for page in ["/desk/orders/{}", "/desk/sell/order/{}/receipts"] {
        let page = scene.browser.go(&page.replace("{}", &new.to_string())).await;
        says(&page, "Exchange fee");
    }
    let rest = scene.row_of(order).tickets[1];
    let page = scene.browser.go(&format!("/desk/orders/{order}")).await;
    let choice = form(&page, &format!("/desk/orders/{order}")).set("reason", "Our mistake");
    let page = scene.browser.press(&choice.add("ticket", &rest.to_string())).await;
    let mut button = form(&page, "/refund").add("no_fee", "yes");
    button.action = format!("/desk/orders/{order}/exchange");
    let page = scene.browser.submit(&button).await;
    let page = scene.take(&page, 1).await;
    assert!(!page.body.contains("Exchange fee"), "{}", page.body);
    scene.browser.submit(&form(&page, "/cash")).await;
    let other = scene.row_of(ordered(&scene.browser));
    let tickets: Money = other.lines.iter().map(|line| line.price.gross).sum();
    assert_eq!((other.total, made(&scene, 1).waived), (tickets, Some(Money(250))));
    let page = scene.browser.go(&format!("/desk/orders/{order}")).await;
    for words in ["Our mistake", "Without the fee of £2.50"] {
        says(&page, words);
    }
    is_proven(&house);
}
