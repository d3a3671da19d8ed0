//! The disk fails at every single call of a short day: EIO, ENOSPC and EROFS, once and for ever.
//!
//! Whoever waits is told "busy", the ledger ends and says so, and what is found after opening
//! again is the state before or after the act under way, proven, never anything else (trust 1.7).

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use redb::{Builder, Database, DatabaseError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use usher_ledger::plan::Plans;
use usher_ledger::{Denied, open, proof, source};
use usher_rules::id::BoxNo;
use usher_tests::fault::{ERRORS, FailingDisk, Plan};
use usher_tests::town::{Town, fingerprint};

/// Accepted acts of the short day.
const ACTS: usize = 12;
const SEED: u64 = 5;
const NEVER: Plan = Plan { at: None, errno: 0, for_ever: false };

fn opened(disk: FailingDisk) -> Result<Database, DatabaseError> {
    let mut builder = Builder::new();
    builder.set_cache_size(4 * 1024 * 1024).set_check_integrity_on_open(true);
    builder.create_with_backend(disk)
}

fn founded() -> Vec<u8> {
    let disk = FailingDisk::new(Vec::new(), NEVER);
    let store = Builder::new().create_with_backend(disk.clone()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    Town::found(store, SEED).stop();
    disk.image()
}

/// The day on a disk: how many acts were acknowledged, and whether the house said "busy".
fn live(store: Database, mut states: Option<&mut Vec<[u8; 32]>>) -> (usize, bool) {
    let mut town = Town::take_up(store, SEED);
    let mut acked = 0;
    let mut busy = false;
    while acked < ACTS {
        match town.step() {
            Some(Ok(_)) => {
                acked += 1;
                if let Some(states) = &mut states {
                    states.push(fingerprint(&town.handle.snapshot().unwrap()));
                }
            }
            Some(Err(Denied::Busy)) => {
                busy = true;
                break;
            }
            Some(Err(Denied::Refused(_))) | None => {}
            Some(Err(Denied::Bug)) => panic!("a failing disk is no bug of a rule"),
        }
    }
    town.stop();
    (acked, busy)
}

#[test]
fn whatever_call_fails_the_house_stops_and_holds_one_of_two_states() {
    let image = founded();
    let sound = FailingDisk::new(image.clone(), NEVER);
    let store = opened(sound.clone()).unwrap();
    let mut states = vec![fingerprint(&source::snapshot(&store).unwrap())];
    let before_the_day = sound.calls();
    assert_eq!(live(store, Some(&mut states)), (ACTS, false));
    let calls = sound.calls();
    let (mut runs, mut unopened, mut stopped, mut yet_committed) = (0, 0, 0, 0);
    for (name, errno) in ERRORS {
        for for_ever in [false, true] {
            for at in before_the_day / 2..calls {
                let case = format!("{name} at call {at}, for ever: {for_ever}");
                runs += 1;
                let disk = FailingDisk::new(image.clone(), Plan { at: Some(at), errno, for_ever });
                let (acked, busy) = match try_open(&disk) {
                    Some(store) => live_through(store),
                    None => {
                        unopened += 1;
                        (0, false)
                    }
                };
                stopped += usize::from(busy);
                let again = opened(FailingDisk::new(disk.image(), NEVER));
                let again = again.unwrap_or_else(|fault| panic!("{case}: {fault}"));
                let snapshot = source::snapshot(&again).unwrap();
                let found = fingerprint(&snapshot);
                let after = states.get(acked + 1);
                let is_after = after.is_some_and(|after| *after == found);
                assert!(found == states[acked] || is_after, "{case}: {acked} acts, another state");
                yet_committed += usize::from(is_after);
                if at % 16 == 0 {
                    let wrong = proof::of(&snapshot, &Plans::default()).unwrap();
                    assert_eq!(wrong, Vec::<String>::new(), "{case}");
                }
            }
        }
    }
    println!(
        "{runs} runs, {unopened} not opened, {stopped} stopped, {yet_committed} committed yet"
    );
    assert!(stopped > 100, "the failures must have been met: {stopped} of {runs}");
}

fn try_open(disk: &FailingDisk) -> Option<Database> {
    catch_unwind(AssertUnwindSafe(|| opened(disk.clone()).ok())).ok().flatten()
}

fn live_through(store: Database) -> (usize, bool) {
    // Starting on a disk that fails in that instant is a refusal to start, not a stop.
    catch_unwind(AssertUnwindSafe(|| live(store, None))).unwrap_or((0, false))
}
