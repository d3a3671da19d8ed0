//! Views of a night: the wall monitor, the door phone, the desk.
//!
//! Next: `house.rs`, the venue.

use crate::house::{FOUNDED, House};
use usher_ledger::view::desk::{Health, devices, houses, mail};
use usher_ledger::view::door::{Post, door, newest};
use usher_ledger::view::monitor::{Watch, monitor};
use usher_rules::admission::Direction as Way;
use usher_rules::at::Span;
use usher_rules::id::{DeviceNo, PerformanceId};
use usher_rules::view::desk::{DeviceKind, DeviceState};
use usher_rules::view::door::{Direction, Reason, Signal};
use usher_rules::view::monitor::{Flow, Monitor, ROWS_MAX};

/// A venue in which `guids` were sold for tonight; the clock stands when the doors open.
fn sold(guids: &[&str]) -> (House, PerformanceId, Vec<String>) {
    let house = House::new();
    let tonight = house.tonight();
    let cart = house.cart();
    house.hold(cart, tonight, guids);
    let order = house.sell(cart);
    let codes = house.codes(order);
    house.pass(Span::hours(2));
    (house, tonight, codes)
}

fn wall(house: &House, performance: Option<PerformanceId>) -> Monitor {
    let day = house.handle.day_of(house.handle.now());
    let watch = Watch { day, performance, ..Watch::default() };
    monitor(&house.handle, &house.snapshot(), house.frame(), &watch).unwrap()
}

#[test]
fn the_wall_counts_who_is_in_and_who_was_stopped() {
    let (house, tonight, codes) = sold(&["C-B-1", "C-B-2", "C-B-3", "C-B-4"]);
    house.scan(1, &codes[0], Way::In);
    house.scan(1, &codes[1], Way::In);
    house.scan(1, &codes[1], Way::In);
    house.scan(1, &codes[0], Way::Out);
    house.scan(2, &codes[2], Way::In);
    house.scan(2, "not a code", Way::In);
    let view = wall(&house, Some(tonight));
    assert_eq!((view.inside, view.admitted, view.expected), (1, 2, 4));
    assert_eq!(view.scans, 5, "a code that led nowhere is not of this performance");
    let refused: Vec<u32> = view.refused.iter().map(|one| one.count).collect();
    assert_eq!(refused, [1, 1]);
    assert!(matches!(view.refused[0].reason, Reason::AlreadyUsed { .. }));
    assert!(matches!(&view.refused[1].reason, Reason::WrongDoor { go_to } if go_to == "Studio"));
    let all = wall(&house, None);
    assert_eq!(all.scans, 6);
    assert!(all.refused.iter().any(|one| one.reason == Reason::Unknown));
}

#[test]
fn the_list_has_the_newest_on_top_and_its_shares_make_the_whole() {
    let (house, tonight, codes) = sold(&["C-B-1", "C-B-2", "C-B-3"]);
    for code in &codes {
        house.scan(1, code, Way::In);
    }
    let view = wall(&house, Some(tonight));
    let numbers: Vec<u64> = view.rows.iter().map(|row| row.seq).collect();
    assert!(numbers.is_sorted_by(|one, other| one > other), "{numbers:?}");
    let shares: Vec<u32> = view.rows.iter().map(|row| row.share_tenths).collect();
    assert_eq!(shares, [334, 333, 333]);
    let row = &view.rows[0];
    assert_eq!((row.play_code.as_str(), row.buyer_name.as_str()), ("SALT", "Edda Crane"));
    assert_eq!((row.scan_in, row.scan_out), (Some(FOUNDED + Span::hours(2)), None));
    assert_eq!(view.seq, numbers[0], "the page goes on after its newest row");
    for _ in 0..ROWS_MAX {
        house.scan(1, &codes[0], Way::In);
    }
    let view = wall(&house, Some(tonight));
    assert_eq!((view.rows.len(), view.scans as usize), (ROWS_MAX, ROWS_MAX + 3));
}

#[test]
fn arrivals_are_counted_by_the_minute_and_held_against_earlier_evenings() {
    let house = House::new();
    let studio = house.plan("studio");
    let evenings = [house.performance(1, studio, 3, 3), house.performance(1, studio, 3, 27)];
    let codes = evenings.map(|evening| {
        let cart = house.cart();
        house.hold(cart, evening, &["C-B-1", "C-B-2"]);
        let order = house.sell(cart);
        house.codes(order)
    });
    house.pass(Span::minutes(150));
    house.scan(1, &codes[0][0], Way::In);
    house.scan(1, &codes[0][1], Way::In);
    let first = wall(&house, Some(evenings[0]));
    assert_eq!(first.curve.tonight.last(), Some(&2));
    assert!(first.curve.usual_tenths.is_empty(), "there was no evening before");
    // The next day, the same half hour before the curtain.
    house.pass(Span::hours(24));
    house.scan(1, &codes[1][0], Way::In);
    let second = wall(&house, Some(evenings[1]));
    assert_eq!(second.curve.tonight.iter().sum::<u32>(), 1, "yesterday is not tonight");
    let now = second.curve.tonight.len() - 1;
    assert_eq!(second.curve.usual_tenths[now], 20);
    assert_eq!(now, 30, "half of the hour before the curtain");
    assert_eq!(second.performances.len(), 1, "the picker has the performances of the day");
}

