//! What was posted since the last run, added up by minute, and those minutes by day.
//!
//! Kept beside the journal as it grows, so that ending a day reads minutes and no postings. Orders
//! and performances are not told apart: their accounts are one line each. Next: `run.rs`.

use crate::BusinessDay;
use crate::at::At;
use crate::id::PostingId;
use crate::money::Money;
use crate::posting::{Account, Cause, Posting};
use crate::till::Takings;
use minicbor::{Decode, Encode};
use std::collections::BTreeMap;

const MINUTE_MS: i64 = 60_000;

/// The minute that a moment is in.
pub fn minute_of(at: At) -> i64 {
    at.0.div_euclid(MINUTE_MS)
}

/// Does a minute begin at this moment?
pub fn whole_minute(at: At) -> bool {
    at.0.rem_euclid(MINUTE_MS) == 0
}

/// Stored. What one account, or one of its kind, had for one cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Line {
    #[n(0)]
    pub cause: Cause,
    #[n(1)]
    pub account: Account,
    #[n(2)]
    pub sub: u64,
    #[n(3)]
    pub count: u32,
    #[n(4)]
    pub debit: Money,
    #[n(5)]
    pub credit: Money,
}

impl Line {
    /// Debit above zero, credit below.
    pub fn net(&self) -> Money {
        self.debit - self.credit
    }

    fn is_of(&self, cause: Cause, account: Account, sub: u64) -> bool {
        (self.cause, self.account, self.sub) == (cause, account, sub)
    }
}

/// Stored. Postings added up; of a minute it is the row, of a day a part of a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Sums {
    #[n(0)]
    pub postings: u64,
    /// The newest of them.
    #[n(1)]
    pub last: Option<PostingId>,
    /// In the order in which they were first posted.
    #[n(2)]
    pub lines: Vec<Line>,
}

impl Sums {
    /// One posting more.
    pub fn post(&mut self, id: PostingId, posting: &Posting) {
        self.postings += 1;
        self.last = self.last.max(Some(id));
        for amount in &posting.lines {
            let debit = amount.amount.max(Money::ZERO);
            self.add(Line {
                cause: posting.cause,
                account: amount.account,
                sub: part(amount.account, amount.sub),
                count: 1,
                debit,
                credit: debit - amount.amount,
            });
        }
    }

    /// All of another one.
    pub fn join(&mut self, other: &Sums) {
        self.postings += other.postings;
        self.last = self.last.max(other.last);
        other.lines.iter().for_each(|line| self.add(*line));
    }

    fn add(&mut self, line: Line) {
        let mut lines = self.lines.iter_mut();
        match lines.find(|old| old.is_of(line.cause, line.account, line.sub)) {
            Some(old) => {
                old.count = old.count.saturating_add(line.count);
                old.debit = old.debit + line.debit;
                old.credit = old.credit + line.credit;
            }
            None => self.lines.push(line),
        }
    }

    /// What an account had for one cause, whichever of its kind.
    pub fn of(&self, cause: Cause, account: Account) -> Money {
        let here = self.lines.iter().filter(|line| line.cause == cause && line.account == account);
        here.map(Line::net).sum()
    }

    /// Payments that came to one of a kind, or went from it, as they are counted.
    pub fn taken(&self, cause: Cause, account: Account, sub: u64) -> Takings {
        let found = self.lines.iter().find(|line| line.is_of(cause, account, sub));
        found.map_or_else(Takings::default, |line| Takings { count: line.count, sum: line.net() })
    }

    /// Both sides of an account.
    pub fn sides(&self, account: Account) -> (Money, Money) {
        let here = self.lines.iter().filter(|line| line.account == account);
        here.fold((Money::ZERO, Money::ZERO), |(debit, credit), line| {
            (debit + line.debit, credit + line.credit)
        })
    }
}

/// Orders and performances are too many to be lines of a day.
fn part(account: Account, sub: u64) -> u64 {
    match account {
        Account::Receivable
        | Account::DeferredTickets
        | Account::TicketRevenue
        | Account::TransferClearing => 0,
        Account::CardClearing
        | Account::TaxPayable
        | Account::FeeRevenue
        | Account::DrawerCash
        | Account::Bank
        | Account::OverShort => sub,
    }
}

/// What was posted since the last run: before a cut-off by day, and after it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    pub days: BTreeMap<BusinessDay, Sums>,
    pub later: Sums,
}

impl Window {
    /// Takes a minute in; those before `before` are of the run.
    pub fn take(&mut self, minute: i64, day: BusinessDay, sums: &Sums, before: i64) {
        match minute < before {
            true => self.days.entry(day).or_default().join(sums),
            false => self.later.join(sums),
        }
    }

    /// All days together.
    pub fn whole(&self) -> Sums {
        let mut whole = Sums::default();
        self.days.values().for_each(|day| whole.join(day));
        whole
    }
}
