//! One websocket: how many there may be, the ping, the cut of the slow and the silent.
//!
//! Knows nothing of what is sent. Next: `feed/scans.rs`, `feed/seats.rs`.

use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::request::Peer;
use crate::wording::Trouble;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often a socket is pinged.
pub(crate) const PING_EVERY: Duration = Duration::from_secs(15);
/// How long one message may take to leave.
const SEND_MAX: Duration = Duration::from_secs(10);
/// Longest message taken from a page, in bytes.
const HEARD_BYTES_MAX: usize = 1_024;
/// Messages taken from a page between two pings.
const HEARD_MAX: u32 = 10_000;
/// Seconds after which one may try again when there are too many sockets.
const RETRY_S: u32 = 15;

/// How many sockets are open, in all and by address.
#[derive(Clone)]
pub(crate) struct Sockets {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    max: usize,
    per_address_max: usize,
    metrics: Metrics,
}

/// One open socket; gives its place back when dropped.
pub(crate) struct Place {
    sockets: Sockets,
    address: IpAddr,
}

impl Sockets {
    pub fn new(limits: &Limits, metrics: Metrics) -> Sockets {
        let (max, per_address_max) = (limits.sockets_max, limits.sockets_per_address_max);
        Sockets { open: Arc::default(), max, per_address_max, metrics }
    }

    pub fn enter(&self, peer: &Peer) -> Result<Place, Trouble> {
        let address = peer.rate_address();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let here = open.get(&address).copied().unwrap_or(0);
        if all >= self.max || (here >= self.per_address_max && !peer.is_loopback()) {
            return Err(Trouble::TooMany { retry_after_s: RETRY_S });
        }
        open.insert(address, here + 1);
        self.metrics.sockets().inc();
        Ok(Place { sockets: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.sockets.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.address);
            }
        }
        self.sockets.metrics.sockets().dec();
    }
}

/// The upgrade with the sizes that a page of ours needs.
pub(crate) fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .max_message_size(HEARD_BYTES_MAX)
        .max_frame_size(HEARD_BYTES_MAX)
        .write_buffer_size(0)
        .max_write_buffer_size(1024 * 1024)
}

/// The other end is gone, too slow or too silent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gone;

/// An open socket with its clock.
pub(crate) struct Line {
    socket: WebSocket,
    ticks: Interval,
    pinged_at: Option<Instant>,
    ping_ms: u64,
    heard: u32,
    _place: Place,
}

/// What came of waiting.
pub(crate) enum Heard {
    Text(Utf8Bytes),
    /// A ping went out, an answer came back, or something that does not matter.
    Nothing,
}

impl Line {
    pub fn new(socket: WebSocket, place: Place) -> Line {
        let mut ticks = interval(PING_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Line { socket, ticks, pinged_at: None, ping_ms: 0, heard: 0, _place: place }
    }

    /// There and back, by the newest ping that was answered.
    pub fn ping_ms(&self) -> u64 {
        self.ping_ms
    }

    pub async fn send(&mut self, text: Utf8Bytes) -> Result<(), Gone> {
        self.push(Message::Text(text)).await
    }

    /// Waits for the next thing to happen on this socket; may be dropped at any time.
    pub async fn hear(&mut self) -> Result<Heard, Gone> {
        tokio::select! {
            message = self.socket.recv() => self.take(message),
            _ = self.ticks.tick() => {
                self.ping().await?;
                Ok(Heard::Nothing)
            }
        }
    }

    pub async fn close(mut self) {
        let _ = tokio::time::timeout(SEND_MAX, self.socket.send(Message::Close(None))).await;
    }

    fn take(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<Heard, Gone> {
        self.heard += 1;
        if self.heard > HEARD_MAX {
            return Err(Gone);
        }
        match message {
            Some(Ok(Message::Text(text))) => Ok(Heard::Text(text)),
            Some(Ok(Message::Pong(_))) => {
                if let Some(at) = self.pinged_at.take() {
                    self.ping_ms = u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX);
                }
                Ok(Heard::Nothing)
            }
            Some(Ok(Message::Ping(_) | Message::Binary(_))) => Ok(Heard::Nothing),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Gone),
        }
    }

    async fn ping(&mut self) -> Result<(), Gone> {
        // The last ping was never answered: nobody is there.
        if self.pinged_at.is_some() {
            return Err(Gone);
        }
        self.heard = 0;
        self.pinged_at = Some(Instant::now());
        self.push(Message::Ping(axum::body::Bytes::new())).await
    }

    async fn push(&mut self, message: Message) -> Result<(), Gone> {
        match tokio::time::timeout(SEND_MAX, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Peer {
        Peer { address: format!("{address}:5000").parse().unwrap(), tls: false }
    }

    #[test]
    fn the_eighth_socket_of_an_address_is_let_in_and_the_ninth_is_not() {
        let sockets = Sockets::new(&Limits::default(), Metrics::default());
        let mut places: Vec<Place> =
            (0..8).map(|_| sockets.enter(&peer("192.0.2.1")).unwrap()).collect();
        assert!(sockets.enter(&peer("192.0.2.1")).is_err());
        assert!(sockets.enter(&peer("192.0.2.2")).is_ok());
        places.pop();
        assert!(sockets.enter(&peer("192.0.2.1")).is_ok());
    }

    #[test]
    fn all_together_have_a_limit_for_this_machine_too() {
        let limits = Limits { sockets_max: 9, ..Limits::default() };
        let sockets = Sockets::new(&limits, Metrics::default());
        let places: Vec<Place> =
            (0..9).map(|_| sockets.enter(&peer("127.0.0.1")).unwrap()).collect();
        assert!(sockets.enter(&peer("127.0.0.1")).is_err());
        drop(places);
        assert!(sockets.enter(&peer("127.0.0.1")).is_ok());
    }
}
