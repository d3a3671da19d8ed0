//! `/desk/cancellations`: performances that do not take place, and what goes back for them (K8).
//!
//! One press gives back what needs no customer, as so many ordinary refunds, each its own commit;
//! whatever is left stands in the list. Never decides what may go back. Next:
//! `rules/performance/cancellation.rs`, `staff/order.rs`.

use super::desk::around;
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{Fields, Named};
use crate::token::Right;
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::view::desk::cancellation::{self as view, Asking};
use usher_rules::checkout::Command as Sale;
use usher_rules::id::{PadNo, PerformanceId};
use usher_rules::performance::{Cancellation, Command as Rule};
use usher_rules::refund::{Command as Refund, REASON_CHARS_MAX, Wanted};
use usher_rules::view::desk::cancellation::{Line, Notice};
use usher_rules::view::desk::payment::How;
use usher_rules::{Command, Refusal};

/// Orders that one press gives back; it can be pressed again for the rest.
pub const AT_ONCE_MAX: usize = 250;

pub async fn list(staff: Staff<need::Desk>) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let view = view::list(&snapshot, around, staff.now())?;
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::cancellation::list(&look.templates, &view, &look.words)))
}

pub async fn page(
    staff: Staff<need::Desk>,
    Named(id): Named<PerformanceId>,
) -> Result<Response, Trouble> {
    shown(&staff, id, StatusCode::OK, String::new(), None)
}

fn shown<N: Need>(
    staff: &Staff<N>,
    id: PerformanceId,
    status: StatusCode,
    reason: String,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(staff, &snapshot)?;
    let may = |right| staff.account.is_some() && staff.rights.has(right);
    let asking = Asking {
        may_cancel: may(Right::CancelPerformance),
        may_refund: may(Right::Refund),
        form_key: staff.shop().form_key(),
        reason,
        notice,
    };
    let view = view::page(&snapshot, around, id, |pad| without_card(staff, pad), asking)?;
    let view = view.ok_or_else(Trouble::not_found)?;
    let look = staff.shop().look();
    let html = usher_web::desk::cancellation::page(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

fn without_card<N: Need>(staff: &Staff<N>, pad: PadNo) -> bool {
    staff.shop().pad(pad).is_some_and(|desk| desk.face.borrow().refunds_without_card)
}

/// Says that it does not take place.
pub async fn cancel(
    staff: Staff<need::CancelPerformance>,
    Named(id): Named<PerformanceId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let reason = fields.text("reason").to_owned();
    let rule = Rule::Cancel { performance: id, reason: reason.clone() };
    let key = staff.form_key(&fields.key());
    let trouble = match staff.ask(key, Command::Performance(rule)).await {
        Ok(_) => return Ok(respond::see_other(&address(id))),
        Err(trouble) => trouble,
    };
    let notice = match &trouble {
        Trouble::Refused(Refusal::MissingData { .. } | Refusal::Malformed { field: "reason" }) => {
            Notice::Reason { max: u32::try_from(REASON_CHARS_MAX).unwrap_or(u32::MAX) }
        }
        Trouble::Refused(Refusal::Stale) => Notice::CancelledBefore,
        Trouble::Refused(Refusal::PerformanceOver) => Notice::Over,
        _ => return Err(trouble),
    };
    shown(&staff, id, trouble.status(), reason, Some(notice))
}

/// Gives back what was paid in the shop, and takes tickets back that nothing was paid for.
pub async fn refund(
    staff: Staff<need::Refund>,
    Named(id): Named<PerformanceId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let (lines, cancelled) = at_once(&staff, id)?;
    let (mut begun, mut not, mut closing) = (0, 0, false);
    for line in lines.into_iter().take(AT_ONCE_MAX) {
        let key = staff.form_key(&format!("{}-{}", fields.key(), line.order));
        let rule = refunding(line, &cancelled);
        match staff.ask(key, Command::Checkout(Sale::Refund(rule))).await {
            Ok(_) => begun += 1,
            // Nothing can go out of it now, whatever order it is.
            Err(Trouble::Refused(Refusal::BatchClosing)) => {
                closing = true;
                break;
            }
            // Somebody was faster, or came in between: its line says how it stands.
            Err(Trouble::Refused(_)) => not += 1,
            Err(trouble) => return Err(trouble),
        }
    }
    let notice = match (begun, not) {
        (0, 0) if closing => Notice::BatchClosing,
        (0, 0) => Notice::NothingAtOnce,
        (orders, not) => Notice::Begun { orders, not },
    };
    shown(&staff, id, StatusCode::OK, String::new(), Some(notice))
}

/// The orders that can go back now while their customers are away.
fn at_once<N: Need>(
    staff: &Staff<N>,
    id: PerformanceId,
) -> Result<(Vec<Line>, Cancellation), Trouble> {
    let snapshot = staff.snapshot()?;
    let row = usher_ledger::performance::get(&snapshot, id)?.ok_or_else(Trouble::not_found)?;
    let cancelled = row.cancelled.clone().ok_or(Trouble::Refused(Refusal::Stale))?;
    let (mut lines, _) = view::lines(&snapshot, id, &row, |_| false)?;
    lines.retain(Line::at_once);
    Ok((lines, cancelled))
}

fn refunding(line: Line, cancelled: &Cancellation) -> Refund {
    let Line { order, tickets, amount, how, .. } = line;
    let wanted = Wanted { order, tickets, reason: cancelled.reason.clone(), shown: amount };
    match how {
        Some(How::Online) => Refund::Online(wanted),
        Some(How::Order(_) | How::Cash { .. } | How::Card { .. }) | None => Refund::Cash(wanted),
    }
}

fn address(id: PerformanceId) -> String {
    format!("/desk/cancellations/{id}")
}
