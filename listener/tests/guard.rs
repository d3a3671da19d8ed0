//! Who may come in where, and what every answer wears: rights, cookies, other sites, headers.
//!
//! Runs on a house of its own in memory (`house/mod.rs`); never on a real network. Next:
//! `house/season.rs` for what it sells.

// Shared parts stand outside of #[test].
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod house;

use axum::Router;
use axum::http::Method;
use axum::routing::get;
use house::{Ask, DEVICE_TOKEN, House, Told, token_with};
use std::sync::Arc;
use usher_listener::route::routes;
use usher_listener::token::Right;

const WORN: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", ""),
    ("permissions-policy", ""),
];

fn wears_it_all(told: &Told, what: &str) {
    for (name, value) in WORN {
        let worn = told.header(name);
        assert!(
            !worn.is_empty() && (value.is_empty() || worn == value),
            "{name} of {what}: {worn}"
        );
    }
    let policy = told.header("content-security-policy");
    for part in
        ["default-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]
    {
        assert!(policy.contains(part), "{part} of {what}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
}

/// Every route, and some that are none.
fn addresses(house: &House) -> Vec<(Method, String)> {
    let tonight = house.season.tonight;
    let get = [
        "/",
        "/cart",
        "/checkout",
        "/events/the-tide-clock",
        "/events/none",
        "/orders/none",
        "/assets/theme.css",
        "/assets/none.css",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/openapi.json",
        "/api/v1/performances",
        "/api/v1/carts/1-1",
        "/api/v1/scans",
        "/feed/scans",
        "/feed/seats?performance=1-1",
        "/feed/seats",
        "/nothing",
        "/api/nothing",
        "/desk",
        "/desk/sign-in",
        "/door",
        "/monitor",
        "/boom",
    ];
    let post = [
        "/cart/remove",
        "/cart/one-fewer",
        "/cart/close",
        "/checkout",
        "/api/v1/carts",
        "/api/v1/carts/1-1/best-seats",
        "/api/v1/carts/1-1/seats",
        "/api/v1/scans",
        "/api/v1/carts/1-1/seats/check",
        "/api/v1/carts/1-1/checkout",
        "/nothing",
        "/",
        "/desk/sign-in",
        "/desk/sign-out",
        "/door",
    ];
    let mut all: Vec<_> = get.map(|path| (Method::GET, path.to_owned())).to_vec();
    all.extend(post.map(|path| (Method::POST, path.to_owned())));
    for path in ["", "/map", "/chosen", "/seats"] {
        all.push((Method::GET, format!("/performances/{tonight}{path}")));
        all.push((Method::POST, format!("/performances/{tonight}{path}")));
    }
    all.push((Method::DELETE, "/api/v1/carts/1-1/seats/x".to_owned()));
    all.push((Method::TRACE, "/".to_owned()));
    all.push((Method::OPTIONS, "/".to_owned()));
    all.push((Method::HEAD, "/".to_owned()));
    all
}

async fn house_with_boom() -> House {
    let mut house = House::open().await;
    async fn boom() -> &'static str {
        panic!("a handler of the test fails")
    }
    let extra = Router::new().route("/boom", get(boom));
    house.router = routes(Arc::clone(&house.shop), extra);
    house
}

#[tokio::test]
async fn every_answer_wears_the_security_headers() {
    let house = house_with_boom().await;
    for (method, path) in addresses(&house) {
        let what = format!("{method} {path}");
        let told = house.send(Ask::new(method, &path)).await;
        wears_it_all(&told, &what);
        assert!(told.header("strict-transport-security").is_empty(), "{what} over plain HTTP");
        if told.status.is_client_error() || told.status.is_server_error() {
            let api = ["/api", "/feed", "/readyz", "/metrics"];
            let api = api.iter().any(|start| path.starts_with(start));
            let kind = if api { "application/problem+json" } else { "text/html" };
            assert!(told.header("content-type").starts_with(kind), "{what}: {:?}", told.headers);
            assert_eq!(told.header("cache-control"), "no-store", "{what}");
        }
    }
}

#[tokio::test]
async fn a_handler_that_fails_costs_one_answer() {
    let house = house_with_boom().await;
    let told = house.send(Ask::get("/boom")).await;
    assert_eq!(told.status, 500);
    assert!(!told.body.contains("of the test fails"), "{}", told.body);
    assert_eq!(house.send(Ask::get("/healthz")).await.status, 200);
}

#[tokio::test]
async fn browsers_are_told_to_insist_on_tls_only_over_tls() {
    let house = House::open().await;
    let told = house.send(Ask::get("/healthz").tls()).await;
    let insist = told.header("strict-transport-security");
    assert_eq!(insist, "max-age=31536000; includeSubDomains");
}

#[tokio::test]
async fn each_right_opens_its_own_calls_and_no_others() {
    let house = House::open().await;
    let (cart, cart_token) = house.cart().await;
    let mut holders: Vec<(String, String)> =
        Right::ALL.map(|right| (right.name().to_owned(), token_with(right))).to_vec();
    holders.push(("device".to_owned(), DEVICE_TOKEN.to_owned()));
    holders.push(("cart".to_owned(), cart_token));
    let cart = format!("/api/v1/carts/{cart}");
    let scan = r#"{"code":"x","direction":"in","nonce":"n"}"#;
    let take = format!("{cart}/seats/check");
    for (holder, token) in &holders {
        let calls = [
            (Ask::get("/api/v1/performances"), "all"),
            (Ask::get(&cart), "desk cart"),
            (Ask::post(&take).json(&house.chosen(&["C-C-1", "C-C-2"])), "desk cart"),
            (Ask::get("/api/v1/scans"), "read"),
            (Ask::post("/api/v1/scans").json(scan), "device"),
            (Ask::get("/feed/scans"), "feed"),
            (Ask::get("/metrics").from("192.0.2.1"), "metrics"),
        ];
        for (index, (ask, opens_to)) in calls.into_iter().enumerate() {
            let told = house.send(ask.bearer(token)).await;
            let status = told.status.as_u16();
            if opens_to == "all" || opens_to.split(' ').any(|name| name == holder) {
                assert!(![401, 403].contains(&status), "{holder} at call {index}: {}", told.body);
            } else {
                assert!([401, 403].contains(&status), "{holder} at call {index}: {}", told.body);
            }
        }
    }
}

#[tokio::test]
async fn the_figures_are_for_this_machine_or_a_token() {
    let house = House::open().await;
    house.send(Ask::get("/healthz")).await;
    let told = house.send(Ask::get("/metrics")).await;
    assert_eq!(told.status, 200);
    assert!(told.body.contains("usher_requests_total"), "{}", told.body);
    house.send(Ask::get("/metrics").from("192.0.2.1")).await.is_problem(401, "NoCredential");
}

/// Takes two seats as a browser does; answers the cookie.
async fn browse(house: &House, tls: bool) -> String {
    let path = format!("/performances/{}/best-seats", house.season.tonight);
    let ask = Ask::post(&path).form("qty-1=2&where=any&key=");
    let told = house.send(if tls { ask.tls() } else { ask }).await;
    assert_eq!(told.status, 303, "{}", told.body);
    let set = told.header("set-cookie");
    assert_eq!(set.contains("Secure"), tls, "{set}");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    told.cookie()
}

#[tokio::test]
async fn a_cookie_opens_its_own_cart_and_never_crosses_between_tls_and_plain() {
    let house = House::open().await;
    let plain = browse(&house, false).await;
    let secure = browse(&house, true).await;
    assert!(plain.starts_with("usher=") && secure.starts_with("__Host-usher="));
    let first = |cookie: &str| Ask::get("/api/v1/carts/1-1").with("cookie", cookie);
    let second = |cookie: &str| Ask::get("/api/v1/carts/1-2").with("cookie", cookie);
    assert_eq!(house.send(first(&plain)).await.status, 200);
    assert_eq!(house.send(second(&secure).tls()).await.status, 200);
    house.send(second(&plain)).await.is_problem(403, "NotYourCart");
    house.send(first(&plain).tls()).await.is_problem(401, "NoCredential");
    house.send(second(&secure)).await.is_problem(401, "NoCredential");
    let renamed = plain.replace("usher=", "__Host-usher=");
    let told = house.send(first(&renamed).tls()).await;
    assert_eq!(told.status, 200, "the name is what tells them apart, and browsers guard it");
}

#[tokio::test]
async fn only_the_hash_of_a_cookie_is_known_to_the_store() {
    let house = House::open().await;
    let cookie = browse(&house, false).await;
    let value = cookie.trim_start_matches("usher=");
    let snapshot = house.handle.snapshot().unwrap();
    for entry in usher_ledger::events::after(&snapshot, 0, 1_000).unwrap() {
        let bytes = usher_ledger::stored::bytes(&entry);
        assert!(!bytes.windows(value.len()).any(|window| window == value.as_bytes()));
    }
}

#[tokio::test]
async fn an_unsafe_request_of_another_site_is_stopped() {
    let house = House::open().await;
    let cookie = browse(&house, false).await;
    let close = || Ask::post("/cart/close").with("cookie", &cookie);
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let told = house.send(close().with(form.0, form.1).with(name, value)).await;
        assert_eq!(told.status, 403, "{name}: {value}");
    }
    let told = house.send(close().with(form.0, form.1)).await;
    assert_eq!(told.status, 403, "says nothing of where it comes from");
    for (name, value) in [
        ("sec-fetch-site", "same-origin"),
        ("origin", "http://localhost"),
        ("origin", "https://tickets.tidewell.example"),
    ] {
        let told = house.send(close().with(form.0, form.1).with(name, value)).await;
        assert_ne!(told.status, 403, "{name}: {value}");
    }
}

#[tokio::test]
async fn what_is_no_browser_passes_with_a_token_and_without_a_cookie() {
    let house = House::open().await;
    let (cart, token) = house.cart().await;
    let path = format!("/api/v1/carts/{cart}/seats/check");
    let check = || Ask::post(&path).json(&house.chosen(&["C-C-1", "C-C-2"]));
    assert_eq!(house.send(check().bearer(&token)).await.status, 200);
    let told = house.send(check().bearer(&token).with("cookie", "usher=AAAA")).await;
    told.is_problem(403, "CrossSite");
    let told = house.send(check().with("cookie", "usher=AAAA")).await;
    told.is_problem(403, "CrossSite");
    house.send(check()).await.is_problem(401, "NoCredential");
}

#[tokio::test]
async fn looking_changes_nothing() {
    let house = House::open().await;
    let cookie = browse(&house, false).await;
    let before = usher_ledger::events::newest(&house.handle.snapshot().unwrap()).unwrap();
    for (method, path) in addresses(&house) {
        if method == Method::GET && path != "/boom" {
            house.send(Ask::get(&path).with("cookie", &cookie)).await;
        }
    }
    let after = usher_ledger::events::newest(&house.handle.snapshot().unwrap()).unwrap();
    assert_eq!(before, after);
}
