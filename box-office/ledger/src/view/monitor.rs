//! The wall monitor of one business day: who is in, how they come, where, and who was stopped.
//!
//! Read whole for the page; afterwards the page follows the feed from `seq` on. Next: `door.rs`.

use super::arrivals::{Doors, MINUTES, curve, curve_now, lanes, usual};
use super::scan::{Narrator, Scanned, performances_of, scans_of};
use crate::handle::Handle;
use crate::plan::Drawn;
use crate::{Fault, Snapshot, admission, events, inventory};
use std::mem::discriminant;
use std::sync::Arc;
use usher_rules::BusinessDay;
use usher_rules::admission::Verdict;
use usher_rules::at::{At, Span};
use usher_rules::id::{DeviceNo, PerformanceId};
use usher_rules::money::Money;
use usher_rules::performance::Performance;
use usher_rules::view::monitor::{Monitor, PerformanceGlance, ROWS_MAX, Refused, ScanRow};
use usher_rules::view::venue::Frame;
use usher_rules::view::whats_on::Day;

/// Minutes after curtain that the curve of a past performance still shows.
const AFTER_CURTAIN: Span = Span::minutes(15);
/// All of something, in tenths of a percent.
const WHOLE_TENTHS: i64 = 1_000;

/// What is asked of the wall.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watch {
    /// The day as it was picked; `None` is today.
    pub picked: Option<Day>,
    pub day: BusinessDay,
    pub performance: Option<PerformanceId>,
    /// Devices that do not answer now.
    pub silent: Vec<DeviceNo>,
    pub beam_to_screen: Option<Span>,
}

pub fn monitor(
    handle: &Handle,
    snapshot: &Snapshot,
    frame: Frame,
    watch: &Watch,
) -> Result<Monitor, Fault> {
    let of_day = performances_of(snapshot, watch.day)?;
    let shown = watch.performance.and_then(|id| of_day.iter().find(|(other, _)| *other == id));
    let counted: Vec<&(PerformanceId, Performance)> = match shown {
        Some(one) => vec![one],
        None => of_day.iter().collect(),
    };
    let scans = scans_of(handle, snapshot, watch.day, shown.map(|(id, _)| *id))?;
    let mut narrator = Narrator::new(snapshot)?;
    let mut glances = Vec::with_capacity(of_day.len());
    for (id, _) in &of_day {
        glances.push(glance(&mut narrator, *id)?);
    }
    let counts = counts(snapshot, &counted)?;
    let today = handle.day_of(frame.now) == watch.day;
    let arrivals: Vec<At> =
        scans.iter().filter(|scan| scan.arrived()).map(|scan| scan.at).collect();
    let lead = counted.first().map(|(_, performance)| performance);
    let mut curve = if today {
        curve_now(&arrivals, lead.map(|performance| performance.starts_at), frame.now)
    } else {
        curve(&arrivals, past_end(lead, frame.now), MINUTES)
    };
    if let Some(lead) = lead {
        curve.usual_tenths = usual(snapshot, lead, curve.from)?;
    }
    let plans = plans(snapshot, &counted)?;
    let doors = Doors { scans: &scans, plans: &plans, silent: &watch.silent, now: frame.now };
    Ok(Monitor {
        day: watch.picked,
        shown: shown
            .and_then(|(id, _)| glances.iter().find(|glance| glance.performance == *id).cloned()),
        performances: glances,
        inside: counts.inside,
        admitted: counts.admitted,
        expected: counts.expected,
        doors: lanes(snapshot, &doors)?,
        refused: refused(&mut narrator, &scans)?,
        duplicates: duplicates(&scans),
        without_box: narrator.house().without_box,
        scans: u32::try_from(scans.len()).unwrap_or(u32::MAX),
        rows: rows(&mut narrator, &scans)?,
        seq: events::newest(snapshot)?,
        beam_to_screen: watch.beam_to_screen,
        curve,
        frame,
    })
}

/// Heads of some performances together.
#[derive(Default)]
pub(super) struct Counts {
    pub inside: u32,
    pub admitted: u32,
    /// Tickets sold: who may still come.
    pub expected: u32,
}

pub(super) fn counts(
    snapshot: &Snapshot,
    performances: &[&(PerformanceId, Performance)],
) -> Result<Counts, Fault> {
    let mut counts = Counts::default();
    for (id, _) in performances {
        let attendance = admission::attendance(snapshot, *id)?;
        counts.inside += attendance.inside;
        counts.admitted += attendance.admitted;
        counts.expected += inventory::tally(snapshot, *id)?.sold;
    }
    Ok(counts)
}

fn glance(narrator: &mut Narrator<'_>, id: PerformanceId) -> Result<PerformanceGlance, Fault> {
    let named = narrator.named(id)?;
    Ok(PerformanceGlance {
        performance: id,
        title: named.production.title.clone(),
        play_code: named.production.code.clone(),
        hall: named.performance.hall.clone(),
        starts: named.performance.starts_at,
    })
}

/// Where the hour of a day that is over ends.
fn past_end(lead: Option<&Performance>, now: At) -> At {
    lead.map_or(now, |performance| performance.starts_at + AFTER_CURTAIN)
}

fn plans(
    snapshot: &Snapshot,
    performances: &[&(PerformanceId, Performance)],
) -> Result<Vec<(PerformanceId, Arc<Drawn>)>, Fault> {
    let mut plans = Vec::new();
    for (id, performance) in performances {
        plans.extend(snapshot.plan(performance.plan)?.map(|drawn| (*id, drawn)));
    }
    Ok(plans)
}

/// Refusals by reason, most frequent first; the reason is the one of its first scan.
fn refused(narrator: &mut Narrator<'_>, scans: &[Scanned]) -> Result<Vec<Refused>, Fault> {
    let mut found: Vec<Refused> = Vec::new();
    for scan in scans.iter().filter(|scan| matches!(scan.scan.verdict, Verdict::Stop(_))) {
        let (_, reason) = narrator.verdict(&scan.scan.verdict)?;
        let same = |one: &&mut Refused| discriminant(&one.reason) == discriminant(&reason);
        match found.iter_mut().find(same) {
            Some(one) => one.count += 1,
            None => found.push(Refused { reason, count: 1 }),
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.count));
    Ok(found)
}

fn duplicates(scans: &[Scanned]) -> u32 {
    let count = scans.iter().filter(|scan| scan.is_duplicate()).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Newest first; the shares of the rows listed add up to the whole (domain 9.4).
fn rows(narrator: &mut Narrator<'_>, scans: &[Scanned]) -> Result<Vec<ScanRow>, Fault> {
    let newest = scans.iter().rev().take(ROWS_MAX);
    let mut rows = newest.map(|scan| narrator.row(scan)).collect::<Result<Vec<_>, Fault>>()?;
    let shares = Money(WHOLE_TENTHS).split(&vec![1; rows.len()]);
    for (row, share) in rows.iter_mut().zip(shares) {
        row.share_tenths = u32::try_from(share.0).unwrap_or(0);
    }
    Ok(rows)
}
