//! Tills: opening one, its drawer between float and count, and the sheet of one that is closed.
//!
//! Forms below `/desk/till`, each with a key of its own: `open` (`till`, `float`), `pay-in` and
//! `pay-out` (`amount`, `reason`), `count` (`counted`, `n-…` by worth), `close`. What should be in
//! a drawer stands on the sheet alone. Next: `rules/view/desk/till.rs`.

use super::around;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::at::At;
use usher_rules::money::Money;
use usher_rules::till::{Movement, Way};
use usher_rules::view::desk::Around;
use usher_rules::view::desk::till::{
    Choice, Closed, Form, Left, Notice, Open, Own, Sheet, Till, Typed,
};

pub fn page(templates: &Templates, view: &Till, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let open = match &view.own {
        Own::None => None,
        Own::Open(open) => Some(open),
    };
    let page = context! {
        mine => true,
        senior => view.senior,
        free => view.tills.iter().any(|choice| choice.open.is_none()),
        tills => choices(&pen, view),
        closed => view.closed.iter().map(|one| closed(&pen, one)).collect::<Vec<_>>(),
        ..drawer(&pen, &view.around, open, &view.form_key, (&view.typed, view.notice.as_ref()))
    };
    let title = open.map_or_else(|| pen.say("till-title"), |open| heading(&pen, &open.till));
    pen.page("desk-till.html", &title, "till", page)
}

/// Somebody else's open till.
pub fn left(templates: &Templates, view: &Left, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let told = (&view.typed, view.notice.as_ref());
    let page = context! {
        mine => false,
        senior => false,
        ..drawer(&pen, &view.around, Some(&view.open), &view.form_key, told)
    };
    pen.page("desk-till.html", &heading(&pen, &view.open.till), "till", page)
}

pub fn sheet(templates: &Templates, view: &Sheet, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let line = |words: String, amount: Money| context! { words, amount => pen.money(amount) };
    let count = |count: u32| [("count", count.into())];
    let cards = [("count", view.cards.count.into()), ("sum", pen.money(view.cards.sum).into())];
    let (cash_back, back) = (view.given_back.cash, view.given_back.cards);
    let cards_back = [("count", back.count.into()), ("sum", pen.money(back.sum).into())];
    let page = context! {
        session => view.session.to_string(),
        cashier => &view.cashier,
        since => pen.times.moment(view.since),
        closed => pen.times.moment(view.closed),
        closed_by => &view.closed_by,
        lines => vec![
            line(pen.say("till-float"), view.float),
            line(pen.say("till-in"), view.paid_in),
            line(pen.words.tell("till-cash-sales", &count(view.cash.count)), view.cash.sum),
            line(pen.words.tell("till-cash-back", &count(cash_back.count)), -cash_back.sum),
            line(pen.say("till-out"), -view.paid_out),
        ],
        expected => pen.money(view.expected),
        counted => pen.money(view.counted),
        difference => difference(&pen, view.difference),
        cards => pen.words.tell("till-card-sales", &cards),
        cards_back => pen.words.tell("till-cards-back", &cards_back),
        rows => rows(&pen, view.since, view.float, &view.movements),
        ..around(&pen, &view.around)
    };
    let till = [("till", view.till.as_str().into())];
    pen.page("desk-till-sheet.html", &pen.words.tell("till-sheet-heading", &till), "till", page)
}

fn heading(pen: &Pen<'_>, till: &str) -> String {
    pen.words.tell("till-open-heading", &[("till", till.into())])
}

/// Over, short or neither, as `{ mark, words }`.
fn difference(pen: &Pen<'_>, difference: Money) -> Value {
    let told =
        |id: &str, amount: Money| pen.words.tell(id, &[("amount", pen.money(amount).into())]);
    let (mark, words) = match difference {
        Money::ZERO => ("ok", pen.say("till-difference-none")),
        over if over > Money::ZERO => ("meh", told("till-over", over)),
        short => ("bad", told("till-short", -short)),
    };
    context! { mark, words }
}

fn choices(pen: &Pen<'_>, view: &Till) -> Vec<Value> {
    let wanted = view.typed.till;
    let first = view.tills.iter().find(|one| one.open.is_none()).map(|one| one.till);
    let chosen = wanted.filter(|no| view.tills.iter().any(|one| one.till == *no)).or(first);
    let one = |one: &Choice| {
        let open = one.open.as_ref().map(|open| {
            context! {
                session => open.session.to_string(),
                cashier => &open.cashier,
                since => pen.times.moment(open.since),
            }
        });
        let words = one.open.as_ref().map_or_else(
            || one.name.clone(),
            |open| {
                let parts =
                    [("till", one.name.as_str().into()), ("by", open.cashier.as_str().into())];
                pen.words.tell("till-choice-taken", &parts)
            },
        );
        let chosen = chosen == Some(one.till) && one.open.is_none();
        context! { no => one.till.0, name => &one.name, words, chosen, open }
    };
    view.tills.iter().map(one).collect()
}

fn closed(pen: &Pen<'_>, one: &Closed) -> Value {
    context! {
        session => one.session.to_string(),
        till => &one.till,
        cashier => &one.cashier,
        since => pen.times.moment(one.since),
        closed => pen.times.moment(one.closed),
        difference => difference(pen, one.difference),
    }
}

