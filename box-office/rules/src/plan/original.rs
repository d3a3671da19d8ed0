//! Reads the published seating-plan format as it is (domain 3.1): zones, rows, seats, areas.
//!
//! Accepts what the published schema accepts, and the older and odder exports of domain 3.2 and
//! 3.3. Never judges guids across the plan (`plan/rekey.rs`), cuts no blocks (`plan/block.rs`)
//! and keeps nothing that Usher has no use for (`uuid` of zones, start directions).
//! Next: `plan/drawing.rs` for the areas, `plan/import.rs` for what follows.

use super::drawing::{self, color};
use super::json::Json;
use super::reader::{Kind, Object, Place, Reader, hundredths, shortened};
use super::report::{Flaw, Remark, Wrong};
use super::{Category, Drawing, RADIUS_DEFAULT, Seat, Zone};
use crate::id::CategoryNo;
use std::collections::BTreeMap;
use std::ops::Range;

/// Seats of one plan.
pub const SEATS_MAX: usize = 100_000;

/// Row objects of one plan, empty ones included.
pub const ROWS_MAX: usize = 100_000;

/// Zones of one plan.
pub const ZONES_MAX: usize = 10_000;

/// Categories of one plan.
pub const CATEGORIES_MAX: usize = 1_000;

/// Characters of a label once its number is filled in.
pub const LABEL_CHARS_MAX: usize = 400;

/// Whole plan units of width and height.
pub const SIZE_MAX: f64 = 4_000_000.0;

const PLAN: Kind =
    Kind { name: "plan", required: &["name", "categories", "zones"], optional: &["size"] };
const SIZE: Kind = Kind { name: "size", required: &["width", "height"], optional: &[] };
const CATEGORY: Kind = Kind { name: "category", required: &["name"], optional: &["color"] };
const ZONE: Kind = Kind {
    name: "zone",
    required: &["position", "rows"],
    optional: &["name", "zone_id", "uuid", "areas"],
};
const ROW: Kind = Kind {
    name: "row",
    required: &["seats", "row_number"],
    optional: &["row_label", "seat_label", "uuid", "position", "row_number_position"],
};
const SEAT: Kind = Kind {
    name: "seat",
    required: &["seat_guid", "seat_number", "position", "category"],
    optional: &["uuid", "start_direction", "radius"],
};

/// What the file says, in its order.
#[derive(Default)]
pub(super) struct Original {
    pub name: String,
    /// `None`: missing or unusable.
    pub size: Option<(u32, u32)>,
    pub categories: Vec<Category>,
    pub zones: Vec<Zone>,
    pub rows: Vec<RowObject>,
    pub seats: Vec<Seat>,
    /// The uuid of each seat, where there is one.
    pub uuids: Vec<Option<String>>,
    pub drawings: Vec<Drawing>,
    category_nos: BTreeMap<String, CategoryNo>,
}

/// One row object: a printed row or a piece of one.
pub(super) struct RowObject {
    pub zone: u16,
    pub number: String,
    /// Indices of its seats, in seat order.
    pub seats: Range<usize>,
    pub mark: Mark,
}

/// At which ends of a row object its name is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Nowhere,
    Start,
    End,
    Both,
    /// The end with the smaller x; `Right` the other one (older exports).
    Left,
    Right,
}

/// Reads the whole file; whatever is wrong is filed.
pub(super) fn read(value: &Json<'_>, reader: &mut Reader<'_>) -> Original {
    let mut original = Original::default();
    let Some(plan) = reader.object(value, None, &PLAN) else {
        return original;
    };
    original.name = reader.name(&plan, "name").unwrap_or_default();
    original.size = size(&plan, reader);
    original.read_categories(&plan, reader);
    let zones = reader.list(&plan, "zones");
    let place = plan.at("zones");
    if zones.len() > ZONES_MAX {
        reader.too_big(&place, "the zones of a plan", ZONES_MAX as u64);
        return original;
    }
    for (index, zone) in zones.iter().enumerate() {
        original.read_zone(zone, index, &Place::index(&place, index), reader);
    }
    original
}

