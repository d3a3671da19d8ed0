//! Verdicts of the door as names for machines and one line for people (domain 9.1).
//!
//! The names are stable: scripts, the feed and the scan list use the same ones. Never decides
//! anything: `rules/admission.rs` does. Next: `api/scan.rs`, `feed/scans.rs`.

use crate::state::Look;
use fluent::Args;
use usher_rules::admission::{Direction, Go, Stop, Verdict};
use usher_rules::view::venue::Venue;
use usher_web::money::Purse;
use usher_web::time::Times;

mod fluent {
    /// A name and what stands for it, both as text.
    pub type Args<'a> = Vec<(&'a str, String)>;
}

/// `GO`, `STOP` or `PROVISIONAL`.
pub fn verdict_name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Go(_) => "GO",
        Verdict::Stop(_) => "STOP",
        Verdict::Provisional => "PROVISIONAL",
    }
}

/// The name of the row of the table that won.
pub fn reason_name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Go(Go::Admitted) => "ADMITTED",
        Verdict::Go(Go::ReEntry) => "REENTRY",
        Verdict::Go(Go::Out) => "OUT",
        Verdict::Go(Go::Overridden) => "OVERRIDDEN",
        Verdict::Provisional => "PROVISIONAL",
        Verdict::Stop(stop) => stop_name(stop),
    }
}

/// The name of a row of the table that stops.
pub fn stop_name(stop: &Stop) -> &'static str {
    match stop {
        Stop::Unreadable => "UNREADABLE",
        Stop::Device => "DEVICE",
        Stop::BadSignature => "BAD_SIGNATURE",
        Stop::Unknown => "UNKNOWN",
        Stop::Replaced { .. } => "REPLACED",
        Stop::Cancelled { .. } => "CANCELLED",
        Stop::WrongPerformance { .. } => "WRONG_PERFORMANCE",
        Stop::Blocked => "BLOCKED",
        Stop::AlreadyUsed { .. } => "ALREADY_USED",
        Stop::NoReEntry { .. } => "NO_REENTRY",
        Stop::WrongDoor { .. } => "WRONG_DOOR",
        Stop::TooEarly { .. } => "TOO_EARLY",
        Stop::TooLate { .. } => "TOO_LATE",
        Stop::Unpaid { .. } => "UNPAID",
        Stop::Full => "FULL",
        Stop::NotIn => "NOT_IN",
    }
}

/// `in`, `out` or `check`.
pub fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "in",
        Direction::Out => "out",
        Direction::Check => "check",
    }
}

/// One line for the person at the door. `title` is the production's whose ticket this is.
pub fn message(look: &Look, venue: &Venue, verdict: &Verdict, title: &str) -> String {
    let times = Times::new(&venue.time_zone, &look.words);
    let moment = |at| times.moment(at);
    let clock = |at| times.clock(at);
    let (id, args): (&str, Args<'_>) = match verdict {
        Verdict::Go(Go::Admitted | Go::Overridden) => ("reason-OK", Vec::new()),
        Verdict::Go(Go::ReEntry) => ("reason-REENTRY", Vec::new()),
        Verdict::Go(Go::Out) => ("reason-OUT", Vec::new()),
        Verdict::Provisional => ("reason-PROVISIONAL", Vec::new()),
        Verdict::Stop(stop) => match stop {
            Stop::Unreadable => ("reason-UNREADABLE", Vec::new()),
            Stop::Device => ("reason-DEVICE", Vec::new()),
            Stop::BadSignature => ("reason-BAD_SIGNATURE", Vec::new()),
            Stop::Unknown => ("reason-UNKNOWN", Vec::new()),
            Stop::Blocked => ("reason-BLOCKED", Vec::new()),
            Stop::Full => ("reason-FULL", Vec::new()),
            Stop::NotIn => ("reason-NOT_IN", Vec::new()),
            Stop::Replaced { at } => ("reason-REPLACED", vec![("when", moment(*at))]),
            Stop::Cancelled { at } => ("reason-CANCELLED", vec![("when", moment(*at))]),
            Stop::WrongPerformance { starts_at, .. } => (
                "reason-WRONG_PERFORMANCE",
                vec![("title", title.to_owned()), ("when", moment(*starts_at))],
            ),
            Stop::AlreadyUsed { at, door, .. } if door.is_empty() => {
                ("reason-ALREADY_USED-plain", vec![("time", clock(*at))])
            }
            Stop::AlreadyUsed { at, door, .. } => {
                ("reason-ALREADY_USED", vec![("time", clock(*at)), ("door", door.clone())])
            }
            Stop::NoReEntry { out } => ("reason-NO_REENTRY", vec![("time", clock(*out))]),
            Stop::WrongDoor { go_to } => ("reason-WRONG_DOOR", vec![("door", go_to.join(", "))]),
            Stop::TooEarly { opens } => ("reason-TOO_EARLY", vec![("time", clock(*opens))]),
            Stop::TooLate { closed } => ("reason-TOO_LATE", vec![("time", clock(*closed))]),
            Stop::Unpaid { amount } => {
                ("reason-UNPAID", vec![("amount", Purse::new(&venue.currency).write(*amount))])
            }
        },
    };
    let args: Vec<_> = args.into_iter().map(|(name, value)| (name, value.into())).collect();
    look.words.tell(id, &args)
}
