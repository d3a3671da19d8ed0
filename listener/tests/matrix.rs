//! Every route against every role, a visitor's cookie, a device's token, and nobody at all.
//!
//! The routes are read out of `route.rs` and the API's own description: one without a line in
//! the table here fails. What opens is what the one table of rights says. Next: `accounts.rs`.

// Shared parts stand outside of #[test].
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod house;

use axum::http::Method;
use house::{Ask, DEVICE_TOKEN, House, Told};
use std::collections::BTreeSet;
use usher_rules::staff::{Right, Role, may};

/// Whom a route is for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum For {
    Everybody,
    /// Staff with this right, signed in.
    Staff(Right),
    /// Staff with an account, whatever their right.
    Account,
    /// Whoever holds the cart: here the visitor's own.
    Cart,
    /// A door device by its token.
    Device,
    /// A door device, or staff who may stand at a door.
    AtDoor,
    /// The feed of scans: its right, or that of a door.
    Watcher,
}

use For::{Account, AtDoor, Cart, Device, Everybody, Staff, Watcher};

const DESK: For = Staff(Right::Desk);
const MANAGES: For = Staff(Right::ManageStaff);
const SELLS: For = Staff(Right::SellAtCounter);
const SEES: For = Staff(Right::SeeReports);
const EXPORTS: For = Staff(Right::Export);
const CLOSES: For = Staff(Right::CloseTill);

