//! What the simulated terminal says, as bytes: results, receipts, totals; and what it reads.
//! Holds its own encoder and its own strict reader of commands. Never books.
//! Next: `terminal.rs`.

use super::Paper;
use super::bank::{Kept, Sum};
use crate::sim::pin_pad::truth::Of;

/// A masked card number, and the test number that no terminal should send.
const MASKED: [u8; 8] = [0x42, 0x42, 0x42, 0xEE, 0xEE, 0xEE, 0x42, 0x42];
const CLEAR: [u8; 8] = [0x42; 8];

pub fn apdu(class: u8, instr: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![class, instr];
    match body.len() {
        length @ 0..=254 => bytes.push(length as u8),
        length => bytes.extend([0xFF, (length & 0xFF) as u8, (length >> 8) as u8]),
    }
    bytes.extend(body);
    bytes
}

/// Decimal digits in pairs.
pub fn pairs(number: u64, bytes: usize) -> Vec<u8> {
    let text = format!("{number:0width$}", width = bytes * 2);
    text.as_bytes()
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | (digit - b'0')))
        .collect()
}

/// One command of the box with its fields, read strictly.
#[derive(Debug, Default)]
pub struct Order {
    pub password: Option<u64>,
    pub amount_minor: Option<u64>,
    pub currency: Option<u16>,
    pub receipt: Option<u32>,
    pub repeats: u8,
}

impl Order {
    /// `None` for what a strict terminal does not take.
    pub fn read(bytes: &[u8]) -> Option<Order> {
        let (head, mut body) = bytes.split_at_checked(3)?;
        let mut order = Order::default();
        if head.starts_with(&[0x06, 0x30]) || head.starts_with(&[0x06, 0x31]) {
            let (password, rest) = body.split_at_checked(3)?;
            order.password = Some(number(password)?);
            body = rest;
        }
        while let Some((tag, rest)) = body.split_first() {
            let length = match tag {
                0x02 => 1,
                0x04 => 6,
                0x49 | 0x87 => 2,
                _ => return None,
            };
            let (value, rest) = rest.split_at_checked(length)?;
            match tag {
                0x02 => order.repeats = *value.first()?,
                0x04 => order.amount_minor = Some(number(value)?),
                0x49 => order.currency = Some(number(value)? as u16),
                _ => order.receipt = Some(number(value)? as u32),
            }
            body = rest;
        }
        Some(order)
    }
}

pub fn number(bytes: &[u8]) -> Option<u64> {
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    text.parse().ok()
}

/// A status information about a record.
pub fn result(kept: &Kept, terminal_id: u32, is_clear: bool) -> Vec<u8> {
    let mut body = vec![0x27, kept.result, 0x04];
    body.extend(pairs(kept.sum.amount_minor, 6));
    body.push(0x49);
    body.extend(pairs(kept.sum.currency.into(), 2));
    body.push(0x0B);
    body.extend(pairs(kept.trace.into(), 3));
    if let Some(original) = kept.original {
        body.push(0x37);
        body.extend(pairs(original.into(), 3));
    }
    body.extend([0x0C, 0x22, 0x55, 0x58, 0x0D, 0x04, 0x05, 0x0E, 0x24, 0x05]);
    body.extend([0x19, 0x60, 0x22, 0xF0, 0xF8]);
    body.extend(if is_clear { CLEAR } else { MASKED });
    body.push(0x29);
    body.extend(pairs(terminal_id.into(), 4));
    body.push(0x87);
    body.extend(pairs(kept.receipt.into(), 2));
    body.push(0x3B);
    body.extend(b"750071\0\0");
    body.extend([0x8B, 0xF0, 0xF5]);
    body.extend(b"Visa\0");
    apdu(0x04, 0x0F, &body)
}

/// What it is and how it is: software, no trouble, model and serial number.
pub fn condition(serial: &str) -> Vec<u8> {
    let entry = |tag: &[u8], value: &[u8]| [tag, &[value.len() as u8], value].concat();
    let mut device = entry(&[0x1F, 0x40], b"A80");
    if !serial.is_empty() {
        device.extend(entry(&[0x1F, 0x42], serial.as_bytes()));
    }
    let container = entry(&[0x06], &entry(&[0xE4], &device));
    [&b"\xF0\xF0\xF5GER20\x00"[..], &container].concat()
}

