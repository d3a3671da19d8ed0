//! The shop as a browser without scripts uses it: from the programme to the tickets.
//!
//! Every step is a page, a link or a form of that page. Next: `browser/mod.rs`, the browser;
//! `staff.rs` for the desk.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, Form, form, forms, says};
use house::{Ask, House, Told, gateway};
use usher_ledger::checkout;
use usher_listener::cache::PLACES_GOOD_FOR;
use usher_rules::at::Span;
use usher_rules::cart::Command as Cart;
use usher_rules::checkout::{Answer, Command as Checkout};
use usher_rules::performance::Command as Staged;
use usher_rules::view::desk::Disk;
use usher_rules::{Command, performance};

fn tonight(house: &House) -> String {
    format!("/performances/{}", house.season.tonight)
}

/// A browser that holds two best seats of tonight.
async fn with_two(house: &House) -> Browser<'_> {
    let mut browser = Browser::new(house);
    let page = browser.go(&tonight(house)).await;
    let page = browser.submit(&wish(&page).set("qty-1", "2")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    says(&page, "Your seats");
    browser
}

fn card(form: Form, number: &str) -> Form {
    form.set("name", "Edda Crane")
        .set("email", "edda@tidewell.example")
        .set("card-number", number)
        .set("card-expiry", "12/27")
        .set("card-code", "123")
}

async fn pay(browser: &mut Browser<'_>, number: &str) -> Told {
    let page = browser.go("/checkout").await;
    browser.press(&card(form(&page, "/checkout"), number)).await
}

/// The form that asks for best seats; others of the same address try again or split.
fn wish(page: &Told) -> Form {
    let found = forms(&page.body).into_iter().rfind(|form| form.action.ends_with("/best-seats"));
    found.unwrap_or_else(|| panic!("nothing can be asked for: {}", page.body))
}

/// The form whose hidden key ends so.
fn keyed(page: &Told, end: &str) -> Form {
    let keyed =
        |form: &Form| form.fields.iter().any(|(name, text)| name == "key" && text.ends_with(end));
    let found = forms(&page.body).into_iter().find(keyed);
    found.unwrap_or_else(|| panic!("no form {end} in {}", page.body))
}

/// Guids in the order of a page's hidden `seat` fields.
fn seats_of(form: &Form) -> Vec<String> {
    let seats = form.fields.iter().filter(|(name, _)| name == "seat");
    seats.map(|(_, guid)| guid.clone()).collect()
}

#[tokio::test]
async fn a_visitor_buys_two_tickets_without_a_script() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    says(&browser.go("/").await, "The Tide Clock");
    let event = browser.go("/events/the-tide-clock").await;
    says(&event, &tonight(&house));
    let page = browser.go(&tonight(&house)).await;
    assert!(browser.cookie.is_none(), "looking opens no session");
    let taken = browser.press(&wish(&page).set("qty-1", "2")).await;
    assert_eq!((taken.status.as_u16(), taken.header("location")), (303, tonight(&house)));
    says(&browser.go(&tonight(&house)).await, "Your seats");
    let cart = browser.go("/cart").await;
    says(&cart, "£63.00");
    let checkout = browser.go("/checkout").await;
    let paid = browser.press(&card(form(&checkout, "/checkout"), "4242 4242 4242 4242")).await;
    assert_eq!(paid.status, 303, "{}", paid.body);
    let address = paid.header("location");
    let order = browser.go(&address).await;
    says(&order, "Thank you, Edda Crane");
    assert_eq!(order.body.matches("class=\"qr\"").count(), 2, "a code for each ticket");
    assert_eq!(order.header("cache-control"), "no-store");
    let pdf = browser.go(&format!("{address}/tickets.pdf")).await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with("%PDF-"));
    let calendar = browser.go(&format!("{address}/calendar.ics")).await;
    says(&calendar, "BEGIN:VCALENDAR");
    says(&calendar, "DTSTART:20261204T190000Z");
    says(&browser.go("/cart").await, "The cart is empty");
    let stranger = Browser::new(&house).go(&address).await;
    says(&stranger, "Thank you, Edda Crane");
}

