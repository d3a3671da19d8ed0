//! Till sessions: what is open at which till, and by whom.
//!
//! Next: `rules/till.rs`.

use crate::Fault;
use crate::source::{self, Source};
use crate::tables;
use redb::ReadableTable;
use usher_rules::id::{StaffNo, TillSessionId};
use usher_rules::till::TillSession;

pub fn get<S: Source>(source: &S, id: TillSessionId) -> Result<Option<TillSession>, Fault> {
    source::get(source, tables::TILL_SESSIONS, id.0)
}

/// The session a member of staff has open, if any.
pub fn open_of<S: Source>(
    source: &S,
    cashier: StaffNo,
) -> Result<Option<(TillSessionId, TillSession)>, Fault> {
    let open = source.open(tables::TILLS_OPEN)?;
    for row in open.range::<u16>(..)? {
        let id = TillSessionId(row?.1.value());
        let session = get(source, id)?.filter(|session| session.cashier == cashier);
        if let Some(session) = session {
            return Ok(Some((id, session)));
        }
    }
    Ok(None)
}
