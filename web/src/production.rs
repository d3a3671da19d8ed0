//! One production: poster, what it is, its dates as chips, prices, access.
//!
//! All texts are the venue's and come out escaped. Next: `performance.rs`.

use crate::html::{Html, Templates, url_part};
use crate::layout::{Pen, on_sale};
use crate::whats_on::performance_href;
use crate::words::Words;
use jiff::civil::Date;
use minijinja::{Value, context};
use usher_rules::money::Money;
use usher_rules::view::production::Production;
use usher_rules::view::whats_on::Showing;

pub fn page(templates: &Templates, view: &Production, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let listing = &view.listing;
    let one_hall = one_hall(&listing.showings);
    let prices: Vec<Value> = view
        .prices
        .iter()
        .map(|row| context! { name => &row.category, prices => price_cells(&pen, &row.prices) })
        .collect();
    let name_hall = one_hall.is_none();
    let dates: Vec<Value> =
        listing.showings.iter().map(|showing| chip(&pen, showing, name_hall)).collect();
    let doors = [("length", pen.times.length(view.doors_before).into())];
    let page = context! {
        description => &view.lede,
        label => label(&pen, view, one_hall),
        poster => pen.poster(&listing.poster),
        poster_alt => words.tell("poster-alt", &[("title", listing.title.as_str().into())]),
        lede => &view.lede,
        dates,
        blurb => &view.blurb,
        levels => &view.levels,
        prices,
        fee => fee(&pen, view.fee_each),
        running => view.running_time.map(|span| pen.times.length(span)),
        doors => words.tell("event-doors-before", &doors),
        ics => format!("/events/{}/calendar.ics", url_part(&listing.slug)),
        facilities => &view.facilities,
    };
    pen.page("event.html", &listing.title, "on", page)
}

/// The hall, when all showings are in the same one.
fn one_hall(showings: &[Showing]) -> Option<&str> {
    let first = showings.first()?.hall.as_str();
    showings.iter().all(|showing| showing.hall == first).then_some(first)
}

/// `Theatre, Main House, Tue 1 to Sat 12 Dec`, without the parts that are not known.
fn label(pen: &Pen<'_>, view: &Production, hall: Option<&str>) -> String {
    let showings = &view.listing.showings;
    let dates: Vec<Date> = showings.iter().map(|one| pen.times.date(one.starts)).collect();
    let run = pen.times.run(&dates);
    [view.listing.genre.as_str(), hall.unwrap_or(""), run.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn chip(pen: &Pen<'_>, showing: &Showing, name_hall: bool) -> Value {
    let (avail, opens) = on_sale(pen, showing.sale, showing.availability);
    context! {
        href => opens.then(|| performance_href(showing)),
        when => pen.times.moment(showing.starts),
        avail,
        hall => name_hall.then_some(showing.hall.as_str()),
    }
}

pub(crate) fn price_cells(pen: &Pen<'_>, prices: &[Option<Money>]) -> Vec<String> {
    prices
        .iter()
        .map(|price| price.map_or_else(|| pen.say("price-none"), |price| pen.money(price)))
        .collect()
}

fn fee(pen: &Pen<'_>, each: Money) -> Option<String> {
    let fee = pen.money(each);
    (each > Money::ZERO).then(|| pen.words.tell("event-fee", &[("fee", fee.into())]))
}
