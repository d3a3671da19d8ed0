//! Takes seats and places for a cart: best seats, chosen seats, general admission; all or none.
//!
//! Taking and holding are one command, so there is no pick-then-lose race (domain 4.1). Never
//! looks at who is asking beyond the cart: rights come with the facts. Next: `seat/best.rs`.

mod taking;

pub use taking::COUNTER_SELLS_INTO;

use crate::at::At;
use crate::cart::{Cart, Line};
use crate::house::House;
use crate::id::{AreaNo, CartId, CategoryNo, PerformanceId, SeatNo};
use crate::performance::Performance;
use crate::plan::Plan;
use crate::price::Places;
use crate::production::Production;
use crate::seat::{Layout, Rung, SeatSet, Verdict};
use crate::{Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};
use taking::Taking;

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// The house picks (domain 4.3).
    #[n(0)]
    Best {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        performance: PerformanceId,
        #[n(2)]
        places: Vec<Places>,
        #[n(3)]
        category: Option<CategoryNo>,
        #[n(4)]
        zone: Option<u16>,
        #[n(5)]
        wheelchair: u8,
        #[n(6)]
        companions: u8,
        #[n(7)]
        allow_split: bool,
        #[n(8)]
        allow_alone: bool,
    },
    /// The patron picked.
    #[n(1)]
    Seats {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        performance: PerformanceId,
        #[n(2)]
        seats: Vec<SeatNo>,
        /// Handed along the seats in order.
        #[n(3)]
        places: Vec<Places>,
    },
    #[n(2)]
    Area {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        performance: PerformanceId,
        #[n(2)]
        area: AreaNo,
        #[n(3)]
        places: Vec<Places>,
    },
    /// Gives back named lines of the cart.
    #[n(3)]
    Release {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        lines: Vec<u16>,
    },
    /// Gives back the end seat that leaves no single.
    #[n(4)]
    OneFewer(#[n(0)] CartId, #[n(1)] PerformanceId),
    /// Gives back what the cart holds in this performance and takes the next best elsewhere.
    #[n(5)]
    TryOther {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        performance: PerformanceId,
    },
}

impl Command {
    /// The cart it is about.
    pub fn cart(&self) -> CartId {
        match self {
            Command::Best { cart, .. }
            | Command::Seats { cart, .. }
            | Command::Area { cart, .. }
            | Command::Release { cart, .. }
            | Command::OneFewer(cart, _)
            | Command::TryOther { cart, .. } => *cart,
        }
    }

    /// The performance it is about; a release names lines instead.
    pub fn performance(&self) -> Option<PerformanceId> {
        match self {
            Command::Best { performance, .. }
            | Command::Seats { performance, .. }
            | Command::Area { performance, .. }
            | Command::OneFewer(_, performance)
            | Command::TryOther { performance, .. } => Some(*performance),
            Command::Release { .. } => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    /// Seats and places now belong to the cart until its time is up.
    #[n(0)]
    Held {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        until: At,
        #[n(2)]
        lines: Vec<Line>,
        /// How they were found; `None` when the patron chose.
        #[n(3)]
        rung: Option<Rung>,
    },
    /// Lines left the cart; their places are free again.
    #[n(1)]
    Released {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        until: At,
        #[n(2)]
        lines: Vec<Line>,
    },
}

/// One general-admission area as it stands.
#[derive(Clone, Copy, Debug)]
pub struct AreaFacts {
    pub capacity: u32,
    pub category: CategoryNo,
    pub taken: u32,
}

/// The performance a hold is about, as it stands.
pub struct Scene<'a> {
    pub id: PerformanceId,
    pub performance: &'a Performance,
    pub production: &'a Production,
    pub plan: &'a Plan,
    pub layout: &'a Layout,
    /// Free to the public now or later.
    pub in_play: &'a SeatSet,
    /// In play, plus what this buyer alone may take.
    pub takeable: &'a SeatSet,
    /// Sold or held, of the seats not out of sale.
    pub taken: u32,
    pub sellable: u32,
    pub area: Option<AreaFacts>,
}

pub struct Facts<'a> {
    pub house: &'a House,
    pub cart: Option<&'a Cart>,
    pub scene: Option<Scene<'a>>,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let cart = facts.cart.ok_or(Refusal::NotFound)?;
    cart.active()?;
    let until = ask.at + facts.house.hold_time;
    let id = command.cart();
    if let Command::Release { lines, .. } = command {
        if let Some(scene) = &facts.scene {
            Taking { house: facts.house, cart, scene, now: ask.at }.may_release(lines)?;
        }
        return release(cart, id, lines, until);
    }
    let scene = facts.scene.as_ref().ok_or(Refusal::NotFound)?;
    let taking = Taking { house: facts.house, cart, scene, now: ask.at };
    let (events, rung) = match command {
        Command::Best { places, .. } => {
            taking.room_for(places)?;
            let found = taking.best(command)?;
            (taking.lines(&found.seats(), places)?, Some(found.rung))
        }
        Command::Seats { seats, places, .. } => {
            taking.room_for(places)?;
            (taking.chosen(seats, places)?, None)
        }
        Command::Area { area, places, .. } => {
            taking.room_for(places)?;
            (taking.area_lines(*area, places)?, None)
        }
        Command::OneFewer(..) => {
            let line = taking.one_fewer()?;
            return release(cart, id, &[line], until);
        }
        Command::TryOther { .. } => return taking.try_other(id, until),
        Command::Release { .. } => return Err(Refusal::Malformed { field: "lines" }),
    };
    Ok(vec![AnyEvent::Hold(Event::Held { cart: id, until, lines: events, rung })])
}

/// Judges a selection without taking it (domain 4.5).
pub fn check(facts: &Facts, seats: &[SeatNo], now: At) -> Result<Verdict, Refusal> {
    let cart = facts.cart.ok_or(Refusal::NotFound)?;
    let scene = facts.scene.as_ref().ok_or(Refusal::NotFound)?;
    let taking = Taking { house: facts.house, cart, scene, now };
    taking.takeable(seats)?;
    Ok(taking.judged(seats))
}

fn release(cart: &Cart, id: CartId, numbers: &[u16], until: At) -> Result<Vec<AnyEvent>, Refusal> {
    let lines: Vec<Line> =
        cart.lines.iter().filter(|line| numbers.contains(&line.no)).cloned().collect();
    if lines.is_empty() || lines.len() != numbers.len() {
        return Err(Refusal::NotFound);
    }
    Ok(vec![AnyEvent::Hold(Event::Released { cart: id, until, lines })])
}
