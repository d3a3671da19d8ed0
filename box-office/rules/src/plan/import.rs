//! Makes a plan of the published seating-plan JSON and our overlay, or says why not (domain 3.2).
//!
//! The same bytes give the same plan, whatever the order of keys. Either the whole plan is taken
//! or nothing; a report comes with both answers. Never reads a file, never keeps the original
//! (the ledger stores it as it came). Next: `plan/original.rs`, `plan/rekey.rs`, `plan/overlay.rs`,
//! `plan/block.rs`, `plan/focal.rs`, in the order in which they are used here.

use super::block::{self, by_hand};
use super::original::{self, Original};
use super::overlay::{self, Flags, Ground, Overlay};
use super::reader::{Place, Reader, parse};
use super::report::{Flaw, Misfit, Remark, Report, Source};
use super::{Block, HUNDREDTHS, Plan, Point, Seat, Zone};
use super::{by_guid, focal, number, rekey, row_mark};
use crate::id::SeatNo;
use std::collections::BTreeMap;

/// Margin of a computed size, as a share of the seats' extent.
const MARGIN_DIVISOR: i64 = 20;

/// How far above its topmost seat a zone's name stands, in hundredths.
const ZONE_LABEL_ABOVE: i32 = 3_000;
/// How far to each side of its middle a zone's name reaches.
pub const ZONE_LABEL_REACH: u32 = 60 * HUNDREDTHS as u32;

/// What staff chose for this import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Seats that share a guid go by their uuid (domain 3.2.3).
    pub rekey_duplicates: bool,
}

/// A plan that may be used, and what to know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub plan: Plan,
    pub report: Report,
}

/// Imports a plan. `Err` carries the same report, with errors in it.
pub fn import(
    original: &[u8],
    overlay: Option<&[u8]>,
    options: ImportOptions,
) -> Result<Imported, Box<Report>> {
    let mut report = Report::default();
    let plan = compile(original, overlay, options, &mut report);
    report.close();
    match plan {
        Some(plan) if report.accepted() => Ok(Imported { plan, report }),
        Some(_) | None => Err(Box::new(report)),
    }
}

fn compile(
    original: &[u8],
    overlay: Option<&[u8]>,
    options: ImportOptions,
    report: &mut Report,
) -> Option<Plan> {
    let original = {
        let value = parse(original, Source::Plan, report)?;
        if number::refused(&value, Source::Plan, report) {
            return None;
        }
        let mut reader = Reader::new(Source::Plan, report);
        let original = original::read(&value, &mut reader);
        reader.close();
        original
    };
    report.seats = original.seats.len() as u32;
    report.zones = original.zones.len() as u32;
    report.rows = original.rows.len() as u32;
    report.categories = original.categories.len() as u32;
    let mut original = original;
    if report.accepted() {
        rekey::settle(&mut original, options.rekey_duplicates, report);
    }
    if !report.accepted() {
        return None;
    }
    let overlay = fit_overlay(overlay, &original, report)?;
    build(original, overlay, report)
}

/// The overlay, if it fits the plan; an absent one says nothing.
fn fit_overlay(
    overlay: Option<&[u8]>,
    original: &Original,
    report: &mut Report,
) -> Option<Overlay> {
    let Some(overlay) = overlay else {
        return Some(Overlay::default());
    };
    let value = parse(overlay, Source::Overlay, report)?;
    if number::refused(&value, Source::Overlay, report) {
        return None;
    }
    let mut reader = Reader::new(Source::Overlay, report);
    let overlay = overlay::read(&value, &Ground::new(original), &mut reader);
    report.accepted().then_some(overlay)
}

