//! The seat map as inline SVG: stage, zones, rows, and each free seat as a real link.
//!
//! State is told by shape and by colour, the price band by a ramp. Without a script a seat is
//! `?pick=GUID`: the choice lives in the address and holds nothing. Lengths are scaled so that
//! neighbours stand 26 px apart, whatever unit the plan was drawn in. Next: `performance.rs`.

use crate::html::{escape, url_part};
use crate::layout::Pen;
use crate::overview;
use crate::place;
use std::fmt::Write;
use usher_rules::money::Money;
use usher_rules::view::seat_map::{
    Drawing, DrawnText, Point, Row, Seat, SeatMap, SeatState, Shape, Show, Zone,
};

/// Distance of neighbours on the drawing, in tenths of a pixel.
const PITCH_TENTHS: i64 = 260;
/// Width of an overview, in tenths of a pixel.
const OVERVIEW_TENTHS: i64 = 11_000;
/// Room around the outermost seats, in tenths of a pixel.
const MARGIN_TENTHS: i64 = 460;
/// Width of a letter of a zone's name, of a row's name with room, and the height that keeps one
/// below the other, in tenths of a pixel.
const LETTER_TENTHS: i64 = 95;
const ROW_NAME_TENTHS: i64 = 120;
const NAMES_APART_TENTHS: i64 = 250;
/// Rows read to find the distance of neighbours.
const ROWS_MEASURED_MAX: usize = 200;
/// Where the number of a seat goes in a text made for all seats of its row; a private character,
/// so no plan and no translation has it.
const NUMBER: &str = "\u{e000}";

/// How the address of the page goes on: what is picked, and which part is open.
pub(crate) struct Picking<'a> {
    pub picked: &'a [&'a str],
    pub part: Option<u16>,
}

impl Picking<'_> {
    /// The page with this seat given back.
    pub fn without(&self, guid: &str) -> String {
        let keep = self.picked.iter().copied().filter(|picked| *picked != guid);
        format!("?{}#map", self.query(keep).join("&amp;"))
    }

    /// The address of the page that takes up one seat more, as far as that seat.
    fn adding(&self) -> String {
        let mut query = self.query(self.picked.iter().copied());
        query.push("pick=".to_owned());
        format!("?{}", query.join("&amp;"))
    }

    fn query<'g>(&self, picked: impl Iterator<Item = &'g str>) -> Vec<String> {
        let part = self.part.map(|part| format!("part={part}"));
        part.into_iter().chain(picked.map(|guid| format!("pick={}", url_part(guid)))).collect()
    }
}

/// The whole drawing.
pub(crate) fn svg(pen: &Pen<'_>, hall: &str, map: &SeatMap, picking: &Picking<'_>) -> String {
    let scale = Scale::of(map);
    let (width, height) = (scale.length(map.width) + 2 * MARGIN_TENTHS, scale.length(map.height));
    let height = height + 2 * MARGIN_TENTHS;
    let label = pen.words.tell("seat-map-of", &[("hall", hall.into())]);
    let mut out = format!(
        r#"<svg class="plan" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="group"
 aria-label="{2}" data-seq="{3}">"#,
        width / 10,
        height / 10,
        escape(&label),
        map.seq,
    );
    let repeated = |drawing: &&Drawing| match &map.show {
        Show::Overview { parts } => overview::repeats(drawing, parts),
        Show::Seats { .. } | Show::Part { .. } => false,
    };
    for drawing in map.drawings.iter().filter(|drawing| !repeated(drawing)) {
        draw(&mut out, &scale, drawing);
    }
    match &map.show {
        Show::Seats { zones } | Show::Part { zones, .. } => {
            let mut texts = SeatTexts::new(pen, picking);
            for zone in zones {
                draw_zone(&mut out, &scale, zone, &mut texts);
            }
        }
        Show::Overview { parts } => {
            let common = overview::common_word(parts);
            for part in parts {
                overview::draw_part(&mut out, &scale, part, (common, pen));
            }
        }
    }
    out.push_str("</svg>");
    out
}

/// From the plan's hundredths to tenths of a pixel.
pub(crate) struct Scale {
    corner: Point,
    /// Plan hundredths that become [`PITCH_TENTHS`].
    step: i64,
}

impl Scale {
    fn of(map: &SeatMap) -> Scale {
        let step = match &map.show {
            Show::Seats { zones } | Show::Part { zones, .. } => median_step(zones),
            Show::Overview { .. } => i64::from(map.width) * PITCH_TENTHS / OVERVIEW_TENTHS,
        };
        Scale { corner: map.corner, step: step.max(1) }
    }

