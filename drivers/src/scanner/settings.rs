//! The settings of one serial scanner, as they stand in `usher.toml`.
//! Holds defaults and limits and refuses what cannot work, naming the key.
//! Never touches the device. Next: `port.rs` (opens it), `scanner/ascii/codec.rs` (uses them).

use std::path::PathBuf;

use serde::Deserialize;

use crate::Fault;

pub const DOUBLE_READ_MS_MAX: u64 = 10_000;
pub const IDLE_MS_MAX: u64 = 1_000;
pub const IGNORE_ENTRIES_MAX: usize = 16;
pub const PREFIX_BYTES_MAX: usize = 32;
pub const BAUD_MAX: u32 = 4_000_000;

/// Below this speed one character takes long enough to need the longer silence.
const FAST_BAUD_MIN: u32 = 57_600;
const IDLE_MS_FAST: u64 = 30;
const IDLE_MS_SLOW: u64 = 50;

/// One scanner on a serial line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScannerSettings {
    /// Device node or, better, a stable link such as `/dev/serial/by-id/...`; never resolved,
    /// so a link that is pointed elsewhere is followed at the next connect.
    pub path: PathBuf,
    /// `ascii` (plain text) or `ssi` (Zebra's packets).
    #[serde(default)]
    pub protocol: Protocol,
    /// Line speed. A USB (CDC) scanner ignores it.
    #[serde(default = "baud_default")]
    pub baud: u32,
    /// Data bits, parity and stop bits, such as `8N1` or `7E1`.
    #[serde(default)]
    pub framing: Framing,
    /// What ends a code: `cr`, `lf`, `crlf`, `etx` (any of the four is understood whichever
    /// is named) or `none`, where silence ends it.
    #[serde(default)]
    pub suffix: Suffix,
    /// With `suffix = "none"`: the silence that ends a code. Absent: 30 ms from 57600 baud
    /// upwards, 50 ms below. SSI takes at least as long as its packets may pause.
    #[serde(default)]
    pub idle_ms: Option<u64>,
    /// Text that the scanner is set to send before each code; removed when it is there.
    #[serde(default)]
    pub prefix: String,
    /// Whose beeper commands the scanner understands; `ssi` brings its own.
    #[serde(default)]
    pub feedback: Vendor,
    /// The same code seen again within this time repeats the last signal and is not sent on.
    #[serde(default = "double_read_ms_default")]
    pub double_read_ms: u64,
    /// Texts that mean "nothing was read".
    #[serde(default = "ignore_default")]
    pub ignore: Vec<String>,
}

fn baud_default() -> u32 {
    9_600
}

fn double_read_ms_default() -> u64 {
    1_500
}

fn ignore_default() -> Vec<String> {
    vec!["NR".to_owned()]
}

impl ScannerSettings {
    /// A scanner at `path` with every other setting at its default.
    pub fn at(path: impl Into<PathBuf>) -> ScannerSettings {
        ScannerSettings {
            path: path.into(),
            protocol: Protocol::default(),
            baud: baud_default(),
            framing: Framing::default(),
            suffix: Suffix::default(),
            idle_ms: None,
            prefix: String::new(),
            feedback: Vendor::default(),
            double_read_ms: double_read_ms_default(),
            ignore: ignore_default(),
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
        if self.idle_ms.is_some_and(|ms| ms == 0 || ms > IDLE_MS_MAX) {
            return Err(Fault::setting("idle_ms", format!("must be 1 to {IDLE_MS_MAX}")));
        }
        if self.prefix.len() > PREFIX_BYTES_MAX {
            return Err(Fault::setting("prefix", format!("at most {PREFIX_BYTES_MAX} bytes")));
        }
        if self.double_read_ms > DOUBLE_READ_MS_MAX {
            let text = format!("at most {DOUBLE_READ_MS_MAX}, or a real second try is hidden");
            return Err(Fault::setting("double_read_ms", text));
        }
        if self.ignore.len() > IGNORE_ENTRIES_MAX {
            return Err(Fault::setting("ignore", format!("at most {IGNORE_ENTRIES_MAX} texts")));
        }
        match self.protocol {
            Protocol::Ascii => Ok(()),
            Protocol::Ssi => self.check_ssi(),
        }
    }

    /// Packets need all eight bits, and carry the verdict themselves.
    fn check_ssi(&self) -> Result<(), Fault> {
        if self.framing.data_bits != 8 {
            return Err(Fault::setting("framing", "must have 8 data bits with protocol \"ssi\""));
        }
        if self.feedback != Vendor::None {
            let text =
                "must be \"none\" with protocol \"ssi\", which has beeps and lamps of its own";
            return Err(Fault::setting("feedback", text));
        }
        Ok(())
    }

    /// The silence that ends a code, if silence does.
    pub fn silence_ms(&self) -> Option<u64> {
        match self.suffix {
            Suffix::Cr | Suffix::Lf | Suffix::CrLf | Suffix::Etx => None,
            Suffix::None if self.baud >= FAST_BAUD_MIN => {
                Some(self.idle_ms.unwrap_or(IDLE_MS_FAST))
            }
            Suffix::None => Some(self.idle_ms.unwrap_or(IDLE_MS_SLOW)),
        }
    }
}

/// The dialogue spoken on the line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Protocol {
    #[default]
    Ascii,
    /// Zebra's Simple Serial Interface.
    Ssi,
}

