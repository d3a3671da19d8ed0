//! The staff: who they are, what may be changed about them, and the audit of what they did.
//!
//! Forms below `/desk/staff`, each with a key of its own. Next: `account.rs`.

use super::account::{notice, role, session};
use super::around;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::staff::Role;
use usher_rules::view::desk::staff::{Act, Audit, By, Done, Member, Staff, Standing};

pub fn page(templates: &Templates, view: &Staff, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let page = context! {
        members => view.members.iter().map(|one| member(&pen, one)).collect::<Vec<_>>(),
        roles => roles(&pen, None),
        key => &view.form_key,
        notice => notice(&pen, view.notice),
        ..around(&pen, &view.around)
    };
    pen.page("desk-staff.html", &pen.say("staff-title"), "staff", page)
}

pub fn audit(templates: &Templates, view: &Audit, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let page = context! {
        rows => view.rows.iter().map(|row| done(&pen, row)).collect::<Vec<_>>(),
        next => view.next.map(|entry| format!("/desk/audit?before={entry}")),
        ..around(&pen, &view.around)
    };
    pen.page("desk-audit.html", &pen.say("audit-title"), "audit", page)
}

fn roles(pen: &Pen<'_>, chosen: Option<Role>) -> Vec<Value> {
    let one = |one: Role| {
        context! { name => one.name(), words => pen.say(role(one)), chosen => chosen == Some(one) }
    };
    Role::ALL.into_iter().map(one).collect()
}

fn member(pen: &Pen<'_>, member: &Member) -> Value {
    let (mark, icon, state) = match member.standing {
        Standing::Active => ("ok", "tick", pen.say("standing-active")),
        Standing::Invited { until } => {
            let until = [("until", pen.times.moment(until).into())];
            ("meh", "ring", pen.words.tell("standing-invited", &until))
        }
        Standing::Lapsed => ("meh", "warn", pen.say("standing-lapsed")),
        Standing::Locked => ("bad", "bar", pen.say("standing-locked")),
        Standing::Disabled => ("muted", "ring", pen.say("standing-disabled")),
    };
    let second = if member.second_factor { "second-yes" } else { "second-no" };
    context! {
        no => member.no.0,
        login => &member.login,
        name => &member.name,
        role => pen.say(role(member.role)),
        roles => roles(pen, Some(member.role)),
        mark,
        icon,
        state,
        second => pen.say(second),
        disabled => member.standing == Standing::Disabled,
        sessions => member.sessions.iter().map(|one| session(pen, one)).collect::<Vec<_>>(),
    }
}

fn done(pen: &Pen<'_>, done: &Done) -> Value {
    let by = match &done.by {
        By::Console => pen.say("audit-console"),
        By::House => pen.say("audit-house"),
        By::Account { login } => login.clone(),
        By::Token { name } => pen.words.tell("audit-token", &[("name", name.as_str().into())]),
    };
    let what: Vec<String> = done.what.iter().map(act).collect();
    context! { entry => done.entry, at => pen.times.moment(done.at), by, what => what.join(", ") }
}

fn act(act: &Act) -> String {
    if act.to.is_empty() { act.name.to_owned() } else { format!("{} {}", act.name, act.to) }
}
