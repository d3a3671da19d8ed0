//! One symbol as a scanner gave it: payload out of the bytes between its start and its end.
//! Holds what all dialogues have in common: prefix, symbology mark, ignored texts, limits.
//! Never finds where a symbol starts or ends, and never judges a ticket.
//! Next: `ascii/codec.rs` and `ssi/codec.rs` find the ends, `reads.rs` takes the frames.

use super::{ScannerSettings, Unreadable};

/// Longest payload that may be a ticket (domain 9.1, row 1).
pub const PAYLOAD_BYTES_MAX: usize = 512;

/// One thing the line said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    Code { payload: String, symbology: Option<String> },
    Unreadable(Unreadable),
    Noise(Noise),
}

/// Bytes that were no frame. Counted for the technician, never taken for a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// A code began and never got its suffix.
    Partial,
    /// More bytes than any symbol has went by without a suffix; said once per run.
    Overlong,
    /// A packet came damaged or in part, or text where packets were agreed upon.
    Broken,
}

/// Takes apart what stands between start mark and suffix.
#[derive(Debug)]
pub struct Reader {
    prefix: Vec<u8>,
    ignore: Vec<Vec<u8>>,
}

impl Reader {
    pub fn new(settings: &ScannerSettings) -> Reader {
        Reader {
            prefix: settings.prefix.as_bytes().to_vec(),
            ignore: settings.ignore.iter().map(|text| text.as_bytes().to_vec()).collect(),
        }
    }

    /// Takes prefix and symbology mark off a complete frame. Empty and ignored: nothing.
    pub fn read(&self, frame: &[u8]) -> Option<Frame> {
        let body = frame.strip_prefix(self.prefix.as_slice()).unwrap_or(frame);
        let (symbology, payload) = take_symbology(body);
        if payload.is_empty() || self.ignore.iter().any(|text| text == payload) {
            return None;
        }
        if payload.len() > PAYLOAD_BYTES_MAX {
            return Some(Frame::Unreadable(Unreadable::TooLong));
        }
        let payload = text(payload);
        if payload.chars().any(char::is_control) {
            return Some(Frame::Unreadable(Unreadable::ControlCharacters));
        }
        Some(Frame::Code { payload, symbology })
    }
}

/// Splits an AIM mark (`]`, letter, letter or digit) off the front.
fn take_symbology(body: &[u8]) -> (Option<String>, &[u8]) {
    match body {
        &[b']', letter, modifier, ref payload @ ..]
            if letter.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric() =>
        {
            let mark = [char::from(letter), char::from(modifier)].iter().collect();
            (Some(mark), payload)
        }
        _ => (None, body),
    }
}

/// UTF-8 where it is, else one character a byte: a foreign code must stay a code.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}
