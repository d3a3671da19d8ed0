//! The cart: what is held, for how long, what it costs, and giving it back.
//!
//! Forms: `POST /cart/remove` (`key`, `performance`, `guid`; or `area` and `level` where nothing
//! is numbered), `POST /cart/one-fewer` (`key`, `performance`), `POST /cart/close` (`key`).
//! Time left is drawn once and counted down by `countdown.js`. Next: `checkout.rs`.

use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::performance::place_guid;
use crate::place;
use crate::sums;
use crate::time::digits;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::at::{At, Span};
use usher_rules::view::cart::{Cart, Group, Line, Notice, State};
use usher_rules::view::venue::Place;

/// From here on the clock is drawn as urgent (ux 2).
const URGENT: Span = Span::minutes(2);

pub fn page(templates: &Templates, view: &Cart, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let until = match view.state {
        State::Empty => return void(&pen, "empty"),
        State::Expired => return void(&pen, "expired"),
        State::Active { until } => Some(until),
        State::Confirming => None,
    };
    let page = context! {
        form_key => &view.form_key,
        fixed => until.is_none(),
        cancelled => view.sums.cancelled().is_some(),
        clock => until.map(|until| clock(&pen, until, held_words(&pen, until))),
        notice => notice(&pen, view),
        keeps => keeps(&pen, &view.notice),
        groups => groups(&pen, &view.sums.groups),
        sums => sums::sums(&pen, &view.sums, "sum-pay"),
    };
    pen.page("cart.html", &pen.say("cart-title"), "cart", page)
}

fn void(pen: &Pen<'_>, state: &str) -> Html {
    let see = context! { href => "/", words => pen.say("empty-see") };
    let page = context! {
        art => "lamp",
        body => pen.say(&format!("{state}-body")),
        acts => vec![see],
    };
    pen.page("void.html", &pen.say(&format!("{state}-title")), "cart", page)
}

fn held_words(pen: &Pen<'_>, until: At) -> String {
    pen.words.tell("cart-held", &[("time", pen.times.clock(until).into())])
}

/// The clock as `parts.html` draws it; the same on checkout.
pub(crate) fn clock(pen: &Pen<'_>, until: At, words: String) -> Value {
    clock_to(pen, until, words, "/cart")
}

/// As [`clock`], leading to this page once time is up.
pub(crate) fn clock_to(pen: &Pen<'_>, until: At, words: String, over_href: &str) -> Value {
    let left = until - pen.frame.now;
    let announce = |minutes: i64| pen.words.tell("announce-left", &[("count", minutes.into())]);
    context! {
        digits => digits(left),
        urgent => left <= URGENT,
        until_ms => until.0,
        now_ms => pen.frame.now.0,
        words,
        label => pen.say("cart-left"),
        keep => pen.say("cart-keep"),
        urgent_words => pen.say("cart-urgent"),
        announce_one => announce(1),
        announce_two => announce(2),
        announce_five => announce(5),
        over_href,
    }
}

fn notice(pen: &Pen<'_>, view: &Cart) -> Option<Value> {
    if view.state == State::Confirming {
        let (title, body) = (pen.say("cart-confirming"), pen.say("cart-confirming-body"));
        return Some(context! { kind => "warn", title, body });
    }
    if let Some(gone) = view.sums.cancelled() {
        let title = [("title", gone.title.as_str().into())];
        let title = pen.words.tell("cart-cancelled-title", &title);
        return Some(context! { kind => "stop", title, body => pen.say("cart-cancelled-body") });
    }
    let (kind, title, body) = match &view.notice {
        Notice::Nothing | Notice::KeepsSingle { .. } => return None,
        Notice::Removed(place) => {
            let place = place::line(place, pen.words);
            let title = pen.words.tell("removed", &[("place", place.into())]);
            ("go", title, String::new())
        }
        Notice::PriceChanged { old, new } => {
            let args = [("old", pen.money(*old).into()), ("new", pen.money(*new).into())];
            let body = pen.words.tell("price-changed-body", &args);
            ("warn", pen.say("price-changed-title"), body)
        }
        Notice::SeatsGone(seats) => {
            let seats = place::phrase(seats, pen.words);
            let body = pen.words.tell("gone-body", &[("seats", seats.into())]);
            ("stop", pen.say("gone-title"), body)
        }
    };
    Some(context! { kind, title, body })
}

/// A seat that may not go alone, and those that may go in its place.
fn keeps(pen: &Pen<'_>, notice: &Notice) -> Option<Value> {
    let Notice::KeepsSingle { asked, performance, instead } = notice else {
        return None;
    };
    let line = |place: &Place| place::line(place, pen.words);
    let offers: Vec<Value> = instead
        .iter()
        .map(|place| {
            let words = pen.words.tell("keeps-single-give", &[("seat", line(place).into())]);
            context! { words, guid => place_guid(place), performance => performance.to_string() }
        })
        .collect();
    Some(context! {
        title => pen.say("keeps-single-title"),
        body => pen.words.tell("keeps-single-body", &[("seat", line(asked).into())]),
        offers,
    })
}

fn groups(pen: &Pen<'_>, groups: &[Group]) -> Vec<Value> {
    let mut nth = 0;
    groups
        .iter()
        .map(|group| {
            let lines: Vec<Value> = group
                .lines
                .iter()
                .map(|line| {
                    nth += 1;
                    line_value(pen, line, nth)
                })
                .collect();
            context! {
                performance => group.performance.to_string(),
                title => &group.title,
                poster => pen.poster(&group.poster),
                when => sums::when(pen, group),
                change_href => format!("/performances/{}", group.performance),
                fewer => group.lines.len() > 1,
                lines,
            }
        })
        .collect()
}

fn line_value(pen: &Pen<'_>, line: &Line, nth: usize) -> Value {
    let place = place::line(&line.place, pen.words);
    let args = [("place", place.into()), ("level", line.level_name.as_str().into())];
    context! {
        words => pen.words.tell("line-level", &args),
        price => pen.money(line.price),
        guid => place_guid(&line.place),
        area => line.area.map(|area| area.0),
        level => line.level.0,
        nth,
    }
}
