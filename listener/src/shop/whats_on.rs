//! `GET /`: the season, as posters or as a month.
//!
//! For visitors without a session the page is made once for all. Next: `shop/event.rs`.

use super::form::Asked;
use crate::request::Guest;
use crate::respond;
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::view;
use usher_web::Html;

pub async fn page(guest: Guest, Asked(query): Asked) -> Result<Response, Trouble> {
    let look = guest.shop().look();
    let render = || -> Result<Html, Trouble> {
        let frame = guest.shop().frame(guest.places());
        let chosen = usher_web::whats_on::chosen(|name| query.get(name));
        let view = view::whats_on::whats_on(&guest.snapshot()?, frame, chosen)?;
        Ok(usher_web::whats_on::page(&look.templates, &view, &look.words))
    };
    if !guest.anonymous() {
        return Ok(respond::page(render()?));
    }
    let wanted = ["view", "month", "when", "genre"];
    let asked = wanted.map(|name| query.text(name)).join("\n");
    let version = guest.shop().changes().of_all(look.version);
    let html = guest
        .shop()
        .shared_page(&format!("/?{asked}"), version, || render().map(Html::into_string))?;
    Ok(respond::shared_page(html))
}
