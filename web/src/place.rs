//! Seats in words: `Stalls, row F, seats 12 to 15`.
//!
//! Only writes what the plan calls its parts; never guesses where a seat is.
//! Next: `usher_rules::view::venue::Place`.

use crate::words::Words;
use usher_rules::view::venue::Place;

/// Longest row label that is a letter or number and wants the word `row` before it.
const BARE_LABEL_CHARS_MAX: usize = 3;

/// Seats of one row, or places of one area.
struct Run<'a> {
    zone: &'a str,
    row: &'a str,
    numbers: Vec<&'a str>,
    area_count: u32,
}

/// All places in one phrase, rows joined by `and`.
pub fn phrase(places: &[Place], words: &Words) -> String {
    let runs = runs(places);
    let alone = runs.len() == 1;
    let mut zone = "";
    let mut parts = Vec::with_capacity(runs.len());
    for run in &runs {
        let named = if run.zone == zone { "" } else { run.zone };
        parts.push(run_words(run, named, alone, words));
        zone = run.zone;
    }
    join(&parts, words)
}

/// One place as a line of a list: `Stalls F 12`.
pub fn line(place: &Place, words: &Words) -> String {
    match place {
        Place::Seat { zone, row, number, .. } => {
            let bare = row.chars().count() <= BARE_LABEL_CHARS_MAX;
            let id = if bare { "place-line" } else { "place-line-box" };
            let args = [
                ("zone", zone.as_str().into()),
                ("row", row.as_str().into()),
                ("number", number.as_str().into()),
            ];
            words.tell(id, &args).trim().to_owned()
        }
        Place::Area { name, nth } => {
            words.tell("area-nth", &[("area", name.as_str().into()), ("nth", (*nth).into())])
        }
    }
}

/// Seat without its zone, for narrow columns: `F 12`.
pub fn short(place: &Place) -> String {
    match place {
        Place::Seat { row, number, .. } => format!("{row} {number}").trim().to_owned(),
        Place::Area { name, .. } => name.clone(),
    }
}

/// The two lines of a ticket: `Stalls` and `Row F, seat 12`.
pub fn ticket(place: &Place, words: &Words) -> (String, String) {
    match place {
        Place::Seat { zone, row, number, .. } => {
            let seat = words.tell("seats-one", &[("seats", number.as_str().into())]);
            let row = row_name(row, "Row-name", words);
            let seat = if row.is_empty() { seat } else { format!("{row}, {seat}") };
            (zone.clone(), seat)
        }
        Place::Area { name, nth } => {
            (name.clone(), words.tell("area-nth", &[("area", "".into()), ("nth", (*nth).into())]))
        }
    }
}

/// `row F`, or the label itself where it says what it is: `Box 3`, `Table 4`.
pub fn row_name(row: &str, id: &str, words: &Words) -> String {
    if row.is_empty() || row.chars().count() > BARE_LABEL_CHARS_MAX {
        return row.to_owned();
    }
    words.tell(id, &[("row", row.into())])
}

/// `door B`, or the name itself where it says what it is: `Garden gate`, `Studio`. Several doors
/// come as one list: `A, B`.
pub fn door_name(door: &str, id: &str, words: &Words) -> String {
    let bare = |name: &str| (1..=BARE_LABEL_CHARS_MAX).contains(&name.trim().chars().count());
    if !door.split(',').all(bare) {
        return door.to_owned();
    }
    words.tell(id, &[("door", door.into())])
}

fn runs(places: &[Place]) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for place in places {
        let (zone, row, number) = match place {
            Place::Seat { zone, row, number, .. } => (zone.as_str(), row.as_str(), Some(number)),
            Place::Area { name, .. } => (name.as_str(), "", None),
        };
        let known = runs.iter_mut().find(|run| run.zone == zone && run.row == row);
        let run = match known {
            Some(run) => run,
            None => {
                runs.push(Run { zone, row, numbers: Vec::new(), area_count: 0 });
                runs.last_mut().expect("just pushed")
            }
        };
        match number {
            Some(number) => run.numbers.push(number),
            None => run.area_count += 1,
        }
    }
    runs
}

