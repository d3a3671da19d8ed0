//! Row L: the ledger alone at 1, 8, 64 and 512 askers, beside redb alone writing the same rows.
//!
//! The bare loop puts the very rows that the ledger's scans left, as many a commit as there were
//! askers, into a copy of the same store: what the store alone would take. In turn, three rounds.
//! Next: `usher_ledger::writer`.

use super::{Ground, Row, count, percent};
use crate::scans::Beams;
use crate::tally::{ROUNDS, Tally, median};
use crate::trade::{self, Bare, Trade};
use anyhow::Context;
use redb::{Database, Durability};
use std::sync::Arc;
use std::time::{Duration, Instant};
use usher_ledger::{Handle, Lane, admission, events, open, tables};
use usher_rules::admission::{Command, Direction};
use usher_rules::id::DeviceNo;
use usher_rules::{Actor, Entry};

const ASKERS: [usize; 4] = [1, 8, 64, 512];
const TICKETS: u64 = 100_000;
const SPAN: Duration = Duration::from_millis(1_500);
/// Least share of the bare loop at 64 askers.
const SHARE_MIN: f64 = 0.70;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let ours = Trade::copy(&ground.work, TICKETS, "ledger")?;
    let theirs = Trade::copy(&ground.work, TICKETS, "ledger-bare")?;
    let config = trade::configuration(&ours.folder, "127.0.0.1:8080".parse()?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let bare = runtime.block_on(trade::ledger(&config, |counted| counted))?;
    let store = Store::open(&theirs)?;
    let beams = Arc::new(Beams::new(ours.stock.codes.clone()));
    let mut row = Row {
        no: "L",
        what: "ledger alone: scans/s at 1, 8, 64, 512 askers, share of bare redb writing the \
               same rows"
            .to_owned(),
        must: "70 % at 64",
        aim: "70 % at 64",
        ..Row::default()
    };
    let (mut figures, mut floors) = (Vec::new(), Vec::new());
    for askers in ASKERS {
        let (mut rates, mut floor_rates, mut shares, mut batches) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let (tally, batch, entries) = runtime.block_on(round(&bare, &beams, askers))?;
            let floor = store.replay(&entries, askers)?;
            shares.push(tally.rate() / floor.max(1.0));
            rates.push(tally.rate());
            floor_rates.push(floor);
            batches.push(batch);
        }
        let share = row.keep(&format!("share_{askers}"), median(&shares));
        let rate = row.keep(&format!("scans_per_s_{askers}"), median(&rates));
        let floor = row.keep(&format!("bare_per_s_{askers}"), median(&floor_rates));
        row.keep(&format!("asks_per_commit_{askers}"), median(&batches));
        figures.push(format!("{} ({})", count(rate), percent(share)));
        floors.push(count(floor));
        if askers == 64 {
            row.must_met = Some(share >= SHARE_MIN);
            row.aim_met = Some(share >= SHARE_MIN);
        }
    }
    row.figure = figures.join("; ");
    row.floor = format!("redb {}/s", floors.join("; "));
    runtime.block_on(bare.stop());
    ours.drop_folder()?;
    theirs.drop_folder()?;
    Ok(vec![row])
}

/// One round of scans. Answers the tally, asks a commit, and the entries they left.
async fn round(
    bare: &Bare,
    beams: &Arc<Beams>,
    askers: usize,
) -> anyhow::Result<(Tally, f64, Vec<Entry>)> {
    let first = events::newest(&bare.handle.snapshot()?)?;
    let syncs = bare.written.so_far().1;
    let began = Instant::now();
    let until = began + SPAN;
    let clients = (0..askers).map(|_| {
        let (handle, beams) = (bare.handle.clone(), Arc::clone(beams));
        tokio::spawn(async move { asker(&handle, &beams, until).await })
    });
    let mut parts = Vec::with_capacity(askers);
    for client in clients.collect::<Vec<_>>() {
        parts.push(client.await??);
    }
    let tally = Tally::of(parts, began.elapsed());
    let commits = (bare.written.so_far().1 - syncs).max(1);
    let entries = events::after(&bare.handle.snapshot()?, first, usize::MAX)?;
    let batch = tally.count() as f64 / commits as f64;
    Ok((tally, batch, entries))
}

async fn asker(handle: &Handle, beams: &Beams, until: Instant) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let device = DeviceNo(usher::demo::HANDHELD);
    loop {
        let asked = Instant::now();
        if asked >= until {
            return Ok(tally);
        }
        let (code, enters) = beams.next();
        let command = Command::Scan {
            device,
            payload: code.to_owned(),
            typed: false,
            direction: if enters { Direction::In } else { Direction::Out },
            performance: None,
        };
        let command = usher_rules::Command::Admission(command);
        let answer = handle.ask(Lane::Door, Actor::Device(device), None, command).await;
        let entry = answer.map_err(|denied| anyhow::anyhow!("denied: {denied:?}"))?;
        let scan = admission::scan_in(&entry).context("a scan that is none")?;
        anyhow::ensure!(scan.admission.is_some(), "stopped: {:?}", scan.verdict);
        tally.add(asked.elapsed());
    }
}

/// The row that one scan left.
struct Left {
    seq: u64,
    entry: Vec<u8>,
}

/// redb alone, on a copy of the same store.
struct Store(Database);

impl Store {
    fn open(trade: &Trade) -> anyhow::Result<Store> {
        let path = trade.folder.join(open::STORE);
        Ok(Store(Database::builder().set_cache_size(open::CACHE_BYTES).open(path)?))
    }

    /// Puts the rows of these entries, so many a commit. Answers rows of scans a second.
    fn replay(&self, entries: &[Entry], batch: usize) -> anyhow::Result<f64> {
        let left = |entry: &Entry| Ok(Left { seq: entry.seq, entry: minicbor::to_vec(entry)? });
        let rows: Vec<Left> = entries.iter().map(left).collect::<anyhow::Result<_>>()?;
        // At few askers a part of them is enough for a span as long as the ledger had.
        let began = Instant::now();
        let mut done = 0;
        for part in rows.chunks(batch) {
            self.commit(part)?;
            done += part.len();
            if began.elapsed() >= SPAN {
                break;
            }
        }
        Ok(done as f64 / began.elapsed().as_secs_f64())
    }

    fn commit(&self, part: &[Left]) -> Result<(), redb::Error> {
        let mut txn = self.0.begin_write()?;
        txn.set_durability(Durability::Immediate)?;
        {
            let mut entries = txn.open_table(tables::EVENTS)?;
            for rows in part {
                entries.insert(rows.seq, rows.entry.as_slice())?;
            }
        }
        txn.commit()?;
        Ok(())
    }
}
