//! Guards what goes back for a cancelled performance on a whole box: one press for all that was
//! paid in the shop, killed between the orders and pressed again.
//!
//! The bank's own file is the referee: each charge of the evening goes back once, and whole. Next:
//! `web_back.rs`, which does it order by order.

use crate::ask::{form, page};
use crate::end_of_day::{between, look_away, sign_in};
use crate::running::{Folder, Running, until};
use crate::web_back::{buys, deeds};
use serde_json::Value;
use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

const ORDERS: usize = 10;
/// Boxes that die, each a little later after the press.
const DEATHS: u32 = 6;
const LATER: Duration = Duration::from_millis(30);
/// The bank is asked three times in the first minute.
const BACK_MAX: Duration = Duration::from_secs(120);

/// The hidden key of the form that goes there; none: there is no such form.
fn key(shown: &str, action: &str) -> Option<String> {
    let form = between(shown, &format!("action=\"{action}\" method=\"post\""), "</form>")?;
    Some(between(form, "name=\"key\" value=\"", "\"").unwrap().to_owned())
}

/// What the bank took and gave back, by the charge.
fn sums(deeds: &[Value], kind: &str, charge: &str) -> BTreeMap<String, Vec<i64>> {
    let mut found: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for deed in deeds.iter().filter(|deed| deed["kind"] == kind) {
        let amount = deed["minor"].as_i64().unwrap();
        found.entry(deed[charge].as_str().unwrap().to_owned()).or_default().push(amount);
    }
    found
}

#[test]
fn a_box_killed_while_a_cancelled_performance_is_given_back_gives_each_order_back_once() {
    let folder = Folder::new();
    let state = folder.join("state");
    let mut demo = Running::demo(&state);
    let cookie = sign_in(demo.address, &demo.told);
    for order in 0..ORDERS {
        // The bank gives back and says nothing of it to every other.
        buys(&demo, if order % 2 == 0 { "tok_4242" } else { "tok_timeout" });
    }
    let here = format!("/desk/cancellations/{}", demo.tonight());
    let refund = format!("{here}/refund");
    let asked = key(&page(demo.address, &here, &cookie), &here).unwrap();
    form(demo.address, &here, &cookie, &format!("key={asked}&reason=Fire"));
    let mut pressed_at_once = 0;
    for death in 0..DEATHS {
        let shown = page(demo.address, &here, &cookie);
        let Some(key) = key(&shown, &refund) else { break };
        pressed_at_once += 1;
        let pressed = look_away(demo.address, &refund, &cookie, format!("key={key}"));
        thread::sleep(LATER * death);
        demo.kill();
        pressed.join().unwrap();
        demo = Running::demo(&state);
    }
    println!("killed after {pressed_at_once} presses");
    until("the last order of the shop is given back", BACK_MAX, || {
        let shown = page(demo.address, &here, &cookie);
        if let Some(key) = key(&shown, &refund) {
            form(demo.address, &refund, &cookie, &format!("key={key}"));
        }
        assert!(shown.contains("Fire"), "{shown}");
        (!shown.contains("Card, in the shop")).then_some(())
    });
    let deeds = deeds(&state);
    let (captured, back) = (sums(&deeds, "capture", "key"), sums(&deeds, "refund", "charge"));
    assert!(back.len() >= ORDERS, "{back:?}");
    for (charge, amounts) in &back {
        assert_eq!(Some(amounts), captured.get(charge), "{charge}: once, and whole");
    }
    assert!(demo.stop().success());
}
