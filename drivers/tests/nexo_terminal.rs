//! Guards the nexo driver against a terminal of software over real TLS: each way a payment goes,
//! and each setting that can be wrong. The terminal's truth is the referee.
//! Next: `nexo_cut.rs` for lines that are cut at every byte.

#![allow(clippy::unwrap_used, clippy::panic)]

mod nexo;

use std::time::Duration;

use nexo::{World, certificates, is_end, purchase};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use usher_drivers::Fault;
use usher_drivers::pin_pad::nexo::{Environment, run};
use usher_drivers::pin_pad::{
    Alarm, Ask, Copy, Finding, IntentNo, Kind, Outcome, PinPadEvent, Tender,
};
use usher_drivers::sim::pin_pad::script::{Play, Scene, Script};
use usher_drivers::sim::pin_pad::truth::{Deed, Of};

const DEADLINE: Duration = Duration::from_secs(30);

fn script(play: Play) -> Script {
    Script::new([Scene { play, ..Scene::default() }])
}

fn deeds(world: &World) -> Vec<(Deed, u64)> {
    world.truth().iter().map(|line| (line.deed, line.amount_minor)).collect()
}

/// A purchase of 12.50 that the terminal plays so: how it ends, and what the truth says.
async fn played(play: Play) -> (PinPadEvent, Vec<PinPadEvent>, World) {
    let mut world = World::new();
    let sim = world.switch_on(script(play)).await;
    let mut desk = world.desk();
    desk.up().await;
    let end = desk.pay(&purchase(42, 1250)).await;
    assert_eq!(sim.violations(), Vec::<String>::new());
    assert_eq!(sim.heard().payments, 1);
    (end, desk.events, world)
}

fn ended(outcome: Outcome) -> PinPadEvent {
    PinPadEvent::Ended { intent: IntentNo(42), outcome }
}

#[tokio::test]
async fn an_approval_is_booked_told_and_receipted() {
    let mut world = World::new();
    let sim = world.switch_on(Script::default()).await;
    let mut desk = world.desk();
    desk.up().await;
    let end = desk.pay(&purchase(42, 1250)).await;
    let PinPadEvent::Ended { outcome: Outcome::Approved(booking), .. } = end else { panic!() };
    assert_eq!((booking.amount_minor, booking.last_four.as_str()), (Some(1250), "4242"));
    assert_eq!(booking.reference, "SIM000000001");
    assert_eq!(deeds(&world), [(Deed::Booked, 1250)]);
    let told_before = desk.events.len();
    desk.ask(Ask::Kept(IntentNo(42)));
    desk.until(|event| matches!(event, PinPadEvent::Done { .. })).await;
    let copies = desk.events[told_before..].iter().filter_map(|event| match event {
        PinPadEvent::Receipt { receipt, .. } => Some(receipt.copy),
        _ => None,
    });
    assert_eq!(copies.collect::<Vec<_>>(), [Copy::Merchant, Copy::Customer]);

    desk.ask(Ask::Receipts(IntentNo(42)));
    let again = desk.until(|event| matches!(event, PinPadEvent::Receipt { .. })).await;
    let PinPadEvent::Receipt { receipt, .. } = again else { panic!() };
    assert!(receipt.lines.contains(&"SALE  EUR 12.5".to_owned()), "{receipt:?}");
    desk.until(|event| matches!(event, PinPadEvent::Done { .. })).await;
    assert_eq!((sim.heard().payments, sim.violations().len()), (1, 0));
}

