//! What pages are told: views read from a store that real commands have filled.
//!
//! Each test says which rule it guards. Money and places come out of the rules; here is judged
//! that a view says them truly. Next: `view/house.rs`, the venue.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

#[path = "view/held.rs"]
mod held;
#[path = "view/house.rs"]
mod house;
#[path = "view/night.rs"]
mod night;
#[path = "view/sale.rs"]
mod sale;

use house::{FOUNDED, House, id};
use usher_ledger::view::performance::{Asked, says, tickets};
use usher_ledger::view::production::production;
use usher_ledger::view::whats_on::whats_on;
use usher_rules::Refusal;
use usher_rules::at::Span;
use usher_rules::id::{AreaNo, CategoryNo, LevelNo, PerformanceId};
use usher_rules::money::Money;
use usher_rules::price::Places;
use usher_rules::view::performance::{Outcome, Tickets, Where};
use usher_rules::view::seat_map::{PartNo, Point, Seat, SeatMap, SeatState, Show};
use usher_rules::view::venue::Place;
use usher_rules::view::whats_on::{Availability, Chosen, Sale, WhatsOn};

fn season(house: &House) -> WhatsOn {
    whats_on(&house.snapshot(), house.frame(), Chosen::default()).unwrap()
}

fn page(house: &House, id: PerformanceId, asked: &Asked) -> Tickets {
    tickets(&house.snapshot(), house.frame(), id, asked).unwrap().expect("a performance")
}

fn places(count: u8) -> Vec<Places> {
    vec![Places { level: LevelNo(1), count }]
}

fn seats(map: &SeatMap) -> Vec<&Seat> {
    let zones = match &map.show {
        Show::Seats { zones } | Show::Part { zones, .. } => zones.as_slice(),
        Show::Overview { .. } => &[],
    };
    zones.iter().flat_map(|zone| &zone.rows).flat_map(|row| &row.seats).collect()
}

fn state(view: &Tickets, guid: &str) -> SeatState {
    let map = view.map.as_ref().expect("a map");
    let seat = seats(map).into_iter().find(|seat| seat.guid == guid);
    seat.unwrap_or_else(|| panic!("no seat {guid}")).state
}

fn guids(places: &[Place]) -> Vec<&str> {
    fn guid(place: &Place) -> &str {
        match place {
            Place::Seat { guid, .. } => guid,
            Place::Area { name, .. } => name,
        }
    }
    places.iter().map(guid).collect()
}

/// On which side of each edge a point lies: all the same inside.
fn sides(outline: &[Point], at: Point) -> Vec<i64> {
    let next = outline.iter().cycle().skip(1);
    let side = |(from, to): (&Point, &Point)| {
        let wide = |one: i32, other: i32| i64::from(one) - i64::from(other);
        wide(to.x, from.x) * wide(at.y, from.y) - wide(to.y, from.y) * wide(at.x, from.x)
    };
    outline.iter().zip(next).map(side).collect()
}

fn encloses(outline: &[Point], at: Point) -> bool {
    let sides = sides(outline, at);
    sides.iter().all(|side| *side >= 0) || sides.iter().all(|side| *side <= 0)
}

/// Has one of two outlines an edge with all of the other beyond it?
fn apart(one: &[Point], other: &[Point]) -> bool {
    let beyond = |one: &[Point], other: &[Point]| {
        let inner = sides(one, one[0]).iter().sum::<i64>().signum();
        (0..one.len()).any(|edge| other.iter().all(|at| sides(one, *at)[edge] * inner <= 0))
    };
    beyond(one, other) || beyond(other, one)
}

/// Every seat of the studio but these.
fn all_but(house: &House, id: PerformanceId, keep: &[&str]) {
    let (_, drawn) = house.snapshot().staged(id).unwrap().unwrap();
    let guids: Vec<&str> = drawn.plan.seats.iter().map(|seat| seat.guid.as_str()).collect();
    let gone: Vec<&str> = guids.into_iter().filter(|guid| !keep.contains(guid)).collect();
    house.kill(id, &gone);
}

#[test]
fn the_season_is_in_order_of_the_first_showing_that_is_not_over() {
    let house = House::new();
    let studio = house.plan("studio");
    let lawn = house.plan("lawn");
    house.performance(1, studio, 3, 3);
    house.performance(1, studio, 3, 30);
    house.performance(2, lawn, 2, 5);
    house.production("empty", "Nothing Yet", 60);
    let titles = |house: &House| -> Vec<(String, usize)> {
        let listings = season(house).productions.into_iter();
        listings.map(|listing| (listing.title, listing.showings.len())).collect()
    };
    let salt = |showings| ("Salt".to_owned(), showings);
    let carols = ("Carols on the Lawn".to_owned(), 1);
    assert_eq!(titles(&house), [salt(2), carols.clone()]);
    // Salt runs 90 minutes from 15:00.
    house.pass(Span(Span::minutes(270).0 - 1));
    assert_eq!(titles(&house), [salt(2), carols.clone()]);
    house.pass(Span(1));
    assert_eq!(titles(&house), [carols, salt(1)]);
}

