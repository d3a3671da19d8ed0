//! What the simulated terminal does, command by command, from its own point of view.
//! Holds the scenes of the script and the strictness. Books on disk before it says so.
//! Never forgives the box a broken rule: it notes it. Source: pin-pads 7.
//! Next: `terminal/attended.rs` (a person plays it), `bank.rs`, `record.rs`, `wire.rs`.

mod attended;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use super::bank::{Bank, Kept, Sum};
use super::record::{self, Order, apdu};
use super::wire::{Lost, Wire};
use super::{Paper, Repeat, SimZvtSettings};
use crate::sim::pin_pad::customer::{Cable, Hand};
use crate::sim::pin_pad::script::{Play, Scene, Unacknowledged};
use crate::sim::pin_pad::truth::{Deed, Of};
use crate::sim::pin_pad::violation::Violations;

const YES: [u8; 3] = [0x80, 0x00, 0x00];
const CANCELLED: u8 = 0x6C;
const BUSY: u8 = 0x9C;
const STEP_MS: u64 = 5;
const ABORT_MS_MAX: u64 = 10_000;

/// What the box answered to a word of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    Wait,
    /// Goods not issued.
    TakeBack,
    No,
    Silence,
}

/// A payment under way, as far as losing the line matters.
struct Running {
    sum: Sum,
    unacknowledged: Unacknowledged,
    /// It would go on to book although the line is gone.
    goes_on: bool,
    booked: Option<Kept>,
}

pub struct Terminal {
    settings: SimZvtSettings,
    bank: Bank,
    violations: Violations,
    scene: Option<Scene>,
    /// That of the registration.
    currency: u16,
    is_registered: bool,
    is_aborted: bool,
    running: Option<Running>,
    /// A person plays it in place of the script.
    hand: Option<Arc<Mutex<Hand>>>,
    cable: Cable,
}

impl Terminal {
    pub fn new(settings: SimZvtSettings, bank: Bank, violations: Violations) -> Terminal {
        Terminal {
            hand: None,
            cable: Cable::fixed(),
            settings,
            bank,
            violations,
            scene: None,
            currency: 0,
            is_registered: false,
            is_aborted: false,
            running: None,
        }
    }

    /// The same, played by a person who may also pull the cable.
    pub fn by_hand(self, hand: Hand, cable: Cable) -> Terminal {
        Terminal { hand: Some(Arc::new(Mutex::new(hand))), cable, ..self }
    }

    pub fn block_ms(&self) -> u64 {
        self.settings.block_ms
    }

    /// Waits until the cable is in.
    pub async fn plugged(&mut self) {
        self.cable.plugged().await;
    }

    /// One connection until it is lost, or until somebody pulls the cable.
    pub async fn serve(&mut self, mut wire: Wire) {
        self.is_registered = false;
        let mut cable = self.cable.clone();
        tokio::select! {
            () = cable.pulled() => {}
            () = self.obey(&mut wire) => {}
        }
        drop(wire);
        self.go_on_alone().await;
        self.line_lost();
    }

    async fn obey(&mut self, wire: &mut Wire) {
        while self.command(wire).await.is_ok() {}
    }

    fn line_lost(&mut self) {
        let Some(running) = self.running.take() else { return };
        let written = match (running.booked, running.unacknowledged) {
            (Some(kept), Unacknowledged::Reverse) => self.bank.reverse(&kept).map(drop),
            (Some(_), Unacknowledged::Keep) => Ok(()),
            (None, Unacknowledged::Keep) if running.goes_on => {
                self.bank.book(running.sum).map(drop)
            }
            (None, _) => self.bank.refuse(Deed::Cancelled, running.sum, CANCELLED).map(drop),
        };
        if written.is_err() {
            self.violations.add("the truth could not be written");
        }
    }

    async fn command(&mut self, wire: &mut Wire) -> Result<(), Lost> {
        let scene = self.scene.take().unwrap_or_else(|| self.settings.script.next_scene());
        wire.rest(scene.fault.clone());
        let bytes = match wire.hear().await {
            Ok(bytes) => bytes,
            Err(Lost) => {
                // A cut inside the command itself is a scene that was played.
                if wire.is_cut() {
                    self.settings.script.played().add(&scene);
                } else {
                    self.scene = Some(scene);
                }
                return Err(Lost);
            }
        };
        if matches!(bytes.get(..2), Some([0x06, 0x01 | 0x30 | 0x31])) {
            self.settings.script.played().add(&scene);
        }
        match bytes.get(..2) {
            Some([0x06, 0x01]) => return self.pay(wire, &bytes, scene, Of::Purchase).await,
            Some([0x06, 0x31]) => return self.pay(wire, &bytes, scene, Of::Refund).await,
            Some([0x06, 0x30]) => return self.reverse(wire, &bytes, scene).await,
            _ => {}
        }
        self.scene = Some(scene);
        wire.rest(None);
        self.errand(wire, &bytes).await
    }

