//! Areas of the published format: shapes and words that are painted, never sold.
//!
//! Capacity is not theirs: general admission comes from the overlay (domain 3.1, 3.2.7). Colours
//! are passed on only when they consist of harmless characters; words stay plain text.
//! Next: `plan/focal.rs` finds the stage among them.

use super::json::Json;
use super::reader::{Kind, NAME_CHARS_MAX, Object, Place, Reader, hundredths, shortened};
use super::report::{Remark, Wrong};
use super::{Drawing, DrawnText, Point, Shape};

/// Drawings of one plan.
pub const DRAWINGS_MAX: usize = 10_000;

/// Corners of one polygon.
pub const CORNERS_MAX: usize = 10_000;

/// Characters of a colour.
const COLOR_CHARS_MAX: usize = 64;

/// Letter height where the file gives none, in hundredths.
const TEXT_SIZE_DEFAULT: u32 = 1_600;

const AREA: Kind = Kind {
    name: "area",
    required: &[],
    optional: &[
        "color",
        "border_color",
        "rotation",
        "position",
        "uuid",
        "shape",
        "polygon",
        "rectangle",
        "ellipse",
        "circle",
        "text",
    ],
};
const POLYGON: Kind = Kind { name: "polygon", required: &["points"], optional: &[] };
const RECTANGLE: Kind = Kind { name: "rectangle", required: &["width", "height"], optional: &[] };
const ELLIPSE: Kind = Kind { name: "ellipse", required: &["radius"], optional: &[] };
const CIRCLE: Kind = Kind { name: "circle", required: &["radius"], optional: &[] };
const TEXT: Kind =
    Kind { name: "text", required: &["text", "position"], optional: &["color", "size"] };

/// Reads the areas of one zone.
pub(super) fn read(
    zone: &Object<'_>,
    (zone_no, zone_at): (u16, (f64, f64)),
    drawings: &mut Vec<Drawing>,
    reader: &mut Reader<'_>,
) {
    let areas = reader.list(zone, "areas");
    let place = zone.at("areas");
    if drawings.len() + areas.len() > DRAWINGS_MAX {
        reader.too_big(&place, "the areas of a plan", DRAWINGS_MAX as u64);
        return;
    }
    for (index, value) in areas.iter().enumerate() {
        drawings.extend(area(value, (zone_no, zone_at), &Place::index(&place, index), reader));
    }
}

fn area(
    value: &Json<'_>,
    (zone, zone_at): (u16, (f64, f64)),
    place: &Place<'_>,
    reader: &mut Reader<'_>,
) -> Option<Drawing> {
    let area = reader.object(value, Some(place), &AREA)?;
    let (x, y) = reader.position(&area, "position");
    let at = (zone_at.0 + x, zone_at.1 + y);
    reader.name(&area, "uuid");
    let shapes = Shapes {
        polygon: polygon(&area, at, reader),
        rectangle: rectangle(&area, reader),
        ellipse: ellipse(&area, reader),
        circle: circle(&area, reader),
    };
    let text = text(&area, at, reader);
    let shape = shapes.chosen(&area, text.is_some(), reader);
    let drawing = Drawing {
        zone,
        at: reader.point(at, place),
        rotation: rotation(&area, reader),
        color: color(&area, "color", reader),
        border_color: color(&area, "border_color", reader),
        shape: Shape::Text,
        text,
    };
    let Some(shape) = shape else {
        reader.remark(place, Remark::ShapeMissing);
        return None;
    };
    Some(Drawing { shape, ..drawing })
}

/// Every shape an area carries; its `shape` says which one is drawn.
struct Shapes {
    polygon: Option<Shape>,
    rectangle: Option<Shape>,
    ellipse: Option<Shape>,
    circle: Option<Shape>,
}

impl Shapes {
    fn chosen(self, area: &Object<'_>, worded: bool, reader: &mut Reader<'_>) -> Option<Shape> {
        const EXPECTED: &str = "polygon, rectangle, ellipse, circle or text";
        let words = worded.then_some(Shape::Text);
        let Some(name) = area.get("shape") else {
            return words;
        };
        match name.as_str() {
            Some("polygon") => self.polygon,
            Some("rectangle") => self.rectangle,
            Some("ellipse") => self.ellipse,
            Some("circle") => self.circle,
            Some("text") => words,
            Some(_) | None => {
                reader.wrong(&area.at("shape"), Wrong::Not { expected: EXPECTED });
                None
            }
        }
    }
}

