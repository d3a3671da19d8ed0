//! Brings the store in line with the configuration and the clock, before anything is served.
//!
//! Settings and devices go in as commands, only when they differ; carts get back the time the box
//! was down, at most one hold time (domain 5.3). Writes nothing when nothing changed.

use crate::config::Config;
use usher_ledger::{Denied, Handle, Lane, events, house, write};
use usher_rules::at::{At, Span};
use usher_rules::{Actor, Command, device, house as rule};

/// Sends what differs. The error is words for a technician.
pub async fn settings(handle: &Handle, config: &Config) -> Result<(), String> {
    let wanted = config.house();
    let snapshot = handle.snapshot().map_err(|fault| fault.to_string())?;
    let before = write::house(&snapshot).map_err(|fault| fault.to_string())?;
    let newest = newest_at(&snapshot).map_err(|fault| fault.to_string())?;
    drop(snapshot);
    if before != wanted {
        send(handle, Command::House(rule::Command::Set(wanted.clone()))).await?;
    }
    let devices = device::Command::SetAll(config.enrolled());
    send(handle, Command::Device(devices)).await?;
    if let Some(newest) = newest {
        give_back(handle, newest, wanted.hold_time).await?;
    }
    Ok(())
}

fn newest_at(snapshot: &usher_ledger::Snapshot) -> Result<Option<At>, usher_ledger::Fault> {
    let seq = events::newest(snapshot)?;
    Ok(events::get(snapshot, seq)?.map(|entry| entry.at))
}

/// The outage is the time since the newest entry; a quiet night counts as one, which only makes
/// holds longer.
async fn give_back(handle: &Handle, newest: At, hold_time: Span) -> Result<(), String> {
    let outage = (handle.now() - newest).min(hold_time);
    let snapshot = handle.snapshot().map_err(|fault| fault.to_string())?;
    let command = rule::Command::ShiftHolds(outage);
    let facts = house::load(&snapshot, &command).map_err(|f| f.to_string())?;
    drop(snapshot);
    if outage <= Span::ZERO || facts.running.is_empty() {
        return Ok(());
    }
    tracing::info!(by_ms = outage.0, carts = facts.running.len(), "holds get the outage back");
    send(handle, Command::House(command)).await
}

async fn send(handle: &Handle, command: Command) -> Result<(), String> {
    match handle.ask(Lane::Till, Actor::House, None, command).await {
        Ok(_) => Ok(()),
        Err(Denied::Refused(refusal)) => Err(format!("{refusal:?}")),
        Err(Denied::Busy) => Err("the store stopped".to_owned()),
        Err(Denied::Bug) => Err("a rule failed; see the log".to_owned()),
    }
}
