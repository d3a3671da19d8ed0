//! Numbers of the terminal in words: progress for the cashier, results for staff.
//! Holds two tables. Progress never decides an outcome. Source: pin-pads 3.7, 3.8.
//! Next: `sequence/payment.rs`.

use crate::pin_pad::Display;

pub const CANCELLED: u8 = 0x6C;
pub const WRONG_CURRENCY: u8 = 0x6F;
pub const PLEASE_WAIT: u8 = 0x9C;
pub const NOT_READY: u8 = 0xA0;

/// Added to a progress code: and remove the card.
const REMOVE_CARD: u8 = 0x40;

pub fn display(code: u8) -> Display {
    match code {
        0x00 => Display::ConfirmAmount,
        0x01 | 0x02 => Display::EnterPin,
        0x04 => Display::WaitingForHost,
        0x05 => Display::Reversing,
        0x0A => Display::InsertCard,
        0x0B => Display::RemoveCard,
        0x15 => Display::WrongPin,
        0x1C => Display::Approved,
        0x1D => Display::Declined,
        0xD2 => Display::WaitingForHost,
        0x40..=0x7F if display(code - REMOVE_CARD) != Display::Wait => Display::RemoveCard,
        _ => Display::Wait,
    }
}

/// What a result code means, for staff.
pub fn text(code: u8) -> &'static str {
    match code {
        0x01..=0x63 => "refused by the card's bank or the network",
        0x64 => "card not readable",
        CANCELLED => "cancelled, or nobody acted in time",
        WRONG_CURRENCY => "the terminal has another currency",
        0x6B => "the terminal wants to be registered first",
        0x78 => "card expired",
        0x7D | 0x9B | 0xA1 | 0xA3 => "the terminal cannot reach its host",
        0x83 => "not possible on this terminal",
        0x9A => "the terminal did not understand the command",
        PLEASE_WAIT => "the terminal is busy",
        NOT_READY => "the terminal is not ready",
        0xB1 | 0xB2 => "the terminal's memory is full: close the batch",
        0xB4 => "already reversed",
        0xB5 => "cannot be reversed",
        0xC2 => "the terminal wants a diagnosis",
        0xC5 => "this means of payment is not supported",
        0xCC => "the printer is not ready",
        0xF0 => "a batch is open",
        0xFF => "system error of the terminal",
        _ => "the terminal gave a code without a known meaning",
    }
}

/// The code and its text.
pub fn said(code: u8) -> String {
    format!("{code:02X}: {}", text(code))
}

/// True when the terminal will listen again in a moment.
pub fn is_busy(code: u8) -> bool {
    matches!(code, PLEASE_WAIT | NOT_READY)
}
