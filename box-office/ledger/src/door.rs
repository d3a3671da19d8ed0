//! The tables that a scan looks into, kept open from one scan to the next.
//!
//! A quarter of a scan's time went into opening them anew. A table can be open once, so they are
//! closed before anything but a scan is decided, and before anybody else reads the log of this
//! transaction. Never decides. Next: `admission.rs`.

use crate::source::Source;
use crate::write::Write;
use crate::{Fault, stored, tables};
use redb::{ReadableTable, Table, WriteTransaction};
use usher_rules::Entry;
use usher_rules::code::CodeBody;
use usher_rules::id::{OrderId, TicketId};
use usher_rules::money::Money;
use usher_rules::posting::Account;
use usher_rules::ticket::Ticket;

/// See the module.
pub struct DoorTables<'t> {
    codes: Table<'t, (u32, u64), u64>,
    tickets: Table<'t, u64, &'static [u8]>,
    balances: Table<'t, (u16, u64), i64>,
    log: Log<'t>,
}

impl<'t> DoorTables<'t> {
    fn open(txn: &'t WriteTransaction) -> Result<DoorTables<'t>, Fault> {
        Ok(DoorTables {
            codes: txn.open(tables::TICKET_CODES)?,
            tickets: txn.open(tables::TICKETS)?,
            balances: txn.open(tables::BALANCES)?,
            log: Log::open(txn)?,
        })
    }

    /// The ticket a code leads to.
    pub fn by_code(&self, body: &CodeBody) -> Result<Option<TicketId>, Fault> {
        Ok(self.codes.get((body.performance, body.tag))?.map(|id| TicketId(id.value())))
    }

    pub fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, Fault> {
        self.tickets.get(id.0)?.map(|bytes| stored::row(bytes.value())).transpose()
    }

    /// What an order still owes.
    pub fn balance(&self, id: OrderId) -> Result<Money, Fault> {
        let found = self.balances.get((Account::Receivable.no(), id.0))?;
        Ok(Money(found.map_or(0, |amount| amount.value())))
    }
}

/// The end of the log and its index.
struct Log<'t> {
    events: Table<'t, u64, &'static [u8]>,
    by_entity: Table<'t, (u8, u64, u64), ()>,
    /// The mark looked for last: the next scan mostly wants the same.
    marked: Option<(u8, u64, u64)>,
}

impl<'t> Log<'t> {
    fn open(txn: &'t WriteTransaction) -> Result<Log<'t>, Fault> {
        let events = txn.open(tables::EVENTS)?;
        Ok(Log { events, by_entity: txn.open(tables::EVENTS_BY_ENTITY)?, marked: None })
    }

    fn append(
        &mut self,
        entry: &Entry,
        about: impl Iterator<Item = (u8, u64, u64)>,
    ) -> Result<(), Fault> {
        self.events.insert(entry.seq, stored::bytes(entry).as_slice())?;
        for key in about {
            if self.marked == Some(key) {
                continue;
            }
            if self.by_entity.get(key)?.is_none() {
                self.by_entity.insert(key, ())?;
            }
            self.marked = Some(key);
        }
        Ok(())
    }
}

impl<'t> Write<'t> {
    /// The tables of the door, opened if they are not.
    pub fn door(&mut self) -> Result<&mut DoorTables<'t>, Fault> {
        if self.door.is_none() {
            self.door = Some(DoorTables::open(self.txn)?);
        }
        self.door.as_mut().ok_or(Fault::Changed("tables just opened are gone"))
    }

    /// Appends an entry to the log, and what it is about to its index.
    pub fn append(
        &mut self,
        entry: &Entry,
        about: impl Iterator<Item = (u8, u64, u64)>,
    ) -> Result<(), Fault> {
        match &mut self.door {
            Some(door) => door.log.append(entry, about),
            None => Log::open(self.txn)?.append(entry, about),
        }
    }

    /// Closes them, so that others may open theirs.
    pub fn leave_door(&mut self) {
        self.door = None;
    }
}
