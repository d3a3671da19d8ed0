//! Pin pads: how each is, which payments wait for a person, and what was booked without a sale.
//!
//! Loading the page again is its refresh; it has no script. Never shows more of a card than its
//! brand and last four digits. Next: `sell/sale.rs`, where a person decides.

use super::around;
use super::sell::exchanged;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::tender::orphan::REASON_CHARS_MAX;
use usher_rules::view::desk::pad::{Link, Listed, Notice, Orphan, Pads};
use usher_rules::view::desk::sell::Waiting;

pub fn page(templates: &Templates, view: &Pads, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let page = context! {
        pads => view.pads.iter().map(|pad| listed(&pen, pad)).collect::<Vec<_>>(),
        waiting => view.waiting.iter().map(|one| waiting(&pen, one)).collect::<Vec<_>>(),
        orphans => view.orphans.iter().map(|one| orphan(&pen, one)).collect::<Vec<_>>(),
        more => view.more,
        may_sell => view.may_sell,
        may_see => view.may_see,
        reason_max => REASON_CHARS_MAX,
        key => &view.form_key,
        notice => view.notice.as_ref().map(|notice| told(&pen, notice)),
        ..around(&pen, &view.around)
    };
    pen.page("desk-pads.html", &pen.say("pads-title"), "pads", page)
}

fn listed(pen: &Pen<'_>, pad: &Listed) -> Value {
    let (mark, icon, state) = match (&pad.link, &pad.busy) {
        (None, _) => ("", "ring", pen.say("pads-off")),
        (Some(Link::Starting), _) => ("meh", "ring", pen.say("pads-starting")),
        (Some(Link::Down { why }), _) => {
            ("bad", "bar", pen.words.tell("pads-down", &[("why", why.as_str().into())]))
        }
        (Some(Link::Exchanged(what)), _) => ("bad", "bar", exchanged(pen, what)),
        (Some(Link::Up { .. }), Some(till)) => {
            ("ok", "dot", pen.words.tell("pads-busy", &[("till", till.as_str().into())]))
        }
        (Some(Link::Up { terminal }), None) => {
            ("ok", "tick", pen.words.tell("pads-up", &[("terminal", terminal.as_str().into())]))
        }
    };
    context! { name => &pad.name, place => &pad.place, mark, icon, state }
}

fn waiting(pen: &Pen<'_>, one: &Waiting) -> Value {
    context! {
        cart => one.cart.to_string(),
        till => &one.till,
        amount => pen.money(one.amount),
        since => pen.times.moment(one.since),
    }
}

fn orphan(pen: &Pen<'_>, one: &Orphan) -> Value {
    let unknown = || pen.say("pads-unknown");
    let booking = &one.booking;
    let numbers = [booking.receipt, booking.trace].into_iter().flatten();
    let numbers = numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(" / ");
    let told = |text: String| if text.trim().is_empty() { unknown() } else { text };
    context! {
        id => one.id.to_string(),
        pad => &one.pad,
        at => pen.times.moment(one.at),
        amount => booking.amount.map_or_else(unknown, |amount| pen.money(amount)),
        numbers => told(numbers),
        card => told(format!("{} {}", booking.brand, booking.last_four)),
        approval => told(booking.approval.clone()),
    }
}

/// What a form is told back, as `{ kind, title, body }`.
fn told(pen: &Pen<'_>, notice: &Notice) -> Value {
    let (kind, title, body) = match notice {
        Notice::Seen => ("go", pen.say("pads-seen"), pen.say("pads-seen-more")),
        Notice::Changed => ("warn", pen.say("pads-changed"), pen.say("pads-changed-more")),
        Notice::Reason { max } => {
            let max = [("max", (*max).into())];
            ("stop", pen.say("till-reason-wanted"), pen.words.tell("batch-reason-more", &max))
        }
    };
    context! { kind, title, body }
}
