//! Buying, holding and scanning over the JSON API, step by step, each step under its own key.
//!
//! A step that broke off is repeated with the same keys and must end as one sale. Never decides
//! what is right: the tests do. Next: `plug.rs`.

use crate::ask::{Answer, Caller, form, header};
use crate::running::{Running, WAIT_MAX, until};
use serde_json::{Value, json};
use std::io;

/// What somebody wants: seats for one performance, paid or only held.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Makes every key and the buyer's address; unique.
    pub name: String,
    pub performance: String,
    pub count: u32,
    pub pays: bool,
}

/// How far it came.
#[derive(Clone, Debug)]
pub enum Outcome {
    Refused,
    Held(Held),
    Sold(Sold),
}

#[derive(Clone, Debug)]
pub struct Held {
    pub cart: String,
    pub seats: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Sold {
    pub wish: Wish,
    pub cart: String,
    pub tickets: Vec<Ticket>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub id: String,
    pub code: String,
    pub seat: Option<String>,
}

impl Wish {
    pub fn address(&self) -> String {
        format!("{}@x.example", self.name)
    }

    fn key(&self, step: &str) -> String {
        format!("{}-{step}", self.name)
    }

    /// From an open cart to tickets. An error: nobody knows how far it came.
    pub fn act(&self, anyone: &Caller) -> io::Result<Outcome> {
        let opened = anyone.try_post("/api/v1/carts", &self.key("open"), &json!({}))?;
        if opened.status != 201 {
            return Ok(Outcome::Refused);
        }
        let holder = anyone.with(opened.text("token"));
        let cart = opened.text("cart").to_owned();
        let places = json!([{ "level": "Adult", "count": self.count }]);
        let best = json!({ "performance": self.performance, "places": places });
        let path = format!("/api/v1/carts/{cart}");
        let held = holder.try_post(&format!("{path}/best-seats"), &self.key("hold"), &best)?;
        if held.status != 200 {
            return Ok(Outcome::Refused);
        }
        let seats = texts(&held.body["seats"]);
        if !self.pays {
            return Ok(Outcome::Held(Held { cart, seats }));
        }
        let buyer = json!({ "name": "Nell Harker", "email": self.address() });
        let body = json!({ "buyer": buyer, "card": { "token": "tok_4242" } });
        let paid = holder.try_post(&format!("{path}/checkout"), &self.key("pay"), &body)?;
        let answer = match paid.status {
            200 => paid,
            202 => settled(&holder, &path)?,
            402 => return Ok(Outcome::Held(Held { cart, seats })),
            _ => panic!("{self:?} was answered {paid:?}"),
        };
        Ok(Outcome::Sold(Sold { wish: self.clone(), cart, tickets: tickets(&answer) }))
    }
}

/// A checkout that was being confirmed, once it is decided.
fn settled(holder: &Caller, path: &str) -> io::Result<Answer> {
    let mut broken = None;
    let answer =
        until("the payment is settled", WAIT_MAX, || match holder.ask("GET", path, None, None) {
            Ok(cart) => (cart.body["state"] == "completed").then_some(Some(cart)),
            Err(fault) => {
                broken = Some(fault);
                Some(None)
            }
        });
    answer.ok_or_else(|| broken.unwrap())
}

/// Tickets of a checkout or of a cart.
pub fn tickets(answer: &Answer) -> Vec<Ticket> {
    let ticket = |ticket: &Value| Ticket {
        id: ticket["ticket"].as_str().unwrap().to_owned(),
        code: ticket["code"].as_str().unwrap().to_owned(),
        seat: ticket["seat"].as_str().map(str::to_owned),
    };
    answer.body["tickets"].as_array().unwrap().iter().map(ticket).collect()
}

pub fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// A sale that must come about.
pub fn sold(anyone: &Caller, name: &str, performance: &str, count: u32) -> Sold {
    let performance = performance.to_owned();
    let wish = Wish { name: name.to_owned(), performance, count, pays: true };
    match wish.act(anyone).unwrap() {
        Outcome::Sold(sold) => sold,
        other => panic!("{wish:?} came to {other:?}"),
    }
}

/// A browser that took two seats for tonight; its cookie, and its cart.
pub fn browse(demo: &Running) -> (String, String) {
    let path = format!("/performances/{}/best-seats", demo.tonight());
    let told = form(demo.address, &path, "", "qty-1=2&where=any&key=");
    let set = header(&told, "set-cookie").unwrap_or_else(|| panic!("no cookie: {told}"));
    let cookie = set.split(';').next().unwrap().to_owned();
    // Carts are counted, and nobody else opens one meanwhile.
    let next = demo.caller().post("/api/v1/carts", &json!({}));
    let (box_no, count) = next.text("cart").split_once('-').unwrap();
    let cart = format!("{box_no}-{}", count.parse::<u64>().unwrap() - 1);
    (cookie, cart)
}

/// Shows a code to a door.
pub fn scan(door: &Caller, code: &str, nonce: &str) -> io::Result<Answer> {
    let body = json!({ "code": code, "direction": "in", "nonce": nonce });
    door.ask("POST", "/api/v1/scans", None, Some(&body))
}

/// State of each seat of a performance by its guid.
pub fn state(anyone: &Caller, performance: &str, guid: &str) -> String {
    let seats = anyone.get(&format!("/api/v1/performances/{performance}/seats"));
    let seats = seats.body["seats"].as_array().unwrap();
    let seat = seats.iter().find(|seat| seat["guid"] == guid).unwrap();
    seat["state"].as_str().unwrap().to_owned()
}
