//! The demo's bench: send a code to a simulated scanner and watch its lamp.
//!
//! Forms: `POST /demo/beam` (`scanner` by number, `code`), `POST /demo/rotate` (`scanner`).
//! Exists only in the invented venue. Next: `demo/pad.rs`, `firmware-host`, folder `demo`.

pub mod pad;

use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::place;
use crate::verdict;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::view::demo::{Bench, BenchAbout, BenchScanner};
use usher_rules::view::door::{RecentScan, Signal};

pub fn page(templates: &Templates, view: &Bench, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let scanners = view.scanners.iter().enumerate().map(|(index, one)| {
        let chosen = index == view.chosen;
        context! { index, chosen, ..scanner(&pen, one) }
    });
    let codes = view.codes.iter().map(|code| {
        let about = match code.about {
            BenchAbout::Valid => "demo-about-valid",
            BenchAbout::OtherPerformance => "demo-about-other",
            BenchAbout::Forged => "demo-about-forged",
            BenchAbout::Cancelled => "demo-about-cancelled",
        };
        context! {
            code => &code.code,
            about => pen.say(about),
            title => &code.title,
            seat => &code.seat,
        }
    });
    let page = context! {
        scanners => scanners.collect::<Vec<_>>(),
        codes => codes.collect::<Vec<_>>(),
        typed => &view.typed,
        chosen_scanner => view.chosen,
    };
    pen.page("demo.html", &pen.say("demo-title"), "demo", page)
}

fn scanner(pen: &Pen<'_>, scanner: &BenchScanner) -> Value {
    let (lamp, id) = match scanner.lamp {
        None => ("off", "demo-lamp-off"),
        Some(Signal::Go) => ("go", "demo-lamp-go"),
        Some(Signal::Stop) => ("stop", "demo-lamp-stop"),
        Some(Signal::Ask) => ("ask", "demo-lamp-ask"),
    };
    context! {
        name => &scanner.name,
        door => place::door_name(&scanner.door, "door-named", pen.words),
        stands => place::door_name(&scanner.door, "Door-named", pen.words),
        path => &scanner.path,
        lamp,
        lamp_words => pen.say(id),
        last => scanner.last.as_ref().map(|last| last_words(pen, last)),
        unpassed => unpassed(pen, scanner),
        turnstile => scanner.passage_s.is_some(),
    }
}

/// `07:12:09 Nell Harker, Stalls F 12: In`
fn last_words(pen: &Pen<'_>, last: &RecentScan) -> String {
    let place = last.place.as_ref().map(|place| place::line(place, pen.words));
    let who = [last.buyer_name.clone(), place.unwrap_or_default()];
    let who: Vec<String> = who.into_iter().filter(|part| !part.is_empty()).collect();
    let args = [
        ("time", pen.times.seconds(last.at).into()),
        ("verdict", verdict::short(&last.reason, pen.words).into()),
        ("who", who.join(", ").into()),
    ];
    pen.words.tell(if who.is_empty() { "demo-last-plain" } else { "demo-last" }, &args)
}

/// What a newcomer would not guess: nobody turned the arm, so the scan does not count.
fn unpassed(pen: &Pen<'_>, scanner: &BenchScanner) -> Option<String> {
    let seconds = scanner.passage_s?;
    let unpassed = scanner.last.as_ref().is_some_and(|last| last.unpassed);
    unpassed.then(|| pen.words.tell("demo-unpassed", &[("seconds", seconds.into())]))
}
