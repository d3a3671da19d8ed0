//! Tag, length, value: the container of field 06, and how one is built.
//! Holds the walk over it and the few tags that are used. Unknown tags are skipped by length.
//! Never reads beyond the bytes that are there. Source: pin-pads 3.5. Next: `fields.rs`.

/// Tags that are read or written.
pub const LINE: u16 = 0x07;
pub const ATTRIBUTE: u16 = 0x09;
pub const COMMAND: u16 = 0x0A;
pub const WIDTH: u16 = 0x12;
pub const TEXT: u16 = 0x25;
pub const PERMITTED: u16 = 0x26;
pub const RECEIPT_TYPE: u16 = 0x1F07;
pub const ERROR_TEXT: u16 = 0x1F17;
pub const DEVICE: u16 = 0xE4;
pub const DEVICE_NAME: u16 = 0x1F40;
pub const DEVICE_SOFTWARE: u16 = 0x1F41;
pub const DEVICE_SERIAL: u16 = 0x1F42;
pub const TERMINAL_ID: u16 = 0x1F44;

/// A tag and the bytes of its value.
pub type Entry<'a> = (u16, &'a [u8]);

/// The entries of a container, in order; `None` when the bytes do not fit together.
pub fn entries(mut bytes: &[u8]) -> Option<Vec<Entry<'_>>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (tag, rest) = tag(bytes)?;
        let (length, rest) = length(rest)?;
        let (value, rest) = rest.split_at_checked(length)?;
        entries.push((tag, value));
        bytes = rest;
    }
    Some(entries)
}

fn tag(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first & 0x1F != 0x1F {
        return Some((u16::from(first), rest));
    }
    let (&second, rest) = rest.split_first()?;
    Some((u16::from_be_bytes([first, second]), rest))
}

/// A BER length: one byte to 7F, or 81 and one, or 82 and two.
pub fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    match first {
        0x00..=0x7F => Some((usize::from(first), rest)),
        0x81 => rest.split_first().map(|(&one, rest)| (usize::from(one), rest)),
        0x82 => {
            let (two, rest) = rest.split_first_chunk()?;
            Some((usize::from(u16::from_be_bytes(*two)), rest))
        }
        _ => None,
    }
}

/// Writes one entry.
pub fn put(bytes: &mut Vec<u8>, tag: u16, value: &[u8]) {
    match tag.to_be_bytes() {
        [0, one] => bytes.push(one),
        two => bytes.extend(two),
    }
    put_length(bytes, value.len());
    bytes.extend_from_slice(value);
}

/// Values are shorter than 64 KiB because APDUs are.
pub fn put_length(bytes: &mut Vec<u8>, length: usize) {
    let length = u16::try_from(length).unwrap_or(u16::MAX);
    match length.to_be_bytes() {
        [0, one] if one < 0x80 => bytes.push(one),
        [0, one] => bytes.extend([0x81, one]),
        [high, low] => bytes.extend([0x82, high, low]),
    }
}