/// The sums of a batch, all of it under one brand.
pub fn totals(count: u32, sum: i64) -> Vec<u8> {
    let total = u64::try_from(sum).unwrap_or(0);
    let mut body = vec![0x27, 0x00, 0x04];
    body.extend(pairs(total, 6));
    body.extend([0x60, 0xF0, 0xF5, 0xF3, 0x02, 0x33, 0x02, 0x34]);
    for brand in 0..7 {
        let is_visa = brand == 4;
        body.push(if is_visa { count.min(255) as u8 } else { 0 });
        body.extend(pairs(if is_visa { total } else { 0 }, 6));
    }
    apdu(0x04, 0x0F, &body)
}

/// The copies of a record, as the APDUs of one kind of paper.
pub fn copies(kept: &Kept, paper: Paper, customer_first: bool, is_clear: bool) -> Vec<Vec<u8>> {
    let mut copies = vec![(1, "** MERCHANT COPY **"), (2, "** CUSTOMER COPY **")];
    if customer_first {
        copies.reverse();
    }
    if paper == Paper::MerchantOnly {
        copies.retain(|(of, _)| *of == 1);
    }
    let mut apdus = Vec::new();
    for (of, heading) in copies {
        let lines = lines(kept, heading, is_clear);
        match paper {
            Paper::Blocks | Paper::MerchantOnly => apdus.push(block(of, &lines)),
            Paper::Lines => apdus.extend(printed(&lines, true)),
            Paper::PlainLines => apdus.extend(printed(&lines, false)),
        }
    }
    apdus
}

fn lines(kept: &Kept, heading: &str, is_clear: bool) -> Vec<String> {
    let word = match (kept.result, kept.original, kept.sum.of) {
        (0, Some(_), _) => "REVERSED",
        (0, None, Of::Purchase) => "APPROVED",
        (0, None, Of::Refund) => "REFUNDED",
        (_, _, _) => "DECLINED",
    };
    let (whole, cents) = (kept.sum.amount_minor / 100, kept.sum.amount_minor % 100);
    vec![
        heading.to_owned(),
        format!("TRACE {:06}", kept.trace),
        format!("RECEIPT {:04}", kept.receipt),
        if is_clear { "CARD 4242 4242 4242 4242".to_owned() } else { "CARD ####4242".to_owned() },
        format!("EUR {whole}.{cents:02}"),
        word.to_owned(),
    ]
}

/// Text of the administration, such as the receipt of a closed batch.
pub fn notice(lines: &[String]) -> Vec<u8> {
    block(3, lines)
}

fn block(of: u8, lines: &[String]) -> Vec<u8> {
    let mut text = Vec::new();
    for line in lines {
        text.extend([0x07, line.len().min(0x7F) as u8]);
        text.extend(line.bytes().take(0x7F));
    }
    text.extend([0x09, 0x01, 0xFF]);
    let mut value = vec![0x1F, 0x07, 0x01, of, 0x25];
    value.extend(length(text.len()));
    value.extend(text);
    let mut body = vec![0x06];
    body.extend(length(value.len()));
    body.extend(value);
    apdu(0x06, 0xD3, &body)
}

fn length(count: usize) -> Vec<u8> {
    match count {
        0..=0x7F => vec![count as u8],
        0x80..=0xFF => vec![0x81, count as u8],
        _ => vec![0x82, (count >> 8) as u8, (count & 0xFF) as u8],
    }
}

fn printed(lines: &[String], is_marked: bool) -> Vec<Vec<u8>> {
    let last = lines.len() - 1;
    let lines = lines.iter().enumerate().map(|(at, line)| {
        let attribute = if is_marked && at == last { 0x80 } else { 0x00 };
        apdu(0x06, 0xD1, &[&[attribute], line.as_bytes()].concat())
    });
    lines.collect()
}

/// What the box asks for with this order; `None` when it names no amount.
pub fn sum(order: &Order, of: Of, currency: u16) -> Option<Sum> {
    let amount_minor = order.amount_minor.filter(|amount| *amount > 0)?;
    Some(Sum { of, amount_minor, currency: order.currency.unwrap_or(currency) })
}