#[test]
fn prices_start_from_the_cheapest_category_that_has_a_place_left() {
    let house = House::new();
    let tonight = house.tonight();
    let from = |house: &House| season(house).productions[0].showings[0].price_from;
    assert_eq!(from(&house), Some(Money(1_900)));
    let value = ["C-H", "L-C", "L-D", "R-C", "R-D"].map(|row| {
        let seats = if row == "C-H" { 10 } else { 5 };
        (1..=seats).map(move |no| format!("{row}-{no}")).collect::<Vec<_>>()
    });
    let value: Vec<String> = value.into_iter().flatten().collect();
    let all: Vec<&str> = value.iter().map(String::as_str).collect();
    house.kill(tonight, &all[1..]);
    assert_eq!(from(&house), Some(Money(1_900)), "one is left");
    house.kill(tonight, &all[..1]);
    assert_eq!(from(&house), Some(Money(2_700)));
}

#[test]
fn accessible_seats_do_not_make_a_house_available_to_everybody() {
    let house = House::new();
    let tonight = house.tonight();
    let showing = |house: &House| season(house).productions[0].showings[0].clone();
    assert_eq!(showing(&house).places_left, 116, "120 seats, two bays of two");
    all_but(&house, tonight, &["C-A-1", "C-A-2", "C-A-9", "C-A-10"]);
    assert_eq!(showing(&house).places_left, 0);
    assert_eq!(showing(&house).availability, Availability::SoldOut);
    let view = page(&house, tonight, &Asked::default());
    assert_eq!(view.wheelchair_places_left, 2);
    assert_eq!(state(&view, "C-A-1"), SeatState::Wheelchair);
    assert_eq!(state(&view, "C-A-2"), SeatState::Companion);
}

#[test]
fn a_showing_says_whether_the_web_may_sell_it_now() {
    let house = House::new();
    let tonight = house.tonight();
    let opens = FOUNDED + Span::hours(1);
    let set = usher_rules::performance::Command::SetSale {
        performance: tonight,
        opens: Some(opens),
        ends: None,
    };
    house.must(usher_rules::Command::Performance(set));
    let sale = |house: &House| season(house).productions[0].showings[0].sale;
    assert_eq!(sale(&house), Sale::NotYet { opens });
    house.pass(Span::hours(1));
    assert_eq!(sale(&house), Sale::Open);
    house.pass(Span(Span::hours(1).0 - 1));
    assert_eq!(sale(&house), Sale::Open, "an hour before the start is the last moment");
    house.pass(Span(1));
    assert_eq!(sale(&house), Sale::Ended);
}

#[test]
fn an_event_page_has_paragraphs_prices_and_what_the_web_adds() {
    let house = House::new();
    house.tonight();
    let read = |slug| production(&house.snapshot(), house.frame(), slug).unwrap();
    assert!(read("nothing").is_none());
    let view = read("salt").expect("it is on");
    assert_eq!(view.blurb, ["First.", "Second."]);
    assert_eq!(view.levels, ["Adult", "Child"]);
    let rows: Vec<(&str, Option<Money>, Option<Money>)> = view
        .prices
        .iter()
        .map(|row| (row.category.as_str(), row.prices[0], row.prices[1]))
        .collect();
    let money = |minor| Some(Money(minor));
    assert_eq!(
        rows,
        [
            ("Best", money(3_500), money(2_550)),
            ("Standard", money(2_700), money(1_750)),
            ("Value", money(1_900), money(950)),
        ]
    );
    assert_eq!(view.fee_each, Money(125), "the fee of the order is not of each ticket");
    assert_eq!(view.doors_before, Span::minutes(60));
}

#[test]
fn the_tickets_page_offers_levels_and_categories_dearest_first() {
    let house = House::new();
    let tonight = house.tonight();
    let asked = Asked { places: places(2), ..Asked::default() };
    let view = page(&house, tonight, &asked);
    let levels: Vec<_> =
        view.levels.iter().map(|one| (one.price_low.0, one.price_high.0, one.count)).collect();
    assert_eq!(levels, [(1_900, 3_500, 2), (950, 2_550, 0)]);
    let categories: Vec<_> =
        view.categories.iter().map(|one| (one.name.as_str(), one.band, one.places_left)).collect();
    assert_eq!(categories, [("Best", 1, 30), ("Standard", 2, 56), ("Value", 3, 30)]);
    assert_eq!(view.outcome, Outcome::Nothing);
}

