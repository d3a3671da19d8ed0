//! What the demo's bank did, one JSON object a line in a file of its own.
//!
//! Append-only and on the disk before anybody is told, so that it outlives a power cut of the box
//! and tests can hold the box against it. Never holds a card number. Next: `demo.rs`, its keeper.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use usher_rules::at::At;
use usher_rules::money::Money;

use super::{IntentKey, Totals};

/// Largest file read at start; a demo never comes near.
pub const TRUTH_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What the bank decided about a charge when it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Approved and said so.
    Approved,
    Declined,
    /// Approved, but the answer got lost; a query tells.
    Silent,
    /// Not decided for a while; queries say so.
    Undecided,
}

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deed {
    Charge {
        key: String,
        minor: i64,
        currency: String,
        fate: Fate,
        at_ms: i64,
        #[serde(default)]
        refunds: Refunds,
    },
    Capture {
        key: String,
        minor: i64,
        at_ms: i64,
    },
    Void {
        key: String,
        at_ms: i64,
    },
    /// `fate` is what became of it when it arrived.
    Refund {
        key: String,
        charge: String,
        minor: i64,
        fate: Fate,
        at_ms: i64,
    },
    /// What was captured less what went back since the one before.
    Settle {
        key: String,
        count: u32,
        minor: i64,
        at_ms: i64,
    },
}

/// Everything the bank knows of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub amount: Money,
    pub currency: String,
    pub fate: Fate,
    pub asked_at: At,
    pub captured: bool,
    pub voided: bool,
    /// What refunds of it took, decided or not.
    pub back: Money,
    /// The token it was made with misbehaves so in refunds as well.
    pub refunds: Refunds,
}

/// How refunds of a charge go, which the token it was charged with said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refunds {
    #[default]
    Done,
    /// The bank says no.
    Refused,
}

/// A refund as the bank has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    pub charge: String,
    pub amount: Money,
    pub fate: Fate,
    pub asked_at: At,
}

#[derive(Debug, thiserror::Error)]
pub enum TruthFault {
    #[error("cannot use {path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("line {line} of {path} is not a deed of the demo gateway: {source}")]
    Line { path: PathBuf, line: usize, source: serde_json::Error },
    #[error("{path} is larger than {TRUTH_BYTES_MAX} bytes")]
    TooBig { path: PathBuf },
}

/// What all deeds add up to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Books {
    accounts: BTreeMap<String, Account>,
    refunds: BTreeMap<String, Returned>,
    settled: BTreeMap<String, Totals>,
    /// Since the last settlement.
    open: Totals,
}

/// The file and what it adds up to.
pub struct Truth {
    path: PathBuf,
    file: File,
    books: Books,
    /// A write failed half-way; the file is cut back to here before the next one.
    length: u64,
}

impl Truth {
    /// Opens or makes the file. A last line without its end was cut off by the power and was
    /// never told to anybody: it is dropped.
    pub fn open(path: &Path) -> Result<Truth, TruthFault> {
        let fault = |source| TruthFault::File { path: path.to_path_buf(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(fault)?;
        if file.metadata().map_err(fault)?.len() > TRUTH_BYTES_MAX {
            return Err(TruthFault::TooBig { path: path.to_path_buf() });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(fault)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        bytes.truncate(whole);
        let mut books = Books::default();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if line.is_empty() {
                continue;
            }
            let deed = serde_json::from_slice(line).map_err(|source| TruthFault::Line {
                path: path.to_path_buf(),
                line: index + 1,
                source,
            })?;
            books.enter(&deed);
        }
        let length = u64::try_from(whole).unwrap_or(u64::MAX);
        let mut truth = Truth { path: path.to_path_buf(), file, books, length };
        truth.cut_back().map_err(fault)?;
        Ok(truth)
    }

    pub fn account(&self, key: &IntentKey) -> Option<&Account> {
        self.books.accounts.get(&hex(key))
    }

    pub fn refund(&self, key: &IntentKey) -> Option<&Returned> {
        self.books.refunds.get(&hex(key))
    }

    /// What a settlement had.
    pub fn settled(&self, key: &IntentKey) -> Option<Totals> {
        self.books.settled.get(&hex(key)).copied()
    }

    /// Captured less given back since the last settlement.
    pub fn open_totals(&self) -> Totals {
        self.books.open
    }

    /// Writes a deed down; it counts from the moment this returns.
    pub fn record(&mut self, deed: &Deed) -> Result<(), TruthFault> {
        self.record_all(std::slice::from_ref(deed))
    }

    /// Writes many down at once.
    pub fn record_all(&mut self, deeds: &[Deed]) -> Result<(), TruthFault> {
        self.append(deeds)
            .map_err(|source| TruthFault::File { path: self.path.clone(), source })?;
        deeds.iter().for_each(|deed| self.books.enter(deed));
        Ok(())
    }

    fn append(&mut self, deeds: &[Deed]) -> io::Result<()> {
        let mut lines = Vec::new();
        for deed in deeds {
            serde_json::to_writer(&mut lines, deed)?;
            lines.push(b'\n');
        }
        self.cut_back()?;
        self.file.write_all(&lines)?;
        self.file.sync_all()?;
        self.length += u64::try_from(lines.len()).unwrap_or(0);
        Ok(())
    }

    fn cut_back(&mut self) -> io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length)).map(drop)
    }
}

