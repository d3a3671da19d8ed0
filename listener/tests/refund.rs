//! Orders at the desk: found, looked at, and tickets of them given back in cash.
//!
//! As a browser without scripts meets the pages; the ticket's code is then brought to a door; an
//! order of the shop goes back through the gateway. A card's way back at a pad is in
//! `rules/tests/refund.rs`. Next: `till.rs`, `matrix.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, Form, form, forms, says};
use house::{House, Told};
use std::time::{Duration, Instant};
use usher_ledger::{Lane, checkout, inventory, proof, till};
use usher_rules::at::Span;
use usher_rules::cart::{self, Buyer, Place};
use usher_rules::id::{LevelNo, OrderId, StaffNo, TillNo};
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::price::Places;
use usher_rules::staff::Role;
use usher_rules::tender::State;
use usher_rules::{Actor, Command, Event, Key, checkout as sale, hold, house as rules};

/// A house with a till that somebody senior has open, and an order sold there in cash.
struct Scene<'h> {
    house: &'h House,
    anna: StaffNo,
    browser: Browser<'h>,
    order: OrderId,
}

async fn ask(house: &House, by: StaffNo, command: Command) -> Vec<Event> {
    let asked = house.handle.ask(Lane::Till, Actor::Account(by), None, command).await;
    asked.unwrap().events.clone()
}

async fn sold<'h>(house: &'h House, float: Money, tickets: u8) -> Scene<'h> {
    let till = |no, name: &str| rules::Till { no: TillNo(no), name: name.to_owned(), pad: None };
    let settings = usher_ledger::write::house(&house.handle.snapshot().unwrap()).unwrap();
    let tills = vec![till(1, "Left")];
    house.staff(Command::House(rules::Command::Set(rules::House { tills, ..settings }))).await;
    let anna = house.engaged("anna", Role::Supervisor).await.no;
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(anna).await);
    let open = usher_rules::till::Command::Open { till: TillNo(1), float };
    ask(house, anna, Command::Till(open)).await;
    let cart = cart::Command::OpenAtTill(TillNo(1));
    let opened = ask(house, anna, Command::Cart(cart)).await;
    let cart = opened.into_iter().find_map(|event| match event {
        Event::Cart(cart::Event::Opened(id, _)) => Some(id),
        _ => None,
    });
    let cart = cart.unwrap();
    let take = hold::Command::Best {
        cart,
        performance: house.season.tonight,
        places: vec![Places { level: LevelNo(1), count: tickets }],
        category: None,
        zone: None,
        wheelchair: 0,
        companions: 0,
        allow_split: false,
        allow_alone: false,
    };
    ask(house, anna, Command::Hold(take)).await;
    let row = usher_ledger::cart::get(&house.handle.snapshot().unwrap(), cart).unwrap().unwrap();
    let buyer = Buyer { name: "Ada Finch".to_owned(), email: String::new(), patron: None };
    let cash = sale::Command::Cash { cart, buyer, given: row.total(), shown: row.total() };
    let made = ask(house, anna, Command::Checkout(cash)).await;
    let order = made.into_iter().find_map(|event| match event {
        Event::Checkout(sale::Event::Sold { id, .. }) => Some(id),
        _ => None,
    });
    Scene { house, anna, browser, order: order.unwrap() }
}

