//! The parts this program plays for itself in processes of their own: floors and odd boxes.
//!
//! Says `ready http://ADDRESS` once, then serves until its standard input ends, so that no part
//! outlives the run. Next: `peer.rs`, which starts them.

use crate::floor::web;
use crate::prompt::Prompt;
use crate::slow::Slow;
use crate::trade;
use anyhow::bail;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use usher::config::Config;
use usher::counted::Written;
use usher::start::{self, Circumstances};
use usher::{listen, venue};
use usher_cloud::gateway::worker::Worker;
use usher_drivers::sim::{SimScanner, SimScannerSettings};
use usher_listener::state::{Settings, Shop};

/// How long a sync of a poor memory card takes.
pub const SLOW_SYNC: Duration = Duration::from_millis(10);
/// Answers of the simulated scanners that nobody looks at.
const HEARD_MAX: usize = 64;

/// Plays one part until the run is over.
pub fn run(name: &str, path: &Path) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match name {
        "floor" => {
            hear(None);
            runtime.block_on(web::serve(Some(path), Duration::ZERO, ready))
        }
        "slow-floor" => {
            hear(None);
            runtime.block_on(web::serve(Some(path), SLOW_SYNC, ready))
        }
        "slow-box" => runtime.block_on(slow_box(path)),
        "checkout-box" => runtime.block_on(checkout_box(path)),
        "counted-box" => runtime.block_on(counted_box(path)),
        _ => bail!("no part {name}"),
    }
}

/// Tells whoever started this where it is.
fn ready(address: SocketAddr) {
    say(&format!("ready http://{address}"));
}

fn say(line: &str) {
    println!("{line}");
    // Nobody there to hear it: the end of the input says so next.
    let _ = std::io::stdout().flush();
}

/// Answers every line with what was written so far; ends with the input.
fn hear(written: Option<Arc<Written>>) {
    std::thread::spawn(move || {
        let mut line = String::new();
        while std::io::stdin().read_line(&mut line).is_ok_and(|count| count > 0) {
            line.clear();
            if let Some(written) = &written {
                let (bytes, syncs) = written.so_far();
                say(&format!("{bytes} {syncs}"));
            }
        }
        std::process::exit(0);
    });
}

fn bound() -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// The whole box, its devices too, with what it writes to be asked for.
async fn counted_box(folder: &Path) -> anyhow::Result<()> {
    let (listener, address) = bound()?;
    let config = trade::configuration(folder, address)?;
    let (heard, mut told) = tokio::sync::mpsc::channel(HEARD_MAX);
    let mut scanners = Vec::new();
    for (_, _, _, link) in usher::demo::SCANNERS {
        let settings = SimScannerSettings::at(folder.join(link));
        scanners.push(SimScanner::start(settings, heard.clone())?);
    }
    let running = start::start(&config, &Circumstances { credentials: None, demo: true }).await?;
    for scanner in &scanners {
        scanner.ready().await?;
    }
    hear(Some(Arc::clone(&running.written)));
    let (shop, stop) = (running.shop.clone(), running.stop.child_token());
    let serving = listen::start(&config, shop, vec![listener], axum::Router::new(), stop)?;
    ready(address);
    tokio::spawn(async move { while told.recv().await.is_some() {} });
    serving.finished().await;
    Ok(())
}

/// Ledger and listener as ever, on a disk that syncs slowly.
async fn slow_box(folder: &Path) -> anyhow::Result<()> {
    hear(None);
    let (listener, address) = bound()?;
    let config = trade::configuration(folder, address)?;
    let bare = trade::ledger(&config, |counted| Slow::new(counted, SLOW_SYNC)).await?;
    let shop = Shop::new(bare.handle.clone(), settings(&config)?);
    let stop = CancellationToken::new();
    let serving = listen::start(&config, shop, vec![listener], axum::Router::new(), stop)?;
    ready(address);
    serving.finished().await;
    Ok(())
}

/// Ledger, listener and the gateway's worker, with a bank that answers at once and no mail.
async fn checkout_box(folder: &Path) -> anyhow::Result<()> {
    hear(None);
    let (listener, address) = bound()?;
    let config = trade::configuration(folder, address)?;
    let bare = trade::ledger(&config, |counted| counted).await?;
    let (handle, currency) = (bare.handle.clone(), config.venue.currency.clone());
    tokio::spawn(Worker { handle, gateway: Arc::new(Prompt), currency }.run());
    let shop = Shop::new(bare.handle.clone(), settings(&config)?);
    let stop = CancellationToken::new();
    let serving = listen::start(&config, shop, vec![listener], axum::Router::new(), stop)?;
    ready(address);
    serving.finished().await;
    Ok(())
}

fn settings(config: &Config) -> anyhow::Result<Settings> {
    Ok(Settings {
        venue: venue::of(config),
        look: venue::look(config).map_err(anyhow::Error::msg)?,
        demo: true,
        plain_http: config.listen.plain_http,
        public_certificate: false,
        staff: venue::staff_tokens(config),
        devices: venue::device_tokens(config),
        token_for_card: None,
        limits: listen::limits(config),
    })
}
