//! The seat map of one performance as one visitor may see it.
//!
//! A seat that a visitor cannot have is never told apart by why: killed, held by staff, not for
//! sale and without a price all read `NotForYou`; staff at a till see killed ones and letters.
//! Plans too large to draw open on their parts.
//! Next: `performance.rs`, which carries the map.

use super::outline::{area, encloses, label, outline};
use super::parts::{Part, PrintedRow, around, parts, printed_rows};
use super::performance::Asked;
use super::showing::Stage;
use crate::stored::SeatRow;
use crate::{Fault, Snapshot, events, source, stored, tables};
use usher_rules::house::House;
use usher_rules::id::{CartId, PerformanceId, SeatNo};
use usher_rules::plan::focal::is_stage;
use usher_rules::plan::import::ZONE_LABEL_REACH;
use usher_rules::plan::{self, Plan};
use usher_rules::view::seat_map::{
    Drawing, DrawnText, PartGlance, PartNo, Point, Row, SEATS_DRAWN_MAX, Seat, SeatMap, SeatState,
    Shape, Show, Zone,
};

/// Room around the seats of a part on the overview, in seat radii.
const PART_ROOM_RADII: i32 = 1;

/// The map, or the part of it asked for. `None`: nothing is numbered here.
pub(super) fn seat_map(
    snapshot: &Snapshot,
    house: &House,
    stage: &Stage,
    asked: &Asked,
) -> Result<Option<SeatMap>, Fault> {
    let plan = &stage.drawn.plan;
    if plan.seats.is_empty() {
        return Ok(None);
    }
    let seq = events::newest(snapshot)?;
    let (cart, staff) = (asked.cart, asked.till.is_some());
    let eye = Eye { house, stage, cart, staff, bands: stage.offer.bands(house) };
    let large = plan.seats.len() > SEATS_DRAWN_MAX;
    let (show, drawings, frame) = if large {
        let parts = parts(plan);
        let rows = seat_rows(snapshot, stage.offer.id, SeatNo(0), SeatNo(u32::MAX))?;
        let glances = eye.glances(&parts, &rows);
        let open = asked.part.and_then(|no| Some((no, parts.get(usize::from(no.0))?)));
        match open {
            Some((no, part)) => {
                let zones = eye.zones(&printed_rows(plan, &part.seats), &rows);
                let show = Show::Part { part: no, name: part.name.clone(), zones, parts: glances };
                (show, Vec::new(), around(part.seats.iter().map(|no| plan.seat(*no).at())))
            }
            None => (Show::Overview { parts: glances }, drawings(plan), whole(plan)),
        }
    } else {
        let rows = seat_rows(snapshot, stage.offer.id, SeatNo(0), SeatNo(u32::MAX))?;
        let all: Vec<SeatNo> = plan.seat_nos().collect();
        let zones = eye.zones(&printed_rows(plan, &all), &rows);
        (Show::Seats { zones }, drawings(plan), whole(plan))
    };
    let (corner, width, height) = frame.unwrap_or_default();
    Ok(Some(SeatMap { seq, corner: point(corner), width, height, drawings, show }))
}

/// Seats that are not free, in their order.
fn seat_rows(
    snapshot: &Snapshot,
    id: PerformanceId,
    first: SeatNo,
    last: SeatNo,
) -> Result<Vec<(SeatNo, SeatRow)>, Fault> {
    let keys = (id.0, first.0)..=(id.0, last.0);
    source::range(snapshot, tables::SEATS, keys, usize::MAX, |key, bytes| {
        Ok((SeatNo(key.1), stored::row(bytes)?))
    })
}

fn point(at: plan::Point) -> Point {
    Point { x: at.x, y: at.y }
}

/// How one visitor sees seats.
struct Eye<'a> {
    house: &'a House,
    stage: &'a Stage,
    cart: Option<CartId>,
    /// Sees why a seat is out of sale.
    staff: bool,
    bands: Vec<u8>,
}

/// Where a part lies on the overview.
struct Outline {
    corners: Vec<plan::Point>,
    label: plan::Point,
}

