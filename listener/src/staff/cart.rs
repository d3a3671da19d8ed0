//! `GET /desk/carts`: the held tickets, a page at a time (D4).
//!
//! A plain reload is its refresh. Never ends a hold. Next: `staff/letter.rs`.

use super::desk::around;
use crate::request::{Staff, need};
use crate::respond;
use crate::shop::form::Asked;
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::view::desk::cart::held_tickets;
use usher_rules::at::At;
use usher_rules::view::desk::cart::After;

pub async fn page(staff: Staff<need::Desk>, Asked(query): Asked) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let after = query.get("after").map(read_after).transpose()?;
    let view = held_tickets(staff.handle(), &snapshot, around, after)?;
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::cart::page(&look.templates, &view, &look.words)))
}

/// As the page before wrote it.
fn read_after(text: &str) -> Result<After, Trouble> {
    let read = |text: &str| {
        let (until, cart) = text.split_once('_')?;
        Some((At(until.parse().ok()?), cart.parse().ok()?))
    };
    read(text).ok_or_else(|| Trouble::malformed("after", "not as this page sends it"))
}