#[tokio::test]
async fn refusals_and_cancellations_are_told_apart() {
    let (end, _, world) = played(Play::Decline { code: 5 }).await;
    let (code, text) = ("Refusal".to_owned(), "5 Declined".to_owned());
    assert_eq!(end, ended(Outcome::Declined { code, text }));
    assert_eq!(deeds(&world), [(Deed::Declined, 1250)]);
    let (end, _, world) = played(Play::WrongPin).await;
    assert!(matches!(&end, PinPadEvent::Ended { outcome: Outcome::Declined { code, .. }, .. }
        if code == "WrongPIN"));
    assert_eq!(deeds(&world), [(Deed::Declined, 1250)]);
    for play in [Play::Cancel, Play::Timeout] {
        let (end, _, world) = played(play).await;
        assert_eq!(end, ended(Outcome::Cancelled));
        assert_eq!(deeds(&world), [(Deed::Cancelled, 1250)]);
    }
}

#[tokio::test]
async fn a_slow_approval_is_waited_for_and_a_busy_terminal_took_nothing() {
    let (end, _, world) = played(Play::Slow { ms: 50 }).await;
    assert!(matches!(end, PinPadEvent::Ended { outcome: Outcome::Approved(_), .. }));
    assert_eq!(deeds(&world), [(Deed::Booked, 1250)]);
    let (end, _, world) = played(Play::Busy).await;
    assert!(matches!(end, PinPadEvent::NotStarted { why, .. } if why.contains("Busy")));
    assert_eq!(deeds(&world), []);
}

#[tokio::test]
async fn another_amount_and_a_clear_number_raise_alarms() {
    for minor in [1000, 1300] {
        let (end, events, world) = played(Play::WrongAmount { minor }).await;
        let PinPadEvent::Ended { outcome: Outcome::Approved(booking), .. } = end else { panic!() };
        assert_eq!(booking.amount_minor, Some(minor));
        let (intent, asked_minor) = (IntentNo(42), 1250);
        let alarm = Alarm::AmountMismatch { intent, asked_minor, booked_minor: minor };
        assert!(events.contains(&PinPadEvent::Alarm(alarm)));
        assert_eq!(deeds(&world), [(Deed::Booked, minor)]);
    }
    let (end, events, _) = played(Play::ClearPan).await;
    assert!(matches!(end, PinPadEvent::Ended { outcome: Outcome::Approved(_), .. }));
    assert!(events.contains(&PinPadEvent::Alarm(Alarm::TerminalSendsClearPan)));
    assert!(!format!("{events:?}").contains("4242424242"), "{events:?}");
}

/// Sent to a terminal that waits, then aborted.
async fn aborted(play: Play) -> (PinPadEvent, World) {
    let mut world = World::new();
    let sim = world.switch_on(script(play)).await;
    let mut desk = world.desk();
    desk.up().await;
    let intent = IntentNo(42);
    desk.ask(Ask::Begin(Box::new(purchase(42, 1250))));
    desk.until(|event| *event == PinPadEvent::Ready(intent)).await;
    desk.ask(Ask::Go(intent));
    let deadline = tokio::time::Instant::now() + DEADLINE;
    while sim.heard().payments == 0 && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    desk.ask(Ask::Abort(intent));
    let end = desk.until(is_end).await;
    assert_eq!((sim.heard().aborts, sim.violations()), (1, Vec::new()));
    (end, world)
}

#[tokio::test]
async fn an_abort_ends_a_payment_or_comes_too_late() {
    let (end, world) = aborted(Play::Silent).await;
    assert_eq!(end, ended(Outcome::Cancelled));
    assert_eq!(deeds(&world), [(Deed::Cancelled, 1250)]);
    let (end, world) = aborted(Play::ApproveAfterAbort).await;
    assert!(matches!(end, PinPadEvent::Ended { outcome: Outcome::Approved(_), .. }));
    assert_eq!(deeds(&world), [(Deed::Booked, 1250)]);
}

