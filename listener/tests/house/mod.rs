//! A house for tests: a store in memory, a small season, tokens, and a gateway made of a task.
//!
//! Speaks to the routes as a client does; nothing here reaches behind them but to set the scene.
#![allow(dead_code)] // Each test file uses its own part of it.

pub mod gateway;
pub mod pad;
pub mod people;
pub mod season;
pub mod wire;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use redb::Database;
use redb::backends::InMemoryBackend;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tower::ServiceExt;
use usher_ledger::checkout::Numbering;
use usher_ledger::handle::{Handle, Lane, Surroundings, start};
use usher_listener::limits::Limits;
use usher_listener::request::Peer;
use usher_listener::route::routes;
use usher_listener::state::{Look, Settings, Shop};
use usher_listener::token::{DeviceToken, Right, Rights, StaffToken, TokenHash};
use usher_rules::at::{At, Clock, Span};
use usher_rules::code::{CodeKey, CodeKeys};
use usher_rules::id::{BoxNo, DeviceNo};
use usher_rules::view::venue::Venue;
use usher_rules::{Actor, BusinessDay, Command, Entry};
use usher_web::{Templates, Words};

/// 2026-12-04T17:00:00Z, two hours before the curtain of the season.
pub const NOW: At = At(1_796_403_600_000);
pub const DEVICE: DeviceNo = DeviceNo(7);
pub const DEVICE_TOKEN: &str = "device-token-of-the-tests";

/// A clock that stands still until it is moved.
pub struct HandClock {
    wall: AtomicI64,
    monotonic: AtomicU64,
}

impl Clock for HandClock {
    fn wall(&self) -> At {
        At(self.wall.load(Ordering::SeqCst))
    }
    fn monotonic_ms(&self) -> u64 {
        self.monotonic.load(Ordering::SeqCst)
    }
}

impl HandClock {
    /// The wall clock alone jumps.
    pub fn jump(&self, span: Span) {
        self.wall.fetch_add(span.0, Ordering::SeqCst);
    }

    pub fn pass(&self, span: Span) {
        self.wall.fetch_add(span.0, Ordering::SeqCst);
        self.monotonic.fetch_add(span.0 as u64, Ordering::SeqCst);
    }
}

pub struct House {
    pub router: Router,
    pub shop: Arc<Shop>,
    pub handle: Handle,
    pub clock: Arc<HandClock>,
    pub season: season::Season,
}

/// The token of the staff member that has this one right.
pub fn token_with(right: Right) -> String {
    format!("staff-token-{}", right.name())
}

pub fn venue() -> Venue {
    Venue {
        name: "The Tidewell".to_owned(),
        street: "Harbour Street 1".to_owned(),
        town: "Saltmere".to_owned(),
        phone: "01632 960 001".to_owned(),
        email: "boxoffice@tidewell.example".to_owned(),
        counter_hours: "10 to 18".to_owned(),
        time_zone: "Europe/London".to_owned(),
        day_rolls_min: 240,
        currency: "GBP".to_owned(),
        language: "en-GB".to_owned(),
        site: "https://tickets.tidewell.example".to_owned(),
        links: Vec::new(),
    }
}

fn settings(demo: bool, limits: Limits) -> Settings {
    let staff = Right::ALL.map(|right| StaffToken {
        name: right.name().to_owned(),
        rights: Rights::of(&[right]),
        sha256: TokenHash::of(&token_with(right)),
    });
    Settings {
        venue: venue(),
        look: Look { templates: Templates::new(), words: Words::english(), version: 0 },
        demo,
        plain_http: false,
        public_certificate: true,
        staff: staff.to_vec(),
        devices: vec![DeviceToken { device: DEVICE, sha256: TokenHash::of(DEVICE_TOKEN) }],
        token_for_card: Some(Arc::new(gateway::token)),
        limits,
    }
}

/// A store of which nothing is on a disk.
pub fn store() -> Database {
    let store = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
    usher_ledger::open::prepare(&store, BoxNo(1)).unwrap();
    store
}

fn handle(clock: &Arc<HandClock>, store: Database) -> Handle {
    let mut codes = CodeKeys::default();
    codes.set(1, CodeKey::new([9; 32]));
    let drawn = AtomicU64::new(0);
    let clock: Arc<dyn Clock> = clock.clone();
    start(
        store,
        Surroundings {
            clock,
            day_of: Arc::new(|at| BusinessDay((at.0 / 86_400_000) as u32)),
            luck: Arc::new(move || {
                let count = drawn.fetch_add(1, Ordering::SeqCst);
                Sha256::digest(count.to_be_bytes()).into()
            }),
            numbering: Numbering { box_no: BoxNo(1), epoch: 1, key: 1 },
            codes,
            tokens: [3; 32],
        },
    )
    .unwrap()
}

impl House {
    pub async fn open() -> House {
        House::with(true, Limits::default()).await
    }

    pub async fn with(demo: bool, limits: Limits) -> House {
        let clock =
            Arc::new(HandClock { wall: AtomicI64::new(NOW.0), monotonic: AtomicU64::new(1_000) });
        let handle = handle(&clock, store());
        let season = season::seed(&handle).await;
        gateway::follow(&handle);
        let shop = Shop::new(handle.clone(), settings(demo, limits));
        let router = routes(Arc::clone(&shop), Router::new());
        House { router, shop, handle, clock, season }
    }