impl Scene<'_> {
    fn row(&self) -> Order {
        checkout::order(&self.house.handle.snapshot().unwrap(), self.order).unwrap().unwrap()
    }

    fn address(&self) -> String {
        format!("/desk/orders/{}", self.order)
    }

    fn code(&self, nth: usize) -> String {
        let snapshot = self.house.handle.snapshot().unwrap();
        let ticket = checkout::ticket(&snapshot, self.row().tickets[nth]).unwrap().unwrap();
        self.house.handle.code(&ticket.code).unwrap()
    }

    fn drawer(&self) -> Money {
        till::drawer(&self.house.handle.snapshot().unwrap(), TillNo(1)).unwrap()
    }

    /// Chooses the first tickets of the order and looks what goes back.
    async fn choose(&mut self, count: usize) -> Told {
        let page = self.browser.go(&self.address()).await;
        let mut choice = form(&page, &self.address()).set("reason", "Fell ill");
        for id in self.row().tickets.iter().take(count) {
            choice = choice.add("ticket", &id.to_string());
        }
        self.browser.press(&choice).await
    }

    fn is_proven(&self) {
        let snapshot = self.house.handle.snapshot().unwrap();
        assert_eq!(proof::of(&snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
    }
}

fn refund(page: &Told) -> Form {
    form(page, "/refund")
}

#[tokio::test]
async fn a_ticket_given_back_is_cancelled_at_the_door_and_its_seat_is_free_again() {
    let house = House::open().await;
    let mut scene = sold(&house, Money(10_000), 2).await;
    let total = scene.row().total;
    assert_eq!(scene.drawer(), Money(10_000) + total);
    let page = scene.choose(1).await;
    assert_eq!(page.status, 200);
    says(&page, "Refund 1 ticket: ");
    says(&page, "in cash from your drawer");
    let told = scene.browser.submit(&refund(&page)).await;
    assert_eq!(told.status, 200);
    says(&told, "Given back");
    says(&told, "Fell ill");
    says(&told, "Cash given back");
    let refunded = scene.row().refunded();
    assert!(refunded > Money::ZERO && refunded < total);
    assert_eq!(scene.drawer(), Money(10_000) + total - refunded);
    let snapshot = house.handle.snapshot().unwrap();
    assert_eq!(checkout::balance(&snapshot, scene.order).unwrap(), Money::ZERO);
    let ticket = checkout::ticket(&snapshot, scene.row().tickets[0]).unwrap().unwrap();
    let Place::Seat(seat) = ticket.place else { panic!("a seat was sold") };
    assert_eq!(inventory::seat(&snapshot, ticket.performance, seat).unwrap(), None);
    let stopped = house.send(house.scan(&scene.code(0), "in", "n-1")).await.json();
    assert_eq!((&stopped["verdict"], &stopped["reason"]), (&"STOP".into(), &"CANCELLED".into()));
    let let_in = house.send(house.scan(&scene.code(1), "in", "n-2")).await.json();
    assert_eq!(let_in["verdict"], "GO", "{let_in}");
    scene.is_proven();
}

#[tokio::test]
async fn pressing_twice_gives_back_once_and_an_old_page_is_told_so() {
    let house = House::open().await;
    let mut scene = sold(&house, Money::ZERO, 2).await;
    let page = scene.choose(1).await;
    let old = scene.choose(1).await;
    let press = refund(&page);
    assert_eq!(scene.browser.press(&press).await.status, 303);
    assert_eq!(scene.browser.press(&press).await.status, 303);
    assert_eq!(scene.row().refunds.unwrap().made.len(), 1);
    let told = scene.browser.press(&refund(&old)).await;
    assert_eq!(told.status, 409);
    says(&told, "That was given back already");
    let page = scene.choose(2).await;
    let told = scene.browser.submit(&refund(&page)).await;
    assert_eq!(told.status, 200);
    assert_eq!(scene.row().refunded(), scene.row().total, "the last one takes all fees with it");
    assert_eq!(scene.drawer(), Money::ZERO);
    assert!(!forms(&told.body).iter().any(|form| form.action.ends_with(&scene.address())));
    scene.is_proven();
}

#[tokio::test]
async fn what_may_not_go_back_is_said_on_the_page_and_changes_nothing() {
    let house = House::open().await;
    let mut scene = sold(&house, Money::ZERO, 2).await;
    let page = scene.browser.go(&scene.address()).await;
    let bare = form(&page, &scene.address());
    says(&scene.browser.press(&bare.clone().set("reason", "Ill")).await, "Choose the tickets");
    let ticked = bare.add("ticket", &scene.row().tickets[0].to_string());
    says(&scene.browser.press(&ticked).await, "Say why");
    let page = scene.choose(1).await;
    let drawer = scene.drawer();
    let (session, _) =
        till::open_of(&house.handle.snapshot().unwrap(), scene.anna).unwrap().unwrap();
    let reason = "Bank".to_owned();
    let out = usher_rules::till::Command::PayOut { session, amount: drawer, reason };
    ask(&house, scene.anna, Command::Till(out)).await;
    let told = scene.browser.press(&refund(&page)).await;
    assert_eq!(told.status, 422);
    says(&told, "not that much in your drawer");
    let code = scene.code(0);
    assert_eq!(house.send(house.scan(&code, "in", "n-1")).await.json()["verdict"], "GO");
    let told = scene.browser.press(&refund(&page)).await;
    assert_eq!(told.status, 409);
    says(&told, "Somebody came in with this ticket");
    let others = scene.row().tickets[1].to_string();
    house.clock.pass(Span::minutes(9));
    assert_eq!(scene.row().refunds, None, "{others} is good still");
    scene.is_proven();
}

/// An order of two tickets that was paid in the shop, before somebody senior without a till.
async fn sold_in_shop<'h>(house: &'h House) -> Scene<'h> {
    let anna = house.engaged("anna", Role::Supervisor).await.no;
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(anna).await);
    let ticket = house.sold(&["C-C-1", "C-C-2"]).await[0].0.parse().unwrap();
    let row = checkout::ticket(&house.handle.snapshot().unwrap(), ticket).unwrap().unwrap();
    Scene { house, anna, browser, order: row.order }
}

