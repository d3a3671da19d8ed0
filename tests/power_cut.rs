//! The power is cut after every single write of a day in town, in eight ways each.
//!
//! Verdict of each image: it opens, it holds exactly a state between the last acknowledged act
//! and the last begun one, everything in it is proven, and the town lives on in it. Three controls
//! must fail, or the test proves nothing (trust 5).

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use redb::{Builder, Database, StorageBackend};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use usher_ledger::{open, proof};
use usher_rules::id::BoxNo;
use usher_rules::{Command, end_of_day};
use usher_tests::cut::{Disk, FATES, Fate, Log, Recorder};
use usher_tests::dice::Dice;
use usher_tests::town::{Town, fingerprint};

/// Acts of one day; more with `USHER_LONG=1`.
const ACTS: usize = 300;
const SEEDS: u64 = 3;
const SEEDS_LONG: u64 = 20;
/// Every how many images the town also lives on, and the power is cut again in the recovery.
const LIVES_ON_EVERY: usize = 97;
const CUT_AGAIN_EVERY: usize = 41;
/// Every how many acts the day is ended, whatever else happens.
const DAY_ENDS_EVERY: usize = 50;
/// Unsynced states are looked at in all eight ways at every n-th cut point, at the others in two.
const ALL_WAYS_EVERY: usize = 8;

fn opened(backend: impl StorageBackend) -> Result<Database, String> {
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let mut builder = Builder::new();
        builder.set_cache_size(4 * 1024 * 1024).set_check_integrity_on_open(true);
        builder.create_with_backend(backend)
    }));
    match opened {
        Ok(Ok(store)) => Ok(store),
        Ok(Err(fault)) => Err(format!("does not open: {fault}")),
        Err(_) => Err("opening it fails".to_owned()),
    }
}

/// A recorded day: the image it started from, the log, and each state by number of acts.
struct Day {
    start: Vec<u8>,
    log: Vec<Log>,
    states: Vec<[u8; 32]>,
}

