//! Performances that do not take place: the list, one to be cancelled, and what goes back for it.
//!
//! Forms below `/desk/cancellations/{performance}`: the page itself (`key`, `reason`) and `refund`
//! (`key`). A line that a pad gives back without a card is a form of its order's page (`refund`).
//! The page loads itself again while anything is on its way. Next:
//! `rules/view/desk/cancellation.rs`, `desk/order.rs`.

use super::around;
use super::payment::{act, how};
use crate::html::{Html, Templates, url_part};
use crate::layout::Pen;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::view::desk::cancellation::{
    Cancellation, Cancellations, Glance, Line, Notice, Stands, Sum,
};
use usher_rules::view::desk::payment::{How, Share};

pub fn list(templates: &Templates, view: &Cancellations, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let lines = |of: &[Glance]| of.iter().map(|one| glance(&pen, one)).collect::<Vec<_>>();
    let page = context! {
        ahead => lines(&view.ahead),
        cancelled => lines(&view.cancelled),
        more => view.more,
        ..around(&pen, &view.around)
    };
    pen.page("desk-cancellations.html", &pen.say("cancellations-title"), "cancellations", page)
}

pub fn page(templates: &Templates, view: &Cancellation, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let one = &view.glance;
    let why = view.said.as_ref().map(|said| said.reason.as_str()).unwrap_or_default();
    let title =
        [("title", one.title.as_str().into()), ("when", pen.times.moment(one.starts).into())];
    let page = context! {
        show => glance(&pen, one),
        said => view.said.as_ref().map(|said| context! {
            by => &said.by,
            at => pen.times.moment(said.at),
            reason => &said.reason,
        }),
        open => (view.open.orders > 0).then(|| sum(&pen, "cancellation-open", view.open)),
        at_once => (view.at_once.orders > 0).then(|| {
            sum(&pen, "cancellation-at-once", view.at_once)
        }),
        lines => view.lines.iter().map(|one| line(&pen, one, why, view)).collect::<Vec<_>>(),
        running => view.lines.iter().any(|one| one.stands == Stands::Running),
        more => view.more,
        may_cancel => view.may_cancel,
        may_refund => view.may_refund,
        key => &view.form_key,
        reason => &view.reason,
        notice => view.notice.map(|notice| told(&pen, notice)),
        ..around(&pen, &view.around)
    };
    pen.page(
        "desk-cancellation.html",
        &pen.words.tell("cancellation-heading", &title),
        "cancellations",
        page,
    )
}

fn glance(pen: &Pen<'_>, one: &Glance) -> Value {
    context! {
        href => format!("/desk/cancellations/{}", one.performance),
        title => &one.title,
        hall => &one.hall,
        starts => pen.times.moment(one.starts),
        sold => one.sold,
        cancelled => one.cancelled.map(|at| pen.times.moment(at)),
    }
}

fn sum(pen: &Pen<'_>, id: &str, sum: Sum) -> String {
    let parts = [
        ("orders", sum.orders.into()),
        ("tickets", sum.tickets.into()),
        ("sum", pen.money(sum.amount).into()),
    ];
    pen.words.tell(id, &parts)
}

fn line(pen: &Pen<'_>, one: &Line, why: &str, view: &Cancellation) -> Value {
    let (way, act) = match &one.how {
        None => (pen.say("paid-nothing"), String::new()),
        Some(How::Cash { .. }) => (pen.say("cancellation-cash"), String::new()),
        Some(to) => (how(pen, to), act(pen, &Share { how: to.clone(), amount: one.amount })),
    };
    let free = view.may_refund && one.stands == Stands::Free;
    let (mark, icon, stands) = match one.stands {
        Stands::Free if one.at_once() => ("ok", "dot", "cancellation-stands-at-once"),
        Stands::Free if one.without_card => ("ok", "dot", "cancellation-stands-without-card"),
        Stands::Free => ("meh", "dot", "cancellation-stands-customer"),
        Stands::Running => ("meh", "ring", "cancellation-stands-running"),
        Stands::NeedsOperator => ("bad", "bar", "cancellation-stands-operator"),
        Stands::Exchanging => ("meh", "dot", "cancellation-stands-exchanging"),
        Stands::CapturePending => ("meh", "dot", "cancellation-stands-capture"),
    };
    let order = one.order.to_string();
    let chosen: Vec<String> = one.tickets.iter().map(|ticket| format!("ticket={ticket}")).collect();
    // A refund chosen already, or what is owed after the tickets were taken back.
    let href = match free && !chosen.is_empty() {
        true => format!("/desk/orders/{order}?{}&reason={}", chosen.join("&"), url_part(why)),
        false => format!("/desk/orders/{order}"),
    };
    context! {
        order,
        href,
        buyer => &one.buyer,
        email => &one.email,
        phone => &one.phone,
        tickets => one.tickets.iter().map(ToString::to_string).collect::<Vec<_>>(),
        count => one.tickets.len(),
        amount => pen.money(one.amount),
        shown => one.amount.0,
        way,
        act,
        mark,
        icon,
        stands => pen.say(stands),
        here => free && one.without_card,
        why,
    }
}

/// What a form is told back, as `{ kind, title, body }`.
fn told(pen: &Pen<'_>, notice: Notice) -> Value {
    let say = |kind: &str, title: &str, body: &str| {
        context! { kind, title => pen.say(title), body => pen.say(body) }
    };
    match notice {
        Notice::Reason { max } => context! {
            kind => "stop",
            title => pen.say("till-reason-wanted"),
            body => pen.words.tell("cancellation-reason-more", &[("max", max.into())]),
        },
        Notice::CancelledBefore => say("warn", "cancellation-before", "cancellation-before-more"),
        Notice::Over => say("stop", "cancellation-over", "cancellation-over-more"),
        Notice::Begun { orders, not } => context! {
            kind => if not > 0 { "warn" } else { "" },
            title => pen.words.tell("cancellation-begun", &[("orders", orders.into())]),
            body => pen.words.tell("cancellation-begun-more", &[("not", not.into())]),
        },
        Notice::NothingAtOnce => say("warn", "cancellation-none", "cancellation-none-more"),
        Notice::BatchClosing => say("warn", "batch-closing", "batch-closing-web"),
    }
}
