//! The owner task of one nexo terminal: asks in, events out, exchanges on lines of their own.
//! Holds the wiring of `sequence.rs` and `port.rs`. Never repeats an exchange, and never says
//! that something was not sent unless the port proved it.
//! Next: `sequence.rs` for what happens.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::message::Till;
use super::port::{Client, Lost};
use super::sequence::{Sequence, Start};
use super::settings::NexoSettings;
use crate::Fault;
use crate::pin_pad::{Ask, PinPad, PinPadEvent, Step, Stir};

/// The daemon looks at its clocks at least so often, so that a jump is noticed.
const LOOK_MS_MAX: u64 = 1_000;

/// Runs the terminal until `stop`, or until nobody asks or listens any more.
/// Errors only on settings that cannot be followed; an absent terminal is waited for.
pub async fn run(
    settings: NexoSettings,
    asks: mpsc::Receiver<Ask>,
    events: mpsc::Sender<PinPadEvent>,
    stop: CancellationToken,
) -> Result<(), Fault> {
    let client = Client::new(&settings)?;
    let till = Till { sale_id: settings.sale_id, poi_id: settings.poi_id };
    let owner = Owner {
        client,
        sequence: Sequence::new(till, draw_start()?),
        started: Instant::now(),
        exchanges: JoinSet::new(),
        handles: Vec::new(),
        told: None,
        asks,
        events,
        stop,
    };
    owner.serve().await;
    Ok(())
}

fn draw_start() -> Result<Start, Fault> {
    let mut seed = [0; size_of::<u64>()];
    aws_lc_rs::rand::fill(&mut seed)
        .map_err(|_| Fault::Stdio { detail: "the system gives no random bytes".to_owned() })?;
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let wall_ms = i64::try_from(wall.as_millis()).unwrap_or_default();
    Ok(Start { wall_ms, seed: u64::from_le_bytes(seed) })
}

/// Nobody listens or asks any more, or the box stops.
struct End;

enum Happened {
    Ask(Ask),
    Exchanged(u32, Result<Vec<u8>, Lost>),
    Nothing,
}

struct Owner {
    client: Client,
    sequence: Sequence,
    started: Instant,
    exchanges: JoinSet<(u32, Result<Vec<u8>, Lost>)>,
    handles: Vec<AbortHandle>,
    /// The last reason told, until the terminal is back.
    told: Option<Fault>,
    asks: mpsc::Receiver<Ask>,
    events: mpsc::Sender<PinPadEvent>,
    stop: CancellationToken,
}

impl Owner {
    async fn serve(mut self) {
        let mut steps = Vec::new();
        self.sequence.stir(Stir::LinkUp, self.now_ms(), &mut steps);
        while self.act(std::mem::take(&mut steps)).await.is_ok() {
            let Ok(happened) = self.happened().await else { return };
            let now_ms = self.now_ms();
            match happened {
                Happened::Ask(ask) => self.sequence.stir(Stir::Ask(ask), now_ms, &mut steps),
                Happened::Exchanged(exchange, result) => {
                    if self.exchanged(exchange, result, &mut steps).await.is_err() {
                        return;
                    }
                }
                Happened::Nothing => self.sequence.stir(Stir::Due, now_ms, &mut steps),
            }
        }
    }

    async fn happened(&mut self) -> Result<Happened, End> {
        let look = self.now_ms() + LOOK_MS_MAX;
        let due_ms = self.sequence.due_ms().map_or(look, |due_ms| due_ms.min(look));
        let due = self.started + Duration::from_millis(due_ms);
        tokio::select! {
            () = self.stop.cancelled() => Err(End),
            () = self.events.closed() => Err(End),
            ask = self.asks.recv() => ask.map(Happened::Ask).ok_or(End),
            Some(ended) = self.exchanges.join_next() => Ok(match ended {
                Ok((exchange, result)) => Happened::Exchanged(exchange, result),
                // Given up with `HangUp`; the dialogue knows.
                Err(_) => Happened::Nothing,
            }),
            () = sleep_until(due) => Ok(Happened::Nothing),
        }
    }

    async fn exchanged(
        &mut self,
        exchange: u32,
        result: Result<Vec<u8>, Lost>,
        steps: &mut Vec<Step>,
    ) -> Result<(), End> {
        let now_ms = self.now_ms();
        match result {
            Ok(bytes) => {
                let bytes = bytes.as_slice();
                self.sequence.stir(Stir::Bytes { exchange, bytes }, now_ms, steps);
            }
            Err(Lost { why, unsent }) => {
                if self.told.as_ref() != Some(&why) {
                    tracing::warn!(%why, "no answer of the card terminal");
                    self.told = Some(why.clone());
                    self.tell(PinPadEvent::Down { why }).await?;
                }
                if unsent {
                    self.sequence.unsent(exchange, now_ms, steps);
                } else {
                    self.sequence.stir(Stir::ExchangeLost { exchange }, now_ms, steps);
                }
            }
        }
        Ok(())
    }

    async fn act(&mut self, steps: Vec<Step>) -> Result<(), End> {
        for step in steps {
            match step {
                Step::Write { exchange, bytes } => {
                    let client = self.client.clone();
                    let work = async move { (exchange, client.exchange(bytes).await) };
                    self.handles.retain(|handle| !handle.is_finished());
                    self.handles.push(self.exchanges.spawn(work));
                }
                Step::HangUp => self.handles.drain(..).for_each(|handle| handle.abort()),
                Step::Tell(event) => {
                    if matches!(*event, PinPadEvent::Up { .. }) {
                        self.told = None;
                    }
                    self.tell(*event).await?;
                }
            }
        }
        Ok(())
    }

    /// Waits for room: nothing that was found out is ever dropped.
    async fn tell(&self, event: PinPadEvent) -> Result<(), End> {
        tokio::select! {
            () = self.stop.cancelled() => Err(End),
            sent = self.events.send(event) => sent.map_err(|_| End),
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
