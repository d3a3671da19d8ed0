//! One scanner's errand: a code in, a verdict out, the lamp and the turnstile with it.
//!
//! The gate is asked for room before the scan is sent; lamp and release come only after the
//! commit (trust 1.1). One code at a time. Never decides who may enter. Next: `gate.rs`.

use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use usher_drivers::gate::{GateOrder, Light, Signal, Way};
use usher_drivers::scanner::{Answer, Code, Feedback, ScannerEvent};
use usher_ledger::feed::Notice;
use usher_ledger::{Handle, Lane, admission};
use usher_rules::admission::{Command, Direction, Go, Scan, Stop, Verdict};
use usher_rules::id::DeviceNo;
use usher_rules::{Actor, Entry};

/// Events of a scanner that may wait for its errand.
pub const EVENTS_MAX: usize = 64;
/// Answers that may wait for a scanner.
pub const ANSWERS_MAX: usize = 64;

/// The gate beside a scanner.
#[derive(Clone)]
pub struct Beside {
    pub device: DeviceNo,
    /// A lamp alone has always room.
    pub turnstile: bool,
    pub orders: mpsc::Sender<GateOrder>,
}

/// What an errand works with.
pub struct DoorErrand {
    pub handle: Handle,
    pub device: DeviceNo,
    pub direction: Direction,
    pub gate: Option<Beside>,
    pub answers: mpsc::Sender<Answer>,
}

impl DoorErrand {
    /// Serves a scanner until its task ends.
    pub async fn run(self, mut events: mpsc::Receiver<ScannerEvent>) {
        while let Some(event) = events.recv().await {
            match event {
                ScannerEvent::Code(code) => self.code(code).await,
                ScannerEvent::Connected { outage_ms } => {
                    let words = match outage_ms {
                        None => "connected".to_owned(),
                        Some(ms) => format!("back after {} s", ms.div_ceil(1000)),
                    };
                    self.health(true, words);
                }
                ScannerEvent::Disconnected { why } => {
                    tracing::warn!(device = self.device.0, fault = %why, "scanner lost");
                    self.health(false, why.to_string());
                }
                ScannerEvent::Unreadable { .. } => {
                    self.light(Light::Stop, Way::In, 0, 0).await;
                }
                ScannerEvent::Health(health) => {
                    if let Some(hint) = health.hint {
                        self.health(true, hint.text().to_owned());
                    }
                }
            }
        }
    }

    async fn code(&self, code: Code) {
        let read = code.read;
        if !self.room().await {
            self.answer(read, Feedback::Wait).await;
            return;
        }
        let command = Command::Scan {
            device: self.device,
            payload: code.payload,
            typed: false,
            direction: self.direction,
            performance: None,
        };
        let by = Actor::Device(self.device);
        let command = usher_rules::Command::Admission(command);
        match self.handle.ask(Lane::Door, by, None, command).await {
            Ok(entry) => {
                self.answered(read, &entry).await;
                let behind = u64::try_from(code.last_byte_at.elapsed().as_millis());
                let signalled_ms = self.handle.clock().monotonic_ms();
                let read_ms = signalled_ms.saturating_sub(behind.unwrap_or(0));
                let beam = Notice::Beam { seq: entry.seq, read_ms, signalled_ms };
                self.handle.feed().notice(beam);
            }
            Err(denied) => {
                tracing::warn!(device = self.device.0, ?denied, "a scan was not taken");
                self.light(Light::Notice, Way::In, 0, 0).await;
                self.answer(read, Feedback::Wait).await;
            }
        }
    }

    /// Is there room for one more person at the turnstile? Without one there always is.
    async fn room(&self) -> bool {
        let Some(gate) = self.gate.as_ref().filter(|gate| gate.turnstile) else { return true };
        if self.direction == Direction::Check {
            return true;
        }
        let (reply, heard) = oneshot::channel();
        let asked = gate.orders.send(GateOrder::Room { passages: 1, reply }).await;
        // A gate whose task ended shows nothing any more; the ticket is still judged.
        asked.is_err() || heard.await.unwrap_or(true)
    }

    async fn answered(&self, read: u64, entry: &Arc<Entry>) {
        let Some(scan) = admission::scan_in(entry) else { return };
        let (light, feedback) = signal(scan);
        let way = match scan.verdict {
            Verdict::Go(Go::Out) => Way::Out,
            _ => Way::In,
        };
        let passages = u8::from(scan.admission.is_some());
        self.light(light, way, passages, entry.seq).await;
        self.answer(read, feedback).await;
    }

    async fn light(&self, light: Light, way: Way, passages: u8, scan: u64) {
        let Some(gate) = &self.gate else { return };
        let signal = Signal { light, way, passages, scan };
        if gate.orders.send(GateOrder::Signal(signal)).await.is_err() {
            tracing::warn!(device = gate.device.0, "the gate takes no orders");
        }
    }

    async fn answer(&self, read: u64, feedback: Feedback) {
        // A scanner that went away in between needs no answer.
        let _ = self.answers.send(Answer { read, feedback }).await;
    }

    fn health(&self, up: bool, words: String) {
        self.handle.feed().notice(Notice::Health { device: self.device, up, words });
    }
}

/// Lamp and scanner tone of a verdict (domain 9.1, Signals).
fn signal(scan: &Scan) -> (Light, Feedback) {
    match &scan.verdict {
        Verdict::Go(_) if scan.attention.is_empty() => (Light::Go, Feedback::Accept),
        Verdict::Go(_) => (Light::Go, Feedback::AcceptNotice),
        Verdict::Provisional => (Light::Notice, Feedback::AcceptNotice),
        Verdict::Stop(stop) => (Light::Stop, refusal(stop)),
    }
}

/// A scanner with more than one bad tone tells the two apart that need no technician.
fn refusal(stop: &Stop) -> Feedback {
    match stop {
        Stop::AlreadyUsed { .. } => Feedback::RefuseUsed,
        Stop::WrongPerformance { .. } | Stop::WrongDoor { .. } => Feedback::RefuseElsewhere,
        Stop::Unreadable
        | Stop::Device
        | Stop::BadSignature
        | Stop::Unknown
        | Stop::Replaced { .. }
        | Stop::Cancelled { .. }
        | Stop::Blocked
        | Stop::NoReEntry { .. }
        | Stop::TooEarly { .. }
        | Stop::TooLate { .. }
        | Stop::Unpaid { .. }
        | Stop::Full
        | Stop::NotIn => Feedback::Refuse,
    }
}
