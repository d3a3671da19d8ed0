//! What is said on the line: the box's commands as bytes, and the terminal's words read.
//! Holds no state and no time. Never shows a body. Source: pin-pads 3.1, 3.6 to 3.11.
//! Next: `link.rs` (how it gets across), `sequence.rs` (when it is said).

use super::apdu::Apdu;
use super::charset::Charset;
use super::fields::{Fields, counted};
use super::print::{Block, PrintedLine};
use super::tlv;
use crate::pin_pad::{Identity, Kind, Tender};

/// Six digits, three bytes.
pub const PASSWORD_MAX: u32 = 999_999;
/// Twelve digits.
pub const AMOUNT_MINOR_MAX: u64 = 999_999_999_999;
pub const RECEIPT_MAX: u32 = 9_999;

/// The box prints all receipts, gets progress, and alone starts payments and errands.
const CONFIG: u8 = 0xBE;
const SERVICE: [u8; 2] = [0x03, 0x01];
const PRINT_BLOCK: [u8; 2] = [0x06, 0xD3];

/// What the box says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command<'a> {
    Register {
        password: u32,
        currency: u16,
        width: Option<u8>,
    },
    /// A purchase, a refund or a reversal; `repeats` is how often `84 9C` may be answered.
    Pay {
        tender: &'a Tender,
        password: u32,
        repeats: u8,
    },
    Abort,
    StatusEnquiry {
        password: u32,
    },
    RepeatReceipt {
        password: u32,
    },
    Totals {
        password: u32,
    },
    EndOfDay {
        password: u32,
    },
    Diagnosis,
    Initialise {
        password: u32,
    },
    LogOff,
}

impl Command<'_> {
    /// `None` for a tender that the protocol cannot say.
    pub fn apdu(self) -> Option<Apdu> {
        Some(match self {
            Command::Register { password, currency, width } => {
                Apdu::new(0x06, 0x00, registration(password, currency, width))
            }
            Command::Pay { tender, password, repeats } => pay(tender, password, repeats)?,
            Command::Abort => Apdu::new(0x06, 0xB0, []),
            Command::StatusEnquiry { password } => Apdu::new(0x05, 0x01, bcd::<3>(password.into())),
            Command::RepeatReceipt { password } => Apdu::new(0x06, 0x20, bcd::<3>(password.into())),
            Command::Totals { password } => Apdu::new(0x06, 0x10, bcd::<3>(password.into())),
            Command::EndOfDay { password } => Apdu::new(0x06, 0x50, bcd::<3>(password.into())),
            Command::Diagnosis => Apdu::new(0x06, 0x70, []),
            Command::Initialise { password } => Apdu::new(0x06, 0x93, bcd::<3>(password.into())),
            Command::LogOff => Apdu::new(0x06, 0x02, []),
        })
    }
}

fn registration(password: u32, currency: u16, width: Option<u8>) -> Vec<u8> {
    let mut permitted = Vec::new();
    tlv::put(&mut permitted, tlv::COMMAND, &PRINT_BLOCK);
    let mut container = Vec::new();
    if let Some(width) = width {
        tlv::put(&mut container, tlv::WIDTH, &[width]);
    }
    tlv::put(&mut container, tlv::PERMITTED, &permitted);
    let mut body = bcd::<3>(password.into()).to_vec();
    body.push(CONFIG);
    body.extend(bcd::<2>(currency.into()));
    body.extend(SERVICE);
    tlv::put(&mut body, 0x06, &container);
    body
}

fn pay(tender: &Tender, password: u32, repeats: u8) -> Option<Apdu> {
    if tender.amount_minor == 0 || tender.amount_minor > AMOUNT_MINOR_MAX {
        return None;
    }
    let mut money = vec![0x04];
    money.extend(bcd::<6>(tender.amount_minor));
    money.push(0x49);
    money.extend(bcd::<2>(tender.currency.number.into()));
    if repeats > 0 {
        money.extend([0x02, repeats]);
    }
    let mut body = bcd::<3>(password.into()).to_vec();
    Some(match tender.kind {
        Kind::Purchase => Apdu::new(0x06, 0x01, money),
        // The protocol has no word for it.
        Kind::KeyedPurchase => return None,
        Kind::Refund => {
            body.extend(money);
            Apdu::new(0x06, 0x31, body)
        }
        Kind::Reversal => {
            let receipt = tender.original.as_ref()?.receipt.filter(|no| *no <= RECEIPT_MAX)?;
            body.push(0x87);
            body.extend(bcd::<2>(receipt.into()));
            Apdu::new(0x06, 0x30, body)
        }
    })
}

