//! Guards the terminals that a person plays: what the display shows, what each act of the customer
//! does, and that what the till writes down is what the bank booked. ZVT on a pseudo terminal and
//! over TCP, nexo over TLS. Waits for what the display shows, never for a time.

#![allow(clippy::unwrap_used, clippy::panic)]

mod nexo;
mod pad;

use nexo::{Desk, World, purchase};
use pad::{DEADLINE, Folder, State, Till, tcp};
use std::time::Duration;
use tokio::time::timeout;
use usher_drivers::pin_pad::{Ask, Display, Entry, Finding, Kind, Outcome, PinPadEvent, Tender};
use usher_drivers::sim::pin_pad::customer::{
    Act, Bill, Customer, Pace, Screen, Shown, Verdict, pair,
};
use usher_drivers::sim::pin_pad::nexo::SimNexo;
use usher_drivers::sim::pin_pad::truth::{Deed, Of};
use usher_drivers::sim::pin_pad::zvt::Place;

const PACE: Pace = Pace { customer_ms: 60_000, keyed_ms: 90_000, bank_ms: 1 };
/// Nobody comes.
const HASTY: Pace = Pace { customer_ms: 400, keyed_ms: 400, bank_ms: 1 };

/// What the customer does, and what the display shows before it.
type Part = [(Shown, Act)];

/// Waits for the display.
async fn shows(customer: &Customer, shown: Shown) -> Screen {
    let mut screen = customer.watch();
    let seen = timeout(DEADLINE, screen.wait_for(|screen| screen.shown == shown)).await;
    *seen.unwrap_or_else(|_| panic!("never shows {shown:?}, but {:?}", customer.screen())).unwrap()
}

async fn plays(customer: &Customer, part: &Part) {
    for (shown, act) in part {
        shows(customer, *shown).await;
        assert!(customer.act(*act));
    }
}

const APPROVALS: [&Part; 3] = [
    &[(Shown::PresentCard, Act::Tap)],
    &[(Shown::PresentCard, Act::Insert), (Shown::EnterPin, Act::RightPin)],
    &[
        (Shown::PresentCard, Act::Insert),
        (Shown::EnterPin, Act::WrongPin),
        (Shown::WrongPin, Act::RightPin),
    ],
];
const REFUSALS: [&Part; 2] = [
    &[(Shown::PresentCard, Act::TapRefused)],
    &[
        (Shown::PresentCard, Act::Insert),
        (Shown::EnterPin, Act::WrongPin),
        (Shown::WrongPin, Act::WrongPin),
        (Shown::WrongPin, Act::WrongPin),
    ],
];
const CANCELS: [&Part; 3] = [
    &[(Shown::PresentCard, Act::RedKey)],
    &[(Shown::PresentCard, Act::Insert), (Shown::EnterPin, Act::RedKey)],
    // What does not fit the moment does nothing.
    &[
        (Shown::PresentCard, Act::RightPin),
        (Shown::PresentCard, Act::Insert),
        (Shown::EnterPin, Act::Tap),
        (Shown::EnterPin, Act::RedKey),
    ],
];

/// At a ZVT terminal: how the till writes it down, and what the display says at the end.
async fn check_zvt(place: Place, name: &str) {
    let folder = Folder::new(name);
    let (mut till, customer) = Till::by_hand(place, &folder, PACE).await;
    assert_eq!(customer.screen().shown, Shown::Idle);
    let mut amount_minor = 1_250;
    let mut booked = Vec::new();
    for part in APPROVALS {
        let (state, ()) = tokio::join!(till.buy(amount_minor), plays(&customer, part));
        let State::Approved(booking) = state else { panic!("{part:?}: {state:?}") };
        assert_eq!(booking.amount_minor, Some(amount_minor));
        let screen = shows(&customer, Shown::Approved).await;
        let bill = Bill { of: Of::Purchase, keyed: false, amount_minor, currency: 978 };
        assert_eq!(screen.bill, Some(bill));
        booked.push(amount_minor);
        amount_minor += 1;
    }
    for part in REFUSALS {
        let (state, ()) = tokio::join!(till.buy(amount_minor), plays(&customer, part));
        assert!(matches!(state, State::Declined(_)), "{part:?}: {state:?}");
        assert_eq!(customer.screen().shown, Shown::Declined);
    }
    for part in CANCELS {
        let (state, ()) = tokio::join!(till.buy(amount_minor), plays(&customer, part));
        assert_eq!(state, State::Cancelled, "{part:?}");
        assert_eq!(customer.screen().shown, Shown::Cancelled);
    }
    let standing: Vec<u64> = till.standing().into_iter().map(|(_, minor)| minor).collect();
    assert_eq!(standing, booked);
    let told = |wanted| {
        till.log.iter().any(|event| match event {
            PinPadEvent::Display { display, .. } => *display == wanted,
            _ => false,
        })
    };
    for display in [Display::InsertCard, Display::EnterPin, Display::WaitingForHost] {
        assert!(told(display), "the cashier never hears {display:?}");
    }
    assert!(told(Display::WrongPin));
    till.close().await;
}

