//! A disk that fails at its n-th call, once or from then on, as a full or dying one does.
//!
//! Counts every call the store makes, whatever it is. Never lies about what it did: a call that
//! failed has done nothing. Next: `tests/io_error.rs`.

#![allow(clippy::unwrap_used)] // a poisoned disk is a failed test

use redb::StorageBackend;
use std::io;
use std::sync::{Arc, Mutex};

/// What the disk says when it fails, by its error number.
pub const ERRORS: [(&str, i32); 3] = [("EIO", 5), ("ENOSPC", 28), ("EROFS", 30)];

/// When and how it fails.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Number of the call that fails, from 0; `None`: never.
    pub at: Option<usize>,
    pub errno: i32,
    pub for_ever: bool,
}

#[derive(Debug)]
struct State {
    image: Vec<u8>,
    calls: usize,
    plan: Plan,
}

/// The disk; clones share it.
#[derive(Clone, Debug)]
pub struct FailingDisk(Arc<Mutex<State>>);

impl FailingDisk {
    pub fn new(image: Vec<u8>, plan: Plan) -> FailingDisk {
        FailingDisk(Arc::new(Mutex::new(State { image, calls: 0, plan })))
    }

    /// Calls made so far.
    pub fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }

    /// What is on it.
    pub fn image(&self) -> Vec<u8> {
        self.0.lock().unwrap().image.clone()
    }

    fn call<T>(&self, act: impl FnOnce(&mut Vec<u8>) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.0.lock().unwrap();
        let n = state.calls;
        state.calls += 1;
        let fails = match state.plan.at {
            None => false,
            Some(at) if state.plan.for_ever => n >= at,
            Some(at) => n == at,
        };
        if fails {
            return Err(io::Error::from_raw_os_error(state.plan.errno));
        }
        act(&mut state.image)
    }
}

impl StorageBackend for FailingDisk {
    fn len(&self) -> io::Result<u64> {
        self.call(|image| Ok(image.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.call(|image| {
            let from = offset as usize;
            let bytes = image.get(from..from + out.len());
            out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.call(|image| {
            image.resize(len as usize, 0);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.call(|_| Ok(()))
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.call(|image| {
            let from = offset as usize;
            image[from..from + data.len()].copy_from_slice(data);
            Ok(())
        })
    }
}
