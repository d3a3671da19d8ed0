//! Closing a pad's batch: what it has, that it is closed, what it had.
//!
//! The close is on disk before the terminal is asked for it. What became of one that nobody
//! answered is asked by the sums of the batch: a terminal that still has some did not close. What
//! is wanted closed is, as soon as the terminal is there and no payment is open at it.
//! Never compares the books: the rule does. Next: `rules/batch.rs`.

use super::{ASK_AGAIN, Memory, PadErrand, UNASKED_MAX, Wrote};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;
use usher_drivers::pin_pad::{Ask, BrandTotal};
use usher_ledger::{Denied, Lane, batch as ledger};
use usher_rules::batch::{
    Batch, BrandTotal as Kept, Command as Rule, Event as Happened, Of, State,
};
use usher_rules::id::BatchId;
use usher_rules::money::Money;
use usher_rules::view::desk::pad::Link;
use usher_rules::{Actor, Command, Entry, Event};

/// Why a close is told with sums that were read before it.
const ANSWER_LOST: &str = "the terminal closed, its answer was lost: sums read right before";

/// Between two tries to close what is wanted closed, as long as the line stays.
const WISH_AGAIN: Duration = Duration::from_secs(300);

/// How far a close is.
pub(super) enum Closing {
    /// The terminal is asked what it has.
    Before(By),
    /// The terminal is asked to close.
    Sent(BatchId),
    /// Nobody knows whether it closed: it is asked what it has now.
    Lost { batch: BatchId, why: String, since: Instant, due: Option<Instant> },
}

/// Who asks for it, and whether anybody waits.
pub(super) struct By {
    by: Actor,
    reply: Option<oneshot::Sender<Result<BatchId, Denied>>>,
}

impl By {
    /// The box, for whoever left a wish.
    const HOUSE: By = By { by: Actor::House, reply: None };

    /// Who asked may have gone; the page shows how far it is.
    fn told(self, answer: Result<BatchId, Denied>) {
        if let Some(reply) = self.reply {
            let _ = reply.send(answer);
        }
    }
}

impl Closing {
    fn lost(batch: BatchId, why: String) -> Closing {
        let now = Instant::now();
        Closing::Lost { batch, why, since: now, due: Some(now) }
    }
}

impl Memory {
    /// The line is there again.
    pub(super) fn ask_about_batch(&mut self, now: Instant) {
        self.wish_due = None;
        if let Some(Closing::Lost { due, .. }) = &mut self.closing {
            *due = Some(now);
        }
    }
}

impl PadErrand {
    /// A close that the process before us began.
    pub(super) async fn take_up_batch(&self, memory: &mut Memory) {
        let Some((batch, row)) = self.batch().filter(|(_, row)| row.state == State::Closing) else {
            return;
        };
        let why = "the box was started anew".to_owned();
        tracing::warn!(pad = self.pad.0, %batch, since = row.opened_at.0, "a close was under way");
        match self.closes_batches {
            true => memory.closing = Some(Closing::lost(batch, why)),
            false => self.by_our_books(batch).await,
        }
    }

    fn batch(&self) -> Option<(BatchId, Batch)> {
        let read = self.handle.snapshot();
        read.and_then(|snapshot| ledger::running(&snapshot, Of::Pad(self.pad))).unwrap_or_else(
            |fault| {
                tracing::error!(%fault, pad = self.pad.0, "the batch of a pad cannot be read");
                None
            },
        )
    }

    pub(super) async fn close_batch(
        &self,
        by: Actor,
        reply: oneshot::Sender<Result<BatchId, Denied>>,
        memory: &mut Memory,
    ) {
        let who = By { by, reply: Some(reply) };
        if !self.closes_batches {
            if let Some(batch) = self.begin_close(who, None).await {
                self.by_our_books(batch).await;
            }
            return;
        }
        // A close runs already, or nobody could hear of this one.
        if memory.closing.is_some() || !self.is_up() {
            who.told(Err(Denied::Busy));
            return;
        }
        memory.closing = Some(Closing::Before(who));
        self.ask(Ask::Totals).await;
    }

    /// Closes what somebody wants closed. A payment that runs here, or that nobody knows the end
    /// of, goes first.
    pub(super) async fn look_at_wish(&self, now: Instant, memory: &mut Memory) {
        let waits = memory.wish_due.is_some_and(|due| due > now);
        if waits || memory.closing.is_some() || (self.closes_batches && !self.is_up()) {
            return;
        }
        let wanted = |row: &Batch| row.wish.is_some() && row.state == State::Open;
        let Some((batch, _)) = self.batch().filter(|(_, row)| wanted(row)) else { return };
        if memory.current.is_some() || !self.open().is_empty() {
            return;
        }
        memory.wish_due = Some(now + WISH_AGAIN);
        tracing::info!(pad = self.pad.0, %batch, "closing a batch that is wanted closed");
        if self.closes_batches {
            memory.closing = Some(Closing::Before(By::HOUSE));
            self.ask(Ask::Totals).await;
        } else if let Some(batch) = self.begin_close(By::HOUSE, None).await {
            self.by_our_books(batch).await;
        }
    }

    fn is_up(&self) -> bool {
        matches!(self.face.borrow().link, Link::Up { .. })
    }

