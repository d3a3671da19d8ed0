//! `/desk/sell`: selling at the counter, by whoever has a till open.
//!
//! The sale in hand is named by the address; it is a cart of the till, so another till's is not
//! found here. Never talks to a pin pad: its errand does (`pad.rs`). Next: `sell/choice.rs`, then
//! `sell/sale.rs`, `sell/tender.rs`, `sell/sold.rs`.

pub mod choice;
pub mod patron;
pub mod sale;
pub mod sold;
pub mod tender;

use super::desk::around;
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::Asked;
use crate::token::Right;
use crate::wording::Trouble;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::Response;
use std::sync::Arc;
use usher_ledger::view::desk::sell as view;
use usher_ledger::{Snapshot, cart, till};
use usher_rules::at::{At, Span};
use usher_rules::cart::Cart;
use usher_rules::id::{CartId, PerformanceId, TillNo};
use usher_rules::view::desk::sell::{Counter, Decider, Post};

/// How far ahead performances are listed unasked; who types looks through all of them.
const LISTED: Span = Span::hours(24 * 28);
/// Longest wish that is looked for, in characters.
const FIND_CHARS_MAX: usize = 80;

type Cashier = Staff<need::SellAtCounter>;

/// The performance and the sale in hand that an address names.
pub struct Spot {
    cart: Option<CartId>,
    performance: Option<PerformanceId>,
}

impl FromRequestParts<Arc<crate::state::Shop>> for Spot {
    type Rejection = Trouble;

    async fn from_request_parts(
        parts: &mut Parts,
        shop: &Arc<crate::state::Shop>,
    ) -> Result<Spot, Trouble> {
        let named = RawPathParams::from_request_parts(parts, shop).await;
        let named = named.map_err(|_| Trouble::not_found())?;
        let text = |wanted: &str| named.iter().find(|(name, _)| *name == wanted);
        let cart = text("cart").map(|(_, text)| text.parse()).transpose();
        let performance = text("id").map(|(_, text)| text.parse()).transpose();
        match (cart, performance) {
            (Ok(cart), Ok(performance)) => Ok(Spot { cart, performance }),
            (Err(()), _) | (_, Err(())) => Err(Trouble::not_found()),
        }
    }
}

/// The performances, and who has no till is told so.
pub async fn page(staff: Cashier, spot: Spot, Asked(query): Asked) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let hand = in_hand(&staff, &snapshot, spot.cart)?;
    let find: String = query.text("find").trim().chars().take(FIND_CHARS_MAX).collect();
    let view = counter(&staff, &snapshot, hand.as_ref(), &find)?;
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::sell::list(&look.templates, &view, &look.words)))
}

/// The till that who asks has open.
pub(super) fn till_of<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
) -> Result<Option<TillNo>, Trouble> {
    let Some(no) = staff.account else { return Ok(None) };
    Ok(till::open_of(snapshot, no)?.map(|(_, session)| session.till))
}

/// May this one decide what nobody could find out? It moves money as a refund does, so it asks
/// for the same right and the same proof.
fn may_decide<N: Need>(staff: &Staff<N>) -> bool {
    staff.account.is_some() && staff.rights.has(Right::Refund)
}

/// The same for the page, which asks for the proof before anything is typed.
pub(super) fn decider<N: Need>(staff: &Staff<N>) -> Decider {
    match (may_decide(staff), staff.confirmed) {
        (false, _) => Decider::No,
        (true, false) => Decider::ProveFirst,
        (true, true) => Decider::Yes,
    }
}

/// A sale of a till. The shop's carts are none.
fn sale_of(snapshot: &Snapshot, id: CartId) -> Result<(Cart, TillNo), Trouble> {
    let row = cart::get(snapshot, id)?.ok_or_else(Trouble::not_found)?;
    let till = row.till.ok_or_else(Trouble::not_found)?;
    Ok((row, till))
}

/// A sale of the till that who asks has open.
pub(super) fn own_sale<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
    id: CartId,
) -> Result<(Cart, TillNo), Trouble> {
    let (row, till) = sale_of(snapshot, id)?;
    if till_of(staff, snapshot)? == Some(till) { Ok((row, till)) } else { Err(Trouble::NotYours) }
}

/// The sale in hand, if the address names one that can still be added to.
fn in_hand(
    staff: &Cashier,
    snapshot: &Snapshot,
    id: Option<CartId>,
) -> Result<Option<(CartId, Cart)>, Trouble> {
    let Some(id) = id else { return Ok(None) };
    let (row, _) = own_sale(staff, snapshot, id)?;
    touch(staff, snapshot, id, &row)?;
    Ok(row.active().is_ok().then_some((id, row)))
}

/// Who looks at a sale keeps its seats.
fn touch<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
    id: CartId,
    row: &Cart,
) -> Result<(), Trouble> {
    crate::request::touch(staff.shop(), snapshot, id, row)
}

/// What stands around every page of a sale.
fn counter<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
    hand: Option<&(CartId, Cart)>,
    find: &str,
) -> Result<Counter, Trouble> {
    let (around, _) = around(staff, snapshot)?;
    let till = till_of(staff, snapshot)?;
    let post = match (staff.account, till) {
        (None, _) => Post::Token,
        (Some(_), None) => Post::NoTill,
        (Some(_), Some(till)) => Post::Till { name: view::till(snapshot, till)? },
    };
    let now = staff.now();
    let until = if find.is_empty() { now + LISTED } else { At(i64::MAX) };
    Ok(Counter {
        shows: match till {
            Some(_) => view::shows(snapshot, now, until)?,
            None => Vec::new(),
        },
        slip: match hand {
            Some((id, row)) => view::slip(snapshot, *id, row)?,
            None => None,
        },
        waiting: view::waiting(snapshot, till, may_decide(staff))?,
        exchange: hand.and_then(|(id, row)| view::exchange(*id, row, staff.shop().form_key())),
        find: find.to_owned(),
        around,
        post,
    })
}
