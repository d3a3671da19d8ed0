//! Sessions by the hash of their cookie: load, apply, read.
//!
//! A guest's session comes with its first cart and goes with its last row or by its age. Never
//! sees a cookie: the listener hashes it. Next: `rules/session.rs`.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, cart, stored, tables};
use minicbor::bytes::ByteArray;
use usher_rules::at::At;
use usher_rules::id::{CartId, StaffNo};
use usher_rules::session::{AGED_MAX, Command, Event, Facts, Session};

/// Sessions of one account looked at; a sign-in lasts hours, so there are never so many.
pub const OPEN_MAX: usize = 2_000;

pub fn load<S: Source>(source: &S, command: &Command) -> Result<Facts, Fault> {
    match command {
        Command::Open { session, .. }
        | Command::End { session }
        | Command::SignIn { session, .. }
        | Command::Confirm { session } => {
            Ok(Facts { row: get(source, session)?, named: Vec::new() })
        }
        Command::EndAged { sessions } => {
            let mut named = Vec::with_capacity(sessions.len());
            for key in sessions {
                if let Some(row) = get(source, key)? {
                    let cart_runs = cart_runs(source, &row)?;
                    named.push((**key, row, cart_runs));
                }
            }
            Ok(Facts { row: None, named })
        }
    }
}

/// Sessions that have lived their time, [`AGED_MAX`] at most. Reads the whole table: not for a
/// request.
pub fn aged<S: Source>(source: &S, now: At) -> Result<Vec<ByteArray<32>>, Fault> {
    let old = source::range(source, tables::SESSIONS, .., usize::MAX, |key, bytes| {
        let row: Session = stored::row(bytes)?;
        Ok(row.over(false, now).then_some((*key, row)))
    })?;
    let mut aged = Vec::new();
    for (key, row) in old.into_iter().flatten() {
        if aged.len() < AGED_MAX && row.over(cart_runs(source, &row)?, now) {
            aged.push(ByteArray::from(key));
        }
    }
    Ok(aged)
}

fn cart_runs<S: Source>(source: &S, session: &Session) -> Result<bool, Fault> {
    let Some(id) = session.cart else { return Ok(false) };
    Ok(cart::get(source, id)?.is_some_and(|cart| cart.state.runs()))
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Opened { session, row } => put(write, session, row),
        Event::Ended { session } => remove(write, session),
    }
}

/// Puts a row and what leads to it from its account, and from no other any more.
fn put(write: &Write, key: &[u8; 32], row: &Session) -> Result<(), Fault> {
    let before = get(write.txn, key)?.and_then(|row| row.account);
    if let Some(StaffNo(no)) = before.filter(|before| Some(*before) != row.account) {
        write.unmark(tables::STAFF_SESSIONS, (no, key))?;
    }
    if let Some(StaffNo(no)) = row.account {
        write.mark(tables::STAFF_SESSIONS, (no, key))?;
    }
    write.put(tables::SESSIONS, key, row)
}

fn remove(write: &Write, key: &[u8; 32]) -> Result<(), Fault> {
    if let Some(StaffNo(no)) = get(write.txn, key)?.and_then(|row| row.account) {
        write.unmark(tables::STAFF_SESSIONS, (no, key))?;
    }
    write.remove(tables::SESSIONS, key)
}

/// A guest's session takes up a new cart; it is made with the first one.
pub(crate) fn take_cart(write: &Write, key: [u8; 32], cart: CartId, now: At) -> Result<(), Fault> {
    let mut row = get(write.txn, &key)?.unwrap_or_else(|| Session::guest(now));
    row.cart = Some(cart);
    put(write, &key, &row)
}

/// The cart of a session is gone; a guest's session goes with it.
pub(crate) fn lose_cart(write: &Write, key: [u8; 32], cart: CartId) -> Result<(), Fault> {
    match get(write.txn, &key)? {
        Some(row) if row.cart == Some(cart) && !row.is_staff() => remove(write, &key),
        Some(mut row) if row.cart == Some(cart) => {
            row.cart = None;
            put(write, &key, &row)
        }
        Some(_) | None => Ok(()),
    }
}

pub fn get<S: Source>(source: &S, key: &[u8; 32]) -> Result<Option<Session>, Fault> {
    source::get(source, tables::SESSIONS, key)
}

/// Sessions open for one account, [`OPEN_MAX`] at most.
pub fn keys_of<S: Source>(source: &S, no: StaffNo) -> Result<Vec<[u8; 32]>, Fault> {
    let keys = (no.0, &[0; 32])..=(no.0, &[u8::MAX; 32]);
    source::range(source, tables::STAFF_SESSIONS, keys, OPEN_MAX, |(_, key), ()| Ok(*key))
}

/// The same with their rows.
pub fn of<S: Source>(source: &S, no: StaffNo) -> Result<Vec<([u8; 32], Session)>, Fault> {
    let mut found = Vec::new();
    for key in keys_of(source, no)? {
        found.extend(get(source, &key)?.map(|row| (key, row)));
    }
    Ok(found)
}
