//! One sale: its lines, what is to pay, the tender, and the pin pad at work in words.
//!
//! Forms below `/desk/sell/cart/{cart}`: `remove` (`line`), `cancel`, `cash` and `card` (`given`,
//! `shown`, `part`, `later`, `due`, `name`, `email`, `remember`, `keyed`), `patron` (`patron`),
//! `stop`, `decide` (`intent`, `charged`, `evidence`, `name`, `reason`), `leave-exchange`. Never
//! tells a customer's page anything. Next: `sold.rs`.

use super::counter;
use crate::cart::clock_to;
use crate::desk::patron;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::place;
use crate::sums;
use crate::time::{business_date, write_day};
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::Key;
use usher_rules::code::base32;
use usher_rules::id::CartId;
use usher_rules::money::Money;
use usher_rules::tender::exchanged::Exchanged;
use usher_rules::tender::pad::Booking;
use usher_rules::view::desk::pad::Stage;
use usher_rules::view::desk::sell::{
    Decider, Last, Line, Notice, PadHere, Paying, Sale, Standing, Undecided,
};
use usher_rules::view::venue::Frame;

/// Longest text of a decision that is typed.
pub(in crate::desk) const REASON_CHARS_MAX: u32 = 400;

/// What the pad does, in words: on the page, and for its script as it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Another one is another page.
    pub standing: &'static str,
    pub title: String,
    pub body: String,
    /// How many of the four steps are done.
    pub step: u8,
}

/// Where a sale stands.
pub(in crate::desk) fn address(cart: CartId) -> String {
    format!("/desk/sell/cart/{cart}")
}

pub fn sale(templates: &Templates, view: &Sale, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.counter.around.frame, words);
    let until = match &view.standing {
        Standing::Open { until, .. } => Some(*until),
        Standing::Paying(_) | Standing::Unknown { .. } => None,
        Standing::Undecided | Standing::Closed => None,
    };
    let number = [("sale", view.cart.to_string().into())];
    let here = address(view.cart);
    let told = say(&pen, &view.standing);
    let held = |until| pen.words.tell("sell-held", &[("time", pen.times.clock(until).into())]);
    let tender = view.own && !view.lines.is_empty() && view.undecided.is_none();
    let tender = until.filter(|_| tender);
    let page = context! {
        heading => pen.words.tell("sell-sale", &number),
        here_href => &here,
        form_key => &view.form_key,
        own => view.own,
        standing => told.standing,
        told => told_value(&pen, &told),
        live => matches!(view.standing, Standing::Paying(_) | Standing::Unknown { .. }),
        clock => until.map(|until| clock_to(&pen, until, held(until), &here)),
        lines => view.lines.iter().map(|line| line_value(&pen, line)).collect::<Vec<_>>(),
        removable => until.is_some() && view.own,
        sums => sums::sums(&pen, &view.sums, "sum-pay"),
        notice => notice(&pen, &view.notice).or_else(|| last(&pen, &view.standing)),
        split => split(&pen, view),
        keeps => keeps(&pen, &view.notice),
        tender => tender.map(|_| tender_value(&pen, view)),
        undecided => view.undecided.as_ref().map(|one| undecided(&pen, one)),
        patron => view.patron.as_ref().map(|one| patron::glance(&pen, one)),
        find_href => format!("/desk/patrons?sale={}", view.cart),
        decides => view.decider == Decider::Yes,
        proves => view.decider == Decider::ProveFirst,
        confirm_href => format!("/desk/confirm?onward={}", crate::html::url_part(&here)),
        typed => context! {
            name => &view.typed.name,
            evidence => &view.typed.evidence,
            reason => &view.typed.reason,
        },
        reason_max => REASON_CHARS_MAX,
        ..counter(&pen, &view.counter, "")
    };
    let title = pen.words.tell("sell-sale", &number);
    pen.page("desk-sell-sale.html", &title, "sell", page)
}

/// What a pad does, for a page that follows it.
pub fn told(templates: &Templates, frame: &Frame, standing: &Standing, words: &Words) -> Told {
    say(&Pen::new(templates, frame, words), standing)
}

pub(in crate::desk) fn say(pen: &Pen<'_>, standing: &Standing) -> Told {
    let (title, body, step) = match standing {
        Standing::Paying(paying) => return paying_words(pen, standing, paying),
        Standing::Unknown { since, .. } => {
            let since = [("time", pen.times.seconds(*since).into())];
            (pen.say("pad-unknown"), pen.words.tell("pad-unknown-box", &since), 1)
        }
        Standing::Open { .. } | Standing::Undecided | Standing::Closed => {
            (String::new(), String::new(), 0)
        }
    };
    Told { standing: standing.name(), title, body, step }
}

