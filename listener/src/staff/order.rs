//! `/desk/orders`: orders found, one order looked at, and tickets of it given back or exchanged.
//!
//! Whoever may refund proves once more who they are; the amount is the one they saw. Never
//! decides what may go back. Next: `rules/refund.rs`, `rules/exchange.rs`.

use super::desk::around;
use super::payment;
use super::refund;
use super::sell::decider;
use super::sell::tender::BEGIN_MAX;
use crate::pad::Order as ToPad;
use crate::request::{Need, Staff, need, opened as begun};
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
use usher_rules::exchange::Command as Exchange;
use usher_rules::id::{OrderId, PadNo, PerformanceId, TicketId};
use usher_rules::money::Money;
use usher_rules::payment::Means;
use usher_rules::refund::{Command as Rule, REASON_CHARS_MAX, Wanted};
use usher_rules::view::desk::order::{Notice, Which};
use usher_rules::{Actor, Command, Refusal};

pub async fn list(staff: Staff<need::Desk>, Query(query): Query) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let before: Option<OrderId> = match query.get("before") {
        Some(_) => Some(query.known("before")?),
        None => None,
    };
    let which = match query.get("due") {
        None => Which::All,
        Some("back") => Which::OwedBack,
        Some(_) => Which::Due,
    };
    let find = query.text("find");
    let view = view::orders(staff.handle(), &snapshot, around, find, before, which)?;
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::order::list(&look.templates, &view, &look.words)))
}

/// One order; with tickets and a reason, also what they would make.
pub async fn page(
    staff: Staff<need::Desk>,
    Named(id): Named<OrderId>,
    Query(query): Query,
) -> Result<Response, Trouble> {
    if query.get("taken").is_some() {
        let row = checkout::order(&staff.snapshot()?, id)?.ok_or_else(Trouble::not_found)?;
        let notice = payment::taken(&row);
        return shown(&staff, id, StatusCode::OK, Asked { notice, ..Asked::default() });
    }
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
        pad: payment::pad_beside(staff, &snapshot, id)?,
        decider: Some(decider(staff)),
        ..asked
    };
    let view = view::opened(staff.handle(), &snapshot, around, id, asked)?;
    let view = view.ok_or_else(Trouble::not_found)?;
    let look = staff.shop().look();
    let html = usher_web::desk::order::page(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

/// Gives tickets back: in cash at once, to a card by way of its pad or of the gateway.
pub async fn refund(
    staff: Staff<need::Refund>,
    Named(id): Named<OrderId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let wanted = wanted(id, &fields)?;
    let first = goes_first(&staff, &wanted)?;
    let again = (wanted.tickets.clone(), wanted.reason.clone());
    let asked = match first {
        Some(Means::Pad { pad, .. }) => to_card(&staff, pad, wanted).await,
        other => {
            let rule = match other {
                Some(Means::Online { .. }) => Rule::Online(wanted),
                _ => Rule::Cash(wanted),
            };
            let key = staff.form_key(&fields.key());
            staff.ask(key, Command::Checkout(Sale::Refund(rule))).await.map(|_| None)
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

fn wanted(order: OrderId, fields: &Fields) -> Result<Wanted, Trouble> {
    let shown = fields.known("shown").map(Money)?;
    let reason = fields.text("reason").to_owned();
    Ok(Wanted { order, tickets: tickets(fields)?, reason, shown })
}

/// Begins a sale that gives the chosen tickets up, where they are for.
pub async fn exchange(
    staff: Staff<need::Refund>,
    Named(id): Named<OrderId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let wanted = Wanted { shown: fields.known("worth").map(Money)?, ..wanted(id, &fields)? };
    let again = (wanted.tickets.clone(), wanted.reason.clone());
    let key = staff.form_key(&fields.key());
    let begin = match fields.text("no_fee") {
        "yes" => Exchange::BeginWithoutFee(wanted),
        _ => Exchange::Begin(wanted),
    };
    let begin = Command::Checkout(Sale::Exchange(begin));
    let trouble = match staff.ask(key, begin).await {
        Ok(entry) => {
            let cart = begun(&entry).ok_or(Trouble::Bug)?;
            let onward = again.0.first().map(|ticket| performance_of(&staff, *ticket));
            let onward = onward.transpose()?.flatten();
            let onward = onward.map(|id| format!("/{id}")).unwrap_or_default();
            return Ok(respond::see_other(&format!("/desk/sell/cart/{cart}/more{onward}")));
        }
        Err(trouble) => trouble,
    };
    let notice = match &trouble {
        Trouble::Refused(Refusal::CapturePending) => Some(Notice::NotPaid),
        trouble => told(trouble),
    };
    match notice {
        Some(notice) => opened(&staff, id, again.0, again.1, trouble.status(), Some(notice)),
        None => Err(trouble),
    }
}

/// The performance of a ticket, if others can still be had there.
fn performance_of<N: Need>(
    staff: &Staff<N>,
    ticket: TicketId,
) -> Result<Option<PerformanceId>, Trouble> {
    let snapshot = staff.snapshot()?;
    let Some(ticket) = checkout::ticket(&snapshot, ticket)? else { return Ok(None) };
    let row = usher_ledger::performance::get(&snapshot, ticket.performance)?;
    Ok(row.filter(|row| row.cancelled.is_none()).map(|_| ticket.performance))
}

/// What took that which goes back first; none: nothing does.
fn goes_first<N: Need>(staff: &Staff<N>, wanted: &Wanted) -> Result<Option<Means>, Trouble> {
    let snapshot = staff.snapshot()?;
    let row = checkout::order(&snapshot, wanted.order)?.ok_or_else(Trouble::not_found)?;
    let first = view::goes_back_first(&snapshot, wanted.order, &row, &wanted.tickets)?;
    Ok(first.map(|share| share.means))
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
        Refusal::CapturePending => Notice::CapturePending,
        Refusal::BatchClosing => Notice::BatchClosing,
        Refusal::RefundRunning => Notice::Running,
        Refusal::ExchangeRunning { .. } => Notice::Exchanging,
        Refusal::TillClosed => Notice::NoTill,
        Refusal::CashShort { due } => Notice::DrawerShort { due: *due },
        Refusal::PadBusy { .. } => Notice::PadBusy,
        Refusal::PriceChanged { .. } => Notice::Changed,
        _ => return None,
    })
}
