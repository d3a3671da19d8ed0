//! The wall monitor: how many are inside, how fast they come, where, and who was turned away.
//!
//! A page of one business day and one performance of it; shares are exact tenths of a percent
//! so that the column adds up (domain 9.4). Next: `web/monitor.rs`.

use super::door::{Reason, Signal};
use super::venue::{Frame, Place};
use super::whats_on::Day;
use crate::at::{At, Span};
use crate::house::WithoutBox;
use crate::id::{PerformanceId, TicketId};

/// Rows of the live list a page opens with.
pub const ROWS_MAX: usize = 40;

#[derive(Debug, Clone, PartialEq)]
pub struct Monitor {
    pub frame: Frame,
    /// The business day shown; `None` is today.
    pub day: Option<Day>,
    /// All performances of the day, for the picker.
    pub performances: Vec<PerformanceGlance>,
    /// The one shown; `None` shows all of the day together.
    pub shown: Option<PerformanceGlance>,
    pub inside: u32,
    /// Tickets that came in at least once.
    pub admitted: u32,
    pub expected: u32,
    pub curve: Curve,
    pub doors: Vec<Lane>,
    pub refused: Vec<Refused>,
    /// Tickets let in by a door without the box that were in already.
    pub duplicates: u32,
    /// What doors do without the box.
    pub without_box: WithoutBox,
    pub scans: u32,
    /// Newest first, at most [`ROWS_MAX`].
    pub rows: Vec<ScanRow>,
    /// Sequence of the newest entry seen; the feed goes on after it.
    pub seq: u64,
    /// Middle of the measured beam-to-screen times; `None` before the first.
    pub beam_to_screen: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PerformanceGlance {
    pub performance: PerformanceId,
    pub title: String,
    pub play_code: String,
    pub hall: String,
    pub starts: At,
}

/// Arrivals per minute over one hour that ends at or after now.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Start of the first minute.
    pub from: At,
    /// Scans in each minute so far, at most 60.
    pub tonight: Vec<u32>,
    /// Mean of earlier performances at the same minutes before curtain, in tenths. Empty when
    /// there was none.
    pub usual_tenths: Vec<u32>,
}

/// One door as a lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    pub door: String,
    /// What it leads to, as the venue writes it.
    pub leads_to: String,
    pub admitted: u32,
    /// Admissions over the last five minutes, a minute, in tenths.
    pub per_minute_tenths: u32,
    pub flow: Flow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    Flowing,
    /// As fast as a door can be: people are probably waiting.
    Queue,
    /// Nobody for five minutes.
    Quiet,
    /// Its device does not answer.
    Silent,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    pub reason: Reason,
    pub count: u32,
}

/// One scan with the columns of domain 9.4.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanRow {
    pub seq: u64,
    pub performance: Option<PerformanceId>,
    pub title: String,
    pub play_code: String,
    pub starts: Option<At>,
    pub at: At,
    pub buyer_name: String,
    pub ticket: Option<TicketId>,
    pub place: Option<Place>,
    pub scan_in: Option<At>,
    pub scan_out: Option<At>,
    pub signal: Signal,
    pub reason: Reason,
    /// Taken back: nobody went through the gate, or a supervisor undid it.
    pub undone: bool,
    /// A door judged it without the box.
    pub alone: bool,
    /// What would have stopped it there; `AlreadyUsed`: a duplicate admission.
    pub dispute: Option<Reason>,
    pub door: String,
    pub device: String,
    /// Share of the records listed, in tenths of a percent.
    pub share_tenths: u32,
}
