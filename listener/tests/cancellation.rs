//! A performance that does not take place: cancelled at the desk, told in the shop and at the door,
//! and given back order by order (K8).
//!
//! As a browser without scripts meets the pages; the pad's and the gateway's parts are played by
//! tasks that ask the ledger the real commands. Next: `refund.rs`, `refund_card.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, form, forms, says};
use house::pad::{Pad, is_proven, with_tills};
use house::{Ask, House, Told};
use std::time::{Duration, Instant};
use usher_ledger::{checkout, letter};
use usher_rules::id::{OrderId, TicketId};
use usher_rules::letter::Kind;
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::staff::Role;

const AWAITED_MAX: Duration = Duration::from_secs(20);

/// One order of the shop, one in cash and one by card, and somebody senior at an open till.
struct Scene<'h> {
    house: &'h House,
    pad: Pad,
    browser: Browser<'h>,
    shop: OrderId,
    cash: OrderId,
    card: OrderId,
    /// Of the shop's tickets.
    codes: Vec<String>,
}

async fn sold(house: &House) -> Scene<'_> {
    let pad = with_tills(house).await;
    let mut browser = Browser::of(house, "sam", Role::Supervisor).await;
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", "1").set("float", "100")).await;
    let tickets = house.sold(&["C-C-1", "C-C-2"]).await;
    let first: TicketId = tickets[0].0.parse().unwrap();
    let row = checkout::ticket(&house.handle.snapshot().unwrap(), first).unwrap().unwrap();
    let codes = tickets.into_iter().map(|(_, code)| code).collect();
    let cash = at_counter(&mut browser, house, None).await;
    let card = at_counter(&mut browser, house, Some(&pad)).await;
    Scene { house, pad, browser, shop: row.order, cash, card, codes }
}

/// Two tickets for tonight, in cash or by card.
async fn at_counter(browser: &mut Browser<'_>, house: &House, pad: Option<&Pad>) -> OrderId {
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    let page = browser.submit(&form(&page, "/best-seats").set("qty-1", "2")).await;
    let cart = browser.path.clone();
    let mut paying = form(&page, "/cash");
    if let Some(pad) = pad {
        paying.action = paying.action.replace("/cash", "/card");
        browser.submit(&paying).await;
        pad.approve().await;
        browser.go(&cart).await;
    } else {
        browser.submit(&paying.set("given", "100")).await;
    }
    let path = browser.path.split('?').next().unwrap();
    path.strip_prefix("/desk/sell/order/").unwrap().parse().unwrap()
}

