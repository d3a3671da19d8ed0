//! Blocks: where rows are cut and what is joined (domain 3.2.5).
//!
//! Rows are drawn with a step of 25 units, so that 40 is exactly 1.6 steps. Cuts and joins by
//! hand are not here. Next: `overlay.rs`.

use super::*;
use usher_rules::plan::block::PIECES_MAX;

/// A row object with this number: seats `name-1`, `name-2`, ... at these places.
fn piece(number: &str, name: &str, places: &[(f64, f64)]) -> Value {
    let seats = places.iter().zip(1..).map(|((x, y), no)| seat(&format!("{name}-{no}"), *x, *y));
    row(number, seats.collect())
}

fn blocks_of(rows: &[Value]) -> Vec<String> {
    blocks(&accepted(&hall(rows)).plan)
}

#[test]
fn a_step_of_1_6_medians_is_no_aisle_and_one_more_hundredth_is() {
    let with = |gap: f64| {
        let xs = [0.0, 25.0, 50.0, 50.0 + gap, 75.0 + gap];
        blocks_of(&[line("A", 100.0, &xs)])
    };
    assert_eq!(with(40.0), ["A-1 A-2 A-3 A-4 A-5"]);
    assert_eq!(with(40.01), ["A-1 A-2 A-3", "A-4 A-5"]);
}

#[test]
fn steps_are_measured_along_curves() {
    let arc: Vec<(f64, f64)> = (0..12)
        .map(|no| {
            let angle = f64::from(no) * 0.1 + if no > 5 { 0.12 } else { 0.0 };
            (300.0 * angle.sin(), 300.0 * angle.cos())
        })
        .collect();
    let cut = blocks_of(&[piece("A", "A", &arc)]);
    assert_eq!(cut, ["A-1 A-2 A-3 A-4 A-5 A-6", "A-7 A-8 A-9 A-10 A-11 A-12"]);
}

#[test]
fn two_seats_are_one_block_however_far_apart() {
    assert_eq!(blocks_of(&[line("A", 100.0, &[0.0, 500.0])]), ["A-1 A-2"]);
}

#[test]
fn seats_on_one_spot_are_one_block() {
    assert_eq!(blocks_of(&[line("A", 100.0, &[9.0, 9.0, 9.0])]), ["A-1 A-2 A-3"]);
}

#[test]
fn pieces_of_a_row_are_joined_when_their_ends_are_near() {
    let with = |gap: f64| {
        let left = piece("A", "L", &[(0.0, 100.0), (25.0, 100.0), (50.0, 100.0)]);
        let right = piece("A", "R", &[(50.0 + gap, 100.0), (75.0 + gap, 100.0)]);
        blocks_of(&[left, right])
    };
    assert_eq!(with(25.0), ["L-1 L-2 L-3 R-1 R-2"]);
    assert_eq!(with(40.0), ["L-1 L-2 L-3 R-1 R-2"]);
    assert_eq!(with(40.01), ["L-1 L-2 L-3", "R-1 R-2"]);
}

#[test]
fn the_smaller_step_of_two_pieces_decides() {
    let narrow = piece("A", "N", &[(0.0, 100.0), (20.0, 100.0)]);
    let wide = piece("A", "W", &[(55.0, 100.0), (95.0, 100.0)]);
    assert_eq!(blocks_of(&[narrow, wide]), ["N-1 N-2", "W-1 W-2"]);
}

#[test]
fn a_turn_of_30_degrees_is_joined_and_of_31_is_not() {
    let with = |degrees: f64| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let bent: Vec<(f64, f64)> = (1..4)
            .map(|no| (50.0 + 25.0 * f64::from(no) * cos, 100.0 + 25.0 * f64::from(no) * sin))
            .collect();
        let straight = piece("A", "S", &[(0.0, 100.0), (25.0, 100.0), (50.0, 100.0)]);
        blocks_of(&[straight, piece("A", "B", &bent)]).len()
    };
    assert_eq!((with(29.9), with(-29.9)), (1, 1));
    assert_eq!((with(31.0), with(-31.0)), (2, 2));
}

#[test]
fn pieces_behind_one_another_are_not_side_by_side() {
    let front = piece("A", "F", &[(0.0, 100.0), (25.0, 100.0), (50.0, 100.0)]);
    let back = piece("A", "B", &[(50.0, 125.0), (75.0, 125.0), (100.0, 125.0)]);
    assert_eq!(blocks_of(&[front, back]).len(), 2);
}

