//! Views of an invented house for the page tests: The Tidewell, Saltmere, on 4 December 2026.
//!
//! Plain data, made by hand and by a small fixed pattern; no store and no rules behind it.
//! Next: `seats.rs` for the map, `pages.rs` for the tests.

// Each test file uses its own part of the house.
#![allow(dead_code)]

pub mod account;
pub mod batch;
pub mod books;
pub mod cancellation;
pub mod end_of_day;
pub mod gallery;
pub mod order;
pub mod pad;
pub mod patron;
pub mod payment;
pub mod seats;
pub mod sell;
pub mod staff;
pub mod till;

use std::sync::Arc;
use usher_rules::at::{At, Span};
use usher_rules::id::{
    AreaNo, BoxNo, CategoryNo, LevelNo, OrderId, PerformanceId, ProductionId, TicketId, compose,
};
use usher_rules::money::Money;
use usher_rules::view::cart::{Cart, Fee, Group, Line, Notice, State, Sums, Tax};
use usher_rules::view::checkout::{Buyer, Checkout};
use usher_rules::view::order::{Order, Ticket, TicketState, Visit};
use usher_rules::view::performance::{
    AreaChoice, CategoryChoice, LevelChoice, Outcome, Picked, Tickets, Where,
};
use usher_rules::view::production::{PriceRow, Production};
use usher_rules::view::venue::{Frame, Link, Place, Venue};
use usher_rules::view::whats_on::{Availability, Chosen, Listing, Sale, Showing, WhatsOn};

/// Friday 4 December 2026, 18:52 in Saltmere.
pub const NOW: At = At(1_796_410_320_000);
const DAY_MS: i64 = 86_400_000;

/// `days` from today at `hour:minute`.
pub fn at(days: i64, hour: i64, minute: i64) -> At {
    let midnight = NOW.0 - (18 * 60 + 52) * 60_000;
    At(midnight + days * DAY_MS + (hour * 60 + minute) * 60_000)
}

/// A performance of box 2.
pub fn performance(no: u64) -> PerformanceId {
    PerformanceId(compose(BoxNo(2), no))
}

pub fn venue() -> Venue {
    let link = |name: &str, href: &str| Link { name: name.to_owned(), href: href.to_owned() };
    Venue {
        name: "The Tidewell".to_owned(),
        street: "14 Ropewalk".to_owned(),
        town: "Saltmere".to_owned(),
        phone: "01632 960 144".to_owned(),
        email: "boxoffice@tidewell.example".to_owned(),
        counter_hours: "Mon to Sat, 10:00 to 20:00".to_owned(),
        time_zone: "Europe/London".to_owned(),
        day_rolls_min: 240,
        currency: "GBP".to_owned(),
        language: "en-GB".to_owned(),
        site: "https://tidewell.example".to_owned(),
        links: vec![
            link("Access", "/access"),
            link("Terms of sale", "/terms"),
            link("Privacy", "/privacy"),
        ],
    }
}

pub fn frame(cart_places: u32) -> Frame {
    Frame { venue: Arc::new(venue()), now: NOW, cart_places, demo: true }
}

pub fn showing(no: u64, starts: At, availability: Availability, from: i64) -> Showing {
    Showing {
        performance: performance(no),
        starts,
        ends: starts + Span::minutes(140),
        hall: "Main House".to_owned(),
        availability,
        places_left: match availability {
            Availability::Good => 300,
            Availability::Limited => 80,
            Availability::LastFew => 6,
            Availability::SoldOut => 0,
        },
        price_from: (availability != Availability::SoldOut).then_some(Money(from)),
        sale: Sale::Open,
    }
}

fn listing(no: u64, slug: &str, title: &str, genre: &str, showings: Vec<Showing>) -> Listing {
    Listing {
        production: ProductionId(no),
        slug: slug.to_owned(),
        title: title.to_owned(),
        genre: genre.to_owned(),
        poster: slug.to_owned(),
        showings,
    }
}

