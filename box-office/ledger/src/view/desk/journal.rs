//! Days of the journal with their sums, exports and the proof, from one snapshot.
//!
//! Reads some days a page, by key. Never changes anything. Next: `rules/view/desk/journal.rs`.

use super::till::name;
use crate::{Fault, Snapshot, journal};
use std::collections::BTreeMap;
use usher_rules::id::ExportNo;
use usher_rules::journal::{Found, Proof};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Posting};
use usher_rules::view::desk::journal::{Day, Export, Line, Sums};
use usher_rules::{Actor, BusinessDay};

/// Days on one page.
pub const DAYS_MAX: usize = 7;
/// Exports that are listed.
pub const EXPORTS_MAX: usize = 20;

/// Days with postings before `before`, the newest first, and where older ones go on.
pub fn days(
    snapshot: &Snapshot,
    before: Option<BusinessDay>,
) -> Result<(Vec<Day>, Option<BusinessDay>), Fault> {
    let mut days: Vec<Day> = Vec::new();
    let mut next = journal::day_before(snapshot, before)?;
    while let Some(day) = next.filter(|_| days.len() < DAYS_MAX) {
        days.push(sums_of(snapshot, day)?);
        next = journal::day_before(snapshot, Some(day))?;
    }
    let older = next.and(days.last().map(|last| last.day));
    Ok((days, older))
}

fn sums_of(snapshot: &Snapshot, day: BusinessDay) -> Result<Day, Fault> {
    let mut accounts: BTreeMap<Account, Sums> = BTreeMap::new();
    let mut sums =
        Day { day, postings: 0, accounts: Vec::new(), debit: Money::ZERO, credit: Money::ZERO };
    journal::of_days(snapshot, day, day, |_, posting| {
        sums.postings += 1;
        for line in &posting.lines {
            let (debit, credit) = sides(line.amount);
            let none = Sums { account: line.account, debit: Money::ZERO, credit: Money::ZERO };
            let of = accounts.entry(line.account).or_insert(none);
            of.debit = of.debit + debit;
            of.credit = of.credit + credit;
            sums.debit = sums.debit + debit;
            sums.credit = sums.credit + credit;
        }
        Ok(())
    })?;
    sums.accounts = accounts.into_values().collect();
    Ok(sums)
}

fn sides(amount: Money) -> (Money, Money) {
    if amount > Money::ZERO { (amount, Money::ZERO) } else { (Money::ZERO, -amount) }
}

/// Exports made so far, the newest first.
pub fn exports(snapshot: &Snapshot) -> Result<Vec<Export>, Fault> {
    let mut found = Vec::new();
    for (no, row) in journal::newest_exports(snapshot, EXPORTS_MAX)? {
        let by = match &row.by {
            Actor::Account(no) => name(snapshot, *no)?,
            Actor::Staff(name) => name.clone(),
            Actor::House | Actor::Guest(_) | Actor::Device(_) | Actor::Console => String::new(),
        };
        found.push(Export { no, at: row.at, by, postings: row.postings() });
    }
    Ok(found)
}

/// The lines of an export; none if it was never made.
pub fn lines(snapshot: &Snapshot, no: ExportNo) -> Result<Option<Vec<Line>>, Fault> {
    let Some(export) = journal::export(snapshot, no)? else { return Ok(None) };
    let mut lines = Vec::new();
    for (id, posting) in journal::of_export(snapshot, &export)? {
        let Posting { at, day, order, cause, lines: amounts } = posting;
        lines.extend(amounts.into_iter().map(|one| Line {
            posting: id,
            day,
            at,
            cause,
            order,
            account: one.account,
            sub: one.sub,
            amount: one.amount,
        }));
    }
    Ok(Some(lines))
}

/// Is a proof still to be made, and what did the newest one find?
pub fn proof(snapshot: &Snapshot) -> Result<(bool, Option<(Proof, Found)>), Fault> {
    let last = journal::last_proof(snapshot)?;
    let made = journal::made(snapshot)?;
    let found = made.and_then(|proof| proof.done.clone().map(|done| (proof, done.found)));
    Ok((last.is_some_and(|(_, proof)| proof.done.is_none()), found))
}
