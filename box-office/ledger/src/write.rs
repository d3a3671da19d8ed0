//! Writing rows: the one place where a row, its index and its count change together.
//!
//! `apply` functions of the nouns call these; each index is written here and nowhere else, so
//! that every index can be rebuilt from its primary. Never refuses. Next: `inventory.rs`.

use crate::door::DoorTables;
use crate::inventory::Inventories;
use crate::programme::Programme;
use crate::requests::Requests;
use crate::stored::{self, Counters};
use crate::turnout::Turnouts;
use crate::{Fault, plan::Plans, source, tables};
use minicbor::Encode;
use redb::{Key, TableDefinition, WriteTransaction};
use std::borrow::Borrow;
use std::sync::Arc;
use usher_rules::house::House;
use usher_rules::id::COUNTER_BITS;

/// One write transaction with what must be thrown away if it is dropped.
pub struct Write<'t> {
    pub txn: &'t WriteTransaction,
    pub plans: &'t Plans,
    pub memory: &'t mut Memory,
    pub counters: Counters,
    pub house: Arc<House>,
    pub(crate) door: Option<DoorTables<'t>>,
    /// Number of the entry being decided or applied.
    pub seq: u64,
}

/// What follows the store in memory. Moves with the transaction, and is undone with it.
#[derive(Debug, Default)]
pub struct Memory {
    pub inventories: Inventories,
    pub programme: Programme,
    pub turnouts: Turnouts,
    pub requests: Requests,
}

impl Memory {
    /// The transaction was thrown away.
    pub fn undo(&mut self) {
        self.inventories.clear();
        self.programme.clear();
        self.turnouts.clear();
        self.requests.undo();
    }
}

pub(crate) const COUNTERS: &str = "counters";
pub(crate) const HOUSE: &str = "house";

impl<'t> Write<'t> {
    /// Takes up a transaction where the store stands.
    pub fn begin(
        txn: &'t WriteTransaction,
        plans: &'t Plans,
        memory: &'t mut Memory,
        seq: u64,
    ) -> Result<Write<'t>, Fault> {
        let counters = source::get(txn, tables::META, COUNTERS)?.unwrap_or_default();
        let house = memory.programme.house(txn)?;
        Ok(Write { txn, plans, memory, counters, house, door: None, seq })
    }

    /// Puts a row.
    pub fn put<'k, K: Key + 'static, T: Encode<()>>(
        &self,
        table: TableDefinition<'static, K, &'static [u8]>,
        key: impl Borrow<K::SelfType<'k>>,
        row: &T,
    ) -> Result<(), Fault> {
        let bytes = stored::bytes(row);
        self.txn.open_table(table)?.insert(key, bytes.as_slice())?;
        Ok(())
    }

    /// Takes a row away. A row that is not there is a bug of the caller.
    pub fn remove<'k, K: Key + 'static>(
        &self,
        table: TableDefinition<'static, K, &'static [u8]>,
        key: impl Borrow<K::SelfType<'k>>,
    ) -> Result<(), Fault> {
        self.txn.open_table(table)?.remove(key)?;
        Ok(())
    }

    /// Sets a key of an index.
    pub fn mark<'k, K: Key + 'static>(
        &self,
        index: TableDefinition<'static, K, ()>,
        key: impl Borrow<K::SelfType<'k>>,
    ) -> Result<(), Fault> {
        self.txn.open_table(index)?.insert(key, ())?;
        Ok(())
    }

    /// Takes a key out of an index.
    pub fn unmark<'k, K: Key + 'static>(
        &self,
        index: TableDefinition<'static, K, ()>,
        key: impl Borrow<K::SelfType<'k>>,
    ) -> Result<(), Fault> {
        self.txn.open_table(index)?.remove(key)?;
        Ok(())
    }

    /// Replaces the venue's settings.
    pub fn put_house(&mut self, house: &House) -> Result<(), Fault> {
        self.house = Arc::new(house.clone());
        self.put(tables::META, HOUSE, house)
    }

    /// Notes that ids up to this one are given out.
    pub fn used(&mut self, pick: fn(&mut Counters) -> &mut u64, id: u64) -> Result<(), Fault> {
        let counter = id & ((1 << COUNTER_BITS) - 1);
        let next = pick(&mut self.counters);
        if counter >= *next {
            *next = counter + 1;
            self.put_counters()?;
        }
        Ok(())
    }

    /// Notes that performance numbers up to this one are given out.
    pub fn used_no(&mut self, no: u32) -> Result<(), Fault> {
        if no >= self.counters.performance_no {
            self.counters.performance_no = no + 1;
            self.put_counters()?;
        }
        Ok(())
    }

    /// Writes the counters as they stand.
    pub(crate) fn put_counters(&self) -> Result<(), Fault> {
        self.put(tables::META, COUNTERS, &self.counters)
    }
}

/// The next numbers to give out.
pub fn counters<S: source::Source>(source: &S) -> Result<Counters, Fault> {
    Ok(source::get(source, tables::META, COUNTERS)?.unwrap_or_default())
}

/// The venue's settings; the defaults before any were set.
pub fn house<S: source::Source>(source: &S) -> Result<House, Fault> {
    Ok(source::get(source, tables::META, HOUSE)?.unwrap_or_default())
}