fn polygon(area: &Object<'_>, at: (f64, f64), reader: &mut Reader<'_>) -> Option<Shape> {
    let place = area.at("polygon");
    let polygon = reader.object(area.get("polygon")?, Some(&place), &POLYGON)?;
    let points = corners(&polygon, at, reader);
    (points.len() > 2).then_some(Shape::Polygon { points })
}

/// The `points` of an object, moved by `at`.
pub(super) fn corners(object: &Object<'_>, at: (f64, f64), reader: &mut Reader<'_>) -> Vec<Point> {
    const CORNER: Kind = Kind { name: "position", required: &["x", "y"], optional: &[] };
    let list = reader.list(object, "points");
    let place = object.at("points");
    if list.len() > CORNERS_MAX {
        reader.too_big(&place, "the points of a polygon", CORNERS_MAX as u64);
        return Vec::new();
    }
    let mut points = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let place = Place::index(&place, index);
        let Some(corner) = reader.object(value, Some(&place), &CORNER) else {
            continue;
        };
        let x = reader.number(&corner, "x").unwrap_or_default();
        let y = reader.number(&corner, "y").unwrap_or_default();
        points.push(reader.point((at.0 + x, at.1 + y), &place));
    }
    points
}

fn rectangle(area: &Object<'_>, reader: &mut Reader<'_>) -> Option<Shape> {
    let place = area.at("rectangle");
    let rectangle = reader.object(area.get("rectangle")?, Some(&place), &RECTANGLE)?;
    let width = reader.number(&rectangle, "width");
    let height = reader.number(&rectangle, "height");
    Some(Shape::Rectangle { width: length(width?)?, height: length(height?)? })
}

fn ellipse(area: &Object<'_>, reader: &mut Reader<'_>) -> Option<Shape> {
    let place = area.at("ellipse");
    let ellipse = reader.object(area.get("ellipse")?, Some(&place), &ELLIPSE)?;
    let (x, y) = reader.position(&ellipse, "radius");
    Some(Shape::Ellipse { radius_x: length(x)?, radius_y: length(y)? })
}

fn circle(area: &Object<'_>, reader: &mut Reader<'_>) -> Option<Shape> {
    let place = area.at("circle");
    let circle = reader.object(area.get("circle")?, Some(&place), &CIRCLE)?;
    let radius = reader.number(&circle, "radius")?;
    Some(Shape::Circle { radius: length(radius)? })
}

/// A drawable length in hundredths.
fn length(units: f64) -> Option<u32> {
    hundredths(units).filter(|length| *length > 0).map(|length| length as u32)
}

fn text(area: &Object<'_>, at: (f64, f64), reader: &mut Reader<'_>) -> Option<DrawnText> {
    let place = area.at("text");
    let text = reader.object(area.get("text")?, Some(&place), &TEXT)?;
    let color = color(&text, "color", reader);
    let size = reader.number(&text, "size").and_then(length).unwrap_or(TEXT_SIZE_DEFAULT);
    let (x, y) = reader.position(&text, "position");
    let at = reader.point((at.0 + x, at.1 + y), &place);
    let words = reader.text(&text, "text")?;
    if words.chars().nth(NAME_CHARS_MAX).is_some() {
        reader.remark(&text.at("text"), Remark::TextCut { max: NAME_CHARS_MAX });
    }
    Some(DrawnText { text: shortened(words), at, color, size })
}

/// Hundredths of a degree within one turn.
fn rotation(area: &Object<'_>, reader: &mut Reader<'_>) -> i32 {
    let degrees = reader.number(area, "rotation").unwrap_or_default();
    hundredths(degrees % 360.0).unwrap_or_default()
}

/// A colour as CSS writes one, or nothing: it ends up in an attribute of a page.
pub(super) fn color(object: &Object<'_>, key: &str, reader: &mut Reader<'_>) -> Option<String> {
    let color = reader.text(object, key)?;
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"#(),.% -".contains(&byte);
    if color.is_empty() {
        return None;
    }
    if color.len() <= COLOR_CHARS_MAX && color.bytes().all(harmless) {
        return Some(color.to_owned());
    }
    reader.remark(&object.at(key), Remark::ColorDropped);
    None
}
