//! The owner task of one gate: takes orders, watches inputs, drives outputs, tells outcomes.
//! Holds the wiring of lines, codec and sequence with bounded channels on both sides.
//! Never releases by itself; when it ends, or loses the lines, everything has been shut.
//! Next: `sequence.rs` for what happens, `port/` for real lines, `sim/gate.rs` for made ones.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::codec::Codec;
use super::sequence::Sequence;
use super::{Gate, GateEvent, GateOrder, GateSettings, InputLine, Level, Outcome, OutputLine};
use super::{Outputs, PortKind, port};
use crate::Fault;
use crate::port::reconnect::Backoff;
use crate::sim::SimGate;

/// Outcomes waiting to be taken; above it the inputs are left alone until there is room.
pub const EVENTS_WAITING_MAX: usize = 64;

/// Runs the gate that the settings name until `stop`, or until nobody takes events any more.
/// Errors only on settings that this build cannot follow; an absent chip is waited for.
pub async fn run_gate(
    settings: GateSettings,
    events: mpsc::Sender<GateEvent>,
    orders: mpsc::Receiver<GateOrder>,
    stop: CancellationToken,
) -> Result<(), Fault> {
    settings.check()?;
    let opened = settings.clone();
    match settings.port {
        PortKind::Sim => {
            let sim = SimGate::new();
            run_gate_on(settings, move || Ok(sim.lines()), events, orders, stop).await
        }
        PortKind::Gpiocdev => {
            let open = move || port::gpiocdev::Lines::open(&opened);
            run_gate_on(settings, open, events, orders, stop).await
        }
        #[cfg(feature = "rppal")]
        PortKind::Rppal => {
            let open = move || port::rppal::Lines::open(&opened);
            run_gate_on(settings, open, events, orders, stop).await
        }
        #[cfg(not(feature = "rppal"))]
        PortKind::Rppal => Err(Fault::setting(
            "port",
            "this build has no \"rppal\"; use \"gpiocdev\", or build with the feature rppal",
        )),
    }
}

/// The same on lines that the caller can open; so a simulated gate keeps its handle.
pub async fn run_gate_on<G, F>(
    settings: GateSettings,
    open: F,
    events: mpsc::Sender<GateEvent>,
    orders: mpsc::Receiver<GateOrder>,
    stop: CancellationToken,
) -> Result<(), Fault>
where
    G: Gate,
    F: FnMut() -> Result<G, Fault>,
{
    settings.check()?;
    let keeper = Keeper {
        codec: Codec::new(&settings),
        sequence: Sequence::new(&settings),
        started: Instant::now(),
        shown: Outputs::default(),
        outbox: VecDeque::new(),
        news: None,
        events,
        orders,
        stop,
    };
    keeper.serve(open).await;
    Ok(())
}

/// Stopped, or nobody takes events or gives orders any more: there is no more to do.
struct End;

/// Why one connection ends.
enum Broken {
    Lost(Fault),
    End,
}

enum Stir {
    Room,
    Order(Option<GateOrder>),
    Input(Result<(InputLine, Level), Fault>),
    Due,
    End,
}

struct Keeper {
    codec: Codec,
    sequence: Sequence,
    started: Instant,
    shown: Outputs,
    outbox: VecDeque<GateEvent>,
    /// The newest picture not yet told; older ones are of no use.
    news: Option<Outputs>,
    events: mpsc::Sender<GateEvent>,
    orders: mpsc::Receiver<GateOrder>,
    stop: CancellationToken,
}

impl Keeper {
    async fn serve<G, F>(mut self, mut open: F)
    where
        G: Gate,
        F: FnMut() -> Result<G, Fault>,
    {
        let mut backoff = Backoff::default();
        let mut told: Option<Fault> = None;
        loop {
            let since = Instant::now();
            let why = match open() {
                Ok(gate) => match self.keep(gate, &mut told).await {
                    Broken::Lost(why) => why,
                    Broken::End => return self.say_last(),
                },
                Err(why) => why,
            };
            backoff.lasted_ms(millis(since.elapsed()));
            if told.as_ref() != Some(&why) {
                tracing::warn!(%why, "gate has no lines");
                self.outbox.push_back(GateEvent::Disconnected { why: why.clone() });
                told = Some(why);
            }
            if self.without_lines(backoff.next_ms()).await.is_err() {
                return self.say_last();
            }
        }
    }

