//! The gateway's errand boy: asks what open intents need asked and reports what was said.
//!
//! Its work list is `intents_open`; it reads it at start and whenever the feed rings, so it can be
//! stopped at any instant and loses nothing. Decides no outcome (`rules/checkout` does) and never
//! authorises a key twice. Next: `gateway.rs` for what can be asked.

use super::{Authorized, Charge, Gateway, Moved, Standing, by_deadline};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::{Id, JoinError, JoinSet};
use usher_ledger::{Denied, Handle, Lane, checkout};
use usher_rules::at::{At, Span};
use usher_rules::checkout::{Answer, Command as Saga, Event as SagaEvent};
use usher_rules::tender::{Intent, State};
use usher_rules::{Actor, Command, Entry, Event, Key};

/// Intents that are asked about at the same time.
pub const IN_FLIGHT_MAX: usize = 128;
/// The list is read this often even when nothing rings: clocks jump, bells are missed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Three questions in the first minute, then one every five (domain 5.8).
const QUERY_WAITS: [Span; 3] = [Span::seconds(2), Span::seconds(18), Span::seconds(40)];
const QUERY_WAIT_LAST: Span = Span::minutes(5);
/// A capture, void or report that failed is tried again after this, doubled each time.
const AGAIN_FIRST: Span = Span::seconds(5);
const AGAIN_MAX: Span = Span::minutes(15);
const DOUBLINGS_MAX: u32 = 16;
/// How often a report is offered to a busy ledger before it is left for the next look.
const REPORTS_MAX: u32 = 20;
const REPORT_AGAIN: Duration = Duration::from_millis(250);

/// The worker. One per gateway; [`Worker::run`] is its life.
#[derive(Clone)]
pub struct Worker {
    pub handle: Handle,
    pub gateway: Arc<dyn Gateway>,
    /// ISO 4217, the one currency of the box.
    pub currency: String,
}

/// What is to be asked of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Authorize,
    Query,
    Capture,
    Void,
}

/// What this process remembers of an open intent; all of it may be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Memory {
    /// The gateway may have been asked to authorise it, by us or by the process before us.
    asked: bool,
    /// Found at the start: an unknown one is asked about without waiting for its turn.
    at_once: bool,
    failures: u32,
    not_before: At,
}

/// Everything under way.
struct Rounds {
    memory: HashMap<Key, Memory>,
    flying: JoinSet<bool>,
    keys: HashMap<Id, Key>,
}

