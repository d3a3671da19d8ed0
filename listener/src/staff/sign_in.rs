//! `/desk/sign-in` and what is below it, `/desk/sign-out`: a login and its proofs, a one-time
//! code, or a token, traded for a session.
//!
//! One text, one status and one cost for every login, known or not (trust 3). Never repeats what
//! was typed but the login. Next: `staff/account.rs`, `staff/desk.rs`.

use super::proof::{self, Shown};
use crate::password::Typed;
use crate::request::{Guest, open_for, trade};
use crate::respond;
use crate::second_factor::code_hash;
use crate::session;
use crate::shop::form::{Asked, Fields};
use crate::token::{Holder, Right, Rights};
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::{Denied, Lane};
use usher_rules::id::StaffNo;
use usher_rules::staff::{self as rule, Account, LOGIN_CHARS_MAX};
use usher_rules::view::desk::account::{FirstTime, Notice, SecondStep};
use usher_rules::view::desk::{SignIn, SignInRefused};
use usher_rules::{Actor, Command, Refusal, session as sessions};

/// No account has this number.
const NOBODY: StaffNo = StaffNo(0);

pub async fn page(guest: Guest, Asked(query): Asked) -> Response {
    shown(&guest, query.text("onward"), StatusCode::OK, SignInRefused::No)
}

/// A token of the configuration.
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

/// A login as it was typed: never longer than one can be.
fn login_of(fields: &Fields) -> String {
    fields.text("login").trim().chars().take(LOGIN_CHARS_MAX).collect::<String>().to_lowercase()
}

/// Who has this login, if anybody.
fn known(guest: &Guest, login: &str) -> Result<Option<(StaffNo, Account)>, Trouble> {
    let snapshot = guest.snapshot()?;
    let Some(no) = usher_ledger::staff::by_login(&snapshot, login)? else { return Ok(None) };
    Ok(usher_ledger::staff::get(&snapshot, no)?.map(|account| (no, account)))
}

/// May this be tried at all, from this address and for this login?
fn may_try(guest: &Guest, login: &str) -> bool {
    let rates = guest.shop().rates();
    rates.log_in(guest.known()).is_ok() && rates.account(login).is_ok()
}

/// A login and its password.
pub async fn password(guest: Guest, fields: Fields) -> Result<Response, Trouble> {
    let (login, onward) = (login_of(&fields), fields.text("onward"));
    if !may_try(&guest, &login) {
        let said = SignInRefused::Said(Notice::TooMany);
        return Ok(shown(&guest, onward, StatusCode::TOO_MANY_REQUESTS, said));
    }
    let found = known(&guest, &login)?;
    let usable = found.as_ref().filter(|(_, account)| account.able() && !account.locked());
    let kept = usable.and_then(|(_, account)| account.password.clone());
    let fits = guest.shop().passwords().fits(kept, Typed::new(fields.text("password"))).await?;
    match (found, fits) {
        (Some((no, account)), true) => passed(&guest, no, &account, onward).await,
        (found, _) => {
            if let Some((no, _)) = found {
                proof::failed(&guest, no);
            }
            let said = SignInRefused::Said(Notice::NotKnown);
            Ok(shown(&guest, onward, StatusCode::FORBIDDEN, said))
        }
    }
}

/// The password was right: in, or on to the second step.
async fn passed(
    guest: &Guest,
    no: StaffNo,
    account: &Account,
    onward: &str,
) -> Result<Response, Trouble> {
    if account.second_factor.is_some() {
        return Ok(second(guest, no, onward, StatusCode::OK, None));
    }
    let pass = Command::Staff(rule::Command::Pass(no));
    guest.handle().ask(Lane::Till, Actor::Account(no), None, pass).await?;
    enter(guest, no, account, onward).await
}

async fn enter(
    guest: &Guest,
    no: StaffNo,
    account: &Account,
    onward: &str,
) -> Result<Response, Trouble> {
    let cookie = open_for(guest, no).await?;
    let first = if account.owes_second_factor() {
        "/desk/account"
    } else {
        respond::local_path(onward).unwrap_or_else(|| begins(Rights::of_role(account.role)))
    };
    Ok(respond::with_cookie(respond::see_other(first), Some(cookie)))
}

/// The page of the second step, for somebody who is halfway in from now on.
fn second(
    guest: &Guest,
    no: StaffNo,
    onward: &str,
    status: StatusCode,
    notice: Option<Notice>,
) -> Response {
    let shop = guest.shop();
    let step = shop.form_key();
    let ms = guest.handle().clock().monotonic_ms();
    shop.halfway().begin(step.clone(), no, onward.to_owned(), None, ms);
    second_page(guest, step, status, notice)
}

fn second_page(
    guest: &Guest,
    step: String,
    status: StatusCode,
    notice: Option<Notice>,
) -> Response {
    let behind = guest.handle().clock_behind().then_some(Notice::ClockBehind);
    let view = SecondStep { frame: guest.shop().frame(0), step, notice: behind.or(notice) };
    let look = guest.shop().look();
    let html = usher_web::desk::account::second_step(&look.templates, &view, &look.words);
    respond::page_with(status, html)
}

