//! A refund or a payment at a pin pad that is not settled, as its order's page shows it, from one
//! snapshot.
//!
//! What the pad shows its customer comes from outside, as for a sale. Never says who may decide.
//! Next: `view/desk/order.rs`, `rules/refund/pad.rs`.

use super::order::ticket_rows;
use super::sell::{at_pad, pad_name};
use crate::{Fault, Snapshot, checkout, payment, write};
use usher_rules::Key;
use usher_rules::id::{OrderId, PadNo};
use usher_rules::refund::fits;
use usher_rules::tender::{Intent, State};
use usher_rules::view::desk::order::Running;
use usher_rules::view::desk::pad::Face;
use usher_rules::view::desk::sell::Undecided;

/// The refund or payment of an order that is not settled, and the pad it is made at.
pub fn open(snapshot: &Snapshot, id: OrderId) -> Result<Option<(Key, PadNo, Intent)>, Fault> {
    Ok(payment::running(snapshot, id)?.and_then(|(key, intent)| at(key, intent)))
}

/// The newest refund and the newest payment of an order at a pad, settled or not.
pub fn newest(snapshot: &Snapshot, id: OrderId) -> Result<Vec<(Key, PadNo, Intent)>, Fault> {
    let Some(order) = checkout::order(snapshot, id)? else { return Ok(Vec::new()) };
    let refund = order.refunds.and_then(|refunds| refunds.newest);
    let payment = order.payments.and_then(|payments| payments.newest);
    let mut found = Vec::new();
    for key in [refund, payment].into_iter().flatten() {
        found.extend(checkout::intent(snapshot, key)?.and_then(|intent| at(key, intent)));
    }
    Ok(found)
}

fn at(key: Key, intent: Intent) -> Option<(Key, PadNo, Intent)> {
    let pad = intent.pad.as_ref()?.pad;
    Some((key, pad, intent))
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
    Ok(Running { towards: intent.refunding().is_none(), standing, undecided })
}

fn undecided(
    snapshot: &Snapshot,
    id: OrderId,
    key: Key,
    intent: &Intent,
) -> Result<Option<Undecided>, Fault> {
    let Some(pad) = intent.pad.as_deref() else { return Ok(None) };
    let Some(row) = checkout::order(snapshot, id)? else { return Ok(None) };
    let balance = checkout::balance(snapshot, id)?;
    let can_be_sold = match intent.refunding() {
        Some(refunding) => {
            let tickets = ticket_rows(snapshot, &row)?;
            fits(&row, &tickets, refunding, (intent.amount, balance))
        }
        None => intent.amount <= payment::due(snapshot, id, &row)?,
    };
    Ok(Some(Undecided {
        intent: key,
        amount: intent.amount,
        since: intent.created_at,
        no: pad.no,
        pad: pad_name(&write::house(snapshot)?, pad.pad),
        why: pad.why.clone(),
        booking: pad.booking.clone(),
        can_be_sold,
    }))
}
