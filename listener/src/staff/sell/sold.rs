//! A finished sale of the counter: its page, its receipts, its tickets on paper.
//!
//! Any cashier may print them again; they are made of what the sale left, so they are the same
//! whenever opened. Orders of the shop are not found here. Next: `web/desk/sell/sold.rs`.

use super::{Cashier, counter};
use crate::respond;
use crate::shop::form::Named;
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::checkout;
use usher_ledger::view::desk::sell as view;
use usher_ledger::view::order;
use usher_rules::id::OrderId;
use usher_rules::view::desk::sell::Sold;
use usher_web::desk::sell as pages;

pub async fn page(staff: Cashier, Named(id): Named<OrderId>) -> Result<Response, Trouble> {
    let (view, look) = (read(&staff, id)?, staff.shop().look());
    Ok(respond::page(pages::sold(&look.templates, &view, &look.words)))
}

pub async fn receipts(staff: Cashier, Named(id): Named<OrderId>) -> Result<Response, Trouble> {
    let (view, look) = (read(&staff, id)?, staff.shop().look());
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
    let look = staff.shop().look();
    let bytes = usher_web::ticket_pdf::write(&view, &look.words).map_err(|fault| {
        tracing::error!(fault = %fault, "tickets could not be drawn");
        Trouble::Bug
    })?;
    Ok(respond::file(bytes, "application/pdf", &usher_web::ticket_pdf::file_name(&view)))
}
