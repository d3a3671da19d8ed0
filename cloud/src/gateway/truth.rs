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

use super::IntentKey;

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
    Charge { key: String, minor: i64, currency: String, fate: Fate, at_ms: i64 },
    Capture { key: String, minor: i64, at_ms: i64 },
    Void { key: String, at_ms: i64 },
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

/// The file and what it adds up to.
pub struct Truth {
    path: PathBuf,
    file: File,
    accounts: BTreeMap<String, Account>,
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
        let mut accounts = BTreeMap::new();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if line.is_empty() {
                continue;
            }
            let deed = serde_json::from_slice(line).map_err(|source| TruthFault::Line {
                path: path.to_path_buf(),
                line: index + 1,
                source,
            })?;
            enter(&mut accounts, &deed);
        }
        let length = u64::try_from(whole).unwrap_or(u64::MAX);
        let mut truth = Truth { path: path.to_path_buf(), file, accounts, length };
        truth.cut_back().map_err(fault)?;
        Ok(truth)
    }

    pub fn account(&self, key: &IntentKey) -> Option<&Account> {
        self.accounts.get(&hex(key))
    }

    /// Writes a deed down; it counts from the moment this returns.
    pub fn record(&mut self, deed: &Deed) -> Result<(), TruthFault> {
        self.append(deed).map_err(|source| TruthFault::File { path: self.path.clone(), source })?;
        enter(&mut self.accounts, deed);
        Ok(())
    }

    fn append(&mut self, deed: &Deed) -> io::Result<()> {
        let mut line = serde_json::to_vec(deed)?;
        line.push(b'\n');
        self.cut_back()?;
        self.file.write_all(&line)?;
        self.file.sync_all()?;
        self.length += u64::try_from(line.len()).unwrap_or(0);
        Ok(())
    }

    fn cut_back(&mut self) -> io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length)).map(drop)
    }
}

fn enter(accounts: &mut BTreeMap<String, Account>, deed: &Deed) {
    match deed {
        Deed::Charge { key, minor, currency, fate, at_ms } => {
            accounts.entry(key.clone()).or_insert_with(|| Account {
                amount: Money(*minor),
                currency: currency.clone(),
                fate: *fate,
                asked_at: At(*at_ms),
                captured: false,
                voided: false,
            });
        }
        Deed::Capture { key, .. } => {
            if let Some(account) = accounts.get_mut(key) {
                account.captured = true;
            }
        }
        Deed::Void { key, .. } => {
            if let Some(account) = accounts.get_mut(key) {
                account.voided = true;
            }
        }
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
        Deed::Charge { key, minor: 4_200, currency, fate: Fate::Approved, at_ms: 7 }
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
        assert_eq!(again.accounts, truth.accounts);
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