    fn length(&self, hundredths: i32) -> i64 {
        i64::from(hundredths) * PITCH_TENTHS / self.step
    }

    pub fn x(&self, hundredths: i32) -> i64 {
        (i64::from(hundredths) - i64::from(self.corner.x)) * PITCH_TENTHS / self.step
            + MARGIN_TENTHS
    }

    pub fn y(&self, hundredths: i32) -> i64 {
        (i64::from(hundredths) - i64::from(self.corner.y)) * PITCH_TENTHS / self.step
            + MARGIN_TENTHS
    }
}

/// The usual distance of neighbours in a row.
fn median_step(zones: &[Zone]) -> i64 {
    let mut steps: Vec<i64> = zones
        .iter()
        .flat_map(|zone| &zone.rows)
        .take(ROWS_MEASURED_MAX)
        .flat_map(|row| row.seats.windows(2))
        .map(|pair| {
            let across = i64::from(pair[0].x) - i64::from(pair[1].x);
            let along = i64::from(pair[0].y) - i64::from(pair[1].y);
            across.pow(2).saturating_add(along.pow(2)).isqrt()
        })
        .collect();
    let middle = steps.len() / 2;
    if steps.is_empty() { PITCH_TENTHS * 10 } else { *steps.select_nth_unstable(middle).1 }
}

/// Tenths as SVG writes them: `12.5`, `12`.
pub(crate) struct Tenths(pub i64);

impl std::fmt::Display for Tenths {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let minus = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.abs() / 10, self.0.abs() % 10);
        match part {
            0 => write!(out, "{minus}{whole}"),
            part => write!(out, "{minus}{whole}.{part}"),
        }
    }
}

pub(crate) fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("text can always grow");
}

