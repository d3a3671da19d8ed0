//! The gateway's errand boy: asks what open intents need asked and reports what was said.
//!
//! Its work list is `intents_open`; it reads it at start and whenever the feed rings, so it can be
//! stopped at any instant and loses nothing. Decides no outcome (`rules/checkout` does) and never
//! authorises a key twice. Next: `gateway.rs` for what can be asked.

use super::settle::{self, Wanted};
use super::{Authorized, Charge, Gateway, Moved, Refund, Returned, Standing, by_deadline};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::{Id, JoinError, JoinSet};
use usher_ledger::{Denied, Handle, Lane, checkout};
use usher_rules::at::{At, Span};
use usher_rules::batch::Event as AtBatch;
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
pub(super) enum Step {
    Authorize,
    Query,
    Capture,
    Void,
    Refund,
    /// What became of a refund; one that the gateway never heard of is asked for again.
    FindRefund,
    /// Of the batch: what is in it.
    Totals,
    /// Of the batch: send it to the bank, or tell what was sent.
    Settle,
    /// Of the batch: it is not closed after all.
    LeaveOpen,
}

impl Step {
    /// Changes what the gateway has in its batch.
    fn moves(self) -> bool {
        match self {
            Step::Capture | Step::Refund | Step::FindRefund => true,
            Step::Authorize
            | Step::Query
            | Step::Void
            | Step::Totals
            | Step::Settle
            | Step::LeaveOpen => false,
        }
    }
}

/// How a question ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Landed {
    Done,
    /// It is known that nothing happened; to be tried again.
    Not,
    /// It may have happened and our books may not know.
    Doubt,
}

/// What this process remembers of an open intent; all of it may be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Memory {
    /// The gateway may have been asked to authorise it, by us or by the process before us.
    asked: bool,
    /// Found at the start: an unknown one is asked about without waiting for its turn.
    at_once: bool,
    /// A capture or a refund of it was asked for, and its outcome is not in the books.
    doubt: bool,
    failures: u32,
    not_before: At,
}

