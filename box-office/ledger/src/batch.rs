//! Batches: load, apply, read.
//!
//! Every posting to card clearing that is not a close belongs to a batch, from the moment it is
//! written: `open_for` begins the batch with its first payment. Never asks a terminal. Next:
//! `rules/batch.rs`, `proof/batch.rs`.

use crate::end_of_day::Due;
use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, checkout, end_of_day, stored, tables};
use redb::{ReadableTable, WriteTransaction};
use usher_rules::at::At;
use usher_rules::batch::{Batch, Command, Event, Facts, Of, State};
use usher_rules::checkout::Event as Done;
use usher_rules::id::{BatchId, BoxNo, PostingId, compose};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause, Posting};

/// Unsettled batches that are looked at; a pad has one or two.
pub const UNSETTLED_MAX: usize = 1_000;

pub fn load(write: &Write, box_no: BoxNo, command: &Command) -> Result<Facts, Fault> {
    let txn = write.txn;
    let named = |id: BatchId| get(txn, id).map(|found| found.map(|row| (id, row)));
    let (batch, busy) = match command {
        Command::Close { pad, .. } => {
            let payments = checkout::pad_intents(txn, *pad)?;
            let at = payments.first().and_then(|(_, intent)| intent.pad.as_ref());
            (running(txn, Of::Pad(*pad))?, at.map(|at| at.at.till))
        }
        Command::CloseGateway => (running(txn, Of::Gateway)?, None),
        Command::Closed { batch, .. }
        | Command::Settling { batch, .. }
        | Command::NotClosed { batch, .. }
        | Command::Unreconciled { batch, .. }
        | Command::Undecided { batch, .. }
        | Command::NoMatch { batch, .. }
        | Command::KeepOpen { batch } => (named(*batch)?, None),
        Command::CloseAll => (None, None),
    };
    let unsettled = match command {
        Command::CloseAll => self::unsettled(txn)?,
        _ => Vec::new(),
    };
    let posting = PostingId(compose(box_no, write.counters.posting.max(1)));
    Ok(Facts { batch, busy, unsettled, posting })
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Opened(id, row) => {
            write.mark(tables::BATCHES_UNSETTLED, (row.of.sub(), id.0))?;
            write.put(tables::BATCHES, id.0, row)
        }
        Event::Closing(id, closing) => change(write, *id, |row| {
            row.state = State::Closing;
            row.closing = Some(closing.clone());
            row.why.clear();
        }),
        Event::WentOn(id, why) => change(write, *id, |row| {
            row.state = State::Open;
            row.why.clone_from(why);
        }),
        Event::Ended(id, end) => {
            change(write, *id, |row| {
                row.state = if end.matched { State::Settled } else { State::Mismatched };
                row.end = Some(end.clone());
                row.wish = None;
            })?;
            if end.matched { settled(write, end.at, *id) } else { Ok(()) }
        }
        Event::Forced(id, no_match) => {
            change(write, *id, |row| {
                row.state = State::Settled;
                row.no_match = Some(no_match.clone());
            })?;
            settled(write, no_match.at, *id)
        }
        Event::Wanted(id, wish) => change(write, *id, |row| row.wish = Some(wish.clone())),
        Event::KeptOpen(id) => change(write, *id, |row| row.wish = None),
    }
}

fn settled(write: &Write, at: At, id: BatchId) -> Result<(), Fault> {
    end_of_day::ended(write, at, Due::Batch, id.0)
}

/// Puts the beginning of a batch before each payment that finds none open. Entries of before there
/// were batches have none, and make none.
pub fn open_for(txn: &WriteTransaction, events: &mut Vec<usher_rules::Event>) -> Result<(), Fault> {
    let mut begun: Vec<(usize, Of, BatchId, Batch)> = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let usher_rules::Event::Checkout(Done::Posted(id, posting)) = event else { continue };
        for (of, _) in payments_in(posting) {
            let known = unsettled_of(txn, of)?;
            let open = known.iter().any(|(_, row)| row.takes());
            if open || begun.iter().any(|(_, other, ..)| *other == of) {
                continue;
            }
            let unsettled: Money = known.iter().map(|(_, row)| row.sum()).sum();
            let carried = balance(txn, of)? - unsettled;
            begun.push((place, of, BatchId(id.0), Batch::opened(of, posting.at, carried)));
        }
    }
    for (place, _, id, row) in begun.into_iter().rev() {
        events.insert(place, usher_rules::Event::Batch(Event::Opened(id, row)));
    }
    Ok(())
}

