//! Resolves the names in an overlay: guids, zones, rows and categories of its plan.
//!
//! A name that the plan does not have is filed with its pointer. Never guesses a near one.
//! Next: `plan/overlay/read.rs` for who asks.

use crate::id::{CategoryNo, SeatNo};
use crate::plan::Seat;
use crate::plan::json::Json;
use crate::plan::original::Original;
use crate::plan::reader::{Object, Place, Reader, shortened};
use crate::plan::report::{Flaw, Misfit, Wrong};
use std::collections::{BTreeMap, BTreeSet};

/// The plan an overlay must fit.
pub(in crate::plan) struct Ground<'p> {
    original: &'p Original,
    by_guid: BTreeMap<&'p str, SeatNo>,
    rows: BTreeSet<(u16, &'p str)>,
}

impl<'p> Ground<'p> {
    pub fn new(original: &'p Original) -> Ground<'p> {
        let seats = original.seats.iter().enumerate();
        let by_guid = seats.map(|(no, seat)| (seat.guid.as_str(), SeatNo(no as u32))).collect();
        let names = |seat: &'p Seat| {
            let label = seat.row_label.as_deref().into_iter();
            label.chain([seat.row.as_str()]).map(|name| (seat.zone, name))
        };
        let rows = original.seats.iter().flat_map(names).collect();
        Ground { original, by_guid, rows }
    }

    /// All zones of that name.
    pub fn zones(&self, name: &str) -> Vec<u16> {
        let zones = self.original.zones.iter().zip(0_u16..);
        zones.filter(|(zone, _)| zone.name == name).map(|(_, no)| no).collect()
    }

    pub fn guid(&self, no: SeatNo) -> String {
        self.original.seats[no.0 as usize].guid.clone()
    }

    /// True for a row number or a row label of that zone.
    pub fn has_row(&self, zone: u16, row: &str) -> bool {
        self.rows.contains(&(zone, row))
    }

    pub fn category(&self, name: &str) -> Option<CategoryNo> {
        let no = self.original.categories.iter().position(|category| category.name == name)?;
        Some(CategoryNo(no as u16))
    }
}

pub(super) fn zones(entry: &Object<'_>, ground: &Ground<'_>, reader: &mut Reader<'_>) -> Vec<u16> {
    let Some(name) = reader.text(entry, "zone") else {
        return Vec::new();
    };
    let zones = ground.zones(name);
    if zones.is_empty() {
        reader
            .refuse(&entry.at("zone"), Flaw::Misfit(Misfit::UnknownZone { name: shortened(name) }));
    }
    zones
}

pub(super) fn category(
    value: &Json<'_>,
    place: &Place<'_>,
    ground: &Ground<'_>,
    reader: &mut Reader<'_>,
) -> Option<CategoryNo> {
    let Some(name) = value.as_str() else {
        reader.wrong(place, Wrong::NotText);
        return None;
    };
    let no = ground.category(name);
    if no.is_none() {
        reader.refuse(place, Flaw::UnknownCategory { name: shortened(name) });
    }
    no
}

pub(super) fn seat(
    value: &Json<'_>,
    place: &Place<'_>,
    ground: &Ground<'_>,
    reader: &mut Reader<'_>,
) -> Option<SeatNo> {
    let Some(guid) = value.as_str() else {
        reader.wrong(place, Wrong::NotText);
        return None;
    };
    known_seat(guid, place, ground, reader)
}

pub(super) fn known_seat(
    guid: &str,
    place: &Place<'_>,
    ground: &Ground<'_>,
    reader: &mut Reader<'_>,
) -> Option<SeatNo> {
    let no = ground.by_guid.get(guid).copied();
    if no.is_none() {
        reader.refuse(place, Flaw::Misfit(Misfit::UnknownSeat { guid: shortened(guid) }));
    }
    no
}
