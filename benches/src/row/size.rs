//! Row 10: what a hundred times the seats costs: holds alone, holds together, and redeeming.
//!
//! The ledger without HTTP, so that nothing hides the difference; houses of 1,000 and of 100,000
//! seats in one store, asked in turn. Next: `slow.rs`.

use super::{Ground, Row, count, ms};
use crate::tally::{ROUNDS, Tally, median, middle};
use crate::trade::{self, Trade};
use anyhow::Context;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use usher_ledger::{Handle, Lane};
use usher_rules::admission::{self, Direction};
use usher_rules::cart;
use usher_rules::hold;
use usher_rules::id::{CartId, DeviceNo, LevelNo, PerformanceId};
use usher_rules::price::Places;
use usher_rules::{Actor, Command, Event};

const TICKETS: u64 = 100_000;
const ALONE: usize = 400;
const TOGETHER: usize = 8;
const SPAN: Duration = Duration::from_millis(1_000);
const SCANS: usize = 280;
const HOLDS_A_CART: usize = 3;
/// Carts opened for one round of holds together.
const CARTS: usize = 2_600;
/// Holds of two in a house of a thousand, leaving it nearly full.
const HOLDS_A_HOUSE: usize = 450;

#[derive(Default)]
struct Size {
    alone: Vec<Tally>,
    together: Vec<Tally>,
    scans: Vec<Tally>,
}

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let trade = Trade::copy(&ground.work, TICKETS, "size")?;
    let config = trade::configuration(&trade.folder, "127.0.0.1:8080".parse()?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (small, large) = runtime.block_on(async {
        let bare = trade::ledger(&config, |counted| counted).await?;
        let sizes = rounds(&bare.handle, &trade).await?;
        bare.stop().await;
        anyhow::Ok(sizes)
    })?;
    trade.drop_folder()?;
    let mut row = Row {
        no: "10",
        what: "from 1k to 100k seats: hold p50, redeem p50, grouped holds (ledger alone)"
            .to_owned(),
        must: "hold p50 <= 1.5x",
        aim: "redeem 1.15x, hold 1.25x, grouped holds >= 0.6x",
        ..Row::default()
    };
    let times = |large: &[Tally], small: &[Tally], figure: fn(&Tally) -> f64| {
        let pairs = large.iter().zip(small);
        median(&pairs.map(|(large, small)| figure(large) / figure(small)).collect::<Vec<_>>())
    };
    let hold = row.keep("hold_p50_times", times(&large.alone, &small.alone, Tally::p50_ms));
    let scan = row.keep("redeem_p50_times", times(&large.scans, &small.scans, Tally::p50_ms));
    let rate = row.keep("grouped_share", times(&large.together, &small.together, Tally::rate));
    let at_1k = row.keep("hold_p50_ms_1k", middle(&small.alone, Tally::p50_ms));
    let at_100k = row.keep("hold_p50_ms_100k", middle(&large.alone, Tally::p50_ms));
    let together = row.keep("grouped_per_s_1k", middle(&small.together, Tally::rate));
    row.keep("grouped_per_s_100k", middle(&large.together, Tally::rate));
    row.keep("redeem_p50_ms_1k", middle(&small.scans, Tally::p50_ms));
    row.floor = format!("at 1k: hold p50 {}, grouped {}/s", ms(at_1k), count(together));
    row.figure =
        format!("hold {hold:.2}x ({}), redeem {scan:.2}x, grouped holds {rate:.2}x", ms(at_100k));
    row.must_met = Some(hold <= 1.5);
    row.aim_met = Some(scan <= 1.15 && hold <= 1.25 && rate >= 0.6);
    Ok(vec![row])
}

async fn rounds(handle: &Handle, trade: &Trade) -> anyhow::Result<(Size, Size)> {
    let id = |text: &String| text.parse::<PerformanceId>().ok().context("not an id");
    let houses = trade.stock.small.iter().map(id).collect::<anyhow::Result<Vec<_>>>()?;
    let large_house = vec![id(&trade.stock.hundred_thousand)?];
    let (mut small, mut large) = (Size::default(), Size::default());
    let per_round = houses.len() / ROUNDS;
    for round in 0..ROUNDS {
        let houses = &houses[round * per_round..(round + 1) * per_round];
        let (first, rest) = houses.split_first().context("no house")?;
        small.alone.push(holds(handle, &[*first], 1).await?);
        large.alone.push(holds(handle, &large_house, 1).await?);
        small.together.push(holds(handle, rest, TOGETHER).await?);
        large.together.push(holds(handle, &large_house, TOGETHER).await?);
        let enters = round % 2 == 0;
        small.scans.push(scans(handle, &trade.stock.thousand_codes, enters).await?);
        large.scans.push(scans(handle, &trade.stock.hundred_thousand_codes, enters).await?);
    }
    Ok((small, large))
}

