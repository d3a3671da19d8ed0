//! The books of a town: reports and exports against the journal, and the proof by night.
//!
//! Sums are made here once more, row by row of the journal, and compared. The clock is in the
//! hand of the test. Next: `house.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use redb::backends::InMemoryBackend;
use redb::{Builder, Database, ReadableTable, WriteTransaction};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::runtime::Runtime;
use usher::errand::books::round;
use usher_ledger::source::Source;
use usher_ledger::view::desk::journal as view;
use usher_ledger::view::desk::report::{DAYS_MAX, sales};
use usher_ledger::{Denied, Handle, Snapshot, copy, events, journal, open, proof, stored, tables};
use usher_rules::at::{At, Span};
use usher_rules::id::{BoxNo, ExportNo, PostingId};
use usher_rules::journal::{Command as Rule, Found};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause, Posting};
use usher_rules::view::desk::Books;
use usher_rules::view::desk::report::{Row, Sales, Sums};
use usher_rules::{BusinessDay, Command, Refusal};
use usher_tests::clock::HandClock;
use usher_tests::town::{FOUNDED, Town, ledger};

const SEEDS: u64 = 4;
const STEPS: usize = 500;

fn store() -> Database {
    let store = Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    store
}

/// A town that lived through an evening and the noon after it.
fn lived(seed: u64) -> Town {
    let mut town = Town::found(store(), seed);
    for _ in 0..2 {
        for _ in 0..STEPS {
            let told = town.step();
            assert!(!matches!(told, Some(Err(Denied::Bug | Denied::Busy))), "{told:?}");
        }
        town.settle();
        town.clock.pass(Span::hours(20));
    }
    town
}

fn postings(snapshot: &Snapshot) -> Vec<(BusinessDay, PostingId, Posting)> {
    let table = snapshot.open(tables::JOURNAL).unwrap();
    let rows = table.range::<(u32, u64)>(..).unwrap();
    rows.map(|row| {
        let (key, bytes) = row.unwrap();
        let (day, id) = key.value();
        (BusinessDay(day), PostingId(id), stored::row(bytes.value()).unwrap())
    })
    .collect()
}

fn hour(at: At) -> u8 {
    u8::try_from(at.0 / 3_600_000 % 24).unwrap()
}

fn all<T>(rows: &[Row<T>]) -> Sums {
    rows.iter().fold(Sums::default(), |sum, row| sum.with(row.sums))
}

/// The same sums without how many orders and tickets: a line of a table has an order of its own.
fn money(sums: Sums) -> (Money, Money, Money) {
    (sums.net, sums.tax, sums.gross)
}

fn every_way_makes_the_whole(sales: &Sales) {
    assert_eq!(all(&sales.tenders), sales.total);
    assert_eq!(all(&sales.cashiers), sales.total);
    assert_eq!(all(&sales.hours), sales.total);
    let fees = all(&sales.fees);
    for tickets in [all(&sales.performances), all(&sales.levels)] {
        assert_eq!(money(tickets.with(fees)), money(sales.total));
        assert_eq!(tickets.tickets, sales.total.tickets);
    }
}

