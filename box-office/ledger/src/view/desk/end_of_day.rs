//! The end of day as the desk shows it, from one snapshot.
//!
//! What a run would come to is told by the rule that runs it. Never says who may: the listener
//! does. Next: `rules/view/desk/end_of_day.rs`, `ledger/end_of_day.rs`.

use crate::{Fault, Snapshot, end_of_day};
use usher_rules::at::At;
use usher_rules::end_of_day::{Run, figures, judge};
use usher_rules::id::{RunNo, StaffNo};
use usher_rules::view::desk::end_of_day::{Blocked, Glance};
use usher_rules::{BusinessDay, Refusal};

/// Runs that are listed.
pub const RUNS_MAX: usize = 31;

/// What a run with this cut-off would come to now, and what keeps it from being run.
pub fn preview(
    snapshot: &Snapshot,
    by: Option<StaffNo>,
    cut_off: Option<At>,
    now: At,
    day_of: &dyn Fn(At) -> BusinessDay,
) -> Result<Result<(Run, Option<Blocked>), Refusal>, Fault> {
    let facts = end_of_day::facts(snapshot, cut_off, now, by, day_of)?;
    Ok(figures(&facts, by.unwrap_or(StaffNo(0)), cut_off, now).map(|run| {
        let blocked = judge(&facts, &run).err().and_then(|refusal| blocked(&refusal));
        (run, blocked)
    }))
}

/// What a refusal says of the books; none of any other.
pub fn blocked(refusal: &Refusal) -> Option<Blocked> {
    match *refusal {
        Refusal::BatchMismatch { batch, diff } => Some(Blocked::Mismatch { batch, diff }),
        Refusal::OutOfBalance { diff } => Some(Blocked::OutOfBalance { diff }),
        _ => None,
    }
}

/// The cut-off of the last run.
pub fn last_cut_off(snapshot: &Snapshot) -> Result<Option<At>, Fault> {
    Ok(end_of_day::newest(snapshot, 1)?.pop().map(|(_, run)| run.cut_off))
}

/// Runs made so far, the newest first.
pub fn earlier(snapshot: &Snapshot) -> Result<Vec<Glance>, Fault> {
    let glance = |(no, run): (RunNo, Run)| Glance {
        no,
        at: run.at,
        cut_off: run.cut_off,
        postings: run.postings,
        banked: run.banked(),
        locked: run.locked.filter(|_| run.locks),
        by: run.by_name,
    };
    Ok(end_of_day::newest(snapshot, RUNS_MAX)?.into_iter().map(glance).collect())
}
