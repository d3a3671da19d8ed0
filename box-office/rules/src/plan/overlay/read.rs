//! Reads the overlay and resolves every name in it against the plan.
//!
//! Files whatever does not fit, with its pointer; goes on to find the next flaw. Never changes
//! the plan. Next: `plan/overlay.rs` for the format, `plan/import.rs` for who applies it.

use super::lookup::{Ground, category, known_seat, seat, zones};
use super::{
    AREAS_MAX, BEST_RANK_MAX, CAPACITY_MAX, COMPANIONS_MAX, DOORS_MAX, ENTRIES_MAX, Flags, Overlay,
    TABLE_SEATS_MAX, TABLES_MAX,
};
use crate::id::{CategoryNo, SeatNo};
use crate::plan::block::by_hand::Pair;
use crate::plan::drawing::corners;
use crate::plan::focal::{RANK_MAX, Weights};
use crate::plan::json::Json;
use crate::plan::reader::{Kind, Object, Place, Reader};
use crate::plan::report::{Flaw, Misfit, Wrong};
use crate::plan::{GaArea, Table, ZoneDoors};
use std::collections::{BTreeMap, BTreeSet};

/// How much one direction may count against the other.
const WEIGHT_MAX: f64 = 10.0;

const OVERLAY: Kind = Kind {
    name: "overlay",
    required: &["version"],
    optional: &[
        "focal_point",
        "weights",
        "row_ranks",
        "seats",
        "cuts",
        "joins",
        "areas",
        "tables",
        "doors",
        "not_for_sale",
    ],
};
const WEIGHTS: Kind = Kind { name: "weights", required: &["x", "y"], optional: &[] };
const ROW_RANK: Kind = Kind { name: "row rank", required: &["zone", "row", "rank"], optional: &[] };
const SEAT: Kind = Kind {
    name: "seat",
    required: &[],
    optional: &[
        "wheelchair",
        "companion_of",
        "restricted_view",
        "house",
        "second_pass",
        "best_rank",
    ],
};
const AREA: Kind =
    Kind { name: "area", required: &["name", "capacity", "category", "points"], optional: &[] };
const TABLE: Kind = Kind { name: "table", required: &["name", "seats"], optional: &["whole"] };
const DOORS: Kind = Kind { name: "doors", required: &["zone", "doors"], optional: &[] };

/// Reads the whole overlay; whatever is wrong is filed.
pub(in crate::plan) fn read(
    value: &Json<'_>,
    ground: &Ground<'_>,
    reader: &mut Reader<'_>,
) -> Overlay {
    const ONE: Wrong = Wrong::Not { expected: "1, the only version there is" };
    let Some(overlay) = reader.object(value, None, &OVERLAY) else {
        return Overlay::default();
    };
    if reader.whole(&overlay, "version").is_some_and(|version| version != 1.0) {
        reader.wrong(&overlay.at("version"), ONE);
    }
    let focal = overlay.has("focal_point").then(|| {
        let at = reader.position(&overlay, "focal_point");
        reader.point(at, &overlay.at("focal_point"))
    });
    Overlay {
        focal,
        weights: weights(&overlay, reader),
        row_ranks: row_ranks(&overlay, ground, reader),
        flags: flags(&overlay, ground, reader),
        cuts: pairs(&overlay, "cuts", ground, reader),
        joins: pairs(&overlay, "joins", ground, reader),
        areas: areas(&overlay, ground, reader),
        tables: tables(&overlay, ground, reader),
        doors: doors(&overlay, ground, reader),
        not_for_sale: not_for_sale(&overlay, ground, reader),
    }
}

fn weights(overlay: &Object<'_>, reader: &mut Reader<'_>) -> Weights {
    const RANGE: Wrong = Wrong::Not { expected: "two numbers from 0 to 10, not both 0" };
    let place = overlay.at("weights");
    let Some(value) = overlay.get("weights") else {
        return Weights::default();
    };
    let Some(object) = reader.object(value, Some(&place), &WEIGHTS) else {
        return Weights::default();
    };
    let x = reader.number(&object, "x").unwrap_or(1.0);
    let y = reader.number(&object, "y").unwrap_or(1.0);
    let fits = |weight: f64| (0.0..=WEIGHT_MAX).contains(&weight);
    if !fits(x) || !fits(y) || x + y == 0.0 {
        reader.wrong(&place, RANGE);
    }
    Weights { x, y }
}