#[rustfmt::skip]
const TABLE: &[(&str, &str, For)] = &[
    ("GET", "/", Everybody),
    ("GET", "/assets/{*path}", Everybody),
    ("GET", "/events/{slug}", Everybody),
    ("GET", "/events/{slug}/calendar.ics", Everybody),
    ("GET", "/performances/{id}", Everybody),
    ("GET", "/performances/{id}/map", Everybody),
    ("GET", "/performances/{id}/chosen", Everybody),
    ("POST", "/performances/{id}/best-seats", Everybody),
    ("POST", "/performances/{id}/seats", Everybody),
    ("GET", "/cart", Everybody),
    ("POST", "/cart/remove", Everybody),
    ("POST", "/cart/one-fewer", Everybody),
    ("POST", "/cart/close", Everybody),
    ("GET", "/checkout", Everybody),
    ("POST", "/checkout", Everybody),
    ("GET", "/orders/{token}", Everybody),
    ("GET", "/orders/{token}/tickets.pdf", Everybody),
    ("GET", "/orders/{token}/calendar.ics", Everybody),
    ("GET", "/api/openapi.json", Everybody),
    ("GET", "/healthz", Everybody),
    ("GET", "/readyz", Everybody),
    ("GET", "/metrics", Staff(Right::Metrics)),
    ("GET", "/feed/scans", Watcher),
    ("GET", "/feed/seats", Everybody),
    ("GET", "/desk", DESK),
    ("GET", "/desk/carts", DESK),
    ("GET", "/desk/pads", DESK),
    ("POST", "/desk/pads/{orphan}/seen", Staff(Right::EndOfDay)),
    ("GET", "/desk/letters", DESK),
    ("GET", "/desk/letters/{id}", DESK),
    ("GET", "/desk/orders", DESK),
    ("GET", "/desk/orders/{order}", DESK),
    ("POST", "/desk/orders/{order}/refund", Staff(Right::Refund)),
    ("POST", "/desk/orders/{order}/cash", SELLS),
    ("POST", "/desk/orders/{order}/card", SELLS),
    ("POST", "/desk/orders/{order}/exchange", Staff(Right::Refund)),
    ("GET", "/desk/orders/{order}/pad", DESK),
    ("POST", "/desk/orders/{order}/stop", Staff(Right::SellAtCounter)),
    ("POST", "/desk/orders/{order}/decide", Staff(Right::Refund)),
    ("GET", "/desk/sign-in", Everybody),
    ("POST", "/desk/sign-in", Everybody),
    ("POST", "/desk/sign-in/password", Everybody),
    ("POST", "/desk/sign-in/code", Everybody),
    ("GET", "/desk/sign-in/new", Everybody),
    ("POST", "/desk/sign-in/new", Everybody),
    ("POST", "/desk/sign-out", Everybody),
    ("GET", "/desk/confirm", Account),
    ("POST", "/desk/confirm", Account),
    ("GET", "/desk/account", Account),
    ("POST", "/desk/account/password", Account),
    ("POST", "/desk/account/second-factor", Account),
    ("POST", "/desk/account/second-factor/code", Account),
    ("POST", "/desk/account/end", Account),
    ("GET", "/desk/staff", MANAGES),
    ("POST", "/desk/staff", MANAGES),
    ("POST", "/desk/staff/{no}/code", MANAGES),
    ("POST", "/desk/staff/{no}/role", MANAGES),
    ("POST", "/desk/staff/{no}/entry", MANAGES),
    ("POST", "/desk/staff/{no}/end", MANAGES),
    ("GET", "/desk/audit", Staff(Right::SeeAudit)),
    ("GET", "/desk/sell", SELLS),
    ("GET", "/desk/sell/{id}", SELLS),
    ("GET", "/desk/sell/{id}/map", SELLS),
    ("GET", "/desk/sell/{id}/chosen", SELLS),
    ("GET", "/desk/sell/{id}/seats", SELLS),
    ("POST", "/desk/sell/{id}/seats", SELLS),
    ("POST", "/desk/sell/{id}/best-seats", SELLS),
    ("GET", "/desk/sell/cart/{cart}", SELLS),
    ("GET", "/desk/sell/cart/{cart}/pad", SELLS),
    ("POST", "/desk/sell/cart/{cart}/patron", SELLS),
    ("POST", "/desk/sell/cart/{cart}/remove", SELLS),
    ("POST", "/desk/sell/cart/{cart}/leave-exchange", SELLS),
    ("POST", "/desk/sell/cart/{cart}/cancel", SELLS),
    ("POST", "/desk/sell/cart/{cart}/cash", SELLS),
    ("POST", "/desk/sell/cart/{cart}/card", SELLS),
    ("POST", "/desk/sell/cart/{cart}/stop", SELLS),
    ("POST", "/desk/sell/cart/{cart}/decide", Staff(Right::Refund)),
    ("GET", "/desk/sell/cart/{cart}/more", SELLS),
    ("GET", "/desk/sell/cart/{cart}/more/{id}", SELLS),
    ("GET", "/desk/sell/cart/{cart}/more/{id}/map", SELLS),
    ("GET", "/desk/sell/cart/{cart}/more/{id}/chosen", SELLS),
    ("GET", "/desk/sell/cart/{cart}/more/{id}/seats", SELLS),
    ("POST", "/desk/sell/cart/{cart}/more/{id}/seats", SELLS),
    ("POST", "/desk/sell/cart/{cart}/more/{id}/best-seats", SELLS),
    ("GET", "/desk/sell/order/{order}", SELLS),
    ("GET", "/desk/sell/order/{order}/receipts", SELLS),
    ("GET", "/desk/sell/order/{order}/tickets.pdf", SELLS),
    ("GET", "/desk/report", SEES),
    ("GET", "/desk/report/sales.csv", EXPORTS),
    ("GET", "/desk/report/sales.xlsx", EXPORTS),
    ("GET", "/desk/journal", SEES),
    ("POST", "/desk/journal/export", EXPORTS),
    ("POST", "/desk/journal/proof", SEES),
    ("GET", "/desk/journal/{export}/journal.csv", EXPORTS),
    ("GET", "/desk/journal/{export}/journal.xlsx", EXPORTS),
    ("GET", "/desk/patrons", SELLS),
    ("POST", "/desk/patrons", SELLS),
    ("GET", "/desk/patrons/matches", SELLS),
    ("GET", "/desk/patrons/{id}", SELLS),
    ("POST", "/desk/patrons/{id}", SELLS),
    ("GET", "/desk/till", SELLS),
    ("GET", "/desk/till/{session}", SELLS),
    ("POST", "/desk/till/open", SELLS),
    ("POST", "/desk/till/pay-in", SELLS),
    ("POST", "/desk/till/pay-out", SELLS),
    ("POST", "/desk/till/count", CLOSES),
    ("POST", "/desk/till/close", CLOSES),
    ("GET", "/desk/batches", CLOSES),
    ("POST", "/desk/batches/close-all", Staff(Right::EndOfDay)),
    ("GET", "/desk/batches/{batch}", CLOSES),
    ("POST", "/desk/batches/{batch}/close", CLOSES),
    ("POST", "/desk/batches/{batch}/no-match", Staff(Right::EndOfDay)),
    ("POST", "/desk/batches/{batch}/keep-open", Staff(Right::EndOfDay)),
    ("GET", "/desk/day", Staff(Right::EndOfDay)),
    ("POST", "/desk/day", Staff(Right::EndOfDay)),
    ("GET", "/desk/day/{run}", Staff(Right::EndOfDay)),
    ("GET", "/desk/day/{run}/day.csv", EXPORTS),
    ("GET", "/desk/day/{run}/day.xlsx", EXPORTS),
    ("GET", "/desk/cancellations", DESK),
    ("GET", "/desk/cancellations/{id}", DESK),
    ("POST", "/desk/cancellations/{id}", Staff(Right::CancelPerformance)),
    ("POST", "/desk/cancellations/{id}/refund", Staff(Right::Refund)),
    ("GET", "/monitor", Staff(Right::Read)),
    ("GET", "/door", Staff(Right::Door)),
    ("POST", "/door", Staff(Right::Door)),
    ("GET", "/api/v1/performances", Everybody),
    ("GET", "/api/v1/performances/{id}", Everybody),
    ("GET", "/api/v1/performances/{id}/seats", Everybody),
    ("POST", "/api/v1/performances/{id}/staff-holds", DESK),
    ("POST", "/api/v1/performances/{id}/staff-holds/release", DESK),
    ("GET", "/api/v1/carts", DESK),
    ("POST", "/api/v1/carts", Everybody),
    ("GET", "/api/v1/carts/{cart}", Cart),
    ("POST", "/api/v1/carts/{cart}/best-seats", Cart),
    ("POST", "/api/v1/carts/{cart}/seats", Cart),
    ("POST", "/api/v1/carts/{cart}/seats/check", Cart),
    ("DELETE", "/api/v1/carts/{cart}/seats/{guid}", Cart),
    ("POST", "/api/v1/carts/{cart}/checkout", Cart),
    ("GET", "/api/v1/scans", Staff(Right::Read)),
    ("POST", "/api/v1/scans", Device),
    ("POST", "/api/v1/scans/offline", AtDoor),
    ("GET", "/api/v1/door/snapshot", AtDoor),
];

