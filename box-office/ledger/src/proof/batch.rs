//! The proof of the batches: their index, their sums, and the account they stand on.
//!
//! Whatever card clearing has is of a batch that is not settled yet. Never repairs. Next:
//! `rules/batch.rs`.

use super::{marks, rows, same};
use crate::source::{self, Source};
use crate::{Fault, batch, tables};
use std::collections::{BTreeMap, BTreeSet};
use usher_rules::batch::{Batch, Of, State};
use usher_rules::id::BatchId;
use usher_rules::money::Money;
use usher_rules::posting::{Cause, Posting};
use usher_rules::till::Takings;

pub(super) fn batches<S: Source>(source: &S, wrong: &mut Vec<String>) -> Result<(), Fault> {
    let all: Vec<(u64, Batch)> = rows(source, tables::BATCHES, |id| id)?;
    let open = all.iter().filter(|(_, row)| row.state != State::Settled);
    let unsettled: BTreeSet<(u64, u64)> =
        open.clone().map(|(id, row)| (row.of.sub(), *id)).collect();
    let kept = marks(source, tables::BATCHES_UNSETTLED, |key| key)?;
    same(wrong, "batches_unsettled", &kept, &unsettled);
    for (id, row) in &all {
        let runs = matches!(row.state, State::Open | State::Closing);
        if row.wish.is_some() && (!runs || row.of == Of::Gateway) {
            wrong.push(format!("batch {} is wanted closed and cannot be", BatchId(*id)));
        }
    }
    payments(source, &all, wrong)?;
    let mut sums: BTreeMap<Of, Money> = all.iter().map(|(_, row)| (row.of, Money::ZERO)).collect();
    for (_, row) in open {
        let sum = sums.entry(row.of).or_insert(Money::ZERO);
        *sum = *sum + row.sum();
    }
    for (of, sum) in sums {
        let cleared = batch::balance(source, of)?;
        if cleared != sum {
            let (cleared, sum) = (cleared.0, sum.0);
            wrong.push(format!("card clearing of {of:?} has {cleared} and its batches {sum}"));
        }
    }
    Ok(())
}

/// Each payment stands in one batch, and a batch's count and sum are those of its payments.
fn payments<S: Source>(
    source: &S,
    all: &[(u64, Batch)],
    wrong: &mut Vec<String>,
) -> Result<(), Fault> {
    let journal: Vec<((u32, u64), Posting)> = rows(source, tables::JOURNAL, |key| key)?;
    let journal: BTreeMap<u64, (u32, Posting)> =
        journal.into_iter().map(|((day, id), posting)| (id, (day, posting))).collect();
    let keys = source::range(source, tables::BATCH_PAYMENTS, .., usize::MAX, |key, day| {
        Ok((key.0, key.1, day))
    })?;
    let mut seen = BTreeSet::new();
    let mut taken: BTreeMap<u64, (Takings, u32)> = BTreeMap::new();
    for (id, posting, day) in keys {
        let of = batch::get(source, BatchId(id))?.map(|row| row.of);
        let found = journal.get(&posting).filter(|(on, one)| *on == day && is_payment(one));
        let paid = found.and_then(|(_, posting)| {
            let (_, amount) = batch::cleared(posting).find(|(whose, _)| Some(*whose) == of)?;
            Some((posting.cause, amount))
        });
        let Some((cause, amount)) = paid.filter(|_| seen.insert(posting)) else {
            wrong.push(format!("batch {} has a payment that is not its own", BatchId(id)));
            continue;
        };
        let (sum, voids) = taken.entry(id).or_default();
        match cause {
            Cause::CardVoid => (*sum, *voids) = (sum.without(-amount), *voids + 1),
            _ => *sum = sum.with(amount),
        }
    }
    let told: BTreeMap<u64, (Takings, u32)> =
        all.iter().map(|(id, row)| (*id, (row.taken, row.voids))).collect();
    same(wrong, "what batches took", &told, &taken);
    Ok(())
}

fn is_payment(posting: &Posting) -> bool {
    !matches!(posting.cause, Cause::Deposit | Cause::BatchDifference)
}
