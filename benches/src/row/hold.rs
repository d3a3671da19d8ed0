//! Row 4: durable holds of two best seats over HTTP, 8 clients, in houses of a thousand seats.
//!
//! Carts are opened before each round and take three holds each. The floor is the bare scan
//! server of the same run: one durable answer of hyper and redb. Next: `checkout.rs`.

use super::{Ground, Row, count, ms, percent};
use crate::floor::scans;
use crate::load::{self, Reply, Shape, drive};
use crate::peer::Peer;
use crate::row::redeem::went;
use crate::tally::{ROUNDS, Tally, median, middle};
use crate::trade::Trade;
use std::cell::Cell;

const TICKETS: u64 = 100_000;
const FLOOR_TICKETS: u64 = 200_000;
const HOLDS_A_CART: usize = 3;
const CARTS_A_ROUND: usize = 6_000;
/// Holds of two in a house of a thousand, leaving it nearly full.
const HOLDS_A_HOUSE: usize = 460;

/// A cart as `POST /carts` answered it.
pub struct Opened {
    pub cart: String,
    pub token: String,
}

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let trade = Trade::copy(&ground.work, TICKETS, "hold")?;
    let path = ground.work.join("floor.redb");
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    scans::prepare(&path, FLOOR_TICKETS)?;
    let floor_peer = Peer::part("floor", &path)?;
    let ours = Peer::demo(&ground.binary, &trade.folder)?;
    let bare = Cell::new(0);
    let (mut floors, mut holds) = (Vec::new(), Vec::new());
    let per_round = trade.stock.small.len() / ROUNDS;
    for round in 0..ROUNDS {
        let houses = &trade.stock.small[round * per_round..(round + 1) * per_round];
        let carts = open(&ours, CARTS_A_ROUND)?;
        let requests = requests(&carts, houses);
        let at = Cell::new(0);
        let next = || {
            at.set(at.get() + 1);
            requests.get(at.get() - 1).cloned()
        };
        floors.push(drive(floor_peer.address, Shape::of(8), || Some(scan(&bare)), went)?);
        holds.push(drive(ours.address, Shape::of(8), next, |reply: &Reply| reply.ok())?);
    }
    drop((floor_peer, ours));
    trade.drop_folder()?;
    std::fs::remove_file(path)?;
    row(&floors, &holds).map(|row| vec![row])
}

fn row(floors: &[Tally], holds: &[Tally]) -> anyhow::Result<Row> {
    for tally in floors.iter().chain(holds) {
        let words = tally.first_refusal.clone().unwrap_or_default();
        anyhow::ensure!(tally.refused == 0, "{} were refused: {words}", tally.refused);
    }
    let mut row = Row {
        no: "4",
        what: "durable holds of 2 best seats/s over HTTP, 8 clients".to_owned(),
        must: "1,500/s",
        aim: "55 % of the redb floor",
        ..Row::default()
    };
    let pairs = holds.iter().zip(floors).map(|(ours, floor)| ours.rate() / floor.rate());
    let share = row.keep("share", median(&pairs.collect::<Vec<_>>()));
    let rate = row.keep("holds_per_s", middle(holds, Tally::rate));
    let floor = row.keep("floor_per_s", middle(floors, Tally::rate));
    let p50 = row.keep("p50_ms", middle(holds, Tally::p50_ms));
    let p99 = row.keep("p99_ms", middle(holds, Tally::p99_ms));
    row.floor = format!("bare hyper + redb group commit {}/s", count(floor));
    row.figure =
        format!("{}/s = {}; p50 {}, p99 {}", count(rate), percent(share), ms(p50), ms(p99));
    row.must_met = Some(rate >= 1_500.0);
    row.aim_met = Some(share >= 0.55);
    Ok(row)
}

fn scan(bare: &Cell<u64>) -> Vec<u8> {
    let n = bare.get();
    bare.set(n + 1);
    let code = scans::code(n % FLOOR_TICKETS);
    let body = format!(r#"{{"code":"{code}","direction":"in","nonce":"beam-{n}"}}"#);
    load::post("/scans", "", &body)
}

/// Opens so many carts.
pub fn open(peer: &Peer, carts: usize) -> anyhow::Result<Vec<Opened>> {
    let requests = vec![load::post("/api/v1/carts", "", r#"{"source":"poster"}"#); carts];
    load::all(peer.address, &requests, |reply| {
        let body = reply.json()?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        match (text("cart"), text("token")) {
            (Some(cart), Some(token)) => Ok(Opened { cart, token }),
            _ => anyhow::bail!("no cart: {body}"),
        }
    })
}

/// One hold of so many best seats for a cart.
pub fn best(cart: &Opened, performance: &str, seats: u8) -> Vec<u8> {
    let path = format!("/api/v1/carts/{}/best-seats", cart.cart);
    let body = format!(
        r#"{{"performance":"{performance}","places":[{{"level":"Adult","count":{seats}}}]}}"#
    );
    load::post(&path, &cart.token, &body)
}

fn requests(carts: &[Opened], houses: &[String]) -> Vec<Vec<u8>> {
    let holds = carts.iter().cycle().take(carts.len() * HOLDS_A_CART).enumerate();
    let all = holds.map_while(|(n, cart)| {
        // Houses in turn, as visitors spread over the season.
        let full = n / houses.len() >= HOLDS_A_HOUSE;
        (!full).then(|| best(cart, &houses[n % houses.len()], 2))
    });
    all.collect()
}
