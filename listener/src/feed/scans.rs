//! `/feed/scans`: every scan as one JSON message, for the monitor and the doors.
//!
//! Resumes after a number without a gap: listens first, then reads the log, then goes on live.
//! Numbers have gaps of their own, because other entries count too. Never decides anything.
//! Next: `feed/beam.rs`.

use super::LOG_PAGE_MAX;
use super::beam::{Beam, Drawn};
use super::socket::{Gone, Heard, Line, bounded};
use crate::api::scan::dispute_name;
use crate::request::{Permit, Watcher};
use crate::respond::Problem;
use crate::wording::verdict::{direction_name, reason_name, verdict_name};
use crate::wording::written;
use axum::extract::Query;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver};
use usher_ledger::{Fault, Snapshot, admission, checkout, device, events, performance, production};
use usher_rules::admission::{Event as Happened, Scan};
use usher_rules::cart::Place;
use usher_rules::id::{DeviceNo, PerformanceId, TicketId};
use usher_rules::{Entry, Event};

/// Rows a page may be waiting to have measured.
const WAITING_MAX: usize = 64;

/// A message and its number.
type Told = (u64, Utf8Bytes);

/// Sends each message to every listener. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hub {
    told: broadcast::Sender<Told>,
}

impl Hub {
    pub fn new(queue_max: usize) -> Hub {
        Hub { told: broadcast::Sender::new(queue_max.max(1)) }
    }

    /// Does anybody listen?
    pub fn heard(&self) -> bool {
        self.told.receiver_count() > 0
    }

    pub fn publish(&self, seq: u64, text: Option<Utf8Bytes>) {
        if let Some(text) = text {
            let _ = self.told.send((seq, text));
        }
    }
}

/// One scan as the monitor has it.
#[derive(Serialize)]
struct Message<'a> {
    seq: u64,
    at: String,
    verdict: &'static str,
    reason: &'static str,
    direction: &'static str,
    door: &'a str,
    device: String,
    ticket: Option<String>,
    seat: Option<String>,
    performance: Option<String>,
    title: String,
    play_code: String,
    starts_at: Option<String>,
    /// First and last name of the buyer.
    name: String,
    scan_in: Option<String>,
    scan_out: Option<String>,
    /// Inside and admitted at least once, of this performance.
    inside: Option<u32>,
    admitted: Option<u32>,
    /// The door judged it without the box and told of it afterwards; `at` is when it happened.
    offline: bool,
    /// What would have stopped it there.
    dispute: Option<&'static str>,
}

/// A scan was taken back; the counts changed.
#[derive(Serialize)]
struct TakenBack {
    seq: u64,
    at: String,
    /// Number of the scan.
    undone: u64,
    /// Nobody went through the gate.
    unpassed: bool,
    ticket: String,
    performance: String,
    inside: u32,
    admitted: u32,
}

/// Is there something in this entry that a monitor wants to hear?
pub(crate) fn tells(entry: &Entry) -> bool {
    entry.events.iter().any(|event| matches!(event, Event::Admission(_)))
}

/// The message of an entry; none if it tells of no scan.
pub(crate) fn text(snapshot: &Snapshot, entry: &Entry) -> Result<Option<Utf8Bytes>, Fault> {
    if let Some(scan) = admission::scan_in(entry) {
        return scanned(snapshot, entry, scan).map(|message| write(&message));
    }
    for event in &entry.events {
        if let Event::Admission(Happened::Undone { scan, ticket, performance, unpassed, .. }) =
            event
        {
            let counts = admission::attendance(snapshot, *performance)?;
            return Ok(write(&TakenBack {
                seq: entry.seq,
                at: written(entry.at),
                undone: *scan,
                unpassed: *unpassed,
                ticket: ticket.to_string(),
                performance: performance.to_string(),
                inside: counts.inside,
                admitted: counts.admitted,
            }));
        }
    }
    Ok(None)
}