/// Money came to card clearing, or went back from it: it belongs to the batch that is open there.
pub(crate) fn follow(write: &Write, id: PostingId, posting: &Posting) -> Result<(), Fault> {
    for (of, amount) in payments_in(posting) {
        let known = unsettled_of(write.txn, of)?;
        let open = known.into_iter().rev().find(|(_, row)| row.takes());
        let Some((batch, mut row)) = open else { continue };
        row.counts(posting.cause, amount);
        write.put(tables::BATCHES, batch.0, &row)?;
        write.txn.open_table(tables::BATCH_PAYMENTS)?.insert((batch.0, id.0), posting.day.0)?;
    }
    Ok(())
}

/// What a posting puts into batches: all that touches card clearing and is no close.
fn payments_in(posting: &Posting) -> impl Iterator<Item = (Of, Money)> {
    let close = matches!(posting.cause, Cause::Deposit | Cause::BatchDifference);
    cleared(posting).filter(move |_| !close)
}

/// Whose card clearing a posting touches, and by how much.
pub(crate) fn cleared(posting: &Posting) -> impl Iterator<Item = (Of, Money)> {
    let of_cards = posting.lines.iter().filter(|line| line.account == Account::CardClearing);
    of_cards.filter_map(|line| Some((Of::at(line.sub)?, line.amount)))
}

fn change(write: &Write, id: BatchId, how: impl FnOnce(&mut Batch)) -> Result<(), Fault> {
    let mut row = get(write.txn, id)?.ok_or(Fault::Changed("a batch that is gone"))?;
    how(&mut row);
    if row.state == State::Settled {
        write.unmark(tables::BATCHES_UNSETTLED, (row.of.sub(), id.0))?;
    }
    write.put(tables::BATCHES, id.0, &row)
}

pub fn get<S: Source>(source: &S, id: BatchId) -> Result<Option<Batch>, Fault> {
    source::get(source, tables::BATCHES, id.0)
}

/// The batch that takes payments, or is being closed.
pub fn running<S: Source>(source: &S, of: Of) -> Result<Option<(BatchId, Batch)>, Fault> {
    let found = unsettled_of(source, of)?;
    Ok(found.into_iter().find(|(_, row)| row.state != State::Mismatched))
}

/// Is the batch of this pad, or of the gateway, being closed?
pub fn closing<S: Source>(source: &S, of: Of) -> Result<bool, Fault> {
    let found = running(source, of)?;
    Ok(found.is_some_and(|(_, row)| row.state == State::Closing))
}

fn unsettled_of<S: Source>(source: &S, of: Of) -> Result<Vec<(BatchId, Batch)>, Fault> {
    let keys = (of.sub(), 0)..=(of.sub(), u64::MAX);
    listed(source, keys)
}

/// Every batch that is not settled, by whose it is.
pub fn unsettled<S: Source>(source: &S) -> Result<Vec<(BatchId, Batch)>, Fault> {
    listed(source, (0, 0)..=(u64::MAX, u64::MAX))
}

fn listed<S: Source>(
    source: &S,
    keys: std::ops::RangeInclusive<(u64, u64)>,
) -> Result<Vec<(BatchId, Batch)>, Fault> {
    let ids = source::range(source, tables::BATCHES_UNSETTLED, keys, UNSETTLED_MAX, |key, ()| {
        Ok(BatchId(key.1))
    })?;
    let row = |id| Ok((id, get(source, id)?.ok_or(Fault::Changed("a batch that is gone"))?));
    ids.into_iter().map(row).collect()
}

/// Batches, the newest first.
pub fn newest<S: Source>(source: &S, max: usize) -> Result<Vec<(BatchId, Batch)>, Fault> {
    source::newest(source, tables::BATCHES, .., max, |id, bytes| {
        Ok((BatchId(id), stored::row(bytes)?))
    })
}

/// Payments of a batch in the order they came, `max` at most.
pub fn payments<S: Source>(
    source: &S,
    id: BatchId,
    max: usize,
) -> Result<Vec<(PostingId, Posting)>, Fault> {
    let keys = (id.0, 0)..=(id.0, u64::MAX);
    let found = source::range(source, tables::BATCH_PAYMENTS, keys, max, |key, day| {
        Ok((day, PostingId(key.1)))
    })?;
    let posting = |(day, id): (u32, PostingId)| {
        let row = source::get(source, tables::JOURNAL, (day, id.0))?;
        Ok((id, row.ok_or(Fault::Changed("a payment of a batch that is gone"))?))
    };
    found.into_iter().map(posting).collect()
}

/// What the journal has in card clearing.
pub fn balance<S: Source>(source: &S, of: Of) -> Result<Money, Fault> {
    let balances = source.open(tables::BALANCES)?;
    let found = balances.get((Account::CardClearing.no(), of.sub()))?;
    Ok(Money(found.map_or(0, |amount| amount.value())))
}