#[tokio::test]
async fn a_zvt_payment_on_a_serial_line_ends_as_the_customer_wants_it() {
    let folder = Folder::new("customer-link");
    check_zvt(Place::Pty(folder.join("pad")), "customer-pty").await;
}

#[tokio::test]
async fn a_zvt_payment_in_the_network_ends_as_the_customer_wants_it() {
    check_zvt(tcp(), "customer-tcp").await;
}

#[tokio::test]
async fn a_zvt_terminal_waits_for_a_card_only_so_long() {
    let folder = Folder::new("customer-late");
    let (mut till, customer) = Till::by_hand(tcp(), &folder, HASTY).await;
    assert_eq!(till.buy(900).await, State::Cancelled);
    assert_eq!(shows(&customer, Shown::TimedOut).await.bill.unwrap().amount_minor, 900);
    assert!(till.standing().is_empty());
    till.close().await;
}

#[tokio::test]
async fn a_cashier_stops_a_zvt_payment_that_nobody_presents_a_card_for() {
    let folder = Folder::new("customer-stop");
    let (mut till, customer) = Till::by_hand(tcp(), &folder, PACE).await;
    let tender = till.tender(usher_drivers::pin_pad::Kind::Purchase, 900);
    assert_eq!(till.pay_with(tender, true).await, State::Cancelled);
    assert_eq!(customer.screen().shown, Shown::Cancelled);
    let (state, ()) = tokio::join!(till.buy(901), plays(&customer, APPROVALS[0]));
    assert!(matches!(state, State::Approved(_)), "{state:?}");
    till.close().await;
}

/// The cable is out while the customer pays: the box finds what was booked, or that nothing was.
#[tokio::test]
async fn a_zvt_payment_without_its_cable_is_found_as_the_customer_ended_it() {
    for (act, shown) in [(Act::Tap, Shown::Approved), (Act::RedKey, Shown::Cancelled)] {
        let folder = Folder::new("customer-cable");
        let place = Place::Pty(folder.join("pad"));
        let (mut till, customer) = Till::by_hand(place, &folder, PACE).await;
        // A terminal that never booked has no record to prove by that it booked nothing.
        let (state, ()) = tokio::join!(till.buy(700), plays(&customer, APPROVALS[0]));
        assert!(matches!(state, State::Approved(_)), "{state:?}");
        let customers = async {
            shows(&customer, Shown::PresentCard).await;
            customer.pull_cable();
            assert!(!customer.is_plugged_in() && customer.act(act));
            shows(&customer, shown).await;
            customer.plug_in();
        };
        let (state, ()) = tokio::join!(till.buy(4_200), customers);
        match act {
            Act::Tap => assert!(matches!(state, State::Approved(_)), "{state:?}"),
            _ => assert_eq!(state, State::NotCharged),
        }
        assert_eq!(till.standing().len(), 1 + usize::from(act == Act::Tap));
        till.close().await;
    }
}

async fn nexo_by_hand(pace: Pace) -> (World, SimNexo, Customer, Desk) {
    let mut world = World::new();
    let (sim, customer) = SimNexo::start_by_hand(world.sim.clone(), pace).await.unwrap();
    world.sim.listen = sim.address();
    world.box_side.address = sim.address().to_string();
    let mut desk = world.desk();
    desk.up().await;
    (world, sim, customer, desk)
}