/// Routes as `route.rs` writes them.
fn of_pages() -> BTreeSet<(String, String)> {
    let source = include_str!("../src/route.rs");
    // What stands in for a box without a store is not of this router.
    let (before, after) = source.split_once("pub fn unready").unwrap();
    let source = format!("{before}{}", after.split_once("fn shop_pages").unwrap().1);
    let mut found = BTreeSet::new();
    for route in source.split(".route(\"").skip(1) {
        let (path, rest) = route.split_once('"').unwrap();
        let verbs = rest.split(".route(").next().unwrap();
        for (verb, method) in [("get(", "GET"), ("post(", "POST"), ("delete(", "DELETE")] {
            if verbs.contains(verb) {
                found.insert((method.to_owned(), path.to_owned()));
            }
        }
    }
    found
}

/// Routes as the API describes them.
async fn of_api(house: &House) -> BTreeSet<(String, String)> {
    let described = house.send(Ask::get("/api/openapi.json")).await.json();
    let mut found = BTreeSet::new();
    for (path, calls) in described["paths"].as_object().unwrap() {
        for method in calls.as_object().unwrap().keys() {
            found.insert((method.to_uppercase(), format!("/api/v1{path}")));
        }
    }
    found
}

#[tokio::test]
async fn every_route_has_a_line_and_every_line_a_route() {
    let house = House::open().await;
    let mut routes = of_pages();
    routes.extend(of_api(&house).await);
    assert!(routes.len() > 60, "the routes were not found");
    let line = |(method, path, _): &(&str, &str, For)| ((*method).to_owned(), (*path).to_owned());
    let lines: BTreeSet<_> = TABLE.iter().map(line).collect();
    let missing: Vec<_> = routes.difference(&lines).collect();
    assert!(missing.is_empty(), "whom are these for? {missing:?}");
    let gone: Vec<_> = lines.difference(&routes).collect();
    assert!(gone.is_empty(), "no such route: {gone:?}");
}

/// Who asks.
#[derive(Clone, Debug)]
enum Who {
    Role(Role, String),
    Visitor(String),
    Device,
    Nobody,
}