/// Everything under way.
struct Rounds {
    memory: HashMap<Key, Memory>,
    flying: JoinSet<Landed>,
    keys: HashMap<Id, (Key, Step)>,
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
            let doubt = intent.state == State::Approved || intent.back.is_some();
            let found = Memory { asked: true, at_once: true, doubt, ..Memory::NEW };
            rounds.memory.insert(key, found);
        }
    }

    fn look(&self, rounds: &mut Rounds) {
        let (open, closing, now) = (self.open(), self.closing(), self.handle.now());
        let flying: Vec<Key> = rounds.keys.values().map(|(key, _)| *key).collect();
        let settlement = closing.as_ref().map(Wanted::key);
        let listed =
            |key: &Key| settlement == Some(*key) || open.iter().any(|(other, _)| other == key);
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
            if step.moves() && closing.as_ref().is_some_and(|close| close.settling || !memory.doubt)
            {
                continue;
            }
            memory.asked = true;
            memory.at_once = false;
            memory.doubt |= step.moves();
            let task = rounds.flying.spawn(self.clone().take(key, intent, step));
            rounds.keys.insert(task.id(), (key, step));
        }
        if let Some(wanted) = closing {
            self.look_at_batch(rounds, wanted, now);
        }
    }

    /// The next question about the batch, once nothing is in doubt.
    fn look_at_batch(&self, rounds: &mut Rounds, wanted: Wanted, now: At) {
        let key = wanted.key();
        if rounds.keys.values().any(|(other, _)| *other == key) {
            return;
        }
        let doubt = rounds.memory.values().any(|memory| memory.doubt);
        let memory = rounds.memory.entry(key).or_insert(Memory::NEW);
        if now < memory.not_before {
            return;
        }
        let Some(step) = wanted.step(doubt, now) else { return };
        let worker = self.clone();
        let asks = async move {
            if worker.close(&wanted, step).await { Landed::Done } else { Landed::Not }
        };
        let task = rounds.flying.spawn(asks);
        rounds.keys.insert(task.id(), (key, step));
    }

    fn open(&self) -> Vec<(Key, Intent)> {
        let read = self.handle.snapshot().and_then(|snapshot| checkout::web_intents(&snapshot));
        read.unwrap_or_else(|fault| {
            tracing::error!(%fault, "open intents cannot be read");
            Vec::new()
        })
    }

    /// One question and one report.
    async fn take(self, key: Key, intent: Intent, step: Step) -> Landed {
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
            Step::Capture => self.capture(key).await,
            Step::Void => match by_deadline(gateway, gateway.void(key.0), Moved::Unknown).await {
                Moved::Done => self.report(key, Saga::Voided(key)).await,
                Moved::Refused { reason } => {
                    tracing::error!(intent = %written(key), reason, "void refused");
                    Landed::Not
                }
                Moved::Unknown => Landed::Not,
            },
            Step::Refund | Step::FindRefund => self.give_back(key, &intent, step).await,
            // Of the batch, and asked for there.
            Step::Totals | Step::Settle | Step::LeaveOpen => Landed::Done,
        }
    }

    async fn capture(&self, key: Key) -> Landed {
        let gateway = self.gateway.as_ref();
        let said = by_deadline(gateway, gateway.capture(key.0), Moved::Unknown).await;
        let (reason, failed) = match said {
            Moved::Done => return self.report(key, Saga::Captured(key)).await,
            Moved::Refused { reason } => (reason, Landed::Not),
            Moved::Unknown => ("no answer".to_owned(), Landed::Doubt),
        };
        tracing::error!(intent = %written(key), reason, "capture failed");
        self.report(key, Saga::CaptureFailed { intent: key, reason }).await;
        failed
    }

    /// Its key makes it one refund, however often it is asked for.
    async fn give_back(&self, key: Key, intent: &Intent, step: Step) -> Landed {
        let gateway = self.gateway.as_ref();
        let paid = intent.refunding().and_then(|refunding| refunding.to);
        let Some(charge) = paid.map(|paid| paid.0) else {
            tracing::error!(intent = %written(key), "a refund of no charge");
            return Landed::Not;
        };
        let mut said = Returned::NeverAsked;
        if step == Step::FindRefund {
            let asked = gateway.query_refund(key.0);
            said = by_deadline(gateway, asked, Returned::Unknown).await;
        }
        if said == Returned::NeverAsked {
            let refund = Refund { key: key.0, charge, amount: intent.amount };
            said = by_deadline(gateway, gateway.refund(refund), Returned::Unknown).await;
        }
        let unknown = said == Returned::Unknown;
        let landed = self.report(key, Saga::Answered(key, returned(said))).await;
        if unknown { Landed::Doubt } else { landed }
    }

    /// A refusal is taken: the house has moved on.
    async fn report(&self, key: Key, saga: Saga) -> Landed {
        match self.told(&written(key), Command::Checkout(saga)).await {
            true => Landed::Done,
            false => Landed::Doubt,
        }
    }

    /// `false` when the ledger did not take it.
    pub(super) async fn told(&self, about: &str, command: Command) -> bool {
        for _ in 0..REPORTS_MAX {
            match self.handle.ask(Lane::Till, Actor::House, None, command.clone()).await {
                Ok(_) => return true,
                Err(Denied::Refused(refusal)) => {
                    tracing::warn!(about, ?refusal, "gateway answer refused");
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
    const NEW: Memory = Memory {
        asked: false,
        at_once: false,
        doubt: false,
        failures: 0,
        not_before: At(i64::MIN),
    };
}

impl Rounds {
    fn land(&mut self, landed: Result<(Id, Landed), JoinError>, now: At) {
        let (id, landed) = match landed {
            Ok(landed) => landed,
            Err(fault) => {
                tracing::error!(%fault, "a question to the gateway ended badly");
                (fault.id(), Landed::Doubt)
            }
        };
        let Some((key, step)) = self.keys.remove(&id) else {
            return;
        };
        let Some(memory) = self.memory.get_mut(&key) else {
            return;
        };
        if step.moves() {
            memory.doubt = landed == Landed::Doubt;
        }
        // How often a refund is asked about, its own row says.
        let paced = matches!(step, Step::Refund | Step::FindRefund);
        if landed == Landed::Done || (paced && landed == Landed::Doubt) {
            memory.failures = 0;
            memory.not_before = At(i64::MIN);
        } else {
            let max = if step == Step::Settle { settle::AGAIN_MAX } else { AGAIN_MAX };
            let factor = 1i64 << memory.failures.min(DOUBLINGS_MAX);
            memory.failures = memory.failures.saturating_add(1);
            memory.not_before = now + Span(AGAIN_FIRST.0 * factor).min(max);
        }
    }
}

/// What an open intent needs now, if anything.
fn next_step(intent: &Intent, memory: &Memory, deadline: Span, now: At) -> Option<Step> {
    if now < memory.not_before {
        return None;
    }
    let since = now - intent.changed_at;
    if intent.back.is_some() {
        return next_of_refund(intent, memory, deadline, now);
    }
    match intent.state {
        State::Sent if !memory.asked => Some(Step::Authorize),
        // A question before the first one's deadline proves nothing: that one may still arrive.
        State::Sent => (since >= deadline).then_some(Step::Query),
        State::Unknown => (memory.at_once || since >= query_wait(intent)).then_some(Step::Query),
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

/// The same of a refund. While a person may decide it the gateway is asked on, unless it said so.
fn next_of_refund(intent: &Intent, memory: &Memory, deadline: Span, now: At) -> Option<Step> {
    let since = now - intent.changed_at;
    match intent.state {
        State::Sent if !memory.asked => Some(Step::Refund),
        State::Sent => (memory.at_once || since >= deadline).then_some(Step::FindRefund),
        State::NeedsOperator if !intent.reference.is_empty() => None,
        State::Unknown | State::NeedsOperator => {
            (memory.at_once || since >= query_wait(intent)).then_some(Step::FindRefund)
        }
        State::Created
        | State::Approved
        | State::Reversing
        | State::Captured
        | State::Declined
        | State::Cancelled
        | State::NotCharged
        | State::Reversed => None,
    }
}

fn query_wait(intent: &Intent) -> Span {
    let place = usize::from(intent.queries.saturating_sub(1));
    QUERY_WAITS.get(place).copied().unwrap_or(QUERY_WAIT_LAST)
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

fn returned(said: Returned) -> Answer {
    match said {
        Returned::Done { reference } => Answer::Approved { approval: String::new(), reference },
        Returned::Refused { reason } => Answer::Declined { bank_text: reason },
        Returned::NeverAsked => Answer::NeverBooked,
        Returned::Unknown => Answer::NoAnswer,
    }
}

/// Waits for an entry that moved an intent or asks for a close, or for word that some were missed.
/// `false` when there will be no more.
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
    let moves = |event: &Event| {
        let close = |event: &AtBatch| matches!(event, AtBatch::Closing(..));
        match event {
            Event::Checkout(event) => matches!(event, SagaEvent::Intent(..)),
            Event::Batch(event) => close(event),
            _ => false,
        }
    };
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
