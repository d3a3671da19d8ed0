//! Till sessions: load, apply, read.
//!
//! Keeps what leads from a till to its open session true to the rows, and what was sold for cash
//! true to the journal. Never decides who may close a till: the listener does. Next:
//! `rules/till.rs`.

use crate::end_of_day::Due;
use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, checkout, end_of_day, stored, tables};
use redb::ReadableTable;
use usher_rules::at::At;
use usher_rules::checkout::pad::keeps_pad;
use usher_rules::id::{BoxNo, PostingId, StaffNo, TillNo, TillSessionId, compose};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause, Posting};
use usher_rules::tender::Intent;
use usher_rules::till::{Command, Event, Facts, State, TillSession};
use usher_rules::{Actor, Ask};

/// Tills open at once that are looked at; a house has a handful.
pub const OPEN_MAX: usize = 1_000;

pub fn load(write: &Write, box_no: BoxNo, command: &Command, ask: &Ask) -> Result<Facts, Fault> {
    let txn = write.txn;
    let id = |counter: u64| compose(box_no, counter.max(1));
    let mut facts = Facts {
        known: false,
        on_till: None,
        at_work: false,
        session: None,
        drawer: Money::ZERO,
        paying: None,
        next: TillSessionId(id(write.counters.till_session)),
        posting: PostingId(id(write.counters.posting)),
    };
    match command {
        Command::Open { till, .. } => {
            facts.known = write.house.tills.iter().any(|known| known.no == *till);
            facts.on_till = on(txn, *till)?.map(|(_, row)| row.cashier);
            if let Actor::Account(cashier) = ask.by {
                facts.at_work = open_of(txn, cashier)?.is_some();
            }
        }
        Command::PayIn { session, .. }
        | Command::PayOut { session, .. }
        | Command::Count { session, .. }
        | Command::Close { session, .. } => {
            facts.session = get(txn, *session)?;
            if let Some(row) = &facts.session {
                facts.drawer = drawer(txn, row.till)?;
            }
            facts.paying = paying(txn, *session)?;
        }
    }
    Ok(facts)
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Opened(id, row) => {
            write.txn.open_table(tables::TILLS_OPEN)?.insert(row.till.0, id.0)?;
            write.put(tables::TILL_SESSIONS, id.0, row)?;
            write.used(|counters| &mut counters.till_session, id.0)
        }
        Event::Moved(id, movement) => {
            change(write, *id, |row| row.movements.push(movement.clone()))
        }
        Event::Counted(id, count) => change(write, *id, |row| row.count = Some(*count)),
        Event::Closed(id, closing) => {
            let row = known(write, *id)?;
            write.txn.open_table(tables::TILLS_OPEN)?.remove(row.till.0)?;
            let row = TillSession { state: State::Closed, closed: Some(*closing), ..row };
            end_of_day::ended(write, closing.at, Due::Till, id.0)?;
            write.put(tables::TILL_SESSIONS, id.0, &row)
        }
        Event::CardTaken(id, amount) => {
            change(write, *id, |row| row.cards = row.cards.with(*amount))
        }
        Event::CardGivenBack(id, amount) => change(write, *id, |row| {
            let back = row.given_back.get_or_insert_default();
            back.cards = back.cards.with(*amount);
        }),
    }
}

/// Cash of a drawer moved: what was counted in it before is void, and a payment or refund is one
/// of its own.
pub(crate) fn follow(write: &Write, posting: &Posting) -> Result<(), Fault> {
    for (till, amount) in drawers(posting) {
        let Some((id, mut row)) = on(write.txn, till)? else { continue };
        row.count = None;
        if posting.cause == Cause::CashPayment {
            row.cash = row.cash.with(amount);
        }
        if posting.cause == Cause::CashRefund {
            let back = row.given_back.get_or_insert_default();
            back.cash = back.cash.with(-amount);
        }
        write.put(tables::TILL_SESSIONS, id.0, &row)?;
    }
    Ok(())
}

/// The drawers that a posting touches, and by how much.
pub(crate) fn drawers(posting: &Posting) -> impl Iterator<Item = (TillNo, Money)> {
    let of_drawer = posting.lines.iter().filter(|line| line.account == Account::DrawerCash);
    of_drawer.filter_map(|line| Some((TillNo(u16::try_from(line.sub).ok()?), line.amount)))
}

fn change(
    write: &Write,
    id: TillSessionId,
    how: impl FnOnce(&mut TillSession),
) -> Result<(), Fault> {
    let mut row = known(write, id)?;
    how(&mut row);
    write.put(tables::TILL_SESSIONS, id.0, &row)
}

fn known(write: &Write, id: TillSessionId) -> Result<TillSession, Fault> {
    get(write.txn, id)?.ok_or(Fault::Changed("a till session that is gone"))
}

pub fn get<S: Source>(source: &S, id: TillSessionId) -> Result<Option<TillSession>, Fault> {
    source::get(source, tables::TILL_SESSIONS, id.0)
}

/// The session that is open on a till.
pub fn on<S: Source>(
    source: &S,
    till: TillNo,
) -> Result<Option<(TillSessionId, TillSession)>, Fault> {
    let found = source.open(tables::TILLS_OPEN)?.get(till.0)?.map(|id| TillSessionId(id.value()));
    let Some(id) = found else { return Ok(None) };
    let row = get(source, id)?.ok_or(Fault::Changed("a till is open without a session"))?;
    Ok(Some((id, row)))
}

/// The session that a cashier has open.
pub fn open_of<S: Source>(
    source: &S,
    cashier: StaffNo,
) -> Result<Option<(TillSessionId, TillSession)>, Fault> {
    Ok(open(source)?.into_iter().find(|(_, row)| row.cashier == cashier))
}

/// Every session that is open, by the number of its till.
pub fn open<S: Source>(source: &S) -> Result<Vec<(TillSessionId, TillSession)>, Fault> {
    let tills =
        source::range(source, tables::TILLS_OPEN, .., OPEN_MAX, |till, _| Ok(TillNo(till)))?;
    let mut found = Vec::with_capacity(tills.len());
    for till in tills {
        found.extend(on(source, till)?);
    }
    Ok(found)
}

/// Sessions, the newest first.
pub fn newest<S: Source>(
    source: &S,
    max: usize,
) -> Result<Vec<(TillSessionId, TillSession)>, Fault> {
    source::newest(source, tables::TILL_SESSIONS, .., max, |id, bytes| {
        Ok((TillSessionId(id), stored::row(bytes)?))
    })
}

/// Since when a card payment of a session keeps its pad. One that waits for a person does not,
/// unless part of it is cash that lies in the drawer.
fn paying<S: Source>(source: &S, session: TillSessionId) -> Result<Option<At>, Fault> {
    let open = checkout::all_pad_intents(source)?.into_iter().map(|(_, intent)| intent);
    let cash = |intent: &Intent| intent.pad.as_ref().is_some_and(|pad| pad.cash > Money::ZERO);
    let mut running = open.filter(|intent| keeps_pad(intent.state) || cash(intent));
    let of = |intent: &Intent| intent.pad.as_ref().is_some_and(|pad| pad.at.session == session);
    Ok(running.find(of).map(|intent| intent.created_at))
}

/// What the journal has in a drawer.
pub fn drawer<S: Source>(source: &S, till: TillNo) -> Result<Money, Fault> {
    let balances = source.open(tables::BALANCES)?;
    let found = balances.get((Account::DrawerCash.no(), u64::from(till.0)))?;
    Ok(Money(found.map_or(0, |amount| amount.value())))
}
