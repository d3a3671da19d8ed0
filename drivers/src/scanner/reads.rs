//! Each read of a scanner asked about once and answered in time, whatever its dialogue.
//! Holds the double-read filter and the codes that wait for a verdict; time is passed in.
//! Never does IO, never decides about a ticket, never knows how a verdict is signalled.
//! Next: `ascii/sequence.rs` and `ssi/sequence.rs`, which live on this.

use std::collections::VecDeque;

use super::dialogue::Step;
use super::frame::Frame;
use super::{Answer, Feedback, Unreadable};

/// Frames that end this soon after connecting are left-overs, not scans.
pub const SETTLE_MS: u64 = 200;
/// A scanner in host mode waits 10 s and then complains; we speak before that.
pub const ANSWER_MS_MAX: u64 = 5_000;
/// Codes waiting for a verdict at one scanner.
pub const WAITING_CODES_MAX: usize = 8;
/// Double reads of one waiting code that get a signal of their own.
pub const REPEATS_MAX: usize = 8;

/// What a read, an answer or the time leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// For the owner task as it is.
    Step(Step),
    /// Let the scanner speak, in the bytes of its dialogue.
    Signal(Feedback),
}

#[derive(Debug)]
struct Waiting {
    read: u64,
    asked_ms: u64,
    /// Double reads that came before the answer; each gets its own signal.
    repeats: usize,
}

/// The symbol seen last, for the double-read filter.
#[derive(Debug)]
struct Seen {
    symbol: Symbol,
    /// The read that asked about it; unreadable symbols are never asked about.
    read: Option<u64>,
    seen_ms: u64,
    signal: Option<Feedback>,
}

#[derive(Debug, PartialEq, Eq)]
enum Symbol {
    Code(String),
    /// The content is not kept, so two of a kind count as one.
    Unreadable(Unreadable),
}

#[derive(Debug)]
pub struct Reads {
    double_read_ms: u64,
    settled_ms: u64,
    reads: u64,
    waiting: VecDeque<Waiting>,
    seen: Option<Seen>,
}

impl Reads {
    pub fn new(double_read_ms: u64) -> Reads {
        Reads { double_read_ms, settled_ms: 0, reads: 0, waiting: VecDeque::new(), seen: None }
    }

    /// The line is open: nothing from before counts any more.
    pub fn connected(&mut self, now_ms: u64) {
        self.settled_ms = now_ms.saturating_add(SETTLE_MS);
        self.waiting.clear();
        self.seen = None;
    }

    pub fn frame(&mut self, frame: Frame, now_ms: u64, out: &mut Vec<Outcome>) {
        self.tick(now_ms, out);
        match frame {
            Frame::Noise(noise) => out.push(Outcome::Step(Step::Noise(noise))),
            Frame::Code { .. } | Frame::Unreadable(_) if now_ms < self.settled_ms => {}
            Frame::Code { payload, symbology } => self.code(payload, symbology, now_ms, out),
            Frame::Unreadable(why) => self.unreadable(why, now_ms, out),
        }
    }

    /// The box has answered. An answer that comes too late or twice is dropped.
    pub fn answer(&mut self, answer: Answer, now_ms: u64, out: &mut Vec<Outcome>) {
        self.tick(now_ms, out);
        let at = self.waiting.iter().position(|waiting| waiting.read == answer.read);
        if let Some(waiting) = at.and_then(|at| self.waiting.remove(at)) {
            self.conclude(&waiting, answer.feedback, out);
        }
    }

    pub fn due_ms(&self) -> Option<u64> {
        self.waiting.front().map(|first| first.asked_ms.saturating_add(ANSWER_MS_MAX))
    }

    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Outcome>) {
        while let Some(late) = self.pop_late(now_ms) {
            out.push(Outcome::Step(Step::Unanswered));
            // `Wait` and not `Refuse`: nothing is known about the ticket.
            self.conclude(&late, Feedback::Wait, out);
        }
    }

    fn pop_late(&mut self, now_ms: u64) -> Option<Waiting> {
        let first = self.waiting.front()?;
        let late = now_ms >= first.asked_ms.saturating_add(ANSWER_MS_MAX);
        if late { self.waiting.pop_front() } else { None }
    }

    fn code(
        &mut self,
        payload: String,
        symbology: Option<String>,
        now_ms: u64,
        out: &mut Vec<Outcome>,
    ) {
        let symbol = Symbol::Code(payload.clone());
        if self.repeats_last(&symbol, now_ms, out) {
            return;
        }
        if self.waiting.len() >= WAITING_CODES_MAX {
            self.seen = None;
            out.push(Outcome::Signal(Feedback::Wait));
            return;
        }
        self.reads += 1;
        let read = self.reads;
        self.waiting.push_back(Waiting { read, asked_ms: now_ms, repeats: 0 });
        self.seen = Some(Seen { symbol, read: Some(read), seen_ms: now_ms, signal: None });
        out.push(Outcome::Step(Step::Ask { read, payload, symbology }));
    }

    fn unreadable(&mut self, why: Unreadable, now_ms: u64, out: &mut Vec<Outcome>) {
        let symbol = Symbol::Unreadable(why);
        if self.repeats_last(&symbol, now_ms, out) {
            return;
        }
        let signal = Some(Feedback::Refuse);
        self.seen = Some(Seen { symbol, read: None, seen_ms: now_ms, signal });
        out.push(Outcome::Step(Step::Report(why)));
        out.push(Outcome::Signal(Feedback::Refuse));
    }

    /// Domain 9.1: the same symbol, seen again while it has not left the field, is not a
    /// scan. The window runs from when it was last seen, so a held symbol stays quiet.
    fn repeats_last(&mut self, symbol: &Symbol, now_ms: u64, out: &mut Vec<Outcome>) -> bool {
        let window_ms = self.double_read_ms;
        let Some(seen) = self.seen.as_mut().filter(|seen| seen.symbol == *symbol) else {
            return false;
        };
        if now_ms.saturating_sub(seen.seen_ms) >= window_ms {
            return false;
        }
        seen.seen_ms = now_ms;
        match seen.signal {
            Some(signal) => out.push(Outcome::Signal(signal)),
            None => {
                let waiting =
                    self.waiting.iter_mut().find(|waiting| Some(waiting.read) == seen.read);
                if let Some(waiting) = waiting {
                    waiting.repeats = (waiting.repeats + 1).min(REPEATS_MAX);
                }
            }
        }
        true
    }

    fn conclude(&mut self, waiting: &Waiting, feedback: Feedback, out: &mut Vec<Outcome>) {
        out.extend((0..=waiting.repeats).map(|_| Outcome::Signal(feedback)));
        if let Some(seen) = self.seen.as_mut().filter(|seen| seen.read == Some(waiting.read)) {
            match feedback {
                // No verdict was given, so the next read of this ticket must ask again.
                Feedback::Wait => self.seen = None,
                Feedback::Accept
                | Feedback::AcceptNotice
                | Feedback::Refuse
                | Feedback::RefuseUsed
                | Feedback::RefuseElsewhere
                | Feedback::Closed => seen.signal = Some(feedback),
            }
        }
    }
}
