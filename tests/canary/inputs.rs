//! Everything that takes words from outside, each given a canary: shop, desk, API, doors, lines.
//!
//! Sent as people and machines send it. Judges only that the box answered and that what must be
//! sold was; what it kept is judged by who calls. Next: `tests/canary.rs`.

use crate::ask::{Answer, form, header, page, raw};
use crate::desk::{Desk, fields, status};
use crate::numbers::{coded, shapes};
use crate::running::{Folder, Running, program};
use crate::scan::Hunt;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

const LAWN: &str = include_str!("../../config/demo/plans/lawn.json");
const LAWN_OVERLAY: &str = include_str!("../../config/demo/plans/lawn.overlay.json");

/// A visitor with two seats in the cart; the cookie.
fn visitor(demo: &Running) -> String {
    let path = format!("/performances/{}/best-seats", demo.tonight());
    let told = form(demo.address, &path, "", "qty-1=1&where=any&key=");
    let set = header(&told, "set-cookie").unwrap_or_else(|| panic!("no cookie: {told}"));
    set.split(';').next().unwrap().to_owned()
}

fn answered(told: &str) {
    assert!((200..500).contains(&status(told)), "{told}");
}

fn heard(told: &Answer) {
    assert!((200..500).contains(&told.status), "{told:?}");
}

/// Addresses, queries and headers.
pub fn looked(demo: &Running, number: &str) {
    let bare = coded(number);
    for path in [
        format!("/?q={bare}&month={bare}"),
        format!("/events/{bare}"),
        format!("/performances/{bare}"),
        format!("/orders/{bare}"),
        format!("/assets/{bare}"),
        format!("/api/v1/performances/{bare}"),
        format!("/feed/seats?performance={bare}"),
        format!("/{bare}"),
    ] {
        answered(&page(demo.address, &path, &format!("usher={bare}")));
    }
    for shape in shapes(number) {
        let head = ["user-agent", "referer", "x-forwarded-for", "x-request-id", "accept-language"]
            .map(|name| format!("{name}: {shape}\r\n"))
            .concat();
        let host = format!("host: {}\r\nconnection: close\r\n", demo.address);
        answered(&raw(demo.address, &format!("GET / HTTP/1.1\r\n{host}{head}\r\n")));
    }
    let host = format!("host: {}\r\nconnection: close\r\n", demo.address);
    let token = format!("authorization: Bearer {number}\r\n");
    answered(&raw(demo.address, &format!("GET /api/v1/carts HTTP/1.1\r\n{host}{token}\r\n")));
}

/// The page of the shop where people type: once refused, once declined by the bank, once paid.
pub fn bought_on_the_page(demo: &Running, number: &str) {
    let cookie = visitor(demo);
    let [bare, spaced, dashed, first, second] = shapes(number);
    let email = format!("{bare}@tidewell.example");
    let card = |name: &str, email: &str, note: &str, card: &str, code: &str| {
        let typed = [
            ("key", ""),
            ("name", name),
            ("email", email),
            ("note", note),
            ("card-number", card),
            ("card-expiry", "12/39"),
            ("card-code", code),
        ];
        form(demo.address, "/checkout", &cookie, &fields(&typed))
    };
    answered(&card(&bare, &email, &first, &spaced, "999"));
    answered(&card(&spaced, "ada@tidewell.example", &second, &dashed, "999"));
    let note = format!("{first} {second} {spaced}");
    let paid = card(&format!("Ada {dashed}"), "ada@tidewell.example", &note, &good_card(), "123");
    let way = header(&paid, "location").unwrap_or_else(|| panic!("not paid: {paid}"));
    let shown = page(demo.address, way, &cookie);
    assert!(shown.contains("Ada ****"), "the name is kept, its number is not: {shown}");
}

/// The one card that the demo's bank takes.
fn good_card() -> String {
    "42".repeat(8)
}

/// The calls of the API, keys and tokens included.
pub fn bought_by_call(demo: &Running, number: &str) {
    let [bare, spaced, dashed, first, second] = shapes(number);
    let opened = demo.caller().try_post("/api/v1/carts", &bare, &json!({})).unwrap();
    heard(&opened);
    let opened = demo.caller().post("/api/v1/carts", &json!({}));
    let holder = demo.caller().with(opened.text("token"));
    let path = format!("/api/v1/carts/{}", opened.text("cart"));
    heard(&holder.post(&format!("{path}/seats"), &json!({ "seats": [bare], "level": spaced })));
    let places = json!([{ "level": "Adult", "count": 1 }]);
    let best = json!({ "performance": demo.tonight(), "places": places });
    assert_eq!(holder.post(&format!("{path}/best-seats"), &best).status, 200);
    let pay = |name: &str, email: &str, token: &str| {
        let buyer = json!({ "name": name, "email": email });
        let note = format!("{bare} {dashed} {first}{second}");
        let body = json!({ "buyer": buyer, "card": { "token": token }, "note": note });
        holder.post(&format!("{path}/checkout"), &body)
    };
    let good = "ada@tidewell.example";
    assert_eq!(pay("Ada", &format!("{bare}@tidewell.example"), "tok_4242").status, 422);
    assert_eq!(pay("Ada", good, &bare).status, 422, "a card number is no token");
    let paid = pay(&format!("Ada {first}"), good, "tok_4242");
    assert_eq!(paid.status, 200, "{paid:?}");
}

