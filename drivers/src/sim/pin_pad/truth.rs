//! The truth ledger: what the "bank" of a simulated terminal booked, one JSON object a line.
//! Every line is synced before it counts, so that it survives a kill. It is the referee of tests.
//! Never holds a card number. Source: pin-pads 7. Next: `script.rs`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What happened to one ask for money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    Booked,
    Reversed,
    Declined,
    Cancelled,
    /// The box told that it has heard of the booking with this trace.
    Acknowledged,
    /// The batch was closed; its bookings cannot be reversed any more.
    Settled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    Purchase,
    Refund,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub deed: Deed,
    pub of: Of,
    pub amount_minor: u64,
    /// ISO 4217 numeric.
    pub currency: u16,
    pub trace: u32,
    pub receipt: u32,
    /// The box's own reference, where the protocol carries one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// The open ledger of one terminal.
#[derive(Debug)]
pub struct Truth {
    file: File,
    lines: Vec<Line>,
}

impl Truth {
    /// Opens or makes it, and reads what an earlier run of the terminal booked.
    pub fn open(path: &Path) -> io::Result<Truth> {
        let file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let mut lines = Vec::new();
        for line in BufReader::new(&file).lines() {
            lines.push(serde_json::from_str(&line?)?);
        }
        Ok(Truth { file, lines })
    }

    /// Writes a line and waits until it is on disk.
    pub fn write(&mut self, line: Line) -> io::Result<()> {
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.lines.push(line);
        Ok(())
    }

    pub fn lines(&self) -> &[Line] {
        &self.lines
    }
}
