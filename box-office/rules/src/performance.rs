//! The performance: one dated showing, its plan, prices and windows of sale and admission.
//!
//! Decides whether it is on sale at a moment (A1, A10) and when its doors are open. Never counts
//! seats: that is `hold.rs` and the ledger's tallies. Next: `performance/cancellation.rs`,
//! `hold.rs`, `admission.rs`.

mod cancellation;

pub use cancellation::{Cancellation, LETTERS_MAX, Reached};

use crate::at::{At, Span};
use crate::card_number;
use crate::house::{House, ReEntry, Relax, TICKETS_PER_CART_MAX};
use crate::id::{LetterId, PerformanceId, PlanId, ProductionId, SeatNo};
use crate::price::Price;
use crate::production::Production;
use crate::{Ask, BusinessDay, Event as AnyEvent, Refusal};
use cancellation::cancel;
use minicbor::{Decode, Encode};

/// Running time when none is known, for the last admission (domain 9.1).
pub const RUNNING_TIME_UNKNOWN: Span = Span::hours(3);
/// Performance numbers are 24 bits in a ticket code.
pub const PERFORMANCE_NO_MAX: u32 = (1 << 24) - 1;
/// Seats taken out of sale, or put back, by one command.
pub const OUT_OF_SALE_MAX: usize = 1_000;
/// Longest note of a staff hold.
pub const NOTE_CHARS_MAX: usize = 120;
/// What the staff's map shows for a seat that a cart holds (A6): no staff hold is called so.
pub const WEB_HOLD_CODE: char = 'W';

/// One dated showing.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Performance {
    /// Counted per box at creation; stands in ticket codes.
    #[n(0)]
    pub no: u32,
    #[n(1)]
    pub production: ProductionId,
    #[n(2)]
    pub plan: PlanId,
    #[n(3)]
    pub starts_at: At,
    /// Business day of the start.
    #[n(4)]
    pub day: BusinessDay,
    #[n(5)]
    pub hall: String,
    #[n(6)]
    pub prices: Vec<Price>,
    /// Public sale on the web; `None`: not on web sale.
    #[n(7)]
    pub web_sale_opens: Option<At>,
    /// Overrides the venue's minutes before the start.
    #[n(8)]
    pub web_sale_ends: Option<At>,
    #[n(9)]
    pub tickets_per_cart_max: Option<u8>,
    #[n(10)]
    pub doors_open: At,
    #[n(11)]
    pub last_admission: At,
    #[n(12)]
    pub re_entry: Option<ReEntry>,
    #[n(13)]
    pub min_leftover: Option<u8>,
    #[n(14)]
    pub relax: Option<Relax>,
    /// People the house may hold at once; `None`: no limit of its own (domain 9.1 row 16).
    #[n(15)]
    pub fire_limit: Option<u32>,
    #[cbor(n(16), with = "cancellation::or_false", has_nil)]
    pub cancelled: Option<Cancellation>,
}

/// What is said of a new performance; windows left out take the venue's defaults.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Planned {
    #[n(0)]
    pub production: ProductionId,
    #[n(1)]
    pub plan: PlanId,
    #[n(2)]
    pub starts_at: At,
    #[n(3)]
    pub day: BusinessDay,
    #[n(4)]
    pub hall: String,
    #[n(5)]
    pub prices: Vec<Price>,
    #[n(6)]
    pub web_sale_opens: Option<At>,
    #[n(7)]
    pub web_sale_ends: Option<At>,
    #[n(8)]
    pub tickets_per_cart_max: Option<u8>,
    #[n(9)]
    pub doors_open: Option<At>,
    #[n(10)]
    pub last_admission: Option<At>,
    #[n(11)]
    pub running_time: Option<Span>,
    #[n(12)]
    pub relax: Option<Relax>,
}

/// Stored. Why staff keep a seat out of sale (domain 5.1); for staff's eyes alone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StaffHold {
    /// A to Z, never [`WEB_HOLD_CODE`].
    #[n(0)]
    pub code: char,
    #[n(1)]
    pub note: String,
}

