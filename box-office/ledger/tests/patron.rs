//! Guards how patrons are found: as a search over all rows would, and only as far as it may read.
//!
//! Entries are put onto a store in memory. Next: `ledger/patron.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use redb::Database;
use redb::backends::InMemoryBackend;
use usher_ledger::patron::{self, Found, KEYS_MAX};
use usher_ledger::{copy, open, proof, source};
use usher_rules::at::At;
use usher_rules::id::{BoxNo, PatronId, compose};
use usher_rules::patron::{Command, Event as Put, Patron, folded, sought, words};
use usher_rules::{Actor, Entry, Event};

const NOW: At = At(1_796_403_600_000);

fn id(no: u64) -> PatronId {
    PatronId(compose(BoxNo(1), no))
}

fn row(name: &str, email: &str, phone: &str) -> Patron {
    Patron { name: name.into(), email: email.into(), phone: phone.into(), since: NOW }
}

/// A store with these entries, each the row of one patron.
fn store(puts: &[(PatronId, Patron)]) -> Database {
    let store = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    let entry = |(seq, put): (u64, &(PatronId, Patron))| {
        let events = vec![Event::Patron(Put::Put(put.0, put.1.clone()))];
        Entry { seq, at: NOW, once: None, by: Actor::House, events }
    };
    let entries: Vec<Entry> = (1..).zip(puts).map(entry).collect();
    copy::replay(&store, &entries).unwrap();
    store
}

fn find(store: &Database, text: &str, max: usize) -> Found {
    patron::find(&source::snapshot(store).unwrap(), text, max).unwrap()
}

fn names(found: &Found) -> Vec<&str> {
    found.patrons.iter().map(|(_, row)| row.name.as_str()).collect()
}

fn proven(store: &Database) {
    let snapshot = source::snapshot(store).unwrap();
    assert_eq!(proof::of(&snapshot, &Default::default()).unwrap(), Vec::<String>::new());
}

fn few() -> Database {
    store(&[
        (id(1), row("Ada Merrow", "ada@example.org", "+441632960101")),
        (id(2), row("Adam Quill", "quill@mail.example.org", "")),
        (id(3), row("Zoë O'Dell-Merrow", "ada@example.org", "01632960103")),
        (id(4), row("Bram Adair", "", "")),
    ])
}

#[test]
fn every_word_of_a_search_begins_a_word_of_the_patron() {
    let store = few();
    for (text, expected) in [
        ("ada", vec!["Ada Merrow", "Zoë O'Dell-Merrow", "Adam Quill", "Bram Adair"]),
        ("mer", vec!["Ada Merrow", "Zoë O'Dell-Merrow"]),
        ("MERROW zoe", vec!["Zoë O'Dell-Merrow"]),
        ("dell", vec!["Zoë O'Dell-Merrow"]),
        ("errow", vec![]),
        ("ada@exa", vec!["Ada Merrow", "Zoë O'Dell-Merrow"]),
        ("mail.example", vec!["Adam Quill"]),
        ("+44 1632", vec!["Ada Merrow"]),
        ("01632 960 103", vec!["Zoë O'Dell-Merrow"]),
        ("", vec![]),
        ("?!", vec![]),
    ] {
        let found = find(&store, text, 50);
        assert_eq!((names(&found), found.more), (expected, false), "{text:?}");
    }
}

#[test]
fn who_is_changed_is_found_by_the_new_words_alone() {
    let store = store(&[(id(1), row("Ada Merrow", "", "")), (id(1), row("Ada Quill", "", ""))]);
    assert_eq!(names(&find(&store, "merrow", 9)), Vec::<&str>::new());
    assert_eq!(names(&find(&store, "quill", 9)), ["Ada Quill"]);
    proven(&store);
}

#[test]
fn more_than_asked_for_is_said_to_be_more() {
    let store = few();
    assert!(!find(&store, "ada", 4).more);
    let three = find(&store, "ada", 3);
    assert_eq!((three.patrons.len(), three.more), (3, true));
}

/// So many people called Ann, and one with another name.
fn crowd(count: usize) -> Database {
    let ann = |no: usize| (id(no as u64), row("Ann", "", ""));
    let mut all: Vec<_> = (1..=count).map(ann).collect();
    all.push((id(count as u64 + 1), row("Anna Zimt", "", "")));
    store(&all)
}

