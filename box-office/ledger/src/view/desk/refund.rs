//! A refund at a pin pad that is not settled, as its order's page shows it, from one snapshot.
//!
//! What the pad shows its customer comes from outside, as for a sale. Never says who may decide.
//! Next: `view/desk/order.rs`, `rules/refund/pad.rs`.

use super::order::ticket_rows;
use super::sell::{at_pad, pad_name};
use crate::{Fault, Snapshot, checkout, write};
use usher_rules::Key;
use usher_rules::id::{OrderId, PadNo};
use usher_rules::refund::fits;
use usher_rules::tender::{Intent, State};
use usher_rules::view::desk::order::Running;
use usher_rules::view::desk::pad::Face;
use usher_rules::view::desk::sell::Undecided;

/// The refund of an order that is not settled, and the pad it is made at.
pub fn open(snapshot: &Snapshot, id: OrderId) -> Result<Option<(Key, PadNo, Intent)>, Fault> {
    let open = checkout::all_pad_intents(snapshot)?.into_iter();
    let mut ours =
        open.filter(|(_, intent)| intent.refunding().is_some_and(|refund| refund.order == id));
    Ok(ours.find_map(|(key, intent)| {
        intent.pad.as_ref().map(|pad| pad.pad).map(|pad| (key, pad, intent))
    }))
}

/// How far it is; `face` is what its pad shows.
pub fn running(
    snapshot: &Snapshot,
    id: OrderId,
    key: Key,
    intent: &Intent,
    face: Option<&Face>,
) -> Result<Running, Fault> {
    let standing = at_pad(key, intent, face);
    let undecided = match intent.state {
        State::NeedsOperator => undecided(snapshot, id, key, intent)?,
        State::Created
        | State::Sent
        | State::Approved
        | State::Unknown
        | State::Captured
        | State::Declined
        | State::Cancelled
        | State::NotCharged
        | State::Reversing
        | State::Reversed => None,
    };
    Ok(Running { standing, undecided })
}

fn undecided(
    snapshot: &Snapshot,
    id: OrderId,
    key: Key,
    intent: &Intent,
) -> Result<Option<Undecided>, Fault> {
    let (Some(pad), Some(refunding)) = (intent.pad.as_deref(), intent.refunding()) else {
        return Ok(None);
    };
    let Some(row) = checkout::order(snapshot, id)? else { return Ok(None) };
    let tickets = ticket_rows(snapshot, &row)?;
    Ok(Some(Undecided {
        intent: key,
        amount: intent.amount,
        since: intent.created_at,
        no: pad.no,
        pad: pad_name(&write::house(snapshot)?, pad.pad),
        why: pad.why.clone(),
        booking: pad.booking.clone(),
        can_be_sold: fits(&row, &tickets, refunding, intent.amount),
    }))
}
