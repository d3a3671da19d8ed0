//! Zebra SSI scanners: packets both ways, beeps and lamps as the verdict; text until agreed.
//! Holds codec and sequence as one dialogue. Never does IO and never judges.
//! Next: `codec.rs` (packets), `link.rs` (commands and their answers), `sequence.rs` (rules),
//! `signal.rs` (what is sent at connect and for a verdict).

pub mod codec;
mod link;
pub mod sequence;
pub mod signal;

use self::codec::{Codec, Heard};
use self::sequence::Sequence;
use super::dialogue::{Dialogue, Step};
use super::{Answer, ScannerSettings};

#[derive(Debug)]
pub struct Ssi {
    codec: Codec,
    sequence: Sequence,
}

impl Ssi {
    pub fn new(settings: &ScannerSettings) -> Ssi {
        Ssi { codec: Codec::new(settings), sequence: Sequence::new(settings) }
    }

    fn take(&mut self, heard: Vec<Heard>, now_ms: u64, out: &mut Vec<Step>) {
        for heard in heard {
            self.sequence.heard(heard, now_ms, out);
        }
    }
}

impl Dialogue for Ssi {
    fn connected(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        self.sequence.connected(now_ms, out);
    }

    fn bytes(&mut self, bytes: &[u8], now_ms: u64, out: &mut Vec<Step>) {
        let mut heard = Vec::new();
        self.codec.bytes(bytes, now_ms, &mut heard);
        self.take(heard, now_ms, out);
    }

    fn answer(&mut self, answer: Answer, now_ms: u64, out: &mut Vec<Step>) {
        self.sequence.answer(answer, now_ms, out);
    }

    fn due_ms(&self) -> Option<u64> {
        self.codec.due_ms().into_iter().chain(self.sequence.due_ms()).min()
    }

    fn tick(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        let mut heard = Vec::new();
        self.codec.tick(now_ms, &mut heard);
        self.take(heard, now_ms, out);
        self.sequence.tick(now_ms, out);
    }

    fn hang_up(&mut self) {
        self.codec.hang_up();
    }
}
