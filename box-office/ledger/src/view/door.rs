//! The door phone: its newest verdict, its last five scans, and how many are in.
//!
//! One box holds all of its tickets, so all sold are loaded; a door that lost the box is another
//! matter (`door_list.rs`). Never makes a verdict. Next: `desk.rs`.

use super::monitor::counts;
use super::scan::{Narrator, Scanned, newest_of, performances_of, read};
use crate::handle::Handle;
use crate::{Fault, Snapshot, device, events, performance};
use usher_rules::at::At;
use usher_rules::id::{DeviceNo, PerformanceId};
use usher_rules::performance::Performance;
use usher_rules::view::door::{Direction, Door, DoorPerformance, RecentScan};
use usher_rules::view::venue::Frame;

/// Scans shown below the verdict.
const RECENT_MAX: usize = 5;

/// The newest scan of a device today.
pub fn newest(
    handle: &Handle,
    snapshot: &Snapshot,
    now: At,
    device: DeviceNo,
) -> Result<Option<RecentScan>, Fault> {
    let own = |scan: &Scanned| scan.scan.device == device;
    let found = newest_of(handle, snapshot, handle.day_of(now), 1, own)?;
    let mut narrator = Narrator::new(snapshot)?;
    found.first().map(|scan| narrator.recent(scan)).transpose()
}

/// Who stands where, and what they did last.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    pub device: DeviceNo,
    pub direction: Direction,
    /// The scan just made.
    pub last: Option<u64>,
    pub form_key: String,
}

/// `None`: no such device is enrolled.
pub fn door(
    handle: &Handle,
    snapshot: &Snapshot,
    frame: Frame,
    post: &Post,
) -> Result<Option<Door>, Fault> {
    let Some(row) = device::get(snapshot, post.device)? else { return Ok(None) };
    let mut narrator = Narrator::new(snapshot)?;
    let today = handle.day_of(frame.now);
    let set = match row.device.performance {
        Some(id) => performance::get(snapshot, id)?.map(|found| (id, found)),
        None => None,
    };
    let served = match &set {
        Some(one) => vec![one.clone()],
        None => performances_of(snapshot, today)?,
    };
    let served: Vec<&(PerformanceId, Performance)> = served.iter().collect();
    let counts = counts(snapshot, &served)?;
    let own = |scan: &Scanned| scan.scan.device == post.device;
    let newest = newest_of(handle, snapshot, today, RECENT_MAX, own)?;
    let recent = newest.iter().map(|scan| narrator.recent(scan));
    let recent = recent.collect::<Result<Vec<_>, Fault>>()?;
    let last = match post.last {
        Some(seq) => read(snapshot, seq)?.filter(|scan| scan.scan.device == post.device),
        None => None,
    };
    let named = match (&set, served.as_slice()) {
        (Some(set), _) => Some(set),
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    let performance = match named {
        Some((id, found)) => Some(DoorPerformance {
            performance: *id,
            title: narrator.named(*id)?.production.title.clone(),
            starts: found.starts_at,
        }),
        None => None,
    };
    Ok(Some(Door {
        frame,
        form_key: post.form_key.clone(),
        door: if row.device.door.is_empty() { row.device.name } else { row.device.door },
        direction: post.direction,
        performance,
        tickets_loaded: counts.expected,
        tickets_total: counts.expected,
        inside: counts.inside,
        expected: counts.expected,
        last: last.map(|scan| narrator.plate(&scan)).transpose()?,
        recent,
        without_box: narrator.house().without_box,
        seq: events::newest(snapshot)?,
    }))
}
