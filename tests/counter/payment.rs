//! Payments towards orders at real terminals: each with its scene, beside what the terminal's books
//! say.
//!
//! Every order is booked in cash, undisturbed; its rest is paid by a card, and that is not. Never
//! decides what a terminal booked: its own books do. Next: `lanes.rs`, `sale.rs`.

use super::cuts::{Cuts, Lane, Line};
use super::house::{House, Stand};
use super::lanes::{Act, Fate, reboots};
use super::terminal;
use usher_drivers::sim::pin_pad::script::{Play, Scene};
use usher_ledger::checkout;
use usher_rules::Refusal;
use usher_rules::money::Money;

/// Tries of one payment whose line the scene before spoiled at its very end.
const TRIES_MAX: usize = 3;
/// What was paid in cash before.
pub const DEPOSIT: Money = Money(1);

pub struct Towards;

impl Act for Towards {
    const NAME: &'static str = "payments towards orders";
    const AFTER_A_SALE: bool = false;
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
        let plays = vec![Play::Approve, Play::Decline { code: 5 }, Play::Cancel];
        [plays, reboots::<Self>(line)].concat()
    }

    async fn once(house: &House, lane: &Lane, scene: &Scene) -> Fate {
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
        // It may have come to nothing already: then this one is the payment.
        let key = again.unwrap_or(key);
        let taken = || terminal::standing_minor(&lane.truth) - before;
        let fate = Fate::of(house, lane, key, || taken() != 0).await;
        let what = format!("{scene:?} on {}: {fate:?}", lane.name);
        assert_eq!(taken(), fate.minor(), "{what}");
        let snapshot = house.snapshot();
        let row = checkout::order(&snapshot, order).unwrap().unwrap();
        let due = if fate.moved { Money::ZERO } else { row.total - DEPOSIT };
        assert_eq!(checkout::balance(&snapshot, order).unwrap(), due, "{what}");
        let payments = row.payments.unwrap();
        assert_eq!(payments.made.len(), usize::from(fate.moved), "{what}");
        assert_eq!(payments.newest, Some(key));
        fate
    }
}
