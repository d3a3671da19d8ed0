//! The cart of one visitor: its lines, what they cost, how long they are kept.
//!
//! The deadline shown is the true one: what is stored, or what the last visit makes of it
//! (domain 5.3). Never shows another visitor's cart: the caller knows whose it is. Next:
//! `checkout.rs`.

use super::sums::{Named, Nth, sums};
use crate::{Fault, Snapshot, cart};
use usher_rules::at::At;
use usher_rules::cart::{Cart as Row, Place as Taken, State as Stored};
use usher_rules::house::House;
use usher_rules::id::{CartId, PerformanceId, SeatNo};
use usher_rules::view::cart::{Cart, Notice, State, Sums};
use usher_rules::view::venue::{Frame, Place};

/// Whose cart, and when they were last here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    pub cart: Option<CartId>,
    pub seen: Option<At>,
}

pub fn cart(
    snapshot: &Snapshot,
    frame: Frame,
    owner: Owner,
    form_key: String,
    notice: Notice,
) -> Result<Cart, Fault> {
    let house = crate::write::house(snapshot)?;
    let row = read(snapshot, owner)?;
    let state = state(&house, row.as_ref(), owner.seen);
    let shown = row.filter(|_| match state {
        State::Active { .. } | State::Confirming => true,
        State::Empty | State::Expired => false,
    });
    let sums = match &shown {
        Some(row) => sums_of(snapshot, &house, row)?,
        None => Sums::default(),
    };
    Ok(Cart { frame, form_key, state, sums, notice })
}

pub(super) fn read(snapshot: &Snapshot, owner: Owner) -> Result<Option<Row>, Fault> {
    match owner.cart {
        Some(id) => cart::get(snapshot, id),
        None => Ok(None),
    }
}

pub(super) fn sums_of(snapshot: &Snapshot, house: &House, row: &Row) -> Result<Sums, Fault> {
    sums(snapshot, house, &row.lines, &row.fee_lines(), &row.taxes)
}

fn state(house: &House, row: Option<&Row>, seen: Option<At>) -> State {
    let Some(row) = row else { return State::Empty };
    match row.state {
        Stored::Active if row.lines.is_empty() => State::Empty,
        Stored::Active => State::Active { until: deadline(house, row, seen) },
        Stored::CheckingOut | Stored::CheckoutError => State::Confirming,
        Stored::ClosedBySystem | Stored::ClosedByOperator => State::Expired,
        Stored::Completed | Stored::ClosedByPatron => State::Empty,
    }
}

/// When a cart lets go, if its patron does not come back before.
pub fn deadline(house: &House, row: &Row, seen: Option<At>) -> At {
    let touched = seen.filter(|_| row.state == Stored::Active && !row.forced);
    touched.map_or(row.until, |seen| row.until.max(seen + house.hold_time))
}

/// Places a visitor's cart holds now, for the link in every page's head.
pub fn places(snapshot: &Snapshot, cart: Option<CartId>) -> Result<u32, Fault> {
    let row = read(snapshot, Owner { cart, seen: None })?;
    let held = row.filter(|row| row.state.runs()).map_or(0, |row| row.lines.len());
    Ok(u32::try_from(held).unwrap_or(u32::MAX))
}

/// Seats of one performance in the plan's words, for what a page says of them.
pub fn seats(
    snapshot: &Snapshot,
    performance: PerformanceId,
    seats: &[SeatNo],
) -> Result<Vec<Place>, Fault> {
    let named = Named::read(snapshot, performance)?;
    Ok(seats.iter().map(|no| named.place(Taken::Seat(*no), 1)).collect())
}

/// One line of a cart in words, before it is given back.
pub fn line(snapshot: &Snapshot, row: &Row, no: u16) -> Result<Option<Place>, Fault> {
    let mut nth = Nth::default();
    for line in &row.lines {
        let count = nth.of(line.performance, line.place);
        if line.no == no {
            let named = Named::read(snapshot, line.performance)?;
            return Ok(Some(named.place(line.place, count)));
        }
    }
    Ok(None)
}

/// Seats of a cart that are among these numbers, in words.
pub fn seats_among(snapshot: &Snapshot, row: &Row, among: &[SeatNo]) -> Result<Vec<Place>, Fault> {
    let mut places = Vec::new();
    for line in &row.lines {
        let wanted = matches!(line.place, Taken::Seat(no) if among.contains(&no));
        if wanted {
            places.push(Named::read(snapshot, line.performance)?.place(line.place, 1));
        }
    }
    Ok(places)
}
