//! Where everybody looks, and what each seat costs by its distance from there.
//!
//! The focal point is found among the drawings or given by the overlay, never assumed to be at
//! the top (domain 3.2.6). Costs are computed once, at import, and are whole numbers from then on
//! (domain 4.1). Never looks at prices: a dear seat is not a good one.
//! Next: `plan/overlay.rs` for ranks and weights, `seat/best.rs` for who compares costs.

use super::{Drawing, HUNDREDTHS, Point, Seat, Shape};

/// Words of an area that is looked at: letters only, upper case.
const WORDS: [&str; 12] = [
    "STAGE",
    "SCREEN",
    "BUEHNE",
    "BÜHNE",
    "SCENE",
    "SCÈNE",
    "ESCENARIO",
    "PALCO",
    "PITCH",
    "FIELD",
    "COURT",
    // Decomposed Unicode loses its accent when only letters are kept.
    "BUHNE",
];

/// Cost units per plan unit of distance (domain 4.1).
pub const COST_PER_UNIT: f64 = 16.0;

/// Added per row rank, so that a better rank beats any distance inside a house.
pub const RANK_COST: u32 = 1_000_000;

/// Largest row rank and largest rank of a single seat.
pub const RANK_MAX: u32 = 1_000;

/// How much sideways and lengthways distance count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weights {
    pub x: f64,
    pub y: f64,
}

impl Default for Weights {
    fn default() -> Weights {
        Weights { x: 1.0, y: 1.0 }
    }
}

/// The focal point that the drawings show, and how many of them claim to be one.
pub(super) fn find(drawings: &[Drawing], seats: &[Seat]) -> (Option<Point>, u32) {
    let mut stages = drawings.iter().filter(|drawing| is_stage(drawing));
    let Some(stage) = stages.next() else {
        return (None, 0);
    };
    let more = stages.count() as u32;
    (Some(nearest_edge(stage, middle(seats))), 1 + more)
}

/// Distance cost from the focal point; 0 while there is none.
pub(super) fn distance_cost(seat: &Seat, focal: Option<Point>, weights: Weights) -> u32 {
    let Some(focal) = focal else { return 0 };
    let along = |from: i32, to: i32| (f64::from(to) - f64::from(from)) / f64::from(HUNDREDTHS);
    let (x, y) = (weights.x * along(focal.x, seat.x), weights.y * along(focal.y, seat.y));
    let cost = (COST_PER_UNIT * (x * x + y * y).sqrt()).round();
    // Place and weight limits keep it far below the end of u32.
    cost as u32
}

/// Is it the drawing everybody looks at, by its words?
pub fn is_stage(drawing: &Drawing) -> bool {
    let Some(text) = &drawing.text else {
        return false;
    };
    let letters: String = text.text.chars().filter(|letter| letter.is_alphabetic()).collect();
    WORDS.contains(&letters.to_uppercase().as_str())
}

/// Middle of all seats.
fn middle(seats: &[Seat]) -> Option<(f64, f64)> {
    let count = seats.len() as f64;
    let x: i64 = seats.iter().map(|seat| i64::from(seat.x)).sum();
    let y: i64 = seats.iter().map(|seat| i64::from(seat.y)).sum();
    (!seats.is_empty()).then(|| (x as f64 / count, y as f64 / count))
}

/// The middle of that edge of the drawing which is nearest to the seats.
fn nearest_edge(stage: &Drawing, seats: Option<(f64, f64)>) -> Point {
    let edges = edge_middles(stage);
    let Some(seats) = seats else { return stage.at };
    let distance = |edge: &(f64, f64)| (edge.0 - seats.0).powi(2) + (edge.1 - seats.1).powi(2);
    let nearest = edges.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.map_or(stage.at, |(x, y)| Point { x: x.round() as i32, y: y.round() as i32 })
}

/// Middles of the edges, turned as the drawing is. Round shapes have four.
fn edge_middles(drawing: &Drawing) -> Vec<(f64, f64)> {
    let (x, y) = place(drawing.at);
    let around = |radius_x: f64, radius_y: f64| {
        vec![(x, y - radius_y), (x + radius_x, y), (x, y + radius_y), (x - radius_x, y)]
    };
    let middles = match &drawing.shape {
        Shape::Polygon { points } => {
            let next = points.iter().cycle().skip(1);
            points.iter().zip(next).map(|(a, b)| halfway(place(*a), place(*b))).collect()
        }
        Shape::Rectangle { width, height } => {
            let (width, height) = (f64::from(*width), f64::from(*height));
            let (half, middle) = (width / 2.0, height / 2.0);
            let (right, bottom) = (x + width, y + height);
            vec![(x + half, y), (right, y + middle), (x + half, bottom), (x, y + middle)]
        }
        Shape::Ellipse { radius_x, radius_y } => around(f64::from(*radius_x), f64::from(*radius_y)),
        Shape::Circle { radius } => around(f64::from(*radius), f64::from(*radius)),
        Shape::Text => vec![drawing.text.as_ref().map_or((x, y), |text| place(text.at))],
    };
    middles.into_iter().map(|middle| turned(middle, (x, y), drawing.rotation)).collect()
}

/// A point turned clockwise (y grows downwards) by hundredths of a degree.
fn turned(point: (f64, f64), around: (f64, f64), hundredths: i32) -> (f64, f64) {
    if hundredths == 0 {
        return point;
    }
    let (sin, cos) = (f64::from(hundredths) / f64::from(HUNDREDTHS)).to_radians().sin_cos();
    let (x, y) = (point.0 - around.0, point.1 - around.1);
    (around.0 + x * cos - y * sin, around.1 + x * sin + y * cos)
}

fn place(point: Point) -> (f64, f64) {
    (f64::from(point.x), f64::from(point.y))
}

fn halfway(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))
}