fn paying_words(pen: &Pen<'_>, standing: &Standing, paying: &Paying) -> Told {
    let (title, body, step) = match paying.stage {
        Stage::MakingReady => ("pad-making-ready", "pad-of-amount", 0),
        Stage::ConfirmAmount => ("pad-confirm", "pad-of-amount", 1),
        Stage::InsertCard => ("pad-card", "pad-card-more", 1),
        Stage::TakingBack => ("pad-taking-back", "pad-taking-back-more", 1),
        Stage::TypeCard => ("pad-type", "pad-type-more", 1),
        Stage::EnterPin => ("pad-pin", "pad-of-amount", 2),
        Stage::WrongPin => ("pad-pin-wrong", "pad-of-amount", 2),
        Stage::WaitingForHost => ("pad-bank", "pad-of-amount", 3),
        Stage::RemoveCard => ("pad-remove", "pad-of-amount", 3),
        Stage::Wait => ("pad-wait", "pad-of-amount", 3),
        Stage::Approved => ("pad-approved", "pad-of-amount", 4),
        Stage::Declined => ("pad-declined", "pad-of-amount", 4),
        Stage::Stopping => ("pad-stopping", "pad-stopping-more", 1),
        Stage::Reversing => ("pad-reversing", "pad-stopping-more", 3),
        Stage::Asking => ("pad-asking", "pad-asking-more", 1),
    };
    let amount = [("amount", pen.money(paying.amount).into())];
    let (title, body) = (pen.say(title), pen.words.tell(body, &amount));
    Told { standing: standing.name(), title, body, step }
}

pub(in crate::desk) fn told_value(pen: &Pen<'_>, told: &Told) -> Value {
    let steps = ["pad-step-sent", "pad-step-card", "pad-step-pin", "pad-step-bank"];
    let steps = steps.into_iter().zip(0..).map(|(id, nth)| {
        let class = if nth < told.step { "done" } else { "" };
        context! { words => pen.say(id), class, current => nth == told.step }
    });
    context! { title => &told.title, body => &told.body, steps => steps.collect::<Vec<_>>() }
}

fn line_value(pen: &Pen<'_>, line: &Line) -> Value {
    let place = place::line(&line.place, pen.words);
    let args = [("place", place.into()), ("level", line.level_name.as_str().into())];
    context! {
        no => line.no,
        words => pen.words.tell("line-level", &args),
        title => &line.title,
        when => pen.times.moment(line.starts),
        price => pen.money(line.price),
    }
}

fn tender_value(pen: &Pen<'_>, view: &Sale) -> Value {
    let (ready, name, why) = pad_words(pen, &view.pad);
    let due = due(view);
    let frame = &view.counter.around.frame;
    let today = pen.times.business_date(frame.now, frame.venue.day_rolls_min);
    let last = view.plays_on.map(business_date);
    context! {
        shown => due.0,
        free => due == Money::ZERO,
        card => due > Money::ZERO && ready,
        pad => name,
        keyed => matches!(view.pad, PadHere::Ready { keyed: true, .. }),
        why,
        given => given(pen, view),
        name => &view.typed.buyer.name,
        email => &view.typed.buyer.email,
        remember => view.typed.remember,
        part => &view.typed.part,
        later => view.typed.later,
        due => due_day(view),
        // The field is out of sight in a sale that is paid whole: what stands in it must fit.
        due_min => write_day(last.map_or(today, |last| last.min(today))),
        due_max => last.map(write_day),
        sample => pen.money(Money::ZERO),
        change_words => pen.words.tell("sell-change-js", &[("amount", "{amount}".into())]),
        short_words => pen.words.tell(
            if ready { "sell-short-card-js" } else { "sell-short-js" },
            &[("amount", "{amount}".into())],
        ),
        given_hint => pen.say(if ready { "sell-given-hint-card" } else { "sell-given-hint" }),
    }
}

/// The day that was typed, or that of the first performance.
fn due_day(view: &Sale) -> String {
    match (view.typed.due.as_str(), view.plays_on) {
        ("", Some(day)) => write_day(business_date(day)),
        (typed, _) => typed.to_owned(),
    }
}

/// What is due in money: what an exchange gives up is paid already.
fn due(view: &Sale) -> Money {
    view.counter.exchange.as_ref().map_or(view.sums.total, |exchange| exchange.due)
}

