//! Guards money on a Concert line: cut, kill and one wrong byte at every place of the happy path,
//! with both habits of a terminal whose answer is not acknowledged.
//! The truth of the bank is the referee: `Undecided` is allowed, a wrong answer never.
//! Next: `concert/world.rs`, the world these run in; `concert_port.rs` for a real line.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod concert;

use std::collections::BTreeMap;

use concert::world::{Blow, Fault, World};
use concert::{Ending, Folder, Till, ending, tender};
use usher_drivers::sim::pin_pad::script::{Direction, Play, Scene, Script, Unacknowledged};

/// ENQ, message, EOT; ACK, ACK.
const FROM_BOX: u64 = 1 + 37 + 1 + 2;
/// ACK, ACK; ENQ, answer, EOT.
const TO_BOX: u64 = 2 + 1 + 28 + 1;

const HABITS: [Unacknowledged; 2] = [Unacknowledged::Keep, Unacknowledged::Reverse];

fn world(folder: &Folder, name: &str, play: Play, habit: Unacknowledged) -> World {
    let scene = Scene { play, fault: None, unacknowledged: habit };
    let till = Till::new(tender(1_250));
    World::new(till, Script::new([scene]), &folder.join(name))
}

fn places() -> impl Iterator<Item = (Direction, u64)> {
    let from = (0..=FROM_BOX).map(|after| (Direction::FromBox, after));
    from.chain((0..=TO_BOX).map(|after| (Direction::ToBox, after)))
}

/// Runs one world for every place, and counts how they ended.
fn everywhere(
    what: &str,
    play: &Play,
    away_ms: u64,
    blow: Blow,
    habit: Unacknowledged,
) -> BTreeMap<Ending, u32> {
    let folder = Folder::new("cut");
    let mut counts = BTreeMap::new();
    for (direction, after) in places() {
        let name = format!("{direction:?}-{after}");
        let fault = Fault { blow, direction, after };
        let mut world = world(&folder, &name, play.clone(), habit).with(fault);
        world.away_ms = away_ms;
        world.run();
        let at = format!("{what} {habit:?} {name}");
        assert!(world.is_settled(), "{at}: {:?}", world.till.events);
        assert!(world.wrote_nothing_twice() || matches!(blow, Blow::Corrupt(_)), "{at}");
        match ending(&world.till.written, &world.truth) {
            Ok(ending) => *counts.entry(ending).or_insert(0) += 1,
            Err(wrong) => panic!("{at}: {wrong}\n{:?}", world.till.events),
        }
    }
    println!("{what}, {habit:?}: {counts:?}");
    counts
}

#[test]
fn the_happy_path_has_the_bytes_that_are_cut_below() {
    for habit in HABITS {
        let folder = Folder::new("happy");
        let mut world = world(&folder, "truth", Play::Approve, habit);
        world.run();
        assert_eq!(world.gone, (FROM_BOX, TO_BOX));
        assert_eq!(ending(&world.till.written, &world.truth), Ok(Ending::Approved));
        assert!(world.till.is_over && world.violations.all().is_empty());
    }
}

#[test]
fn a_line_cut_after_any_byte_never_gives_a_wrong_answer() {
    for habit in HABITS {
        let counts = everywhere("cut", &Play::Approve, 300, Blow::Cut, habit);
        assert!(counts.get(&Ending::Approved).is_some_and(|count| *count > 30), "{counts:?}");
    }
}

#[test]
fn a_decline_cut_after_any_byte_is_never_an_approval() {
    for habit in HABITS {
        let play = Play::Decline { code: 0 };
        let counts = everywhere("decline cut", &play, 300, Blow::Cut, habit);
        assert_eq!(counts.get(&Ending::Approved), None);
    }
}

#[test]
fn a_line_that_comes_back_too_late_leaves_it_to_a_person() {
    // A terminal may also take back what it booked, because our ACK found no line.
    for habit in HABITS {
        let counts = everywhere("long cut", &Play::Approve, 25_000, Blow::Cut, habit);
        assert!(counts.get(&Ending::Undecided).is_some_and(|count| *count > 20), "{counts:?}");
    }
}

#[test]
fn a_program_killed_after_any_byte_never_gives_a_wrong_answer() {
    for habit in HABITS {
        let counts = everywhere("kill", &Play::Approve, 300, Blow::Kill, habit);
        assert!(counts.get(&Ending::Approved).is_some_and(|count| *count > 30), "{counts:?}");
    }
}

#[test]
fn one_wrong_byte_never_gives_a_wrong_answer() {
    for habit in HABITS {
        for mask in [0x01, 0x08, 0x40, 0x80] {
            let what = format!("byte changed by {mask:02x}");
            everywhere(&what, &Play::Approve, 300, Blow::Corrupt(mask), habit);
        }
    }
}
