//! The end of the day: the box's books against the reckoning, the terminals' books and the bank's.
//!
//! Never forgives a unit. Next: `tests/random_day.rs`.

use super::day::Day;
use super::pads::{self, Pad};
use super::reckoning::{Cards, Reckoning};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use usher_drivers::sim::pin_pad::truth::Of;
use usher_ledger::source;
use usher_ledger::view::desk::report::sales;
use usher_ledger::{Snapshot, checkout, copy, events, journal, open, proof, stored, tables};
use usher_rules::Key;
use usher_rules::batch::{Batch, Of as BatchOf, State as Stands, sum_of};
use usher_rules::cart::Place;
use usher_rules::id::{BoxNo, OrderId, PadNo};
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::posting::{Account, Posting};
use usher_rules::tender::{Intent, State};
use usher_rules::ticket::{State as Standing, Ticket};
use usher_rules::till::{State as Session, TillSession};
use usher_rules::view::desk::report::{Row, Sums};

/// How a payment ended, and by whom it was found out.
pub fn ended(intent: &Intent) -> &'static str {
    let pad = intent.pad.as_ref();
    let by_person = pad.is_some_and(|at| at.decision.is_some());
    let asked = pad.is_some_and(|at| at.recovered);
    match (intent.state, by_person, asked) {
        (State::Captured, true, _) => "paid, as a person read",
        (State::Captured, _, true) => "paid, found by asking",
        (State::Captured, ..) => "paid",
        (State::NotCharged, true, _) => "not charged, as a person read",
        (State::NotCharged, ..) => "not charged",
        (State::Declined, ..) => "declined",
        (State::Cancelled, ..) => "cancelled",
        (State::Reversed, ..) => "given back",
        (
            State::Created
            | State::Sent
            | State::Approved
            | State::Unknown
            | State::NeedsOperator
            | State::Reversing,
            ..,
        ) => panic!("{intent:?} is still open"),
    }
}

fn rows<T: for<'b> minicbor::Decode<'b, ()>>(
    snapshot: &Snapshot,
    table: redb::TableDefinition<'static, u64, &'static [u8]>,
) -> Vec<(u64, T)> {
    let every = |key: u64, bytes: &[u8]| Ok((key, stored::row(bytes)?));
    source::range(snapshot, table, .., usize::MAX, every).unwrap()
}

fn intents(snapshot: &Snapshot) -> Vec<(Key, Intent)> {
    let every = |key: u128, bytes: &[u8]| Ok((Key(key.to_be_bytes()), stored::row(bytes)?));
    source::range(snapshot, tables::INTENTS, .., usize::MAX, every).unwrap()
}

fn balances(snapshot: &Snapshot) -> BTreeMap<(u16, u64), Money> {
    let every = |key: (u16, u64), amount: i64| Ok((key, Money(amount)));
    let all = source::range(snapshot, tables::BALANCES, .., usize::MAX, every).unwrap();
    all.into_iter().collect()
}

/// Faults and how each ended, from what the terminals played and the gateway did.
pub fn count_faults(day: &Day, snapshot: &Snapshot, killed: &[Key]) {
    let all: BTreeMap<[u8; 16], Intent> =
        intents(snapshot).into_iter().map(|(key, intent)| (key.0, intent)).collect();
    let mut tally = day.tally.lock().unwrap();
    for (key, scenes) in day.pads.iter().flat_map(Pad::met) {
        let end = ended(&all[&key.0]);
        scenes.iter().filter_map(pads::fault).for_each(|fault| tally.fault(fault, end));
    }
    for (key, fault) in day.weather.did() {
        // A settlement is no intent.
        tally.fault(fault, all.get(&key).map_or("asked again", ended));
    }
    for key in killed {
        tally.fault("box killed with it under way", ended(&all[&key.0]));
    }
}

