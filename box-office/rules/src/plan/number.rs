//! No card number comes in with a plan: it is stored as it came, and shown on every map.
//!
//! Looks at every name, key and whole number of a file, also of what the import does not read. A
//! uuid is none, whatever its digits. Never says what it found. Next: `card_number.rs`.

use super::json::Json;
use super::report::{Flaw, Report, Source};
use crate::card_number;

/// Whole numbers below this are too short, from the next one on too long to be written exactly.
const WHOLE: std::ops::Range<f64> = 1e12..1e19;
/// Where the dashes of a uuid stand.
const DASHES: [usize; 4] = [8, 13, 18, 23];
const UUID_CHARS: usize = 36;

/// Refuses a file in which a card number stands. It is read no further: findings tell of names.
pub(super) fn refused(value: &Json<'_>, source: Source, report: &mut Report) -> bool {
    let refused = is_in(value);
    if refused {
        report.refuse(source, None, Flaw::CardNumber);
    }
    refused
}

/// A file nests no deeper than its parser lets it.
fn is_in(value: &Json<'_>) -> bool {
    match value {
        Json::Null | Json::Flag(_) => false,
        Json::Number(number) => {
            WHOLE.contains(number)
                && number.fract() == 0.0
                && card_number::is_in(&format!("{number:.0}"))
        }
        Json::Text(text) => hides(text),
        Json::List(list) => list.iter().any(is_in),
        Json::Object(members) => members.iter().any(|(key, value)| hides(key) || is_in(value)),
    }
}

fn hides(text: &str) -> bool {
    !is_uuid(text) && card_number::is_in(text)
}

fn is_uuid(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match DASHES.contains(&at) {
        true => byte == b'-',
        false => byte.is_ascii_hexdigit(),
    };
    text.len() == UUID_CHARS && text.bytes().enumerate().all(fits)
}
