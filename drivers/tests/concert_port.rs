//! Guards the Concert driver against its simulated terminal over a real pseudo terminal.
//! Holds every scene that the protocol knows, faults of the line, restarts, 7E1, and the cut after
//! every byte. The truth of the bank is the referee.
//! Next: `concert/line.rs`, the loop that owns the port; `concert_cut.rs` for the exact counts.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod concert;

use std::collections::BTreeMap;

use concert::line::{Owner, PACE};
use concert::{Ending, Folder, INTENT, Till, Written, ending, tender};
use tokio::task::JoinSet;
use usher_drivers::pin_pad::concert::codec::Dialect;
use usher_drivers::pin_pad::concert::settings::ConcertSettings;
use usher_drivers::pin_pad::{Alarm, Ask, Finding, Kind, Outcome, PinPadEvent};
use usher_drivers::sim::pin_pad::concert::{SimConcert, SimConcertSettings};
use usher_drivers::sim::pin_pad::script::{
    Direction, LineFault, Play, Scene, Script, Unacknowledged,
};
use usher_drivers::sim::pin_pad::truth::{Deed, Of, Truth};

fn terminal(folder: &Folder, scenes: Vec<Scene>) -> SimConcert {
    let (link, truth) = (folder.join("pad"), folder.join("truth"));
    let script = Script::new(scenes);
    SimConcert::start(SimConcertSettings { link, truth, script, pace: PACE }).unwrap()
}

fn settings(folder: &Folder) -> ConcertSettings {
    ConcertSettings::at(folder.join("pad"))
}

fn scene(play: Play) -> Scene {
    Scene { play, ..Scene::default() }
}

/// One payment of 12.50 through one scene, and what the till and the bank say.
async fn played(scene: Scene) -> (Till, Result<Ending, String>, Vec<String>) {
    let folder = Folder::new("port");
    let terminal = terminal(&folder, vec![scene]);
    let mut till = Till::new(tender(1_250));
    Owner::new(settings(&folder), &mut till).until(|till| till.is_over).await;
    let ending = ending(&till.written, &folder.join("truth"));
    (till, ending, terminal.violations())
}

async fn check(play: Play, then: Ending) -> Till {
    let (till, ending, violations) = played(scene(play.clone())).await;
    assert_eq!(ending, Ok(then), "{play:?}: {:?}", till.events);
    assert_eq!(violations, [""; 0], "{play:?}");
    till
}

#[tokio::test]
async fn an_approval_names_our_number_and_the_amount_and_nothing_of_the_card() {
    let till = check(Play::Approve, Ending::Approved).await;
    let Written::Ended(Outcome::Approved(booking)) = &till.written else {
        panic!("{:?}", till.written);
    };
    assert_eq!(booking.reference, "U000000042");
    assert_eq!((booking.amount_minor, booking.currency), (Some(1_250), Some(978)));
    assert_eq!((booking.last_four.as_str(), booking.brand.as_str()), ("", ""));
    assert!(!till.events.iter().any(|event| matches!(event, PinPadEvent::Receipt { .. })));
}

#[tokio::test]
async fn declined_cancelled_and_timed_out_are_all_not_done() {
    for play in [Play::Decline { code: 0 }, Play::Cancel, Play::Timeout] {
        let till = check(play, Ending::NotBooked).await;
        let Written::Ended(Outcome::Declined { code, .. }) = till.written else {
            panic!("{:?}", till.written);
        };
        assert_eq!(code, "7");
    }
}

#[tokio::test]
async fn a_slow_cardholder_and_a_wrong_pin_are_waited_for() {
    check(Play::WrongPin, Ending::Approved).await;
    check(Play::Slow { ms: 100_000 }, Ending::Approved).await;
}

#[tokio::test]
async fn a_busy_terminal_refuses_and_nothing_is_booked() {
    let till = check(Play::Busy, Ending::NotBooked).await;
    assert_eq!(till.written, Written::NotStarted);
}

#[tokio::test]
async fn silence_and_a_restart_of_the_terminal_are_left_to_a_person() {
    for play in [Play::Silent, Play::Reboot { booked: true }, Play::Reboot { booked: false }] {
        let till = check(play, Ending::Undecided).await;
        let Written::Found(Finding::Undecided { evidence }) = till.written else {
            panic!("{:?}", till.written);
        };
        assert!(evidence.contains("press duplicate on the terminal"), "{evidence}");
    }
}