fn write<T: Serialize>(message: &T) -> Option<Utf8Bytes> {
    serde_json::to_string(message).ok().map(Utf8Bytes::from)
}

fn scanned<'a>(snapshot: &Snapshot, entry: &Entry, scan: &'a Scan) -> Result<Message<'a>, Fault> {
    let mut message = Message {
        seq: entry.seq,
        at: written(scan.happened(entry.at)),
        verdict: verdict_name(&scan.verdict),
        reason: reason_name(&scan.verdict),
        direction: direction_name(scan.direction),
        door: &scan.door,
        device: device_name(snapshot, scan.device)?,
        ticket: scan.ticket.map(|id| id.to_string()),
        seat: None,
        performance: scan.performance.map(|id| id.to_string()),
        title: String::new(),
        play_code: String::new(),
        starts_at: None,
        name: String::new(),
        scan_in: scan.admission.as_ref().and_then(|row| row.last_in).map(written),
        scan_out: scan.admission.as_ref().and_then(|row| row.last_out).map(written),
        inside: None,
        admitted: None,
        offline: scan.offline.is_some(),
        dispute: dispute_name(scan),
    };
    if let Some(id) = scan.performance {
        fill_performance(snapshot, &mut message, id)?;
    }
    if let (Some(ticket), Some(id)) = (scan.ticket, scan.performance) {
        fill_ticket(snapshot, &mut message, ticket, id)?;
    }
    Ok(message)
}

fn fill_performance(
    snapshot: &Snapshot,
    message: &mut Message<'_>,
    id: PerformanceId,
) -> Result<(), Fault> {
    let Some(performance) = performance::get(snapshot, id)? else { return Ok(()) };
    message.starts_at = Some(written(performance.starts_at));
    if let Some(production) = production::get(snapshot, performance.production)? {
        message.title = production.title;
        message.play_code = production.code;
    }
    let counts = admission::attendance(snapshot, id)?;
    message.inside = Some(counts.inside);
    message.admitted = Some(counts.admitted);
    Ok(())
}

fn fill_ticket(
    snapshot: &Snapshot,
    message: &mut Message<'_>,
    id: TicketId,
    performance: PerformanceId,
) -> Result<(), Fault> {
    let Some(ticket) = checkout::ticket(snapshot, id)? else { return Ok(()) };
    if let Some(order) = checkout::order(snapshot, ticket.order)? {
        message.name = order.buyer.name;
    }
    if let (Place::Seat(seat), Some((_, drawn))) = (ticket.place, snapshot.staged(performance)?) {
        message.seat = drawn.plan.seat_at(seat).map(|seat| seat.guid.clone());
    }
    Ok(())
}

/// The name of a device as configured; its number if it never stood there.
pub(crate) fn device_name(snapshot: &Snapshot, no: DeviceNo) -> Result<String, Fault> {
    let row = device::get(snapshot, no)?;
    Ok(row.map_or_else(|| no.0.to_string(), |row| row.device.name))
}

#[derive(Deserialize)]
pub(crate) struct From {
    after: Option<u64>,
}

/// What a page says: which row it drew.
#[derive(Deserialize)]
struct Said {
    drawn: u64,
}

/// The route.
pub(crate) async fn scans(
    watcher: Watcher,
    from: Query<From>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let permit = watcher.into_permit();
    let place = permit.shop().feeds().sockets.enter(&permit.known().peer)?;
    let after = from.0.after;
    let lines = permit.shop().feeds().lines.clone();
    Ok(bounded(upgrade).on_upgrade(move |socket| {
        lines.track_future(async move {
            let mut line = Line::new(socket, place);
            let mut watch = Watch { told: listen(&permit), permit, sent: 0, waiting: Vec::new() };
            if watch.begin(&mut line, after).await.is_ok() {
                // However it ends, the page comes back with its number.
                let _ = watch.follow(&mut line).await;
                line.close().await;
            }
        })
    }))
}

