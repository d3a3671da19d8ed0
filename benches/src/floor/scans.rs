//! The bare scan store: one table of tickets, one of scans, one writer thread, group commit.
//!
//! Reads the same JSON and answers the same members as the box, makes the ticket used and appends
//! the scan in one durable commit with whoever else waits. No rules, no keys, no log, no feed.
//! Next: `web.rs`, which serves it.

use crate::slow::Slow;
use redb::backends::FileBackend;
use redb::{Database, Durability, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Code -> what became of the ticket.
const TICKETS: TableDefinition<u64, &[u8]> = TableDefinition::new("tickets");
/// Scan by number: append only.
const SCANS: TableDefinition<u64, &[u8]> = TableDefinition::new("scans");
/// As many as the box takes into one commit.
const BATCH_MAX: usize = usher_ledger::queue::BATCH_MAX;
/// As large a cache as the box has.
const CACHE_BYTES: usize = usher_ledger::open::CACHE_BYTES;
/// Bytes of a ticket's row and of a scan's row.
const TICKET_BYTES: usize = 24;
const SCAN_BYTES: usize = 120;

/// A scan as the box is asked.
#[derive(Debug, Deserialize)]
pub struct Asked {
    code: String,
    direction: String,
    nonce: String,
}

#[derive(Serialize)]
struct Answered<'a> {
    verdict: &'a str,
    reason: &'a str,
    ticket: String,
    seat: &'a str,
    performance: &'a str,
    message: &'a str,
    attention: [&'a str; 0],
    seq: u64,
    at: &'a str,
}

struct Pending {
    asked: Asked,
    answer: oneshot::Sender<Option<u64>>,
}

/// The code of the n-th ticket, as long as one of ours.
pub fn code(n: u64) -> String {
    format!("U1{n:032}")
}

/// Makes a store of so many unused tickets.
pub fn prepare(path: &Path, tickets: u64) -> anyhow::Result<()> {
    let store = Database::builder().set_cache_size(CACHE_BYTES).create(path)?;
    let txn = store.begin_write()?;
    {
        let mut table = txn.open_table(TICKETS)?;
        for n in 0..tickets {
            table.insert(n, [0; TICKET_BYTES].as_slice())?;
        }
        txn.open_table(SCANS)?;
    }
    txn.commit()?;
    Ok(())
}

/// The running store.
pub struct Scans {
    asks: mpsc::Sender<Pending>,
}

impl Scans {
    pub fn open(path: &Path, sync: Duration) -> anyhow::Result<Scans> {
        let mut builder = Database::builder();
        builder.set_cache_size(CACHE_BYTES);
        let store = if sync.is_zero() {
            builder.open(path)?
        } else {
            let file = OpenOptions::new().read(true).write(true).open(path)?;
            builder.create_with_backend(Slow::new(FileBackend::new(file)?, sync))?
        };
        let (asks, taken) = mpsc::channel();
        std::thread::spawn(move || {
            if let Err(fault) = write(&store, &taken) {
                eprintln!("floor: {fault}");
            }
        });
        Ok(Scans { asks })
    }

    /// The answer in JSON, once it is on disk.
    pub async fn scan(&self, asked: Asked) -> Option<Vec<u8>> {
        let (answer, heard) = oneshot::channel();
        let ticket = asked.code.clone();
        self.asks.send(Pending { asked, answer }).ok()?;
        let seq = heard.await.ok()??;
        serde_json::to_vec(&Answered {
            verdict: "GO",
            reason: "Admitted",
            ticket,
            seat: "214-12-7",
            performance: "1-1",
            message: "Admitted. Welcome.",
            attention: [],
            seq,
            at: "2026-11-22T19:12:44.120Z",
        })
        .ok()
    }
}

/// One commit for everybody who waits; nobody hears of anything before it.
fn write(store: &Database, asks: &mpsc::Receiver<Pending>) -> Result<(), redb::Error> {
    let mut seq = 0;
    while let Ok(first) = asks.recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && let Ok(next) = asks.try_recv()
        {
            batch.push(next);
        }
        let mut answers = Vec::with_capacity(batch.len());
        let mut txn = store.begin_write()?;
        txn.set_durability(Durability::Immediate)?;
        {
            let mut tickets = txn.open_table(TICKETS)?;
            let mut scans = txn.open_table(SCANS)?;
            for pending in batch {
                let known = record(&mut tickets, &mut scans, &pending.asked, seq)?;
                answers.push((pending.answer, known.then_some(seq)));
                seq += 1;
            }
        }
        txn.commit()?;
        for (answer, seq) in answers {
            let _ = answer.send(seq);
        }
    }
    Ok(())
}

fn record(
    tickets: &mut redb::Table<u64, &[u8]>,
    scans: &mut redb::Table<u64, &[u8]>,
    asked: &Asked,
    seq: u64,
) -> Result<bool, redb::Error> {
    let Ok(code) = asked.code.trim_start_matches("U1").parse::<u64>() else { return Ok(false) };
    let Some(mut ticket) = tickets.get(code)?.map(|row| row.value().to_vec()) else {
        return Ok(false);
    };
    ticket[..8].copy_from_slice(&seq.to_be_bytes());
    tickets.insert(code, ticket.as_slice())?;
    let mut scan = [0; SCAN_BYTES];
    let nonce = asked.nonce.as_bytes();
    let kept = nonce.len().min(SCAN_BYTES - 2);
    scan[..kept].copy_from_slice(&nonce[..kept]);
    scan[SCAN_BYTES - 1] = u8::from(asked.direction == "in");
    scans.insert(seq, scan.as_slice())?;
    Ok(true)
}