#[test]
fn a_report_has_the_sums_of_the_journal_on_every_day_and_over_all_of_them() {
    let mut days_seen = 0;
    for seed in 0..SEEDS {
        let town = lived(seed);
        let snapshot = town.handle.snapshot().unwrap();
        let rows = postings(&snapshot);
        let days: BTreeSet<BusinessDay> = rows.iter().map(|(day, ..)| *day).collect();
        let (first, last) = (*days.first().unwrap(), *days.last().unwrap());
        let mut ranges: Vec<_> = days.iter().map(|day| (*day, *day)).collect();
        ranges.push((first, last));
        for (from, to) in ranges {
            let sales = sales(&snapshot, from, to, hour).unwrap();
            every_way_makes_the_whole(&sales);
            assert_eq!(sales.posted, sales.total, "seed {seed}");
            let here = || rows.iter().filter(|(day, ..)| (from..=to).contains(day));
            let side = |causes: &[Cause], account| -> Money {
                let of = here().filter(|(.., posting)| causes.contains(&posting.cause));
                let lines = of.flat_map(|(.., posting)| &posting.lines);
                lines.filter(|line| line.account == account).map(|line| line.amount).sum()
            };
            let sold = [Cause::Sale, Cause::Refund, Cause::Exchange];
            assert_eq!(sales.total.gross, side(&sold, Account::Receivable));
            assert_eq!(sales.total.tax, -side(&sold, Account::TaxPayable));
            assert_eq!(all(&sales.performances).net, -side(&sold, Account::DeferredTickets));
            assert_eq!(all(&sales.fees).net, -side(&sold, Account::FeeRevenue));
            let paid = [Cause::CardPayment, Cause::CashPayment];
            let back = [Cause::CardRefund, Cause::CardVoid, Cause::CashRefund];
            let paid = -side(&paid, Account::Receivable) - side(&back, Account::Receivable);
            assert_eq!(all(&sales.received).gross, paid);
            let count = here().filter(|(.., one)| one.cause == Cause::Sale).count();
            assert_eq!(sales.total.orders as usize, count);
            days_seen += usize::from(count > 0);
        }
    }
    assert!(days_seen > SEEDS as usize, "only {days_seen} days had sales");
}

#[test]
fn a_report_reads_so_many_days_and_no_more() {
    let town = lived(1);
    let snapshot = town.handle.snapshot().unwrap();
    let founded = town.handle.day_of(FOUNDED).0;
    let of = |from: u32| {
        let last = BusinessDay(u32::MAX);
        sales(&snapshot, BusinessDay(from), last, hour).unwrap().total.orders
    };
    assert!(of(founded) > 0);
    assert!(of(founded + 1 - DAYS_MAX) > 0, "the last day that is read");
    assert_eq!(of(founded - DAYS_MAX), 0, "the first one that is not");
}

#[test]
fn days_of_the_journal_have_as_much_debit_as_credit_and_every_posting_once() {
    let town = lived(2);
    let snapshot = town.handle.snapshot().unwrap();
    let (days, older) = view::days(&snapshot, None).unwrap();
    assert!(days.len() > 1 && older.is_none());
    assert!(days.iter().all(|day| day.debit == day.credit && day.debit > Money::ZERO));
    assert!(days.is_sorted_by(|one, two| one.day > two.day));
    let counted: u64 = days.iter().map(|day| day.postings).sum();
    assert_eq!(counted as usize, postings(&snapshot).len());
    let (before, _) = view::days(&snapshot, Some(days[0].day)).unwrap();
    assert_eq!(before, days[1..]);
    for day in &days {
        let debit: Money = day.accounts.iter().map(|one| one.debit).sum();
        assert_eq!(debit, day.debit);
    }
}

/// Exports what is new; none if there is nothing.
fn export(town: &mut Town) -> Option<ExportNo> {
    match town.ask(Command::Journal(Rule::Export)) {
        Ok(_) => {
            let snapshot = town.handle.snapshot().unwrap();
            Some(journal::newest_exports(&snapshot, 1).unwrap()[0].0)
        }
        Err(Denied::Refused(Refusal::NothingToExport)) => None,
        Err(denied) => panic!("{denied:?}"),
    }
}

#[test]
fn exports_together_have_every_posting_once_and_the_second_of_two_is_empty() {
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        let mut made = BTreeSet::new();
        for _ in 0..4 {
            for _ in 0..STEPS / 2 {
                town.step();
            }
            town.clock.pass(Span::hours(9));
            made.extend(export(&mut town));
            assert_eq!(export(&mut town), None, "nothing was posted since");
        }
        let snapshot = town.handle.snapshot().unwrap();
        assert_eq!(journal::waiting(&snapshot).unwrap(), 0);
        let mut told = Vec::new();
        for (no, _) in journal::newest_exports(&snapshot, usize::MAX).unwrap().iter().rev() {
            let lines = view::lines(&snapshot, *no).unwrap().unwrap();
            assert_eq!(lines.iter().map(|line| line.amount).sum::<Money>(), Money::ZERO);
            assert_eq!(view::lines(&snapshot, *no).unwrap().unwrap(), lines, "the same again");
            told.extend(lines.into_iter().map(|line| (line.posting, line.account, line.sub)));
        }
        let mut rows = postings(&snapshot);
        rows.sort_by_key(|(_, id, _)| *id);
        let lines = rows.iter().flat_map(|(_, id, posting)| {
            posting.lines.iter().map(|line| (*id, line.account, line.sub))
        });
        assert_eq!(told, lines.collect::<Vec<_>>(), "seed {seed}");
        assert!(!made.is_empty());
    }
}

