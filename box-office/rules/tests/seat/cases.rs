//! The worked cases of domain 4.6, features A3 and A4, and both sides of every setting.
//!
//! Houses are drawn by `hall.rs`; never a random one. Next: `split.rs`.

use crate::hall::{Hall, alone, check, last_resort, never, refused, split};
use usher_rules::at::{At, Span};
use usher_rules::house::Relax;
use usher_rules::id::CategoryNo;
use usher_rules::plan::{Plan, Seat};
use usher_rules::seat::{
    Layout, NoSeats, PARTY_MAX, Request, SeatSet, SingleRule, last_resort as yields,
};

fn ask(party: u8) -> Request {
    Request::of(party)
}

#[test]
fn four_move_on_from_a_run_of_five_to_one_of_six() {
    let hall = Hall::drawn(&[".....", "......"]);
    for rule in [last_resort(), never()] {
        check(&hall, &ask(4), &rule, "R1", &[".....", "1111.."]);
    }
}

#[test]
fn four_in_five_is_a_last_resort() {
    let hall = Hall::drawn(&["....."]);
    check(&hall, &ask(4), &last_resort(), "R2", &["1111."]);
    refused(&hall, &ask(4), &never(), 3, false);
}

#[test]
fn a_pair_in_two_runs_of_three_leaves_a_single_either_way() {
    let hall = Hall::drawn(&["...", "..."]);
    check(&hall, &ask(2), &last_resort(), "R2", &["11.", "..."]);
    refused(&hall, &ask(2), &never(), 1, true);
}

#[test]
fn one_person_fills_a_single_that_was_there() {
    for rule in [last_resort(), never()] {
        check(&Hall::drawn(&["X.X"]), &ask(1), &rule, "R1", &["X1X"]);
        check(&Hall::drawn(&["XX|.X"]), &ask(1), &rule, "R1", &["XX|1X"]);
    }
}

#[test]
fn one_person_leaves_a_pair_of_seats_alone_while_anything_clean_is_left() {
    let hall = Hall::drawn(&["X..X", "X...X"]);
    check(&hall, &ask(1), &last_resort(), "R1", &["X..X", "X1..X"]);
    check(&Hall::drawn(&["X..X"]), &ask(1), &last_resort(), "R2", &["X1.X"]);
    refused(&Hall::drawn(&["X..X"]), &ask(1), &never(), 0, false);
}

#[test]
fn one_person_in_three_takes_an_end_and_never_the_middle() {
    // The middle is the cheapest by far.
    let hall = Hall::with_costs(&["X...X"], |_, column| column.abs_diff(2) * 50);
    for rule in [last_resort(), never()] {
        check(&hall, &ask(1), &rule, "R1", &["X1..X"]);
    }
}

#[test]
fn three_are_not_seated_across_an_aisle() {
    let hall = Hall::drawn(&["..|.."]);
    refused(&hall, &ask(3), &last_resort(), 2, true);
}

#[test]
fn the_third_pair_leaves_a_run_of_seven_for_another_row() {
    let first = Hall::drawn(&[".......", "....."]);
    check(&first, &ask(2), &last_resort(), "R1", &["11.....", "....."]);
    let second = Hall::drawn(&["XX.....", "....."]);
    check(&second, &ask(2), &last_resort(), "R1", &["XX11...", "....."]);
    let third = Hall::drawn(&["XXXX...", "....."]);
    check(&third, &ask(2), &last_resort(), "R1", &["XXXX...", "11..."]);
}

#[test]
fn a_seat_of_another_category_is_stranded_too() {
    let hall = Hall::drawn(&["..BX"]);
    let request = Request { categories: Some(vec![CategoryNo(0)]), ..ask(2) };
    check(&hall, &request, &last_resort(), "R2", &["11BX"]);
    refused(&hall, &request, &never(), 1, false);
}

#[test]
fn a_seat_kept_for_members_is_not_stranded_by_the_public() {
    let hall = Hall::drawn(&["..M"]);
    check(&hall, &ask(2), &never(), "R1", &["11M"]);
}

#[test]
fn a_member_may_take_what_is_kept_for_members() {
    let mut hall = Hall::drawn(&["...MX"]);
    hall.takeable = SeatSet::full(hall.layout.seats);
    hall.takeable.remove(usher_rules::id::SeatNo(4));
    check(&hall, &ask(2), &never(), "R1", &["..11X"]);
}

