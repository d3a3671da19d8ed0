//! Door devices: load, apply, read.
//!
//! The list comes from the configuration; the rows remember bad codes. Never talks to a device.
//! Next: `rules/device.rs`.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, tables};
use usher_rules::device::{DeviceRow, Event, Facts};
use usher_rules::id::DeviceNo;

/// Devices read at once.
pub const DEVICES_MAX: usize = 1_000;

pub fn load<S: Source>(source: &S) -> Result<Facts, Fault> {
    Ok(Facts { devices: all(source)? })
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    let Event::Put(no, row) = event;
    write.put(tables::DEVICES, no.0, row)
}

pub fn get<S: Source>(source: &S, no: DeviceNo) -> Result<Option<DeviceRow>, Fault> {
    source::get(source, tables::DEVICES, no.0)
}

/// All devices that were ever configured.
pub fn all<S: Source>(source: &S) -> Result<Vec<(DeviceNo, DeviceRow)>, Fault> {
    source::range(source, tables::DEVICES, .., DEVICES_MAX, |no, bytes| {
        Ok((DeviceNo(no), crate::stored::row(bytes)?))
    })
}
