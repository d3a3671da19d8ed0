//! What a simulated scanner says and understands, whichever protocol it speaks.
//! Holds the choice of protocol and, for plain text, the burst that the host's bytes gather in.
//! Never touches the line: acts are given back to the device. Next: `sim/hear.rs` (ASCII
//! commands), `sim/ssi.rs` (the SSI scanner).

use std::time::Duration;

use tokio::time::Instant;

use super::hear::{Heard, decode};
use super::script::{Move, Trick, moves};
use super::ssi::{SsiModel, SsiScanner};
use crate::scanner::Suffix;

/// Commands of one answer come without a gap; after this silence they are complete.
const BURST_GAP: Duration = Duration::from_millis(5);
const BURST_BYTES_MAX: usize = 1_024;

/// What the simulated scanner speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speech {
    /// Plain text; Honeywell's and Datalogic's commands are understood.
    Ascii,
    Ssi(SsiModel),
}

/// What the device has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Send(Vec<u8>),
    Tell(Heard),
}

#[derive(Debug)]
pub enum Tongue {
    Ascii(Burst),
    Ssi(Box<SsiScanner>),
}

/// Bytes of the host that belong together.
#[derive(Debug)]
pub struct Burst {
    suffix: Suffix,
    bytes: Vec<u8>,
    at: Instant,
}

impl Tongue {
    pub fn new(speech: Speech, suffix: Suffix) -> Tongue {
        match speech {
            Speech::Ascii => Tongue::Ascii(Burst { suffix, bytes: Vec::new(), at: Instant::now() }),
            Speech::Ssi(model) => Tongue::Ssi(Box::new(SsiScanner::new(model, suffix))),
        }
    }

    /// The moves of one beam.
    pub fn beam(&mut self, code: &str, trick: &Trick, out: &mut Vec<Act>) -> Vec<Move> {
        match self {
            Tongue::Ascii(burst) => moves(code.as_bytes(), burst.suffix, trick),
            Tongue::Ssi(scanner) => ssi_moves(scanner, code, trick, out),
        }
    }

    pub fn hear(&mut self, bytes: &[u8], out: &mut Vec<Act>) {
        match self {
            Tongue::Ascii(burst) => burst.hear(bytes, out),
            Tongue::Ssi(scanner) => scanner.hear(bytes, Instant::now(), out),
        }
    }

    pub fn due(&self) -> Option<Instant> {
        match self {
            Tongue::Ascii(burst) => (!burst.bytes.is_empty()).then(|| burst.at + BURST_GAP),
            Tongue::Ssi(scanner) => scanner.due(),
        }
    }

    pub fn tick(&mut self, out: &mut Vec<Act>) {
        match self {
            Tongue::Ascii(burst) => burst.tell(out),
            Tongue::Ssi(scanner) => scanner.tick(Instant::now(), out),
        }
    }

    /// False while a beam is not over for the scanner.
    pub fn is_idle(&self) -> bool {
        match self {
            Tongue::Ascii(_) => true,
            Tongue::Ssi(scanner) => scanner.is_idle(),
        }
    }

    /// The host is gone: what it said is complete.
    pub fn host_left(&mut self, out: &mut Vec<Act>) {
        match self {
            Tongue::Ascii(burst) => burst.tell(out),
            Tongue::Ssi(scanner) => scanner.host_left(),
        }
    }

    /// The cable was pulled, and the power with it.
    pub fn power_lost(&mut self, out: &mut Vec<Act>) {
        match self {
            Tongue::Ascii(burst) => burst.tell(out),
            Tongue::Ssi(scanner) => scanner.power_lost(),
        }
    }
}

impl Burst {
    fn hear(&mut self, bytes: &[u8], out: &mut Vec<Act>) {
        self.bytes.extend_from_slice(bytes);
        self.at = Instant::now();
        if self.bytes.len() >= BURST_BYTES_MAX {
            self.tell(out);
        }
    }

    fn tell(&mut self, out: &mut Vec<Act>) {
        let at = self.at.into_std();
        let heard = decode(&std::mem::take(&mut self.bytes)).into_iter();
        out.extend(heard.map(|(meaning, bytes)| Act::Tell(Heard::Signal { meaning, bytes, at })));
    }
}

/// The trick bends the first sending; what is sent again by the rules is whole.
fn ssi_moves(scanner: &mut SsiScanner, code: &str, trick: &Trick, out: &mut Vec<Act>) -> Vec<Move> {
    let now = Instant::now();
    match trick {
        Trick::Oversize { bytes } => {
            vec![Move::Send(scanner.beam(&vec![b'A'; *bytes], now, out))]
        }
        Trick::Duplicate { after_ms } => {
            let first = scanner.beam(code.as_bytes(), now, out);
            vec![Move::Send(first), Move::WaitMs(*after_ms), Move::Send(scanner.once_more())]
        }
        Trick::None
        | Trick::Drop { .. }
        | Trick::Corrupt { .. }
        | Trick::Split { .. }
        | Trick::Cut { .. }
        | Trick::HangUp { .. }
        | Trick::Noise { .. } => {
            let wire = scanner.beam(code.as_bytes(), now, out);
            moves(&wire, Suffix::None, trick)
        }
    }
}
