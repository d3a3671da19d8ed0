//! Plain ASCII scanners: text with a suffix in, each maker's own beeper commands out.
//! Holds codec and sequence as one dialogue. Never does IO and never judges.
//! Next: `codec.rs` (framing), `sequence.rs` (what a frame leads to), `signal.rs` (bytes).

pub mod codec;
pub mod sequence;
pub mod signal;

use self::codec::Codec;
use self::sequence::Sequence;
use super::dialogue::{Dialogue, Step};
use super::frame::Frame;
use super::{Answer, ScannerSettings};

#[derive(Debug)]
pub struct Ascii {
    codec: Codec,
    sequence: Sequence,
}

impl Ascii {
    pub fn new(settings: &ScannerSettings) -> Ascii {
        Ascii { codec: Codec::new(settings), sequence: Sequence::new(settings) }
    }

    fn take(&mut self, frames: Vec<Frame>, now_ms: u64, out: &mut Vec<Step>) {
        for frame in frames {
            self.sequence.frame(frame, now_ms, out);
        }
    }
}

impl Dialogue for Ascii {
    fn connected(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        self.sequence.connected(now_ms, out);
    }

    fn bytes(&mut self, bytes: &[u8], now_ms: u64, out: &mut Vec<Step>) {
        let mut frames = Vec::new();
        self.codec.bytes(bytes, now_ms, &mut frames);
        self.take(frames, now_ms, out);
    }

    fn answer(&mut self, answer: Answer, now_ms: u64, out: &mut Vec<Step>) {
        self.sequence.answer(answer, now_ms, out);
    }

    fn due_ms(&self) -> Option<u64> {
        self.codec.due_ms().into_iter().chain(self.sequence.due_ms()).min()
    }

    fn tick(&mut self, now_ms: u64, out: &mut Vec<Step>) {
        let mut frames = Vec::new();
        self.codec.tick(now_ms, &mut frames);
        self.take(frames, now_ms, out);
        self.sequence.tick(now_ms, out);
    }

    fn hang_up(&mut self) {
        self.codec.hang_up();
    }
}
