//! Guards the one promise: the till says approved if and only if the terminal booked, and a
//! payment is booked at most once, wherever the line is cut.
//! Cuts the happy path after every byte, both ways, both policies, both links, with and without
//! a restart of the box, and changes bytes of the serial line. The truth is the referee.
//! Next: `drivers/src/pin_pad/zvt/sequence/recovery.rs`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod pad;

use std::collections::BTreeMap;

use pad::{Folder, State, Till, tcp};
use usher_drivers::pin_pad::{Ask, Kind, PinPadEvent};
use usher_drivers::sim::pin_pad::script::{Direction, LineFault, Scene, Unacknowledged};
use usher_drivers::sim::pin_pad::zvt::Place;

/// More than one payment has in either direction.
const BYTES_MAX: u64 = 2_000;

#[derive(Default, Debug)]
struct Ends {
    cuts: u64,
    approved_live: u64,
    approved_recovered: u64,
    not_charged: u64,
}

fn scene(fault: LineFault, unacknowledged: Unacknowledged) -> Scene {
    Scene { fault: Some(fault), unacknowledged, ..Scene::default() }
}

/// Two payments of the same amount; the second meets `fault`. True when it was met.
async fn twice(
    place: Place,
    folder: &Folder,
    second: Scene,
    restarts: bool,
    ends: &mut Ends,
) -> bool {
    let what = format!("{second:?}");
    let _ = std::fs::remove_file(folder.join("truth.jsonl"));
    let mut till = Till::open(place, folder, vec![Scene::default(), second]).await;
    assert!(matches!(till.buy(1_250).await, State::Approved(_)), "{what}");
    let before = till.standing();
    let tender = till.tender(Kind::Purchase, 1_250);
    till.ask(Ask::Begin(Box::new(tender.clone()))).await;
    let live = till.until_done(&tender, false).await;
    let was_unknown = live == State::Unknown;
    if !was_unknown {
        // Whatever the terminal answers to this, a lost link was told before it.
        till.ask(Ask::Totals).await;
        while !matches!(till.event().await, PinPadEvent::Totals(_) | PinPadEvent::Failed { .. }) {}
    }
    let was_lost = was_unknown || till.log.iter().any(is_down);
    let state = match was_unknown {
        true if restarts => {
            till.restart_box().await;
            till.recover(&tender).await
        }
        true => till.recover(&tender).await,
        false => live,
    };
    let booked: Vec<(u32, u64)> =
        till.standing().into_iter().filter(|booking| !before.contains(booking)).collect();
    assert!(booked.len() <= 1, "{what}: {booked:?}");
    assert!(till.standing().starts_with(&before), "{what}");
    match &state {
        State::Approved(booking) => {
            let told = (booking.trace.unwrap(), booking.amount_minor.unwrap());
            assert_eq!(booked, [told], "{what}");
        }
        State::NotCharged => assert_eq!(booked, [], "{what}"),
        other => panic!("{what}: {other:?}"),
    }
    ends.cuts += u64::from(was_lost);
    match (&state, was_unknown) {
        (State::Approved(_), false) => ends.approved_live += 1,
        (State::Approved(_), true) => ends.approved_recovered += 1,
        _ => ends.not_charged += 1,
    }
    till.close().await;
    was_lost
}

fn is_down(event: &PinPadEvent) -> bool {
    matches!(event, PinPadEvent::Down { .. })
}

async fn cut_everywhere(name: &str, on_pty: bool, restarts: bool, step: usize) {
    let mut table = BTreeMap::new();
    for direction in [Direction::ToBox, Direction::FromBox] {
        for policy in [Unacknowledged::Keep, Unacknowledged::Reverse] {
            let folder = Folder::new(&format!("zvt-{name}-{direction:?}-{policy:?}"));
            let mut ends = Ends::default();
            for after in (0..BYTES_MAX).step_by(step) {
                let place = if on_pty { Place::Pty(folder.join("pad")) } else { tcp() };
                let scene = scene(LineFault::Cut { direction, after }, policy);
                let met = twice(place, &folder, scene, restarts, &mut ends).await;
                // The last byte of all may be cut behind without anybody noticing.
                if !met && after > 20 {
                    break;
                }
            }
            let least = if direction == Direction::ToBox { 140 } else { 25 };
            assert!(ends.cuts >= least / step as u64, "{direction:?} {ends:?}");
            table.insert(format!("{direction:?} {policy:?}"), ends);
        }
    }
    println!("{name}: {table:#?}");
}

#[tokio::test]
async fn tcp_cut_after_every_byte_ends_as_the_truth_says() {
    cut_everywhere("cut-tcp", false, false, 1).await;
}

#[tokio::test]
async fn tcp_cut_after_every_byte_and_a_restart_end_as_the_truth_says() {
    cut_everywhere("cut-tcp-restart", false, true, 1).await;
}

#[tokio::test]
async fn serial_cut_after_every_byte_ends_as_the_truth_says() {
    cut_everywhere("cut-serial", true, false, 1).await;
}

#[tokio::test]
async fn serial_cut_after_every_seventh_byte_and_a_restart_end_as_the_truth_says() {
    cut_everywhere("cut-serial-restart", true, true, 7).await;
}

#[tokio::test]
async fn a_byte_of_the_serial_line_may_be_changed() {
    for direction in [Direction::ToBox, Direction::FromBox] {
        let folder = Folder::new(&format!("zvt-corrupt-{direction:?}"));
        let mut ends = Ends::default();
        // Steps of seven reach each kind of place: marks, lengths, bodies, checksums, signals.
        for byte in (0..420).step_by(7) {
            let place = Place::Pty(folder.join("pad"));
            let scene = scene(LineFault::Corrupt { direction, byte }, Unacknowledged::Keep);
            twice(place, &folder, scene, false, &mut ends).await;
        }
        println!("corrupt {direction:?}: {ends:?}");
        assert!(ends.approved_live > 0);
    }
}

#[tokio::test]
async fn a_dripping_line_is_a_line() {
    for on_pty in [false, true] {
        let folder = Folder::new(&format!("zvt-drip-{on_pty}"));
        let place = if on_pty { Place::Pty(folder.join("pad")) } else { tcp() };
        let mut ends = Ends::default();
        twice(place, &folder, scene(LineFault::Drip, Unacknowledged::Keep), false, &mut ends).await;
        assert_eq!(ends.approved_live, 1);
    }
}
