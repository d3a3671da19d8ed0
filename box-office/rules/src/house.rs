//! The venue's own settings, and the care of the box itself: outages and its pulse.
//!
//! Settings come from the configuration at start, as a command like any other, so that every
//! decision can be replayed. Never holds secrets. Next: `performance.rs` for what overrides them.

use crate::at::{At, Span};
use crate::fee::{FEES_MAX, Fee};
use crate::id::{CartId, LevelNo, PadNo, TillNo};
use crate::refund::CANCEL_AFTER_MAX;
use crate::tax::{TAXES_MAX, Tax};
use crate::{Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Tickets a cart may hold when nothing else is said (A9).
pub const TICKETS_PER_CART: u8 = 10;
/// Largest ticket maximum that can be set.
pub const TICKETS_PER_CART_MAX: u8 = 20;
/// Bounds of the hold time (domain 5.3).
pub const HOLD_TIME_MIN: Span = Span::minutes(5);
pub const HOLD_TIME_MAX: Span = Span::minutes(60);
/// How long the answer to a request key is kept (domain 1).
pub const REQUEST_KEPT: Span = Span::hours(24);
/// Price levels a venue can have.
pub const LEVELS_MAX: usize = 32;

/// A price level, as Adult or Concession.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Level {
    #[n(0)]
    pub no: LevelNo,
    #[n(1)]
    pub name: String,
}

/// How strict the single-seat rule is (domain 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Relax {
    #[n(0)]
    Never,
    #[n(1)]
    LastResort,
    #[n(2)]
    NeverUntil {
        #[n(0)]
        sold_ppm: u32,
        #[n(1)]
        before: Span,
    },
}

/// May a ticket that went out come back in (domain 9.2)?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ReEntry {
    #[n(0)]
    Never,
    #[n(1)]
    AfterOut,
    #[n(2)]
    Unlimited,
}

/// A till of the counter, as configured.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Till {
    #[n(0)]
    pub no: TillNo,
    #[n(1)]
    pub name: String,
    /// The pin pad beside it; several tills may share one (K9).
    #[n(2)]
    pub pad: Option<PadNo>,
}

/// A pin pad, as configured.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Pad {
    #[n(0)]
    pub no: PadNo,
    #[n(1)]
    pub name: String,
    /// Where it stands.
    #[n(2)]
    pub place: String,
}

/// What a door does that hears nothing from the box (domain 9.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum WithoutBox {
    /// Judges by the last list that the box gave it.
    #[default]
    #[n(0)]
    Snapshot,
    /// Lets nobody in until the box answers.
    #[n(1)]
    Stop,
}

/// The settings of the venue that rules look at.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct House {
    #[n(0)]
    pub hold_time: Span,
    #[n(1)]
    pub tickets_per_cart_max: u8,
    #[n(2)]
    pub web_sale_ends_before: Span,
    /// Shortest leftover run that a sale may create; 1 turns the single-seat rule off.
    #[n(3)]
    pub min_leftover: u8,
    #[n(4)]
    pub relax: Relax,
    #[n(5)]
    pub pack_slack_percent: u8,
    #[n(6)]
    pub aisle_single_ok: bool,
    #[n(7)]
    pub levels: Vec<Level>,
    #[n(8)]
    pub fees: Vec<Fee>,
    #[n(9)]
    pub taxes: Vec<Tax>,
    #[n(10)]
    pub card_attempts_max: u8,
    /// How long the card gateway may take before its answer counts as unknown.
    #[n(11)]
    pub gateway_deadline: Span,
    #[n(12)]
    pub doors_open_before: Span,
    #[n(13)]
    pub re_entry: ReEntry,
    /// An admission whose turnstile did not turn is undone (I-rows, gates 6.3).
    #[n(14)]
    pub undo_unpassed: bool,
    /// A ticket with a balance due is let in with a word instead of stopped (domain 9.1 row 15).
    #[n(15)]
    pub unpaid_enters: bool,
    /// Carts that may be open at once.
    #[n(16)]
    pub open_carts_max: u32,
    #[cbor(n(17), default)]
    pub without_box: WithoutBox,
    #[cbor(n(18), default)]
    pub tills: Vec<Till>,
    #[cbor(n(19), default)]
    pub pads: Vec<Pad>,
    /// Days after its last day on which an order that is not paid up is cancelled; none: never.
    #[n(20)]
    pub cancel_overdue_after: Option<u16>,
}

