//! Selling at the counter as a cashier without scripts does: seats, cash, pages of a sale, rights.
//!
//! Every form is taken off the page that carries it. Next: `sell_card.rs` for the pin pad.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, Form, form, forms, says};
use house::pad::{is_proven, with_tills};
use house::{Ask, House, Told, token_with};
use usher_ledger::till::drawer;
use usher_ledger::{cart, checkout, letter};
use usher_listener::token::Right;
use usher_rules::at::Span;
use usher_rules::cart::State;
use usher_rules::id::{CartId, OrderId, SeatNo, TillNo};
use usher_rules::money::Money;
use usher_rules::performance::{Command as Staged, StaffHold};
use usher_rules::staff::Role;
use usher_rules::{Command, hold};

/// A cashier at a till that is open with 100.00.
async fn at_till<'h>(house: &'h House, login: &str, role: Role, till: &str) -> Browser<'h> {
    let person = house.engaged(login, role).await;
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(person.no).await);
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", till).set("float", "100")).await;
    browser
}

async fn opened<'h>(house: &'h House) -> Browser<'h> {
    with_tills(house).await;
    at_till(house, "anna", Role::Cashier, "1").await
}

/// Best seats for so many adults tonight; the page of the sale.
async fn take(browser: &mut Browser<'_>, house: &House, count: &str) -> Told {
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    browser.submit(&form(&page, "/best-seats").set("qty-1", count)).await
}

/// The form whose key ends so.
fn keyed(page: &Told, end: &str) -> Form {
    let all = forms(&page.body).into_iter();
    let mut found = all
        .filter(|form| form.fields.iter().any(|(name, text)| name == "key" && text.ends_with(end)));
    found.next().unwrap_or_else(|| panic!("no form with a key …{end}: {}", page.body))
}

fn silent(page: &Told, words: &str) {
    assert!(!page.body.contains(words), "`{words}` is on the page: {}", page.body);
}

fn cart_of(browser: &Browser<'_>) -> CartId {
    browser.path.strip_prefix("/desk/sell/cart/").expect("a sale").parse().unwrap()
}

fn state_of(house: &House, id: CartId) -> State {
    cart::get(&house.handle.snapshot().unwrap(), id).unwrap().unwrap().state
}

fn in_drawer(house: &House) -> Money {
    drawer(&house.handle.snapshot().unwrap(), TillNo(1)).unwrap()
}

#[tokio::test]
async fn two_tickets_are_sold_for_cash_with_change() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let page = browser.go("/desk/sell").await;
    says(&page, "The Tide Clock");
    says(&page, "Till Left, ready");
    let link = format!("href=\"/desk/sell/{}\"", house.season.tonight);
    says(&page, &link);
    let page = take(&mut browser, &house, "2").await;
    let id = cart_of(&browser);
    says(&page, "£60.00");
    let page = browser.submit(&form(&page, "/cash").set("given", "100")).await;
    assert!(browser.path.starts_with("/desk/sell/order/"), "{}", browser.path);
    says(&page, "Change due");
    says(&page, "£40.00");
    let snapshot = house.handle.snapshot().unwrap();
    let order = cart::get(&snapshot, id).unwrap().unwrap().order.unwrap();
    let row = checkout::order(&snapshot, order).unwrap().unwrap();
    assert_eq!((row.tickets.len(), row.total), (2, Money(6_000)));
    assert_eq!(row.counter.map(|counter| counter.till), Some(TillNo(1)));
    assert_eq!(checkout::balance(&snapshot, order).unwrap(), Money::ZERO);
    assert_eq!(letter::newest(&snapshot, None, 5).unwrap().len(), 0, "nobody to write to");
    assert_eq!(in_drawer(&house), Money(16_000));
    is_proven(&house);
}

#[tokio::test]
async fn an_empty_field_is_the_exact_amount_and_an_address_gets_a_letter() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let page = take(&mut browser, &house, "1").await;
    let cash = form(&page, "/cash").add("name", "Ada Finch").add("email", "ada@example.org");
    let page = browser.submit(&cash).await;
    says(&page, "Mailed to ada@example.org");
    silent(&page, "£0.01");
    let letters = letter::newest(&house.handle.snapshot().unwrap(), None, 5).unwrap();
    assert_eq!(
        letters.iter().map(|(_, row)| row.to.as_str()).collect::<Vec<_>>(),
        ["ada@example.org"]
    );
    assert_eq!(in_drawer(&house), Money(13_000));
}