impl Scene<'_> {
    /// Gives the first ticket back for this reason, and waits until the gateway's word is written.
    async fn give_back(&mut self, reason: &str, until: State) -> Told {
        let page = self.browser.go(&self.address()).await;
        let choice = form(&page, &self.address()).set("reason", reason);
        let ticket = self.row().tickets[0].to_string();
        let page = self.browser.press(&choice.add("ticket", &ticket)).await;
        says(&page, "to the card, through the web gateway");
        assert_eq!(self.browser.press(&refund(&page)).await.status, 303);
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.newest() != until {
            assert!(Instant::now() < deadline, "{until:?} awaited, is {:?}", self.newest());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.browser.go(&self.address()).await
    }

    fn intent(&self) -> Key {
        self.row().refunds.unwrap().newest.unwrap()
    }

    fn newest(&self) -> State {
        let snapshot = self.house.handle.snapshot().unwrap();
        checkout::intent(&snapshot, self.intent()).unwrap().unwrap().state
    }

    async fn standing(&mut self) -> String {
        let told = self.browser.look(&format!("{}/pad", self.address())).await.json();
        told["standing"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn an_order_of_the_shop_is_refunded_through_the_gateway_without_a_till() {
    let house = House::open().await;
    let mut scene = sold_in_shop(&house).await;
    let page = scene.give_back("Fell ill", State::Captured).await;
    says(&page, "went back to the card");
    says(&page, "Fell ill");
    assert_eq!(scene.standing().await, "settled");
    let row = scene.row();
    assert!(row.refunded() > Money::ZERO && row.refunded() < row.total);
    let snapshot = house.handle.snapshot().unwrap();
    assert_eq!(checkout::balance(&snapshot, scene.order).unwrap(), Money::ZERO);
    let clearing = usher_ledger::batch::balance(&snapshot, usher_rules::batch::Of::Gateway);
    assert_eq!(clearing.unwrap(), row.total - row.refunded());
    scene.is_proven();
}

#[tokio::test]
async fn a_refund_the_gateway_refuses_is_said_in_its_words_and_can_be_tried_again() {
    let house = House::open().await;
    let mut scene = sold_in_shop(&house).await;
    let page = scene.give_back(house::gateway::REFUSED, State::Declined).await;
    says(&page, "was declined");
    says(&page, "Do not honour");
    assert_eq!(scene.row().refunded(), Money::ZERO);
    let page = scene.give_back("Fell ill", State::Captured).await;
    says(&page, "went back to the card");
    scene.is_proven();
}

#[tokio::test]
async fn a_refund_nobody_answers_is_unknown_on_its_page_and_then_a_persons_to_decide() {
    let house = House::open().await;
    let mut scene = sold_in_shop(&house).await;
    let page = scene.give_back(house::gateway::UNHEARD, State::Unknown).await;
    says(&page, "Outcome unknown: give nothing back in another way");
    says(&page, "The gateway did not answer at");
    let here =
        |page: &Told, end: &str| forms(&page.body).iter().any(|one| one.action.ends_with(end));
    assert!(!here(&page, "/refund") && !here(&page, "/stop"), "nothing else goes back meanwhile");
    assert_eq!(scene.standing().await, "unknown");
    for _ in 0..3 {
        let unheard = sale::Command::Answered(scene.intent(), sale::Answer::NoAnswer);
        house::gateway::ask(&house.handle, unheard).await;
    }
    let page = scene.browser.go(&scene.address()).await;
    says(&page, "Look for this refund in the gateway’s own portal");
    assert_eq!(scene.row().refunded(), Money::ZERO);
    let decide = form(&page, "/decide").add("charged", "yes").set("name", "Anna Birch");
    let decide = decide.set("reason", "Seen in the portal").set("evidence", "R-77");
    let page = scene.browser.submit(&decide).await;
    says(&page, "went back to the card");
    assert!(scene.row().refunded() > Money::ZERO);
    scene.is_proven();
}

#[tokio::test]
async fn an_order_is_found_by_its_number_a_ticket_a_name_and_an_address() {
    let house = House::open().await;
    let mut scene = sold(&house, Money::ZERO, 1).await;
    house.sold(&["C-C-1", "C-C-2"]).await;
    let own = format!("href=\"{}\"", scene.address());
    for find in [scene.order.to_string(), scene.row().tickets[0].to_string(), scene.code(0)] {
        says(&scene.browser.go(&format!("/desk/orders?find={find}")).await, &own);
    }
    let by_name = scene.browser.go("/desk/orders?find=finch").await;
    says(&by_name, &own);
    says(&by_name, "ada@example.org");
    let by_mail = scene.browser.go("/desk/orders?find=ADA@EXAMPLE").await;
    assert!(!by_mail.body.contains(&own));
    says(&scene.browser.go("/desk/orders?find=nobody").await, "No order answers");
    says(&scene.browser.go("/desk/orders").await, &own);
}

#[tokio::test]
async fn who_refunds_proves_again_who_they_are_and_comes_back_to_the_order() {
    let house = House::open().await;
    let mut scene = sold(&house, Money::ZERO, 1).await;
    let page = scene.choose(1).await;
    house.clock.pass(Span::minutes(30));
    let told = scene.browser.press(&refund(&page)).await;
    assert_eq!(told.status, 303);
    let address = scene.address();
    let onward = usher_web::html::url_part(&address);
    assert_eq!(told.header("location"), format!("/desk/confirm?onward={onward}"));
    assert_eq!(scene.row().refunds, None);
}

/// The sum of the postings on the page is the balance of the books (E9).
#[tokio::test]
async fn the_postings_of_an_order_make_its_balance() {
    use usher_ledger::view::desk::order::{Asked, opened};
    let house = House::open().await;
    let mut scene = sold(&house, Money::ZERO, 3).await;
    let page = scene.choose(2).await;
    house.clock.pass(Span::minutes(3));
    scene.browser.press(&refund(&page)).await;
    house.sold(&["C-C-1", "C-C-2"]).await;
    let snapshot = house.handle.snapshot().unwrap();
    let orders = [scene.order, OrderId(scene.order.0 + 1)];
    for (order, count) in orders.into_iter().zip([4, 2]) {
        let (handle, asked) = (&house.handle, Asked::default());
        let view = opened(handle, &snapshot, around(&house), order, asked).unwrap().unwrap();
        assert_eq!(view.postings.len(), count, "{order}");
        let sum: Money = view.postings.iter().map(|one| one.owed).sum();
        assert_eq!((sum, view.balance), (Money::ZERO, Money::ZERO));
    }
}

fn around(house: &House) -> usher_rules::view::desk::Around {
    use usher_rules::view::desk::{Around, Books, ClockState, Disk, Rights, Store, Strip};
    Around {
        frame: house.shop.frame(0),
        who: String::new(),
        rights: Rights::default(),
        strip: Strip {
            store: Store::Ready,
            clock: ClockState::Trusted,
            disk_free_bytes: 0,
            disk: Disk::Enough,
            scanners_ready: 0,
            scanners_total: 0,
            gates_ready: 0,
            gates_total: 0,
            mail_waiting: 0,
            mail_errors: 0,
            books: Books::Unproved,
            without_tls: false,
        },
    }
}
