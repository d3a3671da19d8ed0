//! Checkout of one cart: its sums, what was typed, and how the payment stands.
//!
//! Never sees a card: the fields of the card are checked by the listener and always come back
//! empty. Next: `order.rs`.

use super::cart::{Owner, deadline, read, sums_of};
use crate::{Fault, Snapshot};
use usher_rules::cart::State as Stored;
use usher_rules::view::checkout::{Buyer, Checkout, FieldFault, State};
use usher_rules::view::venue::Frame;

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
    let Some(row) = read(snapshot, owner)?.filter(|row| row.state.runs()) else { return Ok(None) };
    if row.lines.is_empty() {
        return Ok(None);
    }
    let house = crate::write::house(snapshot)?;
    let state = if row.state != Stored::Active {
        State::Confirming
    } else if row.attempts >= house.card_attempts_max {
        State::TooManyAttempts
    } else {
        typed.state.unwrap_or(State::Form)
    };
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