impl Default for House {
    fn default() -> House {
        House {
            hold_time: Span::minutes(15),
            tickets_per_cart_max: TICKETS_PER_CART,
            web_sale_ends_before: Span::minutes(60),
            min_leftover: 2,
            relax: Relax::NeverUntil { sold_ppm: 900_000, before: Span::hours(24) },
            pack_slack_percent: 0,
            aisle_single_ok: false,
            levels: Vec::new(),
            fees: Vec::new(),
            taxes: Vec::new(),
            card_attempts_max: 5,
            gateway_deadline: Span::seconds(20),
            doors_open_before: Span::minutes(60),
            re_entry: ReEntry::AfterOut,
            undo_unpassed: true,
            unpaid_enters: false,
            open_carts_max: 20_000,
            without_box: WithoutBox::Snapshot,
            tills: Vec::new(),
            pads: Vec::new(),
            cancel_overdue_after: None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// Replaces the settings.
    #[n(0)]
    Set(#[n(0)] House),
    /// Gives carts back the time the box was down or its clock jumped (domain 5.3).
    #[n(1)]
    ShiftHolds(#[n(0)] Span),
    /// Goes the way of every command, changes nothing and is refused with `NotFound`: the box's
    /// question to itself whether its writer still answers.
    #[n(2)]
    Pulse,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Set(#[n(0)] House),
    #[n(1)]
    HoldsShifted {
        #[n(0)]
        by: Span,
        #[n(1)]
        carts: Vec<(CartId, At)>,
    },
}

/// What the ledger knows that these commands need.
pub struct Facts {
    /// Carts whose hold runs, with their `until`.
    pub running: Vec<(CartId, At)>,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let event = match command {
        Command::Set(house) => {
            check(house)?;
            Event::Set(house.clone())
        }
        Command::ShiftHolds(by) => {
            // An outage gives back at most one hold time; a jump is given back whole.
            let carts = facts
                .running
                .iter()
                .map(|(cart, until)| (*cart, (*until + *by).max(ask.at.min(*until))))
                .collect();
            Event::HoldsShifted { by: *by, carts }
        }
        Command::Pulse => return Err(Refusal::NotFound),
    };
    Ok(vec![AnyEvent::House(event)])
}

fn check(house: &House) -> Result<(), Refusal> {
    let malformed = |field| Err(Refusal::Malformed { field });
    if house.hold_time < HOLD_TIME_MIN || house.hold_time > HOLD_TIME_MAX {
        return malformed("hold_time");
    }
    if !(1..=TICKETS_PER_CART_MAX).contains(&house.tickets_per_cart_max) {
        return malformed("tickets_per_cart_max");
    }
    if !(1..=5).contains(&house.min_leftover) {
        return malformed("min_leftover");
    }
    if house.pack_slack_percent > 25 {
        return malformed("pack_slack_percent");
    }
    let days = house.cancel_overdue_after;
    if days.is_some_and(|days| !(1..=CANCEL_AFTER_MAX).contains(&days)) {
        return malformed("cancel_overdue_after");
    }
    if house.fees.len() > FEES_MAX {
        return malformed("fees");
    }
    if house.taxes.len() > TAXES_MAX {
        return malformed("taxes");
    }
    if house.levels.len() > LEVELS_MAX {
        return malformed("levels");
    }
    Ok(())
}
