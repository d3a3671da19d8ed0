//! The end of day over seeded days in town: what a run takes, posts, locks and refuses.
//!
//! Its figures are made here once more from the journal, row by row. The clock is in the hand of
//! the test. Next: `books.rs`, `house.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Builder, Database, ReadableDatabase, ReadableTable};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Runtime;
use usher_ledger::checkout::Numbering;
use usher_ledger::handle::{self, Surroundings};
use usher_ledger::source::Source;
use usher_ledger::{Denied, Handle, Lane, Snapshot, batch, copy, end_of_day, events, open, proof};
use usher_ledger::{source, stored, tables, till};
use usher_rules::at::{At, Span};
use usher_rules::batch::{Command as AtBatch, State};
use usher_rules::code::{CodeKey, CodeKeys};
use usher_rules::end_of_day::{Command as Rule, Event as Done, Run, minute_of};
use usher_rules::id::{BoxNo, PostingId, StaffNo, TillNo};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause, Posting};
use usher_rules::{Actor, BusinessDay, Command, Entry, Event, Key, Refusal, till as drawer};
use usher_tests::clock::HandClock;
use usher_tests::folder::Folder;
use usher_tests::town::{Town, ledger};

const SEEDS: u64 = 4;
const STEPS: usize = 400;
/// Postings of a store that is older than ends of days, and towns tried for one.
const POSTINGS_MIN: usize = 40;
const SEEDS_MAX: u64 = 20;
const CACHE_BYTES: usize = 1024 * 1024;

fn store() -> Database {
    let store = Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    store
}

fn live(town: &mut Town) {
    for _ in 0..STEPS {
        let told = town.step();
        assert!(!matches!(told, Some(Err(Denied::Bug | Denied::Busy))), "{told:?}");
    }
    town.settle();
}

/// Settles what does not match, so that nothing blocks.
fn settled(town: &mut Town) {
    let all = batch::unsettled(&town.handle.snapshot().unwrap()).unwrap();
    for (batch, _) in all.into_iter().filter(|(_, row)| row.state == State::Mismatched) {
        let no_match = AtBatch::NoMatch { batch, reason: "Lost slip".into() };
        town.ask(Command::Batch(no_match)).unwrap();
    }
}

fn run_in(entry: &Entry) -> Run {
    let ran = entry.events.iter().find_map(|event| match event {
        Event::EndOfDay(Done::Ran(_, run)) => Some(run.as_ref().clone()),
        _ => None,
    });
    ran.unwrap()
}

fn ended(town: &mut Town, cut_off: Option<At>) -> Run {
    settled(town);
    run_in(&town.ask(Command::EndOfDay(Rule::Run { cut_off })).unwrap())
}

fn postings<S: Source>(source: &S) -> Vec<(PostingId, Posting)> {
    let mut found =
        source::range(source, tables::JOURNAL, .., usize::MAX, |key: (u32, u64), bytes| {
            Ok((PostingId(key.1), stored::row::<Posting>(bytes)?))
        })
        .unwrap();
    found.sort_by_key(|(id, _)| *id);
    found
}

/// What the postings of the run itself are beside: all after the last run, up to this one.
fn of_window(all: &[(PostingId, Posting)], last: Option<PostingId>, run: &Run) -> Vec<Posting> {
    let here = all.iter().filter(|(id, _)| Some(*id) > last && Some(*id) <= run.upto);
    let here = here.filter(|(_, one)| one.cause != Cause::RevenueRecognised);
    here.map(|(_, posting)| posting.clone()).collect()
}

fn side(window: &[Posting], causes: &[Cause], account: Account) -> Money {
    let of = window.iter().filter(|one| causes.contains(&one.cause));
    let lines = of.flat_map(|one| &one.lines).filter(|line| line.account == account);
    lines.map(|line| line.amount).sum()
}

