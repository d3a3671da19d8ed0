//! `GET /desk/pads`: the pin pads, payments that wait for a person, bookings that nobody asked for.
//!
//! Tells what to do about each; the deciding is done on the page of the sale. Never asks a
//! terminal. Next: `staff/sell/tender.rs`, `pad.rs`.

use super::desk::around;
use crate::request::{Staff, need};
use crate::respond;
use crate::token::Right;
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::view::desk::pad as view;

pub async fn page(staff: Staff<need::Desk>) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let may_sell = staff.account.is_some() && staff.rights.has(Right::SellAtCounter);
    let face = |no| staff.shop().pad(no).map(|desk| desk.face.borrow().clone());
    let view = view::pads(&snapshot, around, may_sell, face)?;
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::pad::page(&look.templates, &view, &look.words)))
}
