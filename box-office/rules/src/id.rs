//! Identities: which box made a thing, and its number there.
//!
//! Every id is a `u64`: box number (16 bits) and a counter (48 bits), domain 1. Unique across
//! boxes while offline, never reused, never derived from time. Never holds what the id names.
//! Next: `at.rs` for time, `money.rs` for amounts.

use minicbor::{Decode, Encode};
use std::fmt;

/// Number of one box inside a venue, 1 to 65,535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct BoxNo(#[n(0)] pub u16);

/// Bits of an id that count inside one box (domain 1).
pub const COUNTER_BITS: u32 = 48;

/// Composes an id from the box number and that box's counter.
pub const fn compose(box_no: BoxNo, counter: u64) -> u64 {
    ((box_no.0 as u64) << COUNTER_BITS) | (counter & ((1 << COUNTER_BITS) - 1))
}

/// An id as people read it: `<box>-<counter>`, as in order 2-104233 (domain 1).
pub fn written(id: u64) -> String {
    format!("{}-{}", id >> COUNTER_BITS, id & ((1 << COUNTER_BITS) - 1))
}

/// Reads what [`written`] wrote. `None` for anything else.
pub fn read(text: &str) -> Option<u64> {
    let (box_no, counter) = text.split_once('-')?;
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(box_no) || !plain(counter) {
        return None;
    }
    let box_no: u16 = box_no.parse().ok()?;
    let counter: u64 = counter.parse().ok()?;
    (counter >> COUNTER_BITS == 0).then(|| compose(BoxNo(box_no), counter))
}

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&written(self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                read(text).map($name).ok_or(())
            }
        }
    )+};
}

id! {
    /// The production ("event" on the pages).
    ProductionId,
    /// One dated showing of a production.
    PerformanceId,
    /// One immutable version of a seating plan.
    PlanId,
    /// What a web visitor is collecting.
    CartId,
    /// The accounting document.
    OrderId,
    /// One admission right.
    TicketId,
    /// One balanced journal entry.
    PostingId,
    /// One mail to be sent.
    LetterId,
    /// One cashier's time at a till, from float to count.
    TillSessionId,
    /// What a pin pad or the gateway captured between two closes; the number of its first posting.
    BatchId,
    /// Somebody who is known to the box office.
    PatronId,
}

/// Index of a seat inside its plan, in import order (domain 3.2.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct SeatNo(#[n(0)] pub u32);

/// Index of a general-admission area inside its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct AreaNo(#[n(0)] pub u16);

/// Index of a price category inside its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct CategoryNo(#[n(0)] pub u16);

/// Number of a price level (Adult, Concession, Child), unique in the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct LevelNo(#[n(0)] pub u16);

/// Number of a door device, given by its place in the configuration and kept for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct DeviceNo(#[n(0)] pub u32);

/// Number of a till, given by the configuration and kept for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct TillNo(#[n(0)] pub u16);

/// Number of a pin pad, given by the configuration and kept for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct PadNo(#[n(0)] pub u16);

/// Number of a member of staff, given by the house and kept for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct StaffNo(#[n(0)] pub u32);

/// Number of an export of the journal, from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct ExportNo(#[n(0)] pub u32);

/// Number of a proof of the journal, from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct ProofNo(#[n(0)] pub u32);

/// Number of a run of the end of day, from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct RunNo(#[n(0)] pub u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written() {
        let id = compose(BoxNo(2), 104_233);
        assert_eq!(written(id), "2-104233");
        assert_eq!(read("2-104233"), Some(id));
    }

    #[test]
    fn what_no_box_wrote_is_not_an_id() {
        for text in ["", "-", "2-", "-7", "70000-1", "2-281474976710656", "+2-1", "2-1 ", "x"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
