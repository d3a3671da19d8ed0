//! The proof of the journal: once a business day, and whenever the desk asks for it.
//!
//! Replays from a snapshot on a thread of its own and waits while a door is at work, so that no
//! scan and no sale waits for it. Reports by a command; never repairs. Next: `ledger/journal.rs`.

use crate::clock;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use usher_ledger::{Denied, Fault, Handle, Lane, journal};
use usher_rules::id::ProofNo;
use usher_rules::journal::{Command as Rule, Found};
use usher_rules::{Actor, Command};

/// How often it is looked whether a proof is due.
pub const EVERY: Duration = Duration::from_secs(5);

/// Proves until `stop`.
pub async fn run(handle: Handle, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock::wait(handle.clock().as_ref(), EVERY) => {}
        }
        if let Err(fault) = round(&handle).await {
            tracing::error!(%fault, "the journal could not be proved");
            return;
        }
    }
}

/// Makes the proof that is asked for; asks for the one of a new day first.
pub async fn round(handle: &Handle) -> Result<(), Fault> {
    if handle.door_is_busy() {
        return Ok(());
    }
    if due(handle)? {
        tell(handle, Rule::AskProof).await;
    }
    let snapshot = handle.snapshot()?;
    let asked = journal::last_proof(&snapshot)?.filter(|(_, proof)| proof.done.is_none());
    let Some((no, _)) = asked else { return Ok(()) };
    let replaying = tokio::task::spawn_blocking(move || journal::replay(&snapshot));
    // The only error of joining is a bug in replaying, which was told to the log.
    let Ok(found) = replaying.await else { return Ok(()) };
    report(handle, no, found?).await;
    Ok(())
}

/// Is there an earlier day in the journal, and no proof since it ended?
fn due(handle: &Handle) -> Result<bool, Fault> {
    let snapshot = handle.snapshot()?;
    let today = handle.day_of(handle.now());
    let last = journal::last_proof(&snapshot)?;
    if last.is_some_and(|(_, proof)| proof.day >= today) {
        return Ok(false);
    }
    Ok(journal::first_day(&snapshot)?.is_some_and(|first| first < today))
}

async fn report(handle: &Handle, no: ProofNo, found: Found) {
    let (postings, wrong) = (found.postings, found.wrong);
    if wrong == 0 {
        tracing::info!(postings, "the journal makes the balances");
    } else {
        tracing::error!(postings, wrong, "the journal does not make the balances");
    }
    tell(handle, Rule::Prove(no, found)).await;
}

async fn tell(handle: &Handle, rule: Rule) {
    match handle.ask(Lane::Shop, Actor::House, None, Command::Journal(rule)).await {
        Ok(_) | Err(Denied::Refused(_) | Denied::Busy) => {}
        Err(Denied::Bug) => tracing::error!("a proof of the journal could not be written"),
    }
}
