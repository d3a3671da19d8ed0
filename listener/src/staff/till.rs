//! `/desk/till`: one's own till from float to count, and the sheets of those that are closed.
//!
//! Only with an account; supervisors and managers also count and close what somebody left open.
//! Never tells what a drawer should hold before its till is closed. Next: `rules/till.rs`.

use super::desk::around;
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{Fields, Named};
use crate::token::Right;
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::Snapshot;
use usher_ledger::view::desk::till as view;
use usher_rules::id::{StaffNo, TillNo, TillSessionId};
use usher_rules::money::Money;
use usher_rules::till::{
    AMOUNT_MAX, COUNTED_MAX, Command as Rule, MOVEMENTS_MAX, REASON_CHARS_MAX,
};
use usher_rules::view::desk::till::{Form, Left, Notice, Till, Typed};
use usher_rules::{Command, Refusal};
use usher_web::money::Purse;

/// Notes or coins of one worth that can be counted.
const PIECES_MAX: i64 = 100_000;

pub async fn page(staff: Staff<need::SellAtCounter>) -> Result<Response, Trouble> {
    own(&staff, StatusCode::OK, Typed::default(), None)
}

fn own<N: Need>(
    staff: &Staff<N>,
    status: StatusCode,
    typed: Typed,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let no = cashier(staff)?;
    let snapshot = staff.snapshot()?;
    let (around, _) = around(staff, &snapshot)?;
    let senior = is_senior(staff);
    let view = Till {
        around,
        own: view::own(&snapshot, no)?,
        tills: view::choices(&snapshot)?,
        senior,
        closed: view::closed(&snapshot, (!senior).then_some(no))?,
        form_key: staff.shop().form_key(),
        typed,
        notice,
    };
    let look = staff.shop().look();
    let html = usher_web::desk::till::page(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

/// A till is a person's: a token opens none.
fn cashier<N: Need>(staff: &Staff<N>) -> Result<StaffNo, Trouble> {
    staff.account.ok_or(Trouble::Refused(Refusal::NotAllowed))
}

/// May this one count and close what others have open?
fn is_senior<N: Need>(staff: &Staff<N>) -> bool {
    staff.rights.has(Right::ForceClose)
}

/// The sheet of a session that is closed; one that is open, to be counted and closed.
pub async fn session(
    staff: Staff<need::SellAtCounter>,
    Named(id): Named<TillSessionId>,
) -> Result<Response, Trouble> {
    let no = cashier(&staff)?;
    let snapshot = staff.snapshot()?;
    let row = usher_ledger::till::get(&snapshot, id)?.ok_or_else(Trouble::not_found)?;
    if row.cashier != no && !is_senior(&staff) {
        return Err(Trouble::Refused(Refusal::NotAllowed));
    }
    let (around, _) = around(&staff, &snapshot)?;
    if let Some(view) = view::sheet(&snapshot, around, id)? {
        let look = staff.shop().look();
        return Ok(respond::page(usher_web::desk::till::sheet(
            &look.templates,
            &view,
            &look.words,
        )));
    }
    if row.cashier == no {
        return Ok(respond::see_other("/desk/till"));
    }
    left(&staff, &snapshot, id, StatusCode::OK, Typed::default(), None)
}

/// What somebody else left open.
fn left<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
    id: TillSessionId,
    status: StatusCode,
    typed: Typed,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let (around, _) = around(staff, snapshot)?;
    let open = view::left(snapshot, id)?.ok_or_else(Trouble::not_found)?;
    let form_key = staff.shop().form_key();
    let view = Left { around, open, form_key, typed, notice };
    let look = staff.shop().look();
    let html = usher_web::desk::till::left(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

pub async fn open(staff: Staff<need::SellAtCounter>, fields: Fields) -> Result<Response, Trouble> {
    let no = cashier(&staff)?;
    let till = fields.known("till").map(TillNo)?;
    let amount = fields.text("float").to_owned();
    let typed = Typed { form: Some(Form::Open), till: Some(till), amount, ..Typed::default() };
    let Some(float) = purse(&staff).read(&typed.amount) else {
        return own(&staff, StatusCode::UNPROCESSABLE_ENTITY, typed, Some(Notice::AmountUnread));
    };
    let key = staff.form_key(&fields.key());
    let asked = staff.ask(key, Command::Till(Rule::Open { till, float })).await;
    let trouble = match asked {
        Ok(_) => return Ok(respond::see_other("/desk/till")),
        Err(trouble) => trouble,
    };
    let notice = match &trouble {
        Trouble::Refused(Refusal::TillOpenElsewhere { by }) if *by == no => Notice::OwnOpen,
        Trouble::Refused(Refusal::TillOpenElsewhere { by }) => {
            Notice::TillTaken { by: view::name(&staff.snapshot()?, *by)? }
        }
        Trouble::Refused(Refusal::Malformed { field: "float" }) => {
            Notice::AmountLimits { zero: true, max: AMOUNT_MAX }
        }
        _ => return Err(trouble),
    };
    own(&staff, trouble.status(), typed, Some(notice))
}

pub async fn pay_in(
    staff: Staff<need::SellAtCounter>,
    fields: Fields,
) -> Result<Response, Trouble> {
    moved(&staff, &fields, Form::PayIn, |session, amount, reason| Rule::PayIn {
        session,
        amount,
        reason,
    })
    .await
}

pub async fn pay_out(
    staff: Staff<need::SellAtCounter>,
    fields: Fields,
) -> Result<Response, Trouble> {
    moved(&staff, &fields, Form::PayOut, |session, amount, reason| Rule::PayOut {
        session,
        amount,
        reason,
    })
    .await
}

/// Cash that comes or goes beside the sales, with its reason.
async fn moved(
    staff: &Staff<need::SellAtCounter>,
    fields: &Fields,
    form: Form,
    rule: impl FnOnce(TillSessionId, Money, String) -> Rule,
) -> Result<Response, Trouble> {
    cashier(staff)?;
    let session = fields.known("session")?;
    let amount = fields.text("amount").to_owned();
    let reason = fields.text("reason").trim().to_owned();
    let typed = Typed { form: Some(form), amount, reason, ..Typed::default() };
    let Some(amount) = purse(staff).read(&typed.amount) else {
        return own(staff, StatusCode::UNPROCESSABLE_ENTITY, typed, Some(Notice::AmountUnread));
    };
    let key = staff.form_key(&fields.key());
    match staff.ask(key, Command::Till(rule(session, amount, typed.reason.clone()))).await {
        Ok(_) => Ok(respond::see_other("/desk/till")),
        Err(trouble) => told(staff, session, trouble, typed),
    }
}

/// Takes a blind count: by its total, by notes and coins, or by both if they agree.
pub async fn count(staff: Staff<need::CloseTill>, fields: Fields) -> Result<Response, Trouble> {
    cashier(&staff)?;
    let session = fields.known("session")?;
    let amount = fields.text("counted").to_owned();
    let pieces = pieces(&purse(&staff), &fields);
    let typed = Typed { form: Some(Form::Count), amount, pieces, ..Typed::default() };
    let counted = match counted(&purse(&staff), &typed) {
        Ok(counted) => counted,
        Err(notice) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return again(&staff, session, status, typed, notice);
        }
    };
    let senior = is_senior(&staff);
    let key = staff.form_key(&fields.key());
    let asked = Command::Till(Rule::Count { session, counted, senior });
    match staff.ask(key, asked).await {
        Ok(_) => Ok(respond::see_other(&address(session))),
        Err(trouble) => told(&staff, session, trouble, typed),
    }
}

/// What was typed of notes and coins.
fn pieces(purse: &Purse, fields: &Fields) -> Vec<(Money, String)> {
    let typed = |worth: Money| {
        let text = fields.text(&format!("n-{}", worth.0)).trim();
        (!text.is_empty()).then(|| (worth, text.to_owned()))
    };
    purse.pieces().filter_map(typed).collect()
}

fn counted(purse: &Purse, typed: &Typed) -> Result<Money, Notice> {
    let mut sum = Money::ZERO;
    for (worth, count) in &typed.pieces {
        let count = count.parse().ok().filter(|count| (0..=PIECES_MAX).contains(count));
        sum = sum + worth.times(count.ok_or(Notice::AmountUnread)?);
    }
    let total = purse.read(&typed.amount);
    match total {
        None if typed.amount.trim().is_empty() && !typed.pieces.is_empty() => Ok(sum),
        None => Err(Notice::AmountUnread),
        Some(total) if typed.pieces.is_empty() || total == sum => Ok(total),
        Some(total) => Err(Notice::PiecesDiffer { pieces: sum, total }),
    }
}

pub async fn close(staff: Staff<need::CloseTill>, fields: Fields) -> Result<Response, Trouble> {
    cashier(&staff)?;
    let session = fields.known("session")?;
    let key = staff.form_key(&fields.key());
    let asked = Command::Till(Rule::Close { session, senior: is_senior(&staff) });
    let typed = Typed { form: Some(Form::Close), ..Typed::default() };
    match staff.ask(key, asked).await {
        Ok(_) => Ok(respond::see_other(&address(session))),
        Err(trouble) => told(&staff, session, trouble, typed),
    }
}

/// What the house said no to, on the page; anything else goes on.
fn told<N: Need>(
    staff: &Staff<N>,
    session: TillSessionId,
    trouble: Trouble,
    typed: Typed,
) -> Result<Response, Trouble> {
    let closing = typed.form == Some(Form::Close);
    let limit = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let notice = match &trouble {
        Trouble::Refused(Refusal::Malformed { field: "counted" }) if closing => Notice::CountAgain,
        Trouble::Refused(Refusal::Stale) => Notice::CountAgain,
        Trouble::Refused(Refusal::Malformed { field: "counted" }) => {
            Notice::AmountLimits { zero: true, max: COUNTED_MAX }
        }
        Trouble::Refused(Refusal::Malformed { field: "amount" }) => {
            Notice::AmountLimits { zero: false, max: AMOUNT_MAX }
        }
        Trouble::Refused(Refusal::Malformed { field: "reason" }) => {
            Notice::Reason { max: limit(REASON_CHARS_MAX) }
        }
        Trouble::Refused(Refusal::Malformed { field: "movements" }) => {
            Notice::TooMany { max: limit(MOVEMENTS_MAX) }
        }
        Trouble::Refused(Refusal::CashShort { .. }) => Notice::DrawerShort,
        Trouble::Refused(Refusal::CheckoutRunning { .. }) => Notice::CardRuns,
        Trouble::Refused(Refusal::TillClosed) => {
            return own(staff, trouble.status(), Typed::default(), Some(Notice::Closed));
        }
        _ => return Err(trouble),
    };
    again(staff, session, trouble.status(), typed, notice)
}

/// The page that the form stood on: one's own, or that of somebody else's till.
fn again<N: Need>(
    staff: &Staff<N>,
    session: TillSessionId,
    status: StatusCode,
    typed: Typed,
    notice: Notice,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let row = usher_ledger::till::get(&snapshot, session)?.ok_or_else(Trouble::not_found)?;
    if row.cashier == cashier(staff)? {
        return own(staff, status, typed, Some(notice));
    }
    if !is_senior(staff) {
        return Err(Trouble::Refused(Refusal::NotAllowed));
    }
    left(staff, &snapshot, session, status, typed, Some(notice))
}

fn purse<N: Need>(staff: &Staff<N>) -> Purse {
    Purse::new(&staff.shop().venue().currency)
}

fn address(session: TillSessionId) -> String {
    format!("/desk/till/{session}")
}
