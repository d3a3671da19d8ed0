//! What is plugged in: scanners, gates and pin pads, and the simulated twin of each.
//! Holds the one table of known drivers and the faults of all of them.
//! Never knows of tickets, theatres, the ledger or the web: codes go out, verdicts come in.
//! Start with `scanner.rs`, `gate.rs` and `pin_pad.rs` (the types), then `scanner/task.rs` (an
//! owner task), `sim.rs` (the twins) and `port.rs` (bytes).

#![deny(clippy::indexing_slicing, clippy::expect_used)]

pub mod gate;
pub mod pin_pad;
pub mod port;
pub mod scanner;
pub mod sim;

use std::path::{Path, PathBuf};

/// One driver that can be named in `usher.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub kind: Kind,
    /// The value of `protocol` (scanners) or `port` (gates), or the table of a pin pad.
    pub name: &'static str,
    pub about: &'static str,
    /// False when this build left it out.
    pub built: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Scanner,
    Gate,
    PinPad,
}

/// Every driver there is. A new device is one file and one line here.
pub const KNOWN: [Known; 8] = [
    Known {
        kind: Kind::Scanner,
        name: "ascii",
        about: "serial or USB CDC scanner that sends plain text",
        built: true,
    },
    Known {
        kind: Kind::Scanner,
        name: "ssi",
        about: "scanner that speaks Zebra's SSI packets; untried on hardware",
        built: true,
    },
    Known {
        kind: Kind::Gate,
        name: "sim",
        about: "turnstile and lamp made of software",
        built: true,
    },
    Known {
        kind: Kind::Gate,
        name: "gpiocdev",
        about: "lines of a GPIO chip, found by label and name; untried on hardware",
        built: true,
    },
    Known {
        kind: Kind::Gate,
        name: "rppal",
        about: "header pins of a Raspberry Pi; untried on hardware",
        built: cfg!(feature = "rppal"),
    },
    Known {
        kind: Kind::PinPad,
        name: "zvt",
        about: "card terminal that speaks ZVT, serial or network; untried on hardware",
        built: true,
    },
    Known {
        kind: Kind::PinPad,
        name: "concert",
        about: "card terminal that speaks Concert C-E+, serial; untried on hardware",
        built: true,
    },
    Known {
        kind: Kind::PinPad,
        name: "nexo",
        about: "card terminal that speaks nexo in the local network; untried on hardware",
        built: true,
    },
];

/// What can be wrong with a device. Each text tells a technician what to check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("{} is not there: check cable and power, then the setting `path`", path.display())]
    Missing { path: PathBuf },
    #[error("{} is in use by another program: stop that, or give this device another path",
        path.display())]
    InUse { path: PathBuf },
    #[error("{} may not be opened: put the service user into the group of the device",
        path.display())]
    Denied { path: PathBuf },
    #[error("{} is not a serial line: check the setting `path`", path.display())]
    NotSerial { path: PathBuf },
    #[error("{} hung up: check cable and power", path.display())]
    Unplugged { path: PathBuf },
    #[error("{}: {detail}; check cable, speed and framing", path.display())]
    Port { path: PathBuf, detail: String },
    #[error("no GPIO chip labelled {label:?}: check board and cable, then the setting `chip`")]
    NoChip { label: String },
    #[error("GPIO chip {chip:?} has no line {line:?}: check the setting `lines`")]
    NoLine { chip: String, line: String },
    #[error("GPIO chip {chip:?}: {detail}; check rights (group `gpio`), cable and `lines`")]
    Gpio { chip: String, detail: String },
    #[error("this is no Raspberry Pi that rppal knows: set the gate's `port` to \"gpiocdev\"")]
    NotAPi,
    #[error("no pseudo terminal for a simulated device: {detail}; is /dev/pts mounted?")]
    PseudoTerminal { detail: String },
    #[error("{}: {detail}; give the simulated device another link", link.display())]
    Link { link: PathBuf, detail: String },
    #[error("the simulated scanner has been stopped")]
    SimStopped,
    #[error("standard input or output failed: {detail}")]
    Stdio { detail: String },
    #[error("{address}: {detail}; check the terminal's power and network, then `address`")]
    Terminal { address: String, detail: String },
    #[error("setting `{key}`: {problem}")]
    Setting { key: &'static str, problem: String },
}

impl Fault {
    pub(crate) fn setting(key: &'static str, problem: impl Into<String>) -> Fault {
        Fault::Setting { key, problem: problem.into() }
    }

    pub(crate) fn port(path: &Path, detail: String) -> Fault {
        Fault::Port { path: path.to_path_buf(), detail }
    }
}
