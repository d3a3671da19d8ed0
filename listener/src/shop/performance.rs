//! `GET /performances/{id}`: the tickets page, its map alone, and the chosen seats alone.
//!
//! The choice lives in the address: `qty-<level>`, `less` and `more`, `where`, `pick`, `part`.
//! Looking takes nothing. Next: `shop/seat.rs`, which takes.

use super::form::{Asked as Query, Fields, Named};
use crate::request::Guest;
use crate::respond;
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::view::performance::{self, Asked};
use usher_rules::id::{AreaNo, CategoryNo, LevelNo, PerformanceId};
use usher_rules::price::Places;
use usher_rules::view::performance::{Tickets, Where};
use usher_rules::view::seat_map::PartNo;
use usher_web::{Html, Templates, Words};

/// Most tickets of one level that a form can ask for; more reads as this many.
pub const COUNT_MAX: u8 = 99;
/// Seats picked in an address that are looked at.
pub const PICKS_MAX: usize = 100;

/// How the view is drawn: the whole page or a part of it.
type Draw = fn(&Templates, &Tickets, &Words) -> Html;

pub async fn page(
    guest: Guest,
    Named(id): Named<PerformanceId>,
    Query(query): Query,
) -> Result<Response, Trouble> {
    shown(&guest, id, &query, "page", usher_web::performance::page)
}

/// The map alone, for the page's script.
pub async fn map(
    guest: Guest,
    Named(id): Named<PerformanceId>,
    Query(query): Query,
) -> Result<Response, Trouble> {
    shown(&guest, id, &query, "map", usher_web::performance::map_fragment)
}

/// The chosen seats alone, judged, for the page's script.
pub async fn chosen(
    guest: Guest,
    Named(id): Named<PerformanceId>,
    Query(query): Query,
) -> Result<Response, Trouble> {
    shown(&guest, id, &query, "chosen", usher_web::performance::chosen_fragment)
}

fn shown(
    guest: &Guest,
    id: PerformanceId,
    query: &Fields,
    kind: &str,
    draw: Draw,
) -> Result<Response, Trouble> {
    let look = guest.shop().look();
    let render = || -> Result<Html, Trouble> {
        let view = read(guest, id, &asked(guest, query))?;
        Ok(draw(&look.templates, &view, &look.words))
    };
    // A choice of one's own is nobody else's page.
    if !guest.anonymous() || query.pairs().next().is_some() {
        return Ok(respond::page(render()?));
    }
    let version = guest.shop().changes().of(id, look.version);
    let address = format!("/performances/{id}/{kind}");
    let html = guest.shop().shared_page(&address, version, || render().map(Html::into_string))?;
    Ok(respond::shared_page(html))
}

pub(super) fn read(guest: &Guest, id: PerformanceId, asked: &Asked) -> Result<Tickets, Trouble> {
    let frame = guest.shop().frame(guest.places());
    let found = performance::tickets(&guest.snapshot()?, frame, id, asked)?;
    found.ok_or_else(Trouble::not_found)
}

/// What an address or a form asks for. A page that all share carries no key of one form.
pub(super) fn asked(guest: &Guest, fields: &Fields) -> Asked {
    Asked {
        cart: guest.cart,
        seen: guest.cart.and_then(|cart| guest.handle().seen(cart)),
        form_key: if guest.anonymous() { String::new() } else { guest.shop().form_key() },
        places: places(fields),
        chosen: chosen_where(fields.text("where")),
        picks: fields.all("pick").take(PICKS_MAX).map(str::to_owned).collect(),
        part: fields.text("part").parse().ok().map(PartNo),
        refused: None,
        nothing_else: false,
        till: None,
    }
}

/// `qty-<level>` with `less` or `more` of one level taken into account.
pub(crate) fn places(fields: &Fields) -> Vec<Places> {
    let mut places: Vec<Places> = Vec::new();
    for (name, text) in fields.pairs() {
        let Some(level) = name.strip_prefix("qty-").and_then(|no| no.parse().ok()) else {
            continue;
        };
        let count = text.trim().parse::<u32>().unwrap_or(0).min(u32::from(COUNT_MAX)) as u8;
        if !places.iter().any(|place| place.level == LevelNo(level)) {
            places.push(Places { level: LevelNo(level), count });
        }
    }
    let step = |name: &str| fields.text(name).parse().ok().map(LevelNo);
    let (less, more) = (step("less"), step("more"));
    for place in &mut places {
        if Some(place.level) == less {
            place.count = place.count.saturating_sub(1);
        }
        if Some(place.level) == more {
            place.count = place.count.saturating_add(1).min(COUNT_MAX);
        }
    }
    places
}

/// `any`, `category-<no>` or `area-<no>`; nonsense reads as anywhere.
pub(crate) fn chosen_where(text: &str) -> Where {
    let number = |prefix: &str| text.strip_prefix(prefix).and_then(|no| no.parse().ok());
    match (number("category-"), number("area-")) {
        (Some(no), _) => Where::Category(CategoryNo(no)),
        (None, Some(no)) => Where::Area(AreaNo(no)),
        (None, None) => Where::Anywhere,
    }
}
