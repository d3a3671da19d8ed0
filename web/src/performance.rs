//! The tickets page: how many, best seats or one's own, the map, and what was found.
//!
//! Fields of its forms: `key`, `qty-<level>`, `where` (`any`, `category-<no>`, `area-<no>`),
//! `allow_split`, `wheelchair`, `companions`, `instead` (guids to leave), for
//! `POST /performances/{id}/best-seats`; `key`, `seat` (repeated), `level` (one for all or one
//! per seat, in their order) for `POST /performances/{id}/seats`; `less` or `more` with a level
//! come back by GET. Never holds anything itself. Next: `found.rs`, `seat_map.rs`.

use crate::found;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::overview;
use crate::place;
use crate::seat_map::{self, Picking};
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::money::Money;
use usher_rules::view::performance::{CategoryChoice, LevelChoice, Outcome, Tickets, Where};
use usher_rules::view::seat_map::{PartGlance, SeatState, Show, Zone};
use usher_rules::view::whats_on::{Availability, Sale};

pub fn page(templates: &Templates, view: &Tickets, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    if let Some(closed) = found::closed(&pen, view) {
        return pen.page("closed.html", &view.title, "on", closed);
    }
    let body = tickets(&pen, view);
    let title = pen.say("tickets-title");
    pen.page("tickets.html", &title, "on", body)
}

/// The map alone, as the page's script asks for it: `GET /performances/{id}/map`.
pub fn map_fragment(templates: &Templates, view: &Tickets, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    pen.page("map-fragment.html", "", "", tickets(&pen, view))
}

/// The chosen seats alone, judged: `GET /performances/{id}/chosen?pick=…`.
pub fn chosen_fragment(templates: &Templates, view: &Tickets, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    pen.page("chosen-fragment.html", "", "", tickets(&pen, view))
}

/// Everything of the page; a till has another `action` for it.
pub(crate) fn tickets(pen: &Pen<'_>, view: &Tickets) -> Value {
    let levels: Vec<Value> = view.levels.iter().map(|level| level_value(pen, level)).collect();
    let party: u32 = view.levels.iter().map(|level| level.count).sum();
    let hall = &view.showing.hall;
    let settled = matches!(view.outcome, Outcome::Found(_)) || !view.picked.is_empty();
    context! {
        wide => true,
        more => matches!(view.outcome, Outcome::Found(_)),
        heading => &view.title,
        description => &view.title,
        perf_line => pen.words.tell("perf-line", &[
            ("when", pen.times.moment(view.showing.starts).into()), ("hall", hall.as_str().into()),
        ]),
        event_href => format!("/events/{}", crate::html::url_part(&view.slug)),
        action => format!("/performances/{}", view.showing.performance),
        form_key => &view.form_key,
        levels,
        tickets_max => view.tickets_max,
        party,
        where_options => where_options(pen, view),
        areas_only => view.map.is_none(),
        wheelchair_left => view.wheelchair_places_left,
        settled,
        chosen => chosen(pen, view),
        part => part(view),
        feed => feed(view),
        map => map(pen, view),
        lists => lists(pen, view),
        ..found::outcome(pen, view)
    }
}

fn level_value(pen: &Pen<'_>, level: &LevelChoice) -> Value {
    let (low, high) = (pen.money(level.price_low), pen.money(level.price_high));
    let price = if level.price_low == level.price_high {
        low
    } else {
        pen.words.tell("level-range", &[("low", low.into()), ("high", high.into())])
    };
    context! { id => level.level.0, name => &level.name, price, count => level.count }
}

fn where_options(pen: &Pen<'_>, view: &Tickets) -> Vec<Value> {
    let mut options = Vec::new();
    if view.map.is_some() && view.categories.len() > 1 {
        let chosen = view.chosen == Where::Anywhere;
        options.push(context! { value => "any", words => pen.say("where-any"), chosen });
    }
    for choice in &view.categories {
        options.push(context! {
            value => format!("category-{}", choice.category.0),
            words => choice_words(pen, &choice.name, &choice.prices, choice.availability),
            chosen => view.chosen == Where::Category(choice.category),
            closed => choice.availability == Availability::SoldOut,
        });
    }
    for choice in &view.areas {
        options.push(context! {
            value => format!("area-{}", choice.area.0),
            words => choice_words(pen, &choice.name, &choice.prices, choice.availability),
            chosen => view.chosen == Where::Area(choice.area),
            closed => choice.availability == Availability::SoldOut,
        });
    }
    options
}

