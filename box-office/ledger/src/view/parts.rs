//! The parts of a large plan: zones, or stretches of rows of a zone that is too large itself.
//!
//! A part is at most as many seats as are drawn at once, so that its page stays small (ux 2).
//! The same plan version always falls into the same parts. Next: `seat_map.rs`.

use usher_rules::id::SeatNo;
use usher_rules::plan::{Plan, Point};
use usher_rules::view::seat_map::SEATS_DRAWN_MAX;

/// One part, in the plan's order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub name: String,
    pub seats: Vec<SeatNo>,
}

/// Seats of one printed row of one zone.
pub(super) struct PrintedRow {
    pub zone: u16,
    pub label: String,
    /// As the plan's row marks call it.
    pub row: String,
    pub seats: Vec<SeatNo>,
}

/// Seats by zone and printed row, zones in their order, rows as they first come.
pub(super) fn printed_rows(plan: &Plan, seats: &[SeatNo]) -> Vec<PrintedRow> {
    let mut rows: Vec<PrintedRow> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for no in seats {
        let seat = plan.seat(*no);
        let at = *known.entry((seat.zone, seat.row.as_str())).or_insert_with(|| {
            let label = seat.row_label.clone().unwrap_or_else(|| seat.row.clone());
            let row = seat.row.clone();
            rows.push(PrintedRow { zone: seat.zone, label, row, seats: Vec::new() });
            rows.len() - 1
        });
        rows[at].seats.push(*no);
    }
    rows.sort_by_key(|row| row.zone);
    rows
}

/// All parts of a plan, largest possible without exceeding what is drawn at once.
pub(super) fn parts(plan: &Plan) -> Vec<Part> {
    parts_of(plan, SEATS_DRAWN_MAX)
}

fn parts_of(plan: &Plan, seats_max: usize) -> Vec<Part> {
    let all: Vec<SeatNo> = plan.seat_nos().collect();
    let rows = printed_rows(plan, &all);
    let mut parts = Vec::new();
    for zone_rows in rows.chunk_by(|one, other| one.zone == other.zone) {
        let zone = zone_rows.first().map_or(0, |row| row.zone);
        let name = &plan.zones[usize::from(zone)].name;
        let seats: usize = zone_rows.iter().map(|row| row.seats.len()).sum();
        if seats <= seats_max {
            let seats = zone_rows.iter().flat_map(|row| row.seats.iter().copied()).collect();
            parts.push(Part { name: named(name, parts.len()), seats });
        } else {
            stretches(name, zone_rows, seats_max, &mut parts);
        }
    }
    parts
}

fn stretches(name: &str, rows: &[PrintedRow], seats_max: usize, parts: &mut Vec<Part>) {
    let mut from = 0;
    while from < rows.len() {
        let mut seats: Vec<SeatNo> = rows[from].seats.clone();
        let mut to = from + 1;
        while to < rows.len() && seats.len() + rows[to].seats.len() <= seats_max {
            seats.extend(&rows[to].seats);
            to += 1;
        }
        let (first, last) = (&rows[from].label, &rows[to - 1].label);
        let stretch = if first == last { first.clone() } else { format!("{first}–{last}") };
        for piece in seats.chunks(seats_max) {
            let name = format!("{name} {stretch}").trim().to_owned();
            parts.push(Part { name: named(&name, parts.len()), seats: piece.to_vec() });
        }
        from = to;
    }
}

/// A part without a name goes by its number.
fn named(name: &str, index: usize) -> String {
    if name.is_empty() { (index + 1).to_string() } else { name.to_owned() }
}

/// The smallest upright rectangle around points: its corner, width and height.
pub(super) fn around(points: impl Iterator<Item = Point>) -> Option<(Point, i32, i32)> {
    let bounds = points.fold(None, |bounds: Option<(Point, Point)>, point| match bounds {
        None => Some((point, point)),
        Some((low, high)) => Some((
            Point { x: low.x.min(point.x), y: low.y.min(point.y) },
            Point { x: high.x.max(point.x), y: high.y.max(point.y) },
        )),
    });
    let (low, high) = bounds?;
    Some((low, high.x.saturating_sub(low.x), high.y.saturating_sub(low.y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_rules::plan::{Seat, Zone};

    fn plan(rows: &[(u16, &str, usize)]) -> Plan {
        let zone = |name: &str| Zone { name: name.to_owned(), label: Point::default() };
        let seats = rows.iter().flat_map(|(zone, row, count)| {
            let seat = Seat { zone: *zone, row: (*row).to_owned(), ..Seat::default() };
            std::iter::repeat_n(seat, *count)
        });
        let zones = vec![zone("Stalls"), zone("")];
        Plan { zones, seats: seats.collect(), ..Plan::default() }
    }

    fn sizes(rows: &[(u16, &str, usize)]) -> Vec<(String, usize)> {
        let parts = parts_of(&plan(rows), 10);
        parts.into_iter().map(|part| (part.name, part.seats.len())).collect()
    }

    #[test]
    fn a_zone_that_can_be_drawn_is_one_part() {
        let found = sizes(&[(0, "A", 5), (0, "B", 5), (1, "A", 3)]);
        assert_eq!(found, [("Stalls".to_owned(), 10), ("2".to_owned(), 3)]);
    }

    #[test]
    fn a_larger_zone_is_cut_between_rows() {
        let found = sizes(&[(0, "A", 5), (0, "B", 5), (0, "C", 1)]);
        assert_eq!(found, [("Stalls A–B".to_owned(), 10), ("Stalls C".to_owned(), 1)]);
    }

    #[test]
    fn a_row_longer_than_a_part_is_cut_itself() {
        let found = sizes(&[(0, "A", 23)]);
        assert_eq!(found.iter().map(|(_, size)| *size).collect::<Vec<_>>(), [10, 10, 3]);
    }

    #[test]
    fn pieces_of_a_printed_row_are_one_row() {
        let plan = plan(&[(0, "A", 2), (0, "B", 2), (0, "A", 2)]);
        let all: Vec<SeatNo> = plan.seat_nos().collect();
        let rows = printed_rows(&plan, &all);
        let found: Vec<(&str, usize)> =
            rows.iter().map(|row| (row.label.as_str(), row.seats.len())).collect();
        assert_eq!(found, [("A", 4), ("B", 2)]);
    }
}
