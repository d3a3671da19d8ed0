//! What was seen is a booking: part of the proof. Next: `ledger/orphan.rs`.
//!
//! Never repairs.

use crate::source::{self, Source};
use crate::{Fault, tables};

pub(super) fn orphans<S: Source>(source: &S, wrong: &mut Vec<String>) -> Result<(), Fault> {
    let known = source.open(tables::ORPHANS)?;
    let seen = source::range(source, tables::ORPHANS_SEEN, .., usize::MAX, |key, _| Ok(key))?;
    for key in seen {
        if redb::ReadableTable::get(&known, key)?.is_none() {
            wrong.push(format!("booking {} of pad {} was seen and is not there", key.1, key.0));
        }
    }
    Ok(())
}
