//! The door phone: the last verdict as a plate, the last five scans, and the counts.
//!
//! Shows verdicts, never makes one; `reason` bears the name of the row of domain 9.1 that won.
//! Next: `view/door_list.rs`, then `view/monitor.rs`.

use super::venue::{Frame, Place};
use crate::at::At;
use crate::house::WithoutBox;
use crate::id::{PerformanceId, TicketId};
use crate::money::Money;

#[derive(Debug, Clone, PartialEq)]
pub struct Door {
    pub frame: Frame,
    pub form_key: String,
    /// Name of the place this phone stands at, or of the device: `B`, `Garden gate`.
    pub door: String,
    pub direction: Direction,
    /// The performance this door is set to, or the only one of today; `None`: several.
    pub performance: Option<DoorPerformance>,
    /// What the store knows now; shown so that nobody reads want of data as a refusal.
    pub tickets_loaded: u32,
    pub tickets_total: u32,
    pub inside: u32,
    pub expected: u32,
    pub last: Option<Plate>,
    /// Newest first, at most five.
    pub recent: Vec<RecentScan>,
    pub without_box: WithoutBox,
    pub seq: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DoorPerformance {
    pub performance: PerformanceId,
    pub title: String,
    pub starts: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    #[default]
    In,
    Out,
    Check,
}

/// What the person at the door sees: fill, sign, word, one reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Plate {
    pub signal: Signal,
    pub reason: Reason,
    pub at: At,
    pub ticket: Option<TicketId>,
    pub buyer_name: String,
    pub level_name: String,
    pub place: Option<Place>,
    /// Door or way the ticket is meant for; may be empty.
    pub way: String,
    pub title: String,
    pub starts: Option<At>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Go,
    Stop,
    /// Amber: ask, then decide.
    Ask,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RecentScan {
    pub seq: u64,
    pub signal: Signal,
    pub reason: Reason,
    pub at: At,
    pub buyer_name: String,
    pub place: Option<Place>,
    /// Nobody went through the gate, so the ticket may be scanned again.
    pub unpassed: bool,
}

/// Why, with what the words need. One per reason name of domain 9.1.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    Ok,
    Reentry,
    Out,
    Provisional,
    Unreadable,
    Device,
    BadSignature,
    Unknown,
    Replaced {
        at: At,
    },
    Cancelled {
        at: At,
    },
    WrongPerformance {
        title: String,
        starts: At,
    },
    Blocked,
    AlreadyUsed {
        at: At,
        door: String,
    },
    NoReentry {
        at: At,
    },
    WrongDoor {
        go_to: String,
    },
    TooEarly {
        opens: At,
    },
    TooLate {
        closed: At,
    },
    Unpaid {
        amount: Money,
    },
    Full,
    NotIn,
    /// The store cannot answer: amber `one moment`, never GO.
    Busy,
}
