//! The house simulator: a seeded day in town, judged by the proof and by replay.
//!
//! What it guards: no seat twice, no ticket in twice, money balanced, indexes true to their
//! primaries, and entries that carry all that `apply` needs. Never looks at a page.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use redb::backends::InMemoryBackend;
use redb::{Builder, Database, StorageBackend};
use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use usher_ledger::turnout::Turnout;
use usher_ledger::{Denied, admission as ledger, copy, events, open, proof};
use usher_rules::admission::{self, Admission, Presence, Verdict};
use usher_rules::id::{BoxNo, PerformanceId, StaffNo, TicketId, TillNo};
use usher_rules::money::Money;
use usher_rules::{Command, session};
use usher_tests::town::{Town, fingerprint};

const SEEDS: u64 = 8;
const STEPS: usize = 600;

fn store() -> Database {
    let store = Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    store
}

fn live(town: &mut Town, steps: usize) -> (usize, usize) {
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..steps {
        match town.step() {
            Some(Ok(_)) => accepted += 1,
            Some(Err(Denied::Refused(_))) => refused += 1,
            Some(Err(denied)) => panic!("{denied:?} is no answer of a healthy house"),
            None => {}
        }
    }
    (accepted, refused)
}

#[test]
fn a_day_in_town_leaves_everything_proven() {
    let mut accepted_in_all = 0;
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        let (accepted, refused) = live(&mut town, STEPS);
        let snapshot = town.handle.snapshot().unwrap();
        let wrong = proof::of(&snapshot, snapshot.plans()).unwrap();
        assert_eq!(wrong, Vec::<String>::new(), "seed {seed}");
        assert!(accepted > 100 && refused > 20, "seed {seed}: {accepted} and {refused}");
        accepted_in_all += accepted;
        town.settle();
        let snapshot = town.handle.snapshot().unwrap();
        assert_eq!(proof::of(&snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
    }
    println!("{SEEDS} days, {accepted_in_all} accepted commands");
}

/// What the days in town do at the counter, so that replay and proof see refunds of both kinds.
#[test]
fn tickets_are_given_back_in_cash_and_at_a_pad_in_the_course_of_the_days() {
    use usher_rules::{Event, checkout::Event as Sale, refund::Refund};
    let mut refunds: Vec<Refund> = Vec::new();
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        live(&mut town, STEPS);
        let snapshot = town.handle.snapshot().unwrap();
        for entry in events::after(&snapshot, 0, usize::MAX).unwrap() {
            refunds.extend(entry.events.into_iter().filter_map(|event| match event {
                Event::Checkout(Sale::Refunded { refund, .. }) => Some(refund),
                _ => None,
            }));
        }
    }
    let cards = refunds.iter().filter(|one| one.intent.is_some()).count();
    println!("{} refunds, {cards} of them to cards", refunds.len());
    assert!(cards > 0 && cards < refunds.len());
}

