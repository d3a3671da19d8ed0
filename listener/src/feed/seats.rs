//! `/feed/seats`: public seat states of one performance, as they change.
//!
//! One message per commit and performance, built once for all listeners. Shows the four public
//! states and nothing else: who holds a seat is nobody's business. Next: `api/performance.rs`,
//! which answers the same to a page that polls.

use super::socket::{Gone, Heard, Line, bounded};
use crate::request::{Anyone, Permit};
use crate::respond::Problem;
use crate::wording::Trouble;
use axum::extract::Query;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::response::Response;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver};
use usher_ledger::events::{self, Entity};
use usher_ledger::{Fault, Snapshot, performance};
use usher_rules::cart::{self, Line as CartLine, Place};
use usher_rules::checkout::Event as Sale;
use usher_rules::id::{PerformanceId, SeatNo};
use usher_rules::performance::Event as Staged;
use usher_rules::{Entry, Event, hold};

/// Entries a listener may be behind before it is told to reload.
pub(crate) const BEHIND_MAX: usize = 1_000;
/// Performances followed at once.
const FOLLOWED_MAX: usize = 1_024;

/// What the public may know of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Free,
    Held,
    Sold,
    Unavailable,
}

impl Seen {
    pub fn name(self) -> &'static str {
        match self {
            Seen::Free => "free",
            Seen::Held => "held",
            Seen::Sold => "sold",
            Seen::Unavailable => "unavailable",
        }
    }
}

/// What an entry did to the seats of one performance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    pub seats: BTreeMap<SeatNo, Seen>,
    /// More than seats changed: the plan itself, or prices.
    pub reload: bool,
}

/// What an entry did to the seats of each performance it touched.
pub(crate) fn moved(entry: &Entry) -> HashMap<PerformanceId, Moved> {
    let mut all: HashMap<PerformanceId, Moved> = HashMap::new();
    for event in &entry.events {
        moved_by(event, &mut all);
    }
    all
}

fn moved_by(event: &Event, all: &mut HashMap<PerformanceId, Moved>) {
    let mut put = |id: PerformanceId, seat: SeatNo, seen: Seen| {
        all.entry(id).or_default().seats.insert(seat, seen);
    };
    let mut put_lines = |lines: &[CartLine], seen: Seen| {
        for line in lines {
            if let Place::Seat(seat) = line.place {
                put(line.performance, seat, seen);
            }
        }
    };
    match event {
        Event::Hold(hold::Event::Held { lines, .. }) => put_lines(lines, Seen::Held),
        Event::Hold(hold::Event::Released { lines, .. }) => put_lines(lines, Seen::Free),
        Event::Checkout(Sale::Sold { order, .. }) => put_lines(&order.lines, Seen::Sold),
        Event::Cart(cart::Event::Closed { freed, .. })
        | Event::Checkout(Sale::Refunded { freed, .. } | Sale::Exchanged { freed, .. }) => {
            for (id, place) in freed {
                if let Place::Seat(seat) = place {
                    put(*id, *seat, Seen::Free);
                }
            }
        }
        Event::Performance(event) => moved_by_staff(event, all),
        Event::Cart(
            cart::Event::Opened(..)
            | cart::Event::Touched { .. }
            | cart::Event::Deleted(_)
            | cart::Event::Forced { .. }
            | cart::Event::Logged { .. },
        )
        | Event::Checkout(
            Sale::Intent(..)
            | Sale::CartMoved { .. }
            | Sale::BuyerNamed(..)
            | Sale::Posted(..)
            | Sale::PaymentMoved(..)
            | Sale::LinesLost(..)
            | Sale::RefundBegun(..)
            | Sale::ExchangeLeft(..)
            | Sale::PaymentMade(..)
            | Sale::PaymentBegun(..)
            | Sale::Orphaned(..)
            | Sale::OrphanSeen(..),
        )
        | Event::House(_)
        | Event::Production(_)
        | Event::Admission(_)
        | Event::Letter(_)
        | Event::Session(_)
        | Event::Staff(_)
        | Event::Till(_)
        | Event::Journal(_)
        | Event::Batch(_)
        | Event::EndOfDay(_)
        | Event::Patron(_)
        | Event::Device(_) => {}
    }
}

fn moved_by_staff(event: &Staged, all: &mut HashMap<PerformanceId, Moved>) {
    let mut put = |id: PerformanceId, seats: &[SeatNo], seen: Seen| {
        all.entry(id).or_default().seats.extend(seats.iter().map(|seat| (*seat, seen)));
    };
    match event {
        Staged::Killed(id, seats) | Staged::StaffHeld { performance: id, seats, .. } => {
            put(*id, seats, Seen::Unavailable);
        }
        Staged::Revived(id, seats) | Staged::StaffHoldEnded(id, seats) => {
            put(*id, seats, Seen::Free);
        }
        Staged::Put(id, _)
        | Staged::PlanAdopted { performance: id, .. }
        | Staged::Cancelled(id, _) => all.entry(*id).or_default().reload = true,
        Staged::PlanImported { .. } => {}
    }
}

/// The message; none when nothing that is seen changed.
fn text(seq: u64, moved: &Moved) -> Option<Utf8Bytes> {
    if moved.reload {
        return Some(reload(seq));
    }
    if moved.seats.is_empty() {
        return None;
    }
    let pairs: Vec<String> =
        moved.seats.iter().map(|(no, seen)| format!("[{},\"{}\"]", no.0, seen.name())).collect();
    Some(Utf8Bytes::from(format!("{{\"seq\":{seq},\"seats\":[{}]}}", pairs.join(","))))
}

