//! Checkout: one page with buyer and card, what is wrong on top and beside each field.
//!
//! Form `POST /checkout`: `key`, `shown` (the total seen), `name`, `email`, `note`,
//! `card-number`, `card-expiry`, `card-code`. Card fields are never filled in again, whatever
//! was typed. Next: `order.rs`.

use crate::cart;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::place;
use crate::sums;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::view::checkout::{Checkout, Fault, Field, State};

/// Longest name, address and note that are taken.
pub const NAME_CHARS_MAX: u32 = 120;
pub const EMAIL_CHARS_MAX: u32 = 254;
pub const NOTE_CHARS_MAX: u32 = 500;
const CARD_NUMBER_CHARS_MAX: u32 = 23;
const CARD_EXPIRY_CHARS_MAX: u32 = 7;
const CARD_CODE_CHARS_MAX: u32 = 4;

pub fn page(templates: &Templates, view: &Checkout, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let confirming = view.state == State::Confirming;
    let stopped = view.state == State::TooManyAttempts || view.sums.groups.is_empty();
    let total = pen.money(view.sums.total);
    let held = [("time", pen.times.clock(view.until).into()), ("total", total.clone().into())];
    let again = if view.state == State::Declined { "checkout-again" } else { "checkout-pay" };
    let clock = || cart::clock(&pen, view.until, words.tell("checkout-held", &held));
    let title = match view.state {
        State::Declined => pen.say("declined-title"),
        State::Confirming => pen.say("confirming-title"),
        State::Form | State::PriceChanged { .. } | State::SeatsGone { .. } => {
            pen.say("checkout-title")
        }
        State::TooManyAttempts => pen.say("attempts-title"),
    };
    let page = context! {
        plain => true,
        form_key => &view.form_key,
        shown => view.sums.total.0,
        confirming,
        clock => (!confirming).then(clock),
        notice => notice(&pen, view),
        faults => faults(&pen, view),
        form => (!confirming && !stopped).then(|| form(&pen, view)),
        pay => words.tell(again, &[("total", total.into())]),
        groups => view.sums.groups.iter().map(|group| sums::group(&pen, group)).collect::<Vec<_>>(),
        sums => sums::sums(&pen, &view.sums, "sum-pay"),
    };
    pen.page("checkout.html", &title, "", page)
}

fn notice(pen: &Pen<'_>, view: &Checkout) -> Option<Value> {
    let time = || [("time", pen.times.clock(view.until).into())];
    let (kind, id, body) = match &view.state {
        State::Form => return None,
        State::Declined => ("stop", "declined-title", pen.words.tell("declined-body", &time())),
        State::Confirming => ("warn", "confirming-title", pen.say("confirming-body")),
        State::PriceChanged { old, new } => {
            let args = [("old", pen.money(*old).into()), ("new", pen.money(*new).into())];
            ("warn", "price-changed-title", pen.words.tell("price-changed-body", &args))
        }
        State::SeatsGone { seats } => {
            let seats = place::phrase(seats, pen.words);
            ("stop", "gone-title", pen.words.tell("gone-body", &[("seats", seats.into())]))
        }
        State::TooManyAttempts => {
            let phone = [("phone", view.frame.venue.phone.as_str().into())];
            ("stop", "attempts-title", pen.words.tell("attempts-body", &phone))
        }
    };
    Some(context! { kind, title => pen.say(id), body })
}

fn faults(pen: &Pen<'_>, view: &Checkout) -> Option<Value> {
    let lines: Vec<Value> = view
        .faults
        .iter()
        .map(|fault| {
            let (name, label) = named(fault.field);
            let args =
                [("field", pen.say(label).into()), ("fault", fault_words(pen, fault.fault).into())];
            context! { name, words => pen.words.tell("checkout-fault", &args) }
        })
        .collect();
    let title = pen.words.tell("checkout-faults", &[("count", lines.len().into())]);
    (!lines.is_empty()).then(|| context! { title, lines })
}

/// Name of the form field, and the id of its label.
pub fn named(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::Name => ("name", "checkout-name"),
        Field::Email => ("email", "checkout-email"),
        Field::Note => ("note", "checkout-note"),
        Field::CardNumber => ("card-number", "checkout-card-number"),
        Field::CardExpiry => ("card-expiry", "checkout-card-expiry"),
        Field::CardCode => ("card-code", "checkout-card-code"),
    }
}

fn fault_words(pen: &Pen<'_>, fault: Fault) -> String {
    match fault {
        Fault::Missing => pen.say("fault-missing"),
        Fault::TooLong { max } => pen.words.tell("fault-too-long", &[("max", max.into())]),
        Fault::NotAnAddress => pen.say("fault-not-address"),
        Fault::NotACard => pen.say("fault-not-card"),
        Fault::NotADate => pen.say("fault-not-date"),
        Fault::Over => pen.say("fault-over"),
        Fault::NotACode => pen.say("fault-not-code"),
    }
}

/// How one field is drawn beside its words.
struct Drawn<'a> {
    field: Field,
    kind: &'static str,
    mode: &'static str,
    auto: &'static str,
    hint: &'static str,
    value: &'a str,
    max: u32,
}

fn form(pen: &Pen<'_>, view: &Checkout) -> Value {
    let buyer = &view.buyer;
    let text = |field, auto, hint, value, max| {
        field_value(pen, view, &Drawn { field, kind: "text", mode: "", auto, hint, value, max })
    };
    let card = |field, auto, hint, max: u32| {
        let drawn = Drawn { field, kind: "text", mode: "numeric", auto, hint, value: "", max };
        field_value(pen, view, &drawn)
    };
    let (expiry_hint, code_hint) = ("checkout-card-expiry-hint", "checkout-card-code-hint");
    let email = Drawn {
        field: Field::Email,
        kind: "email",
        mode: "email",
        auto: "email",
        hint: "checkout-email-hint",
        value: &buyer.email,
        max: EMAIL_CHARS_MAX,
    };
    context! {
        name => text(Field::Name, "name", "checkout-name-hint", &buyer.name, NAME_CHARS_MAX),
        email => field_value(pen, view, &email),
        note => text(Field::Note, "off", "checkout-note-hint", &buyer.note, NOTE_CHARS_MAX),
        card_number => card(Field::CardNumber, "cc-number", "", CARD_NUMBER_CHARS_MAX),
        card_expiry => card(Field::CardExpiry, "cc-exp", expiry_hint, CARD_EXPIRY_CHARS_MAX),
        card_code => card(Field::CardCode, "cc-csc", code_hint, CARD_CODE_CHARS_MAX),
    }
}

fn field_value(pen: &Pen<'_>, view: &Checkout, drawn: &Drawn<'_>) -> Value {
    let (name, label) = named(drawn.field);
    let fault = view.faults.iter().find(|fault| fault.field == drawn.field);
    let err = fault.map(|fault| fault_words(pen, fault.fault));
    let described: Vec<String> = [
        (!drawn.hint.is_empty()).then(|| format!("{name}-h")),
        err.is_some().then(|| format!("{name}-e")),
    ]
    .into_iter()
    .flatten()
    .collect();
    context! {
        name,
        label => pen.say(label),
        kind => drawn.kind,
        mode => drawn.mode,
        auto => drawn.auto,
        hint => if drawn.hint.is_empty() { String::new() } else { pen.say(drawn.hint) },
        value => drawn.value,
        max => drawn.max,
        required => drawn.field != Field::Note,
        described => described.join(" "),
        err,
    }
}
