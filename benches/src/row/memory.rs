//! Row 7: proportional memory of the daemon under load, with 100,000 and a million tickets.
//!
//! 64 scanners and 8 visitors of the shop at once; the largest figure seen counts. Next:
//! `start.rs`.

use super::redeem::went;
use super::{Ground, Row};
use crate::load::{self, PUBLIC, Reply, Shape, drive};
use crate::peer::Peer;
use crate::scans::Beams;
use crate::trade::Trade;
use anyhow::Context;
use std::time::Duration;

const UNDER_LOAD: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(100);

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let mut row = Row {
        no: "7",
        what: "memory (PSS) under load at 100k and 1M tickets".to_owned(),
        floor: "-".to_owned(),
        must: "150 MiB",
        aim: "64 MiB at 100k, 160 MiB at 1M",
        ..Row::default()
    };
    let (small, _) = largest(ground, 100_000)?;
    let (large, store_bytes) = largest(ground, 1_000_000)?;
    row.keep("pss_mib_100k", small);
    row.keep("pss_mib_1m", large);
    row.keep("store_bytes_1m", store_bytes);
    let gib = store_bytes / f64::from(1 << 30);
    row.figure = format!("{small:.0} MiB; {large:.0} MiB (store of {gib:.2} GiB)");
    row.must_met = Some(small <= 150.0);
    row.aim_met = Some(small <= 64.0 && large <= 160.0);
    Ok(vec![row])
}

fn largest(ground: &Ground, tickets: u64) -> anyhow::Result<(f64, f64)> {
    let trade = Trade::copy(&ground.work, tickets, "memory")?;
    let ours = Peer::demo(&ground.binary, &trade.folder)?;
    let beams = Beams::new(trade.stock.codes.clone());
    let token = trade.tokens()?.device_token;
    let scan = || Some(load::post("/api/v1/scans", &token, &beams.body()));
    let page = load::get("/", "");
    let house = trade.stock.small.first().context("no house is on sale")?;
    let house = load::get(&format!("/performances/{house}"), "");
    let (scanners, visitors) =
        (Shape::of(64).lasting(UNDER_LOAD), Shape::of(8).from(PUBLIC).lasting(UNDER_LOAD));
    let mut seen: f64 = 0.0;
    std::thread::scope(|scope| {
        let scans = scope.spawn(|| drive(ours.address, scanners, scan, went));
        let visits = scope.spawn(|| {
            let odd = std::cell::Cell::new(false);
            let next = || {
                odd.set(!odd.get());
                Some(if odd.get() { page.clone() } else { house.clone() })
            };
            drive(ours.address, visitors, next, |reply: &Reply| reply.ok())
        });
        while !scans.is_finished() || !visits.is_finished() {
            seen = seen.max(ours.pss_mib()?);
            std::thread::sleep(LOOK);
        }
        for done in [scans.join(), visits.join()] {
            let tally = done.map_err(|_| anyhow::anyhow!("a client failed"))??;
            anyhow::ensure!(tally.count() > 0, "a client got nothing done");
        }
        anyhow::Ok(())
    })?;
    let store_bytes = trade.store_bytes()? as f64;
    drop(ours);
    trade.drop_folder()?;
    Ok((seen, store_bytes))
}
