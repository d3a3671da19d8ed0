//! Golden stores: one of every schema there was, each opened by this program and found whole.
//!
//! A store is a seeded day in town, packed as it was left. It is opened as the daemon opens it,
//! proven, made again from its own entries and compared byte for byte (domain 11). Never writes
//! into `tests/golden` unless told to by `USHER_GOLDEN=keep`. Next: `usher_ledger::open`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Builder, Database};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use usher_ledger::stored::SCHEMA;
use usher_ledger::{copy, events, open, proof, source};
use usher_rules::id::BoxNo;
use usher_tests::folder::Folder;
use usher_tests::town::Town;

const SEED: u64 = 2_026;
const STEPS: usize = 400;
const CACHE_BYTES: usize = 1024 * 1024;

fn place(schema: u32) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    folder.join(format!("schema-{schema}.redb.gz"))
}

fn opened(folder: &Path) -> Database {
    let opened = open::open(folder, CACHE_BYTES, BoxNo(1), |file| {
        FileBackend::new(file).map_err(io::Error::other)
    })
    .unwrap();
    opened.into_parts().0
}

/// Lives a day in town and packs what it left.
fn keep(schema: u32) {
    let folder = Folder::new();
    let mut town = Town::found(opened(folder.path()), SEED);
    for _ in 0..STEPS {
        town.step();
    }
    town.settle();
    town.stop();
    fs::create_dir_all(place(schema).parent().unwrap()).unwrap();
    let mut packed = GzEncoder::new(File::create(place(schema)).unwrap(), Compression::best());
    io::copy(&mut File::open(folder.join(open::STORE)).unwrap(), &mut packed).unwrap();
    packed.finish().unwrap();
}

/// Keeps the store of this schema, if told to and there is none.
static KEPT: LazyLock<()> = LazyLock::new(|| {
    if std::env::var("USHER_GOLDEN").is_ok_and(|told| told == "keep") && !place(SCHEMA).exists() {
        keep(SCHEMA);
    }
});

#[test]
fn every_schema_has_its_golden_store() {
    LazyLock::force(&KEPT);
    for schema in 1..=SCHEMA {
        assert!(
            place(schema).exists(),
            "no golden store of schema {schema}: make it by the program that writes it, with \
             `USHER_GOLDEN=keep cargo test --package usher-tests --test golden`"
        );
    }
}

#[test]
fn every_golden_store_opens_is_whole_and_can_be_made_again_from_its_entries() {
    LazyLock::force(&KEPT);
    for schema in 1..=SCHEMA {
        let folder = Folder::new();
        let mut packed = GzDecoder::new(File::open(place(schema)).unwrap());
        io::copy(&mut packed, &mut File::create(folder.join(open::STORE)).unwrap()).unwrap();

        let store = opened(folder.path());
        let snapshot = source::snapshot(&store).unwrap();
        let entries = events::after(&snapshot, 0, usize::MAX).unwrap();
        assert!(entries.len() > STEPS / 4, "schema {schema}: {} entries", entries.len());
        let twin = Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
        open::prepare(&twin, BoxNo(1)).unwrap();
        copy::replay(&twin, &entries).unwrap();
        let twin = source::snapshot(&twin).unwrap();
        let (kept, made) = (copy::rows(&snapshot).unwrap(), copy::rows(&twin).unwrap());
        for (left, right) in kept.iter().zip(&made) {
            assert_eq!(left, right, "schema {schema}");
        }
        assert_eq!(kept.len(), made.len());
        drop((snapshot, twin));
        let wrong = proof::of(&source::snapshot(&store).unwrap(), &Default::default()).unwrap();
        assert_eq!(wrong, Vec::<String>::new(), "schema {schema}");
        println!("schema {schema}: {} entries, {} rows", entries.len(), kept.len());
    }
}
