//! The sweeper: ends holds and sessions whose time is up, cancels what is overdue if the house says
//! so, gives time back when a clock jumped.
//!
//! Looks every five seconds at what a snapshot says is due and sends one command each; the rule
//! decides. Idle, it writes nothing. Never frees a seat itself (domain 5.3).

use crate::clock::{self, JumpWatch};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use usher_ledger::{Denied, Fault, Handle, Lane, cart, payment, session};
use usher_rules::at::Span;
use usher_rules::id::CartId;
use usher_rules::{
    Actor, Command, cart as rule, checkout, house, payment as payment_rule, session as session_rule,
};

/// How often holds are looked at (domain 5.3).
pub const EVERY: Duration = Duration::from_secs(5);

/// How often old sessions are looked for: that reads them all.
pub const SESSIONS_EVERY: Span = Span::minutes(10);

/// How often overdue orders are looked for: that reads all that owe something.
pub const OVERDUE_EVERY: Span = Span::minutes(5);

/// Sweeps until `stop`.
pub async fn run(handle: Handle, stop: CancellationToken) {
    let mut jumps = JumpWatch::new(handle.now(), handle.clock().monotonic_ms());
    let (mut sessions_ms, mut overdue_ms) = (0, 0);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock::wait(handle.clock().as_ref(), EVERY) => {}
        }
        if let Some(by) = jumps.look(handle.now(), handle.clock().monotonic_ms()) {
            shift(&handle, by).await;
        }
        let mut swept = round(&handle).await;
        let now_ms = handle.clock().monotonic_ms();
        if swept.is_ok() && now_ms >= sessions_ms {
            sessions_ms = now_ms + SESSIONS_EVERY.0.unsigned_abs();
            swept = sessions(&handle).await;
        }
        if swept.is_ok() && now_ms >= overdue_ms {
            overdue_ms = now_ms + OVERDUE_EVERY.0.unsigned_abs();
            swept = overdue(&handle).await;
        }
        if let Err(fault) = swept {
            tracing::error!(%fault, "the sweeper could not read the store");
            return;
        }
    }
}

/// One round over everything that is due now.
pub async fn round(handle: &Handle) -> Result<(), Fault> {
    let now = handle.now();
    let snapshot = handle.snapshot()?;
    let due = cart::due(&snapshot, now)?;
    let hold_time = usher_ledger::write::house(&snapshot)?.hold_time;
    drop(snapshot);
    for id in due {
        let seen = handle.seen(id);
        let alive = seen.is_some_and(|seen| seen + hold_time > now);
        let command = match seen {
            Some(seen) if alive => rule::Command::Touch { cart: id, seen },
            _ => rule::Command::Expire { cart: id, seen },
        };
        send(handle, id, command).await;
    }
    Ok(())
}

/// Ends the sessions that have lived their time, some in each commit.
pub async fn sessions(handle: &Handle) -> Result<(), Fault> {
    loop {
        let (snapshot, now) = (handle.snapshot()?, handle.now());
        let reading = tokio::task::spawn_blocking(move || session::aged(&snapshot, now));
        // The only error of joining is a bug in reading, which was told to the log.
        let Ok(sessions) = reading.await else { return Ok(()) };
        let sessions = sessions?;
        if sessions.is_empty() {
            return Ok(());
        }
        let command = Command::Session(session_rule::Command::EndAged { sessions });
        if let Err(denied) = handle.ask(Lane::Till, Actor::House, None, command).await {
            tracing::debug!(?denied, "old sessions stay until the next look");
            return Ok(());
        }
    }
}

/// Cancels what was not paid up in time, if the house does so; the rule decides on each order.
pub async fn overdue(handle: &Handle) -> Result<(), Fault> {
    let snapshot = handle.snapshot()?;
    let Some(after) = usher_ledger::write::house(&snapshot)?.cancel_overdue_after else {
        return Ok(());
    };
    let today = handle.day_of(handle.now());
    let reading =
        tokio::task::spawn_blocking(move || payment::overdue(&snapshot, after, today)).await;
    // The only error of joining is a bug in reading, which was told to the log.
    let Ok(orders) = reading else { return Ok(()) };
    for order in orders? {
        let command = payment_rule::Command::CancelOverdue(order);
        let command = Command::Checkout(checkout::Command::Payment(command));
        match handle.ask(Lane::Till, Actor::House, None, command).await {
            Ok(_) => tracing::info!(%order, "cancelled: it was not paid up in time"),
            Err(Denied::Refused(refusal)) => {
                tracing::debug!(%order, ?refusal, "overdue, and not cancelled");
            }
            Err(Denied::Busy) => return Ok(()),
            Err(Denied::Bug) => tracing::error!(%order, "an overdue order cannot be cancelled"),
        }
    }
    Ok(())
}

async fn send(handle: &Handle, id: CartId, command: rule::Command) {
    let expires = matches!(command, rule::Command::Expire { .. });
    match handle.ask(Lane::Till, Actor::House, None, Command::Cart(command)).await {
        Ok(_) if expires => handle.forget(id),
        Ok(_) | Err(Denied::Refused(_) | Denied::Busy) => {}
        Err(Denied::Bug) => tracing::error!(cart = %id, "a hold could not be ended"),
    }
}

/// The time of the house stepped ahead: every hold moves with it (domain 5.3). Back it never goes.
pub async fn shift(handle: &Handle, by: Span) {
    tracing::warn!(by_ms = by.0, "the wall clock jumped; holds move with it");
    let command = Command::House(house::Command::ShiftHolds(by));
    if let Err(denied) = handle.ask(Lane::Till, Actor::House, None, command).await {
        tracing::error!(?denied, "holds could not be moved with the clock");
    }
}
