//! Exchanges whose difference a card pays, each with its scene, beside the terminal's own books.
//!
//! Every sale before is undisturbed, the payment of the exchange is not. Never decides what a
//! terminal booked: its own books do. Next: `refund.rs`, which does the same to money going back.

use super::cuts::{Cuts, Lane, Line};
use super::house::{House, Stand};
use super::lanes::{Act, Fate, reboots};
use super::sale::sold;
use super::terminal;
use usher_drivers::sim::pin_pad::script::{Play, Scene};
use usher_ledger::checkout;
use usher_rules::id::{CartId, OrderId};
use usher_rules::money::Money;
use usher_rules::ticket;

/// One place costs this; each exchange takes two for one.
const PLACE: Money = Money(3_500);

pub struct Exchange;

impl Act for Exchange {
    const NAME: &'static str = "exchanges";
    const AFTER_A_SALE: bool = true;
    const CUTS: &'static [Cuts] = &[
        Cuts { line: Line::ZvtTcp, lanes: 20, to_box: 180, from_box: 45, every: 9, every_long: 1 },
        Cuts {
            line: Line::ZvtSerial,
            lanes: 30,
            to_box: 330,
            from_box: 90,
            every: 11,
            every_long: 1,
        },
        Cuts { line: Line::Concert, lanes: 48, to_box: 50, from_box: 50, every: 7, every_long: 1 },
        Cuts {
            line: Line::Nexo,
            lanes: 30,
            to_box: 6_000,
            from_box: 3_000,
            every: 600,
            every_long: 60,
        },
    ];

    fn plays(line: Line) -> Vec<Play> {
        [vec![Play::Approve, Play::Decline { code: 5 }], reboots::<Self>(line)].concat()
    }

    async fn once(house: &House, lane: &Lane, scene: &Scene) -> Fate {
        let Stand { pad, cashier, .. } = lane.stand;
        let (order, _) = house.order(sold(house, lane, 1).await);
        let before = terminal::standing_minor(&lane.truth);
        let cart = house.exchange(cashier, order, 2).await;
        let key = house.pay(pad, cashier, cart).await.unwrap();
        let booked = || terminal::standing_minor(&lane.truth) - before;
        let fate = Fate::of(house, lane, key, || booked() != 0).await;
        let what = format!("{scene:?} on {}: {fate:?}", lane.name);
        assert_eq!(booked(), if fate.moved { PLACE.0 } else { 0 }, "{what}");
        told_by_both(house, order, cart, fate.moved);
        if !fate.moved {
            house.close(cart).await;
        }
        fate
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