/// The figures of a run against the postings it says it took.
fn agrees(run: &Run, window: &[Posting]) {
    assert_eq!(run.postings, window.len() as u64);
    let owed = run.receivable;
    let back = [Cause::CardRefund, Cause::CardVoid, Cause::CashRefund];
    let receivable = |causes: &[Cause]| side(window, causes, Account::Receivable);
    assert_eq!(owed.sales, receivable(&[Cause::Sale]));
    assert_eq!(owed.refunds, -receivable(&[Cause::Refund]));
    assert_eq!(owed.payments, -receivable(&[Cause::CardPayment, Cause::CashPayment]));
    assert_eq!(owed.paid_out, receivable(&back));
    assert_eq!(run.banked(), side(window, &[Cause::TillClosed, Cause::Deposit], Account::Bank));
    let sold: Money = run.days.iter().map(|day| day.sold.gross).sum();
    assert_eq!(sold, owed.sales);
    let taken: Money = run.days.iter().flat_map(|day| &day.paid).map(|paid| paid.taken.sum).sum();
    assert_eq!(taken, owed.payments);
    for day in &run.days {
        let sold = day.sold;
        assert_eq!(sold.tickets + sold.fees + sold.taxes, sold.gross);
    }
    let books: Money = run.accounts.iter().map(|kept| kept.closing).sum();
    assert_eq!(books, Money::ZERO, "debit is credit");
}

