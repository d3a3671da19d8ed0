//! The desk: the house today, and what the store knows of devices and mail.
//!
//! What only the process knows (disk, clock, a device that does not answer) comes from the
//! listener. Never holds a token. Next: `desk/cart.rs`, `desk/letter.rs`, `desk/till.rs`,
//! `listener/staff/desk.rs`.

pub mod batch;
pub mod cancellation;
pub mod cart;
pub mod end_of_day;
pub mod journal;
pub mod letter;
pub mod order;
pub mod pad;
pub mod patron;
pub mod payment;
pub mod refund;
pub mod report;
pub mod sell;
pub mod staff;
pub mod till;

use super::scan::{newest_of, performances_of};
use super::showing::Offer;
use crate::handle::Handle;
use crate::{Fault, Snapshot, admission, device, inventory, source, tables};
use std::collections::HashMap;
use usher_rules::at::{At, Span};
use usher_rules::device::DeviceRow;
use usher_rules::id::DeviceNo;
use usher_rules::letter::State;
use usher_rules::view::desk::{Books, Device, DeviceKind, DeviceState, HouseGlance};

/// A device that went away is looked for again within this time.
const RETRIED_WITHIN: Span = Span::seconds(2);
/// Letters counted of one state.
const LETTERS_MAX: usize = 100_000;

/// Performances of today with what is sold and who is in.
pub fn houses(handle: &Handle, snapshot: &Snapshot, now: At) -> Result<Vec<HouseGlance>, Fault> {
    let mut houses = Vec::new();
    for (id, performance) in performances_of(snapshot, handle.day_of(now))? {
        let Some(offer) = Offer::read(snapshot, id)? else { continue };
        let tally = inventory::tally(snapshot, id)?;
        houses.push(HouseGlance {
            title: offer.production.title.clone(),
            hall: performance.hall,
            starts: performance.starts_at,
            sold: tally.sold,
            held: tally.held,
            places_left: offer.left.all().0,
            inside: admission::attendance(snapshot, id)?.inside,
            cancelled: performance.cancelled.map(|_| id),
        });
    }
    Ok(houses)
}

/// What a device last said of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub up: bool,
    /// The driver's own words when it complains; may be empty.
    pub words: String,
    pub at: At,
}

/// Every enrolled device with its newest scan of today and what it last said of itself.
/// The store knows no kinds; whoever read the configuration does.
pub fn devices(
    handle: &Handle,
    snapshot: &Snapshot,
    now: At,
    kind: impl Fn(DeviceNo) -> DeviceKind,
    health: impl Fn(DeviceNo) -> Option<Health>,
) -> Result<Vec<Device>, Fault> {
    let rows = device::all(snapshot)?;
    let mut scanned: HashMap<DeviceNo, At> = HashMap::new();
    newest_of(handle, snapshot, handle.day_of(now), rows.len(), |scan| {
        let first = !scanned.contains_key(&scan.scan.device);
        scanned.entry(scan.scan.device).or_insert(scan.at);
        first
    })?;
    let device = |(no, row): (DeviceNo, DeviceRow)| {
        let health = health(no);
        let up_at = health.as_ref().filter(|health| health.up).map(|health| health.at);
        let seen = scanned.get(&no).copied().max(up_at);
        Device {
            state: state(&row, health.as_ref(), seen, now),
            seen,
            name: row.device.name,
            kind: kind(no),
            stands_at: row.device.door,
            port: String::new(),
            fault: health.filter(|health| !health.up).map(|one| one.words).unwrap_or_default(),
        }
    };
    Ok(rows.into_iter().map(device).collect())
}

fn state(row: &DeviceRow, health: Option<&Health>, seen: Option<At>, now: At) -> DeviceState {
    if !row.device.enabled {
        DeviceState::Off
    } else if !row.may_scan(now) {
        DeviceState::Locked
    } else if health.is_some_and(|health| !health.up) {
        DeviceState::Retrying { after: RETRIED_WITHIN }
    } else if seen.is_some() {
        DeviceState::Ready
    } else {
        DeviceState::Waiting
    }
}

/// What the last proof of the journal said.
pub fn books(snapshot: &Snapshot) -> Result<Books, Fault> {
    let done = crate::journal::made(snapshot)?.and_then(|proof| proof.done);
    Ok(match done {
        None => Books::Unproved,
        Some(done) if done.found.wrong == 0 => Books::Agree,
        Some(done) => Books::Differ { wrong: done.found.wrong },
    })
}

/// Letters that wait to go out, and those that wait for staff.
pub fn mail(snapshot: &Snapshot) -> Result<(u32, u32), Fault> {
    Ok((count(snapshot, State::NotDone)?, count(snapshot, State::Error)?))
}

fn count(snapshot: &Snapshot, state: State) -> Result<u32, Fault> {
    let state = state as u8;
    let keys = (state, i64::MIN, 0)..=(state, i64::MAX, u64::MAX);
    let found = source::range(snapshot, tables::MAIL, keys, LETTERS_MAX, |_, ()| Ok(()))?;
    Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
}
