//! `/desk/account` and `/desk/confirm`: one's own password, phone and sessions, and proving once
//! more who it is.
//!
//! Changes ask for a proof of the last minutes. A seed and recovery codes are shown once and
//! never again. Next: `staff/member.rs` for other people's.

use super::desk::around;
use super::proof::{self, Shown};
use crate::password::Typed;
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::second_factor::{Code, Seed};
use crate::shop::form::{Asked, Fields};
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use minicbor::bytes::ByteArray;
use usher_ledger::view::desk::staff as view;
use usher_rules::id::StaffNo;
use usher_rules::staff::{Account, Command as Rule, RECOVERY_MAX};
use usher_rules::view::desk::account::{Codes, Confirm, Enrol, Notice};
use usher_rules::{Command, Refusal, session};

pub async fn page(staff: Staff<need::Account>, Asked(query): Asked) -> Result<Response, Trouble> {
    let notice = match query.text("done") {
        "password" => Some(Notice::PasswordSet),
        "second" => Some(Notice::SecondFactorSet),
        "end" => Some(Notice::SessionEnded),
        _ => None,
    };
    shown(&staff, StatusCode::OK, notice)
}

fn shown<N: Need>(
    staff: &Staff<N>,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(staff, &snapshot)?;
    let (no, _) = own(staff)?;
    let key = staff.shop().form_key();
    let view = view::own(&snapshot, around, (no, &staff.session.0), key, notice)?;
    let view = view.ok_or_else(Trouble::not_found)?;
    let look = staff.shop().look();
    let html = usher_web::desk::account::page(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

/// The account that is signed in.
fn own<N: Need>(staff: &Staff<N>) -> Result<(StaffNo, Account), Trouble> {
    let no = staff.account.ok_or(Trouble::Refused(Refusal::NotAllowed))?;
    let account = usher_ledger::staff::get(&staff.snapshot()?, no)?;
    Ok((no, account.ok_or_else(Trouble::not_found)?))
}

fn may_try<N: Need>(staff: &Staff<N>, account: &Account) -> bool {
    let rates = staff.shop().rates();
    rates.log_in(staff.known()).is_ok() && rates.account(&account.login).is_ok()
}

/// Another password; the old one is the proof.
pub async fn password(staff: Staff<need::Account>, fields: Fields) -> Result<Response, Trouble> {
    let (no, account) = own(&staff)?;
    if !may_try(&staff, &account) {
        return shown(&staff, StatusCode::TOO_MANY_REQUESTS, Some(Notice::TooMany));
    }
    let passwords = staff.shop().passwords();
    let old = Typed::new(fields.text("old"));
    if !passwords.fits(account.password.clone(), old).await? {
        proof::failed(&staff, no);
        return shown(&staff, StatusCode::FORBIDDEN, Some(Notice::PasswordWrong));
    }
    let new = Typed::new(fields.text("new"));
    let second = account.role.needs_second_factor();
    if let Err(weak) = crate::password::sound(&new, second, &account.login) {
        return shown(&staff, StatusCode::UNPROCESSABLE_ENTITY, Some(proof::weak(weak)));
    }
    let password = passwords.hash(new, staff.handle().luck()).await?;
    let keep = Some(ByteArray::from(staff.session.0));
    let command = Command::Staff(Rule::SetPassword { staff: no, password, keep });
    staff.ask(None, command).await?;
    Ok(respond::see_other("/desk/account?done=password"))
}

/// Begins to enrol a phone: draws a seed and shows it.
pub async fn second_factor(staff: Staff<need::ChangeAccount>) -> Result<Response, Trouble> {
    let (no, account) = own(&staff)?;
    let seed = Seed::fresh(&staff.handle().luck());
    let step = staff.shop().form_key();
    let ms = staff.handle().clock().monotonic_ms();
    staff.shop().halfway().begin(step.clone(), no, String::new(), Some(seed.clone()), ms);
    enrol(&staff, &account, (step, &seed), StatusCode::OK, None)
}

fn enrol(
    staff: &Staff<need::ChangeAccount>,
    account: &Account,
    (step, seed): (String, &Seed),
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let (around, _) = around(staff, &staff.snapshot()?)?;
    let address = seed.address(&staff.shop().venue().name, &account.login).ok_or(Trouble::Bug)?;
    let behind = staff.handle().clock_behind().then_some(Notice::ClockBehind);
    let notice = behind.or(notice);
    let view = Enrol { around, step, address, seed: seed.written(), notice };
    let look = staff.shop().look();
    let html = usher_web::desk::account::enrol(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

/// The phone shows its first code: it is enrolled, and recovery codes are given out.
pub async fn enrolled(
    staff: Staff<need::ChangeAccount>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let (no, account) = own(&staff)?;
    let step = fields.text("step");
    let ms = staff.handle().clock().monotonic_ms();
    let half = staff.shop().halfway().attempt(step, ms).filter(|half| half.staff == no);
    let Some(seed) = half.and_then(|half| half.seed) else {
        return shown(&staff, StatusCode::FORBIDDEN, Some(Notice::CodeRefused));
    };
    let trusted = !staff.handle().clock_behind();
    let code = fields.text("code").trim();
    let Some(shown_in) = seed.step_of(code, staff.now()).filter(|_| trusted) else {
        let (status, notice) = (StatusCode::FORBIDDEN, Some(Notice::CodeRefused));
        return enrol(&staff, &account, (step.to_owned(), &seed), status, notice);
    };
    let codes: Vec<Code> = (0..RECOVERY_MAX).map(|_| Code::fresh(&staff.handle().luck())).collect();
    let command = Rule::SetSecondFactor {
        staff: no,
        seed: staff.shop().sealer().seal(no, &seed).ok_or(Trouble::Bug)?,
        step: shown_in,
        recovery: codes.iter().map(Code::hash).collect(),
        keep: Some(ByteArray::from(staff.session.0)),
    };
    staff.ask(None, Command::Staff(command)).await?;
    staff.shop().halfway().end(step);
    codes_page(&staff, None, &codes)
}

/// Shows codes, this once.
pub(super) fn codes_page<N: Need>(
    staff: &Staff<N>,
    login: Option<String>,
    codes: &[Code],
) -> Result<Response, Trouble> {
    let (around, _) = around(staff, &staff.snapshot()?)?;
    let codes = codes.iter().map(|code| code.expose().to_owned()).collect();
    let view = Codes { around, login, codes };
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::account::codes(&look.templates, &view, &look.words)))
}

/// Ends one of one's own sessions elsewhere.
pub async fn end(staff: Staff<need::Account>, fields: Fields) -> Result<Response, Trouble> {
    let (no, _) = own(&staff)?;
    let found = view::named(&staff.snapshot()?, no, fields.text("session"))?;
    if let Some(session) = found {
        let command = Command::Session(session::Command::End { session });
        match staff.ask(None, command).await {
            Ok(_) | Err(Trouble::Refused(Refusal::NotFound)) => {}
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(respond::see_other("/desk/account?done=end"))
}

pub async fn confirm(staff: Staff<need::Account>, Asked(query): Asked) -> Response {
    confirm_page(&staff, query.text("onward"), StatusCode::OK, None)
}

fn confirm_page(
    staff: &Staff<need::Account>,
    onward: &str,
    status: StatusCode,
    notice: Option<Notice>,
) -> Response {
    let onward = respond::local_path(onward).unwrap_or("/desk").to_owned();
    let view = Confirm { frame: staff.shop().frame(0), onward, notice };
    let look = staff.shop().look();
    let html = usher_web::desk::account::confirm(&look.templates, &view, &look.words);
    respond::page_with(status, html)
}

/// A password or a code once more: good for five minutes.
pub async fn confirmed(staff: Staff<need::Account>, fields: Fields) -> Result<Response, Trouble> {
    let (no, account) = own(&staff)?;
    let onward = fields.text("onward");
    if !may_try(&staff, &account) {
        let status = StatusCode::TOO_MANY_REQUESTS;
        return Ok(confirm_page(&staff, onward, status, Some(Notice::TooMany)));
    }
    let proof = fields.text("proof");
    let good = if proof::is_of_phone(proof.trim()) {
        proof::second_factor(&staff, no, &account, proof).await? == Shown::Good
    } else {
        let kept = account.password.clone().filter(|_| !account.locked());
        staff.shop().passwords().fits(kept, Typed::new(proof)).await?
    };
    if !good {
        proof::failed(&staff, no);
        return Ok(confirm_page(&staff, onward, StatusCode::FORBIDDEN, Some(Notice::CodeRefused)));
    }
    let confirm = session::Command::Confirm { session: staff.session.0 };
    staff.ask(None, Command::Session(confirm)).await?;
    Ok(respond::see_other(respond::local_path(onward).unwrap_or("/desk")))
}
