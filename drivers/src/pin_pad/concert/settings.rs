//! The settings of one Concert terminal, as they stand in `usher.toml`.
//! Holds defaults and limits and refuses what cannot work, naming the key.
//! Never touches the device. Source: pin-pads 5. Next: `sequence.rs`, which obeys them.

use std::path::PathBuf;

use serde::Deserialize;

use super::codec::{AMOUNT_MINOR_MAX, Dialect, TILL_MAX};
use crate::Fault;
use crate::pin_pad::Kind;
use crate::pin_pad::task::Endpoint;
use crate::port::Line;
use crate::scanner::Framing;

pub const BAUD_MAX: u32 = 4_000_000;
/// A cardholder may take that long, so a shorter wait would lose good answers.
pub const ANSWER_WAIT_S_MIN: u32 = 120;
pub const ANSWER_WAIT_S_MAX: u32 = 900;

/// `type` of a purchase. On this one all sources agree.
const DEBIT: char = '0';

/// One terminal on a serial line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcertSettings {
    /// Device node or, better, a stable link such as `/dev/serial/by-id/...`.
    pub path: PathBuf,
    /// Line speed. A terminal on USB (CDC) ignores it.
    #[serde(default = "baud_default")]
    pub baud: u32,
    /// `8N1` on USB, often `7E1` on RS232.
    #[serde(default)]
    pub framing: Framing,
    /// Number of the till that the terminal prints.
    #[serde(default = "till_default")]
    pub till: u8,
    /// `plus` (34 characters) or `plain` (26 characters, older terminals).
    #[serde(default)]
    pub dialect: Dialect,
    /// How long the cardholder may take.
    #[serde(default = "answer_wait_s_default")]
    pub answer_wait_s: u32,
    /// Smallest and largest amount that the terminal takes, in minor units.
    #[serde(default = "amount_minor_min_default")]
    pub amount_minor_min: u32,
    #[serde(default = "amount_minor_max_default")]
    pub amount_minor_max: u32,
    /// Off until the code below was tried on this terminal: makers disagree about it.
    #[serde(default)]
    pub refunds: bool,
    #[serde(default = "refund_code_default")]
    pub refund_code: char,
    #[serde(default)]
    pub cancellations: bool,
    #[serde(default = "cancellation_code_default")]
    pub cancellation_code: char,
}

fn baud_default() -> u32 {
    9_600
}

fn till_default() -> u8 {
    1
}

fn answer_wait_s_default() -> u32 {
    180
}

fn amount_minor_min_default() -> u32 {
    1
}

fn amount_minor_max_default() -> u32 {
    AMOUNT_MINOR_MAX
}

fn refund_code_default() -> char {
    '1'
}

fn cancellation_code_default() -> char {
    '2'
}

impl ConcertSettings {
    /// A terminal at `path` with every other setting at its default.
    pub fn at(path: impl Into<PathBuf>) -> ConcertSettings {
        ConcertSettings {
            path: path.into(),
            baud: baud_default(),
            framing: Framing::default(),
            till: till_default(),
            dialect: Dialect::default(),
            answer_wait_s: answer_wait_s_default(),
            amount_minor_min: amount_minor_min_default(),
            amount_minor_max: amount_minor_max_default(),
            refunds: false,
            refund_code: refund_code_default(),
            cancellations: false,
            cancellation_code: cancellation_code_default(),
        }
    }

    /// Refuses what can be seen to be wrong without the device.
    pub fn check(&self) -> Result<(), Fault> {
        if self.path.as_os_str().is_empty() {
            return Err(Fault::setting("path", "must name a device"));
        }
        if self.baud == 0 || self.baud > BAUD_MAX {
            return Err(Fault::setting("baud", format!("must be 1 to {BAUD_MAX}")));
        }
        if self.till == 0 || self.till > TILL_MAX {
            return Err(Fault::setting("till", format!("must be 1 to {TILL_MAX}")));
        }
        if !(ANSWER_WAIT_S_MIN..=ANSWER_WAIT_S_MAX).contains(&self.answer_wait_s) {
            let text = format!("must be {ANSWER_WAIT_S_MIN} to {ANSWER_WAIT_S_MAX}");
            return Err(Fault::setting("answer_wait_s", text));
        }
        if self.amount_minor_max == 0 || self.amount_minor_max > AMOUNT_MINOR_MAX {
            let text = format!("must be 1 to {AMOUNT_MINOR_MAX}");
            return Err(Fault::setting("amount_minor_max", text));
        }
        if self.amount_minor_min == 0 || self.amount_minor_min > self.amount_minor_max {
            return Err(Fault::setting("amount_minor_min", "must be 1 to `amount_minor_max`"));
        }
        check_code("refund_code", self.refund_code)?;
        check_code("cancellation_code", self.cancellation_code)
    }

    /// Where the terminal is.
    pub fn endpoint(&self) -> Endpoint {
        let line = Line { baud: self.baud, framing: self.framing };
        Endpoint::Serial { path: self.path.clone(), line }
    }

    /// The `type` of the request, if this kind is switched on.
    pub fn type_code(&self, kind: Kind) -> Option<char> {
        match kind {
            Kind::Purchase => Some(DEBIT),
            Kind::KeyedPurchase => None,
            Kind::Refund => self.refunds.then_some(self.refund_code),
            Kind::Reversal => self.cancellations.then_some(self.cancellation_code),
        }
    }
}

/// A refund by the code of a purchase would charge the patron a second time.
fn check_code(key: &'static str, code: char) -> Result<(), Fault> {
    if code.is_ascii_alphanumeric() && code != DEBIT {
        return Ok(());
    }
    Err(Fault::setting(key, "must be one letter or digit, and not 0, which is a purchase"))
}
