//! `GET /orders/{token}`, its tickets as PDF and its calendar file.
//!
//! The address is the key: it carries the proof that its holder may see the order, or the
//! checkout that has none yet. Never listed, never cached. Next: `shop/asset.rs`.

use super::checkout::LOOK_AGAIN_S;
use super::form::Named;
use crate::request::Guest;
use crate::respond;
use crate::wording::Trouble;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use usher_ledger::view::order::{self, Led, Outcome};
use usher_rules::id::OrderId;
use usher_rules::view::order::{Order, State};

const PDF: &str = "application/pdf";
const CALENDAR: &str = "text/calendar; charset=utf-8";

pub async fn page(guest: Guest, Named(address): Named<String>) -> Result<Response, Trouble> {
    let view = match order::led(guest.handle(), &address).ok_or_else(Trouble::not_found)? {
        Led::Order(id) => read(&guest, id)?,
        Led::Cart(id) => {
            let frame = guest.shop().frame(guest.places());
            let found = order::pending(guest.handle(), &guest.snapshot()?, frame, id)?;
            match found.ok_or_else(Trouble::not_found)? {
                Outcome::Unsold(view) => *view,
                Outcome::Sold(id) => {
                    let address = order::address(guest.handle(), id);
                    return Ok(respond::see_other(&format!("/orders/{address}")));
                }
            }
        }
    };
    let look = guest.shop().look();
    let mut response = respond::page(usher_web::order::page(&look.templates, &view, &look.words));
    if view.state == State::Confirming {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static(LOOK_AGAIN_S));
    }
    Ok(response)
}

/// All tickets of the order on paper.
pub async fn tickets(guest: Guest, Named(address): Named<String>) -> Result<Response, Trouble> {
    let view = named(&guest, &address)?;
    let look = guest.shop().look();
    let bytes = usher_web::ticket_pdf::write(&view, &look.words).map_err(|fault| {
        tracing::error!(fault = %fault, "tickets could not be drawn");
        Trouble::Bug
    })?;
    Ok(respond::file(bytes, PDF, &usher_web::ticket_pdf::file_name(&view)))
}

pub async fn calendar(guest: Guest, Named(address): Named<String>) -> Result<Response, Trouble> {
    let view = named(&guest, &address)?;
    let look = guest.shop().look();
    let bytes = usher_web::calendar::order(&view, &look.words).into_bytes();
    Ok(respond::file(bytes, CALENDAR, &format!("order-{}.ics", view.order)))
}

fn named(guest: &Guest, address: &str) -> Result<Order, Trouble> {
    match order::led(guest.handle(), address) {
        Some(Led::Order(id)) => read(guest, id),
        Some(Led::Cart(_)) | None => Err(Trouble::not_found()),
    }
}

fn read(guest: &Guest, id: OrderId) -> Result<Order, Trouble> {
    let frame = guest.shop().frame(guest.places());
    let found = order::order(guest.handle(), &guest.snapshot()?, frame, id)?;
    found.ok_or_else(Trouble::not_found)
}
