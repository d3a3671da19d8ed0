//! A refund or a payment at its pin pad or through the gateway, followed from the page of its
//! order: in words, stopped, and decided by a person where nobody could find out.
//!
//! Looking tells the pad's errand that somebody looks (K9). Never gives anything back by itself.
//! Next: `order.rs`, which begins one; `rules/refund/pad.rs`.

use super::decision;
use super::order::shown;
use super::payment::{at_sale, back};
use crate::pad::{Desk, Order};
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{self as fields, Fields, Named};
use crate::staff::follow::{self, Told};
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::view::desk::order::Asked;
use usher_ledger::view::desk::refund as view;
use usher_ledger::{Snapshot, checkout};
use usher_rules::checkout::Command as Checkout;
use usher_rules::id::{OrderId, PadNo};
use usher_rules::view::desk::order::{Notice, Running};
use usher_rules::view::desk::sell::Standing;
use usher_rules::{Command, Key, Refusal};

/// What the pad does now, for a page that follows it.
pub async fn pad(
    staff: Staff<need::Desk>,
    Named(id): Named<OrderId>,
    fields::Asked(query): fields::Asked,
) -> Result<Response, Trouble> {
    let open = at_terminal(&staff, &staff.snapshot()?, id)?;
    let at = open.and_then(|(_, no, _)| staff.shop().pad(no?));
    let face = at.map(|desk| desk.face.clone());
    follow::answer(&staff, query.text("seen"), face, || told(&staff, id)).await
}

fn told(staff: &Staff<need::Desk>, id: OrderId) -> Result<Told, Trouble> {
    Ok(match running(staff, &staff.snapshot()?, id)? {
        Some(running) => {
            let look = staff.shop().look();
            let frame = staff.shop().frame(0);
            let (templates, words) = (&look.templates, &look.words);
            let said = usher_web::desk::order::told(templates, &frame, &running, words);
            let (title, body, step) = (said.title, said.body, said.step);
            Told { standing: said.standing, title, body, step, ..Told::default() }
        }
        None => Told { standing: "settled", ..Told::default() },
    })
}

/// What is not settled; or what is, while its terminal is not ready for the next yet.
fn at_terminal<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
    id: OrderId,
) -> Result<Option<view::Made>, Trouble> {
    if let Some(open) = view::open(snapshot, id)? {
        return Ok(Some(open));
    }
    let busy_with = |no: Option<PadNo>| {
        let face = staff.shop().pad(no?)?.face.borrow();
        face.running.as_ref().map(|running| running.intent)
    };
    let mut newest = view::newest(snapshot, id)?.into_iter();
    Ok(newest.find(|(key, no, _)| busy_with(*no) == Some(*key)))
}

/// The refund or payment of an order that is not settled; its pad hears that somebody looks.
pub(super) fn running<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
    id: OrderId,
) -> Result<Option<Running>, Trouble> {
    let Some((key, pad, intent)) = at_terminal(staff, snapshot, id)? else { return Ok(None) };
    let desk = pad.and_then(|pad| staff.shop().pad(pad));
    let face = desk.map(|desk| desk.face.borrow().clone());
    let running = view::running(snapshot, id, key, &intent, face.as_ref())?;
    if let (Standing::Paying(_), Some(desk)) = (&running.standing, desk) {
        // A full queue means that others look: the errand hears of those.
        let _ = desk.orders.try_send(Order::Watched(key));
    }
    Ok(Some(running))
}

/// The cashier wants to stop. An approval on its way wins.
pub async fn stop(
    staff: Staff<need::SellAtCounter>,
    Named(id): Named<OrderId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    if let Some((key, Some(pad), _)) = view::open(&staff.snapshot()?, id)?
        && let Some(Desk { orders, .. }) = staff.shop().pad(pad)
    {
        // A full queue: the page stays as it is, and the button with it.
        let _ = orders.try_send(Order::Abort(key));
    }
    Ok(respond::see_other(&back(id, at_sale(&fields))))
}

/// What somebody senior saw on the terminal: kept with name and reason.
pub async fn decide(
    staff: Staff<need::Refund>,
    Named(id): Named<OrderId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let intent = intent_of(&staff.snapshot()?, id, &fields)?;
    let (decide, typed) = decision::read(&fields, intent)?;
    let key = staff.form_key(&fields.key());
    let notice = match staff.ask(key, Command::Checkout(Checkout::Pad(decide))).await {
        Ok(_) => return Ok(respond::see_other(&address(id))),
        Err(Trouble::Refused(Refusal::MissingData { fields })) => Notice::DecisionLacks { fields },
        Err(Trouble::Refused(Refusal::Stale)) if decision::waits(&staff.snapshot()?, intent)? => {
            match checkout::intent(&staff.snapshot()?, intent)? {
                Some(row) if row.refunding().is_none() => Notice::PaidBefore,
                Some(_) | None => Notice::GivenBefore,
            }
        }
        Err(Trouble::Refused(Refusal::Stale)) => return Ok(respond::see_other(&address(id))),
        Err(trouble) => return Err(trouble),
    };
    let asked = Asked { notice: Some(notice), typed, ..Asked::default() };
    shown(&staff, id, StatusCode::UNPROCESSABLE_ENTITY, asked)
}

fn address(id: OrderId) -> String {
    format!("/desk/orders/{id}")
}

/// The refund or payment that a form names; it must be this order's.
fn intent_of(snapshot: &Snapshot, id: OrderId, fields: &Fields) -> Result<Key, Trouble> {
    let key = decision::named(fields)?;
    let row = checkout::intent(snapshot, key)?;
    let ours = row.and_then(|row| row.of_order()) == Some(id);
    if ours { Ok(key) } else { Err(Trouble::not_found()) }
}
