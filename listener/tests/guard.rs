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
use usher_listener::route::{routes, unready};
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

/// Addresses to look at.
const GETS: [&str; 33] = [
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
    "/desk/carts",
    "/desk/letters",
    "/desk/letters/1-1",
    "/desk/sign-in",
    "/desk/sign-in/new",
    "/desk/confirm",
    "/desk/account",
    "/desk/staff",
    "/desk/audit",
    "/door",
    "/monitor",
    "/boom",
];

/// Addresses to send forms and bodies to.
const POSTS: [&str; 27] = [
    "/cart/remove",
    "/cart/one-fewer",
    "/cart/close",
    "/checkout",
    "/api/v1/carts",
    "/api/v1/performances/1-1/staff-holds",
    "/api/v1/performances/1-1/staff-holds/release",
    "/api/v1/carts/1-1/best-seats",
    "/api/v1/carts/1-1/seats",
    "/api/v1/scans",
    "/api/v1/carts/1-1/seats/check",
    "/api/v1/carts/1-1/checkout",
    "/nothing",
    "/",
    "/desk/sign-in",
    "/desk/sign-in/password",
    "/desk/sign-in/code",
    "/desk/sign-in/new",
    "/desk/sign-out",
    "/desk/confirm",
    "/desk/account/password",
    "/desk/account/second-factor",
    "/desk/account/second-factor/code",
    "/desk/account/end",
    "/desk/staff",
    "/desk/staff/1/role",
    "/door",
];

