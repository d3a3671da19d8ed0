//! The demo's bench: simulated scanners to beam codes at, lamps one can see, and card terminals
//! whose customer is the visitor.
//!
//! Exists only where the whole venue is invented. Next: `web/demo.rs`.

use super::door::{RecentScan, Signal};
use super::venue::Frame;
use crate::money::Money;

#[derive(Debug, Clone, PartialEq)]
pub struct Bench {
    pub frame: Frame,
    pub scanners: Vec<BenchScanner>,
    /// Some codes to try: tickets of tonight, and ones that must be refused.
    pub codes: Vec<BenchCode>,
    /// The scanner that was beamed at last.
    pub chosen: usize,
    pub typed: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BenchScanner {
    pub name: String,
    pub door: String,
    pub path: String,
    pub lamp: Option<Signal>,
    /// Seconds in which somebody has to walk through its turnstile; `None`: it has none.
    pub passage_s: Option<u64>,
    /// Its newest scan of today.
    pub last: Option<RecentScan>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BenchCode {
    pub code: String,
    pub about: BenchAbout,
    pub title: String,
    pub seat: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BenchAbout {
    Valid,
    OtherPerformance,
    Forged,
    Cancelled,
}

/// The card terminals, as their customers see them.
#[derive(Debug, Clone, PartialEq)]
pub struct BenchPads {
    pub frame: Frame,
    pub pads: Vec<BenchPad>,
    /// What the phones of the staff show now.
    pub phones: Vec<BenchPhone>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BenchPad {
    pub name: String,
    /// The till it stands beside.
    pub till: String,
    /// The protocol, and where it is spoken.
    pub line: String,
    pub shown: BenchShown,
    /// What the newest payment asks for.
    pub amount: Option<Money>,
    pub is_plugged_in: bool,
    /// The box has it on the line.
    pub is_linked: bool,
}

/// What the display of a terminal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BenchShown {
    Idle,
    PresentCard,
    TypeCard,
    EnterPin,
    WrongPin,
    Asking,
    Approved,
    Declined,
    Cancelled,
    TimedOut,
}

/// The second step of a demo login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchPhone {
    pub login: String,
    pub code: String,
}
