//! A letter as what is to be said in it; the words are made when it is sent.
//!
//! Never the address book and never the sent text. Next: `cloud/mail`, which sends it.

use super::order;
use crate::{Fault, Handle, Snapshot, checkout, letter, payment};
use usher_rules::BusinessDay;
use usher_rules::id::LetterId;
use usher_rules::id::OrderId;
use usher_rules::letter::Kind;
use usher_rules::money::Money;
use usher_rules::order::Payment;
use usher_rules::tender::pad::{Copy, Receipt};
use usher_rules::view::letter::{Body, GoesBack, Letter};
use usher_rules::view::venue::Frame;

/// `None`: no such letter, or what it is about is gone.
pub fn letter(
    handle: &Handle,
    snapshot: &Snapshot,
    frame: Frame,
    id: LetterId,
) -> Result<Option<Letter>, Fault> {
    let Some(row) = letter::get(snapshot, id)? else {
        return Ok(None);
    };
    let id = row.kind.order();
    let Some(mut order) = order::order(handle, snapshot, frame, id)? else {
        return Ok(None);
    };
    Ok(Some(Letter {
        to_name: order.buyer_name.clone(),
        to_email: row.to,
        body: match row.kind {
            Kind::Confirmation(_) => {
                Body::Confirmation { order: Box::new(order), receipts: receipts(snapshot, id)? }
            }
            Kind::Cancelled(_) => Body::Cancelled {
                order: Box::new(order),
                unpaid_by: unpaid_by(snapshot, id)?,
                owed: -checkout::balance(snapshot, id)?.min(Money::ZERO),
            },
            Kind::PerformanceCancelled(_, performance) => {
                order.visits.retain(|visit| visit.performance == performance);
                Body::PerformanceCancelled {
                    order: Box::new(order),
                    goes_back: goes_back(snapshot, id)?,
                }
            }
        },
    }))
}

/// The last day for the rest of an order that was cancelled because it was not paid up.
fn unpaid_by(snapshot: &Snapshot, id: OrderId) -> Result<Option<BusinessDay>, Fault> {
    let refunds = checkout::order(snapshot, id)?.and_then(|order| order.refunds);
    Ok(refunds.and_then(|all| all.made.iter().rev().find_map(|one| one.overdue)))
}

/// How an order was paid, whatever of it went back since.
fn goes_back(snapshot: &Snapshot, id: OrderId) -> Result<GoesBack, Fault> {
    let Some(row) = checkout::order(snapshot, id)? else { return Ok(GoesBack::Nothing) };
    Ok(match row.payment {
        Payment::CapturePending | Payment::Captured => GoesBack::Card,
        Payment::NothingToPay => GoesBack::Nothing,
        Payment::Paid => {
            let paid: Money =
                payment::of(snapshot, &row)?.into_iter().map(|tender| tender.amount).sum();
            if paid > Money::ZERO { GoesBack::Counter } else { GoesBack::Nothing }
        }
    })
}

/// What the terminal printed for the customer.
fn receipts(snapshot: &Snapshot, order: OrderId) -> Result<Vec<Receipt>, Fault> {
    let Some(key) = checkout::order(snapshot, order)?.and_then(|order| order.intent) else {
        return Ok(Vec::new());
    };
    let pad = checkout::intent(snapshot, key)?.and_then(|intent| intent.pad);
    let printed = pad.map(|pad| pad.receipts).unwrap_or_default();
    Ok(printed.into_iter().filter(|receipt| receipt.copy == Copy::Customer).collect())
}