#[tokio::test]
async fn a_nexo_payment_ends_as_the_customer_wants_it() {
    let (world, sim, customer, mut desk) = nexo_by_hand(PACE).await;
    let parts = APPROVALS.iter().chain(&REFUSALS).chain(&CANCELS);
    for (no, part) in (1_u32..).zip(parts) {
        let tender = purchase(no, 1_000 + u64::from(no));
        let (event, ()) = tokio::join!(desk.pay(&tender), plays(&customer, part));
        let PinPadEvent::Ended { outcome, .. } = &event else { panic!("{part:?}: {event:?}") };
        let shown = match outcome {
            Outcome::Approved(_) => Shown::Approved,
            Outcome::Declined { .. } => Shown::Declined,
            Outcome::Cancelled => Shown::Cancelled,
        };
        let wanted = match no {
            1..=3 => Shown::Approved,
            4..=5 => Shown::Declined,
            _ => Shown::Cancelled,
        };
        assert_eq!((shown, customer.screen().shown), (wanted, wanted), "{part:?}");
        desk.ask(Ask::Kept(tender.intent));
        desk.until(|event| matches!(event, PinPadEvent::Done { .. })).await;
    }
    let booked = world.truth().into_iter().filter(|line| line.deed == Deed::Booked);
    let booked: Vec<u64> = booked.map(|line| line.amount_minor).collect();
    assert_eq!(booked, [1_001, 1_002, 1_003]);
    assert_eq!(sim.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_card_that_is_told_on_the_phone_is_typed_at_the_terminal_and_not_shown_to_it() {
    let (world, sim, customer, mut desk) = nexo_by_hand(PACE).await;
    let tender = Tender { kind: Kind::KeyedPurchase, ..purchase(1, 1_250) };
    let types = async {
        shows(&customer, Shown::TypeCard).await;
        assert!(customer.act(Act::Tap));
        assert!(customer.act(Act::TypeCard));
    };
    let (event, ()) = tokio::join!(desk.pay(&tender), types);
    let PinPadEvent::Ended { outcome: Outcome::Approved(booking), .. } = &event else {
        panic!("{event:?}")
    };
    assert_eq!(booking.entry, Some(Entry::Keyed), "a tap does not pay for it");
    assert_eq!(world.truth().iter().filter(|line| line.deed == Deed::Booked).count(), 1);
    assert_eq!(sim.violations(), Vec::<String>::new());
}

/// Features K6.
#[tokio::test(start_paused = true)]
async fn a_card_may_be_typed_for_ninety_seconds() {
    for (seconds, verdict) in [(89, Verdict::Approve), (91, Verdict::TimeOut)] {
        let (customer, mut hand, _cable) = pair(Pace::default());
        hand.begin(Bill { of: Of::Purchase, keyed: true, amount_minor: 1_250, currency: 978 });
        let types = async {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            assert!(customer.act(Act::TypeCard));
        };
        let (ended, ()) = tokio::join!(hand.finish(), types);
        assert_eq!(ended, verdict, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_nexo_terminal_waits_for_a_card_only_so_long_and_stops_when_it_is_told_to() {
    let (_world, _sim, customer, mut desk) = nexo_by_hand(HASTY).await;
    let event = desk.pay(&purchase(1, 900)).await;
    assert!(matches!(event, PinPadEvent::Ended { outcome: Outcome::Cancelled, .. }), "{event:?}");
    shows(&customer, Shown::TimedOut).await;

    let (world, sim, customer, mut desk) = nexo_by_hand(PACE).await;
    let tender = purchase(1, 900);
    desk.ask(Ask::Begin(Box::new(tender.clone())));
    desk.until(|event| matches!(event, PinPadEvent::Ready(_))).await;
    desk.ask(Ask::Go(tender.intent));
    let waits = timeout(DEADLINE, async {
        tokio::select! {
            _ = desk.until(nexo::is_end) => panic!("it ends by itself"),
            _ = shows(&customer, Shown::PresentCard) => {}
        }
    });
    waits.await.unwrap();
    desk.ask(Ask::Abort(tender.intent));
    let event = desk.until(nexo::is_end).await;
    assert!(matches!(event, PinPadEvent::Ended { outcome: Outcome::Cancelled, .. }), "{event:?}");
    assert_eq!(customer.screen().shown, Shown::Cancelled);
    assert!(world.truth().iter().all(|line| line.deed == Deed::Cancelled));
    assert_eq!(sim.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_nexo_payment_without_its_cable_is_found_as_the_customer_ended_it() {
    let (world, _sim, customer, mut desk) = nexo_by_hand(PACE).await;
    let tender = purchase(1, 4_200);
    let customers = async {
        shows(&customer, Shown::PresentCard).await;
        customer.pull_cable();
        assert!(customer.act(Act::Tap));
        shows(&customer, Shown::Approved).await;
        customer.plug_in();
    };
    let (event, ()) = tokio::join!(desk.pay(&tender), customers);
    assert!(matches!(event, PinPadEvent::Unknown { .. }), "{event:?}");
    let finding = desk.recover(&tender).await;
    let Finding::Booked(booking) = finding else { panic!("{finding:?}") };
    assert_eq!(booking.amount_minor, Some(4_200));
    assert_eq!(world.truth().len(), 1);
}
