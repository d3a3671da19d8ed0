//! Row P: from the last byte of a card terminal to the outcome on disk, and to the cashier's page;
//! row D: pages of the desk.
//!
//! Simulated ZVT terminals over TCP, the driver, the errand, the real store and cashiers over HTTP;
//! one process. The cashier follows the pad as the page does, whose question is answered when there
//! is something new. Next: `tap.rs`, `cashier.rs`.

use super::{Ground, Row, ms};
use crate::cashier::Cashier;
use crate::floor::commit;
use crate::tally::{ROUNDS, Tally, middle};
use crate::tap::Tap;
use crate::trade::Trade;
use anyhow::{Context, ensure};
use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;
use usher::config::{Config, Purpose};
use usher::start::{self, Circumstances};
use usher::{demo, listen};
use usher_drivers::sim::pin_pad::zvt::{Place, SimZvt, SimZvtSettings};
use usher_ledger::Handle;
use usher_rules::checkout::Event as Sale;
use usher_rules::id::{CartId, PadNo, TillNo};
use usher_rules::staff::Role;
use usher_rules::tender::State;
use usher_rules::view::desk::pad::Link;
use usher_rules::{Entry, Event};

const TICKETS: u64 = 100_000;
const PADS: u16 = 10;
/// Numbers of the pads, and of the tills beside them: above the demo's own.
const FIRST: u16 = 101;
const PAYMENTS: usize = 40;
const PAGES: usize = 300;
/// It is long, and looked at seldom.
const REPORTS: usize = 10;
const PAGE_NAMES: [&str; 6] = ["list", "choice", "sale", "orders", "till", "report"];
const SETTLED_MAX: Duration = Duration::from_secs(30);

/// What was timed of payments.
#[derive(Default)]
struct Times {
    /// From the result to the approval on disk.
    kept: Vec<Duration>,
    /// From the end of the dialogue to order, tickets and money on disk.
    sold: Vec<Duration>,
    /// From there to a page that says so.
    shown: Vec<Duration>,
}

/// One till with a pad and its cashier.
struct Stand {
    cashier: Cashier,
    tap: Tap,
    performance: String,
    _terminal: SimZvt,
}

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let trade = Trade::copy(&ground.work, TICKETS, "pad")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut floors = Vec::new();
    for _ in 0..ROUNDS {
        floors.push(commit::alone(&ground.work, Duration::from_millis(500))?.0);
    }
    let (paid, pages) = runtime.block_on(measured(&trade))?;
    drop(runtime);
    trade.drop_folder()?;
    let floor = middle(&floors, Tally::p99_ms);
    Ok(vec![payments(floor, &paid), desk(&pages)])
}

/// Rounds of each of [`PAGE_NAMES`].
type Pages = [Vec<Tally>; PAGE_NAMES.len()];

/// Rounds of each: kept, sold and shown at one pad, then at ten.
type Paid = [[Vec<Tally>; 3]; 2];

fn payments(floor: f64, paid: &Paid) -> Row {
    let mut row = Row {
        no: "P",
        what: format!(
            "card at a pad, p50 / p99 at 1 pad, at {PADS}: last byte of the result to its commit; \
             last byte of the dialogue to order, tickets and money on disk; to the cashier's page"
        ),
        floor: format!("lone redb commit p99 {}", ms(floor)),
        must: "-",
        aim: "-",
        ..Row::default()
    };
    let mut words = Vec::new();
    for (which, name) in ["kept", "sold", "shown"].into_iter().enumerate() {
        let mut part = Vec::new();
        for (of, pads) in paid.iter().zip(["1", "10"]) {
            let p50 = row.keep(&format!("{name}_p50_ms_{pads}"), middle(&of[which], Tally::p50_ms));
            let p99 = row.keep(&format!("{name}_p99_ms_{pads}"), middle(&of[which], Tally::p99_ms));
            part.push(format!("{} / {}", ms(p50), ms(p99)));
        }
        words.push(part.join(", "));
    }
    row.figure = words.join("; ");
    row
}

