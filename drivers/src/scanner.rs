//! What a ticket scanner is to the rest of the box: settings, events out, answers in.
//! Holds plain types only. Never decides about a ticket and never opens a device:
//! the settings come from `[[device]]` in `usher.toml`, the owner task is in `scanner/task.rs`.
//! Next: `scanner/dialogue.rs`, what a protocol is to that task; then `ascii.rs` and `ssi.rs`.

pub mod ascii;
pub mod dialogue;
pub mod frame;
mod health;
pub mod reads;
mod settings;
pub mod ssi;
mod task;

use std::time::Instant;

use crate::Fault;

pub use settings::{Framing, Parity, Protocol, ScannerSettings, Suffix, Vendor};
pub use task::{ANSWERS_MAX, EVENTS_WAITING_MAX, WRITE_MS_MAX, run};

/// What a scanner's owner task tells the door errand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerEvent {
    /// The port is open and flushed. `outage_ms` is absent on the first connect.
    Connected { outage_ms: Option<u64> },
    /// The port is gone or could not be opened; sent once per reason, not per attempt.
    Disconnected { why: Fault },
    /// One symbol was read and wants a verdict: send an `Answer` with the same `read`.
    Code(Code),
    /// A symbol that cannot be a ticket. The driver has already refused it at the scanner.
    Unreadable { why: Unreadable },
    /// Counters and a hint for the technician, sent when they change.
    Health(ScannerHealth),
}

/// One symbol as the scanner sent it, without prefix, symbology mark and suffix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Number of this read on this device since the task started; ties the answer to it.
    pub read: u64,
    pub payload: String,
    /// The AIM mark (`Q1`, `C0`, ...) when the scanner sends one.
    pub symbology: Option<String>,
    /// When the last byte arrived: the start of the beam-to-lamp measurement.
    pub last_byte_at: Instant,
}

/// Why a symbol was refused without asking the box. Its content is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// More than `PAYLOAD_BYTES_MAX` bytes: some other document, perhaps a personal one.
    TooLong,
    /// Control characters inside: no ticket has them, and logs and pages must not get them.
    ControlCharacters,
}

/// The verdict as the person with the scanner perceives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feedback {
    Accept,
    /// Accepted, with something to look at on the screen.
    AcceptNotice,
    /// Refused for any other reason than the two below; told alike where a scanner cannot.
    Refuse,
    /// Somebody is in with this ticket.
    RefuseUsed,
    /// A ticket of this house for another performance or another door.
    RefuseElsewhere,
    /// This lane is shut or this device is disabled.
    Closed,
    /// No verdict yet (no room at the gate, box busy): the same ticket may be shown again.
    Wait,
}

/// The door errand's answer to one `Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub read: u64,
    pub feedback: Feedback,
}

/// How well the line behaves. All counts are since the task started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScannerHealth {
    /// Pieces of a code that never got their suffix.
    pub partial_frames: u64,
    /// Runs of bytes longer than any symbol, without a suffix.
    pub overlong_frames: u64,
    /// Packets that came damaged or in part.
    pub broken_packets: u64,
    /// Times that the scanner left a command without an answer.
    pub silences: u64,
    /// Answers that the line did not take in time.
    pub unsent_answers: u64,
    /// Codes that the box did not answer in time.
    pub unanswered_codes: u64,
    /// Hang-ups within the last minute.
    pub hang_ups_last_minute: u32,
    pub hint: Option<Hint>,
}

/// The first thing a technician should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    CheckBaud,
    CheckSuffix,
    CheckPower,
    CheckHost,
    CheckLine,
    CheckProtocol,
}

impl Hint {
    pub fn text(self) -> &'static str {
        match self {
            Hint::CheckBaud => "many bytes without a suffix: check baud and framing",
            Hint::CheckSuffix => "codes end without a suffix: check the suffix setting",
            Hint::CheckPower => "several hang-ups a minute: check USB power and cable",
            Hint::CheckLine => "packets arrive damaged: check cable, baud and framing",
            Hint::CheckProtocol => {
                "no answer to SSI, read as plain text: set the scanner to SSI, or protocol to ascii"
            }
            Hint::CheckHost => "answers are late or not taken: check the load and the line",
        }
    }
}
