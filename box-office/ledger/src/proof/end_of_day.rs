//! The proof of the end of day: minutes and what ended in them are those that no run has taken,
//! and every run goes on where the one before it ended.
//!
//! Never repairs. Next: `rules/end_of_day.rs`.

use super::{marks, rows, same};
use crate::source::Source;
use crate::{Fault, end_of_day, tables};
use std::collections::BTreeMap;
use usher_rules::end_of_day::{Run, Sums};

pub(super) fn runs<S: Source>(source: &S, wrong: &mut Vec<String>) -> Result<(), Fault> {
    let kept: Vec<((i64, u32), Sums)> = rows(source, tables::END_OF_DAY_MINUTES, |key| key)?;
    let kept: BTreeMap<(i64, u32), Sums> = kept.into_iter().collect();
    same(wrong, "end_of_day_minutes", &kept, &end_of_day::minutes_again(source)?);
    let due = marks(source, tables::END_OF_DAY_DUE, |key| key)?;
    same(wrong, "end_of_day_due", &due, &end_of_day::due_again(source)?);
    let all: Vec<(u32, Run)> = rows(source, tables::END_OF_DAYS, |no| no)?;
    for ((_, last), (no, run)) in all.iter().zip(all.iter().skip(1)) {
        let goes_on = run.since == Some(last.cut_off)
            && run.upto >= last.upto
            && run.receivable.opening == last.receivable.closing;
        if !goes_on {
            wrong.push(format!("end of day {no} does not go on where the one before it ended"));
        }
    }
    Ok(())
}