fn listen(permit: &Permit) -> Receiver<Told> {
    permit.shop().feeds().scans.told.subscribe()
}

struct Watch {
    told: Receiver<Told>,
    permit: Permit,
    /// Number of the newest entry that this page has, or has been spared.
    sent: u64,
    waiting: Vec<Drawn>,
}

impl Watch {
    async fn begin(&mut self, line: &mut Line, after: Option<u64>) -> Result<(), Gone> {
        match after {
            Some(after) => {
                self.sent = after;
                self.catch_up(line).await
            }
            None => {
                let snapshot = self.permit.snapshot().map_err(|_| Gone)?;
                self.sent = events::newest(&snapshot).map_err(|_| Gone)?;
                Ok(())
            }
        }
    }

    /// Sends what the log holds after the number this page has.
    async fn catch_up(&mut self, line: &mut Line) -> Result<(), Gone> {
        loop {
            let (texts, newest) = self.page_of_log().map_err(|fault| {
                tracing::error!(fault = %fault, "a monitor could not read the log");
                Gone
            })?;
            if newest == self.sent {
                return Ok(());
            }
            for text in texts {
                line.send(text).await?;
            }
            self.sent = newest;
            // Others want to be served between two pages of a long log.
            tokio::task::yield_now().await;
        }
    }

    fn page_of_log(&self) -> Result<(Vec<Utf8Bytes>, u64), Fault> {
        let snapshot = self.permit.handle().snapshot()?;
        let entries = events::after(&snapshot, self.sent, LOG_PAGE_MAX)?;
        let newest = entries.last().map_or(self.sent, |entry| entry.seq);
        let told = entries.iter().filter(|entry| tells(entry));
        let texts = told.map(|entry| text(&snapshot, entry)).collect::<Result<Vec<_>, _>>()?;
        Ok((texts.into_iter().flatten().collect(), newest))
    }

    async fn follow(&mut self, line: &mut Line) -> Result<(), Gone> {
        let closing = self.permit.shop().closing().clone();
        let mut bell = self.permit.shop().feeds().beams.bell();
        loop {
            tokio::select! {
                told = self.told.recv() => match told {
                    Ok((seq, text)) if seq > self.sent => {
                        self.sent = seq;
                        line.send(text).await?;
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => {
                        self.told = listen(&self.permit);
                        self.catch_up(line).await?;
                    }
                    Err(RecvError::Closed) => return Ok(()),
                },
                heard = line.hear() => if let Heard::Text(said) = heard? {
                    self.said(line, &said);
                    self.measure(line).await?;
                },
                _ = bell.changed(), if !self.waiting.is_empty() => self.measure(line).await?,
                () = closing.cancelled() => return Ok(()),
            }
        }
    }

    fn said(&mut self, line: &Line, said: &str) {
        let Ok(Said { drawn: seq }) = serde_json::from_str(said) else { return };
        if self.waiting.len() < WAITING_MAX {
            let drawn_ms = self.permit.handle().clock().monotonic_ms();
            self.waiting.push(Drawn { seq, drawn_ms, ping_ms: line.ping_ms() });
        }
    }

    /// Tells the page how long its rows took, as far as the moment of reading is known.
    async fn measure(&mut self, line: &mut Line) -> Result<(), Gone> {
        let beams = self.permit.shop().feeds().beams.clone();
        let mut measured = Vec::new();
        self.waiting.retain(|drawn| match beams.drawn(*drawn) {
            Beam::Ms(beam_ms) => {
                measured.push(beam_ms);
                false
            }
            Beam::Never => false,
            Beam::NotYet => true,
        });
        if self.waiting.len() >= WAITING_MAX {
            self.waiting.clear();
        }
        for beam_ms in measured {
            line.send(Utf8Bytes::from(format!("{{\"beam_ms\":{beam_ms}}}"))).await?;
        }
        Ok(())
    }
}
