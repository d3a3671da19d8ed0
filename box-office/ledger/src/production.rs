//! Productions: load, apply, read.
//!
//! Keeps the index by slug true to the rows. Never knows when something plays. Next:
//! `performance.rs`.

use crate::source::{self, Source};
use crate::stored::Counters;
use crate::write::Write;
use crate::{Fault, tables};
use redb::ReadableTable;
use usher_rules::id::{BoxNo, ProductionId, compose};
use usher_rules::production::{Command, Event, Facts, Production};

/// Productions read at once.
pub const PRODUCTIONS_MAX: usize = 2_000;

pub fn load<S: Source>(
    source: &S,
    counters: &Counters,
    box_no: BoxNo,
    command: &Command,
) -> Result<Facts, Fault> {
    let Command::Put(id, production) = command;
    let exists = match id {
        Some(id) => get(source, *id)?.is_some(),
        None => false,
    };
    Ok(Facts {
        next: ProductionId(compose(box_no, counters.production.max(1))),
        slug_of: by_slug(source, &production.slug)?,
        exists,
    })
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    let Event::Put(id, production) = event;
    if let Some(old) = get(write.txn, *id)? {
        write.txn.open_table(tables::PRODUCTIONS_BY_SLUG)?.remove(old.slug.as_str())?;
    }
    write.txn.open_table(tables::PRODUCTIONS_BY_SLUG)?.insert(production.slug.as_str(), id.0)?;
    write.put(tables::PRODUCTIONS, id.0, production)?;
    write.used(|counters| &mut counters.production, id.0)
}

pub fn get<S: Source>(source: &S, id: ProductionId) -> Result<Option<Production>, Fault> {
    source::get(source, tables::PRODUCTIONS, id.0)
}

pub fn by_slug<S: Source>(source: &S, slug: &str) -> Result<Option<ProductionId>, Fault> {
    let table = source.open(tables::PRODUCTIONS_BY_SLUG)?;
    Ok(table.get(slug)?.map(|id| ProductionId(id.value())))
}

/// All productions, in the order they were added.
pub fn all<S: Source>(source: &S) -> Result<Vec<(ProductionId, Production)>, Fault> {
    source::range(source, tables::PRODUCTIONS, .., PRODUCTIONS_MAX, |id, bytes| {
        Ok((ProductionId(id), crate::stored::row(bytes)?))
    })
}