async fn cart(handle: &Handle) -> anyhow::Result<CartId> {
    let open = cart::Command::Open {
        source: "poster".to_owned(),
        user_agent: "Firefox".to_owned(),
        session: None,
    };
    let asked = handle.ask(Lane::Shop, Actor::House, None, Command::Cart(open)).await;
    let entry = asked.map_err(|denied| anyhow::anyhow!("denied: {denied:?}"))?;
    let id = entry.events.iter().find_map(|event| match event {
        Event::Cart(cart::Event::Opened(id, _)) => Some(*id),
        _ => None,
    });
    id.context("a cart left no trace")
}

fn best(cart: CartId, performance: PerformanceId) -> Command {
    Command::Hold(hold::Command::Best {
        cart,
        performance,
        places: vec![Places { level: LevelNo(1), count: 2 }],
        category: None,
        zone: None,
        wheelchair: 0,
        companions: 0,
        allow_split: false,
        allow_alone: false,
    })
}

/// Holds two best seats again and again, so many askers at once.
async fn holds(handle: &Handle, houses: &[PerformanceId], askers: usize) -> anyhow::Result<Tally> {
    let wanted = if askers == 1 { ALONE / HOLDS_A_CART } else { CARTS };
    let opened = futures_util::future::try_join_all((0..wanted.min(900)).map(|_| cart(handle)));
    let mut carts = opened.await?;
    while carts.len() < wanted {
        let more = (wanted - carts.len()).min(900);
        carts.extend(futures_util::future::try_join_all((0..more).map(|_| cart(handle))).await?);
    }
    // The plan and its seats are in memory before the first one counts.
    for house in houses {
        let warm = best(cart(handle).await?, *house);
        let asked = handle.ask(Lane::Shop, Actor::House, None, warm).await;
        asked.map_err(|denied| anyhow::anyhow!("denied: {denied:?}"))?;
    }
    let (carts, houses) = (Arc::new(carts), Arc::new(houses.to_vec()));
    let at = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let clients: Vec<_> = (0..askers)
        .map(|_| {
            let (handle, carts) = (handle.clone(), Arc::clone(&carts));
            let (houses, at) = (Arc::clone(&houses), Arc::clone(&at));
            tokio::spawn(async move { holder(&handle, &carts, &houses, &at, began).await })
        })
        .collect();
    let mut parts = Vec::with_capacity(askers);
    for client in clients {
        parts.push(client.await??);
    }
    Ok(Tally::of(parts, began.elapsed()))
}

async fn holder(
    handle: &Handle,
    carts: &[CartId],
    houses: &[PerformanceId],
    at: &AtomicUsize,
    began: Instant,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    loop {
        let n = at.fetch_add(1, Ordering::Relaxed);
        let full = houses.len() > 1 && n / houses.len() >= HOLDS_A_HOUSE;
        let Some(cart) = carts.get(n / HOLDS_A_CART) else { return Ok(tally) };
        let asked = Instant::now();
        if full || asked - began >= SPAN {
            return Ok(tally);
        }
        let command = best(*cart, houses[n % houses.len()]);
        let answer = handle.ask(Lane::Shop, Actor::House, None, command).await;
        answer.map_err(|denied| anyhow::anyhow!("denied: {denied:?}"))?;
        tally.add(asked.elapsed());
    }
}

async fn scans(handle: &Handle, codes: &[String], enters: bool) -> anyhow::Result<Tally> {
    let device = DeviceNo(usher::demo::HANDHELD);
    let mut latencies = Vec::with_capacity(SCANS);
    for code in codes.iter().take(SCANS) {
        let command = Command::Admission(admission::Command::Scan {
            device,
            payload: code.clone(),
            typed: false,
            direction: if enters { Direction::In } else { Direction::Out },
            performance: None,
        });
        let asked = Instant::now();
        let answer = handle.ask(Lane::Door, Actor::Device(device), None, command).await;
        let entry = answer.map_err(|denied| anyhow::anyhow!("denied: {denied:?}"))?;
        latencies.push(asked.elapsed());
        let scan = usher_ledger::admission::scan_in(&entry).context("no scan")?;
        anyhow::ensure!(scan.admission.is_some(), "stopped: {:?}", scan.verdict);
    }
    Ok(Tally::alone(latencies))
}
