//! One order as its buyer sees it: tickets with their codes, doors, times and what was paid.
//!
//! Codes are made from the box's key for this answer and kept nowhere. An order whose payment is
//! not answered yet is shown by its cart. Next: `letter.rs`.

use super::level_name;
use super::showing::ends;
use super::sums::{Named, Nth, sums};
use crate::handle::{Handle, TokenKind};
use crate::{Fault, Snapshot, admission, cart, checkout, payment};
use usher_rules::admission::Presence;
use usher_rules::cart::{Place as Taken, State as Stored};
use usher_rules::house::House;
use usher_rules::id::{CartId, OrderId, TicketId};
use usher_rules::money::Money;
use usher_rules::order::Order as Row;
use usher_rules::performance::Performance;
use usher_rules::ticket;
use usher_rules::view::cart::Sums;
use usher_rules::view::order::{Order, State, Ticket, TicketState, Visit};
use usher_rules::view::venue::Frame;

/// The last part of an order's address: its number and the proof that one may see it.
pub fn address(handle: &Handle, id: OrderId) -> String {
    format!("{id}-{}", handle.token(TokenKind::Order, id.0))
}

/// The address of a checkout that has no order yet.
pub fn address_of_cart(handle: &Handle, id: CartId) -> String {
    format!("{id}-{}", handle.token(TokenKind::Cart, id.0))
}

/// What an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Led {
    Order(OrderId),
    Cart(CartId),
}

/// Reads an address; `None` for one that this box never gave out.
pub fn led(handle: &Handle, address: &str) -> Option<Led> {
    let (number, token) = address.rsplit_once('-')?;
    let id = usher_rules::id::read(number)?;
    if handle.token_fits(TokenKind::Order, id, token) {
        return Some(Led::Order(OrderId(id)));
    }
    handle.token_fits(TokenKind::Cart, id, token).then_some(Led::Cart(CartId(id)))
}

pub fn order(
    handle: &Handle,
    snapshot: &Snapshot,
    frame: Frame,
    id: OrderId,
) -> Result<Option<Order>, Fault> {
    let Some(row) = checkout::order(snapshot, id)? else {
        return Ok(None);
    };
    let house = crate::write::house(snapshot)?;
    let due = payment::due(snapshot, id, &row)?;
    // The cart of an order is never deleted: it has lines.
    let taxes = cart::get(snapshot, row.cart)?.map(|cart| cart.taxes).unwrap_or_default();
    Ok(Some(Order {
        frame,
        order: id,
        token: address(handle, id),
        buyer_name: row.buyer.name.clone(),
        placed: row.created_at,
        state: match due {
            Money::ZERO => State::Paid,
            due => State::Booked { due, until: row.due() },
        },
        sums: sums(snapshot, &house, &row.lines, &row.fees, &taxes)?,
        visits: visits(handle, snapshot, &house, &row, due > Money::ZERO)?,
    }))
}

/// How the checkout of a cart went on.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Sold(OrderId),
    /// Not answered yet, or it came to nothing.
    Unsold(Box<Order>),
}

/// A checkout by its cart, for as long as there is no order.
pub fn pending(
    handle: &Handle,
    snapshot: &Snapshot,
    frame: Frame,
    id: CartId,
) -> Result<Option<Outcome>, Fault> {
    let Some(row) = cart::get(snapshot, id)? else {
        return Ok(None);
    };
    if let Some(order) = row.order {
        return Ok(Some(Outcome::Sold(order)));
    }
    let house = crate::write::house(snapshot)?;
    let (state, sums) = match row.state {
        Stored::CheckingOut | Stored::CheckoutError => {
            (State::Confirming, sums(snapshot, &house, &row.lines, &row.fee_lines(), &row.taxes)?)
        }
        Stored::Active
        | Stored::Completed
        | Stored::ClosedByPatron
        | Stored::ClosedBySystem
        | Stored::ClosedByOperator => (State::NotCompleted, Sums::default()),
    };
    Ok(Some(Outcome::Unsold(Box::new(Order {
        frame,
        order: OrderId(id.0),
        token: address_of_cart(handle, id),
        buyer_name: row.buyer.name.clone(),
        placed: row.changed_at,
        state,
        sums,
        visits: Vec::new(),
    }))))
}

