//! The desk: signing in, and the state of the box and of what is plugged in.
//!
//! Never holds a token, not even its hash. Next: `desk/account.rs`, `desk/cart.rs`,
//! `desk/letter.rs`, `desk/sell.rs`, `desk/till.rs`, `web/desk.rs`.

pub mod account;
pub mod batch;
pub mod cancellation;
pub mod cart;
pub mod end_of_day;
pub mod journal;
pub mod letter;
pub mod order;
pub mod pad;
pub mod patron;
pub mod payment;
pub mod report;
pub mod sell;
pub mod staff;
pub mod till;

use super::venue::Frame;
use crate::at::{At, Span};
use crate::id::PerformanceId;
use account::Notice;

#[derive(Debug, Clone, PartialEq)]
pub struct SignIn {
    pub frame: Frame,
    /// Where to go after; a path of ours, or empty for the desk.
    pub onward: String,
    pub refused: SignInRefused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignInRefused {
    #[default]
    No,
    /// Not a token of this box, or one without the right: one text for both.
    NotKnown,
    TooMany,
    /// As the form of logins is told.
    Said(Notice),
}

/// What stands around every page of the desk.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    pub frame: Frame,
    /// Name of the member of staff, or of the token as the configuration has it.
    pub who: String,
    pub rights: Rights,
    pub strip: Strip,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Desk {
    pub around: Around,
    pub devices: Vec<Device>,
    pub performances: Vec<HouseGlance>,
}

/// Which doors of the desk are open to who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights {
    pub door: bool,
    pub monitor: bool,
    /// The desk itself: held tickets, letters, devices.
    pub desk: bool,
    /// One's own account: there is one.
    pub account: bool,
    pub staff: bool,
    pub audit: bool,
    /// A till of one's own.
    pub till: bool,
    /// Sales and the journal.
    pub reports: bool,
    /// Ending the day.
    pub day: bool,
}

/// One line of the house today.
#[derive(Debug, Clone, PartialEq)]
pub struct HouseGlance {
    pub title: String,
    pub hall: String,
    pub starts: At,
    pub sold: u32,
    pub held: u32,
    pub places_left: u32,
    pub inside: u32,
    /// It does not take place; what is owed for it stands there.
    pub cancelled: Option<PerformanceId>,
}

/// The status strip of every staff page.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    pub store: Store,
    pub clock: ClockState,
    pub disk_free_bytes: u64,
    pub disk: Disk,
    pub scanners_ready: u32,
    pub scanners_total: u32,
    pub gates_ready: u32,
    pub gates_total: u32,
    pub mail_waiting: u32,
    pub mail_errors: u32,
    pub books: Books,
    /// Plain HTTP beyond loopback by the explicit setting.
    pub without_tls: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Store {
    Ready,
    /// Cannot be written; says what the technician should check.
    Stopped {
        fault: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    Trusted,
    Untrusted,
}

/// Free space against the three marks of trust 1.7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    Enough,
    Low,
    /// The shop sells nothing new.
    NoSale,
    /// Only scans.
    ScansOnly,
}

/// What the newest proof of the journal said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Books {
    /// There was none yet.
    Unproved,
    Agree,
    /// So many accounts and postings are not as they should be.
    Differ {
        wrong: u64,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    pub name: String,
    pub kind: DeviceKind,
    /// Door or counter it stands at.
    pub stands_at: String,
    /// Path or address as configured.
    pub port: String,
    pub state: DeviceState,
    pub seen: Option<At>,
    /// Last fault in the driver's own words for a technician; may be empty.
    pub fault: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceKind {
    Scanner,
    Gate,
    NetworkDoor,
    Mail,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceState {
    Ready,
    /// Not heard of since the start.
    Waiting,
    /// Trying again after this long.
    Retrying {
        after: Span,
    },
    /// Locked after too many bad codes.
    Locked,
    Off,
}
