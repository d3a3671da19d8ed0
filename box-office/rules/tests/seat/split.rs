//! Parties in parts (domain 4.3, R3 to R5; feature A4).
//!
//! Houses are drawn by `hall.rs`; never a random one. Next: `choice.rs`.

use crate::hall::{Hall, alone, check, last_resort, never, refused, split};
use usher_rules::seat::Request;

#[test]
fn a_party_is_split_only_when_it_allows_it() {
    let hall = Hall::drawn(&["..|.."]);
    refused(&hall, &Request::of(4), &never(), 2, true);
    check(&hall, &split(4), &never(), "R3", &["11|22"]);
}

#[test]
fn a_party_that_fits_together_is_never_split() {
    let hall = Hall::drawn(&["..|..|XX", "XXXX...."]);
    check(&hall, &alone(4), &never(), "R1", &["..|..|XX", "XXXX1111"]);
}

#[test]
fn parts_are_as_equal_as_they_can_be() {
    let hall = Hall::drawn(&["...|...|..."]);
    check(&hall, &split(6), &never(), "R3", &["111|222|..."]);
    check(&hall, &split(5), &last_resort(), "R4", &["111|22.|..."]);
    let hall = Hall::drawn(&["....|X..X"]);
    check(&hall, &split(6), &never(), "R3", &["1111|X22X"]);
}

#[test]
fn nobody_sits_alone_unless_the_party_allows_it() {
    let hall = Hall::drawn(&["XX..|X.X"]);
    refused(&hall, &split(3), &never(), 2, true);
    check(&hall, &alone(3), &never(), "R5", &["XX11|X2X"]);
    let hall = Hall::drawn(&["X.X.X.X"]);
    check(&hall, &alone(2), &never(), "R5", &["X1X2X.X"]);
}

#[test]
fn a_single_is_left_only_as_a_last_resort() {
    let hall = Hall::drawn(&["...|..."]);
    refused(&hall, &split(4), &never(), 3, true);
    check(&hall, &split(4), &last_resort(), "R4", &[".11|22."]);
    // Somebody alone saves the seats beside: three here and one there.
    check(&hall, &alone(4), &never(), "R5", &["111|2.."]);
}

#[test]
fn parts_are_near_each_other_even_if_that_is_dearer() {
    // The cheapest two pairs are five rows apart.
    let rows = ["..XXXX", "XXXXXX", "XXXXXX", "XXXXXX", "..XXXX", "..XXXX"];
    let hall = Hall::with_costs(&rows, |row, _| if row == 0 { 0 } else { 10 });
    let picture = ["..XXXX", "XXXXXX", "XXXXXX", "XXXXXX", "11XXXX", "22XXXX"];
    check(&hall, &split(4), &never(), "R3", &picture);
}

#[test]
fn parts_far_from_each_other_are_better_than_none_and_better_than_more() {
    let rows = ["..X", "XXX", "XXX", "XXX", "..X"];
    let picture = ["11X", "XXX", "XXX", "XXX", "22X"];
    check(&Hall::drawn(&rows), &split(4), &never(), "R3", &picture);
    let rows = ["....XXXX", "XXXXXXXX", "XXXXXXXX", "XXXXXXXX", "..X..X.."];
    let picture = ["1111XXXX", "XXXXXXXX", "XXXXXXXX", "XXXXXXXX", "22X..X.."];
    check(&Hall::drawn(&rows), &split(6), &never(), "R3", &picture);
}

#[test]
fn more_than_two_parts_are_taken_when_two_do_not_do() {
    let hall = Hall::drawn(&["..X..X..X.."]);
    check(&hall, &split(6), &never(), "R3", &["11X22X33X.."]);
    check(&hall, &split(8), &never(), "R3", &["11X22X33X44"]);
}

#[test]
fn two_parts_in_one_run_are_judged_together() {
    // Two pairs of the category with a seat of the other between them: taking both strands it.
    let hall = Hall::drawn(&["..B.."]);
    let request = Request { categories: Some(vec![usher_rules::id::CategoryNo(0)]), ..split(4) };
    refused(&hall, &request, &never(), 2, false);
    check(&hall, &request, &last_resort(), "R4", &["11B22"]);
    let hall = Hall::drawn(&["..BB.."]);
    check(&hall, &request, &never(), "R3", &["11BB22"]);
}

#[test]
fn a_single_less_is_worth_a_part_further_away() {
    let rows = ["...", "...", "XXX", "XXX", "XXX", "XXX", "..X"];
    let picture = ["11.", "...", "XXX", "XXX", "XXX", "XXX", "22X"];
    check(&Hall::drawn(&rows), &split(4), &last_resort(), "R4", &picture);
}
