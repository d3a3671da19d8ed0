//! Row 11: 64 scanners on a disk whose every sync takes ten milliseconds longer.
//!
//! The real ledger and listener in a process of their own, on a storage backend that sleeps
//! before each sync; the floor is the bare scan server on the same backend. Next: `hammer.rs`.

use super::redeem::went;
use super::{Ground, Row, count, ms};
use crate::floor::scans;
use crate::load::{self, Shape, drive};
use crate::peer::Peer;
use crate::scans::Beams;
use crate::tally::{ROUNDS, Tally, middle};
use crate::trade::Trade;
use std::cell::Cell;

const TICKETS: u64 = 100_000;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let trade = Trade::copy(&ground.work, TICKETS, "slow")?;
    let path = ground.work.join("floor.redb");
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    scans::prepare(&path, TICKETS)?;
    let floor = Peer::part("slow-floor", &path)?;
    let ours = Peer::part("slow-box", &trade.folder)?;
    let beams = Beams::new(trade.stock.codes.clone());
    let token = trade.tokens()?.device_token;
    let bare = Cell::new(0);
    let bare_scan = || {
        let n = bare.get();
        bare.set(n + 1);
        let code = scans::code(n % TICKETS);
        let body = format!(r#"{{"code":"{code}","direction":"in","nonce":"beam-{n}"}}"#);
        Some(load::post("/scans", &token, &body))
    };
    let scan = || Some(load::post("/api/v1/scans", &token, &beams.body()));
    let (mut floors, mut figures) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floors.push(drive(floor.address, Shape::of(64), bare_scan, went)?);
        figures.push(drive(ours.address, Shape::of(64), scan, went)?);
    }
    drop((floor, ours));
    trade.drop_folder()?;
    std::fs::remove_file(path)?;
    let mut row = Row {
        no: "11",
        what: "sync slowed by 10 ms, 64 scanners over HTTP".to_owned(),
        must: "1,000/s, p99 <= 60 ms",
        aim: "3,000/s, p99 <= 35 ms",
        ..Row::default()
    };
    let rate = row.keep("redeem_per_s", middle(&figures, Tally::rate));
    let p99 = row.keep("p99_ms", middle(&figures, Tally::p99_ms));
    let floor = row.keep("floor_per_s", middle(&floors, Tally::rate));
    let floor99 = row.keep("floor_p99_ms", middle(&floors, Tally::p99_ms));
    row.floor = format!("bare server {}/s, p99 {}", count(floor), ms(floor99));
    row.figure = format!("{}/s, p99 {}", count(rate), ms(p99));
    row.must_met = Some(rate >= 1_000.0 && p99 <= 60.0);
    row.aim_met = Some(rate >= 3_000.0 && p99 <= 35.0);
    Ok(vec![row])
}