/// Whether the web may sell it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sale {
    NotYet { opens: At },
    Open,
    Ended,
    Cancelled,
    Off,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// Takes in one immutable version of a seating plan.
    #[n(0)]
    ImportPlan {
        #[cbor(n(0), with = "minicbor::bytes")]
        original: Vec<u8>,
        #[cbor(n(1), with = "minicbor::bytes")]
        overlay: Vec<u8>,
        #[n(2)]
        rekey_duplicates: bool,
    },
    #[n(1)]
    Add(#[n(0)] Planned),
    /// New prices for lines to come; open carts keep theirs (A12).
    #[n(2)]
    SetPrices(#[n(0)] PerformanceId, #[n(1)] Vec<Price>),
    #[n(3)]
    SetSale {
        #[n(0)]
        performance: PerformanceId,
        #[n(1)]
        opens: Option<At>,
        #[n(2)]
        ends: Option<At>,
    },
    /// Moves a performance to another version of its plan (domain 3.2.8).
    #[n(4)]
    AdoptPlan(#[n(0)] PerformanceId, #[n(1)] PlanId),
    /// Takes free seats out of sale, or puts killed ones back.
    #[n(5)]
    Kill {
        #[n(0)]
        performance: PerformanceId,
        #[n(1)]
        seats: Vec<SeatNo>,
        #[n(2)]
        back: bool,
    },
    /// Takes free seats out of sale under a letter and a note.
    #[n(6)]
    HoldForStaff {
        #[n(0)]
        performance: PerformanceId,
        #[n(1)]
        seats: Vec<SeatNo>,
        #[n(2)]
        hold: StaffHold,
    },
    /// Puts seats that staff hold back on sale.
    #[n(7)]
    EndStaffHold {
        #[n(0)]
        performance: PerformanceId,
        #[n(1)]
        seats: Vec<SeatNo>,
    },
    /// It does not take place; everybody who has a ticket and an address is written to.
    #[n(8)]
    Cancel {
        #[n(0)]
        performance: PerformanceId,
        /// Why, as customers will read it.
        #[n(1)]
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    PlanImported {
        #[n(0)]
        plan: PlanId,
        #[cbor(n(1), with = "minicbor::bytes")]
        original: Vec<u8>,
        #[cbor(n(2), with = "minicbor::bytes")]
        overlay: Vec<u8>,
        #[n(3)]
        rekey_duplicates: bool,
    },
    /// Added or changed: the whole row.
    #[n(1)]
    Put(#[n(0)] PerformanceId, #[n(1)] Performance),
    #[n(2)]
    PlanAdopted {
        #[n(0)]
        performance: PerformanceId,
        #[n(1)]
        plan: PlanId,
        /// Taken seats, old number to new.
        #[n(2)]
        moved: Vec<(SeatNo, SeatNo)>,
    },
    #[n(3)]
    Killed(#[n(0)] PerformanceId, #[n(1)] Vec<SeatNo>),
    #[n(4)]
    Revived(#[n(0)] PerformanceId, #[n(1)] Vec<SeatNo>),
    #[n(5)]
    StaffHeld {
        #[n(0)]
        performance: PerformanceId,
        #[n(1)]
        seats: Vec<SeatNo>,
        #[n(2)]
        hold: StaffHold,
    },
    #[n(6)]
    StaffHoldEnded(#[n(0)] PerformanceId, #[n(1)] Vec<SeatNo>),
    #[n(7)]
    Cancelled(#[n(0)] PerformanceId, #[n(1)] Cancellation),
}

/// What the ledger knows for a command.
pub struct Facts {
    pub house: House,
    pub next_plan: PlanId,
    pub next_performance: PerformanceId,
    pub next_no: u32,
    /// The performance named, as it is.
    pub performance: Option<Performance>,
    /// Does the plan named exist?
    pub plan_known: bool,
    pub production_known: bool,
    /// Words of the import rules against the plan, if it was refused.
    pub plan_errors: Vec<String>,
    /// For `AdoptPlan`: taken seats, old number to new, and guids that would vanish.
    pub moved: Vec<(SeatNo, SeatNo)>,
    pub vanishing: Vec<String>,
    /// For seats that leave the sale or come back: those named that are not in the state it needs.
    pub unfit: Vec<SeatNo>,
    /// And whether the plan has all of them.
    pub seats_known: bool,
    /// For `Cancel`: when it ends, who has tickets of it, and the first letter to them.
    pub ends: Option<At>,
    pub reached: Vec<Reached>,
    pub next_letter: LetterId,
}

impl Performance {
    /// Is it on web sale at `now` (A1, A10)?
    pub fn sale(&self, production: &Production, house: &House, now: At) -> Sale {
        if !production.on_web {
            return Sale::Off;
        }
        if self.cancelled.is_some() {
            return Sale::Cancelled;
        }
        let Some(opens) = self.web_sale_opens else {
            return Sale::Off;
        };
        let ends = self.web_sale_ends.unwrap_or(self.starts_at - house.web_sale_ends_before);
        if now >= ends {
            Sale::Ended
        } else if now < opens {
            Sale::NotYet { opens }
        } else {
            Sale::Open
        }
    }

    /// Start plus running time; three hours when none is known (domain 9.1).
    pub fn ends(&self, production: &Production) -> At {
        let minutes = production.running_time_min.map(|minutes| Span::minutes(i64::from(minutes)));
        self.starts_at + minutes.unwrap_or(RUNNING_TIME_UNKNOWN)
    }

    /// Tickets one cart may hold of it: performance before production before venue (A9).
    pub fn tickets_max(&self, production: &Production, house: &House) -> u8 {
        self.tickets_per_cart_max
            .or(production.tickets_per_cart_max)
            .unwrap_or(house.tickets_per_cart_max)
    }
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let event = match command {
        Command::ImportPlan { original, overlay, rekey_duplicates } => {
            if !facts.plan_errors.is_empty() {
                return Err(Refusal::Plan { errors: facts.plan_errors.clone() });
            }
            Event::PlanImported {
                plan: facts.next_plan,
                original: original.clone(),
                overlay: overlay.clone(),
                rekey_duplicates: *rekey_duplicates,
            }
        }
        Command::Add(planned) => add(facts, planned)?,
        Command::SetPrices(id, prices) => {
            let mut performance = known(facts)?;
            if prices.is_empty() {
                return Err(Refusal::PriceMissing);
            }
            performance.prices = prices.clone();
            Event::Put(*id, performance)
        }
        Command::SetSale { performance: id, opens, ends } => {
            let mut performance = known(facts)?;
            if let (Some(opens), Some(ends)) = (opens, ends)
                && opens >= ends
            {
                return Err(Refusal::WindowEmpty);
            }
            performance.web_sale_opens = *opens;
            performance.web_sale_ends = *ends;
            Event::Put(*id, performance)
        }
        Command::AdoptPlan(id, plan) => {
            known(facts)?;
            if !facts.plan_known {
                return Err(Refusal::NotFound);
            }
            if !facts.vanishing.is_empty() {
                return Err(Refusal::SeatsWouldVanish { seats: facts.vanishing.clone() });
            }
            Event::PlanAdopted { performance: *id, plan: *plan, moved: facts.moved.clone() }
        }
        Command::Kill { performance, seats, back } => {
            named(facts, seats)?;
            fit(facts)?;
            if *back {
                Event::Revived(*performance, seats.clone())
            } else {
                Event::Killed(*performance, seats.clone())
            }
        }
        Command::HoldForStaff { performance, seats, hold } => {
            let hold = hold.checked()?;
            named(facts, seats)?;
            fit(facts)?;
            Event::StaffHeld { performance: *performance, seats: seats.clone(), hold }
        }
        Command::EndStaffHold { performance, seats } => {
            named(facts, seats)?;
            if !facts.unfit.is_empty() {
                return Err(Refusal::NotStaffHeld { seats: facts.unfit.clone() });
            }
            Event::StaffHoldEnded(*performance, seats.clone())
        }
        Command::Cancel { performance, reason } => return cancel(facts, *performance, reason, ask),
    };
    Ok(vec![AnyEvent::Performance(event)])
}

fn known(facts: &Facts) -> Result<Performance, Refusal> {
    facts.performance.clone().ok_or(Refusal::NotFound)
}

/// Seats of a known performance, each named once, not too many at once.
fn named(facts: &Facts, seats: &[SeatNo]) -> Result<(), Refusal> {
    known(facts)?;
    let mut each = seats.to_vec();
    each.sort_unstable();
    each.dedup();
    if seats.is_empty() || seats.len() > OUT_OF_SALE_MAX || each.len() < seats.len() {
        return Err(Refusal::Malformed { field: "seats" });
    }
    if facts.seats_known { Ok(()) } else { Err(Refusal::NotFound) }
}

fn fit(facts: &Facts) -> Result<(), Refusal> {
    if facts.unfit.is_empty() {
        Ok(())
    } else {
        Err(Refusal::SeatTaken { seats: facts.unfit.clone() })
    }
}

impl StaffHold {
    /// As it will be stored; refused with a wrong letter or a note that is too long.
    pub fn checked(&self) -> Result<StaffHold, Refusal> {
        if !self.code.is_ascii_uppercase() || self.code == WEB_HOLD_CODE {
            return Err(Refusal::Malformed { field: "code" });
        }
        if self.note.chars().count() > NOTE_CHARS_MAX {
            return Err(Refusal::Malformed { field: "note" });
        }
        let note: String = self.note.chars().filter(|letter| !letter.is_control()).collect();
        Ok(StaffHold { code: self.code, note: card_number::masked(note.trim()) })
    }
}

fn add(facts: &Facts, planned: &Planned) -> Result<Event, Refusal> {
    if !facts.plan_known || !facts.production_known {
        return Err(Refusal::NotFound);
    }
    if planned.prices.is_empty() {
        return Err(Refusal::PriceMissing);
    }
    if planned.tickets_per_cart_max.is_some_and(|max| max == 0 || max > TICKETS_PER_CART_MAX) {
        return Err(Refusal::Malformed { field: "tickets_per_cart_max" });
    }
    if facts.next_no > PERFORMANCE_NO_MAX {
        return Err(Refusal::Malformed { field: "performance number" });
    }
    let running = planned.running_time.unwrap_or(RUNNING_TIME_UNKNOWN);
    let performance = Performance {
        no: facts.next_no,
        production: planned.production,
        plan: planned.plan,
        starts_at: planned.starts_at,
        day: planned.day,
        hall: planned.hall.clone(),
        prices: planned.prices.clone(),
        web_sale_opens: planned.web_sale_opens,
        web_sale_ends: planned.web_sale_ends,
        tickets_per_cart_max: planned.tickets_per_cart_max,
        doors_open: planned.doors_open.unwrap_or(planned.starts_at - facts.house.doors_open_before),
        last_admission: planned.last_admission.unwrap_or(planned.starts_at + running),
        re_entry: None,
        min_leftover: None,
        relax: planned.relax,
        fire_limit: None,
        cancelled: None,
    };
    if performance.doors_open >= performance.last_admission {
        return Err(Refusal::WindowEmpty);
    }
    Ok(Event::Put(facts.next_performance, performance))
}
