//! Refunds: what the rule must know of an order, and what one leaves in orders, tickets, seats.
//!
//! Looks at who came in before a ticket goes back. Never decides: `rules/refund.rs` does. Next:
//! `checkout.rs`, whose commands and events these are.

use crate::inventory::{self, Becomes};
use crate::source::Source;
use crate::write::Write;
use crate::{Fault, admission, batch, checkout, performance, production, tables, till};
use usher_rules::cart::Place;
use usher_rules::checkout::{Command, Facts as SaleFacts};
use usher_rules::id::{OrderId, PerformanceId, TicketId};
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::refund::{Command as Refunds, Facts, Refund, Standing};
use usher_rules::tender::Intent;
use usher_rules::ticket::State;
use usher_rules::{Ask, Key};

/// The order that a command gives something back of: asked for, or a step at a pad.
pub(crate) fn about(command: &Command, intent: Option<&Intent>) -> Option<OrderId> {
    match command {
        Command::Refund(command) => Some(command.wanted().order),
        Command::Begin { .. }
        | Command::Answered(..)
        | Command::Captured(_)
        | Command::CaptureFailed { .. }
        | Command::Voided(_)
        | Command::Cash { .. }
        | Command::Pad(_) => Some(intent?.refunding()?.order),
    }
}

/// Fills in what a refund needs; nothing if there is no such order.
pub(crate) fn load(
    write: &mut Write,
    id: OrderId,
    command: &Command,
    ask: &Ask,
    sale: &mut SaleFacts,
) -> Result<(), Fault> {
    let txn = write.txn;
    let Some(order) = checkout::order(txn, id)? else { return Ok(()) };
    let paid = order.intent.map(|key| checkout::intent(txn, key)).transpose()?.flatten();
    let running = running(txn, id, paid.as_ref())?;
    let mut tickets = Vec::with_capacity(order.tickets.len());
    for id in &order.tickets {
        tickets.push(standing(write, *id, ask)?);
    }
    let drawer = match &sale.till {
        Some((_, row)) => till::drawer(txn, row.till)?,
        None => Money::ZERO,
    };
    if let Command::Refund(Refunds::AtPad(..)) = command
        && let Some(pad) = paid.as_ref().and_then(|intent| intent.pad.as_ref())
    {
        sale.on_pad = checkout::on_pad(txn, pad.pad)?;
        sale.batch_closing = batch::closing(txn, pad.pad)?;
    }
    sale.refund = Some(Box::new(Facts { id, order, tickets, paid, running, drawer }));
    Ok(())
}

/// The refund of an order at the pad that was paid that nobody has settled yet.
fn running<S: Source>(
    source: &S,
    id: OrderId,
    paid: Option<&Intent>,
) -> Result<Option<Intent>, Fault> {
    let Some(at) = paid.and_then(|intent| intent.pad.as_ref()) else { return Ok(None) };
    let open = checkout::pad_intents(source, at.pad)?.into_iter().map(|(_, intent)| intent);
    Ok(open.into_iter().find(|intent| intent.refunding().is_some_and(|one| one.order == id)))
}

fn standing(write: &mut Write, id: TicketId, ask: &Ask) -> Result<Standing, Fault> {
    let txn = write.txn;
    let ticket = checkout::ticket(txn, id)?.ok_or(Fault::Changed("a ticket that is gone"))?;
    let row = performance::get(txn, ticket.performance)?
        .ok_or_else(|| Fault::Row(format!("performance {} is missing", ticket.performance)))?;
    let production = production::get(txn, row.production)?
        .ok_or_else(|| Fault::Row(format!("production {} is missing", row.production)))?;
    let turnout = admission::turnout(write, ticket.performance)?;
    let used = turnout.admission(id).is_some_and(|admission| admission.ins > 0);
    let over = !row.cancelled && ask.at >= row.ends(&production);
    Ok(Standing { id, ticket, used, over })
}

/// A refund at a pad is on its way.
pub(crate) fn begun(write: &Write, id: OrderId, key: Key) -> Result<(), Fault> {
    change(write, id, |order| order.refunds.get_or_insert_default().newest = Some(key))
}

/// Its tickets are cancelled and their places free.
pub(crate) fn given(write: &mut Write, id: OrderId, refund: &Refund) -> Result<(), Fault> {
    let mut moves: Vec<(PerformanceId, Place, TicketId)> = Vec::new();
    for no in &refund.tickets {
        let gone = Fault::Changed("a ticket that is not good any more");
        let found = checkout::ticket(write.txn, *no)?;
        let Some(mut ticket) = found.filter(|ticket| ticket.state == State::Valid) else {
            return Err(gone);
        };
        ticket.state = State::Cancelled { at: refund.at };
        write.put(tables::TICKETS, no.0, &ticket)?;
        moves.push((ticket.performance, ticket.place, *no));
    }
    moves.sort_unstable();
    for here in moves.chunk_by(|left, right| left.0 == right.0) {
        let freed: Vec<(Place, Becomes)> =
            here.iter().map(|(_, place, no)| (*place, Becomes::GivenBack(*no))).collect();
        inventory::move_places(write, here[0].0, &freed)?;
    }
    change(write, id, |order| order.refunds.get_or_insert_default().made.push(refund.clone()))
}

fn change(write: &Write, id: OrderId, how: impl FnOnce(&mut Order)) -> Result<(), Fault> {
    let found = checkout::order(write.txn, id)?;
    let mut row = found.ok_or(Fault::Changed("an order that is gone"))?;
    how(&mut row);
    write.put(tables::ORDERS, id.0, &row)
}
