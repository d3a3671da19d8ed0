//! `GET` and `POST /desk/sign-in`, `POST /desk/sign-out`: a token traded for a session.
//!
//! A wrong token and one without rights read the same. Never repeats what was typed. Next:
//! `staff/desk.rs`.

use crate::request::{Guest, trade};
use crate::respond;
use crate::session;
use crate::shop::form::{Asked, Fields};
use crate::token::{Holder, Right};
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_rules::view::desk::{SignIn, SignInRefused};
use usher_rules::{Command, Refusal, session as rule};

pub async fn page(guest: Guest, Asked(query): Asked) -> Response {
    shown(&guest, query.text("onward"), StatusCode::OK, SignInRefused::No)
}

pub async fn press(guest: Guest, fields: Fields) -> Result<Response, Trouble> {
    let onward = fields.text("onward");
    if guest.shop().rates().log_in(guest.known()).is_err() {
        let status = StatusCode::TOO_MANY_REQUESTS;
        return Ok(shown(&guest, onward, status, SignInRefused::TooMany));
    }
    let token = fields.text("token").trim();
    let Some(cookie) = trade(&guest, token).await? else {
        let status = StatusCode::FORBIDDEN;
        return Ok(shown(&guest, onward, status, SignInRefused::NotKnown));
    };
    let onward = respond::local_path(onward).unwrap_or_else(|| first_page(&guest, token));
    Ok(respond::with_cookie(respond::see_other(onward), Some(cookie)))
}

/// Ends a staff session; a visitor's cart stays as it is.
pub async fn sign_out(guest: Guest) -> Result<Response, Trouble> {
    let away = respond::see_other("/desk/sign-in");
    let Some(key) = guest.known().session else { return Ok(away) };
    let row = usher_ledger::session::get(&guest.snapshot()?, &key.0)?;
    if row.is_none_or(|row| row.staff.is_none()) {
        return Ok(away);
    }
    match guest.ask(None, Command::Session(rule::Command::End { session: key.0 })).await {
        Ok(_) | Err(Trouble::Refused(Refusal::NotFound)) => {}
        Err(trouble) => return Err(trouble),
    }
    Ok(respond::with_cookie(away, Some(session::forget(guest.known().peer.tls))))
}

/// Where somebody with these rights begins.
fn first_page(guest: &Guest, token: &str) -> &'static str {
    let rights = match guest.shop().tokens().holder(token) {
        Some(Holder::Staff(staff)) => staff.rights,
        Some(Holder::Device(_)) | None => return "/door",
    };
    if rights.has(Right::Desk) {
        "/desk"
    } else if rights.has(Right::Read) {
        "/monitor"
    } else {
        "/door"
    }
}

fn shown(guest: &Guest, onward: &str, status: StatusCode, refused: SignInRefused) -> Response {
    let onward = respond::local_path(onward).unwrap_or_default().to_owned();
    let view = SignIn { frame: guest.shop().frame(0), onward, refused };
    let look = guest.shop().look();
    respond::page_with(status, usher_web::desk::sign_in(&look.templates, &view, &look.words))
}
