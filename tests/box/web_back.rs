//! Guards refunds of orders of the shop on a whole box: pressed over HTTP, killed between the press
//! and its answer, and found again by itself.
//!
//! The bank's own file is the referee: one refund an order, and the sums of the batch as the books
//! have them, those of the demo's first buyers included. Next: `../gateway/back.rs`, which cuts the
//! worker off at finer points.

use crate::ask::{form, page};
use crate::end_of_day::{between, look_away, sign_in};
use crate::running::{Folder, Running, until};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Boxes that die, each a little later after the press.
const DEATHS: u32 = 6;
const LATER: Duration = Duration::from_millis(4);
/// The bank is asked three times in the first minute.
const FOUND_MAX: Duration = Duration::from_secs(120);

/// Two tickets for tonight, paid with this token: the first, and its code.
pub fn buys(demo: &Running, token: &str) -> (String, String) {
    let opened = demo.caller().post("/api/v1/carts", &json!({}));
    let holder = demo.caller().with(opened.text("token"));
    let path = format!("/api/v1/carts/{}", opened.text("cart"));
    let places = json!([{ "level": "Adult", "count": 2 }]);
    let best = json!({ "performance": demo.tonight(), "places": places });
    assert_eq!(holder.post(&format!("{path}/best-seats"), &best).status, 200);
    let buyer = json!({ "name": "Ada Merrow", "email": "ada@harbourmail.example" });
    let body = json!({ "buyer": buyer, "card": { "token": token } });
    let paid = holder.post(&format!("{path}/checkout"), &body);
    assert!([200, 202].contains(&paid.status), "{paid:?}");
    until("the order stands", FOUND_MAX, || {
        let cart = holder.get(&path);
        let first = cart.body["tickets"].get(0)?;
        let text = |name: &str| Some(first[name].as_str()?.to_owned());
        if cart.body["state"] == "completed" { text("ticket").zip(text("code")) } else { None }
    })
}

/// The address of the order that the ticket of a code is of.
fn order_of(demo: &Running, cookie: &str, code: &str) -> String {
    let found = page(demo.address, &format!("/desk/orders?find={code}"), cookie);
    let rows = between(&found, "<tbody>", "</tbody>").unwrap_or_else(|| panic!("none: {found}"));
    format!("/desk/orders/{}", between(rows, "href=\"/desk/orders/", "\"").unwrap())
}

/// What the button says that gives this ticket back.
fn button(demo: &Running, cookie: &str, order: &str, ticket: &str) -> String {
    let path = format!("{order}?ticket={ticket}&reason=Ill");
    let shown = page(demo.address, &path, cookie);
    let form = between(&shown, &format!("action=\"{order}/refund\""), "</form>");
    let form = form.unwrap_or_else(|| panic!("nothing to press: {shown}"));
    let value = |name: &str| between(form, &format!("name=\"{name}\" value=\""), "\"").unwrap();
    let (key, shown) = (value("key"), value("shown"));
    format!("key={key}&shown={shown}&reason=Ill&ticket={ticket}")
}

pub fn deeds(state: &Path) -> Vec<Value> {
    let text = fs::read_to_string(state.join("bank.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_box_killed_around_a_refund_of_the_shop_gives_back_once_and_matches_its_gateway() {
    let folder = Folder::new();
    let state = folder.join("state");
    let mut demo = Running::demo(&state);
    let cookie = sign_in(demo.address, &demo.told);
    for death in 0..DEATHS {
        // The bank gives back and says nothing of it to every other.
        let token = if death % 2 == 0 { "tok_4242" } else { "tok_timeout" };
        let (ticket, code) = buys(&demo, token);
        let order = order_of(&demo, &cookie, &code);
        let fields = button(&demo, &cookie, &order, &ticket);
        let path = format!("{order}/refund");
        let pressed = look_away(demo.address, &path, &cookie, fields.clone());
        thread::sleep(LATER * death);
        demo.kill();
        pressed.join().unwrap();
        demo = Running::demo(&state);
        // The same press is the same refund, whether it was heard or not.
        form(demo.address, &path, &cookie, &fields);
        until("the money is back", FOUND_MAX, || {
            let shown = page(demo.address, &order, &cookie);
            shown.contains("went back to the card").then_some(())
        });
    }
    let mut back: BTreeMap<String, u32> = BTreeMap::new();
    for deed in deeds(&state).iter().filter(|deed| deed["kind"] == "refund") {
        *back.entry(deed["charge"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(back.len(), DEATHS as usize, "{back:?}");
    assert!(back.values().all(|count| *count == 1), "once each: {back:?}");
    let batch = gateway_batch(&demo, &cookie);
    let shown = page(demo.address, &batch, &cookie);
    let form = between(&shown, &format!("action=\"{batch}/close\""), "</form>").unwrap();
    let key = between(form, "name=\"key\" value=\"", "\"").unwrap();
    let path = format!("{batch}/close");
    let pressed = look_away(demo.address, &path, &cookie, format!("key={key}"));
    thread::sleep(LATER);
    demo.kill();
    pressed.join().unwrap();
    demo = Running::demo(&state);
    crate::ask::form(demo.address, &path, &cookie, &format!("key={key}"));
    let end = until("the batch is closed", FOUND_MAX, || {
        let shown = page(demo.address, &batch, &cookie);
        let over = ["Settled", "Does not match"];
        over.into_iter().find(|words| shown.contains(&format!("</span> {words}")))
    });
    assert_eq!(end, "Settled", "{}", page(demo.address, &batch, &cookie));
    let settled = deeds(&state).iter().filter(|deed| deed["kind"] == "settle").count();
    assert_eq!(settled, 1);
    assert!(demo.stop().success());
}

/// The address of the batch of the web gateway.
fn gateway_batch(demo: &Running, cookie: &str) -> String {
    let shown = page(demo.address, "/desk/batches", cookie);
    let row = shown.split("<tr>").find(|row| row.contains("Web gateway"));
    let row = row.unwrap_or_else(|| panic!("no batch of the gateway: {shown}"));
    format!("/desk/batches/{}", between(row, "href=\"/desk/batches/", "\"").unwrap())
}
