//! Tables by chairs and tables sold whole (domain 4.4).
//!
//! Houses are drawn by `hall.rs`; never a random one. Next: `properties.rs`.

use crate::hall::{Hall, alone, check, last_resort, never, refused, split};
use usher_rules::id::CategoryNo;
use usher_rules::seat::Request;

#[test]
fn a_party_sits_round_the_corner_of_a_ring() {
    let hall = Hall::drawn(&["(..XX..)"]);
    check(&hall, &Request::of(4), &never(), "R1", &["(11XX11)"]);
    refused(&hall, &Request::of(3), &never(), 2, false);
    // Of the two ways to leave one chair the cheaper three chairs win.
    check(&hall, &Request::of(3), &last_resort(), "R2", &["(11XX.1)"]);
}

#[test]
fn chairs_of_two_tables_are_not_side_by_side() {
    let hall = Hall::drawn(&["(XX..)(..XX)"]);
    refused(&hall, &Request::of(4), &last_resort(), 2, true);
    check(&hall, &split(4), &never(), "R3", &["(XX11)(22XX)"]);
}

#[test]
fn the_two_ends_of_one_leftover_arc_are_one_single() {
    let hall = Hall::drawn(&["(....)"]);
    let found = hall.best(&Request::of(3), &last_resort()).unwrap();
    assert_eq!(found.new_singles, 1);
}

#[test]
fn a_table_sold_whole_goes_to_a_party_of_its_size_only() {
    let hall = Hall::drawn(&["[....]", "......"]);
    check(&hall, &Request::of(4), &never(), "R1", &["[1111]", "......"]);
    check(&hall, &Request::of(3), &never(), "R1", &["[....]", "111..."]);
    check(&hall, &Request::of(6), &never(), "R1", &["[....]", "111111"]);
    let hall = Hall::drawn(&["[...X]", "..XX"]);
    refused(&hall, &Request::of(4), &last_resort(), 2, false);
}

#[test]
fn tables_sold_whole_are_no_part_of_a_split_party() {
    let hall = Hall::drawn(&["[....]", "..X.."]);
    refused(&hall, &alone(6), &last_resort(), 4, false);
    check(&hall, &Request { allow_split: true, ..alone(4) }, &never(), "R1", &["[1111]", "..X.."]);
}

#[test]
fn a_party_may_sit_in_several_arcs_of_one_table() {
    // Every other chair is of another category: no chair is gone, and no two are side by side.
    let hall = Hall::drawn(&["(.B.B)"]);
    let request = Request { categories: Some(vec![CategoryNo(0)]), ..alone(2) };
    check(&hall, &request, &last_resort(), "R5", &["(1B2B)"]);
    refused(&hall, &request, &never(), 1, false);
}
