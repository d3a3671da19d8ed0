//! The end of day: minutes added up as they are posted, and what a run takes of them.
//!
//! Beside the minutes stands what ended in them: tills closed and batches settled that no run has
//! taken. Never reads the journal but to make both again. Next: `rules/end_of_day.rs`,
//! `view/desk/end_of_day.rs`.

use crate::source::{self, Source};
use crate::write::{self, Write};
use crate::{Fault, batch, journal, performance, production, staff, stored, tables, till};
use redb::WriteTransaction;
use std::collections::{BTreeMap, BTreeSet};
use usher_rules::at::At;
use usher_rules::batch::{Batch as BatchRow, Of, State, sum_of};
use usher_rules::end_of_day::{
    Batch, Command, EARNED_MAX, Earned, Event, Facts, MINUTES_MAX, OpenTill, Run, Sums, Till,
    Window, before, dated, minute_of, posted_on,
};
use usher_rules::house::House;
use usher_rules::id::{
    BatchId, BoxNo, PadNo, PerformanceId, PostingId, RunNo, StaffNo, TillNo, TillSessionId, compose,
};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause, Posting};
use usher_rules::till::{Takings, TillSession, Way};
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal};

/// Tills closed and batches settled that one run takes at most.
const DUE_MAX: usize = 10_000;
/// The last business date that is locked.
const LOCKED: &str = "locked_day";

/// What ended and waits for a run; numbers are for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Till = 1,
    Batch = 2,
}

/// Everything a run with this cut-off needs, as of one moment of the store.
pub fn facts<S: Source>(
    source: &S,
    cut_off: Option<At>,
    now: At,
    by: Option<StaffNo>,
    day_of: &dyn Fn(At) -> BusinessDay,
) -> Result<Facts, Fault> {
    let house = write::house(source)?;
    let chosen = cut_off.unwrap_or(now);
    let first_left = before(cut_off, now);
    let open = till::open(source)?;
    let open = open.into_iter().map(|(id, row)| still_open(source, &house, id, row));
    let named = |(id, row): (BatchId, BatchRow)| batch_line(&house, id, &row);
    Ok(Facts {
        last: newest(source, 1)?.pop(),
        locked: locked(source)?,
        by_name: by.map_or(Ok(String::new()), |by| name(source, by))?,
        day: day_of(chosen),
        window: window(source, first_left)?,
        tills: tills_due(source, &house, first_left)?,
        open: open.collect::<Result<_, Fault>>()?,
        settled: batches_due(source, &house, first_left)?,
        unsettled: batch::unsettled(source)?.into_iter().map(named).collect(),
        pads: house.pads.iter().map(|pad| (pad.no, pad.name.clone())).collect(),
        over: over(source, chosen)?,
        balances: balances(source)?,
        posting: PostingId(0),
    })
}

pub fn load(
    write: &Write,
    box_no: BoxNo,
    command: &Command,
    ask: &Ask,
    day_of: &dyn Fn(At) -> BusinessDay,
) -> Result<Facts, Fault> {
    let by = match ask.by {
        Actor::Account(by) => Some(by),
        Actor::House | Actor::Guest(_) | Actor::Staff(_) | Actor::Device(_) | Actor::Console => {
            None
        }
    };
    let posting = PostingId(compose(box_no, write.counters.posting.max(1)));
    let facts = facts(write.txn, command.cut_off(), ask.at, by, day_of)?;
    Ok(Facts { posting, ..facts })
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Ran(no, run) => {
            let mut minutes = write.txn.open_table(tables::END_OF_DAY_MINUTES)?;
            minutes.retain_in((i64::MIN, 0)..(run.before, 0), |_, _| false)?;
            let mut due = write.txn.open_table(tables::END_OF_DAY_DUE)?;
            due.retain_in((i64::MIN, 0, 0)..(run.before, 0, 0), |_, ()| false)?;
            drop((minutes, due));
            if let Some(day) = run.locked {
                write.put(tables::META, LOCKED, &day)?;
            }
            write.put(tables::END_OF_DAYS, no.0, run.as_ref())
        }
    }
}

/// Something was posted: it is of the minute it was posted in. What a run posts itself stands in
/// that run.
pub(crate) fn follow(write: &Write, id: PostingId, posting: &Posting) -> Result<(), Fault> {
    if posting.cause == Cause::RevenueRecognised {
        return Ok(());
    }
    let key = (minute_of(posting.at), posting.day.0);
    let mut sums: Sums =
        source::get(write.txn, tables::END_OF_DAY_MINUTES, key)?.unwrap_or_default();
    sums.post(id, posting);
    write.put(tables::END_OF_DAY_MINUTES, key, &sums)
}

/// A till was closed or a batch settled: the next run tells of it.
pub(crate) fn ended(write: &Write, at: At, what: Due, id: u64) -> Result<(), Fault> {
    write.mark(tables::END_OF_DAY_DUE, (minute_of(at), what as u8, id))
}

