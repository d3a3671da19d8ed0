//! `GET /cart` and its forms: remove one, one fewer, close.
//!
//! What is gone already is not an error: pressing twice ends where pressing once does. Next:
//! `shop/checkout.rs`.

use super::form::{Asked, Fields};
use crate::request::Guest;
use crate::respond;
use crate::wording::Trouble;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use usher_ledger::view::cart::{self, Owner};
use usher_ledger::{Snapshot, performance};
use usher_rules::cart::{Cart, Command as CartCommand, Line, Place};
use usher_rules::hold::Command as Hold;
use usher_rules::id::{AreaNo, CartId, LevelNo, PerformanceId, SeatNo};
use usher_rules::view::cart::Notice;
use usher_rules::{Command, Refusal};

pub async fn page(guest: Guest, Asked(query): Asked) -> Result<Response, Trouble> {
    let notice = removed(&guest, &query)?;
    shown(&guest, notice).map(respond::page)
}

/// Who is looking, and since when.
pub(super) fn owner(guest: &Guest) -> Owner {
    let seen = guest.cart.and_then(|cart| guest.handle().seen(cart));
    Owner { cart: guest.cart, seen }
}

fn shown(guest: &Guest, notice: Notice) -> Result<usher_web::Html, Trouble> {
    let frame = guest.shop().frame(guest.places());
    let key = guest.shop().form_key();
    let view = cart::cart(&guest.snapshot()?, frame, owner(guest), key, notice)?;
    let look = guest.shop().look();
    Ok(usher_web::cart::page(&look.templates, &view, &look.words))
}

/// Gives one ticket back: a seat by its guid, or one place of an area at a level.
pub async fn remove(guest: Guest, fields: Fields) -> Result<Response, Trouble> {
    let (id, row) = own(&guest)?;
    let performance = fields.performance()?;
    let snapshot = guest.snapshot()?;
    let Some(line) = line(&snapshot, row, performance, &fields)? else {
        return Ok(respond::see_other("/cart"));
    };
    let (no, place) = (line.no, line.place);
    drop(snapshot);
    let key = guest.form_key(&fields.key());
    let release = Hold::Release { cart: id, lines: vec![no] };
    match guest.ask(key, Command::Hold(release)).await {
        Ok(_) => Ok(respond::see_other(&removed_address(performance, place))),
        Err(Trouble::Refused(Refusal::GiveUpInstead { seat })) => {
            let notice = keeps_single(&guest, performance, place, seat)?;
            let status = Trouble::Refused(Refusal::GiveUpInstead { seat }).status();
            Ok(respond::page_with(status, shown(&guest, notice)?))
        }
        Err(trouble) => gone_already(trouble),
    }
}

/// Gives back the seat that leaves no single, from the cart or from the tickets page.
pub async fn one_fewer(
    guest: Guest,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Trouble> {
    let (id, _) = own(&guest)?;
    let performance = fields.performance()?;
    let key = guest.form_key(&fields.key());
    let fewer = Hold::OneFewer(id, performance);
    match guest.ask(key, Command::Hold(fewer)).await {
        Ok(_) => Ok(respond::see_other(&back(&guest, &headers, performance))),
        Err(trouble) => gone_already(trouble),
    }
}

/// Gives everything back.
pub async fn close(guest: Guest, fields: Fields) -> Result<Response, Trouble> {
    let (id, _) = own(&guest)?;
    let key = guest.form_key(&fields.key());
    match guest.ask(key, Command::Cart(CartCommand::Close(id))).await {
        Ok(_) => {
            guest.handle().forget(id);
            Ok(respond::see_other("/cart"))
        }
        Err(trouble) => gone_already(trouble),
    }
}

/// The visitor's cart; without one there is nothing to give back.
fn own(guest: &Guest) -> Result<(CartId, &Cart), Trouble> {
    let empty = || Trouble::Refused(Refusal::CartEmpty);
    let row = guest.row.as_ref().ok_or_else(empty)?;
    Ok((guest.own_cart()?, row))
}

/// A cart that was closed, or a seat that was given back meanwhile: the cart page says it.
fn gone_already(trouble: Trouble) -> Result<Response, Trouble> {
    match trouble {
        Trouble::Refused(Refusal::NotFound | Refusal::CartNotActive { .. }) => {
            Ok(respond::see_other("/cart"))
        }
        other => Err(other),
    }
}

fn line<'a>(
    snapshot: &Snapshot,
    row: &'a Cart,
    id: PerformanceId,
    fields: &Fields,
) -> Result<Option<&'a Line>, Trouble> {
    let mut here = row.lines.iter().filter(|line| line.performance == id);
    let Some(guid) = fields.get("guid") else {
        let (area, level) = (AreaNo(fields.known("area")?), LevelNo(fields.known("level")?));
        let same = |line: &&Line| line.place == Place::Area(area) && line.level == level;
        return Ok(here.rfind(same));
    };
    let seat = seat_no(snapshot, id, guid)?;
    Ok(seat.and_then(|seat| here.find(|line| line.place == Place::Seat(seat))))
}

fn seat_no(snapshot: &Snapshot, id: PerformanceId, guid: &str) -> Result<Option<SeatNo>, Trouble> {
    let staged = snapshot.staged(id)?;
    Ok(staged.and_then(|(_, drawn)| drawn.plan.seat_no(guid)))
}

/// Where the cart says what was removed; places of areas are told apart by nothing.
fn removed_address(id: PerformanceId, place: Place) -> String {
    match place {
        Place::Seat(seat) => format!("/cart?removed={id}&seat={}", seat.0),
        Place::Area(_) => "/cart".to_owned(),
    }
}

/// The notice of `removed`, if that seat is indeed not in the cart.
fn removed(guest: &Guest, query: &Fields) -> Result<Notice, Trouble> {
    let asked = (query.text("removed").parse(), query.text("seat").parse().map(SeatNo));
    let (Ok(id), Ok(seat)) = asked else { return Ok(Notice::Nothing) };
    let held = guest.row.as_ref().is_some_and(|row| row.seats_in(id).contains(&seat));
    let snapshot = guest.snapshot()?;
    if held || performance::get(&snapshot, id)?.is_none() {
        return Ok(Notice::Nothing);
    }
    let place = cart::seats(&snapshot, id, &[seat])?.into_iter().next();
    Ok(place.map_or(Notice::Nothing, Notice::Removed))
}

fn keeps_single(
    guest: &Guest,
    performance: PerformanceId,
    asked: Place,
    instead: SeatNo,
) -> Result<Notice, Trouble> {
    let Place::Seat(asked) = asked else { return Ok(Notice::Nothing) };
    let mut places = cart::seats(&guest.snapshot()?, performance, &[asked, instead])?.into_iter();
    let Some(asked) = places.next() else { return Ok(Notice::Nothing) };
    Ok(Notice::KeepsSingle { asked, performance, instead: places.collect() })
}

/// Back to the tickets page if the form stood there and the cart still holds seats of it.
fn back(guest: &Guest, headers: &HeaderMap, id: PerformanceId) -> String {
    let tickets = format!("/performances/{id}");
    let came = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let from = came.and_then(|came| came.split_once("://")?.1.split_once('/'));
    let on_page =
        from.is_some_and(|(_, path)| tickets.strip_prefix('/') == path.split(['?', '#']).next());
    let more = guest
        .row
        .as_ref()
        .is_some_and(|row| row.lines.iter().filter(|line| line.performance == id).count() > 1);
    if on_page && more { tickets } else { "/cart".to_owned() }
}