#[tokio::test]
async fn seats_are_chosen_on_the_map_by_links_and_held_by_one_press() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.go(&tonight(&house)).await;
    says(&page, "?pick=C-B-1#map");
    let page = browser.go(&format!("{}?pick=C-B-1&pick=C-B-2", tonight(&house))).await;
    let chosen = form(&page, "/seats");
    assert_eq!(seats_of(&chosen), ["C-B-1", "C-B-2"]);
    assert_eq!(page.header("cache-control"), "no-store", "a choice is nobody else's page");
    let page = browser.submit(&chosen).await;
    says(&page, "Your seats");
    let list = form(&page, "/seats");
    let page = browser.submit(&list.add("seat", "C-B-3").add("seat", "C-B-4")).await;
    says(&page, "seats 1 to 4");
}

#[tokio::test]
async fn a_seat_left_alone_is_refused_with_what_would_fit_as_a_button() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let picked = format!("{}?pick=C-B-2&pick=C-B-3", tonight(&house));
    let page = browser.go(&picked).await;
    says(&page, "That would leave one seat alone");
    let refused = browser.submit(&keyed(&page, ".chosen")).await;
    assert_eq!(refused.status, 422);
    says(&refused, "That would leave one seat alone");
    let page = browser.submit(&keyed(&refused, ".offer1")).await;
    assert_eq!(page.status, 200);
    says(&page, "Your seats");
}

#[tokio::test]
async fn of_two_sessions_that_want_one_seat_exactly_one_gets_it() {
    let house = House::open().await;
    let (mut one, mut other) = (Browser::new(&house), Browser::new(&house));
    let path = format!("{}?pick=C-B-1&pick=C-B-2", tonight(&house));
    let (first, second) = (one.go(&path).await, other.go(&path).await);
    let (first, second) = (form(&first, "/seats"), form(&second, "/seats"));
    let (told, also) = tokio::join!(one.press(&first), other.press(&second));
    let mut statuses = [told.status.as_u16(), also.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    let lost = if told.status == 409 { told } else { also };
    says(&lost, "Somebody was faster");
}

#[tokio::test]
async fn a_party_that_cannot_sit_together_is_asked_before_it_is_split() {
    let house = House::open().await;
    let keep = ["L-C-1", "L-C-2", "R-C-1", "R-C-2"];
    kill_all_but(&house, &keep).await;
    let mut browser = Browser::new(&house);
    let page = browser.go(&tonight(&house)).await;
    let apart = browser.submit(&wish(&page).set("qty-1", "4")).await;
    assert_eq!(apart.status, 422);
    says(&apart, "No 4 together");
    let split = forms(&apart.body)
        .into_iter()
        .find(|form| form.fields.iter().any(|(name, _)| name == "allow_split"));
    let page = browser.submit(&split.expect("the split is offered")).await;
    says(&page, "Your seats");
}

async fn kill_all_but(house: &House, keep: &[&str]) {
    let id = house.season.tonight;
    let snapshot = house.handle.snapshot().unwrap();
    let (_, drawn) = snapshot.staged(id).unwrap().unwrap();
    let nos = drawn.plan.seat_nos();
    let seats = nos.filter(|no| !keep.contains(&drawn.plan.seat(*no).guid.as_str())).collect();
    drop(snapshot);
    let kill = Staged::Kill { performance: id, seats, back: false };
    house.staff(Command::Performance(kill)).await;
}

#[tokio::test]
async fn closed_houses_are_pages_that_say_why() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let later = format!("/performances/{}", house.season.later);
    says(&browser.go(&later).await, "Not on sale yet");
    let press = Form {
        action: format!("{later}/best-seats"),
        post: true,
        fields: vec![("qty-1".to_owned(), "2".to_owned())],
    };
    let refused = browser.press(&press).await;
    assert_eq!(refused.status, 422);
    says(&refused, "Not on sale yet");
    let before = Browser::new(&house).go(&tonight(&house)).await;
    kill_all_but(&house, &[]).await;
    wait_until(|| seen(&house)).await;
    house.clock.pass(PLACES_GOOD_FOR);
    says(&Browser::new(&house).go(&tonight(&house)).await, "Sold out");
    let refused = browser.press(&wish(&before).set("qty-1", "2")).await;
    assert_eq!(refused.status, 409);
    says(&refused, "Sold out");
}

