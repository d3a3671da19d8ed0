//! One sale: its page, the pad in words for the page's script, giving back one ticket or all.
//!
//! Looking keeps the seats, and tells the pad's errand that somebody looks (K9). Next:
//! `sell/tender.rs`, which takes money.

use super::{Cashier, Spot, counter, decider, may_decide, own_sale, sale_of, till_of, touch};
use crate::pad::Order;
use crate::request::{Need, Staff};
use crate::respond;
use crate::shop::form::{Asked, Fields};
use crate::staff::follow::{self, Told};
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::view::cart::line;
use usher_ledger::view::desk::patron::glance;
use usher_ledger::view::desk::sell as view;
use usher_ledger::{Snapshot, checkout, patron};
use usher_rules::cart::{Buyer, Cart, Command as CartCommand, Place};
use usher_rules::checkout::Command as Checkout;
use usher_rules::exchange::Command as Exchange;
use usher_rules::hold::Command as Hold;
use usher_rules::id::{CartId, OrderId, PadNo, TillNo};
use usher_rules::view::desk::pad::Face;
use usher_rules::view::desk::patron::Glance;
use usher_rules::view::desk::sell::{Notice, Sale, Standing, Typed};
use usher_rules::{Command, Key, Refusal};

pub async fn page(staff: Cashier, spot: Spot) -> Result<Response, Trouble> {
    let id = spot.cart.ok_or_else(Trouble::not_found)?;
    shown(&staff, id, StatusCode::OK, Typed::default(), None)
}

/// What the pad does now, for a page that follows it.
pub async fn pad(staff: Cashier, spot: Spot, Asked(query): Asked) -> Result<Response, Trouble> {
    let id = spot.cart.ok_or_else(Trouble::not_found)?;
    let row = sale_of(&staff.snapshot()?, id)?.0;
    let at = payment(&staff.snapshot()?, &row)?.and_then(|(_, no)| staff.shop().pad(no));
    let face = at.map(|desk| desk.face.clone());
    follow::answer(&staff, query.text("seen"), face, || told(&staff, id)).await
}

fn told(staff: &Cashier, id: CartId) -> Result<Told, Trouble> {
    let snapshot = staff.snapshot()?;
    let (row, _) = visible(staff, &snapshot, id)?;
    let standing = standing(staff, &snapshot, id, &row)?;
    let look = staff.shop().look();
    let frame = staff.shop().frame(0);
    let said = usher_web::desk::sell::told(&look.templates, &frame, &standing, &look.words);
    let standing = if row.order.is_some() { "sold" } else { said.standing };
    let (title, body, step) = (said.title, said.body, said.step);
    Ok(Told { standing, title, body, step, ..Told::default() })
}

/// A sale that who asks may see: of their till, or one that they may decide about.
fn visible<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
    id: CartId,
) -> Result<(Cart, TillNo), Trouble> {
    let (row, till) = sale_of(snapshot, id)?;
    let own = till_of(staff, snapshot)? == Some(till);
    let decides = may_decide(staff) && view::undecided(snapshot, id, &row)?.is_some();
    if own || decides { Ok((row, till)) } else { Err(Trouble::NotYours) }
}

/// How far it is; its pad hears that somebody looks.
fn standing<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
    id: CartId,
    row: &Cart,
) -> Result<Standing, Trouble> {
    let desk = payment(snapshot, row)?.and_then(|(_, no)| staff.shop().pad(no));
    let face: Option<Face> = desk.map(|desk| desk.face.borrow().clone());
    let standing = view::standing(snapshot, row, staff.handle().seen(id), face.as_ref())?;
    if let (Standing::Paying(paying), Some(desk)) = (&standing, desk) {
        // A full queue means that others look: the errand hears of those.
        let _ = desk.orders.try_send(Order::Watched(paying.intent));
    }
    Ok(standing)
}

/// The newest payment of a sale, and the pad it is made at.
pub(super) fn payment(snapshot: &Snapshot, row: &Cart) -> Result<Option<(Key, PadNo)>, Trouble> {
    let Some(key) = row.intent else { return Ok(None) };
    let intent = checkout::intent(snapshot, key)?;
    Ok(intent.and_then(|intent| intent.pad).map(|pad| (key, pad.pad)))
}

pub(super) fn address(id: CartId) -> String {
    format!("/desk/sell/cart/{id}")
}

pub(super) fn sold_address(id: OrderId) -> String {
    format!("/desk/sell/order/{id}")
}