/// One run; `zone` is empty where the run before it had the same.
fn run_words(run: &Run<'_>, zone: &str, alone: bool, words: &Words) -> String {
    if run.area_count > 0 {
        let count = words.tell("places", &[("count", run.area_count.into())]);
        return format!("{}, {count}", run.zone);
    }
    let id = if run.numbers.len() == 1 { "seats-one" } else { "seats-many" };
    let seats = words.tell(id, &[("seats", number_words(&run.numbers, alone, words).into())]);
    let row = row_name(run.row, "row-name", words);
    [zone, &row, &seats].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// `12 to 15` for three or more in a line, `12 and 13` or `12, 14 and 17` otherwise; without
/// the `and` when another run follows.
fn number_words(numbers: &[&str], alone: bool, words: &Words) -> String {
    let mut values: Vec<(Option<u32>, &str)> =
        numbers.iter().map(|text| (text.parse().ok(), *text)).collect();
    values.sort();
    let line = values.windows(2).all(|pair| match (pair[0].0, pair[1].0) {
        (Some(left), Some(right)) => right == left + 1,
        (Some(_) | None, _) => false,
    });
    if let ([(_, first), .., (_, last)], true, 3..) = (&values[..], line, values.len()) {
        let args = [("first", (*first).into()), ("last", (*last).into())];
        return words.tell("seats-range", &args);
    }
    let texts: Vec<String> = values.iter().map(|(_, text)| (*text).to_owned()).collect();
    if alone { join(&texts, words) } else { texts.join(", ") }
}

/// `a, b and c`
pub fn join(parts: &[String], words: &Words) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => words
            .tell("list-and", &[("list", first.join(", ").into()), ("last", last.as_str().into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(zone: &str, row: &str, number: &str) -> Place {
        Place::Seat {
            guid: format!("{zone}-{row}-{number}"),
            zone: zone.to_owned(),
            row: row.to_owned(),
            number: number.to_owned(),
        }
    }

    fn check(places: &[Place], expected: &str) {
        assert_eq!(phrase(places, &Words::english()), expected);
    }

    #[test]
    fn seats_in_a_line_are_a_range_and_others_a_list() {
        let stalls = |number| seat("Stalls", "F", number);
        check(&[stalls("12")], "Stalls, row F, seat 12");
        check(&[stalls("13"), stalls("12")], "Stalls, row F, seats 12 and 13");
        check(&[stalls("14"), stalls("12"), stalls("13")], "Stalls, row F, seats 12 to 14");
        check(&[stalls("9"), stalls("10"), stalls("12")], "Stalls, row F, seats 9, 10 and 12");
        check(&[stalls("2a"), stalls("2b"), stalls("2c")], "Stalls, row F, seats 2a, 2b and 2c");
        check(&[], "");
    }

    #[test]
    fn a_door_that_is_a_letter_is_called_a_door_and_another_by_its_name() {
        let named = |door| door_name(door, "door-named", &Words::english());
        assert_eq!(["B", "A, B", "12"].map(named), ["door B", "door A, B", "door 12"]);
        assert_eq!(["Garden gate", "Studio", ""].map(named), ["Garden gate", "Studio", ""]);
        assert_eq!(named("A, Garden gate"), "A, Garden gate");
    }

    #[test]
    fn rows_boxes_and_areas_keep_their_own_names() {
        check(
            &[seat("Stalls", "E", "13"), seat("Stalls", "F", "13")],
            "Stalls, row E, seat 13 and row F, seat 13",
        );
        let pair = |row| [seat("Stalls", row, "13"), seat("Stalls", row, "14")];
        check(
            &[pair("E"), pair("F")].concat(),
            "Stalls, row E, seats 13, 14 and row F, seats 13, 14",
        );
        check(&[seat("Boxes", "Box 3", "1")], "Boxes, Box 3, seat 1");
        let lawn = |nth| Place::Area { name: "Lawn".to_owned(), nth };
        check(&[lawn(1), lawn(2)], "Lawn, 2 places");
        assert_eq!(line(&seat("Stalls", "F", "12"), &Words::english()), "Stalls F 12");
        assert_eq!(line(&seat("Boxes", "Box 3", "1"), &Words::english()), "Boxes Box 3, 1");
        assert_eq!(line(&lawn(2), &Words::english()), "Lawn, place 2");
    }
}
