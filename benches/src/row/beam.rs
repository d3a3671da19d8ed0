//! Row 13: from the last byte on the line to the verdict's bytes, and from the beam to a monitor.
//!
//! A simulated scanner on a real pseudo terminal, the driver, the errand, the real store and a
//! websocket client; one process, one beam at a time. Timed from before the beam is sent, so what
//! the scanner itself takes is in the figure. Next: `usher::errand::door`.

use super::{Ground, Row, ms};
use crate::floor::commit;
use crate::monitor::Monitor;
use crate::tally::{ROUNDS, Tally, middle};
use crate::trade::{self, Trade};
use anyhow::{Context, bail};
use std::net::TcpListener;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use usher::start::{self, Circumstances};
use usher::{demo, listen};
use usher_drivers::scanner::Feedback;
use usher_drivers::sim::{Heard, Meaning, SimScanner, SimScannerSettings};

const TICKETS: u64 = 100_000;
const BEAMS: usize = 250;
const HEARD_MAX: usize = 64;
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// Between two beams at one door.
const PAUSE: Duration = Duration::from_millis(8);
/// Of the demo's scanners, the one with a lamp and no turnstile beside it.
const SCANNER: usize = 1;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let trade = Trade::copy(&ground.work, TICKETS, "beam")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut floors = Vec::new();
    for _ in 0..ROUNDS {
        floors.push(commit::alone(&ground.work, Duration::from_millis(500))?.0);
    }
    let (verdicts, rows) = runtime.block_on(beamed(&trade))?;
    drop(runtime);
    trade.drop_folder()?;
    let mut row = Row {
        no: "13",
        what: "last byte on the tty to verdict p50 / p99; beam to monitor p50 / p99".to_owned(),
        must: "p99 <= group commit + 2 ms; 100 ms",
        aim: "+ 1 ms; p50 20 ms",
        ..Row::default()
    };
    let floor = row.keep("lone_commit_p99_ms", middle(&floors, Tally::p99_ms));
    let p50 = row.keep("verdict_p50_ms", middle(&verdicts, Tally::p50_ms));
    let p99 = row.keep("verdict_p99_ms", middle(&verdicts, Tally::p99_ms));
    let row50 = row.keep("monitor_p50_ms", middle(&rows, Tally::p50_ms));
    let row99 = row.keep("monitor_p99_ms", middle(&rows, Tally::p99_ms));
    row.floor = format!("lone redb commit p99 {}", ms(floor));
    row.figure = format!("{} / {}; {} / {}", ms(p50), ms(p99), ms(row50), ms(row99));
    row.must_met = Some(p99 <= floor + 2.0 && row99 <= 100.0);
    row.aim_met = Some(p99 <= floor + 1.0 && row50 <= 20.0);
    Ok(vec![row])
}

/// Rounds of beams: verdicts back at the scanner, rows at the monitor.
async fn beamed(trade: &Trade) -> anyhow::Result<(Vec<Tally>, Vec<Tally>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let config = trade::configuration(&trade.folder, address)?;
    let (heard, mut said) = mpsc::channel(HEARD_MAX);
    let (_, _, _, link) = demo::SCANNERS[SCANNER];
    let scanner = SimScanner::start(SimScannerSettings::at(trade.folder.join(link)), heard)?;
    let running = start::start(&config, &Circumstances { credentials: None, demo: true }).await?;
    let (shop, stop) = (running.shop.clone(), running.stop.child_token());
    let serving = listen::start(&config, shop, vec![listener], axum::Router::new(), stop)?;
    scanner.ready().await?;
    let mut monitor = Monitor::open(address, &trade.tokens()?.api_token).await?;
    let mut codes = trade.stock.codes.iter();
    let (mut verdicts, mut rows) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (mut back, mut drawn) = (Vec::new(), Vec::new());
        for code in codes.by_ref().take(BEAMS) {
            let began = Instant::now();
            scanner.beam(code).await?;
            let told = tokio::time::timeout(ANSWER_MAX, monitor.scan());
            let answered = tokio::time::timeout(ANSWER_MAX, accepted(&mut said));
            let (told, answered) = tokio::join!(told, answered);
            drawn.push(told.context("the monitor heard nothing")?? - began);
            back.push(answered.context("the scanner heard nothing")?? - began);
            tokio::time::sleep(PAUSE).await;
        }
        verdicts.push(Tally::alone(back));
        rows.push(Tally::alone(drawn));
    }
    running.stop.cancel();
    serving.finished().await;
    running.stop().await;
    Ok((verdicts, rows))
}

/// When the last byte of the next verdict was back; it must be a good one.
async fn accepted(said: &mut mpsc::Receiver<Heard>) -> anyhow::Result<Instant> {
    while let Some(heard) = said.recv().await {
        match heard {
            Heard::Signal { meaning: Meaning::Signal(Feedback::Accept), at, .. } => return Ok(at),
            Heard::Signal { meaning, .. } => bail!("the scanner was told {}", meaning.word()),
            Heard::HostOpened | Heard::HostLeft | Heard::ErrorBeep => {}
        }
    }
    bail!("the scanner is gone")
}
