//! `/desk/batches`: what pin pads and the gateway captured, closed and compared with the terminal.
//!
//! A pad's close is an order to its errand, the gateway's is a wish that its worker finds in the
//! books; the page shows how far it is. `No match` is for
//! somebody senior who has just proved who they are. Next: `rules/batch.rs`, `pad.rs`.

use super::desk::around;
use crate::pad::Order;
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{Fields, Named};
use crate::token::Right;
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use std::time::Duration;
use tokio::sync::oneshot;
use usher_ledger::view::desk::{batch as view, sell};
use usher_ledger::{Denied, batch};
use usher_rules::batch::{Command as Rule, Of, REASON_CHARS_MAX};
use usher_rules::id::{BatchId, PadNo};
use usher_rules::view::desk::batch::Notice;
use usher_rules::{Command, Refusal};

/// How long a pad may take to tell what it has before it is asked to close.
const BEGIN_MAX: Duration = Duration::from_secs(30);

pub async fn list(staff: Staff<need::CloseTill>) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let view = view::list(&snapshot, around)?;
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::batch::list(&look.templates, &view, &look.words)))
}

pub async fn page(
    staff: Staff<need::CloseTill>,
    Named(id): Named<BatchId>,
) -> Result<Response, Trouble> {
    shown(&staff, id, StatusCode::OK, String::new(), None)
}

fn shown<N: Need>(
    staff: &Staff<N>,
    id: BatchId,
    status: StatusCode,
    reason: String,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(staff, &snapshot)?;
    let row = batch::get(&snapshot, id)?.ok_or_else(Trouble::not_found)?;
    let asking = view::Asking {
        may_close: may_close(staff, row.of),
        may_force: staff.account.is_some() && staff.rights.has(Right::EndOfDay),
        form_key: staff.shop().form_key(),
        reason,
        notice,
    };
    let view = view::page(&snapshot, around, id, asking)?.ok_or_else(Trouble::not_found)?;
    let look = staff.shop().look();
    let html = usher_web::desk::batch::page(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

/// A pad's batch is closed by whoever closes tills, the gateway's by whoever ends the day.
fn may_close<N: Need>(staff: &Staff<N>, of: Of) -> bool {
    let right = match of {
        Of::Pad(_) => Right::CloseTill,
        Of::Gateway => Right::EndOfDay,
    };
    staff.account.is_some() && staff.rights.has(right)
}

pub async fn close(
    staff: Staff<need::CloseTill>,
    Named(id): Named<BatchId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let row = batch::get(&staff.snapshot()?, id)?.ok_or_else(Trouble::not_found)?;
    if !may_close(&staff, row.of) {
        return Err(Trouble::Refused(Refusal::NotAllowed));
    }
    let told = match row.of {
        Of::Pad(pad) => at_pad(&staff, id, pad).await,
        Of::Gateway => {
            let key = staff.form_key(&fields.key());
            staff.ask(key, Command::Batch(Rule::CloseGateway)).await.map(|_| None)
        }
    };
    match told {
        Ok(None) => Ok(respond::see_other(&address(id))),
        Ok(Some(notice)) => shown(&staff, id, StatusCode::CONFLICT, String::new(), Some(notice)),
        Err(trouble) => refused(&staff, id, String::new(), trouble),
    }
}

/// Has the pad's errand close; none: the terminal is asked, or the batch went on already.
async fn at_pad<N: Need>(
    staff: &Staff<N>,
    id: BatchId,
    pad: PadNo,
) -> Result<Option<Notice>, Trouble> {
    let running = batch::running(&staff.snapshot()?, Of::Pad(pad))?;
    if running.is_none_or(|(open, _)| open != id) {
        return Ok(Some(Notice::Changed));
    }
    let Some(desk) = staff.shop().pad(pad) else { return Ok(Some(Notice::Silent)) };
    let (reply, heard) = oneshot::channel();
    if desk.orders.try_send(Order::CloseBatch { by: staff.by().clone(), reply }).is_err() {
        return Ok(Some(Notice::Silent));
    }
    match tokio::time::timeout(BEGIN_MAX, heard).await {
        Ok(Ok(Ok(_))) => Ok(None),
        Ok(Ok(Err(Denied::Busy)) | Err(_)) | Err(_) => Ok(Some(Notice::Silent)),
        Ok(Ok(Err(denied))) => Err(denied.into()),
    }
}

/// Settles what does not match: with a reason, by somebody who has just proved who they are.
pub async fn no_match(
    staff: Staff<need::EndOfDay>,
    Named(id): Named<BatchId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let reason = fields.text("reason").trim().to_owned();
    let asked = Command::Batch(Rule::NoMatch { batch: id, reason: reason.clone() });
    let key = staff.form_key(&fields.key());
    match staff.ask(key, asked).await {
        Ok(_) => Ok(respond::see_other(&address(id))),
        Err(trouble) => refused(&staff, id, reason, trouble),
    }
}

/// What the house said no to, on the page of the batch; anything else goes on.
fn refused<N: Need>(
    staff: &Staff<N>,
    id: BatchId,
    reason: String,
    trouble: Trouble,
) -> Result<Response, Trouble> {
    let notice = match &trouble {
        Trouble::Refused(Refusal::PadBusy { till }) => {
            Notice::Busy { till: sell::till(&staff.snapshot()?, *till)? }
        }
        Trouble::Refused(Refusal::BatchClosing) => Notice::Closing,
        Trouble::Refused(Refusal::Stale) => Notice::Changed,
        Trouble::Refused(Refusal::Malformed { field: "reason" }) => {
            Notice::Reason { max: u32::try_from(REASON_CHARS_MAX).unwrap_or(u32::MAX) }
        }
        _ => return Err(trouble),
    };
    shown(staff, id, trouble.status(), reason, Some(notice))
}

fn address(id: BatchId) -> String {
    format!("/desk/batches/{id}")
}