/// What was typed, or what the payment before left to cash.
fn given(pen: &Pen<'_>, view: &Sale) -> String {
    match (view.typed.given.as_str(), view.cash_beside) {
        ("", Money::ZERO) => String::new(),
        ("", cash) => pen.money(cash),
        (typed, _) => typed.to_owned(),
    }
}

/// How a payment in two parts is shared.
fn split(pen: &Pen<'_>, view: &Sale) -> Option<String> {
    let (cash, card) = (view.cash_beside, due(view) - view.cash_beside);
    let args = [("cash", pen.money(cash).into()), ("card", pen.money(card).into())];
    let id = match view.standing {
        Standing::Open { .. } => "sell-split-again",
        Standing::Paying(_) | Standing::Unknown { .. } | Standing::Undecided => "sell-split",
        Standing::Closed => return None,
    };
    (cash > Money::ZERO).then(|| pen.words.tell(id, &args))
}

/// Can a card be paid with here; the pad, and why not.
pub(in crate::desk) fn pad_words(pen: &Pen<'_>, pad: &PadHere) -> (bool, String, String) {
    let no = |name: &str, why| (false, name.to_owned(), why);
    match pad {
        PadHere::None => no("", pen.say("pad-none")),
        PadHere::Ready { name, .. } => (true, name.clone(), String::new()),
        PadHere::Starting { name } => no(name, pen.say("pad-starting")),
        PadHere::Down { name, why } => {
            no(name, pen.words.tell("pad-down", &[("why", why.as_str().into())]))
        }
        PadHere::Busy { name, till } => {
            no(name, pen.words.tell("pad-busy", &[("till", till.as_str().into())]))
        }
        PadHere::Exchanged { name, what } => no(name, exchanged(pen, what)),
    }
}

/// Which terminal answers and which should, and what to do.
pub(in crate::desk) fn exchanged(pen: &Pen<'_>, what: &Exchanged) -> String {
    let args = [("listed", what.listed.as_str().into()), ("told", what.told.as_str().into())];
    pen.words.tell("pad-exchanged-more", &args)
}

/// How the newest payment ended, while nothing else is to be said.
fn last(pen: &Pen<'_>, standing: &Standing) -> Option<Value> {
    let Standing::Open { last: Some(last), .. } = standing else { return None };
    let (kind, title, body) = match last {
        Last::Declined { text } => {
            let text = [("text", text.as_str().into())];
            ("stop", "pad-was-declined", pen.words.tell("pad-was-declined-more", &text))
        }
        Last::Cancelled => ("warn", "pad-was-cancelled", pen.say("pad-was-cancelled-more")),
        Last::NotCharged { why } => {
            let why = [("why", why.as_str().into())];
            ("warn", "pad-not-charged", pen.words.tell("pad-not-charged-more", &why))
        }
    };
    Some(context! { kind, title => pen.say(title), body })
}

fn notice(pen: &Pen<'_>, notice: &Option<Notice>) -> Option<Value> {
    let money = |amount: &Money| pen.money(*amount);
    let told = |kind: &str, id: &str, body: String| (kind.to_owned(), pen.say(id), body);
    let (kind, title, body) = match notice.as_ref()? {
        Notice::KeepsSingle { .. } => return None,
        Notice::PriceChanged { old, new } => {
            let args = [("old", money(old).into()), ("new", money(new).into())];
            told("warn", "price-changed-title", pen.words.tell("price-changed-body", &args))
        }
        Notice::GivenUnread => told("stop", "cash-unread", pen.say("cash-unread-more")),
        Notice::CashShort { due } => {
            let due = [("due", money(due).into())];
            told("stop", "cash-short", pen.words.tell("cash-short-more", &due))
        }
        Notice::CashTooMuch { max } => {
            let max = [("max", money(max).into())];
            told("stop", "cash-much", pen.words.tell("cash-much-more", &max))
        }
        Notice::PartWrong => told("stop", "part-wrong", pen.say("part-wrong-more")),
        Notice::DueWrong => told("stop", "part-due-wrong", pen.say("part-due-wrong-more")),
        Notice::BookedLacksName => told("stop", "sell-buyer-wrong", pen.say("part-name")),
        Notice::CashCoversAll => told("warn", "cash-covers", pen.say("cash-covers-more")),
        Notice::BuyerWrong { fields } => {
            let email = fields.contains(&"email");
            let id = if email { "fault-not-address" } else { "sell-name-long" };
            told("stop", "sell-buyer-wrong", pen.say(id))
        }
        Notice::RememberLacksName => {
            told("stop", "sell-buyer-wrong", pen.say("sell-remember-name"))
        }
        Notice::DecisionLacks { fields } => told("stop", "decide-lacks", lacks(pen, fields)),
        Notice::CannotBeSold => told("stop", "decide-gone", pen.say("decide-gone-more")),
        Notice::PerformanceCancelled => {
            told("stop", "sell-cancelled", pen.say("sell-cancelled-more"))
        }
        Notice::PadBusy { till } => {
            let till = [("till", till.as_str().into())];
            told("warn", "pad-taken", pen.words.tell("pad-busy", &till))
        }
        Notice::PadClosing => told("warn", "batch-closing", pen.say("batch-closing-pay")),
        Notice::PadExchanged(what) => told("stop", "pad-exchanged", exchanged(pen, what)),
        Notice::PadSilent => told("warn", "pad-silent", pen.say("pad-silent-more")),
        Notice::SeatsGone => told("stop", "gone-title", pen.say("sell-gone-more")),
        Notice::ExchangeGone => told("stop", "exchange-gone", pen.say("exchange-gone-more")),
        Notice::TooManyAttempts { max } => {
            let max = [("count", (*max).into())];
            told("stop", "attempts-title", pen.words.tell("sell-attempts-more", &max))
        }
    };
    Some(context! { kind, title, body })
}

