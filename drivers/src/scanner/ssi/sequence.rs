//! The dialogue with one SSI scanner: packets, text and answers in, steps out, time passed in.
//! Holds the phases of a connection, the scanner's repeats and chains, and what it cannot do.
//! Never does IO and never decides about a ticket: an acknowledgement is not a verdict.
//! Next: `link.rs` (commands and re-sending), `scanner/reads.rs` (one ask, one answer).

use super::codec::{Heard, Packet, STATUS_RETRANSMIT, cause, opcode, symbology};
use super::link::Link;
use super::signal;
use crate::scanner::ascii::codec::FRAME_BYTES_MAX;
use crate::scanner::dialogue::Step;
use crate::scanner::frame::{Frame, Noise, Reader};
use crate::scanner::reads::{Outcome, Reads};
use crate::scanner::{Answer, Feedback, ScannerSettings};

pub use super::link::{ORDERS_MAX, RESENDS_MAX, RESPONSE_MS, WAKE_MS};

/// A device that does not answer as SSI is asked again after this.
pub const RETRY_MS: u64 = 30_000;
/// A lamp stays on until it is told otherwise.
pub const LED_MS: u64 = 1_500;
/// A scanner's re-send comes within this: two more than the first, 9.9 s apart at most.
pub const REPEAT_MS_MAX: u64 = 30_000;
/// How long the next packet of a long symbol may take, re-sends included.
pub const CHAIN_MS_MAX: u64 = 30_000;

/// How far the scanner and we have got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// This command of the greeting is ordered, or in flight.
    Greeting {
        at: usize,
    },
    Agreed,
    /// It does not answer: codes are taken as text, and nothing is signalled.
    Plain {
        retry_ms: u64,
    },
}

#[derive(Debug)]
struct Lit {
    leds: u8,
    off_ms: u64,
}

/// The decode packet before, without its retransmit bit.
#[derive(Debug)]
struct Last {
    packet: Packet,
    at_ms: u64,
}

/// A symbol that comes in several packets.
#[derive(Debug)]
struct Chain {
    bytes: Vec<u8>,
    due_ms: u64,
}

#[derive(Debug)]
pub struct Sequence {
    reads: Reads,
    reader: Reader,
    link: Link,
    phase: Phase,
    /// True from when the scanner has agreed to send packets: from then on text is noise.
    packets_only: bool,
    can_beep: bool,
    /// Lamps that the scanner has not denied.
    leds: u8,
    lit: Option<Lit>,
    last: Option<Last>,
    chain: Option<Chain>,
}

impl Sequence {
    pub fn new(settings: &ScannerSettings) -> Sequence {
        Sequence {
            reads: Reads::new(settings.double_read_ms),
            reader: Reader::new(settings),
            link: Link::default(),
            phase: Phase::Plain { retry_ms: u64::MAX },
            packets_only: false,
            can_beep: true,
            leds: signal::LED_GREEN | signal::LED_RED,
            lit: None,
            last: None,
            chain: None,
        }
    }

    /// The line is open. Another device may be at its other end.
    pub fn connected(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        self.reads.connected(now_ms);
        self.can_beep = true;
        self.leds = signal::LED_GREEN | signal::LED_RED;
        self.last = None;
        self.chain = None;
        self.greet(now_ms, out);
    }

    pub fn heard(&mut self, heard: Heard, now_ms: u64, out: &mut Vec<Step>) {
        self.tick(now_ms, out);
        match heard {
            Heard::Packet(packet) => self.packet(packet, now_ms, out),
            Heard::Text(frame) => self.text(frame, now_ms, out),
            Heard::Garbled => {
                self.damaged(out);
                send(opcode::NAK, &[cause::RESEND], out);
            }
            Heard::Lost => self.damaged(out),
        }
        self.link.start(now_ms, out);
    }

    pub fn answer(&mut self, answer: Answer, now_ms: u64, out: &mut Vec<Step>) {
        self.tick(now_ms, out);
        let mut outcomes = Vec::new();
        self.reads.answer(answer, now_ms, &mut outcomes);
        self.carry_out(outcomes, now_ms, out);
        self.link.start(now_ms, out);
    }

