//! `GET /events/{slug}` and its calendar file.
//!
//! Next: `shop/performance.rs` for one showing of it.

use super::form::Named;
use crate::request::{Guest, Permit};
use crate::respond;
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::view;
use usher_rules::view::production::Production;
use usher_web::Html;

const CALENDAR: &str = "text/calendar; charset=utf-8";

pub async fn page(guest: Guest, Named(slug): Named<String>) -> Result<Response, Trouble> {
    let look = guest.shop().look();
    let render = || -> Result<Html, Trouble> {
        let view = read(&guest, &slug, guest.places())?;
        Ok(usher_web::production::page(&look.templates, &view, &look.words))
    };
    if !guest.anonymous() {
        return Ok(respond::page(render()?));
    }
    let version = guest.shop().changes().of_all(look.version);
    let html = guest
        .shop()
        .shared_page(&format!("/events/{slug}"), version, || render().map(Html::into_string))?;
    Ok(respond::shared_page(html))
}

pub async fn calendar(guest: Guest, Named(slug): Named<String>) -> Result<Response, Trouble> {
    let view = read(&guest, &slug, 0)?;
    let bytes = usher_web::calendar::production(&view).into_bytes();
    Ok(respond::file(bytes, CALENDAR, &format!("{slug}.ics")))
}

fn read(permit: &Permit, slug: &str, places: u32) -> Result<Production, Trouble> {
    let frame = permit.shop().frame(places);
    let found = view::production::production(&permit.snapshot()?, frame, slug)?;
    found.ok_or_else(Trouble::not_found)
}
