//! Guards that one ticket lets in once, whatever the number of doors and of repeats.
//!
//! Sells in the demo, then serves its store as a real box with sixty-four enrolled doors. Next:
//! `plug.rs`.

use crate::running::{Folder, Running, configure, free_address, hash};
use crate::sale::{scan, sold};
use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

const DOORS: usize = 64;

fn token(door: usize) -> String {
    format!("ut_DOOR{door:04}")
}

fn doors() -> String {
    let door = |door: usize| {
        format!(
            "[[device]]\nnumber = {}\nname = \"Door {door}\"\nkind = \"network\"\ndoor = \"A\"\n\
             [device.network]\nsha256 = \"{}\"\n",
            100 + door,
            hash(&token(door)),
        )
    };
    (0..DOORS).map(door).collect()
}

#[test]
fn sixty_four_doors_let_one_ticket_in_once_and_a_retry_repeats_its_answer() {
    let folder = Folder::new();
    let state = folder.join("state");
    let demo = Running::demo(&state);
    let bought = sold(&demo.caller(), "ada", demo.tonight(), 2);
    assert!(demo.stop().success());

    let address = free_address();
    let config = configure(&folder, &state, address, &doors());
    let daemon = Running::serve(&config, address);
    let (anyone, code) = (daemon.caller(), &bought.tickets[0].code);
    let start = Barrier::new(DOORS);
    let at_door = |door: usize| {
        let (door, nonce) = (anyone.with(&token(door)), format!("door {door}"));
        start.wait();
        let first = scan(&door, code, &nonce).unwrap();
        let again = scan(&door, code, &nonce).unwrap();
        (first, again)
    };
    let at_door = &at_door;
    let answers: Vec<_> = thread::scope(|scope| {
        let doors: Vec<_> = (0..DOORS).map(|door| scope.spawn(move || at_door(door))).collect();
        doors.into_iter().map(|door| door.join().unwrap()).collect()
    });
    let let_in = answers.iter().filter(|(first, _)| first.body["verdict"] == "GO").count();
    assert_eq!(let_in, 1);
    let refused = answers.iter().filter(|(first, _)| first.body["reason"] == "ALREADY_USED");
    assert_eq!(refused.count(), DOORS - 1);
    for (first, again) in &answers {
        assert_eq!((first.status, again.status), (200, 200));
        assert_eq!(first.body, again.body, "a retried nonce gets the same answer");
    }
    let numbers: BTreeSet<_> =
        answers.iter().map(|(first, _)| first.body["seq"].as_u64()).collect();
    assert_eq!(numbers.len(), DOORS, "each door's scan is one entry, its retry none");
    let other = scan(&anyone.with(&token(0)), &bought.tickets[1].code, "another").unwrap();
    assert_eq!(other.body["verdict"], "GO");
    assert!(daemon.stop().success());
}