#[test]
fn pieces_are_joined_whichever_way_each_was_drawn() {
    let left = [(0.0, 100.0), (25.0, 100.0)];
    let right = [(50.0, 100.0), (75.0, 100.0)];
    let turned = |places: [(f64, f64); 2]| [places[1], places[0]];
    let join = |a: [(f64, f64); 2], b: [(f64, f64); 2]| {
        blocks_of(&[piece("A", "L", &a), piece("A", "R", &b)]).concat()
    };
    assert_eq!(join(left, right), "L-1 L-2 R-1 R-2");
    assert_eq!(join(left, turned(right)), "L-1 L-2 R-2 R-1");
    assert_eq!(join(turned(left), right), "R-2 R-1 L-1 L-2");
    assert_eq!(join(turned(left), turned(right)), "R-1 R-2 L-1 L-2");
}

#[test]
fn only_pieces_of_one_zone_and_row_number_are_joined() {
    let left = piece("A", "L", &[(0.0, 100.0), (25.0, 100.0)]);
    let other = piece("B", "R", &[(50.0, 100.0), (75.0, 100.0)]);
    assert_eq!(blocks_of(&[left.clone(), other]).len(), 2);
    let mut plan = hall(&[left]);
    let right = piece("A", "R", &[(50.0, 100.0), (75.0, 100.0)]);
    plan["zones"].as_array_mut().unwrap().push(zone("Circle", &[right]));
    assert_eq!(accepted(&plan).plan.blocks.len(), 2);
}

#[test]
fn three_pieces_become_one_block_where_the_first_stood() {
    let middle = piece("A", "M", &[(50.0, 100.0), (75.0, 100.0)]);
    let between = piece("B", "B", &[(0.0, 200.0), (25.0, 200.0)]);
    let right = piece("A", "R", &[(100.0, 100.0), (125.0, 100.0)]);
    let left = piece("A", "L", &[(0.0, 100.0), (25.0, 100.0)]);
    let blocks = blocks_of(&[middle, between, right, left]);
    assert_eq!(blocks, ["L-1 L-2 M-1 M-2 R-1 R-2", "B-1 B-2"]);
}

#[test]
fn a_lone_seat_joins_the_row_it_continues() {
    let row_of = piece("A", "R", &[(0.0, 100.0), (25.0, 100.0), (50.0, 100.0)]);
    let lone = piece("A", "S", &[(75.0, 100.0)]);
    assert_eq!(blocks_of(&[lone.clone(), row_of.clone()]), ["R-1 R-2 R-3 S-1"]);
    let before = piece("A", "P", &[(-25.0, 100.0)]);
    assert_eq!(blocks_of(&[before, row_of.clone()]), ["P-1 R-1 R-2 R-3"]);
    let beyond = piece("A", "T", &[(100.0, 100.0), (125.0, 100.0)]);
    assert_eq!(blocks_of(&[row_of, lone, beyond]), ["R-1 R-2 R-3 S-1 T-1 T-2"]);
}

#[test]
fn two_lone_seats_have_no_step_and_stay_apart() {
    let left = piece("A", "L", &[(0.0, 100.0)]);
    let right = piece("A", "R", &[(25.0, 100.0)]);
    assert_eq!(blocks_of(&[left, right]).len(), 2);
}

#[test]
fn pieces_that_meet_in_a_circle_keep_one_opening() {
    let ring = |from: i32, to: i32| -> Vec<(f64, f64)> {
        let place = |no: i32| (f64::from(no) * 10.0).to_radians().sin_cos();
        (from..to).map(place).map(|(sin, cos)| (300.0 + 100.0 * sin, 300.0 + 100.0 * cos)).collect()
    };
    let blocks = blocks_of(&[piece("A", "L", &ring(0, 18)), piece("A", "R", &ring(18, 36))]);
    assert_eq!(blocks.len(), 1);
    assert_eq!(blocks[0].split(' ').count(), 36);
}

#[test]
fn a_row_in_too_many_pieces_is_left_unjoined_and_named() {
    let pieces = |count: usize| {
        let rows: Vec<Value> = (0..count)
            .map(|no| {
                let x = no as f64 * 50.0;
                piece("A", &no.to_string(), &[(x, 100.0), (x + 25.0, 100.0)])
            })
            .collect();
        let mut plan = hall(&rows);
        for (no, row) in plan["zones"][0]["rows"].as_array_mut().unwrap().iter_mut().enumerate() {
            row["row_label"] = json!(format!("A {no}"));
        }
        accepted(&plan)
    };
    assert_eq!(pieces(PIECES_MAX).plan.blocks.len(), 1);
    let imported = pieces(PIECES_MAX + 1);
    assert_eq!(imported.plan.blocks.len(), PIECES_MAX + 1);
    assert_eq!(codes(&imported.report.warnings), ["TooManyPieces"]);
}

#[test]
fn rows_without_seats_make_no_blocks() {
    let imported = accepted(&hall(&[row("A", vec![]), line("B", 100.0, &[0.0, 25.0])]));
    assert_eq!(imported.report.rows, 2);
    assert_eq!(blocks(&imported.plan), ["B-1 B-2"]);
}
