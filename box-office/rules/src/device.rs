//! Door devices as the house knows them: name, door, and how often they brought bad codes.
//!
//! The list comes from the configuration at start; a device that no longer stands there is
//! disabled, never deleted, because old scans name it. Next: `admission.rs`.

use crate::at::{At, Span};
use crate::id::{DeviceNo, PerformanceId};
use crate::{Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Bad codes inside [`BAD_WINDOW`] that lock a device (trust 3).
pub const BAD_CODES_MAX: usize = 20;
pub const BAD_WINDOW: Span = Span::minutes(1);
/// How long a locked device stays so.
pub const LOCKED_FOR: Span = Span::minutes(1);

/// A device as configured.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Device {
    #[n(0)]
    pub name: String,
    /// The door it stands at, by its letter or name.
    #[n(1)]
    pub door: String,
    #[n(2)]
    pub enabled: bool,
    /// Only this performance, if set.
    #[n(3)]
    pub performance: Option<PerformanceId>,
}

/// A device row: the configuration and the memory of bad codes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct DeviceRow {
    #[n(0)]
    pub device: Device,
    /// When its latest bad codes came, newest last, [`BAD_CODES_MAX`] at most.
    #[n(1)]
    pub bad: Vec<At>,
    #[n(2)]
    pub locked_until: Option<At>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// The devices of the configuration; all others are disabled.
    #[n(0)]
    SetAll(#[n(0)] Vec<(DeviceNo, Device)>),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Put(#[n(0)] DeviceNo, #[n(1)] DeviceRow),
}

pub struct Facts {
    pub devices: Vec<(DeviceNo, DeviceRow)>,
}

pub fn decide(facts: &Facts, command: &Command) -> Result<Vec<AnyEvent>, Refusal> {
    let Command::SetAll(wanted) = command;
    let known = |no: DeviceNo| facts.devices.iter().find(|(other, _)| *other == no);
    let mut events = Vec::new();
    for (no, device) in wanted {
        let row = match known(*no) {
            Some((_, row)) => DeviceRow { device: device.clone(), ..row.clone() },
            None => DeviceRow { device: device.clone(), bad: Vec::new(), locked_until: None },
        };
        if known(*no).is_none_or(|(_, old)| *old != row) {
            events.push(AnyEvent::Device(Event::Put(*no, row)));
        }
    }
    for (no, row) in &facts.devices {
        if row.device.enabled && !wanted.iter().any(|(other, _)| other == no) {
            let mut row = row.clone();
            row.device.enabled = false;
            events.push(AnyEvent::Device(Event::Put(*no, row)));
        }
    }
    Ok(events)
}

impl DeviceRow {
    /// The row after one more bad code at `now`.
    pub fn after_bad_code(&self, now: At) -> DeviceRow {
        let mut row = self.clone();
        row.bad.retain(|at| *at > now - BAD_WINDOW && *at <= now);
        row.bad.push(now);
        if row.bad.len() >= BAD_CODES_MAX {
            row.bad.clear();
            row.locked_until = Some(now + LOCKED_FOR);
        }
        row
    }

    /// May it scan now?
    pub fn may_scan(&self, now: At) -> bool {
        self.device.enabled && self.locked_until.is_none_or(|until| now >= until)
    }
}
