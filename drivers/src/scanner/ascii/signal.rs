//! A verdict as the bytes that make each maker's scanner beep and blink.
//! Holds one table, byte for byte; writes nothing itself and knows no timing.
//! A scanner without commands gets no bytes: lamp and screen must speak then.
//! Next: `sequence.rs` says when to signal.

use crate::scanner::{Feedback, Vendor};

/// What Datalogic units need to read again after a closed lane.
pub const DATALOGIC_ENABLE: &[u8] = b"E";

/// The bytes to write for `feedback`; empty when the scanner has no such command.
pub fn bytes(vendor: Vendor, feedback: Feedback) -> &'static [u8] {
    match vendor {
        Vendor::None => b"",
        Vendor::Honeywell => honeywell(feedback),
        Vendor::Datalogic => datalogic(feedback),
    }
}

/// What to write right after connecting.
pub fn greeting(vendor: Vendor) -> &'static [u8] {
    match vendor {
        Vendor::None | Vendor::Honeywell => b"",
        Vendor::Datalogic => DATALOGIC_ENABLE,
    }
}

/// True when `Closed` makes the scanner deaf until it is enabled again.
pub fn closed_deafens(vendor: Vendor) -> bool {
    match vendor {
        Vendor::None | Vendor::Honeywell => false,
        Vendor::Datalogic => true,
    }
}

// The comma belongs to every Host ACK command; without it the scanner stays suspended.
fn honeywell(feedback: Feedback) -> &'static [u8] {
    match feedback {
        Feedback::Accept => b"\x1b7,",
        Feedback::AcceptNotice => b"\x1b7,\x1b6,",
        Feedback::Refuse | Feedback::RefuseUsed | Feedback::RefuseElsewhere => b"\x1b8,\x1b8,",
        Feedback::Closed => b"\x1b8,",
        Feedback::Wait => b"\x1b4,\x1b4,",
    }
}

fn datalogic(feedback: Feedback) -> &'static [u8] {
    match feedback {
        Feedback::Accept => b"\x01",
        Feedback::AcceptNotice => b"\x01\x07",
        Feedback::Refuse | Feedback::RefuseUsed | Feedback::RefuseElsewhere => b"F",
        Feedback::Closed => b"D",
        // No softer "not yet" exists on these units: the long beeps, as for a refusal.
        Feedback::Wait => b"FF",
    }
}
