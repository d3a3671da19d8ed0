//! The door phone: the whole screen is the verdict; below it the counts and the last five.
//!
//! Form `POST /door`: `key` (the scan's nonce), `code`, `direction` (`in`, `out`, `check`). The
//! answer is this page again with the plate filled in, so it works without a script; `door.js`
//! adds sound, vibration, camera and live counts, and with `door-alone.js` a verdict of its own
//! when the box is silent. Next: `verdict.rs`.

use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::place;
use crate::verdict;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::house::WithoutBox;
use usher_rules::view::door::{Direction, Door, Plate, RecentScan, Signal};

/// What a door can say without its box: names of domain 9.1.
const ALONE: [&str; 14] = [
    "OK",
    "REENTRY",
    "OUT",
    "UNKNOWN",
    "REPLACED",
    "CANCELLED",
    "BLOCKED",
    "ALREADY_USED",
    "NO_REENTRY",
    "WRONG_DOOR",
    "TOO_EARLY",
    "TOO_LATE",
    "UNPAID",
    "NOT_IN",
];

pub fn page(templates: &Templates, view: &Door, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let direction = words.say(match view.direction {
        Direction::In => "door-in",
        Direction::Out => "door-out",
        Direction::Check => "door-check",
    });
    let named = place::door_name(&view.door, "Door-named", words);
    let place = [("door", named.as_str().into()), ("direction", direction.into())];
    let loaded = [("loaded", view.tickets_loaded.into()), ("total", view.tickets_total.into())];
    let performance = match &view.performance {
        Some(set) => format!("{}, {}", set.title, pen.times.clock(set.starts)),
        None => words.say("door-today"),
    };
    let page = context! {
        form_key => &view.form_key,
        place => words.tell("door-where", &place),
        performance,
        plate => plate(&pen, view.last.as_ref()),
        inside => view.inside,
        of => words.tell("door-counts", &[("expected", view.expected.into())]),
        loaded => words.tell("door-loaded", &loaded),
        recent => view.recent.iter().map(|scan| recent(&pen, scan)).collect::<Vec<_>>(),
        directions => directions(&pen, view.direction),
        seq => view.seq,
        zone => &view.frame.venue.time_zone,
        alone => view.without_box == WithoutBox::Snapshot,
        reasons => ALONE.iter().map(|name| alone(&pen, name)).collect::<Vec<_>>(),
    };
    let title = match &view.last {
        Some(last) => format!("{} | {named}", verdict::signal_word(last.signal, words)),
        None => named,
    };
    pen.page("door.html", &title, "door", page)
}

/// One of them in words. A list can be older than a ticket, so `UNKNOWN` says less than usual.
fn alone(pen: &Pen<'_>, name: &str) -> Value {
    let words = match name {
        "UNKNOWN" => pen.say("door-alone-unknown"),
        name => pen.say(&format!("short-{name}")),
    };
    let goes = ["OK", "REENTRY", "OUT"].contains(&name);
    let to_do = if goes { String::new() } else { pen.say(&format!("do-{name}")) };
    context! { name, words, to_do }
}

fn plate(pen: &Pen<'_>, last: Option<&Plate>) -> Value {
    let Some(last) = last else {
        return context! {
            class => "idle",
            word => pen.say("door-ready"),
            why => pen.say("door-ready-why"),
        };
    };
    let (class, ..) = verdict::look(last.signal);
    let who = match (last.buyer_name.as_str(), last.level_name.as_str()) {
        (name, "") | ("", name) => name.to_owned(),
        (name, level) => {
            pen.words.tell("who-level", &[("name", name.into()), ("level", level.into())])
        }
    };
    let reason = verdict::line(&last.reason, pen);
    let why = match last.signal {
        Signal::Go if !who.is_empty() => who,
        Signal::Go | Signal::Stop | Signal::Ask => reason,
    };
    let to_do = verdict::to_do(&last.reason, pen.words);
    let second = if to_do.is_empty() {
        let way = place::door_name(&last.way, "Door-named", pen.words);
        (!way.is_empty()).then(|| (pen.say("door-way"), way))
    } else {
        Some((pen.say("door-do"), to_do))
    };
    context! {
        class,
        word => verdict::signal_word(last.signal, pen.words),
        why,
        seat => last.place.as_ref().map(|place| place::line(place, pen.words)),
        second_label => second.as_ref().map(|pair| pair.0.clone()),
        second => second.map(|pair| pair.1),
    }
}

fn recent(pen: &Pen<'_>, scan: &RecentScan) -> Value {
    let (_, mark, icon) = verdict::look(scan.signal);
    let named = scan.signal == Signal::Go && !scan.buyer_name.is_empty();
    let name =
        if named { scan.buyer_name.clone() } else { verdict::short(&scan.reason, pen.words) };
    let name = if scan.unpassed {
        pen.words.tell("door-unpassed", &[("name", name.into())])
    } else {
        name
    };
    context! {
        mark,
        icon,
        time => pen.times.seconds(scan.at),
        name,
        seat => scan.place.as_ref().map(place::short),
        seq => scan.seq,
    }
}

fn directions(pen: &Pen<'_>, chosen: Direction) -> Vec<Value> {
    [
        (Direction::In, "in", "door-direction-in"),
        (Direction::Out, "out", "door-direction-out"),
        (Direction::Check, "check", "door-direction-check"),
    ]
    .into_iter()
    .map(|(direction, value, id)| {
        context! { value, words => pen.say(id), chosen => direction == chosen }
    })
    .collect()
}
