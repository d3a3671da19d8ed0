//! Rows 1, 2, 3: redeeming over HTTP at 8 connections, alone, and with 64 scanners.
//!
//! The built daemon on a store of a million tickets; the floor is the bare scan server on a bare
//! store of as many. Both run all the time and are asked in turn. Next: `floor/scans.rs`.

use super::{Ground, Row, count, ms, percent};
use crate::floor::scans;
use crate::load::{self, Reply, Shape, drive};
use crate::peer::Peer;
use crate::scans::Beams;
use crate::tally::{ROUNDS, Tally, median, middle};
use crate::trade::Trade;
use std::cell::Cell;
use std::time::Duration;

const TICKETS: u64 = 1_000_000;

/// The bare scan server and the daemon, side by side.
struct Pair {
    floor: Peer,
    ours: Peer,
    beams: Beams,
    token: String,
    bare: Cell<u64>,
}

/// Rounds of both, in turn.
struct Rounds {
    floor: Vec<Tally>,
    ours: Vec<Tally>,
}

impl Rounds {
    fn share(&self) -> f64 {
        let pairs = self.ours.iter().zip(&self.floor);
        median(&pairs.map(|(ours, floor)| ours.rate() / floor.rate()).collect::<Vec<_>>())
    }
}

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let trade = Trade::copy(&ground.work, TICKETS, "redeem")?;
    let path = ground.work.join("floor.redb");
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    scans::prepare(&path, TICKETS)?;
    let pair = Pair {
        floor: Peer::part("floor", &path)?,
        ours: Peer::demo(&ground.binary, &trade.folder)?,
        beams: Beams::new(trade.stock.codes.clone()),
        token: trade.tokens()?.device_token,
        bare: Cell::new(0),
    };
    let rows = vec![at_8(&pair)?, alone(&pair)?, at_64(&pair)?];
    drop(pair);
    trade.drop_folder()?;
    std::fs::remove_file(path)?;
    Ok(rows)
}

/// Did the scan let somebody through?
pub fn went(reply: &Reply) -> bool {
    reply.status == 200 && reply.body.starts_with(br#"{"verdict":"GO""#)
}

impl Pair {
    fn rounds(&self, shape: Shape) -> anyhow::Result<Rounds> {
        let mut rounds = Rounds { floor: Vec::new(), ours: Vec::new() };
        for _ in 0..ROUNDS {
            rounds.floor.push(drive(self.floor.address, shape, || Some(self.bare()), went)?);
            rounds.ours.push(drive(self.ours.address, shape, || Some(self.scan()), went)?);
        }
        let refused = |tally: &Tally| {
            let words = tally.first_refusal.clone().unwrap_or_default();
            anyhow::ensure!(tally.refused == 0, "{} scans were refused: {words}", tally.refused);
            Ok(())
        };
        rounds.floor.iter().chain(&rounds.ours).try_for_each(refused)?;
        Ok(rounds)
    }

    fn scan(&self) -> Vec<u8> {
        load::post("/api/v1/scans", &self.token, &self.beams.body())
    }

    fn bare(&self) -> Vec<u8> {
        let n = self.bare.get();
        self.bare.set(n + 1);
        let code = scans::code(n % TICKETS);
        let body = format!(r#"{{"code":"{code}","direction":"in","nonce":"beam-{n}"}}"#);
        load::post("/scans", &self.token, &body)
    }
}

fn at_8(pair: &Pair) -> anyhow::Result<Row> {
    let rounds = pair.rounds(Shape::of(8))?;
    let mut row = Row {
        no: "1",
        what: "durable redeem/s over HTTP, 8 clients, 1M tickets".to_owned(),
        must: "40 % of the floor",
        aim: "70 %",
        ..Row::default()
    };
    let rate = row.keep("redeem_per_s", middle(&rounds.ours, Tally::rate));
    let floor = row.keep("floor_per_s", middle(&rounds.floor, Tally::rate));
    let share = row.keep("share", rounds.share());
    let (p50, p99) = (middle(&rounds.ours, Tally::p50_ms), middle(&rounds.ours, Tally::p99_ms));
    row.keep("p50_ms", p50);
    row.keep("p99_ms", p99);
    row.floor = format!("bare hyper + redb group commit {}/s", count(floor));
    row.figure =
        format!("{}/s = {}; p50 {}, p99 {}", count(rate), percent(share), ms(p50), ms(p99));
    row.must_met = Some(share >= 0.40);
    row.aim_met = Some(share >= 0.70);
    Ok(row)
}

fn alone(pair: &Pair) -> anyhow::Result<Row> {
    let rounds = pair.rounds(Shape::of(1))?;
    let mut row = Row {
        no: "2",
        what: "redeem alone, p50 / p99".to_owned(),
        must: "p99 <= 5 ms",
        aim: "<= 1.5x / 2x the floor's",
        ..Row::default()
    };
    let (p50, p99) = (middle(&rounds.ours, Tally::p50_ms), middle(&rounds.ours, Tally::p99_ms));
    let floor50 = row.keep("floor_p50_ms", middle(&rounds.floor, Tally::p50_ms));
    let floor99 = row.keep("floor_p99_ms", middle(&rounds.floor, Tally::p99_ms));
    let times = |figure: fn(&Tally) -> f64| {
        let pairs = rounds.ours.iter().zip(&rounds.floor);
        median(&pairs.map(|(ours, floor)| figure(ours) / figure(floor)).collect::<Vec<_>>())
    };
    row.keep("p50_ms", p50);
    row.keep("p99_ms", p99);
    let times50 = row.keep("p50_times_floor", times(Tally::p50_ms));
    let times99 = row.keep("p99_times_floor", times(Tally::p99_ms));
    row.floor = format!("{} / {}", ms(floor50), ms(floor99));
    row.figure = format!("{} / {} = {times50:.2}x / {times99:.2}x", ms(p50), ms(p99));
    row.must_met = Some(p99 <= 5.0);
    row.aim_met = Some(times50 <= 1.5 && times99 <= 2.0);
    Ok(row)
}

fn at_64(pair: &Pair) -> anyhow::Result<Row> {
    let rounds = pair.rounds(Shape::of(64).lasting(Duration::from_millis(2_500)))?;
    let mut row = Row {
        no: "3",
        what: "redeem, 64 scanners".to_owned(),
        must: "8k/s, p99 <= 20 ms",
        aim: "20k/s, p99 <= 8 ms",
        ..Row::default()
    };
    let rate = row.keep("redeem_per_s", middle(&rounds.ours, Tally::rate));
    let p99 = row.keep("p99_ms", middle(&rounds.ours, Tally::p99_ms));
    let floor = row.keep("floor_per_s", middle(&rounds.floor, Tally::rate));
    let floor99 = row.keep("floor_p99_ms", middle(&rounds.floor, Tally::p99_ms));
    let share = row.keep("share", rounds.share());
    row.floor = format!("{}/s, p99 {}", count(floor), ms(floor99));
    row.figure = format!("{}/s = {}, p99 {}", count(rate), percent(share), ms(p99));
    row.must_met = Some(rate >= 8_000.0 && p99 <= 20.0);
    row.aim_met = Some(rate >= 20_000.0 && p99 <= 8.0);
    Ok(row)
}
