//! Row 12: what eight scanners feel while 64 visitors hammer the shop.
//!
//! Visitors ask as fast as they can: What's on, the tickets page of a house, and holds of two
//! seats. Quiet and hammered in turn; all on the same two cores. Next: `beam.rs`.

use super::hold::{best, open};
use super::redeem::went;
use super::{Ground, Row, count, ms};
use crate::load::{self, PUBLIC, Reply, Shape, drive};
use crate::peer::Peer;
use crate::scans::Beams;
use crate::tally::{ROUNDS, Tally, median, middle};
use crate::trade::Trade;
use anyhow::Context;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const TICKETS: u64 = 100_000;
const SCANNERS: usize = 8;
const VISITORS: usize = 64;
const CARTS: usize = 5_000;
/// One request of so many is a hold.
const HOLD_EVERY: usize = 4;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let trade = Trade::copy(&ground.work, TICKETS, "hammer")?;
    let ours = Peer::demo(&ground.binary, &trade.folder)?;
    let beams = Beams::new(trade.stock.codes.clone());
    let token = trade.tokens()?.device_token;
    let visits = visits(&ours, &trade)?;
    let at = AtomicUsize::new(0);
    let scan = || Some(load::post("/api/v1/scans", &token, &beams.body()));
    let visit = || visits.get(at.fetch_add(1, Ordering::Relaxed) % visits.len()).cloned();
    let span = Duration::from_millis(2_500);
    let scanners = Shape::of(SCANNERS).lasting(span);
    // Visitors begin before the scanners are timed and end after them.
    let visitors = Shape::of(VISITORS).from(PUBLIC).lasting(span + Duration::from_millis(600));
    let (mut quiet, mut pressed, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        quiet.push(drive(ours.address, scanners, scan, went)?);
        let (under, visited) = std::thread::scope(|scope| {
            let visited = scope.spawn(|| drive(ours.address, visitors, visit, answered));
            std::thread::sleep(Duration::from_millis(300));
            let under = drive(ours.address, scanners, scan, went);
            (under, visited.join())
        });
        pressed.push(under?);
        pages.push(visited.map_err(|_| anyhow::anyhow!("the visitors failed"))??);
    }
    drop(ours);
    trade.drop_folder()?;
    let stopped = quiet.iter().chain(&pressed).map(|tally| tally.refused).sum::<u64>();
    anyhow::ensure!(stopped == 0, "{stopped} scans were refused");
    let mut row = Row {
        no: "12",
        what: "redeem p99 of 8 scanners while 64 clients hammer the shop".to_owned(),
        must: "3x the quiet p99",
        aim: "1.5x, by admission control",
        ..Row::default()
    };
    let quiet99 = row.keep("quiet_p99_ms", middle(&quiet, Tally::p99_ms));
    let pressed99 = row.keep("pressed_p99_ms", middle(&pressed, Tally::p99_ms));
    row.keep("quiet_per_s", middle(&quiet, Tally::rate));
    let scans = row.keep("pressed_per_s", middle(&pressed, Tally::rate));
    let visited = row.keep("visits_per_s", middle(&pages, Tally::rate));
    let pairs =
        pressed.iter().zip(&quiet).map(|(pressed, quiet)| pressed.p99_ms() / quiet.p99_ms());
    let times = row.keep("times", median(&pairs.collect::<Vec<_>>()));
    row.floor = format!("quiet p99 {}", ms(quiet99));
    row.figure = format!(
        "{times:.1}x: p99 {} at {} scans/s beside {} visits/s",
        ms(pressed99),
        count(scans),
        count(visited)
    );
    row.must_met = Some(times <= 3.0);
    row.aim_met = Some(times <= 1.5);
    Ok(vec![row])
}

/// A visitor who is told to wait, or that seats are gone, was answered as well.
fn answered(reply: &Reply) -> bool {
    reply.ok() || matches!(reply.status, 409 | 422 | 429 | 503)
}

fn visits(ours: &Peer, trade: &Trade) -> anyhow::Result<Vec<Vec<u8>>> {
    let carts = open(ours, CARTS)?;
    let houses = &trade.stock.small;
    let mut all = Vec::new();
    for (n, cart) in carts.iter().enumerate() {
        let house = houses.get(n % houses.len()).context("no house")?;
        all.push(best(cart, house, 2));
        for page in 1..HOLD_EVERY {
            all.push(match page % 2 {
                0 => load::get(&format!("/performances/{house}"), ""),
                _ => load::get("/", ""),
            });
        }
    }
    Ok(all)
}