fn build(mut original: Original, mut overlay: Overlay, report: &mut Report) -> Option<Plan> {
    let blocks = find_blocks(&original, &mut overlay, report)?;
    let (drawn, stages) = focal::find(&original.drawings, &original.seats);
    let focal = overlay.focal.or(drawn);
    if overlay.focal.is_none() && stages > 1 {
        let several = Remark::SeveralFocalPoints { count: stages };
        report.remark(Source::Plan, None, several);
    }
    mark_seats(&mut original.seats, &overlay, &blocks, focal);
    for no in &overlay.not_for_sale {
        original.categories[usize::from(no.0)].not_for_sale = true;
    }
    let row_marks = row_mark::of(&original.rows, &original.seats);
    place_labels(&mut original.zones, &original.seats);
    let mut plan = Plan {
        name: original.name,
        by_guid: by_guid(&original.seats),
        zones: original.zones,
        categories: original.categories,
        seats: original.seats,
        blocks,
        tables: overlay.tables,
        areas: overlay.areas,
        drawings: original.drawings,
        row_marks,
        focal,
        doors: overlay.doors,
        ..Plan::default()
    };
    (plan.width, plan.height) = original.size.unwrap_or_else(|| computed_size(&plan, report));
    remark_on(&plan, report);
    Some(plan)
}

/// Blocks by the rule, then by hand. A pair that fits nothing is filed and stops the import.
fn find_blocks(
    original: &Original,
    overlay: &mut Overlay,
    report: &mut Report,
) -> Option<Vec<Block>> {
    let seats = &original.seats;
    let cut = block::cut(&original.rows, seats);
    for row in cut.too_many {
        let remark = Remark::TooManyPieces { row, max: block::PIECES_MAX };
        report.remark(Source::Plan, None, remark);
    }
    let guid = |no: SeatNo| seats[no.0 as usize].guid.clone();
    let (blocks, unfit) = by_hand::join(cut.blocks, &overlay.joins);
    for index in unfit {
        let (first, second) = overlay.joins[index];
        let flaw = Flaw::Misfit(Misfit::NotBlockEnds { first: guid(first), second: guid(second) });
        report.refuse(Source::Overlay, Some(pointer("joins", index)), flaw);
    }
    let (blocks, unfit) = by_hand::cut(blocks, &overlay.cuts);
    for index in unfit {
        let (first, second) = overlay.cuts[index];
        let flaw = Flaw::Misfit(Misfit::NotNeighbours { first: guid(first), second: guid(second) });
        report.refuse(Source::Overlay, Some(pointer("cuts", index)), flaw);
    }
    let blocks = by_hand::seat_tables(blocks, &mut overlay.tables, seats);
    report.accepted().then_some(blocks)
}

fn pointer(key: &str, index: usize) -> String {
    Place::index(&Place::key(None, key), index).to_string()
}

/// Writes flags, costs and block places into the seats.
fn mark_seats(seats: &mut [Seat], overlay: &Overlay, blocks: &[Block], focal: Option<Point>) {
    for (block_no, block) in blocks.iter().enumerate() {
        for (index, no) in block.seats.iter().enumerate() {
            let seat = &mut seats[no.0 as usize];
            (seat.block, seat.index_in_block) = (block_no as u32, index as u32);
        }
    }
    let last_rank = overlay.row_ranks.values().max();
    for (index, seat) in seats.iter_mut().enumerate() {
        let flags = overlay.flags.get(&SeatNo(index as u32)).copied().unwrap_or_default();
        seat.wheelchair = flags.wheelchair;
        seat.companion_of = flags.companion_of;
        seat.restricted = flags.restricted;
        seat.house = flags.house;
        seat.second_pass = flags.second_pass;
        let rank = row_rank(seat, &overlay.row_ranks)
            .or_else(|| last_rank.map(|last| last + 1))
            .unwrap_or_default();
        seat.cost = cost(seat, flags, rank, focal, overlay);
    }
}

/// The best rank of the seat if it has one, else its row's rank, then its distance (domain 4.1).
fn cost(seat: &Seat, flags: Flags, rank: u32, focal: Option<Point>, overlay: &Overlay) -> u32 {
    if let Some(best) = flags.best_rank {
        return best;
    }
    let distance = focal::distance_cost(seat, focal, overlay.weights);
    (rank * focal::RANK_COST).saturating_add(distance)
}

fn row_rank(seat: &Seat, ranks: &BTreeMap<(u16, String), u32>) -> Option<u32> {
    if ranks.is_empty() {
        return None;
    }
    let of = |row: &String| ranks.get(&(seat.zone, row.clone())).copied();
    seat.row_label.as_ref().and_then(of).or_else(|| of(&seat.row))
}