    async fn errand(&mut self, wire: &mut Wire, bytes: &[u8]) -> Result<(), Lost> {
        let body = bytes.get(3..).unwrap_or(&[]);
        let needs_password =
            matches!(bytes.get(..2), Some([0x05, 0x01] | [0x06, 0x00 | 0x10 | 0x20 | 0x50 | 0x93]));
        let password = body.get(..3).and_then(record::number);
        if needs_password && password != Some(self.settings.password.into()) {
            self.violations.add("wrong password");
            return wire.send(&[0x84, 0x9A, 0x00]).await;
        }
        match bytes.get(..2) {
            Some([0x06, 0x00]) => self.register(wire, body).await,
            Some([0x05, 0x01]) => {
                let condition = record::condition(&self.settings.serial);
                self.answer_with(wire, &[apdu(0x06, 0x0F, &condition)]).await
            }
            Some([0x06, 0x20]) => self.repeat(wire).await,
            Some([0x06, 0x10]) => {
                let (count, sum) = self.bank.batch();
                let words = [record::totals(count, sum), apdu(0x06, 0x0F, &[])];
                self.answer_with(wire, &words).await
            }
            Some([0x06, 0x50]) => self.end_of_day(wire).await,
            Some([0x06, 0x70 | 0x93]) => {
                let words = [
                    apdu(0x04, 0x01, &[0xAA, 0x26, 0x01, 0x01, 0x0C, 0x12, 0x00, 0x00]),
                    record::notice(&["DIAGNOSIS OK".to_owned()]),
                    apdu(0x06, 0x0F, &[]),
                ];
                self.answer_with(wire, &words).await
            }
            Some([0x06, 0x02 | 0xB0]) => wire.send(&YES).await,
            // The line may repeat an answer whose signal it missed.
            Some([0x80 | 0x84, _]) => Ok(()),
            _ => {
                self.violations.add(format!("unknown command {:02X?}", bytes.get(..2)));
                wire.send(&[0x84, 0x83, 0x00]).await
            }
        }
    }

    async fn register(&mut self, wire: &mut Wire, body: &[u8]) -> Result<(), Lost> {
        let currency = body.get(4..6).and_then(record::number);
        let currency = currency.and_then(|number| u16::try_from(number).ok());
        if body.get(3) != Some(&0xBE) {
            self.violations.add("registered without control of the terminal");
        }
        let is_own = |number: &u16| self.settings.currency.is_none_or(|own| own == *number);
        let Some(currency) = currency.filter(is_own) else {
            return wire.send(&[0x84, 0x6F, 0x00]).await;
        };
        self.currency = currency;
        self.is_registered = true;
        let mut done = vec![0x19, 0x00, 0x29];
        done.extend(record::pairs(self.settings.terminal_id.into(), 4));
        done.push(0x49);
        done.extend(record::pairs(currency.into(), 2));
        self.answer_with(wire, &[apdu(0x06, 0x0F, &done)]).await
    }

    async fn repeat(&mut self, wire: &mut Wire) -> Result<(), Lost> {
        let newest = match (self.settings.repeat, self.bank.newest()) {
            (Repeat::Refused, _) => return wire.send(&[0x84, 0x83, 0x00]).await,
            (Repeat::Bare, _) => None,
            (Repeat::Record | Repeat::TextOnly, newest) => newest,
        };
        let mut words = Vec::new();
        if let Some(kept) = newest {
            if self.settings.repeat == Repeat::Record {
                words.push(record::result(&kept, self.settings.terminal_id, false));
            }
            let first = self.settings.customer_first;
            words.extend(record::copies(&kept, self.settings.paper, first, false));
        }
        words.push(apdu(0x06, 0x0F, &[]));
        self.answer_with(wire, &words).await
    }

    async fn end_of_day(&mut self, wire: &mut Wire) -> Result<(), Lost> {
        wire.send(&YES).await?;
        let Ok((count, sum)) = self.bank.settle(self.currency) else {
            return self.fail(wire).await;
        };
        self.say(wire, &apdu(0x04, 0xFF, &[0x0E])).await?;
        self.say(wire, &record::totals(count, sum)).await?;
        let lines = [format!("END OF DAY {count}"), format!("SUM {sum}")];
        self.say(wire, &record::notice(&lines)).await?;
        self.say(wire, &apdu(0x06, 0x0F, &[])).await.map(drop)
    }

