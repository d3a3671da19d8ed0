//! Lines, fees, taxes and totals as words: the same in cart, checkout, order and letter.
//!
//! Adds nothing up: every amount comes finished in the view. Next: `cart.rs`.

use crate::layout::Pen;
use crate::place;
use minijinja::{Value, context};
use usher_rules::money::Money;
use usher_rules::view::cart::{Group, Sums, Tax};
use usher_rules::view::venue::Place;

/// `label` is the id of what stands before the total: to pay, or paid.
pub(crate) fn sums(pen: &Pen<'_>, sums: &Sums, label: &str) -> Value {
    let fees: Vec<Value> = sums
        .fees
        .iter()
        .map(|fee| {
            let args = [
                ("name", fee.name.as_str().into()),
                ("count", fee.count.into()),
                ("each", pen.money(fee.each).into()),
            ];
            context! { words => pen.words.tell("sum-fee", &args), amount => pen.money(fee.amount) }
        })
        .collect();
    let added = sums.taxes.iter().filter(|tax| !tax.included).map(|tax| {
        let args = [("name", tax.name.as_str().into()), ("rate", rate(pen, tax).into())];
        let words = pen.words.tell("sum-tax-added", &args);
        context! { words, amount => pen.money(tax.amount) }
    });
    let included = sums.taxes.iter().filter(|tax| tax.included).map(|tax| {
        let args = [
            ("amount", pen.money(tax.amount).into()),
            ("name", tax.name.as_str().into()),
            ("rate", rate(pen, tax).into()),
        ];
        pen.words.tell("sum-tax-included", &args)
    });
    context! {
        tickets => pen.words.tell("tickets", &[("count", sums.tickets.into())]),
        tickets_total => pen.money(sums.tickets_total),
        fees,
        taxes_added => added.collect::<Vec<_>>(),
        taxes_included => included.collect::<Vec<_>>(),
        pay_label => pen.say(label),
        total => pen.money(sums.total),
    }
}

/// Title, time and seats of one performance with its amount, for the short list.
pub(crate) fn group(pen: &Pen<'_>, group: &Group) -> Value {
    let places: Vec<Place> = group.lines.iter().map(|line| line.place.clone()).collect();
    let amount: Money = group.lines.iter().map(|line| line.price).sum();
    context! {
        title => &group.title,
        when => when(pen, group),
        seats => place::phrase(&places, pen.words),
        amount => pen.money(amount),
    }
}

/// `Fri 11 Dec, 19:30, Main House`
pub(crate) fn when(pen: &Pen<'_>, group: &Group) -> String {
    let when = pen.times.moment(group.starts);
    let args = [("when", when.into()), ("hall", group.hall.as_str().into())];
    pen.words.tell("perf-line", &args)
}

/// `20 %`, `8.25 %`
fn rate(pen: &Pen<'_>, tax: &Tax) -> String {
    let (whole, part) = (tax.rate_ppm / 10_000, tax.rate_ppm % 10_000);
    let part = format!("{part:04}");
    let part = part.trim_end_matches('0');
    let rate = if part.is_empty() { whole.to_string() } else { format!("{whole}.{part}") };
    pen.words.tell("percent", &[("rate", rate.into())])
}