/// A request that gets as far as the handler for whoever may.
fn ask(house: &House, method: &str, path: &str, cart: &str) -> Ask {
    let tonight = house.season.tonight.to_string();
    let named = path
        .replace("{*path}", "theme.css")
        .replace("{slug}", "the-tide-clock")
        .replace("{token}", "none")
        .replace("{cart}", cart)
        .replace("{guid}", "C-C-1")
        .replace("{session}", "1-1")
        .replace("{order}", "1-1")
        .replace("{export}", "1")
        .replace("{run}", "1")
        // Nobody: what is done to them is refused by the house, after who asks was looked at.
        .replace("{no}", "999");
    let id = if path.starts_with("/desk/letters") { "1-1" } else { tonight.as_str() };
    let named = named.replace("{id}", id);
    let ask = Ask::new(Method::from_bytes(method.as_bytes()).unwrap(), &named);
    if method == "GET" {
        return if path == "/metrics" { ask.from("192.0.2.1") } else { ask };
    }
    if path.starts_with("/api/") {
        return ask.json("{}").with("sec-fetch-site", "same-origin");
    }
    ask.form("key=&role=door&disabled=yes")
}

async fn told(house: &House, line: &(&str, &str, For), who: &Who, cart: &str) -> Told {
    let ask = ask(house, line.0, line.1, cart);
    house
        .send(match who {
            Who::Role(_, cookie) | Who::Visitor(cookie) => ask.with("cookie", cookie),
            Who::Device => ask.bearer(DEVICE_TOKEN),
            Who::Nobody => ask,
        })
        .await
}

/// Did it open? What a handler itself says no to is open.
fn opened(told: &Told, for_whom: For) -> bool {
    let to_sign_in = told.header("location").starts_with("/desk/sign-in?");
    let closed = [401, 403].contains(&told.status.as_u16()) || to_sign_in;
    !closed || for_whom == Everybody
}

fn should_open(for_whom: For, who: &Who) -> bool {
    match (for_whom, who) {
        (Everybody, _) => true,
        (Staff(right), Who::Role(role, _)) => may(*role, right),
        (Watcher, Who::Role(role, _)) => may(*role, Right::Feed) || may(*role, Right::Door),
        (AtDoor, Who::Role(role, _)) => may(*role, Right::Door),
        (Account, Who::Role(..)) | (Cart, Who::Visitor(_)) => true,
        (Device | AtDoor, Who::Device) => true,
        (Staff(_) | Account | Cart | Device | AtDoor | Watcher, _) => false,
    }
}

/// Acts that take the session they are done in with them.
fn ends_its_session(line: &(&str, &str, For)) -> bool {
    line.1 == "/desk/sign-out"
}

/// What a form on a page of one's own account says no to reads like a closed door.
fn proves(line: &(&str, &str, For)) -> bool {
    line.2 == Account && line.0 == "POST"
}

#[tokio::test]
async fn every_route_opens_to_those_it_is_for_and_to_nobody_else() {
    let house = House::open().await;
    let visit = format!("/performances/{}/best-seats", house.season.tonight);
    let told_visitor = house.send(Ask::post(&visit).form("qty-1=2&where=any&key=")).await;
    let mut asked = 0;
    let mut everybody = vec![Who::Visitor(told_visitor.cookie()), Who::Device, Who::Nobody];
    for role in Role::ALL {
        let person = house.engaged(role.name(), role).await;
        everybody.push(Who::Role(role, house.session_of(person.no).await));
    }
    let mut lines: Vec<_> = TABLE.iter().collect();
    lines.sort_by_key(|line| ends_its_session(line));
    for line in lines {
        for who in &everybody {
            let told = told(&house, line, who, "1-1").await;
            let what = format!("{who:?} at {} {}: {} {}", line.0, line.1, told.status, told.body);
            assert!(told.status != 500, "{what}");
            asked += 1;
            if proves(line) && matches!(who, Who::Role(..)) {
                assert_ne!(told.status, 401, "{what}");
                continue;
            }
            assert_eq!(opened(&told, line.2), should_open(line.2, who), "{what}");
        }
    }
    println!("{} routes, {asked} requests", TABLE.len());
}

#[tokio::test]
async fn a_visitors_cookie_is_never_taken_for_staff() {
    let house = House::open().await;
    let visit = format!("/performances/{}/best-seats", house.season.tonight);
    let cookie = house.send(Ask::post(&visit).form("qty-1=2&where=any&key=")).await.cookie();
    for path in ["/desk", "/desk/staff", "/desk/audit", "/desk/account", "/monitor", "/door"] {
        let told = house.send(Ask::get(path).with("cookie", &cookie)).await;
        assert_eq!(told.status, 303, "{path}");
        assert!(told.header("location").starts_with("/desk/sign-in?"), "{path}");
    }
}