/// The size, if it can be drawn; the published schema lets zero and negative ones pass.
fn size(plan: &Object<'_>, reader: &mut Reader<'_>) -> Option<(u32, u32)> {
    let place = plan.at("size");
    let size = reader.object(plan.get("size")?, Some(&place), &SIZE)?;
    let width = reader.whole(&size, "width");
    let height = reader.whole(&size, "height");
    let usable = |length: f64| (1.0..=SIZE_MAX).contains(&length).then_some(length as u32);
    Some((width.and_then(usable)?, height.and_then(usable)?))
}

impl Original {
    fn read_categories(&mut self, plan: &Object<'_>, reader: &mut Reader<'_>) {
        let list = reader.list(plan, "categories");
        let place = plan.at("categories");
        if list.len() > CATEGORIES_MAX {
            reader.too_big(&place, "the categories of a plan", CATEGORIES_MAX as u64);
            return;
        }
        for (index, value) in list.iter().enumerate() {
            let place = Place::index(&place, index);
            let Some(category) = reader.object(value, Some(&place), &CATEGORY) else {
                continue;
            };
            let color = color(&category, "color", reader);
            let Some(name) = reader.name(&category, "name") else {
                continue;
            };
            if self.category_nos.contains_key(&name) {
                reader.remark(&place, Remark::CategoryTwice { name });
                continue;
            }
            let no = CategoryNo(self.categories.len() as u16);
            self.category_nos.insert(name.clone(), no);
            self.categories.push(Category { name, color, not_for_sale: false });
        }
    }

    fn read_zone(
        &mut self,
        value: &Json<'_>,
        index: usize,
        place: &Place<'_>,
        reader: &mut Reader,
    ) {
        let Some(zone) = reader.object(value, Some(place), &ZONE) else {
            return;
        };
        let name = reader.name(&zone, "name");
        let zone_id = reader.name(&zone, "zone_id");
        reader.name(&zone, "uuid");
        let at = reader.position(&zone, "position");
        let zone_no = index as u16;
        let label = reader.point(at, &zone.at("position"));
        self.zones.push(Zone { name: name.or(zone_id).unwrap_or_default(), label });
        let rows = reader.list(&zone, "rows");
        let rows_place = zone.at("rows");
        for (index, row) in rows.iter().enumerate() {
            if self.rows.len() >= ROWS_MAX {
                reader.too_big(&rows_place, "the row objects of a plan", ROWS_MAX as u64);
                return;
            }
            if !self.read_row(row, (zone_no, at), &Place::index(&rows_place, index), reader) {
                return;
            }
        }
        drawing::read(&zone, (zone_no, at), &mut self.drawings, reader);
    }

    /// False when the plan is so big that reading on is pointless.
    fn read_row(
        &mut self,
        value: &Json<'_>,
        (zone, zone_at): (u16, (f64, f64)),
        place: &Place<'_>,
        reader: &mut Reader<'_>,
    ) -> bool {
        let Some(row) = reader.object(value, Some(place), &ROW) else {
            return true;
        };
        let number = reader.name(&row, "row_number").unwrap_or_default();
        let labels = Labels {
            row: filled(&row, "row_label", &number, reader),
            seat: reader.name_or_null(&row, "seat_label"),
        };
        reader.name(&row, "uuid");
        let mark = mark(&row, reader);
        let (x, y) = reader.position(&row, "position");
        let at = (zone_at.0 + x, zone_at.1 + y);
        let first = self.seats.len();
        let seats = reader.list(&row, "seats");
        let seats_place = row.at("seats");
        if first + seats.len() > SEATS_MAX {
            reader.too_big(&seats_place, "the seats of a plan", SEATS_MAX as u64);
            return false;
        }
        for (index, seat) in seats.iter().enumerate() {
            let blank = Seat { zone, row: number.clone(), ..Seat::default() };
            self.read_seat(seat, blank, &labels, at, &Place::index(&seats_place, index), reader);
        }
        self.rows.push(RowObject { zone, number, seats: first..self.seats.len(), mark });
        true
    }

