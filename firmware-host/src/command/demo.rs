//! `usher demo`: starts the invented venue, seeds it once, and says what to try.
//!
//! On a folder that holds a store it opens that, keeps tokens and seeds nothing. Next:
//! `demo/seed.rs`.

use crate::command::Exit;
use crate::command::serve::{self, ServeFault};
use crate::config::{Config, Purpose};
use crate::demo::pads::{PadFault, Pads};
use crate::demo::seed::{self, SeedFault};
use crate::demo::{self, DemoFile, pages, patrons, staff};
use crate::listen::{self, ListenFault, Serving};
use crate::logging;
use crate::notify::Notifier;
use crate::start::{self, Circumstances, Running};
use std::fs;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use usher_cloud::gateway::truth::TruthFault;
use usher_drivers::sim::{SimScanner, SimScannerSettings};
use usher_ledger::{Fault, performance};
use usher_rules::at::At;

/// Begins the part of the configuration that says where letters go.
const MAIL_SECTION: &str = "[mail]\n";
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
    Pad(#[from] PadFault),
    #[error(transparent)]
    Bank(#[from] TruthFault),
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
    let asked = serve::Asked::listen()?;
    let Open { running, serving, pads_dead, .. } = open(listen, state, out).await?;
    let exit = serve::until_stopped(running, serving, &Notifier::silent(), asked).await?;
    pads_dead.cancelled().await;
    Ok(exit)
}

/// A demo that takes visitors.
pub struct Open {
    pub running: Running,
    pub serving: Serving,
    pub file: DemoFile,
    /// Cancelled once the simulated pads are dead, after the box is.
    pub pads_dead: CancellationToken,
}

/// Starts everything, seeds an empty store, and says what to try.
pub async fn open(
    listen: SocketAddr,
    state: Option<PathBuf>,
    out: &mut impl Write,
) -> Result<Open, DemoFault> {
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
    let pads = Pads::start(&state, rand::random()).await?;
    let pads_dead = pads.dead();
    file.pin_pads = pads.told(&state);
    let config = configure(&state, address, &file).map_err(state_fault)?;
    let config = config.map_err(DemoFault::Config)?;
    logging::start(&config.log);
    let played = pages::Played { scanners: scanners(&file)?, pads };
    let circumstances = Circumstances { credentials: None, demo: true };
    let mut running = start::open(&config, &circumstances).await?;
    // Seeded before the bank's worker looks: the seed answers its own intents.
    populate(&running, &config, &mut file).await?;
    running.work(&config, &circumstances)?;
    file.url = format!("http://{address}");
    let bench = pages::router(pages::Bench::new(&running, played, &config, &file));
    let (shop, stop) = (running.shop.clone(), running.stop.child_token());
    let serving = listen::start(&config, shop, vec![listener], bench, stop)?;
    file.write(&state).map_err(state_fault)?;
    let over = tonight_is_over(&running, &file)?;
    greet(out, &state, &file, &config, over).map_err(state_fault)?;
    Ok(Open { running, serving, file, pads_dead })
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
    let path = state.join("usher.toml");
    let old = fs::read_to_string(&path).unwrap_or_default();
    let text = with_own_mail(demo::config_text(state, address, file), &old);
    fs::write(path, &text)?;
    Ok(Config::parse(&text, Purpose::Demo).map_err(|findings| format!("{findings:?}")))
}

/// Letters go as files, unless somebody wrote a mail server into the file of an earlier run.
fn with_own_mail(text: String, old: &str) -> String {
    let own = old.parse::<toml::Table>().ok().and_then(|table| {
        let mail = table.get("mail")?.as_table()?;
        mail.contains_key("host").then(|| toml::to_string(mail).ok())?
    });
    let parts = text.split_once(MAIL_SECTION).zip(own);
    let Some(((before, after), own)) = parts else { return text };
    let rest = after.find("\n[").map_or("", |next| &after[next..]);
    format!("{before}{MAIL_SECTION}{own}{rest}")
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
async fn populate(
    running: &Running,
    config: &Config,
    file: &mut DemoFile,
) -> Result<(), DemoFault> {
    let snapshot = running.handle.snapshot()?;
    let known = performance::starting(&snapshot, At(0), At(i64::MAX))?;
    drop(snapshot);
    if !known.is_empty() {
        return Ok(());
    }
    file.staff = staff::engage(&running.handle).await?;
    patrons::register(&running.handle).await?;
    let seeded = seed::seed(&running.handle, demo::ZONE, running.handle.now()).await?;
    let paid: Vec<_> = seeded.paid.iter().map(|(key, amount)| (key.0, *amount)).collect();
    start::bank(config, &running.handle)?.paid_before(&paid, &config.venue.currency)?;
    file.performances = seeded
        .performances
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

/// Is the performance that everything is tried on at its end? Its web sale ends with it.
fn tonight_is_over(running: &Running, file: &DemoFile) -> Result<bool, Fault> {
    let first = file.performances.first().and_then(|first| first.id.parse().ok());
    let Some(first) = first else { return Ok(false) };
    let found = performance::get(&running.handle.snapshot()?, first)?;
    let ends = found.and_then(|performance| performance.web_sale_ends);
    Ok(ends.is_some_and(|ends| ends <= running.handle.now()))
}

fn greet(
    out: &mut impl Write,
    state: &Path,
    file: &DemoFile,
    config: &Config,
    over: bool,
) -> io::Result<()> {
    let url = &file.url;
    writeln!(out, "The Tidewell, Saltmere: an invented venue. Nothing here is real.\n")?;
    writeln!(out, "  Shop       {url}/")?;
    writeln!(out, "  Scan       {url}/demo      beam a ticket at a simulated scanner")?;
    writeln!(out, "  Monitor    {url}/monitor   the wall screen")?;
    writeln!(out, "  Door       {url}/door      a phone at the door")?;
    writeln!(out, "  Pin pads   {url}/demo/pads play the customer, and see the codes of phones")?;
    writeln!(
        out,
        "  Sell       {url}/desk/sell play the cashier: sign in as `cashier`, open a till"
    )?;
    writeln!(out, "  Desk       {url}/desk      sign in as one of these, or with the token:")?;
    for one in &file.staff {
        let phone = one.totp_secret.as_deref().unwrap_or("no second step");
        writeln!(out, "             {:<11} {}  {phone}", one.login, one.password)?;
    }
    writeln!(out, "             {}", file.api_token)?;
    writeln!(
        out,
        "             (login, password, what an authenticator app is told; the code that"
    )?;
    writeln!(out, "             it would show now stands on {url}/demo/pads)\n")?;
    writeln!(out, "  Test card  4242 4242 4242 4242, CVV 123, December of this year or later")?;
    match &config.mail.host {
        Some(host) => writeln!(out, "  Mail       by {host}")?,
        None => writeln!(out, "  Mail       as files in {}", file.mail_dir.display())?,
    }
    for scanner in &file.scanners {
        writeln!(out, "  Scanner    {} on {}", scanner.name, scanner.path.display())?;
    }
    for pad in &file.pin_pads {
        let (path, tcp) = (pad.path.as_ref(), pad.tcp);
        let at = path.map(|path| path.display().to_string());
        let at = at.or(tcp.map(|address| address.to_string())).unwrap_or_default();
        writeln!(out, "  Pin pad    {}, {} on {at}", pad.name, pad.protocol)?;
    }
    writeln!(out, "  State      {}\n", state.display())?;
    writeln!(out, "Try: buy two tickets for tonight, then beam one of them.")?;
    if over {
        writeln!(out, "The first performance is over. Start afresh with another --state.")?;
    }
    writeln!(out, "ready {url}")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::with_own_mail;

    const FRESH: &str = "[log]\nlevel = \"warn\"\n\n[mail]\nfolder = \"/mail\"\n\n[gateway]\n";

    #[test]
    fn a_mail_server_of_an_earlier_file_is_kept_and_nothing_else() {
        let old = "[log]\nlevel = \"trace\"\n[mail]\nhost = \"mail.example\"\nport = 25\n";
        let text = with_own_mail(FRESH.to_owned(), old);
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["mail"].to_string(), "{ host = \"mail.example\", port = 25 }");
        assert_eq!(table["log"]["level"].as_str(), Some("warn"));
        assert!(table.contains_key("gateway"));
    }

    #[test]
    fn without_a_mail_server_letters_go_as_files() {
        for old in ["", "not toml [", FRESH, "[mail]\nfolder = \"/other\"\n"] {
            assert_eq!(with_own_mail(FRESH.to_owned(), old), FRESH);
        }
    }
}
