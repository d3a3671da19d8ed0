//! What goes wrong on the line of one payment: cut, one byte changed, or one byte at a time.
//! Holds the count of bytes both ways, from the first byte of the request message on.
//! Never knows what the bytes mean. Source: pin-pads 7. Next: `terminal.rs`.

use crate::sim::pin_pad::script::{Direction, LineFault};

/// Time between two bytes of a line that drips.
const DRIP_MS: u64 = 150;
/// Turns a signal into no signal, and breaks the check byte of a message.
const CORRUPT_MASK: u8 = 0x40;

#[derive(Debug, Default)]
pub struct Wire {
    fault: Option<LineFault>,
    to_box: u64,
    from_box: u64,
}

impl Wire {
    pub fn new(fault: Option<LineFault>) -> Wire {
        Wire { fault, to_box: 0, from_box: 0 }
    }

    pub fn gap_ms(&self) -> u64 {
        match self.fault {
            Some(LineFault::Drip) => DRIP_MS,
            Some(LineFault::Cut { .. } | LineFault::Corrupt { .. }) | None => 0,
        }
    }

    /// What arrives of `bytes`, and whether the line is cut then.
    pub fn carry(&mut self, direction: Direction, bytes: &[u8]) -> (Vec<u8>, bool) {
        let count = match direction {
            Direction::ToBox => &mut self.to_box,
            Direction::FromBox => &mut self.from_box,
        };
        let from = *count;
        *count = count.saturating_add(bytes.len() as u64);
        let past = *count;
        let mut bytes = bytes.to_vec();
        match self.fault {
            Some(LineFault::Cut { direction: way, after }) if way == direction && past >= after => {
                let room = usize::try_from(after.saturating_sub(from)).unwrap_or(usize::MAX);
                bytes.truncate(room);
                self.fault = None;
                (bytes, true)
            }
            Some(LineFault::Corrupt { direction: way, byte })
                if way == direction && (from..past).contains(&byte) =>
            {
                let at = usize::try_from(byte - from).unwrap_or(usize::MAX);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= CORRUPT_MASK;
                }
                self.fault = None;
                (bytes, false)
            }
            Some(LineFault::Cut { .. } | LineFault::Corrupt { .. } | LineFault::Drip) | None => {
                (bytes, false)
            }
        }
    }
}
