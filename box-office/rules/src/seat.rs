//! Seats of one performance: the best-seat ladder and the single-seat rule (domain 4).
//!
//! Pure and whole-numbered: the same state and request give the same seats, always. It picks and
//! judges, it never takes: the state of a seat changes only by the events of `hold.rs`. General
//! admission has places, not seats: `seat/inventory.rs` counts them. Next: `seat/best.rs` for the
//! ladder, `seat/single.rs` for what a single is, `seat/choice.rs` for choose-your-own.

pub mod access;
mod best;
mod choice;
pub mod inventory;
pub mod layout;
mod sight;
mod single;
mod split;
mod spread;
mod table;
mod take;

use crate::at::At;
use crate::house::Relax;
use crate::id::{CategoryNo, SeatNo};
use minicbor::{Decode, Encode};

pub use best::{best, best_by_full_scan};
pub use choice::check;
pub use inventory::SeatSet;
pub use layout::Layout;
pub use single::{may_give_up, one_fewer};

/// Largest party the ladder keeps sorted blocks for; larger ones are searched block by block.
pub const PARTY_MAX: usize = 20;
/// Longest leftover stretch a venue can ask for.
pub const MIN_LEFTOVER_MAX: u8 = 10;
/// Most cost that packing may add, in per cent (domain 4.3).
pub const PACK_SLACK_PERCENT_MAX: u8 = 25;
/// Companion seats that go with one wheelchair place (domain 4.4).
pub const COMPANIONS_PER_PLACE_MAX: u8 = 3;

/// What somebody asks for. `party` counts everybody, wheelchair users and companions included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub party: u8,
    /// `None`: any category.
    pub categories: Option<Vec<CategoryNo>>,
    pub zone: Option<u16>,
    pub wheelchair: u8,
    /// Companion seats wished; 0 with a wheelchair place: as many as the party can use.
    pub companions: u8,
    /// May the party be seated in several parts of two or more?
    pub allow_split: bool,
    /// May somebody sit alone? Needs `allow_split` too.
    pub allow_alone: bool,
}

impl Request {
    /// A party that wants to sit together, anywhere.
    pub fn of(party: u8) -> Request {
        Request {
            party,
            categories: None,
            zone: None,
            wheelchair: 0,
            companions: 0,
            allow_split: false,
            allow_alone: false,
        }
    }
}

/// The single-seat rule as it stands for a performance at this moment (domain 4.2, 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SingleRule {
    /// Shortest stretch a take may leave; 1 turns the rule off.
    pub min_leftover: u8,
    /// May a new single be left when nothing clean exists? From [`last_resort`].
    pub last_resort: bool,
    /// How much dearer a placement flush with a run end may be; 0: nearest is nearest.
    pub pack_slack_percent: u8,
    /// A short stretch that touches an aisle or a wall does not count.
    pub aisle_single_ok: bool,
}

impl Default for SingleRule {
    /// The rule at its strictest ordinary setting.
    fn default() -> SingleRule {
        SingleRule {
            min_leftover: 2,
            last_resort: false,
            pack_slack_percent: 0,
            aisle_single_ok: false,
        }
    }
}

impl SingleRule {
    fn shortest(self) -> u32 {
        u32::from(self.min_leftover.clamp(1, MIN_LEFTOVER_MAX))
    }
}

/// Does the rule yield now? `taken` is sold and held, `sellable` all seats not out of sale.
pub fn last_resort(relax: Relax, taken: u32, sellable: u32, now: At, curtain: At) -> bool {
    match relax {
        Relax::Never => false,
        Relax::LastResort => true,
        Relax::NeverUntil { sold_ppm, before } => {
            let share = u64::from(sold_ppm) * u64::from(sellable);
            u64::from(taken) * 1_000_000 >= share || curtain - now < before
        }
    }
}

/// One performance as one buyer finds it. All sets are over the seats of `layout`'s plan.
#[derive(Clone, Copy)]
pub struct House<'a> {
    pub layout: &'a Layout,
    /// Not sold, held, killed, staff-held or allocated. Wheelchair and companion seats may be in
    /// it: they are put aside here, by the layout's own flags ([`Layout::releasing`] lifts them).
    pub in_play: &'a SeatSet,
    /// In play plus what this buyer alone may take, less what this buyer may not.
    pub takeable: &'a SeatSet,
    /// Seats the same cart already holds here.
    pub own: &'a [SeatNo],
}

/// The rungs of domain 4.3. A refusal is the sixth: [`NoSeats`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Rung {
    /// Side by side, no new single.
    #[n(1)]
    R1,
    /// Side by side, fewest new singles.
    #[n(2)]
    R2,
    /// In parts of two or more, no new single.
    #[n(3)]
    R3,
    /// In parts of two or more, fewest new singles.
    #[n(4)]
    R4,
    /// Any seats.
    #[n(5)]
    R5,
}

impl Rung {
    /// `R1` to `R5`, as the interface says it.
    pub fn name(self) -> &'static str {
        match self {
            Rung::R1 => "R1",
            Rung::R2 => "R2",
            Rung::R3 => "R3",
            Rung::R4 => "R4",
            Rung::R5 => "R5",
        }
    }
}

/// Seats for the whole party, one list for each part that sits side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub parts: Vec<Vec<SeatNo>>,
    pub rung: Rung,
    pub new_singles: u32,
    /// Sum of the seats' costs.
    pub cost: u64,
}

impl Found {
    /// Every seat, part after part.
    pub fn seats(&self) -> Vec<SeatNo> {
        self.parts.concat()
    }
}

/// The sixth rung: why there is nothing to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSeats {
    /// `split_possible`: a permission the request did not give (to split, to sit alone) helps.
    NoSeatsTogether { largest_together: u8, split_possible: bool },
    /// Fewer seats than people; of wheelchair places if it is those that are missing.
    SoldOut { left: u32 },
}

/// Where an alternative must stand to make a new single avoidable (domain 4.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Anywhere in the same categories.
    Strict,
    /// In the run the patron picked from.
    #[default]
    Lenient,
}

/// The answer to a selection made by hand (domain 4.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    /// It leaves a single, and every other way would too.
    OkUnavoidable,
    /// `seats` would be left; `suggestions` are whole selections that leave none. Some chairs of
    /// a table that is sold whole leave the others of that table.
    LeavesSingle {
        seats: Vec<SeatNo>,
        suggestions: Vec<Vec<SeatNo>>,
    },
}
