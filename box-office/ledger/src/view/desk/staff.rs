//! The staff and what they did: the list, one's own account, the audit, from one snapshot.
//!
//! Whatever proves who somebody is stays in the store. Never changes anything. Next:
//! `rules/view/desk/staff.rs`.

use crate::{Fault, Snapshot, audit, events, session, staff};
use usher_rules::at::At;
use usher_rules::audit::{Row, name};
use usher_rules::code::base32;
use usher_rules::id::{BatchId, StaffNo, TillSessionId};
use usher_rules::staff::{Account, Event as StaffEvent};
use usher_rules::view::desk::Around;
use usher_rules::view::desk::account::{self as view, Notice, OpenSession};
use usher_rules::view::desk::staff::{Act, Audit, By, Done, Member, Staff, Standing};
use usher_rules::{Actor, Event, batch, checkout, end_of_day, journal, patron, till};

/// Rows of the audit on one page.
pub const ROWS_MAX: usize = 100;
/// Bytes of a session's key that name it on a page.
const NAME_BYTES: usize = 10;

/// What a session is called on pages; leads back to it, and opens nothing.
pub fn session_name(key: &[u8; 32]) -> String {
    base32(key.split_at(NAME_BYTES).0)
}

/// The session of that name among those of an account.
pub fn named(snapshot: &Snapshot, no: StaffNo, name: &str) -> Result<Option<[u8; 32]>, Fault> {
    let keys = session::keys_of(snapshot, no)?;
    Ok(keys.into_iter().find(|key| session_name(key) == name))
}

fn open(
    snapshot: &Snapshot,
    no: StaffNo,
    own: Option<&[u8; 32]>,
) -> Result<Vec<OpenSession>, Fault> {
    let mut rows = session::of(snapshot, no)?;
    rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.opened_at));
    let line = |(key, row): ([u8; 32], usher_rules::session::Session)| OpenSession {
        name: session_name(&key),
        opened: row.opened_at,
        about: row.about.unwrap_or_default(),
        own: own == Some(&key),
    };
    Ok(rows.into_iter().map(line).collect())
}

/// One's own account. None: there is no such account.
pub fn own(
    snapshot: &Snapshot,
    around: Around,
    (no, key): (StaffNo, &[u8; 32]),
    form_key: String,
    notice: Option<Notice>,
) -> Result<Option<view::Account>, Fault> {
    let Some(account) = staff::get(snapshot, no)? else { return Ok(None) };
    let left = account.second_factor.as_ref().map(|second| second.recovery.len());
    let owes = account.owes_second_factor().then_some(Notice::Owes);
    Ok(Some(view::Account {
        around,
        login: account.login,
        name: account.name,
        role: account.role,
        recovery_left: left.map(|left| u32::try_from(left).unwrap_or(u32::MAX)),
        sessions: open(snapshot, no, Some(key))?,
        form_key,
        notice: notice.or(owes),
    }))
}

/// Everybody, in the order they were added.
pub fn everybody(
    snapshot: &Snapshot,
    around: Around,
    now: At,
    form_key: String,
    notice: Option<Notice>,
) -> Result<Staff, Fault> {
    let mut members = Vec::new();
    for (no, account) in staff::all(snapshot)? {
        members.push(Member {
            no,
            standing: standing(&account, now),
            second_factor: account.second_factor.is_some(),
            sessions: open(snapshot, no, None)?,
            login: account.login,
            name: account.name,
            role: account.role,
        });
    }
    Ok(Staff { around, members, form_key, notice })
}

fn standing(account: &Account, now: At) -> Standing {
    if account.disabled {
        return Standing::Disabled;
    }
    if let Some(offer) = account.offer.as_ref().filter(|offer| now < offer.until) {
        return Standing::Invited { until: offer.until };
    }
    if account.locked() {
        Standing::Locked
    } else if account.password.is_some() {
        Standing::Active
    } else {
        Standing::Lapsed
    }
}

/// The audit before an entry, or its newest part.
pub fn audit(snapshot: &Snapshot, around: Around, before: Option<u64>) -> Result<Audit, Fault> {
    let rows = audit::newest(snapshot, before, ROWS_MAX)?;
    let next = (rows.len() == ROWS_MAX).then(|| rows.last().map(|(seq, _)| *seq)).flatten();
    let mut done = Vec::with_capacity(rows.len());
    for (entry, row) in rows {
        done.push(line(snapshot, entry, row)?);
    }
    Ok(Audit { around, rows: done, next })
}

fn line(snapshot: &Snapshot, entry: u64, row: Row) -> Result<Done, Fault> {
    let by = match row.by {
        Actor::Account(no) => {
            let login = staff::get(snapshot, no)?.map(|account| account.login);
            By::Account { login: login.unwrap_or_default() }
        }
        Actor::Staff(name) => By::Token { name },
        Actor::House => By::House,
        Actor::Console | Actor::Guest(_) | Actor::Device(_) => By::Console,
    };
    let events = events::get(snapshot, entry)?.map(|entry| entry.events).unwrap_or_default();
    let mut what: Vec<Act> = events.iter().map(act).collect();
    what.dedup();
    Ok(Done { entry, at: row.at, by, what })
}

fn till_session(event: &till::Event) -> TillSessionId {
    match event {
        till::Event::Opened(id, _)
        | till::Event::Moved(id, _)
        | till::Event::Counted(id, _)
        | till::Event::Closed(id, _)
        | till::Event::CardTaken(id, _)
        | till::Event::CardGivenBack(id, _) => *id,
    }
}

fn batch(event: &batch::Event) -> BatchId {
    match event {
        batch::Event::Closing(id, _)
        | batch::Event::WentOn(id, _)
        | batch::Event::Ended(id, _)
        | batch::Event::Forced(id, _)
        | batch::Event::Opened(id, _)
        | batch::Event::Wanted(id, _)
        | batch::Event::KeptOpen(id) => *id,
    }
}

fn act(event: &Event) -> Act {
    let to = match event {
        Event::Staff(StaffEvent::Put { account, .. }) => account.login.clone(),
        Event::Till(event) => till_session(event).to_string(),
        Event::Checkout(
            checkout::Event::RefundBegun(order, _)
            | checkout::Event::Refunded { order, .. }
            | checkout::Event::PaymentBegun(order, _)
            | checkout::Event::PaymentMade(order, _)
            | checkout::Event::Exchanged { order, .. },
        ) => order.to_string(),
        Event::Journal(journal::Event::Exported(no, _)) => no.0.to_string(),
        Event::Journal(journal::Event::Fetched(no, file)) => format!("{}.{}", no.0, file.name()),
        Event::Checkout(checkout::Event::OrphanSeen(id, seen)) => {
            format!("{}: {}", id, seen.reason)
        }
        Event::Journal(journal::Event::ProofAsked(..) | journal::Event::Proved(..)) => {
            String::new()
        }
        Event::Batch(event) => batch(event).to_string(),
        Event::Patron(patron::Event::Put(id, _)) => id.to_string(),
        Event::EndOfDay(end_of_day::Event::Ran(no, _)) => no.0.to_string(),
        Event::Production(_)
        | Event::House(_)
        | Event::Performance(_)
        | Event::Cart(_)
        | Event::Hold(_)
        | Event::Checkout(_)
        | Event::Admission(_)
        | Event::Letter(_)
        | Event::Session(_)
        | Event::Device(_) => String::new(),
    };
    Act { name: name(event), to }
}