#[tokio::test]
async fn nothing_asked_and_too_much_asked_are_said_on_the_page_itself() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.go(&tonight(&house)).await;
    let none = browser.press(&wish(&page)).await;
    assert_eq!(none.status, 400);
    says(&none, "How many tickets?");
    assert!(browser.cookie.is_none(), "no cart is opened for nothing");
    let ten = browser.submit(&wish(&page).set("qty-1", "10")).await;
    assert_eq!(ten.status, 200);
    let more = browser.submit(&wish(&ten).set("qty-1", "1")).await;
    assert_eq!(more.status, 422);
    says(&more, "That is more than one cart may hold");
}

#[tokio::test]
async fn pressing_twice_takes_once() {
    let house = House::open().await;
    let mut browser = with_two(&house).await;
    let page = browser.go(&tonight(&house)).await;
    let press = wish(&page).set("qty-1", "1");
    let (one, two) = (browser.press(&press).await, browser.press(&press).await);
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (303, 303));
    says(&browser.go("/cart").await, "3 tickets");
}

#[tokio::test]
async fn less_and_more_and_other_seats_work_by_forms() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.go(&format!("{}?qty-1=2&qty-2=1&more=1", tonight(&house))).await;
    let wish = wish(&page);
    let counts = |form: &Form| -> Vec<String> {
        let counts = form.fields.iter().filter(|(name, _)| name.starts_with("qty-"));
        counts.map(|(_, text)| text.clone()).collect()
    };
    assert_eq!(counts(&wish), ["3", "1"]);
    let page = browser.submit(&wish.set("where", "category-1")).await;
    let held = |page: &Told| {
        says(page, "Your seats");
        page.body.split("class=\"seats\">").nth(1).unwrap()[..40].to_owned()
    };
    let first = held(&page);
    let other = forms(&page.body)
        .into_iter()
        .find(|form| form.fields.iter().any(|(name, _)| name == "instead"));
    let page = browser.submit(&other.expect("try other seats")).await;
    assert_ne!(held(&page), first, "other seats are other seats");
    says(&browser.go("/cart").await, "4 tickets");
}

#[tokio::test]
async fn where_no_other_seats_are_left_the_page_says_so_and_the_seats_stay() {
    let house = House::open().await;
    kill_all_but(&house, &["L-C-1", "L-C-2"]).await;
    let mut browser = with_two(&house).await;
    let page = browser.go(&tonight(&house)).await;
    assert!(!page.body.contains("There are no other seats"), "nobody has asked yet");
    let told = browser.press(&keyed(&page, ".other")).await;
    assert!(told.status.is_client_error(), "{}", told.status);
    says(&told, "There are no other seats together for your party here.");
    says(&told, "Your seats");
    says(&browser.go("/cart").await, "2 tickets");
}

#[tokio::test]
async fn the_quantities_show_the_party_that_was_found_and_so_do_they_on_coming_back() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.go(&tonight(&house)).await;
    let found = browser.submit(&wish(&page).set("qty-1", "2").set("qty-2", "1")).await;
    let counts = |page: &Told| -> Vec<String> {
        let fields = wish(page).fields.into_iter();
        fields.filter(|(name, _)| name.starts_with("qty-")).map(|(_, count)| count).collect()
    };
    assert_eq!(counts(&found), ["2", "1"]);
    let cart = browser.go("/cart").await;
    says(&cart, &format!("href=\"{}\"", tonight(&house)));
    assert_eq!(counts(&browser.go(&tonight(&house)).await), ["2", "1"]);
    assert_eq!(counts(&Browser::new(&house).go(&tonight(&house)).await), ["0", "0"]);
}

#[tokio::test]
async fn a_lawn_sells_places_without_a_map() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.go(&format!("/performances/{}", house.season.lawn)).await;
    let page = browser.submit(&wish(&page).set("qty-1", "3")).await;
    says(&page, "3 places");
    let cart = browser.go("/cart").await;
    says(&cart, "Lawn, place 3");
    let cart = browser.submit(&form(&cart, "/cart/remove")).await;
    says(&cart, "2 tickets");
}

