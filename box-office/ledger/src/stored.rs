//! What is on disk beside the row types of `rules`, and how rows become bytes and back.
//!
//! Every struct here is `/// Stored.`: its field numbers are for good. Never decides anything.
//! Next: `tables.rs` for the keys.

use crate::Fault;
use minicbor::{Decode, Encode};
use usher_rules::id::{CartId, CategoryNo, TicketId};
use usher_rules::performance::StaffHold;

/// The number of the store's present shape (domain 11).
pub const SCHEMA: u32 = 2;

/// Stored. The next numbers to give out; each counts up only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Counters {
    #[n(0)]
    pub plan: u64,
    #[n(1)]
    pub production: u64,
    #[n(2)]
    pub performance: u64,
    /// Code number of the next performance.
    #[n(3)]
    pub performance_no: u32,
    #[n(4)]
    pub cart: u64,
    #[n(5)]
    pub order: u64,
    #[n(6)]
    pub ticket: u64,
    #[n(7)]
    pub posting: u64,
    #[n(8)]
    pub letter: u64,
    #[cbor(n(9), default)]
    pub till_session: u64,
    /// Number of the next payment at a pin pad.
    #[cbor(n(10), default)]
    pub intent: u64,
}

/// Stored. Which store this is, and in which shape.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Identity {
    #[n(0)]
    pub schema: u32,
    #[n(1)]
    pub box_no: u16,
    #[n(2)]
    pub epoch: u16,
    /// Version of the program that last migrated it.
    #[n(3)]
    pub written_by: String,
}

/// Stored. One version of a plan, as it came.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PlanRow {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub original: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub overlay: Vec<u8>,
    #[n(2)]
    pub rekey_duplicates: bool,
}

/// Stored. A seat that is not free. The deadline of a hold is its cart's.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum SeatRow {
    #[n(0)]
    Held(#[n(0)] CartId),
    #[n(1)]
    Sold(#[n(0)] TicketId),
    #[n(2)]
    Killed,
    #[n(3)]
    StaffHold(#[n(0)] StaffHold),
}

/// Stored. Places of one general-admission area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct GaRow {
    #[n(0)]
    pub held: u32,
    #[n(1)]
    pub sold: u32,
}

/// Stored. What is taken of a performance; an index over `seats` and `ga`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Tally {
    #[n(0)]
    pub held: u32,
    #[n(1)]
    pub sold: u32,
    /// Out of sale: killed, or held by staff.
    #[n(2)]
    pub killed: u32,
    /// Seats anybody may ask for that are not free, by category; only categories that have some.
    #[n(3)]
    pub by_category: Vec<(CategoryNo, u32)>,
    /// Entry that last changed it.
    #[n(4)]
    pub seq: u64,
    /// Wheelchair places that are not free.
    #[n(5)]
    pub wheelchairs: u32,
}

/// Most rows and entries are shorter; a longer one grows.
const ROW_BYTES: usize = 256;

/// A row as bytes.
pub fn bytes<T: Encode<()>>(row: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(ROW_BYTES);
    minicbor::encode(row, &mut out).expect("writing to memory cannot fail");
    out
}

/// A row from its bytes.
pub fn row<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, Fault> {
    minicbor::decode(bytes).map_err(|fault| Fault::Row(fault.to_string()))
}
