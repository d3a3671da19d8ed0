//! Bytes of Concert C-E+ and what they mean: four signals, one request, one answer.
//! Holds framing with its check byte, and the two messages of fixed width.
//! Never does IO and never lets a card number out: the report that a terminal may send unasked is
//! wiped unread. Source: pin-pads 5.1, 5.2, 5.5. Next: `sequence.rs`.

use std::fmt;

use crate::pin_pad::IntentNo;

pub const STX: u8 = 0x02;
pub const ETX: u8 = 0x03;
pub const EOT: u8 = 0x04;
pub const ENQ: u8 = 0x05;
pub const ACK: u8 = 0x06;
pub const NAK: u8 = 0x15;

/// Width of an answer without report, and with the report that names the card.
pub const ANSWER_CHARS: usize = 25;
pub const ANSWER_WITH_REPORT_CHARS: usize = 80;
/// No text between STX and ETX is longer.
pub const TEXT_CHARS_MAX: usize = ANSWER_WITH_REPORT_CHARS;
/// Largest amount that the field of eight digits holds.
pub const AMOUNT_MINOR_MAX: u32 = 99_999_999;
/// Largest number of a till, and largest ISO 4217 number.
pub const TILL_MAX: u8 = 99;
pub const CURRENCY_MAX: u16 = 999;

const PRIVATE_CHARS: usize = 10;
/// Where the report stands, if there is one.
const REPORT_AT: usize = 12;
const REPORT_CHARS: usize = ANSWER_WITH_REPORT_CHARS - ANSWER_CHARS;
/// Answer without report, paid by card.
const SHORT_ANSWER: char = '0';
const BY_CARD: char = '1';
/// Wait for the end; let the terminal decide on asking the bank.
const OPTIONS: &str = "A010B010";

/// Which of the two widths of a request the terminal takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// C-E+, 34 characters.
    #[default]
    Plus,
    /// C-E without the two options, 26 characters.
    Plain,
}

/// Ten characters that the terminal gives back as it got them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Private(pub [u8; PRIVATE_CHARS]);

impl Private {
    pub const BLANK: Private = Private([b' '; PRIVATE_CHARS]);

    /// `U` and nine digits.
    pub fn of(intent: IntentNo) -> Private {
        let text = format!("U{:09}", intent.0);
        Private(text.as_bytes().try_into().unwrap_or(Private::BLANK.0))
    }

    /// The intent, if the field was ours.
    pub fn intent(self) -> Option<IntentNo> {
        let digits = self.0.strip_prefix(b"U")?;
        number(digits).map(IntentNo)
    }
}

/// What the box asks for. Each part is within its limit above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    pub till: u8,
    pub amount_minor: u32,
    /// `0` debit; others as the terminal is set.
    pub type_code: char,
    /// ISO 4217 numeric.
    pub currency: u16,
    pub private: Private,
}

impl Request {
    /// The message from STX to check byte.
    pub fn frame(&self, dialect: Dialect) -> Vec<u8> {
        let Request { till, amount_minor, type_code, currency, private } = self;
        let fields =
            format!("{till:02}{amount_minor:08}{SHORT_ANSWER}{BY_CARD}{type_code}{currency:03}");
        let options = match dialect {
            Dialect::Plus => OPTIONS,
            Dialect::Plain => "",
        };
        frame(&[fields.as_bytes(), &private.0, options.as_bytes()].concat())
    }
}

/// How it ended at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Done,
    /// Declined, cancelled or timed out; the protocol has one digit for all three.
    NotDone,
    /// Not verified, or forced.
    NotVerified,
    Other(u8),
}

impl Status {
    fn of(digit: u8) -> Status {
        match digit {
            b'0' => Status::Done,
            b'7' => Status::NotDone,
            b'9' => Status::NotVerified,
            other => Status::Other(other),
        }
    }
}

/// What the terminal says at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub till: u8,
    pub status: Status,
    pub amount_minor: u32,
    pub means: u8,
    pub currency: u16,
    pub private: Private,
    /// The terminal put in its report, card number first, though it was asked not to.
    pub had_report: bool,
}

