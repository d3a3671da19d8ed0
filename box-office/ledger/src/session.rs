//! Sessions by the hash of their cookie: load, apply, read.
//!
//! A guest's session comes with its first cart and goes with its last. Never sees a cookie: the
//! listener hashes it. Next: `rules/session.rs`.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, tables};
use usher_rules::at::At;
use usher_rules::id::CartId;
use usher_rules::session::{Command, Event, Facts, Session};

pub fn load<S: Source>(source: &S, command: &Command) -> Result<Facts, Fault> {
    let (Command::Open { session, .. } | Command::End { session }) = command;
    Ok(Facts { known: get(source, session)?.is_some() })
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