fn reload(seq: u64) -> Utf8Bytes {
    Utf8Bytes::from(format!("{{\"seq\":{seq},\"reload\":true,\"seats\":[]}}"))
}

type Told = (u64, Utf8Bytes);
type Channels = HashMap<PerformanceId, broadcast::Sender<Told>>;

/// Sends each message to the listeners of its performance. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hub {
    channels: Arc<Mutex<Channels>>,
    queue_max: usize,
}

impl Hub {
    pub fn new(queue_max: usize) -> Hub {
        Hub { channels: Arc::default(), queue_max: queue_max.max(1) }
    }

    /// Builds the messages of an entry, for performances that somebody listens to.
    pub fn publish(&self, entry: &Entry) {
        if self.lock().is_empty() {
            return;
        }
        for (id, moved) in moved(entry) {
            let mut channels = self.lock();
            let Some(channel) = channels.get(&id) else { continue };
            if channel.receiver_count() == 0 {
                channels.remove(&id);
            } else if let Some(text) = text(entry.seq, &moved) {
                let _ = channel.send((entry.seq, text));
            }
        }
    }

    fn listen(&self, id: PerformanceId) -> Receiver<Told> {
        let mut channels = self.lock();
        if channels.len() >= FOLLOWED_MAX {
            channels.retain(|_, channel| channel.receiver_count() > 0);
        }
        let queue_max = self.queue_max;
        channels.entry(id).or_insert_with(|| broadcast::Sender::new(queue_max)).subscribe()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Channels> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What happened to the seats of a performance after a number.
pub(crate) enum Since {
    /// Changed seats as they are now, and the number up to which that holds.
    Changed { seq: u64, entries: Vec<Entry> },
    /// Too much, or something else: read it all again.
    Reload { seq: u64 },
}

pub(crate) fn since(snapshot: &Snapshot, id: PerformanceId, after: u64) -> Result<Since, Fault> {
    let seq = events::newest(snapshot)?;
    if after > seq {
        return Ok(Since::Reload { seq });
    }
    let newer = after + 1..u64::MAX;
    let max = BEHIND_MAX + 1;
    let entries = events::about(snapshot, Entity::Inventory, Some(id.0), &newer, max)?;
    if entries.len() > BEHIND_MAX {
        return Ok(Since::Reload { seq });
    }
    Ok(Since::Changed { seq, entries })
}

#[derive(Deserialize)]
pub(crate) struct From {
    performance: String,
    after: Option<u64>,
}

/// The route.
pub(crate) async fn seats(
    anyone: Anyone,
    from: Query<From>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let permit = anyone.into_permit();
    let id: PerformanceId = from.0.performance.parse().map_err(|()| Trouble::not_found())?;
    let known = performance::get(&permit.snapshot()?, id).map_err(Trouble::from)?;
    known.ok_or_else(Trouble::not_found)?;
    let place = permit.shop().feeds().sockets.enter(&permit.known().peer)?;
    let after = from.0.after;
    let lines = permit.shop().feeds().lines.clone();
    Ok(bounded(upgrade).on_upgrade(move |socket| {
        lines.track_future(async move {
            let mut line = Line::new(socket, place);
            let told = permit.shop().feeds().seats.listen(id);
            let mut watch = Watch { told, permit, id, sent: 0 };
            if watch.begin(&mut line, after).await.is_ok() {
                let _ = watch.follow(&mut line).await;
                line.close().await;
            }
        })
    }))
}

struct Watch {
    told: Receiver<Told>,
    permit: Permit,
    id: PerformanceId,
    sent: u64,
}

impl Watch {
    async fn begin(&mut self, line: &mut Line, after: Option<u64>) -> Result<(), Gone> {
        let snapshot = self.permit.snapshot().map_err(|_| Gone)?;
        let newest = events::newest(&snapshot).map_err(|_| Gone)?;
        drop(snapshot);
        self.sent = after.unwrap_or(newest);
        self.catch_up(line).await
    }

    async fn catch_up(&mut self, line: &mut Line) -> Result<(), Gone> {
        let since = self.permit.handle().snapshot();
        let since = since.and_then(|snapshot| since_of(&snapshot, self.id, self.sent));
        let (texts, seq) = since.map_err(|fault| {
            tracing::error!(fault = %fault, "a seat map could not read the log");
            Gone
        })?;
        for text in texts {
            line.send(text).await?;
        }
        self.sent = seq;
        Ok(())
    }

    async fn follow(&mut self, line: &mut Line) -> Result<(), Gone> {
        let closing = self.permit.shop().closing().clone();
        loop {
            tokio::select! {
                told = self.told.recv() => match told {
                    Ok((seq, text)) if seq > self.sent => {
                        self.sent = seq;
                        line.send(text).await?;
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => {
                        self.told = self.permit.shop().feeds().seats.listen(self.id);
                        self.catch_up(line).await?;
                    }
                    Err(RecvError::Closed) => return Ok(()),
                },
                // A page has nothing to say here; it is only heard so that its end is noticed.
                heard = line.hear() => match heard? {
                    Heard::Text(_) | Heard::Nothing => {}
                },
                () = closing.cancelled() => return Ok(()),
            }
        }
    }
}

fn since_of(
    snapshot: &Snapshot,
    id: PerformanceId,
    after: u64,
) -> Result<(Vec<Utf8Bytes>, u64), Fault> {
    Ok(match since(snapshot, id, after)? {
        Since::Reload { seq } => (vec![reload(seq)], seq),
        Since::Changed { seq, entries } => {
            let texts = entries.iter().filter_map(|entry| {
                let moved = moved(entry).remove(&id)?;
                text(entry.seq, &moved)
            });
            (texts.collect(), seq)
        }
    })
}
