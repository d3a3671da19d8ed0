//! A page that follows a pin pad: told at once when there is something new, and else after a while.
//!
//! The page says what it was told last; the answer waits until that is no more so. What wakes it is
//! the pad's face and every entry about a payment. Never holds a snapshot while it waits. Next:
//! `sell/sale.rs` and `refund.rs`, which say what is told.

use crate::request::{Need, Staff};
use crate::respond;
use crate::wording::Trouble;
use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, sleep_until};
use usher_rules::checkout::Event as Happened;
use usher_rules::view::desk::pad::Face;
use usher_rules::{Entry, Event};

/// Longest time an answer waits; shorter than what makes a payment one that nobody watches (K9).
const WAIT_MAX: Duration = Duration::from_secs(5);

/// What the pad does now, in words.
#[derive(Default, Serialize)]
pub(super) struct Told {
    /// Another one than the page shows: load it again.
    pub standing: &'static str,
    pub title: String,
    pub body: String,
    pub step: u8,
    /// Stands for all of that; the page sends it back.
    pub seen: String,
}

impl Told {
    fn mark(mut self) -> Told {
        let mut hasher = DefaultHasher::new();
        (self.standing, &self.title, &self.body, self.step).hash(&mut hasher);
        self.seen = format!("{:x}", hasher.finish());
        self
    }
}

/// What `tell` says, once it is another than what was `seen`; `face` is that of the pad.
pub(super) async fn answer<N: Need>(
    staff: &Staff<N>,
    seen: &str,
    mut face: Option<watch::Receiver<Face>>,
    tell: impl Fn() -> Result<Told, Trouble>,
) -> Result<Response, Trouble> {
    // Listening begins before the look, so that nothing is missed.
    let mut entries = staff.handle().feed().entries();
    let until = Instant::now() + WAIT_MAX;
    let told = loop {
        if let Some(face) = &mut face {
            face.mark_unchanged();
        }
        let told = tell()?.mark();
        if told.seen != seen || Instant::now() >= until {
            break told;
        }
        tokio::select! {
            () = moved(&mut face) => {}
            () = money(&mut entries) => {}
            () = sleep_until(until) => {}
        }
    };
    let mut response = Json(told).into_response();
    respond::personal(&mut response);
    Ok(response)
}

/// The pad shows something else. One that is gone never does.
async fn moved(face: &mut Option<watch::Receiver<Face>>) {
    let Some(face) = face else { return std::future::pending().await };
    if face.changed().await.is_err() {
        std::future::pending().await
    }
}

/// Something happened to a payment; or too much happened to know.
async fn money(entries: &mut broadcast::Receiver<Arc<Entry>>) {
    loop {
        match entries.recv().await {
            Ok(entry) if !entry.events.iter().any(is_payment) => {}
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

fn is_payment(event: &Event) -> bool {
    matches!(event, Event::Checkout(Happened::Intent(..)))
}