#[test]
fn each_visitor_sees_their_own_seats_and_nothing_of_whose_the_others_are() {
    let house = House::new();
    let tonight = house.tonight();
    let (mine, theirs, sold) = (house.cart(), house.cart(), house.cart());
    house.hold(mine, tonight, &["C-B-1", "C-B-2"]);
    house.hold(theirs, tonight, &["C-C-1", "C-C-2"]);
    house.hold(sold, tonight, &["C-D-1", "C-D-2"]);
    house.sell(sold);
    house.kill(tonight, &["C-H-1"]);
    let view = page(&house, tonight, &Asked { cart: Some(mine), ..Asked::default() });
    for (guid, expected) in [
        ("C-B-1", SeatState::Yours),
        ("C-C-1", SeatState::Held),
        ("C-D-1", SeatState::Taken),
        ("C-H-1", SeatState::NotForYou),
        ("C-B-3", SeatState::Free),
    ] {
        assert_eq!(state(&view, guid), expected, "{guid}");
    }
    let Outcome::Found(found) = &view.outcome else { panic!("found: {:?}", view.outcome) };
    assert_eq!(guids(&found.places), ["C-B-1", "C-B-2"]);
    assert!(found.together);
    assert_eq!((found.total, found.levels.as_slice()), (Money(7_000), &[(2, "Adult".into())][..]));
    let nobody = page(&house, tonight, &Asked::default());
    assert_eq!(state(&nobody, "C-B-1"), SeatState::Held);
    assert_eq!(nobody.outcome, Outcome::Nothing);
    let map = nobody.map.as_ref().expect("a map");
    let held = seats(map).into_iter().find(|seat| seat.guid == "C-B-1").expect("it is there");
    assert_eq!(held.price, None, "what cannot be bought has no price");
}

#[test]
fn quantities_keep_the_party_that_is_held_until_another_is_asked_for() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    let own = Asked { cart: Some(cart), ..Asked::default() };
    let counts = |asked: &Asked| -> Vec<u32> {
        page(&house, tonight, asked).levels.iter().map(|level| level.count).collect()
    };
    assert_eq!(counts(&own), [2, 0], "as after a redirect, and on coming back from the cart");
    assert_eq!(counts(&Asked { places: places(3), ..own.clone() }), [3, 0]);
    assert_eq!(counts(&Asked { places: places(0), ..own.clone() }), [0, 0], "none is a wish, too");
    assert_eq!(counts(&Asked::default()), [0, 0], "another visitor's party is nobody's business");
    let studio = house.plan("studio");
    let tomorrow = house.performance(1, studio, 3, 27);
    let there = page(&house, tomorrow, &own).levels.iter().map(|level| level.count).sum::<u32>();
    assert_eq!(there, 0, "what is held for another evening is not asked for here");
}

#[test]
fn a_page_says_when_there_are_no_other_seats() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    for nothing_else in [false, true] {
        let asked = Asked { cart: Some(cart), nothing_else, ..Asked::default() };
        let Outcome::Found(found) = page(&house, tonight, &asked).outcome else {
            panic!("seats are held");
        };
        assert_eq!(found.nothing_else, nothing_else);
    }
}

#[test]
fn seats_that_are_not_side_by_side_are_not_called_together() {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, &["C-B-1", "C-B-2"]);
    house.hold(cart, tonight, &["C-C-1", "C-C-2"]);
    let view = page(&house, tonight, &Asked { cart: Some(cart), ..Asked::default() });
    let Outcome::Found(found) = view.outcome else { panic!("nothing found") };
    assert!(!found.together);
}

#[test]
fn picked_seats_are_judged_and_those_taken_meanwhile_drop_out() {
    let house = House::new();
    let tonight = house.tonight();
    let other = house.cart();
    house.hold(other, tonight, &["C-C-1", "C-C-2"]);
    let pick = |guids: &[&str]| {
        let picks = guids.iter().map(|guid| (*guid).to_owned()).collect();
        page(&house, tonight, &Asked { picks, ..Asked::default() })
    };
    let view = pick(&["C-B-1", "C-B-2", "C-C-1", "C-B-2", "no such seat"]);
    let picked: Vec<Place> = view.picked.iter().map(|one| one.place.clone()).collect();
    assert_eq!(guids(&picked), ["C-B-1", "C-B-2"]);
    assert_eq!(view.picked[0].prices, [Some(Money(3_500)), Some(Money(2_550))]);
    assert_eq!(view.outcome, Outcome::Nothing, "two at the end of a row leave no single");
    let Outcome::LeavesSingle { seats, suggestions } = pick(&["C-B-2", "C-B-3"]).outcome else {
        panic!("seat 1 would be left alone");
    };
    assert_eq!(guids(&seats), ["C-B-1"]);
    assert!(!suggestions.is_empty(), "there is room to do better");
}

