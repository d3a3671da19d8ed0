//! Live feeds over websockets: one follower turns entries into text, once for all listeners.
//!
//! A listener first listens, then reads the log, then goes on live, so nothing falls between. A
//! slow one is cut or catches up; it never slows the house. Next: `feed/scans.rs`,
//! `feed/seats.rs`.

pub(crate) mod beam;
pub(crate) mod scans;
pub(crate) mod seats;
pub(crate) mod socket;

use crate::changes::Changes;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::wording::verdict;
use beam::Beams;
use socket::Sockets;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use usher_ledger::feed::Notice;
use usher_ledger::{Fault, Handle, admission, events};
use usher_rules::Entry;

/// Entries read from the log at once.
pub(crate) const LOG_PAGE_MAX: usize = 500;

/// Everything that is followed.
pub(crate) struct Feeds {
    pub scans: scans::Hub,
    pub seats: seats::Hub,
    pub beams: Beams,
    pub sockets: Sockets,
    /// Sockets being served, so that their goodbyes can be awaited.
    pub lines: TaskTracker,
}

struct Follower {
    handle: Handle,
    changes: Arc<Changes>,
    metrics: Metrics,
    scans: scans::Hub,
    seats: seats::Hub,
    /// Number of the newest entry taken up.
    seen: u64,
}

impl Feeds {
    /// Starts following; ends when `closing` is cancelled.
    pub fn start(
        handle: &Handle,
        limits: &Limits,
        changes: &Arc<Changes>,
        metrics: &Metrics,
        closing: &CancellationToken,
    ) -> Feeds {
        let scans = scans::Hub::new(limits.socket_queue_max);
        let seats = seats::Hub::new(limits.socket_queue_max);
        let beams = Beams::new(metrics.clone());
        // Listening begins before the newest number is read, so that no entry is missed.
        let entries = handle.feed().entries();
        let seen = handle.snapshot().and_then(|snapshot| events::newest(&snapshot)).unwrap_or(0);
        changes.all(seen);
        let follower = Follower {
            handle: handle.clone(),
            changes: Arc::clone(changes),
            metrics: metrics.clone(),
            scans: scans.clone(),
            seats: seats.clone(),
            seen,
        };
        tokio::spawn(follower.run(entries, closing.clone()));
        tokio::spawn(notices(handle.feed().notices(), beams.clone(), closing.clone()));
        let sockets = Sockets::new(limits, metrics.clone());
        Feeds { scans, seats, beams, sockets, lines: TaskTracker::new() }
    }
}

impl Follower {
    async fn run(
        mut self,
        mut entries: tokio::sync::broadcast::Receiver<Arc<Entry>>,
        closing: CancellationToken,
    ) {
        loop {
            let heard = tokio::select! {
                heard = entries.recv() => heard,
                () = closing.cancelled() => return,
            };
            match heard {
                Ok(entry) => self.take(&entry),
                Err(RecvError::Lagged(_)) => {
                    if let Err(fault) = self.catch_up() {
                        tracing::error!(fault = %fault, "the feeds could not catch up");
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// Reads what was missed from the log, in order.
    fn catch_up(&mut self) -> Result<(), Fault> {
        loop {
            let snapshot = self.handle.snapshot()?;
            let missed = events::after(&snapshot, self.seen, LOG_PAGE_MAX)?;
            if missed.is_empty() {
                return Ok(());
            }
            for entry in &missed {
                self.take(entry);
            }
        }
    }

    fn take(&mut self, entry: &Entry) {
        if entry.seq <= self.seen {
            return;
        }
        self.seen = entry.seq;
        self.changes.hear(entry);
        self.seats.publish(entry);
        if let Some(scan) = admission::scan_in(entry) {
            self.metrics.scanned(verdict::verdict_name(&scan.verdict));
        }
        if self.scans.heard() && scans::tells(entry) {
            let text = self.handle.snapshot().and_then(|snapshot| scans::text(&snapshot, entry));
            match text {
                Ok(text) => self.scans.publish(entry.seq, text),
                Err(fault) => tracing::error!(fault = %fault, "a scan could not be told"),
            }
        }
    }
}

async fn notices(
    mut notices: tokio::sync::broadcast::Receiver<Notice>,
    beams: Beams,
    closing: CancellationToken,
) {
    loop {
        let heard = tokio::select! {
            heard = notices.recv() => heard,
            () = closing.cancelled() => return,
        };
        match heard {
            Ok(Notice::Beam { seq, read_ms, .. }) => beams.read(seq, read_ms),
            Ok(Notice::Health { .. } | Notice::Lamp { .. }) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}
