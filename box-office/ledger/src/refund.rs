//! Refunds: what the rule must know of an order, and what one leaves in orders, tickets, seats.
//!
//! Looks at who came in before a ticket goes back. Never decides: `rules/refund.rs` does. Next:
//! `checkout.rs`, whose commands and events these are.

use crate::inventory::{self, Becomes};
use crate::write::Write;
use crate::{
    Fault, admission, batch, checkout, exchange, payment, performance, production, tables, till,
};
use usher_rules::batch::Of;
use usher_rules::cart::Place;
use usher_rules::checkout::{Command, Facts as SaleFacts};
use usher_rules::id::{OrderId, PadNo, PerformanceId, TicketId};
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::payment::Command as Payments;
use usher_rules::refund::{Command as Refunds, Facts, Refund, Standing};
use usher_rules::tender::Intent;
use usher_rules::ticket::{State, Ticket};
use usher_rules::{Ask, Key};

/// The order that a command pays something of or gives something back of: asked for, or a step
/// at a pad.
pub(crate) fn about(command: &Command, intent: Option<&Intent>) -> Option<OrderId> {
    match command {
        Command::Refund(command) => Some(command.wanted().order),
        Command::Payment(command) => Some(command.order()),
        Command::Exchange(command) => command.begins().map(|(wanted, _)| wanted.order),
        Command::Begin { .. }
        | Command::Answered(..)
        | Command::Captured(_)
        | Command::CaptureFailed { .. }
        | Command::Voided(_)
        | Command::Cash { .. }
        | Command::Deposit { .. }
        | Command::OrphanSeen(..)
        | Command::Pad(_) => intent?.of_order(),
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
    let Some(mut facts) = facts(write, id, ask, sale)? else { return Ok(()) };
    if let Some(pad) = pad_asked(&facts, command) {
        facts.batch_since = batch::running(write.txn, Of::Pad(pad))?.map(|(_, row)| row.opened_at);
        sale.on_pad = checkout::on_pad(write.txn, pad)?;
        sale.batch_closing = batch::closing(write.txn, Of::Pad(pad))?;
    }
    if let Command::Refund(Refunds::Online(_)) = command {
        sale.batch_closing = batch::closing(write.txn, Of::Gateway)?;
    }
    sale.refund = Some(Box::new(facts));
    Ok(())
}

/// An order with its tickets as they stand, and what of it is on its way.
pub(crate) fn facts(
    write: &mut Write,
    id: OrderId,
    ask: &Ask,
    sale: &SaleFacts,
) -> Result<Option<Facts>, Fault> {
    let txn = write.txn;
    let Some(order) = checkout::order(txn, id)? else { return Ok(None) };
    let mut later = payment::known(txn, &order)?;
    let at_sale = later.iter().position(|(key, _)| Some(*key) == order.intent);
    let paid = at_sale.map(|place| later.remove(place).1);
    let running = payment::running(txn, id)?.map(|(_, intent)| intent);
    let newest = order.refunds.as_ref().and_then(|refunds| refunds.newest);
    let newest = newest.map(|key| checkout::intent(txn, key)).transpose()?.flatten();
    let exchanging = exchange::running(txn, id)?;
    let balance = checkout::balance(txn, id)?;
    let mut tickets = Vec::with_capacity(order.tickets.len());
    for id in &order.tickets {
        tickets.push(standing(write, *id, ask)?);
    }
    let drawer = match &sale.till {
        Some((_, row)) => till::drawer(txn, row.till)?,
        None => Money::ZERO,
    };
    Ok(Some(Facts {
        id,
        order,
        tickets,
        paid,
        later,
        balance,
        running,
        newest,
        batch_since: None,
        exchanging,
        drawer,
    }))
}

/// The pad that a command begins something at.
fn pad_asked(facts: &Facts, command: &Command) -> Option<PadNo> {
    match command {
        Command::Refund(Refunds::AtPad { wanted, .. }) => {
            facts.shares(&wanted.tickets).first()?.means.pad()
        }
        Command::Payment(Payments::AtPad { pad, .. }) => Some(*pad),
        _ => None,
    }
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
    let (began, over) = (ask.at >= row.starts_at, ask.at >= row.ends(&production));
    let cancelled = row.cancelled.is_some();
    Ok(Standing { id, ticket, used, began, over, cancelled })
}

/// A refund to a card is on its way.
pub(crate) fn begun(write: &Write, id: OrderId, key: Key) -> Result<(), Fault> {
    change(write, id, |order| order.refunds.get_or_insert_default().newest = Some(key))
}

/// Its tickets are cancelled and their places free.
pub(crate) fn given(write: &mut Write, id: OrderId, refund: &Refund) -> Result<(), Fault> {
    ended(write, &refund.tickets, State::Cancelled { at: refund.at })?;
    change(write, id, |order| order.refunds.get_or_insert_default().made.push(refund.clone()))
}

/// Good tickets are good no more, and their places are free.
pub(crate) fn ended(write: &mut Write, tickets: &[TicketId], state: State) -> Result<(), Fault> {
    let mut moves: Vec<(PerformanceId, Place, TicketId)> = Vec::new();
    for no in tickets {
        let gone = Fault::Changed("a ticket that is not good any more");
        let found = checkout::ticket(write.txn, *no)?;
        let Some(mut ticket) = found.filter(Ticket::is_good) else {
            return Err(gone);
        };
        ticket.state = state;
        write.put(tables::TICKETS, no.0, &ticket)?;
        moves.push((ticket.performance, ticket.place, *no));
    }
    moves.sort_unstable();
    for here in moves.chunk_by(|left, right| left.0 == right.0) {
        let freed: Vec<(Place, Becomes)> =
            here.iter().map(|(_, place, no)| (*place, Becomes::GivenBack(*no))).collect();
        inventory::move_places(write, here[0].0, &freed)?;
    }
    Ok(())
}

pub(crate) fn change(
    write: &Write,
    id: OrderId,
    how: impl FnOnce(&mut Order),
) -> Result<(), Fault> {
    let found = checkout::order(write.txn, id)?;
    let mut row = found.ok_or(Fault::Changed("an order that is gone"))?;
    how(&mut row);
    write.put(tables::ORDERS, id.0, &row)
}
