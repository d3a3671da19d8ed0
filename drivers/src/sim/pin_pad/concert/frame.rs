//! The terminal's own reading and writing of Concert bytes.
//! Holds nothing of the driver's codec on purpose: the vectors of the page judge both.
//! Never does IO. Source: pin-pads 5.1, 5.2. Next: `terminal.rs`, which uses it.

const STX: u8 = 2;
const ETX: u8 = 3;
/// A request has 26 characters, and eight more with its two options.
const PLAIN_CHARS: usize = 26;
const OPTIONS_CHARS: usize = 8;
/// Longer than any request; what is longer is cut there and is then wrong.
const MESSAGE_BYTES_MAX: usize = 128;
/// The report that must not be sent: card number first.
const REPORT_CHARS: usize = 55;

/// What the box said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Enq,
    Ack,
    Nak,
    Eot,
    Request(Order),
    /// Not to be understood: wrong check byte or wrong fields.
    Garbage(&'static str),
}

/// A request, as the terminal sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub till: String,
    pub amount_minor: u32,
    pub wants_report: bool,
    pub means: char,
    pub type_code: char,
    pub currency: String,
    pub private: String,
    pub waits_for_end: bool,
}

/// Collects bytes until they mean something.
#[derive(Debug, Default)]
pub struct Ear {
    message: Vec<u8>,
}

impl Ear {
    pub fn byte(&mut self, byte: u8) -> Option<Said> {
        if self.message.is_empty() {
            return match byte {
                STX => {
                    self.message.push(byte);
                    None
                }
                5 => Some(Said::Enq),
                6 => Some(Said::Ack),
                21 => Some(Said::Nak),
                4 => Some(Said::Eot),
                _ => Some(Said::Garbage("a byte between messages")),
            };
        }
        let was_end = self.message.last() == Some(&ETX);
        self.message.push(byte);
        let is_full = self.message.len() >= MESSAGE_BYTES_MAX;
        (was_end || is_full).then(|| understand(&std::mem::take(&mut self.message)))
    }

    pub fn is_within(&self) -> bool {
        !self.message.is_empty()
    }

    pub fn forget(&mut self) {
        self.message.clear();
    }
}

fn understand(message: &[u8]) -> Said {
    let sum = message.iter().skip(1).fold(0, |sum, byte| sum ^ byte);
    if sum != 0 {
        return Said::Garbage("wrong check byte");
    }
    let text = message.get(1..message.len().saturating_sub(2)).unwrap_or(&[]);
    let text = std::str::from_utf8(text).ok();
    text.and_then(order).map_or(Said::Garbage("wrong fields"), Said::Request)
}

fn order(text: &str) -> Option<Order> {
    let has_options = text.len() == PLAIN_CHARS + OPTIONS_CHARS;
    if !text.is_ascii() || (!has_options && text.len() != PLAIN_CHARS) {
        return None;
    }
    let sign = |at: usize| text.chars().nth(at);
    if has_options && (text.get(26..29) != Some("A01") || text.get(30..33) != Some("B01")) {
        return None;
    }
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (till, amount, currency) = (text.get(..2)?, text.get(2..10)?, text.get(13..16)?);
    if !digits(till) || !digits(amount) || !digits(currency) {
        return None;
    }
    Some(Order {
        till: till.to_owned(),
        amount_minor: amount.parse().ok()?,
        wants_report: sign(10)? != '0',
        means: sign(11)?,
        type_code: sign(12)?,
        currency: currency.to_owned(),
        private: text.get(16..26)?.to_owned(),
        waits_for_end: !has_options || sign(29) == Some('0'),
    })
}

/// The answer to an order. `report` is what stands in the report, if there is to be one.
pub fn answer(order: &Order, status: u8, amount_minor: u32, report: Option<&str>) -> Vec<u8> {
    let Order { till, means, currency, private, .. } = order;
    let report = report.map(|text| format!("{text:<REPORT_CHARS$}")).unwrap_or_default();
    let text = format!("{till}{status}{amount_minor:08}{means}{report}{currency}{private}");
    let mut message = vec![STX];
    message.extend_from_slice(text.as_bytes());
    message.push(ETX);
    let sum = message.iter().skip(1).fold(0, |sum, byte| sum ^ byte);
    message.push(sum);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"\x0201000012500109780000000000A010B010\x03";

    fn said(bytes: &[u8]) -> Vec<Said> {
        let mut ear = Ear::default();
        bytes.iter().filter_map(|byte| ear.byte(*byte)).collect()
    }

    fn vector(private: &str, check: u8) -> Vec<u8> {
        let text = format!("\u{2}0100001250010978{private}A010B010\u{3}");
        [text.as_bytes(), &[check]].concat()
    }

    #[test]
    fn the_terminal_understands_the_vectors_of_the_page() {
        for (private, check) in [("          ", 0x00), ("U000000042", 0x63)] {
            let said = said(&vector(private, check));
            let [Said::Request(order)] = said.as_slice() else {
                panic!("{said:?}");
            };
            assert_eq!((order.amount_minor, order.type_code), (1_250, '0'));
            assert_eq!((order.currency.as_str(), order.private.as_str()), ("978", private));
            assert!(order.waits_for_end && !order.wants_report);
        }
    }

    #[test]
    fn the_terminal_answers_the_vectors_of_the_page() {
        for (private, status, check) in [
            ("          ", 0, 0x33),
            ("          ", 7, 0x34),
            ("U000000042", 0, 0x50),
            ("U000000042", 7, 0x57),
            ("U000000042", 9, 0x59),
        ] {
            let Some(Said::Request(order)) = said(&vector("          ", 0)).pop() else {
                panic!("no request");
            };
            let order = Order { private: private.to_owned(), ..order };
            let text = format!("\u{2}01{status}000012501978{private}\u{3}");
            let then = [text.as_bytes(), &[check]].concat();
            assert_eq!(answer(&order, status, 1_250, None), then);
            assert_eq!(answer(&order, status, 1_250, Some("x")).len(), 83);
        }
    }

    #[test]
    fn a_wrong_check_byte_is_garbage() {
        let wrong = [REQUEST, &[0x7f]].concat();
        assert_eq!(said(&wrong), [Said::Garbage("wrong check byte")]);
        assert_eq!(said(&vector("U000000042", 0x62)), [Said::Garbage("wrong check byte")]);
    }
}
