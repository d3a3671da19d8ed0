//! Commands to an SSI scanner, one at a time, each sent until it is answered.
//! Holds the command in flight, those that wait, the wake-up byte and the re-sending.
//! Never does IO and never knows what a command is for. Next: `sequence.rs` orders them.

use std::collections::VecDeque;

use super::codec::Packet;
use crate::scanner::dialogue::Step;

/// A command that has no answer by then is sent again.
pub const RESPONSE_MS: u64 = 2_000;
/// How often, after the first time.
pub const RESENDS_MAX: u8 = 2;
/// From the wake-up byte to the packet.
pub const WAKE_MS: u64 = 20;
/// Commands that may wait behind the one in flight.
pub const ORDERS_MAX: usize = 32;

/// Shorter than any packet: a scanner that is awake skips it.
const WAKE: &[u8] = &[0];

#[derive(Debug, Default)]
pub struct Link {
    waiting: VecDeque<Packet>,
    flight: Option<Flight>,
    /// The next command finds the scanner asleep, perhaps.
    is_asleep: bool,
}

#[derive(Debug)]
struct Flight {
    packet: Packet,
    resends: u8,
    stage: Stage,
    due_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The wake-up byte is out, the packet follows.
    Waking,
    /// The packet is out, its answer is awaited.
    Sent,
}

impl Link {
    /// Forgets everything; the next command starts with the wake-up byte.
    pub fn reset(&mut self) {
        *self = Link { is_asleep: true, ..Link::default() };
    }

    pub fn order(&mut self, packet: Packet) {
        self.waiting.push_back(packet);
    }

    pub fn has_room(&self, orders: usize) -> bool {
        self.waiting.len() + orders <= ORDERS_MAX
    }

    /// True when this very command is yet to be sent.
    pub fn waits(&self, packet: &Packet) -> bool {
        self.waiting.contains(packet)
    }

    /// Sends the next command if none is in flight.
    pub fn start(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        if self.flight.is_some() {
            return;
        }
        let Some(packet) = self.waiting.pop_front() else { return };
        let mut flight = Flight { packet, resends: 0, stage: Stage::Sent, due_ms: now_ms };
        if std::mem::take(&mut self.is_asleep) {
            flight.wake(now_ms, out);
        } else {
            flight.send(now_ms, out);
        }
        self.flight = Some(flight);
    }

    /// What is being asked, once it has gone out.
    pub fn asked(&self) -> Option<&Packet> {
        let sent = |flight: &&Flight| flight.stage == Stage::Sent || flight.resends > 0;
        self.flight.as_ref().filter(sent).map(|flight| &flight.packet)
    }

    /// The command in flight has its answer.
    pub fn answered(&mut self) -> Option<Packet> {
        self.asked()?;
        self.flight.take().map(|flight| flight.packet)
    }

    /// The scanner wants it again. Gives the command back if it has been sent often enough.
    pub fn repeat(&mut self, now_ms: u64, out: &mut Vec<Step>) -> Option<Packet> {
        self.asked()?;
        let flight = self.flight.as_mut()?;
        if flight.resends == RESENDS_MAX {
            return self.answered();
        }
        flight.resends += 1;
        flight.send(now_ms, out);
        None
    }

    pub fn due_ms(&self) -> Option<u64> {
        self.flight.as_ref().map(|flight| flight.due_ms)
    }

    /// Lets time pass. Gives a command back that was never answered.
    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Step>) -> Option<Packet> {
        let flight = self.flight.as_mut().filter(|flight| now_ms >= flight.due_ms)?;
        match flight.stage {
            Stage::Waking => flight.send(now_ms, out),
            Stage::Sent if flight.resends == RESENDS_MAX => return self.answered(),
            Stage::Sent => {
                flight.resends += 1;
                // Its first byte may have been lost on a scanner that slept.
                flight.wake(now_ms, out);
            }
        }
        None
    }
}

impl Flight {
    fn wake(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        out.push(Step::Write(WAKE.into()));
        self.stage = Stage::Waking;
        self.due_ms = now_ms.saturating_add(WAKE_MS);
    }

    fn send(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        let bytes =
            if self.resends == 0 { self.packet.bytes() } else { self.packet.again().bytes() };
        out.push(Step::Write(bytes.into()));
        self.stage = Stage::Sent;
        self.due_ms = now_ms.saturating_add(RESPONSE_MS);
    }
}
