//! What the box did that the protocol does not allow, as the simulated terminals noted it.
//! Holds the list and the file beside the truth, `<truth>.violations`, a line each, which tests
//! require to be empty. Never stops a terminal. Source: pin-pads 7. Next: `truth.rs`.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More of them say no more.
pub const VIOLATIONS_MAX: usize = 256;

/// One list, shared by all who note something.
#[derive(Debug, Clone, Default)]
pub struct Violations(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    file: Option<File>,
    all: Vec<String>,
}

impl Violations {
    /// With the file beside this truth, made if need be. What an earlier run noted stays in it.
    pub fn beside(truth: &Path) -> io::Result<Violations> {
        let file = OpenOptions::new().create(true).append(true).open(path(truth))?;
        Ok(Violations(Arc::new(Mutex::new(Noted { file: Some(file), all: Vec::new() }))))
    }

    pub fn add(&self, what: impl Into<String>) {
        let what = what.into();
        let mut noted = self.noted();
        if noted.all.len() >= VIOLATIONS_MAX {
            return;
        }
        if let Some(file) = &mut noted.file {
            let line = format!("{}\n", what.replace('\n', " "));
            if let Err(error) = file.write_all(line.as_bytes()) {
                tracing::error!(%error, "a violation could not be written");
            }
        }
        noted.all.push(what);
    }

    /// Those of this run.
    pub fn all(&self) -> Vec<String> {
        self.noted().all.clone()
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the violations of the terminal with this truth stand.
pub fn path(truth: &Path) -> PathBuf {
    let mut name = OsString::from(truth);
    name.push(".violations");
    PathBuf::from(name)
}
