//! What came of asking for seats, in words: found, apart, single, gone; and why it is closed.
//!
//! Only words for an outcome the house has already decided. Next: `performance.rs`.

use crate::layout::Pen;
use crate::performance::{open, place_guid};
use crate::place;
use minijinja::{Value, context};
use usher_rules::view::performance::{Apart, Found, Outcome, Tickets};
use usher_rules::view::venue::Place;
use usher_rules::view::whats_on::{Availability, Sale};

/// `result` and `problem` of the page; at most one of them is there.
pub(crate) fn outcome(pen: &Pen<'_>, view: &Tickets) -> Value {
    let phone = view.frame.venue.phone.as_str();
    let body = |id: &str, args: &[(&str, fluent_bundle::FluentValue<'_>)]| pen.words.tell(id, args);
    let problem = |kind: &str, title: &str, text: String| {
        context! { problem => context! { kind, title => pen.say(title), body => text } }
    };
    match &view.outcome {
        Outcome::Nothing => context! {},
        Outcome::Found(found) => context! { result => found_value(pen, view, found) },
        Outcome::Apart(apart) => context! { result => apart_value(pen, apart) },
        Outcome::LeavesSingle { suggestions, .. } => single(pen, suggestions),
        Outcome::SeatTaken { seats } => {
            let seats = place::phrase(seats, pen.words);
            problem("warn", "taken-title", body("taken-body", &[("seats", seats.into())]))
        }
        Outcome::SoldOut { places_left } => {
            let left = body("soldout-body", &[("count", (*places_left).into())]);
            problem("warn", "soldout-title", left)
        }
        Outcome::TooMany { max } => {
            let args = [("count", (*max).into()), ("phone", phone.into())];
            problem("warn", "toomany-title", body("toomany-body", &args))
        }
        Outcome::NoneAsked => problem("warn", "none-asked-title", pen.say("none-asked-body")),
        Outcome::MixedPrices => problem("warn", "mixed-title", pen.say("mixed-body")),
        Outcome::NotPriced => problem("warn", "notpriced-title", pen.say("notpriced-body")),
    }
}

fn found_value(pen: &Pen<'_>, view: &Tickets, found: &Found) -> Value {
    let unreserved = found.places.iter().all(|place| matches!(place, Place::Area { .. }));
    let count = found.places.len();
    let words = match (unreserved, found.together, count) {
        (true, ..) => pen.say("found-places"),
        (false, false, _) => pen.say("found-apart"),
        (false, true, count) => pen.words.tell("found-together", &[("count", count.into())]),
    };
    let levels: Vec<String> = found
        .levels
        .iter()
        .map(|(count, level)| {
            let args = [("count", (*count).into()), ("level", level.as_str().into())];
            pen.words.tell("count-level", &args)
        })
        .collect();
    let until = pen.times.clock(found.until);
    context! {
        kind => "found",
        title => pen.say("found-title"),
        seats => place::phrase(&found.places, pen.words),
        words,
        until => pen.words.tell("found-until", &[("time", until.into())]),
        levels => levels.join(", "),
        total => pen.money(found.total),
        guids => found.places.iter().filter_map(place_guid).map(Value::from).collect::<Vec<_>>(),
        nothing_else => found.nothing_else,
        fewer => count > 1,
        performance => view.showing.performance.to_string(),
    }
}

fn apart_value(pen: &Pen<'_>, apart: &Apart) -> Value {
    let mut args = vec![("count", apart.party.into())];
    let title = match &apart.asked {
        Some(asked) => {
            args.push(("where", asked.as_str().into()));
            pen.words.tell("apart-title-in", &args)
        }
        None => pen.words.tell("apart-title", &args),
    };
    let largest = pen.words.tell("apart-largest", &[("count", apart.largest_together.into())]);
    let split = apart.split.concat();
    let elsewhere = apart.together_in.as_ref().map(|(category, name)| {
        context! {
            category => format!("category-{}", category.0),
            words => pen.words.tell("apart-elsewhere", &[("where", name.as_str().into())]),
        }
    });
    let ask = if apart.split_possible { "apart-ask" } else { "apart-none" };
    context! {
        kind => "apart",
        title,
        seats => place::phrase(&split, pen.words),
        words => format!("{largest} {}", pen.say(ask)),
        split => apart.split_possible,
        take => pen.say(if split.is_empty() { "apart-look" } else { "apart-take" }),
        total => apart.split_total.map(|total| pen.money(total)),
        elsewhere,
    }
}

/// A selection that would strand a seat, with what would fit instead as buttons.
fn single(pen: &Pen<'_>, suggestions: &[Vec<Place>]) -> Value {
    let offers: Vec<Value> = suggestions
        .iter()
        .map(|places| {
            let seats = place::phrase(places, pen.words);
            context! {
                words => pen.words.tell("single-use", &[("seats", seats.into())]),
                guids => places.iter().filter_map(place_guid).map(Value::from).collect::<Vec<_>>(),
            }
        })
        .collect();
    let body = pen.say(if offers.is_empty() { "single-none" } else { "single-body" });
    let title = pen.say("single-title");
    context! { problem => context! { kind => "warn", title, body, offers } }
}

/// Why nothing can be bought here now; `None` when it can, or when the visitor holds seats.
pub(crate) fn closed(pen: &Pen<'_>, view: &Tickets) -> Option<Value> {
    if open(view) || matches!(view.outcome, Outcome::Found(_)) {
        return None;
    }
    let phone = [("phone", view.frame.venue.phone.as_str().into())];
    let when = |opens| [("when", pen.times.moment(opens).into())];
    let (title, body) = match (view.showing.sale, view.showing.availability) {
        (Sale::NotYet { opens }, _) => {
            ("closed-not-yet-title", pen.words.tell("closed-not-yet-body", &when(opens)))
        }
        (Sale::PresaleOnly { opens }, _) => {
            ("closed-presale-title", pen.words.tell("closed-presale-body", &when(opens)))
        }
        (Sale::Ended, _) => ("closed-ended-title", pen.words.tell("closed-ended-body", &phone)),
        (Sale::Cancelled, _) => {
            ("closed-cancelled-title", pen.words.tell("closed-cancelled-body", &phone))
        }
        (Sale::Off, _) => ("closed-off-title", pen.words.tell("closed-off-body", &phone)),
        (Sale::Open, Availability::SoldOut) => {
            ("closed-soldout-title", pen.say("closed-soldout-body"))
        }
        (Sale::Open, Availability::Good | Availability::Limited | Availability::LastFew) => {
            return None;
        }
    };
    Some(context! {
        perf_line => pen.words.tell("perf-line", &[
            ("when", pen.times.moment(view.showing.starts).into()),
            ("hall", view.showing.hall.as_str().into()),
        ]),
        state => pen.say(title),
        body,
        event_href => format!("/events/{}", crate::html::url_part(&view.slug)),
    })
}
