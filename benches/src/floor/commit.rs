//! The lone commit: one small row, one durable commit, again and again.
//!
//! What the disk gives to somebody who waits alone. Counted at the storage backend like the box.
//! Next: `scans.rs` for many who wait together.

use crate::tally::Tally;
use redb::{Builder, Durability, TableDefinition};
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use usher::counted::{Counted, Written};

const ROWS: TableDefinition<u64, &[u8]> = TableDefinition::new("rows");
const ROW_BYTES: usize = 120;

/// Commits one row at a time for a span. Answers the latencies and the bytes of a commit.
pub fn alone(folder: &Path, span: Duration) -> anyhow::Result<(Tally, f64)> {
    let path = folder.join("lone.redb");
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(true).open(path)?;
    let written = Arc::new(Written::default());
    let backend = Counted::new(redb::backends::FileBackend::new(file)?, Arc::clone(&written));
    let store = Builder::new().create_with_backend(backend)?;
    let mut latencies = Vec::new();
    let (mut began, mut bytes_before) = (Instant::now(), 0);
    let warm = 200;
    for seq in 0.. {
        if seq == warm {
            (began, bytes_before) = (Instant::now(), written.so_far().0);
        }
        let asked = Instant::now();
        let mut txn = store.begin_write()?;
        txn.set_durability(Durability::Immediate)?;
        txn.open_table(ROWS)?.insert(seq, [7; ROW_BYTES].as_slice())?;
        txn.commit()?;
        if seq >= warm {
            latencies.push(asked.elapsed());
            if began.elapsed() >= span {
                break;
            }
        }
    }
    let bytes = (written.so_far().0 - bytes_before) as f64 / latencies.len() as f64;
    Ok((Tally::alone(latencies), bytes))
}
