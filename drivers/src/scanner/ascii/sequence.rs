//! The dialogue with one ASCII scanner: frames and answers in, steps out, time passed in.
//! Holds the verdict in the maker's bytes, and the enabling of a lane closed by command.
//! Never does IO and never decides about a ticket.
//! Next: `signal.rs` (bytes of an answer), `scanner/reads.rs` (one ask, one answer).

use super::signal;
use crate::scanner::dialogue::Step;
use crate::scanner::frame::Frame;
use crate::scanner::reads::{Outcome, Reads};
use crate::scanner::{Answer, Feedback, ScannerSettings, Vendor};

/// A lane closed by command is enabled again after this, to be asked afresh.
pub const CLOSED_MS: u64 = 5_000;

#[derive(Debug)]
pub struct Sequence {
    reads: Reads,
    vendor: Vendor,
    enable_ms: Option<u64>,
}

impl Sequence {
    pub fn new(settings: &ScannerSettings) -> Sequence {
        let reads = Reads::new(settings.double_read_ms);
        Sequence { reads, vendor: settings.feedback, enable_ms: None }
    }

    pub fn connected(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        self.reads.connected(now_ms);
        self.enable_ms = None;
        write(signal::greeting(self.vendor), out);
    }

    pub fn frame(&mut self, frame: Frame, now_ms: u64, out: &mut Vec<Step>) {
        self.tick(now_ms, out);
        let mut outcomes = Vec::new();
        self.reads.frame(frame, now_ms, &mut outcomes);
        self.carry_out(outcomes, now_ms, out);
    }

    pub fn answer(&mut self, answer: Answer, now_ms: u64, out: &mut Vec<Step>) {
        self.tick(now_ms, out);
        let mut outcomes = Vec::new();
        self.reads.answer(answer, now_ms, &mut outcomes);
        self.carry_out(outcomes, now_ms, out);
    }

    pub fn due_ms(&self) -> Option<u64> {
        self.reads.due_ms().into_iter().chain(self.enable_ms).min()
    }

    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        let mut outcomes = Vec::new();
        self.reads.tick(now_ms, &mut outcomes);
        self.carry_out(outcomes, now_ms, out);
        if self.enable_ms.is_some_and(|due| now_ms >= due) {
            self.enable_ms = None;
            write(signal::DATALOGIC_ENABLE, out);
        }
    }

    fn carry_out(&mut self, outcomes: Vec<Outcome>, now_ms: u64, out: &mut Vec<Step>) {
        for outcome in outcomes {
            match outcome {
                Outcome::Step(step) => out.push(step),
                Outcome::Signal(feedback) => self.signal(feedback, now_ms, out),
            }
        }
    }

    fn signal(&mut self, feedback: Feedback, now_ms: u64, out: &mut Vec<Step>) {
        write(signal::bytes(self.vendor, feedback), out);
        if feedback == Feedback::Closed && signal::closed_deafens(self.vendor) {
            self.enable_ms = Some(now_ms.saturating_add(CLOSED_MS));
        }
    }
}

/// A scanner without commands is never written to.
fn write(bytes: &'static [u8], out: &mut Vec<Step>) {
    if !bytes.is_empty() {
        out.push(Step::Write(bytes.into()));
    }
}