    /// The same house on another store that holds its season.
    pub fn on(&self, store: Database) -> House {
        let (clock, season) = (Arc::clone(&self.clock), self.season.clone());
        let handle = handle(&clock, store);
        let shop = Shop::new(handle.clone(), settings(true, Limits::default()));
        let router = routes(Arc::clone(&shop), Router::new());
        House { router, shop, handle, clock, season }
    }

    /// Does something behind the counter.
    pub async fn staff(&self, command: Command) -> Arc<Entry> {
        let by = Actor::Staff("test".to_owned());
        self.handle.ask(Lane::Till, by, None, command).await.unwrap()
    }

    pub async fn send(&self, ask: Ask) -> Told {
        let response = self.router.clone().oneshot(ask.request()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 * 1024 * 1024).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Told { status: parts.status, headers: parts.headers, body }
    }

    /// A cart of its own: id and token.
    pub async fn cart(&self) -> (String, String) {
        let told = self.send(Ask::post("/api/v1/carts").json("{}")).await;
        assert_eq!(told.status, 201, "{}", told.body);
        (told.text("cart"), told.text("token"))
    }

    /// A cart that holds these seats of the first performance.
    pub async fn cart_with(&self, seats: &[&str]) -> (String, String) {
        let (cart, token) = self.cart().await;
        let body = self.chosen(seats);
        let ask = Ask::post(&format!("/api/v1/carts/{cart}/seats")).bearer(&token).json(&body);
        let told = self.send(ask).await;
        assert_eq!(told.status, 200, "{}", told.body);
        (cart, token)
    }

    pub fn chosen(&self, seats: &[&str]) -> String {
        let seats = serde_json::to_string(seats).unwrap();
        let performance = &self.season.tonight;
        format!(r#"{{"performance":"{performance}","seats":{seats},"level":"Adult"}}"#)
    }

    /// Sells these seats and answers ticket ids and codes.
    pub async fn sold(&self, seats: &[&str]) -> Vec<(String, String)> {
        let (cart, token) = self.cart_with(seats).await;
        let told = self.send(self.pay(&cart, &token, "tok_4242")).await;
        assert_eq!(told.status, 200, "{}", told.body);
        let told = told.json();
        let tickets = told["tickets"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        tickets.map(|ticket| (text(&ticket["ticket"]), text(&ticket["code"]))).collect()
    }

    pub fn pay(&self, cart: &str, token: &str, card: &str) -> Ask {
        let body = format!(
            r#"{{"buyer":{{"name":"Ada Finch","email":"ada@example.org"}},"card":{{"token":"{card}"}}}}"#
        );
        Ask::post(&format!("/api/v1/carts/{cart}/checkout")).bearer(token).json(&body)
    }

    pub fn scan(&self, code: &str, direction: &str, nonce: &str) -> Ask {
        let code = serde_json::to_string(code).unwrap();
        let body = format!(r#"{{"code":{code},"direction":"{direction}","nonce":"{nonce}"}}"#);
        Ask::post("/api/v1/scans").bearer(DEVICE_TOKEN).json(&body)
    }
}

/// A request being made.
pub struct Ask {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Body,
    peer: Peer,
}

impl Ask {
    pub fn new(method: Method, path: &str) -> Ask {
        let path = path.to_owned();
        Ask { method, path, headers: Vec::new(), body: Body::empty(), peer: Peer::default() }
    }

    pub fn get(path: &str) -> Ask {
        Ask::new(Method::GET, path)
    }

    pub fn post(path: &str) -> Ask {
        Ask::new(Method::POST, path)
    }

    pub fn delete(path: &str) -> Ask {
        Ask::new(Method::DELETE, path)
    }

    pub fn with(mut self, name: &str, value: &str) -> Ask {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn bearer(self, token: &str) -> Ask {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub fn once(self, key: &str) -> Ask {
        self.with("idempotency-key", key)
    }

    pub fn body(mut self, body: &str) -> Ask {
        self.body = Body::from(body.to_owned());
        self
    }

    pub fn json(self, body: &str) -> Ask {
        self.body(body).with("content-type", "application/json")
    }

    pub fn form(self, body: &str) -> Ask {
        self.body(body)
            .with("content-type", "application/x-www-form-urlencoded")
            .with("sec-fetch-site", "same-origin")
    }

    /// From an address that is not this machine's.
    pub fn from(mut self, address: &str) -> Ask {
        self.peer.address = format!("{address}:40000").parse::<SocketAddr>().unwrap();
        self
    }

    pub fn tls(mut self) -> Ask {
        self.peer.tls = true;
        self
    }

    fn request(self) -> Request<Body> {
        let mut request =
            Request::builder().method(self.method).uri(self.path).header("host", "localhost");
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(self.body).unwrap();
        request.extensions_mut().insert(self.peer);
        request
    }
}

/// What came back.
#[derive(Debug)]
pub struct Told {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Told {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub fn text(&self, member: &str) -> String {
        let json = self.json();
        json[member].as_str().unwrap_or_else(|| panic!("no {member} in {json}")).to_owned()
    }

    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name);
        value.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    pub fn cookie(&self) -> String {
        let set = self.headers.get(header::SET_COOKIE).expect("a cookie");
        set.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    /// A problem document of this status and code.
    pub fn is_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        let json = self.json();
        assert_eq!(json["code"], code, "{json}");
        assert_eq!(json["status"], status, "{json}");
        assert!(json["title"].as_str().is_some_and(|title| !title.is_empty()), "{json}");
        json
    }
}
