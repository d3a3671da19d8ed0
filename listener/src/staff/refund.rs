//! A refund at its pin pad, followed from the page of its order: in words, stopped, and decided by
//! a person where nobody could find out.
//!
//! Looking tells the pad's errand that somebody looks (K9). Never gives anything back by itself.
//! Next: `order.rs`, which begins one; `rules/refund/pad.rs`.

use super::decision;
use super::order::shown;
use crate::pad::{Desk, Order};
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{Fields, Named};
use crate::staff::sell::sale::Told;
use crate::wording::Trouble;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use usher_ledger::view::desk::order::Asked;
use usher_ledger::view::desk::refund as view;
use usher_ledger::{Snapshot, checkout};
use usher_rules::checkout::Command as Checkout;
use usher_rules::id::OrderId;
use usher_rules::view::desk::order::{Notice, Running};
use usher_rules::view::desk::sell::Standing;
use usher_rules::{Command, Key, Refusal};

/// What the pad does now, in words, for the page that looks each second.
pub async fn pad(staff: Staff<need::Desk>, Named(id): Named<OrderId>) -> Result<Response, Trouble> {
    let running = running(&staff, &staff.snapshot()?, id)?;
    let told = match running {
        Some(running) => {
            let look = staff.shop().look();
            let frame = staff.shop().frame(0);
            let (templates, words) = (&look.templates, &look.words);
            let said = usher_web::desk::order::told(templates, &frame, &running.standing, words);
            Told { standing: said.standing, title: said.title, body: said.body, step: said.step }
        }
        None => Told { standing: "settled", ..Told::default() },
    };
    let mut response = Json(told).into_response();
    respond::personal(&mut response);
    Ok(response)
}

/// The refund of an order that is not settled; its pad hears that somebody looks.
pub(super) fn running<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
    id: OrderId,
) -> Result<Option<Running>, Trouble> {
    let Some((key, pad, intent)) = view::open(snapshot, id)? else { return Ok(None) };
    let desk = staff.shop().pad(pad);
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
) -> Result<Response, Trouble> {
    if let Some((key, pad, _)) = view::open(&staff.snapshot()?, id)?
        && let Some(Desk { orders, .. }) = staff.shop().pad(pad)
    {
        // A full queue: the page stays as it is, and the button with it.
        let _ = orders.try_send(Order::Abort(key));
    }
    Ok(respond::see_other(&address(id)))
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
            Notice::GivenBefore
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

/// The refund that a form names; it must be this order's.
fn intent_of(snapshot: &Snapshot, id: OrderId, fields: &Fields) -> Result<Key, Trouble> {
    let key = decision::named(fields)?;
    let row = checkout::intent(snapshot, key)?;
    let ours = row.and_then(|row| row.refunding().map(|refund| refund.order)) == Some(id);
    if ours { Ok(key) } else { Err(Trouble::not_found()) }
}
