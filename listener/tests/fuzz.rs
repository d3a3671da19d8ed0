//! Any request on any route: answered, never with a mistake of ours, and always dressed.
//!
//! Runs on a house of its own in memory (`house/mod.rs`); never on a real network. Next:
//! `house/season.rs` for what it sells.

// Shared parts stand outside of #[test].
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod house;

use axum::http::Method;
use house::{Ask, DEVICE_TOKEN, House, token_with};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU32, Ordering};
use usher_listener::token::Right;

/// One request, made of what the fuzzer drew.
type Drawn = (u8, u8, u8, u8, Vec<u8>, Vec<u8>);

const METHODS: [Method; 6] =
    [Method::GET, Method::POST, Method::DELETE, Method::PUT, Method::HEAD, Method::OPTIONS];
const KINDS: [&str; 4] =
    ["application/json", "application/x-www-form-urlencoded", "text/plain", "application/JSON; x"];

fn paths(house: &House) -> Vec<String> {
    let performance = format!("/performances/{}", house.season.tonight);
    let cart = "/api/v1/carts/1-1";
    let fixed = [
        "/",
        "/cart",
        "/cart/remove",
        "/cart/one-fewer",
        "/cart/close",
        "/checkout",
        "/events/",
        "/orders/",
        "/assets/",
        "/desk",
        "/desk/carts",
        "/desk/letters",
        "/desk/letters/",
        "/desk/sign-in",
        "/desk/sign-out",
        "/door",
        "/monitor",
        "/feed/scans",
        "/feed/seats",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/openapi.json",
        "/api/v1/performances",
        "/api/v1/performances/",
        "/api/v1/carts",
        "/api/v1/carts/",
        "/api/v1/scans",
        "/api/v1/",
    ];
    let mut paths: Vec<String> = fixed.map(str::to_owned).to_vec();
    paths.extend(
        ["", "/map", "/chosen", "/best-seats", "/seats"].map(|end| format!("{performance}{end}")),
    );
    paths.extend(
        ["", "/best-seats", "/seats", "/seats/check", "/seats/", "/checkout"]
            .map(|end| format!("{cart}{end}")),
    );
    paths.extend(
        ["/seats", "/staff-holds", "/staff-holds/release"]
            .map(|end| format!("/api/v1{performance}{end}")),
    );
    paths
}

/// Bodies that get past the first door, so that what is drawn is tried further in.
fn bodies(house: &House, drawn: &str) -> Vec<String> {
    let text = serde_json::to_string(drawn).unwrap();
    let tonight = house.season.tonight;
    vec![
        drawn.to_owned(),
        format!(r#"{{"source":{text}}}"#),
        format!(r#"{{"code":{text},"direction":"in","nonce":{text}}}"#),
        format!(r#"{{"seats":["C-H-1"],"code":"H","note":{text}}}"#),
        format!(r#"{{"seats":["C-H-1"]}}"#),
        format!(r#"{{"code":{text},"direction":"out","nonce":"n","typed":true}}"#),
        format!(r#"{{"performance":"{tonight}","seats":[{text},"C-C-4"],"level":{text}}}"#),
        format!(r#"{{"performance":"{tonight}","seats":["C-C-4","C-D-4"],"level":"1"}}"#),
        format!(
            r#"{{"performance":"{tonight}","places":[{{"level":"Adult","count":2}}],"category":{text}}}"#
        ),
        format!(
            r#"{{"performance":"{tonight}","places":[{{"level":"1","count":9}}],"wheelchair":2,"companions":3,"allow_split":true}}"#
        ),
        format!(
            r#"{{"buyer":{{"name":{text},"email":{text}}},"note":{text},"card":{{"token":{text}}}}}"#
        ),
        format!(
            "key={0}&qty-1={0}&where={0}&seat={0}&level={0}&code={0}&token={0}",
            escaped(drawn)
        ),
    ]
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn ask(house: &House, cart: &str, drawn: &Drawn) -> Ask {
    let (path, method, body, credential, query, text) = drawn;
    let pick = |from: usize, of: u8| usize::from(of) % from;
    let paths = paths(house);
    let query = escaped(&String::from_utf8_lossy(query));
    let mut path = paths[pick(paths.len(), *path)].clone();
    if path.ends_with('/') {
        path.push_str(&query);
    } else {
        path = format!("{path}?after={query}&pick={query}&qty-1={query}&performance={query}");
    }
    let text = String::from_utf8_lossy(text).into_owned();
    let bodies = bodies(house, &text);
    let body = &bodies[pick(bodies.len(), *body)];
    let kind = if body.starts_with("key=") { KINDS[1] } else { KINDS[pick(4, *credential >> 4)] };
    let ask = Ask::new(METHODS[pick(METHODS.len(), *method)].clone(), &path)
        .body(body)
        .with("content-type", kind)
        .with("sec-fetch-site", "same-origin");
    match pick(6, *credential) {
        0 => ask,
        1 => ask.bearer(cart),
        2 => ask.bearer(DEVICE_TOKEN),
        3 => ask.bearer(&token_with(Right::Desk)),
        4 => ask.bearer(&token_with(Right::Read)),
        _ => ask.with("cookie", &format!("usher={}", escaped(&text).replace('%', "A"))),
    }
}

#[test]
fn no_request_is_answered_with_a_mistake_of_ours() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (house, cart) = runtime.block_on(async {
        let house = House::open().await;
        let (_, token) = house.cart().await;
        (house, token)
    });
    let good = AtomicU32::new(0);
    let (house, runtime) = (AssertUnwindSafe(&house), AssertUnwindSafe(&runtime));
    bolero::check!().with_type::<Drawn>().with_iterations(2_000).for_each(|drawn| {
        let told = runtime.block_on(house.send(ask(*house, &cart, drawn)));
        let status = told.status.as_u16();
        good.fetch_add(u32::from(told.status.is_success()), Ordering::Relaxed);
        assert!(status != 500 && status < 504, "{status} for {drawn:?}: {}", told.body);
        assert_eq!(told.header("x-content-type-options"), "nosniff", "{drawn:?}");
        assert!(told.header("content-security-policy").contains("default-src 'self'"));
    });
    // Otherwise nothing behind the first door was tried.
    assert!(good.load(Ordering::Relaxed) > 0);
}