fn row_ranks(
    overlay: &Object<'_>,
    ground: &Ground<'_>,
    reader: &mut Reader<'_>,
) -> BTreeMap<(u16, String), u32> {
    let mut ranks = BTreeMap::new();
    let list = limited(overlay, "row_ranks", ENTRIES_MAX, reader);
    let place = overlay.at("row_ranks");
    for (index, value) in list.iter().enumerate() {
        let place = Place::index(&place, index);
        let Some(entry) = reader.object(value, Some(&place), &ROW_RANK) else {
            continue;
        };
        let rank = count(&entry, "rank", 1..=RANK_MAX, reader);
        let row = reader.name(&entry, "row");
        let zones = zones(&entry, ground, reader);
        let (Some(rank), Some(row)) = (rank, row) else {
            continue;
        };
        let known: Vec<u16> =
            zones.iter().copied().filter(|zone| ground.has_row(*zone, &row)).collect();
        if ranks.len() + known.len() > ENTRIES_MAX {
            reader.too_big(&place, "the rows with a rank", ENTRIES_MAX as u64);
            return ranks;
        }
        if known.is_empty() && !zones.is_empty() {
            reader.refuse(&entry.at("row"), Flaw::Misfit(Misfit::UnknownRow { row: row.clone() }));
        }
        ranks.extend(known.into_iter().map(|zone| ((zone, row.clone()), rank)));
    }
    ranks
}

fn flags(
    overlay: &Object<'_>,
    ground: &Ground<'_>,
    reader: &mut Reader<'_>,
) -> BTreeMap<SeatNo, Flags> {
    let mut flags = BTreeMap::new();
    let place = overlay.at("seats");
    let Some(value) = overlay.get("seats") else {
        return flags;
    };
    let Some(seats) = reader.map(value, &place) else {
        return flags;
    };
    for (guid, value) in seats.members() {
        let place = seats.at(guid);
        let Some(entry) = reader.object(value, Some(&place), &SEAT) else {
            continue;
        };
        let of_seat = Flags {
            wheelchair: reader.flag(&entry, "wheelchair"),
            companion_of: entry
                .get("companion_of")
                .and_then(|value| seat(value, &entry.at("companion_of"), ground, reader)),
            restricted: reader.flag(&entry, "restricted_view"),
            house: reader.flag(&entry, "house"),
            second_pass: reader.flag(&entry, "second_pass"),
            best_rank: count(&entry, "best_rank", 0..=BEST_RANK_MAX, reader),
        };
        if let Some(no) = known_seat(guid, &place, ground, reader) {
            flags.insert(no, of_seat);
        }
    }
    check_companions(&flags, &place, ground, reader);
    flags
}

/// A companion belongs to a wheelchair space, and no space has more than three (domain 4.4).
fn check_companions(
    flags: &BTreeMap<SeatNo, Flags>,
    place: &Place<'_>,
    ground: &Ground<'_>,
    reader: &mut Reader<'_>,
) {
    let mut companions: BTreeMap<SeatNo, u32> = BTreeMap::new();
    for of_seat in flags.values() {
        let Some(space) = of_seat.companion_of else {
            continue;
        };
        let guid = ground.guid(space);
        let taken = companions.entry(space).or_default();
        *taken += 1;
        if !flags.get(&space).is_some_and(|flags| flags.wheelchair) {
            reader.refuse(place, Flaw::Misfit(Misfit::NotWheelchair { guid }));
        } else if *taken == COMPANIONS_MAX + 1 {
            let flaw = Flaw::Misfit(Misfit::TooManyCompanions { guid, max: COMPANIONS_MAX });
            reader.refuse(place, flaw);
        }
    }
}

fn pairs(
    overlay: &Object<'_>,
    key: &str,
    ground: &Ground<'_>,
    reader: &mut Reader<'_>,
) -> Vec<Pair> {
    const TWO: Wrong = Wrong::Not { expected: "two guids in a list" };
    let mut pairs = Vec::new();
    let list = limited(overlay, key, ENTRIES_MAX, reader);
    let place = overlay.at(key);
    for (index, value) in list.iter().enumerate() {
        let place = Place::index(&place, index);
        let Some([first, second]) = value.as_list() else {
            reader.wrong(&place, TWO);
            continue;
        };
        let first = seat(first, &Place::index(&place, 0), ground, reader);
        let second = seat(second, &Place::index(&place, 1), ground, reader);
        pairs.extend(first.zip(second));
    }
    pairs
}

fn areas(overlay: &Object<'_>, ground: &Ground<'_>, reader: &mut Reader<'_>) -> Vec<GaArea> {
    const CORNERS: Wrong = Wrong::Not { expected: "three points or more" };
    let mut areas: Vec<GaArea> = Vec::new();
    let mut names = BTreeSet::new();
    let list = limited(overlay, "areas", AREAS_MAX, reader);
    let place = overlay.at("areas");
    for (index, value) in list.iter().enumerate() {
        let place = Place::index(&place, index);
        let Some(entry) = reader.object(value, Some(&place), &AREA) else {
            continue;
        };
        let outline = corners(&entry, (0.0, 0.0), reader);
        if outline.len() < 3 {
            reader.wrong(&entry.at("points"), CORNERS);
        }
        let capacity = count(&entry, "capacity", 1..=CAPACITY_MAX, reader);
        let category = entry
            .get("category")
            .and_then(|value| category(value, &entry.at("category"), ground, reader));
        let Some(name) = own_name(&entry, &mut names, reader) else {
            continue;
        };
        if let (Some(capacity), Some(category)) = (capacity, category) {
            areas.push(GaArea { name, capacity, category, outline });
        }
    }
    areas
}

