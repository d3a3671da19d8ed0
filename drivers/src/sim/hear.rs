//! What a host's bytes mean to a scanner: Honeywell Host ACK and Datalogic commands.
//! Holds the scanner's side of the tables, written apart from the driver's on purpose, so that
//! a wrong byte there is heard as wrong here. Never answers and never waits.
//! Next: `sim/scanner.rs` cuts the line's bytes into bursts by silence.

use std::time::Instant;

use crate::scanner::Feedback;

/// Something the simulated scanner noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A host opened the line.
    HostOpened,
    /// The last host closed it.
    HostLeft,
    Signal {
        meaning: Meaning,
        bytes: Vec<u8>,
        at: Instant,
    },
    /// Nobody acknowledged what was read: the scanner complains by itself.
    ErrorBeep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Signal(Feedback),
    /// The lane is open again.
    Enable,
    LedOn,
    LedOff,
    /// Asked and answered between box and scanner; a person sees and hears nothing of it.
    Dialogue,
    /// Not a command that these scanners know.
    Other,
}

impl Meaning {
    /// The word printed by `usher simulate scanner`.
    pub fn word(self) -> &'static str {
        match self {
            Meaning::Signal(Feedback::Accept) => "accept",
            Meaning::Signal(Feedback::AcceptNotice) => "accept_notice",
            Meaning::Signal(
                Feedback::Refuse | Feedback::RefuseUsed | Feedback::RefuseElsewhere,
            ) => "refuse",
            Meaning::Signal(Feedback::Closed) => "closed",
            Meaning::Signal(Feedback::Wait) => "wait",
            Meaning::Enable => "enable",
            Meaning::LedOn => "led_on",
            Meaning::LedOff => "led_off",
            Meaning::Dialogue => "dialogue",
            Meaning::Other => "other",
        }
    }
}

/// Longest first, so that a chain is not heard as its first link.
const COMMANDS: [(&[u8], Meaning); 11] = [
    (&[0x1b, 0x38, 0x2c, 0x1b, 0x38, 0x2c], Meaning::Signal(Feedback::Refuse)),
    (&[0x1b, 0x37, 0x2c, 0x1b, 0x36, 0x2c], Meaning::Signal(Feedback::AcceptNotice)),
    (&[0x1b, 0x34, 0x2c, 0x1b, 0x34, 0x2c], Meaning::Signal(Feedback::Wait)),
    (&[0x1b, 0x37, 0x2c], Meaning::Signal(Feedback::Accept)),
    (&[0x1b, 0x38, 0x2c], Meaning::Signal(Feedback::Closed)),
    (&[0x01, 0x07], Meaning::Signal(Feedback::AcceptNotice)),
    (&[0x46, 0x46], Meaning::Signal(Feedback::Wait)),
    (&[0x01], Meaning::Signal(Feedback::Accept)),
    (&[0x46], Meaning::Signal(Feedback::Refuse)),
    (&[0x44], Meaning::Signal(Feedback::Closed)),
    (&[0x45], Meaning::Enable),
];

/// Cuts one burst into commands; what is none of them is kept together as `Other`.
pub fn decode(burst: &[u8]) -> Vec<(Meaning, Vec<u8>)> {
    let mut heard: Vec<(Meaning, Vec<u8>)> = Vec::new();
    let mut rest = burst;
    while let Some((&first, after)) = rest.split_first() {
        let known = COMMANDS.iter().find(|(bytes, _)| rest.starts_with(bytes));
        if let Some((bytes, meaning)) = known {
            heard.push((*meaning, bytes.to_vec()));
            rest = rest.strip_prefix(*bytes).unwrap_or(after);
            continue;
        }
        match heard.last_mut() {
            Some((Meaning::Other, bytes)) => bytes.push(first),
            Some(_) | None => heard.push((Meaning::Other, vec![first])),
        }
        rest = after;
    }
    heard
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