/// Holds everything against everything.
pub fn judge(day: &Day, snapshot: &Snapshot, bank: &Path) {
    let reckoning = day.reckoning.lock().unwrap();
    postings_sum_to_nothing(snapshot);
    nothing_is_owed_and_no_seat_is_sold_twice(snapshot, &reckoning);
    for pad in &day.pads {
        a_terminal_agrees(snapshot, pad, &reckoning);
    }
    the_accounts_are_as_reckoned(snapshot, &reckoning);
    the_bank_of_the_web_agrees(bank, &reckoning);
    the_tills_are_closed(snapshot, &reckoning);
    the_report_adds_up(snapshot, &reckoning);
    let found = journal::replay(snapshot).unwrap();
    assert_eq!((found.wrong, found.differences.len()), (0, 0), "{found:?}");
    assert_eq!(proof::of(snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
    the_entries_make_the_store_again(snapshot);
}

fn postings(snapshot: &Snapshot) -> Vec<Posting> {
    let every = |_: (u32, u64), bytes: &[u8]| stored::row(bytes);
    source::range(snapshot, tables::JOURNAL, .., usize::MAX, every).unwrap()
}

fn postings_sum_to_nothing(snapshot: &Snapshot) {
    let all = postings(snapshot);
    assert!(all.iter().all(Posting::balanced));
    assert_eq!(balances(snapshot).values().copied().sum::<Money>(), Money::ZERO);
}

/// Everything is closed, so all card money is at the bank and no drawer has anything.
fn the_accounts_are_as_reckoned(snapshot: &Snapshot, reckoning: &Reckoning) {
    let balances = balances(snapshot);
    let of = |account: Account| -> BTreeMap<u64, Money> {
        let own = balances.iter().filter(|((no, _), _)| *no == account.no());
        own.map(|((_, sub), amount)| (*sub, *amount)).collect()
    };
    assert_eq!(of(Account::CardClearing), BTreeMap::new());
    assert_eq!(of(Account::DrawerCash), BTreeMap::new());
    assert_eq!(of(Account::Receivable), BTreeMap::new());
    let pads: Money = reckoning.pads.values().map(Cards::net).sum();
    let at_the_bank = reckoning.safe + pads + reckoning.web.net();
    assert_eq!(of(Account::Bank).get(&0).copied().unwrap_or(Money::ZERO), at_the_bank);
    let short = reckoning.short.iter().filter(|(_, amount)| **amount != Money::ZERO);
    let short: BTreeMap<u64, Money> = short.map(|(no, sum)| (u64::from(no.0), *sum)).collect();
    assert_eq!(of(Account::OverShort), short);
    let earned = [Account::DeferredTickets, Account::TaxPayable, Account::FeeRevenue];
    let earned: Money = earned.into_iter().flat_map(|one| of(one).into_values()).sum();
    assert_eq!(-earned, reckoning.sold - reckoning.returned);
}

fn nothing_is_owed_and_no_seat_is_sold_twice(snapshot: &Snapshot, reckoning: &Reckoning) {
    let orders: Vec<(u64, Order)> = rows(snapshot, tables::ORDERS);
    assert_eq!(orders.len(), reckoning.orders as usize);
    for (id, row) in &orders {
        let owed = checkout::balance(snapshot, OrderId(*id)).unwrap();
        assert_eq!(owed, Money::ZERO, "order {id}");
        assert!(row.refunded() <= row.total, "order {id}");
    }
    let mut seats = BTreeSet::new();
    let tickets: Vec<(u64, Ticket)> = rows(snapshot, tables::TICKETS);
    for (id, ticket) in tickets.iter().filter(|(_, ticket)| ticket.state == Standing::Valid) {
        if let Place::Seat(seat) = ticket.place {
            assert!(seats.insert((ticket.performance, seat)), "ticket {id}: {seat:?} twice");
        }
    }
    assert!(!seats.is_empty(), "no seat was ever sold");
}

/// Payments that their terminal took back, and what took them back: it has neither.
fn voided(snapshot: &Snapshot) -> BTreeSet<Key> {
    let mut both = BTreeSet::new();
    for (key, intent) in intents(snapshot) {
        let refunding = intent.refunding().filter(|one| one.voids);
        if let Some(refunding) = refunding.filter(|_| intent.state == State::Captured) {
            both.extend([Some(key), refunding.to].into_iter().flatten());
        }
    }
    both
}

/// What the box has of this pad, by its payments but these.
fn captured(snapshot: &Snapshot, pad: PadNo, but: &BTreeSet<Key>) -> Cards {
    let mut cards = Cards::default();
    for (key, intent) in intents(snapshot) {
        if but.contains(&key) {
            continue;
        }
        assert!(!intent.state.open(), "{intent:?} is still open");
        if intent.state != State::Captured || intent.pad.as_ref().is_none_or(|at| at.pad != pad) {
            continue;
        }
        match intent.refunding() {
            None => {
                cards.taken_count += 1;
                cards.taken = cards.taken + intent.amount;
            }
            Some(_) => {
                cards.back_count += 1;
                cards.back = cards.back + intent.amount;
            }
        }
    }
    cards
}

/// Which payments one side has and the other has not, as far as their numbers were told.
fn differences(snapshot: &Snapshot, pad: &Pad) -> Vec<String> {
    let mut differ = Vec::new();
    let voided = voided(snapshot);
    let mut theirs = [pad.standing(Of::Purchase), pad.standing(Of::Refund)];
    for (key, intent) in intents(snapshot).into_iter().filter(|(key, _)| !voided.contains(key)) {
        let Some(at) = intent.pad.as_ref().filter(|at| at.pad == pad.stand.pad) else { continue };
        let trace = at.booking.as_ref().and_then(|booking| booking.trace);
        let own = &mut theirs[usize::from(at.refund.is_some())];
        let found = own.iter().position(|(of, sum)| Some(*of) == trace && *sum == intent.amount.0);
        match (intent.state == State::Captured, found) {
            (true, Some(found)) => _ = own.remove(found),
            (true, None) => differ.push(format!("ours alone: {key:?} {intent:?}")),
            (false, Some(_)) | (false, None) => {}
        }
    }
    differ.extend(theirs.into_iter().flatten().map(|one| format!("theirs alone: {one:?}")));
    differ
}

/// Its truth, our payments, what the cashiers were told, and its batches are one.
fn a_terminal_agrees(snapshot: &Snapshot, pad: &Pad, reckoning: &Reckoning) {
    let (no, name) = (pad.stand.pad, pad.name());
    let ours = captured(snapshot, no, &BTreeSet::new());
    let standing = captured(snapshot, no, &voided(snapshot));
    let differ = differences(snapshot, pad);
    assert_eq!(standing, pad.booked(), "{name}: ours and the terminal's: {differ:#?}");
    let told = reckoning.pads.get(&no).copied().unwrap_or_default();
    assert_eq!(ours, told, "{name}: ours and what was told");
    assert_eq!(pad.violations(), Vec::<String>::new(), "{name}");
    let batches: Vec<(u64, Batch)> = rows(snapshot, tables::BATCHES);
    let mut sum = Money::ZERO;
    let mut count = 0;
    for (id, row) in batches.iter().filter(|(_, row)| row.of == BatchOf::Pad(no)) {
        assert_eq!(row.state, Stands::Settled, "{name}: batch {id}: {row:?}");
        if let Some(told) = row.end.as_ref().and_then(|end| end.told.as_deref()) {
            assert_eq!(sum_of(told), row.taken, "{name}: batch {id}");
        }
        sum = sum + row.sum();
        count += row.taken.count;
    }
    assert_eq!((sum, count), (ours.net(), standing.taken_count + standing.back_count), "{name}");
    let voids = ours.back_count - standing.back_count;
    println!("{name}: {ours:?}, {voids} taken back, {} batches", batches.len());
}

/// The bank's own file: what it was told to capture and to give back is what was sold on the web
/// and given back.
fn the_bank_of_the_web_agrees(bank: &Path, reckoning: &Reckoning) {
    let mut captured = Cards::default();
    for line in std::fs::read_to_string(bank).unwrap().lines() {
        let deed: serde_json::Value = serde_json::from_str(line).unwrap();
        if deed["kind"] == "capture" {
            captured.taken_count += 1;
            captured.taken = captured.taken + Money(deed["minor"].as_i64().unwrap());
        }
        if deed["kind"] == "refund" {
            captured.back_count += 1;
            captured.back = captured.back + Money(deed["minor"].as_i64().unwrap());
        }
    }
    assert_eq!(captured, reckoning.web);
}

fn the_tills_are_closed(snapshot: &Snapshot, reckoning: &Reckoning) {
    let sessions: Vec<(u64, TillSession)> = rows(snapshot, tables::TILL_SESSIONS);
    let mut short: BTreeMap<_, Money> = BTreeMap::new();
    for (id, row) in &sessions {
        assert_eq!(row.state, Session::Closed, "session {id}");
        let all = short.entry(row.till).or_insert(Money::ZERO);
        *all = *all - row.count.unwrap().difference();
    }
    assert_eq!(short, reckoning.short);
}

fn the_report_adds_up(snapshot: &Snapshot, reckoning: &Reckoning) {
    let days = source::range(snapshot, tables::JOURNAL, .., usize::MAX, |(day, _), _| Ok(day));
    let days = days.unwrap();
    let (first, last) = (*days.first().unwrap(), *days.last().unwrap());
    let hour = |at: usher_rules::at::At| u8::try_from(at.0 / 3_600_000 % 24).unwrap();
    let day = usher_rules::BusinessDay;
    let told = sales(snapshot, day(first), day(last), hour).unwrap();
    assert_eq!(told.total.gross, reckoning.sold - reckoning.returned);
    assert_eq!((told.total.orders, told.posted), (i64::from(reckoning.orders), told.total));
    assert_eq!(all(&told.tenders), told.total);
    assert_eq!(all(&told.cashiers), told.total);
    assert_eq!(all(&told.hours), told.total);
    let tickets = all(&told.levels).with(all(&told.fees));
    assert_eq!(tickets.gross, told.total.gross);
    assert_eq!(all(&told.received).gross, told.total.gross);
}

fn all<T>(rows: &[Row<T>]) -> Sums {
    rows.iter().fold(Sums::default(), |sum, row| sum.with(row.sums))
}

fn the_entries_make_the_store_again(snapshot: &Snapshot) {
    let backend = redb::backends::InMemoryBackend::new();
    let twin = redb::Builder::new().create_with_backend(backend).unwrap();
    open::prepare(&twin, BoxNo(1)).unwrap();
    copy::replay(&twin, &events::after(snapshot, 0, usize::MAX).unwrap()).unwrap();
    let again = copy::rows(&twin.begin_write().unwrap()).unwrap();
    let kept = copy::rows(snapshot).unwrap();
    let differs = again.iter().zip(&kept).find(|(one, other)| one != other);
    assert_eq!(differs.map(|(one, _)| one.0), None);
    assert_eq!(again.len(), kept.len());
}
