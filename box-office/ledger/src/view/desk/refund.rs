//! A refund or a payment at a pin pad or through the gateway that is not settled, as its order's
//! page shows it, from one snapshot.
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

/// A refund or a payment, and the pad it is made at, if it is at one.
pub type Made = (Key, Option<PadNo>, Intent);

/// The refund or payment of an order that is not settled.
pub fn open(snapshot: &Snapshot, id: OrderId) -> Result<Option<Made>, Fault> {
    Ok(payment::running(snapshot, id)?.map(|(key, intent)| at(key, intent)))
}

/// The newest refund to a card and the newest payment of an order at a pad, settled or not.
pub fn newest(snapshot: &Snapshot, id: OrderId) -> Result<Vec<Made>, Fault> {
    let Some(order) = checkout::order(snapshot, id)? else { return Ok(Vec::new()) };
    let refund = order.refunds.and_then(|refunds| refunds.newest);
    let payment = order.payments.and_then(|payments| payments.newest);
    let mut found = Vec::new();
    for key in [refund, payment].into_iter().flatten() {
        found.extend(checkout::intent(snapshot, key)?.map(|intent| at(key, intent)));
    }
    Ok(found)
}

fn at(key: Key, intent: Intent) -> Made {
    (key, intent.pad.as_ref().map(|at| at.pad), intent)
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
    let (towards, online) = (intent.refunding().is_none(), intent.back.is_some());
    Ok(Running { towards, online, standing, undecided })
}

fn undecided(
    snapshot: &Snapshot,
    id: OrderId,
    key: Key,
    intent: &Intent,
) -> Result<Option<Undecided>, Fault> {
    let at = intent.pad.as_deref();
    let no = match (&intent.back, at) {
        (Some(back), _) => back.no,
        (None, Some(at)) => at.no,
        (None, None) => return Ok(None),
    };
    let pad =
        at.map(|at| Ok::<_, Fault>(pad_name(&write::house(snapshot)?, at.pad))).transpose()?;
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
        no,
        pad: pad.unwrap_or_default(),
        why: intent.why().to_owned(),
        booking: at.and_then(|at| at.booking.clone()),
        can_be_sold,
    }))
}