/// Exchanges among what else goes on in town: proven, and made again byte for byte.
#[test]
fn tickets_exchanged_among_all_else_leave_everything_proven_and_can_be_replayed() {
    use usher_rules::{Event, checkout::Event as Sale};
    let (mut dearer, mut cheaper, mut paid_back, mut returned) = (0, 0, 0, 0);
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        for nth in 0..STEPS {
            town.step();
            if nth % 5 == 0 {
                town.exchange();
            }
        }
        town.settle();
        let snapshot = town.handle.snapshot().unwrap();
        assert_eq!(proof::of(&snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
        let entries = events::after(&snapshot, 0, usize::MAX).unwrap();
        let twin = store();
        copy::replay(&twin, &entries).unwrap();
        let twin = usher_ledger::source::snapshot(&twin).unwrap();
        assert_eq!(fingerprint(&snapshot), fingerprint(&twin), "seed {seed}");
        for event in entries.iter().flat_map(|entry| &entry.events) {
            match event {
                Event::Checkout(Sale::Exchanged { made, .. }) if made.worth > made.moved => {
                    cheaper += 1;
                }
                Event::Checkout(Sale::Exchanged { .. }) => dearer += 1,
                Event::Checkout(Sale::Refunded { refund, .. }) => {
                    paid_back += usize::from(refund.tickets.is_empty());
                    returned += usize::from(refund.onward.is_some());
                }
                _ => {}
            }
        }
    }
    println!("{dearer} no cheaper, {cheaper} cheaper, {paid_back} paid back, {returned} returned");
    assert!(dearer > 0 && cheaper > 0 && paid_back > 0 && returned > 0);
}

/// What the days in town do with parts, so that replay and proof see payments of both kinds.
#[test]
fn orders_are_booked_and_paid_in_parts_in_the_course_of_the_days() {
    use usher_rules::{Event, checkout::Event as Sale};
    let (mut booked, mut cash, mut cards) = (0, 0, 0);
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        for nth in 0..STEPS {
            town.step();
            if nth % 5 == 0 {
                town.pay_towards();
            }
        }
        let snapshot = town.handle.snapshot().unwrap();
        for entry in events::after(&snapshot, 0, usize::MAX).unwrap() {
            for event in entry.events {
                match event {
                    Event::Checkout(Sale::Sold { order, .. }) => {
                        booked += usize::from(order.payments.is_some());
                    }
                    Event::Checkout(Sale::PaymentMade(_, made)) if made.intent.is_some() => {
                        cards += 1;
                    }
                    Event::Checkout(Sale::PaymentMade(..)) => cash += 1,
                    _ => {}
                }
            }
        }
    }
    println!("{booked} orders booked, {cash} payments in cash and {cards} by card");
    assert!(booked > 0 && cash > 0 && cards > 0);
}

#[test]
fn a_session_that_another_account_takes_leads_from_that_one_alone() {
    let mut town = Town::found(store(), 0);
    for account in [StaffNo(1), StaffNo(2)] {
        let (session, about) = ([9; 32], "Town".to_owned());
        let sign_in = session::Command::SignIn { session, account, about };
        town.ask(Command::Session(sign_in)).unwrap();
    }
    let snapshot = town.handle.snapshot().unwrap();
    assert_eq!(proof::of(&snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
}

#[test]
fn who_is_in_is_the_same_in_memory_and_made_again_from_the_log() {
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        let mut looked = 0;
        for _ in 0..6 {
            live(&mut town, STEPS / 6);
            let snapshot = town.handle.snapshot().unwrap();
            for id in town.performances.clone() {
                let fresh = Turnout::of(&snapshot, id).unwrap();
                assert_eq!(ledger::attendance(&snapshot, id).unwrap(), fresh.attendance());
                for (ticket, row) in fresh.admissions() {
                    let kept = ledger::get(&snapshot, id, *ticket).unwrap();
                    assert_eq!(kept.as_ref(), Some(row), "seed {seed}, {ticket}");
                    looked += 1;
                }
            }
        }
        assert!(looked > 0, "seed {seed}: nobody came");
    }
}

#[test]
fn entries_after_a_copy_make_the_store_again_byte_for_byte() {
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        live(&mut town, STEPS / 2);
        let snapshot = town.handle.snapshot().unwrap();
        let entries = events::after(&snapshot, 0, usize::MAX).unwrap();
        for cut in [0, entries.len() / 3, entries.len() - 1] {
            let twin = store();
            copy::replay(&twin, &entries[..cut]).unwrap();
            for one in &entries[cut..] {
                copy::replay(&twin, std::slice::from_ref(one)).unwrap();
            }
            let twin = usher_ledger::source::snapshot(&twin).unwrap();
            let (ours, theirs) = (copy::rows(&snapshot).unwrap(), copy::rows(&twin).unwrap());
            for (left, right) in ours.iter().zip(&theirs) {
                assert_eq!(left, right, "seed {seed}, cut {cut}");
            }
            assert_eq!(ours.len(), theirs.len());
            assert_eq!(fingerprint(&snapshot), fingerprint(&twin));
        }
    }
}

