//! One pin pad's errand: orders of the desk in, what the terminal tells to the ledger, in order.
//!
//! Keeps the persistence points of pin-pads 2: `Sent` is on disk before the first byte leaves, an
//! outcome before the terminal hears that it was understood. Asks for every outcome nobody knows
//! until it is settled. One payment at a time. Never decides what an outcome means: the rule does.
//! Next: `errand/pad/meaning.rs`, `rules/checkout/pad.rs`, `listener/pad.rs`.

mod batch;
mod exchanged;
mod meaning;
mod memory;

use memory::{Current, Lost, Memory};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use usher_drivers::pin_pad::{
    Alarm, Ask, Booking, Currency, Finding, Identity, IntentNo, Kind, ORPHAN, Outcome, PinPadEvent,
    Receipt,
};
use usher_ledger::{Denied, Handle, Lane, checkout};
use usher_listener::pad::{Order, Wanted};
use usher_rules::checkout::pad::Command as Pad;
use usher_rules::checkout::{Command as Sale, Event as SaleEvent};
use usher_rules::id::PadNo;
use usher_rules::payment::Command as Payment;
use usher_rules::refund::Command as Refund;
use usher_rules::tender::exchanged::Exchanged;
use usher_rules::tender::{Intent, State};
use usher_rules::view::desk::pad::{Face, Link, Running, Stage};
use usher_rules::{Actor, Command, Entry, Event, Key, Refusal};

/// Events of a pad that may wait for its errand.
pub const EVENTS_MAX: usize = 64;
/// Asks that may wait for a pad.
pub const ASKS_MAX: usize = usher_drivers::pin_pad::task::ASKS_MAX;
/// A payment that nobody looks at any more is stopped: its till may be gone (K9).
const UNWATCHED_MAX: Duration = Duration::from_secs(20);
/// An outcome is asked for again after this, as long as the terminal cannot say.
const ASK_AGAIN: Duration = Duration::from_secs(5);
/// After this a person is asked as well; the box goes on asking the terminal.
const UNASKED_MAX: Duration = Duration::from_secs(120);
/// A write that the ledger could not take is tried again after this, until it is taken.
const WRITE_AGAIN: Duration = Duration::from_millis(250);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What an errand works with.
pub struct PadErrand {
    pub handle: Handle,
    pub pad: PadNo,
    pub currency: Currency,
    /// Its protocol has words for closing a batch.
    pub closes_batches: bool,
    /// It can take its newest booking back without the card.
    pub voids: bool,
    /// What stands on its back, if somebody noted it.
    pub serial_number: Option<String>,
    pub asks: mpsc::Sender<Ask>,
    pub face: watch::Sender<Face>,
}

/// What became of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrote {
    Now,
    /// It is on disk already, or changes nothing any more.
    Before,
    Not,
}