#[tokio::test]
async fn a_status_that_is_not_verified_is_left_to_a_person() {
    let till = check(Play::Decline { code: 9 }, Ending::Undecided).await;
    assert!(till.events.iter().any(|event| matches!(event, PinPadEvent::Unknown { .. })));
}

#[tokio::test]
async fn another_amount_is_an_alarm_and_left_to_a_person() {
    let till = check(Play::WrongAmount { minor: 1_300 }, Ending::Undecided).await;
    let then = Alarm::AmountMismatch { intent: INTENT, asked_minor: 1_250, booked_minor: 1_300 };
    assert!(till.alarms().contains(&&then), "{:?}", till.events);
}

#[tokio::test]
async fn a_clear_card_number_is_an_alarm_and_goes_no_further() {
    let till = check(Play::ClearPan, Ending::Approved).await;
    assert_eq!(till.alarms(), [&Alarm::TerminalSendsClearPan]);
    assert!(!format!("{:?}", till.events).contains("4242424242"));
}

#[tokio::test]
async fn an_abort_is_answered_honestly_and_the_approval_wins() {
    let folder = Folder::new("abort");
    let _terminal = terminal(&folder, vec![scene(Play::ApproveAfterAbort)]);
    let mut till = Till { stops: true, ..Till::new(tender(1_250)) };
    Owner::new(settings(&folder), &mut till).until(|till| till.is_over).await;
    assert_eq!(till.failures(), ["abort"]);
    assert_eq!(ending(&till.written, &folder.join("truth")), Ok(Ending::Approved));
}

#[tokio::test]
async fn a_line_that_drips_is_only_slow() {
    let fault = Some(LineFault::Drip);
    let (till, ending, violations) = played(Scene { fault, ..Scene::default() }).await;
    assert_eq!(ending, Ok(Ending::Approved), "{:?}", till.events);
    assert_eq!(violations, [""; 0]);
}

