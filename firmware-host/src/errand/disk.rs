//! Free space, watched so that a full disk is met before the store meets it (trust 1.7).
//!
//! Below 512 MiB a warning, below 128 MiB nothing new is sold, below 16 MiB only scans. Never
//! deletes anything.

use crate::clock;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use usher_ledger::Handle;
use usher_listener::state::Shop;
use usher_rules::view::desk::Disk;

/// How often free space is looked at.
pub const EVERY: Duration = Duration::from_secs(20);
const MIB: u64 = 1024 * 1024;
/// Limits of free space.
pub const WARN_BELOW: u64 = 512 * MIB;
pub const SELL_BELOW: u64 = 128 * MIB;
pub const SCANS_ONLY_BELOW: u64 = 16 * MIB;

/// Tells the shop what the disk has left, until `stop`.
pub async fn run(shop: Arc<Shop>, handle: Handle, folder: PathBuf, stop: CancellationToken) {
    let mut before = Disk::Enough;
    loop {
        match free(&folder) {
            Ok(bytes) => {
                let disk = judge(bytes);
                if disk != before {
                    let free_mib = bytes / MIB;
                    tracing::warn!(free_mib, folder = %folder.display(), "free space changed");
                    before = disk;
                }
                shop.set_disk(disk);
                shop.set_disk_free_bytes(bytes);
            }
            Err(fault) => {
                tracing::warn!(%fault, folder = %folder.display(), "free space is unknown");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock::wait(handle.clock().as_ref(), EVERY) => {}
        }
    }
}

/// Bytes that the service may still write in the file system of a folder.
pub fn free(folder: &Path) -> std::io::Result<u64> {
    let stat = rustix::fs::statvfs(folder)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// What so much free space allows.
pub fn judge(free: u64) -> Disk {
    match free {
        0..SCANS_ONLY_BELOW => Disk::ScansOnly,
        SCANS_ONLY_BELOW..SELL_BELOW => Disk::NoSale,
        SELL_BELOW..WARN_BELOW => Disk::Low,
        WARN_BELOW.. => Disk::Enough,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_belongs_to_the_better_side() {
        for (bytes, disk) in [
            (0, Disk::ScansOnly),
            (SCANS_ONLY_BELOW - 1, Disk::ScansOnly),
            (SCANS_ONLY_BELOW, Disk::NoSale),
            (SELL_BELOW - 1, Disk::NoSale),
            (SELL_BELOW, Disk::Low),
            (WARN_BELOW - 1, Disk::Low),
            (WARN_BELOW, Disk::Enough),
        ] {
            assert_eq!(judge(bytes), disk, "{bytes}");
        }
    }

    #[test]
    fn a_folder_that_is_there_has_a_figure() {
        assert!(free(&std::env::temp_dir()).unwrap() > 0);
        assert!(free(Path::new("/no/such/folder")).is_err());
    }
}
