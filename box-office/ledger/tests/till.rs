//! Guards what a till session keeps beside its commands: sales by tender, and a count that is void
//! once cash moves.
//!
//! Entries are put onto a store in memory, as a sale will bring them. Next: `ledger/till.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use redb::Database;
use redb::backends::InMemoryBackend;
use usher_ledger::{copy, open, proof, source, till};
use usher_rules::at::At;
use usher_rules::checkout;
use usher_rules::id::{BoxNo, OrderId, PostingId, StaffNo, TillNo, TillSessionId, compose};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause, Posting, between, cash_payment};
use usher_rules::till::{Count, Event as Done, Takings, TillSession, card_taken};
use usher_rules::{Actor, Ask, BusinessDay, Entry, Event};

const NOW: At = At(1_796_403_600_000);
const DAY: BusinessDay = BusinessDay(20_000);
const LEFT: TillNo = TillNo(2);
const ANNA: StaffNo = StaffNo(3);

fn hers() -> TillSessionId {
    TillSessionId(compose(BoxNo(1), 1))
}

fn ask() -> Ask {
    Ask { by: Actor::Account(ANNA), at: NOW, day: DAY, random: [0; 32] }
}

fn posted(no: u64, posting: Posting) -> Event {
    Event::Checkout(checkout::Event::Posted(PostingId(compose(BoxNo(1), no)), posting))
}

/// A store in which these things happened, one entry each.
fn after(events: Vec<Vec<Event>>) -> Database {
    let store = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    let entry = |(seq, events)| Entry { seq, at: NOW, once: None, by: ask().by, events };
    let entries: Vec<Entry> = (1..).zip(events).map(entry).collect();
    copy::replay(&store, &entries).unwrap();
    store
}

fn opened() -> Vec<Event> {
    let float = Money(10_000);
    let drawer = (Account::DrawerCash, u64::from(LEFT.0));
    let posting = between(None, Cause::Float, drawer, (Account::Bank, 0), float, NOW, DAY);
    let row = TillSession::opened(LEFT, ANNA, float, &ask());
    vec![Event::Till(Done::Opened(hers(), row)), posted(1, posting)]
}

fn counted() -> Vec<Event> {
    let count = Count { at: NOW, by: ANNA, counted: Money(10_000), expected: Money(10_000) };
    vec![Event::Till(Done::Counted(hers(), count))]
}

fn sold(no: u64, minor: i64) -> Vec<Event> {
    vec![posted(no, cash_payment(OrderId(7), LEFT, Money(minor), NOW, DAY))]
}

fn row(store: &Database) -> TillSession {
    till::get(&source::snapshot(store).unwrap(), hers()).unwrap().unwrap()
}

#[test]
fn cash_sales_follow_from_the_journal_and_card_sales_from_their_own_event() {
    let card = vec![card_taken(hers(), Money(900))];
    let store = after(vec![opened(), sold(2, 3_500), sold(3, 1_250), card]);
    let snapshot = source::snapshot(&store).unwrap();
    assert_eq!(row(&store).cash, Takings { count: 2, sum: Money(4_750) });
    assert_eq!(row(&store).cards, Takings { count: 1, sum: Money(900) });
    assert_eq!(till::drawer(&snapshot, LEFT).unwrap(), Money(14_750));
    assert_eq!(proof::of(&snapshot, &Default::default()).unwrap(), Vec::<String>::new());
}

#[test]
fn a_count_is_void_once_cash_moves_and_stands_while_only_cards_do() {
    let card = vec![card_taken(hers(), Money(900))];
    assert!(row(&after(vec![opened(), counted(), card])).count.is_some());
    assert_eq!(row(&after(vec![opened(), counted(), sold(2, 5)])).count, None);
    assert!(row(&after(vec![opened(), sold(2, 5), counted()])).count.is_some());
}

#[test]
fn cash_taken_at_a_till_that_is_closed_is_found_by_the_proof() {
    let store = after(vec![sold(2, 3_500)]);
    let snapshot = source::snapshot(&store).unwrap();
    let wrong = proof::of(&snapshot, &Default::default()).unwrap();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong.iter().any(|one| one.contains("its drawer is not empty")), "{wrong:?}");
}

#[test]
fn the_open_till_of_a_cashier_is_found_and_nobody_elses() {
    let store = after(vec![opened()]);
    let snapshot = source::snapshot(&store).unwrap();
    assert_eq!(till::open_of(&snapshot, ANNA).unwrap().map(|(id, _)| id), Some(hers()));
    assert_eq!(till::open_of(&snapshot, StaffNo(4)).unwrap(), None);
    assert_eq!(till::on(&snapshot, LEFT).unwrap().map(|(_, row)| row.cashier), Some(ANNA));
    assert_eq!(till::on(&snapshot, TillNo(1)).unwrap(), None);
}
