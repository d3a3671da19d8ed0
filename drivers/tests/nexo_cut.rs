//! Guards the one promise about money: after a line that was cut at any byte, in either direction,
//! the box says "approved" exactly when the terminal booked.
//! Holds real TLS, a box that is restarted half of the time, and counts that are printed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod nexo;

use std::collections::BTreeMap;
use std::time::Duration;

use nexo::{Desk, World, purchase};
use usher_drivers::pin_pad::nexo::message::service_id_of;
use usher_drivers::pin_pad::{Ask, Finding, IntentNo, Outcome, PinPadEvent};
use usher_drivers::sim::pin_pad::nexo::SimNexo;
use usher_drivers::sim::pin_pad::script::{Direction, LineFault, Play, Scene, Script};
use usher_drivers::sim::pin_pad::truth::Deed;

/// All with as many digits, so that each message is as long as the last.
const INTENT_FIRST: u32 = 100_000;
/// Longer than any exchange with a payment.
const BYTES_MAX: u64 = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Approved,
    Recovered,
    ProvedNotCharged,
}

/// One payment over a bad line, recovered if need be, by a box that was restarted if `again`.
async fn pay(world: &World, desk: &mut Desk, intent: u32, again: bool) -> End {
    let tender = purchase(intent, 1250);
    let end = match desk.pay(&tender).await {
        PinPadEvent::Ended { outcome: Outcome::Approved(booking), .. } => {
            assert_eq!(booking.amount_minor, Some(1250));
            desk.ask(Ask::Kept(tender.intent));
            return End::Approved;
        }
        PinPadEvent::Unknown { .. } => {
            if again {
                *desk = world.desk();
            }
            desk.recover(&tender).await
        }
        other => panic!("a cut line says {other:?}"),
    };
    match end {
        Finding::Booked(booking) => {
            assert_eq!(booking.amount_minor, Some(1250));
            End::Recovered
        }
        Finding::NotBooked { .. } => End::ProvedNotCharged,
        other => panic!("intent {intent}: {other:?}"),
    }
}

fn reference(intent: u32) -> String {
    format!("till-1/{}", service_id_of(IntentNo(intent)))
}

fn bookings(world: &World, intent: u32) -> usize {
    let reference = reference(intent);
    let is_its = |deed: Deed, named: &str| deed == Deed::Booked && named == reference;
    world.truth().iter().filter(|line| is_its(line.deed, &line.reference)).count()
}

fn check(world: &World, sim: &SimNexo, ends: &[(u32, End)]) {
    let truth = world.truth();
    for (intent, end) in ends {
        let reference = reference(*intent);
        let bookings = truth.iter().filter(|line| line.reference == reference).count();
        let booked = usize::from(*end != End::ProvedNotCharged);
        assert_eq!(bookings, booked, "intent {intent} ended {end:?}");
    }
    assert!(truth.iter().all(|line| line.deed == Deed::Booked && line.amount_minor == 1250));
    let found = truth.len();
    let wanted = ends.iter().filter(|(_, end)| *end != End::ProvedNotCharged).count();
    assert_eq!(found, wanted, "the truth has bookings of nobody");
    assert_eq!(sim.violations(), Vec::<String>::new());
}

/// Every `stride`th byte from `first`, until the line is long enough for the whole exchange.
async fn cut(direction: Direction, first: u64, stride: u64) -> BTreeMap<End, u32> {
    let mut world = World::new();
    let sim = world.switch_on(Script::default()).await;
    let mut desk = world.desk();
    desk.up().await;
    let mut ends = Vec::new();
    let mut counts = BTreeMap::new();
    let mut after = first;
    loop {
        assert!(after < BYTES_MAX, "no end of the exchange was found");
        let intent = INTENT_FIRST + u32::try_from(after).unwrap();
        let fault = Some(LineFault::Cut { direction, after });
        sim.arm(Scene { fault, ..Scene::default() });
        let end = pay(&world, &mut desk, intent, after.is_multiple_of(2)).await;
        ends.push((intent, end));
        *counts.entry(end).or_default() += 1;
        if end == End::Approved {
            break;
        }
        after += stride;
    }
    check(&world, &sim, &ends);
    counts
}

const LANES: u64 = 4;

