//! What a simulated terminal is told to do, payment by payment: one JSON object a line.
//! When the script is used up, it approves. Never read by the driver. Source: pin-pads 7.
//! Next: one file a protocol beside this one.

use std::collections::VecDeque;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// How the payment goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, tag = "do")]
pub enum Play {
    #[default]
    Approve,
    Decline {
        #[serde(default)]
        code: u8,
    },
    /// The cardholder presses the red key.
    Cancel,
    /// Nobody presents a card in time.
    Timeout,
    WrongPin,
    /// Shows progress for so long, then approves.
    Slow {
        ms: u64,
    },
    /// Acknowledges the ask and says nothing more.
    Silent,
    Busy,
    /// Restarts in the middle of the payment, after the booking or before it.
    Reboot {
        booked: bool,
    },
    /// Approves another amount.
    WrongAmount {
        minor: u64,
    },
    /// Approves although it was told to abort.
    ApproveAfterAbort,
    /// Approves and puts a clear card number where a masked one belongs.
    ClearPan,
}

/// Seen from the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    ToBox,
    FromBox,
}

/// Something that goes wrong on the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, tag = "line")]
pub enum LineFault {
    /// The line is cut once so many bytes of this payment have gone that way.
    Cut {
        direction: Direction,
        after: u64,
    },
    /// That byte is changed, once.
    Corrupt {
        direction: Direction,
        byte: u64,
    },
    Drip,
}

/// What the terminal does with an approval that nobody acknowledged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unacknowledged {
    #[default]
    Keep,
    Reverse,
}

/// One payment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scene {
    pub play: Play,
    pub fault: Option<LineFault>,
    pub unacknowledged: Unacknowledged,
}

/// Scenes still to come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script(VecDeque<Scene>);

impl Script {
    pub fn new(scenes: impl IntoIterator<Item = Scene>) -> Script {
        Script(scenes.into_iter().collect())
    }

    /// Reads a file, a scene a line; empty lines do not count.
    pub fn read(path: &Path) -> io::Result<Script> {
        let text = std::fs::read_to_string(path)?;
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let scenes = lines.map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|error| io::Error::other(format!("line {number}: {error}")))
        });
        Ok(Script(scenes.collect::<io::Result<_>>()?))
    }

    /// The scene of the next payment.
    pub fn next_scene(&mut self) -> Scene {
        self.0.pop_front().unwrap_or_default()
    }
}
