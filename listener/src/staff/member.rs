//! `/desk/staff` and `/desk/audit`: who works here, what they may, and what they did.
//!
//! For managers, each change with a proof of the last minutes. A one-time code is shown once, to
//! be handed over; nobody ever sees another's password. Next: `rules/staff.rs`.

use super::account::codes_page;
use super::desk::around;
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::second_factor::Code;
use crate::shop::form::{Asked, Fields};
use crate::wording::Trouble;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::view::desk::staff as view;
use usher_rules::id::StaffNo;
use usher_rules::staff::{Command as Rule, Role};
use usher_rules::view::desk::account::Notice;
use usher_rules::{Command, Refusal, session};

pub async fn page(staff: Staff<need::SeeStaff>, Asked(query): Asked) -> Result<Response, Trouble> {
    let notice = query.get("done").map(|_| Notice::StaffChanged);
    shown(&staff, StatusCode::OK, notice)
}

fn shown<N: Need>(
    staff: &Staff<N>,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(staff, &snapshot)?;
    let key = staff.shop().form_key();
    let view = view::everybody(&snapshot, around, staff.now(), key, notice)?;
    let look = staff.shop().look();
    let html = usher_web::desk::staff::page(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

/// What the house said no to, on the page; anything else goes on.
fn told(staff: &Staff<need::ManageStaff>, trouble: Trouble) -> Result<Response, Trouble> {
    let notice = match &trouble {
        Trouble::Refused(Refusal::LoginTaken) => Notice::LoginTaken,
        Trouble::Refused(Refusal::LastManager) => Notice::LastManager,
        Trouble::Refused(Refusal::Malformed { field: "login" | "name" }) => Notice::LoginMalformed,
        _ => return Err(trouble),
    };
    shown(staff, trouble.status(), Some(notice))
}

fn done() -> Response {
    respond::see_other("/desk/staff?done=yes")
}

fn role(fields: &Fields) -> Result<Role, Trouble> {
    let role = Role::named(fields.text("role"));
    role.ok_or_else(|| Trouble::malformed("role", "not as this page sends it"))
}

/// Somebody new: their one-time code is shown.
pub async fn add(staff: Staff<need::ManageStaff>, fields: Fields) -> Result<Response, Trouble> {
    let code = Code::fresh(&staff.handle().luck());
    let login = fields.text("login").trim().to_lowercase();
    let name = fields.text("name").trim().to_owned();
    let add = Rule::Add { login: login.clone(), name, role: role(&fields)?, code: code.hash() };
    match staff.ask(None, Command::Staff(add)).await {
        Ok(_) => codes_page(&staff, Some(login), &[code]),
        Err(trouble) => told(&staff, trouble),
    }
}

/// The member of staff that an address names.
fn number(text: &str) -> Result<StaffNo, Trouble> {
    text.parse().map(StaffNo).map_err(|_| Trouble::not_found())
}

/// A new one-time code, for a forgotten password or a lost phone.
pub async fn code(
    staff: Staff<need::ManageStaff>,
    Path(no): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let no = number(&no)?;
    let account = usher_ledger::staff::get(&staff.snapshot()?, no)?;
    let login = account.ok_or_else(Trouble::not_found)?.login;
    let code = Code::fresh(&staff.handle().luck());
    let forget_second_factor = fields.get("forget").is_some();
    let offer = Rule::Offer { staff: no, code: code.hash(), forget_second_factor };
    staff.ask(None, Command::Staff(offer)).await?;
    codes_page(&staff, Some(login), &[code])
}

pub async fn set_role(
    staff: Staff<need::ManageStaff>,
    Path(no): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let set = Rule::SetRole { staff: number(&no)?, role: role(&fields)? };
    changed(&staff, &fields, set).await
}

/// Puts somebody out, or lets them in again.
pub async fn entry(
    staff: Staff<need::ManageStaff>,
    Path(no): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let disabled = match fields.text("disabled") {
        "yes" => true,
        "no" => false,
        _ => return Err(Trouble::malformed("disabled", "not as this page sends it")),
    };
    changed(&staff, &fields, Rule::SetDisabled { staff: number(&no)?, disabled }).await
}

async fn changed(
    staff: &Staff<need::ManageStaff>,
    fields: &Fields,
    rule: Rule,
) -> Result<Response, Trouble> {
    let key = staff.form_key(&fields.key());
    match staff.ask(key, Command::Staff(rule)).await {
        Ok(_) => Ok(done()),
        Err(trouble) => told(staff, trouble),
    }
}

/// Ends every session of somebody but the one that asks.
pub async fn end(
    staff: Staff<need::ManageStaff>,
    Path(no): Path<String>,
) -> Result<Response, Trouble> {
    let no = number(&no)?;
    for key in usher_ledger::session::keys_of(&staff.snapshot()?, no)? {
        if key == staff.session.0 {
            continue;
        }
        let end = session::Command::End { session: key };
        match staff.ask(None, Command::Session(end)).await {
            Ok(_) | Err(Trouble::Refused(Refusal::NotFound)) => {}
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(done())
}

pub async fn audit(staff: Staff<need::SeeAudit>, Asked(query): Asked) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let before: Option<u64> = query.get("before").map(|_| query.known("before")).transpose()?;
    let view = view::audit(&snapshot, around, before)?;
    let look = staff.shop().look();
    Ok(respond::page(usher_web::desk::staff::audit(&look.templates, &view, &look.words)))
}