/// The last `2 * N` digits.
pub fn bcd<const N: usize>(number: u64) -> [u8; N] {
    let mut bytes = [0; N];
    let mut rest = number;
    for byte in bytes.iter_mut().rev() {
        let pair = u8::try_from(rest % 100).unwrap_or(0);
        *byte = (pair / 10) << 4 | (pair % 10);
        rest /= 100;
    }
    bytes
}

/// How the box answers what the terminal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Yes,
    /// Not yet: say it again in a while.
    Wait,
    /// That command is not known here.
    Unknown,
}

impl Reply {
    pub fn apdu(self) -> Apdu {
        match self {
            Reply::Yes => Apdu::new(0x80, 0x00, []),
            Reply::Wait => Apdu::new(0x84, 0x9C, []),
            Reply::Unknown => Apdu::new(0x84, 0x83, []),
        }
    }
}

/// What the terminal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Yes,
    No(u8),
    /// Progress. `minutes` is how long it may go on without a word, if it says.
    Progress {
        code: u8,
        minutes: Option<u8>,
    },
    /// The clock of the terminal, which the box has no use for.
    Clock,
    Status(Box<Fields>),
    Completed(Apdu),
    /// The command ended without its purpose, with this code.
    Aborted {
        code: u8,
        fields: Box<Fields>,
    },
    Line(PrintedLine),
    Block(Block),
    Other,
}

impl Said {
    pub fn read(apdu: Apdu, charset: Charset) -> Said {
        let body = apdu.body();
        match (apdu.class, apdu.instr) {
            // Some terminals say yes with 84 00.
            (0x80, _) | (0x84, 0x00) => Said::Yes,
            (0x84, code) => Said::No(code),
            (0x04, 0xFF) => progress(body),
            (0x04, 0x01) => Said::Clock,
            (0x04, 0x0F) => Said::Status(Box::new(Fields::read(body, charset))),
            (0x06, 0x0F) => Said::Completed(apdu),
            (0x06, 0x1E) => {
                let (&code, rest) = body.split_first().unwrap_or((&0xFF, &[]));
                Said::Aborted { code, fields: Box::new(Fields::read(rest, charset)) }
            }
            (0x06, 0xD1) => Said::Line(PrintedLine::read(body, charset)),
            (0x06, 0xD3) => Said::Block(Block::read(body, charset)),
            _ => Said::Other,
        }
    }
}

fn progress(body: &[u8]) -> Said {
    let code = body.first().copied().unwrap_or(0x0E);
    // The container may follow the code at once; it is no time.
    let minutes = body.get(1).filter(|byte| body.len() == 2 || **byte != 0x06);
    let minutes = minutes.map(|byte| (byte >> 4) * 10 + (byte & 0x0F)).filter(|min| *min > 0);
    Said::Progress { code, minutes }
}

/// The answer to a status enquiry: what the terminal is, and the byte that says how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub identity: Identity,
    pub status: Option<u8>,
}

impl Condition {
    pub fn read(body: &[u8], charset: Charset) -> Condition {
        let mut fields = Fields::default();
        let mut rest = body;
        if body.first().is_some_and(|byte| byte & 0xF0 == 0xF0)
            && let Some((length, after)) = counted(body, 3)
            && let Some((software, after)) = after.split_at_checked(length)
        {
            fields.identity.software = charset.text(software).trim().to_owned();
            rest = after;
        }
        let status = rest.first().copied();
        let container = rest.get(1..).and_then(|rest| rest.strip_prefix(&[0x06]));
        if let Some((length, value)) = container.and_then(tlv::length) {
            fields.container(value.get(..length).unwrap_or(value), charset);
        }
        Condition { identity: fields.identity, status }
    }
}
