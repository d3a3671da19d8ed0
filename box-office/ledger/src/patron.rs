//! The register of patrons: load, apply, find.
//!
//! Keeps the words they are found by true to the rows. A search reads a bounded part of them and
//! says so when there is more. Next: `rules/patron.rs`, `rules/patron/word.rs`.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, stored, tables};
use redb::ReadableTable;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Bound;
use usher_rules::id::{BoxNo, COUNTER_BITS, OrderId, PatronId, compose};
use usher_rules::patron::{Command, Event, Facts, Patron, folded, sought, words};

/// Keys of the words that are read for one word of a search. A word that has more says nothing
/// about who is meant, unless it is all there is.
pub const KEYS_MAX: usize = 2_000;
/// Orders of one patron that are read at once.
pub const ORDERS_MAX: usize = 100;

pub fn load<S: Source>(source: &S, box_no: BoxNo, command: &Command) -> Result<Facts, Fault> {
    let ours = compose(box_no, 0)..=compose(box_no, u64::MAX);
    let newest = source::newest(source, tables::PATRONS, ours, 1, |id, _| Ok(id))?;
    let counter = newest.first().map_or(0, |id| id & ((1 << COUNTER_BITS) - 1));
    Ok(Facts {
        next: PatronId(compose(box_no, counter + 1)),
        patron: match command {
            Command::Register(_) => None,
            Command::Change(id, _) => get(source, *id)?,
        },
    })
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    let Event::Put(id, patron) = event;
    let new = of(patron);
    let old = get(write.txn, *id)?.map(|before| of(&before)).unwrap_or_default();
    let mut index = write.txn.open_table(tables::PATRON_WORDS)?;
    for gone in old.difference(&new) {
        index.remove((gone.as_str(), id.0))?;
    }
    for word in new.difference(&old) {
        index.insert((word.as_str(), id.0), ())?;
    }
    drop(index);
    write.put(tables::PATRONS, id.0, patron)
}

/// The words a patron is found by.
pub(crate) fn of(patron: &Patron) -> BTreeSet<String> {
    words(&patron.name, &patron.email, &patron.phone)
}

pub fn get<S: Source>(source: &S, id: PatronId) -> Result<Option<Patron>, Fault> {
    source::get(source, tables::PATRONS, id.0)
}

/// Patrons before one of them, or all, the newest first.
pub fn newest<S: Source>(
    source: &S,
    before: Option<PatronId>,
    max: usize,
) -> Result<Vec<(PatronId, Patron)>, Fault> {
    let keys = ..before.map_or(u64::MAX, |id| id.0);
    source::newest(source, tables::PATRONS, keys, max, |id, bytes| {
        Ok((PatronId(id), stored::row(bytes)?))
    })
}

/// What a patron ordered, the newest first.
pub fn orders<S: Source>(source: &S, id: PatronId, max: usize) -> Result<Vec<OrderId>, Fault> {
    let keys = (id.0, i64::MIN, 0)..=(id.0, i64::MAX, u64::MAX);
    source::newest(source, tables::ORDERS_BY_PATRON, keys, max, |(_, _, order), ()| {
        Ok(OrderId(order))
    })
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Whom more words fit whole first, then by name.
    pub patrons: Vec<(PatronId, Patron)>,
    /// There may be others.
    pub more: bool,
}

/// Patrons of whom every word of the text begins a word, `max` at most.
pub fn find<S: Source>(source: &S, text: &str, max: usize) -> Result<Found, Fault> {
    let sought = sought(text);
    let mut narrow: Option<BTreeSet<u64>> = None;
    // Of those that too many have, the longest says most.
    let mut broad: (usize, BTreeSet<u64>) = Default::default();
    for word in &sought {
        let (ids, whole) = beginning(source, word)?;
        match (whole, &mut narrow) {
            (true, Some(kept)) => kept.retain(|id| ids.contains(id)),
            (true, None) => narrow = Some(ids),
            (false, _) if word.len() > broad.0 => broad = (word.len(), ids),
            (false, _) => {}
        }
    }
    let all = narrow.is_some();
    let ids = narrow.unwrap_or(broad.1);
    let mut found = Vec::new();
    for id in ids {
        let patron = get(source, PatronId(id))?.ok_or(Fault::Changed("a patron that is gone"))?;
        let words = of(&patron);
        if sought.iter().all(|word| begins(&words, word)) {
            let exact = sought.iter().filter(|word| words.contains(*word)).count();
            found.push((Reverse(exact), folded(&patron.name), id, patron));
        }
    }
    found.sort_by(|left, right| (&left.0, &left.1, left.2).cmp(&(&right.0, &right.1, right.2)));
    let more = found.len() > max || !all && !sought.is_empty();
    let patrons = found.into_iter().take(max).map(|(.., id, patron)| (PatronId(id), patron));
    Ok(Found { patrons: patrons.collect(), more })
}

/// Does one of the words begin so?
fn begins(words: &BTreeSet<String>, word: &str) -> bool {
    let from = (Bound::Included(word), Bound::Unbounded);
    words.range::<str, _>(from).next().is_some_and(|first| first.starts_with(word))
}

/// Who has a word that begins so, those with the very word first; and are these all?
fn beginning<S: Source>(source: &S, word: &str) -> Result<(BTreeSet<u64>, bool), Fault> {
    let index = source.open(tables::PATRON_WORDS)?;
    let mut ids = BTreeSet::new();
    for (nth, key) in index.range((word, 0)..)?.enumerate() {
        let (key, _) = key?;
        let (found, id) = key.value();
        if !found.starts_with(word) {
            break;
        }
        if nth == KEYS_MAX {
            return Ok((ids, false));
        }
        ids.insert(id);
    }
    Ok((ids, true))
}
