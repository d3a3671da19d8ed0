//! One version of a seating plan, ready to sell from: seats, blocks, tables, areas, drawings.
//!
//! Made only by `plan/import.rs` and never changed afterwards (domain 3.2.8). Holds nothing of a
//! performance: who sits where is `seat/inventory.rs`. Never reads a file and, once made, holds
//! no float: places are whole hundredths of a plan unit, costs are whole numbers.
//! Next: `plan/import.rs` how it is made, `plan/block.rs` what is side by side.

pub mod block;
pub mod drawing;
pub mod focal;
pub mod import;
mod json;
mod number;
pub mod original;
pub mod overlay;
pub mod reader;
mod rekey;
pub mod report;
mod row_mark;

use crate::id::{AreaNo, CategoryNo, SeatNo};

/// Hundredths in one plan unit (the unit of the imported file, drawn as one pixel).
pub const HUNDREDTHS: i32 = 100;

/// Drawn radius of a seat whose file gives none, in hundredths.
pub const RADIUS_DEFAULT: u32 = 1_000;

/// One immutable version of a seating plan. Index in `seats` = [`SeatNo`], in import order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub name: String,
    /// Drawn size in whole plan units, as the file says or as computed from the seats.
    pub width: u32,
    pub height: u32,
    pub zones: Vec<Zone>,
    /// Index = [`CategoryNo`].
    pub categories: Vec<Category>,
    pub seats: Vec<Seat>,
    /// Every seat is in exactly one block. A table is a block of its own ([`Block::table`]).
    pub blocks: Vec<Block>,
    pub tables: Vec<Table>,
    /// Index = [`AreaNo`].
    pub areas: Vec<GaArea>,
    /// Stage, bars, labels; painted in this order, below the seats.
    pub drawings: Vec<Drawing>,
    /// Where printed row names stand beside their rows.
    pub row_marks: Vec<RowMark>,
    /// Where everybody looks. `None`: nobody has said yet, and all costs are 0 until then.
    pub focal: Option<Point>,
    pub doors: Vec<ZoneDoors>,
    /// All seats ordered by guid; read through [`Plan::seat_no`].
    pub by_guid: Vec<SeatNo>,
}

/// A place on the plan in hundredths of a plan unit; y grows downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

/// A named part of the plan. The name may be empty where the file gives none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    pub name: String,
    /// Where the name can be written: middle of the zone, just above its topmost seat.
    pub label: Point,
}

/// The price label painted on seats and areas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Category {
    pub name: String,
    /// A CSS colour of harmless characters only, as the file gave it.
    pub color: Option<String>,
    /// Seats of this category are never sold from this plan.
    pub not_for_sale: bool,
}

/// Whom a seat of a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admits {
    Anybody,
    Wheelchair,
    /// Beside a wheelchair place, with who comes there.
    Companion,
    /// Its category is never sold from this plan.
    Nobody,
}

/// One seat. `guid` is its name for ever; row and number are what is printed on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub guid: String,
    /// Index in [`Plan::zones`].
    pub zone: u16,
    pub row: String,
    /// Words for the row where the file has its own ("Box 3"), else "Row" and the row are meant.
    pub row_label: Option<String>,
    pub number: String,
    /// Words for the seat where the file has its own, else "seat" and the number are meant.
    pub seat_label: Option<String>,
    pub category: CategoryNo,
    pub x: i32,
    pub y: i32,
    /// Drawn radius in hundredths of a plan unit.
    pub radius: u32,
    /// Index in [`Plan::blocks`] and place inside that block.
    pub block: u32,
    pub index_in_block: u32,
    /// How far from the best place in the house; smaller is better (domain 4.1).
    pub cost: u32,
    /// A wheelchair space: kept out of every general request (domain 4.4).
    pub wheelchair: bool,
    /// The wheelchair space this seat belongs to; kept back with it.
    pub companion_of: Option<SeatNo>,
    pub restricted: bool,
    pub house: bool,
    pub second_pass: bool,
}

impl Default for Seat {
    fn default() -> Seat {
        Seat {
            guid: String::new(),
            zone: 0,
            row: String::new(),
            row_label: None,
            number: String::new(),
            seat_label: None,
            category: CategoryNo(0),
            x: 0,
            y: 0,
            radius: RADIUS_DEFAULT,
            block: 0,
            index_in_block: 0,
            cost: 0,
            wheelchair: false,
            companion_of: None,
            restricted: false,
            house: false,
            second_pass: false,
        }
    }
}

impl Seat {
    /// Where the seat stands.
    pub const fn at(&self) -> Point {
        Point { x: self.x, y: self.y }
    }
}

/// Seats physically side by side with no aisle between, in seat order. Of a table: the ring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub zone: u16,
    pub row: String,
    pub seats: Vec<SeatNo>,
    /// Index in [`Plan::tables`] when these seats stand round a table.
    pub table: Option<u16>,
}

