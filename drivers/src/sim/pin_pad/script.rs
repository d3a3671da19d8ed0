//! What a simulated terminal is told to do, payment by payment: one JSON object a line.
//! When the script is used up, it approves. Never read by the driver. Source: pin-pads 7.
//! Next: one file a protocol beside this one.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// Scenes that were played, the first one first; clones share the list.
#[derive(Debug, Clone, Default)]
pub struct Played(Arc<Mutex<Vec<Scene>>>);

impl Played {
    /// How many there were until now.
    pub fn count(&self) -> usize {
        self.scenes().len()
    }

    pub fn all(&self) -> Vec<Scene> {
        self.scenes().clone()
    }

    pub(crate) fn add(&self, scene: &Scene) {
        self.scenes().push(scene.clone());
    }

    fn scenes(&self) -> MutexGuard<'_, Vec<Scene>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Scenes still to come, and those that were played.
#[derive(Debug, Clone, Default)]
pub struct Script {
    coming: VecDeque<Scene>,
    played: Played,
}

/// What was played is no part of what a script says.
impl PartialEq for Script {
    fn eq(&self, other: &Script) -> bool {
        self.coming == other.coming
    }
}

impl Eq for Script {}

impl Script {
    pub fn new(scenes: impl IntoIterator<Item = Scene>) -> Script {
        Script { coming: scenes.into_iter().collect(), played: Played::default() }
    }

    /// What its terminal played of it, now and later.
    pub fn played(&self) -> Played {
        self.played.clone()
    }

    /// Reads a file, a scene a line; empty lines do not count.
    pub fn read(path: &Path) -> io::Result<Script> {
        let text = std::fs::read_to_string(path)?;
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let scenes = lines.map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|error| io::Error::other(format!("line {number}: {error}")))
        });
        Ok(Script::new(scenes.collect::<io::Result<Vec<Scene>>>()?))
    }

    /// The scene of the next payment.
    pub fn next_scene(&mut self) -> Scene {
        self.coming.pop_front().unwrap_or_default()
    }
}