/// The float, and what was paid in and out after it.
fn rows(pen: &Pen<'_>, since: At, float: Money, movements: &[Movement]) -> Vec<Value> {
    let float = context! {
        time => pen.times.clock(since),
        kind => pen.say("till-float"),
        reason => "",
        amount => pen.money(float),
    };
    let row = |one: &Movement| {
        let (kind, amount) = match one.way {
            Way::In => ("till-in", one.amount),
            Way::Out => ("till-out", -one.amount),
        };
        context! {
            time => pen.times.clock(one.at),
            kind => pen.say(kind),
            reason => &one.reason,
            amount => pen.money(amount),
        }
    };
    std::iter::once(float).chain(movements.iter().map(row)).collect()
}

/// An open till with its forms, what was typed into them, and where the next key goes.
fn drawer(
    pen: &Pen<'_>,
    surroundings: &Around,
    open: Option<&Open>,
    key: &str,
    (typed, notice): (&Typed, Option<&Notice>),
) -> Value {
    let of = |form: Form| (typed.form == Some(form)).then_some(typed);
    let pay = |form: Form| {
        let typed = of(form).cloned().unwrap_or_default();
        context! { amount => typed.amount, reason => typed.reason }
    };
    let count = of(Form::Count);
    context! {
        key,
        open => open.map(|open| opened(pen, open, typed)),
        typed => context! {
            open => of(Form::Open).map_or("", |typed| &typed.amount),
            pay_in => pay(Form::PayIn),
            pay_out => pay(Form::PayOut),
            count => context! {
                counted => count.map_or("", |typed| &typed.amount),
                pieces => count.is_some_and(|typed| !typed.pieces.is_empty()),
            },
        },
        focus => open.map(|open| focus(open, typed.form)),
        notice => notice.map(|told| notice_value(pen, told)),
        ..around(pen, surroundings)
    }
}

/// The form to go on with: the one that must be put right, else the next.
fn focus(open: &Open, sent: Option<Form>) -> &'static str {
    match (sent, open.counted) {
        (Some(Form::PayIn), _) => "pay-in",
        (Some(Form::PayOut), _) => "pay-out",
        (Some(Form::Count), _) | (Some(Form::Close), None) => "count",
        (Some(Form::Open | Form::Close) | None, Some(_)) => "close",
        (Some(Form::Open) | None, None) => "pay-in",
    }
}

fn opened(pen: &Pen<'_>, open: &Open, typed: &Typed) -> Value {
    let counted = open.counted.map(|count| {
        let amount = [("amount", pen.money(count.amount).into())];
        let when = [("when", pen.times.clock(count.at).into())];
        context! {
            words => pen.words.tell("till-counted-heading", &amount),
            at => pen.words.tell("till-counted-at", &when),
        }
    });
    let pieces = pen.pieces().into_iter().map(|worth| {
        let typed = typed.pieces.iter().find(|(of, _)| *of == worth);
        context! {
            minor => worth.0,
            words => pen.money(worth),
            typed => typed.map_or("", |(_, count)| count),
        }
    });
    let way = |name: &str, words: &str, go: &str| {
        context! { name, words => pen.say(words), go => pen.say(go) }
    };
    context! {
        session => open.session.to_string(),
        cashier => &open.cashier,
        since => pen.times.moment(open.since),
        float => pen.money(open.float),
        sales => open.sales,
        rows => rows(pen, open.since, open.float, &open.movements),
        counted,
        pieces => pieces.collect::<Vec<_>>(),
        ways => context! {
            pay_in => way("pay-in", "till-pay-in", "till-pay-in-go"),
            pay_out => way("pay-out", "till-pay-out", "till-pay-out-go"),
        },
    }
}

/// What a form is told back, as `{ kind, title, body }`.
fn notice_value(pen: &Pen<'_>, notice: &Notice) -> Value {
    let stop = |title: &str, body: &str| (pen.say(title), pen.say(body));
    let (title, body) = match notice {
        Notice::AmountUnread => stop("till-amount-unread", "till-amount-unread-more"),
        Notice::AmountLimits { zero, max } => {
            let id = if *zero { "till-amount-most" } else { "till-amount-limits-more" };
            let max = [("max", pen.money(*max).into())];
            (pen.say("till-amount-limits"), pen.words.tell(id, &max))
        }
        Notice::Reason { max } => {
            let max = [("max", (*max).into())];
            (pen.say("till-reason-wanted"), pen.words.tell("till-reason-wanted-more", &max))
        }
        Notice::TooMany { max } => {
            let max = [("max", (*max).into())];
            (pen.words.tell("till-too-many", &max), pen.say("till-too-many-more"))
        }
        Notice::TillTaken { by } => {
            let by = [("by", by.as_str().into())];
            (pen.words.tell("till-taken", &by), pen.say("till-taken-more"))
        }
        Notice::OwnOpen => stop("till-own-open", "till-own-open-more"),
        Notice::DrawerShort => stop("till-drawer-short", "till-drawer-short-more"),
        Notice::CountAgain => stop("till-again", "till-again-more"),
        Notice::PiecesDiffer { pieces, total } => {
            let both = [("pieces", pen.money(*pieces).into()), ("total", pen.money(*total).into())];
            let title = pen.words.tell("till-pieces-differ", &both);
            (title, pen.say("till-pieces-differ-more"))
        }
        Notice::CardRuns => stop("till-card-runs", "till-card-runs-more"),
        Notice::Closed => stop("till-closed-meanwhile", "till-closed-meanwhile-more"),
    };
    context! { kind => "stop", title, body }
}
