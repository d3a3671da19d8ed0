//! Row 8: from the start of the process to its first right answer to a scan, a million tickets.
//!
//! After a stop in good order, and after `kill -9` in the middle of redeeming: what redb repairs,
//! what the guarded open checks, and the first read of a ticket. Next: `wear.rs`.

use super::redeem::went;
use super::{Ground, Row, ms};
use crate::load::{self, Reply, Shape, drive};
use crate::peer::Peer;
use crate::scans::Beams;
use crate::tally::{ROUNDS, median};
use crate::trade::Trade;
use std::time::{Duration, Instant};

const TICKETS: u64 = 1_000_000;
/// How long is redeemed before the process is killed.
const BEFORE_KILL: Duration = Duration::from_millis(700);

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let trade = Trade::copy(&ground.work, TICKETS, "start")?;
    let token = trade.tokens()?.device_token;
    let beams = Beams::new(trade.stock.codes.clone());
    let scan = || load::post("/api/v1/scans", &token, &beams.body());
    let first = || -> anyhow::Result<(Peer, f64)> {
        let began = Instant::now();
        let ours = Peer::demo(&ground.binary, &trade.folder)?;
        let (status, body, head) = ours.once(&scan())?;
        let took = began.elapsed().as_secs_f64() * 1e3;
        let reply = Reply { status, head: &head, body: &body };
        anyhow::ensure!(went(&reply), "{status} {}", String::from_utf8_lossy(&body));
        Ok((ours, took))
    };
    first()?.0.stop()?;
    let (mut clean, mut killed) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (ours, took) = first()?;
        clean.push(took);
        let shape = Shape::of(8).lasting(BEFORE_KILL);
        drive(ours.address, shape, || Some(scan()), went)?;
        ours.kill()?;
        let (ours, took) = first()?;
        killed.push(took);
        ours.stop()?;
    }
    let store_bytes = trade.store_bytes()? as f64;
    trade.drop_folder()?;
    let mut row = Row {
        no: "8",
        what: "start to first right scan, 1M tickets: clean stop / kill -9".to_owned(),
        must: "3 s",
        aim: "150 ms / 1 s",
        ..Row::default()
    };
    let (clean, killed) =
        (row.keep("clean_ms", median(&clean)), row.keep("killed_ms", median(&killed)));
    row.keep("store_bytes", store_bytes);
    row.floor = format!("store of {:.2} GiB", store_bytes / f64::from(1 << 30));
    row.figure = format!("{} / {}", ms(clean), ms(killed));
    row.must_met = Some(clean <= 3_000.0 && killed <= 3_000.0);
    row.aim_met = Some(clean <= 150.0 && killed <= 1_000.0);
    Ok(vec![row])
}
