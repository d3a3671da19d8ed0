//! The end of day: what it would come to, step by step, earlier ones, and the sheet of one.
//!
//! Forms: `GET /desk/day` (`cut_off`), `POST /desk/day` (`cut_off`, `key`), and of the batches
//! `/desk/batches/close-all`, `/desk/batches/{batch}/keep-open`. A run to come and one that was
//! made show the same figures. Next: `end_of_day/figures.rs`, `end_of_day/table.rs`.

mod figures;
mod table;

pub use table::sheet as file;

use super::around;
use super::batch::{taken as taken_words, whose};
use crate::html::{Html, Templates, url_part};
use crate::layout::Pen;
use crate::money::grouped;
use crate::time::business_date;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::BusinessDay;
use usher_rules::end_of_day::Run;
use usher_rules::till::Takings;
use usher_rules::view::desk::batch::{Stands, ToClose};
use usher_rules::view::desk::end_of_day::{Blocked, EndOfDay, Glance, Notice, Sheet};

pub fn page(templates: &Templates, view: &EndOfDay, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let chosen = view.cut_off.map(|at| pen.times.write_minute(at)).unwrap_or_default();
    let action = match chosen.as_str() {
        "" => "/desk/day".to_owned(),
        at => format!("/desk/day?cut_off={}", url_part(at)),
    };
    let empty = view.run.empty() && view.blocked.is_none();
    let page = context! {
        cut_off => &chosen,
        max => pen.times.write_minute(view.around.frame.now),
        min => view.run.since.map(|at| pen.times.write_minute(at)),
        action,
        empty,
        day => figures::figures(&pen, &view.run, view.cut_off.is_none()),
        lock => lock(&pen, &view.run, "end-of-day-will-lock"),
        mismatch => matches!(view.blocked, Some(Blocked::Mismatch { .. })),
        agrees => !matches!(view.blocked, Some(Blocked::OutOfBalance { .. })),
        blocked => view.blocked.map(|blocked| stopped(&pen, blocked)),
        close => close(&pen, view),
        goes_on => view.batches.iter().any(|one| !one.unasked() && one.stands.goes_on()),
        may_run => view.may_run,
        earlier => view.earlier.iter().map(|one| glance(&pen, one)).collect::<Vec<_>>(),
        key => &view.form_key,
        notice => view.notice.as_ref().map(|one| notice(&pen, one)),
        ..around(&pen, &view.around)
    };
    pen.page("desk-day.html", &pen.say("end-of-day-title"), "day", page)
}

pub fn sheet(templates: &Templates, view: &Sheet, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let run = &view.run;
    let page = context! {
        no => view.no.0,
        at => kept(&pen, run),
        by => &run.by_name,
        day => figures::figures(&pen, run, false),
        lock => lock(&pen, run, "end-of-day-locks"),
        mismatch => false,
        agrees => true,
        empty => run.empty(),
        may_export => view.may_export,
        ..around(&pen, &view.around)
    };
    let title = pen.words.tell("end-of-day-heading", &[("no", view.no.0.into())]);
    pen.page("desk-day-sheet.html", &title, "day", page)
}

/// When it was run, with the year: it is for paper.
fn kept(pen: &Pen<'_>, run: &Run) -> String {
    let parts = [
        ("day", pen.times.dated(pen.times.date(run.at)).into()),
        ("time", pen.times.clock(run.at).into()),
    ];
    pen.words.tell("moment", &parts)
}

fn dated(pen: &Pen<'_>, day: BusinessDay) -> String {
    pen.times.dated(business_date(day))
}

fn lock(pen: &Pen<'_>, run: &Run, locks: &str) -> String {
    let Some(day) = run.locked else { return pen.say("end-of-day-no-lock") };
    let id = if run.locks { locks } else { "end-of-day-locked-already" };
    pen.words.tell(id, &[("day", dated(pen, day).into())])
}

