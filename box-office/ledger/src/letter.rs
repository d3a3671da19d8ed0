//! Letters and the mail queue: load, apply, read.
//!
//! Keeps the index by state and due time true to the rows. Never sends anything: `cloud/mail`
//! does. Next: `rules/letter.rs`.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, tables};
use usher_rules::at::At;
use usher_rules::id::LetterId;
use usher_rules::letter::{Command, Event, Facts, Letter, State};

/// Letters read in one round of the mailer.
pub const DUE_MAX: usize = 100;

pub fn load<S: Source>(source: &S, command: &Command) -> Result<Facts, Fault> {
    let id = match command {
        Command::Sent { letter, .. } | Command::Failed { letter, .. } => *letter,
        Command::Resend(id) => *id,
    };
    Ok(Facts { letter: get(source, id)? })
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    let Event::Put(id, letter) = event;
    let key = |letter: &Letter| (letter.state as u8, letter.due.0, id.0);
    if let Some(old) = get(write.txn, *id)? {
        write.unmark(tables::MAIL, key(&old))?;
    }
    write.mark(tables::MAIL, key(letter))?;
    write.put(tables::LETTERS, id.0, letter)?;
    write.used(|counters| &mut counters.letter, id.0)
}

pub fn get<S: Source>(source: &S, id: LetterId) -> Result<Option<Letter>, Fault> {
    source::get(source, tables::LETTERS, id.0)
}

/// Letters to send by now, longest due first.
pub fn due<S: Source>(source: &S, now: At) -> Result<Vec<(LetterId, Letter)>, Fault> {
    let state = State::NotDone as u8;
    of(source, (state, i64::MIN, 0)..=(state, now.0, u64::MAX))
}

/// When the next letter is due, if one waits.
pub fn next_due<S: Source>(source: &S) -> Result<Option<At>, Fault> {
    let state = State::NotDone as u8;
    let keys = (state, i64::MIN, 0)..=(state, i64::MAX, u64::MAX);
    let first = source::range(source, tables::MAIL, keys, 1, |key, ()| Ok(At(key.1)))?;
    Ok(first.first().copied())
}

/// Letters that have been due since before this moment, and those beyond the newest `waiting_max`;
/// [`DUE_MAX`] at a time, longest due first.
pub fn overdue<S: Source>(
    source: &S,
    before: At,
    waiting_max: usize,
) -> Result<Vec<LetterId>, Fault> {
    let state = State::NotDone as u8;
    let keys = (state, i64::MIN, 0)..=(state, i64::MAX, u64::MAX);
    let waiting = source::range(source, tables::MAIL, keys, usize::MAX, |key, ()| {
        Ok((At(key.1), LetterId(key.2)))
    })?;
    let beyond = waiting.len().saturating_sub(waiting_max);
    let over = waiting.into_iter().enumerate();
    let over = over.take_while(|(nth, (due, _))| *nth < beyond || *due < before);
    Ok(over.map(|(_, (_, id))| id).take(DUE_MAX).collect())
}

/// Letters made before one, or all, newest first.
pub fn newest<S: Source>(
    source: &S,
    before: Option<LetterId>,
    max: usize,
) -> Result<Vec<(LetterId, Letter)>, Fault> {
    let keys = ..before.map_or(u64::MAX, |letter| letter.0);
    source::newest(source, tables::LETTERS, keys, max, |id, bytes| {
        Ok((LetterId(id), crate::stored::row(bytes)?))
    })
}

/// Letters that wait for staff.
pub fn failed<S: Source>(source: &S) -> Result<Vec<(LetterId, Letter)>, Fault> {
    let state = State::Error as u8;
    of(source, (state, i64::MIN, 0)..=(state, i64::MAX, u64::MAX))
}

fn of<S: Source>(
    source: &S,
    keys: std::ops::RangeInclusive<(u8, i64, u64)>,
) -> Result<Vec<(LetterId, Letter)>, Fault> {
    let ids = source::range(source, tables::MAIL, keys, DUE_MAX, |key, ()| Ok(LetterId(key.2)))?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let row = get(source, id)?;
        found.push((id, row.ok_or_else(|| Fault::Row(format!("letter {id} has no row")))?));
    }
    Ok(found)
}
