//! Where the printed name of a row stands: one step beyond the ends that the file asks for.
//!
//! Only for drawing. Never judges what a row is. Next: `plan/original.rs` for the file's wish.

use super::original::{Mark, RowObject};
use super::{Point, RowMark, Seat, block};

/// Distance from a lone seat's middle to its row name, in radii.
const LONE_RADII: f64 = 2.6;

/// The names of all rows that want to be seen, in import order.
pub(super) fn of(rows: &[RowObject], seats: &[Seat]) -> Vec<RowMark> {
    let mut marks = Vec::new();
    for row in rows.iter().filter(|row| !row.number.is_empty() && !row.seats.is_empty()) {
        let seats = &seats[row.seats.clone()];
        let (start, end) = ends(row.mark, seats);
        let mark = |at| RowMark { at, text: row.number.clone(), zone: row.zone };
        marks.extend(start.then(|| mark(beyond(seats, true))));
        marks.extend(end.then(|| mark(beyond(seats, false))));
    }
    marks
}

/// At the first seat? At the last one?
fn ends(mark: Mark, seats: &[Seat]) -> (bool, bool) {
    let x = |seat: Option<&Seat>| seat.map(|seat| seat.x);
    let left_first = x(seats.first()) <= x(seats.last());
    match mark {
        Mark::Nowhere => (false, false),
        Mark::Start => (true, false),
        Mark::End => (false, true),
        Mark::Both => (true, true),
        Mark::Left => (left_first, !left_first),
        Mark::Right => (!left_first, left_first),
    }
}

/// One usual step beyond the first or the last seat, along the row.
fn beyond(seats: &[Seat], first: bool) -> Point {
    let last = seats.len() - 1;
    let (tip, inner) = if first { (0, 1.min(last)) } else { (last, last.saturating_sub(1)) };
    let (tip, inner) = (&seats[tip], &seats[inner]);
    let (x, y) = (f64::from(tip.x - inner.x), f64::from(tip.y - inner.y));
    let length = (x * x + y * y).sqrt();
    let step = block::median_step(seats).unwrap_or(LONE_RADII * f64::from(tip.radius));
    let side = if first { -1.0 } else { 1.0 };
    let (x, y) = if length > 0.0 { (x / length, y / length) } else { (side, 0.0) };
    Point { x: tip.x + (x * step).round() as i32, y: tip.y + (y * step).round() as i32 }
}