#[tokio::test]
async fn a_silent_terminal_is_unknown_and_stays_so_until_it_says_more() {
    let mut world = World::new();
    let sim = world.switch_on(script(Play::Silent)).await;
    let mut desk = world.desk();
    desk.up().await;
    let tender = purchase(42, 1250);
    let patience = std::mem::replace(&mut desk.patience, Duration::from_millis(500));
    assert!(matches!(desk.pay(&tender).await, PinPadEvent::Unknown { .. }));
    assert!(desk.now_ms >= 120_000);
    desk.patience = patience;
    desk.ask(Ask::Recover(Box::new(tender.clone())));
    let found = desk.until(|event| matches!(event, PinPadEvent::Recovered { .. })).await;
    let PinPadEvent::Recovered { finding, .. } = found else { panic!() };
    assert!(matches!(finding, Finding::NotNow { .. }), "it is still at it: {finding:?}");
    desk.ask(Ask::Recover(Box::new(tender)));
    desk.ask(Ask::Abort(IntentNo(42)));
    let found = desk.until(|event| matches!(event, PinPadEvent::Recovered { .. })).await;
    let PinPadEvent::Recovered { finding, .. } = found else { panic!() };
    assert!(matches!(finding, Finding::NotBooked { .. }), "{finding:?}");
    assert_eq!(deeds(&world), [(Deed::Cancelled, 1250)]);
    assert_eq!((sim.heard().payments, sim.violations()), (1, Vec::new()));
}

#[tokio::test]
async fn a_terminal_that_restarts_is_asked_and_never_charged_again() {
    for booked in [true, false] {
        let mut world = World::new();
        let sim = world.switch_on(script(Play::Reboot { booked })).await;
        let mut desk = world.desk();
        desk.up().await;
        let tender = purchase(42, 1250);
        assert!(matches!(desk.pay(&tender).await, PinPadEvent::Unknown { .. }));
        let finding = desk.recover(&tender).await;
        match (booked, &finding) {
            (true, Finding::Booked(booking)) => assert_eq!(booking.amount_minor, Some(1250)),
            // It was away: what it does not know, it may have forgotten.
            (false, Finding::Undecided { .. }) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(deeds(&world).len(), usize::from(booked));
        assert_eq!((sim.heard().payments, sim.violations()), (1, Vec::new()));
    }
}

#[tokio::test]
async fn a_terminal_that_is_off_takes_nothing_and_is_proved_to() {
    let mut world = World::new();
    let sim = world.switch_on(Script::default()).await;
    let mut desk = world.desk();
    desk.up().await;
    drop(sim);
    let end = desk.pay(&purchase(42, 1250)).await;
    assert!(
        matches!(&end, PinPadEvent::NotStarted { why, .. } if why.contains("nothing was sent")),
        "{end:?}"
    );
    let end = desk.pay(&purchase(43, 1250)).await;
    assert!(matches!(end, PinPadEvent::NotStarted { .. }));
    let sim = world.switch_on(Script::default()).await;
    let end = desk.pay(&purchase(44, 1250)).await;
    assert!(matches!(end, PinPadEvent::Ended { .. }), "it is there again: {end:?}");
    assert_eq!((sim.heard().payments, deeds(&world)), (1, vec![(Deed::Booked, 1250)]));
}

#[tokio::test]
async fn money_goes_back_by_reference_or_to_a_card() {
    let mut world = World::new();
    let sim = world.switch_on(Script::default()).await;
    let mut desk = world.desk();
    desk.up().await;
    let end = desk.pay(&purchase(42, 1250)).await;
    let PinPadEvent::Ended { outcome: Outcome::Approved(booking), .. } = end else { panic!() };
    desk.ask(Ask::Kept(IntentNo(42)));
    let back = |intent, kind, amount_minor, original| Tender {
        kind,
        original,
        ..purchase(intent, amount_minor)
    };
    let part = back(43, Kind::Refund, 250, Some(booking.clone()));
    assert!(matches!(
        desk.pay(&part).await,
        PinPadEvent::Ended { outcome: Outcome::Approved(_), .. }
    ));
    desk.ask(Ask::Kept(IntentNo(43)));
    let whole = back(44, Kind::Reversal, 1250, Some(booking.clone()));
    assert!(
        matches!(
            desk.pay(&whole).await,
            PinPadEvent::Ended { outcome: Outcome::Declined { .. }, .. }
        ),
        "more than is left"
    );
    desk.ask(Ask::Kept(IntentNo(44)));
    let mut nobodys = booking;
    nobodys.reference = "SIM000000099".to_owned();
    let stray = back(45, Kind::Reversal, 1250, Some(nobodys));
    assert!(matches!(desk.pay(&stray).await, PinPadEvent::Ended {
        outcome: Outcome::Declined { code, .. }, .. } if code == "NotFound"));
    desk.ask(Ask::Kept(IntentNo(45)));
    let to_card = back(46, Kind::Refund, 300, None);
    assert!(matches!(
        desk.pay(&to_card).await,
        PinPadEvent::Ended { outcome: Outcome::Approved(_), .. }
    ));
    desk.ask(Ask::Kept(IntentNo(46)));
    let nothing = back(47, Kind::Reversal, 300, None);
    assert!(matches!(desk.pay(&nothing).await, PinPadEvent::NotStarted { .. }));

    // What became of a refund is found like what became of a payment.
    assert!(matches!(desk.recover(&part).await, Finding::Booked(_)));
    let truth: Vec<_> =
        world.truth().iter().map(|line| (line.deed, line.of, line.amount_minor)).collect();
    assert_eq!(
        truth,
        [
            (Deed::Booked, Of::Purchase, 1250),
            (Deed::Reversed, Of::Purchase, 250),
            (Deed::Booked, Of::Refund, 300),
        ]
    );
    assert_eq!((sim.heard().reversals, sim.violations()), (3, Vec::new()));
}

#[tokio::test]
async fn totals_are_not_asked_and_health_is() {
    let mut world = World::new();
    let sim = world.switch_on(Script::default()).await;
    let mut desk = world.desk();
    desk.up().await;
    for ask in [Ask::Totals, Ask::CloseBatch] {
        desk.ask(ask);
        desk.until(|event| matches!(event, PinPadEvent::Failed { .. })).await;
    }
    desk.ask(Ask::Diagnosis);
    let healthy = desk.until(|event| matches!(event, PinPadEvent::Healthy { .. })).await;
    let text = "OK, in touch with its host".to_owned();
    assert_eq!(healthy, PinPadEvent::Healthy { text });
    assert_eq!((sim.heard().diagnoses, sim.violations()), (2, Vec::new()));
}

/// The fault that the owner task tells first.
async fn first_fault(world: &World) -> Fault {
    let (_asks, asked) = mpsc::channel(4);
    let (events, mut heard) = mpsc::channel(4);
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(world.box_side.clone(), asked, events, stop.clone()));
    let event = timeout(DEADLINE, heard.recv()).await.unwrap();
    stop.cancel();
    let ran = task.await.unwrap();
    match (event, ran) {
        (Some(PinPadEvent::Down { why }), Ok(())) => why,
        (None, Err(why)) => why,
        other => panic!("{other:?}"),
    }
}