fn draw(out: &mut String, scale: &Scale, drawing: &Drawing) {
    let class = if drawing.stage { "stage" } else { "box" };
    let (x, y) = (scale.x(drawing.at.x), scale.y(drawing.at.y));
    let (turn, turn_part) = (drawing.rotation / 100, (drawing.rotation % 100).abs());
    put(out, format_args!(r#"<g transform="translate({} {})"#, Tenths(x), Tenths(y)));
    if drawing.rotation != 0 {
        put(out, format_args!(" rotate({turn}.{turn_part:02})"));
    }
    out.push_str("\">");
    let length = |hundredths: i32| Tenths(scale.length(hundredths));
    match &drawing.shape {
        Shape::Polygon { points } => {
            put(out, format_args!(r#"<polygon class="{class}" points=""#));
            for point in points {
                put(out, format_args!("{},{} ", length(point.x), length(point.y)));
            }
            out.push_str("\"/>");
        }
        Shape::Rectangle { width, height } => put(
            out,
            format_args!(
                r#"<rect class="{class}" width="{}" height="{}" rx="6"/>"#,
                length(*width),
                length(*height)
            ),
        ),
        Shape::Ellipse { radius_x, radius_y } => put(
            out,
            format_args!(
                r#"<ellipse class="{class}" rx="{}" ry="{}"/>"#,
                length(*radius_x),
                length(*radius_y)
            ),
        ),
        Shape::Circle { radius } => {
            put(out, format_args!(r#"<circle class="{class}" r="{}"/>"#, length(*radius)));
        }
        Shape::Text => {}
    }
    if let Some(text) = &drawing.text {
        let bare = matches!(drawing.shape, Shape::Text);
        draw_text(out, scale, text, drawing.stage && !bare);
    }
    out.push_str("</g>");
}

fn draw_text(out: &mut String, scale: &Scale, text: &DrawnText, on_stage: bool) {
    let class = if on_stage { "stage-name" } else { "zone-name" };
    put(
        out,
        format_args!(
            r#"<text class="{class}" x="{}" y="{}">{}</text>"#,
            Tenths(scale.length(text.at.x)),
            Tenths(scale.length(text.at.y) + 55),
            escape(&text.words)
        ),
    );
}

fn draw_zone<'a>(out: &mut String, scale: &Scale, zone: &'a Zone, texts: &mut SeatTexts<'a>) {
    if let Some(at) = zone.label_at {
        let (x, y) = (Tenths(scale.x(at.x)), Tenths(clear_of_row_names(scale, zone, at)));
        let name = escape(&zone.name);
        put(out, format_args!(r#"<text class="zone-name" x="{x}" y="{y}">{name}</text>"#));
    }
    for row in &zone.rows {
        draw_row(out, scale, zone, row, texts);
    }
}

/// Height at which the zone's name stands: where the plan wants it, or above the names of rows
/// that begin there (rows that run away from the stage).
fn clear_of_row_names(scale: &Scale, zone: &Zone, at: Point) -> i64 {
    let half = i64::try_from(zone.name.chars().count()).unwrap_or(0) * LETTER_TENTHS / 2;
    let (x, y) = (scale.x(at.x), scale.y(at.y));
    let marks = zone.rows.iter().flat_map(|row| &row.labels_at);
    let beside = marks.filter(|mark| (scale.x(mark.x) - x).abs() < half + ROW_NAME_TENTHS);
    let heights = beside.map(|mark| scale.y(mark.y));
    let in_the_way = heights.filter(|mark| (mark - y).abs() < NAMES_APART_TENTHS);
    in_the_way.min().map_or(y, |mark| mark - NAMES_APART_TENTHS)
}

fn draw_row<'a>(
    out: &mut String,
    scale: &Scale,
    zone: &'a Zone,
    row: &Row,
    texts: &mut SeatTexts<'a>,
) {
    for at in &row.labels_at {
        let (x, y) = (Tenths(scale.x(at.x)), Tenths(scale.y(at.y) + 40));
        let label = escape(&row.label);
        put(out, format_args!(r#"<text class="row-name" x="{x}" y="{y}">{label}</text>"#));
    }
    out.push_str("<g>");
    texts.begin_row(zone, row);
    for seat in &row.seats {
        let picked = texts.picking.picked.contains(&seat.guid.as_str());
        let (x, y) = (scale.x(seat.x), scale.y(seat.y));
        match drawn(seat, picked) {
            Drawn::Plain { class, symbol } => put(
                out,
                format_args!(
                    r##"<use class="seat {class}" data-i="{}" href="#{symbol}" x="{}" y="{}"/>"##,
                    seat.index.0,
                    Tenths(x),
                    Tenths(y)
                ),
            ),
            Drawn::Letter(code) => texts.draw_letter(out, seat, (x, y), code),
            Drawn::Link { class, symbol, number } => {
                texts.open_link(out, seat, picked, class);
                draw_mark(out, symbol, (x, y), number.then_some(seat.number.as_str()));
            }
        }
    }
    out.push_str("</g>");
}

/// The sign of a seat with its number on it, and the end of the link.
fn draw_mark(out: &mut String, symbol: &str, (x, y): (i64, i64), number: Option<&str>) {
    let (left, top, below) = (Tenths(x), Tenths(y), Tenths(y + 35));
    put(out, format_args!(r##"<use href="#{symbol}" x="{left}" y="{top}"/>"##));
    if let Some(number) = number {
        let number = escape(number);
        put(out, format_args!(r#"<text x="{left}" y="{below}">{number}</text>"#));
    }
    out.push_str("</a>");
}

/// What a seat looks like and whether it can be pressed.
enum Drawn {
    Plain {
        class: &'static str,
        symbol: &'static str,
    },
    Link {
        class: &'static str,
        symbol: &'static str,
        number: bool,
    },
    /// Held by staff under this letter.
    Letter(char),
}

fn drawn(seat: &Seat, picked: bool) -> Drawn {
    let link = |class, symbol, number| Drawn::Link { class, symbol, number };
    match (seat.state, picked) {
        (SeatState::Free | SeatState::Wheelchair | SeatState::Companion, true) => {
            link("yours", "st-yours", false)
        }
        (SeatState::Free, false) => match seat.band {
            1 => link("free b1", "st-free", true),
            2 => link("free b2", "st-free", true),
            _ => link("free b3", "st-free", true),
        },
        (SeatState::Wheelchair, false) => link("access", "st-access", false),
        (SeatState::Companion, false) => link("companion", "st-comp", false),
        (SeatState::Yours, _) => Drawn::Plain { class: "yours", symbol: "st-yours" },
        (SeatState::Held, _) => Drawn::Plain { class: "held", symbol: "st-held" },
        (SeatState::Taken, _) => Drawn::Plain { class: "taken", symbol: "st-taken" },
        (SeatState::NotForYou, _) => Drawn::Plain { class: "not", symbol: "st-not" },
        (SeatState::Killed, _) => Drawn::Plain { class: "killed", symbol: "st-killed" },
        (SeatState::StaffHold(code), _) => Drawn::Letter(code),
    }
}

/// The links of seats: addresses and accessible names, with all that repeats worked out once.
struct SeatTexts<'a> {
    pen: &'a Pen<'a>,
    picking: &'a Picking<'a>,
    adding: String,
    states: [String; 4],
    zone: &'a str,
    row_name: String,
    /// Names of the seats of this row, as HTML, with [`NUMBER`] for the number.
    labels: Vec<(Kind, String)>,
}

/// What tells the names of seats in one row apart, beside the number.
type Kind = (Option<Money>, usize, bool);

impl<'a> SeatTexts<'a> {
    fn new(pen: &'a Pen<'a>, picking: &'a Picking<'a>) -> SeatTexts<'a> {
        let states = ["state-free", "state-wheelchair", "state-companion", "state-picked"];
        SeatTexts {
            pen,
            picking,
            adding: picking.adding(),
            states: states.map(|id| pen.say(id)),
            zone: "",
            row_name: String::new(),
            labels: Vec::new(),
        }
    }

    fn begin_row(&mut self, zone: &'a Zone, row: &Row) {
        self.zone = &zone.name;
        self.row_name = place::row_name(&row.label, "Row-name", self.pen.words);
        self.labels.clear();
    }

    fn open_link(&mut self, out: &mut String, seat: &Seat, picked: bool, class: &str) {
        let (index, guid) = (seat.index.0, escape(&seat.guid));
        put(out, format_args!(r#"<a class="seat {class}" href=""#));
        if picked {
            out.push_str(&self.picking.without(&seat.guid));
        } else {
            put(out, format_args!("{}{}#map", self.adding, url_part(&seat.guid)));
        }
        put(out, format_args!(r#"" data-i="{index}" data-g="{guid}" aria-label=""#));
        let number = escape(&seat.number);
        for (nth, part) in self.label(seat, picked).split(NUMBER).enumerate() {
            if nth > 0 {
                out.push_str(&number);
            }
            out.push_str(part);
        }
        out.push_str("\">");
    }

    /// A seat that staff hold, with its letter on it.
    fn draw_letter(&self, out: &mut String, seat: &Seat, (x, y): (i64, i64), code: char) {
        let code = code.to_string();
        let args = [
            ("row", self.row_name.as_str().into()),
            ("number", seat.number.as_str().into()),
            ("code", code.as_str().into()),
        ];
        let title = self.pen.words.tell("seat-staff-hold", &args);
        put(
            out,
            format_args!(
                concat!(
                    r#"<g class="seat letter" data-i="{}"><title>{}</title>"#,
                    r#"<circle cx="{}" cy="{}" r="11"/><text x="{}" y="{}">{}</text></g>"#,
                ),
                seat.index.0,
                escape(&title),
                Tenths(x),
                Tenths(y),
                Tenths(x),
                Tenths(y + 35),
                escape(&code)
            ),
        );
    }

    /// `Row F seat 12, Stalls, £35.00, free`
    fn label(&mut self, seat: &Seat, picked: bool) -> &str {
        let state = match (seat.state, picked) {
            (_, true) => 3,
            (SeatState::Wheelchair, false) => 1,
            (SeatState::Companion, false) => 2,
            (SeatState::Free | SeatState::Yours | SeatState::Held, false) => 0,
            (SeatState::Taken | SeatState::NotForYou, false) => 0,
            (SeatState::StaffHold(_) | SeatState::Killed, false) => 0,
        };
        let kind = (seat.price, state, seat.restricted_view);
        let known = self.labels.iter().position(|(known, _)| *known == kind);
        let nth = known.unwrap_or_else(|| {
            let label = escape(&self.worded(kind)).into_owned();
            self.labels.push((kind, label));
            self.labels.len() - 1
        });
        &self.labels[nth].1
    }

    fn worded(&self, (price, state, restricted_view): Kind) -> String {
        let words = self.pen.words;
        let mut args = vec![
            ("row", self.row_name.as_str().into()),
            ("number", NUMBER.into()),
            ("zone", self.zone.into()),
            ("state", self.states[state].as_str().into()),
        ];
        let label = match price {
            Some(price) => {
                args.push(("price", self.pen.money(price).into()));
                words.tell("seat-label", &args)
            }
            None => words.tell("seat-label-plain", &args),
        };
        if restricted_view {
            return words.tell("seat-restricted", &[("label", label.into())]);
        }
        label
    }
}
