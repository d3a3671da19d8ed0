//! Receipts: single lines (06 D1) and blocks (06 D3) gathered into copies.
//! Holds text only after it went through the mask. Never decides about money.
//! Source: pin-pads 3.5, 3.7. Next: `redact.rs`, `sequence/receipt.rs`.

use super::charset::Charset;
use super::redact;
use super::settings::ZvtSettings;
use super::tlv;
use crate::pin_pad::{Copy, Receipt};

/// Lines of one receipt; what comes above is dropped.
pub const LINES_MAX: usize = 400;
/// Receipts of one payment.
pub const RECEIPTS_MAX: usize = 8;

const LAST_LINE: u8 = 0x80;

/// One `06 D1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedLine {
    pub text: String,
    /// The terminal marked it as the end of a receipt.
    pub is_last: bool,
}

impl PrintedLine {
    pub fn read(body: &[u8], charset: Charset) -> PrintedLine {
        let (&attribute, text) = body.split_first().unwrap_or((&0, &[]));
        let text = charset.text(without_container(text));
        PrintedLine { text: redact::masked(text.trim_end()), is_last: attribute & LAST_LINE != 0 }
    }
}

/// One maker hangs a container on the text: it begins at an 06 whose length fits to the end.
fn without_container(text: &[u8]) -> &[u8] {
    let is_container = |at: &usize| {
        let after = text.get(at + 1..).unwrap_or(&[]);
        text.get(*at) == Some(&0x06)
            && tlv::length(after).is_some_and(|(length, value)| {
                value.len() == length && tlv::entries(value).is_some()
            })
    };
    let end = (0..text.len()).find(is_container).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Merchant,
    Customer,
    Administration,
}

/// One `06 D3`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    pub of: Option<Type>,
    pub lines: Vec<String>,
    pub is_last: bool,
}

impl Block {
    pub fn read(body: &[u8], charset: Charset) -> Block {
        let mut block = Block::default();
        let container = body.strip_prefix(&[0x06]).and_then(tlv::length);
        let Some((length, value)) = container else { return block };
        let value = value.get(..length).unwrap_or(value);
        for (tag, value) in tlv::entries(value).unwrap_or_default() {
            match tag {
                tlv::RECEIPT_TYPE => block.of = receipt_type(value),
                tlv::TEXT => block.text(value, charset),
                _ => {}
            }
        }
        block
    }

    fn text(&mut self, value: &[u8], charset: Charset) {
        for (tag, value) in tlv::entries(value).unwrap_or_default() {
            match tag {
                tlv::LINE if self.lines.len() < LINES_MAX => {
                    self.lines.push(redact::masked(charset.text(value).trim_end()));
                }
                tlv::ATTRIBUTE if value == [0xFF] => self.is_last = true,
                _ => {}
            }
        }
    }
}

fn receipt_type(value: &[u8]) -> Option<Type> {
    match value {
        [1] => Some(Type::Merchant),
        [2] => Some(Type::Customer),
        [3] => Some(Type::Administration),
        _ => None,
    }
}

/// What has been printed so far.
#[derive(Debug, Clone, Default)]
pub struct Tape {
    of: Option<Type>,
    open: Vec<String>,
    receipts: Vec<Receipt>,
    administration: Vec<String>,
}

impl Tape {
    pub fn line(&mut self, line: PrintedLine, settings: &ZvtSettings) {
        let heading = heading(&line.text, settings);
        // A heading of the other copy begins a new receipt where no line was marked as last.
        if heading.is_some() && self.of.is_some() && heading != self.of {
            self.close(settings);
        }
        self.of = self.of.or(heading);
        self.push(line.text);
        if line.is_last {
            self.close(settings);
        }
    }

    pub fn block(&mut self, block: Block, settings: &ZvtSettings) {
        if !self.open.is_empty() && block.of != self.of {
            self.close(settings);
        }
        self.of = block.of;
        block.lines.into_iter().for_each(|line| self.push(line));
        if block.is_last {
            self.close(settings);
        }
    }

    fn push(&mut self, line: String) {
        if self.open.len() < LINES_MAX {
            self.open.push(line);
        }
    }

    /// Ends the receipt that is open, if one is.
    pub fn close(&mut self, settings: &ZvtSettings) {
        let lines = std::mem::take(&mut self.open);
        let of = self.of.take();
        if lines.iter().all(String::is_empty) || self.receipts.len() >= RECEIPTS_MAX {
            return;
        }
        let found = of.or_else(|| lines.iter().find_map(|line| heading(line, settings)));
        let copy = match found {
            Some(Type::Administration) => {
                self.administration.extend(lines);
                return;
            }
            Some(Type::Merchant) => Copy::Merchant,
            Some(Type::Customer) => Copy::Customer,
            None if self.receipts.is_empty() => Copy::Merchant,
            None => Copy::Customer,
        };
        let signature_wanted = copy == Copy::Merchant && wants_signature(&lines);
        self.receipts.push(Receipt { copy, lines, signature_wanted });
    }

    /// Receipts that are whole and not taken yet.
    pub fn take_receipts(&mut self) -> Vec<Receipt> {
        std::mem::take(&mut self.receipts)
    }

    /// Every line printed so far, whatever it was for.
    pub fn all_lines(&self) -> Vec<String> {
        let receipts = self.receipts.iter().flat_map(|receipt| &receipt.lines);
        self.administration.iter().chain(receipts).chain(&self.open).cloned().collect()
    }
}

fn heading(line: &str, settings: &ZvtSettings) -> Option<Type> {
    let line = line.to_lowercase();
    let has = |words: &[String]| words.iter().any(|word| line.contains(&word.to_lowercase()));
    if has(&settings.merchant_headings) {
        Some(Type::Merchant)
    } else if has(&settings.customer_headings) {
        Some(Type::Customer)
    } else {
        None
    }
}

/// A line to write on below or above the word: terminals say it in no other way.
fn wants_signature(lines: &[String]) -> bool {
    let word = |line: &String| {
        let line = line.to_lowercase();
        line.contains("unterschrift") || line.contains("signature")
    };
    let rule = |line: &String| line.contains("_____") || line.contains(".....");
    lines.iter().any(word) && lines.iter().any(rule)
}