#[test]
fn a_proof_finds_what_is_bent() {
    use redb::ReadableTable;
    use usher_ledger::tables;
    let shared = InMemoryBackend::new();
    let base = Builder::new().create_with_backend(shared).unwrap();
    open::prepare(&base, BoxNo(1)).unwrap();
    let mut town = Town::found(store(), 3);
    live(&mut town, STEPS);
    let snapshot = town.handle.snapshot().unwrap();
    let entries = events::after(&snapshot, 0, usize::MAX).unwrap();
    copy::replay(&base, &entries).unwrap();
    let bend = |how: &dyn Fn(&redb::WriteTransaction)| {
        let txn = base.begin_write().unwrap();
        how(&txn);
        let wrong = proof::of(&txn, snapshot.plans()).unwrap();
        txn.abort().unwrap();
        wrong
    };
    assert_eq!(bend(&|_| {}), Vec::<String>::new());
    let first_seat = |txn: &redb::WriteTransaction| {
        txn.open_table(tables::SEATS).unwrap().first().unwrap().unwrap().0.value()
    };
    type Bend<'a> = (&'a str, &'a dyn Fn(&redb::WriteTransaction));
    let bent: [Bend<'_>; 10] = [
        ("a lost seat", &|txn| {
            let key = first_seat(txn);
            txn.open_table(tables::SEATS).unwrap().remove(key).unwrap();
        }),
        ("a lost index key", &|txn| {
            txn.open_table(tables::CARTS_BY_STATE).unwrap().pop_first().unwrap();
        }),
        ("a changed balance", &|txn| {
            txn.open_table(tables::BALANCES).unwrap().insert((1, 1), 5).unwrap();
        }),
        ("a till that nobody opened", &|txn| {
            txn.open_table(tables::TILLS_OPEN).unwrap().insert(9, 9).unwrap();
        }),
        ("a till session that is gone", &|txn| {
            txn.open_table(tables::TILL_SESSIONS).unwrap().retain(|_, _| false).unwrap();
            txn.open_table(tables::TILLS_OPEN).unwrap().insert(1, 1).unwrap();
        }),
        ("a batch that is gone", &|txn| {
            txn.open_table(tables::BATCHES).unwrap().pop_first().unwrap();
        }),
        ("a payment that is in no batch", &|txn| {
            txn.open_table(tables::BATCH_PAYMENTS).unwrap().pop_last().unwrap();
        }),
        ("a batch that is settled and listed as open", &|txn| {
            txn.open_table(tables::BATCHES_UNSETTLED).unwrap().insert((9, 9), ()).unwrap();
        }),
        ("a lost entry", &|txn| {
            txn.open_table(tables::EVENTS).unwrap().remove(9).unwrap();
        }),
        ("an exchange that no cart makes", &|txn| {
            txn.open_table(tables::EXCHANGES_OPEN).unwrap().insert(9, 9).unwrap();
        }),
    ];
    for (name, how) in bent {
        assert!(!bend(how).is_empty(), "the proof does not see {name}");
    }
}

#[test]
fn a_drawer_is_empty_whenever_its_till_is_closed() {
    use usher_rules::{Event, till::Event as Till};
    let (mut opened, mut closed, mut moved) = (0, 0, 0);
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        live(&mut town, STEPS);
        let snapshot = town.handle.snapshot().unwrap();
        for till in [1, 2].map(TillNo) {
            let open = usher_ledger::till::on(&snapshot, till).unwrap().is_some();
            let drawer = usher_ledger::till::drawer(&snapshot, till).unwrap();
            assert!(drawer >= Money::ZERO && (open || drawer == Money::ZERO), "seed {seed}");
        }
        for entry in events::after(&snapshot, 0, usize::MAX).unwrap() {
            for event in &entry.events {
                opened += usize::from(matches!(event, Event::Till(Till::Opened(..))));
                moved += usize::from(matches!(event, Event::Till(Till::Moved(..))));
                closed += usize::from(matches!(event, Event::Till(Till::Closed(..))));
            }
        }
    }
    println!("{opened} tills opened, {moved} movements, {closed} closed");
    assert!(opened > 3 && moved > 3 && closed > 3);
}