fn is_proven(snapshot: &Snapshot) {
    assert_eq!(proof::of(snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
}

#[test]
fn every_run_has_what_was_posted_since_the_one_before_and_the_next_one_only_what_is_new() {
    let (mut taken, mut earned) = (0, 0);
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        for half_day in 0..4 {
            live(&mut town);
            settled(&mut town);
            let last = end_of_day::newest(&town.handle.snapshot().unwrap(), 1).unwrap().pop();
            let last = last.and_then(|(_, run)| run.upto);
            let run = ended(&mut town, None);
            let snapshot = town.handle.snapshot().unwrap();
            let all = postings(&snapshot);
            agrees(&run, &of_window(&all, last, &run));
            taken += run.postings;
            earned += run.earned.len();
            let again = ended(&mut town, None);
            assert!(again.empty(), "seed {seed}, half day {half_day}: {again:?}");
            assert_eq!(again.receivable.opening, run.receivable.closing);
            is_proven(&town.handle.snapshot().unwrap());
            town.clock.pass(Span::hours(12));
        }
        let snapshot = town.handle.snapshot().unwrap();
        let whole = postings(&snapshot).into_iter().flat_map(|(_, posting)| posting.lines);
        assert_eq!(whole.map(|line| line.amount).sum::<Money>(), Money::ZERO);
    }
    assert!(taken > 200 && earned > 4, "{taken} postings, {earned} performances");
}

#[test]
fn what_is_posted_from_the_minute_of_the_cut_off_on_waits_for_the_next_run() {
    let mut town = Town::found(store(), 3);
    live(&mut town);
    settled(&mut town);
    let all = postings(&town.handle.snapshot().unwrap());
    let middle = all[all.len() * 2 / 3].1.at;
    let cut_off = At(minute_of(middle) * 60_000);
    let last = end_of_day::newest(&town.handle.snapshot().unwrap(), 1).unwrap().pop();
    if last.as_ref().is_some_and(|(_, run)| run.cut_off > cut_off) {
        panic!("choose another seed: the town ended its day too late");
    }
    let run = ended(&mut town, Some(cut_off));
    let last = last.and_then(|(_, run)| run.upto);
    let before = all.iter().filter(|(id, one)| Some(*id) > last && one.at < cut_off).count();
    let rest = all.iter().filter(|(_, one)| one.at >= cut_off).count();
    assert!(before > 0 && rest > 0, "{before} before, {rest} after");
    assert_eq!(run.postings, before as u64);
    agrees(&run, &of_window(&all, last, &run));
    is_proven(&town.handle.snapshot().unwrap());
    let next = ended(&mut town, None);
    assert_eq!(next.postings, rest as u64);
    agrees(&next, &of_window(&all, run.upto, &next));
    is_proven(&town.handle.snapshot().unwrap());
}

#[test]
fn entries_with_runs_make_the_store_again_byte_for_byte() {
    let mut town = Town::found(store(), 5);
    for _ in 0..2 {
        live(&mut town);
        ended(&mut town, None);
        town.clock.pass(Span::hours(20));
    }
    let snapshot = town.handle.snapshot().unwrap();
    let twin = store();
    copy::replay(&twin, &events::after(&snapshot, 0, usize::MAX).unwrap()).unwrap();
    let twin = source::snapshot(&twin).unwrap();
    assert!(copy::rows(&snapshot).unwrap() == copy::rows(&twin).unwrap());
}

/// The same house on another store, once `bend` was at it.
fn bent(town: &Town, bend: impl FnOnce(&redb::WriteTransaction)) -> (Handle, Runtime) {
    let snapshot = town.handle.snapshot().unwrap();
    let twin = store();
    copy::replay(&twin, &events::after(&snapshot, 0, usize::MAX).unwrap()).unwrap();
    let txn = twin.begin_write().unwrap();
    bend(&txn);
    txn.commit().unwrap();
    let clock = Arc::new(HandClock::default());
    clock.jump_to(town.handle.now());
    (ledger(twin, clock, 1), tokio::runtime::Builder::new_current_thread().build().unwrap())
}

fn press(handle: &Handle, runtime: &Runtime, key: Option<Key>) -> Result<Arc<Entry>, Denied> {
    let command = Command::EndOfDay(Rule::Run { cut_off: None });
    let by = Actor::Account(StaffNo(1));
    runtime.block_on(handle.ask(Lane::Till, by, key, command))
}

#[test]
fn a_bent_balance_is_refused_and_nothing_is_written() {
    let mut town = Town::found(store(), 1);
    live(&mut town);
    settled(&mut town);
    let (handle, runtime) = bent(&town, |txn| {
        let mut balances = txn.open_table(tables::BALANCES).unwrap();
        let old = balances.get((Account::Bank.no(), 0)).unwrap().map_or(0, |one| one.value());
        balances.insert((Account::Bank.no(), 0), old + 250).unwrap();
    });
    let before = copy::rows(&handle.snapshot().unwrap()).unwrap();
    let diff = Money(250);
    let told = press(&handle, &runtime, None);
    assert!(matches!(told, Err(Denied::Refused(Refusal::OutOfBalance { diff: by })) if by == diff));
    assert!(before == copy::rows(&handle.snapshot().unwrap()).unwrap());
}

#[test]
fn the_same_request_answers_the_same_run() {
    let mut town = Town::found(store(), 1);
    live(&mut town);
    settled(&mut town);
    let (handle, runtime) = bent(&town, |_| {});
    let first = press(&handle, &runtime, Some(Key([4; 16]))).unwrap();
    let again = press(&handle, &runtime, Some(Key([4; 16]))).unwrap();
    assert_eq!(first.seq, again.seq);
    assert_eq!(run_in(&first), run_in(&again));
    let other = press(&handle, &runtime, Some(Key([5; 16]))).unwrap();
    assert!(run_in(&other).empty());
}

/// A house whose business day can be set anew, as the hour at which it begins is.
fn house_of_days(day: Arc<AtomicU32>) -> (Handle, Runtime) {
    let clock = Arc::new(HandClock::default());
    clock.jump_to(At(1_795_780_800_000));
    let mut codes = CodeKeys::default();
    codes.set(1, CodeKey::new([7; 32]));
    let surroundings = Surroundings {
        clock,
        day_of: Arc::new(move |_| BusinessDay(day.load(Ordering::SeqCst))),
        luck: Arc::new(|| [3; 32]),
        numbering: Numbering { box_no: BoxNo(1), epoch: 1, key: 1 },
        codes,
        tokens: [9; 32],
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let handle = handle::start(store(), surroundings).unwrap();
    let settings = Command::House(usher_rules::house::Command::Set(usher_tests::town::settings()));
    runtime.block_on(handle.ask(Lane::Till, Actor::House, None, settings)).unwrap();
    (handle, runtime)
}

#[test]
fn nothing_is_dated_into_a_locked_date_and_the_date_of_an_open_till_is_not_locked() {
    let day = Arc::new(AtomicU32::new(100));
    let (handle, runtime) = house_of_days(Arc::clone(&day));
    let (anna, ben) = (Actor::Account(StaffNo(1)), Actor::Account(StaffNo(2)));
    let open = |by: &Actor, till| {
        let opened = drawer::Command::Open { till: TillNo(till), float: Money(5_000) };
        runtime.block_on(handle.ask(Lane::Till, by.clone(), None, Command::Till(opened)))
    };
    let locked = |handle: &Handle| end_of_day::locked(&handle.snapshot().unwrap()).unwrap();
    open(&anna, 1).unwrap();
    day.store(101, Ordering::SeqCst);
    press(&handle, &runtime, None).unwrap();
    assert_eq!(locked(&handle), Some(BusinessDay(99)), "a till is open since day 100");
    let session = till::open(&handle.snapshot().unwrap()).unwrap()[0].0;
    let (counted, senior) = (Money(5_000), false);
    for command in [
        drawer::Command::Count { session, counted, senior },
        drawer::Command::Close { session, senior },
    ] {
        let asked = handle.ask(Lane::Till, anna.clone(), None, Command::Till(command));
        runtime.block_on(asked).unwrap();
    }
    press(&handle, &runtime, None).unwrap();
    assert_eq!(locked(&handle), Some(BusinessDay(100)));
    day.store(100, Ordering::SeqCst);
    let before = copy::rows(&handle.snapshot().unwrap()).unwrap();
    let told = open(&ben, 2);
    let day_100 = BusinessDay(100);
    assert!(
        matches!(told, Err(Denied::Refused(Refusal::DateLocked { day })) if day == day_100),
        "{told:?}"
    );
    assert!(before == copy::rows(&handle.snapshot().unwrap()).unwrap());
    day.store(101, Ordering::SeqCst);
    open(&ben, 2).unwrap();
}

fn opened(folder: &Folder) -> Database {
    let opened = open::open(folder.path(), CACHE_BYTES, BoxNo(1), |file| {
        FileBackend::new(file).map_err(io::Error::other)
    });
    opened.unwrap().into_parts().0
}

/// The store of a town with some postings that has not ended its day itself yet.
fn without_a_run(seed: u64) -> Option<Folder> {
    let folder = Folder::new();
    let mut town = Town::found(opened(&folder), seed);
    let (mut ended, mut posted) = (false, 0);
    for _ in 0..3 * STEPS {
        town.step();
        let snapshot = town.handle.snapshot().unwrap();
        ended = !end_of_day::newest(&snapshot, 1).unwrap().is_empty();
        posted = postings(&snapshot).len();
        if ended || posted >= POSTINGS_MIN {
            break;
        }
    }
    let fits = !ended && posted >= POSTINGS_MIN;
    town.settle();
    town.stop();
    fits.then_some(folder)
}

#[test]
fn a_store_of_before_there_were_runs_has_all_its_postings_in_the_first_one() {
    let folder = (1..SEEDS_MAX).find_map(without_a_run).expect("a town that ends no day");
    let store = opened(&folder);
    let whole = copy::rows(&source::snapshot(&store).unwrap()).unwrap();
    let txn = store.begin_write().unwrap();
    txn.delete_table(tables::END_OF_DAYS).unwrap();
    txn.delete_table(tables::END_OF_DAY_MINUTES).unwrap();
    txn.delete_table(tables::END_OF_DAY_DUE).unwrap();
    txn.commit().unwrap();
    drop(store);
    let store = opened(&folder);
    assert!(whole == copy::rows(&store.begin_read().unwrap()).unwrap());
    let posted = postings(&store.begin_read().unwrap()).len();
    let mut town = Town::take_up(store, 2);
    town.clock.pass(Span::hours(8));
    assert_eq!(ended(&mut town, None).postings, posted as u64);
}
