//! The house's rules at the doors, and the doors themselves.
//!
//! A door is a place; what stands there is a device (`device.rs`). Never decides an admission:
//! the verdict table is in `usher-rules`. Next: `device.rs`.

use serde::Deserialize;

/// `[door]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Door {
    /// Minutes before the start at which tickets are admitted.
    pub doors_open_min: u32,
    pub re_entry: ReEntry,
    /// A turnstile released and not turned gives the admission back (gates 6.3).
    pub undo_unpassed: bool,
    /// A ticket with a balance due is let in with a word to the staff (domain 9.1 row 15).
    pub unpaid_enters: bool,
    /// What a door does that lost the box (domain 9.3).
    pub without_box: WithoutBox,
}

impl Default for Door {
    fn default() -> Door {
        Door {
            doors_open_min: 60,
            re_entry: ReEntry::AfterOut,
            undo_unpassed: true,
            unpaid_enters: false,
            without_box: WithoutBox::Snapshot,
        }
    }
}

/// May a ticket come in again (domain 9.2)?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReEntry {
    Never,
    AfterOut,
    Unlimited,
}

/// How doors go on when they hear nothing from the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutBox {
    /// By the last list they were given.
    Snapshot,
    /// Not at all.
    Stop,
}

/// `[[door_place]]`: a door people walk through.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorPlace {
    /// Kept for good: scans are recorded with it, and the overlay of a seating plan names by it
    /// which zones the door serves.
    pub name: String,
}
