//! Verdicts in words: the reason in one line, in a list, and what to do next.
//!
//! Names are those of domain 9.1 and are the same in the API, the feed and the word files.
//! Never decides anything. Next: `door.rs`, `monitor.rs`.

use crate::layout::Pen;
use crate::place;
use crate::words::Words;
use usher_rules::view::door::{Reason, Signal};

/// The stable name of a reason, as domain 9.1 has it.
pub fn name(reason: &Reason) -> &'static str {
    match reason {
        Reason::Ok => "OK",
        Reason::Reentry => "REENTRY",
        Reason::Out => "OUT",
        Reason::Provisional => "PROVISIONAL",
        Reason::Unreadable => "UNREADABLE",
        Reason::Device => "DEVICE",
        Reason::BadSignature => "BAD_SIGNATURE",
        Reason::Unknown => "UNKNOWN",
        Reason::Replaced { .. } => "REPLACED",
        Reason::Cancelled { .. } => "CANCELLED",
        Reason::WrongPerformance { .. } => "WRONG_PERFORMANCE",
        Reason::Blocked => "BLOCKED",
        Reason::AlreadyUsed { .. } => "ALREADY_USED",
        Reason::NoReentry { .. } => "NO_REENTRY",
        Reason::WrongDoor { .. } => "WRONG_DOOR",
        Reason::TooEarly { .. } => "TOO_EARLY",
        Reason::TooLate { .. } => "TOO_LATE",
        Reason::Unpaid { .. } => "UNPAID",
        Reason::Full => "FULL",
        Reason::NotIn => "NOT_IN",
        Reason::Busy => "BUSY",
    }
}

/// Every name, in the order of domain 9.1, for word lists of scripts and tests.
pub const NAMES: [&str; 21] = [
    "OK",
    "REENTRY",
    "OUT",
    "PROVISIONAL",
    "UNREADABLE",
    "DEVICE",
    "BAD_SIGNATURE",
    "UNKNOWN",
    "REPLACED",
    "CANCELLED",
    "WRONG_PERFORMANCE",
    "BLOCKED",
    "ALREADY_USED",
    "NO_REENTRY",
    "WRONG_DOOR",
    "TOO_EARLY",
    "TOO_LATE",
    "UNPAID",
    "FULL",
    "NOT_IN",
    "BUSY",
];

/// The reason in a word or two, for lists and sums.
pub fn short(reason: &Reason, words: &Words) -> String {
    words.say(&format!("short-{}", name(reason)))
}

/// What the person at the door does next; empty after a GO.
pub(crate) fn to_do(reason: &Reason, words: &Words) -> String {
    match reason {
        Reason::Ok | Reason::Reentry | Reason::Out => String::new(),
        Reason::Provisional
        | Reason::Unreadable
        | Reason::Device
        | Reason::BadSignature
        | Reason::Unknown
        | Reason::Replaced { .. }
        | Reason::Cancelled { .. }
        | Reason::WrongPerformance { .. }
        | Reason::Blocked
        | Reason::AlreadyUsed { .. }
        | Reason::NoReentry { .. }
        | Reason::WrongDoor { .. }
        | Reason::TooEarly { .. }
        | Reason::TooLate { .. }
        | Reason::Unpaid { .. }
        | Reason::Full
        | Reason::NotIn
        | Reason::Busy => words.say(&format!("do-{}", name(reason))),
    }
}

/// The reason in one line with its particulars: `Already in at 19:04, door A`.
pub(crate) fn line(reason: &Reason, pen: &Pen<'_>) -> String {
    let id = format!("reason-{}", name(reason));
    let tell = |args: &[(&str, fluent_bundle::FluentValue<'_>)]| pen.words.tell(&id, args);
    match reason {
        Reason::Ok
        | Reason::Reentry
        | Reason::Out
        | Reason::Provisional
        | Reason::Unreadable
        | Reason::Device
        | Reason::BadSignature
        | Reason::Unknown
        | Reason::Blocked
        | Reason::Full
        | Reason::NotIn
        | Reason::Busy => tell(&[]),
        Reason::Replaced { at } | Reason::Cancelled { at } => {
            tell(&[("when", pen.times.moment(*at).into())])
        }
        Reason::WrongPerformance { title, starts } => {
            tell(&[("title", title.as_str().into()), ("when", pen.times.moment(*starts).into())])
        }
        Reason::AlreadyUsed { at, door } if door.is_empty() => {
            let time = [("time", pen.times.clock(*at).into())];
            pen.words.tell("reason-ALREADY_USED-plain", &time)
        }
        Reason::AlreadyUsed { at, door } => {
            let door = place::door_name(door, "door-named", pen.words);
            tell(&[("time", pen.times.clock(*at).into()), ("door", door.into())])
        }
        Reason::NoReentry { at } => tell(&[("time", pen.times.clock(*at).into())]),
        Reason::WrongDoor { go_to } => {
            tell(&[("door", place::door_name(go_to, "door-named", pen.words).into())])
        }
        Reason::TooEarly { opens } => tell(&[("time", pen.times.clock(*opens).into())]),
        Reason::TooLate { closed } => tell(&[("time", pen.times.clock(*closed).into())]),
        Reason::Unpaid { amount } => tell(&[("amount", pen.money(*amount).into())]),
    }
}

/// Class of the plate, class of a mark in a list, and its icon.
pub(crate) fn look(signal: Signal) -> (&'static str, &'static str, &'static str) {
    match signal {
        Signal::Go => ("go", "ok", "tick"),
        Signal::Stop => ("stop", "bad", "bar"),
        Signal::Ask => ("ask", "meh", "ask"),
    }
}

/// `GO`, `STOP` or `CHECK`.
pub(crate) fn signal_word(signal: Signal, words: &Words) -> String {
    words.say(match signal {
        Signal::Go => "signal-go",
        Signal::Stop => "signal-stop",
        Signal::Ask => "signal-ask",
    })
}
