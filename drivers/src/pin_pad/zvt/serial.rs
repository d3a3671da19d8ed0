//! Frames of the serial line: DLE/STX, doubled DLE, DLE/ETX, checksum; and ACK and NAK.
//! Holds the cutting of bytes into frames. Never answers, never keeps time: the link tells it
//! when the line fell silent. Source: pin-pads 3.2. Next: `link.rs`.

use super::apdu::{BODY_BYTES_MAX, HEAD_BYTES_MAX};

pub const ACK: u8 = 0x06;
pub const NAK: u8 = 0x15;

const DLE: u8 = 0x10;
const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const POLYNOMIAL: u16 = 0x8408;
const APDU_BYTES_MAX: usize = BODY_BYTES_MAX + HEAD_BYTES_MAX;

/// The checksum of plain bytes; of a frame: over the APDU and one ETX.
pub fn crc(bytes: impl IntoIterator<Item = u8>) -> u16 {
    bytes.into_iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(byte), |crc: u16, _| {
            if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 }
        })
    })
}

fn crc_of_frame(apdu: &[u8]) -> u16 {
    crc(apdu.iter().copied().chain([ETX]))
}

/// The frame of one APDU.
pub fn frame(apdu: &[u8]) -> Vec<u8> {
    let mut bytes = vec![DLE, STX];
    for &byte in apdu {
        bytes.push(byte);
        if byte == DLE {
            bytes.push(DLE);
        }
    }
    bytes.extend([DLE, ETX]);
    bytes.extend(crc_of_frame(apdu).to_le_bytes());
    bytes
}

/// What the line said. Never shown: a frame may carry a card number.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    Ack,
    Nak,
    /// The bytes of an APDU whose checksum is good.
    Frame(Vec<u8>),
    /// A frame that cannot be used.
    Broken,
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Piece::Ack => f.write_str("ACK"),
            Piece::Nak => f.write_str("NAK"),
            Piece::Frame(bytes) => write!(f, "frame of {} bytes", bytes.len()),
            Piece::Broken => f.write_str("broken frame"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    OutsideDle,
    Inside,
    InsideDle,
    CrcLow,
    CrcHigh(u8),
    /// After a broken frame: its rest may look like an ACK and is not one.
    Skip,
    SkipDle,
}

#[derive(Debug)]
pub struct Deframer {
    state: State,
    apdu: Vec<u8>,
}

impl Default for Deframer {
    fn default() -> Deframer {
        Deframer { state: State::Outside, apdu: Vec::new() }
    }
}

impl Deframer {
    pub fn bytes(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>) {
        for &byte in bytes {
            let (state, piece) = self.byte(byte);
            self.state = state;
            pieces.extend(piece);
        }
    }

    /// True inside a frame, or in the rest of a broken one.
    pub fn is_partial(&self) -> bool {
        self.state != State::Outside
    }

    /// The line fell silent. `Broken` when that cut a frame off.
    pub fn silence(&mut self) -> Option<Piece> {
        let state = std::mem::replace(&mut self.state, State::Outside);
        match state {
            State::Outside | State::OutsideDle | State::Skip | State::SkipDle => None,
            State::Inside | State::InsideDle | State::CrcLow | State::CrcHigh(_) => {
                Some(Piece::Broken)
            }
        }
    }

    fn byte(&mut self, byte: u8) -> (State, Option<Piece>) {
        match self.state {
            State::Outside => match byte {
                ACK => (State::Outside, Some(Piece::Ack)),
                NAK => (State::Outside, Some(Piece::Nak)),
                DLE => (State::OutsideDle, None),
                _ => (State::Outside, None),
            },
            State::OutsideDle => (self.after_dle(byte, State::Outside, State::OutsideDle), None),
            State::Skip if byte == DLE => (State::SkipDle, None),
            State::Skip => (State::Skip, None),
            State::SkipDle => (self.after_dle(byte, State::Skip, State::SkipDle), None),
            State::Inside if byte == DLE => (State::InsideDle, None),
            State::Inside => self.keep(byte),
            State::InsideDle => match byte {
                DLE => self.keep(byte),
                ETX => (State::CrcLow, None),
                // The sender began anew. No NAK yet: it is still sending.
                STX => (self.after_dle(byte, State::Skip, State::Skip), None),
                _ => (State::Skip, Some(Piece::Broken)),
            },
            State::CrcLow => (State::CrcHigh(byte), None),
            State::CrcHigh(low) => (State::Outside, Some(self.end(low, byte))),
        }
    }

    fn after_dle(&mut self, byte: u8, other: State, again: State) -> State {
        match byte {
            STX => {
                self.apdu.clear();
                State::Inside
            }
            DLE => again,
            _ => other,
        }
    }

    fn keep(&mut self, byte: u8) -> (State, Option<Piece>) {
        if self.apdu.len() >= APDU_BYTES_MAX {
            return (State::Skip, Some(Piece::Broken));
        }
        self.apdu.push(byte);
        (State::Inside, None)
    }

    fn end(&mut self, low: u8, high: u8) -> Piece {
        let apdu = std::mem::take(&mut self.apdu);
        if crc_of_frame(&apdu) == u16::from_le_bytes([low, high]) {
            Piece::Frame(apdu)
        } else {
            Piece::Broken
        }
    }
}
