//! A finished sale of the counter: its page, its receipts, its tickets on paper.
//!
//! Any cashier may print them again; they are made of what the sale left, so they are the same
//! whenever opened. Orders of the shop are not found here. Next: `web/desk/sell/sold.rs`.

use super::sale::sold_address;
use super::{Cashier, counter};
use crate::respond;
use crate::shop::form::{Asked as Query, Named};
use crate::staff::{payment, refund};
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::checkout;
use usher_ledger::view::desk::order::Asked;
use usher_ledger::view::desk::payment as payments;
use usher_ledger::view::desk::sell as view;
use usher_ledger::view::order;
use usher_rules::id::OrderId;
use usher_rules::view::desk::payment::Pay;
use usher_rules::view::desk::sell::Sold;
use usher_rules::view::order::State;
use usher_web::desk::sell as pages;

pub async fn page(
    staff: Cashier,
    Named(id): Named<OrderId>,
    Query(query): Query,
) -> Result<Response, Trouble> {
    let notice = match query.get("taken") {
        Some(_) => checkout::order(&staff.snapshot()?, id)?.and_then(|row| payment::taken(&row)),
        None => None,
    };
    shown(&staff, id, StatusCode::OK, Asked { notice, ..Asked::default() })
}

/// The page of a finished sale.
pub(in crate::staff) fn shown(
    staff: &Cashier,
    id: OrderId,
    status: StatusCode,
    asked: Asked,
) -> Result<Response, Trouble> {
    let (view, look) = (whole(staff, id, asked)?, staff.shop().look());
    Ok(respond::page_with(status, pages::sold(&look.templates, &view, &look.words)))
}

/// A finished sale with all that is still to be paid or runs.
fn whole(staff: &Cashier, id: OrderId, asked: Asked) -> Result<Sold, Trouble> {
    let snapshot = staff.snapshot()?;
    let row = checkout::order(&snapshot, id)?.ok_or_else(Trouble::not_found)?;
    let today = staff.handle().day_of(staff.now());
    let beside = payment::pad_beside(staff, &snapshot, id)?;
    let pay = payments::pay(&snapshot, id, &row, today, beside)?;
    let (amount, given) = (asked.amount, asked.given);
    Ok(Sold {
        pay: pay.map(|pay| Pay { amount, given, ..pay }),
        running: refund::running(staff, &snapshot, id)?,
        form_key: staff.shop().form_key(),
        told: asked.notice,
        ..read(staff, id)?
    })
}

pub async fn receipts(staff: Cashier, Named(id): Named<OrderId>) -> Result<Response, Trouble> {
    let (view, look) = (whole(&staff, id, Asked::default())?, staff.shop().look());
    Ok(respond::page(pages::receipts(&look.templates, &view, &look.words)))
}

fn read(staff: &Cashier, id: OrderId) -> Result<Sold, Trouble> {
    let snapshot = staff.snapshot()?;
    let counter = counter(staff, &snapshot, None, "")?;
    view::sold(&snapshot, counter, id)?.ok_or_else(Trouble::not_found)
}

/// All tickets of the order on paper.
pub async fn tickets(staff: Cashier, Named(id): Named<OrderId>) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let sold = checkout::order(&snapshot, id)?.filter(|order| order.counter.is_some());
    sold.ok_or_else(Trouble::not_found)?;
    let frame = staff.shop().frame(0);
    let view = order::order(staff.handle(), &snapshot, frame, id)?;
    let view = view.ok_or_else(Trouble::not_found)?;
    // Nobody is handed a ticket that the door would stop.
    if matches!(view.state, State::Booked { .. }) {
        return Ok(respond::see_other(&sold_address(id)));
    }
    let look = staff.shop().look();
    let bytes = usher_web::ticket_pdf::write(&view, &look.words).map_err(|fault| {
        tracing::error!(fault = %fault, "tickets could not be drawn");
        Trouble::Bug
    })?;
    Ok(respond::file(bytes, "application/pdf", &usher_web::ticket_pdf::file_name(&view)))
}
