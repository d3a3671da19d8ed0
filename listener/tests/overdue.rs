//! Orders that the box cancelled because they were not paid up, and the lists of what is owed.
//!
//! As a browser without scripts meets the pages; what the box does by itself is asked of the ledger
//! as its sweeper asks. Next: `payment.rs`, `tests/overdue.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, form, says};
use house::pad::{is_proven, with_tills};
use house::{House, NOW};
use usher_ledger::handle::Lane;
use usher_ledger::{payment, performance, write};
use usher_rules::at::Span;
use usher_rules::checkout::Command as Sale;
use usher_rules::house::{self as settings, House as Settings};
use usher_rules::id::{OrderId, PerformanceId};
use usher_rules::payment::Command as Pay;
use usher_rules::performance::{Command as Staged, Event as Played, Planned};
use usher_rules::staff::Role;
use usher_rules::{Actor, Command, Event};

/// The same studio in ten days.
async fn in_ten_days(house: &House) -> PerformanceId {
    let known = performance::get(&house.handle.snapshot().unwrap(), house.season.tonight);
    let known = known.unwrap().unwrap();
    let starts_at = NOW + Span::hours(240);
    let planned = Planned {
        production: known.production,
        plan: known.plan,
        starts_at,
        day: house.handle.day_of(starts_at),
        hall: "Studio".to_owned(),
        prices: known.prices,
        web_sale_opens: None,
        web_sale_ends: None,
        tickets_per_cart_max: None,
        doors_open: None,
        last_admission: None,
        running_time: None,
        relax: None,
    };
    let entry = house.staff(Command::Performance(Staged::Add(planned))).await;
    match entry.events.first().unwrap() {
        Event::Performance(Played::Put(id, _)) => *id,
        other => panic!("no performance: {other:?}"),
    }
}

/// A part of one ticket is paid, the rest to come by tomorrow.
async fn booked(browser: &mut Browser<'_>, performance: PerformanceId, part: &str) -> OrderId {
    let page = browser.go(&format!("/desk/sell/{performance}")).await;
    let page = browser.submit(&form(&page, "/best-seats").set("qty-1", "1")).await;
    let form = form(&page, "/cash").set("part", part).set("given", "50").set("later", "yes");
    let form = form.add("name", "Ada Finch").add("email", "ada@example.org");
    browser.submit(&form.set("due", "2026-12-05")).await;
    browser.path.split('?').next().unwrap().rsplit('/').next().unwrap().parse().unwrap()
}

async fn cancelling(house: &House, after: u16) {
    let kept = write::house(&house.handle.snapshot().unwrap()).unwrap();
    let kept = Settings { cancel_overdue_after: Some(after), ..kept };
    house.staff(Command::House(settings::Command::Set(kept))).await;
}

async fn swept(house: &House, after: u16) -> usize {
    let snapshot = house.handle.snapshot().unwrap();
    let today = house.handle.day_of(house.handle.now());
    let found = payment::overdue(&snapshot, after, today).unwrap();
    for order in &found {
        let command = Command::Checkout(Sale::Payment(Pay::CancelOverdue(*order)));
        house.handle.ask(Lane::Till, Actor::House, None, command).await.unwrap();
    }
    found.len()
}

#[tokio::test]
async fn what_the_box_cancelled_is_shown_in_red_listed_and_paid_back() {
    let house = House::open().await;
    with_tills(&house).await;
    cancelling(&house, 1).await;
    let person = house.engaged("anna", Role::Supervisor).await;
    let mut browser = Browser::new(&house);
    browser.cookie = Some(house.session_of(person.no).await);
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", "1").set("float", "100")).await;
    let later = in_ten_days(&house).await;
    let id = booked(&mut browser, later, "10").await;
    assert_eq!(swept(&house, 1).await, 0);
    says(&browser.go("/desk/orders?due=back").await, "Nobody has anything to get back");
    house.clock.pass(Span::hours(48));
    browser.cookie = Some(house.session_of(person.no).await);
    let page = browser.go("/desk/orders?due=yes").await;
    for words in ["Overdue since", "One order, £20.00."] {
        says(&page, words);
    }
    assert_eq!(swept(&house, 1).await, 1);
    says(&browser.go("/desk/orders?due=yes").await, "Everybody has paid");
    let page = browser.go("/desk/orders?due=back").await;
    for words in [&format!("/desk/orders/{id}"), "class=\"num bad\">£10.00", "One order, £10.00."]
    {
        says(&page, words);
    }
    let page = browser.go(&format!("/desk/orders/{id}")).await;
    for words in ["Not paid up by Sat 5 Dec 2026", "The box", "£10.00 is owed to the customer"] {
        says(&page, words);
    }
    browser.submit(&form(&page, "/refund").set("reason", "It was cancelled")).await;
    says(&browser.go("/desk/orders?due=back").await, "Nobody has anything to get back");
    let greta = house.engaged("greta", Role::Manager).await;
    let mut manager = Browser::new(&house);
    manager.cookie = Some(house.session_of(greta.no).await);
    let page = manager.go("/desk/audit").await;
    for words in ["overdue-cancelled", "the box itself", &id.to_string()] {
        says(&page, words);
    }
    is_proven(&house);
}

#[tokio::test]
async fn a_long_list_of_what_is_due_has_pages_and_says_what_all_of_it_comes_to() {
    let house = House::open().await;
    with_tills(&house).await;
    let person = house.engaged("anna", Role::Supervisor).await;
    let mut browser = Browser::new(&house);
    browser.cookie = Some(house.session_of(person.no).await);
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", "1").set("float", "100")).await;
    let later = in_ten_days(&house).await;
    let mut all = Vec::new();
    for _ in 0..52 {
        all.push(booked(&mut browser, later, "10").await);
    }
    let page = browser.go("/desk/orders?due=yes").await;
    says(&page, "52 orders, £");
    let listed = |page: &str| -> Vec<OrderId> {
        let here = |id: &&OrderId| page.contains(&format!("href=\"/desk/orders/{id}\""));
        all.iter().filter(here).copied().collect()
    };
    let first = listed(&page.body);
    assert_eq!(first, all[..50]);
    let next = format!("/desk/orders?due=yes&amp;before={}", first[49]);
    assert!(page.body.contains(&next), "{}", page.body);
    let page = browser.go(&next.replace("&amp;", "&")).await;
    assert_eq!(listed(&page.body), all[50..]);
    assert!(!page.body.contains("before="), "it is the last page");
}
