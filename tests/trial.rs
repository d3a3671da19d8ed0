//! A store on trial reads as if it were written to, and its file stays as it was found.
//!
//! Accepted, the file is written to in the same order and with the same syncs (trust 1.8). A store
//! found damaged is not touched at all. Next: `../box-office/ledger/src/trial.rs`.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use proptest::collection::vec;
use proptest::prelude::*;
use redb::{Builder, StorageBackend};
use usher_ledger::open;
use usher_ledger::trial::Trial;
use usher_rules::id::BoxNo;
use usher_tests::cut::{Recorder, SECTOR};
use usher_tests::dice::Dice;
use usher_tests::town::Town;

#[derive(Clone, Debug)]
enum Act {
    Write(usize, Vec<u8>),
    Read(usize, usize),
    SetLen(usize),
    Sync,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (0..200usize, vec(any::<u8>(), 1..60)).prop_map(|(at, bytes)| Act::Write(at, bytes)),
        4 => (0..200usize, 1..200usize).prop_map(|(at, len)| Act::Read(at, len)),
        1 => (0..260usize).prop_map(Act::SetLen),
        1 => Just(Act::Sync),
    ];
    vec(act, 0..40)
}

/// The act on a disk: what it read, and whether it could.
fn done<B: StorageBackend>(disk: &B, act: &Act) -> (Vec<u8>, bool) {
    match act {
        Act::Write(at, bytes) => {
            let fits = (at + bytes.len()) as u64 <= disk.len().unwrap();
            (Vec::new(), fits && disk.write(*at as u64, bytes).is_ok())
        }
        Act::Read(at, len) => {
            let mut out = vec![0; *len];
            let could = disk.read(*at as u64, &mut out).is_ok();
            (if could { out } else { Vec::new() }, could)
        }
        Act::SetLen(len) => (Vec::new(), disk.set_len(*len as u64).is_ok()),
        Act::Sync => (Vec::new(), disk.sync_data().is_ok()),
    }
}

fn log(disk: &Recorder) -> String {
    format!("{:?}", disk.0.lock().unwrap().log)
}

proptest! {
    #[test]
    fn a_trial_reads_as_written_touches_nothing_and_is_then_done_in_order(
        image in vec(any::<u8>(), 0..200),
        on_trial in acts(),
        afterwards in acts(),
    ) {
        let plain = Recorder::from_image(image.clone());
        let file = Recorder::from_image(image.clone());
        let trial = Trial::new(file.clone());
        for act in &on_trial {
            prop_assert_eq!(done(&trial, act), done(&plain, act));
            prop_assert_eq!(trial.len().unwrap(), plain.len().unwrap());
        }
        prop_assert_eq!(log(&file), "[]");
        prop_assert_eq!(&file.0.lock().unwrap().image, &image);
        trial.accept().unwrap();
        prop_assert_eq!(log(&file), log(&plain));
        for act in &afterwards {
            prop_assert_eq!(done(&trial, act), done(&plain, act));
            prop_assert_eq!(log(&file), log(&plain));
        }
        prop_assert_eq!(&file.0.lock().unwrap().image, &plain.0.lock().unwrap().image);
    }
}

/// A store somebody lived in, as a pulled plug leaves it.
fn pulled() -> Vec<u8> {
    let disk = Recorder::default();
    let store = Builder::new().create_with_backend(disk.clone()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    let mut town = Town::found(store, 5);
    for _ in 0..60 {
        let _ = town.step();
    }
    let image = disk.0.lock().unwrap().image.clone();
    town.stop();
    image
}

fn opens<B: StorageBackend>(disk: B) -> bool {
    Builder::new().set_check_integrity_on_open(true).create_with_backend(disk).is_ok()
}

#[test]
fn a_store_found_damaged_is_not_written_to_where_opening_it_plainly_would() {
    let whole = pulled();
    let mut dice = Dice::new(1);
    let (mut opened, mut refused, mut plainly_written) = (0, 0, 0);
    for _ in 0..300 {
        let mut image = whole.clone();
        for _ in 0..=dice.below(12) {
            let at = SECTOR * (1 + dice.below(image.len() / SECTOR - 1));
            image[at..at + SECTOR].fill(0x5a);
        }
        let (plain, file) = (Recorder::from_image(image.clone()), Recorder::from_image(image));
        let trial = Trial::new(file.clone());
        let whole_enough = opens(trial.clone());
        assert_eq!(opens(plain.clone()), whole_enough);
        assert_eq!(log(&file), "[]");
        if whole_enough {
            opened += 1;
        } else {
            refused += 1;
            plainly_written += usize::from(log(&plain) != "[]");
        }
    }
    println!("{opened} opened, {refused} refused, {plainly_written} of them plainly written to");
    assert!(opened > 0 && refused > 0 && plainly_written > 0);
}