async fn check_fault(spoil: impl FnOnce(&mut World), key: &str, says: &str) {
    let mut world = World::new();
    let _sim = world.switch_on(Script::default()).await;
    spoil(&mut world);
    let fault = first_fault(&world).await;
    assert!(matches!(&fault, Fault::Setting { key: named, .. } if *named == key), "{fault:?}");
    assert!(fault.to_string().contains(says), "{fault}");
    assert!(!fault.to_string().contains(nexo::PASSPHRASE), "{fault}");
}

#[tokio::test]
async fn a_wrong_setting_is_named() {
    let other_root = |world: &mut World| {
        let (root, _, _) = certificates("another authority's");
        world.box_side.root = world.write("other.pem", &root);
    };
    check_fault(other_root, "root", "does not lead to it").await;
    let empty_root = |world: &mut World| world.box_side.root = world.write("empty.pem", "");
    check_fault(empty_root, "root", "holds no certificate").await;
    let other_serial = |world: &mut World| {
        world.box_side.poi_id = "V400m-346403162".to_owned();
    };
    check_fault(other_serial, "poi_id", "V400m-346403161.test.terminal.adyen.com").await;
    let live = |world: &mut World| world.box_side.environment = Environment::Live;
    check_fault(live, "poi_id", "live.terminal.adyen.com").await;
    let other_passphrase = |world: &mut World| {
        world.box_side.passphrase_file = world.write("other", "wrong horse battery\n");
    };
    check_fault(other_passphrase, "passphrase_file", "`key_identifier`").await;
    let no_passphrase = |world: &mut World| world.box_side.passphrase_file = "/nowhere".into();
    check_fault(no_passphrase, "passphrase_file", "/nowhere").await;
    let other_key = |world: &mut World| world.box_side.key_version = 7;
    check_fault(other_key, "passphrase_file", "version 7").await;
    let no_port = |world: &mut World| world.box_side.address = "127.0.0.1:none".to_owned();
    check_fault(no_port, "address", "a host and a port").await;
}

