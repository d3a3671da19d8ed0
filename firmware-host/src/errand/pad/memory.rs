//! What a pad's errand knows besides the store; all of it may be forgotten.
//!
//! Holds the payment that has the pad, those that nobody knows the outcome of, and whose a late
//! word is. Never decides. Next: `errand/pad.rs`.

use super::{batch, meaning};
use std::collections::VecDeque;
use tokio::time::Instant;
use usher_drivers::pin_pad::{Booking, IntentNo, Tender};
use usher_rules::Key;
use usher_rules::tender::Intent;
use usher_rules::tender::pad::Booking as Kept;

/// Payments whose late receipts still find them.
const RECENT_MAX: usize = 16;

/// The payment that has the pad.
pub(super) struct Current {
    pub(super) key: Key,
    pub(super) no: IntentNo,
    /// When a page last looked; none while no page said that it looks.
    pub(super) watched: Option<Instant>,
    pub(super) stopping: bool,
    /// A booking is taken back: nobody need present a card.
    pub(super) voids: bool,
}

/// A payment whose outcome must be asked for.
pub(super) struct Lost {
    pub(super) key: Key,
    pub(super) tender: Tender,
    pub(super) since: Instant,
    /// When to ask next; none while an answer is awaited.
    pub(super) due: Option<Instant>,
    /// A person was asked, too.
    pub(super) with_person: bool,
}

/// What the errand knows besides the store; all of it may be forgotten.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) newest: Option<Booking>,
    pub(super) current: Option<Current>,
    pub(super) lost: Vec<Lost>,
    pub(super) recent: VecDeque<(IntentNo, Key)>,
    /// How far the close of the batch is.
    pub(super) closing: Option<batch::Closing>,
    /// When a close that somebody wants is tried next; none is at once.
    pub(super) wish_due: Option<Instant>,
}

impl Lost {
    pub(super) fn new(key: Key, tender: Tender, with_person: bool) -> Lost {
        let now = Instant::now();
        Lost { key, tender, since: now, due: Some(now), with_person }
    }
}

impl Memory {
    /// The terminal's newest booking, as far as it told.
    pub(super) fn baseline(&self) -> Option<Kept> {
        self.newest.as_ref().map(meaning::kept)
    }

    pub(super) fn remember(&mut self, key: Key, intent: &Intent) {
        let Some(at) = &intent.pad else { return };
        self.recent.push_back((IntentNo(at.no), key));
        if self.recent.len() > RECENT_MAX {
            self.recent.pop_front();
        }
    }

    pub(super) fn key(&self, no: IntentNo) -> Option<Key> {
        self.recent.iter().rev().find(|(known, _)| *known == no).map(|(_, key)| *key)
    }
}
