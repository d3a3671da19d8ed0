//! Carts, their log and their deadlines: load, apply, read.
//!
//! Keeps `holds_by_due` and `carts_by_state` true to the rows. Never frees a seat by itself:
//! `inventory.rs` does, as the events say. Next: `rules/cart.rs`.

use crate::inventory::{self, Becomes};
use crate::source::{self, Source};
use crate::stored::{Counters, SeatRow};
use crate::write::Write;
use crate::{Fault, checkout, exchange, patron, session, tables};
use minicbor::{Decode, Encode};
use std::ops::Bound;
use usher_rules::at::At;
use usher_rules::cart::{Cart, Command, Event, Facts, Line, Note, Place};
use usher_rules::id::{BoxNo, CartId, PerformanceId, compose};

/// Carts looked at in one round of the sweeper.
pub const SWEEP_MAX: usize = 500;
/// Log lines of one cart read at once.
pub const LOG_MAX: usize = 2_000;

/// Stored. One numbered line of a cart's log.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Logged {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub note: Note,
}

pub fn load<S: Source>(
    source: &S,
    counters: &Counters,
    box_no: BoxNo,
    command: &Command,
) -> Result<Facts, Fault> {
    let mut facts = Facts {
        house: crate::write::house(source)?,
        next: CartId(compose(box_no, counters.cart.max(1))),
        cart: None,
        open_carts: 0,
        intent_open: false,
        patron: None,
    };
    match command {
        Command::Open { .. } => facts.open_carts = open_count(source)?,
        // A shop that is full does not close the counter.
        Command::OpenAtTill(_) => {}
        Command::SetPatron { cart, patron } => {
            facts.cart = get(source, *cart)?;
            facts.patron = patron.map_or(Ok(None), |id| patron::get(source, id))?;
        }
        Command::Touch { cart, .. }
        | Command::Close(cart)
        | Command::Expire { cart, .. }
        | Command::ForceClose(cart) => {
            facts.cart = get(source, *cart)?;
            if let Some(key) = facts.cart.as_ref().and_then(|cart| cart.intent) {
                let intent = checkout::intent(source, key)?;
                facts.intent_open = intent.is_some_and(|intent| intent.state.open());
            }
        }
    }
    Ok(facts)
}

fn open_count<S: Source>(source: &S) -> Result<u32, Fault> {
    use redb::ReadableTableMetadata;
    let running = source.open(tables::HOLDS_BY_DUE)?.len()?;
    Ok(u32::try_from(running).unwrap_or(u32::MAX))
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Opened(id, cart) => {
            if let Some(key) = cart.session {
                session::take_cart(write, key, *id, cart.opened_at)?;
            }
            put(write, *id, None, Some(cart))?;
            write.used(|counters| &mut counters.cart, id.0)
        }
        Event::Touched { cart, until } => change(write, *cart, |row| row.until = *until),
        Event::Forced { cart, until } => change(write, *cart, |row| {
            row.until = *until;
            row.forced = true;
        }),
        Event::Closed { cart, state, at, freed } => {
            free(write, freed)?;
            change(write, *cart, |row| {
                row.state = *state;
                row.changed_at = *at;
                row.until = *at;
            })
        }
        Event::Deleted(id) => {
            let old = get(write.txn, *id)?.ok_or(Fault::Changed("a cart that is gone"))?;
            if let Some(key) = old.session {
                session::lose_cart(write, key, *id)?;
            }
            put(write, *id, Some(&old), None)
        }
        Event::Logged { cart, at, notes } => log(write, *cart, *at, notes),
    }
}

fn free(write: &mut Write, freed: &[(PerformanceId, Place)]) -> Result<(), Fault> {
    let mut performances: Vec<PerformanceId> = freed.iter().map(|(id, _)| *id).collect();
    performances.sort_unstable();
    performances.dedup();
    for id in performances {
        let here = freed.iter().filter(|(other, _)| *other == id);
        let moves: Vec<_> = here.map(|(_, place)| (*place, Becomes::Free)).collect();
        inventory::move_places(write, id, &moves)?;
    }
    Ok(())
}

fn log(write: &mut Write, id: CartId, at: At, notes: &[Note]) -> Result<(), Fault> {
    let mut next = 0;
    change(write, id, |row| {
        next = row.next_log;
        row.next_log += u32::try_from(notes.len()).unwrap_or(u32::MAX);
    })?;
    for (n, note) in (next..).zip(notes) {
        write.put(tables::CART_LOG, (id.0, n), &Logged { at, note: note.clone() })?;
    }
    Ok(())
}

