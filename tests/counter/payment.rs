//! Payments towards orders at real terminals: each with its scene, beside what the terminal's books
//! say.
//!
//! Every order is booked in cash, undisturbed; its rest is paid by a card, and that is not. Never
//! decides what a terminal booked: its own books do. Next: `refund.rs`, whose scenes these are.

use super::cuts::{Lane, Line};
use super::house::{House, Stand};
use super::{refund, terminal};
use usher_drivers::sim::pin_pad::script::Scene;
use usher_ledger::checkout;
use usher_rules::Refusal;
use usher_rules::money::Money;
use usher_rules::tender::State;
use usher_tests::folder::Folder;

/// Lanes of each line; they share its cuts.
const LANES: usize = 4;
/// Of the scenes of refunds every so manieth is played.
const EVERY: usize = 2;
/// Tries of one payment whose line the scene before spoiled at its very end.
const TRIES_MAX: usize = 3;
/// What was paid in cash before.
pub const DEPOSIT: Money = Money(1);

/// How the payments of a lane ended.
#[derive(Debug, Default)]
pub struct Ends {
    pub payments: u64,
    pub paid: u64,
    /// Nobody knew for a while.
    pub asked_for: u64,
    /// Approved first, and only then lost.
    pub after_approval: u64,
}

/// Lanes with the scenes of their payments.
pub fn lanes(folder: &Folder) -> Vec<(Lane, Vec<Scene>)> {
    let mut lanes = Vec::new();
    for line in [Line::ZvtTcp, Line::ZvtSerial] {
        for share in 0..LANES {
            let all = refund::scenes().into_iter().step_by(EVERY);
            let own: Vec<Scene> = all.skip(share).step_by(LANES).collect();
            let no = u16::try_from(lanes.len() + 1).unwrap();
            lanes.push((Lane::new(no, line, own.clone(), folder.path()), own));
        }
    }
    lanes
}

/// One booked order and its payment after the other.
pub async fn run(house: &House, lane: Lane, scenes: Vec<Scene>) -> Ends {
    let mut ends = Ends::default();
    for scene in &scenes {
        one(house, &lane, scene, &mut ends).await;
    }
    ends
}

async fn one(house: &House, lane: &Lane, scene: &Scene, ends: &mut Ends) {
    let Stand { pad, till, cashier } = lane.stand;
    let order = house.booked(till, DEPOSIT).await;
    let before = terminal::standing_minor(&lane.truth);
    house.pad_is_up(pad).await;
    let mut tries = 0;
    let key = loop {
        match house.pay_towards(pad, cashier, order).await {
            Ok(key) => break key,
            Err(refusal) => assert_eq!(refusal, Refusal::PadBusy { till }, "{}", lane.name),
        }
        tries += 1;
        assert!(tries < TRIES_MAX, "{}: no payment begins", lane.name);
        house.pad_is_free(pad).await;
    };
    let again = house.pay_towards(pad, cashier, order).await;
    let open = house.intent(key).state.open();
    assert!(!open || matches!(again, Err(Refusal::RefundRunning)), "{again:?}");
    let (mut unknown, mut approved) = (false, false);
    let intent = house
        .settled_seeing(key, || {
            let now = house.intent(key);
            unknown |= now.state == State::Unknown;
            approved |=
                now.state == State::Unknown && now.pad.is_some_and(|pad| pad.booking.is_some());
        })
        .await;
    let what = format!("{scene:?} on {}: {intent:?}", lane.name);
    let paid = match intent.state {
        State::Captured => true,
        State::NotCharged | State::Declined | State::Cancelled => false,
        other => panic!("{what} ended as {other:?}"),
    };
    house.pad_is_free(pad).await;
    let taken = terminal::standing_minor(&lane.truth) - before;
    assert_eq!(taken, if paid { intent.amount.0 } else { 0 }, "{what}");
    let snapshot = house.snapshot();
    let row = checkout::order(&snapshot, order).unwrap().unwrap();
    let due = if paid { Money::ZERO } else { row.total - DEPOSIT };
    assert_eq!(checkout::balance(&snapshot, order).unwrap(), due, "{what}");
    let payments = row.payments.unwrap();
    assert_eq!(payments.made.len(), usize::from(paid), "{what}");
    assert_eq!(payments.newest, Some(key));
    ends.payments += 1;
    ends.paid += u64::from(paid);
    ends.asked_for += u64::from(unknown);
    ends.after_approval += u64::from(approved);
}
