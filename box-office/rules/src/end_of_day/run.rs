//! The figures of a run: tills, batches, deposits, sales, accounts, revenue, and their proof.
//!
//! A run keeps them with their names, so that its sheet is the same for ever. Computed from what
//! the ledger loaded and nothing else. Never posts: `end_of_day.rs` does. Next: `window.rs`.

use super::window::{Sums, Window};
use crate::BusinessDay;
use crate::at::At;
use crate::batch::State;
use crate::id::{BatchId, PadNo, PerformanceId, PostingId, StaffNo, TillSessionId};
use crate::money::Money;
use crate::posting::{Account, Cause, GATEWAY_BATCH};
use crate::till::Takings;
use minicbor::{Decode, Encode};

/// A till session that was closed since the last run.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Till {
    #[n(0)]
    pub session: TillSessionId,
    #[n(1)]
    pub till: String,
    #[n(2)]
    pub cashier: String,
    #[n(3)]
    pub closed_at: At,
    #[n(4)]
    pub float: Money,
    #[n(5)]
    pub paid_in: Money,
    #[n(6)]
    pub paid_out: Money,
    #[n(7)]
    pub cash: Takings,
    #[n(8)]
    pub cash_back: Takings,
    #[n(9)]
    pub cards: Takings,
    #[n(10)]
    pub cards_back: Takings,
    /// What the drawer should have held, and what was counted in it.
    #[n(11)]
    pub expected: Money,
    #[n(12)]
    pub counted: Money,
}

/// A till that is open still: it keeps the day it was opened on from being locked.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OpenTill {
    #[n(0)]
    pub session: TillSessionId,
    #[n(1)]
    pub till: String,
    #[n(2)]
    pub cashier: String,
    #[n(3)]
    pub since: At,
    #[n(4)]
    pub day: BusinessDay,
}

/// A batch: settled since the last run, or not settled yet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Batch {
    #[n(0)]
    pub batch: BatchId,
    /// Name of the pin pad; none is the shop's.
    #[n(1)]
    pub pad: Option<String>,
    #[n(2)]
    pub state: State,
    #[n(3)]
    pub opened_at: At,
    /// By our own books.
    #[n(4)]
    pub ours: Takings,
    /// By the terminal's word, if it gave one.
    #[n(5)]
    pub told: Option<Takings>,
    /// When it ended, settled or not.
    #[n(6)]
    pub ended_at: Option<At>,
    /// Somebody senior settled it all the same, for this reason.
    #[n(7)]
    pub no_match: Option<String>,
}

impl Batch {
    /// What the bank pays of it.
    pub fn paid(&self) -> Money {
        let told = self.told.filter(|_| self.no_match.is_some());
        told.map_or(self.ours.sum, |told| told.sum)
    }

    /// Does it wait for somebody to settle it?
    fn blocks(&self, cut_off: At) -> bool {
        self.state == State::Mismatched && self.ended_at.is_none_or(|at| at <= cut_off)
    }

    fn diff(&self) -> Money {
        self.told.map_or(self.ours.sum, |told| told.sum - self.ours.sum)
    }
}

/// How something was paid.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Tender {
    #[n(0)]
    Cash,
    /// By card, at the pin pad of this name.
    #[n(1)]
    Pad(#[n(0)] String),
    /// By card, in the shop.
    #[n(2)]
    Web,
}

/// One tender on one day.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Paid {
    #[n(0)]
    pub tender: Tender,
    #[n(1)]
    pub taken: Takings,
    /// Given back, as an amount above zero.
    #[n(2)]
    pub back: Takings,
}

/// What was sold on a day, or taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Sold {
    #[n(0)]
    pub count: u32,
    #[n(1)]
    pub tickets: Money,
    #[n(2)]
    pub fees: Money,
    #[n(3)]
    pub taxes: Money,
    #[n(4)]
    pub gross: Money,
}

/// The sales entry of one business date.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Day {
    #[n(0)]
    pub day: BusinessDay,
    #[n(1)]
    pub sold: Sold,
    #[n(2)]
    pub refunds: Sold,
    #[n(3)]
    pub paid: Vec<Paid>,
}