    pub fn due_ms(&self) -> Option<u64> {
        let retry_ms = match self.phase {
            Phase::Plain { retry_ms } => Some(retry_ms),
            Phase::Greeting { .. } | Phase::Agreed => None,
        };
        let lit = self.lit.as_ref().map(|lit| lit.off_ms);
        let chain = self.chain.as_ref().map(|chain| chain.due_ms);
        let dues = [self.reads.due_ms(), self.link.due_ms(), retry_ms, lit, chain];
        dues.into_iter().flatten().min()
    }

    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        let mut outcomes = Vec::new();
        self.reads.tick(now_ms, &mut outcomes);
        self.carry_out(outcomes, now_ms, out);
        if self.chain.as_ref().is_some_and(|chain| now_ms >= chain.due_ms) {
            self.chain = None;
            out.push(Step::Noise(Noise::Broken));
        }
        if let Some(lit) = self.lit.take_if(|lit| now_ms >= lit.off_ms) {
            self.link.order(Packet::host(opcode::LED_OFF, &[lit.leds]));
        }
        match self.phase {
            Phase::Plain { retry_ms } if now_ms >= retry_ms => self.greet(now_ms, out),
            Phase::Plain { .. } | Phase::Greeting { .. } | Phase::Agreed => {}
        }
        if self.link.tick(now_ms, out).is_some() {
            self.fell_silent(now_ms, out);
        }
        self.link.start(now_ms, out);
    }

    /// Begins anew, as with a scanner that has just been switched on.
    fn greet(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        self.packets_only = false;
        self.lit = None;
        self.link.reset();
        self.phase = Phase::Greeting { at: 0 };
        self.order_greeting(0);
        self.link.start(now_ms, out);
    }

    fn order_greeting(&mut self, at: usize) {
        match signal::greeting().into_iter().nth(at) {
            Some(packet) => {
                self.phase = Phase::Greeting { at };
                self.link.order(packet);
            }
            None => self.phase = Phase::Agreed,
        }
    }

    fn packet(&mut self, packet: Packet, now_ms: u64, out: &mut Vec<Step>) {
        match self.phase {
            // It does speak SSI: no need to wait any longer.
            Phase::Plain { .. } => self.greet(now_ms, out),
            Phase::Greeting { .. } | Phase::Agreed => {}
        }
        match packet.opcode {
            opcode::ACK => self.taken(),
            opcode::NAK => self.nak(&packet, now_ms, out),
            opcode::DECODE_DATA => {
                // The transport first, at once; the verdict follows by itself.
                send(opcode::ACK, &[], out);
                self.decoded(packet, now_ms, out);
            }
            opcode::REPLY_REVISION
            | opcode::REPLY_ID
            | opcode::CAPABILITIES_REPLY
            | opcode::PARAM_SEND
            | opcode::IMAGE_DATA
            | opcode::EVENT => {
                send(opcode::ACK, &[], out);
                self.replied(&packet);
            }
            _ => send(opcode::NAK, &[cause::BAD_CONTEXT], out),
        }
    }

    fn replied(&mut self, packet: &Packet) {
        if packet.opcode == opcode::CAPABILITIES_REPLY {
            self.learn(&packet.data);
        }
        let asked = self.link.asked().map(|asked| asked.opcode);
        let is_answer = match packet.opcode {
            opcode::REPLY_REVISION | opcode::REPLY_ID => asked == Some(opcode::REQUEST_REVISION),
            opcode::CAPABILITIES_REPLY => asked == Some(opcode::CAPABILITIES_REQUEST),
            _ => false,
        };
        if is_answer {
            self.taken();
        }
    }

    /// Reads the list of commands the scanner takes. How many bytes stand before the list is
    /// not told alike everywhere, so a reply counts only if it names what every scanner has.
    fn learn(&mut self, capabilities: &[u8]) {
        if !capabilities.contains(&opcode::DECODE_DATA) && !capabilities.contains(&opcode::ACK) {
            return;
        }
        self.can_beep = capabilities.contains(&opcode::BEEP);
        if !capabilities.contains(&opcode::LED_ON) {
            self.leds = 0;
        }
    }

    /// The scanner has done what was asked.
    fn taken(&mut self) {
        let Some(asked) = self.link.answered() else { return };
        if asked == signal::packets() {
            self.packets_only = true;
        }
        self.go_on_after(&asked);
    }

    fn nak(&mut self, packet: &Packet, now_ms: u64, out: &mut Vec<Step>) {
        if packet.data.first() == Some(&cause::RESEND) {
            if self.link.repeat(now_ms, out).is_some() {
                self.fell_silent(now_ms, out);
            }
            return;
        }
        let Some(asked) = self.link.answered() else { return };
        match asked.opcode {
            opcode::BEEP => self.can_beep = false,
            opcode::LED_ON | opcode::LED_OFF => {
                let denied = asked.data.first().copied().unwrap_or(u8::MAX);
                self.leds &= !denied;
                self.lit.take_if(|lit| lit.leds & denied != 0);
            }
            // The others are wished for, not needed: what is not there is done without.
            _ => {}
        }
        self.go_on_after(&asked);
    }

    /// The next command of the greeting, if that was one.
    fn go_on_after(&mut self, asked: &Packet) {
        let Phase::Greeting { at } = self.phase else { return };
        if signal::greeting().get(at) == Some(asked) {
            self.order_greeting(at + 1);
        }
    }

    fn fell_silent(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        out.push(Step::Silent);
        match self.phase {
            // It may have been switched off and on: then it knows nothing of packets.
            Phase::Agreed => self.greet(now_ms, out),
            Phase::Greeting { .. } | Phase::Plain { .. } => {
                self.link.reset();
                self.lit = None;
                self.packets_only = false;
                self.phase = Phase::Plain { retry_ms: now_ms.saturating_add(RETRY_MS) };
            }
        }
    }

    fn damaged(&mut self, out: &mut Vec<Step>) {
        // What is sent again now may be a packet of which the first copy was never read.
        self.last = None;
        out.push(Step::Noise(Noise::Broken));
    }

    fn decoded(&mut self, packet: Packet, now_ms: u64, out: &mut Vec<Step>) {
        let is_marked = packet.is_retransmitted();
        let packet = Packet { status: packet.status & !STATUS_RETRANSMIT, ..packet };
        let is_repeat =
            is_marked && self.last.as_ref().is_some_and(|last| last.is(&packet, now_ms));
        if !is_repeat {
            self.part(&packet, now_ms, out);
        }
        self.last = Some(Last { packet, at_ms: now_ms });
    }

    /// Each packet of a chain starts with the code type.
    fn part(&mut self, packet: &Packet, now_ms: u64, out: &mut Vec<Step>) {
        let Some((code_type, part)) = packet.data.split_first() else { return };
        let mut bytes = self.chain.take().map(|chain| chain.bytes).unwrap_or_default();
        // Longer than any ticket: that it is too long is all that matters of the rest.
        if bytes.len() < FRAME_BYTES_MAX {
            bytes.extend_from_slice(part);
        }
        if packet.continues() {
            self.chain = Some(Chain { bytes, due_ms: now_ms.saturating_add(CHAIN_MS_MAX) });
            return;
        }
        let mark = symbology(*code_type);
        if let Some(frame) = self.reader.read(bare(&bytes)) {
            self.frame(marked(frame, mark), now_ms, out);
        }
    }

    fn text(&mut self, frame: Frame, now_ms: u64, out: &mut Vec<Step>) {
        if !self.packets_only {
            return self.frame(frame, now_ms, out);
        }
        out.push(Step::Noise(Noise::Broken));
        // A whole code as text: the scanner was switched off and on in between.
        if matches!(frame, Frame::Code { .. }) && self.phase == Phase::Agreed {
            self.greet(now_ms, out);
        }
    }

    fn frame(&mut self, frame: Frame, now_ms: u64, out: &mut Vec<Step>) {
        let mut outcomes = Vec::new();
        self.reads.frame(frame, now_ms, &mut outcomes);
        self.carry_out(outcomes, now_ms, out);
    }

    fn carry_out(&mut self, outcomes: Vec<Outcome>, now_ms: u64, out: &mut Vec<Step>) {
        for outcome in outcomes {
            match outcome {
                Outcome::Step(step) => out.push(step),
                Outcome::Signal(feedback) => self.signal(feedback, now_ms),
            }
        }
    }

    /// Orders beep and lamp. A verdict that is yet to be heard is not ordered twice.
    fn signal(&mut self, feedback: Feedback, now_ms: u64) {
        let is_plain = matches!(self.phase, Phase::Plain { .. });
        let beep = Packet::host(opcode::BEEP, &[signal::beep(feedback)]);
        if is_plain || !self.link.has_room(3) || self.link.waits(&beep) {
            return;
        }
        let leds = signal::led(feedback) & self.leds;
        if let Some(other) = self.lit.take_if(|lit| lit.leds != leds) {
            self.link.order(Packet::host(opcode::LED_OFF, &[other.leds]));
        }
        if self.can_beep {
            self.link.order(beep);
        }
        if leds != 0 {
            self.link.order(Packet::host(opcode::LED_ON, &[leds]));
            self.lit = Some(Lit { leds, off_ms: now_ms.saturating_add(LED_MS) });
        }
    }
}

impl Last {
    fn is(&self, packet: &Packet, now_ms: u64) -> bool {
        self.packet == *packet && now_ms.saturating_sub(self.at_ms) < REPEAT_MS_MAX
    }
}

/// An answer that itself wants none.
fn send(opcode: u8, data: &[u8], out: &mut Vec<Step>) {
    out.push(Step::Write(Packet::host(opcode, data).bytes().into()));
}

/// Without start mark and suffix, which a scanner may be set to put into its packets.
fn bare(bytes: &[u8]) -> &[u8] {
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0x03);
    let end = bytes.iter().rposition(|byte| !is_end(byte)).map_or(0, |last| last + 1);
    let bytes = bytes.get(..end).unwrap_or(bytes);
    bytes.strip_prefix(&[0x02]).unwrap_or(bytes)
}

/// A mark in the code itself says more than the code type.
fn marked(frame: Frame, mark: Option<&str>) -> Frame {
    match frame {
        Frame::Code { payload, symbology: None } => {
            Frame::Code { payload, symbology: mark.map(str::to_owned) }
        }
        Frame::Code { .. } | Frame::Unreadable(_) | Frame::Noise(_) => frame,
    }
}
