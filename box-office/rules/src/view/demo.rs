//! The demo's bench: simulated scanners to beam codes at, and lamps one can see.
//!
//! Exists only where the whole venue is invented. Next: `web/demo.rs`.

use super::door::{RecentScan, Signal};
use super::venue::Frame;

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