#[test]
fn card_clearing_has_what_is_not_settled_and_of_a_settled_batch_nothing() {
    use std::collections::BTreeMap;
    use usher_ledger::batch;
    use usher_rules::batch::State;
    let mut ends: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        live(&mut town, STEPS);
        let snapshot = town.handle.snapshot().unwrap();
        for (id, row) in batch::newest(&snapshot, usize::MAX).unwrap() {
            let how = (row.state, row.of.sub(), row.no_match.is_some());
            *ends.entry(format!("{how:?}")).or_default() += 1;
            let payments = batch::payments(&snapshot, id, usize::MAX).unwrap();
            assert_eq!(payments.len(), row.taken.count as usize, "seed {seed}, {id}");
            let unsettled = batch::unsettled(&snapshot).unwrap();
            let listed = unsettled.iter().any(|(other, _)| *other == id);
            assert_eq!(listed, row.state != State::Settled, "seed {seed}, {id}");
        }
        assert_eq!(proof::of(&snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
    }
    println!("{ends:?}");
    for how in ["(Settled, 0, false)", "(Settled, 1, false)", "(Settled, 1, true)"] {
        assert!(ends.contains_key(how), "no batch ever ended {how}");
    }
}

/// Rows of the audit whose every byte is bent, and entries likewise.
const BENT_MAX: usize = 4;

#[test]
fn a_changed_byte_of_the_audit_or_of_an_entry_that_it_names_is_found() {
    use redb::{ReadableDatabase, ReadableTable};
    use usher_ledger::{audit, tables};
    let base = store();
    let mut town = Town::found(store(), 5);
    live(&mut town, STEPS);
    let entries = events::after(&town.handle.snapshot().unwrap(), 0, usize::MAX).unwrap();
    copy::replay(&base, &entries).unwrap();
    let rows = audit::newest(&usher_ledger::source::snapshot(&base).unwrap(), None, BENT_MAX);
    let seqs: Vec<u64> = rows.unwrap().into_iter().map(|(seq, _)| seq).collect();
    assert_eq!(seqs.len(), BENT_MAX);
    let mut bent = 0;
    for table in [tables::AUDIT, tables::EVENTS] {
        for seq in &seqs {
            let length = {
                let txn = base.begin_read().unwrap();
                let opened = txn.open_table(table).unwrap();
                opened.get(seq).unwrap().unwrap().value().len()
            };
            for at in 0..length {
                let txn = base.begin_write().unwrap();
                let mut opened = txn.open_table(table).unwrap();
                let mut bytes = opened.get(seq).unwrap().unwrap().value().to_vec();
                bytes[at] ^= 1;
                opened.insert(seq, bytes.as_slice()).unwrap();
                drop(opened);
                let wrong = audit::walk(&txn).unwrap();
                assert!(!wrong.is_empty(), "{table}: byte {at} of {seq}");
                txn.abort().unwrap();
                bent += 1;
            }
        }
    }
    let whole = audit::walk(&usher_ledger::source::snapshot(&base).unwrap()).unwrap();
    assert_eq!(whole, Vec::<String>::new());
    println!("{bent} bytes bent, each found");
}

#[test]
fn an_audit_row_that_is_gone_or_put_in_is_found() {
    use redb::ReadableTable;
    use usher_ledger::{audit, tables};
    let mut town = Town::found(store(), 5);
    live(&mut town, STEPS);
    let entries = events::after(&town.handle.snapshot().unwrap(), 0, usize::MAX).unwrap();
    let base = store();
    copy::replay(&base, &entries).unwrap();
    let bend = |how: &dyn Fn(&redb::WriteTransaction)| {
        let txn = base.begin_write().unwrap();
        how(&txn);
        let wrong = audit::walk(&txn).unwrap();
        txn.abort().unwrap();
        wrong
    };
    assert_eq!(bend(&|_| {}), Vec::<String>::new());
    for first in [true, false] {
        let wrong = bend(&|txn| {
            let mut rows = txn.open_table(tables::AUDIT).unwrap();
            let gone = if first { rows.pop_first() } else { rows.pop_last() };
            assert!(gone.unwrap().is_some());
        });
        assert!(!wrong.is_empty(), "the first: {first}");
    }
    let wrong = bend(&|txn| {
        let mut rows = txn.open_table(tables::AUDIT).unwrap();
        let bytes = rows.first().unwrap().unwrap().1.value().to_vec();
        rows.insert(u64::MAX, bytes.as_slice()).unwrap();
    });
    assert!(!wrong.is_empty());
}

/// What an event made of whose admission, and whether it took a scan back.
fn moved(event: &admission::Event) -> Option<(TicketId, &Admission, bool)> {
    match event {
        admission::Event::Scanned(scan) | admission::Event::Overridden { admitted: scan, .. } => {
            Some((scan.ticket?, scan.admission.as_ref()?, false))
        }
        admission::Event::Undone { ticket, admission, .. } => Some((*ticket, admission, true)),
    }
}

#[test]
fn no_ticket_is_in_twice_without_having_been_out() {
    let mut duplicates = 0;
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        live(&mut town, STEPS);
        let snapshot = town.handle.snapshot().unwrap();
        let (mut inside, mut rows) = (HashSet::new(), HashMap::new());
        for entry in events::after(&snapshot, 0, usize::MAX).unwrap() {
            for (ticket, row, back) in ledger::events_in(&entry).filter_map(moved) {
                let first = row.presence == Presence::In && inside.insert(ticket);
                if row.presence != Presence::In {
                    inside.remove(&ticket);
                } else if !first && !back {
                    // Only a door that lost the box lets in whom it cannot know to be in.
                    assert!(row.again, "seed {seed}: {ticket} is in twice");
                    duplicates += 1;
                }
                rows.insert(ticket, row.clone());
            }
            let (ins, outs) = rows.values().fold((0, 0), |(ins, outs), row| {
                (ins + usize::from(row.ins), outs + usize::from(row.outs))
            });
            assert_eq!(ins - outs, inside.len(), "seed {seed}, entry {}", entry.seq);
        }
        let attendance = |id: &PerformanceId| ledger::attendance(&snapshot, *id).unwrap();
        let admitted: u32 = town.performances.iter().map(|id| attendance(id).admitted).sum();
        assert_eq!(admitted as usize, rows.values().filter(|row| row.ins > 0).count());
    }
    assert!(duplicates > 0, "no door without the box let anybody in twice");
}