    fn read_seat(
        &mut self,
        value: &Json<'_>,
        mut seat: Seat,
        labels: &Labels,
        row_at: (f64, f64),
        place: &Place<'_>,
        reader: &mut Reader<'_>,
    ) {
        let Some(object) = reader.object(value, Some(place), &SEAT) else {
            return;
        };
        seat.guid = guid(&object, reader).unwrap_or_default();
        seat.number = reader.name(&object, "seat_number").unwrap_or_default();
        seat.row_label = labels.row.clone();
        seat.seat_label = labels.seat.as_deref().and_then(|text| {
            let label = text.replace("%s", &seat.number);
            checked_label(label, &object.at("seat_number"), reader)
        });
        reader.name_or_null(&object, "start_direction");
        let (x, y) = reader.position(&object, "position");
        let at = reader.point((row_at.0 + x, row_at.1 + y), &object.at("position"));
        (seat.x, seat.y) = (at.x, at.y);
        seat.radius = radius(&object, reader);
        seat.category = self.category(&object, reader);
        self.uuids.push(reader.name(&object, "uuid"));
        self.seats.push(seat);
    }

    fn category(&self, seat: &Object<'_>, reader: &mut Reader<'_>) -> CategoryNo {
        let Some(name) = reader.text(seat, "category") else {
            return CategoryNo(0);
        };
        if let Some(no) = self.category_nos.get(name) {
            return *no;
        }
        reader.refuse(&seat.at("category"), Flaw::UnknownCategory { name: shortened(name) });
        CategoryNo(0)
    }
}

/// Words of a row object for its row and its seats.
struct Labels {
    row: Option<String>,
    seat: Option<String>,
}

/// A label with `%s` replaced by the number it stands for.
fn filled(row: &Object<'_>, key: &str, number: &str, reader: &mut Reader<'_>) -> Option<String> {
    let label = reader.name_or_null(row, key)?.replace("%s", number);
    checked_label(label, &row.at(key), reader)
}

/// Many `%s` in a label and a long number must not multiply a small file into a huge plan.
fn checked_label(label: String, place: &Place<'_>, reader: &mut Reader<'_>) -> Option<String> {
    if label.chars().nth(LABEL_CHARS_MAX).is_none() {
        return Some(label);
    }
    reader.too_big(place, "the characters of a filled label", LABEL_CHARS_MAX as u64);
    None
}

/// The guid as the published pattern has it: two characters or more, no space at either end,
/// no line break between them.
fn guid(seat: &Object<'_>, reader: &mut Reader<'_>) -> Option<String> {
    let guid = reader.name(seat, "seat_guid")?;
    if is_guid(&guid) {
        return Some(guid);
    }
    reader.wrong(&seat.at("seat_guid"), Wrong::GuidShape);
    None
}

/// True for what the published pattern lets pass as a guid.
pub(super) fn is_guid(text: &str) -> bool {
    let mut inner = text.chars();
    let (first, last) = (inner.next(), inner.next_back());
    let ends =
        first.is_some_and(|letter| letter != ' ') && last.is_some_and(|letter| letter != ' ');
    ends && !inner.any(|letter| letter == '\n')
}

fn radius(seat: &Object<'_>, reader: &mut Reader<'_>) -> u32 {
    let Some(radius) = reader.number(seat, "radius") else {
        return RADIUS_DEFAULT;
    };
    match hundredths(radius) {
        Some(radius) if radius > 0 => radius as u32,
        Some(_) | None => {
            reader.remark(&seat.at("radius"), Remark::RadiusDropped);
            RADIUS_DEFAULT
        }
    }
}

fn mark(row: &Object<'_>, reader: &mut Reader<'_>) -> Mark {
    const EXPECTED: &str = "\"start\", \"end\", \"both\" or null";
    let place = row.at("row_number_position");
    match row.get("row_number_position") {
        None | Some(Json::Null) => return Mark::Nowhere,
        Some(Json::Text(text)) => match text.as_ref() {
            "start" => return Mark::Start,
            "end" => return Mark::End,
            "both" => return Mark::Both,
            "left" => return Mark::Left,
            "right" => return Mark::Right,
            _ => {}
        },
        Some(Json::Flag(_) | Json::Number(_) | Json::List(_) | Json::Object(_)) => {}
    }
    reader.wrong(&place, Wrong::Not { expected: EXPECTED });
    Mark::Nowhere
}
