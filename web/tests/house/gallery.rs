//! Every page in every state, by name: what the page tests read and what `USHER_GALLERY` shows.
//!
//! A new page or state is added here first. Next: `../pages.rs`.

use super::{at, cart, checkout, frame, lawn, order, picked, production, seat, seats, tickets};
use usher_rules::at::Span;
use usher_rules::id::CategoryNo;
use usher_rules::letter::State as Letter;
use usher_rules::money::Money;
use usher_rules::view::cart::{Notice, State};
use usher_rules::view::checkout::{self as checkout_view, Fault, Field, FieldFault};
use usher_rules::view::demo::BenchShown;
use usher_rules::view::desk::SignInRefused;
use usher_rules::view::desk::account::Notice as Told;
use usher_rules::view::door::{Reason, Signal};
use usher_rules::view::order as order_view;
use usher_rules::view::performance::{Apart, Found, Outcome};
use usher_rules::view::whats_on::{Availability, Chosen, Layout, Sale, When};
use usher_web::refused::Refused;
use usher_web::{Html, Templates, Words};

pub struct Gallery {
    pub templates: Templates,
    pub words: Words,
    pub pages: Vec<(&'static str, Html)>,
}

fn found() -> Outcome {
    let places = ["12", "13", "14", "15"].map(|number| seat("Stalls", "F", number)).to_vec();
    Outcome::Found(Found {
        places,
        together: true,
        levels: vec![(2, "Adult".to_owned()), (2, "Child".to_owned())],
        total: Money(10_500),
        until: super::NOW + Span::minutes(15),
        nothing_else: false,
    })
}

fn apart() -> Outcome {
    let pair = |row: &str| ["13", "14"].map(|number| seat("Stalls", row, number)).to_vec();
    Outcome::Apart(Apart {
        party: 4,
        largest_together: 3,
        split_possible: true,
        asked: Some("Best".to_owned()),
        split: vec![pair("E"), pair("F")],
        split_total: Some(Money(10_500)),
        together_in: Some((CategoryNo(1), "Standard".to_owned())),
    })
}

fn shop(gallery: &mut Gallery) {
    let Gallery { templates, words, pages } = gallery;
    let mut add = |name, html| pages.push((name, html));
    let on = |chosen| usher_web::whats_on::page(templates, &super::whats_on(chosen), words);
    add("whats-on", on(Chosen::default()));
    add("month", on(Chosen { layout: Layout::Month(None), ..Chosen::default() }));
    add("whats-on-weekend", on(Chosen { when: When::Weekend, ..Chosen::default() }));
    add("whats-on-none", on(Chosen { genre: Some("Circus".to_owned()), ..Chosen::default() }));
    add("event", usher_web::production::page(templates, &production(), words));
    let page = |view: &_| usher_web::performance::page(templates, view, words);
    add("tickets", page(&tickets(Outcome::Nothing)));
    let mut view = tickets(found());
    view.map = Some(seats::house(&["S-F-12", "S-F-13", "S-F-14", "S-F-15"]));
    add("tickets-found", page(&view));
    if let Outcome::Found(found) = &mut view.outcome {
        found.nothing_else = true;
    }
    add("tickets-no-other", page(&view));
    add("tickets-split", page(&tickets(apart())));
    let mut view = tickets(Outcome::LeavesSingle {
        seats: vec![seat("Stalls", "F", "10")],
        suggestions: vec![vec![seat("Stalls", "F", "10"), seat("Stalls", "F", "11")]],
    });
    view.picked = vec![picked("Stalls", "F", "11"), picked("Stalls", "F", "12")];
    add("tickets-picked", page(&view));
    add(
        "tickets-taken",
        page(&tickets(Outcome::SeatTaken { seats: vec![seat("Stalls", "F", "9")] })),
    );
    add("lawn", page(&lawn()));
    let mut view = tickets(Outcome::Nothing);
    view.map = Some(seats::overview());
    add("overview", page(&view));
    view.map = Some(seats::part());
    add("part", page(&view));
}

fn closed(gallery: &mut Gallery) {
    let Gallery { templates, words, pages } = gallery;
    let mut add = |name, html| pages.push((name, html));
    let page = |view: &_| usher_web::performance::page(templates, view, words);
    let mut view = tickets(Outcome::Nothing);
    for (name, sale) in [
        ("closed-not-yet", Sale::NotYet { opens: at(3, 10, 0) }),
        ("closed-presale", Sale::PresaleOnly { opens: at(3, 10, 0) }),
        ("closed-ended", Sale::Ended),
        ("closed-off", Sale::Off),
        ("closed-cancelled", Sale::Cancelled),
    ] {
        view.showing.sale = sale;
        add(name, page(&view));
    }
    view.showing.sale = Sale::Open;
    view.showing.availability = Availability::SoldOut;
    add("closed-sold-out", page(&view));
}

fn buying(gallery: &mut Gallery) {
    let Gallery { templates, words, pages } = gallery;
    let mut add = |name, html| pages.push((name, html));
    let page = |view: &_| usher_web::cart::page(templates, view, words);
    let active = |seconds| State::Active { until: super::NOW + Span::seconds(seconds) };
    add("cart", page(&cart(active(760))));
    add("cart-urgent", page(&cart(active(108))));
    add("cart-empty", page(&cart(State::Empty)));
    add("cart-expired", page(&cart(State::Expired)));
    add("cart-confirming", page(&cart(State::Confirming)));
    let mut view = cart(active(760));
    view.sums.groups[0].cancelled = true;
    add("cart-cancelled", page(&view));
    let mut view = cart(active(700));
    view.notice = Notice::KeepsSingle {
        asked: seat("Stalls", "F", "13"),
        performance: super::performance(17),
        instead: vec![seat("Stalls", "F", "12"), seat("Stalls", "F", "15")],
    };
    add("cart-keeps-single", page(&view));
    let page = |view: &_| usher_web::checkout::page(templates, view, words);
    add("checkout", page(&checkout()));
    let mut view = checkout();
    let fault = |field, fault| FieldFault { field, fault };
    view.faults = vec![
        fault(Field::Email, Fault::NotAnAddress),
        fault(Field::CardNumber, Fault::NotACard),
        fault(Field::CardCode, Fault::Missing),
    ];
    add("checkout-faults", page(&view));
    let mut view = checkout();
    for (name, state) in [
        ("checkout-declined", checkout_view::State::Declined),
        ("checkout-confirming", checkout_view::State::Confirming),
        ("checkout-price", checkout_view::State::PriceChanged { old: Money(100), new: Money(120) }),
        ("checkout-attempts", checkout_view::State::TooManyAttempts),
    ] {
        view.state = state;
        add(name, page(&view));
    }
}

fn bought(gallery: &mut Gallery) {
    let Gallery { templates, words, pages } = gallery;
    let mut add = |name, html| pages.push((name, html));
    let page = |view: &_| usher_web::order::page(templates, view, words);
    add("order", page(&order()));
    let mut view = order();
    view.visits[0].cancelled = Some("The lead is ill".to_owned());
    for ticket in &mut view.visits[0].tickets {
        (ticket.state, ticket.code) =
            (order_view::TicketState::PerformanceCancelled, String::new());
    }
    add("order-off", page(&view));
    let mut view = order();
    view.state = order_view::State::Confirming;
    view.visits.clear();
    add("order-confirming", page(&view));
    view.state = order_view::State::NotCompleted;
    add("order-not", page(&view));
    for (name, refused) in [
        ("not-found", Refused::NotFound),
        ("not-allowed", Refused::NotAllowed),
        ("wrong", Refused::Wrong),
        ("too-many", Refused::TooMany { seconds: 7 }),
        ("busy", Refused::Busy { reference: "Tide 4-7-K".to_owned() }),
        ("full", Refused::Full),
        ("offline", Refused::Offline),
        ("changed", Refused::Changed),
    ] {
        add(name, usher_web::refused::page(templates, &frame(2), &refused, words));
    }
}

fn staff(gallery: &mut Gallery) {
    let Gallery { templates, words, pages } = gallery;
    let mut add = |name, html| pages.push((name, html));
    let page = |view: &_| usher_web::door::page(templates, view, words);
    add("door", page(&super::staff::door(None)));
    add("door-go", page(&super::staff::door(Some(super::staff::plate(Signal::Go, Reason::Ok)))));
    let used = Reason::AlreadyUsed { at: at(0, 19, 4), door: "A".to_owned() };
    add("door-stop", page(&super::staff::door(Some(super::staff::plate(Signal::Stop, used)))));
    add(
        "door-ask",
        page(&super::staff::door(Some(super::staff::plate(Signal::Ask, Reason::Provisional)))),
    );
    let page = |view: &_| usher_web::monitor::page(templates, view, words);
    add("monitor", page(&super::staff::monitor()));
    add("monitor-alone", page(&super::staff::monitor_after_an_outage()));
    let mut view = super::staff::monitor();
    view.shown = None;
    view.beam_to_screen = Some(Span(0));
    add("monitor-only", page(&view));
    let mut other = view.performances[0].clone();
    other.performance = super::performance(12);
    view.performances.push(other);
    add("monitor-two", page(&view));
    view.rows.clear();
    view.refused.clear();
    view.doors.clear();
    view.performances.clear();
    view.beam_to_screen = None;
    view.curve.tonight = vec![0];
    view.curve.usual_tenths.clear();
    (view.inside, view.admitted, view.expected, view.scans) = (0, 0, 0, 0);
    add("monitor-quiet", page(&view));
    add("desk", usher_web::desk::page(templates, &super::staff::desk(), words));
    let carts = |view: &_| usher_web::desk::cart::page(templates, view, words);
    add("desk-carts", carts(&super::staff::held_tickets()));
    let mut view = super::staff::held_tickets();
    view.holds.clear();
    add("desk-carts-none", carts(&view));
    let letters = |view: &_| usher_web::desk::letter::list(templates, view, words);
    add("desk-letters", letters(&super::staff::letters()));
    let mut view = super::staff::letters();
    view.letters.clear();
    add("desk-letters-none", letters(&view));
    let letter = |view: &_| usher_web::desk::letter::page(templates, view, words);
    add("desk-letter", letter(&super::staff::opened(Letter::Done)));
    add("desk-letter-waiting", letter(&super::staff::opened(Letter::NotDone)));
    let sign_in =
        |refused| usher_web::desk::sign_in(templates, &super::staff::sign_in(refused), words);
    add("sign-in", sign_in(SignInRefused::No));
    add("sign-in-refused", sign_in(SignInRefused::NotKnown));
    add("sign-in-said", sign_in(SignInRefused::Said(Told::NotKnown)));
    add("sign-in-many", sign_in(SignInRefused::TooMany));
    for pages in [
        super::account::pages(templates, words),
        super::sell::pages(templates, words),
        super::patron::pages(templates, words),
        super::batch::pages(templates, words),
        super::cancellation::pages(templates, words),
        super::till::pages(templates, words),
        super::order::pages(templates, words),
        super::payment::pages(templates, words),
        super::books::pages(templates, words),
        super::end_of_day::pages(templates, words),
        super::pad::pages(templates, words),
    ] {
        pages.into_iter().for_each(|(name, html)| add(name, html));
    }
}

fn demo(gallery: &mut Gallery) {
    let Gallery { templates, words, pages } = gallery;
    let mut add = |name, html| pages.push((name, html));
    add("demo", usher_web::demo::page(templates, &super::staff::bench(), words));
    for (name, shown) in [
        ("demo-pads", [BenchShown::PresentCard, BenchShown::EnterPin]),
        ("demo-pads-ended", [BenchShown::Approved, BenchShown::Declined]),
        ("demo-pads-idle", [BenchShown::Idle; 2]),
    ] {
        add(name, usher_web::demo::pad::page(templates, &super::staff::pads(shown), words));
    }
}

pub fn gallery() -> Gallery {
    let mut gallery =
        Gallery { templates: Templates::new(), words: Words::english(), pages: Vec::new() };
    shop(&mut gallery);
    closed(&mut gallery);
    buying(&mut gallery);
    bought(&mut gallery);
    staff(&mut gallery);
    demo(&mut gallery);
    gallery
}
