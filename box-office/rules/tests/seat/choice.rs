//! Seats picked by hand and seats given back (domain 4.4, 4.5).
//!
//! Houses are drawn by `hall.rs`; never a random one. Next: `access.rs`.

use crate::hall::{Hall, last_resort, never};
use usher_rules::seat::{Mode, SingleRule, Verdict, check, may_give_up, one_fewer};

enum Then {
    Ok,
    Unavoidable,
    /// What is left alone, and what is suggested, each drawn with `1`.
    Leaves(&'static str, &'static [&'static str]),
}

/// Given a house of one or two rows, when the seats marked `1` are picked, then this verdict.
#[track_caller]
fn picked(rows: &str, picture: &str, rule: SingleRule, mode: Mode, then: Then) {
    let lines: Vec<&str> = rows.split('/').collect();
    let hall = Hall::drawn(&lines);
    let marks: Vec<&str> = picture.split('/').collect();
    let draw = |seats: &Vec<_>| hall.picture(std::slice::from_ref(seats)).join("/");
    match (check(&hall.house(), &hall.marked(&marks), &rule, mode), then) {
        (Verdict::Ok, Then::Ok) | (Verdict::OkUnavoidable, Then::Unavoidable) => {}
        (Verdict::LeavesSingle { seats, suggestions }, Then::Leaves(left, ways_out)) => {
            assert_eq!(draw(&seats), left);
            assert_eq!(suggestions.iter().map(draw).collect::<Vec<_>>(), ways_out);
        }
        (verdict, _) => assert_eq!(format!("{verdict:?}"), picture, "{rows}"),
    }
}

#[test]
fn a_clean_selection_stands() {
    for rule in [never(), last_resort()] {
        picked(".....", "111..", rule, Mode::Lenient, Then::Ok);
        picked("X.X", "X1X", rule, Mode::Strict, Then::Ok);
        picked(".....", "11111", rule, Mode::Lenient, Then::Ok);
        picked("....", "1..1", rule, Mode::Lenient, Then::Ok);
    }
}

#[test]
fn an_avoidable_single_is_refused_with_the_nearest_ways_out() {
    for rule in [never(), last_resort()] {
        for mode in [Mode::Strict, Mode::Lenient] {
            let then = Then::Leaves("1......", &["111....", "..111..", "....111"]);
            picked(".......", ".111...", rule, mode, then);
        }
    }
}

#[test]
fn the_run_decides_in_lenient_mode_and_the_category_in_strict_mode() {
    picked("...X/....", "11.X/....", last_resort(), Mode::Lenient, Then::Unavoidable);
    let then = Then::Leaves("..1X/....", &["...X/11..", "...X/..11"]);
    picked("...X/....", "11.X/....", last_resort(), Mode::Strict, then);
    picked("...X/BBBB", "11.X/BBBB", last_resort(), Mode::Strict, Then::Unavoidable);
}

#[test]
fn while_the_rule_never_yields_an_unavoidable_single_is_refused_too() {
    picked("...", "11.", never(), Mode::Lenient, Then::Leaves("..1", &[]));
    let then = Then::Leaves("..1X/....", &["...X/11..", "...X/..11"]);
    picked("...X/....", "11.X/....", never(), Mode::Lenient, then);
}

#[test]
fn a_selection_in_two_parts_is_judged_as_one() {
    // Each pair alone would be clean; together they strand the seat between.
    let then = Then::Leaves("..1....", &["1111...", "11...11", "...1111"]);
    picked(".......", "11.11..", last_resort(), Mode::Lenient, then);
}

#[test]
fn a_hole_in_a_selection_is_a_single() {
    let then = Then::Leaves(".1.1", &["11..", "1..1", "..11"]);
    picked("....", "1.1.", last_resort(), Mode::Lenient, then);
}

#[test]
fn both_parts_are_moved_when_moving_one_is_not_enough() {
    let then = Then::Leaves("..1X/..1X/....", &["...X/...X/1111"]);
    picked("...X/...X/....", "11.X/11.X/....", last_resort(), Mode::Strict, then);
}

#[test]
fn many_people_one_by_one_are_judged_like_anybody() {
    let hall = Hall::drawn(&["...."; 10]);
    let picked = hall.marked(&[".1.."; 10]);
    let verdict = check(&hall.house(), &picked, &last_resort(), Mode::Strict);
    let ends = hall.marked(&["1..."; 10]);
    assert_eq!(verdict, Verdict::LeavesSingle { seats: ends.clone(), suggestions: vec![ends] });
}

#[test]
fn seats_the_cart_has_already_are_not_moved() {
    picked("OO..X", "OO11X", never(), Mode::Lenient, Then::Ok);
    picked("OO...X", "OO11.X", last_resort(), Mode::Lenient, Then::Unavoidable);
}

#[test]
fn wheelchair_and_companion_seats_leave_no_single_and_are_not_moved() {
    picked("WC...", "11...", never(), Mode::Lenient, Then::Ok);
    let then = Then::Leaves("WC1.1", &["1C1..", "1C..1"]);
    picked("WC...", "1C.1.", last_resort(), Mode::Lenient, then);
}

#[test]
fn some_chairs_of_a_table_sold_whole_are_refused_with_all_of_them() {
    let hall = Hall::drawn(&["[....]", "...."]);
    let house = hall.house();
    let some = check(&house, &hall.marked(&["[11..]"]), &never(), Mode::Lenient);
    let all = hall.marked(&["[1111]"]);
    let seats = hall.marked(&["[..11]"]);
    assert_eq!(some, Verdict::LeavesSingle { seats, suggestions: vec![all.clone()] });
    assert_eq!(check(&house, &all, &never(), Mode::Lenient), Verdict::Ok);
    assert_eq!(hall.layout.unit(all[2]), all);
}

/// Given a cart holding the seats marked `O`, one fewer gives up the seat marked `1`.
#[track_caller]
fn gives_up(rows: &str, picture: &str) {
    let hall = Hall::drawn(&[rows]);
    let seat = one_fewer(&hall.house(), &hall.own, &never());
    assert_eq!(hall.picture(&[seat.into_iter().collect()]), [picture]);
}

#[test]
fn one_fewer_gives_up_the_end_that_leaves_no_single() {
    gives_up("OOO..X", "OO1..X");
    gives_up("X..OOOX", "X..1OOX");
    // Both ends are clean: the worse seat goes.
    gives_up("..OOO..", "..OO1..");
    // Neither is: the worse seat goes all the same.
    gives_up("XOOOX", "XOO1X");
    gives_up("XOX", "X1X");
    gives_up("...", "...");
}

#[test]
fn one_fewer_leaves_nobody_alone_if_it_can() {
    gives_up("OO..|OOO..", "OO..|OO1..");
    gives_up("OOO..|..OO", "OO1..|..OO");
}

#[test]
fn one_fewer_keeps_the_wheelchair_place_to_the_last() {
    gives_up("..OWC", "..1WC");
    let hall = Hall::drawn(&["WC"]);
    let held = hall.marked(&["11"]);
    assert_eq!(one_fewer(&hall.house(), &held, &never()), Some(held[1]));
}

/// Given a cart holding the seats marked `O`, the seat marked `1` may go, or the one marked `2`
/// is offered instead.
#[track_caller]
fn may_go(rows: &str, seat: &str, instead: Option<&str>) {
    let hall = Hall::drawn(&[rows]);
    let seat = hall.marked(&[seat])[0];
    let answer = may_give_up(&hall.house(), &hall.own, seat, &never());
    let other = answer.err().map(|other| hall.picture(&[vec![], vec![other]]).concat());
    assert_eq!(other.as_deref(), instead);
}

#[test]
fn a_middle_seat_may_go_when_the_rest_stays_clean() {
    may_go("OOO..X", "O1O..X", Some("OO2..X"));
    may_go("OOO..X", "OO1..X", None);
    let hall = Hall::drawn(&["OOO..X"]);
    let loose = SingleRule { min_leftover: 1, ..never() };
    let middle = hall.marked(&["O1O..X"])[0];
    assert_eq!(may_give_up(&hall.house(), &hall.own, middle, &loose), Ok(()));
}

#[test]
fn nobody_has_to_keep_a_seat_because_every_way_leaves_a_single() {
    may_go("XOOX", "X1OX", None);
    may_go("XOX", "X1X", None);
    // The single beside was left when the seats were taken; this seat adds none.
    may_go("X.OOO..X", "X.OO1..X", None);
    // A single that stood there before comes back.
    may_go("XO|OO..", "X1|OO..", None);
}