#[tokio::test]
async fn a_shared_old_certificate_is_taken_only_when_it_is_allowed() {
    for allowed in [true, false] {
        let mut world = World::named("legacy-terminal-certificate.test.terminal.adyen.com");
        let _sim = world.switch_on(Script::default()).await;
        world.box_side.legacy_certificate = allowed;
        if allowed {
            world.desk().up().await;
        } else {
            let fault = first_fault(&world).await;
            assert!(matches!(fault, Fault::Setting { key: "poi_id", .. }), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn the_owner_task_says_why_it_is_down_once_and_pays_when_it_is_up() {
    let mut world = World::new();
    let sim = world.switch_on(Script::default()).await;
    let (asks, asked) = mpsc::channel(4);
    let (events, mut heard) = mpsc::channel(4);
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(world.box_side.clone(), asked, events, stop.clone()));
    let next = async |heard: &mut mpsc::Receiver<PinPadEvent>| {
        timeout(DEADLINE, heard.recv()).await.unwrap().unwrap()
    };
    let PinPadEvent::Up { identity, newest } = next(&mut heard).await else { panic!() };
    assert_eq!((identity.model.as_str(), newest), ("V400m", None));
    asks.send(Ask::Begin(Box::new(purchase(42, 1250)))).await.unwrap();
    assert_eq!(next(&mut heard).await, PinPadEvent::Ready(IntentNo(42)));
    assert_eq!(sim.heard().payments, 0, "nothing leaves before Go");
    asks.send(Ask::Go(IntentNo(42))).await.unwrap();
    assert!(matches!(next(&mut heard).await, PinPadEvent::Display { .. }));
    assert!(matches!(next(&mut heard).await, PinPadEvent::Ended { .. }));
    asks.send(Ask::Kept(IntentNo(42))).await.unwrap();
    assert!(matches!(next(&mut heard).await, PinPadEvent::Receipt { .. }));
    assert!(matches!(next(&mut heard).await, PinPadEvent::Receipt { .. }));
    assert_eq!(next(&mut heard).await, PinPadEvent::Done { intent: IntentNo(42) });

    let address = sim.address();
    drop(sim);
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for intent in [43, 44] {
        asks.send(Ask::Begin(Box::new(purchase(intent, 1250)))).await.unwrap();
        if intent == 43 {
            assert_eq!(next(&mut heard).await, PinPadEvent::Ready(IntentNo(43)));
            asks.send(Ask::Go(IntentNo(43))).await.unwrap();
            assert!(matches!(next(&mut heard).await, PinPadEvent::Display { .. }));
            let down = next(&mut heard).await;
            assert!(matches!(down, PinPadEvent::Down { why: Fault::Terminal { .. } }), "{down:?}");
        }
        let refused = next(&mut heard).await;
        assert!(matches!(refused, PinPadEvent::NotStarted { .. }), "{refused:?}");
    }
    stop.cancel();
    assert_eq!(timeout(DEADLINE, task).await.unwrap().unwrap(), Ok(()));
}