impl Scene<'_> {
    fn address(&self) -> String {
        format!("/desk/cancellations/{}", self.house.season.tonight)
    }

    async fn cancel(&mut self, reason: &str) -> Told {
        let page = self.browser.go(&self.address()).await;
        let form = form(&page, &self.address()).set("reason", reason);
        self.browser.submit(&form).await
    }

    fn row(&self, id: OrderId) -> Order {
        checkout::order(&self.house.handle.snapshot().unwrap(), id).unwrap().unwrap()
    }

    /// The orders that the page lists.
    async fn listed(&mut self) -> Vec<OrderId> {
        let page = self.browser.go(&self.address()).await;
        let all = [self.shop, self.cash, self.card];
        let here = |order: &OrderId| page.body.contains(&format!(">{order}</a>"));
        all.into_iter().filter(here).collect()
    }

    /// Gives back what the order's line in the list leads to.
    async fn give_back(&mut self, order: OrderId) -> Told {
        let page = self.browser.go(&self.address()).await;
        let start = format!("/desk/orders/{order}?");
        let place = page.body.find(&start).unwrap();
        let link = page.body[place..].split('"').next().unwrap().replace("&amp;", "&");
        let page = self.browser.go(&link).await;
        says(&page, "Reason: The lead is ill.");
        self.browser.submit(&form(&page, "/refund")).await
    }

    async fn until_back(&self, order: OrderId) {
        let deadline = Instant::now() + AWAITED_MAX;
        while self.row(order).refunded() == Money::ZERO {
            assert!(Instant::now() < deadline, "order {order} is not given back");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn what_is_cancelled_is_not_sold_opens_no_door_and_is_told_to_its_buyers() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    let page = scene.browser.go("/desk/cancellations").await;
    says(&page, "No performance is cancelled.");
    let page = scene.browser.go(&scene.address()).await;
    says(&page, "3 orders with 6 tickets to take back");
    let unsaid = scene.cancel("  ").await;
    assert_eq!(unsaid.status, 422);
    says(&unsaid, "Say why");
    let page = scene.cancel("The lead is ill.").await;
    assert_eq!(page.status, 200);
    says(&page, "The lead is ill.");
    assert_eq!(scene.listed().await, [scene.shop, scene.cash, scene.card]);
    let again = Ask::post(&scene.address()).form("key=&reason=Fire");
    let again = house.send(again.with("cookie", scene.browser.cookie.as_ref().unwrap())).await;
    assert_eq!(again.status, 409);
    says(&again, "It is cancelled already");
    for list in ["/desk/cancellations", "/desk"] {
        let page = scene.browser.go(list).await;
        assert!(page.body.contains(&scene.address()), "{list} leads to it");
    }

    let stopped = house.send(house.scan(&scene.codes[0], "in", "n-1")).await.json();
    assert_eq!((&stopped["verdict"], &stopped["reason"]), (&"STOP".into(), &"CANCELLED".into()));
    let (cart, token) = house.cart().await;
    let seats = Ask::post(&format!("/api/v1/carts/{cart}/seats")).bearer(&token);
    let refused = house.send(seats.json(&house.chosen(&["C-C-3"]))).await;
    refused.is_problem(404, "NotFound");
    let shop = house.send(Ask::get(&format!("/performances/{}", house.season.tonight))).await;
    says(&shop, "This performance is cancelled");

    let snapshot = house.handle.snapshot().unwrap();
    let letters = letter::newest(&snapshot, None, 10).unwrap();
    let about = letters.iter().filter_map(|(id, row)| match row.kind {
        Kind::PerformanceCancelled(order, at) => Some((*id, order, at)),
        Kind::Confirmation(_) | Kind::Cancelled(_) => None,
    });
    let about: Vec<_> = about.collect();
    let [(id, order, at)] = about[..] else { panic!("letters: {about:?}") };
    assert_eq!((order, at), (scene.shop, house.season.tonight), "the others gave no address");
    let frame = house.shop.frame(0);
    let view = usher_ledger::view::letter::letter(&house.handle, &snapshot, frame, id);
    let look = house.shop.look();
    let mail = usher_web::letter::write(&look.templates, &view.unwrap().unwrap(), &look.words);
    let mail = mail.unwrap();
    assert!(mail.subject.starts_with("Cancelled: "), "{}", mail.subject);
    let says = ["does not take place. The lead is ill.", "back to the card you paid with"];
    assert!(says.iter().all(|words| mail.text.contains(words)), "{}", mail.text);
    let link = mail.text.split_whitespace().find(|word| word.contains("/orders/")).unwrap();
    let path = &link[link.find("/orders/").unwrap()..];
    let own = house.send(Ask::get(path)).await;
    browser::says(&own, "This performance does not take place");
    let calendar = house.send(Ask::get(&format!("{path}/calendar.ics"))).await;
    assert!(calendar.body.contains("STATUS:CANCELLED"), "{}", calendar.body);
    assert!(!scene.codes.iter().any(|code| own.body.contains(code)), "no code is shown any more");
    is_proven(&house);
}

#[tokio::test]
async fn one_press_gives_back_what_needs_no_customer_and_the_list_leads_through_the_rest() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    scene.cancel("The lead is ill.").await;
    let page = scene.browser.go(&scene.address()).await;
    says(&page, "Give all of it back");
    let told = scene.browser.submit(&form(&page, &format!("{}/refund", scene.address()))).await;
    says(&told, "1 order is being given back");
    scene.until_back(scene.shop).await;
    let shop = scene.row(scene.shop);
    assert_eq!(shop.refunded(), shop.total);
    assert_eq!(shop.refunds.unwrap().made[0].reason, "The lead is ill.");
    assert_eq!(scene.listed().await, [scene.cash, scene.card]);

    let page = scene.give_back(scene.cash).await;
    says(&page, "Cash given back");
    says(&page, "All refunds of this performance");
    assert_eq!(scene.listed().await, [scene.card]);
    let page = scene.give_back(scene.card).await;
    says(&page, "Waiting for card");
    let page = scene.browser.go(&scene.address()).await;
    says(&page, "Money is on its way back.");
    scene.pad.approve().await;
    assert_eq!(scene.listed().await, []);
    let page = scene.browser.go(&scene.address()).await;
    says(&page, "Everything is given back.");
    is_proven(&house);
}

