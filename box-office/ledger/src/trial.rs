//! A store opened on trial: what opening it writes stays in memory until the store is accepted.
//!
//! A store is mended while it is being read, before anybody knows whether it is whole. A damaged
//! one must stay as it was found, byte for byte (trust 1.8), so its file is not written to before
//! that. Used by `open.rs` alone.

use redb::StorageBackend;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// Most that opening may write: a mended header and the pages of one commit.
const TRIAL_BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Debug)]
enum Step {
    Write(u64, Vec<u8>),
    SetLen(u64),
    Sync,
}

/// What the trial wrote, in its order, and how much that is.
#[derive(Debug, Default)]
struct Steps {
    steps: Vec<Step>,
    bytes: u64,
}

#[derive(Debug)]
struct Shared<B> {
    file: B,
    accepted: OnceLock<()>,
    steps: Mutex<Steps>,
}

/// The backend the store writes to, and the handle that accepts it.
#[derive(Debug)]
pub struct Trial<B>(Arc<Shared<B>>);

impl<B> Clone for Trial<B> {
    fn clone(&self) -> Trial<B> {
        Trial(Arc::clone(&self.0))
    }
}

impl<B: StorageBackend> Trial<B> {
    pub fn new(file: B) -> Trial<B> {
        let shared = Shared { file, accepted: OnceLock::new(), steps: Mutex::default() };
        Trial(Arc::new(shared))
    }

    /// Does to the file what was done on trial, in the same order and with the same syncs; from
    /// then on everything goes to the file.
    ///
    /// # Errors
    ///
    /// Those of the file. The store stays on trial then.
    pub fn accept(&self) -> io::Result<()> {
        let mut kept = self.kept();
        for step in &kept.steps {
            match step {
                Step::Write(offset, bytes) => self.0.file.write(*offset, bytes)?,
                Step::SetLen(len) => self.0.file.set_len(*len)?,
                Step::Sync => self.0.file.sync_data()?,
            }
        }
        *kept = Steps::default();
        self.0.accepted.get_or_init(|| ());
        Ok(())
    }

    /// The steps, as long as the store is on trial.
    fn on_trial(&self) -> Option<MutexGuard<'_, Steps>> {
        if self.0.accepted.get().is_some() {
            return None;
        }
        let kept = self.kept();
        self.0.accepted.get().is_none().then_some(kept)
    }

    fn kept(&self) -> MutexGuard<'_, Steps> {
        self.0.steps.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Steps {
    fn push(&mut self, step: Step, bytes: usize) -> io::Result<()> {
        self.bytes += bytes as u64;
        if self.bytes > TRIAL_BYTES_MAX {
            return Err(io::Error::other("mending the store writes more than a trial may"));
        }
        self.steps.push(step);
        Ok(())
    }

    fn len(&self, file: u64) -> u64 {
        self.steps.iter().fold(file, |len, step| match step {
            Step::Write(offset, bytes) => len.max(offset + bytes.len() as u64),
            Step::SetLen(len) => *len,
            Step::Sync => len,
        })
    }

    /// Lays what was written, from the first step on, over what the file holds.
    fn lay_over(&self, offset: u64, out: &mut [u8]) {
        let end = offset + out.len() as u64;
        for step in &self.steps {
            match step {
                Step::Write(at, bytes) => {
                    let from = offset.max(*at);
                    let to = end.min(at + bytes.len() as u64);
                    if from < to {
                        let target = (from - offset) as usize..(to - offset) as usize;
                        let source = (from - at) as usize..(to - at) as usize;
                        out[target].copy_from_slice(&bytes[source]);
                    }
                }
                Step::SetLen(len) if *len < end => {
                    let gone = len.saturating_sub(offset) as usize;
                    out[gone..].fill(0);
                }
                Step::SetLen(_) | Step::Sync => {}
            }
        }
    }
}

impl<B: StorageBackend> StorageBackend for Trial<B> {
    fn len(&self) -> io::Result<u64> {
        match self.on_trial() {
            Some(kept) => Ok(kept.len(self.0.file.len()?)),
            None => self.0.file.len(),
        }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let Some(kept) = self.on_trial() else { return self.0.file.read(offset, out) };
        let len = self.0.file.len()?;
        if offset + out.len() as u64 > kept.len(len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let held = len.saturating_sub(offset).min(out.len() as u64) as usize;
        let (held, beyond) = out.split_at_mut(held);
        if !held.is_empty() {
            self.0.file.read(offset, held)?;
        }
        beyond.fill(0);
        kept.lay_over(offset, out);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        match self.on_trial() {
            Some(mut kept) => kept.push(Step::SetLen(len), 0),
            None => self.0.file.set_len(len),
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        match self.on_trial() {
            Some(mut kept) => kept.push(Step::Sync, 0),
            None => self.0.file.sync_data(),
        }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        match self.on_trial() {
            Some(mut kept) => kept.push(Step::Write(offset, data.to_vec()), data.len()),
            None => self.0.file.write(offset, data),
        }
    }

    fn close(&self) -> io::Result<()> {
        self.0.file.close()
    }
}