impl Answer {
    /// Reads the text of a message; `None` if it is no answer.
    pub fn parse(text: &[u8]) -> Option<Answer> {
        let had_report = match text.len() {
            ANSWER_CHARS => false,
            ANSWER_WITH_REPORT_CHARS => true,
            _ => return None,
        };
        let (fixed, rest) = text.split_at_checked(REPORT_AT)?;
        let tail = if had_report { rest.get(REPORT_CHARS..)? } else { rest };
        let [status] = *fixed.get(2..3)? else { return None };
        let [means] = *fixed.get(11..12)? else { return None };
        Some(Answer {
            till: number(fixed.get(..2)?)?.try_into().ok()?,
            status: Status::of(status),
            amount_minor: number(fixed.get(3..11)?)?,
            means,
            currency: number(tail.get(..3)?)?.try_into().ok()?,
            private: Private(tail.get(3..)?.try_into().ok()?),
            had_report,
        })
    }
}

/// Digits only; at most nine of them are ever given.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |sum, digit| {
        let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// STX, text, ETX and the check byte, which may be any byte.
pub fn frame(text: &[u8]) -> Vec<u8> {
    let check = text.iter().fold(ETX, |sum, byte| sum ^ byte);
    [&[STX], text, &[ETX, check]].concat()
}

/// One thing heard on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    Enq,
    Ack,
    Nak,
    Eot,
    Answer(Answer),
    /// A whole message that is no answer: wrong check byte, length or digits. One bit can end a
    /// message early and make its check byte right, so the causes are not told apart.
    Spoilt,
    /// A byte that means nothing where it stands.
    Stray,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Between,
    Text,
    /// The byte after ETX is the check byte, whatever it is.
    Check,
}

/// Finds signals and messages in what comes in, however it is cut into pieces.
pub struct Decoder {
    place: Place,
    text: [u8; TEXT_CHARS_MAX],
    /// Characters since STX; above `TEXT_CHARS_MAX` they are counted and not kept.
    chars: usize,
    check: u8,
}

impl Default for Decoder {
    fn default() -> Decoder {
        Decoder { place: Place::Between, text: [0; TEXT_CHARS_MAX], chars: 0, check: 0 }
    }
}

impl Decoder {
    /// Takes one byte; gives what is complete with it.
    pub fn byte(&mut self, byte: u8) -> Option<Heard> {
        match (self.place, byte) {
            (Place::Between, _) => self.signal(byte),
            (Place::Text, ETX) => {
                self.check ^= ETX;
                self.place = Place::Check;
                None
            }
            (Place::Text, _) => {
                if let Some(room) = self.text.get_mut(self.chars) {
                    *room = byte;
                }
                self.chars = self.chars.saturating_add(1);
                self.check ^= byte;
                None
            }
            (Place::Check, _) => Some(self.message(byte)),
        }
    }

    /// True between STX and the check byte.
    pub fn is_within(&self) -> bool {
        self.place != Place::Between
    }

    /// Forgets a message that was begun.
    pub fn reset(&mut self) {
        *self = Decoder::default();
    }

    fn signal(&mut self, byte: u8) -> Option<Heard> {
        match byte {
            STX => {
                self.place = Place::Text;
                None
            }
            ENQ => Some(Heard::Enq),
            ACK => Some(Heard::Ack),
            NAK => Some(Heard::Nak),
            EOT => Some(Heard::Eot),
            _ => Some(Heard::Stray),
        }
    }

    fn message(&mut self, check: u8) -> Heard {
        let heard = match self.text.get(..self.chars) {
            Some(text) if self.check == check => {
                Answer::parse(text).map_or(Heard::Spoilt, Heard::Answer)
            }
            Some(_) | None => Heard::Spoilt,
        };
        self.reset();
        heard
    }
}

/// What is between STX and ETX may be a card number.
impl fmt::Debug for Decoder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Decoder").field("place", &self.place).field("chars", &self.chars).finish()
    }
}
