//! Older stores brought to the present shape: one step a number, all in one commit (domain 11).
//!
//! Runs before anything listens, after the file was copied to `usher.redb.<schema>`. Never reads
//! a newer store. Next: `open.rs`, which calls it.

use crate::plan::Plans;
use crate::source::{self, Source};
use crate::stored::{self, Counters, Identity, SCHEMA};
use crate::write::{COUNTERS, HOUSE, Memory, Write};
use crate::{Fault, audit, end_of_day, open, tables};
use minicbor::{Decode, Encode};
use redb::{Database, Key, ReadableTable, TableDefinition, Value, WriteTransaction};
use std::ops::Bound;
use std::sync::Arc;
use usher_rules::Entry;
use usher_rules::cart::Cart;
use usher_rules::house::House;
use usher_rules::order::Order;
use usher_rules::tender::Intent;

/// Entries looked at in one go.
const STRIDE: usize = 1_000;

/// Takes a store of an older schema to this one.
pub fn migrate(store: &Database, identity: &Identity) -> Result<Identity, Fault> {
    let txn = store.begin_write()?;
    open::make_tables(&txn)?;
    for schema in identity.schema..SCHEMA {
        step(&txn, schema)?;
    }
    end_of_day::make(&txn)?;
    let written_by = env!("CARGO_PKG_VERSION").to_owned();
    let identity = Identity { schema: SCHEMA, written_by, ..identity.clone() };
    open::put_identity(&txn, &identity)?;
    txn.commit()?;
    Ok(identity)
}

/// From `schema` to the next.
fn step(txn: &WriteTransaction, schema: u32) -> Result<(), Fault> {
    match schema {
        1 => {
            settings_in_shape(txn)?;
            rows_in_shape::<u64, Entry>(txn, tables::EVENTS)?;
            rows_in_shape::<u64, Cart>(txn, tables::CARTS)?;
            rows_in_shape::<u64, Order>(txn, tables::ORDERS)?;
            rows_in_shape::<u128, Intent>(txn, tables::INTENTS)?;
            audit_of_the_past(txn)
        }
        // Schema 0 was never written; those from the present one on need no step.
        _ => Ok(()),
    }
}

/// 1 to 2: settings and counters that have grown since are written with all they have now.
fn settings_in_shape(txn: &WriteTransaction) -> Result<(), Fault> {
    let (plans, mut memory) = (Plans::default(), Memory::default());
    let mut write = Write::begin(txn, &plans, &mut memory, 0)?;
    if source::get::<_, _, House>(txn, tables::META, HOUSE)?.is_some() {
        let house = Arc::clone(&write.house);
        write.put_house(&house)?;
    }
    if source::get::<_, _, Counters>(txn, tables::META, COUNTERS)?.is_some() {
        write.put_counters()?;
    }
    Ok(())
}

/// Writes every row that reads the same and has grown in its present shape.
fn rows_in_shape<K, T>(
    txn: &WriteTransaction,
    table: TableDefinition<'static, K, &'static [u8]>,
) -> Result<(), Fault>
where
    K: Key + Copy + for<'k> Value<SelfType<'k> = K>,
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    let mut from = Bound::Unbounded;
    loop {
        let keys = (from, Bound::Unbounded);
        let rows = source::range(txn, table, keys, STRIDE, |key, bytes| {
            let now = stored::bytes(&stored::row::<T>(bytes)?);
            Ok((key, (now != bytes).then_some(now)))
        })?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        from = Bound::Excluded(*last);
        let mut opened = txn.open_table(table)?;
        for (key, now) in rows {
            if let Some(now) = now {
                opened.insert(key, now.as_slice())?;
            }
        }
    }
}

/// 1 to 2: staff, their sessions and the audit. Whatever was done by a token before is audited.
fn audit_of_the_past(txn: &WriteTransaction) -> Result<(), Fault> {
    let (plans, mut memory) = (Plans::default(), Memory::default());
    let write = Write::begin(txn, &plans, &mut memory, 0)?;
    let mut after = 0;
    loop {
        let entries: Vec<Entry> =
            source::range(txn, tables::EVENTS, after + 1.., STRIDE, |_, bytes| stored::row(bytes))?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for entry in &entries {
            audit::apply(&write, entry)?;
        }
    }
    let audited = txn.open(tables::AUDIT)?.last()?.map_or(0, |(seq, _)| seq.value());
    tracing::info!(audited, "the store has an audit now");
    Ok(())
}
