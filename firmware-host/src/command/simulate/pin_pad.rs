//! `usher simulate pin-pad`: a card terminal made of software, a peer on a line or in the network.
//!
//! Starts the simulated twin of `usher-drivers`, says where it is, and waits for the signal to end.
//! To the box it is a terminal and nothing else; what its bank booked stands in the truth file,
//! and what the box did wrong beside it. Next: `usher-drivers`' `sim/pin_pad.rs`.

use super::{CLOSING_MAX, unlinked};
use crate::command::Exit;
use serde::Serialize;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use usher_drivers::Fault;
use usher_drivers::sim::pin_pad::concert::{SimConcert, SimConcertSettings};
use usher_drivers::sim::pin_pad::nexo::{SimNexo, SimNexoSettings};
use usher_drivers::sim::pin_pad::script::Script;
use usher_drivers::sim::pin_pad::zvt::{Place, SimZvt, SimZvtSettings};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// ZVT, on a line or in the network.
    Zvt,
    /// nexo Retailer over TLS, in the network.
    Nexo,
    /// Concert C-E+, on a line.
    Concert,
}

#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Where the box finds the pseudo terminal.
    #[arg(long, value_name = "PATH", required_unless_present = "tcp", conflicts_with = "tcp")]
    pub link: Option<PathBuf>,
    /// Where to listen; port 0 takes any free one.
    #[arg(long, value_name = "ADDR")]
    pub tcp: Option<SocketAddr>,
    /// What the bank booked is added here, one JSON object a line, on disk before it is told. What
    /// the box does against the protocol goes to FILE.violations.
    #[arg(long, value_name = "FILE")]
    pub truth: PathBuf,
    /// One JSON object for each payment to come; without one it approves.
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// nexo: PEM of the certificate chain, leaf first. Its common name is the terminal's.
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// nexo: PEM of the certificate's key.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// nexo: the passphrase of the shared key.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// A terminal as it was asked for, every option where it belongs.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Zvt(Place),
    Nexo { listen: SocketAddr, cert: PathBuf, key: PathBuf, passphrase_file: PathBuf },
    Concert { link: PathBuf },
}

/// Where it is, in one line.
#[derive(Serialize)]
struct Ready<'a> {
    protocol: Protocol,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tcp: Option<SocketAddr>,
}

/// Runs one terminal until a signal ends it.
pub fn run(
    protocol: Protocol,
    options: Options,
    out: &mut impl Write,
    err: &mut impl Write,
) -> io::Result<Exit> {
    let (truth, script) = (options.truth.clone(), options.script.clone());
    let wish = match wish(protocol, options) {
        Ok(wish) => wish,
        Err(why) => {
            writeln!(err, "usher simulate pin-pad: {why}")?;
            return Ok(Exit::Usage);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let (handle, link, tcp) = match start(wish, truth, script.as_deref()).await {
            Ok(started) => started,
            Err(fault) => return Ok(Err(fault)),
        };
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let ready = Ready { protocol, link: link.as_deref(), tcp };
        writeln!(out, "{}", serde_json::to_string(&ready)?)?;
        out.flush()?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        drop(handle);
        if let Some(link) = &link {
            // The twin unplugs itself in its own task; a link that stays behind would lie.
            let _ = timeout(CLOSING_MAX, unlinked(link)).await;
        }
        io::Result::Ok(Ok(()))
    })?;
    runtime.shutdown_background();
    match ended {
        Ok(()) => Ok(Exit::Done),
        Err(fault) => {
            writeln!(err, "usher simulate pin-pad: {fault}")?;
            Ok(Exit::Refused)
        }
    }
}

fn wish(protocol: Protocol, options: Options) -> Result<Wish, &'static str> {
    let Options { link, tcp, cert, key, passphrase_file, .. } = options;
    if protocol != Protocol::Nexo && (cert.is_some() || key.is_some() || passphrase_file.is_some())
    {
        return Err("--cert, --key and --passphrase-file are for nexo");
    }
    match (protocol, link, tcp) {
        (Protocol::Zvt, Some(link), None) => Ok(Wish::Zvt(Place::Pty(link))),
        (Protocol::Zvt, None, Some(tcp)) => Ok(Wish::Zvt(Place::Tcp(tcp))),
        (Protocol::Concert, Some(link), None) => Ok(Wish::Concert { link }),
        (Protocol::Concert, None, Some(_)) => Err("concert is spoken on a line: give --link"),
        (Protocol::Nexo, None, Some(listen)) => match (cert, key, passphrase_file) {
            (Some(cert), Some(key), Some(passphrase_file)) => {
                Ok(Wish::Nexo { listen, cert, key, passphrase_file })
            }
            _ => Err("nexo needs --cert, --key and --passphrase-file"),
        },
        (Protocol::Nexo, Some(_), None) => Err("nexo is spoken in the network: give --tcp"),
        (_, Some(_), Some(_)) | (_, None, None) => Err("give one of --link and --tcp"),
    }
}

/// Whatever is dropped to pull the plug.
type Handle = Box<dyn Send>;

async fn start(
    wish: Wish,
    truth: PathBuf,
    script: Option<&Path>,
) -> Result<(Handle, Option<PathBuf>, Option<SocketAddr>), Fault> {
    let script = match script {
        Some(path) => Script::read(path).map_err(|error| Fault::Setting {
            key: "script",
            problem: format!("{}: {error}", path.display()),
        })?,
        None => Script::default(),
    };
    match wish {
        Wish::Zvt(place) => {
            let link = match &place {
                Place::Pty(link) => Some(link.clone()),
                Place::Tcp(_) => None,
            };
            let settings = SimZvtSettings { script, ..SimZvtSettings::new(place, truth) };
            let terminal = SimZvt::start(settings).await?;
            let address = terminal.address();
            Ok((Box::new(terminal), link, address))
        }
        Wish::Concert { link } => {
            let settings = SimConcertSettings { link: link.clone(), truth, script, pace: 1 };
            Ok((Box::new(SimConcert::start(settings)?), Some(link), None))
        }
        Wish::Nexo { listen, cert, key, passphrase_file } => {
            let settings =
                SimNexoSettings::of_certificate(listen, (cert, key), passphrase_file, truth)?;
            let terminal = SimNexo::start(settings, script).await?;
            let address = terminal.address();
            Ok((Box::new(terminal), None, Some(address)))
        }
    }
}