pub fn lamplighter() -> Listing {
    use Availability::{Good, LastFew, Limited, SoldOut};
    let dates = [
        (0, 19, 30, LastFew),
        (1, 14, 30, SoldOut),
        (1, 19, 30, Limited),
        (4, 19, 30, Good),
        (5, 19, 30, Good),
        (6, 19, 30, Good),
        (7, 19, 30, Limited),
        (8, 14, 30, LastFew),
    ];
    let showings = dates
        .iter()
        .zip(11..)
        .map(|((day, hour, minute, left), no)| showing(no, at(*day, *hour, *minute), *left, 1800));
    listing(1, "lamplighter", "The Lamplighter’s Daughter", "Theatre", showings.collect())
}

pub fn season() -> Vec<Listing> {
    use Availability::{Good, LastFew, Limited, SoldOut};
    let one = |no, day, hour, left, from| showing(no, at(day, hour, 0), left, from);
    let mut doors = one(70, 25, 19, Good, 1800);
    doors.sale = Sale::PresaleOnly { opens: at(3, 10, 0) };
    let mut orrery = one(71, 30, 19, Good, 2000);
    orrery.sale = Sale::NotYet { opens: at(8, 10, 0) };
    let mut salt = one(72, 0, 20, Limited, 600);
    salt.hall = "Studio".to_owned();
    let salt = vec![salt, one(21, 6, 20, SoldOut, 1600), one(22, 8, 20, SoldOut, 1600)];
    let hats = [(23, 1), (24, 8), (25, 15)].map(|(no, day)| one(no, day, 11, LastFew, 900));
    let pier = [(26, 2), (27, 9)].map(|(no, day)| one(no, day, 12, Good, 1400));
    let fleet = [(28, 3), (29, 10)].map(|(no, day)| one(no, day, 19, Good, 1200));
    let moth = [(30, 12), (31, 13)].map(|(no, day)| one(no, day, 19, Limited, 2200));
    let cinders = vec![
        one(32, 14, 19, Good, 1500),
        one(33, 15, 14, LastFew, 1500),
        one(34, 30, 14, Good, 1500),
    ];
    vec![
        lamplighter(),
        listing(2, "salt", "Salt", "Dance", salt),
        listing(3, "hats", "Twelve Ways to Lose a Hat", "Family", hats.to_vec()),
        listing(4, "pier", "Quartet for the End of the Pier", "Music", pier.to_vec()),
        listing(5, "fleet", "The Winter Fleet", "Music", fleet.to_vec()),
        listing(6, "moth", "Moth Hour", "Opera", moth.to_vec()),
        listing(7, "cinders", "Cinders, Probably", "Family", cinders),
        listing(8, "doors", "A House with Nine Doors", "Theatre", vec![doors]),
        listing(9, "orrery", "The Borrowed Orrery", "Music", vec![orrery]),
        listing(
            10,
            "ferry",
            "Last Ferry to Anywhere",
            "Theatre",
            vec![one(73, 20, 19, Good, 1600)],
        ),
        listing(11, "bees", "A Parliament of Bees", "Family", vec![one(74, 22, 11, Good, 800)]),
        listing(12, "lawn", "Carols on the Lawn", "Music", vec![one(75, 18, 17, Good, 1400)]),
    ]
}

pub fn whats_on(chosen: Chosen) -> WhatsOn {
    WhatsOn { frame: frame(6), chosen, productions: season() }
}

