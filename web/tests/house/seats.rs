//! Seat maps of the invented house: 500 seats curved about a stage, and a large one in blocks.
//!
//! Taken and held seats follow a fixed pattern, so that a page is the same in every run.

use usher_rules::id::SeatNo;
use usher_rules::money::Money;
use usher_rules::view::seat_map::{
    Drawing, DrawnText, PartGlance, PartNo, Point, Row, Seat, SeatMap, SeatState, Shape, Show, Zone,
};

const CENTRE_X: f64 = 56_000.0;
const CENTRE_Y: f64 = -70_000.0;
const STEP: f64 = 2_600.0;

const STALLS: [(&str, [usize; 3]); 13] = [
    ("A", [5, 10, 5]),
    ("B", [6, 10, 6]),
    ("C", [6, 11, 6]),
    ("D", [6, 12, 6]),
    ("E", [7, 12, 7]),
    ("F", [7, 12, 7]),
    ("G", [7, 13, 7]),
    ("H", [7, 13, 7]),
    ("J", [7, 14, 7]),
    ("K", [7, 14, 7]),
    ("L", [7, 14, 7]),
    ("M", [8, 14, 8]),
    ("N", [5, 14, 5]),
];

/// All zones; `yours` are guids such as `S-F-12`.
pub fn house(yours: &[&str]) -> SeatMap {
    let mut index = 0;
    let stalls = STALLS
        .iter()
        .enumerate()
        .map(|(depth, (label, blocks))| {
            curved("S", label, 85_000.0 + depth as f64 * 3_000.0, blocks, depth, &mut index)
        })
        .collect();
    let circle = ["A", "B", "C", "D", "E"]
        .iter()
        .enumerate()
        .map(|(depth, label)| {
            curved(
                "C",
                label,
                132_000.0 + depth as f64 * 3_000.0,
                &[8, 14, 8],
                depth + 13,
                &mut index,
            )
        })
        .collect();
    let boxes = (0..6).map(|no| small_box(no, &mut index)).collect();
    let zone = |name: &str, y: i32, rows| Zone {
        name: name.to_owned(),
        label_at: Some(Point { x: 56_000, y }),
        rows,
    };
    let mut zones = vec![zone("Stalls", 11_600, stalls), zone("Circle", 59_000, circle)];
    zones.push(Zone { name: "Boxes".to_owned(), label_at: None, rows: boxes });
    for seat in zones.iter_mut().flat_map(|zone| &mut zone.rows).flat_map(|row| &mut row.seats) {
        if yours.contains(&seat.guid.as_str()) {
            seat.state = SeatState::Yours;
        }
    }
    SeatMap {
        seq: 4711,
        corner: Point { x: 9_000, y: 0 },
        width: 94_000,
        height: 76_500,
        drawings: vec![stage()],
        show: Show::Seats { zones },
    }
}

fn stage() -> Drawing {
    let point = |x, y| Point { x, y };
    Drawing {
        shape: Shape::Polygon {
            points: vec![
                point(-21_000, 0),
                point(21_000, 0),
                point(19_200, 4_400),
                point(8_000, 5_900),
                point(0, 6_200),
                point(-8_000, 5_900),
                point(-19_200, 4_400),
            ],
        },
        stage: true,
        rotation: 0,
        at: point(56_000, 600),
        text: Some(DrawnText { words: "Stage".to_owned(), at: point(0, 3_000), size: 1_700 }),
    }
}

fn curved(
    zone: &str,
    label: &str,
    radius: f64,
    blocks: &[usize; 3],
    depth: usize,
    index: &mut u32,
) -> Row {
    let (step, gap) = (STEP / radius, 3_600.0 / radius);
    let total: usize = blocks.iter().sum();
    let mut angle = -(total as f64 * step + 2.0 * gap) / 2.0 + step / 2.0;
    let place = |angle: f64| Point {
        x: (CENTRE_X + radius * angle.sin()) as i32,
        y: (CENTRE_Y + radius * angle.cos()) as i32,
    };
    let first = place(angle - step);
    let mut seats = Vec::new();
    for (block, count) in blocks.iter().enumerate() {
        for _ in 0..*count {
            let number = seats.len() + 1;
            seats.push(one(zone, label, number, place(angle), (block == 1, depth), index));
            angle += step;
        }
        angle += gap;
    }
    let last = place(angle - gap);
    Row { label: label.to_owned(), labels_at: vec![first, last], seats }
}

