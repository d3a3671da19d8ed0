//! `usher serve`: the real daemon, from its configuration to its last answered request.
//!
//! Speaks to the service manager: ready when it serves, pings only after a real self-check,
//! stopping when asked. Exit 3 when the store failed, so that it is started again (trust 1.7).

use crate::clock::MachineClock;
use crate::command::Exit;
use crate::config::{Config, ConfigFault, Purpose};
use crate::listen::{self, ListenFault, Serving};
use crate::logging;
use crate::notify::{self, Notifier};
use crate::start::{self, Circumstances, Running, StartFault};
use std::io;
use std::net::TcpListener;
use std::path::Path;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use usher_ledger::{Denied, Handle, Lane, events};
use usher_rules::{Actor, Command, Refusal, house};

#[derive(Debug, thiserror::Error)]
pub enum ServeFault {
    #[error(transparent)]
    Config(#[from] ConfigFault),
    #[error(transparent)]
    Start(#[from] StartFault),
    #[error(transparent)]
    Listen(#[from] ListenFault),
    #[error(transparent)]
    Notify(#[from] notify::NotifyFault),
    #[error("signals: {0}")]
    Signals(io::Error),
}

/// Listens for the wish that the program ends. Made before anybody is answered, so that a wanted
/// stop never looks like a crash.
pub struct Asked {
    terminate: Signal,
    interrupt: Signal,
}

impl Asked {
    pub fn listen() -> Result<Asked, ServeFault> {
        let hear = |kind| signal(kind).map_err(ServeFault::Signals);
        let (terminate, interrupt) =
            (hear(SignalKind::terminate())?, hear(SignalKind::interrupt())?);
        Ok(Asked { terminate, interrupt })
    }

    async fn heard(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Serves until a signal comes or the store fails.
pub async fn run(path: &Path, credentials: Option<&Path>) -> Result<Exit, ServeFault> {
    let config = Config::read(path, Purpose::Serve)?;
    logging::start(&config.log);
    let notifier = Notifier::from_environment()?;
    let mut listeners = notify::passed_listeners()?;
    if listeners.is_empty() {
        listeners = listen::bind(&config)?;
    }
    let running = match start::start(&config, &Circumstances { credentials, demo: false }).await {
        Ok(running) => running,
        Err(StartFault::Open(fault)) if fault.stays_up() => {
            return unready(&config, listeners, &fault.to_string(), &notifier).await;
        }
        Err(fault) => return Err(fault.into()),
    };
    let (shop, stop) = (running.shop.clone(), running.stop.child_token());
    let asked = Asked::listen()?;
    let serving = listen::start(&config, shop, listeners, axum::Router::new(), stop)?;
    tell(&notifier.ready("serving"));
    until_stopped(running, serving, &notifier, asked).await
}

/// Without a store: nothing is sold or scanned, and whoever asks is told what to do (trust 1.8).
async fn unready(
    config: &Config,
    listeners: Vec<TcpListener>,
    words: &str,
    notifier: &Notifier,
) -> Result<Exit, ServeFault> {
    tracing::error!(fault = words, "up, but not ready");
    let stop = CancellationToken::new();
    let mut asked = Asked::listen()?;
    let serving = listen::start_unready(config, listeners, words, stop.child_token())?;
    tell(&notifier.ready(&format!("not ready: {words}")));
    let clock = MachineClock::new();
    let feeding = async {
        if let Some(every) = notify::watchdog_interval_from_environment() {
            let alive = || async { Ok::<(), String>(()) };
            notify::feed_watchdog(notifier, &clock, every, &stop, alive).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = asked.heard() => {}
        () = feeding => {}
    }
    // A stop that was wanted is no failure, whatever was found wrong before.
    tell(&notifier.stopping());
    stop.cancel();
    serving.finished().await;
    Ok(Exit::Done)
}

/// Waits for the end, feeding the watchdog; then stops everything in order.
pub async fn until_stopped(
    running: Running,
    serving: Serving,
    notifier: &Notifier,
    mut asked: Asked,
) -> Result<Exit, ServeFault> {
    let handle = running.handle.clone();
    let watch = CancellationToken::new();
    let every = notify::watchdog_interval_from_environment();
    let feeding = async {
        if let Some(every) = every {
            let clock = handle.clock().as_ref();
            notify::feed_watchdog(notifier, clock, every, &watch, || check(&handle)).await;
        }
        std::future::pending::<()>().await;
    };
    let failed = tokio::select! {
        words = handle.ended() => Some(words),
        () = asked.heard() => None,
        () = feeding => None,
    };
    watch.cancel();
    tell(&notifier.stopping());
    if let Some(words) = failed {
        tracing::error!(fault = words, "the store failed; leaving to be started again");
        return Ok(Exit::StoreFailed);
    }
    running.closing();
    serving.finished().await;
    running.stop().await;
    Ok(Exit::Done)
}

/// Reads the store and passes once through the writer; writes nothing.
pub async fn check(handle: &Handle) -> Result<(), String> {
    let snapshot = handle.snapshot().map_err(|fault| fault.to_string())?;
    events::newest(&snapshot).map_err(|fault| fault.to_string())?;
    drop(snapshot);
    let command = Command::House(house::Command::Pulse);
    match handle.ask(Lane::Till, Actor::House, None, command).await {
        Err(Denied::Refused(Refusal::NotFound)) => Ok(()),
        answer => Err(format!("the writer answers {answer:?}")),
    }
}

fn tell(told: &Result<(), notify::NotifyFault>) {
    if let Err(fault) = told {
        tracing::warn!(%fault, "the service manager was not told");
    }
}