impl Worker {
    /// Works until the ledger is gone. Dropping it at any point is as safe as a power cut.
    pub async fn run(self) {
        let mut bell = self.handle.feed().entries();
        let mut rounds =
            Rounds { memory: HashMap::new(), flying: JoinSet::new(), keys: HashMap::new() };
        self.recover(&mut rounds);
        loop {
            self.look(&mut rounds);
            tokio::select! {
                Some(landed) = rounds.flying.join_next_with_id() => {
                    rounds.land(landed, self.handle.now());
                }
                rang = rings(&mut bell) => if !rang { return },
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// What the process before us left: nobody knows which of these the gateway has heard of, so
    /// none of them is authorised again; they are asked about (domain 5.8, power loss).
    fn recover(&self, rounds: &mut Rounds) {
        for (key, intent) in self.open() {
            tracing::info!(intent = %written(key), state = ?intent.state, "open intent found");
            let found = Memory { asked: true, at_once: true, ..Memory::NEW };
            rounds.memory.insert(key, found);
        }
    }

    fn look(&self, rounds: &mut Rounds) {
        let (open, now) = (self.open(), self.handle.now());
        let flying: Vec<Key> = rounds.keys.values().copied().collect();
        let listed = |key: &Key| open.iter().any(|(other, _)| other == key);
        rounds.memory.retain(|key, _| flying.contains(key) || listed(key));
        let deadline = span(self.gateway.deadline());
        for (key, intent) in open {
            if rounds.flying.len() >= IN_FLIGHT_MAX {
                return;
            }
            if flying.contains(&key) {
                continue;
            }
            let memory = rounds.memory.entry(key).or_insert(Memory::NEW);
            let Some(step) = next_step(&intent, memory, deadline, now) else {
                continue;
            };
            memory.asked = true;
            memory.at_once = false;
            let task = rounds.flying.spawn(self.clone().take(key, intent, step));
            rounds.keys.insert(task.id(), key);
        }
    }

    fn open(&self) -> Vec<(Key, Intent)> {
        let read = self.handle.snapshot().and_then(|snapshot| checkout::web_intents(&snapshot));
        read.unwrap_or_else(|fault| {
            tracing::error!(%fault, "open intents cannot be read");
            Vec::new()
        })
    }

    /// One question and one report. `false` when it must be done again.
    async fn take(self, key: Key, intent: Intent, step: Step) -> bool {
        let gateway = self.gateway.as_ref();
        match step {
            Step::Authorize => {
                let charge = Charge {
                    key: key.0,
                    amount: intent.amount,
                    currency: self.currency.clone(),
                    token: intent.token,
                };
                let said = gateway.authorize(charge);
                let said = by_deadline(gateway, said, Authorized::Unknown).await;
                self.report(key, Saga::Answered(key, authorized(said))).await
            }
            Step::Query => {
                let said = by_deadline(gateway, gateway.query(key.0), Standing::Unknown).await;
                self.report(key, Saga::Answered(key, standing(said))).await
            }
            Step::Capture => {
                let said = by_deadline(gateway, gateway.capture(key.0), Moved::Unknown).await;
                let reason = match said {
                    Moved::Done => return self.report(key, Saga::Captured(key)).await,
                    Moved::Refused { reason } => reason,
                    Moved::Unknown => "no answer".to_owned(),
                };
                tracing::error!(intent = %written(key), reason, "capture failed");
                self.report(key, Saga::CaptureFailed { intent: key, reason }).await;
                false
            }
            Step::Void => match by_deadline(gateway, gateway.void(key.0), Moved::Unknown).await {
                Moved::Done => self.report(key, Saga::Voided(key)).await,
                Moved::Refused { reason } => {
                    tracing::error!(intent = %written(key), reason, "void refused");
                    false
                }
                Moved::Unknown => false,
            },
        }
    }

    /// `false` when the ledger did not take it. A refusal is taken: the house has moved on.
    async fn report(&self, key: Key, saga: Saga) -> bool {
        for _ in 0..REPORTS_MAX {
            let command = Command::Checkout(saga.clone());
            match self.handle.ask(Lane::Till, Actor::House, None, command).await {
                Ok(_) => return true,
                Err(Denied::Refused(refusal)) => {
                    tracing::warn!(intent = %written(key), ?refusal, "gateway answer refused");
                    return true;
                }
                Err(Denied::Busy) => tokio::time::sleep(REPORT_AGAIN).await,
                Err(Denied::Bug) => return false,
            }
        }
        false
    }
}

impl Memory {
    const NEW: Memory =
        Memory { asked: false, at_once: false, failures: 0, not_before: At(i64::MIN) };
}

impl Rounds {
    fn land(&mut self, landed: Result<(Id, bool), JoinError>, now: At) {
        let (id, done) = match landed {
            Ok(landed) => landed,
            Err(fault) => {
                tracing::error!(%fault, "a question to the gateway ended badly");
                (fault.id(), false)
            }
        };
        let Some(key) = self.keys.remove(&id) else {
            return;
        };
        let Some(memory) = self.memory.get_mut(&key) else {
            return;
        };
        if done {
            memory.failures = 0;
            memory.not_before = At(i64::MIN);
        } else {
            let factor = 1i64 << memory.failures.min(DOUBLINGS_MAX);
            memory.failures = memory.failures.saturating_add(1);
            memory.not_before = now + Span(AGAIN_FIRST.0 * factor).min(AGAIN_MAX);
        }
    }
}

/// What an open intent needs now, if anything.
fn next_step(intent: &Intent, memory: &Memory, deadline: Span, now: At) -> Option<Step> {
    if now < memory.not_before {
        return None;
    }
    let since = now - intent.changed_at;
    match intent.state {
        State::Sent if !memory.asked => Some(Step::Authorize),
        // A question before the first one's deadline proves nothing: that one may still arrive.
        State::Sent => (since >= deadline).then_some(Step::Query),
        State::Unknown => {
            let place = usize::from(intent.queries.saturating_sub(1));
            let wait = QUERY_WAITS.get(place).copied().unwrap_or(QUERY_WAIT_LAST);
            (memory.at_once || since >= wait).then_some(Step::Query)
        }
        State::Approved => Some(Step::Capture),
        State::Reversing => Some(Step::Void),
        // An intent is written as Sent at once; an operator's case waits for the operator.
        State::Created | State::NeedsOperator => None,
        State::Captured
        | State::Declined
        | State::Cancelled
        | State::NotCharged
        | State::Reversed => None,
    }
}

fn authorized(said: Authorized) -> Answer {
    match said {
        Authorized::Approved { approval, reference } => Answer::Approved { approval, reference },
        Authorized::Declined { bank_text } => Answer::Declined { bank_text },
        Authorized::Unknown => Answer::NoAnswer,
    }
}

fn standing(said: Standing) -> Answer {
    match said {
        Standing::Approved { approval, reference } => Answer::Approved { approval, reference },
        Standing::Declined { bank_text } => Answer::Declined { bank_text },
        // Given back is as good as never taken.
        Standing::NeverBooked | Standing::Voided => Answer::NeverBooked,
        Standing::Unknown => Answer::NoAnswer,
    }
}

/// Waits for an entry that moved an intent, or for word that some were missed. `false` when
/// there will be no more.
async fn rings(bell: &mut Receiver<Arc<Entry>>) -> bool {
    loop {
        match bell.recv().await {
            Ok(entry) if !moves_an_intent(&entry) => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}

fn moves_an_intent(entry: &Entry) -> bool {
    let moves = |event: &Event| matches!(event, Event::Checkout(SagaEvent::Intent(..)));
    entry.events.iter().any(moves)
}

fn span(duration: Duration) -> Span {
    Span(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

fn written(key: Key) -> String {
    super::truth::hex(&key.0)
}

#[cfg(test)]
#[path = "worker_tests.rs"]
mod tests;
