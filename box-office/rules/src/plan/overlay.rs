//! The overlay of a plan: what a house knows and the published format cannot say (domain 3.2.7).
//!
//! One JSON object, ours, beside the plan as `<plan>.overlay.json`; unknown keys are refused.
//! Never changes a guid, a place or a category. Next: `plan/overlay/read.rs`, `plan/import.rs`.

mod lookup;
mod read;

use super::block::by_hand::Pair;
use super::focal::Weights;
use super::{GaArea, Point, Table, ZoneDoors};
use crate::id::{CategoryNo, SeatNo};
use std::collections::BTreeMap;

pub(super) use lookup::Ground;
pub(super) use read::read;

/// Capacity of one general-admission area.
pub const CAPACITY_MAX: u32 = 1_000_000;

/// General-admission areas of one plan.
pub const AREAS_MAX: usize = 1_000;

/// Tables of one plan.
pub const TABLES_MAX: usize = 10_000;

/// Seats round one table.
pub const TABLE_SEATS_MAX: usize = 200;

/// Doors of one zone.
pub const DOORS_MAX: usize = 100;

/// Cuts by hand, joins by hand, row ranks, door lists: of each kind.
pub const ENTRIES_MAX: usize = 10_000;

/// Largest best rank of a single seat.
pub const BEST_RANK_MAX: u32 = 1_000_000;

/// Companion seats of one wheelchair space (domain 4.4).
pub const COMPANIONS_MAX: u32 = 3;

/// An overlay that fits its plan: every name in it is resolved.
///
/// Every member but `version` may be left out. Seats go by guid (a re-keyed one by its uuid),
/// zones by name (all zones of that name are meant), rows by `row_number` or `row_label`,
/// categories by name; places are in plan units, y downwards.
///
/// - `version`: 1.
/// - `focal_point`: `{"x", "y"}`, where everybody looks; outranks any area named stage.
/// - `weights`: `{"x", "y"}`, how much sideways and lengthways distance count; 1 if absent.
/// - `row_ranks`: `[{"zone", "row", "rank"}]`, 1 is best. Ranked rows come in this order whatever
///   their distance, which only orders seats inside a rank; rows without a rank come after them.
/// - `seats`: `{guid: {"wheelchair", "companion_of", "restricted_view", "house", "second_pass",
///   "best_rank"}}`: flags, the guid of a wheelchair space, and a rank that is the seat's cost as
///   it stands and so outranks all else.
/// - `cuts`: `[[guid, guid]]`, an aisle between these two neighbours.
/// - `joins`: `[[guid, guid]]`, no aisle between these two block ends.
/// - `areas`: `[{"name", "capacity", "category", "points": [{"x", "y"}]}]`, general admission.
/// - `tables`: `[{"name", "seats": [guid], "whole"}]`, a ring of seats; `whole`: sold as one.
/// - `doors`: `[{"zone", "doors": [name]}]`.
/// - `not_for_sale`: `[category]`.
#[derive(Default)]
pub(super) struct Overlay {
    pub focal: Option<Point>,
    pub weights: Weights,
    /// Rank of a row by zone and row number or label.
    pub row_ranks: BTreeMap<(u16, String), u32>,
    pub flags: BTreeMap<SeatNo, Flags>,
    pub cuts: Vec<Pair>,
    pub joins: Vec<Pair>,
    pub areas: Vec<GaArea>,
    pub tables: Vec<Table>,
    pub doors: Vec<ZoneDoors>,
    pub not_for_sale: Vec<CategoryNo>,
}

/// What the overlay says of one seat.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub wheelchair: bool,
    pub companion_of: Option<SeatNo>,
    pub restricted: bool,
    pub house: bool,
    pub second_pass: bool,
    pub best_rank: Option<u32>,
}