fn record(seed: u64, acts: usize, lie: bool) -> Day {
    let recorder = Recorder::default();
    let store = Builder::new().create_with_backend(recorder.clone()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    let mut town = Town::found(store, seed);
    let first = fingerprint(&town.handle.snapshot().unwrap());
    let start = {
        let mut tape = recorder.0.lock().unwrap();
        tape.log.clear();
        tape.ignore_sync = lie;
        tape.image.clone()
    };
    let mut states = vec![first];
    while states.len() <= acts {
        let act = states.len();
        recorder.mark(Log::Begin(act));
        let command = Command::EndOfDay(end_of_day::Command::Run { cut_off: None });
        let day_ends = act.is_multiple_of(DAY_ENDS_EVERY);
        let ended = if day_ends { town.ask(command).ok() } else { None };
        if ended.is_some() || matches!(town.step(), Some(Ok(_))) {
            let state = fingerprint(&town.handle.snapshot().unwrap());
            recorder.mark(Log::Acked(act, state));
            states.push(state);
        }
    }
    let log = recorder.0.lock().unwrap().log.clone();
    town.stop();
    Day { start, log, states }
}

#[derive(Debug, Default)]
struct Count {
    cut_points: usize,
    images: usize,
    twice: usize,
    lived_on: usize,
    failures: Vec<String>,
}

/// Walks the log and judges every cut.
fn judge(day: &Day, seed: u64) -> Count {
    let mut count = Count::default();
    let mut disk = Disk::new(day.start.clone());
    let mut dice = Dice::new(seed ^ 0xc0de);
    let (mut begun, mut acked) = (0, 0);
    for (index, step) in day.log.iter().enumerate() {
        match step {
            Log::Begin(act) => begun = *act,
            Log::Acked(act, _) => acked = *act,
            Log::Write { .. } | Log::SetLen(_) | Log::Sync => {}
        }
        disk.step(step);
        if matches!(step, Log::Begin(_)) {
            continue;
        }
        count.cut_points += 1;
        let ways: &[Fate] = if disk.settled() {
            &[Fate::None]
        } else if index % ALL_WAYS_EVERY == 0 {
            &FATES
        } else {
            &[Fate::SomeSectors, Fate::LastTorn]
        };
        for fate in ways {
            let image = disk.cut(*fate, &mut dice);
            let allowed = &day.states[acked..=begun.min(day.states.len() - 1)];
            count.images += 1;
            if let Err(why) = verdict(image, allowed, &mut count, seed) {
                count.failures.push(format!("seed {seed}, cut {index}, {fate:?}: {why}"));
            }
        }
    }
    count
}

fn verdict(
    image: Vec<u8>,
    allowed: &[[u8; 32]],
    count: &mut Count,
    seed: u64,
) -> Result<(), String> {
    let recorder = Recorder::from_image(image.clone());
    let store = opened(recorder.clone())?;
    let txn = usher_ledger::source::snapshot(&store).map_err(|fault| fault.to_string())?;
    let state = fingerprint(&txn);
    if !allowed.contains(&state) {
        return Err("an acknowledged act is missing, or half of one is there".to_owned());
    }
    if count.images.is_multiple_of(CUT_AGAIN_EVERY) {
        drop(txn);
        drop(store);
        count.twice += 1;
        return cut_again(image, &recorder, state, seed);
    }
    if count.images.is_multiple_of(LIVES_ON_EVERY) {
        let plans = usher_ledger::plan::Plans::default();
        let wrong = proof::of(&txn, &plans).map_err(|fault| fault.to_string())?;
        if !wrong.is_empty() {
            return Err(wrong.join("; "));
        }
        drop(txn);
        count.lived_on += 1;
        return lives_on(store, &recorder);
    }
    Ok(())
}

/// The power goes again while the store recovers from the first cut.
fn cut_again(
    image: Vec<u8>,
    recovery: &Recorder,
    state: [u8; 32],
    seed: u64,
) -> Result<(), String> {
    let log = recovery.0.lock().unwrap().log.clone();
    let mut disk = Disk::new(image);
    let mut dice = Dice::new(seed ^ 0x2c07);
    for (index, step) in log.iter().enumerate() {
        disk.step(step);
        let again = disk.cut(FATES[index % FATES.len()], &mut dice);
        let store = opened(Recorder::from_image(again))
            .map_err(|why| format!("cut again at {index} of the recovery: {why}"))?;
        let txn = usher_ledger::source::snapshot(&store).map_err(|fault| fault.to_string())?;
        if fingerprint(&txn) != state {
            return Err(format!("cut again at {index} of the recovery: another state"));
        }
    }
    Ok(())
}

/// The town goes on for a while, stops, and is found as it was left.
fn lives_on(store: Database, recorder: &Recorder) -> Result<(), String> {
    let mut town = Town::take_up(store, 77);
    let mut accepted = 0;
    for _ in 0..200 {
        accepted += usize::from(matches!(town.step(), Some(Ok(_))));
        if accepted == 3 {
            break;
        }
    }
    if accepted < 3 {
        return Err("the house takes nothing any more".to_owned());
    }
    let left = fingerprint(&town.handle.snapshot().unwrap());
    town.stop();
    let image = recorder.0.lock().unwrap().image.clone();
    let store = opened(Recorder::from_image(image))?;
    let txn = usher_ledger::source::snapshot(&store).map_err(|fault| fault.to_string())?;
    if fingerprint(&txn) == left { Ok(()) } else { Err("what was done after is lost".to_owned()) }
}

#[test]
fn nothing_acknowledged_is_lost_whatever_write_the_power_is_cut_after() {
    let long = std::env::var_os("USHER_LONG").is_some();
    let seeds = if long { SEEDS_LONG } else { SEEDS };
    let mut all = Count::default();
    let counts = std::thread::scope(|scope| {
        let days: Vec<_> = (0..seeds)
            .map(|seed| scope.spawn(move || judge(&record(seed, ACTS, false), seed)))
            .collect();
        days.into_iter().map(|day| day.join().unwrap()).collect::<Vec<_>>()
    });
    for count in counts {
        assert!(count.failures.is_empty(), "{:#?}", &count.failures[..count.failures.len().min(5)]);
        all.cut_points += count.cut_points;
        all.images += count.images;
        all.twice += count.twice;
        all.lived_on += count.lived_on;
    }
    println!(
        "{} cut points, {} images, {} cut twice, {} lived on",
        all.cut_points, all.images, all.twice, all.lived_on
    );
    assert!(all.images > 5_000 && all.twice > 50 && all.lived_on > 20, "{all:?}");
}

#[test]
fn a_disk_that_ignores_syncs_is_caught() {
    let count = judge(&record(1, 40, true), 1);
    assert!(!count.failures.is_empty(), "a lying disk must lose acknowledged acts");
}

#[test]
fn an_answer_before_the_commit_is_caught() {
    let mut day = record(2, 40, false);
    let mut early = Vec::with_capacity(day.log.len());
    for step in &day.log {
        early.push(step.clone());
        if let Log::Begin(act) = step
            && let Some(state) = day.states.get(*act)
        {
            early.push(Log::Acked(*act, *state));
        }
    }
    day.log = early;
    let count = judge(&day, 2);
    assert!(!count.failures.is_empty(), "acknowledging before the commit must be seen");
}

#[test]
fn a_commit_without_durability_is_caught() {
    let recorder = Recorder::default();
    let store = Builder::new().create_with_backend(recorder.clone()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    let start = {
        let mut tape = recorder.0.lock().unwrap();
        tape.log.clear();
        tape.image.clone()
    };
    let mut states = HashMap::new();
    states.insert(0, fingerprint(&usher_ledger::source::snapshot(&store).unwrap()));
    for act in 1..20u64 {
        recorder.mark(Log::Begin(act as usize));
        let mut txn = store.begin_write().unwrap();
        txn.set_durability(redb::Durability::None).unwrap();
        let table = usher_ledger::tables::TICKET_CODES;
        txn.open_table(table).unwrap().insert((1, act), act).unwrap();
        txn.commit().unwrap();
        let state = fingerprint(&usher_ledger::source::snapshot(&store).unwrap());
        states.insert(act as usize, state);
        recorder.mark(Log::Acked(act as usize, state));
    }
    let log = recorder.0.lock().unwrap().log.clone();
    let states = (0..20).map(|act| states[&act]).collect();
    let count = judge(&Day { start, log, states }, 9);
    assert!(!count.failures.is_empty(), "acts that were never synced must be seen to be lost");
}
