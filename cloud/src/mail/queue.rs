//! The limits of the mail queue: how many letters may wait, and how long without a way out.
//!
//! Without a mail server letters wait in the store, as `doctor` and the desk say; a confirmation
//! of three days ago helps nobody, so it goes to those that wait for staff. Sends nothing. Next:
//! `worker.rs`, which does.

use std::time::Duration;
use usher_ledger::{Denied, Fault, Handle, Lane, letter};
use usher_rules::at::{At, Span};
use usher_rules::letter::Command as LetterCommand;
use usher_rules::{Actor, Command};

/// Letters that may wait to go out; the longest due beyond go to those that wait for staff.
pub const WAITING_MAX: usize = 100_000;
/// How long a letter waits for a way out that is not configured. With one, attempts are counted.
pub const WAITING_TIME_MAX: Span = Span::hours(72);
/// How often the queue is looked over.
pub const LOOK_EVERY: Duration = Duration::from_secs(60);

const NO_WAY: &str = "-- not sent: no mail server is configured, and it waited for three days. \
                      Give mail.host and mail.from, then send it again\n";
const TOO_MANY: &str = "-- not sent: more letters wait than the queue holds. Check the mail \
                        server, then send it again\n";

/// One round: letters over a limit go to those that wait for staff. Answers how many did.
pub async fn round(handle: &Handle, way_out: bool, waiting_max: usize) -> Result<usize, Fault> {
    let before = if way_out { At(i64::MIN) } else { handle.now() - WAITING_TIME_MAX };
    let over = letter::overdue(&handle.snapshot()?, before, waiting_max)?;
    let mut moved = 0;
    for letter in over {
        let row = letter::get(&handle.snapshot()?, letter)?;
        let old = row.is_some_and(|row| row.due < before);
        let transcript = if old { NO_WAY } else { TOO_MANY }.to_owned();
        let failed = LetterCommand::Failed { letter, transcript, again: None };
        let command = Command::Letter(failed);
        match handle.ask(Lane::Till, Actor::House, None, command).await {
            Ok(_) => moved += 1,
            Err(Denied::Refused(_) | Denied::Busy | Denied::Bug) => break,
        }
    }
    Ok(moved)
}

/// Looks over the queue until it is dropped.
pub async fn run(handle: Handle, way_out: bool) {
    if !way_out {
        tracing::warn!("no mail server is configured: letters wait in the store");
    }
    loop {
        match round(&handle, way_out, WAITING_MAX).await {
            Ok(0) => {}
            Ok(moved) => tracing::warn!(moved, "letters over the queue's limits wait for staff"),
            Err(fault) => tracing::error!(%fault, "the mail queue cannot be read"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