#[tokio::test]
async fn a_seat_given_back_is_said_once_and_twice_is_no_error() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.go(&format!("{}?pick=C-B-1&pick=C-B-2", tonight(&house))).await;
    browser.submit(&form(&page, "/seats")).await;
    let cart = browser.go("/cart").await;
    // The seat at the wall may not go alone; its neighbour may.
    let remove = form(&cart, "/cart/remove").set("guid", "C-B-2");
    let cart = browser.submit(&remove).await;
    says(&cart, "was given back");
    says(&cart, "1 ticket");
    let again = browser.submit(&remove.set("key", "another press")).await;
    assert_eq!(again.status, 200);
    says(&again, "1 ticket");
}

#[tokio::test]
async fn one_fewer_leads_back_to_where_it_was_pressed() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.go(&tonight(&house)).await;
    let page = browser.submit(&wish(&page).set("qty-1", "4")).await;
    let fewer = browser.press(&form(&page, "/cart/one-fewer")).await;
    assert_eq!(fewer.header("location"), tonight(&house));
    let cart = browser.go("/cart").await;
    says(&cart, "3 tickets");
    let fewer = browser.press(&form(&cart, "/cart/one-fewer")).await;
    assert_eq!(fewer.header("location"), "/cart");
    let cart = browser.go("/cart").await;
    let closed = browser.submit(&form(&cart, "/cart/close")).await;
    says(&closed, "The cart is empty");
}

#[tokio::test]
async fn a_cart_whose_time_is_up_says_so_and_the_next_one_is_new() {
    let house = House::open().await;
    let mut browser = with_two(&house).await;
    let snapshot = house.handle.snapshot().unwrap();
    house.clock.pass(Span::minutes(15));
    let due = usher_ledger::cart::due(&snapshot, house.handle.now()).unwrap();
    drop(snapshot);
    house.staff(Command::Cart(Cart::Expire { cart: due[0], seen: None })).await;
    says(&browser.go("/cart").await, "Your seats went back on sale");
    let page = browser.go("/checkout").await;
    says(&page, "Your seats went back on sale");
    let page = browser.go(&tonight(&house)).await;
    let page = browser.submit(&wish(&page).set("qty-1", "2")).await;
    says(&page, "Your seats");
    says(&browser.go("/cart").await, "2 tickets");
}

#[tokio::test]
async fn looking_at_a_page_keeps_the_seats_and_is_written_down_only_when_it_lags() {
    let house = House::open().await;
    let mut browser = with_two(&house).await;
    let newest = || usher_ledger::events::newest(&house.handle.snapshot().unwrap()).unwrap();
    let before = newest();
    house.clock.pass(Span::seconds(60));
    let page = browser.go("/cart").await;
    says(&page, "15:00");
    tokio::task::yield_now().await;
    assert_eq!(newest(), before, "a minute's lag is not written");
    house.clock.pass(Span::minutes(10));
    let mut entries = house.handle.feed().entries();
    says(&browser.go("/").await, "The Tide Clock");
    let entry = entries.recv().await.unwrap();
    assert!(entry.seq > before, "any page of the session counts");
}

#[tokio::test]
async fn a_declined_card_leaves_the_seats_and_another_card_buys_them() {
    let house = House::open().await;
    let mut browser = with_two(&house).await;
    let declined = pay(&mut browser, "4000 0000 0000 0002").await;
    assert_eq!(declined.status, 402);
    says(&declined, "Card was not accepted");
    says(&declined, "edda@tidewell.example");
    assert!(!declined.body.contains("no funds"), "the bank's words are for staff");
    assert!(!declined.body.contains("0002"), "a card number is never shown again");
    says(&browser.go("/checkout").await, "Card was not accepted");
    let paid = pay(&mut browser, "4242 4242 4242 4242").await;
    assert_eq!(paid.status, 303);
    assert!(paid.header("location").starts_with("/orders/"));
}

