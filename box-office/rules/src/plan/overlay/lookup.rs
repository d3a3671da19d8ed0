//! Resolves the names in an overlay: guids, zones, rows and categories of its plan.
//!
//! A name that the plan does not have is filed with its pointer. Never guesses a near one.
//! Next: `plan/overlay/read.rs` for who asks.

use crate::id::{CategoryNo, SeatNo};
use crate::plan::Seat;
use crate::plan::original::Original;
use crate::plan::reader::{Object, Place, Reader, shortened};
use crate::plan::report::{Flaw, Wrong};
use serde_json::Value;
use std::collections::BTreeMap;

/// The plan an overlay must fit.
pub(in crate::plan) struct Ground<'p> {
    original: &'p Original,
    by_guid: BTreeMap<&'p str, SeatNo>,
}

impl<'p> Ground<'p> {
    pub fn new(original: &'p Original) -> Ground<'p> {
        let seats = original.seats.iter().enumerate();
        let by_guid = seats
            .map(|(no, seat)| (seat.guid.as_str(), SeatNo(no as u32)))
            .collect();
        Ground { original, by_guid }
    }

    /// All zones of that name.
    pub fn zones(&self, name: &str) -> Vec<u16> {
        let zones = self.original.zones.iter().zip(0_u16..);
        zones
            .filter(|(zone, _)| zone.name == name)
            .map(|(_, no)| no)
            .collect()
    }

    pub fn guid(&self, no: SeatNo) -> String {
        self.original.seats[no.0 as usize].guid.clone()
    }

    pub fn has_row(&self, zone: u16, row: &str) -> bool {
        let of_zone = |seat: &&Seat| seat.zone == zone;
        let named = |seat: &Seat| seat.row == row || seat.row_label.as_deref() == Some(row);
        self.original.seats.iter().filter(of_zone).any(named)
    }

    pub fn category(&self, name: &str) -> Option<CategoryNo> {
        let no = self
            .original
            .categories
            .iter()
            .position(|category| category.name == name)?;
        Some(CategoryNo(no as u16))
    }
}

pub(super) fn zones(entry: &Object<'_>, ground: &Ground<'_>, reader: &mut Reader<'_>) -> Vec<u16> {
    let Some(name) = reader.text(entry, "zone") else {
        return Vec::new();
    };
    let zones = ground.zones(name);
    if zones.is_empty() {
        reader.refuse(
            &entry.at("zone"),
            Flaw::UnknownZone {
                name: shortened(name),
            },
        );
    }
    zones
}

pub(super) fn category(
    value: &Value,
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
        reader.refuse(
            place,
            Flaw::UnknownCategory {
                name: shortened(name),
            },
        );
    }
    no
}

pub(super) fn seat(
    value: &Value,
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
        reader.refuse(
            place,
            Flaw::UnknownSeat {
                guid: shortened(guid),
            },
        );
    }
    no
}