#[test]
fn a_party_that_cannot_sit_together_is_shown_the_split_and_another_category() {
    let house = House::new();
    let tonight = house.tonight();
    let row: Vec<String> = (1..=10).map(|no| format!("C-B-{no}")).collect();
    let mut keep = vec!["L-C-1", "L-C-2", "R-C-1", "R-C-2"];
    keep.extend(row.iter().map(String::as_str));
    all_but(&house, tonight, &keep);
    let refused = Refusal::NoSeatsTogether { largest_together: 2, split_possible: true };
    assert!(says(&refused));
    let asked = Asked {
        places: places(4),
        chosen: Where::Category(CategoryNo(2)),
        refused: Some(refused),
        ..Asked::default()
    };
    let Outcome::Apart(apart) = page(&house, tonight, &asked).outcome else {
        panic!("they sit apart");
    };
    assert_eq!((apart.party, apart.largest_together), (4, 2));
    assert_eq!(apart.asked.as_deref(), Some("Value"));
    let parts: Vec<Vec<&str>> = apart.split.iter().map(|part| guids(part)).collect();
    assert_eq!(parts.len(), 2, "{parts:?}");
    assert_eq!(apart.split_total, Some(Money(7_600)));
    assert_eq!(apart.together_in, Some((CategoryNo(0), "Best".to_owned())));
}

#[test]
fn a_lawn_has_places_by_area_and_no_map() {
    let house = House::new();
    let lawn = house.plan("lawn");
    let tonight = house.performance(2, lawn, 2, 5);
    let cart = house.cart();
    house.hold_area(cart, tonight, 3);
    let view = page(&house, tonight, &Asked { cart: Some(cart), ..Asked::default() });
    assert!(view.map.is_none() && view.categories.is_empty());
    assert_eq!(view.areas[0].places_left, 237);
    assert_eq!(view.chosen, Where::Area(AreaNo(0)), "the only choice is the chosen one");
    let Outcome::Found(found) = &view.outcome else { panic!("places are held") };
    assert_eq!(found.places[2], Place::Area { name: "Lawn".to_owned(), nth: 3 });
}

#[test]
fn a_house_too_large_to_draw_opens_on_its_parts() {
    let house = House::new();
    let arena = house.plan("arena");
    let tonight = house.performance(1, arena, 4, 3);
    let view = page(&house, tonight, &Asked::default());
    let Some(Show::Overview { parts }) = view.map.map(|map| map.show) else {
        panic!("20,000 seats are not drawn at once");
    };
    let left: u32 = parts.iter().map(|part| part.places_left).sum();
    assert_eq!(left, view.showing.places_left);
    for part in &parts {
        let over: Vec<&str> = parts
            .iter()
            .filter(|other| encloses(&other.outline, part.label_at))
            .map(|other| other.name.as_str())
            .collect();
        assert_eq!(over, [part.name.as_str()], "pressing a name opens the part it names");
        assert!(part.outline.len() >= 4 && part.price_from.is_some(), "{part:?}");
    }
    for (nth, one) in parts.iter().enumerate() {
        for other in &parts[nth + 1..] {
            assert!(apart(&one.outline, &other.outline), "{} lies over {}", one.name, other.name);
        }
    }
    let first = Asked { part: Some(PartNo(0)), ..Asked::default() };
    let map = page(&house, tonight, &first).map.expect("a map");
    let Show::Part { name, parts: around, .. } = &map.show else { panic!("one part is open") };
    for seat in seats(&map) {
        let at = Point { x: seat.x, y: seat.y };
        assert!(encloses(&parts[0].outline, at), "{} lies outside of its part", seat.guid);
    }
    assert_eq!((name, around.len()), (&parts[0].name, parts.len()));
    assert!(seats(&map).len() <= 1_500);
    let nowhere = Asked { part: Some(PartNo(9_999)), ..Asked::default() };
    let map = page(&house, tonight, &nowhere).map.expect("a map");
    assert!(matches!(map.show, Show::Overview { .. }), "no such part reads as none");
}

#[test]
fn what_is_not_there_is_not_shown() {
    let house = House::new();
    let found = tickets(&house.snapshot(), house.frame(), PerformanceId(id(99)), &Asked::default());
    assert!(found.unwrap().is_none());
}
