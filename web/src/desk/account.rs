//! Signing in step by step and one's own account: password, second factor, sessions.
//!
//! Forms below `/desk/sign-in`, `/desk/confirm` and `/desk/account`. What was typed never comes
//! back but the login. Next: `staff.rs`.

use super::around;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::qr;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::staff::Role;
use usher_rules::view::desk::account::{
    Account, Codes, Confirm, Enrol, FirstTime, Notice, OpenSession, SecondStep,
};

pub fn second_step(templates: &Templates, view: &SecondStep, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let page = context! { plain => true, step => &view.step, notice => notice(&pen, view.notice) };
    pen.page("sign-in-step.html", &pen.say("step-title"), "", page)
}

pub fn first_time(templates: &Templates, view: &FirstTime, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let page =
        context! { plain => true, login => &view.login, notice => notice(&pen, view.notice) };
    pen.page("sign-in-new.html", &pen.say("first-title"), "", page)
}

pub fn confirm(templates: &Templates, view: &Confirm, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let page =
        context! { plain => true, onward => &view.onward, notice => notice(&pen, view.notice) };
    pen.page("confirm.html", &pen.say("confirm-title"), "", page)
}

pub fn page(templates: &Templates, view: &Account, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let left = view
        .recovery_left
        .map(|left| pen.words.tell("account-recovery-left", &[("count", left.into())]));
    let page = context! {
        login => &view.login,
        name => &view.name,
        role => pen.say(role(view.role)),
        left,
        sessions => view.sessions.iter().map(|one| session(&pen, one)).collect::<Vec<_>>(),
        key => &view.form_key,
        notice => notice(&pen, view.notice),
        ..around(&pen, &view.around)
    };
    pen.page("desk-account.html", &pen.say("account-title"), "account", page)
}

pub fn enrol(templates: &Templates, view: &Enrol, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let drawn = qr::svg_of_text(&view.address, &pen.say("enrol-symbol"));
    let page = context! {
        step => &view.step,
        symbol => drawn.map(Value::from_safe_string),
        seed => &view.seed,
        notice => notice(&pen, view.notice),
        ..around(&pen, &view.around)
    };
    pen.page("desk-enrol.html", &pen.say("enrol-title"), "account", page)
}

pub fn codes(templates: &Templates, view: &Codes, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let (title, body, back) = match &view.login {
        Some(login) => {
            let login = [("login", login.as_str().into())];
            (pen.words.tell("offer-title", &login), pen.say("offer-body"), "/desk/staff")
        }
        None => (pen.say("recovery-title"), pen.say("recovery-body"), "/desk/account"),
    };
    let page = context! { codes => &view.codes, body, back, ..around(&pen, &view.around) };
    pen.page("desk-codes.html", &title, "account", page)
}

/// Id of the words for a role.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Door => "role-door",
        Role::Cashier => "role-cashier",
        Role::Supervisor => "role-supervisor",
        Role::Manager => "role-manager",
        Role::Technician => "role-technician",
    }
}

pub(super) fn session(pen: &Pen<'_>, one: &OpenSession) -> Value {
    context! {
        name => &one.name,
        opened => pen.times.moment(one.opened),
        about => &one.about,
        own => one.own,
    }
}

/// What a form is told back, as `{ kind, title, body }`.
pub(super) fn notice(pen: &Pen<'_>, notice: Option<Notice>) -> Option<Value> {
    let stop = |id: &str| ("stop", pen.say(id), String::new());
    let told = |id: &str| ("go", pen.say(id), String::new());
    let count = |id: &str, count: u32| {
        ("stop", pen.words.tell(id, &[("count", count.into())]), String::new())
    };
    let (kind, title, body) = match notice? {
        Notice::NotKnown => ("stop", pen.say("login-refused"), pen.say("login-refused-more")),
        Notice::TooMany => stop("sign-in-too-many"),
        Notice::CodeRefused => ("stop", pen.say("code-refused"), pen.say("code-refused-more")),
        Notice::ClockBehind => ("warn", pen.say("code-clock"), pen.say("code-clock-more")),
        Notice::PasswordShort { min } => count("password-short", min),
        Notice::PasswordLong { max } => count("password-long", max),
        Notice::PasswordCommon => stop("password-common"),
        Notice::PasswordWrong => stop("password-wrong"),
        Notice::PasswordSet => told("password-set"),
        Notice::SecondFactorSet => told("second-set"),
        Notice::Owes => ("warn", pen.say("second-owed"), pen.say("second-owed-more")),
        Notice::SessionEnded => told("session-ended"),
        Notice::LoginTaken => stop("login-taken"),
        Notice::LoginMalformed => stop("login-malformed"),
        Notice::LastManager => stop("last-manager"),
        Notice::StaffChanged => told("staff-changed"),
    };
    Some(context! { kind, title, body })
}