#[test]
fn doors_are_lanes_with_what_they_lead_to_and_how_they_flow() {
    let (house, tonight, codes) = sold(&["C-B-1", "C-B-2"]);
    house.scan(1, &codes[0], Way::In);
    let lanes = |house: &House| wall(house, Some(tonight)).doors;
    let found: Vec<_> = lanes(&house)
        .into_iter()
        .map(|lane| (lane.door, lane.leads_to, lane.admitted, lane.per_minute_tenths, lane.flow))
        .collect();
    assert_eq!(
        found,
        [
            ("Garden gate".to_owned(), String::new(), 0, 0, Flow::Quiet),
            ("Studio".to_owned(), "Centre, Left, Right".to_owned(), 1, 2, Flow::Flowing),
        ]
    );
    house.pass(Span::minutes(5));
    assert_eq!(lanes(&house)[1].flow, Flow::Quiet, "nobody for five minutes");
    let day = house.handle.day_of(house.handle.now());
    let watch = Watch { day, silent: vec![DeviceNo(1)], ..Watch::default() };
    let view = monitor(&house.handle, &house.snapshot(), house.frame(), &watch).unwrap();
    assert_eq!(view.doors[1].flow, Flow::Silent);
}

#[test]
fn an_admission_that_was_undone_counts_at_no_door_and_in_no_curve() {
    let (house, tonight, codes) = sold(&["C-B-1", "C-B-2"]);
    let seen = |house: &House| {
        let view = wall(house, Some(tonight));
        let undone: Vec<bool> = view.rows.iter().map(|row| row.undone).collect();
        let lane = view.doors.into_iter().find(|lane| lane.door == "Studio").expect("a door");
        let arrivals = view.curve.tonight.iter().sum::<u32>();
        (lane.admitted, lane.per_minute_tenths, arrivals, view.admitted, undone)
    };
    let first = house.scan(1, &codes[0], Way::In);
    assert_eq!(seen(&house), (1, 2, 1, 1, vec![false]));
    house.unpassed(first);
    assert_eq!(seen(&house), (0, 0, 0, 0, vec![true]));
    // Again, and this time somebody walks through.
    house.pass(Span::minutes(1));
    house.scan(1, &codes[0], Way::In);
    assert_eq!(seen(&house), (1, 2, 1, 1, vec![false, true]));
    // Out for a breath, and back in, but not at once.
    house.pass(Span::minutes(1));
    house.scan(1, &codes[0], Way::Out);
    house.pass(Span::minutes(1));
    let back = house.scan(1, &codes[0], Way::In);
    house.unpassed(back);
    assert_eq!(seen(&house), (1, 2, 1, 1, vec![true, false, false, true]));
    house.pass(Span::minutes(1));
    house.scan(1, &codes[0], Way::In);
    assert_eq!(seen(&house), (2, 4, 2, 1, vec![false, true, false, false, true]));
    let refused = wall(&house, Some(tonight)).refused;
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn a_device_says_of_its_newest_scan_that_nobody_went_through() {
    let (house, _, codes) = sold(&["C-B-1", "C-B-2"]);
    let last = |house: &House, device| {
        let now = house.handle.now();
        let found = newest(&house.handle, &house.snapshot(), now, DeviceNo(device)).unwrap();
        found.map(|scan| (scan.seq, scan.unpassed))
    };
    assert_eq!(last(&house, 1), None);
    let first = house.scan(1, &codes[0], Way::In);
    assert_eq!(last(&house, 1), Some((first, false)));
    house.unpassed(first);
    assert_eq!(last(&house, 1), Some((first, true)));
    let next = house.scan(1, &codes[1], Way::In);
    assert_eq!(last(&house, 1), Some((next, false)));
    assert_eq!(last(&house, 2), None, "another device's scans are not its own");
}

#[test]
fn a_door_names_the_only_performance_of_the_day_and_no_other() {
    let house = House::new();
    let studio = house.plan("studio");
    house.performance(1, studio, 3, 3);
    let named = |house: &House| {
        let post = Post {
            device: DeviceNo(1),
            direction: Direction::In,
            last: None,
            form_key: "K".to_owned(),
        };
        let view = door(&house.handle, &house.snapshot(), house.frame(), &post).unwrap();
        view.expect("enrolled").performance.map(|named| (named.title, named.starts))
    };
    let starts = FOUNDED + Span::hours(3);
    assert_eq!(named(&house), Some(("Salt".to_owned(), starts)));
    let lawn = house.plan("lawn");
    house.performance(2, lawn, 2, 5);
    assert_eq!(named(&house), None, "which of the two is not for the page to say");
    house.pass(Span::hours(24));
    assert_eq!(named(&house), None, "nothing plays");
}

#[test]
fn another_day_shows_its_own_scans_and_nothing_of_today() {
    let (house, tonight, codes) = sold(&["C-B-1", "C-B-2"]);
    house.pass(Span::minutes(30));
    house.scan(1, &codes[0], Way::In);
    let day = house.handle.day_of(house.handle.now());
    house.pass(Span::hours(24));
    let today = wall(&house, None);
    assert_eq!((today.scans, today.performances.len()), (0, 0));
    let watch = Watch { day, performance: Some(tonight), ..Watch::default() };
    let view = monitor(&house.handle, &house.snapshot(), house.frame(), &watch).unwrap();
    assert_eq!((view.scans, view.inside), (1, 1));
    assert_eq!(view.curve.tonight.iter().sum::<u32>(), 1, "the hour ends after the curtain");
}

#[test]
fn a_ticket_for_another_day_is_among_the_refusals_of_the_day_it_came() {
    let house = House::new();
    let studio = house.plan("studio");
    let tonight = house.performance(1, studio, 3, 3);
    let tomorrow = house.performance(1, studio, 3, 27);
    let cart = house.cart();
    house.hold(cart, tomorrow, &["C-B-1", "C-B-2"]);
    let order = house.sell(cart);
    house.pass(Span::hours(2));
    house.scan(1, &house.codes(order)[0], Way::In);
    let view = wall(&house, None);
    let starts = FOUNDED + Span::hours(27);
    let reason = Reason::WrongPerformance { title: "Salt".to_owned(), starts };
    assert_eq!((&view.refused[0].reason, view.refused[0].count), (&reason, 1));
    assert_eq!(wall(&house, Some(tonight)).scans, 0);
}

#[test]
fn the_door_phone_shows_its_own_last_five_and_the_verdict_just_given() {
    let (house, _, codes) = sold(&["C-B-1", "C-B-2"]);
    house.scan(2, &codes[1], Way::In);
    let mut last = 0;
    for _ in 0..6 {
        last = house.scan(1, &codes[0], Way::In);
    }
    let post = Post {
        device: DeviceNo(1),
        direction: Direction::In,
        last: Some(last),
        form_key: "K".to_owned(),
    };
    let read = |post: &Post| door(&house.handle, &house.snapshot(), house.frame(), post).unwrap();
    let view = read(&post).expect("the device is enrolled");
    assert_eq!((view.inside, view.expected), (1, 2));
    assert_eq!((view.tickets_loaded, view.tickets_total), (2, 2));
    assert_eq!(view.recent.len(), 5);
    assert_eq!(view.recent[0].seq, last);
    let plate = view.last.expect("a verdict");
    assert_eq!(plate.signal, Signal::Stop);
    assert!(matches!(plate.reason, Reason::AlreadyUsed { .. }));
    assert_eq!((plate.buyer_name.as_str(), plate.way.as_str()), ("Edda Crane", "Studio"));
    let other = Post { device: DeviceNo(2), ..post.clone() };
    let view = read(&other).expect("enrolled, too");
    assert_eq!(view.recent.len(), 1, "other devices' scans are not its own");
    assert!(view.last.is_none(), "nor is another device's verdict");
    assert!(read(&Post { device: DeviceNo(9), ..post }).is_none());
}

#[test]
fn the_desk_shows_houses_of_today_devices_and_mail() {
    let (house, _, codes) = sold(&["C-B-1", "C-B-2"]);
    house.scan(1, &codes[0], Way::In);
    let now = house.handle.now();
    let today = houses(&house.handle, &house.snapshot(), now).unwrap();
    assert_eq!(today.len(), 1);
    let glance = &today[0];
    assert_eq!((glance.sold, glance.held, glance.places_left, glance.inside), (2, 0, 114, 1));
    let kind = |no| if no == DeviceNo(2) { DeviceKind::NetworkDoor } else { DeviceKind::Scanner };
    let read = |said: Option<Health>| {
        let health = |no| said.clone().filter(|_| no == DeviceNo(1));
        let found = devices(&house.handle, &house.snapshot(), now, kind, health).unwrap();
        let found = found.into_iter().map(|one| (one.kind, one.state, one.seen, one.fault));
        found.collect::<Vec<_>>()
    };
    let scanner = |state, fault: &str| (DeviceKind::Scanner, state, Some(now), fault.to_owned());
    let phone = (DeviceKind::NetworkDoor, DeviceState::Waiting, None, String::new());
    assert_eq!(read(None), [scanner(DeviceState::Ready, ""), phone.clone()]);
    let gone = Health { up: false, words: "unplugged".to_owned(), at: now };
    let retrying = DeviceState::Retrying { after: Span::seconds(2) };
    assert_eq!(read(Some(gone)), [scanner(retrying, "unplugged"), phone]);
    assert_eq!(mail(&house.snapshot()).unwrap(), (1, 0), "the receipt waits to go out");
}