#[tokio::test]
async fn a_plain_terminal_and_a_7e1_line_take_payments() {
    for (dialect, framing) in [(Dialect::Plain, "8N1"), (Dialect::Plus, "7E1")] {
        let folder = Folder::new("variant");
        let terminal = terminal(&folder, Vec::new());
        let mut till = Till::new(tender(99_999_999));
        let framing = framing.parse().unwrap();
        let settings = ConcertSettings { dialect, framing, ..settings(&folder) };
        Owner::new(settings, &mut till).until(|till| till.is_over).await;
        assert_eq!(ending(&till.written, &folder.join("truth")), Ok(Ending::Approved));
        assert_eq!(terminal.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn a_refund_goes_out_with_its_own_code_once_it_is_switched_on() {
    let folder = Folder::new("refund");
    let _terminal = terminal(&folder, Vec::new());
    let mut till =
        Till::new(usher_drivers::pin_pad::Tender { kind: Kind::Refund, ..tender(1_250) });
    Owner::new(settings(&folder), &mut till).until(|till| till.is_over).await;
    assert_eq!(till.written, Written::NotStarted);
    let mut till = Till::new(till.tender);
    let settings = ConcertSettings { refunds: true, ..settings(&folder) };
    Owner::new(settings, &mut till).until(|till| till.is_over).await;
    assert!(matches!(till.written, Written::Ended(Outcome::Approved(_))), "{:?}", till.events);
    let truth = Truth::open(&folder.join("truth")).unwrap();
    assert!(truth.lines().iter().all(|line| line.of == Of::Refund));
}

#[tokio::test]
async fn two_payments_of_one_amount_are_told_apart() {
    let folder = Folder::new("twice");
    let cut = LineFault::Cut { direction: Direction::ToBox, after: 10 };
    let scenes = vec![Scene::default(), Scene { fault: Some(cut), ..Scene::default() }];
    let _terminal = terminal(&folder, scenes);
    let mut till = Till::new(tender(1_250));
    let mut owner = Owner::new(settings(&folder), &mut till);
    owner.until(|till| till.is_over).await;
    let first = owner.till.written.clone();
    let intent = usher_drivers::pin_pad::IntentNo(43);
    *owner.till = Till::new(usher_drivers::pin_pad::Tender { intent, ..tender(1_250) });
    owner.till.written = Written::Created;
    owner.ask(Ask::Begin(Box::new(owner.till.tender.clone())));
    owner.until(|till| till.is_over).await;
    let Written::Ended(Outcome::Approved(first)) = first else { panic!("{first:?}") };
    let Written::Found(Finding::Booked(second)) = &till.written else {
        panic!("{:?}", till.events);
    };
    assert_eq!(first.reference, "U000000042");
    assert_eq!(second.reference, "U000000043");
    let truth = Truth::open(&folder.join("truth")).unwrap();
    let booked = truth.lines().iter().filter(|line| line.deed == Deed::Booked);
    assert_eq!(booked.map(|line| line.trace).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn a_terminal_killed_and_started_again_goes_on_with_its_numbers() {
    let folder = Folder::new("killed");
    for trace in 1..=2 {
        let _terminal = terminal(&folder, Vec::new());
        let mut till = Till::new(tender(1_250));
        Owner::new(settings(&folder), &mut till).until(|till| till.is_over).await;
        let truth = Truth::open(&folder.join("truth")).unwrap();
        assert_eq!(truth.lines().last().map(|line| line.trace), Some(trace));
        assert_eq!(truth.lines().last().map(|line| line.deed), Some(Deed::Acknowledged));
    }
}

#[tokio::test]
async fn what_the_protocol_does_not_know_is_said_in_clear_words() {
    let folder = Folder::new("cannot");
    let _terminal = terminal(&folder, Vec::new());
    let mut till = Till::new(tender(1_250));
    let mut owner = Owner::new(settings(&folder), &mut till);
    owner.until(|till| till.is_over).await;
    for ask in [Ask::Receipts(INTENT), Ask::Totals, Ask::CloseBatch, Ask::Diagnosis] {
        owner.ask(ask);
    }
    owner.until(|till| till.failures().len() == 4).await;
    assert_eq!(till.failures(), ["receipts", "totals", "close batch", "diagnosis"]);
}

#[tokio::test]
async fn an_idle_terminal_is_asked_whether_it_is_there() {
    let folder = Folder::new("health");
    let _terminal = terminal(&folder, Vec::new());
    let mut till = Till::new(tender(1_250));
    let healthy = |till: &Till| {
        let is_health = |event: &&PinPadEvent| matches!(event, PinPadEvent::Healthy { .. });
        till.events.iter().filter(is_health).count() >= 2
    };
    Owner::new(settings(&folder), &mut till).until(healthy).await;
}

/// The simulated line counts from the first byte of the message: 37, EOT, ACK, ACK.
const FROM_BOX: u64 = 40;
/// ACK, ENQ, 28, EOT.
const TO_BOX: u64 = 31;
/// Terminals at work at one time.
const WORLDS_MAX: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_line_cut_after_any_byte_never_gives_a_wrong_answer() {
    for unacknowledged in [Unacknowledged::Keep, Unacknowledged::Reverse] {
        let from = (0..=FROM_BOX).map(|after| (Direction::FromBox, after));
        let mut places = from.chain((0..=TO_BOX).map(|after| (Direction::ToBox, after)));
        let mut counts: BTreeMap<Ending, u32> = BTreeMap::new();
        let mut worlds = JoinSet::new();
        loop {
            while worlds.len() < WORLDS_MAX {
                let Some((direction, after)) = places.next() else { break };
                let fault = Some(LineFault::Cut { direction, after });
                let scene = Scene { play: Play::Approve, fault, unacknowledged };
                worlds.spawn(async move { (direction, after, played(scene).await) });
            }
            let Some(done) = worlds.join_next().await else { break };
            let (direction, after, (till, ending, _)) = done.unwrap();
            match ending {
                Ok(ending) => *counts.entry(ending).or_insert(0) += 1,
                Err(wrong) => panic!("{direction:?} {after}: {wrong}\n{:?}", till.events),
            }
        }
        println!("{unacknowledged:?}: {counts:?}");
        assert_eq!(counts.values().sum::<u32>(), 73);
    }
}
