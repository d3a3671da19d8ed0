//! SSI packets to bytes and back, and plain text beside them on the same line.
//! Holds length, checksum and the search for the next packet after noise; time is passed in.
//! Never does IO, never answers, never knows what a packet leads to.
//! Next: `sequence.rs` decides that; `ascii/codec.rs` frames the text.

use crate::scanner::ScannerSettings;
use crate::scanner::ascii::codec::Codec as Text;
use crate::scanner::frame::Frame;

/// Silence inside a packet after which it is given up.
pub const INTER_BYTE_MS: u64 = 200;
pub const DATA_BYTES_MAX: usize = 251;
pub const STATUS_RETRANSMIT: u8 = 0x01;
pub const STATUS_CONTINUES: u8 = 0x02;

const HEADER_BYTES: usize = 4;
const CHECKSUM_BYTES: usize = 2;
const STATUS_ZERO_BITS: u8 = 0xF0;
const SOURCE_SCANNER: u8 = 0;
const SOURCE_HOST: u8 = 4;
/// No opcode is below, so no text of ours looks like a packet.
const OPCODE_MIN: u8 = 0x80;

/// What a packet is about.
pub mod opcode {
    pub const REQUEST_REVISION: u8 = 0xA3;
    pub const REPLY_REVISION: u8 = 0xA4;
    pub const REPLY_ID: u8 = 0xA6;
    pub const IMAGE_DATA: u8 = 0xB1;
    pub const PARAM_SEND: u8 = 0xC6;
    pub const ACK: u8 = 0xD0;
    pub const NAK: u8 = 0xD1;
    pub const FLUSH_QUEUE: u8 = 0xD2;
    pub const CAPABILITIES_REQUEST: u8 = 0xD3;
    pub const CAPABILITIES_REPLY: u8 = 0xD4;
    pub const BEEP: u8 = 0xE6;
    pub const LED_ON: u8 = 0xE7;
    pub const LED_OFF: u8 = 0xE8;
    pub const SCAN_ENABLE: u8 = 0xE9;
    pub const DECODE_DATA: u8 = 0xF3;
    pub const EVENT: u8 = 0xF6;
}

/// Why a packet was not taken.
pub mod cause {
    pub const RESEND: u8 = 1;
    pub const BAD_CONTEXT: u8 = 2;
    pub const DENIED: u8 = 6;
}

/// One packet, without length and checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    pub opcode: u8,
    pub source: u8,
    pub status: u8,
    /// At most `DATA_BYTES_MAX`; what is more is not sent.
    pub data: Vec<u8>,
}

impl Packet {
    /// A packet of ours. Parameters in it are set until the scanner loses power.
    pub fn host(opcode: u8, data: &[u8]) -> Packet {
        Packet { opcode, source: SOURCE_HOST, status: 0, data: data.to_vec() }
    }

    pub fn is_retransmitted(&self) -> bool {
        self.status & STATUS_RETRANSMIT != 0
    }

    pub fn continues(&self) -> bool {
        self.status & STATUS_CONTINUES != 0
    }

    /// The same packet, marked as sent before.
    pub fn again(&self) -> Packet {
        Packet { status: self.status | STATUS_RETRANSMIT, ..self.clone() }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let data = self.data.get(..DATA_BYTES_MAX).unwrap_or(&self.data);
        let length = u8::try_from(HEADER_BYTES + data.len()).unwrap_or(u8::MAX);
        let mut bytes = vec![length, self.opcode, self.source, self.status];
        bytes.extend_from_slice(data);
        bytes.extend_from_slice(&checksum(&bytes));
        bytes
    }

    /// The packet that these bytes are, whole and undamaged, whoever sent it.
    pub fn read(bytes: &[u8]) -> Option<Packet> {
        let &[length, opcode, source, status, ..] = bytes else { return None };
        let (body, sum) = bytes.split_at_checked(usize::from(length))?;
        let data = body.get(HEADER_BYTES..)?;
        (sum == checksum(body)).then(|| Packet { opcode, source, status, data: data.to_vec() })
    }
}

/// Two's complement of the sum, high byte first.
fn checksum(body: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let sum = body.iter().fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    sum.wrapping_neg().to_be_bytes()
}

/// One thing the line said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Packet(Packet),
    /// A whole packet with a wrong checksum: it can be asked for again.
    Garbled,
    /// A packet that stopped half way. The scanner notices by itself.
    Lost,
    /// Plain text, or noise.
    Text(Frame),
}

/// The framing state of one line.
#[derive(Debug)]
pub struct Codec {
    text: Text,
    /// What may become a packet: empty, or the beginning of one as far as can be seen. Its
    /// first three bytes have been given to `text`, too, until the header proves them wrong.
    packet: Vec<u8>,
    last_byte_ms: u64,
}

impl Codec {
    pub fn new(settings: &ScannerSettings) -> Codec {
        // A pause inside a packet must not make a code of its first bytes.
        let idle_ms = settings.silence_ms().map(|ms| ms.max(INTER_BYTE_MS));
        let text = Text::new(&ScannerSettings { idle_ms, ..settings.clone() });
        Codec { text, packet: Vec::new(), last_byte_ms: 0 }
    }

    /// Takes bytes that arrived at `now_ms`. How they were cut into calls makes no difference.
    pub fn bytes(&mut self, bytes: &[u8], now_ms: u64, out: &mut Vec<Heard>) {
        self.tick(now_ms, out);
        for &byte in bytes {
            self.byte(byte, now_ms, out);
            self.last_byte_ms = now_ms;
        }
    }

