//! What the host says to an SSI scanner: the commands at connect, and a verdict as beep and lamp.
//! Holds the tables; sends nothing itself and knows no timing. All settings are temporary:
//! a permanent one wears the scanner's memory out. Next: `sequence.rs` says when.

use super::codec::{Packet, opcode};
use crate::scanner::Feedback;

/// The lamp of a decode, which every model has.
pub const LED_GREEN: u8 = 0b01;
/// Red where a model lets the host have one; others deny it.
pub const LED_RED: u8 = 0b10;

/// Decode format: 1 = packets.
const PACKETS: u8 = 0xEE;
/// Software handshake: 1 = every packet is acknowledged.
const HANDSHAKE: u8 = 0x9F;
/// Whether a bar code may set parameters.
const PARAMETER_SCANNING: u8 = 0xEC;
const NO_BEEP: u8 = 0xFF;

/// What is sent after opening the line, in this order, each when the one before is answered.
pub fn greeting() -> [Packet; 7] {
    [
        // Proves that it is SSI at all.
        Packet::host(opcode::REQUEST_REVISION, &[]),
        Packet::host(opcode::CAPABILITIES_REQUEST, &[]),
        packets(),
        parameter(HANDSHAKE, 1),
        // A patron must not reprogram the scanner by showing it a set-up code.
        parameter(PARAMETER_SCANNING, 0),
        Packet::host(opcode::FLUSH_QUEUE, &[]),
        Packet::host(opcode::SCAN_ENABLE, &[]),
    ]
}

/// The order to send codes as packets.
pub fn packets() -> Packet {
    parameter(PACKETS, 1)
}

fn parameter(number: u8, value: u8) -> Packet {
    Packet::host(opcode::PARAM_SEND, &[NO_BEEP, number, value])
}

/// The beep code of a verdict. Good and bad differ in pitch and count, not in loudness.
pub fn beep(feedback: Feedback) -> u8 {
    match feedback {
        // One short high.
        Feedback::Accept => 0x00,
        // Low, then high.
        Feedback::AcceptNotice => 0x17,
        // Two long low.
        Feedback::RefuseUsed => 0x10,
        // Two short low.
        Feedback::RefuseElsewhere => 0x06,
        // Five long low.
        Feedback::Refuse => 0x13,
        // One long low.
        Feedback::Closed => 0x0F,
        // Slow warble.
        Feedback::Wait => 0x15,
    }
}

/// The lamp of a verdict.
pub fn led(feedback: Feedback) -> u8 {
    match feedback {
        Feedback::Accept | Feedback::AcceptNotice => LED_GREEN,
        Feedback::Refuse
        | Feedback::RefuseUsed
        | Feedback::RefuseElsewhere
        | Feedback::Closed
        | Feedback::Wait => LED_RED,
    }
}
