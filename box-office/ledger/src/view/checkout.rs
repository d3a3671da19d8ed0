//! Checkout of one cart: its sums, what was typed, and how the payment stands.
//!
//! Never sees a card: the fields of the card are checked by the listener and always come back
//! empty. Next: `order.rs`.

use super::cart::{Owner, deadline, read, seats_among, sums_of};
use crate::{Fault, Snapshot, cart, checkout as intents};
use usher_rules::cart::{Cart, Line, Note, Place as Taken, State as Stored};
use usher_rules::id::SeatNo;
use usher_rules::tender;
use usher_rules::view::checkout::{Buyer, Checkout, FieldFault, State};
use usher_rules::view::venue::{Frame, Place};

/// What the last press of the button came to; nothing of it is stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed {
    pub form_key: String,
    /// Empty on the first visit: what the cart remembers is shown then.
    pub buyer: Option<Buyer>,
    pub faults: Vec<FieldFault>,
    /// `None`: as the cart says.
    pub state: Option<State>,
}

/// `None`: there is nothing to check out.
pub fn checkout(
    snapshot: &Snapshot,
    frame: Frame,
    owner: Owner,
    typed: Typed,
) -> Result<Option<Checkout>, Fault> {
    let Some(row) = read(snapshot, owner)?.filter(|row| row.state.runs()) else {
        return Ok(None);
    };
    let house = crate::write::house(snapshot)?;
    let state = if row.state != Stored::Active {
        State::Confirming
    } else if row.attempts >= house.card_attempts_max {
        State::TooManyAttempts
    } else {
        match typed.state {
            Some(state) => state,
            None => after_last_attempt(snapshot, owner, &row)?,
        }
    };
    if row.lines.is_empty() && !matches!(state, State::SeatsGone { .. }) {
        return Ok(None);
    }
    let remembered = || Buyer {
        name: row.buyer.name.clone(),
        email: row.buyer.email.clone(),
        note: row.note.clone(),
    };
    Ok(Some(Checkout {
        frame,
        form_key: typed.form_key,
        until: deadline(&house, &row, owner.seen),
        sums: sums_of(snapshot, &house, &row)?,
        buyer: typed.buyer.unwrap_or_else(remembered),
        faults: typed.faults,
        state,
    }))
}

/// How the newest attempt ended, for whoever comes back to the page after it.
fn after_last_attempt(snapshot: &Snapshot, owner: Owner, row: &Cart) -> Result<State, Fault> {
    let intent = match row.intent {
        Some(key) => intents::intent(snapshot, key)?,
        None => None,
    };
    Ok(match intent.map(|intent| intent.state) {
        Some(tender::State::Declined) => State::Declined,
        Some(tender::State::Reversed) => State::SeatsGone { seats: lost(snapshot, owner, row)? },
        Some(
            tender::State::Created
            | tender::State::Sent
            | tender::State::Approved
            | tender::State::Captured
            | tender::State::Cancelled
            | tender::State::NotCharged
            | tender::State::Unknown
            | tender::State::NeedsOperator
            | tender::State::Reversing,
        )
        | None => State::Form,
    })
}

fn seat_of(line: &Line) -> Option<SeatNo> {
    match line.place {
        Taken::Seat(seat) => Some(seat),
        Taken::Area(_) => None,
    }
}

/// The seats that were gone when the card was approved, as the cart's own log has them.
fn lost(snapshot: &Snapshot, owner: Owner, row: &Cart) -> Result<Vec<Place>, Fault> {
    let Some(id) = owner.cart else {
        return Ok(Vec::new());
    };
    let log = cart::log_of(snapshot, id)?;
    let named = log.into_iter().rev().find_map(|(_, line)| {
        if let Note::SeatsLost { lines } = line.note { Some(lines) } else { None }
    });
    let lines = named.unwrap_or_default();
    let seats: Vec<SeatNo> = lines.iter().filter_map(seat_of).collect();
    // They are no lines of the cart any more.
    seats_among(snapshot, &Cart { lines, ..row.clone() }, &seats)
}
