//! Row 5: paying for a cart of four seats, alone and with 8 clients, without a card network.
//!
//! Ledger, listener and gateway worker with a bank that answers at once; beside it the daemon as
//! the demo has it, whose bank and mail keep files of their own on the same disk. Carts are filled
//! before each round. Next: `shop.rs`.

use super::hold::{best, open};
use super::{Ground, Row, count, ms};
use crate::floor::commit;
use crate::load::{self, Reply, Shape, drive};
use crate::peer::Peer;
use crate::tally::{ROUNDS, Tally, middle};
use crate::trade::Trade;
use std::cell::Cell;
use std::time::Duration;

const TICKETS: u64 = 100_000;
const CARTS_A_ROUND: usize = 5_400;
const ALONE_A_ROUND: usize = 800;
const DEMO_CARTS_A_ROUND: usize = 500;
/// Parties of four in a house of a thousand.
const PARTIES_A_HOUSE: usize = 200;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let trade = Trade::copy(&ground.work, TICKETS, "checkout")?;
    let demo_trade = Trade::copy(&ground.work, TICKETS, "checkout-demo")?;
    let ours = Peer::part("checkout-box", &trade.folder)?;
    let (mut alone, mut many, mut floors) = (Vec::new(), Vec::new(), Vec::new());
    let houses = Cell::new(0);
    for _ in 0..ROUNDS {
        let (floor, _) = commit::alone(&ground.work, Duration::from_millis(500))?;
        floors.push(floor);
        alone.push(round(&ours, &trade, &houses, 1, ALONE_A_ROUND)?);
        many.push(round(&ours, &trade, &houses, 8, CARTS_A_ROUND)?);
    }
    drop(ours);
    let demo = Peer::demo(&ground.binary, &demo_trade.folder)?;
    let houses = Cell::new(0);
    let (mut demo_alone, mut demo_many) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        demo_alone.push(round(&demo, &demo_trade, &houses, 1, DEMO_CARTS_A_ROUND / 4)?);
        demo_many.push(round(&demo, &demo_trade, &houses, 8, DEMO_CARTS_A_ROUND)?);
    }
    drop(demo);
    trade.drop_folder()?;
    demo_trade.drop_folder()?;
    let mut row = Row {
        no: "5",
        what: "checkout of 4 seats, prompt bank: alone p50 / p99; 8 clients".to_owned(),
        must: "10 ms, 500/s",
        aim: "p50 <= 1 ms, 2,500/s at 8 clients",
        ..Row::default()
    };
    let p50 = row.keep("alone_p50_ms", middle(&alone, Tally::p50_ms));
    let p99 = row.keep("alone_p99_ms", middle(&alone, Tally::p99_ms));
    let rate = row.keep("checkouts_per_s", middle(&many, Tally::rate));
    let many50 = row.keep("many_p50_ms", middle(&many, Tally::p50_ms));
    let many99 = row.keep("many_p99_ms", middle(&many, Tally::p99_ms));
    let floor = row.keep("lone_commit_p50_ms", middle(&floors, Tally::p50_ms));
    let demo50 = row.keep("demo_alone_p50_ms", middle(&demo_alone, Tally::p50_ms));
    let demo_rate = row.keep("demo_checkouts_per_s", middle(&demo_many, Tally::rate));
    row.floor = format!("lone redb commit p50 {}", ms(floor));
    row.figure = format!(
        "{} / {}; {}/s, p50 {}, p99 {} (with the demo's bank and mail as files: p50 {}, {}/s)",
        ms(p50),
        ms(p99),
        count(rate),
        ms(many50),
        ms(many99),
        ms(demo50),
        count(demo_rate)
    );
    row.must_met = Some(p50 <= 10.0 && rate >= 500.0);
    row.aim_met = Some(p50 <= 1.0 && rate >= 2_500.0);
    Ok(vec![row])
}

fn round(
    peer: &Peer,
    trade: &Trade,
    houses: &Cell<usize>,
    connections: usize,
    carts: usize,
) -> anyhow::Result<Tally> {
    let carts = open(peer, carts)?;
    let first = houses.get();
    houses.set(first + carts.len().div_ceil(PARTIES_A_HOUSE));
    let house =
        |n: usize| &trade.stock.small[(first + n / PARTIES_A_HOUSE) % trade.stock.small.len()];
    let holds: Vec<_> = carts.iter().enumerate().map(|(n, cart)| best(cart, house(n), 4)).collect();
    load::all(peer.address, &holds, |reply| {
        anyhow::ensure!(reply.ok(), "a hold: {}", String::from_utf8_lossy(reply.body));
        Ok(())
    })?;
    let at = Cell::new(0);
    let next = || {
        at.set(at.get() + 1);
        carts.get(at.get() - 1).map(|cart| {
            let path = format!("/api/v1/carts/{}/checkout", cart.cart);
            let body = r#"{"buyer":{"name":"Ada Merrow","email":"ada@harbourmail.example"},"card":{"token":"tok_4242"}}"#;
            load::post(&path, &cart.token, body)
        })
    };
    let tally =
        drive(peer.address, Shape::of(connections), next, |reply: &Reply| reply.status == 200)?;
    let words = tally.first_refusal.clone().unwrap_or_default();
    anyhow::ensure!(tally.refused == 0, "{} checkouts did not complete: {words}", tally.refused);
    Ok(tally)
}
