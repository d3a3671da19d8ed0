//! Selling at the counter: performances to choose from, quantities, the map, the sale in hand.
//!
//! Forms below `/desk/sell`; the sale in hand is part of the address, `/desk/sell/cart/{cart}/more`
//! adds to it. Every step works without a script; `sell.js` brings the keys. Next: `sell/sale.rs`,
//! `sell/sold.rs`.

pub(super) mod sale;
mod sold;

pub(super) use sale::exchanged;
pub use sale::{Told, sale, told};
pub use sold::{receipts, sold};

use super::{around, order};
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::performance;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::money::Money;
use usher_rules::view::desk::sell::{Choice, Counter, Exchanging, Post, Show, Slip, Waiting};
use usher_rules::view::performance::Outcome;

/// Performances on one page; who wants others types a word of them.
pub const SHOWS_MAX: usize = 120;

/// Which performance to sell.
pub fn list(templates: &Templates, view: &Counter, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let page = context! { autofocus => "find", ..counter(&pen, view, "") };
    pen.page("desk-sell.html", &pen.say("sell-title"), "sell", page)
}

/// How many of what.
pub fn choice(templates: &Templates, view: &Choice, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.counter.around.frame, words);
    pen.page("desk-sell-choice.html", &view.tickets.title, "sell", chosen(&pen, view))
}

/// Which seats, on the shop's map with staff's eyes.
pub fn seats(templates: &Templates, view: &Choice, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.counter.around.frame, words);
    pen.page("desk-sell-seats.html", &view.tickets.title, "sell", chosen(&pen, view))
}

/// The map alone, for the page's script.
pub fn map_fragment(templates: &Templates, view: &Choice, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.counter.around.frame, words);
    pen.page("map-fragment.html", "", "", chosen(&pen, view))
}

/// The chosen seats alone, for the page's script.
pub fn chosen_fragment(templates: &Templates, view: &Choice, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.counter.around.frame, words);
    pen.page("chosen-fragment.html", "", "", chosen(&pen, view))
}

fn chosen(pen: &Pen<'_>, view: &Choice) -> Value {
    let (tickets, counter) = (&view.tickets, &view.counter);
    let current = tickets.showing.performance.to_string();
    let columns = tickets.categories.iter().map(|one| (&one.name, &one.prices));
    let columns: Vec<_> =
        columns.chain(tickets.areas.iter().map(|one| (&one.name, &one.prices))).collect();
    let rows = tickets.levels.iter().enumerate().map(|(nth, level)| {
        let price = |prices: &Vec<Option<Money>>| match prices.get(nth).copied().flatten() {
            Some(price) => pen.money(price),
            None => pen.say("price-none"),
        };
        context! {
            id => level.level.0,
            name => &level.name,
            count => level.count,
            prices => columns.iter().map(|(_, prices)| price(prices)).collect::<Vec<_>>(),
        }
    });
    let left = pen.words.tell("sell-left", &[("count", tickets.showing.places_left.into())]);
    context! {
        action => format!("{}/{current}", base(counter.slip.as_ref())),
        columns => columns.iter().map(|(name, _)| Value::from(*name)).collect::<Vec<_>>(),
        rows => rows.collect::<Vec<_>>(),
        left,
        apart => matches!(tickets.outcome, Outcome::Apart(_)),
        not_on_sale => view.not_on_sale,
        ..context! { ..performance::tickets(pen, tickets), ..self::counter(pen, counter, &current) }
    }
}

/// What stands on every page of a sale: performances on the left, the sale in hand on the right.
fn counter(pen: &Pen<'_>, view: &Counter, current: &str) -> Value {
    let slip = view.slip.as_ref();
    let (till, no_till) = match &view.post {
        Post::Till { name } => (Some(name.as_str()), None),
        Post::NoTill => (None, Some(("sell-no-till", "sell-no-till-more"))),
        Post::Token => (None, Some(("sell-token", "sell-token-more"))),
    };
    context! {
        base => base(slip),
        till,
        no_till => no_till.map(|(title, body)| context! {
            title => pen.say(title),
            body => pen.say(body),
            open => matches!(view.post, Post::NoTill),
        }),
        find => &view.find,
        days => days(pen, view, current),
        slip => slip.map(|slip| slip_value(pen, slip)),
        waiting => view.waiting.iter().map(|one| waiting(pen, one)).collect::<Vec<_>>(),
        exchange => view.exchange.as_ref().map(|one| exchange(pen, one)),
        ..around(pen, &view.around)
    }
}