fn proofs(town: &Town) -> usize {
    journal::newest_proofs(&town.handle.snapshot().unwrap(), usize::MAX).unwrap().len()
}

fn newest(town: &Town) -> Found {
    let made = journal::made(&town.handle.snapshot().unwrap()).unwrap();
    made.unwrap().done.unwrap().found
}

#[test]
fn a_proof_is_made_once_a_business_day_and_whenever_it_is_asked_for() {
    let runtime = Runtime::new().unwrap();
    let mut town = Town::found(store(), 5);
    for _ in 0..STEPS {
        town.step();
    }
    town.clock.pass(Span::minutes(1));
    let look = |town: &Town| runtime.block_on(round(&town.handle)).unwrap();
    look(&town);
    let asked_by_the_town = proofs(&town);
    town.clock.pass(Span::hours(24));
    look(&town);
    assert_eq!(proofs(&town), asked_by_the_town + 1);
    let count = postings(&town.handle.snapshot().unwrap()).len() as u64;
    assert_eq!((newest(&town).postings, newest(&town).wrong), (count, 0));
    look(&town);
    assert_eq!(proofs(&town), asked_by_the_town + 1, "one a day");
    town.ask(Command::Journal(Rule::AskProof)).unwrap();
    let snapshot = town.handle.snapshot().unwrap();
    assert!(view::proof(&snapshot).unwrap().0, "it waits for the errand");
    look(&town);
    assert!(!view::proof(&town.handle.snapshot().unwrap()).unwrap().0);
    assert_eq!(proofs(&town), asked_by_the_town + 2);
    town.clock.pass(Span::hours(24));
    look(&town);
    assert_eq!(proofs(&town), asked_by_the_town + 3, "another day");
}

#[test]
fn a_house_that_posted_nothing_before_today_writes_nothing() {
    let runtime = Runtime::new().unwrap();
    let town = Town::found(store(), 5);
    let before = events::newest(&town.handle.snapshot().unwrap()).unwrap();
    runtime.block_on(round(&town.handle)).unwrap();
    town.clock.pass(Span::hours(48));
    runtime.block_on(round(&town.handle)).unwrap();
    assert_eq!(events::newest(&town.handle.snapshot().unwrap()).unwrap(), before);
}

#[test]
fn a_bent_balance_and_a_posting_out_of_balance_are_found_and_counted() {
    let town = lived(3);
    let snapshot = town.handle.snapshot().unwrap();
    let twin = store();
    copy::replay(&twin, &events::after(&snapshot, 0, usize::MAX).unwrap()).unwrap();
    let txn = twin.begin_write().unwrap();
    assert_eq!(journal::replay(&txn).unwrap().wrong, 0);
    let tax = (Account::TaxPayable.no(), 1);
    let kept = {
        let mut balances = txn.open_table(tables::BALANCES).unwrap();
        let kept = balances.get(tax).unwrap().unwrap().value();
        balances.insert(tax, kept + 1).unwrap();
        balances.insert((99, 1), 7).unwrap();
        kept
    };
    let found = journal::replay(&txn).unwrap();
    assert_eq!((found.wrong, found.unbalanced.len()), (2, 0));
    let bent = found.differences[0];
    assert_eq!((bent.account, bent.kept, bent.replayed), (tax.0, Money(kept + 1), Money(kept)));
    assert_eq!((found.differences[1].account, found.differences[1].replayed), (99, Money::ZERO));
    let (day, id, mut posting) = postings(&snapshot).swap_remove(0);
    posting.lines[0].amount = posting.lines[0].amount + Money(1);
    let bytes = stored::bytes(&posting);
    txn.open_table(tables::JOURNAL).unwrap().insert((day.0, id.0), bytes.as_slice()).unwrap();
    assert_eq!(journal::replay(&txn).unwrap().unbalanced, vec![id]);
    txn.abort().unwrap();
}

