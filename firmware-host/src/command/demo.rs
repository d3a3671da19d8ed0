//! `usher demo`: starts the invented venue, seeds it once, and says what to try.
//!
//! On a folder that holds a store it opens that, keeps tokens and seeds nothing. Next:
//! `demo/seed.rs`.

use crate::command::Exit;
use crate::command::serve::{self, ServeFault};
use crate::config::{Config, Purpose};
use crate::demo::seed::{self, SeedFault};
use crate::demo::{self, DemoFile, pages};
use crate::listen::{self, ListenFault};
use crate::logging;
use crate::notify::Notifier;
use crate::start::{self, Circumstances, Running};
use std::fs;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;
use usher_drivers::sim::{SimScanner, SimScannerSettings};
use usher_ledger::{Fault, performance};
use usher_rules::at::At;

/// Signals a simulated scanner may have waiting.
const HEARD_MAX: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum DemoFault {
    #[error(transparent)]
    Serve(#[from] ServeFault),
    #[error(transparent)]
    Start(#[from] start::StartFault),
    #[error(transparent)]
    Seed(#[from] SeedFault),
    #[error("{path}: {fault}")]
    State { path: String, fault: io::Error },
    #[error("--listen {address}: {fault}. Is another program there? Port 0 takes any free one")]
    Bind { address: SocketAddr, fault: io::Error },
    #[error("the demo's own configuration is wrong: {0}")]
    Config(String),
    #[error("a simulated scanner: {0}")]
    Scanner(#[from] usher_drivers::Fault),
    #[error(transparent)]
    Store(#[from] Fault),
    #[error(transparent)]
    Listen(#[from] ListenFault),
}

/// Runs the demo until a signal comes.
pub async fn run(
    listen: SocketAddr,
    state: Option<PathBuf>,
    out: &mut impl Write,
) -> Result<Exit, DemoFault> {
    let bind_fault = |fault| DemoFault::Bind { address: listen, fault };
    let listener = TcpListener::bind(listen).map_err(bind_fault)?;
    listener.set_nonblocking(true).map_err(bind_fault)?;
    let address = listener.local_addr().map_err(bind_fault)?;
    let state = state.unwrap_or_else(fresh_state);
    let state_fault = |fault| DemoFault::State { path: state.display().to_string(), fault };
    fs::create_dir_all(&state).map_err(state_fault)?;
    let state = fs::canonicalize(&state).map_err(state_fault)?;
    let mut file = DemoFile::read(&state)
        .map_err(state_fault)?
        .unwrap_or_else(|| DemoFile::fresh(&state, [rand::random(), rand::random()]));
    fs::create_dir_all(&file.mail_dir).map_err(state_fault)?;
    let config = configure(&state, address, &file).map_err(state_fault)?;
    let config = config.map_err(DemoFault::Config)?;
    logging::start(&config.log);
    let scanners = scanners(&file)?;
    let circumstances = Circumstances { credentials: None, demo: true };
    let mut running = start::open(&config, &circumstances).await?;
    // Seeded before the bank's worker looks: the seed answers its own intents.
    populate(&running, &mut file).await?;
    running.work(&config, &circumstances)?;
    file.url = format!("http://{address}");
    let bench = pages::router(pages::Bench::new(&running, scanners, &config));
    let (shop, stop) = (running.shop.clone(), running.stop.child_token());
    let serving = listen::start(&config, shop, vec![listener], bench, stop)?;
    file.write(&state).map_err(state_fault)?;
    greet(out, &state, &file, running.handle.now()).map_err(state_fault)?;
    Ok(serve::until_stopped(running, serving, &Notifier::silent()).await?)
}

fn fresh_state() -> PathBuf {
    let luck: u32 = rand::random();
    std::env::temp_dir().join(format!("usher-demo-{luck:08x}"))
}

fn configure(
    state: &Path,
    address: SocketAddr,
    file: &DemoFile,
) -> io::Result<Result<Config, String>> {
    let text = demo::config_text(state, address, file);
    fs::write(state.join("usher.toml"), &text)?;
    Ok(Config::parse(&text, Purpose::Demo).map_err(|findings| format!("{findings:?}")))
}

fn scanners(file: &DemoFile) -> Result<Vec<SimScanner>, DemoFault> {
    let mut started = Vec::with_capacity(file.scanners.len());
    for scanner in &file.scanners {
        let (heard, mut said) = mpsc::channel(HEARD_MAX);
        started.push(SimScanner::start(SimScannerSettings::at(&scanner.path), heard)?);
        // The page shows the lamp; what the scanner hears is taken so that it never waits.
        tokio::spawn(async move { while said.recv().await.is_some() {} });
    }
    Ok(started)
}

/// Seeds an empty store; otherwise leaves it as it is.
async fn populate(running: &Running, file: &mut DemoFile) -> Result<(), DemoFault> {
    let snapshot = running.handle.snapshot()?;
    let known = performance::starting(&snapshot, At(0), At(i64::MAX))?;
    drop(snapshot);
    if !known.is_empty() {
        return Ok(());
    }
    let seeded = seed::seed(&running.handle, demo::ZONE, running.handle.now()).await?;
    file.performances = seeded
        .into_iter()
        .map(|one| demo::Performance {
            id: one.id.to_string(),
            title: one.title,
            starts_at: demo::rfc3339(one.starts_at),
            about: one.about,
        })
        .collect();
    Ok(())
}

fn greet(out: &mut impl Write, state: &Path, file: &DemoFile, now: At) -> io::Result<()> {
    let url = &file.url;
    writeln!(out, "The Tidewell, Saltmere: an invented venue. Nothing here is real.\n")?;
    writeln!(out, "  Shop       {url}/")?;
    writeln!(out, "  Scan       {url}/demo      beam a ticket at a simulated scanner")?;
    writeln!(out, "  Monitor    {url}/monitor   the wall screen")?;
    writeln!(out, "  Door       {url}/door      a phone at the door")?;
    writeln!(out, "  Desk       {url}/desk      sign in with this token:")?;
    writeln!(out, "             {}\n", file.api_token)?;
    writeln!(out, "  Test card  4242 4242 4242 4242, CVV 123, December of this year or later")?;
    writeln!(out, "  Mail       as files in {}", file.mail_dir.display())?;
    for scanner in &file.scanners {
        writeln!(out, "  Scanner    {} on {}", scanner.name, scanner.path.display())?;
    }
    writeln!(out, "  State      {}\n", state.display())?;
    writeln!(out, "Try: buy two tickets for tonight, then beam one of them.")?;
    if let Some(first) = file.performances.first() {
        let over = first.starts_at < demo::rfc3339(now);
        if over {
            writeln!(out, "Tonight's performance is over. Start afresh with another --state.")?;
        }
    }
    writeln!(out, "ready {url}")?;
    out.flush()
}
