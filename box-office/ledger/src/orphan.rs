//! Bookings of pin pads that nobody asked for: the list of the desk, and what was seen.
//!
//! A row that was seen is beside the booking, which is never changed. Never decides. Next:
//! `rules/tender/orphan.rs`, `view/desk/pad.rs`.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, stored, tables};
use redb::ReadableTable;
use usher_rules::id::PadNo;
use usher_rules::tender::orphan::{OrphanId, Seen, Standing};
use usher_rules::tender::pad::Booking;

fn key(id: OrphanId) -> (u16, u64) {
    (id.pad.0, id.entry)
}

pub(crate) fn standing<S: Source>(source: &S, id: OrphanId) -> Result<Standing, Fault> {
    if source.open(tables::ORPHANS)?.get(key(id))?.is_none() {
        return Ok(Standing::Unknown);
    }
    Ok(match get(source, id)? {
        Some(_) => Standing::Seen,
        None => Standing::Listed,
    })
}

pub(crate) fn seen(write: &Write, id: OrphanId, seen: &Seen) -> Result<(), Fault> {
    if standing(write.txn, id)? != Standing::Listed {
        return Err(Fault::Changed("a booking that is not on the list"));
    }
    write.put(tables::ORPHANS_SEEN, key(id), seen)
}

/// Who looked into a booking, if anybody did.
pub fn get<S: Source>(source: &S, id: OrphanId) -> Result<Option<Seen>, Fault> {
    source::get(source, tables::ORPHANS_SEEN, key(id))
}

/// Those that nobody looked into, the newest first.
pub fn listed<S: Source>(source: &S, max: usize) -> Result<Vec<(OrphanId, Booking)>, Fault> {
    let seen = source.open(tables::ORPHANS_SEEN)?;
    let mut rows = Vec::new();
    for row in source.open(tables::ORPHANS)?.range::<(u16, u64)>(..)? {
        let (key, bytes) = row?;
        let (pad, entry) = key.value();
        if seen.get((pad, entry))?.is_none() {
            rows.push((OrphanId { pad: PadNo(pad), entry }, stored::row(bytes.value())?));
        }
    }
    rows.sort_unstable_by_key(|(id, _)| std::cmp::Reverse(id.entry));
    rows.truncate(max);
    Ok(rows)
}
