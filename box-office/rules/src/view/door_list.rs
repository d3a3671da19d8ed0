//! What a door is given beforehand, so that it can judge when it loses the box (domain 9.3).
//!
//! Digests of codes in place of codes, and nobody's name: a phone gets lost. Next: `view/door.rs`.

use crate::admission::{Presence, Stop};
use crate::at::At;
use crate::id::PerformanceId;

/// Bytes of a code's SHA-256 that stand for it.
pub const DIGEST_BYTES: usize = 16;

#[derive(Debug, Clone, PartialEq)]
pub struct DoorList {
    pub taken_at: At,
    /// Everything up to this entry is in it.
    pub seq: u64,
    /// All tickets; else only those that changed since the entry asked after.
    pub whole: bool,
    pub performances: Vec<ListedPerformance>,
    pub tickets: Vec<ListedTicket>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ListedPerformance {
    pub performance: PerformanceId,
    pub title: String,
    pub starts: At,
    /// Doors open and last admission; `None`: this door asks no time (domain 9.1 row 14).
    pub window: Option<(At, At)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ListedTicket {
    pub digest: [u8; DIGEST_BYTES],
    pub performance: PerformanceId,
    pub presence: Presence,
    /// What stops it whenever it comes and whoever is in.
    pub stop: Option<Stop>,
    /// Who went out may come in again.
    pub re_entry: bool,
    /// Guid.
    pub seat: Option<String>,
}
