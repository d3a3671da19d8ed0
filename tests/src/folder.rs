//! A folder of its own for each test, gone afterwards.
//!
//! Never shared between tests. Next: `town.rs`, which puts a store into one.

#![allow(clippy::unwrap_used)] // without its folder a test cannot begin

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A fresh one below the folder for temporary files.
    #[allow(clippy::new_without_default)] // it makes something on disk
    pub fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("usher-test-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