/// Pages of the desk, from the store of a hundred thousand tickets.
fn desk(pages: &Pages) -> Row {
    let mut row = Row {
        no: "D",
        what: "desk pages p50 / p99: performances to sell; one of them; a sale of two; orders; \
               till; the report of a day of 100,000 tickets"
            .to_owned(),
        floor: "-".to_owned(),
        must: "-",
        aim: "-",
        ..Row::default()
    };
    let mut words = Vec::new();
    for (rounds, name) in pages.iter().zip(PAGE_NAMES) {
        let p50 = row.keep(&format!("{name}_p50_ms"), middle(rounds, Tally::p50_ms));
        let p99 = row.keep(&format!("{name}_p99_ms"), middle(rounds, Tally::p99_ms));
        words.push(format!("{} / {}", ms(p50), ms(p99)));
    }
    row.figure = words.join("; ");
    row
}

async fn measured(trade: &Trade) -> anyhow::Result<(Paid, Pages)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let (mut taps, mut text) = (Vec::new(), String::new());
    for no in FIRST..FIRST + PADS {
        let place = Place::Tcp("127.0.0.1:0".parse()?);
        let truth = trade.folder.join(format!("truth-{no}"));
        let terminal = SimZvt::start(SimZvtSettings::new(place, truth)).await?;
        let tap = Tap::open(terminal.address().context("no address")?).await?;
        write!(
            text,
            "\n[[pin_pad]]\nnumber = {no}\nname = \"Pad {no}\"\nplace = \"Foyer\"\n[pin_pad.zvt]\n\
             address = \"{}\"\nterminal_id = \"52523535\"\n\
             [[till]]\nnumber = {no}\nname = \"Till {no}\"\npin_pad = \"Pad {no}\"\n",
            tap.address
        )?;
        taps.push((terminal, tap));
    }
    let config = configuration(&trade.folder, address, &text)?;
    let running = start::start(&config, &Circumstances { credentials: None, demo: true }).await?;
    let (shop, stop) = (running.shop.clone(), running.stop.child_token());
    let serving = listen::start(&config, shop, vec![listener], axum::Router::new(), stop)?;
    let mut stands = Vec::new();
    for (nth, (terminal, tap)) in (0..).zip(taps) {
        let no = FIRST + nth;
        let mut face = running.shop.pad(PadNo(no)).context("no pad")?.face.clone();
        let up = face.wait_for(|face| matches!(face.link, Link::Up { .. }));
        tokio::time::timeout(SETTLED_MAX, up).await??;
        // One who sees the reports as well.
        let role = if nth == 0 { Role::Supervisor } else { Role::Cashier };
        let cashier = Cashier::at(&running.handle, role, TillNo(no), address).await?;
        let performance = trade.stock.small[usize::from(nth)].clone();
        stands.push(Stand { cashier, tap, performance, _terminal: terminal });
    }
    let mut paid = Paid::default();
    for _ in 0..ROUNDS {
        stands = round(stands, 1, &running.handle, &mut paid[0]).await?;
        stands = round(stands, PADS.into(), &running.handle, &mut paid[1]).await?;
    }
    let first = stands.first_mut().context("no stand")?;
    let pages = looked(first).await?;
    running.stop.cancel();
    serving.finished().await;
    running.stop().await;
    Ok((paid, pages))
}

fn configuration(folder: &Path, address: SocketAddr, more: &str) -> anyhow::Result<Config> {
    let file = demo::DemoFile::read(folder)?.context("demo.json is missing")?;
    std::fs::create_dir_all(&file.mail_dir)?;
    let text = demo::config_text(folder, address, &file) + more;
    let parsed = Config::parse(&text, Purpose::Demo);
    parsed.map_err(|findings| anyhow::anyhow!("the configuration: {findings:?}"))
}