    /// The protocol has no word for it (pin-pads 4.2, 5.3): our own books, and said so.
    async fn by_our_books(&self, batch: BatchId) {
        let why = "the terminal has no word for its sums: close its batch by hand".to_owned();
        self.written(Command::Batch(Rule::Unreconciled { batch, why })).await;
    }

    async fn begin_close(&self, who: By, before: Option<Vec<Kept>>) -> Option<BatchId> {
        let command = Command::Batch(Rule::Close { pad: self.pad, before });
        let asked = self.handle.ask(Lane::Till, who.by.clone(), None, command).await;
        let begun = asked.and_then(|entry| batch_in(&entry).ok_or(Denied::Bug));
        let batch = begun.as_ref().ok().copied();
        who.told(begun);
        batch
    }

    pub(super) async fn totals(&self, totals: &[BrandTotal], memory: &mut Memory) {
        match memory.closing.take() {
            Some(Closing::Before(who)) => self.send_close(who, Some(kept(totals)), memory).await,
            Some(Closing::Lost { batch, why, .. }) => self.found(batch, why, totals, memory).await,
            Some(sent @ Closing::Sent(_)) => memory.closing = Some(sent),
            None => {}
        }
    }

    async fn send_close(&self, who: By, before: Option<Vec<Kept>>, memory: &mut Memory) {
        match self.begin_close(who, before).await {
            Some(batch) => {
                memory.closing = Some(Closing::Sent(batch));
                self.ask(Ask::CloseBatch).await;
            }
            // A payment came first: what is wanted closed is looked at again soon.
            None => memory.wish_due = Some(Instant::now() + ASK_AGAIN),
        }
    }

    /// What a terminal has after a close that nobody answered.
    async fn found(&self, batch: BatchId, why: String, totals: &[BrandTotal], memory: &mut Memory) {
        if totals.iter().any(|one| one.count > 0) {
            self.written(Command::Batch(Rule::NotClosed { batch, why })).await;
            return;
        }
        let row = self.batch().filter(|(id, _)| *id == batch).map(|(_, row)| row);
        let before = row.and_then(|row| row.closing).and_then(|closing| closing.before);
        let command = match before {
            Some(totals) => {
                let why = format!("{ANSWER_LOST} ({why})");
                Rule::Closed { batch, totals, receipt: Vec::new(), why }
            }
            None => Rule::Undecided { batch, why },
        };
        memory.newest = None;
        self.written(Command::Batch(command)).await;
    }

    pub(super) async fn batch_closed(
        &self,
        totals: &[BrandTotal],
        receipt: Vec<String>,
        memory: &mut Memory,
    ) {
        let batch = match memory.closing.take() {
            Some(Closing::Sent(batch) | Closing::Lost { batch, .. }) => batch,
            other => {
                memory.closing = other;
                return;
            }
        };
        // What was its newest booking is settled now, and no measure of a payment to come.
        memory.newest = None;
        let totals = kept(totals);
        let closed = Rule::Closed { batch, totals, receipt, why: String::new() };
        if self.written(Command::Batch(closed)).await == Wrote::Not {
            tracing::error!(pad = self.pad.0, %batch, "a close could not be written");
        }
    }

    /// Sums or close did not work.
    pub(super) async fn batch_failed(&self, why: String, memory: &mut Memory) {
        match memory.closing.take() {
            // A terminal that does not tell the sums of an open batch may close it all the same.
            Some(Closing::Before(who)) if self.is_up() => self.send_close(who, None, memory).await,
            Some(Closing::Before(who)) => who.told(Err(Denied::Busy)),
            Some(Closing::Sent(batch)) => {
                memory.closing = Some(Closing::lost(batch, why));
                self.look_at_batch(Instant::now(), memory).await;
            }
            Some(Closing::Lost { batch, why: first, since, .. }) => {
                let due = Some(Instant::now() + ASK_AGAIN);
                memory.closing = Some(Closing::Lost { batch, why: first, since, due });
            }
            None => {}
        }
    }

    /// Asks for what nobody knows; after a while a person must look at the terminal.
    pub(super) async fn look_at_batch(&self, now: Instant, memory: &mut Memory) {
        let up = self.is_up();
        let Some(Closing::Lost { batch, why, since, due }) = &mut memory.closing else { return };
        if since.elapsed() >= UNASKED_MAX {
            let (batch, why) = (*batch, std::mem::take(why));
            memory.closing = None;
            self.written(Command::Batch(Rule::Undecided { batch, why })).await;
            return;
        }
        if up && due.is_some_and(|due| due <= now) {
            *due = None;
            self.ask(Ask::Totals).await;
        }
    }
}

/// Sums in the words of the house.
fn kept(totals: &[BrandTotal]) -> Vec<Kept> {
    let one = |one: &BrandTotal| Kept {
        brand: one.brand.clone(),
        count: one.count,
        sum: Money(one.sum_minor),
    };
    totals.iter().map(one).collect()
}

/// The batch whose close an entry began.
fn batch_in(entry: &Entry) -> Option<BatchId> {
    entry.events.iter().find_map(|event| match event {
        Event::Batch(Happened::Closing(id, _)) => Some(*id),
        _ => None,
    })
}