    async fn fail(&mut self, wire: &mut Wire) -> Result<(), Lost> {
        self.violations.add("the truth could not be written");
        self.say(wire, &apdu(0x06, 0x1E, &[0xFF])).await.map(drop)
    }

    /// Yes, and then these words one after the other.
    async fn answer_with(&mut self, wire: &mut Wire, words: &[Vec<u8>]) -> Result<(), Lost> {
        wire.send(&YES).await?;
        for word in words {
            self.say(wire, word).await?;
        }
        Ok(())
    }

    /// Says a word and waits for its one acknowledgement.
    async fn say(&mut self, wire: &mut Wire, word: &[u8]) -> Result<Answer, Lost> {
        wire.send(word).await?;
        let answer_ms = Duration::from_millis(self.settings.answer_ms);
        loop {
            let Ok(heard) = timeout(answer_ms, wire.hear()).await else {
                let head = word.get(..2);
                self.violations.add(format!("no acknowledgement of {head:02X?} in time"));
                return Ok(Answer::Silence);
            };
            match heard?.get(..2) {
                Some([0x80, _] | [0x84, 0x00]) => return Ok(Answer::Yes),
                Some([0x84, 0x9C]) => return Ok(Answer::Wait),
                Some([0x84, 0x66]) => return Ok(Answer::TakeBack),
                Some([0x84, _]) => return Ok(Answer::No),
                Some([0x06, 0xB0]) => {
                    self.is_aborted = true;
                    wire.send(&YES).await?;
                }
                other => {
                    self.violations.add(format!("{other:02X?} while the terminal speaks"));
                    wire.send(&[0x84, BUSY, 0x00]).await?;
                }
            }
        }
    }

    async fn pay(
        &mut self,
        wire: &mut Wire,
        bytes: &[u8],
        scene: Scene,
        of: Of,
    ) -> Result<(), Lost> {
        let order = Order::read(bytes);
        let sum = order.as_ref().and_then(|order| record::sum(order, of, self.currency));
        let (Some(order), Some(sum)) = (order, sum) else {
            self.violations.add("a payment that cannot be read");
            return wire.send(&[0x84, 0x9A, 0x00]).await;
        };
        let password = order.password.unwrap_or(self.settings.password.into());
        if !self.is_registered || password != u64::from(self.settings.password) {
            self.violations.add("a payment without registration or password");
            return wire.send(&[0x84, 0x6B, 0x00]).await;
        }
        if scene.play == Play::Busy {
            return wire.send(&[0x84, BUSY, 0x00]).await;
        }
        self.is_aborted = false;
        let goes_on = !matches!(
            scene.play,
            Play::Decline { .. } | Play::Cancel | Play::Timeout | Play::Silent
        );
        let unacknowledged = scene.unacknowledged;
        self.running = Some(Running { sum, unacknowledged, goes_on, booked: None });
        wire.send(&YES).await?;
        match self.hand.clone() {
            Some(hand) => {
                let mut hand = hand.lock().await;
                self.attend(wire, &mut hand, sum, order.repeats).await?;
            }
            None => self.play(wire, &scene.play, sum, order.repeats).await?,
        }
        self.running = None;
        Ok(())
    }

    async fn play(
        &mut self,
        wire: &mut Wire,
        play: &Play,
        sum: Sum,
        repeats: u8,
    ) -> Result<(), Lost> {
        self.show(wire, 0x0A).await?;
        match play {
            Play::Decline { code } => {
                self.show(wire, 0x04).await?;
                let code = if *code == 0 { 0x05 } else { *code };
                return self.refuse(wire, Deed::Declined, sum, code).await;
            }
            Play::Cancel | Play::Timeout => {
                return self.refuse(wire, Deed::Cancelled, sum, CANCELLED).await;
            }
            Play::Silent => loop {
                wire.hear().await?;
            },
            Play::Reboot { booked } => {
                let running = self.running.take();
                if let Some(running) = running.filter(|_| *booked)
                    && self.bank.book(running.sum).is_err()
                {
                    self.violations.add("the truth could not be written");
                }
                wire.cut();
                return Err(Lost);
            }
            Play::WrongPin => {
                self.show(wire, 0x15).await?;
                self.show(wire, 0x02).await?;
            }
            Play::Slow { ms } => self.linger(wire, *ms, false).await?,
            Play::ApproveAfterAbort => {
                self.linger(wire, ABORT_MS_MAX, true).await?;
                self.is_aborted = false;
            }
            Play::Approve | Play::WrongAmount { .. } | Play::ClearPan | Play::Busy => {}
        }
        self.show(wire, 0x04).await?;
        if self.is_aborted {
            return self.refuse(wire, Deed::Cancelled, sum, CANCELLED).await;
        }
        let amount_minor = match play {
            Play::WrongAmount { minor } => *minor,
            _ => sum.amount_minor,
        };
        let Ok(kept) = self.bank.book(Sum { amount_minor, ..sum }) else {
            return self.fail(wire).await;
        };
        self.approve(wire, kept, *play == Play::ClearPan, repeats).await
    }

