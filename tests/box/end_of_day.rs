//! Guards the end of day of a whole box: pressed over HTTP, killed between the press and its
//! answer, pressed again, and its sheet the same for ever.
//!
//! The demo is the box, its supervisor the one who presses. Next: `../end_of_day.rs` for the
//! figures.

use crate::ask::{form, header, page, raw};
use crate::running::{Folder, Running};
use serde_json::Value;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use usher_listener::second_factor::Seed;
use usher_rules::at::At;

/// Boxes that die, each a little later after the press.
const DEATHS: u64 = 6;
const LATER: Duration = Duration::from_millis(3);

pub fn between<'a>(page: &'a str, before: &str, after: &str) -> Option<&'a str> {
    page.split_once(before)?.1.split(after).next()
}

/// The supervisor of the demo signs in with password and phone; the cookie.
pub fn sign_in(address: SocketAddr, told: &Value) -> String {
    let staff = told["staff"].as_array().unwrap();
    let one = staff.iter().find(|one| one["role"] == "supervisor").unwrap();
    let text = |name: &str| one[name].as_str().unwrap();
    let typed = format!("login={}&password={}&onward=", text("login"), text("password"));
    let step = form(address, "/desk/sign-in/password", "", &typed);
    let step = between(&step, "name=\"step\" value=\"", "\"").unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let seed = Seed::read(text("totp_secret")).unwrap();
    let code = seed.code_at(At(i64::try_from(now).unwrap())).unwrap();
    let told = form(address, "/desk/sign-in/code", "", &format!("step={step}&code={code}"));
    let set = header(&told, "set-cookie").unwrap_or_else(|| panic!("no cookie: {told}"));
    set.split(';').next().unwrap().to_owned()
}

/// The hidden key of the button that ends the day.
fn key(address: SocketAddr, cookie: &str) -> String {
    let shown = page(address, "/desk/day", cookie);
    let form = between(&shown, "action=\"/desk/day\" method=\"post\"", "</form>");
    let form = form.unwrap_or_else(|| panic!("nothing to press: {shown}"));
    between(form, "name=\"key\" value=\"", "\"").unwrap().to_owned()
}

fn press(address: SocketAddr, cookie: &str, key: &str) -> String {
    let told = form(address, "/desk/day", cookie, &format!("key={key}&cut_off="));
    let to = header(&told, "location").unwrap_or_else(|| panic!("not run: {told}"));
    to.to_owned()
}

/// A press whose answer may never come.
fn press_and_look_away(address: SocketAddr, cookie: &str, key: &str) -> thread::JoinHandle<()> {
    look_away(address, "/desk/day", cookie, format!("key={key}&cut_off="))
}

/// The same of any form.
pub fn look_away(
    address: SocketAddr,
    path: &str,
    cookie: &str,
    fields: String,
) -> thread::JoinHandle<()> {
    let text = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         origin: http://{address}\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{fields}",
        fields.len()
    );
    thread::spawn(move || {
        // The box dies meanwhile: that nothing comes back is what is wanted.
        let _ = std::panic::catch_unwind(|| raw(address, &text));
    })
}

fn main_of(shown: &str) -> &str {
    between(shown, "<main", "</main>").unwrap_or_else(|| panic!("no page: {shown}"))
}

#[test]
fn a_box_killed_while_the_day_is_ended_has_the_whole_run_or_none_and_never_two() {
    let folder = Folder::new();
    let state = folder.join("state");
    let mut demo = Running::demo(&state);
    let cookie = sign_in(demo.address, &demo.told);
    let first = press(demo.address, &cookie, &key(demo.address, &cookie));
    assert_eq!(first, "/desk/day/1");
    let sheet = main_of(&page(demo.address, &first, &cookie)).to_owned();
    assert!(sheet.contains("End of day 1"), "{sheet}");
    let mut whole = 0;
    for death in 0..DEATHS {
        let key = key(demo.address, &cookie);
        let pressed = press_and_look_away(demo.address, &cookie, &key);
        thread::sleep(LATER * u32::try_from(death).unwrap());
        demo.kill();
        pressed.join().unwrap();
        demo = Running::demo(&state);
        let next = format!("/desk/day/{}", death + 2);
        let there = page(demo.address, &next, &cookie).starts_with("HTTP/1.1 200");
        whole += u64::from(there);
        assert_eq!(press(demo.address, &cookie, &key), next, "the same press is the same run");
        let after = page(demo.address, &format!("/desk/day/{}", death + 3), &cookie);
        assert!(after.starts_with("HTTP/1.1 404"), "never two: {after}");
        assert_eq!(main_of(&page(demo.address, &first, &cookie)), sheet);
    }
    println!("{whole} of {DEATHS} runs were there before they were pressed again");
    assert!(demo.stop().success());
}