#[tokio::test]
async fn a_card_without_an_answer_is_confirmed_and_never_paid_again() {
    let house = House::open().await;
    let mut browser = with_two(&house).await;
    let told = pay(&mut browser, "4000 0000 0000 0119").await;
    assert_eq!((told.status.as_u16(), told.header("location").as_str()), (303, "/checkout"));
    let page = browser.go("/checkout").await;
    says(&page, "We are confirming your payment; do not pay again");
    assert_eq!(page.header("refresh"), "5", "it looks again without a script");
    assert!(forms(&page.body).iter().all(|form| form.action != "/checkout"));
    let cart = browser.go("/cart").await;
    assert!(forms(&cart.body).is_empty(), "nothing can be given back meanwhile");
    let open = checkout::web_intents(&house.handle.snapshot().unwrap()).unwrap();
    let (intent, paying) = &open[0];
    let address = usher_ledger::view::order::address_of_cart(&house.handle, paying.cart);
    let pending = browser.go(&format!("/orders/{address}")).await;
    assert_eq!(pending.header("refresh"), "5", "so does the page of the order to be");
    let approved = Answer::Approved { approval: "A1".into(), reference: "R1".into() };
    gateway::ask(&house.handle, Checkout::Answered(*intent, approved)).await;
    gateway::ask(&house.handle, Checkout::Captured(*intent)).await;
    let order = browser.go("/checkout").await;
    assert!(browser.path.starts_with("/orders/"), "{}", browser.path);
    says(&order, "Thank you, Edda Crane");
    assert_eq!(order.header("refresh"), "", "there is nothing to wait for");
}

#[tokio::test]
async fn what_is_wrong_with_a_checkout_is_said_field_by_field() {
    let house = House::open().await;
    let mut browser = with_two(&house).await;
    let page = browser.go("/checkout").await;
    let typed = card(form(&page, "/checkout"), "4111 1111 1111 1112")
        .set("name", "")
        .set("email", "not an address")
        .set("card-expiry", "11/26");
    let told = browser.press(&typed).await;
    assert_eq!(told.status, 422);
    for field in ["name", "email", "card-number", "card-expiry"] {
        says(&told, &format!("href=\"#{field}\""));
    }
    assert!(!told.body.contains("href=\"#card-code\""), "the code was right");
    assert!(!told.body.contains("4111"), "a card number is never shown again");
    let open = checkout::web_intents(&house.handle.snapshot().unwrap()).unwrap();
    assert!(open.is_empty(), "nothing was asked of the gateway");
}

#[tokio::test]
async fn a_total_that_changed_is_shown_before_anything_is_charged() {
    let house = House::open().await;
    let mut browser = with_two(&house).await;
    let seen = browser.go("/checkout").await;
    let page = browser.go(&tonight(&house)).await;
    browser.submit(&wish(&page).set("qty-1", "1")).await;
    let told = browser.press(&card(form(&seen, "/checkout"), "4242 4242 4242 4242")).await;
    assert_eq!(told.status, 409);
    says(&told, "The price changed");
    let open = checkout::web_intents(&house.handle.snapshot().unwrap()).unwrap();
    assert!(open.is_empty(), "nothing was asked of the gateway");
}

#[tokio::test]
async fn pages_of_visitors_without_a_session_are_shared_and_half_a_second_old_at_most() {
    let house = House::open().await;
    let mut nobody = Browser::new(&house);
    let page = nobody.go("/").await;
    assert_eq!(page.header("cache-control"), "no-cache");
    assert!(page.header("vary").to_lowercase().contains("cookie"));
    assert!(nobody.cookie.is_none());
    let before = nobody.go(&tonight(&house)).await;
    says(&before, "?pick=C-B-1#map");
    let mut browser = Browser::new(&house);
    let page = browser.go(&format!("{}?pick=C-B-1&pick=C-B-2", tonight(&house))).await;
    browser.submit(&form(&page, "/seats")).await;
    wait_until(|| seen(&house)).await;
    house.clock.pass(PLACES_GOOD_FOR);
    let after = nobody.go(&tonight(&house)).await;
    assert!(!after.body.contains("?pick=C-B-1#map"), "a held seat is no link any more");
    assert!(!after.body.contains("Your seats"), "nor is it anybody else's");
    assert_eq!(browser.go("/").await.header("cache-control"), "no-store");
}

/// Has the newest entry of the store reached what is kept?
fn seen(house: &House) -> bool {
    let newest = usher_ledger::events::newest(&house.handle.snapshot().unwrap()).unwrap();
    house.shop.changes().of(house.season.tonight, 0).places >= newest
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
async fn parts_of_the_page_come_alone_for_its_script() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let map = browser.go(&format!("{}/map", tonight(&house))).await;
    says(&map, "<svg class=\"plan\"");
    assert!(forms(&map.body).is_empty());
    let path = format!("{}/chosen?pick=C-B-2&pick=C-B-3", tonight(&house));
    let chosen = browser.go(&path).await;
    says(&chosen, "data-chosen");
    says(&chosen, "That would leave one seat alone");
}

