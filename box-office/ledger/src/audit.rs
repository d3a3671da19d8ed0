//! The audit: written with every entry of the staff, read newest first, walked as a proof.
//!
//! Each row is made from its entry and the row before it, nothing else, so that it is made again
//! the same from the log. Never asked to write by itself. Next: `rules/audit.rs`.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, stored, tables};
use redb::ReadableTable;
use usher_rules::Entry;
use usher_rules::audit::{self, Row};

/// Writes the row of an entry that belongs into the audit. The entry may stand in the log already.
pub fn apply(write: &Write, entry: &Entry) -> Result<(), Fault> {
    if !audit::audited(entry) {
        return Ok(());
    }
    let mut table = write.txn.open_table(tables::AUDIT)?;
    let before = table.last()?.map(|(_, bytes)| bytes.value().to_vec());
    let row = audit::row(entry, &stored::bytes(entry), before.as_deref());
    table.insert(entry.seq, stored::bytes(&row).as_slice())?;
    Ok(())
}

/// Rows before an entry, or all, newest first.
pub fn newest<S: Source>(
    source: &S,
    before: Option<u64>,
    max: usize,
) -> Result<Vec<(u64, Row)>, Fault> {
    let keys = ..before.unwrap_or(u64::MAX);
    source::newest(source, tables::AUDIT, keys, max, |seq, bytes| Ok((seq, stored::row(bytes)?)))
}

/// Walks the chain against the log: what does not agree, in words.
pub fn walk<S: Source>(source: &S) -> Result<Vec<String>, Fault> {
    let mut wrong = Vec::new();
    let (log, rows) = (source.open(tables::EVENTS)?, source.open(tables::AUDIT)?);
    let mut before: Option<Vec<u8>> = None;
    let mut kept = rows.range::<u64>(..)?;
    for found in log.range::<u64>(..)? {
        let (seq, bytes) = found?;
        let entry: Entry = match stored::row(bytes.value()) {
            Ok(entry) => entry,
            Err(fault) => {
                wrong.push(format!("entry {} of the log: {fault}", seq.value()));
                continue;
            }
        };
        if !audit::audited(&entry) {
            continue;
        }
        let made = stored::bytes(&audit::row(&entry, bytes.value(), before.as_deref()));
        let row = kept.next().transpose()?;
        let row = row.map(|(seq, bytes)| (seq.value(), bytes.value().to_vec()));
        if row.as_ref().is_none_or(|(of, bytes)| *of != entry.seq || *bytes != made) {
            wrong.push(format!("the audit of entry {} is not what the log makes", entry.seq));
        }
        before = row.map(|(_, bytes)| bytes);
    }
    if let Some(row) = kept.next() {
        wrong.push(format!("the audit names entry {}, which is not of the staff", row?.0.value()));
    }
    Ok(wrong)
}
