//! Houses of any size, drawn in rows of a hundred as the published plan format has them.
//!
//! For figures that depend on the number of seats and on nothing else. Never a house one would
//! build. Next: `trade.rs`.

use std::fmt::Write;

/// Seats of a row in a house of more than a few.
const ROW_SEATS: usize = 40;
const LARGE_ROW_SEATS: usize = 100;
/// Houses from this size on have the longer rows.
const LARGE: usize = 10_000;
/// Distance of seats and of rows.
const STEP: usize = 10;

/// A plan of so many seats, as JSON; every character counts at a hundred thousand.
pub fn house(seats: usize) -> Vec<u8> {
    let long = if seats >= LARGE { LARGE_ROW_SEATS } else { ROW_SEATS };
    let (width, height) = ((long + 2) * STEP, (seats / long + 3) * STEP);
    let mut text =
        format!(r##"{{"name":"House of {seats}","size":{{"width":{width},"height":{height}}},"##);
    text.push_str(r##""categories":[{"name":"A","color":"#33415c"}],"##);
    text.push_str(r#""zones":[{"name":"S","zone_id":"S","position":{"x":0,"y":0},"rows":["#);
    for first in (0..seats).step_by(long) {
        let row = first / long + 1;
        let comma = if first == 0 { "" } else { "," };
        let y = row * STEP;
        // Writing to memory cannot fail.
        let _ =
            write!(text, r#"{comma}{{"row_number":"{row}","position":{{"x":0,"y":{y}}},"seats":["#);
        for seat in first..seats.min(first + long) {
            let comma = if seat == first { "" } else { "," };
            let (guid, number) = (guid(seat + 36), seat % long + 1);
            let x = number * STEP;
            let _ = write!(text, r#"{comma}{{"seat_guid":"{guid}","seat_number":"{number}","#);
            let _ = write!(text, r#""position":{{"x":{x},"y":0}},"category":"A"}}"#);
        }
        text.push_str("]}");
    }
    text.push_str("]}]}");
    text.into_bytes()
}

/// The overlay of such a house: everybody looks at the middle of the first row's front. Without a
/// focal point every seat would be as good as any other, and no search could end early.
pub fn focal_point(seats: usize) -> Vec<u8> {
    let long = if seats >= LARGE { LARGE_ROW_SEATS } else { ROW_SEATS };
    let x = (long + 1) * STEP / 2;
    format!(r#"{{"version":1,"focal_point":{{"x":{x},"y":0}}}}"#).into_bytes()
}

/// A short name; from 36 on of two signs at least, as the format wants them.
fn guid(mut n: usize) -> String {
    let mut digits = Vec::new();
    loop {
        digits.extend(char::from_digit((n % 36) as u32, 36));
        n /= 36;
        if n == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_rules::plan::import::{ImportOptions, import};

    #[test]
    fn a_house_has_as_many_seats_as_it_was_asked_for() {
        for seats in [1_000, 1_010, 10_000, 100_000] {
            let options = ImportOptions { rekey_duplicates: false };
            let overlay = focal_point(seats);
            let imported = import(&house(seats), Some(&overlay), options).unwrap();
            assert_eq!(imported.plan.seats.len(), seats);
            assert!(imported.plan.seats[0].cost > imported.plan.seats[10].cost);
        }
    }
}
