//! Whole-store copies: every row as bytes, and entries put onto a copy.
//!
//! Two stores are the same exactly when their copies are. Entries carry all that `apply` needs,
//! so a copy plus the entries after it is the store again, byte for byte, within one schema.

use crate::plan::Plans;
use crate::source::Source;
use crate::write::{Memory, Write};
use crate::{Fault, dispatch, tables};
use redb::{Database, Key, ReadableTable, TableDefinition, Value};
use usher_rules::Entry;

/// One row: table name, key and value as the store has them.
pub type Row = (&'static str, Vec<u8>, Vec<u8>);

/// Every row of every table, in a fixed order.
pub fn rows<S: Source>(source: &S) -> Result<Vec<Row>, Fault> {
    let mut all = Vec::new();
    macro_rules! copy {
        ($table:ident) => {
            table(source, stringify!($table), tables::$table, &mut all)?;
        };
    }
    tables::every!(copy);
    Ok(all)
}

fn table<S: Source, K: Key + 'static, V: Value + 'static>(
    source: &S,
    name: &'static str,
    table: TableDefinition<'static, K, V>,
    all: &mut Vec<Row>,
) -> Result<(), Fault> {
    let opened = source.open(table)?;
    for found in opened.range::<K::SelfType<'_>>(..)? {
        let (key, value) = found?;
        let key = K::as_bytes(&key.value()).as_ref().to_vec();
        let value = V::as_bytes(&value.value()).as_ref().to_vec();
        all.push((name, key, value));
    }
    Ok(())
}

/// Puts entries onto a store, one commit for all of them.
pub fn replay(store: &Database, entries: &[Entry]) -> Result<(), Fault> {
    let txn = store.begin_write()?;
    let plans = Plans::default();
    let mut memory = Memory::default();
    let mut write = Write::begin(&txn, &plans, &mut memory, 0)?;
    for entry in entries {
        dispatch::apply(&mut write, entry)?;
    }
    drop(write);
    txn.commit()?;
    Ok(())
}
