//! Staff accounts: load, apply, read.
//!
//! Keeps the index by login true to the rows. Never deletes one and never sees a secret in clear.
//! Next: `rules/staff.rs`, `session.rs` for what is open.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, session, stored, tables};
use redb::ReadableTable;
use usher_rules::id::StaffNo;
use usher_rules::staff::{Account, Command, Event, Facts, Role};

/// Accounts read at once.
pub const STAFF_MAX: usize = 2_000;

pub fn load<S: Source>(source: &S, command: &Command) -> Result<Facts, Fault> {
    let (login, named) = match command {
        Command::Add { login, .. } => (Some(login), None),
        Command::Offer { staff, .. }
        | Command::Take { staff, .. }
        | Command::SetPassword { staff, .. }
        | Command::SetSecondFactor { staff, .. }
        | Command::UseStep { staff, .. }
        | Command::UseRecovery { staff, .. }
        | Command::SetDisabled { staff, .. }
        | Command::SetRole { staff, .. }
        | Command::Fail(staff)
        | Command::Pass(staff) => (None, Some(*staff)),
    };
    let newest = source::newest(source, tables::STAFF, .., 1, |no, _| Ok(no))?;
    let manages = |(no, account): &(StaffNo, Account)| {
        Some(*no) != named && account.role == Role::Manager && account.able()
    };
    Ok(Facts {
        next: StaffNo(newest.first().map_or(1, |no| no + 1)),
        login_taken: login.map_or(Ok(None), |login| by_login(source, login))?.is_some(),
        account: named.map_or(Ok(None), |no| get(source, no))?,
        other_manager: all(source)?.iter().any(manages),
        sessions: named.map_or(Ok(Vec::new()), |no| session::keys_of(source, no))?,
    })
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    let Event::Put { staff, account, .. } = event;
    write.txn.open_table(tables::STAFF_BY_LOGIN)?.insert(account.login.as_str(), staff.0)?;
    write.put(tables::STAFF, staff.0, account)
}

pub fn get<S: Source>(source: &S, no: StaffNo) -> Result<Option<Account>, Fault> {
    source::get(source, tables::STAFF, no.0)
}

pub fn by_login<S: Source>(source: &S, login: &str) -> Result<Option<StaffNo>, Fault> {
    let table = source.open(tables::STAFF_BY_LOGIN)?;
    Ok(table.get(login)?.map(|no| StaffNo(no.value())))
}

/// All accounts, in the order they were added.
pub fn all<S: Source>(source: &S) -> Result<Vec<(StaffNo, Account)>, Fault> {
    source::range(source, tables::STAFF, .., STAFF_MAX, |no, bytes| {
        Ok((StaffNo(no), stored::row(bytes)?))
    })
}