/// What is to be closed, and how far it is: `{ open, lines, key, may }`.
fn close(pen: &Pen<'_>, view: &EndOfDay) -> Value {
    let open = view.batches.iter().filter(|one| one.unasked()).count();
    let lines = view.batches.iter().map(|one| {
        let wish = one.wish.as_ref().map(|(by, at)| {
            let parts = [("by", by.as_str().into()), ("at", pen.times.moment(*at).into())];
            pen.words.tell("end-of-day-close-wish", &parts)
        });
        let (mark, icon, state) = stands(pen, one);
        let taken = Takings { count: one.glance.count, sum: one.glance.sum };
        context! {
            id => one.glance.batch.to_string(),
            whose => whose(pen, &one.glance),
            taken => taken_words(pen, taken),
            may_keep => view.may_run && one.wish.is_some() && one.stands != Stands::Closing,
            wish,
            mark,
            icon,
            state,
        }
    });
    let waits = view.batches.iter().any(|one| one.wish.is_some());
    context! {
        open,
        waits,
        hint => pen.words.tell("end-of-day-close-hint", &[("count", open.into())]),
        lines => lines.collect::<Vec<_>>(),
        key => &view.form_key,
        may => view.may_run,
    }
}

/// How far the close of a batch is: mark, icon, words.
fn stands(pen: &Pen<'_>, one: &ToClose) -> (&'static str, &'static str, String) {
    match (&one.stands, &one.wish) {
        (Stands::Closing, _) => ("meh", "dot", pen.say("batch-closing")),
        (Stands::Failed { why }, None) => {
            let why = [("why", why.as_str().into())];
            ("bad", "bar", pen.words.tell("end-of-day-close-not", &why))
        }
        (_, None) => ("ok", "dot", pen.say("batch-open")),
        (Stands::Ready, _) => ("meh", "dot", pen.say("end-of-day-close-next")),
        (Stands::Busy { till }, _) => {
            let till = [("till", till.as_str().into())];
            ("meh", "dot", pen.words.tell("end-of-day-close-busy", &till))
        }
        (Stands::Off, _) => ("bad", "bar", pen.say("end-of-day-close-off")),
        (Stands::Exchanged, _) => ("bad", "bar", pen.say("end-of-day-close-exchanged")),
        (Stands::Unserved, _) => ("bad", "bar", pen.say("end-of-day-close-unserved")),
        (Stands::Failed { why }, _) => {
            let why = [("why", why.as_str().into())];
            ("bad", "bar", pen.words.tell("end-of-day-close-failed", &why))
        }
    }
}

/// Why it cannot be run, and where to go: `{ title, body, href, link }`.
fn stopped(pen: &Pen<'_>, blocked: Blocked) -> Value {
    match blocked {
        Blocked::Mismatch { batch, diff } => {
            let no = batch.to_string();
            let parts = [("diff", pen.money(diff).into()), ("batch", no.as_str().into())];
            context! {
                title => pen.say("end-of-day-mismatch"),
                body => pen.words.tell("end-of-day-mismatch-more", &parts),
                href => format!("/desk/batches/{batch}"),
                link => pen.words.tell("end-of-day-mismatch-link", &parts[1..]),
            }
        }
        Blocked::OutOfBalance { diff } => {
            let diff = [("diff", pen.money(diff).into())];
            context! {
                title => pen.say("end-of-day-out-of-balance"),
                body => pen.words.tell("end-of-day-out-of-balance-more", &diff),
                href => "/desk/journal",
                link => pen.say("journal-title"),
            }
        }
    }
}

fn glance(pen: &Pen<'_>, one: &Glance) -> Value {
    context! {
        no => one.no.0,
        at => pen.times.moment(one.at),
        cut_off => pen.times.moment(one.cut_off),
        by => &one.by,
        postings => grouped(one.postings),
        banked => pen.money(one.banked),
        locked => one.locked.map(|day| dated(pen, day)),
    }
}

fn notice(pen: &Pen<'_>, notice: &Notice) -> Value {
    let (kind, title, body) = match notice {
        Notice::CutOff { since } => {
            let body = match since {
                None => pen.say("end-of-day-cut-off-wrong-more"),
                Some(at) => {
                    let since = [("since", pen.times.moment(*at).into())];
                    pen.words.tell("end-of-day-cut-off-since-more", &since)
                }
            };
            ("stop", "end-of-day-cut-off-wrong", body)
        }
        Notice::Refused => ("stop", "end-of-day-refused", pen.say("end-of-day-refused-more")),
        Notice::NothingToClose => {
            ("warn", "end-of-day-close-nothing", pen.say("end-of-day-close-nothing-more"))
        }
        Notice::Closing => {
            ("warn", "end-of-day-close-asked", pen.say("end-of-day-close-asked-more"))
        }
    };
    context! { kind, title => pen.say(title), body }
}
