//! How people arrive: scans a minute over one hour, the usual run of it, and the doors as lanes.
//!
//! Counts only; nothing here is a forecast. Next: `monitor.rs`, which shows it.

use super::scan::{SCANS_MAX, Scanned, scans_at};
use crate::device::DEVICES_MAX;
use crate::plan::Drawn;
use crate::{Fault, Snapshot, device, performance};
use std::sync::Arc;
use usher_rules::at::{At, Span};
use usher_rules::device::Device;
use usher_rules::id::{DeviceNo, PerformanceId};
use usher_rules::performance::Performance;
use usher_rules::view::monitor::{Curve, Flow, Lane};

/// Minutes of the curve.
pub(super) const MINUTES: usize = 60;
const MINUTE: Span = Span::minutes(1);
/// Earlier performances that make the usual run.
const EARLIER_MAX: usize = 8;
/// How far back a lane's rate looks, in minutes.
const RATE_MINUTES: u32 = 5;
/// Admissions a minute at one device, in tenths, that are as fast as people walk through.
const QUEUE_TENTHS: u32 = 90;

/// The hour that ends with the minute of `until`.
pub(super) fn curve(arrivals: &[At], until: At, minutes_so_far: usize) -> Curve {
    let this_minute = At(until.0 - until.0.rem_euclid(MINUTE.0));
    let from = this_minute - Span::minutes(MINUTES as i64 - 1);
    let mut tonight = counted(arrivals.iter().copied(), from);
    tonight.truncate(minutes_so_far);
    Curve { from, tonight, usual_tenths: Vec::new() }
}

/// The hour of today: the last one before the curtain once that is less than an hour off, so that
/// what is usually still to come can be seen; else the one that ends now. Its last point is the
/// sixty seconds just gone by: a minute just begun would look as if nobody came any more.
pub(super) fn curve_now(arrivals: &[At], curtain: Option<At>, now: At) -> Curve {
    let hour = Span::minutes(MINUTES as i64);
    let ahead = curtain.filter(|curtain| *curtain > now && *curtain - now < hour);
    let until = ahead.map_or(now, |curtain| curtain - Span(1));
    let mut curve = curve(arrivals, until, MINUTES);
    let so_far = (now - curve.from).0.div_euclid(MINUTE.0) + 1;
    curve.tonight.truncate(usize::try_from(so_far).unwrap_or(0));
    if let Some(last) = curve.tonight.last_mut() {
        *last = count(arrivals.iter().filter(|at| **at > now - MINUTE && **at <= now).count());
    }
    curve
}

fn counted(arrivals: impl Iterator<Item = At>, from: At) -> Vec<u32> {
    let mut minutes = vec![0; MINUTES];
    for at in arrivals {
        let minute = (at - from).0.div_euclid(MINUTE.0);
        if let Some(count) = usize::try_from(minute).ok().and_then(|no| minutes.get_mut(no)) {
            *count += 1;
        }
    }
    minutes
}

/// Mean of earlier performances of the same production at the same minutes before curtain, in
/// tenths; empty when nobody ever arrived at one.
pub(super) fn usual(snapshot: &Snapshot, shown: &Performance, from: At) -> Result<Vec<u32>, Fault> {
    let before = performance::starting(snapshot, At(i64::MIN), shown.starts_at)?;
    let same = before.into_iter().rev().filter(|(_, row)| row.production == shown.production);
    let mut sums = vec![0_u32; MINUTES];
    let mut count = 0_u32;
    for (id, earlier) in same.take(EARLIER_MAX) {
        let scans = scans_at(snapshot, id, SCANS_MAX)?;
        let arrivals = scans.iter().filter(|scan| scan.arrived()).map(|scan| scan.at);
        let their_from = earlier.starts_at - (shown.starts_at - from);
        if scans.iter().any(Scanned::arrived) {
            count += 1;
            let minutes = counted(arrivals, their_from);
            sums.iter_mut().zip(minutes).for_each(|(sum, minute)| *sum += minute);
        }
    }
    let mean = |sum: u32| (sum * 10 + count / 2) / count;
    Ok(if count == 0 { Vec::new() } else { sums.into_iter().map(mean).collect() })
}

/// What a lane is made from.
pub(super) struct Doors<'a> {
    pub scans: &'a [Scanned],
    /// Plans of the performances shown.
    pub plans: &'a [(PerformanceId, Arc<Drawn>)],
    /// Devices that do not answer.
    pub silent: &'a [DeviceNo],
    pub now: At,
}

/// Every door that has a device or serves a zone tonight, by name.
pub(super) fn lanes(snapshot: &Snapshot, doors: &Doors<'_>) -> Result<Vec<Lane>, Fault> {
    let devices: Vec<(DeviceNo, Device)> = device::all(snapshot)?
        .into_iter()
        .take(DEVICES_MAX)
        .map(|(no, row)| (no, row.device))
        .filter(|(_, device)| device.enabled)
        .collect();
    let served = doors.plans.iter().flat_map(|(_, drawn)| &drawn.plan.doors);
    let mut names: Vec<&str> = served
        .flat_map(|zone| zone.doors.iter().map(String::as_str))
        .chain(devices.iter().map(|(_, device)| device.door.as_str()))
        .chain(doors.scans.iter().filter(|scan| scan.arrived()).map(|scan| scan.scan.door.as_str()))
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(names.into_iter().map(|name| lane(name, &devices, doors)).collect())
}