/// Refuses what would be posted into a locked date. Decisions that post nothing read nothing.
pub(crate) fn unlocked<S: Source>(
    source: &S,
    events: &[AnyEvent],
) -> Result<Result<(), Refusal>, Fault> {
    if !events.iter().any(|event| posted_on(event).is_some()) {
        return Ok(Ok(()));
    }
    Ok(dated(events, locked(source)?))
}

/// The last business date into which nothing can be posted any more.
pub fn locked<S: Source>(source: &S) -> Result<Option<BusinessDay>, Fault> {
    source::get(source, tables::META, LOCKED)
}

pub fn run<S: Source>(source: &S, no: RunNo) -> Result<Option<Run>, Fault> {
    source::get(source, tables::END_OF_DAYS, no.0)
}

/// Runs, the newest first.
pub fn newest<S: Source>(source: &S, max: usize) -> Result<Vec<(RunNo, Run)>, Fault> {
    source::newest(source, tables::END_OF_DAYS, .., max, |no, bytes| {
        Ok((RunNo(no), stored::row(bytes)?))
    })
}

fn window<S: Source>(source: &S, first_left: i64) -> Result<Window, Fault> {
    let mut window = Window::default();
    let keys = (i64::MIN, 0)..=(i64::MAX, u32::MAX);
    source::range(source, tables::END_OF_DAY_MINUTES, keys, MINUTES_MAX, |key, bytes| {
        let sums: Sums = stored::row(bytes)?;
        window.take(key.0, BusinessDay(key.1), &sums, first_left);
        Ok(())
    })?;
    Ok(window)
}

fn due<S: Source>(source: &S, what: Due, first_left: i64) -> Result<Vec<u64>, Fault> {
    let keys = (i64::MIN, 0, 0)..(first_left, 0, 0);
    let found = source::range(source, tables::END_OF_DAY_DUE, keys, DUE_MAX, |key, ()| {
        Ok((key.1 == what as u8).then_some(key.2))
    })?;
    Ok(found.into_iter().flatten().collect())
}

fn tills_due<S: Source>(source: &S, house: &House, first_left: i64) -> Result<Vec<Till>, Fault> {
    let closed = |id| {
        let id = TillSessionId(id);
        let row = till::get(source, id)?.ok_or(Fault::Changed("a till session that is gone"))?;
        till_line(source, house, id, &row)
    };
    due(source, Due::Till, first_left)?.into_iter().map(closed).collect()
}

fn till_line<S: Source>(
    source: &S,
    house: &House,
    id: TillSessionId,
    row: &TillSession,
) -> Result<Till, Fault> {
    let back = row.given_back.unwrap_or_default();
    let count = row.count.ok_or(Fault::Changed("a till closed without a count"))?;
    Ok(Till {
        session: id,
        till: till_name(house, row.till),
        cashier: name(source, row.cashier)?,
        closed_at: row.closed.map_or(row.opened_at, |closed| closed.at),
        float: row.float,
        paid_in: row.moved(Way::In),
        paid_out: row.moved(Way::Out),
        cash: row.cash,
        cash_back: back.cash,
        cards: row.cards,
        cards_back: back.cards,
        expected: count.expected,
        counted: count.counted,
    })
}

fn still_open<S: Source>(
    source: &S,
    house: &House,
    session: TillSessionId,
    row: TillSession,
) -> Result<OpenTill, Fault> {
    Ok(OpenTill {
        session,
        till: till_name(house, row.till),
        cashier: name(source, row.cashier)?,
        since: row.opened_at,
        day: row.day,
    })
}

fn batches_due<S: Source>(source: &S, house: &House, first_left: i64) -> Result<Vec<Batch>, Fault> {
    let settled = |id| {
        let id = BatchId(id);
        let row = batch::get(source, id)?.ok_or(Fault::Changed("a batch that is gone"))?;
        Ok(batch_line(house, id, &row))
    };
    due(source, Due::Batch, first_left)?.into_iter().map(settled).collect()
}

fn batch_line(house: &House, id: BatchId, row: &BatchRow) -> Batch {
    let told = row.end.as_ref().and_then(|end| end.told.as_deref());
    Batch {
        batch: id,
        pad: match row.of {
            Of::Gateway => None,
            Of::Pad(no) => Some(pad_name(house, no)),
        },
        state: row.state,
        opened_at: row.opened_at,
        ours: Takings { count: row.taken.count, sum: row.sum() },
        told: told.map(sum_of),
        ended_at: settled_at(row).or(row.end.as_ref().map(|end| end.at)),
        no_match: row.no_match.as_ref().map(|forced| forced.reason.clone()),
    }
}

