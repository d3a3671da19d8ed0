//! Batches: the list, and one of them with its payments beside what the terminal tells.
//!
//! Forms below `/desk/batches/{batch}`: `close`, `no-match` (`reason`). A page whose batch is being
//! closed loads itself again. Next: `rules/view/desk/batch.rs`.

use super::around;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::batch::State;
use usher_rules::till::Takings;
use usher_rules::view::desk::batch::{Batch, Batches, Glance, Notice, Orphan, Payment, Settled};

pub fn list(templates: &Templates, view: &Batches, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let lines = |of: &[Glance]| of.iter().map(|one| glance(&pen, one)).collect::<Vec<_>>();
    let page = context! {
        unsettled => lines(&view.unsettled),
        settled => lines(&view.settled),
        ..around(&pen, &view.around)
    };
    pen.page("desk-batches.html", &pen.say("batches-title"), "batches", page)
}

pub fn page(templates: &Templates, view: &Batch, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let ours = Takings { count: view.glance.count, sum: view.glance.sum };
    // The gateway tells one sum for all cards.
    let brands = view.brands.iter().filter(|one| !one.brand.is_empty()).map(|one| {
        let told = Takings { count: one.count, sum: one.sum };
        context! { brand => &one.brand, words => taken(&pen, told) }
    });
    let forced = view.no_match.as_ref().map(|forced| {
        context! { by => &forced.by, at => pen.times.moment(forced.at), reason => &forced.reason }
    });
    let says = |pads: &str, gateway: &str| match view.glance.pad {
        Some(_) => pen.say(pads),
        None => pen.say(gateway),
    };
    let page = context! {
        theirs => says("batch-theirs", "batch-theirs-web"),
        untold => says("batch-untold", "batch-untold-web"),
        closing_more => says("batch-closing-more", "batch-closing-web"),
        close_hint => says("batch-close-hint", "batch-close-web"),
        force_hint => says("batch-force-hint", "batch-force-web"),
        unmatched => says("batch-unmatched", "batch-unmatched-web"),
        batch => glance(&pen, &view.glance),
        closing => view.glance.state == State::Closing,
        closed_by => &view.closed_by,
        why => &view.why,
        ours => taken(&pen, ours),
        told => view.told.map(|told| taken(&pen, told)),
        brands => brands.collect::<Vec<_>>(),
        receipt => view.receipt.join("\n"),
        payments => view.payments.iter().map(|one| payment(&pen, one)).collect::<Vec<_>>(),
        more => view.more,
        orphans => view.orphans.iter().map(|one| orphan(&pen, one)).collect::<Vec<_>>(),
        forced,
        may_close => view.may_close,
        may_force => view.may_force,
        key => &view.form_key,
        reason => &view.reason,
        notice => view.notice.as_ref().map(|notice| told(&pen, notice)),
        ..around(&pen, &view.around)
    };
    let whose = [("whose", whose(&pen, &view.glance).into())];
    pen.page("desk-batch.html", &pen.words.tell("batch-heading", &whose), "batches", page)
}

pub(super) fn whose(pen: &Pen<'_>, one: &Glance) -> String {
    one.pad.clone().unwrap_or_else(|| pen.say("batch-gateway"))
}

pub(super) fn taken(pen: &Pen<'_>, taken: Takings) -> String {
    let parts = [("count", taken.count.into()), ("sum", pen.money(taken.sum).into())];
    pen.words.tell("batch-taken", &parts)
}

fn glance(pen: &Pen<'_>, one: &Glance) -> Value {
    let (mark, icon, id) = match (one.state, one.settled) {
        (State::Open, _) if one.wanted => ("meh", "dot", "batch-wanted"),
        (State::Open, _) => ("ok", "dot", "batch-open"),
        (State::Closing, _) => ("meh", "dot", "batch-closing"),
        (State::Mismatched, _) => ("bad", "bar", "batch-mismatched"),
        (State::Settled, Some(Settled::Matched) | None) => ("", "tick", "batch-matched"),
        (State::Settled, Some(Settled::ByOurBooks)) => ("", "tick", "batch-by-our-books"),
        (State::Settled, Some(Settled::NoMatch)) => ("meh", "bar", "batch-no-match"),
    };
    context! {
        id => one.batch.to_string(),
        whose => whose(pen, one),
        opened => pen.times.moment(one.opened),
        ended => one.ended.map(|at| pen.times.moment(at)),
        mark,
        icon,
        state => pen.say(id),
        count => one.count,
        sum => pen.money(one.sum),
    }
}

fn payment(pen: &Pen<'_>, one: &Payment) -> Value {
    context! {
        at => pen.times.moment(one.at),
        order => one.order.map(|order| order.to_string()),
        card => card(&one.brand, &one.last_four),
        amount => pen.money(one.amount),
        unmatched => one.unmatched,
    }
}

fn orphan(pen: &Pen<'_>, one: &Orphan) -> Value {
    context! {
        at => pen.times.moment(one.at),
        card => card(&one.brand, &one.last_four),
        approval => &one.approval,
        amount => one.amount.map(|amount| pen.money(amount)),
    }
}

/// Brand and last digits, as far as they were told.
fn card(brand: &str, last_four: &str) -> String {
    match last_four {
        "" => brand.to_owned(),
        digits => format!("{brand} …{digits}").trim().to_owned(),
    }
}

/// What a form is told back, as `{ kind, title, body }`.
fn told(pen: &Pen<'_>, notice: &Notice) -> Value {
    let (kind, title, body) = match notice {
        Notice::Busy { till } => {
            let till = [("till", till.as_str().into())];
            ("warn", pen.say("batch-busy"), pen.words.tell("batch-busy-more", &till))
        }
        Notice::Closing => ("warn", pen.say("batch-closing"), pen.say("batch-closing-more")),
        Notice::Silent => ("warn", pen.say("pad-silent"), pen.say("batch-silent-more")),
        Notice::Changed => ("warn", pen.say("batch-changed"), pen.say("batch-changed-more")),
        Notice::Reason { max } => {
            let max = [("max", (*max).into())];
            ("stop", pen.say("till-reason-wanted"), pen.words.tell("batch-reason-more", &max))
        }
    };
    context! { kind, title, body }
}