/// What orders owe, from the last run to this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Receivable {
    #[n(0)]
    pub opening: Money,
    #[n(1)]
    pub sales: Money,
    #[n(2)]
    pub refunds: Money,
    #[n(3)]
    pub payments: Money,
    #[n(4)]
    pub paid_out: Money,
    #[n(5)]
    pub closing: Money,
}

/// One account, from the last run to this one. Balances are debit above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Kept {
    #[n(0)]
    pub account: Account,
    #[n(1)]
    pub opening: Money,
    #[n(2)]
    pub debit: Money,
    #[n(3)]
    pub credit: Money,
    #[n(4)]
    pub closing: Money,
}

/// A performance that is over: what was sold for it is earned.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Earned {
    #[n(0)]
    pub performance: PerformanceId,
    #[n(1)]
    pub title: String,
    #[n(2)]
    pub starts: At,
    /// Below zero if more was taken back since the last run.
    #[n(3)]
    pub amount: Money,
}

/// Stored. One end of day, as its sheet shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Run {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub by: StaffNo,
    #[n(2)]
    pub by_name: String,
    #[n(3)]
    pub cut_off: At,
    /// The cut-off of the run before.
    #[n(4)]
    pub since: Option<At>,
    /// The minutes before this one are of this run or an earlier one.
    #[n(5)]
    pub before: i64,
    #[n(6)]
    pub postings: u64,
    /// The newest posting of all runs so far.
    #[n(7)]
    pub upto: Option<PostingId>,
    #[n(8)]
    pub tills: Vec<Till>,
    #[n(9)]
    pub open: Vec<OpenTill>,
    /// What the built-in cashier of the shop took, and gave back.
    #[n(10)]
    pub web: Paid,
    #[n(11)]
    pub settled: Vec<Batch>,
    #[n(12)]
    pub unsettled: Vec<Batch>,
    /// From the safe to drawers: floats and pay-ins less pay-outs.
    #[n(13)]
    pub to_drawers: Money,
    #[n(14)]
    pub days: Vec<Day>,
    #[n(15)]
    pub receivable: Receivable,
    #[n(16)]
    pub accounts: Vec<Kept>,
    #[n(17)]
    pub earned: Vec<Earned>,
    /// Business dates up to this one are locked.
    #[n(18)]
    pub locked: Option<BusinessDay>,
    /// This run locked it.
    #[n(19)]
    pub locks: bool,
}

impl Run {
    /// Nothing happened since the run before.
    pub fn empty(&self) -> bool {
        self.postings == 0 && self.earned.is_empty()
    }

    /// What is to be found on the statement of the bank.
    pub fn banked(&self) -> Money {
        let tills: Money = self.tills.iter().map(|till| till.counted).sum();
        let batches: Money = self.settled.iter().map(Batch::paid).sum();
        tills + batches
    }

    /// The batch that keeps it from being run.
    pub fn mismatched(&self) -> Option<(BatchId, Money)> {
        let found = self.unsettled.iter().find(|batch| batch.blocks(self.cut_off));
        found.map(|batch| (batch.batch, batch.diff()))
    }

    fn closing(&self, account: Account) -> Money {
        let found = self.accounts.iter().find(|kept| kept.account == account);
        found.map_or(Money::ZERO, |kept| kept.closing)
    }
}

/// What the postings of one cause do to what orders owe.
enum Part {
    Sales,
    Refunds,
    Payments,
    PaidOut,
    /// They do not touch it.
    Beside,
}

fn part(cause: Cause) -> Part {
    match cause {
        Cause::Sale => Part::Sales,
        Cause::Refund | Cause::Exchange => Part::Refunds,
        // What goes from order to order nets to nothing.
        Cause::CardPayment | Cause::CashPayment | Cause::Transfer => Part::Payments,
        Cause::CardRefund | Cause::CardVoid | Cause::CashRefund => Part::PaidOut,
        Cause::Float
        | Cause::PayIn
        | Cause::PayOut
        | Cause::OverShort
        | Cause::TillClosed
        | Cause::Deposit
        | Cause::BatchDifference
        | Cause::RevenueRecognised => Part::Beside,
    }
}