#[tokio::test]
async fn a_pad_that_needs_no_card_gives_back_from_the_list_itself() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    scene.cancel("The lead is ill.").await;
    let page = scene.browser.go(&scene.address()).await;
    let button = format!("/desk/orders/{}/refund", scene.card);
    assert!(!forms(&page.body).iter().any(|form| form.action == button), "a card is needed");
    scene.pad.refund_without_card();
    let page = scene.browser.go(&scene.address()).await;
    says(&page, "At its pad, no card needed");
    scene.browser.submit(&form(&page, &button)).await;
    assert_eq!(scene.browser.path, format!("/desk/orders/{}", scene.card));
    scene.pad.approve().await;
    let card = scene.row(scene.card);
    assert_eq!(card.refunded(), card.total);
    assert_eq!(scene.listed().await, [scene.shop, scene.cash]);
    is_proven(&house);
}

#[tokio::test]
async fn whoever_was_let_in_before_it_was_cancelled_gets_their_money_back_as_well() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    let went_in = house.send(house.scan(&scene.codes[0], "in", "n-1")).await.json();
    assert_eq!(went_in["verdict"], "GO");
    scene.cancel("The lead is ill.").await;
    let page = scene.browser.go(&scene.address()).await;
    scene.browser.submit(&form(&page, &format!("{}/refund", scene.address()))).await;
    scene.until_back(scene.shop).await;
    let shop = scene.row(scene.shop);
    assert_eq!(shop.refunded(), shop.total);
    is_proven(&house);
}

#[tokio::test]
async fn a_cashier_sees_the_list_and_cancels_and_gives_back_nothing() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    let mut cashier = Browser::of(&house, "cas", Role::Cashier).await;
    let page = cashier.go(&scene.address()).await;
    says(&page, "A supervisor or manager can cancel it.");
    let here = |page: &Told| {
        let mine = scene.address();
        forms(&page.body).into_iter().any(|form| form.action.starts_with(&mine))
    };
    assert!(!here(&page));
    scene.cancel("The lead is ill.").await;
    let page = cashier.go(&scene.address()).await;
    says(&page, "A supervisor or manager can give it back.");
    let mine = scene.address();
    assert!(!forms(&page.body).into_iter().any(|form| form.action.starts_with(&mine)));
}

#[tokio::test]
async fn carts_that_are_open_say_what_does_not_take_place_and_are_charged_nothing() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    let tonight = house.season.tonight;
    let mut visitor = Browser::new(&house);
    let page = visitor.go(&format!("/performances/{tonight}")).await;
    visitor.submit(&form(&page, "/best-seats").set("qty-1", "1")).await;
    let checkout = visitor.go("/checkout").await;
    let page = scene.browser.go(&format!("/desk/sell/{tonight}")).await;
    let sale = scene.browser.submit(&form(&page, "/best-seats").set("qty-1", "1")).await;
    scene.cancel("The lead is ill.").await;

    let pay = form(&checkout, "/checkout").set("name", "Ada Finch");
    let pay = pay.set("email", "ada@example.org").set("card-number", "4242424242424242");
    let pay = pay.set("card-expiry", "12/27").set("card-code", "123");
    let told = visitor.submit(&pay).await;
    assert_eq!(visitor.path, "/cart", "{}", told.body);
    says(&told, "is cancelled");
    assert!(!told.body.contains("href=\"/checkout\""), "nothing leads on to paying");
    visitor.go("/checkout").await;
    assert_eq!(visitor.path, "/cart");
    let told = scene.browser.submit(&form(&sale, "/cash").set("given", "100")).await;
    assert_eq!(told.status, 422);
    says(&told, "A performance of this sale is cancelled");
    is_proven(&house);
}

#[tokio::test]
async fn a_performance_that_is_over_cannot_be_cancelled_any_more() {
    let house = House::open().await;
    let mut scene = sold(&house).await;
    let page = scene.browser.go(&scene.address()).await;
    house.clock.pass(usher_rules::at::Span::hours(8));
    let anna = Browser::of(&house, "anna", Role::Manager).await;
    scene.browser.cookie = anna.cookie;
    let late = form(&page, &scene.address()).set("reason", "Fire");
    let told = scene.browser.submit(&late).await;
    assert_eq!(told.status, 422, "{}", told.body);
    says(&told, "It is over");
}
