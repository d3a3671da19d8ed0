//! The heart: one thread that loads, lets a rule decide, applies, and commits a whole batch.
//!
//! Group commit without a timer: whoever waits while one commit runs goes into the next. Answers
//! and feed come only after the commit (trust 1.1). Never acts outside the store. Next:
//! `dispatch.rs` for what happens to one ask.

use crate::dispatch::{self, Setting};
use crate::feed::Feed;
use crate::handle::Denied;
use crate::plan::Plans;
use crate::queue::{BATCH_MAX, Queues};
use crate::requests::Requests;
use crate::write::{Memory, Write};
use crate::{Fault, events, stored};
use redb::{Database, Durability};
use sha2::{Digest, Sha256};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tokio::sync::{oneshot, watch};
use usher_rules::at::At;
use usher_rules::{Actor, Ask, BusinessDay, Command, Entry, Key, Once, Refusal};

/// Tells the time to the writer; never goes back (trust 1.10).
pub type Now = Box<dyn Fn() -> At + Send>;
/// Business day of a moment, in venue time.
pub type DayOf = Box<dyn Fn(At) -> BusinessDay + Send>;
/// Thirty-two random bytes.
pub type Luck = Box<dyn Fn() -> [u8; 32] + Send>;

/// An ask that waits for its answer.
#[derive(Debug)]
pub struct Pending {
    pub request: Option<Key>,
    pub by: Actor,
    pub command: Command,
    pub answer: oneshot::Sender<Result<Arc<Entry>, Denied>>,
}

/// Everything the thread owns.
pub struct Writer {
    pub store: Arc<Database>,
    pub queues: Arc<Queues<Pending>>,
    pub plans: Plans,
    pub setting: Arc<Setting>,
    pub feed: Feed,
    pub requests: Requests,
    pub now: Now,
    pub day_of: DayOf,
    pub luck: Luck,
    /// Has words when the thread has ended; with a fault the process must follow.
    pub ended: watch::Sender<Option<String>>,
}

enum Outcome {
    Accepted(Arc<Entry>),
    Repeated(Arc<Entry>),
    Denied(Denied),
}

impl Writer {
    /// Serves until the queues are closed, or until the store fails (trust 1.7).
    pub fn run(self) {
        let ended = self.ended.clone();
        let words = self.serve_all();
        ended.send_replace(Some(words));
    }

    /// Returns why it ended; the store is let go of by then, so that the next one can have it.
    fn serve_all(mut self) -> String {
        let requests = std::mem::take(&mut self.requests);
        let mut memory = Memory { requests, ..Memory::default() };
        loop {
            let Some(batch) = self.queues.take() else {
                return String::new();
            };
            if let Err((fault, rest)) = self.serve(batch, &mut memory) {
                let waiting = self.queues.drain();
                for pending in rest.into_iter().chain(waiting) {
                    let _ = pending.answer.send(Err(Denied::Busy));
                }
                tracing::error!(fault = %fault, "the store failed; the box stops and starts again");
                return fault.to_string();
            }
        }
    }

    fn serve(
        &self,
        mut batch: Vec<Pending>,
        memory: &mut Memory,
    ) -> Result<(), (Fault, Vec<Pending>)> {
        match self.attempt(&mut batch, BATCH_MAX, memory) {
            Ok(outcomes) => {
                self.answer(batch, outcomes);
                Ok(())
            }
            Err(Fault::Changed(what)) => {
                memory.undo();
                tracing::error!(what, asks = batch.len(), "a batch is decided again one by one");
                self.one_by_one(batch, memory)
            }
            Err(fault) => Err((fault, batch)),
        }
    }

    /// After a bug in one of them: each alone, so that only the guilty one fails.
    fn one_by_one(
        &self,
        batch: Vec<Pending>,
        memory: &mut Memory,
    ) -> Result<(), (Fault, Vec<Pending>)> {
        let mut rest = batch.into_iter();
        while let Some(pending) = rest.next() {
            let mut alone = vec![pending];
            match self.attempt(&mut alone, 1, memory) {
                Ok(outcomes) => self.answer(alone, outcomes),
                Err(Fault::Changed(_)) => {
                    memory.undo();
                    self.answer(alone, vec![Outcome::Denied(Denied::Bug)]);
                }
                Err(fault) => return Err((fault, alone.into_iter().chain(rest).collect())),
            }
        }
        Ok(())
    }