fn visits(
    handle: &Handle,
    snapshot: &Snapshot,
    house: &House,
    row: &Row,
    unpaid: bool,
) -> Result<Vec<Visit>, Fault> {
    let mut visits: Vec<(Named, Visit)> = Vec::new();
    let mut nth = Nth::default();
    for id in &row.tickets {
        let Some(ticket) = checkout::ticket(snapshot, *id)? else {
            return Err(Fault::Row(format!("ticket {id} is missing")));
        };
        let known = visits.iter().position(|(named, _)| named.id == ticket.performance);
        let at = match known {
            Some(at) => at,
            None => {
                let named = Named::read(snapshot, ticket.performance)?;
                let visit = visit(&named);
                visits.push((named, visit));
                visits.len() - 1
            }
        };
        let count = nth.of(ticket.performance, ticket.place);
        let (named, visit) = &mut visits[at];
        let off = named.performance.cancelled.is_some();
        visit.tickets.push(Ticket {
            ticket: *id,
            place: named.place(ticket.place, count),
            level_name: level_name(house, ticket.level),
            door: door(named, ticket.place),
            state: state(snapshot, *id, &ticket, &named.performance)?,
            code: if unpaid || off { String::new() } else { code(handle, &ticket) },
        });
    }
    Ok(visits.into_iter().map(|(_, visit)| visit).collect())
}

fn visit(named: &Named) -> Visit {
    let performance = &named.performance;
    Visit {
        performance: named.id,
        title: named.production.title.clone(),
        play_code: named.production.code.clone(),
        poster: named.production.poster.clone(),
        hall: performance.hall.clone(),
        doors_open: performance.doors_open,
        starts: performance.starts_at,
        ends: ends(performance, &named.production),
        cancelled: performance.cancelled.as_ref().map(|cancelled| cancelled.reason.clone()),
        tickets: Vec::new(),
    }
}

fn code(handle: &Handle, ticket: &ticket::Ticket) -> String {
    match ticket.state {
        ticket::State::Valid => handle.code(&ticket.code).unwrap_or_default(),
        ticket::State::Cancelled { .. } | ticket::State::Exchanged { .. } => String::new(),
    }
}

/// Doors that serve this place, as the venue names them; empty when every door does.
pub(super) fn door(named: &Named, place: Taken) -> String {
    let plan = &named.drawn.plan;
    let Taken::Seat(no) = place else {
        // An area's zone is not drawn; doors are told where the whole plan has one list.
        return match plan.doors.as_slice() {
            [only] => only.doors.join(", "),
            _ => String::new(),
        };
    };
    let zone = plan.seat_at(no).map(|seat| seat.zone);
    let served = plan.doors.iter().find(|doors| Some(doors.zone) == zone);
    served.map(|served| served.doors.join(", ")).unwrap_or_default()
}

pub(super) fn state(
    snapshot: &Snapshot,
    id: TicketId,
    row: &ticket::Ticket,
    performance: &Performance,
) -> Result<TicketState, Fault> {
    match row.state {
        ticket::State::Valid => {
            if performance.cancelled.is_some() {
                return Ok(TicketState::PerformanceCancelled);
            }
        }
        ticket::State::Cancelled { at } => return Ok(TicketState::Cancelled { at }),
        ticket::State::Exchanged { at, to } => return Ok(TicketState::Replaced { at, by: to }),
    }
    let admission = admission::get(snapshot, row.performance, id)?;
    Ok(match admission.map(|row| (row.presence, row.last_in, row.last_out)) {
        Some((Presence::In, Some(at), _)) => TicketState::In { at },
        Some((Presence::Out, _, Some(at))) => TicketState::Out { at },
        Some((Presence::In | Presence::Out | Presence::NotUsed, _, _)) | None => TicketState::Valid,
    })
}
