//! Row 9: bytes written to the store's file for a scan, and while nothing happens.
//!
//! Counted at the storage backend of the whole box, devices and all, in a process of its own. The
//! quiet part has two scanners and a monitor connected and must write nothing. Next: `size.rs`.

use super::redeem::went;
use super::{Ground, Row};
use crate::load::{self, Shape, drive};
use crate::monitor::Monitor;
use crate::peer::Peer;
use crate::scans::Beams;
use crate::tally::{ROUNDS, median};
use crate::trade::Trade;
use anyhow::Context;
use std::time::Duration;

const TICKETS: u64 = 100_000;
const IDLE: Duration = Duration::from_secs(60);
const IDLE_LONG: Duration = Duration::from_secs(600);
/// What was begun before may still be written.
const SETTLE: Duration = Duration::from_secs(2);

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let trade = Trade::copy(&ground.work, TICKETS, "wear")?;
    let mut ours = Peer::part("counted-box", &trade.folder)?;
    let beams = Beams::new(trade.stock.codes.clone());
    let tokens = trade.tokens()?;
    let scan = || Some(load::post("/api/v1/scans", &tokens.device_token, &beams.body()));
    let mut row = Row {
        no: "9",
        what: "bytes to the store a scan at 1 / 8 / 64 clients; bytes while idle".to_owned(),
        floor: "-".to_owned(),
        must: "40 / 16 / 4 KB; 0",
        aim: "30 / 8 / 1.6 KB; 0",
        ..Row::default()
    };
    let mut kib = Vec::new();
    for connections in [1, 8, 64] {
        let mut bytes = Vec::new();
        for _ in 0..ROUNDS {
            let shape = Shape { warm: Duration::ZERO, ..Shape::of(connections) };
            let (before, _) = written(&mut ours)?;
            let tally = drive(ours.address, shape, scan, went)?;
            let (after, _) = written(&mut ours)?;
            // The answers that came too late for the tally were written as well.
            let scans = tally.count() as f64 + connections as f64;
            bytes.push((after - before) / scans);
        }
        kib.push(row.keep(&format!("bytes_{connections}"), median(&bytes)) / 1024.0);
    }
    let idle = if ground.long { IDLE_LONG } else { IDLE };
    let quiet = quiet(&mut ours, &tokens.api_token, idle)?;
    row.keep("idle_bytes", quiet);
    row.keep("idle_s", idle.as_secs_f64());
    row.figure = format!(
        "{:.1} / {:.1} / {:.1} KB; {quiet:.0} bytes in {} s",
        kib[0],
        kib[1],
        kib[2],
        idle.as_secs()
    );
    let within = |most: [f64; 3]| kib.iter().zip(most).all(|(kib, most)| *kib <= most);
    row.must_met = Some(within([40.0, 16.0, 4.0]) && quiet == 0.0);
    row.aim_met = Some(within([30.0, 8.0, 1.6]) && quiet == 0.0);
    drop(ours);
    trade.drop_folder()?;
    Ok(vec![row])
}

fn written(peer: &mut Peer) -> anyhow::Result<(f64, f64)> {
    let line = peer.ask("written")?;
    let mut words = line.split_whitespace().map(str::parse::<f64>);
    let bytes = words.next().context("no bytes")??;
    let syncs = words.next().context("no syncs")??;
    Ok((bytes, syncs))
}

fn quiet(peer: &mut Peer, token: &str, idle: Duration) -> anyhow::Result<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let monitor = runtime.block_on(Monitor::open(peer.address, token))?;
    std::thread::sleep(SETTLE);
    let (before, _) = written(peer)?;
    runtime.block_on(monitor.watch(idle))?;
    let (after, _) = written(peer)?;
    Ok(after - before)
}
