//! The link: APDUs across a serial line (ACK, NAK, sent again, lost ACKs) or a TCP stream.
//! Holds what was sent and not yet taken. Never sends a payment again on silence, only on an
//! explicit NAK; never looks into an APDU. Source: pin-pads 3.2, 3.3. Next: `sequence.rs`.

use std::collections::VecDeque;

use super::apdu::{Apdu, Stream};
use super::serial::{ACK, Deframer, NAK, Piece, frame};
use super::settings::{Timers, Transport};
use crate::pin_pad::Step;

/// How often one block is sent in all.
pub const SENDS_MAX: u8 = 3;
/// Broken frames in a row before the line is given up.
pub const BROKEN_MAX: u8 = 3;

/// What an APDU is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Moves money: never sent again on silence.
    Payment,
    Command,
    Answer,
}

/// What the link has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Apdu(Apdu),
    /// NAK to every sending of this block.
    Refused(Purpose),
    /// Neither ACK nor NAK.
    Silent(Purpose),
    /// Nothing that comes in can be read.
    Garbled,
}

struct Block {
    bytes: Vec<u8>,
    purpose: Purpose,
    sends: u8,
    due_ms: u64,
}

pub struct Link {
    transport: Transport,
    timers: Timers,
    stream: Stream,
    deframer: Deframer,
    flight: Option<Block>,
    waiting: VecDeque<Block>,
    last_in: Vec<u8>,
    /// What was answered to `last_in`.
    last_answer: Option<Vec<u8>>,
    byte_due_ms: Option<u64>,
    broken: u8,
}

impl Link {
    pub fn new(transport: Transport, timers: Timers) -> Link {
        Link {
            transport,
            timers,
            stream: Stream::default(),
            deframer: Deframer::default(),
            flight: None,
            waiting: VecDeque::new(),
            last_in: Vec::new(),
            last_answer: None,
            byte_due_ms: None,
            broken: 0,
        }
    }

    /// A fresh line: nothing of the old one counts.
    pub fn reset(&mut self) {
        *self = Link::new(self.transport, self.timers);
    }

    pub fn send(&mut self, apdu: &Apdu, purpose: Purpose, now_ms: u64, steps: &mut Vec<Step>) {
        let bytes = apdu.bytes();
        match self.transport {
            Transport::Tcp => write(bytes, steps),
            Transport::Serial => {
                let bytes = frame(&bytes);
                if purpose == Purpose::Answer {
                    self.last_answer = Some(bytes.clone());
                }
                self.waiting.push_back(Block { bytes, purpose, sends: 0, due_ms: 0 });
                self.send_next(now_ms, steps);
            }
        }
    }

    fn send_next(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        if self.flight.is_none() {
            self.flight = self.waiting.pop_front();
            self.send_flight(now_ms, steps);
        }
    }

    fn send_flight(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        if let Some(block) = &mut self.flight {
            block.sends += 1;
            block.due_ms = now_ms + self.timers.block_ms;
            write(block.bytes.clone(), steps);
        }
    }

    pub fn bytes(
        &mut self,
        bytes: &[u8],
        now_ms: u64,
        steps: &mut Vec<Step>,
        heard: &mut Vec<Heard>,
    ) {
        if self.transport == Transport::Tcp {
            let mut apdus = Vec::new();
            self.stream.bytes(bytes, &mut apdus);
            heard.extend(apdus.into_iter().map(Heard::Apdu));
            return;
        }
        let mut pieces = Vec::new();
        self.deframer.bytes(bytes, &mut pieces);
        for piece in pieces {
            self.piece(piece, now_ms, steps, heard);
        }
        let due_ms = now_ms + self.timers.byte_ms;
        self.byte_due_ms = self.deframer.is_partial().then_some(due_ms);
    }

    fn piece(&mut self, piece: Piece, now_ms: u64, steps: &mut Vec<Step>, heard: &mut Vec<Heard>) {
        match piece {
            Piece::Ack => {
                self.flight = None;
                self.send_next(now_ms, steps);
            }
            Piece::Nak => self.nak(now_ms, steps, heard),
            Piece::Broken => self.broken(steps, heard),
            Piece::Frame(bytes) => match Apdu::read(&bytes) {
                Some(apdu) => self.frame(bytes, apdu, now_ms, steps, heard),
                None => self.broken(steps, heard),
            },
        }
    }

    fn nak(&mut self, now_ms: u64, steps: &mut Vec<Step>, heard: &mut Vec<Heard>) {
        match self.flight.take() {
            Some(block) if block.sends >= SENDS_MAX => {
                heard.push(Heard::Refused(block.purpose));
                self.send_next(now_ms, steps);
            }
            Some(block) => {
                self.flight = Some(block);
                self.send_flight(now_ms, steps);
            }
            None => {}
        }
    }

    fn broken(&mut self, steps: &mut Vec<Step>, heard: &mut Vec<Heard>) {
        write(vec![NAK], steps);
        self.broken += 1;
        if self.broken >= BROKEN_MAX {
            self.broken = 0;
            heard.push(Heard::Garbled);
        }
    }

    fn frame(
        &mut self,
        bytes: Vec<u8>,
        apdu: Apdu,
        now_ms: u64,
        steps: &mut Vec<Step>,
        heard: &mut Vec<Heard>,
    ) {
        self.broken = 0;
        write(vec![ACK], steps);
        if self.is_repeated(&bytes) {
            return self.answer_again(now_ms, steps);
        }
        // A new word from the terminal says that it took our block: its ACK was lost.
        self.flight = None;
        self.last_in = bytes;
        self.last_answer = None;
        heard.push(Heard::Apdu(apdu));
        self.send_next(now_ms, steps);
    }

    /// The same frame while our answer to it has not been taken: our ACK was lost. With the
    /// answer taken it is a new word that happens to be the same.
    fn is_repeated(&self, bytes: &[u8]) -> bool {
        let taken = self.last_answer.is_some() && self.flight.is_none() && self.waiting.is_empty();
        // An acknowledgement gets no answer; two in a row are two.
        let is_word = !matches!(bytes.first(), Some(0x80 | 0x84));
        is_word && !taken && self.last_in == bytes
    }

    /// Sends the answer once more, unless it is still to be given.
    fn answer_again(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        let Some(answer) = &self.last_answer else { return };
        match &mut self.flight {
            Some(block) if block.bytes == *answer => {
                block.due_ms = now_ms + self.timers.block_ms;
                write(answer.clone(), steps);
            }
            Some(_) | None => {}
        }
    }

    /// What has become due by `now_ms`.
    pub fn tick(&mut self, now_ms: u64, steps: &mut Vec<Step>, heard: &mut Vec<Heard>) {
        if self.byte_due_ms.is_some_and(|due_ms| due_ms <= now_ms) {
            self.byte_due_ms = None;
            if self.deframer.silence().is_some() {
                self.broken(steps, heard);
            }
        }
        let Some(block) = self.flight.take_if(|block| block.due_ms <= now_ms) else { return };
        if block.purpose == Purpose::Payment || block.sends >= SENDS_MAX {
            heard.push(Heard::Silent(block.purpose));
            self.send_next(now_ms, steps);
        } else {
            self.flight = Some(block);
            self.send_flight(now_ms, steps);
        }
    }

    pub fn due_ms(&self) -> Option<u64> {
        let flight = self.flight.as_ref().map(|block| block.due_ms);
        [flight, self.byte_due_ms].into_iter().flatten().min()
    }
}

fn write(bytes: Vec<u8>, steps: &mut Vec<Step>) {
    steps.push(Step::Write { exchange: 0, bytes });
}