    /// One transaction for the whole batch, and for who comes to a door or till meanwhile: so many
    /// at most.
    fn attempt(
        &self,
        batch: &mut Vec<Pending>,
        asks_max: usize,
        memory: &mut Memory,
    ) -> Result<Vec<Outcome>, Fault> {
        let mut txn = self.store.begin_write()?;
        txn.set_durability(Durability::Immediate).map_err(|fault| Fault::Row(fault.to_string()))?;
        let newest = events::newest(&txn)?;
        let mut write = Write::begin(&txn, &self.plans, memory, newest + 1)?;
        let mut outcomes = Vec::with_capacity(batch.len());
        while let Some(pending) = batch.get(outcomes.len()) {
            outcomes.push(self.decide(pending, &mut write)?);
            if outcomes.len() == batch.len() {
                self.queues.join(batch, asks_max);
            }
        }
        let changed = write.seq > newest + 1;
        drop(write);
        if changed {
            txn.commit()?;
            memory.requests.keep();
        } else {
            txn.abort()?;
        }
        Ok(outcomes)
    }

    fn decide(&self, pending: &Pending, write: &mut Write) -> Result<Outcome, Fault> {
        let once = pending.request.map(|key| Once { key, command: digest(&pending.command) });
        if let Some(once) = once
            && let Some(seq) = write.memory.requests.answered(once.key)
        {
            return repeated(write, once, seq);
        }
        let at = (self.now)();
        let ask = Ask { by: pending.by.clone(), at, day: (self.day_of)(at), random: (self.luck)() };
        let decided = catch_unwind(AssertUnwindSafe(|| {
            dispatch::decide(write, &self.setting, &pending.command, &ask)
        }));
        let Ok(decided) = decided else {
            tracing::error!(seq = write.seq, "a rule failed; its command is refused");
            return Ok(Outcome::Denied(Denied::Bug));
        };
        let events = match decided? {
            Ok(events) => events,
            Err(refusal) => return Ok(Outcome::Denied(Denied::Refused(refusal))),
        };
        let entry = Entry { seq: write.seq, at, once, by: ask.by, events };
        dispatch::apply(write, &entry)?;
        if let Some(once) = once {
            write.memory.requests.note(at, once.key, entry.seq);
        }
        write.seq = entry.seq + 1;
        Ok(Outcome::Accepted(Arc::new(entry)))
    }

    fn answer(&self, batch: Vec<Pending>, outcomes: Vec<Outcome>) {
        let mut happened = Vec::with_capacity(batch.len());
        for (pending, outcome) in batch.into_iter().zip(outcomes) {
            // An asker that went away has its answer in the store.
            let _ = match outcome {
                Outcome::Accepted(entry) => {
                    happened.push(Arc::clone(&entry));
                    pending.answer.send(Ok(entry))
                }
                Outcome::Repeated(entry) => pending.answer.send(Ok(entry)),
                Outcome::Denied(denied) => pending.answer.send(Err(denied)),
            };
        }
        // Who waits at a door comes before who looks on.
        for entry in happened {
            self.feed.publish(entry);
        }
    }
}

/// The answer that a key had, unless it asks for something else this time.
fn repeated(write: &mut Write, once: Once, seq: u64) -> Result<Outcome, Fault> {
    write.leave_door();
    let entry = events::get(write.txn, seq)?.ok_or(Fault::Changed("an entry that is gone"))?;
    Ok(if entry.once == Some(once) {
        Outcome::Repeated(Arc::new(entry))
    } else {
        Outcome::Denied(Denied::Refused(Refusal::KeyReused))
    })
}

/// What tells two commands under one request key apart.
fn digest(command: &Command) -> Key {
    let whole: [u8; 32] = Sha256::digest(stored::bytes(command)).into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    Key(half)
}