/// Changes a cart's row and what is indexed of it.
pub(crate) fn change(
    write: &mut Write,
    id: CartId,
    how: impl FnOnce(&mut Cart),
) -> Result<(), Fault> {
    let old = get(write.txn, id)?.ok_or(Fault::Changed("a cart that is gone"))?;
    let mut new = old.clone();
    how(&mut new);
    put(write, id, Some(&old), Some(&new))
}

fn put(write: &Write, id: CartId, old: Option<&Cart>, new: Option<&Cart>) -> Result<(), Fault> {
    let due = |cart: &Cart| cart.state.runs().then_some((cart.until.0, id.0));
    let state = |cart: &Cart| (cart.state as u8, cart.changed_at.0, id.0);
    let (old_due, new_due) = (old.and_then(due), new.and_then(due));
    if old_due != new_due {
        if let Some(key) = old_due {
            write.unmark(tables::HOLDS_BY_DUE, key)?;
        }
        if let Some(key) = new_due {
            write.mark(tables::HOLDS_BY_DUE, key)?;
        }
    }
    let (old_state, new_state) = (old.map(state), new.map(state));
    if old_state != new_state {
        if let Some(key) = old_state {
            write.unmark(tables::CARTS_BY_STATE, key)?;
        }
        if let Some(key) = new_state {
            write.mark(tables::CARTS_BY_STATE, key)?;
        }
    }
    exchange::follow(write, id, old, new)?;
    match new {
        Some(cart) => write.put(tables::CARTS, id.0, cart),
        None => write.remove(tables::CARTS, id.0),
    }
}

pub fn get<S: Source>(source: &S, id: CartId) -> Result<Option<Cart>, Fault> {
    source::get(source, tables::CARTS, id.0)
}

/// Carts whose stored deadline has come, soonest first.
pub fn due<S: Source>(source: &S, now: At) -> Result<Vec<CartId>, Fault> {
    let keys = (i64::MIN, 0)..=(now.0, u64::MAX);
    source::range(source, tables::HOLDS_BY_DUE, keys, SWEEP_MAX, |key, ()| Ok(CartId(key.1)))
}

/// Carts of whatever state by their id, those after one.
pub fn after<S: Source>(
    source: &S,
    id: Option<CartId>,
    max: usize,
) -> Result<Vec<(CartId, Cart)>, Fault> {
    let keys = id.map_or(0, |id| id.0.saturating_add(1))..;
    source::range(source, tables::CARTS, keys, max, |id, bytes| {
        Ok((CartId(id), crate::stored::row(bytes)?))
    })
}

/// Carts whose hold runs by its stored end, soonest first, those after one.
pub fn running<S: Source>(
    source: &S,
    after: Option<(At, CartId)>,
    max: usize,
) -> Result<Vec<(At, CartId)>, Fault> {
    let first = match after {
        Some((until, cart)) => Bound::Excluded((until.0, cart.0)),
        None => Bound::Unbounded,
    };
    let keys = (first, Bound::Unbounded);
    source::range(source, tables::HOLDS_BY_DUE, keys, max, |key, ()| Ok((At(key.0), CartId(key.1))))
}

/// Lines of a cart whose places it holds now: not those sold to it, nor those it lost.
pub fn holding<'c, S: Source>(
    source: &S,
    id: CartId,
    cart: &'c Cart,
) -> Result<Vec<&'c Line>, Fault> {
    let mut found = Vec::new();
    for line in cart.lines.iter().filter(|_| cart.state.runs()) {
        let held = match line.place {
            Place::Seat(seat) => {
                inventory::seat(source, line.performance, seat)? == Some(SeatRow::Held(id))
            }
            Place::Area(_) => cart.order.is_none(),
        };
        found.extend(held.then_some(line));
    }
    Ok(found)
}

/// The log of a cart, oldest line first.
pub fn log_of<S: Source>(source: &S, id: CartId) -> Result<Vec<(u32, Logged)>, Fault> {
    let keys = (id.0, 0)..=(id.0, u32::MAX);
    source::range(source, tables::CART_LOG, keys, LOG_MAX, |key, bytes| {
        Ok((key.1, crate::stored::row(bytes)?))
    })
}