    /// When `tick` wants to be called, if no byte comes before.
    pub fn due_ms(&self) -> Option<u64> {
        let packet = (!self.packet.is_empty()).then(|| self.packet_due_ms());
        packet.into_iter().chain(self.text.due_ms()).min()
    }

    /// Gives up a packet that stopped, and lets silence end a text.
    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Heard>) {
        if !self.packet.is_empty() && now_ms >= self.packet_due_ms() {
            self.give_up(out);
        }
        let mut frames = Vec::new();
        self.text.tick(now_ms, &mut frames);
        out.extend(frames.into_iter().map(Heard::Text));
    }

    /// The line hung up: what was begun is neither packet nor code.
    pub fn hang_up(&mut self) {
        self.packet.clear();
        self.text.hang_up();
    }

    fn packet_due_ms(&self) -> u64 {
        self.last_byte_ms.saturating_add(INTER_BYTE_MS)
    }

    fn byte(&mut self, byte: u8, now_ms: u64, out: &mut Vec<Heard>) {
        self.packet.push(byte);
        let count = self.packet.len();
        if !may_be_packet(&self.packet) {
            self.text(byte, now_ms, out);
            self.seek();
        } else if count < HEADER_BYTES {
            // A text must not wait for the next byte to be ended by its suffix.
            self.text(byte, now_ms, out);
        } else if count == HEADER_BYTES {
            self.text.retract(HEADER_BYTES - 1);
        }
        if is_complete(&self.packet) {
            self.complete(out);
        }
    }

    fn text(&mut self, byte: u8, now_ms: u64, out: &mut Vec<Heard>) {
        let mut frames = Vec::new();
        self.text.bytes(&[byte], now_ms, &mut frames);
        out.extend(frames.into_iter().map(Heard::Text));
    }

    /// Leaves only what may still be the beginning of a packet.
    fn seek(&mut self) {
        let may_start = |at: &usize| self.packet.get(*at..).is_some_and(may_be_packet);
        let start = (0..self.packet.len()).find(may_start);
        self.packet.drain(..start.unwrap_or(self.packet.len()));
    }

    fn complete(&mut self, out: &mut Vec<Heard>) {
        if self.read_one(out) {
            return;
        }
        let packets = self.salvage(out, false);
        // While another header is open the line is not asked to repeat.
        if packets == 0 && self.packet.len() < HEADER_BYTES {
            out.push(Heard::Garbled);
        }
    }

    /// The silence is too long for what was begun.
    fn give_up(&mut self, out: &mut Vec<Heard>) {
        if self.packet.len() >= HEADER_BYTES && self.salvage(out, true) == 0 {
            out.push(Heard::Lost);
        }
        self.packet.clear();
    }

    /// Looks for packets inside of what was taken for one, and gives how many it found. Where
    /// nothing more will come, a mere beginning is dropped, too.
    fn salvage(&mut self, out: &mut Vec<Heard>, is_all: bool) -> usize {
        self.text.hang_up();
        self.drop_first();
        let mut found = 0;
        while !self.packet.is_empty() {
            if self.read_one(out) {
                found += 1;
                self.seek();
            } else if is_all || is_complete(&self.packet) {
                self.drop_first();
            } else {
                break;
            }
        }
        found
    }

    fn drop_first(&mut self) {
        self.packet.drain(..self.packet.len().min(1));
        self.seek();
    }

    /// Takes the packet at the front, if it is one.
    fn read_one(&mut self, out: &mut Vec<Heard>) -> bool {
        let size = packet_size(&self.packet).unwrap_or(0);
        let Some(packet) = self.packet.get(..size).and_then(Packet::read) else {
            return false;
        };
        self.packet.drain(..size);
        // What stood before it was noise.
        self.text.hang_up();
        out.push(Heard::Packet(packet));
        true
    }
}

/// Whether a scanner's packet can begin like this.
fn may_be_packet(bytes: &[u8]) -> bool {
    let at = |place: usize, fits: fn(u8) -> bool| bytes.get(place).is_none_or(|byte| fits(*byte));
    !bytes.is_empty()
        && at(0, |length| usize::from(length) >= HEADER_BYTES)
        && at(1, |opcode| opcode >= OPCODE_MIN)
        && at(2, |source| source == SOURCE_SCANNER)
        && at(3, |status| status & STATUS_ZERO_BITS == 0)
}

fn packet_size(bytes: &[u8]) -> Option<usize> {
    bytes.first().map(|length| usize::from(*length) + CHECKSUM_BYTES)
}

fn is_complete(bytes: &[u8]) -> bool {
    packet_size(bytes).is_some_and(|size| bytes.len() >= size)
}

/// The AIM mark of a code type, where the type alone tells it.
pub fn symbology(code_type: u8) -> Option<&'static str> {
    match code_type {
        0x01 => Some("A0"),
        0x02 => Some("F0"),
        0x03 => Some("C0"),
        0x06 => Some("I0"),
        0x07 => Some("G0"),
        0x08..=0x0B => Some("E0"),
        0x0F => Some("C1"),
        0x11 => Some("L0"),
        0x1B => Some("d1"),
        0x1C => Some("Q1"),
        0x25 => Some("U0"),
        0x2D => Some("z0"),
        0xC1 => Some("d2"),
        0xC2 => Some("Q3"),
        _ => None,
    }
}