fn tables(overlay: &Object<'_>, ground: &Ground<'_>, reader: &mut Reader<'_>) -> Vec<Table> {
    const SEATS: Wrong = Wrong::Not { expected: "a list of one seat or more" };
    let mut tables = Vec::new();
    let mut names = BTreeSet::new();
    let mut seated = BTreeSet::new();
    let list = limited(overlay, "tables", TABLES_MAX, reader);
    let place = overlay.at("tables");
    for (index, value) in list.iter().enumerate() {
        let place = Place::index(&place, index);
        let Some(entry) = reader.object(value, Some(&place), &TABLE) else {
            continue;
        };
        let mut seats = Vec::new();
        let ring = limited(&entry, "seats", TABLE_SEATS_MAX, reader);
        let ring_place = entry.at("seats");
        for (index, value) in ring.iter().enumerate() {
            let place = Place::index(&ring_place, index);
            let Some(no) = seat(value, &place, ground, reader) else {
                continue;
            };
            if !seated.insert(no) {
                let guid = ground.guid(no);
                reader.refuse(&place, Flaw::Misfit(Misfit::SeatUsedTwice { guid }));
            }
            seats.push(no);
        }
        if ring.is_empty() {
            reader.wrong(&ring_place, SEATS);
        }
        let whole = reader.flag(&entry, "whole");
        let Some(name) = own_name(&entry, &mut names, reader) else {
            continue;
        };
        tables.push(Table { name, seats, whole, block: 0 });
    }
    tables
}

fn doors(overlay: &Object<'_>, ground: &Ground<'_>, reader: &mut Reader<'_>) -> Vec<ZoneDoors> {
    let mut by_zone = Vec::new();
    let list = limited(overlay, "doors", ENTRIES_MAX, reader);
    let place = overlay.at("doors");
    for (index, value) in list.iter().enumerate() {
        let place = Place::index(&place, index);
        let Some(entry) = reader.object(value, Some(&place), &DOORS) else {
            continue;
        };
        let names = limited(&entry, "doors", DOORS_MAX, reader);
        let names_place = entry.at("doors");
        let mut doors = Vec::new();
        for (index, value) in names.iter().enumerate() {
            let place = Place::index(&names_place, index);
            match value.as_str() {
                Some(name) => doors.extend(reader.check_name(name, &place)),
                None => reader.wrong(&place, Wrong::NotText),
            }
        }
        let zones = zones(&entry, ground, reader);
        if by_zone.len() + zones.len() > ENTRIES_MAX {
            reader.too_big(&place, "the zones with doors", ENTRIES_MAX as u64);
            return by_zone;
        }
        for zone in zones {
            by_zone.push(ZoneDoors { zone, doors: doors.clone() });
        }
    }
    by_zone
}

fn not_for_sale(
    overlay: &Object<'_>,
    ground: &Ground<'_>,
    reader: &mut Reader<'_>,
) -> Vec<CategoryNo> {
    let list = limited(overlay, "not_for_sale", ENTRIES_MAX, reader);
    let place = overlay.at("not_for_sale");
    let categories = list
        .iter()
        .enumerate()
        .filter_map(|(index, value)| category(value, &Place::index(&place, index), ground, reader));
    categories.collect()
}

/// The list at `key`, or nothing when it is longer than it may be.
fn limited<'a>(
    object: &Object<'a>,
    key: &str,
    max: usize,
    reader: &mut Reader<'_>,
) -> &'a [Json<'a>] {
    let list = reader.list(object, key);
    if list.len() > max {
        reader.too_big(&object.at(key), "the entries of this list", max as u64);
        return &[];
    }
    list
}

/// A whole number within its range.
fn count(
    object: &Object<'_>,
    key: &str,
    range: std::ops::RangeInclusive<u32>,
    reader: &mut Reader<'_>,
) -> Option<u32> {
    const RANGE: Wrong = Wrong::Not { expected: "a whole number in its range" };
    let number = reader.whole(object, key)?;
    if (f64::from(*range.start())..=f64::from(*range.end())).contains(&number) {
        return Some(number as u32);
    }
    reader.wrong(&object.at(key), RANGE);
    None
}

/// The `name` of an entry, which no entry before it has.
fn own_name(
    entry: &Object<'_>,
    names: &mut BTreeSet<String>,
    reader: &mut Reader<'_>,
) -> Option<String> {
    let name = reader.name(entry, "name")?;
    if names.insert(name.clone()) {
        return Some(name);
    }
    reader.refuse(&entry.at("name"), Flaw::Misfit(Misfit::NameTwice { name }));
    None
}