#[test]
fn whatever_a_door_did_without_the_box_is_recorded_and_never_later_than_now() {
    let (mut told, mut unheard, mut disputed) = (0, 0, 0);
    for seed in 0..SEEDS {
        let mut town = Town::found(store(), seed);
        live(&mut town, STEPS);
        let snapshot = town.handle.snapshot().unwrap();
        for entry in events::after(&snapshot, 0, usize::MAX).unwrap() {
            let Some(scan) = ledger::scan_in(&entry) else { continue };
            let Some(offline) = &scan.offline else { continue };
            assert!(offline.at <= entry.at, "seed {seed}, entry {}", entry.seq);
            told += 1;
            disputed += usize::from(offline.dispute.is_some());
            let in_vain = offline.dispute.is_none() && scan.admission.is_none();
            unheard += usize::from(in_vain && matches!(scan.verdict, Verdict::Go(_)));
        }
    }
    println!("{told} told afterwards, {disputed} in dispute, {unheard} known already");
    assert!(told > 50 && disputed > 10 && unheard > 0);
}

/// Memory that takes its time to be let go of.
#[derive(Debug)]
struct SlowToLetGo {
    memory: InMemoryBackend,
    let_go: Arc<AtomicBool>,
}

impl StorageBackend for SlowToLetGo {
    fn len(&self) -> io::Result<u64> {
        self.memory.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.memory.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.memory.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.memory.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.memory.write(offset, data)
    }
}

impl Drop for SlowToLetGo {
    fn drop(&mut self) {
        thread::sleep(Duration::from_millis(50));
        self.let_go.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_house_that_has_ended_has_let_go_of_its_store() {
    for seed in 0..20 {
        let let_go = Arc::new(AtomicBool::new(false));
        let memory = InMemoryBackend::new();
        let slow = SlowToLetGo { memory, let_go: Arc::clone(&let_go) };
        let store = Builder::new().create_with_backend(slow).unwrap();
        open::prepare(&store, BoxNo(1)).unwrap();
        Town::found(store, seed).stop();
        assert!(let_go.load(Ordering::SeqCst), "the next to open it would find it in use");
    }
}
