//! Row P: finding patrons in a register of 200,000, by every kind of search a cashier types.
//!
//! The register is put into a store on disk by entries, as replay does, and searched in snapshots.
//! No browser and no server. Next: `usher_ledger::patron`.

use super::{Ground, Row, ms};
use crate::tally::Tally;
use anyhow::ensure;
use redb::Database;
use redb::backends::FileBackend;
use std::time::{Duration, Instant};
use usher_ledger::{copy, open, patron, source};
use usher_rules::at::At;
use usher_rules::id::{BoxNo, PatronId, compose};
use usher_rules::patron::{Event as Put, Patron};
use usher_rules::{Actor, Entry, Event};

const PATRONS: u64 = 200_000;
/// Entries in one commit.
const COMMIT: usize = 5_000;
const SEARCHES: usize = 300;
/// Matches that a page shows.
const SHOWN: usize = 8;
const P99_MS_MAX: f64 = 50.0;
const SINCE: At = At(1_796_403_600_000);

const FIRST: [&str; 24] = [
    "Ada", "Bram", "Cleo", "Dov", "Edie", "Fenn", "Greta", "Hollis", "Inés", "Joss", "Kit", "Luz",
    "Mabel", "Nkem", "Oren", "Petra", "Quin", "Rosa", "Sami", "Tove", "Una", "Vera", "Wim", "Zoë",
];
const HEAD: [&str; 20] = [
    "Ab", "Bar", "Cas", "Dun", "Fer", "Har", "Ing", "Jo", "Kel", "Lar", "Mer", "Nor", "Oak", "Par",
    "Quil", "Rush", "Sal", "Tam", "Vas", "Whit",
];
const MIDDLE: [&str; 15] =
    ["a", "en", "i", "o", "or", "ar", "el", "un", "ey", "ow", "is", "er", "am", "ul", "al"];
const TAIL: [&str; 15] = [
    "by", "day", "field", "gate", "ham", "ley", "low", "mere", "more", "row", "son", "ter", "ton",
    "wick", "worth",
];

/// Each of them another one, always the same.
fn somebody(no: u64) -> Patron {
    let mut luck = no.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut of = |words: &[&'static str]| {
        luck = (luck ^ (luck >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        words[(luck >> 33) as usize % words.len()]
    };
    let first = of(&FIRST);
    let last = format!("{}{}{}", of(&HEAD), of(&MIDDLE), of(&TAIL));
    let mailbox = usher_rules::patron::folded(first);
    Patron {
        name: format!("{first} {last}"),
        email: format!("{mailbox}.{}{no}@example.org", last.to_lowercase()),
        phone: format!("+4416{no:08}"),
        since: SINCE,
    }
}

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let folder = ground.work.join("patrons");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let opened = open::open(&folder, open::CACHE_BYTES, BoxNo(1), |file| {
        FileBackend::new(file).map_err(std::io::Error::other)
    })?;
    let (store, _, lock) = opened.into_parts();
    let made = fill(&store)?;
    let mut row = Row {
        no: "R",
        what: "finding patrons among 200,000, p50 / p99: 1, 2, 3 words; the first 1, 2, 3, 4 \
               letters; email; phone"
            .to_owned(),
        floor: "-".to_owned(),
        must: "p99 < 50 ms",
        aim: "-",
        ..Row::default()
    };
    row.keep("made_in_s", made.as_secs_f64());
    let (mut told, mut worst) = (Vec::new(), 0.0_f64);
    for (name, search) in kinds() {
        let tally = searched(&store, search)?;
        worst = worst.max(row.keep(&format!("{name}_p99_ms"), tally.p99_ms()));
        row.keep(&format!("{name}_p50_ms"), tally.p50_ms());
        told.push(format!("{} / {}", ms(tally.p50_ms()), ms(tally.p99_ms())));
    }
    row.figure = told.join("; ");
    row.must_met = Some(worst < P99_MS_MAX);
    drop((store, lock));
    std::fs::remove_dir_all(&folder)?;
    Ok(vec![row])
}

/// How somebody is searched for.
type Search = fn(&Patron) -> String;

fn start(row: &Patron, letters: usize) -> String {
    let last = row.name.rsplit(' ').next().unwrap_or_default();
    last.chars().take(letters).collect()
}

fn kinds() -> [(&'static str, Search); 9] {
    [
        ("one_word", |row| start(row, usize::MAX)),
        ("two_words", |row| row.name.clone()),
        ("three_words", |row| format!("{} example", row.name)),
        ("one_letter", |row| start(row, 1)),
        ("two_letters", |row| start(row, 2)),
        ("three_letters", |row| start(row, 3)),
        ("four_letters", |row| start(row, 4)),
        ("email", |row| row.email.clone()),
        ("phone", |row| row.phone.clone()),
    ]
}

fn fill(store: &Database) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let entries = (1..=PATRONS).map(|no| {
        let put = Put::Put(PatronId(compose(BoxNo(1), no)), somebody(no));
        let events = vec![Event::Patron(put)];
        Entry { seq: no, at: SINCE, once: None, by: Actor::House, events }
    });
    let entries: Vec<Entry> = entries.collect();
    for part in entries.chunks(COMMIT) {
        copy::replay(store, part)?;
    }
    Ok(began.elapsed())
}

fn searched(store: &Database, search: Search) -> anyhow::Result<Tally> {
    let mut latencies = Vec::with_capacity(SEARCHES);
    for nth in 0..SEARCHES as u64 {
        let wanted = somebody(1 + nth * 7_919 % PATRONS);
        let text = search(&wanted);
        let began = Instant::now();
        let snapshot = source::snapshot(store)?;
        let found = patron::find(&snapshot, std::hint::black_box(&text), SHOWN)?;
        latencies.push(began.elapsed());
        ensure!(!found.patrons.is_empty(), "nobody fits {text}");
    }
    Ok(Tally::alone(latencies))
}
