//! The driver's dialogue on a real port: the owner task of the product, with a clock that runs
//! faster than life.
//! Holds the till's end of the two channels. Never judges what is said.
//! Next: `mod.rs`, `../concert_port.rs`.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};
use usher_drivers::pin_pad::concert::sequence::Concert;
use usher_drivers::pin_pad::concert::settings::ConcertSettings;
use usher_drivers::pin_pad::task::{ASKS_MAX, Pauses, run};
use usher_drivers::pin_pad::{Ask, PinPad, PinPadEvent, Step, Stir};

use super::Till;

/// How much faster than life the clocks of these tests run.
pub const PACE: u32 = 20;
/// Nothing here takes a tenth of it on an idle machine.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A dialogue whose clock runs fast.
struct Fast(Concert);

impl PinPad for Fast {
    fn stir(&mut self, stir: Stir<'_>, now_ms: u64, steps: &mut Vec<Step>) {
        self.0.stir(stir, now_ms * u64::from(PACE), steps);
    }

    fn due_ms(&self) -> Option<u64> {
        self.0.due_ms().map(|due_ms| due_ms.div_ceil(u64::from(PACE)))
    }
}

/// The task that owns the port, and the till that asks it. Dropped, the program ends.
pub struct Owner<'a> {
    pub till: &'a mut Till,
    asks: mpsc::Sender<Ask>,
    events: mpsc::Receiver<PinPadEvent>,
    unasked: VecDeque<Ask>,
    _stop: DropGuard,
}

impl<'a> Owner<'a> {
    pub fn new(settings: ConcertSettings, till: &'a mut Till) -> Owner<'a> {
        let (told, events) = mpsc::channel(ASKS_MAX);
        let (asks, taken) = mpsc::channel(ASKS_MAX);
        let stop = CancellationToken::new();
        let pauses = Pauses { first_ms: 1, last_ms: 10 };
        let endpoint = settings.endpoint();
        let pad = Box::new(Fast(Concert::new(settings)));
        tokio::spawn(run(pad, endpoint, pauses, told, taken, stop.clone()));
        Owner { till, asks, events, unasked: VecDeque::new(), _stop: stop.drop_guard() }
    }

    pub fn ask(&mut self, ask: Ask) {
        self.unasked.push_back(ask);
    }

    /// Runs until the till says that this is enough.
    pub async fn until(&mut self, is_enough: impl Fn(&Till) -> bool) {
        while !is_enough(self.till) {
            while let Some(ask) = self.unasked.pop_front() {
                self.asks.send(ask).await.unwrap();
            }
            let event = timeout(DEADLINE, self.events.recv()).await;
            let event = event.unwrap_or_else(|_| panic!("not in time: {:?}", self.till.events));
            self.unasked.extend(self.till.hears(event.unwrap()));
        }
    }
}
