//! Taking seats: `POST /performances/{id}/best-seats` and `POST /performances/{id}/seats`.
//!
//! Taken seats lead back to the tickets page by GET; a refusal is that page at once, with what
//! else could be had as buttons. The first take opens the cart and, if need be, the session.
//! Next: `shop/cart.rs`.

use super::form::{Fields, Named, act};
use super::performance::{asked, chosen_where, read};
use crate::request::{Guest, ToFill};
use crate::respond;
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::view::performance::{Asked, says};
use usher_rules::cart::Place;
use usher_rules::hold::Command as Hold;
use usher_rules::house::TICKETS_PER_CART_MAX;
use usher_rules::id::{CartId, LevelNo, PerformanceId, SeatNo};
use usher_rules::plan::Plan;
use usher_rules::price::Places;
use usher_rules::view::performance::Where;
use usher_rules::{Command, Key, Refusal};

/// The house picks, or counts places where nothing is numbered.
pub async fn best_seats(
    guest: Guest,
    Named(id): Named<PerformanceId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let key = guest.form_key(&fields.key());
    let asked = asked(&guest, &fields);
    if instead(&guest, id, &fields) {
        return other_seats(&guest, id, asked, key).await;
    }
    if let Err(refusal) = wanted(&asked.places) {
        return refused(&guest, id, asked, refusal);
    }
    let places: Vec<Places> = asked.places.iter().copied().filter(|one| one.count > 0).collect();
    take(&guest, id, asked, key, |cart| best(cart, id, places, &fields)).await
}

/// The same party elsewhere. Where nothing else can be had, what is held stays held, and the page
/// says so.
async fn other_seats(
    guest: &Guest,
    id: PerformanceId,
    asked: Asked,
    key: Option<Key>,
) -> Result<Response, Trouble> {
    let other = Hold::TryOther { cart: guest.own_cart()?, performance: id };
    match guest.ask(key, Command::Hold(other)).await {
        Ok(_) => Ok(respond::see_other(&format!("/performances/{id}"))),
        Err(Trouble::Refused(refusal)) if says(&refusal) => {
            let status = Trouble::Refused(refusal).status();
            drawn(guest, id, &Asked { nothing_else: true, ..asked }, status)
        }
        Err(trouble) => Err(trouble),
    }
}

/// The visitor picked.
pub async fn seats(
    guest: Guest,
    Named(id): Named<PerformanceId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let mut asked = asked(&guest, &fields);
    asked.picks = fields.all("seat").map(str::to_owned).collect();
    if asked.picks.is_empty() {
        return refused(&guest, id, asked, Refusal::Malformed { field: "places" });
    }
    let snapshot = guest.snapshot()?;
    let (_, drawn) = snapshot.staged(id)?.ok_or_else(Trouble::not_found)?;
    let seats = numbers(&drawn.plan, &asked.picks)?;
    let places = levels(&fields, seats.len())?;
    drop(snapshot);
    let key = guest.form_key(&fields.key());
    take(&guest, id, asked, key, |cart| Hold::Seats { cart, performance: id, seats, places }).await
}

/// More than any cart may hold is refused before a cart is opened for it, and so is nothing.
pub(crate) fn wanted(places: &[Places]) -> Result<(), Refusal> {
    let count: u32 = places.iter().map(|place| u32::from(place.count)).sum();
    match count {
        0 => Err(Refusal::Malformed { field: "places" }),
        count if count > u32::from(TICKETS_PER_CART_MAX) => {
            Err(Refusal::MaxTickets { max: TICKETS_PER_CART_MAX })
        }
        _ => Ok(()),
    }
}

async fn take(
    guest: &Guest,
    id: PerformanceId,
    asked: Asked,
    key: Option<Key>,
    command: impl FnOnce(CartId) -> Hold,
) -> Result<Response, Trouble> {
    if guest.row.as_ref().is_none_or(|row| row.active().is_err()) {
        guest.shop().rates().cart(guest.known())?;
    }
    let ToFill { cart, cookie } = guest.cart_to_fill("", key).await?;
    let response = match guest.ask(act(key), Command::Hold(command(cart))).await {
        Ok(_) => respond::see_other(&format!("/performances/{id}")),
        Err(Trouble::Refused(refusal)) if says(&refusal) => refused(guest, id, asked, refusal)?,
        Err(trouble) => return Err(trouble),
    };
    Ok(respond::with_cookie(response, cookie))
}

/// The tickets page with what the house said, under the status of the refusal.
fn refused(
    guest: &Guest,
    id: PerformanceId,
    mut asked: Asked,
    refusal: Refusal,
) -> Result<Response, Trouble> {
    let status = Trouble::Refused(refusal.clone()).status();
    asked.refused = Some(refusal);
    drawn(guest, id, &asked, status)
}

fn drawn(
    guest: &Guest,
    id: PerformanceId,
    asked: &Asked,
    status: StatusCode,
) -> Result<Response, Trouble> {
    let look = guest.shop().look();
    let view = read(guest, id, asked)?;
    let html = usher_web::performance::page(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

pub(crate) fn best(cart: CartId, id: PerformanceId, places: Vec<Places>, fields: &Fields) -> Hold {
    let count = |name: &str| fields.text(name).trim().parse::<u8>().unwrap_or(0);
    let category = match chosen_where(fields.text("where")) {
        Where::Area(area) => return Hold::Area { cart, performance: id, area, places },
        Where::Category(no) => Some(no),
        Where::Anywhere => None,
    };
    Hold::Best {
        cart,
        performance: id,
        places,
        category,
        zone: None,
        wheelchair: count("wheelchair"),
        companions: count("companions"),
        allow_split: !fields.text("allow_split").is_empty(),
        allow_alone: !fields.text("allow_split").is_empty(),
    }
}

/// Are the seats that are to be left still this visitor's?
fn instead(guest: &Guest, id: PerformanceId, fields: &Fields) -> bool {
    let holds = guest.row.as_ref().is_some_and(|row| {
        row.lines.iter().any(|line| line.performance == id && matches!(line.place, Place::Seat(_)))
    });
    holds && fields.get("instead").is_some()
}

pub(crate) fn numbers(plan: &Plan, guids: &[String]) -> Result<Vec<SeatNo>, Trouble> {
    guids.iter().map(|guid| plan.seat_no(guid).ok_or_else(Trouble::not_found)).collect()
}

/// One level for all seats, or one for each in their order.
pub(crate) fn levels(fields: &Fields, seats: usize) -> Result<Vec<Places>, Trouble> {
    let wrong = || Trouble::malformed("level", "not as this page sends it");
    let level = |text: &str| text.parse().map(LevelNo).map_err(|_| wrong());
    let levels: Vec<LevelNo> = fields.all("level").map(level).collect::<Result<_, _>>()?;
    let place = |level: &LevelNo| Places { level: *level, count: 1 };
    match levels.as_slice() {
        [one] => Ok(vec![place(one); seats]),
        many if many.len() == seats => Ok(many.iter().map(place).collect()),
        _ => Err(wrong()),
    }
}
