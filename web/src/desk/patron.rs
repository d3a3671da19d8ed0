//! Patrons: the list that a search narrows, one with details and orders, matches for a sale.
//!
//! Forms: `POST /desk/patrons` and `/desk/patrons/{id}` (`name`, `email`, `phone`, `sale`); one is
//! chosen for a sale by `POST /desk/sell/cart/{cart}/patron` (`patron`). Next: `desk/sell/sale.rs`.

use super::around;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::place;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::patron::Details;
use usher_rules::view::desk::patron::{Bought, Found, Glance, Opened, Patrons};
use usher_rules::view::venue::Frame;

pub fn list(templates: &Templates, view: &Patrons, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let sale = view.sale.map(|sale| {
        let number = [("sale", sale.to_string().into())];
        context! {
            number => sale.to_string(),
            href => format!("/desk/sell/cart/{sale}"),
            words => pen.words.tell("patrons-for-sale", &number),
            back => pen.words.tell("patrons-to-sale", &number),
        }
    });
    let glances = view.found.patrons.iter();
    let page = context! {
        find => &view.find,
        sale,
        patrons => glances.map(|one| glance(&pen, one)).collect::<Vec<_>>(),
        more => view.found.more,
        orders => view.found.orders.iter().map(|one| bought(&pen, one)).collect::<Vec<_>>(),
        next => view.next.map(|before| address_before(view, &before.to_string())),
        form_key => &view.form_key,
        typed => typed(&view.typed),
        wrong => wrong(&pen, &view.wrong),
        ..around(&pen, &view.around)
    };
    pen.page("desk-patrons.html", &pen.say("patrons-title"), "patrons", page)
}

fn address_before(view: &Patrons, before: &str) -> String {
    let sale = view.sale.map(|sale| format!("&sale={sale}")).unwrap_or_default();
    format!("/desk/patrons?before={before}{sale}")
}

pub fn page(templates: &Templates, view: &Opened, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let number = view.patron.to_string();
    let page = context! {
        number => &number,
        since => pen.times.moment(view.since),
        form_key => &view.form_key,
        typed => typed(&view.typed),
        wrong => wrong(&pen, &view.wrong),
        orders => view.orders.iter().map(|one| bought(&pen, one)).collect::<Vec<_>>(),
        more => view.more,
        ..around(&pen, &view.around)
    };
    pen.page("desk-patron.html", &view.name, "patrons", page)
}

/// One patron among those that fit what is typed at a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub patron: String,
    pub name: String,
    /// Address, phone number and when they bought last, as far as there are any.
    pub about: String,
}

/// Those that fit, and how many they are in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches {
    pub matches: Vec<Match>,
    pub said: String,
}

/// What the list below a field of a sale shows.
pub fn matches(templates: &Templates, frame: &Frame, found: &Found, words: &Words) -> Matches {
    let pen = Pen::new(templates, frame, words);
    let one = |one: &Glance| Match {
        patron: one.patron.to_string(),
        name: one.name.clone(),
        about: about(&pen, one),
    };
    let count = [("count", found.patrons.len().into())];
    let id = if found.more { "patrons-matches-more" } else { "patrons-matches" };
    let said = pen.words.tell(id, &count);
    Matches { matches: found.patrons.iter().map(one).collect(), said }
}

/// What tells two of one name apart.
fn about(pen: &Pen<'_>, one: &Glance) -> String {
    let last = last(pen, one).unwrap_or_default();
    let parts = [one.email.clone(), one.phone.clone(), last];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn last(pen: &Pen<'_>, one: &Glance) -> Option<String> {
    let when = one.last.map(|when| pen.times.short(when))?;
    Some(pen.words.tell("patrons-last-on", &[("when", when.into())]))
}

/// A patron as lists and the sale show one.
pub(super) fn glance(pen: &Pen<'_>, one: &Glance) -> Value {
    context! {
        id => one.patron.to_string(),
        href => format!("/desk/patrons/{}", one.patron),
        name => &one.name,
        email => &one.email,
        phone => &one.phone,
        last => one.last.map(|when| pen.times.short(when)),
        about => about(pen, one),
    }
}

fn bought(pen: &Pen<'_>, one: &Bought) -> Value {
    let order = one.order.to_string();
    let ticket = one.by_ticket.map(|ticket| {
        let args = [("ticket", ticket.to_string().into())];
        pen.words.tell("patrons-by-ticket", &args)
    });
    context! {
        href => one.at_counter.then(|| format!("/desk/sell/order/{order}")),
        order,
        ticket,
        when => pen.times.moment(one.when),
        titles => place::join(&one.titles, pen.words),
        tickets => one.tickets,
        total => pen.money(one.total),
        buyer => &one.buyer,
    }
}

fn typed(details: &Details) -> Value {
    context! { name => &details.name, email => &details.email, phone => &details.phone }
}

/// What is wrong with the details, by field; none if nothing is.
fn wrong(pen: &Pen<'_>, fields: &[&'static str]) -> Option<Value> {
    let said = |field: &str, id: &str| fields.contains(&field).then(|| pen.say(id));
    (!fields.is_empty()).then(|| {
        context! {
            name => said("name", "patron-name-wrong"),
            email => said("email", "fault-not-address"),
            phone => said("phone", "patron-phone-wrong"),
        }
    })
}
