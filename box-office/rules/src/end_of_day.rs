//! The end of day: what was posted since the last one, proven, posted as earned, and locked.
//!
//! May be run any number of times a day: each takes what is new up to its cut-off. All or nothing:
//! a batch that does not match, or books that do not add up, refuse it. Next: `end_of_day/run.rs`,
//! `ledger/end_of_day.rs`.

mod run;
mod window;

pub use run::{Batch, Day, Earned, Kept, OpenTill, Paid, Receivable, Run, Sold, Tender, Till};
pub use window::{Line, Sums, Window, minute_of, whole_minute};

use crate::at::At;
use crate::checkout;
use crate::id::{PadNo, PostingId, RunNo, StaffNo};
use crate::money::Money;
use crate::posting::{Account, Cause, between};
use crate::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};
use std::collections::BTreeMap;

/// Minutes that one run takes at most: those of a year.
pub const MINUTES_MAX: usize = 366 * 24 * 60;
/// Performances whose revenue one run recognises; the next takes the rest.
pub const EARNED_MAX: usize = 1_000;

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// Everything posted before a whole minute; without one, all there is.
    #[n(0)]
    Run {
        #[n(0)]
        cut_off: Option<At>,
    },
}

impl Command {
    pub fn cut_off(&self) -> Option<At> {
        match self {
            Command::Run { cut_off } => *cut_off,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Ran(#[n(0)] RunNo, #[n(1)] Box<Run>),
}

/// What the ledger knows that a run needs, as of its cut-off.
#[derive(Clone, Debug)]
pub struct Facts {
    pub last: Option<(RunNo, Run)>,
    pub locked: Option<BusinessDay>,
    /// Whoever runs it, by name.
    pub by_name: String,
    /// Business day of the cut-off.
    pub day: BusinessDay,
    pub window: Window,
    /// Closed since the last run, before the cut-off.
    pub tills: Vec<Till>,
    pub open: Vec<OpenTill>,
    /// Settled since the last run, before the cut-off.
    pub settled: Vec<Batch>,
    pub unsettled: Vec<Batch>,
    pub pads: Vec<(PadNo, String)>,
    /// Over at the cut-off, with what is deferred for them still.
    pub over: Vec<Earned>,
    /// By the number of the account, as they stand now.
    pub balances: BTreeMap<u16, Money>,
    pub posting: PostingId,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let Actor::Account(by) = ask.by else { return Err(Refusal::NotAllowed) };
    let run = figures(facts, by, command.cut_off(), ask.at)?;
    judge(facts, &run)?;
    let mut events = recognised(facts, &run, ask);
    let no = facts.last.as_ref().map_or(1, |(no, _)| no.0 + 1);
    events.push(AnyEvent::EndOfDay(Event::Ran(RunNo(no), Box::new(run))));
    Ok(events)
}

/// The first minute that a cut-off leaves to the next run.
pub fn before(cut_off: Option<At>, now: At) -> i64 {
    cut_off.map_or(minute_of(now) + 1, minute_of)
}

/// What a run with this cut-off comes to, whether or not anything keeps it from being run.
pub fn figures(facts: &Facts, by: StaffNo, cut_off: Option<At>, now: At) -> Result<Run, Refusal> {
    let last = facts.last.as_ref().map(|(_, run)| run);
    let since = last.map(|run| run.cut_off);
    let chosen = cut_off.unwrap_or(now);
    let early = since.is_some_and(|since| chosen < since);
    if chosen > now || early || cut_off.is_some_and(|at| !whole_minute(at)) {
        return Err(Refusal::Malformed { field: "cut_off" });
    }
    let whole = facts.window.whole();
    let earned: Vec<Earned> = facts.over.iter().take(EARNED_MAX).cloned().collect();
    let accounts = run::accounts(last, &whole, earned.iter().map(|one| one.amount).sum());
    let before = before(cut_off, now);
    let opening = last.map_or(Money::ZERO, |run| run.receivable.closing);
    let locked = lockable(facts).max(facts.locked);
    Ok(Run {
        at: now,
        by,
        by_name: facts.by_name.clone(),
        cut_off: chosen,
        since,
        before: last.map_or(before, |run| run.before.max(before)),
        postings: whole.postings,
        upto: whole.last.max(last.and_then(|run| run.upto)),
        tills: facts.tills.clone(),
        open: facts.open.clone(),
        web: run::web(&whole),
        settled: facts.settled.clone(),
        unsettled: facts.unsettled.clone(),
        to_drawers: to_drawers(&whole),
        days: run::days(&facts.window, &facts.pads),
        receivable: run::receivable(opening, &whole),
        accounts,
        earned,
        locked,
        locks: locked > facts.locked,
    })
}

fn to_drawers(whole: &Sums) -> Money {
    let causes = [Cause::Float, Cause::PayIn, Cause::PayOut];
    causes.map(|cause| -whole.of(cause, Account::Bank)).into_iter().sum()
}

/// The last business date that is over at the cut-off and on which no till is open.
fn lockable(facts: &Facts) -> Option<BusinessDay> {
    let first_open = facts.open.iter().map(|till| till.day).min();
    let next = first_open.map_or(facts.day, |day| day.min(facts.day));
    next.0.checked_sub(1).map(BusinessDay)
}

/// Does anything keep these figures from being a run?
pub fn judge(facts: &Facts, run: &Run) -> Result<(), Refusal> {
    if let Some((batch, diff)) = run.mismatched() {
        return Err(Refusal::BatchMismatch { batch, diff });
    }
    match out_of_balance(facts, run) {
        Some(diff) => Err(Refusal::OutOfBalance { diff }),
        None => Ok(()),
    }
}

/// The first difference that proving finds.
fn out_of_balance(facts: &Facts, run: &Run) -> Option<Money> {
    let whole = facts.window.whole();
    let posted: Money = whole.lines.iter().map(Line::net).sum();
    let balance = |no: u16| facts.balances.get(&no).copied().unwrap_or(Money::ZERO);
    let banked =
        whole.of(Cause::TillClosed, Account::Bank) + whole.of(Cause::Deposit, Account::Bank);
    let known = |no: &u16| Account::numbered(*no).is_some();
    let unknown: Money =
        facts.balances.iter().filter(|(no, _)| !known(no)).map(|(_, sum)| *sum).sum();
    let receivable = Account::Receivable;
    let mut differences = vec![
        posted,
        unknown,
        balance(Account::TransferClearing.no()),
        run.banked() - banked,
        balance(receivable.no()) - later(facts, receivable) - run.receivable.closing,
    ];
    let earned: Money = run.earned.iter().map(|one| one.amount).sum();
    differences.extend(Account::ALL.map(|account| {
        let kept = run.accounts.iter().find(|kept| kept.account == account);
        let closing = kept.map_or(Money::ZERO, |kept| kept.closing);
        // What this run posts itself does not stand in the balances yet.
        let own = match account {
            Account::DeferredTickets => earned,
            Account::TicketRevenue => -earned,
            Account::Receivable
            | Account::CardClearing
            | Account::TaxPayable
            | Account::FeeRevenue
            | Account::DrawerCash
            | Account::Bank
            | Account::OverShort
            | Account::TransferClearing => Money::ZERO,
        };
        balance(account.no()) + own - later(facts, account) - closing
    }));
    differences.into_iter().find(|diff| *diff != Money::ZERO)
}

/// What an account got after the cut-off.
fn later(facts: &Facts, account: Account) -> Money {
    let (debit, credit) = facts.window.later.sides(account);
    debit - credit
}

/// Dr deferred tickets, Cr ticket revenue, a posting a performance.
fn recognised(facts: &Facts, run: &Run, ask: &Ask) -> Vec<AnyEvent> {
    let posting = |(no, earned): (u64, &Earned)| {
        let deferred = (Account::DeferredTickets, earned.performance.0);
        let revenue = (Account::TicketRevenue, earned.performance.0);
        let (to, from, amount) = match earned.amount >= Money::ZERO {
            true => (deferred, revenue, earned.amount),
            false => (revenue, deferred, -earned.amount),
        };
        let cause = Cause::RevenueRecognised;
        let posting = between(None, cause, to, from, amount, ask.at, ask.day);
        AnyEvent::Checkout(checkout::Event::Posted(PostingId(no), posting))
    };
    (facts.posting.0..).zip(&run.earned).map(posting).collect()
}

/// Is everything posted here dated after the locked dates? Asked of every decision.
pub fn dated(events: &[AnyEvent], locked: Option<BusinessDay>) -> Result<(), Refusal> {
    let days = events.iter().filter_map(posted_on);
    match days.min().filter(|day| locked.is_some_and(|locked| *day <= locked)) {
        Some(day) => Err(Refusal::DateLocked { day }),
        None => Ok(()),
    }
}

/// The business date of a posting.
pub fn posted_on(event: &AnyEvent) -> Option<BusinessDay> {
    let AnyEvent::Checkout(checkout::Event::Posted(_, posting)) = event else { return None };
    Some(posting.day)
}
