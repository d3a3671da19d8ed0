//! What a simulated scanner does on its line, move by move, faults included.
//! Holds the moves and how each trick bends a plain beam. Does no IO and keeps no time.
//! Next: `sim/scanner.rs` plays the moves.

use crate::scanner::Suffix;

/// The speed of a byte on a 9600 baud line, for `SimScannerSettings::byte_us`.
pub const BYTE_US_9600: u64 = 1_042;

/// One thing the device does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    Send(Vec<u8>),
    WaitMs(u64),
    /// Waits until the host has read everything, then pulls the cable.
    HangUp,
    /// Plugs in again, under a new name behind the same link.
    Replug,
}

/// How a beam goes wrong. Positions count the bytes sent, suffix included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trick {
    None,
    /// The byte at this place is lost.
    Drop {
        at: usize,
    },
    /// The byte at this place has its lowest bit turned.
    Corrupt {
        at: usize,
    },
    /// The same symbol is read again after a pause.
    Duplicate {
        after_ms: u64,
    },
    /// The code arrives in two pieces.
    Split {
        at: usize,
        pause_ms: u64,
    },
    /// The cable is pulled after so many bytes and put back after a pause, if one is given.
    Cut {
        at: usize,
        replug_after_ms: Option<u64>,
    },
    /// The cable is pulled after the whole code.
    HangUp {
        replug_after_ms: Option<u64>,
    },
    /// Other bytes first.
    Noise {
        bytes: Vec<u8>,
    },
    /// So many letters instead of the code.
    Oversize {
        bytes: usize,
    },
}

/// The moves of one beam of `code`.
pub fn moves(code: &[u8], suffix: Suffix, trick: &Trick) -> Vec<Move> {
    let whole = [code, suffix.bytes()].concat();
    match trick {
        Trick::None => vec![Move::Send(whole)],
        Trick::Drop { at } => vec![Move::Send(without(&whole, *at))],
        Trick::Corrupt { at } => vec![Move::Send(turned(&whole, *at))],
        Trick::Duplicate { after_ms } => {
            vec![Move::Send(whole.clone()), Move::WaitMs(*after_ms), Move::Send(whole)]
        }
        Trick::Split { at, pause_ms } => {
            let (first, second) = cut(&whole, *at);
            vec![Move::Send(first), Move::WaitMs(*pause_ms), Move::Send(second)]
        }
        Trick::Cut { at, replug_after_ms } => hang_up_after(cut(&whole, *at).0, *replug_after_ms),
        Trick::HangUp { replug_after_ms } => hang_up_after(whole, *replug_after_ms),
        Trick::Noise { bytes } => vec![Move::Send([bytes.as_slice(), &whole].concat())],
        Trick::Oversize { bytes } => {
            vec![Move::Send([&vec![b'A'; *bytes], suffix.bytes()].concat())]
        }
    }
}

fn hang_up_after(bytes: Vec<u8>, replug_after_ms: Option<u64>) -> Vec<Move> {
    let mut moves = vec![Move::Send(bytes), Move::HangUp];
    moves.extend(replug_after_ms.into_iter().flat_map(|ms| [Move::WaitMs(ms), Move::Replug]));
    moves
}

fn cut(bytes: &[u8], at: usize) -> (Vec<u8>, Vec<u8>) {
    let (first, second) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    (first.to_vec(), second.to_vec())
}

fn without(bytes: &[u8], at: usize) -> Vec<u8> {
    let kept = bytes.iter().enumerate().filter(|(place, _)| *place != at);
    kept.map(|(_, byte)| *byte).collect()
}

fn turned(bytes: &[u8], at: usize) -> Vec<u8> {
    let turn = |(place, byte): (usize, &u8)| if place == at { *byte ^ 1 } else { *byte };
    bytes.iter().enumerate().map(turn).collect()
}