/// Seats round a table, in ring order: the last one is the neighbour of the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub seats: Vec<SeatNo>,
    /// Sold only as a whole, as one unit with a price.
    pub whole: bool,
    /// Index in [`Plan::blocks`].
    pub block: u32,
}

/// A general-admission area: places without seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GaArea {
    pub name: String,
    pub capacity: u32,
    pub category: CategoryNo,
    /// Corners of the shape to draw, in order.
    pub outline: Vec<Point>,
}

/// Doors by which ticket holders of one zone come in, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneDoors {
    pub zone: u16,
    pub doors: Vec<String>,
}

/// A printed row name and where it stands (middle of the text).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowMark {
    pub at: Point,
    pub text: String,
    pub zone: u16,
}

/// Something painted on the plan that is not for sale: a stage, a bar, a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    pub zone: u16,
    pub shape: Shape,
    /// Reference point of the shape, and the point it is rotated around.
    pub at: Point,
    /// Hundredths of a degree, clockwise.
    pub rotation: i32,
    pub color: Option<String>,
    pub border_color: Option<String>,
    pub text: Option<DrawnText>,
}

/// Lengths in hundredths of a plan unit; points are absolute, before rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Polygon {
        points: Vec<Point>,
    },
    /// `at` is the upper left corner.
    Rectangle {
        width: u32,
        height: u32,
    },
    /// `at` is the middle.
    Ellipse {
        radius_x: u32,
        radius_y: u32,
    },
    /// `at` is the middle.
    Circle {
        radius: u32,
    },
    /// Nothing but the words.
    Text,
}

/// Words on a drawing; the point is their middle, before the drawing's rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnText {
    pub text: String,
    pub at: Point,
    pub color: Option<String>,
    /// Letter height in hundredths of a plan unit.
    pub size: u32,
}

impl Plan {
    /// The seat of that number. A number that is not of this plan is a bug of the caller.
    pub fn seat(&self, no: SeatNo) -> &Seat {
        &self.seats[no.0 as usize]
    }

    /// The seat of that number, for numbers that come from outside.
    pub fn seat_at(&self, no: SeatNo) -> Option<&Seat> {
        self.seats.get(no.0 as usize)
    }

    /// Doors that serve a seat; none named: every door does.
    pub fn doors_of(&self, no: SeatNo) -> &[String] {
        let zone = self.seat_at(no).map(|seat| seat.zone);
        let served = self.doors.iter().find(|doors| Some(doors.zone) == zone);
        served.map_or(&[], |served| &served.doors)
    }

    /// Finds a seat by its guid.
    pub fn seat_no(&self, guid: &str) -> Option<SeatNo> {
        let found = self.by_guid.binary_search_by(|no| self.seat(*no).guid.as_str().cmp(guid));
        found.ok().map(|at| self.by_guid[at])
    }

    /// The zone a seat is in.
    pub fn zone_of(&self, no: SeatNo) -> &Zone {
        &self.zones[usize::from(self.seat(no).zone)]
    }

    /// Every seat number in import order.
    pub fn seat_nos(&self) -> impl Iterator<Item = SeatNo> + use<> {
        (0..self.seats.len() as u32).map(SeatNo)
    }

    /// Every category number in file order.
    pub fn category_nos(&self) -> impl Iterator<Item = CategoryNo> + use<> {
        (0..self.categories.len() as u16).map(CategoryNo)
    }

    /// Every general-admission area number in overlay order.
    pub fn area_nos(&self) -> impl Iterator<Item = AreaNo> + use<> {
        (0..self.areas.len() as u16).map(AreaNo)
    }

    /// Whom a seat is for (domain 4.4).
    pub fn admits(&self, no: SeatNo) -> Admits {
        let seat = self.seat(no);
        if !self.for_sale(no) {
            Admits::Nobody
        } else if seat.wheelchair {
            Admits::Wheelchair
        } else if seat.companion_of.is_some() {
            Admits::Companion
        } else {
            Admits::Anybody
        }
    }

    /// Seats that this plan may sell at all: not of a category that is not for sale.
    pub fn for_sale(&self, no: SeatNo) -> bool {
        let category = usize::from(self.seat(no).category.0);
        !self.categories[category].not_for_sale
    }
}

/// Orders seat numbers by guid, for [`Plan::by_guid`].
pub fn by_guid(seats: &[Seat]) -> Vec<SeatNo> {
    let mut order: Vec<SeatNo> = (0..seats.len() as u32).map(SeatNo).collect();
    order.sort_by(|a, b| seats[a.0 as usize].guid.cmp(&seats[b.0 as usize].guid));
    order
}

/// Taken seats (sold, held, reserved) of `from` whose guid `to` does not have. A performance may
/// move to `to` only when there are none (domain 3.2.8, `SeatsWouldVanish`).
pub fn vanish(from: &Plan, to: &Plan, taken: &[SeatNo]) -> Vec<String> {
    let guids = taken.iter().map(|no| from.seat(*no).guid.as_str());
    guids.filter(|guid| to.seat_no(guid).is_none()).map(String::from).collect()
}