#[tokio::test]
async fn cash_that_is_short_or_unreadable_or_absurd_sells_nothing() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let page = take(&mut browser, &house, "2").await;
    let id = cart_of(&browser);
    for (given, words) in [
        ("59.99", "That is not enough"),
        ("seventy", "No amount can be read there"),
        ("100000.01", "That is more than one sale can take"),
    ] {
        let told = browser.press(&form(&page, "/cash").set("given", given)).await;
        assert_eq!(told.status, 422, "{given}");
        says(&told, words);
        says(&told, "£60.00");
    }
    let wrong = form(&page, "/cash").add("email", "nobody");
    says(&browser.press(&wrong).await, "mail can reach");
    assert_eq!(state_of(&house, id), State::Active);
    assert_eq!(in_drawer(&house), Money(10_000));
    let told = browser.press(&form(&page, "/cash").set("given", "100000.00")).await;
    assert_eq!(told.status, 303, "the largest amount that is taken");
}

#[tokio::test]
async fn pressing_twice_sells_once() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let page = take(&mut browser, &house, "2").await;
    let cash = form(&page, "/cash");
    let first = browser.press(&cash).await;
    let second = browser.press(&cash).await;
    assert_eq!(first.status, 303);
    let page = browser.go(&second.header("location")).await;
    assert_eq!(browser.path, first.header("location"));
    says(&page, "paid in cash");
    assert_eq!(in_drawer(&house), Money(16_000));
}

#[tokio::test]
async fn receipts_and_tickets_are_printed_the_same_again_and_again() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let page = take(&mut browser, &house, "2").await;
    browser.submit(&form(&page, "/cash").set("given", "80")).await;
    let order = browser.path.clone();
    let printed = |page: &Told| {
        let (_, after) = page.body.split_once("class=\"receipts\"").unwrap();
        after.split_once("</main>").unwrap().0.to_owned()
    };
    let first = printed(&browser.go(&format!("{order}/receipts")).await);
    for words in ["£60.00", "£80.00", "£20.00", "paid in cash", "anna by name, till Left"] {
        assert!(first.contains(words), "{words} in {first}");
    }
    house.clock.pass(Span::hours(24));
    let person = house.engaged("bram", Role::Supervisor).await;
    browser.cookie = Some(house.session_of(person.no).await);
    assert_eq!(printed(&browser.go(&format!("{order}/receipts")).await), first);
    let pdf = browser.go(&format!("{order}/tickets.pdf")).await;
    assert_eq!(
        (pdf.status.as_u16(), pdf.header("content-type").as_str()),
        (200, "application/pdf")
    );
    silent(&browser.go(&order).await, "/orders/");
}

#[tokio::test]
async fn an_order_of_the_shop_is_not_found_at_the_counter() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    house.sold(&["C-B-1", "C-B-2"]).await;
    let order = OrderId(usher_rules::id::compose(usher_rules::id::BoxNo(1), 1));
    assert!(checkout::order(&house.handle.snapshot().unwrap(), order).unwrap().is_some());
    for part in ["", "/receipts", "/tickets.pdf"] {
        let told = browser.go(&format!("/desk/sell/order/{order}{part}")).await;
        assert_eq!(told.status, 404, "{part}");
    }
}

#[tokio::test]
async fn who_has_no_till_is_sent_to_open_one_and_a_token_to_an_account() {
    let house = House::open().await;
    with_tills(&house).await;
    let person = house.engaged("anna", Role::Cashier).await;
    let mut browser = Browser::new(&house);
    browser.cookie = Some(house.session_of(person.no).await);
    let page = browser.go("/desk/sell").await;
    says(&page, "You have no till open");
    says(&page, "href=\"/desk/till\"");
    browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    assert_eq!(browser.path, "/desk/sell");
    let token = token_with(Right::SellAtCounter);
    let (mut by_token, page) = browser::signed_in(&house, &token, "/desk/sell").await;
    says(&page, "A token cannot sell");
    let best = format!("/desk/sell/{}/best-seats", house.season.tonight);
    let cookie = by_token.cookie.take().unwrap();
    let told = house.send(Ask::post(&best).form("qty-1=2&key=K").with("cookie", &cookie)).await;
    assert_eq!(told.header("location"), "/desk/sell");
    let snapshot = house.handle.snapshot().unwrap();
    assert!(cart::after(&snapshot, None, 5).unwrap().is_empty(), "no sale was begun");
}