pub fn production() -> Production {
    let price = |minor: i64| Some(Money(minor));
    let row = |name: &str, prices: [i64; 3]| PriceRow {
        category: name.to_owned(),
        prices: prices.iter().map(|minor| price(*minor)).collect(),
    };
    let texts = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    Production {
        frame: frame(2),
        listing: lamplighter(),
        lede: "A town that has never been dark, and the girl who turns it off.".to_owned(),
        blurb: texts(&[
            "Every dusk for forty years Tobias Crane has walked the harbour with a pole and a \
             flame. When his hands begin to shake, his daughter Edda takes the round, and finds \
             the one lamp he was told never to light.",
            "A mystery, a love letter to municipal work, and very nearly a \
             musical. Live score for two cellos and a harmonium.",
        ]),
        running_time: Some(Span::minutes(140)),
        doors_before: Span::minutes(45),
        facilities: texts(&[
            "Step-free to stalls and foyer",
            "4 wheelchair spaces, row N",
            "Hearing loop in every seat",
            "Assistance dogs welcome",
        ]),
        levels: texts(&["Adult", "Concession", "Child"]),
        prices: vec![
            row("Best", [3500, 3100, 1750]),
            row("Standard", [2700, 2400, 1350]),
            row("Value", [1800, 1600, 900]),
        ],
        fee_each: Money(125),
    }
}

pub fn seat(zone: &str, row: &str, number: &str) -> Place {
    Place::Seat {
        guid: format!("{}-{row}-{number}", &zone[..1]),
        zone: zone.to_owned(),
        row: row.to_owned(),
        number: number.to_owned(),
    }
}

pub fn tickets(outcome: Outcome) -> Tickets {
    let level = |no, name: &str, low, high, count| LevelChoice {
        level: LevelNo(no),
        name: name.to_owned(),
        price_low: Money(low),
        price_high: Money(high),
        count,
    };
    let prices =
        |adult: i64| vec![Some(Money(adult)), Some(Money(adult - 400)), Some(Money(adult / 2))];
    let category = |no, name: &str, band, adult, left| CategoryChoice {
        category: CategoryNo(no),
        name: name.to_owned(),
        band,
        prices: prices(adult),
        places_left: left,
        availability: Availability::Good,
    };
    Tickets {
        frame: frame(2),
        form_key: "k4j2m8".to_owned(),
        slug: "lamplighter".to_owned(),
        title: "The Lamplighter’s Daughter".to_owned(),
        showing: showing(17, at(7, 19, 30), Availability::Good, 1800),
        doors_open: at(7, 18, 45),
        levels: vec![
            level(1, "Adult", 1800, 3500, 2),
            level(2, "Concession", 1600, 3100, 0),
            level(3, "Child", 900, 1750, 2),
        ],
        categories: vec![
            category(0, "Best", 1, 3500, 90),
            category(1, "Standard", 2, 2700, 110),
            category(2, "Value", 3, 1800, 100),
        ],
        areas: Vec::new(),
        chosen: Where::Category(CategoryNo(0)),
        tickets_max: 10,
        wheelchair_places_left: 4,
        outcome,
        picked: Vec::new(),
        map: Some(seats::house(&[])),
    }
}

pub fn picked(zone: &str, row: &str, number: &str) -> Picked {
    Picked {
        place: seat(zone, row, number),
        category: CategoryNo(0),
        prices: vec![Some(Money(3500)), Some(Money(3100)), Some(Money(1750))],
    }
}

/// A lawn without seats.
pub fn lawn() -> Tickets {
    let mut view = tickets(Outcome::Nothing);
    view.title = "Carols on the Lawn".to_owned();
    view.categories.clear();
    view.wheelchair_places_left = 0;
    view.map = None;
    view.areas = vec![AreaChoice {
        area: AreaNo(0),
        name: "Lawn".to_owned(),
        prices: vec![Some(Money(1400)), Some(Money(1200)), Some(Money(700))],
        places_left: 240,
        availability: Availability::Good,
    }];
    view.chosen = Where::Area(AreaNo(0));
    view
}

fn group(no: u64, title: &str, poster: &str, starts: At, hall: &str, lines: Vec<Line>) -> Group {
    Group {
        cancelled: false,
        performance: performance(no),
        slug: poster.to_owned(),
        title: title.to_owned(),
        poster: poster.to_owned(),
        starts,
        hall: hall.to_owned(),
        lines,
    }
}

