//! Opening a device again and again until it is there: capped back-off, and an ear on the
//! folder of its path so that a replugged device is taken at once.
//! Holds no port and no dialogue. Never spins: attempts are at least `ATTEMPT_GAP_MS` apart.
//! Next: `scanner/task.rs`, the task that lives on this.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use inotify::{EventStream, Inotify, WatchMask};
use tokio::time::{Instant, sleep, timeout};

pub const BACKOFF_MS_MIN: u64 = 100;
pub const BACKOFF_MS_MAX: u64 = 2_000;
/// A noisy folder must not turn into a stream of opens.
pub const ATTEMPT_GAP_MS: u64 = 20;
/// A connection that lasted this long was a good one: the back-off starts afresh.
pub const STEADY_MS: u64 = 2_000;

/// Room for a burst of events; a lost one only costs a back-off.
const EVENT_BYTES_MAX: usize = 4_096;

/// How long to wait before the next attempt. Doubles up to the cap.
#[derive(Debug)]
pub struct Backoff {
    next_ms: u64,
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff { next_ms: BACKOFF_MS_MIN }
    }
}

impl Backoff {
    pub fn next_ms(&mut self) -> u64 {
        let now = self.next_ms;
        self.next_ms = (now * 2).min(BACKOFF_MS_MAX);
        now
    }

    /// Tells how long the last connection lasted.
    pub fn lasted_ms(&mut self, lasted_ms: u64) {
        if lasted_ms >= STEADY_MS {
            *self = Backoff::default();
        }
    }
}

/// An ear on the nearest folder of `path` that exists.
pub struct FolderWatch {
    events: EventStream<Vec<u8>>,
    /// The name in that folder whose coming and going matters.
    name: OsString,
}

impl FolderWatch {
    /// To be made before an attempt to open, so that nothing is missed between the two.
    /// `None` when the kernel refuses: then back-off alone does the work.
    pub fn on(path: &Path) -> Option<FolderWatch> {
        let (folder, name) = nearest_folder(path)?;
        let inotify = Inotify::init().ok()?;
        let mask = WatchMask::CREATE
            | WatchMask::MOVED_TO
            | WatchMask::ATTRIB
            | WatchMask::DELETE_SELF
            | WatchMask::MOVE_SELF;
        inotify.watches().add(&folder, mask).ok()?;
        let events = inotify.into_event_stream(vec![0; EVENT_BYTES_MAX]).ok()?;
        Some(FolderWatch { events, name })
    }

    /// Returns when our name changed in the folder, or the folder itself went away.
    async fn stirred(&mut self) {
        loop {
            match self.events.next().await {
                Some(Ok(event)) if event.name.as_ref().is_none_or(|name| *name == self.name) => {
                    return;
                }
                Some(Ok(_)) => {}
                // An ear that fails hears nothing more; the caller's time-out goes on.
                Some(Err(_)) | None => std::future::pending().await,
            }
        }
    }
}

/// Waits for the next attempt: until the watch stirs or `backoff_ms` are over.
pub async fn pause(watch: Option<FolderWatch>, backoff_ms: u64) {
    let from = Instant::now();
    match watch {
        Some(mut watch) => {
            let wait = Duration::from_millis(backoff_ms);
            // Either way it is time to try again.
            let _ = timeout(wait, watch.stirred()).await;
        }
        None => sleep(Duration::from_millis(backoff_ms)).await,
    }
    tokio::time::sleep_until(from + Duration::from_millis(ATTEMPT_GAP_MS)).await;
}

/// The deepest existing folder above `path`, and what is missing in it.
fn nearest_folder(path: &Path) -> Option<(PathBuf, OsString)> {
    let absolute = std::path::absolute(path).ok()?;
    let mut below = absolute.as_path();
    while let Some(folder) = below.parent() {
        if folder.is_dir() {
            return Some((folder.to_path_buf(), below.file_name()?.to_os_string()));
        }
        below = folder;
    }
    None
}