    /// One connection, from the safe state at the start to the safe state at the end.
    async fn keep<G: Gate>(&mut self, mut gate: G, told: &mut Option<Fault>) -> Broken {
        let broken = match self.begin(&mut gate, told) {
            Ok(()) => self.attend(&mut gate).await,
            Err(why) => Broken::Lost(why),
        };
        let mut outcomes = Vec::new();
        self.sequence.lost(&mut outcomes);
        self.tell(outcomes);
        for (line, level) in self.codec.all(Outputs::default()) {
            if let Err(why) = gate.set(line, level) {
                tracing::warn!(%why, ?line, "gate line could not be shut");
            }
        }
        if self.shown != Outputs::default() {
            self.shown = Outputs::default();
            self.news = Some(self.shown);
        }
        broken
    }

    fn begin<G: Gate>(&mut self, gate: &mut G, told: &mut Option<Fault>) -> Result<(), Fault> {
        for (line, level) in self.codec.all(Outputs::default()) {
            gate.set(line, level)?;
        }
        let now_ms = self.now_ms();
        let mut outcomes = Vec::new();
        for line in InputLine::ALL {
            if let Some(level) = gate.input(line)? {
                let active = self.codec.input(line, level);
                self.sequence.input(line, active, now_ms, &mut outcomes);
            }
        }
        *told = None;
        self.outbox.push_back(GateEvent::Connected);
        self.tell(outcomes);
        Ok(())
    }

    async fn attend<G: Gate>(&mut self, gate: &mut G) -> Broken {
        loop {
            let mut outcomes = Vec::new();
            match self.stirred(gate).await {
                Stir::End | Stir::Order(None) => return Broken::End,
                Stir::Room => self.send_first(),
                Stir::Due => {}
                Stir::Order(Some(order)) => self.obey(order, &mut outcomes),
                Stir::Input(Err(why)) => return Broken::Lost(why),
                Stir::Input(Ok((line, level))) => {
                    let active = self.codec.input(line, level);
                    self.sequence.input(line, active, self.now_ms(), &mut outcomes);
                }
            }
            self.sequence.advance(self.now_ms(), &mut outcomes);
            let driven = self.drive(gate, &mut outcomes);
            self.tell(outcomes);
            if let Err(why) = driven {
                return Broken::Lost(why);
            }
        }
    }

    async fn stirred<G: Gate>(&mut self, gate: &mut G) -> Stir {
        let due = self.sequence.due_ms(self.now_ms());
        let due = due.map(|due_ms| self.started + Duration::from_millis(due_ms));
        let news = self.has_news();
        let roomy = self.outbox.len() < EVENTS_WAITING_MAX;
        tokio::select! {
            () = self.stop.cancelled() => Stir::End,
            room = self.events.reserve(), if news => match room {
                Ok(_) => Stir::Room,
                Err(_) => Stir::End,
            },
            () = self.events.closed(), if !news => Stir::End,
            order = self.orders.recv() => Stir::Order(order),
            change = gate.changed(), if roomy => Stir::Input(change),
            () = sleep_until(due.unwrap_or(self.started)), if due.is_some() => Stir::Due,
        }
    }

    fn obey(&mut self, order: GateOrder, outcomes: &mut Vec<Outcome>) {
        let now_ms = self.now_ms();
        match order {
            GateOrder::Signal(signal) => self.sequence.signal(signal, now_ms, outcomes),
            GateOrder::Reset => self.sequence.reset(now_ms, outcomes),
            GateOrder::Room { passages, reply } => {
                self.sequence.advance(now_ms, outcomes);
                // The one who asked may have given up; then the answer is of no use.
                let _ = reply.send(self.sequence.room(passages));
            }
        }
    }