#[tokio::test]
async fn a_sale_of_another_till_is_nobody_elses() {
    let house = House::open().await;
    let mut anna = opened(&house).await;
    let page = take(&mut anna, &house, "2").await;
    let id = cart_of(&anna);
    let mut bram = at_till(&house, "bram", Role::Cashier, "2").await;
    let here = format!("/desk/sell/cart/{id}");
    for part in ["", "/pad", "/more", &format!("/more/{}", house.season.tonight)] {
        assert_eq!(bram.look(&format!("{here}{part}")).await.status, 403, "{part}");
    }
    for end in ["/cash", "/cancel", "/remove"] {
        assert_eq!(bram.press(&form(&page, end)).await.status, 403, "{end}");
    }
    let (visitors, _) = house.cart_with(&["C-D-1", "C-D-2"]).await;
    assert_eq!(anna.look(&format!("/desk/sell/cart/{visitors}")).await.status, 404);
    assert_eq!(state_of(&house, id), State::Active);
}

#[tokio::test]
async fn what_cannot_be_had_is_said_on_the_page_with_what_can() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    let best = form(&page, "/best-seats");
    says(&browser.press(&best).await, "Choose at least one ticket first");
    let told = browser.press(&best.clone().set("qty-1", "21")).await;
    assert_eq!(told.status, 422);
    says(&told, "That is more than one cart may hold");
    let snapshot = house.handle.snapshot().unwrap();
    assert!(cart::after(&snapshot, None, 5).unwrap().is_empty(), "no sale for nothing");
    let told = browser.press(&best.set("qty-1", "15")).await;
    says(&told, "No 15 together");
    let split = forms(&told.body)
        .into_iter()
        .find(|form| form.fields.contains(&("allow_split".to_owned(), "yes".to_owned())));
    let page = browser.submit(&split.expect("a split is offered")).await;
    says(&page, "15 tickets");
    let snapshot = house.handle.snapshot().unwrap();
    assert_eq!(
        cart::after(&snapshot, None, 5).unwrap().len(),
        1,
        "the sale that was begun went on"
    );
}

/// Staff see why a seat is out of sale; a visitor's map tells nothing of it.
#[tokio::test]
async fn the_map_has_staffs_eyes_and_its_choice_goes_to_the_sale() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let performance = house.season.tonight;
    let seat = |guid: &str| {
        let (_, drawn) = house.handle.snapshot().unwrap().staged(performance).unwrap().unwrap();
        drawn.plan.seat_no(guid).unwrap()
    };
    let hold = StaffHold { code: 'K', note: "press".to_owned() };
    let seats: Vec<SeatNo> = vec![seat("C-H-1"), seat("C-H-2")];
    house.staff(Command::Performance(Staged::HoldForStaff { performance, seats, hold })).await;
    let seats = vec![seat("C-G-1"), seat("C-G-2")];
    house.staff(Command::Performance(Staged::Kill { performance, seats, back: false })).await;
    let page = browser.go(&format!("/desk/sell/{performance}/seats")).await;
    says(&page, "held by staff, K");
    says(&page, "Out of sale");
    let public = house.send(Ask::get(&format!("/performances/{performance}"))).await;
    silent(&public, "held by staff");
    silent(&public, "Out of sale");
    let picked = browser.go(&format!("/desk/sell/{performance}/seats?pick=C-B-1&pick=C-B-2")).await;
    let fragment = browser.go(&format!("/desk/sell/{performance}/chosen?pick=C-B-1")).await;
    says(&fragment, &format!("action=\"/desk/sell/{performance}/seats\""));
    let page = browser.submit(&keyed(&picked, ".chosen")).await;
    says(&page, "£70.00");
    let held = cart::get(&house.handle.snapshot().unwrap(), cart_of(&browser)).unwrap().unwrap();
    assert_eq!(held.seats_in(performance), [seat("C-B-1"), seat("C-B-2")]);
    let more = format!("{}/more/{performance}/seats", browser.path);
    says(&browser.go(&more).await, "seat yours");
}

