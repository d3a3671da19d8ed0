//! Sessions by the hash of their cookie: load, apply, read.
//!
//! A guest's session comes with its first cart and goes with its last row or by its age. Never
//! sees a cookie: the listener hashes it. Next: `rules/session.rs`.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, cart, stored, tables};
use minicbor::bytes::ByteArray;
use usher_rules::at::At;
use usher_rules::id::CartId;
use usher_rules::session::{AGED_MAX, Command, Event, Facts, Session};

pub fn load<S: Source>(source: &S, command: &Command) -> Result<Facts, Fault> {
    match command {
        Command::Open { session, .. } | Command::End { session } => {
            Ok(Facts { known: get(source, session)?.is_some(), named: Vec::new() })
        }
        Command::EndAged { sessions } => {
            let mut named = Vec::with_capacity(sessions.len());
            for key in sessions {
                if let Some(row) = get(source, key)? {
                    let cart_runs = cart_runs(source, &row)?;
                    named.push((**key, row, cart_runs));
                }
            }
            Ok(Facts { known: false, named })
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
        Event::Opened { session, row } => write.put(tables::SESSIONS, session, row),
        Event::Ended { session } => write.remove(tables::SESSIONS, session),
    }
}

/// A guest's session takes up a new cart; it is made with the first one.
pub(crate) fn take_cart(write: &Write, key: [u8; 32], cart: CartId, now: At) -> Result<(), Fault> {
    let mut row =
        get(write.txn, &key)?.unwrap_or(Session { opened_at: now, cart: None, staff: None });
    row.cart = Some(cart);
    write.put(tables::SESSIONS, &key, &row)
}

/// The cart of a session is gone; a guest's session goes with it.
pub(crate) fn lose_cart(write: &Write, key: [u8; 32], cart: CartId) -> Result<(), Fault> {
    match get(write.txn, &key)? {
        Some(row) if row.cart == Some(cart) && row.staff.is_none() => {
            write.remove(tables::SESSIONS, &key)
        }
        Some(mut row) if row.cart == Some(cart) => {
            row.cart = None;
            write.put(tables::SESSIONS, &key, &row)
        }
        Some(_) | None => Ok(()),
    }
}

pub fn get<S: Source>(source: &S, key: &[u8; 32]) -> Result<Option<Session>, Fault> {
    source::get(source, tables::SESSIONS, key)
}
