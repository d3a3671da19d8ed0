//! The settings of one ZVT terminal, as they stand in `usher.toml`: its line and its dialogue.
//! Holds defaults and limits and refuses what cannot work, naming the key.
//! Never opens anything and never holds the currency: that is the venue's, and comes with the call.
//! Next: `pin_pad/task.rs` (opens the line), `zvt/settings.rs` (the dialogue's).

use std::path::PathBuf;

use serde::Deserialize;

use super::charset::Charset;
use super::settings::{
    Labels, Password, Timers, Transport, ZvtSettings, customer_headings, merchant_headings,
};
use crate::Fault;
use crate::pin_pad::Currency;
use crate::pin_pad::task::Endpoint;
use crate::port::Line;
use crate::scanner::{Framing, Parity};

pub const BAUD_MAX: u32 = 4_000_000;
pub const ADDRESS_BYTES_MAX: usize = 255;

/// Stands for the venue's while the table alone is looked at.
const CURRENCY_ANY: Currency = Currency { number: 978, letters: *b"EUR", minor_digits: 2 };

/// One ZVT terminal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZvtTable {
    /// Device node or a stable link to it; or `address`.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Host and port of a pad on the network, such as `192.0.2.7:20007`; or `path`.
    #[serde(default)]
    pub address: Option<String>,
    /// Line speed. A USB (CDC) pad ignores it.
    #[serde(default = "baud_default")]
    pub baud: u32,
    /// Data bits, parity and stop bits.
    #[serde(default = "framing_default")]
    pub framing: Framing,
    /// Six digits; terminals are delivered with 000000, 123456 or 010203.
    #[serde(default)]
    pub password: Password,
    /// The one terminal that is taken; any other is refused. Empty, on a serial line only: any.
    #[serde(default)]
    pub terminal_id: String,
    /// Characters of receipts: `cp437`, `iso-8859-15` or `utf-8`.
    #[serde(default)]
    pub charset: Charset,
    /// Characters of a receipt line. Absent: the pad decides.
    #[serde(default)]
    pub receipt_width: Option<u8>,
    /// How often the pad may be asked to wait for a slow disk; 0: never.
    #[serde(default)]
    pub repeats: u8,
    /// Words by which a printed copy is told to be the merchant's.
    #[serde(default = "merchant_headings")]
    pub merchant_headings: Vec<String>,
    /// Words by which a printed copy is told to be the customer's.
    #[serde(default = "customer_headings")]
    pub customer_headings: Vec<String>,
    /// Words before the numbers of a receipt, for pads that repeat it as text only.
    #[serde(default)]
    pub labels: Labels,
    #[serde(default)]
    pub timers: Timers,
}

fn baud_default() -> u32 {
    9_600
}

fn framing_default() -> Framing {
    Framing { data_bits: 8, parity: Parity::None, stop_bits: 2 }
}

impl ZvtTable {
    /// Refuses what can be seen to be wrong without the pad.
    pub fn check(&self) -> Result<(), Fault> {
        self.endpoint()?;
        // On a network anybody can answer at an address (trust 3).
        if self.address.is_some() && self.terminal_id.is_empty() {
            let text = "must be given for a terminal on the network";
            return Err(Fault::setting("terminal_id", text));
        }
        if self.baud == 0 || self.baud > BAUD_MAX {
            return Err(Fault::setting("baud", format!("must be 1 to {BAUD_MAX}")));
        }
        self.dialogue(CURRENCY_ANY).check()
    }

    /// Where the pad is.
    pub fn endpoint(&self) -> Result<Endpoint, Fault> {
        match (&self.path, &self.address) {
            (Some(path), None) => Ok(Endpoint::Serial {
                path: path.clone(),
                line: Line { baud: self.baud, framing: self.framing },
            }),
            (None, Some(address)) if is_address(address) => Ok(Endpoint::Tcp(address.clone())),
            (None, Some(_)) => Err(Fault::setting("address", "must be host and port")),
            (Some(_), Some(_)) | (None, None) => {
                Err(Fault::setting("path", "set either `path` or `address`"))
            }
        }
    }

    /// What the dialogue is told, in the currency of the venue.
    pub fn dialogue(&self, currency: Currency) -> ZvtSettings {
        let transport = match self.address {
            Some(_) => Transport::Tcp,
            None => Transport::Serial,
        };
        ZvtSettings {
            transport,
            password: self.password,
            currency: currency.number,
            terminal_id: self.terminal_id.clone(),
            charset: self.charset,
            width: self.receipt_width,
            repeats: self.repeats,
            merchant_headings: self.merchant_headings.clone(),
            customer_headings: self.customer_headings.clone(),
            labels: self.labels.clone(),
            timers: self.timers,
        }
    }
}

fn is_address(address: &str) -> bool {
    let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    let port = port.and_then(|(_, port)| port.parse::<u16>().ok());
    address.len() <= ADDRESS_BYTES_MAX && port.is_some_and(|port| port > 0)
}