    async fn show(&mut self, wire: &mut Wire, code: u8) -> Result<(), Lost> {
        self.say(wire, &apdu(0x04, 0xFF, &[code])).await.map(drop)
    }

    /// Shows progress until the time is over or the box wants to stop.
    async fn linger(&mut self, wire: &mut Wire, ms: u64, for_abort: bool) -> Result<(), Lost> {
        let until = Instant::now() + Duration::from_millis(ms);
        while Instant::now() < until && !self.is_aborted {
            self.show(wire, if for_abort { 0x0A } else { 0x0E }).await?;
            sleep(Duration::from_millis(STEP_MS)).await;
        }
        Ok(())
    }

    async fn approve(
        &mut self,
        wire: &mut Wire,
        kept: Kept,
        is_clear: bool,
        repeats: u8,
    ) -> Result<(), Lost> {
        if let Some(running) = &mut self.running {
            running.booked = Some(kept.clone());
        }
        let word = record::result(&kept, self.settings.terminal_id, is_clear);
        let mut answer = self.say(wire, &word).await?;
        for _ in 0..repeats {
            if answer != Answer::Wait {
                break;
            }
            sleep(Duration::from_millis(STEP_MS)).await;
            answer = self.say(wire, &word).await?;
        }
        let is_heard = answer == Answer::Yes;
        let policy = self.running.take().map(|running| running.unacknowledged);
        let reverses = policy == Some(Unacknowledged::Reverse) || answer == Answer::TakeBack;
        if is_heard {
            if self.bank.acknowledge(&kept).is_err() {
                return self.fail(wire).await;
            }
        } else if reverses {
            if self.bank.reverse(&kept).is_err() {
                return self.fail(wire).await;
            }
            return self.say(wire, &apdu(0x06, 0x1E, &[0xFF])).await.map(drop);
        }
        self.print(wire, &kept, is_clear).await?;
        self.say(wire, &apdu(0x06, 0x0F, &[])).await.map(drop)
    }

    async fn print(&mut self, wire: &mut Wire, kept: &Kept, is_clear: bool) -> Result<(), Lost> {
        let paper: Paper = self.settings.paper;
        for copy in record::copies(kept, paper, self.settings.customer_first, is_clear) {
            self.say(wire, &copy).await?;
        }
        Ok(())
    }

    async fn refuse(
        &mut self,
        wire: &mut Wire,
        deed: Deed,
        sum: Sum,
        code: u8,
    ) -> Result<(), Lost> {
        let Ok(kept) = self.bank.refuse(deed, sum, code) else {
            return self.fail(wire).await;
        };
        self.running = None;
        self.say(wire, &apdu(0x04, 0x0F, &[0x27, code])).await?;
        if deed == Deed::Declined {
            self.print(wire, &kept, false).await?;
        }
        let closing = match self.settings.completes_refusals {
            true => apdu(0x06, 0x0F, &[]),
            false => apdu(0x06, 0x1E, &[code]),
        };
        self.say(wire, &closing).await.map(drop)
    }

    async fn reverse(&mut self, wire: &mut Wire, bytes: &[u8], scene: Scene) -> Result<(), Lost> {
        let order = Order::read(bytes);
        let newest = self.bank.newest().filter(|kept| kept.result == 0 && kept.original.is_none());
        let wanted = order.and_then(|order| order.receipt);
        if scene.play == Play::Busy || wanted.is_none() || !self.is_registered {
            return wire.send(&[0x84, BUSY, 0x00]).await;
        }
        wire.send(&YES).await?;
        let found = newest.filter(|kept| Some(kept.receipt) == wanted);
        let Some(kept) = found else {
            return self.say(wire, &apdu(0x06, 0x1E, &[0xB5])).await.map(drop);
        };
        self.show(wire, 0x04).await?;
        let Ok(taken_back) = self.bank.reverse(&kept) else {
            return self.fail(wire).await;
        };
        let word = record::result(&taken_back, self.settings.terminal_id, false);
        if self.say(wire, &word).await? == Answer::Yes
            && self.bank.acknowledge(&taken_back).is_err()
        {
            return self.fail(wire).await;
        }
        self.print(wire, &taken_back, false).await?;
        self.say(wire, &apdu(0x06, 0x0F, &[])).await.map(drop)
    }
}
