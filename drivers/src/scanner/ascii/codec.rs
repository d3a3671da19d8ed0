//! Bytes of a plain ASCII scanner in, frames out. Time is passed in, in milliseconds.
//! Holds framing only: suffix or silence, limits, resynchronising.
//! Never does IO, never judges a ticket, never lets an empty frame or a long one through.
//! Next: `scanner/frame.rs` (what a frame holds), `sequence.rs` (what it leads to).

use crate::scanner::ScannerSettings;
use crate::scanner::frame::{Frame, Noise, Reader};

/// Longest run of bytes kept while waiting for a suffix; above it the line is noise.
pub const FRAME_BYTES_MAX: usize = 4_096;
/// With a suffix configured: silence after which an unfinished code is thrown away.
pub const GARBAGE_MS: u64 = 500;

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

/// The framing state of one line.
#[derive(Debug)]
pub struct Codec {
    silence_ms: Option<u64>,
    reader: Reader,
    frame: Vec<u8>,
    /// True from an overlong run until the next suffix or silence.
    skipping: bool,
    last_byte_ms: u64,
}

impl Codec {
    pub fn new(settings: &ScannerSettings) -> Codec {
        Codec {
            silence_ms: settings.silence_ms(),
            reader: Reader::new(settings),
            frame: Vec::new(),
            skipping: false,
            last_byte_ms: 0,
        }
    }

    /// Takes bytes that arrived at `now_ms`. How they were cut into calls makes no difference.
    pub fn bytes(&mut self, bytes: &[u8], now_ms: u64, out: &mut Vec<Frame>) {
        // A late timer must not glue two codes together.
        self.tick(now_ms, out);
        for &byte in bytes {
            self.byte(byte, out);
            self.last_byte_ms = now_ms;
        }
    }

    /// When `tick` wants to be called, if no byte comes before.
    pub fn due_ms(&self) -> Option<u64> {
        let waiting = self.skipping || !self.frame.is_empty();
        waiting.then(|| self.last_byte_ms.saturating_add(self.silence_ms.unwrap_or(GARBAGE_MS)))
    }

    /// Lets silence end a code (no suffix) or throw an unfinished one away (suffix).
    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Frame>) {
        if self.due_ms().is_none_or(|due| now_ms < due) {
            return;
        }
        if self.silence_ms.is_some() {
            self.end(out);
        } else {
            self.drop_partial(out);
        }
    }

    /// The line hung up: what was begun is not a code.
    pub fn hang_up(&mut self) {
        self.frame.clear();
        self.skipping = false;
    }

    /// The last bytes, at most so many, turned out to be something else than text.
    pub fn retract(&mut self, bytes: usize) {
        self.frame.truncate(self.frame.len().saturating_sub(bytes));
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<Frame>) {
        match byte {
            b'\r' | b'\n' | ETX => self.end(out),
            // A start mark begins anew: whatever stood before it was noise.
            STX => self.drop_partial(out),
            _ if self.skipping => {}
            _ if self.frame.len() == FRAME_BYTES_MAX => {
                self.frame.clear();
                self.skipping = true;
                out.push(Frame::Noise(Noise::Overlong));
            }
            _ => self.frame.push(byte),
        }
    }

    fn end(&mut self, out: &mut Vec<Frame>) {
        self.skipping = false;
        let bytes = std::mem::take(&mut self.frame);
        out.extend(self.reader.read(&bytes));
        self.frame = bytes;
        self.frame.clear();
    }

    fn drop_partial(&mut self, out: &mut Vec<Frame>) {
        // A skipped run has been counted already.
        if !self.frame.is_empty() {
            out.push(Frame::Noise(Noise::Partial));
        }
        self.frame.clear();
        self.skipping = false;
    }
}