#[test]
fn a_word_that_many_have_is_read_to_its_limit_and_still_narrowed_by_another() {
    // All of them, and Anna, are one key more than may be read.
    let over = crowd(KEYS_MAX);
    let found = find(&over, "ann", KEYS_MAX * 2);
    assert_eq!((found.patrons.len(), found.more), (KEYS_MAX, true));
    assert!(names(&found).iter().all(|name| *name == "Ann"), "the very word comes first");
    let found = find(&over, "ann zim", 9);
    assert_eq!((names(&found), found.more), (vec!["Anna Zimt"], false));
    let within = crowd(KEYS_MAX - 1);
    let found = find(&within, "ann", KEYS_MAX * 2);
    assert_eq!((found.patrons.len(), found.more), (KEYS_MAX, false));
}

#[test]
fn numbers_go_up_and_the_newest_come_first() {
    let store = few();
    let snapshot = source::snapshot(&store).unwrap();
    let register = Command::Register(Default::default());
    assert_eq!(patron::load(&snapshot, BoxNo(1), &register).unwrap().next, id(5));
    let first = PatronId(compose(BoxNo(2), 1));
    assert_eq!(patron::load(&snapshot, BoxNo(2), &register).unwrap().next, first);
    let ids = |before| -> Vec<PatronId> {
        patron::newest(&snapshot, before, 2).unwrap().into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(ids(None), [id(4), id(3)]);
    assert_eq!(ids(Some(id(2))), [id(1)]);
}

#[test]
fn an_index_that_lost_a_word_is_found_by_the_proof() {
    let store = few();
    proven(&store);
    let txn = store.begin_write().unwrap();
    txn.open_table(usher_ledger::tables::PATRON_WORDS).unwrap().pop_first().unwrap();
    let wrong = proof::of(&txn, &Default::default()).unwrap();
    assert!(wrong.iter().any(|one| one.contains("patron_words")), "{wrong:?}");
    txn.abort().unwrap();
}

/// What a search over every row finds, in its order.
fn oracle(rows: &[(PatronId, Patron)], text: &str) -> Vec<PatronId> {
    let sought = sought(text);
    let mut fit: Vec<(usize, String, PatronId)> = Vec::new();
    for (id, row) in rows {
        let words = words(&row.name, &row.email, &row.phone);
        let fits = |word: &String| words.iter().any(|one| one.starts_with(word.as_str()));
        if !sought.is_empty() && sought.iter().all(fits) {
            let whole = sought.iter().filter(|word| words.contains(*word)).count();
            fit.push((sought.len() - whole, folded(&row.name), *id));
        }
    }
    fit.sort();
    fit.into_iter().map(|(.., id)| id).collect()
}

fn name() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "Ada", "Adam", "Añez", "O'Dell", "Zoë", "zo", "Łu", "Quill", "qui", "B",
    ]);
    prop::collection::vec(word, 1..4).prop_map(|words| words.join(" "))
}

fn patrons() -> impl Strategy<Value = Vec<(PatronId, Patron)>> {
    let email =
        prop::sample::select(vec!["", "ada@example.org", "Zo.E@mail.example.org", "q@b.org"]);
    let phone = prop::sample::select(vec!["", "+441632960101", "01632960102", "123"]);
    let one = (1_u64..20, name(), email, phone)
        .prop_map(|(no, name, email, phone)| (id(no), row(&name, email, phone)));
    prop::collection::vec(one, 0..40)
}

fn search() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "a",
        "ad",
        "ADA",
        "adam",
        "an",
        "dell",
        "zo",
        "zoe",
        "Zoë",
        "lu",
        "q",
        "quill",
        "b",
        "ada@",
        "zo.e@mail",
        "@mail",
        "example.org",
        "+44 1632",
        "0163",
        "12",
        "-",
        "x",
    ]);
    prop::collection::vec(word, 0..4).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn a_search_finds_what_a_look_at_every_row_finds(
        puts in patrons(),
        searches in prop::collection::vec(search(), 12),
    ) {
        let store = store(&puts);
        let kept: std::collections::BTreeMap<_, _> = puts.into_iter().collect();
        let rows: Vec<_> = kept.into_iter().collect();
        for text in searches {
            let found = find(&store, &text, 100);
            let ids: Vec<PatronId> = found.patrons.iter().map(|(id, _)| *id).collect();
            prop_assert_eq!(ids, oracle(&rows, &text), "{:?}", text);
            prop_assert!(!found.more);
        }
        proven(&store);
    }
}