/// The page of a sale; one that is sold leads to its order.
pub(super) fn shown<N: Need>(
    staff: &Staff<N>,
    id: CartId,
    status: StatusCode,
    typed: Typed,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (row, till) = visible(staff, &snapshot, id)?;
    let undecided = view::undecided(&snapshot, id, &row)?;
    if let (Some(order), None) = (row.order, &undecided) {
        return Ok(respond::see_other(&sold_address(order)));
    }
    let own = till_of(staff, &snapshot)? == Some(till);
    if own {
        touch(staff, &snapshot, id, &row)?;
    }
    let face = |no| staff.shop().pad(no).map(|desk| desk.face.borrow().clone());
    let typed = match typed.buyer == Buyer::default() {
        true => Typed { buyer: row.buyer.clone(), ..typed },
        false => typed,
    };
    let hand = (id, row);
    let row = &hand.1;
    let view = Sale {
        counter: counter(staff, &snapshot, Some(&hand), "")?,
        cart: id,
        form_key: staff.shop().form_key(),
        lines: view::lines(&snapshot, row)?,
        sums: view::sums_of(&snapshot, row)?,
        plays_on: view::plays_on(&snapshot, row)?,
        own,
        standing: standing(staff, &snapshot, id, row)?,
        cash_beside: view::cash_beside(&snapshot, row)?,
        pad: view::pad_here(&snapshot, till, face)?,
        undecided,
        decider: decider(staff),
        patron: bought_by(&snapshot, row)?,
        typed,
        notice,
    };
    let look = staff.shop().look();
    let html = usher_web::desk::sell::sale(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

/// Who of the register buys.
fn bought_by(snapshot: &Snapshot, row: &Cart) -> Result<Option<Glance>, Trouble> {
    let Some(id) = row.buyer.patron else { return Ok(None) };
    let Some(patron) = patron::get(snapshot, id)? else { return Ok(None) };
    Ok(Some(glance(snapshot, id, patron)?))
}

/// Gives one ticket back.
pub async fn remove(staff: Cashier, spot: Spot, fields: Fields) -> Result<Response, Trouble> {
    let id = spot.cart.ok_or_else(Trouble::not_found)?;
    let snapshot = staff.snapshot()?;
    let (row, _) = own_sale(&staff, &snapshot, id)?;
    let no: u16 = fields.known("line")?;
    let Some(asked) = line(&snapshot, &row, no)? else {
        return Ok(respond::see_other(&address(id)));
    };
    let release = Hold::Release { cart: id, lines: vec![no] };
    match staff.ask(staff.form_key(&fields.key()), Command::Hold(release)).await {
        Ok(_) => Ok(respond::see_other(&address(id))),
        Err(Trouble::Refused(Refusal::GiveUpInstead { seat })) => {
            let instead = row.lines.iter().filter(|line| line.place == Place::Seat(seat));
            let instead = instead.map(|other| Ok((other.no, line(&snapshot, &row, other.no)?)));
            let instead: Vec<_> = instead.collect::<Result<_, Trouble>>()?;
            let instead = instead.into_iter().filter_map(|(no, place)| Some((no, place?)));
            let notice = Notice::KeepsSingle { asked, instead: instead.collect() };
            let status = Trouble::Refused(Refusal::GiveUpInstead { seat }).status();
            shown(&staff, id, status, Typed::default(), Some(notice))
        }
        Err(trouble) => over_already(trouble, id),
    }
}

/// Goes on as any sale: the old tickets stay as they are.
pub async fn leave_exchange(
    staff: Cashier,
    spot: Spot,
    fields: Fields,
) -> Result<Response, Trouble> {
    let id = spot.cart.ok_or_else(Trouble::not_found)?;
    own_sale(&staff, &staff.snapshot()?, id)?;
    let leave = Command::Checkout(Checkout::Exchange(Exchange::Leave(id)));
    match staff.ask(staff.form_key(&fields.key()), leave).await {
        // Asked from two pages: it is left.
        Ok(_) | Err(Trouble::Refused(Refusal::Stale)) => Ok(respond::see_other(&address(id))),
        Err(trouble) => over_already(trouble, id),
    }
}

/// Gives everything back at once.
pub async fn cancel(staff: Cashier, spot: Spot, fields: Fields) -> Result<Response, Trouble> {
    let id = spot.cart.ok_or_else(Trouble::not_found)?;
    own_sale(&staff, &staff.snapshot()?, id)?;
    let close = Command::Cart(CartCommand::Close(id));
    match staff.ask(staff.form_key(&fields.key()), close).await {
        Ok(_) => {
            staff.handle().forget(id);
            Ok(respond::see_other("/desk/sell"))
        }
        Err(trouble) => over_already(trouble, id),
    }
}

/// A sale that is being paid, or over: its page says it.
pub(super) fn over_already(trouble: Trouble, id: CartId) -> Result<Response, Trouble> {
    match trouble {
        Trouble::Refused(
            Refusal::NotFound
            | Refusal::CartNotActive { .. }
            | Refusal::CartEmpty
            | Refusal::KeyReused,
        ) => Ok(respond::see_other(&address(id))),
        other => Err(other),
    }
}