/// When a batch was settled: by a person after it ended, or as it did.
fn settled_at(row: &BatchRow) -> Option<At> {
    let forced = row.no_match.as_ref().map(|forced| forced.at);
    let ended = row.end.as_ref().map(|end| end.at);
    forced.or(ended).filter(|_| row.state == State::Settled)
}

fn name<S: Source>(source: &S, no: StaffNo) -> Result<String, Fault> {
    Ok(staff::get(source, no)?.map(|account| account.name).unwrap_or_default())
}

fn till_name(house: &House, no: TillNo) -> String {
    let known = house.tills.iter().find(|till| till.no == no);
    known.map_or_else(|| no.0.to_string(), |till| till.name.clone())
}

fn pad_name(house: &House, no: PadNo) -> String {
    let known = house.pads.iter().find(|pad| pad.no == no);
    known.map_or_else(|| no.0.to_string(), |pad| pad.name.clone())
}

/// Performances that are over and still have deferred tickets. What a cancelled one has is given
/// back, never earned.
fn over<S: Source>(source: &S, cut_off: At) -> Result<Vec<Earned>, Fault> {
    let deferred = Account::DeferredTickets.no();
    let keys = (deferred, 0)..=(deferred, u64::MAX);
    let left = source::range(source, tables::BALANCES, keys, usize::MAX, |key, sum| {
        Ok((PerformanceId(key.1), Money(-sum)))
    })?;
    let mut found = Vec::new();
    for (id, amount) in left {
        let Some(row) = performance::get(source, id)?.filter(|row| row.cancelled.is_none()) else {
            continue;
        };
        let production = production::get(source, row.production)?
            .ok_or_else(|| Fault::Row(format!("production {} is missing", row.production)))?;
        if found.len() < EARNED_MAX && row.ends(&production) <= cut_off {
            let (title, starts) = (production.title, row.starts_at);
            found.push(Earned { performance: id, title, starts, amount });
        }
    }
    Ok(found)
}

fn balances<S: Source>(source: &S) -> Result<BTreeMap<u16, Money>, Fault> {
    let mut sums: BTreeMap<u16, Money> = BTreeMap::new();
    let keys = (0, 0)..=(u16::MAX, u64::MAX);
    source::range(source, tables::BALANCES, keys, usize::MAX, |key, amount| {
        let sum = sums.entry(key.0).or_default();
        *sum = *sum + Money(amount);
        Ok(())
    })?;
    Ok(sums)
}

/// The minutes of whatever the last run left, from the journal.
pub(crate) fn minutes_again<S: Source>(source: &S) -> Result<BTreeMap<(i64, u32), Sums>, Fault> {
    let upto = newest(source, 1)?.pop().and_then(|(_, run)| run.upto);
    let mut minutes: BTreeMap<(i64, u32), Sums> = BTreeMap::new();
    journal::of_days(source, BusinessDay(0), BusinessDay(u32::MAX), |id, posting| {
        if posting.cause != Cause::RevenueRecognised && Some(id) > upto {
            let key = (minute_of(posting.at), posting.day.0);
            minutes.entry(key).or_default().post(id, &posting);
        }
        Ok(())
    })?;
    Ok(minutes)
}

/// What ended and no run has, from the tills and batches themselves.
pub(crate) fn due_again<S: Source>(source: &S) -> Result<BTreeSet<(i64, u8, u64)>, Fault> {
    let runs: Vec<Run> = newest(source, usize::MAX)?.into_iter().map(|(_, run)| run).collect();
    let tills = runs.iter().flat_map(|run| &run.tills);
    let tills: BTreeSet<TillSessionId> = tills.map(|till| till.session).collect();
    let batches = runs.iter().flat_map(|run| &run.settled);
    let batches: BTreeSet<BatchId> = batches.map(|batch| batch.batch).collect();
    let mut due = BTreeSet::new();
    for (id, row) in till::newest(source, usize::MAX)? {
        let closed = row.closed.filter(|_| !tills.contains(&id));
        due.extend(closed.map(|closed| (minute_of(closed.at), Due::Till as u8, id.0)));
    }
    for (id, row) in batch::newest(source, usize::MAX)? {
        let settled = settled_at(&row).filter(|_| !batches.contains(&id));
        due.extend(settled.map(|at| (minute_of(at), Due::Batch as u8, id.0)));
    }
    Ok(due)
}

/// Writes both for a store whose journal is older than they are.
pub(crate) fn make(txn: &WriteTransaction) -> Result<(), Fault> {
    let (minutes, due) = (minutes_again(txn)?, due_again(txn)?);
    let mut table = txn.open_table(tables::END_OF_DAY_MINUTES)?;
    for (key, sums) in minutes {
        table.insert(key, stored::bytes(&sums).as_slice())?;
    }
    let mut table = txn.open_table(tables::END_OF_DAY_DUE)?;
    for key in due {
        table.insert(key, ())?;
    }
    Ok(())
}