/// What orders owe after the window, by what its postings say.
pub(super) fn receivable(opening: Money, whole: &Sums) -> Receivable {
    let mut sums = Receivable { opening, ..Receivable::default() };
    for line in whole.lines.iter().filter(|line| line.account == Account::Receivable) {
        let amount = line.net();
        match part(line.cause) {
            Part::Sales => sums.sales = sums.sales + amount,
            Part::Refunds => sums.refunds = sums.refunds - amount,
            Part::Payments => sums.payments = sums.payments - amount,
            Part::PaidOut => sums.paid_out = sums.paid_out + amount,
            Part::Beside => {}
        }
    }
    sums.closing = opening + sums.sales - sums.refunds - sums.payments + sums.paid_out;
    sums
}

/// Every account that has or had something, with what is earned taken from what was deferred.
pub(super) fn accounts(last: Option<&Run>, whole: &Sums, earned: Money) -> Vec<Kept> {
    let kept = |account: Account| {
        let (mut debit, mut credit) = whole.sides(account);
        let (plus, minus) = (earned.max(Money::ZERO), (-earned).max(Money::ZERO));
        match account {
            Account::DeferredTickets => (debit, credit) = (debit + plus, credit + minus),
            Account::TicketRevenue => (debit, credit) = (debit + minus, credit + plus),
            Account::Receivable
            | Account::CardClearing
            | Account::TaxPayable
            | Account::FeeRevenue
            | Account::DrawerCash
            | Account::Bank
            | Account::OverShort
            | Account::TransferClearing => {}
        }
        let opening = last.map_or(Money::ZERO, |run| run.closing(account));
        Kept { account, opening, debit, credit, closing: opening + debit - credit }
    };
    let all = Account::ALL.into_iter().map(kept);
    all.filter(|kept| [kept.opening, kept.debit, kept.credit] != [Money::ZERO; 3]).collect()
}

/// The sales entries, one a day.
pub(super) fn days(window: &Window, pads: &[(PadNo, String)]) -> Vec<Day> {
    let day = |(day, sums): (&BusinessDay, &Sums)| Day {
        day: *day,
        sold: sold(sums, &[Cause::Sale], Money(1)),
        refunds: sold(sums, &[Cause::Refund, Cause::Exchange], Money(-1)),
        paid: paid(sums, pads),
    };
    window.days.iter().map(day).collect()
}

fn sold(sums: &Sums, causes: &[Cause], way: Money) -> Sold {
    let of = |account| -> Money {
        let each = causes.iter().map(|cause| sums.of(*cause, account));
        each.sum::<Money>().times(way.0)
    };
    let orders = sums.lines.iter().filter(|line| causes.contains(&line.cause));
    let orders = orders.filter(|line| line.account == Account::Receivable);
    Sold {
        count: orders.map(|line| line.count).sum(),
        tickets: -of(Account::DeferredTickets),
        fees: -of(Account::FeeRevenue),
        taxes: -of(Account::TaxPayable),
        gross: of(Account::Receivable),
    }
}

fn paid(sums: &Sums, pads: &[(PadNo, String)]) -> Vec<Paid> {
    let drawers = |cause| {
        let here = sums.lines.iter().filter(|line| line.cause == cause);
        let here = here.filter(|line| line.account == Account::DrawerCash);
        here.fold(Takings::default(), |all, line| Takings {
            count: all.count.saturating_add(line.count),
            sum: all.sum + line.net(),
        })
    };
    let (taken, back) = (drawers(Cause::CashPayment), drawers(Cause::CashRefund));
    let mut found = vec![Paid { tender: Tender::Cash, taken, back: turned(back) }];
    let pad = |(no, name): &(PadNo, String)| cards(sums, Tender::Pad(name.clone()), no.0.into());
    found.extend(pads.iter().map(pad));
    found.push(web(sums));
    let something = |paid: &Paid| paid.taken.count + paid.back.count > 0;
    found.retain(something);
    found
}

/// What the shop took by card, and gave back.
pub(super) fn web(sums: &Sums) -> Paid {
    cards(sums, Tender::Web, GATEWAY_BATCH)
}

fn cards(sums: &Sums, tender: Tender, sub: u64) -> Paid {
    let taken = sums.taken(Cause::CardPayment, Account::CardClearing, sub);
    let back = sums.taken(Cause::CardRefund, Account::CardClearing, sub);
    let voids = sums.taken(Cause::CardVoid, Account::CardClearing, sub);
    Paid { tender, taken, back: turned(back.and(voids)) }
}

fn turned(back: Takings) -> Takings {
    Takings { sum: -back.sum, ..back }
}
