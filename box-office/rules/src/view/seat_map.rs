//! A seat map as one visitor may see it: places of seats, their states, and the drawings.
//!
//! Lengths are hundredths of the plan's own unit, so that nothing here is a float. A private
//! seat is only ever `NotForYou` to the public; whose it is never reaches a view. Next:
//! `web/seat_map.rs`.

use crate::id::SeatNo;
use crate::money::Money;

/// Seats drawn at once; a larger plan opens on its overview (ux 2).
pub const SEATS_DRAWN_MAX: usize = 1_500;

#[derive(Debug, Clone, PartialEq)]
pub struct SeatMap {
    /// Sequence of the entry this is true at; the feed goes on from here.
    pub seq: u64,
    /// Corner of the drawing; seats may lie left of or above the plan's origin.
    pub corner: Point,
    pub width: i32,
    pub height: i32,
    pub drawings: Vec<Drawing>,
    pub show: Show,
}

/// What is drawn: all seats, one part of a large house, or the house as blocks.
#[derive(Debug, Clone, PartialEq)]
pub enum Show {
    Seats { zones: Vec<Zone> },
    Part { part: PartNo, name: String, zones: Vec<Zone>, parts: Vec<PartGlance> },
    Overview { parts: Vec<PartGlance> },
}

/// Number of a loadable part of a large plan, in the plan's order from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartNo(pub u16);

/// A block or zone of a large house, as a control on the overview.
#[derive(Debug, Clone, PartialEq)]
pub struct PartGlance {
    pub part: PartNo,
    pub name: String,
    /// Around all its seats, clockwise, without a dent; larger parts may lie below smaller ones.
    pub outline: Vec<Point>,
    /// Middle of its seats: where its name is written.
    pub label_at: Point,
    pub places_left: u32,
    pub price_from: Option<Money>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    pub name: String,
    /// Where the zone's name is written.
    pub label_at: Option<Point>,
    pub rows: Vec<Row>,
}

/// One row object of the plan; printed rows may be cut into several (domain 3.2.4).
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The printed row: `F`. Several row objects may share it.
    pub label: String,
    /// Where the label is written: start, end, both or nowhere.
    pub labels_at: Vec<Point>,
    pub seats: Vec<Seat>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    pub guid: String,
    /// Index inside the plan: what the live feed calls this seat.
    pub index: SeatNo,
    pub x: i32,
    pub y: i32,
    pub number: String,
    pub state: SeatState,
    /// Price band of a free seat, 1 dearest to 3 cheapest.
    pub band: u8,
    /// Price at the first level; `None` when this visitor cannot buy it.
    pub price: Option<Money>,
    pub restricted_view: bool,
}

/// How a seat is drawn. `Wheelchair` and `Companion` are free seats of their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatState {
    Free,
    /// In this visitor's cart.
    Yours,
    /// In somebody else's cart.
    Held,
    Taken,
    NotForYou,
    Wheelchair,
    Companion,
    /// Out of sale under this letter, told to staff alone.
    StaffHold(char),
    /// Out of sale, told apart to staff alone.
    Killed,
}

/// A shape of the plan that is no seat: stage, bar, label.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    pub shape: Shape,
    /// The area the focal point was taken from.
    pub stage: bool,
    /// Clockwise, in hundredths of a degree, about `at`.
    pub rotation: i32,
    pub at: Point,
    pub text: Option<DrawnText>,
}

/// Lengths and points relative to the drawing's `at`.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Polygon {
        points: Vec<Point>,
    },
    Rectangle {
        width: i32,
        height: i32,
    },
    Ellipse {
        radius_x: i32,
        radius_y: i32,
    },
    Circle {
        radius: i32,
    },
    /// Only its text is drawn.
    Text,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DrawnText {
    pub words: String,
    pub at: Point,
    /// Height of the letters, hundredths of the plan's unit.
    pub size: i32,
}