#[tokio::test]
async fn a_choice_that_strands_a_seat_is_put_right_by_a_button() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let performance = house.season.tonight;
    let body = "key=K&seat=C-B-2&seat=C-B-3&level=1";
    let cookie = browser.cookie.clone().unwrap();
    let ask = Ask::post(&format!("/desk/sell/{performance}/seats")).form(body);
    let told = house.send(ask.with("cookie", &cookie)).await;
    assert_eq!(told.status, 422);
    says(&told, "That would leave one seat alone");
    let page = browser.submit(&keyed(&told, ".offer1")).await;
    says(&page, "To pay");
    assert!(browser.path.starts_with("/desk/sell/cart/"), "{}", browser.path);
}

#[tokio::test]
async fn more_is_added_one_is_given_back_and_cancelling_frees_all_at_once() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    take(&mut browser, &house, "2").await;
    let id = cart_of(&browser);
    let more = browser.go(&format!("{}/more/{}", browser.path, house.season.lawn)).await;
    let page = browser.submit(&form(&more, "/best-seats").set("qty-2", "1")).await;
    assert_eq!(cart_of(&browser), id, "the same sale");
    says(&page, "3 tickets");
    let page = browser.submit(&form(&page, "/remove")).await;
    says(&page, "2 tickets");
    browser.submit(&form(&page, "/cancel")).await;
    assert_eq!(browser.path, "/desk/sell");
    assert_eq!(state_of(&house, id), State::ClosedByPatron);
    is_proven(&house);
    let over = browser.go(&format!("/desk/sell/cart/{id}")).await;
    says(&over, "This sale is over");
    assert_eq!(browser.press(&form(&page, "/cash")).await.status, 303, "not sold any more");
}

#[tokio::test]
async fn looking_keeps_the_seats_and_nobody_looking_gives_them_back() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    take(&mut browser, &house, "2").await;
    let id = cart_of(&browser);
    house.clock.pass(Span::minutes(14));
    browser.go(&format!("/desk/sell/cart/{id}")).await;
    assert_eq!(house.handle.seen(id), Some(house.handle.now()));
    house.clock.pass(Span::minutes(16));
    let expire = usher_rules::cart::Command::Expire { cart: id, seen: house.handle.seen(id) };
    house.staff(Command::Cart(expire)).await;
    says(&browser.go(&format!("/desk/sell/cart/{id}")).await, "This sale is over");
}

/// The windows of the web are not the counter's.
#[tokio::test]
async fn the_counter_sells_what_the_web_does_not() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    for performance in [house.season.hidden, house.season.later] {
        let page = browser.go(&format!("/desk/sell/{performance}")).await;
        let page = browser.submit(&form(&page, "/best-seats").set("qty-1", "1")).await;
        says(&page, "£30.00");
        browser.submit(&form(&page, "/cancel")).await;
    }
    // Two hours into the show, and after the web, it is over for the counter, too.
    house.clock.pass(Span::hours(7));
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    let told = browser.press(&form(&page, "/best-seats").set("qty-1", "1")).await;
    assert_eq!(told.status, 422);
    says(&told, "This is not sold any more");
    silent(&browser.go("/desk/sell").await, "The Tide Clock");
}

#[tokio::test]
async fn what_is_typed_finds_performances_by_title_code_and_day() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    for (find, found) in [("tide", true), ("TIDE+studio", true), ("4+dec", true), ("circus", false)]
    {
        let page = browser.go(&format!("/desk/sell?find={find}")).await;
        let link = format!("href=\"/desk/sell/{}\"", house.season.tonight);
        assert_eq!(page.body.contains(&link), found, "{find}");
    }
}

#[tokio::test]
async fn seats_that_went_are_said_and_nothing_is_taken() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let page = take(&mut browser, &house, "2").await;
    let id = cart_of(&browser);
    let release = hold::Command::Release { cart: id, lines: vec![1] };
    house.staff(Command::Hold(release)).await;
    let told = browser.press(&form(&page, "/cash")).await;
    assert_eq!(told.status, 409);
    says(&told, "The total was £60.00 and is now £30.00");
    assert_eq!(in_drawer(&house), Money(10_000));
}

#[tokio::test]
async fn a_closed_till_takes_no_money() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let page = take(&mut browser, &house, "1").await;
    let till = browser.go("/desk/till").await;
    let till = browser.submit(&form(&till, "/count").set("counted", "100")).await;
    browser.submit(&form(&till, "/close")).await;
    let told = browser.press(&form(&page, "/cash")).await;
    assert_eq!(told.status, 403);
    let snapshot = house.handle.snapshot().unwrap();
    assert_eq!(checkout::newest_tickets(&snapshot, 5).unwrap().len(), 0);
}
