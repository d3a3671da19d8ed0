//! Guards that time is not trusted: a box in 1970, wall clocks that jump, holds that still end.
//!
//! Moves the clocks of the running program with Debian's libfaketime and a time-stamp file. Next:
//! `browser/time.test.js` for what a visitor sees.

use crate::ask::page;
use crate::running::{Folder, Running, WAIT_MAX, until};
use crate::sale::{Held, Outcome, Wish, browse, scan, sold, state};
use std::fs;
use std::path::{Path, PathBuf};

const YEAR_1970: &str = "@1970-01-01 00:00:00";

/// The library, wherever the architecture puts it.
fn library() -> String {
    let mut folders = fs::read_dir("/usr/lib").unwrap().map(|folder| folder.unwrap().path());
    let inside = |folder: PathBuf| {
        let library = folder.join("faketime/libfaketimeMT.so.1");
        library.exists().then(|| library.display().to_string())
    };
    folders.find_map(inside).expect("libfaketime is missing: apt-get install -y libfaketime")
}

/// A hand on the clocks of a program.
struct Hand {
    file: PathBuf,
    library: String,
}

impl Hand {
    fn new(folder: &Folder) -> Hand {
        let hand = Hand { file: folder.join("clock"), library: library() };
        hand.turn("+0");
        hand
    }

    fn turn(&self, to: &str) {
        let fresh = self.file.with_extension("new");
        fs::write(&fresh, to).unwrap();
        fs::rename(fresh, &self.file).unwrap();
    }

    /// Starts a demo whose clocks this hand moves; the wall clock alone if so wished.
    fn demo(&self, state: &Path, wall_alone: bool) -> Running {
        let file = self.file.to_str().unwrap();
        let mut variables = vec![
            ("LD_PRELOAD", self.library.as_str()),
            ("FAKETIME_TIMESTAMP_FILE", file),
            ("FAKETIME_NO_CACHE", "1"),
        ];
        if wall_alone {
            variables.push(("FAKETIME_DONT_FAKE_MONOTONIC", "1"));
            variables.push(("DONT_FAKE_MONOTONIC", "1"));
        }
        Running::demo_among(state, &variables)
    }
}

fn held(demo: &Running, name: &str) -> Held {
    let performance = demo.tonight().to_owned();
    let wish = Wish { name: name.to_owned(), performance, count: 2, pays: false };
    match wish.act(&demo.caller()).unwrap() {
        Outcome::Held(held) => held,
        other => panic!("{other:?}"),
    }
}

fn seat_is(demo: &Running, guid: &str, wanted: &str) -> bool {
    state(&demo.caller(), demo.tonight(), guid) == wanted
}

/// Newest entry of the log.
fn newest(demo: &Running) -> u64 {
    demo.caller().get("/readyz").body["seq"].as_u64().unwrap()
}

#[test]
fn in_1970_doors_still_scan_and_holds_neither_end_at_once_nor_stay_for_ever() {
    let folder = Folder::new();
    let (hand, path) = (Hand::new(&folder), folder.join("state"));
    let demo = hand.demo(&path, false);
    let bought = sold(&demo.caller(), "ada", demo.tonight(), 1);
    let kept = held(&demo, "ben");
    demo.kill();

    hand.turn(YEAR_1970);
    let demo = hand.demo(&path, false);
    assert!(seat_is(&demo, &kept.seats[0], "held"), "a wrong clock ends no hold");
    let door = demo.caller_with("device_token");
    let answer = scan(&door, &bought.tickets[0].code, "in 1970").unwrap();
    assert_eq!(answer.body["verdict"], "GO", "{answer:?}");
    let again = scan(&door, &bought.tickets[0].code, "in 1970 again").unwrap();
    assert_eq!(again.body["reason"], "ALREADY_USED");
    hand.turn("@1970-01-01 00:40:00");
    until("the hold ends", WAIT_MAX, || seat_is(&demo, &kept.seats[0], "free").then_some(()));
    assert!(demo.stop().success());
}

#[test]
fn a_wall_clock_that_jumps_two_hours_takes_no_seats_away() {
    let folder = Folder::new();
    let (hand, path) = (Hand::new(&folder), folder.join("state"));
    let demo = hand.demo(&path, true);
    let kept = held(&demo, "ada");
    let before = newest(&demo);
    hand.turn("+2h");
    until("the sweeper has seen the jump", WAIT_MAX, || (newest(&demo) > before).then_some(()));
    assert!(seat_is(&demo, &kept.seats[0], "held"), "the holds moved with the clock");
    hand.turn("-2h");
    let later = held(&demo, "ben");
    assert!(seat_is(&demo, &later.seats[0], "held"));
    assert!(seat_is(&demo, &kept.seats[0], "held"));
    assert!(demo.stop().success());
}

/// What the API says to a browser of its cart: 200, or 401 once nobody knows its cookie.
fn known(demo: &Running, cookie: &str, cart: &str) -> u16 {
    demo.caller().with_cookie(cookie).get(&format!("/api/v1/carts/{cart}")).status
}

#[test]
fn a_guests_session_is_forgotten_a_week_after_it_was_opened_and_not_before() {
    let folder = Folder::new();
    let (hand, path) = (Hand::new(&folder), folder.join("state"));
    let demo = hand.demo(&path, false);
    let (cookie, cart) = browse(&demo);
    assert_eq!(known(&demo, &cookie, &cart), 200);
    // The hold ends on the way; a cart with lines stays, and with it the session.
    hand.turn("+167h");
    let staff = demo.caller_with("api_token");
    until("the hold ends", WAIT_MAX, || {
        let told = staff.get(&format!("/api/v1/carts/{cart}"));
        (told.body["state"] != "active").then_some(())
    });
    assert_eq!(known(&demo, &cookie, &cart), 200, "an hour before");
    hand.turn("+169h");
    until("the session is forgotten", WAIT_MAX, || {
        (known(&demo, &cookie, &cart) == 401).then_some(())
    });
    // What a browser still sends costs no commit.
    let after = newest(&demo);
    for _ in 0..5 {
        page(demo.address, "/cart", &cookie);
    }
    assert_eq!(newest(&demo), after);
    assert!(demo.stop().success());
}