async fn every_byte(direction: Direction) -> BTreeMap<End, u32> {
    let lanes: Vec<_> = (0..LANES).map(|lane| tokio::spawn(cut(direction, lane, LANES))).collect();
    let mut all = BTreeMap::new();
    for lane in lanes {
        for (end, count) in lane.await.unwrap() {
            *all.entry(end).or_default() += count;
        }
    }
    println!("nexo, line cut after each byte {direction:?}: {all:?}");
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_cut_at_every_byte_is_charged_once_or_not_at_all() {
    let ends = every_byte(Direction::FromBox).await;
    assert!(ends[&End::ProvedNotCharged] > 800, "{ends:?}");
    assert_eq!(u64::from(ends[&End::Approved]), LANES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_cut_at_every_byte_is_found_again() {
    let ends = every_byte(Direction::ToBox).await;
    assert!(ends[&End::Recovered] > 2_000, "{ends:?}");
    assert_eq!(ends.get(&End::ProvedNotCharged), None, "the terminal had the whole request");
    assert_eq!(u64::from(ends[&End::Approved]), LANES);
}

#[tokio::test]
async fn spoiled_bytes_and_a_dripping_line_change_nothing_about_the_money() {
    let mut world = World::new();
    let sim = world.switch_on(Script::default()).await;
    let mut desk = world.desk();
    desk.up().await;
    // A spoiled length leaves both sides waiting.
    desk.patience = Duration::from_secs(1);
    let mut intent = INTENT_FIRST;
    for direction in [Direction::FromBox, Direction::ToBox] {
        for byte in (0..900).step_by(37) {
            intent += 1;
            let fault = Some(LineFault::Corrupt { direction, byte });
            sim.arm(Scene { fault, ..Scene::default() });
            let tender = purchase(intent, 1250);
            let approved = match desk.pay(&tender).await {
                PinPadEvent::Ended { outcome: Outcome::Approved(_), .. } => {
                    desk.ask(Ask::Kept(tender.intent));
                    true
                }
                PinPadEvent::Unknown { .. } => {
                    matches!(desk.recover(&tender).await, Finding::Booked(_))
                }
                other => panic!("{direction:?} {byte}: {other:?}"),
            };
            assert_eq!(bookings(&world, intent), usize::from(approved), "{direction:?} {byte}");
        }
    }
    intent += 1;
    sim.arm(Scene { fault: Some(LineFault::Drip), ..Scene::default() });
    let end = pay(&world, &mut desk, intent, false).await;
    assert_eq!(end, End::Approved);
}

#[tokio::test]
async fn two_sales_of_the_same_amount_are_never_taken_for_each_other() {
    let mut world = World::new();
    let sim = world.switch_on(Script::default()).await;
    let mut desk = world.desk();
    desk.up().await;
    let first = pay(&world, &mut desk, INTENT_FIRST, false).await;
    assert_eq!(first, End::Approved);
    for (intent, direction, end) in [
        (INTENT_FIRST + 1, Direction::FromBox, End::ProvedNotCharged),
        (INTENT_FIRST + 2, Direction::ToBox, End::Recovered),
    ] {
        let fault = Some(LineFault::Cut { direction, after: 300 });
        sim.arm(Scene { fault, ..Scene::default() });
        assert_eq!(pay(&world, &mut desk, intent, true).await, end);
    }
    let ends = [
        (INTENT_FIRST, End::Approved),
        (INTENT_FIRST + 1, End::ProvedNotCharged),
        (INTENT_FIRST + 2, End::Recovered),
    ];
    check(&world, &sim, &ends);
}

#[tokio::test]
async fn a_terminal_killed_after_the_booking_still_knows_it_when_it_runs_again() {
    let mut world = World::new();
    let sim = world.switch_on(Script::default()).await;
    let mut desk = world.desk();
    desk.up().await;
    let fault = Some(LineFault::Cut { direction: Direction::ToBox, after: 10 });
    sim.arm(Scene { fault, ..Scene::default() });
    let tender = purchase(INTENT_FIRST, 1250);
    assert!(matches!(desk.pay(&tender).await, PinPadEvent::Unknown { .. }));
    drop(sim);
    let sim = world.switch_on(Script::default()).await;
    assert!(matches!(desk.recover(&tender).await, Finding::Booked(_)));
    check(&world, &sim, &[(INTENT_FIRST, End::Recovered)]);
}

#[tokio::test]
async fn a_decline_cut_on_its_way_is_proved_not_charged() {
    let mut world = World::new();
    let sim = world.switch_on(Script::default()).await;
    let mut desk = world.desk();
    desk.up().await;
    let fault = Some(LineFault::Cut { direction: Direction::ToBox, after: 200 });
    sim.arm(Scene { play: Play::Decline { code: 5 }, fault, ..Scene::default() });
    let tender = purchase(INTENT_FIRST, 1250);
    assert!(matches!(desk.pay(&tender).await, PinPadEvent::Unknown { .. }));
    let finding = desk.recover(&tender).await;
    let Finding::NotBooked { evidence } = finding else { panic!("{finding:?}") };
    assert!(evidence.contains("Refusal"), "{evidence}");
    assert_eq!((bookings(&world, INTENT_FIRST), sim.violations()), (0, Vec::new()));
}