/// Every route, and some that are none.
fn addresses(house: &House) -> Vec<(Method, String)> {
    let tonight = house.season.tonight;
    let mut all: Vec<_> = GETS.map(|path| (Method::GET, path.to_owned())).to_vec();
    all.extend(POSTS.map(|path| (Method::POST, path.to_owned())));
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
    let keep = format!("/api/v1/performances/{}/staff-holds", house.season.tonight);
    let kept = r#"{"seats":["C-H-1"],"code":"H"}"#;
    for (holder, token) in &holders {
        let calls = [
            (Ask::get("/api/v1/performances"), "all"),
            (Ask::get(&cart), "desk cart"),
            (Ask::post(&take).json(&house.chosen(&["C-C-1", "C-C-2"])), "desk cart"),
            (Ask::get("/api/v1/scans"), "read"),
            (Ask::get("/api/v1/carts"), "desk"),
            (Ask::post(&keep).json(kept), "desk"),
            (Ask::post(&format!("{keep}/release")).json(r#"{"seats":["C-H-1"]}"#), "desk"),
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
    assert_eq!(told.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let newer = "application/openmetrics-text";
    let told = house.send(Ask::get("/metrics").with("accept", newer)).await;
    assert!(told.header("content-type").starts_with(newer));
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

#[tokio::test]
async fn a_head_tells_the_length_of_what_a_get_brings_and_brings_nothing() {
    let house = house_with_boom().await;
    for (_, path) in addresses(&house).into_iter().filter(|(method, _)| *method == Method::GET) {
        for encoding in ["identity", "gzip"] {
            let ask = |method| Ask::new(method, &path).with("accept-encoding", encoding);
            let whole = house.send(ask(Method::GET)).await;
            let head = house.send(ask(Method::HEAD)).await;
            assert_eq!(head.body, "", "{path}");
            // A websocket is opened by GET alone, and the figures count this very request.
            if path.starts_with("/feed/") || path == "/metrics" {
                continue;
            }
            assert_eq!(head.status, whole.status, "{path}");
            for name in ["content-type", "content-encoding", "location", "cache-control"] {
                assert_eq!(head.header(name), whole.header(name), "{name} of {path}, {encoding}");
            }
            // What is pressed on its way has no length that is known beforehand, by GET either.
            let pressed = !whole.header("content-encoding").is_empty();
            let length = if pressed { String::new() } else { whole.body.len().to_string() };
            assert_eq!(head.header("content-length"), length, "{path}, {encoding}");
        }
    }
}

/// Every unsafe call of the API for a cart, and one with a method that none of them takes.
fn unsafe_calls(cart: &str, house: &House) -> Vec<Ask> {
    let cart = format!("/api/v1/carts/{cart}");
    let chosen = house.chosen(&["C-C-1", "C-C-2"]);
    let buyer = r#"{"buyer":{"name":"Ada","email":"ada@example.org"}}"#;
    let scan = r#"{"code":"x","direction":"in","nonce":"n"}"#;
    vec![
        Ask::post(&format!("{cart}/seats")).json(&chosen),
        Ask::post(&format!("{cart}/seats/check")).json(&chosen),
        Ask::post(&format!("{cart}/best-seats")).json("{}"),
        Ask::new(Method::DELETE, &format!("{cart}/seats/C-C-1")),
        Ask::new(Method::PUT, &cart),
        Ask::post(&format!("{cart}/checkout")).json(buyer),
        Ask::post("/api/v1/scans").json(scan),
    ]
}

#[tokio::test]
async fn a_call_that_says_nothing_of_its_page_passes_only_with_a_token_and_no_cookie() {
    let house = House::open().await;
    let cookie = browse(&house, false).await;
    let (cart, token) = house.cart().await;
    for (nth, ask) in unsafe_calls("1-1", &house).into_iter().enumerate() {
        let told = house.send(ask.with("cookie", &cookie)).await;
        assert_eq!(told.text("code"), "CrossSite", "call {nth} with a cookie alone");
    }
    for (nth, ask) in unsafe_calls(&cart, &house).into_iter().enumerate() {
        let told = house.send(ask.bearer(&token).with("cookie", &cookie)).await;
        assert_eq!(told.text("code"), "CrossSite", "call {nth} with a token and a cookie");
    }
    for (nth, ask) in unsafe_calls(&cart, &house).into_iter().enumerate() {
        let told = house.send(ask).await;
        let refused = [401, 405].contains(&told.status.as_u16());
        assert!(refused, "call {nth} with neither: {}", told.body);
    }
    for (nth, ask) in unsafe_calls(&cart, &house).into_iter().enumerate() {
        let told = house.send(ask.bearer(&token)).await;
        assert!(!told.body.contains("CrossSite"), "call {nth} with a token alone: {}", told.body);
    }
    let open = || Ask::post("/api/v1/carts").json("{}");
    assert_eq!(house.send(open()).await.status, 201, "the call that hands out the token");
    house.send(open().with("cookie", &cookie)).await.is_problem(403, "CrossSite");
}

#[tokio::test]
async fn a_call_that_says_its_page_passes_from_ours_and_from_no_other() {
    let house = House::open().await;
    let cookie = browse(&house, false).await;
    let (cart, token) = house.cart().await;
    let others = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    let ours = [("sec-fetch-site", "same-origin"), ("origin", "http://localhost")];
    for (name, value) in others {
        for ask in unsafe_calls("1-1", &house) {
            let told = house.send(ask.with("cookie", &cookie).with(name, value)).await;
            assert_eq!(told.text("code"), "CrossSite", "{name}: {value} with a cookie");
        }
        for ask in unsafe_calls(&cart, &house) {
            let told = house.send(ask.bearer(&token).with(name, value)).await;
            assert_eq!(told.text("code"), "CrossSite", "{name}: {value} with a token");
        }
        let open = Ask::post("/api/v1/carts").json("{}").with(name, value);
        house.send(open).await.is_problem(403, "CrossSite");
    }
    for (name, value) in ours {
        for ask in unsafe_calls("1-1", &house) {
            let told = house.send(ask.with("cookie", &cookie).with(name, value)).await;
            let crossed = told.body.contains("CrossSite");
            assert!(!crossed, "{name}: {value} with a cookie: {}", told.body);
        }
        let open = Ask::post("/api/v1/carts").json("{}").with(name, value);
        assert_eq!(house.send(open.with("cookie", &cookie)).await.status, 201, "{name}");
    }
}

#[tokio::test]
async fn a_box_without_a_store_wears_the_same_and_tells_only_the_technician_why() {
    let mut house = House::open().await;
    house.router = unready("the folder /x cannot be written");
    for (method, path) in addresses(&house) {
        let what = format!("{method} {path}");
        let told = house.send(Ask::new(method.clone(), &path)).await;
        wears_it_all(&told, &what);
        if path == "/healthz" && method == Method::GET {
            assert_eq!(told.status, 200);
            continue;
        }
        if path == "/healthz" {
            continue;
        }
        let asked = ["/readyz", "/desk"].contains(&path.as_str()) && method == Method::GET;
        if method != Method::HEAD && told.status != 405 {
            assert_eq!(told.status, 503, "{what}");
            assert_eq!(told.body.contains("/x cannot"), asked, "{what}: {}", told.body);
            assert!(!told.header("retry-after").is_empty(), "{what}");
        }
        if path.starts_with("/api/") && method != Method::HEAD {
            told.is_problem(503, "Busy");
        }
    }
}
