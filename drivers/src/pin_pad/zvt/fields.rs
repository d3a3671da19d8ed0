//! The fields of a message (BMPs): numbers, texts, day totals, and the container 06.
//! Holds only what may be kept: this is the parse boundary. A card number leaves it as its last
//! four digits; expiry, tracks and check values are skipped unread (trust 2).
//! Source: pin-pads 3.5, 3.11. Next: `message.rs`.

use super::charset::Charset;
use super::redact;
use super::tlv;
use crate::pin_pad::{Booking, BrandTotal, Identity};

/// Fewer digits without a mask are a shortened number, not a card number.
const PAN_DIGITS_MIN: usize = 13;
const NO_RECEIPT: u32 = 0xFFFF;
const TOTALS_BYTES: usize = 53;
const BRANDS: [&str; 7] =
    ["girocard", "JCB", "Mastercard", "American Express", "Visa", "Diners", "other"];

/// What one message told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// Field 27; 0 is good.
    pub result: Option<u8>,
    /// Field 19: the status byte of a completion.
    pub status: Option<u8>,
    pub booking: Booking,
    pub totals: Option<Vec<BrandTotal>>,
    pub identity: Identity,
    /// Field 3C or an extended error text, masked.
    pub text: String,
    /// A card number came without a mask.
    pub clear_pan: bool,
    /// A field of unknown length stopped the reading.
    pub unparsed_tail: bool,
}

impl Fields {
    /// Reads fields in any order. What comes after an unknown one is left.
    pub fn read(mut bytes: &[u8], charset: Charset) -> Fields {
        let mut fields = Fields::default();
        while let Some((&bmp, rest)) = bytes.split_first() {
            let Some((value, rest)) = value(bmp, rest) else {
                fields.unparsed_tail = true;
                break;
            };
            fields.take(bmp, value, charset);
            bytes = rest;
        }
        fields
    }

    fn take(&mut self, bmp: u8, value: &[u8], charset: Charset) {
        let number = || digits(value).and_then(|number| u32::try_from(number).ok());
        let booking = &mut self.booking;
        match bmp {
            0x04 => booking.amount_minor = digits(value),
            0x06 => self.container(value, charset),
            0x0B => booking.trace = number(),
            0x0C => booking.when = format!("{}{}", booking.when, plain(value)),
            0x0D => booking.when = format!("{} {}", plain(value), booking.when),
            0x19 => self.status = value.first().copied(),
            0x22 => self.card_number(value),
            0x27 => self.result = value.first().copied(),
            0x29 => booking.terminal_id = plain(value),
            0x37 => booking.original_trace = number(),
            0x3B => booking.approval = trimmed(value, charset),
            0x3C => self.text = trimmed(value, charset),
            0x49 => booking.currency = number().and_then(|number| u16::try_from(number).ok()),
            0x60 => self.totals = totals(value),
            0x87 => booking.receipt = receipt(value),
            0x88 => booking.turnover = number(),
            0x8B => booking.brand = trimmed(value, charset),
            // The rest is of no use to the box, or must not be kept.
            _ => {}
        }
    }

    fn card_number(&mut self, value: &[u8]) {
        let nibbles = value.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
        let signs: Vec<u8> = nibbles.filter(|nibble| *nibble != 0x0F).collect();
        let is_digit = |nibble: &&u8| **nibble <= 9;
        let last: Vec<&u8> = signs.iter().rev().take(4).take_while(is_digit).collect();
        self.booking.last_four = last.iter().rev().map(|digit| char::from(*digit + b'0')).collect();
        let digits = signs.iter().filter(is_digit).count();
        self.clear_pan = digits >= PAN_DIGITS_MIN && digits == signs.len();
    }

    /// Takes what is known of a container; one that does not fit together is left alone.
    pub fn container(&mut self, value: &[u8], charset: Charset) {
        for (tag, value) in tlv::entries(value).unwrap_or_default() {
            match tag {
                tlv::DEVICE => self.device(value, charset),
                tlv::TERMINAL_ID => self.identity.terminal_id = plain(value),
                tlv::ERROR_TEXT => self.text = trimmed(value, charset),
                _ => {}
            }
        }
    }

    fn device(&mut self, value: &[u8], charset: Charset) {
        for (tag, value) in tlv::entries(value).unwrap_or_default() {
            match tag {
                tlv::DEVICE_NAME => self.identity.model = trimmed(value, charset),
                tlv::DEVICE_SOFTWARE => self.identity.software = trimmed(value, charset),
                tlv::DEVICE_SERIAL => self.identity.serial = trimmed(value, charset),
                _ => {}
            }
        }
    }
}

/// The value of a field and what follows; `None` when its length is unknown or it is cut off.
fn value(bmp: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match bmp {
        0x01 | 0x02 | 0x03 | 0x19 | 0x27 | 0x8A | 0x8C | 0xA0 => (1, bytes),
        0x0D | 0x0E | 0x17 | 0x3A | 0x49 | 0x87 => (2, bytes),
        0x0B | 0x0C | 0x37 | 0x88 | 0xAA => (3, bytes),
        0x29 => (4, bytes),
        0xBA => (5, bytes),
        0x04 => (6, bytes),
        0x3B => (8, bytes),
        0x2A => (15, bytes),
        0x22 | 0x23 | 0x2D | 0x8B | 0xA7 => counted(bytes, 2)?,
        0x24 | 0x3C | 0x60 | 0x92 | 0x9A | 0xAF => counted(bytes, 3)?,
        0x06 => tlv::length(bytes)?,
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// A length of `places` bytes F0 to F9, each one decimal digit.
pub fn counted(bytes: &[u8], places: usize) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_at_checked(places)?;
    let mut count = 0;
    for byte in length {
        let digit = byte.checked_sub(0xF0).filter(|digit| *digit <= 9)?;
        count = count * 10 + usize::from(digit);
    }
    Some((count, rest))
}

/// A BCD number; `None` when a nibble is no digit.
fn digits(value: &[u8]) -> Option<u64> {
    let mut number: u64 = 0;
    for nibble in value.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]) {
        let digit = Some(nibble).filter(|nibble| *nibble <= 9)?;
        number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(number)
}

/// BCD as digits, leading zeros kept; empty when it is none.
fn plain(value: &[u8]) -> String {
    digits(value)
        .map_or_else(String::new, |number| format!("{number:0width$}", width = value.len() * 2))
}

fn receipt(value: &[u8]) -> Option<u32> {
    let raw = value.iter().fold(0, |raw, byte| (raw << 8) | u32::from(*byte));
    if raw == NO_RECEIPT {
        None
    } else {
        digits(value).and_then(|number| u32::try_from(number).ok())
    }
}

fn trimmed(value: &[u8], charset: Charset) -> String {
    redact::masked(charset.text(value).trim())
}

/// Seven brands, each a count and a sum; brands without an item are left out.
fn totals(value: &[u8]) -> Option<Vec<BrandTotal>> {
    let rows = value.get(4..TOTALS_BYTES)?.chunks(7);
    let mut totals = Vec::new();
    for (brand, row) in BRANDS.into_iter().zip(rows) {
        let (count, sum) = row.split_first()?;
        let sum_minor = i64::try_from(digits(sum)?).ok()?;
        if *count > 0 || sum_minor > 0 {
            totals.push(BrandTotal {
                brand: brand.to_owned(),
                count: u32::from(*count),
                sum_minor,
            });
        }
    }
    Some(totals)
}
