//! The books: what was exported of the journal, its proofs, and reading it day by day.
//!
//! Replays the journal from a snapshot, beside whatever the writer does. Never posts: that is
//! `checkout.rs`. Next: `rules/journal.rs`, `view/desk/journal.rs`.

use crate::source::{self, Source};
use crate::write::{self, Write};
use crate::{Fault, stored, tables};
use redb::ReadableTable;
use std::collections::BTreeMap;
use usher_rules::BusinessDay;
use usher_rules::id::{BoxNo, COUNTER_BITS, ExportNo, PostingId, ProofNo, compose};
use usher_rules::journal::{DIFFERENCES_MAX, Difference, Event, Export, Facts, Found, Proof};
use usher_rules::money::Money;
use usher_rules::posting::Posting;

pub fn load(write: &Write, box_no: BoxNo) -> Result<Facts, Fault> {
    let last = write.counters.posting.saturating_sub(1);
    Ok(Facts {
        last_export: last_export(write.txn)?,
        last_proof: last_proof(write.txn)?,
        before_all: PostingId(compose(box_no, 0)),
        newest: PostingId(compose(box_no, last)),
    })
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Exported(no, export) => write.put(tables::EXPORTS, no.0, export),
        Event::ProofAsked(no, proof) => write.put(tables::PROOFS, no.0, proof),
        // Its entry is all there is of it.
        Event::Fetched(..) => Ok(()),
        Event::Proved(no, done) => {
            let row: Option<Proof> = source::get(write.txn, tables::PROOFS, no.0)?;
            let row = row.ok_or(Fault::Changed("a proof that is gone"))?;
            write.put(tables::PROOFS, no.0, &Proof { done: Some(done.clone()), ..row })
        }
    }
}

pub fn export<S: Source>(source: &S, no: ExportNo) -> Result<Option<Export>, Fault> {
    source::get(source, tables::EXPORTS, no.0)
}

fn last_export<S: Source>(source: &S) -> Result<Option<(ExportNo, Export)>, Fault> {
    Ok(newest_exports(source, 1)?.pop())
}

/// Exports, the newest first.
pub fn newest_exports<S: Source>(source: &S, max: usize) -> Result<Vec<(ExportNo, Export)>, Fault> {
    source::newest(source, tables::EXPORTS, .., max, |no, bytes| {
        Ok((ExportNo(no), stored::row(bytes)?))
    })
}

/// The proof that was asked for last, made or not.
pub fn last_proof<S: Source>(source: &S) -> Result<Option<(ProofNo, Proof)>, Fault> {
    Ok(newest_proofs(source, 1)?.pop())
}

/// Proofs, the newest first.
pub fn newest_proofs<S: Source>(source: &S, max: usize) -> Result<Vec<(ProofNo, Proof)>, Fault> {
    source::newest(source, tables::PROOFS, .., max, |no, bytes| {
        Ok((ProofNo(no), stored::row(bytes)?))
    })
}

/// The proof that counts: the newest that is made.
pub fn made<S: Source>(source: &S) -> Result<Option<Proof>, Fault> {
    let newest = newest_proofs(source, 2)?;
    Ok(newest.into_iter().map(|(_, proof)| proof).find(|proof| proof.done.is_some()))
}

/// The day of the oldest posting.
pub fn first_day<S: Source>(source: &S) -> Result<Option<BusinessDay>, Fault> {
    let first = source::range(source, tables::JOURNAL, .., 1, |(day, _), _| Ok(day))?;
    Ok(first.first().copied().map(BusinessDay))
}

/// The newest day before `day` that has postings; the newest of all without one.
pub fn day_before<S: Source>(
    source: &S,
    day: Option<BusinessDay>,
) -> Result<Option<BusinessDay>, Fault> {
    let end = (day.map_or(u32::MAX, |day| day.0), if day.is_some() { 0 } else { u64::MAX });
    let found = source::newest(source, tables::JOURNAL, ..end, 1, |(day, _), _| Ok(day))?;
    Ok(found.first().copied().map(BusinessDay))
}

/// Hands every posting of some days to `each`, in their order; nothing is kept.
pub fn of_days<S: Source>(
    source: &S,
    from: BusinessDay,
    to: BusinessDay,
    mut each: impl FnMut(PostingId, Posting) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let journal = source.open(tables::JOURNAL)?;
    for found in journal.range((from.0, 0)..=(to.0, u64::MAX))? {
        let (key, bytes) = found?;
        each(PostingId(key.value().1), stored::row(bytes.value())?)?;
    }
    Ok(())
}

/// The postings of an export, by their number.
pub fn of_export<S: Source>(
    source: &S,
    export: &Export,
) -> Result<Vec<(PostingId, Posting)>, Fault> {
    let mut found = Vec::new();
    of_days(source, export.from, export.to, |id, posting| {
        if export.after < id && id <= export.upto {
            found.push((id, posting));
        }
        Ok(())
    })?;
    found.sort_by_key(|(id, _)| *id);
    Ok(found)
}

/// Number of postings that wait for an export.
pub fn waiting<S: Source>(source: &S) -> Result<u64, Fault> {
    let posted = write::counters(source)?.posting.saturating_sub(1);
    let upto = last_export(source)?.map_or(0, |(_, export)| export.upto.0);
    Ok(posted.saturating_sub(upto & ((1 << COUNTER_BITS) - 1)))
}

/// Makes every balance again from the first posting on and holds it against the one that is kept.
pub fn replay<S: Source>(source: &S) -> Result<Found, Fault> {
    let mut found = Found::default();
    let mut made: BTreeMap<(u16, u64), i64> = BTreeMap::new();
    let journal = source.open(tables::JOURNAL)?;
    for row in journal.range::<(u32, u64)>(..)? {
        let (key, bytes) = row?;
        // A row that cannot be read is a finding too, not the end of the proof.
        let posting: Option<Posting> = stored::row(bytes.value()).ok();
        found.postings += 1;
        if !posting.as_ref().is_some_and(Posting::balanced) {
            found.wrong += 1;
            if found.unbalanced.len() < DIFFERENCES_MAX {
                found.unbalanced.push(PostingId(key.value().1));
            }
        }
        for line in posting.iter().flat_map(|posting| &posting.lines) {
            add(&mut made, (line.account.no(), line.sub), line.amount);
        }
    }
    let balances = source.open(tables::BALANCES)?;
    for row in balances.range::<(u16, u64)>(..)? {
        let (key, kept) = row?;
        let replayed = made.remove(&key.value()).unwrap_or(0);
        compare(&mut found, key.value(), kept.value(), replayed);
    }
    for (key, replayed) in made {
        compare(&mut found, key, 0, replayed);
    }
    Ok(found)
}

/// A balance of nothing is not kept: a hundred thousand paid orders take no room.
fn add(made: &mut BTreeMap<(u16, u64), i64>, key: (u16, u64), amount: Money) {
    let new = Money(made.get(&key).copied().unwrap_or(0)) + amount;
    if new == Money::ZERO {
        made.remove(&key);
    } else {
        made.insert(key, new.0);
    }
}

fn compare(found: &mut Found, (account, sub): (u16, u64), kept: i64, replayed: i64) {
    if kept == replayed {
        return;
    }
    found.wrong += 1;
    if found.differences.len() < DIFFERENCES_MAX {
        let (kept, replayed) = (Money(kept), Money(replayed));
        found.differences.push(Difference { account, sub, kept, replayed });
    }
}