fn one(
    zone: &str,
    row: &str,
    number: usize,
    at: Point,
    (centre, depth): (bool, usize),
    index: &mut u32,
) -> Seat {
    let band = match (zone, centre, depth) {
        ("S", true, 2..9) => 1,
        ("S", _, 11..) | ("S", false, 0..2) => 3,
        ("C", false, _) | ("C", _, 15..) => 3,
        _ => 2,
    };
    let no = *index;
    *index += 1;
    Seat {
        guid: format!("{zone}-{row}-{number}"),
        index: SeatNo(no),
        x: at.x,
        y: at.y,
        number: number.to_string(),
        state: state(zone, row, number, centre, no),
        band,
        price: Some(Money([3500, 2700, 1800][usize::from(band) - 1])),
        restricted_view: zone == "B" && number == 4,
    }
}

fn state(zone: &str, row: &str, number: usize, centre: bool, no: u32) -> SeatState {
    match (zone, row, number) {
        ("S", "N", 1 | 3 | 21 | 23) => return SeatState::Wheelchair,
        ("S", "N", 2 | 4 | 22 | 24) => return SeatState::Companion,
        ("S", "F", 10..=17) => return SeatState::Free,
        ("S", "H", 13 | 14) | ("S", "K", 9..=11) | ("C", "B", 20 | 21) => return SeatState::Held,
        ("C", "A", 9..=22) => return SeatState::NotForYou,
        _ => {}
    }
    let party = no / 3 * 2_654_435 % 97;
    let sold = if centre { 58 } else { 30 };
    if party < sold { SeatState::Taken } else { SeatState::Free }
}

fn small_box(no: i32, index: &mut u32) -> Row {
    let side = if no < 3 { -1 } else { 1 };
    let (x, y) = (56_000 + side * (40_400 + no % 3 * 3_000), 12_000 + no % 3 * 9_200);
    let label = format!("Box {}", no + 1);
    let seats = [(-1_300, -1_300), (1_300, -1_300), (-1_300, 1_300), (1_300, 1_300)]
        .iter()
        .zip(1..)
        .map(|((dx, dy), number)| {
            let mut seat =
                one("B", &label, number, Point { x: x + dx, y: y + dy }, (false, 6), index);
            seat.guid = format!("B-{}-{number}", no + 1);
            seat
        })
        .collect();
    Row { label, labels_at: vec![Point { x, y: y - 3_600 }], seats }
}

/// Sixteen blocks about a pitch, too many seats to draw at once.
pub fn overview() -> SeatMap {
    SeatMap {
        seq: 9,
        corner: Point { x: 0, y: 0 },
        width: 200_000,
        height: 140_000,
        drawings: vec![
            beside("101"),
            beside("Bar"),
            Drawing {
                shape: Shape::Rectangle { width: 80_000, height: 44_000 },
                stage: true,
                rotation: 0,
                at: Point { x: 60_000, y: 48_000 },
                text: Some(DrawnText {
                    words: "Pitch".to_owned(),
                    at: Point { x: 40_000, y: 22_000 },
                    size: 4_000,
                }),
            },
        ],
        show: Show::Overview { parts: parts() },
    }
}

/// A word that the plan writes into the house.
fn beside(words: &str) -> Drawing {
    let text = DrawnText { words: words.to_owned(), at: Point { x: 0, y: 0 }, size: 4_000 };
    Drawing {
        shape: Shape::Text,
        stage: false,
        rotation: 0,
        at: Point { x: 20_000, y: 60_000 },
        text: Some(text),
    }
}

pub fn parts() -> Vec<PartGlance> {
    (0..16)
        .map(|no: i32| {
            let (x, y) = (2_000 + no % 8 * 24_700, if no < 8 { 2_000 } else { 98_000 });
            // The outer ones of a row are cut to the bend of the house.
            let bend = if no % 8 == 0 { 9_000 } else { 0 };
            let point = |x, y| Point { x, y };
            PartGlance {
                part: PartNo(no as u16),
                name: format!("Block {}", 101 + no),
                outline: vec![
                    point(x, y + bend),
                    point(x + bend, y),
                    point(x + 23_000, y),
                    point(x + 23_000, y + 40_000),
                    point(x, y + 40_000),
                ],
                label_at: point(x + 11_500, y + 20_000),
                places_left: if no == 3 { 0 } else { (840 - no * 41) as u32 },
                price_from: (no != 3).then_some(Money(2_500)),
            }
        })
        .collect()
}

/// One block of the large house.
pub fn part() -> SeatMap {
    let mut map = house(&[]);
    let Show::Seats { zones } = map.show else {
        return map;
    };
    let name = "Block 102".to_owned();
    map.show = Show::Part { part: PartNo(1), name, zones, parts: parts() };
    map
}
