//! The demo's card terminals as their customers see them: display, keys, card and cable.
//!
//! One form a terminal, `POST /demo/pads` (`pad` by number from 0, `act`). Keys that do not fit the
//! moment stay where they are, so that nobody's focus is lost. Exists only in the invented venue.
//! Next: `firmware-host`, folder `demo`.

use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::view::demo::{BenchPad, BenchPads, BenchShown};

pub fn page(templates: &Templates, view: &BenchPads, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let pads = view.pads.iter().map(|one| pad(&pen, one)).collect::<Vec<_>>();
    let phones = view.phones.iter();
    let phones = phones.map(|phone| context! { login => &phone.login, code => &phone.code });
    let page = context! { pads, phones => phones.collect::<Vec<_>>() };
    pen.page("demo-pads.html", &pen.say("demo-pads-title"), "demo-pads", page)
}

fn pad(pen: &Pen<'_>, pad: &BenchPad) -> Value {
    let (class, says) = match pad.shown {
        BenchShown::Idle => ("idle", "demo-pad-idle"),
        BenchShown::PresentCard => ("asks", "demo-pad-card"),
        BenchShown::TypeCard => ("asks", "demo-pad-type"),
        BenchShown::EnterPin => ("asks", "demo-pad-pin"),
        BenchShown::WrongPin => ("asks", "demo-pad-pin-again"),
        BenchShown::Asking => ("waits", "demo-pad-asking"),
        BenchShown::Approved => ("go", "demo-pad-approved"),
        BenchShown::Declined => ("stop", "demo-pad-declined"),
        BenchShown::Cancelled => ("stop", "demo-pad-cancelled"),
        BenchShown::TimedOut => ("stop", "demo-pad-timed-out"),
    };
    let link = match (pad.is_plugged_in, pad.is_linked) {
        (false, _) => "demo-pad-unplugged",
        (true, false) => "demo-pad-unlinked",
        (true, true) => "demo-pad-linked",
    };
    context! {
        name => &pad.name,
        till => &pad.till,
        line => &pad.line,
        class,
        says => pen.say(says),
        amount => pad.amount.map(|amount| pen.money(amount)),
        plugged => pad.is_plugged_in,
        link => pen.say(link),
        keys => keys(pen, pad),
    }
}

/// Every key, and whether it does something now.
fn keys(pen: &Pen<'_>, pad: &BenchPad) -> Vec<Value> {
    let (card, typed, pin) = match pad.shown {
        BenchShown::PresentCard => (true, false, false),
        BenchShown::TypeCard => (false, true, false),
        BenchShown::EnterPin | BenchShown::WrongPin => (false, false, true),
        BenchShown::Idle
        | BenchShown::Asking
        | BenchShown::Approved
        | BenchShown::Declined
        | BenchShown::Cancelled
        | BenchShown::TimedOut => (false, false, false),
    };
    let keys = [
        ("tap", "demo-pad-tap", card),
        ("insert", "demo-pad-insert", card),
        ("tap-refused", "demo-pad-tap-refused", card),
        ("right-pin", "demo-pad-right-pin", pin),
        ("wrong-pin", "demo-pad-wrong-pin", pin),
        ("type-card", "demo-pad-type-card", typed),
        ("red-key", "demo-pad-red-key", card || typed || pin),
        ("pull-cable", "demo-pad-pull-cable", pad.is_plugged_in),
        ("plug-in", "demo-pad-plug-in", !pad.is_plugged_in),
    ];
    let keys = keys.into_iter().map(|(act, id, fits)| {
        context! { act, fits, words => pen.say(id) }
    });
    keys.collect()
}
