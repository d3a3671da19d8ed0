//! Money that goes back to cards: each refund with its scene, beside what the terminal's books say.
//!
//! Every sale is undisturbed, its refund is not. Never decides what a terminal booked: its own
//! books do. Next: `cuts.rs`, which does the same to payments.

use super::cuts::{Lane, Line};
use super::house::{House, Stand};
use super::terminal;
use usher_drivers::sim::pin_pad::script::{Direction, LineFault, Play, Scene, Unacknowledged};
use usher_ledger::checkout;
use usher_rules::Refusal;
use usher_rules::id::CartId;
use usher_rules::money::Money;
use usher_rules::tender::State;
use usher_rules::ticket;
use usher_tests::folder::Folder;

/// Lanes of each line that can give money back; they share its cuts.
const LANES: usize = 6;
/// Bytes of a refund each way, and from cut to cut.
const TO_BOX: u64 = 180;
const FROM_BOX: u64 = 45;
const EVERY: u64 = 7;

/// Tries of one sale.
const SALES_MAX: usize = 3;

/// How the refunds of a lane ended.
#[derive(Debug, Default)]
pub struct Ends {
    pub refunds: u64,
    pub went_back: u64,
    /// Nobody knew for a while.
    pub asked_for: u64,
    /// Approved first, and only then lost.
    pub after_approval: u64,
}

/// Refunds as a customer and a bank make them, and refunds whose line is cut.
pub fn scenes() -> Vec<Scene> {
    let played = |play| Scene { play, ..Scene::default() };
    let mut scenes =
        vec![Scene::default(), played(Play::Decline { code: 5 }), played(Play::Cancel)];
    for unacknowledged in [Unacknowledged::Keep, Unacknowledged::Reverse] {
        for (direction, bytes) in [(Direction::ToBox, TO_BOX), (Direction::FromBox, FROM_BOX)] {
            scenes.extend((0..bytes).step_by(EVERY as usize).map(|after| Scene {
                fault: Some(LineFault::Cut { direction, after }),
                unacknowledged,
                ..Scene::default()
            }));
        }
    }
    scenes
}

/// What goes back by reference is one exchange of a few thousand bytes, without a customer.
fn by_reference() -> Vec<Scene> {
    let cut = |direction, after| Scene {
        fault: Some(LineFault::Cut { direction, after }),
        ..Scene::default()
    };
    let mut scenes = vec![Scene::default(); LANES];
    scenes.extend((0..4_000).step_by(400).map(|after| cut(Direction::ToBox, after)));
    scenes.extend((0..3_000).step_by(400).map(|after| cut(Direction::FromBox, after)));
    scenes
}

/// Lanes with the scenes of their refunds; before each of these an undisturbed sale.
pub fn lanes(folder: &Folder) -> Vec<(Lane, Vec<Scene>)> {
    let mut lanes = Vec::new();
    for line in [Line::ZvtTcp, Line::ZvtSerial] {
        for share in 0..LANES {
            let own: Vec<Scene> = scenes().into_iter().skip(share).step_by(LANES).collect();
            lanes.push(lane(lanes.len(), line, own, folder));
        }
    }
    for share in 0..LANES {
        let own = by_reference().into_iter().skip(share).step_by(LANES).collect();
        lanes.push(lane(lanes.len(), Line::Nexo, own, folder));
    }
    lanes
}

fn lane(nth: usize, line: Line, own: Vec<Scene>, folder: &Folder) -> (Lane, Vec<Scene>) {
    let no = u16::try_from(nth + 1).unwrap();
    let scenes = own.iter().flat_map(|scene| [Scene::default(), scene.clone()]).collect();
    let lane = Lane::new(no, line, scenes, folder.path());
    (lane, own)
}

/// One sale and its refund after the other.
pub async fn run(house: &House, lane: Lane, scenes: Vec<Scene>) -> Ends {
    let mut ends = Ends::default();
    for scene in &scenes {
        one(house, &lane, scene, &mut ends).await;
    }
    ends
}

/// A sale that a card paid. A line that the scene before spoiled at its very end is tried again.
pub async fn sold(house: &House, lane: &Lane) -> CartId {
    let Stand { pad, till, cashier } = lane.stand;
    let cart = house.cart(till).await;
    for _ in 0..SALES_MAX {
        house.pad_is_up(pad).await;
        let paid = house.pay(pad, cashier, cart).await.unwrap();
        let intent = house.settled(paid).await;
        house.pad_is_free(pad).await;
        if intent.state == State::Captured {
            house.pad_is_up(pad).await;
            return cart;
        }
        assert_eq!(intent.state, State::NotCharged, "{}: {intent:?}", lane.name);
    }
    panic!("{}: no card can be taken", lane.name)
}

async fn one(house: &House, lane: &Lane, scene: &Scene, ends: &mut Ends) {
    let Stand { pad, cashier, .. } = lane.stand;
    let cart = sold(house, lane).await;
    let (order, _) = house.order(cart);
    let before = terminal::given_back_minor(&lane.truth);
    let key = house.give_back(pad, cashier, order).await.unwrap();
    let (mut unknown, mut approved) = (false, false);
    let again = house.give_back(pad, cashier, order).await;
    assert!(
        matches!(again, Err(Refusal::RefundRunning | Refusal::OverRefund { .. }))
            || !open(house, key),
        "{again:?}"
    );
    let intent = house
        .settled_seeing(key, || {
            let now = house.intent(key);
            unknown |= now.state == State::Unknown;
            approved |=
                now.state == State::Unknown && now.pad.is_some_and(|pad| pad.booking.is_some());
        })
        .await;
    let what = format!("{scene:?} on {}: {intent:?}", lane.name);
    let went_back = match intent.state {
        State::Captured => true,
        State::NotCharged | State::Declined | State::Cancelled => false,
        other => panic!("{what} ended as {other:?}"),
    };
    house.pad_is_free(pad).await;
    let back = terminal::given_back_minor(&lane.truth) - before;
    assert_eq!(back, if went_back { intent.amount.0 } else { 0 }, "{what}");
    let (_, row) = house.order(cart);
    assert_eq!(row.refunded(), if went_back { row.total } else { Money::ZERO }, "{what}");
    let snapshot = house.snapshot();
    assert_eq!(checkout::balance(&snapshot, order).unwrap(), Money::ZERO);
    for id in &row.tickets {
        let state = checkout::ticket(&snapshot, *id).unwrap().unwrap().state;
        assert_eq!(state == ticket::State::Valid, !went_back, "{what}");
    }
    ends.refunds += 1;
    ends.went_back += u64::from(went_back);
    ends.asked_for += u64::from(unknown);
    ends.after_approval += u64::from(approved);
}

fn open(house: &House, key: usher_rules::Key) -> bool {
    house.intent(key).state.open()
}