fn choice_words(pen: &Pen<'_>, name: &str, prices: &[Option<Money>], left: Availability) -> String {
    let first = prices.iter().flatten().next();
    let price = first.map(|price| pen.money(*price)).unwrap_or_default();
    let id = if left == Availability::SoldOut { "where-choice-out" } else { "where-choice" };
    pen.words.tell(id, &[("name", name.into()), ("price", price.into())])
}

fn picking<'a>(view: &Tickets, picked: &'a [&'a str]) -> Picking<'a> {
    Picking { picked, part: part(view) }
}

fn part(view: &Tickets) -> Option<u16> {
    match &view.map.as_ref()?.show {
        Show::Part { part, .. } => Some(part.0),
        Show::Seats { .. } | Show::Overview { .. } => None,
    }
}

/// Where the page hears of seats that others take or give back.
fn feed(view: &Tickets) -> Option<Value> {
    let map = view.map.as_ref()?;
    let performance = view.showing.performance;
    Some(context! {
        socket => format!("/feed/seats?performance={performance}&after="),
        poll => format!("/api/v1/performances/{performance}/seats?after="),
        seq => map.seq,
    })
}

fn map(pen: &Pen<'_>, view: &Tickets) -> Option<Value> {
    let map = view.map.as_ref()?;
    let guids = picked_guids(view);
    let svg = seat_map::svg(pen, &view.showing.hall, map, &picking(view, &guids));
    let (parts, part_name, zones): (&[PartGlance], &str, &[Zone]) = match &map.show {
        Show::Seats { zones } => (&[], "", zones),
        Show::Part { parts, name, zones, .. } => (parts, name, zones),
        Show::Overview { parts } => (parts, "", &[]),
    };
    let whole = matches!(map.show, Show::Overview { .. });
    Some(context! {
        svg => Value::from_safe_string(svg),
        overview => whole,
        part_name,
        parts => parts.iter().map(|part| context! {
            href => format!("?part={}#map", part.part.0),
            name => &part.name,
            words => overview::label(pen, part),
        }).collect::<Vec<_>>(),
        zones => zones.iter().map(|zone| Value::from(&zone.name)).collect::<Vec<_>>(),
        key => if whole { Vec::new() } else { key(pen, view, zones) },
    })
}

fn picked_guids(view: &Tickets) -> Vec<&str> {
    view.picked.iter().filter_map(|picked| place_guid(&picked.place)).collect()
}

pub(crate) fn place_guid(place: &usher_rules::view::venue::Place) -> Option<&str> {
    match place {
        usher_rules::view::venue::Place::Seat { guid, .. } => Some(guid),
        usher_rules::view::venue::Place::Area { .. } => None,
    }
}

/// The key explains only what the map shows, prices first.
fn key(pen: &Pen<'_>, view: &Tickets, zones: &[Zone]) -> Vec<Value> {
    let bands = view.categories.iter().map(|category| {
        let class = match category.band {
            1 => "free b1",
            2 => "free b2",
            _ => "free b3",
        };
        context! { class, symbol => "st-free", words => band_words(pen, category) }
    });
    let seats = || zones.iter().flat_map(|zone| &zone.rows).flat_map(|row| &row.seats);
    let seen = |state: SeatState| seats().any(|seat| seat.state == state);
    let lettered = seats().any(|seat| matches!(seat.state, SeatState::StaffHold(_)));
    let states = [
        (true, "yours", "st-yours", "key-yours"),
        (true, "taken", "st-taken", "key-taken"),
        (true, "held", "st-held", "key-held"),
        (seen(SeatState::NotForYou), "not", "st-not", "key-not"),
        (seen(SeatState::Wheelchair), "access", "st-access", "key-wheelchair"),
        (seen(SeatState::Companion), "companion", "st-comp", "key-companion"),
        (seen(SeatState::Killed), "killed", "st-killed", "key-killed"),
        (lettered, "letter", "st-letter", "key-staff-hold"),
    ];
    let states = states
        .into_iter()
        .filter(|(shown, ..)| *shown)
        .map(|(_, class, symbol, id)| context! { class, symbol, words => pen.say(id) });
    bands.chain(states).collect()
}

fn band_words(pen: &Pen<'_>, category: &CategoryChoice) -> String {
    let first = category.prices.iter().flatten().next();
    let price = first.map(|price| pen.money(*price)).unwrap_or_default();
    let args = [("name", category.name.as_str().into()), ("price", price.into())];
    pen.words.tell("key-band", &args).trim().to_owned()
}

/// Seats picked on the map, each with the tickets it can be.
fn chosen(pen: &Pen<'_>, view: &Tickets) -> Option<Value> {
    if view.picked.is_empty() {
        return None;
    }
    let guids = picked_guids(view);
    let picking = picking(view, &guids);
    let seats: Vec<Value> = view
        .picked
        .iter()
        .map(|picked| {
            let guid = place_guid(&picked.place).unwrap_or_default();
            let levels = view.levels.iter().zip(&picked.prices).filter_map(|(level, price)| {
                let price = pen.money((*price)?);
                let args = [("level", level.name.as_str().into()), ("price", price.into())];
                Some(context! {
                    id => level.level.0, words => pen.words.tell("level-price", &args),
                })
            });
            context! {
                guid,
                line => place::line(&picked.place, pen.words),
                drop_href => Value::from_safe_string(picking.without(guid)),
                levels => levels.collect::<Vec<_>>(),
            }
        })
        .collect();
    let places: Vec<_> = view.picked.iter().map(|picked| picked.place.clone()).collect();
    Some(context! { count => seats.len(), phrase => place::phrase(&places, pen.words), seats })
}

/// The second way in: every free seat as a check box, zone by zone and row by row.
fn lists(pen: &Pen<'_>, view: &Tickets) -> Vec<Value> {
    let Some(map) = &view.map else {
        return Vec::new();
    };
    let zones: &[Zone] = match &map.show {
        Show::Seats { zones } | Show::Part { zones, .. } => zones,
        Show::Overview { .. } => &[],
    };
    let picked = picked_guids(view);
    zones
        .iter()
        .map(|zone| context! { zone => &zone.name, rows => list_rows(pen, zone, &picked) })
        .collect()
}

fn list_rows(pen: &Pen<'_>, zone: &Zone, picked: &[&str]) -> Vec<Value> {
    let open = |state: SeatState| match state {
        SeatState::Free | SeatState::Wheelchair | SeatState::Companion => true,
        SeatState::Yours
        | SeatState::Held
        | SeatState::Taken
        | SeatState::NotForYou
        | SeatState::StaffHold(_)
        | SeatState::Killed => false,
    };
    let row_value = |row: &usher_rules::view::seat_map::Row| {
        let seats: Vec<Value> = row
            .seats
            .iter()
            .filter(|seat| open(seat.state))
            .map(|seat| {
                let price = seat.price.map(|price| pen.money(price)).unwrap_or_default();
                let kind = match seat.state {
                    SeatState::Wheelchair => pen.say("key-wheelchair"),
                    SeatState::Companion => pen.say("key-companion"),
                    SeatState::Free
                    | SeatState::Yours
                    | SeatState::Held
                    | SeatState::Taken
                    | SeatState::NotForYou
                    | SeatState::StaffHold(_)
                    | SeatState::Killed => String::new(),
                };
                let words = pen.words.tell(
                    "list-seat",
                    &[
                        ("row", row.label.as_str().into()),
                        ("number", seat.number.as_str().into()),
                        ("price", price.into()),
                    ],
                );
                let chosen = picked.contains(&seat.guid.as_str());
                context! { guid => &seat.guid, words, kind, chosen }
            })
            .collect();
        (!seats.is_empty()).then(|| {
            context! { name => place::row_name(&row.label, "Row-name", pen.words), seats }
        })
    };
    zone.rows.iter().filter_map(row_value).collect()
}

/// Whether the web may take anything here now.
pub(crate) fn open(view: &Tickets) -> bool {
    view.showing.sale == Sale::Open && view.showing.availability != Availability::SoldOut
}