/// A code of the phone, or a recovery code.
pub async fn code(guest: Guest, fields: Fields) -> Result<Response, Trouble> {
    let step = fields.text("step");
    let ms = guest.handle().clock().monotonic_ms();
    let Some(half) = guest.shop().halfway().attempt(step, ms) else {
        let said = SignInRefused::Said(Notice::CodeRefused);
        return Ok(shown(&guest, "", StatusCode::FORBIDDEN, said));
    };
    let account = usher_ledger::staff::get(&guest.snapshot()?, half.staff)?;
    let account = account.ok_or_else(Trouble::not_found)?;
    if !may_try(&guest, &account.login) {
        let status = StatusCode::TOO_MANY_REQUESTS;
        return Ok(second_page(&guest, step.to_owned(), status, Some(Notice::TooMany)));
    }
    match proof::second_factor(&guest, half.staff, &account, fields.text("code")).await? {
        Shown::Good => {
            guest.shop().halfway().end(step);
            enter(&guest, half.staff, &account, &half.onward).await
        }
        Shown::Refused => {
            proof::failed(&guest, half.staff);
            let notice = Some(Notice::CodeRefused);
            Ok(second_page(&guest, step.to_owned(), StatusCode::FORBIDDEN, notice))
        }
    }
}

/// `GET /desk/sign-in/new`: the page that takes a one-time code.
pub async fn first_time(guest: Guest) -> Response {
    first(&guest, String::new(), StatusCode::OK, None)
}

fn first(guest: &Guest, login: String, status: StatusCode, notice: Option<Notice>) -> Response {
    let view = FirstTime { frame: guest.shop().frame(0), login, notice };
    let look = guest.shop().look();
    let html = usher_web::desk::account::first_time(&look.templates, &view, &look.words);
    respond::page_with(status, html)
}

/// A one-time code and the password that its holder chooses. A second factor that stays is asked
/// for all the same.
pub async fn take(guest: Guest, fields: Fields) -> Result<Response, Trouble> {
    let login = login_of(&fields);
    if !may_try(&guest, &login) {
        let status = StatusCode::TOO_MANY_REQUESTS;
        return Ok(first(&guest, login, status, Some(Notice::TooMany)));
    }
    let found = known(&guest, &login)?;
    let role = found.as_ref().map(|(_, account)| account.role);
    let code = code_hash(fields.text("code"));
    let offered = |(_, account): &(StaffNo, Account)| {
        account.offer.as_ref().is_some_and(|offer| offer.code == code)
    };
    // Only who holds the code learns what is wanted of a password, which tells the role.
    let second =
        !found.as_ref().is_some_and(offered) || role.is_none_or(|role| role.needs_second_factor());
    let typed = Typed::new(fields.text("password"));
    if let Err(weak) = crate::password::sound(&typed, second, &login) {
        let notice = Some(proof::weak(weak));
        return Ok(first(&guest, login, StatusCode::UNPROCESSABLE_ENTITY, notice));
    }
    let password = guest.shop().passwords().hash(typed, guest.handle().luck()).await?;
    let refused = || first(&guest, login.clone(), StatusCode::FORBIDDEN, Some(Notice::CodeRefused));
    // A login that nobody has goes the same way, and is refused at its end.
    let no = found.map_or(NOBODY, |(no, _)| no);
    let command = Command::Staff(rule::Command::Take { staff: no, code, password });
    match guest.handle().ask(Lane::Till, Actor::Account(no), None, command).await {
        Ok(_) => {}
        Err(Denied::Refused(Refusal::CodeRefused | Refusal::NotFound)) => return Ok(refused()),
        Err(denied) => return Err(denied.into()),
    }
    let account = usher_ledger::staff::get(&guest.snapshot()?, no)?;
    passed(&guest, no, &account.ok_or_else(Trouble::not_found)?, "").await
}

/// Ends a staff session; a visitor's cart stays as it is.
pub async fn sign_out(guest: Guest) -> Result<Response, Trouble> {
    let away = respond::see_other("/desk/sign-in");
    let Some(key) = guest.known().session else { return Ok(away) };
    let row = usher_ledger::session::get(&guest.snapshot()?, &key.0)?;
    if row.is_none_or(|row| !row.is_staff()) {
        return Ok(away);
    }
    match guest.ask(None, Command::Session(sessions::Command::End { session: key.0 })).await {
        Ok(_) | Err(Trouble::Refused(Refusal::NotFound)) => {}
        Err(trouble) => return Err(trouble),
    }
    Ok(respond::with_cookie(away, Some(session::forget(guest.known().peer.tls))))
}

/// Where somebody with this token begins.
fn first_page(guest: &Guest, token: &str) -> &'static str {
    match guest.shop().tokens().holder(token) {
        Some(Holder::Staff(staff)) => begins(staff.rights),
        Some(Holder::Device(_)) | None => "/door",
    }
}

/// Where somebody with these rights begins.
fn begins(rights: Rights) -> &'static str {
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
