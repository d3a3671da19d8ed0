//! Wheelchair places, companions and their release (domain 4.4).
//!
//! Houses are drawn by `hall.rs`; never a random one. Next: `table.rs`.

use crate::hall::{Hall, check, last_resort, never, refused};
use usher_rules::id::SeatNo;
use usher_rules::seat::access::{Release, flagged, releasable};
use usher_rules::seat::{NoSeats, Request, SeatSet};

fn wheelchair(party: u8, wheelchair: u8, companions: u8) -> Request {
    Request { wheelchair, companions, ..Request::of(party) }
}

#[test]
fn no_general_request_gets_an_accessible_seat() {
    let hall = Hall::drawn(&["WC..CW"]);
    check(&hall, &Request::of(2), &never(), "R1", &["WC11CW"]);
    assert_eq!(hall.best(&Request::of(3), &last_resort()), Err(NoSeats::SoldOut { left: 2 }));
}

#[test]
fn companions_sit_in_the_companion_seats_first() {
    let hall = Hall::drawn(&["CWC...."]);
    check(&hall, &wheelchair(1, 1, 0), &never(), "R1", &["C1C...."]);
    check(&hall, &wheelchair(2, 1, 1), &never(), "R1", &["11C...."]);
    check(&hall, &wheelchair(3, 1, 0), &never(), "R1", &["111...."]);
    check(&hall, &wheelchair(5, 1, 0), &never(), "R1", &["11111.."]);
}

#[test]
fn no_more_than_three_companion_seats_go_with_a_place() {
    let hall = Hall::drawn(&["WCCCC...."]);
    check(&hall, &wheelchair(4, 1, 0), &never(), "R1", &["1111C...."]);
    check(&hall, &wheelchair(6, 1, 0), &never(), "R3", &["1111C22.."]);
}

#[test]
fn several_wheelchairs_take_places_of_one_bay() {
    let hall = Hall::drawn(&["WX..XXXXXXX", "WCCW......."]);
    check(&hall, &wheelchair(2, 2, 0), &never(), "R3", &["WX..XXXXXXX", "1CC2......."]);
    check(&hall, &wheelchair(4, 2, 2), &never(), "R1", &["WX..XXXXXXX", "1111......."]);
    let refusal = hall.best(&wheelchair(4, 4, 0), &never());
    assert_eq!(refusal, Err(NoSeats::SoldOut { left: 3 }));
    refused(&hall, &wheelchair(3, 3, 0), &never(), 0, false);
}

#[test]
fn the_bay_nearest_to_the_focal_point_is_given_out_first() {
    let hall = Hall::drawn(&["......", "WC....", "WC...."]);
    check(&hall, &wheelchair(2, 1, 1), &never(), "R1", &["......", "11....", "WC...."]);
}

#[test]
fn the_rest_of_a_party_sits_beside_the_bay_or_in_the_nearest_rows() {
    let hall = Hall::drawn(&["WC......"]);
    check(&hall, &wheelchair(4, 1, 1), &never(), "R1", &["1111...."]);
    let hall = Hall::drawn(&["......", "WCXXXX"]);
    check(&hall, &wheelchair(4, 1, 1), &never(), "R3", &["22....", "11XXXX"]);
}

#[test]
fn nobody_in_a_wheelchair_is_left_without_company() {
    // The nearest place has nobody beside it; the next one has.
    let hall = Hall::drawn(&["WX..XX", "WX.XXX", "XXXXXX", "W..XXX"]);
    check(
        &hall,
        &wheelchair(2, 1, 0),
        &last_resort(),
        "R2",
        &["WX..XX", "WX.XXX", "XXXXXX", "11.XXX"],
    );
    check(&hall, &wheelchair(3, 1, 0), &never(), "R1", &["WX..XX", "WX.XXX", "XXXXXX", "111XXX"]);
    let hall = Hall::drawn(&["WX..XX"]);
    refused(&hall, &wheelchair(3, 1, 0), &last_resort(), 1, false);
}

#[test]
fn somebody_sits_beside_the_wheelchair_when_not_all_can() {
    let hall = Hall::drawn(&["..XXXX", "W.XXXX"]);
    check(&hall, &wheelchair(4, 1, 0), &never(), "R3", &["22XXXX", "11XXXX"]);
    refused(&Hall::drawn(&["..X", "W.X"]), &wheelchair(3, 1, 0), &last_resort(), 2, true);
}

#[test]
fn released_seats_are_seats_like_any_other_and_their_sale_is_flagged() {
    let mut hall = Hall::drawn(&["WC.."]);
    let layout = hall.layout.clone();
    hall.layout = layout.releasing(&SeatSet::of(4, [SeatNo(0), SeatNo(1)]));
    check(&hall, &Request::of(4), &never(), "R1", &["1111"]);
    let seats = [SeatNo(1), SeatNo(2)];
    assert_eq!(flagged(&hall.layout, &seats, 0), [SeatNo(1)]);
    assert_eq!(flagged(&hall.layout, &seats, 1), []);
    check(&hall, &wheelchair(2, 1, 1), &never(), "R1", &["11.."]);
    hall.layout = layout.releasing(&SeatSet::of(4, [SeatNo(1)]));
    check(&hall, &Request::of(3), &never(), "R1", &["W111"]);
}

#[test]
fn accessible_seats_are_released_only_when_all_others_are_gone() {
    let mut plan = Hall::drawn(&["WC.B", "W.BB"]).plan;
    plan.zones.push(usher_rules::plan::Zone::default());
    for seat in &mut plan.seats[4..] {
        seat.zone = 1;
    }
    plan.blocks[1].zone = 1;
    let layout = usher_rules::seat::Layout::of(&plan);
    let unsold = |seats: &[u32]| SeatSet::of(8, seats.iter().map(|no| SeatNo(*no)));
    let released = |seats: &[u32], by| releasable(&layout, &unsold(seats), by);
    let (house, zone, category) = (Release::House, Release::Zone, Release::Category);
    assert_eq!(released(&[0, 1, 4, 7], house), []);
    assert_eq!(released(&[0, 1, 4], house), [SeatNo(0), SeatNo(1), SeatNo(4)]);
    assert_eq!(released(&[0, 1, 4, 7], zone), [SeatNo(0), SeatNo(1)]);
    assert_eq!(released(&[0, 1, 4, 2], zone), [SeatNo(4)]);
    assert_eq!(released(&[0, 1, 4, 7], category), [SeatNo(0), SeatNo(1), SeatNo(4)]);
    assert_eq!(released(&[0, 1, 4, 2], category), []);
}