/// A seat that may not go alone, and those that may go in its place.
fn keeps(pen: &Pen<'_>, notice: &Option<Notice>) -> Option<Value> {
    let Some(Notice::KeepsSingle { asked, instead }) = notice else { return None };
    let asked = place::line(asked, pen.words);
    let offers = instead.iter().map(|(no, place)| {
        let place = place::line(place, pen.words);
        context! { no, words => pen.words.tell("keeps-single-give", &[("seat", place.into())]) }
    });
    Some(context! {
        title => pen.say("keeps-single-title"),
        body => pen.words.tell("keeps-single-body", &[("seat", asked.into())]),
        offers => offers.collect::<Vec<_>>(),
    })
}

fn undecided(pen: &Pen<'_>, one: &Undecided) -> Value {
    let args = [("amount", pen.money(one.amount).into()), ("pad", one.pad.as_str().into())];
    context! {
        title => pen.say("decide-title"),
        body => pen.words.tell("decide-body", &args),
        facts => known(pen, one),
        intent => written(one.intent),
        can_be_sold => one.can_be_sold,
    }
}

/// All that is known of what a person must decide, as `{ name, text }`.
pub(in crate::desk) fn known(pen: &Pen<'_>, one: &Undecided) -> Vec<Value> {
    let fact = |id: &str, text: String| context! { name => pen.say(id), text };
    let mut facts = vec![
        fact("decide-amount", pen.money(one.amount)),
        fact("decide-when", pen.times.moment(one.since)),
        fact("decide-number", one.no.to_string()),
        fact("decide-why", one.why.clone()),
    ];
    facts.extend(one.booking.iter().flat_map(|booking| booked(pen, booking)));
    facts.retain(|fact| fact.get_attr("text").is_ok_and(|text| text.is_true()));
    facts
}

/// What a decision lacks, by the names of its fields on the page.
pub(in crate::desk) fn lacks(pen: &Pen<'_>, fields: &[&'static str]) -> String {
    let fields = fields.iter().map(|field| match *field {
        "evidence" => pen.say("decide-evidence"),
        "name" => pen.say("decide-name"),
        _ => pen.say("decide-reason"),
    });
    place::join(&fields.collect::<Vec<_>>(), pen.words)
}

/// What is known of a booking, as `{ name, text }`; what the terminal did not tell is left out.
pub(super) fn booked(pen: &Pen<'_>, booking: &Booking) -> Vec<Value> {
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let card = card_words(pen, booking);
    let told = [
        ("card-card", card),
        ("card-approval", booking.approval.clone()),
        ("card-receipt", number(booking.receipt)),
        ("card-trace", number(booking.trace)),
        ("card-terminal", booking.terminal_id.clone()),
    ];
    let told = told.into_iter().filter(|(_, text)| !text.is_empty());
    told.map(|(id, text)| context! { name => pen.say(id), text }).collect()
}

/// A card by brand and last four digits, as far as the terminal told.
pub(in crate::desk) fn card_words(pen: &Pen<'_>, booking: &Booking) -> String {
    match (booking.brand.as_str(), booking.last_four.as_str()) {
        (brand, "") => brand.to_owned(),
        (brand, four) => {
            pen.words.tell("card-four", &[("brand", brand.into()), ("four", four.into())])
        }
    }
}

/// A key as a form carries it.
pub(in crate::desk) fn written(key: Key) -> String {
    base32(&key.0)
}
