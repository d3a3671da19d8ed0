//! A ZVT terminal made of software, on a pseudo terminal or a TCP port.
//! Holds its settings, the handle that tests and the demo use, and the loop over connections.
//! Shares nothing with the driver's codec. What the box does wrong is collected for tests.
//! Next: `zvt/terminal.rs` (what it does), `zvt/wire.rs` (its bytes).

mod bank;
mod record;
mod terminal;
mod wire;

use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::bank::Bank;
use self::terminal::Terminal;
use self::wire::{Socket, Wire};
use super::books;
use super::customer::{Customer, Pace, pair};
use super::script::Script;
use super::violation::Violations;
use crate::Fault;
use crate::sim::pty::Pty;

/// Where the box finds the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A link to a pseudo terminal; frames.
    Pty(PathBuf),
    /// An address to listen on; port 0 takes a free one. Bare APDUs.
    Tcp(SocketAddr),
}

/// How receipts come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Paper {
    #[default]
    Blocks,
    /// Line by line, the last one marked.
    Lines,
    /// Line by line without a mark.
    PlainLines,
    MerchantOnly,
}

/// What a repeat receipt gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Repeat {
    #[default]
    Record,
    TextOnly,
    Bare,
    Refused,
}

#[derive(Debug, Clone)]
pub struct SimZvtSettings {
    pub place: Place,
    pub truth: PathBuf,
    pub script: Script,
    /// Eight digits.
    pub terminal_id: u32,
    pub password: u32,
    /// As it tells it when it is asked who it is; empty: it does not tell.
    pub serial: String,
    /// ISO 4217 numeric; `None` is that of the box that registers.
    pub currency: Option<u16>,
    pub paper: Paper,
    pub customer_first: bool,
    pub repeat: Repeat,
    /// Closes a refused payment with 06 0F in place of 06 1E.
    pub completes_refusals: bool,
    /// Number of the first booking in an empty ledger.
    pub first_receipt: u32,
    pub answer_ms: u64,
    pub block_ms: u64,
}

impl SimZvtSettings {
    pub fn new(place: Place, truth: impl Into<PathBuf>) -> SimZvtSettings {
        SimZvtSettings {
            place,
            truth: truth.into(),
            script: Script::default(),
            terminal_id: 52_523_535,
            password: 0,
            serial: "123456".to_owned(),
            currency: None,
            paper: Paper::default(),
            customer_first: false,
            repeat: Repeat::default(),
            completes_refusals: false,
            first_receipt: 231,
            answer_ms: 5_000,
            block_ms: 1_000,
        }
    }
}

/// The handle of a running terminal. Dropping it pulls the plug.
#[derive(Debug)]
pub struct SimZvt {
    stop: CancellationToken,
    dead: CancellationToken,
    task: Option<JoinHandle<()>>,
    violations: Violations,
    address: Option<SocketAddr>,
}

impl SimZvt {
    /// Switches it on. It reads what an earlier run of it booked.
    pub async fn start(settings: SimZvtSettings) -> Result<SimZvt, Fault> {
        SimZvt::switch_on(settings, |terminal| terminal).await
    }

    /// The same, played by a person: its script is not looked at.
    pub async fn start_by_hand(
        settings: SimZvtSettings,
        pace: Pace,
    ) -> Result<(SimZvt, Customer), Fault> {
        let (customer, hand, cable) = pair(pace);
        let sim = SimZvt::switch_on(settings, |terminal| terminal.by_hand(hand, cable)).await?;
        Ok((sim, customer))
    }

    async fn switch_on(
        settings: SimZvtSettings,
        played: impl FnOnce(Terminal) -> Terminal,
    ) -> Result<SimZvt, Fault> {
        let (truth, violations) = books(&settings.truth)?;
        let stop = CancellationToken::new();
        let listener = match &settings.place {
            Place::Tcp(address) => Some(listen(*address).await?),
            Place::Pty(_) => None,
        };
        let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let bank = Bank::new(truth, settings.first_receipt);
        let place = settings.place.clone();
        let terminal = played(Terminal::new(settings, bank, violations.clone()));
        let first = match &place {
            Place::Pty(link) => Some(Pty::open(link)?),
            Place::Tcp(_) => None,
        };
        let (ended, dead) = (stop.clone(), CancellationToken::new());
        let death = dead.clone().drop_guard();
        let task = tokio::spawn(async move {
            let _death = death;
            ended.run_until_cancelled(live(terminal, place, listener, first)).await;
        });
        Ok(SimZvt { stop, dead, task: Some(task), violations, address })
    }

    /// Where it listens, when it does.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// What the box did that the protocol does not allow.
    pub fn violations(&self) -> Vec<String> {
        self.violations.all()
    }

    /// Cancelled once it is dead: dropped, it may live for a moment and hold its line.
    pub fn dead(&self) -> CancellationToken {
        self.dead.clone()
    }

    /// Pulls the plug and waits until it is dead.
    pub async fn kill(mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take() {
            // A terminal that fell over is as dead as one that was killed.
            let _ = task.await;
        }
    }
}

impl Drop for SimZvt {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Fault> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| Fault::setting("listen", format!("{address}: {error}")))
}

/// One connection after the other, for ever.
async fn live(
    mut terminal: Terminal,
    place: Place,
    listener: Option<TcpListener>,
    mut first: Option<Pty>,
) {
    loop {
        terminal.plugged().await;
        let socket = match (&place, &listener) {
            (Place::Pty(link), _) => match first.take().map_or_else(|| Pty::open(link), Ok) {
                Ok(pty) => Socket::Pty(Box::new(pty)),
                Err(why) => {
                    tracing::warn!(%why, "simulated terminal cannot plug in");
                    return;
                }
            },
            (Place::Tcp(_), Some(listener)) => match listener.accept().await {
                Ok((stream, _)) => {
                    // Without it words are late, but they come.
                    let _ = stream.set_nodelay(true);
                    Socket::Tcp(stream)
                }
                Err(_) => continue,
            },
            (Place::Tcp(_), None) => return,
        };
        terminal.serve(Wire::new(socket, terminal.block_ms())).await;
    }
}