/// So many of the stands at once, a payment after the other at each.
async fn round(
    mut stands: Vec<Stand>,
    at_once: usize,
    handle: &Handle,
    rounds: &mut [Vec<Tally>; 3],
) -> anyhow::Result<Vec<Stand>> {
    let rest = stands.split_off(at_once);
    let tasks = stands.into_iter().map(|stand| {
        let handle = handle.clone();
        tokio::spawn(async move { at_stand(stand, &handle).await })
    });
    let (mut stands, mut all) = (Vec::new(), Times::default());
    for done in futures_util::future::join_all(tasks).await {
        let (stand, times) = done??;
        stands.push(stand);
        all.kept.extend(times.kept);
        all.sold.extend(times.sold);
        all.shown.extend(times.shown);
    }
    stands.extend(rest);
    for (rounds, times) in rounds.iter_mut().zip([all.kept, all.sold, all.shown]) {
        rounds.push(Tally::alone(times));
    }
    Ok(stands)
}

async fn at_stand(mut stand: Stand, handle: &Handle) -> anyhow::Result<(Stand, Times)> {
    let mut times = Times::default();
    for _ in 0..PAYMENTS {
        let sale = stand.cashier.take_two(&stand.performance).await?;
        let id = sale.rsplit('/').next().and_then(|id| id.parse().ok()).context("no cart")?;
        let entries = handle.feed().entries();
        stand.tap.clear();
        stand.cashier.send(&format!("{sale}/card"), "key=").await?;
        let settled = tokio::spawn(settled(entries, id));
        let page = shown(&mut stand.cashier, &sale).await?;
        let (kept, sold) = tokio::time::timeout(SETTLED_MAX, settled).await???;
        let seen = stand.tap.seen();
        let (result, end) = (seen.result.context("no result")?, seen.completion.context("no end")?);
        times.kept.push(kept.saturating_duration_since(result));
        times.sold.push(sold.saturating_duration_since(end));
        times.shown.push(page.saturating_duration_since(end));
    }
    Ok((stand, times))
}

/// When the approval of a cart's payment was on disk, and when its sale was.
async fn settled(
    mut entries: Receiver<Arc<Entry>>,
    cart: CartId,
) -> anyhow::Result<(Instant, Instant)> {
    let mut kept = None;
    loop {
        let entry = entries.recv().await?;
        let here = Instant::now();
        let of_cart = entry.events.iter().filter_map(|event| match event {
            Event::Checkout(Sale::Intent(_, intent)) if intent.cart == cart => Some(intent.state),
            _ => None,
        });
        for state in of_cart {
            if state == State::Approved {
                kept = kept.or(Some(here));
            }
            if state == State::Captured {
                return Ok((kept.context("sold before it was approved")?, here));
            }
        }
    }
}

/// When the cashier's page said that it is sold.
async fn shown(cashier: &mut Cashier, sale: &str) -> anyhow::Result<Instant> {
    let (begun, mut seen) = (Instant::now(), String::new());
    loop {
        let told = cashier.page(&format!("{sale}/pad?seen={seen}")).await?.json()?;
        if told["standing"] == "sold" {
            return Ok(Instant::now());
        }
        ensure!(begun.elapsed() < SETTLED_MAX, "never sold: {told}");
        seen = told["seen"].as_str().unwrap_or_default().to_owned();
    }
}

/// Rounds of the pages a cashier looks at most, one after the other.
async fn looked(stand: &mut Stand) -> anyhow::Result<Pages> {
    let sale = stand.cashier.take_two(&stand.performance).await?;
    let paths = [
        "/desk/sell".to_owned(),
        format!("/desk/sell/{}", stand.performance),
        sale,
        "/desk/orders".to_owned(),
        "/desk/till".to_owned(),
        "/desk/report".to_owned(),
    ];
    let mut rounds = Pages::default();
    for _ in 0..ROUNDS {
        for (path, rounds) in paths.iter().zip(&mut rounds) {
            let looks = if path.ends_with("report") { REPORTS } else { PAGES };
            let mut times = Vec::with_capacity(looks);
            for _ in 0..looks {
                let began = Instant::now();
                let reply = stand.cashier.page(path).await?;
                ensure!(reply.status == 200, "{path} answers {}", reply.status);
                times.push(began.elapsed());
            }
            rounds.push(Tally::alone(times));
        }
    }
    Ok(rounds)
}
