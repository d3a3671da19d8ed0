//! `/desk/pads`: the pin pads, payments that wait for a person, bookings that nobody asked for.
//!
//! Tells what to do about each; a payment is decided on the page of its sale, a booking is ticked
//! off here by somebody senior, with a reason. Never asks a terminal. Next:
//! `staff/sell/tender.rs`, `pad.rs`, `rules/tender/orphan.rs`.

use super::desk::around;
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{Asked, Fields, Named};
use crate::token::Right;
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::view::desk::pad as view;
use usher_rules::checkout::Command as Sale;
use usher_rules::tender::orphan::{OrphanId, REASON_CHARS_MAX};
use usher_rules::view::desk::pad::Notice;
use usher_rules::{Command, Refusal};

pub async fn page(staff: Staff<need::Desk>, Asked(query): Asked) -> Result<Response, Trouble> {
    let notice = (query.text("done") == "seen").then_some(Notice::Seen);
    shown(&staff, StatusCode::OK, notice)
}

fn shown<N: Need>(
    staff: &Staff<N>,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(staff, &snapshot)?;
    let may = |right| staff.account.is_some() && staff.rights.has(right);
    let asking = view::Asking {
        may_sell: may(Right::SellAtCounter),
        may_see: may(Right::EndOfDay),
        form_key: staff.shop().form_key(),
        notice,
    };
    let face = |no| staff.shop().pad(no).map(|desk| desk.face.borrow().clone());
    let view = view::pads(&snapshot, around, asking, face)?;
    let look = staff.shop().look();
    let html = usher_web::desk::pad::page(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

/// A booking that nobody asked for leaves the list; what somebody found out stays in the log.
pub async fn seen(
    staff: Staff<need::EndOfDay>,
    Named(id): Named<OrphanId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let reason = fields.text("reason").trim().to_owned();
    let key = staff.form_key(&fields.key());
    let trouble = match staff.ask(key, Command::Checkout(Sale::OrphanSeen(id, reason))).await {
        Ok(_) => return Ok(respond::see_other("/desk/pads?done=seen")),
        Err(trouble) => trouble,
    };
    let notice = match &trouble {
        Trouble::Refused(Refusal::Stale) => Notice::Changed,
        Trouble::Refused(Refusal::Malformed { field: "reason" }) => {
            Notice::Reason { max: u32::try_from(REASON_CHARS_MAX).unwrap_or(u32::MAX) }
        }
        _ => return Err(trouble),
    };
    shown(&staff, trouble.status(), Some(notice))
}
