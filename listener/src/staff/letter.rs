//! `GET /desk/letters` and `/desk/letters/{id}`: what was mailed, what waits, and why (G3, G8).
//!
//! Words and conversation as they were kept, without tokens and passwords. Never sends anything.
//! Next: `cloud/mail`, which does.

use super::desk::around;
use crate::request::{Staff, need};
use crate::respond;
use crate::shop::form::{Asked, Named};
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::view::desk::letter;
use usher_rules::id::LetterId;

pub async fn list(staff: Staff<need::Desk>, Asked(query): Asked) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let before: Option<LetterId> = match query.get("before") {
        Some(_) => Some(query.known("before")?),
        None => None,
    };
    let view = letter::letters(&snapshot, around, before)?;
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::letter::list(&look.templates, &view, &look.words)))
}

pub async fn page(
    staff: Staff<need::Desk>,
    Named(id): Named<LetterId>,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let view = letter::opened(&snapshot, around, id)?.ok_or_else(Trouble::not_found)?;
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::letter::page(&look.templates, &view, &look.words)))
}