fn line(place: Place, level: &str, no: u16, price: i64) -> Line {
    Line {
        area: matches!(place, Place::Area { .. }).then_some(AreaNo(0)),
        place,
        level: LevelNo(no),
        level_name: level.to_owned(),
        price: Money(price),
    }
}

pub fn sums() -> Sums {
    let stalls =
        |number: &str, level, no, price| line(seat("Stalls", "F", number), level, no, price);
    let lawn = |nth| line(Place::Area { name: "Lawn".to_owned(), nth }, "Adult", 1, 1400);
    let four = vec![
        stalls("12", "Adult", 1, 3500),
        stalls("13", "Adult", 1, 3500),
        stalls("14", "Child", 3, 1750),
        stalls("15", "Child", 3, 1750),
    ];
    let (house, pier) = ("The Lamplighter’s Daughter", "Quartet for the End of the Pier");
    let fee = Fee { name: "Web fee".to_owned(), count: 6, each: Money(125), amount: Money(750) };
    let tax =
        Tax { name: "VAT".to_owned(), rate_ppm: 200_000, amount: Money(2342), included: true };
    Sums {
        groups: vec![
            group(17, house, "lamplighter", at(7, 19, 30), "Main House", four),
            group(27, pier, "pier", at(9, 12, 30), "Studio", vec![lawn(1), lawn(2)]),
        ],
        tickets: 6,
        tickets_total: Money(13_300),
        fees: vec![fee],
        taxes: vec![tax],
        total: Money(14_050),
    }
}

pub fn cart(state: State) -> Cart {
    Cart {
        frame: frame(6),
        form_key: "k9".to_owned(),
        state,
        sums: sums(),
        notice: Notice::Nothing,
    }
}

pub fn checkout() -> Checkout {
    Checkout {
        frame: frame(6),
        form_key: "k10".to_owned(),
        until: NOW + Span::seconds(552),
        sums: sums(),
        buyer: Buyer {
            name: "Marianne Oakes".to_owned(),
            email: "marianne.oakes@harbourmail".to_owned(),
            note: String::new(),
        },
        faults: Vec::new(),
        state: usher_rules::view::checkout::State::Form,
    }
}

pub const CODES: [&str; 4] = [
    "U1CAAAAFZSBP6JL4AAXQ4G7HEWZ3T2LQKB",
    "U1CAAAAF6YQ3KZD4AA2DHVW5M7XRS4TNPC",
    "U1CAAAAGBF7QW2M4AAKJ3L6ZC5RV7YTQXD",
    "U1CAAAAGHT5NX6B4AAPB4ZQ2WD7MK6CVRE",
];

pub fn order() -> Order {
    let ticket = |(nth, code): (usize, &&str)| Ticket {
        ticket: TicketId((2 << 48) | (4_031_187 + nth as u64)),
        place: seat("Stalls", "F", &(12 + nth).to_string()),
        level_name: if nth < 2 { "Adult".to_owned() } else { "Child".to_owned() },
        door: "B".to_owned(),
        code: (*code).to_owned(),
        state: TicketState::Valid,
    };
    Order {
        frame: frame(0),
        order: OrderId((2 << 48) | 104_233),
        token: "MFRGGZDFMZTWQ2LK".to_owned(),
        buyer_name: "Marianne Oakes".to_owned(),
        placed: NOW,
        state: usher_rules::view::order::State::Paid,
        sums: sums(),
        visits: vec![Visit {
            cancelled: None,
            performance: performance(17),
            title: "The Lamplighter’s Daughter".to_owned(),
            play_code: "LAMP".to_owned(),
            poster: "lamplighter".to_owned(),
            hall: "Main House".to_owned(),
            doors_open: at(7, 18, 45),
            starts: at(7, 19, 30),
            ends: at(7, 21, 50),
            tickets: CODES.iter().enumerate().map(ticket).collect(),
        }],
    }
}