#[test]
fn more_seats_for_a_cart_stand_beside_its_own() {
    let hall = Hall::drawn(&["OOO..X"]);
    check(&hall, &ask(2), &never(), "R1", &["OOO11X"]);
    // Nearer seats elsewhere do not part the party.
    let hall = Hall::drawn(&["....", "OOO..X"]);
    check(&hall, &ask(2), &never(), "R1", &["....", "OOO11X"]);
    // A single saved counts more than sitting beside one's own.
    let hall = Hall::drawn(&["....", "OOO...X"]);
    check(&hall, &ask(2), &last_resort(), "R1", &["11..", "OOO...X"]);
}

#[test]
fn a_single_beside_a_wheelchair_place_counts() {
    let hall = Hall::drawn(&["....W"]);
    check(&hall, &ask(3), &last_resort(), "R2", &["111.W"]);
    refused(&hall, &ask(3), &never(), 2, false);
}

#[test]
fn a_ring_of_six_seats_four_or_six_cleanly_and_five_at_last_resort() {
    let hall = Hall::drawn(&["(......)"]);
    check(&hall, &ask(4), &never(), "R1", &["(1111..)"]);
    check(&hall, &ask(6), &never(), "R1", &["(111111)"]);
    check(&hall, &ask(5), &last_resort(), "R2", &["(11111.)"]);
    refused(&hall, &ask(5), &never(), 4, false);
}

#[test]
fn a_held_seat_is_taken_however_soon_its_hold_ends() {
    // The rules are handed no time of expiry: until somebody releases it, `X` is `X`.
    let hall = Hall::drawn(&[".X."]);
    refused(&hall, &ask(2), &last_resort(), 1, true);
    check(&hall, &ask(1), &never(), "R1", &["1X."]);
}

#[test]
fn a_party_of_four_stays_in_the_centre_of_three_six_three() {
    // The sides are nearer here, and still a party of four is never cut by an aisle (A4).
    let hall = Hall::drawn(&["...|......|..."]);
    for rule in [last_resort(), never()] {
        check(&hall, &ask(4), &rule, "R1", &["...|1111..|..."]);
    }
    let hall = Hall::drawn(&["...|XXXXXX|..."]);
    refused(&hall, &ask(4), &last_resort(), 3, true);
    check(&hall, &split(4), &last_resort(), "R4", &[".11|XXXXXX|22."]);
}

#[test]
fn one_in_three_is_seated_without_leaving_one() {
    check(&Hall::drawn(&["..."]), &ask(1), &never(), "R1", &["1.."]);
}

#[test]
fn a_better_row_never_costs_a_single() {
    let hall = Hall::drawn(&["XX...XX", "XXXXXXX", "XX..XXX"]);
    check(&hall, &ask(2), &last_resort(), "R1", &["XX...XX", "XXXXXXX", "XX11XXX"]);
}

#[test]
fn keeping_the_party_together_beats_saving_a_single() {
    let hall = Hall::drawn(&["..|..", "....."]);
    check(&hall, &alone(4), &last_resort(), "R2", &["..|..", "1111."]);
    check(&hall, &alone(4), &never(), "R3", &["11|..", "22..."]);
}

#[test]
fn a_house_without_enough_seats_says_how_many_are_left() {
    let hall = Hall::drawn(&["X.X.X"]);
    let refusal = hall.best(&alone(3), &last_resort());
    assert_eq!(refusal, Err(NoSeats::SoldOut { left: 2 }));
    refused(&hall, &ask(2), &last_resort(), 1, true);
    let nobody = Hall::drawn(&["XXX"]).best(&ask(1), &last_resort());
    assert_eq!(nobody, Err(NoSeats::SoldOut { left: 0 }));
}

#[test]
fn only_the_categories_and_the_zone_asked_for_are_offered() {
    let hall = Hall::drawn(&["...", "BBB"]);
    let request = Request { categories: Some(vec![CategoryNo(1)]), ..ask(3) };
    check(&hall, &request, &never(), "R1", &["...", "111"]);
    let unknown = Request { categories: Some(vec![CategoryNo(7)]), ..ask(1) };
    assert_eq!(hall.best(&unknown, &never()), Err(NoSeats::SoldOut { left: 0 }));
    let elsewhere = Request { zone: Some(1), ..ask(1) };
    assert_eq!(hall.best(&elsewhere, &never()), Err(NoSeats::SoldOut { left: 0 }));
}

#[test]
fn seats_of_a_category_that_is_not_for_sale_are_never_offered() {
    let mut plan = Hall::drawn(&["..BB"]).plan;
    plan.categories[1].not_for_sale = true;
    let mut hall = Hall::drawn(&["..BB"]);
    hall.layout = Layout::of(&plan);
    check(&hall, &ask(2), &never(), "R1", &["11BB"]);
    refused_or_sold_out(&hall, 3);
}

