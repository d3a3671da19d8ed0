//! What the ZVT dialogue is told about its terminal: password, identity, texts, times.
//! Holds defaults of pin-pads 3.4 and refuses what cannot work, naming the key.
//! Never knows where the line is. Next: `pin_pad/settings.rs` (that does), `sequence.rs`.

use serde::Deserialize;

use super::charset::Charset;
use super::message::PASSWORD_MAX;
use crate::Fault;

pub const WIDTH_MIN: u8 = 16;
pub const WIDTH_MAX: u8 = 80;
pub const REPEATS_MAX: u8 = 99;
pub const HEADINGS_MAX: usize = 8;
pub const TIMER_MS_MAX: u64 = 3_600_000;

/// The six-digit number that opens a terminal's commands. Never shown.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Password(u32);

impl Password {
    pub fn number(self) -> u32 {
        self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl TryFrom<String> for Password {
    type Error = Fault;

    fn try_from(text: String) -> Result<Password, Fault> {
        let number = text.parse().ok().filter(|number| *number <= PASSWORD_MAX && text.len() == 6);
        number.map(Password).ok_or_else(|| Fault::setting("password", "must be six digits"))
    }
}

/// How the APDUs get across.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Frames with checksum, ACK and NAK; also over USB CDC.
    #[default]
    Serial,
    /// APDUs back to back.
    Tcp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timers {
    /// Between two bytes of a frame.
    pub byte_ms: u64,
    /// From a frame to its ACK or NAK.
    pub block_ms: u64,
    /// From a command to its 80 00 or 84 xx.
    pub answer_ms: u64,
    /// From 80 00 to the next word of the terminal.
    pub word_ms: u64,
    /// Between two status enquiries while nothing else happens.
    pub enquiry_ms: u64,
    /// Before a busy terminal is asked again.
    pub busy_ms: u64,
    /// How long the commit may take before the terminal is told to wait.
    pub commit_ms: u64,
    /// From `Ready` to `Go`.
    pub go_ms: u64,
}

impl Default for Timers {
    fn default() -> Timers {
        Timers {
            byte_ms: 200,
            block_ms: 5_000,
            answer_ms: 5_000,
            word_ms: 180_000,
            enquiry_ms: 60_000,
            busy_ms: 1_000,
            commit_ms: 3_500,
            go_ms: 30_000,
        }
    }
}

/// Words in front of the numbers of a printed receipt, for terminals that tell no more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Labels {
    /// Words that stand on the receipt of a booking only; without them text proves nothing.
    pub approved: String,
    pub trace: String,
    pub receipt: String,
    pub amount: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZvtSettings {
    pub transport: Transport,
    pub password: Password,
    /// ISO 4217 numeric.
    pub currency: u16,
    /// Eight digits; empty takes any terminal.
    pub terminal_id: String,
    pub charset: Charset,
    /// Characters of a receipt line, if the terminal shall know.
    pub width: Option<u8>,
    /// Above 0 the terminal is told that it may be asked so often to wait for the commit.
    pub repeats: u8,
    pub merchant_headings: Vec<String>,
    pub customer_headings: Vec<String>,
    pub labels: Labels,
    pub timers: Timers,
}

pub fn merchant_headings() -> Vec<String> {
    ["merchant copy", "händlerbeleg", "haendlerbeleg"].map(str::to_owned).to_vec()
}

pub fn customer_headings() -> Vec<String> {
    ["customer copy", "kundenbeleg"].map(str::to_owned).to_vec()
}

impl Default for ZvtSettings {
    fn default() -> ZvtSettings {
        ZvtSettings {
            transport: Transport::default(),
            password: Password::default(),
            currency: 978,
            terminal_id: String::new(),
            charset: Charset::default(),
            width: None,
            repeats: 0,
            merchant_headings: merchant_headings(),
            customer_headings: customer_headings(),
            labels: Labels::default(),
            timers: Timers::default(),
        }
    }
}

impl ZvtSettings {
    /// Refuses what can be seen to be wrong without the terminal.
    pub fn check(&self) -> Result<(), Fault> {
        let is_id = self.terminal_id.len() == 8 && self.terminal_id.bytes().all(is_digit);
        if !self.terminal_id.is_empty() && !is_id {
            return Err(Fault::setting("terminal_id", "must be eight digits"));
        }
        if self.currency == 0 || self.currency > 999 {
            return Err(Fault::setting("currency", "must be an ISO 4217 number, 1 to 999"));
        }
        if self.width.is_some_and(|width| !(WIDTH_MIN..=WIDTH_MAX).contains(&width)) {
            let text = format!("must be {WIDTH_MIN} to {WIDTH_MAX}");
            return Err(Fault::setting("receipt_width", text));
        }
        if self.repeats > REPEATS_MAX {
            return Err(Fault::setting("repeats", format!("at most {REPEATS_MAX}")));
        }
        if self.merchant_headings.len().max(self.customer_headings.len()) > HEADINGS_MAX {
            return Err(Fault::setting("headings", format!("at most {HEADINGS_MAX} texts")));
        }
        self.timers.check()
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

impl Timers {
    fn check(&self) -> Result<(), Fault> {
        let Timers { byte_ms, block_ms, answer_ms, word_ms, .. } = *self;
        let Timers { enquiry_ms, busy_ms, commit_ms, go_ms, .. } = *self;
        let all = [byte_ms, block_ms, answer_ms, word_ms, enquiry_ms, busy_ms, commit_ms, go_ms];
        if all.iter().any(|ms| *ms == 0 || *ms > TIMER_MS_MAX) {
            return Err(Fault::setting("timers", format!("each must be 1 to {TIMER_MS_MAX}")));
        }
        if commit_ms >= answer_ms {
            return Err(Fault::setting("timers", "`commit_ms` must be below `answer_ms`"));
        }
        Ok(())
    }
}
