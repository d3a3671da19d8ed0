//! One way to read a table, inside a write transaction or from a snapshot.
//!
//! So that what a rule loads and what a page reads are the same functions. Never writes: that is
//! `write.rs`. Next: the noun files.

use crate::{Fault, stored};
use minicbor::Decode;
use redb::{
    AccessGuard, Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable, Table,
    TableDefinition, Value, WriteTransaction,
};
use std::borrow::Borrow;
use std::ops::RangeBounds;

/// Somewhere tables can be read.
pub trait Source {
    type Opened<'a, K: Key + 'static, V: Value + 'static>: ReadableTable<K, V>
    where
        Self: 'a;

    fn open<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<Self::Opened<'_, K, V>, Fault>;
}

impl Source for WriteTransaction {
    type Opened<'a, K: Key + 'static, V: Value + 'static> = Table<'a, K, V>;

    fn open<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<Table<'_, K, V>, Fault> {
        Ok(self.open_table(table)?)
    }
}

impl Source for ReadTransaction {
    type Opened<'a, K: Key + 'static, V: Value + 'static> = ReadOnlyTable<K, V>;

    fn open<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<ReadOnlyTable<K, V>, Fault> {
        Ok(self.open_table(table)?)
    }
}

/// A row by its key.
pub fn get<'k, S: Source, K: Key + 'static, T: for<'b> Decode<'b, ()>>(
    source: &S,
    table: TableDefinition<'static, K, &'static [u8]>,
    key: impl Borrow<K::SelfType<'k>>,
) -> Result<Option<T>, Fault> {
    let opened = source.open(table)?;
    let found = opened.get(key)?;
    found.map(|bytes| stored::row(bytes.value())).transpose()
}

/// Rows of a range, in key order, `max` at most; `pick` makes what is wanted of key and row.
pub fn range<'k, S, K, V, T>(
    source: &S,
    table: TableDefinition<'static, K, V>,
    keys: impl RangeBounds<K::SelfType<'k>> + 'k,
    max: usize,
    mut pick: impl FnMut(K::SelfType<'_>, V::SelfType<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault>
where
    S: Source,
    K: Key + 'static,
    V: Value + 'static,
{
    let opened = source.open(table)?;
    opened.range(keys)?.take(max).map(|found| picked(found?, &mut pick)).collect()
}

/// The same from the other end: the last keys of the range first.
pub fn newest<'k, S, K, V, T>(
    source: &S,
    table: TableDefinition<'static, K, V>,
    keys: impl RangeBounds<K::SelfType<'k>> + 'k,
    max: usize,
    mut pick: impl FnMut(K::SelfType<'_>, V::SelfType<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault>
where
    S: Source,
    K: Key + 'static,
    V: Value + 'static,
{
    let opened = source.open(table)?;
    opened.range(keys)?.rev().take(max).map(|found| picked(found?, &mut pick)).collect()
}

fn picked<K: Key + 'static, V: Value + 'static, T>(
    (key, value): (AccessGuard<'_, K>, AccessGuard<'_, V>),
    pick: &mut impl FnMut(K::SelfType<'_>, V::SelfType<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    pick(key.value(), value.value())
}

/// Begins a snapshot of a store.
pub fn snapshot(store: &redb::Database) -> Result<ReadTransaction, Fault> {
    Ok(store.begin_read()?)
}