/// What doors and scanners read.
pub fn scanned(demo: &Running, number: &str) {
    let door = demo.caller_with("device_token");
    for shape in shapes(number) {
        let scan = json!({ "code": shape, "direction": "in", "nonce": shape, "typed": true });
        heard(&door.post("/api/v1/scans", &scan));
        let offline = json!({ "scans": [{
            "code": shape, "direction": "in", "went": "GO", "at": "2026-11-22T19:00:00Z",
            "nonce": format!("off {shape}"), "attempt": shape,
        }] });
        heard(&door.post("/api/v1/scans/offline", &offline));
        let beam = fields(&[("scanner", "0"), ("code", &shape)]);
        answered(&form(demo.address, "/demo/beam", "", &beam));
    }
}

/// Sign-in forms, with what nobody has.
pub fn knocked(demo: &Running, number: &str) {
    let (address, [bare, spaced, ..]) = (demo.address, shapes(number));
    let typed = [("login", bare.as_str()), ("password", &spaced), ("onward", &bare)];
    answered(&form(address, "/desk/sign-in/password", "", &fields(&typed)));
    answered(&form(address, "/desk/sign-in", "", &fields(&[("token", &bare)])));
    let typed = [("login", bare.as_str()), ("code", &spaced), ("password", &bare)];
    answered(&form(address, "/desk/sign-in/new", "", &fields(&typed)));
    answered(&form(
        address,
        "/desk/sign-in/code",
        "",
        &fields(&[("step", &bare), ("code", &bare)]),
    ));
}

/// What a manager names people.
pub fn engaged(manager: &Desk, number: &str) {
    let [bare, spaced, ..] = shapes(number);
    let add = |login: &str, name: &str| {
        manager
            .send("/desk/staff", &[("key", ""), ("login", login), ("name", name), ("role", "door")])
    };
    answered(&add(&bare, "Ada"));
    answered(&add("ada", &spaced));
}

/// Holds of staff, and what is typed at a door.
pub fn kept_back(demo: &Running, manager: &Desk, seat: &str, number: &str) {
    let staff = demo.caller_with("api_token");
    let path = format!("/api/v1/performances/{}/staff-holds", demo.tonight());
    let note = shapes(number).join(" ");
    let note: String = note.chars().take(120).collect();
    let held = staff.post(&path, &json!({ "seats": [seat], "code": "K", "note": note }));
    assert_eq!(held.status, 200, "{held:?}");
    for shape in shapes(number) {
        answered(&manager.send("/door", &[("key", ""), ("code", &shape), ("direction", "in")]));
    }
}

/// Everything that a cashier types: search, drawer, buyer, cash.
pub fn sold_for_cash(demo: &Running, cashier: &Desk, session: &str, number: &str) {
    let [bare, spaced, dashed, ..] = shapes(number);
    answered(&cashier.page(&format!("/desk/sell?find={}", coded(&spaced))));
    for (way, reason) in [("pay-in", &bare), ("pay-out", &dashed)] {
        let reason = format!("card {reason}");
        let moved = [("key", ""), ("session", session), ("amount", "1"), ("reason", &reason)];
        assert_eq!(status(&cashier.send(&format!("/desk/till/{way}"), &moved)), 303);
    }
    let sale = cashier.take_two(demo.tonight());
    let cash = |name: &str, email: &str, given: &str| {
        let typed = [("key", ""), ("name", name), ("email", email), ("given", given)];
        cashier.send(&format!("{sale}/cash"), &typed)
    };
    answered(&cash(&spaced, &format!("{bare}@tidewell.example"), "500"));
    answered(&cash("Ada", "", &bare));
    let sold = cash(&format!("Ada {spaced}"), "", "500");
    assert_eq!(status(&sold), 303, "{sold}");
}

/// Seats of tonight that nobody has.
pub fn free_seats(demo: &Running, count: usize) -> Vec<String> {
    let path = format!("/api/v1/performances/{}/seats", demo.tonight());
    let told = demo.caller().get(&path);
    let free = told.body["seats"].as_array().unwrap().iter().filter(|seat| seat["state"] == "free");
    let guid = |seat: &Value| seat["guid"].as_str().unwrap().to_owned();
    // From the far end: the best seats go to those who ask for the best.
    free.map(guid).rev().take(count).collect()
}

/// A plan that has the number in a name, and an overlay that has it: refused before there is
/// anything to keep, and not told again.
pub fn plan_checked(hunt: &Hunt, number: &str) {
    let folder = Folder::new();
    let plan = folder.join("lawn.json");
    let checked = |plan: &Path| {
        let mut usher = Command::new(program());
        usher.args(["plan", "check"]).arg(plan).output().unwrap()
    };
    fs::write(&plan, LAWN).unwrap();
    fs::write(folder.join("lawn.overlay.json"), LAWN_OVERLAY).unwrap();
    assert!(checked(&plan).status.success(), "the plan itself is good");
    for shape in shapes(number).map(|shape| serde_json::to_string(&shape).unwrap()) {
        let named = LAWN.replacen("\"Garden\"", &shape, 1);
        let laid = LAWN_OVERLAY.replacen("\"Garden gate\"", &shape, 1);
        for (plan_text, overlay) in [(named.as_str(), LAWN_OVERLAY), (LAWN, laid.as_str())] {
            fs::write(&plan, plan_text).unwrap();
            fs::write(folder.join("lawn.overlay.json"), overlay).unwrap();
            let told = checked(&plan);
            assert!(!told.status.success(), "{shape}");
            for bytes in [told.stdout, told.stderr] {
                let words = String::from_utf8_lossy(&bytes);
                assert_eq!(hunt.in_bytes(&bytes), Vec::<usize>::new(), "{words}");
            }
        }
    }
}