#[tokio::test]
async fn what_does_not_work_is_a_designed_page() {
    let house = House::open().await;
    let hidden = format!("/performances/{}", house.season.hidden);
    for path in [
        "/events/none",
        "/performances/1-999",
        "/performances/x",
        "/orders/1-1-AAAA",
        "/assets/../Cargo.toml",
        "/assets/none.css",
        "/nowhere",
        hidden.as_str(),
    ] {
        let told = house.send(Ask::get(path)).await;
        assert_eq!(told.status, 404, "{path}");
        says(&told, "This page is not on the programme");
        assert_eq!(told.header("content-type"), "text/html; charset=utf-8", "{path}");
    }
    let json = Ask::post("/cart/close").json("{}").with("sec-fetch-site", "same-origin");
    let told = house.send(json).await;
    assert_eq!(told.status, 415, "{}", told.body);
    says(&told, "That form could not be read");
    let mut browser = with_two(&house).await;
    let cart = browser.go("/cart").await;
    let broken = form(&cart, "/cart/remove").set("performance", "nonsense");
    let told = browser.press(&broken).await;
    assert_eq!(told.status, 400);
    says(&told, "That form could not be read");
}

#[tokio::test]
async fn a_nearly_full_disk_sells_nothing_new_and_says_when_to_come_back() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.go(&tonight(&house)).await;
    house.shop.set_disk(Disk::NoSale);
    let told = browser.press(&wish(&page).set("qty-1", "2")).await;
    assert_eq!(told.status, 503);
    assert_eq!(told.header("retry-after"), "60");
    says(&told, "The web shop is resting");
}

#[tokio::test]
async fn a_checkout_without_an_order_has_an_address_of_its_own() {
    let house = House::open().await;
    let mut browser = with_two(&house).await;
    pay(&mut browser, "4000 0000 0000 0119").await;
    let open = checkout::web_intents(&house.handle.snapshot().unwrap()).unwrap();
    let cart = open[0].1.cart;
    let address = usher_ledger::view::order::address_of_cart(&house.handle, cart);
    let page = Browser::new(&house).go(&format!("/orders/{address}")).await;
    says(&page, "We are confirming your payment; do not pay again");
    let pdf = house.send(Ask::get(&format!("/orders/{address}/tickets.pdf"))).await;
    assert_eq!(pdf.status, 404, "there are no tickets yet");
}

#[tokio::test]
async fn assets_are_kept_for_good_under_their_tag_and_asked_for_again_without() {
    let house = House::open().await;
    let page = house.send(Ask::get("/")).await;
    let style =
        page.body.split("href=\"").find(|part| part.starts_with("/assets/theme.css")).unwrap();
    let path = style.split('"').next().unwrap();
    let told = house.send(Ask::get(path)).await;
    assert_eq!(told.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(told.header("cache-control"), "public, max-age=31536000, immutable");
    let tag = told.header("etag");
    for (given, expected) in
        [(tag.clone(), 304), (format!("W/{tag}"), 304), ("\"other\"".to_owned(), 200)]
    {
        let told = house.send(Ask::get("/assets/theme.css").with("if-none-match", &given)).await;
        assert_eq!(told.status.as_u16(), expected, "{given}");
        assert_eq!(told.header("cache-control"), "no-cache");
    }
}

#[tokio::test]
async fn a_sale_that_ends_while_the_page_is_open_is_said_on_it() {
    let house = House::open().await;
    let mut browser = Browser::new(&house);
    let page = browser.go(&tonight(&house)).await;
    house.clock.pass(Span::hours(6));
    let told = browser.press(&wish(&page).set("qty-1", "2")).await;
    assert_eq!(told.status, 422);
    assert!(told.body.contains("<h2>"), "a page, not a word");
    let set = performance::Command::SetSale {
        performance: house.season.tonight,
        opens: None,
        ends: None,
    };
    house.staff(Command::Performance(set)).await;
    assert_eq!(browser.go(&tonight(&house)).await.status, 200, "off sale is a page, too");
}