impl PadErrand {
    /// Serves a pad until its task ends or nobody can give orders any more.
    pub async fn run(
        self,
        mut events: mpsc::Receiver<PinPadEvent>,
        mut orders: mpsc::Receiver<Order>,
    ) {
        let mut memory = Memory::default();
        self.take_up(&mut memory).await;
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // What the terminal tells goes first: it waits for our word.
                biased;
                event = events.recv() => match event {
                    Some(event) => self.event(event, &mut memory).await,
                    None => return,
                },
                order = orders.recv() => match order {
                    Some(order) => self.order(order, &mut memory).await,
                    None => return,
                },
                _ = look.tick() => self.look(&mut memory).await,
            }
        }
    }

    /// What the process before us left: nobody knows which payments the terminal has heard of.
    async fn take_up(&self, memory: &mut Memory) {
        for (key, intent) in self.open() {
            if matches!(intent.state, State::Created | State::Sent | State::Approved) {
                let why = "the box was started anew".to_owned();
                self.write(Pad::Lost { intent: key, why }).await;
            }
        }
        for (key, intent) in self.open() {
            memory.remember(key, &intent);
            if let Some(tender) = meaning::tender(&intent, self.currency) {
                let with_person = intent.state == State::NeedsOperator;
                tracing::warn!(pad = self.pad.0, no = tender.intent.0, "open payment found");
                memory.lost.push(Lost::new(key, tender, with_person));
            }
        }
        self.take_up_batch(memory).await;
    }

    fn open(&self) -> Vec<(Key, Intent)> {
        let read = self.handle.snapshot();
        read.and_then(|snapshot| checkout::pad_intents(&snapshot, self.pad)).unwrap_or_else(
            |fault| {
                tracing::error!(%fault, pad = self.pad.0, "open payments cannot be read");
                Vec::new()
            },
        )
    }

    async fn order(&self, order: Order, memory: &mut Memory) {
        match order {
            Order::Pay { by, wanted, reply } => {
                let Wanted { cart, buyer, shown, cash, deposit, keyed } = wanted;
                let (pad, baseline) = (self.pad, memory.baseline());
                let command = Pad::Begin { cart, pad, buyer, shown, baseline, cash, deposit };
                self.begin(by, Sale::Pad(command), keyed, reply, memory).await;
            }
            Order::Refund { by, wanted, reply } => {
                let (baseline, voids) = (memory.baseline().map(Box::new), self.voids);
                let command = Refund::AtPad { wanted, baseline, voids };
                self.begin(by, Sale::Refund(command), false, reply, memory).await;
            }
            Order::Towards { by, wanted, reply } => {
                let (pad, baseline) = (self.pad, memory.baseline());
                let command = Payment::AtPad { wanted, pad, baseline };
                self.begin(by, Sale::Payment(command), false, reply, memory).await;
            }
            Order::Abort(key) => self.abort(key, memory).await,
            Order::Watched(key) => {
                if let Some(current) = memory.current.as_mut().filter(|now| now.key == key) {
                    current.watched = Some(Instant::now());
                }
            }
            Order::CloseBatch { by, reply } => self.close_batch(by, reply, memory).await,
        }
    }

    /// A payment or a refund: its intent first, then the terminal is made ready.
    async fn begin(
        &self,
        by: Actor,
        command: Sale,
        keyed: bool,
        reply: oneshot::Sender<Result<Key, Denied>>,
        memory: &mut Memory,
    ) {
        if let Some(exchanged) = self.exchanged() {
            let _ = reply.send(Err(Denied::Refused(exchanged.into())));
            return;
        }
        let asked = self.handle.ask(Lane::Till, by, None, Command::Checkout(command)).await;
        let begun = asked.map(|entry| intent_in(&entry));
        let (answer, begun) = match begun {
            Ok(Some((key, intent))) => (Ok(key), Some((key, intent))),
            Ok(None) => (Err(Denied::Bug), None),
            Err(denied) => (Err(denied), None),
        };
        // Who asked may have gone; the payment has begun all the same and is stopped unwatched.
        let _ = reply.send(answer);
        let Some((key, intent)) = begun else { return };
        let Some(mut tender) = meaning::tender(&intent, self.currency) else { return };
        if keyed {
            tender.kind = Kind::KeyedPurchase;
        }
        memory.remember(key, &intent);
        let no = tender.intent;
        let voids = tender.kind == Kind::Reversal;
        memory.current = Some(Current { key, no, watched: None, stopping: false, voids });
        if let Some(at) = &intent.pad {
            let running = Running { intent: key, till: at.at.till, stage: Stage::MakingReady };
            self.face.send_modify(|face| face.running = Some(running));
        }
        self.ask(Ask::Begin(Box::new(tender))).await;
    }

    async fn abort(&self, key: Key, memory: &mut Memory) {
        let Some(current) = memory.current.as_mut().filter(|now| now.key == key) else { return };
        // A stop that overtook its payment on the way did nothing, so each press counts.
        current.stopping = true;
        self.stage(Stage::Stopping);
        self.ask(Ask::Abort(current.no)).await;
    }

    async fn event(&self, event: PinPadEvent, memory: &mut Memory) {
        match event {
            PinPadEvent::Up { identity, newest } => self.up(&identity, newest, memory).await,
            PinPadEvent::Down { why } => {
                tracing::warn!(pad = self.pad.0, fault = %why, "pin pad lost");
                // Another terminal stays another one without its cable.
                if self.exchanged().is_none() {
                    let link = Link::Down { why: why.to_string() };
                    self.face.send_modify(|face| face.link = link);
                }
            }
            PinPadEvent::Ready(no) => self.ready(no, memory).await,
            PinPadEvent::NotStarted { intent, why } => {
                self.about(intent, memory, |key| Pad::NotStarted { intent: key, why }).await;
                self.free(intent, memory);
            }
            PinPadEvent::Display { intent, display } => {
                let stopping = |now: &Current| now.no == intent && !now.stopping;
                if memory.current.as_ref().is_some_and(stopping) {
                    self.stage(meaning::stage(display));
                }
            }
            PinPadEvent::Ended { intent, outcome } => self.ended(intent, outcome, memory).await,
            PinPadEvent::Unknown { intent, why } => self.unknown(intent, why, memory).await,
            PinPadEvent::Recovered { intent, finding } => {
                self.recovered(intent, finding, memory).await;
            }
            PinPadEvent::Receipt { intent, receipt } => self.receipt(intent, receipt, memory).await,
            PinPadEvent::Done { intent } => {
                self.about(intent, memory, Pad::Done).await;
                self.free(intent, memory);
            }
            PinPadEvent::Alarm(alarm) => self.alarm(alarm, memory).await,
            PinPadEvent::Failed { what, why } => {
                tracing::warn!(pad = self.pad.0, what, why, "a pin pad could not do it");
                self.batch_failed(why, memory).await;
            }
            PinPadEvent::Healthy { text } => tracing::debug!(pad = self.pad.0, text, "healthy"),
            PinPadEvent::Totals(totals) => self.totals(&totals, memory).await,
            PinPadEvent::BatchClosed { totals, receipt } => {
                self.batch_closed(&totals, receipt, memory).await;
            }
        }
    }

    async fn up(&self, identity: &Identity, newest: Option<Booking>, memory: &mut Memory) {
        memory.newest = newest.or(memory.newest.take());
        let terminal = meaning::named(identity);
        tracing::info!(pad = self.pad.0, terminal, "pin pad is there");
        match Exchanged::found(self.serial_number.as_deref(), &identity.serial) {
            Some(exchanged) => self.other_terminal(exchanged),
            None => self.face.send_modify(|face| face.link = Link::Up { terminal }),
        }
        let now = Instant::now();
        memory.lost.iter_mut().for_each(|lost| lost.due = Some(now));
        memory.ask_about_batch(now);
        self.look(memory).await;
    }

    async fn ready(&self, no: IntentNo, memory: &mut Memory) {
        let Some(key) = memory.key(no) else { return };
        let stopping = memory.current.as_ref().is_some_and(|now| now.no == no && now.stopping);
        if stopping || self.exchanged().is_some() || self.write(Pad::Send(key)).await != Wrote::Now
        {
            return self.ask(Ask::Abort(no)).await;
        }
        let voids = memory.current.as_ref().is_some_and(|now| now.no == no && now.voids);
        self.stage(if voids { Stage::TakingBack } else { Stage::InsertCard });
        self.ask(Ask::Go(no)).await;
    }

    async fn ended(&self, no: IntentNo, outcome: Outcome, memory: &mut Memory) {
        if let Outcome::Approved(booking) = &outcome {
            memory.newest = Some(booking.clone());
            self.stage(Stage::Approved);
        }
        let wrote = match (memory.key(no), &outcome) {
            (Some(key), _) => {
                let outcome = meaning::outcome(&outcome);
                self.write(Pad::Ended { intent: key, outcome }).await
            }
            // Never heard of, yet booked: kept before the terminal hears of it.
            (None, Outcome::Approved(booking)) => {
                self.write(Pad::Orphan(self.pad, meaning::kept(booking))).await
            }
            (None, Outcome::Declined { .. } | Outcome::Cancelled) => Wrote::Before,
        };
        // What is not on disk is not acknowledged: it is unknown soon, and asked for.
        if wrote == Wrote::Not {
            return;
        }
        self.ask(Ask::Kept(no)).await;
        memory.lost.retain(|lost| lost.tender.intent != no);
    }

    async fn unknown(&self, no: IntentNo, why: String, memory: &mut Memory) {
        let Some(key) = memory.key(no) else { return };
        self.write(Pad::Lost { intent: key, why }).await;
        self.stage(Stage::Asking);
        if memory.lost.iter().any(|lost| lost.key == key) {
            return;
        }
        let read = self.handle.snapshot();
        let read = read.and_then(|snapshot| checkout::intent(&snapshot, key)).ok().flatten();
        if let Some(tender) = read.and_then(|intent| meaning::tender(&intent, self.currency)) {
            memory.lost.push(Lost::new(key, tender, false));
            self.look(memory).await;
        }
    }

    async fn recovered(&self, no: IntentNo, finding: Finding, memory: &mut Memory) {
        let Some(at) = memory.lost.iter().position(|lost| lost.tender.intent == no) else { return };
        let finding =
            if self.exchanged().is_some() { exchanged::not_of_this_one() } else { finding };
        let Some(kept) = meaning::finding(&finding) else {
            return self.not_now(at, finding, memory).await;
        };
        let key = memory.lost[at].key;
        if let Finding::Booked(booking) = &finding {
            memory.newest = Some(booking.clone());
        }
        if self.write(Pad::Found { intent: key, finding: kept }).await == Wrote::Not {
            memory.lost[at].due = Some(Instant::now() + ASK_AGAIN);
            return;
        }
        self.ask(Ask::Kept(no)).await;
        memory.lost.remove(at);
        self.write(Pad::Done(key)).await;
        self.free(no, memory);
    }

    /// The terminal cannot say yet: asked again soon, and after a while a person as well.
    async fn not_now(&self, at: usize, finding: Finding, memory: &mut Memory) {
        let Finding::NotNow { why } = finding else { return };
        let lost = &mut memory.lost[at];
        lost.due = Some(Instant::now() + ASK_AGAIN);
        if lost.with_person || lost.since.elapsed() < UNASKED_MAX {
            return;
        }
        lost.with_person = true;
        let (key, no) = (lost.key, lost.tender.intent);
        let evidence = format!("the terminal could not be asked: {why}");
        let finding = usher_rules::tender::pad::Finding::Undecided { evidence };
        self.write(Pad::Found { intent: key, finding }).await;
        self.free(no, memory);
    }

    async fn receipt(&self, no: IntentNo, receipt: Receipt, memory: &mut Memory) {
        let receipt = meaning::receipt(receipt);
        self.about(no, memory, |key| Pad::Receipt { intent: key, receipt }).await;
    }

    async fn alarm(&self, alarm: Alarm, memory: &mut Memory) {
        tracing::error!(pad = self.pad.0, ?alarm, "a pin pad needs a technician");
        match alarm {
            Alarm::Orphan(booking) => {
                let kept = meaning::kept(&booking);
                memory.newest = Some(booking);
                if self.write(Pad::Orphan(self.pad, kept)).await == Wrote::Now {
                    self.ask(Ask::Kept(ORPHAN)).await;
                }
            }
            Alarm::OtherTerminal { expected, found } => {
                self.other_terminal(Exchanged { listed: expected, told: found });
            }
            Alarm::TerminalSendsClearPan
            | Alarm::AmountMismatch { .. }
            | Alarm::CurrencyMismatch { .. } => {}
        }
    }

    /// Once a second: asks for what nobody knows, and stops what nobody looks at.
    async fn look(&self, memory: &mut Memory) {
        let now = Instant::now();
        let due = |lost: &Lost| lost.due.is_some_and(|due| due <= now);
        while let Some(at) = memory.lost.iter().position(due) {
            if self.exchanged().is_some() {
                self.not_now(at, exchanged::not_of_this_one(), memory).await;
                continue;
            }
            memory.lost[at].due = None;
            self.ask(Ask::Recover(Box::new(memory.lost[at].tender.clone()))).await;
        }
        self.look_at_batch(now, memory).await;
        self.look_at_wish(now, memory).await;
        let unwatched = memory.current.as_ref().filter(|current| {
            let seen = current.watched.is_some_and(|seen| now - seen >= UNWATCHED_MAX);
            seen && !current.stopping
        });
        if let Some(key) = unwatched.map(|current| current.key) {
            tracing::warn!(pad = self.pad.0, "nobody looks at a payment any more: stopping it");
            self.abort(key, memory).await;
        }
    }

    fn stage(&self, stage: Stage) {
        self.face.send_if_modified(|face| match &mut face.running {
            Some(running) if running.stage != stage => {
                running.stage = stage;
                true
            }
            Some(_) | None => false,
        });
    }

    /// The pad is free again.
    fn free(&self, no: IntentNo, memory: &mut Memory) {
        if memory.current.as_ref().is_some_and(|current| current.no == no) {
            memory.current = None;
            self.face.send_modify(|face| face.running = None);
        }
    }

    /// Writes a step of a payment known by its number.
    async fn about(&self, no: IntentNo, memory: &Memory, step: impl FnOnce(Key) -> Pad) {
        match memory.key(no) {
            Some(key) => _ = self.write(step(key)).await,
            None => tracing::warn!(pad = self.pad.0, no = no.0, "a pad told of an unknown payment"),
        }
    }

    /// Writes a step. A ledger that is busy is asked until it takes it: the terminal waits.
    async fn write(&self, step: Pad) -> Wrote {
        self.written(Command::Checkout(Sale::Pad(step))).await
    }

    async fn written(&self, command: Command) -> Wrote {
        loop {
            match self.handle.ask(Lane::Till, Actor::House, None, command.clone()).await {
                Ok(_) => return Wrote::Now,
                Err(Denied::Refused(Refusal::Stale)) => return Wrote::Before,
                Err(Denied::Refused(refusal)) => {
                    tracing::error!(pad = self.pad.0, ?refusal, "a step of a pad was refused");
                    return Wrote::Not;
                }
                Err(Denied::Bug) => {
                    tracing::error!(pad = self.pad.0, "a step of a pad cannot be written");
                    return Wrote::Not;
                }
                Err(Denied::Busy) => tokio::time::sleep(WRITE_AGAIN).await,
            }
        }
    }

    async fn ask(&self, ask: Ask) {
        if self.asks.send(ask).await.is_err() {
            tracing::error!(pad = self.pad.0, "the task of a pin pad ended");
        }
    }
}

/// The intent that an entry wrote.
fn intent_in(entry: &Entry) -> Option<(Key, Intent)> {
    entry.events.iter().find_map(|event| match event {
        Event::Checkout(SaleEvent::Intent(key, intent)) => Some((*key, intent.clone())),
        _ => None,
    })
}
