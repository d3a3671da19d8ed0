//! Sales that a card pays, each with its scene, beside the terminal's own books.
//!
//! Given a payment, then the cart is an order if and only if the terminal booked it, once. Never
//! decides what a terminal booked: its own books do. Next: `lanes.rs`, `refund.rs`.

use super::cuts::{Cuts, Lane, Line};
use super::house::{House, Stand};
use super::lanes::{Act, Fate, reboots};
use super::terminal;
use usher_drivers::sim::pin_pad::script::{Play, Scene};
use usher_ledger::cart as carts;
use usher_rules::id::CartId;

/// Tries of one sale.
const SALES_MAX: usize = 5;

pub struct Sale;

impl Act for Sale {
    const NAME: &'static str = "sales";
    const AFTER_A_SALE: bool = false;
    const CUTS: &'static [Cuts] = &[
        Cuts { line: Line::ZvtTcp, lanes: 20, to_box: 180, from_box: 45, every: 1, every_long: 1 },
        Cuts {
            line: Line::ZvtSerial,
            lanes: 30,
            to_box: 330,
            from_box: 90,
            every: 1,
            every_long: 1,
        },
        Cuts { line: Line::Concert, lanes: 48, to_box: 50, from_box: 50, every: 1, every_long: 1 },
        // Sealed and wrapped, a payment has thousands of bytes, and nothing of it counts before the
        // last of them; the drivers' own test cuts after every one.
        Cuts {
            line: Line::Nexo,
            lanes: 30,
            to_box: 6_000,
            from_box: 3_000,
            every: 300,
            every_long: 30,
        },
    ];

    fn plays(line: Line) -> Vec<Play> {
        reboots::<Self>(line)
    }

    async fn once(house: &House, lane: &Lane, scene: &Scene) -> Fate {
        let Stand { pad, till, cashier } = lane.stand;
        let before = terminal::standing(&lane.truth);
        let cart = house.cart(till).await;
        // Else nothing begins, and the scene is not played.
        house.pad_is_up(pad).await;
        let key = house.pay(pad, cashier, cart).await.unwrap();
        let charges = || {
            let booked = terminal::standing(&lane.truth);
            assert!(booked.starts_with(&before), "{scene:?}: an earlier booking is gone");
            let charges = booked.len() - before.len();
            assert!(charges <= 1, "{scene:?}: charged {charges} times");
            charges == 1
        };
        let fate = Fate::of(house, lane, key, charges).await;
        let what = format!("{scene:?} on {}: {fate:?}", lane.name);
        assert_eq!(fate.moved, charges(), "paid without a charge, or the reverse: {what}");
        let order = carts::get(&house.snapshot(), cart).unwrap().unwrap().order;
        assert_eq!(order.is_some(), fate.moved, "{what}");
        house.close(cart).await;
        fate
    }
}

/// A sale that a card paid. A line that the scene before spoiled at its very end is tried again.
pub async fn sold(house: &House, lane: &Lane, places: u8) -> CartId {
    let Stand { pad, till, cashier } = lane.stand;
    let cart = house.cart_of(till, places).await;
    for _ in 0..SALES_MAX {
        house.pad_is_up(pad).await;
        let before = terminal::standing(&lane.truth).len();
        let paid = house.pay(pad, cashier, cart).await.unwrap();
        let booked = || terminal::standing(&lane.truth).len() > before;
        let fate = Fate::of(house, lane, paid, booked).await;
        if fate.moved {
            house.pad_is_up(pad).await;
            return cart;
        }
    }
    panic!("{}: no card can be taken", lane.name)
}