fn lane(name: &str, devices: &[(DeviceNo, Device)], doors: &Doors<'_>) -> Lane {
    let arrived = || doors.scans.iter().filter(|scan| scan.arrived() && scan.scan.door == name);
    let since = doors.now - Span::minutes(i64::from(RATE_MINUTES));
    let lately = arrived().filter(|scan| scan.at > since && scan.at <= doors.now).count();
    let per_minute_tenths = count(lately) * 10 / RATE_MINUTES;
    let here: Vec<DeviceNo> =
        devices.iter().filter(|(_, device)| device.door == name).map(|(no, _)| *no).collect();
    Lane {
        door: name.to_owned(),
        leads_to: leads_to(name, doors.plans),
        admitted: count(arrived().count()),
        per_minute_tenths,
        flow: flow(&here, doors.silent, per_minute_tenths),
    }
}

fn flow(here: &[DeviceNo], silent: &[DeviceNo], per_minute_tenths: u32) -> Flow {
    let answering = here.iter().filter(|no| !silent.contains(no)).count();
    if !here.is_empty() && answering == 0 {
        Flow::Silent
    } else if per_minute_tenths == 0 {
        Flow::Quiet
    } else if per_minute_tenths >= QUEUE_TENTHS * count(answering.max(1)) {
        Flow::Queue
    } else {
        Flow::Flowing
    }
}

/// Zones that a door serves tonight, each named once.
fn leads_to(door: &str, plans: &[(PerformanceId, Arc<Drawn>)]) -> String {
    let mut zones: Vec<&str> = Vec::new();
    for (_, drawn) in plans {
        let here =
            drawn.plan.doors.iter().filter(|zone| zone.doors.iter().any(|name| name == door));
        for zone in here {
            let name = drawn.plan.zones.get(usize::from(zone.zone)).map(|zone| zone.name.as_str());
            zones.extend(name.filter(|name| !name.is_empty() && !zones.contains(name)));
        }
    }
    zones.join(", ")
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_ends_with_this_minute_and_counts_its_first_and_last() {
        let until = At(Span::hours(20).0 + 61_500);
        let first = At(until.0 - 61_500 + 60_000) - Span::minutes(59);
        let arrivals = [first - Span(1), first, first + Span(59_999), until, until - Span(60_000)];
        let curve = curve(&arrivals, until, MINUTES);
        assert_eq!(curve.from, first);
        assert_eq!(curve.tonight.len(), MINUTES);
        assert_eq!((curve.tonight[0], curve.tonight[58], curve.tonight[59]), (2, 1, 1));
        assert_eq!(curve.tonight.iter().sum::<u32>(), 4, "what came before the hour is not in it");
    }

    #[test]
    fn the_hour_is_the_last_before_the_curtain_once_that_is_near() {
        let curtain = At(Span::hours(20).0 + Span::minutes(30).0);
        let seen = |minutes: i64| {
            let now = curtain - Span::minutes(minutes) + Span::seconds(12);
            let curve = curve_now(&[], Some(curtain), now);
            (curve.tonight.len(), (curtain - curve.from).0 / MINUTE.0)
        };
        assert_eq!(seen(23), (38, 60), "ends at the curtain, drawn as far as it is");
        assert_eq!(seen(61), (60, 121 - 1), "still more than an hour: ends now");
        assert_eq!(seen(60), (1, 60), "a little less than an hour");
        assert_eq!(seen(0), (60, 59), "the curtain is up: ends now");
    }

    #[test]
    fn the_last_point_is_the_minute_gone_by_and_not_the_one_just_begun() {
        let now = At(Span::hours(20).0 + 4_000);
        let arrivals = [now - Span(60_000), now - Span(59_999), now - Span(4_001), now];
        let curve = curve_now(&arrivals, None, now);
        assert_eq!(curve.tonight.last(), Some(&3));
        assert_eq!(curve.tonight[58], 3, "minutes before are as they were");
    }

    #[test]
    fn a_lane_is_silent_only_when_none_of_its_devices_answers() {
        let (one, two) = (DeviceNo(1), DeviceNo(2));
        assert_eq!(flow(&[one], &[one], 50), Flow::Silent);
        assert_eq!(flow(&[one, two], &[one], 50), Flow::Flowing);
        assert_eq!(flow(&[], &[one], 0), Flow::Quiet);
    }

    #[test]
    fn people_queue_where_a_device_is_as_fast_as_it_can_be() {
        let (one, two) = (DeviceNo(1), DeviceNo(2));
        assert_eq!(flow(&[one], &[], QUEUE_TENTHS - 1), Flow::Flowing);
        assert_eq!(flow(&[one], &[], QUEUE_TENTHS), Flow::Queue);
        assert_eq!(flow(&[one, two], &[], QUEUE_TENTHS), Flow::Flowing);
    }
}
