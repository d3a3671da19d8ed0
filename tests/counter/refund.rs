//! Money that goes back to cards: each refund with its scene, beside what the terminal's books say.
//!
//! One of two tickets is refunded; the only one is taken back where a terminal has a word for it.
//! Every sale is undisturbed, what follows is not. Never decides what a terminal booked: its own
//! books do. Next: `lanes.rs`; `sale.rs`, which does the same to payments.

use super::cuts::{Cuts, Lane, Line};
use super::house::{House, Stand};
use super::lanes::{Act, Fate, reboots};
use super::sale::sold;
use super::terminal;
use usher_drivers::sim::pin_pad::script::{Play, Scene};
use usher_ledger::checkout;
use usher_rules::Refusal;
use usher_rules::money::Money;
use usher_rules::ticket;

/// Places of a sale of which one goes back.
const SOME: u8 = 2;
const ALL: u8 = 1;

pub struct Refund;

/// A whole payment that is taken back before its batch is closed.
pub struct Void;

impl Act for Refund {
    const NAME: &'static str = "refunds";
    const AFTER_A_SALE: bool = true;
    const CUTS: &'static [Cuts] = &[
        Cuts { line: Line::ZvtTcp, lanes: 20, to_box: 180, from_box: 45, every: 7, every_long: 1 },
        Cuts {
            line: Line::ZvtSerial,
            lanes: 30,
            to_box: 330,
            from_box: 90,
            every: 7,
            every_long: 1,
        },
        Cuts { line: Line::Concert, lanes: 48, to_box: 50, from_box: 50, every: 7, every_long: 1 },
        // It goes back by reference: one exchange of a few thousand bytes, without a customer.
        Cuts {
            line: Line::Nexo,
            lanes: 30,
            to_box: 4_000,
            from_box: 3_000,
            every: 400,
            every_long: 40,
        },
    ];

    fn plays(line: Line) -> Vec<Play> {
        match line {
            Line::ZvtTcp | Line::ZvtSerial | Line::Concert => {
                let plays = vec![Play::Approve, Play::Decline { code: 5 }, Play::Cancel];
                [plays, reboots::<Self>(line)].concat()
            }
            // No customer and no bank has a say.
            Line::Nexo => vec![Play::Approve],
        }
    }

    /// Concert terminals give back only where somebody tried it.
    fn configured(config: String) -> String {
        terminal::giving_back(&config)
    }

    async fn once(house: &House, lane: &Lane, scene: &Scene) -> Fate {
        first_of(SOME, house, lane, scene).await
    }
}

impl Act for Void {
    const NAME: &'static str = "payments taken back";
    const AFTER_A_SALE: bool = true;
    const CUTS: &'static [Cuts] = &[
        Cuts { line: Line::ZvtTcp, lanes: 20, to_box: 180, from_box: 45, every: 3, every_long: 1 },
        Cuts {
            line: Line::ZvtSerial,
            lanes: 30,
            to_box: 330,
            from_box: 90,
            every: 5,
            every_long: 1,
        },
    ];

    fn plays(_: Line) -> Vec<Play> {
        vec![Play::Approve, Play::Busy]
    }

    async fn once(house: &House, lane: &Lane, scene: &Scene) -> Fate {
        first_of(ALL, house, lane, scene).await
    }
}

/// Gives the first ticket of so many back.
async fn first_of(places: u8, house: &House, lane: &Lane, scene: &Scene) -> Fate {
    let Stand { pad, cashier, .. } = lane.stand;
    let cart = sold(house, lane, places).await;
    let (order, _) = house.order(cart);
    let before = terminal::given_back_minor(&lane.truth);
    let key = house.give_back(pad, cashier, order).await.unwrap();
    let again = house.give_back(pad, cashier, order).await;
    assert!(
        matches!(again, Err(Refusal::RefundRunning | Refusal::OverRefund { .. }))
            || !house.intent(key).state.open(),
        "{again:?}"
    );
    // It may have come to nothing already: then this one is the refund, and takes nothing back.
    let (key, first) = again.map_or((key, true), |newer| (newer, false));
    let back = || terminal::given_back_minor(&lane.truth) - before;
    let fate = Fate::of(house, lane, key, || back() != 0).await;
    let what = format!("{scene:?} on {}: {fate:?}", lane.name);
    let zvt = matches!(lane.line, Line::ZvtTcp | Line::ZvtSerial);
    let voids = zvt && places == ALL && first;
    assert_eq!(fate.intent.refunding().unwrap().voids, voids, "{what}");
    assert_eq!(back(), fate.minor(), "{what}");
    let (_, row) = house.order(cart);
    let refunded = if fate.moved { fate.intent.amount } else { Money::ZERO };
    assert_eq!(row.refunded(), refunded, "{what}");
    let snapshot = house.snapshot();
    assert_eq!(checkout::balance(&snapshot, order).unwrap(), Money::ZERO);
    for (nth, id) in row.tickets.iter().enumerate() {
        let state = checkout::ticket(&snapshot, *id).unwrap().unwrap().state;
        assert_eq!(state == ticket::State::Valid, nth > 0 || !fate.moved, "{what}");
    }
    fate
}