/// Have these rows seats below the name of their zone? Boxes on both sides have none there and are
/// named one by one.
fn below(plan: &Plan, zone: &plan::Zone, rows: &[PrintedRow]) -> bool {
    let near = |no: &SeatNo| plan.seat(*no).x.abs_diff(zone.label.x) <= ZONE_LABEL_REACH;
    rows.iter().any(|row| row.seats.iter().any(near))
}

impl Eye<'_> {
    fn zones(&self, rows: &[PrintedRow], taken: &[(SeatNo, SeatRow)]) -> Vec<Zone> {
        let plan = &self.stage.drawn.plan;
        let zone = |rows: &[PrintedRow]| {
            let zone = rows.first().and_then(|row| plan.zones.get(usize::from(row.zone)));
            let named = zone.filter(|zone| !zone.name.is_empty());
            Zone {
                name: named.map(|zone| zone.name.clone()).unwrap_or_default(),
                label_at: named
                    .filter(|zone| below(plan, zone, rows))
                    .map(|zone| point(zone.label)),
                rows: rows.iter().map(|row| self.row(row, taken)).collect(),
            }
        };
        rows.chunk_by(|one, other| one.zone == other.zone).map(zone).collect()
    }

    fn row(&self, row: &PrintedRow, taken: &[(SeatNo, SeatRow)]) -> Row {
        let marks = self.stage.drawn.plan.row_marks.iter();
        let here = marks.filter(|mark| mark.zone == row.zone && mark.text == row.row);
        Row {
            label: row.label.clone(),
            labels_at: here.map(|mark| point(mark.at)).collect(),
            seats: row.seats.iter().map(|no| self.seat(*no, taken)).collect(),
        }
    }

    fn seat(&self, no: SeatNo, taken: &[(SeatNo, SeatRow)]) -> Seat {
        let seat = self.stage.drawn.plan.seat(no);
        let state = self.state(no, taken);
        let price = match state {
            SeatState::Free | SeatState::Yours | SeatState::Wheelchair | SeatState::Companion => {
                self.stage.offer.price_of(self.house, seat.category)
            }
            SeatState::Held
            | SeatState::Taken
            | SeatState::NotForYou
            | SeatState::StaffHold(_)
            | SeatState::Killed => None,
        };
        Seat {
            guid: seat.guid.clone(),
            index: no,
            x: seat.x,
            y: seat.y,
            number: seat.number.clone(),
            state,
            band: self.bands.get(usize::from(seat.category.0)).copied().unwrap_or(3),
            price,
            restricted_view: seat.restricted,
        }
    }

    fn state(&self, no: SeatNo, taken: &[(SeatNo, SeatRow)]) -> SeatState {
        let found = taken.binary_search_by_key(&no, |(seat, _)| *seat).ok();
        match found.map(|at| &taken[at].1) {
            Some(SeatRow::Held(cart)) if Some(*cart) == self.cart => SeatState::Yours,
            Some(SeatRow::Held(_)) => SeatState::Held,
            Some(SeatRow::Sold(_)) => SeatState::Taken,
            Some(SeatRow::StaffHold(hold)) if self.staff => SeatState::StaffHold(hold.code),
            Some(SeatRow::Killed) if self.staff => SeatState::Killed,
            Some(SeatRow::Killed | SeatRow::StaffHold(_)) => SeatState::NotForYou,
            None => self.free(no),
        }
    }

    fn free(&self, no: SeatNo) -> SeatState {
        let plan = &self.stage.drawn.plan;
        let seat = plan.seat(no);
        if !plan.for_sale(no) || self.stage.offer.price_of(self.house, seat.category).is_none() {
            SeatState::NotForYou
        } else if seat.wheelchair {
            SeatState::Wheelchair
        } else if seat.companion_of.is_some() {
            SeatState::Companion
        } else {
            SeatState::Free
        }
    }

    /// In the plan's order; where the name of one would stand inside another (a circle about the
    /// stalls), the largest first, so that the smaller one is drawn last and can be pressed.
    fn glances(&self, parts: &[Part], taken: &[(SeatNo, SeatRow)]) -> Vec<PartGlance> {
        let mut outlines: Vec<(PartNo, &Part, Outline)> =
            parts.iter().zip(0..).map(|(part, no)| (PartNo(no), part, self.around(part))).collect();
        let within = |(no, _, one): &(PartNo, &Part, Outline)| {
            outlines
                .iter()
                .any(|(other, _, around)| other != no && encloses(&around.corners, one.label))
        };
        if outlines.iter().any(within) {
            outlines.sort_by_key(|(_, _, outline)| std::cmp::Reverse(area(&outline.corners)));
        }
        let glance = |(no, part, outline)| self.glance(part, no, outline, taken);
        outlines.into_iter().map(glance).collect()
    }

    fn around(&self, part: &Part) -> Outline {
        let plan = &self.stage.drawn.plan;
        let seats: Vec<plan::Point> = part.seats.iter().map(|no| plan.seat(*no).at()).collect();
        let radius = part.seats.first().map_or(0, |no| plan.seat(*no).radius);
        let room = i32::try_from(radius).unwrap_or(0).saturating_mul(PART_ROOM_RADII);
        let corners = outline(&seats, room);
        Outline { label: label(&seats, &corners, room), corners }
    }

    fn glance(
        &self,
        part: &Part,
        no: PartNo,
        outline: Outline,
        taken: &[(SeatNo, SeatRow)],
    ) -> PartGlance {
        let plan = &self.stage.drawn.plan;
        let free: Vec<SeatNo> = part
            .seats
            .iter()
            .copied()
            .filter(|seat| self.state(*seat, taken) == SeatState::Free)
            .collect();
        let price = |no: &SeatNo| self.stage.offer.price_of(self.house, plan.seat(*no).category);
        PartGlance {
            part: no,
            name: part.name.clone(),
            outline: outline.corners.into_iter().map(point).collect(),
            label_at: point(outline.label),
            places_left: u32::try_from(free.len()).unwrap_or(u32::MAX),
            price_from: free.iter().filter_map(price).min(),
        }
    }
}

