//! The driver's dialogue on a real port, with a clock that runs faster than life.
//! Holds the loop that owns the port: open, read, write, wait for what is due.
//! Never judges what is said. Next: `mod.rs`, `../concert_port.rs`.

use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep, sleep_until};
use usher_drivers::pin_pad::concert::sequence::Concert;
use usher_drivers::pin_pad::concert::settings::ConcertSettings;
use usher_drivers::pin_pad::{Ask, PinPad, Step, Stir};
use usher_drivers::port::{Port, hang_up};

use super::Till;

/// How much faster than life the clocks of these tests run.
pub const PACE: u32 = 20;
/// Nothing here takes a tenth of it on an idle machine.
pub const DEADLINE: Duration = Duration::from_secs(60);

pub struct Owner<'a> {
    pub till: &'a mut Till,
    settings: ConcertSettings,
    pad: Concert,
    started: Instant,
    port: Option<Port>,
    asks: Vec<Ask>,
}

impl<'a> Owner<'a> {
    pub fn new(settings: ConcertSettings, till: &'a mut Till) -> Owner<'a> {
        let pad = Concert::new(settings.clone());
        Owner { till, settings, pad, started: Instant::now(), port: None, asks: Vec::new() }
    }

    pub fn ask(&mut self, ask: Ask) {
        self.asks.push(ask);
    }

    /// Runs until the till says that this is enough.
    pub async fn until(&mut self, is_enough: impl Fn(&Till) -> bool) {
        let end = Instant::now() + DEADLINE;
        let mut buf = [0; 256];
        while !is_enough(self.till) {
            assert!(Instant::now() < end, "not in time: {:?}", self.till.events);
            if !self.asks.is_empty() {
                let ask = self.asks.remove(0);
                self.stir(Stir::Ask(ask)).await;
                continue;
            }
            if self.port.is_none() && !self.connect().await {
                continue;
            }
            let due = self.pad.due_ms().map_or(end, |due| self.at(due)).min(end);
            let Some(port) = &mut self.port else { continue };
            let read = tokio::select! {
                read = port.read(&mut buf) => Some(read),
                () = sleep_until(due) => None,
            };
            match read {
                None => self.stir(Stir::Due).await,
                Some(read) if hang_up(Path::new("line"), &read).is_some() => self.lose().await,
                Some(read) => {
                    let bytes = &buf[..read.unwrap_or(0)];
                    self.stir(Stir::Bytes { exchange: 0, bytes }).await;
                }
            }
        }
    }

    async fn connect(&mut self) -> bool {
        match Port::open(&self.settings.path, self.settings.line()).await {
            Ok(port) => {
                self.port = Some(port);
                self.stir(Stir::LinkUp).await;
                true
            }
            Err(_) => {
                sleep(Duration::from_millis(2)).await;
                self.stir(Stir::Due).await;
                false
            }
        }
    }

    async fn lose(&mut self) {
        self.port = None;
        self.stir(Stir::LinkLost).await;
    }

    async fn stir(&mut self, stir: Stir<'_>) {
        let mut steps = Vec::new();
        self.pad.stir(stir, self.now_ms(), &mut steps);
        for step in steps {
            match step {
                Step::Write { bytes, .. } => {
                    if let Some(port) = &mut self.port {
                        // A line that is lost is found lost at the next read.
                        let _ = port.write_all(&bytes).await;
                    }
                }
                Step::Tell(event) => {
                    let asks = self.till.hears(*event);
                    self.asks.extend(asks);
                }
                Step::HangUp => self.port = None,
            }
        }
    }

    fn now_ms(&self) -> u64 {
        let real_us = u64::try_from(self.started.elapsed().as_micros()).unwrap();
        real_us * u64::from(PACE) / 1_000
    }

    fn at(&self, now_ms: u64) -> Instant {
        self.started + Duration::from_micros(now_ms * 1_000 / u64::from(PACE) + 1)
    }
}