impl Books {
    fn enter(&mut self, deed: &Deed) {
        match deed {
            Deed::Charge { key, minor, currency, fate, at_ms, refunds } => {
                self.accounts.entry(key.clone()).or_insert_with(|| Account {
                    amount: Money(*minor),
                    currency: currency.clone(),
                    fate: *fate,
                    asked_at: At(*at_ms),
                    captured: false,
                    voided: false,
                    back: Money::ZERO,
                    refunds: *refunds,
                });
            }
            Deed::Capture { key, minor, .. } => {
                if let Some(account) = self.accounts.get_mut(key) {
                    account.captured = true;
                }
                self.open = self.open.with(Money(*minor));
            }
            Deed::Void { key, .. } => {
                if let Some(account) = self.accounts.get_mut(key) {
                    account.voided = true;
                }
            }
            Deed::Refund { key, charge, minor, fate, at_ms } => {
                let (amount, charge) = (Money(*minor), charge.clone());
                let row = Returned { charge, amount, fate: *fate, asked_at: At(*at_ms) };
                self.refunded(key, row);
            }
            Deed::Settle { key, count, minor, .. } => {
                let totals = Totals { count: *count, sum: Money(*minor) };
                self.settled.insert(key.clone(), totals);
                self.open = Totals::default();
            }
        }
    }

    fn refunded(&mut self, key: &str, row: Returned) {
        if row.fate != Fate::Declined {
            if let Some(account) = self.accounts.get_mut(&row.charge) {
                account.back = account.back + row.amount;
            }
            self.open = self.open.with(-row.amount);
        }
        self.refunds.entry(key.to_owned()).or_insert(row);
    }
}

impl Totals {
    fn with(self, amount: Money) -> Totals {
        Totals { count: self.count.saturating_add(1), sum: self.sum + amount }
    }
}

/// A key as it stands in the file: 32 hexadecimal digits.
pub fn hex(key: &IntentKey) -> String {
    format!("{:032x}", u128::from_be_bytes(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("usher-truth-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    fn charge(number: u8) -> Deed {
        let (key, currency) = (hex(&[number; 16]), "GBP".to_owned());
        let (fate, refunds) = (Fate::Approved, Refunds::Done);
        Deed::Charge { key, minor: 4_200, currency, fate, at_ms: 7, refunds }
    }

    #[test]
    fn deeds_outlive_a_restart() {
        let path = path("restart");
        let mut truth = Truth::open(&path).unwrap();
        truth.record(&charge(1)).unwrap();
        let (key, at_ms) = (hex(&[1; 16]), 8);
        truth.record(&Deed::Capture { key, minor: 4_200, at_ms }).unwrap();
        truth.record(&charge(2)).unwrap();
        truth.record(&Deed::Void { key: hex(&[2; 16]), at_ms: 9 }).unwrap();
        let again = Truth::open(&path).unwrap();
        assert_eq!(again.books, truth.books);
        assert!(again.account(&[1; 16]).unwrap().captured);
        assert!(again.account(&[2; 16]).unwrap().voided);
        assert_eq!(again.account(&[3; 16]), None);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_torn_last_line_never_happened_at_any_cut() {
        let path = path("torn");
        let mut truth = Truth::open(&path).unwrap();
        truth.record(&charge(1)).unwrap();
        let one = std::fs::read(&path).unwrap();
        truth.record(&charge(2)).unwrap();
        let two = std::fs::read(&path).unwrap();
        for cut in one.len()..two.len() {
            std::fs::write(&path, &two[..cut]).unwrap();
            let mut truth = Truth::open(&path).unwrap();
            assert!(truth.account(&[1; 16]).is_some());
            assert!(truth.account(&[2; 16]).is_none(), "cut at {cut}");
            truth.record(&charge(3)).unwrap();
            assert!(Truth::open(&path).unwrap().account(&[3; 16]).is_some(), "cut at {cut}");
        }
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_foreign_line_is_named() {
        let path = path("foreign");
        std::fs::write(&path, "{\"kind\":\"void\",\"key\":\"0\",\"at_ms\":1}\nhello\n").unwrap();
        let fault = Truth::open(&path).err().expect("a foreign line is no deed");
        assert!(fault.to_string().contains("line 2"), "{fault}");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_folder_is_not_a_file() {
        assert!(matches!(Truth::open(&std::env::temp_dir()), Err(TruthFault::File { .. })));
    }
}