/// Where performances are chosen from: for a new sale, or for more of the one in hand.
fn base(slip: Option<&Slip>) -> String {
    slip.map_or_else(
        || "/desk/sell".to_owned(),
        |slip| format!("{}/more", sale::address(slip.cart)),
    )
}

/// The performances that fit what was typed, by day.
fn days(pen: &Pen<'_>, view: &Counter, current: &str) -> Vec<Value> {
    let wanted: Vec<String> = view.find.split_whitespace().map(str::to_lowercase).collect();
    let today = pen.times.date(view.around.frame.now);
    let base = base(view.slip.as_ref());
    let mut days: Vec<(String, Vec<Value>)> = Vec::new();
    let found = view.shows.iter().map(|show| (show, heard(pen, show)));
    let found = found.filter(|(_, heard)| wanted.iter().all(|word| heard.contains(word.as_str())));
    for (show, heard) in found.take(SHOWS_MAX) {
        let date = pen.times.date(show.starts);
        let mut day = pen.times.day(date);
        if date == today {
            day = pen.words.tell("tonight", &[("day", day.into())]);
        }
        let id = show.performance.to_string();
        let left = match show.places_left {
            0 => pen.say("avail-out"),
            count => pen.words.tell("sell-left", &[("count", count.into())]),
        };
        let value = context! {
            href => format!("{base}/{id}"),
            time => pen.times.clock(show.starts),
            title => &show.title,
            hall => &show.hall,
            left,
            current => id == current,
            heard,
        };
        match days.last_mut() {
            Some((known, shows)) if *known == day => shows.push(value),
            _ => days.push((day, vec![value])),
        }
    }
    days.into_iter().map(|(day, shows)| context! { day, shows }).collect()
}

/// All that a performance is found by, in small letters.
fn heard(pen: &Pen<'_>, show: &Show) -> String {
    let when = pen.times.moment(show.starts);
    format!("{} {} {} {when}", show.title, show.code, show.hall).to_lowercase()
}

fn slip_value(pen: &Pen<'_>, slip: &Slip) -> Value {
    context! {
        number => slip.cart.to_string(),
        href => sale::address(slip.cart),
        groups => groups(pen, &slip.sums),
        total => pen.money(slip.sums.total),
        any => slip.sums.tickets > 0,
    }
}

/// What a sale gives up, and what that leaves to pay.
fn exchange(pen: &Pen<'_>, one: &Exchanging) -> Value {
    let order = one.order.to_string();
    let args = [
        ("count", one.tickets.into()),
        ("order", order.as_str().into()),
        ("amount", pen.money(one.worth).into()),
    ];
    context! {
        words => pen.words.tell("exchange-band", &args),
        less => pen.words.tell("exchange-less", &[("order", order.as_str().into())]),
        worth => pen.money(-one.credit),
        paid => (one.credit < one.worth).then(|| {
            pen.words.tell("exchange-band-paid", &[("amount", pen.money(one.credit).into())])
        }),
        due => pen.money(one.due),
        over => (one.over > Money::ZERO).then(|| pen.money(one.over)),
        order,
        order_href => order::address(one.order),
        key => format!("{}-leave", one.form_key),
        leave => one.open.then(|| format!("{}/leave-exchange", sale::address(one.cart))),
    }
}

/// Tickets of a sale by performance, in short.
fn groups(pen: &Pen<'_>, sums: &usher_rules::view::cart::Sums) -> Vec<Value> {
    let group = |group| context! { ..crate::sums::group(pen, group) };
    sums.groups.iter().map(group).collect()
}

fn waiting(pen: &Pen<'_>, one: &Waiting) -> Value {
    let args = [
        ("sale", one.cart.to_string().into()),
        ("amount", pen.money(one.amount).into()),
        ("till", one.till.as_deref().unwrap_or_default().into()),
        ("when", pen.times.clock(one.since).into()),
    ];
    let of = match (one.refund_of, one.towards) {
        (Some(order), _) if one.till.is_none() => {
            Some((order, "refund-waits-web", "refund-waits-web"))
        }
        (Some(order), _) => Some((order, "refund-waits", "refund-waits-person")),
        (None, towards) => towards.map(|order| (order, "due-waits", "due-waits-person")),
    };
    if let Some((order, waits, person)) = of {
        let [_, amount, till, when] = args;
        let args = [("order", order.to_string().into()), amount, till, when];
        let id = if one.person { person } else { waits };
        return context! { words => pen.words.tell(id, &args), href => order::address(order) };
    }
    let id = if one.person { "sell-waits-person" } else { "sell-waits" };
    context! { words => pen.words.tell(id, &args), href => sale::address(one.cart) }
}
