//! The demo's bench: send a code to a simulated scanner and watch its lamp.
//!
//! Forms: `POST /demo/beam` (`scanner` by number, `code`), `POST /demo/rotate` (`scanner`).
//! Exists only in the invented venue. Next: `firmware-host`, folder `demo`.

use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::view::demo::{Bench, BenchAbout, BenchScanner};
use usher_rules::view::door::Signal;

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
        door => &scanner.door,
        path => &scanner.path,
        lamp,
        lamp_words => pen.say(id),
        said => &scanner.said,
        turnstile => scanner.has_turnstile,
    }
}