/// A box that runs on the journal of a town, after something else wrote to its store.
fn tampered(town: &Town, tamper: impl FnOnce(&WriteTransaction)) -> Handle {
    let twin = store();
    let snapshot = town.handle.snapshot().unwrap();
    copy::replay(&twin, &events::after(&snapshot, 0, usize::MAX).unwrap()).unwrap();
    let txn = twin.begin_write().unwrap();
    tamper(&txn);
    txn.commit().unwrap();
    let clock = Arc::new(HandClock::default());
    clock.jump_to(FOUNDED + Span::hours(100));
    ledger(twin, clock, 1)
}

fn proved(handle: &Handle) -> (Books, Found) {
    Runtime::new().unwrap().block_on(round(handle)).unwrap();
    let snapshot = handle.snapshot().unwrap();
    let found = journal::made(&snapshot).unwrap().unwrap().done.unwrap().found;
    (usher_ledger::view::desk::books(&snapshot).unwrap(), found)
}

#[test]
fn a_tampered_balance_is_found_by_the_next_proof_and_told_on_the_strip() {
    let town = lived(3);
    assert_eq!(proved(&tampered(&town, |_| ())).0, Books::Agree);
    let tax = (Account::TaxPayable.no(), 1);
    let handle = tampered(&town, |txn| {
        let mut balances = txn.open_table(tables::BALANCES).unwrap();
        let kept = balances.get(tax).unwrap().unwrap().value();
        balances.insert(tax, kept - 1).unwrap();
    });
    let (told, found) = proved(&handle);
    assert_eq!(told, Books::Differ { wrong: 1 });
    let bent = found.differences[0];
    assert_eq!((bent.account, bent.sub), tax);
    assert_eq!(bent.kept + Money(1), bent.replayed);
}

#[test]
fn a_posting_that_cannot_be_read_is_a_finding_and_not_the_end_of_the_proof() {
    let town = lived(3);
    let (day, id, posting) = postings(&town.handle.snapshot().unwrap()).swap_remove(0);
    let handle = tampered(&town, |txn| {
        let mut journal = txn.open_table(tables::JOURNAL).unwrap();
        journal.insert((day.0, id.0), [0xff_u8].as_slice()).unwrap();
    });
    let (told, found) = proved(&handle);
    assert_eq!(found.unbalanced, vec![id]);
    let accounts: BTreeSet<_> = posting.lines.iter().map(|one| (one.account, one.sub)).collect();
    assert_eq!(told, Books::Differ { wrong: 1 + accounts.len() as u64 });
}

#[test]
fn what_a_proof_found_stands_on_the_strip_until_another_one_agrees() {
    let runtime = Runtime::new().unwrap();
    let mut town = lived(3);
    let strip =
        |town: &Town| usher_ledger::view::desk::books(&town.handle.snapshot().unwrap()).unwrap();
    while let Some((no, _)) = journal::last_proof(&town.handle.snapshot().unwrap())
        .unwrap()
        .filter(|(_, proof)| proof.done.is_none())
    {
        town.ask(Command::Journal(Rule::Prove(no, Found::default()))).unwrap();
    }
    town.ask(Command::Journal(Rule::AskProof)).unwrap();
    let no = journal::last_proof(&town.handle.snapshot().unwrap()).unwrap().unwrap().0;
    let found = Found { postings: 9, wrong: 2, ..Found::default() };
    town.ask(Command::Journal(Rule::Prove(no, found))).unwrap();
    assert_eq!(strip(&town), Books::Differ { wrong: 2 });
    town.ask(Command::Journal(Rule::AskProof)).unwrap();
    assert_eq!(strip(&town), Books::Differ { wrong: 2 }, "one that is asked for says nothing yet");
    runtime.block_on(round(&town.handle)).unwrap();
    assert_eq!(strip(&town), Books::Agree);
    let snapshot = town.handle.snapshot().unwrap();
    assert_eq!(proof::of(&snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
}
