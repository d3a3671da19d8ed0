//! Exchanges whose difference a card pays, each with its scene, beside the terminal's own books.
//!
//! Every sale before is undisturbed, the payment of the exchange is not. Never decides what a
//! terminal booked: its own books do. Next: `refund.rs`, which does the same to money going back.

use super::cuts::{Lane, Line};
use super::house::{House, Stand};
use super::refund::sold;
use super::terminal;
use usher_drivers::sim::pin_pad::script::{Direction, LineFault, Play, Scene, Unacknowledged};
use usher_ledger::checkout;
use usher_rules::id::{CartId, OrderId};
use usher_rules::money::Money;
use usher_rules::tender::State;
use usher_rules::ticket;
use usher_tests::folder::Folder;

/// Lanes that share the cuts.
const LANES: usize = 6;
/// Bytes of a payment each way, and from cut to cut.
const TO_BOX: u64 = 180;
const FROM_BOX: u64 = 45;
const EVERY: u64 = 9;
/// One place costs this; each exchange takes two for one.
const PLACE: Money = Money(3_500);

/// How the exchanges of a lane ended.
#[derive(Debug, Default)]
pub struct Ends {
    pub tried: u64,
    pub made: u64,
    /// Approved first, then lost, then found.
    pub after_approval: u64,
}

/// Payments as a customer and a bank make them, and payments whose line is cut.
fn scenes() -> Vec<Scene> {
    let played = |play| Scene { play, ..Scene::default() };
    let mut scenes = Vec::new();
    for _ in 0..LANES {
        scenes.push(Scene::default());
    }
    for _ in 0..LANES {
        scenes.push(played(Play::Decline { code: 5 }));
    }
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

/// Lanes with the scenes of their exchanges; before each of these an undisturbed sale.
pub fn lanes(folder: &Folder) -> Vec<(Lane, Vec<Scene>)> {
    let lane = |share: usize| {
        let own: Vec<Scene> = scenes().into_iter().skip(share).step_by(LANES).collect();
        let no = u16::try_from(share + 1).unwrap();
        let scenes = own.iter().flat_map(|scene| [Scene::default(), scene.clone()]).collect();
        (Lane::new(no, Line::ZvtTcp, scenes, folder.path()), own)
    };
    (0..LANES).map(lane).collect()
}

/// One sale and its exchange after the other.
pub async fn run(house: &House, lane: Lane, scenes: Vec<Scene>) -> Ends {
    let mut ends = Ends::default();
    for scene in &scenes {
        one(house, &lane, scene, &mut ends).await;
    }
    ends
}

async fn one(house: &House, lane: &Lane, scene: &Scene, ends: &mut Ends) {
    let Stand { pad, cashier, .. } = lane.stand;
    let (order, _) = house.order(sold(house, lane).await);
    let before = terminal::standing_minor(&lane.truth);
    let cart = house.exchange(cashier, order, 2).await;
    let key = house.pay(pad, cashier, cart).await.unwrap();
    let mut approved = false;
    let intent = house
        .settled_seeing(key, || {
            let now = house.intent(key);
            approved |=
                now.state == State::Unknown && now.pad.is_some_and(|pad| pad.booking.is_some());
        })
        .await;
    let what = format!("{scene:?} on {}: {intent:?}", lane.name);
    let made = match intent.state {
        State::Captured => true,
        State::NotCharged | State::Declined | State::Cancelled => false,
        other => panic!("{what} ended as {other:?}"),
    };
    house.pad_is_free(pad).await;
    let booked = terminal::standing_minor(&lane.truth) - before;
    assert_eq!(booked, if made { PLACE.0 } else { 0 }, "{what}");
    told_by_both(house, order, cart, made);
    ends.tried += 1;
    ends.made += u64::from(made);
    ends.after_approval += u64::from(made && approved);
    if !made {
        house.close(cart).await;
    }
}

/// Old tickets are replaced and new ones good, or nothing of it happened.
fn told_by_both(house: &House, order: OrderId, cart: CartId, made: bool) {
    let snapshot = house.snapshot();
    assert_eq!(checkout::balance(&snapshot, order).unwrap(), Money::ZERO);
    let old = checkout::order(&snapshot, order).unwrap().unwrap();
    let state = |id| checkout::ticket(&snapshot, id).unwrap().unwrap().state;
    if !made {
        assert_eq!(old.exchanges, None);
        assert!(old.tickets.iter().all(|id| state(*id) == ticket::State::Valid));
        return;
    }
    let (to, new) = house.order(cart);
    assert!(
        old.tickets.iter().all(
            |id| matches!(state(*id), ticket::State::Exchanged { to: other, .. } if other == to)
        )
    );
    assert!(new.tickets.iter().all(|id| state(*id) == ticket::State::Valid));
    assert_eq!(checkout::balance(&snapshot, to).unwrap(), Money::ZERO);
    assert_eq!((new.at_sale(), new.origin().unwrap().order), (PLACE, order));
}