/// The frame of a whole plan: its seats, and what is painted around them.
fn whole(plan: &Plan) -> Option<(plan::Point, i32, i32)> {
    let seats = plan.seats.iter().map(plan::Seat::at);
    around(seats.chain(plan.drawings.iter().flat_map(corners)))
}

fn corners(drawing: &plan::Drawing) -> Vec<plan::Point> {
    let at = drawing.at;
    let length = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
    let spread = |left: i32, up: i32, right: i32, down: i32| {
        let low = plan::Point { x: at.x.saturating_sub(left), y: at.y.saturating_sub(up) };
        let high = plan::Point { x: at.x.saturating_add(right), y: at.y.saturating_add(down) };
        vec![low, high]
    };
    match &drawing.shape {
        plan::Shape::Polygon { points } => points.clone(),
        plan::Shape::Rectangle { width, height } => spread(0, 0, length(*width), length(*height)),
        plan::Shape::Ellipse { radius_x, radius_y } => {
            let (x, y) = (length(*radius_x), length(*radius_y));
            spread(x, y, x, y)
        }
        plan::Shape::Circle { radius } => {
            let radius = length(*radius);
            spread(radius, radius, radius, radius)
        }
        plan::Shape::Text => drawing.text.iter().map(|text| text.at).collect(),
    }
}

fn drawings(plan: &Plan) -> Vec<Drawing> {
    plan.drawings.iter().map(drawing).collect()
}

fn drawing(from: &plan::Drawing) -> Drawing {
    let relative = |to: &plan::Point| Point { x: to.x - from.at.x, y: to.y - from.at.y };
    let length = |length: &u32| i32::try_from(*length).unwrap_or(i32::MAX);
    let shape = match &from.shape {
        plan::Shape::Polygon { points } => {
            Shape::Polygon { points: points.iter().map(relative).collect() }
        }
        plan::Shape::Rectangle { width, height } => {
            Shape::Rectangle { width: length(width), height: length(height) }
        }
        plan::Shape::Ellipse { radius_x, radius_y } => {
            Shape::Ellipse { radius_x: length(radius_x), radius_y: length(radius_y) }
        }
        plan::Shape::Circle { radius } => Shape::Circle { radius: length(radius) },
        plan::Shape::Text => Shape::Text,
    };
    let text = from.text.as_ref().map(|text| DrawnText {
        words: text.text.clone(),
        at: relative(&text.at),
        size: length(&text.size),
    });
    let rotation = from.rotation;
    Drawing { shape, stage: is_stage(from), rotation, at: point(from.at), text }
}