/// Puts each zone's name above the seats in its middle; curved rows are lower there than at their
/// ends. A zone without seats keeps its place.
fn place_labels(zones: &mut [Zone], seats: &[Seat]) {
    let mut extents: BTreeMap<u16, Extent> = BTreeMap::new();
    for seat in seats {
        extents.entry(seat.zone).or_default().take(seat.at());
    }
    let middle = |extent: &Extent| extent.left + (extent.right - extent.left) / 2;
    let mut tops: BTreeMap<u16, i32> = BTreeMap::new();
    for seat in seats {
        let middle = extents.get(&seat.zone).map_or(seat.x, middle);
        if seat.x.abs_diff(middle) <= ZONE_LABEL_REACH {
            let top = tops.entry(seat.zone).or_insert(seat.y);
            *top = (*top).min(seat.y);
        }
    }
    for (zone, extent) in &extents {
        let top = tops.get(zone).unwrap_or(&extent.top).saturating_sub(ZONE_LABEL_ABOVE);
        zones[usize::from(*zone)].label = Point { x: middle(extent), y: top };
    }
}

/// The smallest rectangle around some points.
struct Extent {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
}

impl Default for Extent {
    fn default() -> Extent {
        Extent { left: i32::MAX, right: i32::MIN, top: i32::MAX, bottom: i32::MIN }
    }
}

impl Extent {
    fn take(&mut self, at: Point) {
        (self.left, self.right) = (self.left.min(at.x), self.right.max(at.x));
        (self.top, self.bottom) = (self.top.min(at.y), self.bottom.max(at.y));
    }
}

/// A size that holds all seats and areas with 5 % margin (domain 3.2.2).
fn computed_size(plan: &Plan, report: &mut Report) -> (u32, u32) {
    let mut extent = Extent::default();
    plan.seats.iter().for_each(|seat| extent.take(seat.at()));
    plan.areas.iter().flat_map(|area| &area.outline).for_each(|at| extent.take(*at));
    let length = |from: i32, to: i32| {
        let (from, to) = (i64::from(from), i64::from(to));
        let end = to + (to - from).max(0) / MARGIN_DIVISOR;
        let unit = i64::from(HUNDREDTHS);
        ((end + unit - 1) / unit).max(1) as u32
    };
    let width = length(extent.left, extent.right);
    let height = length(extent.top, extent.bottom);
    report.remark(Source::Plan, None, Remark::SizeComputed { width, height });
    (width, height)
}

/// Remarks about the finished plan, and its figures.
fn remark_on(plan: &Plan, report: &mut Report) {
    report.blocks = plan.blocks.len() as u32;
    report.areas = plan.areas.len() as u32;
    report.focal_point = plan.focal;
    if plan.focal.is_none() && !plan.seats.is_empty() {
        report.remark(Source::Plan, None, Remark::NoFocalPoint);
    }
    if plan.seats.is_empty() && plan.areas.is_empty() {
        report.remark(Source::Plan, None, Remark::NothingToSell);
    }
    for (label, count) in ambiguous_rows(plan) {
        report.remark(Source::Plan, None, Remark::AmbiguousLabel { label, count });
    }
}

/// Printed rows in which a seat number stands more than once, with how many seats that concerns
/// (domain 3.2.4).
fn ambiguous_rows(plan: &Plan) -> Vec<(String, u32)> {
    let mut printed: BTreeMap<(u16, &str, &str), u32> = BTreeMap::new();
    for seat in &plan.seats {
        let row = seat.row_label.as_deref().unwrap_or(&seat.row);
        let number = seat.seat_label.as_deref().unwrap_or(&seat.number);
        *printed.entry((seat.zone, row, number)).or_default() += 1;
    }
    let mut rows: BTreeMap<(u16, &str), u32> = BTreeMap::new();
    for ((zone, row, _), count) in printed {
        if count > 1 {
            *rows.entry((zone, row)).or_default() += count;
        }
    }
    let worded = rows.into_iter().map(|((zone, row), count)| {
        let zone = &plan.zones[usize::from(zone)].name;
        (format!("{zone}, row {row}"), count)
    });
    worded.collect()
}
