//! Guards the sign-in page: guesses are slowed, and a login that nobody has is answered like one
//! that somebody has.
//!
//! Over HTTP, from this machine, which is spared every rate by address. Never asserts on a time:
//! what it took is printed. Next: `listener/staff/sign_in.rs`, `listener/limits.rs`.

use crate::ask::{form, page};
use crate::running::{Folder, Running, configure, free_address};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const GUESSES: u64 = 1_000;
/// Guesses that an account allows at once, and in a minute (decision 0014, `[limits]`).
const BURST: u64 = 10;
const PER_MINUTE: u64 = 10;
/// Times each login is tried where the two are compared.
const TRIES: usize = 200;
/// A login that nobody has.
const NOBODY: &str = "nobody-of-ours";

fn guess(address: SocketAddr, login: &str, password: &str) -> (u16, String) {
    let fields = format!("login={login}&password={password}&onward=");
    let told = form(address, "/desk/sign-in/password", "", &fields);
    let status = told.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    (status, told.split_once("\r\n\r\n").unwrap().1.to_owned())
}

fn staff<'a>(told: &'a Value, role: &str, field: &str) -> &'a str {
    let one = told["staff"].as_array().unwrap().iter().find(|one| one["role"] == role).unwrap();
    one[field].as_str().unwrap()
}

/// How many of the guesses were looked at; the others were told to wait.
fn guessed(demo: &Running, login: &str) -> u64 {
    let begun = Instant::now();
    let mut looked_at = 0;
    for nth in 0..GUESSES {
        let (status, _) = guess(demo.address, login, &format!("a-guess-of-mine-{nth}"));
        assert!([403, 429].contains(&status), "{status}");
        looked_at += u64::from(status == 403);
        if nth % 100 == 0 {
            let shop = page(demo.address, "/", "");
            assert!(shop.starts_with("HTTP/1.1 200"), "the shop goes on: {shop}");
        }
    }
    // One more has come back for each sixth second that it took.
    let allowed = BURST + 1 + begun.elapsed().as_secs() * PER_MINUTE / 60;
    assert!(looked_at >= BURST && looked_at <= allowed, "{looked_at} of {allowed} allowed");
    looked_at
}

#[test]
fn a_thousand_guesses_at_one_login_are_slowed_whether_anybody_has_it_or_not() {
    let folder = Folder::new();
    let demo = Running::demo(&folder.join("state"));
    let login = staff(&demo.told, "cashier", "login").to_owned();
    let known = guessed(&demo, &login);
    let unknown = guessed(&demo, NOBODY);
    println!("{GUESSES} guesses: {known} looked at of a known login, {unknown} of an unknown one");
    let right = staff(&demo.told, "supervisor", "password");
    let (status, told) = guess(demo.address, staff(&demo.told, "supervisor", "login"), right);
    assert_eq!(status, 200, "others are let in meanwhile");
    assert!(told.contains("name=\"step\""), "with their second step: {told}");
}

/// The middle one.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[test]
fn a_login_that_nobody_has_is_answered_as_one_with_a_wrong_password() {
    let folder = Folder::new();
    let state = folder.join("state");
    let demo = Running::demo(&state);
    let login = staff(&demo.told, "cashier", "login").to_owned();
    assert!(demo.stop().success());
    let address = free_address();
    let config = configure(&folder, &state, address, "[limits]\nlog_ins_per_min_max = 1000\n");
    let daemon = Running::serve(&config, address);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    guess(address, NOBODY, "the-first-one-makes-a-hash");
    for nth in 0..TRIES {
        let password = format!("a-guess-of-mine-{nth}");
        for (login, times) in [(login.as_str(), &mut known), (NOBODY, &mut unknown)] {
            let begun = Instant::now();
            let told = guess(address, login, &password);
            times.push(begun.elapsed());
            assert_eq!(told.0, 403, "{}", told.1);
            assert!(!told.1.contains(login), "the login is not repeated: {}", told.1);
        }
    }
    let text = |login| guess(address, login, "a-guess-of-mine").1;
    assert_eq!(text(&login), text(NOBODY), "one text for both");
    let (known, unknown) = (median(known), median(unknown));
    let ratio = unknown.as_secs_f64() / known.as_secs_f64();
    println!("{TRIES} tries each: known {known:?}, unknown {unknown:?}, ratio {ratio:.3}");
    assert!(daemon.stop().success());
}
