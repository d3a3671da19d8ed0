//! `/desk/orders`: orders found, one order looked at, and tickets of it given back.
//!
//! Whoever may refund proves once more who they are; the amount is the one they saw. Never
//! decides what may go back. Next: `rules/refund.rs`.

use super::desk::around;
use super::refund;
use super::sell::decider;
use super::sell::tender::BEGIN_MAX;
use crate::pad::Order as ToPad;
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{Asked as Query, Fields, Named};
use crate::token::Right;
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use tokio::sync::oneshot;
use usher_ledger::checkout;
use usher_ledger::view::desk::order::{self as view, Asked};
use usher_rules::checkout::Command as Sale;
use usher_rules::id::{OrderId, PadNo, TicketId};
use usher_rules::money::Money;
use usher_rules::refund::{Command as Rule, REASON_CHARS_MAX, Wanted};
use usher_rules::view::desk::order::Notice;
use usher_rules::{Actor, Command, Refusal};

pub async fn list(staff: Staff<need::Desk>, Query(query): Query) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let before: Option<OrderId> = match query.get("before") {
        Some(_) => Some(query.known("before")?),
        None => None,
    };
    let view = view::orders(staff.handle(), &snapshot, around, query.text("find"), before)?;
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::order::list(&look.templates, &view, &look.words)))
}

/// One order; with tickets and a reason, also what they would make.
pub async fn page(
    staff: Staff<need::Desk>,
    Named(id): Named<OrderId>,
    Query(query): Query,
) -> Result<Response, Trouble> {
    let asking = query.get("reason").is_some();
    let reason = query.text("reason").to_owned();
    let tickets = tickets(&query)?;
    let notice = match (asking, tickets.is_empty()) {
        (true, true) => Some(Notice::NoneChosen),
        (true, false) if !said(&reason) => Some(unsaid()),
        (true | false, _) => None,
    };
    let status = if notice.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let reason = if notice.is_none() { reason } else { String::new() };
    opened(&staff, id, tickets, reason, status, notice)
}

fn said(reason: &str) -> bool {
    !reason.trim().is_empty() && reason.chars().count() <= REASON_CHARS_MAX
}

fn unsaid() -> Notice {
    Notice::Reason { max: u32::try_from(REASON_CHARS_MAX).unwrap_or(u32::MAX) }
}

fn tickets(fields: &Fields) -> Result<Vec<TicketId>, Trouble> {
    let read = |text: &str| {
        text.parse().map_err(|_| Trouble::malformed("ticket", "not as this page sends it"))
    };
    fields.all("ticket").map(read).collect()
}

fn opened<N: Need>(
    staff: &Staff<N>,
    id: OrderId,
    tickets: Vec<TicketId>,
    reason: String,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    shown(staff, id, status, Asked { tickets, reason, notice, ..Asked::default() })
}

/// The page of an order.
pub(super) fn shown<N: Need>(
    staff: &Staff<N>,
    id: OrderId,
    status: StatusCode,
    asked: Asked,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(staff, &snapshot)?;
    let asked = Asked {
        may_refund: staff.rights.has(Right::Refund) && staff.account.is_some(),
        form_key: staff.shop().form_key(),
        running: refund::running(staff, &snapshot, id)?,
        decider: Some(decider(staff)),
        ..asked
    };
    let view = view::opened(staff.handle(), &snapshot, around, id, asked)?;
    let view = view.ok_or_else(Trouble::not_found)?;
    let look = staff.shop().look();
    let html = usher_web::desk::order::page(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

/// Gives tickets back: in cash at once, to a card by way of its pad.
pub async fn refund(
    staff: Staff<need::Refund>,
    Named(id): Named<OrderId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let pad = pad_of(&staff, id)?;
    let shown = fields.known("shown").map(Money)?;
    let reason = fields.text("reason").to_owned();
    let wanted = Wanted { order: id, tickets: tickets(&fields)?, reason, shown };
    let again = (wanted.tickets.clone(), wanted.reason.clone());
    let asked = match pad {
        Some(pad) if shown > Money::ZERO => to_card(&staff, pad, wanted).await,
        Some(_) | None => {
            let key = staff.form_key(&fields.key());
            let command = Command::Checkout(Sale::Refund(Rule::Cash(wanted)));
            staff.ask(key, command).await.map(|_| None)
        }
    };
    let trouble = match asked {
        Ok(None) => return Ok(respond::see_other(&format!("/desk/orders/{id}"))),
        Ok(Some(notice)) => {
            return opened(&staff, id, again.0, again.1, StatusCode::CONFLICT, Some(notice));
        }
        Err(trouble) => trouble,
    };
    match told(&trouble) {
        Some(notice) => opened(&staff, id, again.0, again.1, trouble.status(), Some(notice)),
        None => Err(trouble),
    }
}

/// The pad that took the payment of an order.
fn pad_of<N: Need>(staff: &Staff<N>, id: OrderId) -> Result<Option<PadNo>, Trouble> {
    let snapshot = staff.snapshot()?;
    let row = checkout::order(&snapshot, id)?.ok_or_else(Trouble::not_found)?;
    let Some(key) = row.intent else { return Ok(None) };
    let paid = checkout::intent(&snapshot, key)?;
    Ok(paid.and_then(|intent| intent.pad).map(|at| at.pad))
}

/// Begins the refund at its pad; the page follows how it goes on. A notice: there is no such pad.
async fn to_card<N: Need>(
    staff: &Staff<N>,
    pad: PadNo,
    wanted: Wanted,
) -> Result<Option<Notice>, Trouble> {
    let no = staff.account.ok_or(Trouble::Refused(Refusal::NotAllowed))?;
    let Some(desk) = staff.shop().pad(pad) else { return Ok(Some(Notice::NoPad)) };
    let (reply, answer) = oneshot::channel();
    let order = ToPad::Refund { by: Actor::Account(no), wanted, reply };
    desk.orders.try_send(order).map_err(|_| Trouble::Busy)?;
    match tokio::time::timeout(BEGIN_MAX, answer).await {
        Ok(Ok(Ok(_))) => Ok(None),
        Ok(Ok(Err(denied))) => Err(denied.into()),
        // If it was begun all the same, the order's page says how far it is.
        Ok(Err(_)) | Err(_) => Ok(Some(Notice::NoPad)),
    }
}

/// What the page itself says of a refusal; anything else is a page of its own.
fn told(trouble: &Trouble) -> Option<Notice> {
    let Trouble::Refused(refusal) = trouble else { return None };
    Some(match refusal {
        Refusal::MissingData { fields } if fields.contains(&"tickets") => Notice::NoneChosen,
        Refusal::MissingData { .. } | Refusal::Malformed { field: "reason" } => unsaid(),
        Refusal::OverRefund { .. } => Notice::Over,
        Refusal::PerformanceOver => Notice::PerformanceOver,
        Refusal::TicketUsed { .. } => Notice::Used,
        Refusal::PaidOnline => Notice::PaidOnline,
        Refusal::RefundRunning => Notice::Running,
        Refusal::TillClosed => Notice::NoTill,
        Refusal::CashShort { due } => Notice::DrawerShort { due: *due },
        Refusal::PadBusy { .. } => Notice::PadBusy,
        Refusal::PriceChanged { .. } => Notice::Changed,
        _ => return None,
    })
}
