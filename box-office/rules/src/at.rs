//! Time: UTC milliseconds, and the clock that everything else is handed.
//!
//! Never reads the machine's clock itself: `now` comes in with each ask (domain 1, trust 1.10).
//! Venue time zones are for display only and live in `web`.

use minicbor::{Decode, Encode};
use std::ops::{Add, Sub};

/// A moment: milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct At(#[n(0)] pub i64);

/// A length of time in milliseconds; may be negative as a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Span(#[n(0)] pub i64);

impl Span {
    pub const ZERO: Span = Span(0);
    pub const fn seconds(count: i64) -> Span {
        Span(count * 1_000)
    }
    pub const fn minutes(count: i64) -> Span {
        Span(count * 60_000)
    }
    pub const fn hours(count: i64) -> Span {
        Span(count * 3_600_000)
    }
}

impl Add<Span> for At {
    type Output = At;
    fn add(self, span: Span) -> At {
        At(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for At {
    type Output = At;
    fn sub(self, span: Span) -> At {
        At(self.0.saturating_sub(span.0))
    }
}

impl Sub for At {
    type Output = Span;
    fn sub(self, other: At) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

/// The two clocks of the box. One real implementation (`firmware-host/clock.rs`).
pub trait Clock: Send + Sync {
    /// Wall clock as the machine tells it; may jump (trust 1.10).
    fn wall(&self) -> At;
    /// Milliseconds since the process began; never goes back.
    fn monotonic_ms(&self) -> u64;
}