fn refused_or_sold_out(hall: &Hall, party: u8) {
    let refusal = hall.best(&ask(party), &last_resort());
    assert_eq!(refusal, Err(NoSeats::SoldOut { left: 2 }));
}

#[test]
fn the_shortest_leftover_is_a_setting() {
    let hall = Hall::drawn(&["....."]);
    let rule = |min_leftover| SingleRule { min_leftover, ..never() };
    check(&hall, &ask(4), &rule(1), "R1", &["1111."]);
    check(&hall, &ask(3), &rule(2), "R1", &["111.."]);
    refused(&hall, &ask(3), &rule(3), 2, false);
    check(&hall, &ask(2), &rule(3), "R1", &["11..."]);
}

#[test]
fn a_single_at_an_aisle_counts_unless_the_venue_allows_it() {
    let hall = Hall::drawn(&[".....|X"]);
    let allowed = SingleRule { aisle_single_ok: true, ..never() };
    check(&hall, &ask(4), &allowed, "R1", &["1111.|X"]);
    let between = Hall::drawn(&["X.....X"]);
    refused(&between, &ask(4), &allowed, 3, false);
}

#[test]
fn packing_prefers_a_run_end_and_then_an_exact_fill() {
    let centre = |_: u32, column: u32| 100 + column.abs_diff(4);
    let rule = |pack_slack_percent| SingleRule { pack_slack_percent, ..never() };
    let hall = Hall::with_costs(&["........."], centre);
    check(&hall, &ask(2), &rule(0), "R1", &["...11...."]);
    check(&hall, &ask(2), &rule(5), "R1", &["11......."]);
    // Three per cent is the least that reaches the end here; two and a half do not.
    check(&hall, &ask(2), &rule(2), "R1", &["...11...."]);
    let hall = Hall::with_costs(&["....X..X.."], centre);
    check(&hall, &ask(2), &rule(0), "R1", &["..11X..X.."]);
    check(&hall, &ask(2), &rule(5), "R1", &["....X11X.."]);
}

#[test]
fn second_pass_seats_wait_for_the_next_table() {
    // A pair gets 1-2 and the next pair goes to the next table; four get all of it (domain 4.4).
    let hall = Hall::drawn(&["..##|..##"]);
    check(&hall, &ask(2), &never(), "R1", &["11##|..##"]);
    let hall = Hall::drawn(&["XX##|..##"]);
    check(&hall, &ask(2), &never(), "R1", &["XX##|11##"]);
    let hall = Hall::drawn(&["XX##|XX##"]);
    check(&hall, &ask(2), &never(), "R1", &["XX11|XX##"]);
    check(&Hall::drawn(&["..##|..##"]), &ask(4), &never(), "R1", &["1111|..##"]);
}

#[test]
fn second_pass_seats_beside_ones_own_are_not_a_second_pass() {
    let hall = Hall::drawn(&["OO##|..##"]);
    check(&hall, &ask(2), &never(), "R1", &["OO11|..##"]);
}

#[test]
fn relaxing_begins_at_the_share_sold_or_near_the_curtain() {
    let relax = Relax::NeverUntil { sold_ppm: 900_000, before: Span::hours(24) };
    let curtain = At(0) + Span::hours(100);
    let day_before = curtain - Span::hours(24);
    let early = At(0);
    for (taken, now, expected) in [
        (899, early, false),
        (900, early, true),
        (0, day_before, false),
        (0, day_before + Span(1), true),
        (0, curtain + Span::hours(1), true),
    ] {
        assert_eq!(yields(relax, taken, 1_000, now, curtain), expected, "{taken} {now:?}");
    }
    assert!(!yields(Relax::Never, 1_000, 1_000, curtain, curtain));
    assert!(yields(Relax::LastResort, 0, 1_000, early, curtain));
}

#[test]
fn a_party_of_nobody_and_a_party_beyond_the_sorted_sizes_get_an_answer() {
    let row = ".".repeat(PARTY_MAX + 5);
    let hall = Hall::drawn(&[row.as_str()]);
    refused(&hall, &ask(0), &never(), 0, false);
    for party in [PARTY_MAX, PARTY_MAX + 1] {
        let found = hall.best(&ask(party as u8), &never()).unwrap();
        assert_eq!(found.seats().len(), party);
    }
}

#[test]
fn an_empty_plan_is_sold_out() {
    let layout = Layout::of(&Plan { seats: Vec::<Seat>::new(), ..Plan::default() });
    let none = SeatSet::empty(0);
    let house =
        usher_rules::seat::House { layout: &layout, in_play: &none, takeable: &none, own: &[] };
    let refusal = usher_rules::seat::best(&house, &ask(1), &never());
    assert_eq!(refusal, Err(NoSeats::SoldOut { left: 0 }));
}