impl std::str::FromStr for Protocol {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Protocol, Fault> {
        match text {
            "ascii" => Ok(Protocol::Ascii),
            "ssi" => Ok(Protocol::Ssi),
            other => {
                let text = format!("{other:?} is neither \"ascii\" nor \"ssi\"");
                Err(Fault::setting("protocol", text))
            }
        }
    }
}

impl TryFrom<String> for Protocol {
    type Error = Fault;

    fn try_from(text: String) -> Result<Protocol, Fault> {
        text.parse()
    }
}

/// What the scanner puts after a code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Suffix {
    #[default]
    Cr,
    Lf,
    CrLf,
    Etx,
    None,
}

impl Suffix {
    /// The bytes themselves, for the simulated scanner.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Suffix::Cr => b"\r",
            Suffix::Lf => b"\n",
            Suffix::CrLf => b"\r\n",
            Suffix::Etx => b"\x03",
            Suffix::None => b"",
        }
    }
}

impl std::str::FromStr for Suffix {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Suffix, Fault> {
        match text {
            "cr" => Ok(Suffix::Cr),
            "lf" => Ok(Suffix::Lf),
            "crlf" => Ok(Suffix::CrLf),
            "etx" => Ok(Suffix::Etx),
            "none" => Ok(Suffix::None),
            other => {
                let text = format!("{other:?} is not one of cr, lf, crlf, etx, none");
                Err(Fault::setting("suffix", text))
            }
        }
    }
}

/// Which maker's beeper and lamp commands the scanner takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// Nothing is ever written to the scanner.
    #[default]
    None,
    /// Honeywell "Host ACK".
    Honeywell,
    /// Datalogic RS-232 host commands.
    Datalogic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parity {
    None,
    Even,
    Odd,
}

/// Character framing of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Framing {
    pub data_bits: u8,
    pub parity: Parity,
    pub stop_bits: u8,
}

impl Default for Framing {
    fn default() -> Framing {
        Framing { data_bits: 8, parity: Parity::None, stop_bits: 1 }
    }
}

impl std::str::FromStr for Framing {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Framing, Fault> {
        let wrong = || Fault::setting("framing", format!("{text:?} is not like 8N1 or 7E1"));
        let &[data, parity, stop] = text.as_bytes() else {
            return Err(wrong());
        };
        let data_bits = match data {
            b'7' => 7,
            b'8' => 8,
            _ => return Err(wrong()),
        };
        let parity = match parity {
            b'N' | b'n' => Parity::None,
            b'E' | b'e' => Parity::Even,
            b'O' | b'o' => Parity::Odd,
            _ => return Err(wrong()),
        };
        let stop_bits = match stop {
            b'1' => 1,
            b'2' => 2,
            _ => return Err(wrong()),
        };
        Ok(Framing { data_bits, parity, stop_bits })
    }
}

impl TryFrom<String> for Framing {
    type Error = Fault;

    fn try_from(text: String) -> Result<Framing, Fault> {
        text.parse()
    }
}
