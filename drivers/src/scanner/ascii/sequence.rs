//! The dialogue with one ASCII scanner: frames and answers in, steps out, time passed in.
//! Holds the double-read filter and sees to it that every scan is answered, in time.
//! Never does IO and never decides about a ticket.
//! Next: `signal.rs` (bytes of an answer), `scanner/ascii.rs` (the task that runs this).

use std::collections::VecDeque;

use super::codec::{Frame, Noise};
use super::signal;
use crate::scanner::{Answer, Feedback, ScannerSettings, Unreadable, Vendor};

/// Frames that end this soon after connecting are left-overs, not scans.
pub const SETTLE_MS: u64 = 200;
/// A scanner in host mode waits 10 s and then complains; we speak before that.
pub const ANSWER_MS_MAX: u64 = 5_000;
/// Codes waiting for a verdict at one scanner.
pub const WAITING_CODES_MAX: usize = 8;
/// Double reads of one waiting code that get a signal of their own.
pub const REPEATS_MAX: usize = 8;
/// A lane closed by command is enabled again after this, to be asked afresh.
pub const CLOSED_MS: u64 = 5_000;

/// What the owner task has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask the box about this code.
    Ask { read: u64, payload: String, symbology: Option<String> },
    /// Tell the box that something unreadable was shown; it is refused already.
    Report(Unreadable),
    /// Let the scanner speak.
    Signal(Feedback),
    /// Make a closed scanner read again.
    Enable,
    /// Count this.
    Noise(Noise),
    /// Count this: the box did not answer in time.
    Unanswered,
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
pub struct Sequence {
    double_read_ms: u64,
    vendor: Vendor,
    settled_ms: u64,
    reads: u64,
    waiting: VecDeque<Waiting>,
    seen: Option<Seen>,
    enable_ms: Option<u64>,
}

impl Sequence {
    pub fn new(settings: &ScannerSettings) -> Sequence {
        Sequence {
            double_read_ms: settings.double_read_ms,
            vendor: settings.feedback,
            settled_ms: 0,
            reads: 0,
            waiting: VecDeque::new(),
            seen: None,
            enable_ms: None,
        }
    }

    /// The line is open: nothing from before counts any more.
    pub fn connected(&mut self, now_ms: u64) {
        self.settled_ms = now_ms.saturating_add(SETTLE_MS);
        self.waiting.clear();
        self.seen = None;
        self.enable_ms = None;
    }

    pub fn frame(&mut self, frame: Frame, now_ms: u64, out: &mut Vec<Step>) {
        self.tick(now_ms, out);
        match frame {
            Frame::Noise(noise) => out.push(Step::Noise(noise)),
            Frame::Code { .. } | Frame::Unreadable(_) if now_ms < self.settled_ms => {}
            Frame::Code { payload, symbology } => self.code(payload, symbology, now_ms, out),
            Frame::Unreadable(why) => self.unreadable(why, now_ms, out),
        }
    }

    /// The box has answered. An answer that comes too late or twice is dropped.
    pub fn answer(&mut self, answer: Answer, now_ms: u64, out: &mut Vec<Step>) {
        self.tick(now_ms, out);
        let at = self.waiting.iter().position(|waiting| waiting.read == answer.read);
        if let Some(waiting) = at.and_then(|at| self.waiting.remove(at)) {
            self.conclude(&waiting, answer.feedback, now_ms, out);
        }
    }

    pub fn due_ms(&self) -> Option<u64> {
        let answer = self.waiting.front().map(|first| first.asked_ms.saturating_add(ANSWER_MS_MAX));
        answer.into_iter().chain(self.enable_ms).min()
    }

    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        while let Some(late) = self.pop_late(now_ms) {
            out.push(Step::Unanswered);
            // `Wait` and not `Refuse`: nothing is known about the ticket.
            self.conclude(&late, Feedback::Wait, now_ms, out);
        }
        if self.enable_ms.is_some_and(|due| now_ms >= due) {
            self.enable_ms = None;
            out.push(Step::Enable);
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
        out: &mut Vec<Step>,
    ) {
        let symbol = Symbol::Code(payload.clone());
        if self.repeats_last(&symbol, now_ms, out) {
            return;
        }
        if self.waiting.len() >= WAITING_CODES_MAX {
            self.seen = None;
            out.push(Step::Signal(Feedback::Wait));
            return;
        }
        self.reads += 1;
        let read = self.reads;
        self.waiting.push_back(Waiting { read, asked_ms: now_ms, repeats: 0 });
        self.seen = Some(Seen { symbol, read: Some(read), seen_ms: now_ms, signal: None });
        out.push(Step::Ask { read, payload, symbology });
    }

    fn unreadable(&mut self, why: Unreadable, now_ms: u64, out: &mut Vec<Step>) {
        let symbol = Symbol::Unreadable(why);
        if self.repeats_last(&symbol, now_ms, out) {
            return;
        }
        let signal = Some(Feedback::Refuse);
        self.seen = Some(Seen { symbol, read: None, seen_ms: now_ms, signal });
        out.push(Step::Report(why));
        out.push(Step::Signal(Feedback::Refuse));
    }

    /// Domain 9.1: the same symbol, seen again while it has not left the field, is not a
    /// scan. The window runs from when it was last seen, so a held symbol stays quiet.
    fn repeats_last(&mut self, symbol: &Symbol, now_ms: u64, out: &mut Vec<Step>) -> bool {
        let window_ms = self.double_read_ms;
        let Some(seen) = self.seen.as_mut().filter(|seen| seen.symbol == *symbol) else {
            return false;
        };
        if now_ms.saturating_sub(seen.seen_ms) >= window_ms {
            return false;
        }
        seen.seen_ms = now_ms;
        match seen.signal {
            Some(signal) => out.push(Step::Signal(signal)),
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

    fn conclude(
        &mut self,
        waiting: &Waiting,
        feedback: Feedback,
        now_ms: u64,
        out: &mut Vec<Step>,
    ) {
        out.extend((0..=waiting.repeats).map(|_| Step::Signal(feedback)));
        if feedback == Feedback::Closed && signal::closed_deafens(self.vendor) {
            self.enable_ms = Some(now_ms.saturating_add(CLOSED_MS));
        }
        if let Some(seen) = self.seen.as_mut().filter(|seen| seen.read == Some(waiting.read)) {
            match feedback {
                // No verdict was given, so the next read of this ticket must ask again.
                Feedback::Wait => self.seen = None,
                Feedback::Accept | Feedback::AcceptNotice | Feedback::Refuse | Feedback::Closed => {
                    seen.signal = Some(feedback)
                }
            }
        }
    }
}