    /// Makes the lines show what the sequence shows.
    fn drive<G: Gate>(&mut self, gate: &mut G, outcomes: &mut Vec<Outcome>) -> Result<(), Fault> {
        let mut to = self.sequence.shows(self.now_ms());
        if !self.set(gate, to)? {
            self.sequence.release_mismatch(self.now_ms(), outcomes);
            to = self.sequence.shows(self.now_ms());
            // One fault is enough: a line that does not obey is not asked twice.
            self.set(gate, to)?;
        }
        Ok(())
    }

    /// False when a release line reads back as something else.
    fn set<G: Gate>(&mut self, gate: &mut G, to: Outputs) -> Result<bool, Fault> {
        let mut obeyed = true;
        for (line, level) in self.codec.changes(self.shown, to) {
            gate.set(line, level)?;
            obeyed &= match line {
                OutputLine::ReleaseIn | OutputLine::ReleaseOut => {
                    gate.read_back(line)?.is_none_or(|seen| seen == level)
                }
                OutputLine::Green | OutputLine::Amber | OutputLine::Red | OutputLine::Buzzer => {
                    true
                }
            };
        }
        if self.shown != to {
            self.shown = to;
            self.news = Some(to);
        }
        Ok(obeyed)
    }

    /// Answers orders while there is nothing to obey them with.
    async fn without_lines(&mut self, backoff_ms: u64) -> Result<(), End> {
        let until = Instant::now() + Duration::from_millis(backoff_ms);
        loop {
            match self.stirred_without_lines(until).await {
                Stir::Due => return Ok(()),
                Stir::Room => self.send_first(),
                Stir::Order(Some(order)) => self.decline(order),
                Stir::End | Stir::Order(None) | Stir::Input(_) => return Err(End),
            }
        }
    }

    async fn stirred_without_lines(&mut self, until: Instant) -> Stir {
        let news = self.has_news();
        tokio::select! {
            () = self.stop.cancelled() => Stir::End,
            () = sleep_until(until) => Stir::Due,
            room = self.events.reserve(), if news => room.map_or(Stir::End, |_| Stir::Room),
            () = self.events.closed(), if !news => Stir::End,
            order = self.orders.recv() => Stir::Order(order),
        }
    }

    fn decline(&mut self, order: GateOrder) {
        match order {
            GateOrder::Signal(signal) if signal.passages > 0 => {
                self.tell(vec![Outcome::Unconfirmed { scan: signal.scan }]);
            }
            GateOrder::Signal(_) | GateOrder::Reset => {}
            GateOrder::Room { reply, .. } => {
                // The one who asked may have given up; then the answer is of no use.
                let _ = reply.send(false);
            }
        }
    }

    fn tell(&mut self, outcomes: Vec<Outcome>) {
        self.outbox.extend(outcomes.into_iter().map(GateEvent::Outcome));
    }

    fn has_news(&self) -> bool {
        !self.outbox.is_empty() || self.news.is_some()
    }

    /// Sends one thing: an event, or the newest picture when no event waits.
    fn send_first(&mut self) {
        let first = self.outbox.pop_front();
        let Some(event) = first.or_else(|| self.news.take().map(GateEvent::Shows)) else {
            return;
        };
        match self.events.try_send(event) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            // Another sender of the same channel was quicker.
            Err(mpsc::error::TrySendError::Full(GateEvent::Shows(outputs))) => {
                self.news.get_or_insert(outputs);
            }
            Err(mpsc::error::TrySendError::Full(event)) => self.outbox.push_front(event),
        }
    }

    /// At the end nobody is waited for, but what fits is told.
    fn say_last(mut self) {
        while self.has_news() && self.events.capacity() > 0 && !self.events.is_closed() {
            self.send_first();
        }
    }

    fn now_ms(&self) -> u64 {
        millis(self.started.elapsed())
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
