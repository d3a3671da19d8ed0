//! Receipts of a nexo terminal: form-encoded lines made into text, card numbers masked.
//! Holds the masking of free text too. Never keeps a line that looks like a track, and drops the
//! parts of a line that say how it should look. Next: `answer.rs`, which reads them.

use std::ops::Range;

use serde::{Deserialize, Deserializer};

use super::answer::text;
use crate::pin_pad::{Copy, Receipt};

pub const LINES_MAX: usize = 200;
pub const LINE_CHARS_MAX: usize = 120;
/// A form-encoded line is longer than what it says.
const ENCODED_CHARS_MAX: usize = 1_000;
const PAN_DIGITS_MIN: usize = 13;
const PAN_DIGITS_MAX: usize = 19;
const SHOWN_DIGITS: usize = 4;

/// One copy, lines already plain and masked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaymentReceipt {
    #[serde(rename = "DocumentQualifier", deserialize_with = "text")]
    qualifier: String,
    #[serde(rename = "RequiredSignatureFlag", default)]
    signature: Option<bool>,
    #[serde(rename = "OutputContent", default)]
    content: OutputContent,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct OutputContent {
    #[serde(rename = "OutputText", default, deserialize_with = "lines")]
    lines: Vec<String>,
}

impl PaymentReceipt {
    /// `None` for a kind of document that we did not ask for.
    pub fn receipt(self) -> Option<Receipt> {
        let copy = match self.qualifier.as_str() {
            "CashierReceipt" => Copy::Merchant,
            "CustomerReceipt" => Copy::Customer,
            _other => return None,
        };
        let signature_wanted = self.signature.unwrap_or(false);
        Some(Receipt { copy, lines: self.content.lines, signature_wanted })
    }
}

fn lines<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    struct OutputText {
        #[serde(rename = "Text", default)]
        text: String,
        #[serde(rename = "EndOfLineFlag", default)]
        ends: Option<bool>,
    }
    let mut lines = Vec::new();
    let mut open = String::new();
    for part in Vec::<OutputText>::deserialize(from)?.into_iter().take(LINES_MAX) {
        open.push_str(&line_of(&part.text));
        if part.ends.unwrap_or(true) {
            lines.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        lines.push(open);
    }
    // Masked when the line is whole: a number may come in two parts of one line.
    Ok(lines.iter().filter_map(|line| masked(line)).map(cut).collect())
}

fn cut(line: String) -> String {
    line.chars().take(LINE_CHARS_MAX).collect()
}

/// `name=TOTAL&value=12.50&key=total` says `TOTAL  12.50`.
fn line_of(encoded: &str) -> String {
    let short: String = encoded.chars().take(ENCODED_CHARS_MAX).collect();
    let (mut name, mut value) = (String::new(), String::new());
    for (key, text) in form_urlencoded::parse(short.as_bytes()) {
        let text = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        match key.as_ref() {
            "name" => name = text.collect(),
            "value" => value = text.collect(),
            _look => {}
        }
    }
    if name.is_empty() || value.is_empty() { name + &value } else { format!("{name}  {value}") }
}

/// The line with every card number masked to its last four digits; `None` if it looks like a
/// track and must not be kept at all.
pub fn masked(line: &str) -> Option<String> {
    let chars: Vec<char> = line.chars().collect();
    let mut kept = chars.clone();
    let mut at = 0;
    while at < chars.len() {
        let digits = run_of_digits(&chars, at);
        let Some(last) = digits.last() else {
            at += 1;
            continue;
        };
        let numbers: Vec<u32> = digits.iter().filter_map(|&i| chars.get(i)?.to_digit(10)).collect();
        for found in card_numbers(&numbers, &edges(&digits)) {
            let behind = digits.get(found.end - 1).and_then(|&i| chars.get(i + 1));
            if matches!(behind, Some('=' | 'D' | 'd')) {
                return None;
            }
            let hidden = found.start..found.end - SHOWN_DIGITS;
            for index in digits.get(hidden).unwrap_or(&[]) {
                if let Some(digit) = kept.get_mut(*index) {
                    *digit = '*';
                }
            }
        }
        at = last + 1;
    }
    Some(kept.into_iter().collect())
}

/// Where the digits of a run stand that begins at `from`; one blank or dash between two is fine.
fn run_of_digits(chars: &[char], from: usize) -> Vec<usize> {
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut digits = Vec::new();
    let mut at = from;
    while is_digit(at) {
        digits.push(at);
        let gap = matches!(chars.get(at + 1), Some(' ' | '-')) && is_digit(at + 2);
        at += if gap { 2 } else { 1 };
    }
    digits
}

/// Where in a run a card number may begin or end: at its blanks and dashes. A number of the
/// terminal's own is not torn into parts that happen to pass; one longer than any card is.
fn edges(digits: &[usize]) -> Vec<usize> {
    let mut edges = Vec::new();
    let mut from = 0;
    for group in digits.chunk_by(|at, next| at + 1 == *next) {
        let until = from + group.len();
        let inside = if group.len() > PAN_DIGITS_MAX { until } else { from + 1 };
        edges.extend(from..inside);
        from = until;
    }
    edges.push(from);
    edges
}

/// From edge to edge 13 to 19 digits that pass Luhn, the longest first; never overlapping.
fn card_numbers(digits: &[u32], edges: &[usize]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, &start) in edges.iter().enumerate() {
        if found.last().is_some_and(|last| start < last.end) {
            continue;
        }
        let ends = edges.iter().skip(at + 1).take_while(|end| **end - start <= PAN_DIGITS_MAX);
        let long = ends.filter(|end| **end - start >= PAN_DIGITS_MIN);
        let passing =
            long.map(|&end| start..end).filter(|range| digits.get(range.clone()).is_some_and(luhn));
        found.extend(passing.last());
    }
    found
}

fn luhn(digits: &[u32]) -> bool {
    let doubled = |(at, digit): (usize, &u32)| match (at % 2, digit * 2) {
        (0, _) => *digit,
        (_, twice) if twice > 9 => twice - 9,
        (_, twice) => twice,
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}
