//! Pages for when something does not work: not found, busy, full, too many, changed meanwhile.
//!
//! Designed pages, not strings: each says what happened, what did not, and where to go.
//! Which one to show is `listener/wording.rs`. Next: `layout.rs`.

use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::view::venue::Frame;

/// What could not be done. Names are about the visitor, status codes are the listener's.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    NotFound,
    NotAllowed,
    /// A form that could not be read, or was changed on the way.
    Wrong,
    /// Over a rate; come back after this many seconds.
    TooMany {
        seconds: u32,
    },
    /// The house is overrun or restarting; `reference` is what to read out on the phone.
    Busy {
        reference: String,
    },
    /// The disk is nearly full: nothing new is sold.
    Full,
    /// The store cannot be opened or written.
    Offline,
    /// Seats, price or cart changed meanwhile.
    Changed,
}

pub fn page(templates: &Templates, frame: &Frame, refused: &Refused, words: &Words) -> Html {
    let pen = Pen::new(templates, frame, words);
    let phone = frame.venue.phone.as_str();
    let id = match refused {
        Refused::NotFound => "not-found",
        Refused::NotAllowed => "not-allowed",
        Refused::Wrong => "wrong",
        Refused::TooMany { .. } => "too-many",
        Refused::Busy { .. } => "busy",
        Refused::Full => "full",
        Refused::Offline => "offline",
        Refused::Changed => "conflict",
    };
    let body = match refused {
        Refused::TooMany { seconds } => {
            words.tell("too-many-body", &[("seconds", (*seconds).into())])
        }
        Refused::Full => words.tell("full-body", &[("phone", phone.into())]),
        Refused::NotFound
        | Refused::NotAllowed
        | Refused::Wrong
        | Refused::Busy { .. }
        | Refused::Offline
        | Refused::Changed => words.say(&format!("{id}-body")),
    };
    let read_out = match refused {
        Refused::Busy { reference } if !reference.is_empty() => {
            let args = [("phone", phone.into()), ("reference", reference.as_str().into())];
            words.tell("read-out", &args)
        }
        Refused::Busy { .. }
        | Refused::NotFound
        | Refused::NotAllowed
        | Refused::Wrong
        | Refused::TooMany { .. }
        | Refused::Full
        | Refused::Offline
        | Refused::Changed => String::new(),
    };
    let page = context! { art => "curtain", body, acts => acts(&pen, refused), read_out };
    pen.page("void.html", &words.say(&format!("{id}-title")), "", page)
}

fn acts(pen: &Pen<'_>, refused: &Refused) -> Vec<Value> {
    let on = || context! { href => "/", words => pen.say("closed-whats-on") };
    let cart = || context! { href => "/cart", words => pen.say("go-cart") };
    // An empty address is this page again.
    let again = || context! { href => "", words => pen.say("try-again") };
    match refused {
        Refused::NotFound | Refused::NotAllowed | Refused::Full => vec![on(), cart()],
        Refused::Wrong | Refused::Changed => vec![cart(), on()],
        Refused::TooMany { .. } | Refused::Busy { .. } => vec![again(), cart()],
        Refused::Offline => vec![again()],
    }
}
