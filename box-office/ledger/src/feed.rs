//! The live feed: committed entries to whoever listens, and passing notices of devices.
//!
//! Entries are numbered and can be resumed from the event log; notices are not stored and are
//! never the source of a decision. A slow listener is dropped and catches up by number.

use std::sync::Arc;
use tokio::sync::broadcast;
use usher_rules::Entry;
use usher_rules::id::DeviceNo;

/// Entries a listener may lag behind before it must catch up from the log.
pub const LAG_MAX: usize = 4_096;
/// Notices kept for a slow listener.
pub const NOTICES_MAX: usize = 256;

/// What a lamp shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    Off,
    Green,
    Amber,
    Red,
}

/// What a device does now. Dropped when nobody listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A device came, went or complains.
    Health { device: DeviceNo, up: bool, words: String },
    /// A lamp changed.
    Lamp { device: DeviceNo, light: Light },
    /// A scan was answered: when its last byte was read and when its signal was given, both in
    /// milliseconds of the monotonic clock.
    Beam { seq: u64, read_ms: u64, signalled_ms: u64 },
}

/// Both streams.
#[derive(Clone, Debug)]
pub struct Feed {
    entries: broadcast::Sender<Arc<Entry>>,
    notices: broadcast::Sender<Notice>,
}

impl Default for Feed {
    fn default() -> Feed {
        Feed {
            entries: broadcast::Sender::new(LAG_MAX),
            notices: broadcast::Sender::new(NOTICES_MAX),
        }
    }
}

impl Feed {
    /// Entries committed from now on.
    pub fn entries(&self) -> broadcast::Receiver<Arc<Entry>> {
        self.entries.subscribe()
    }

    /// Notices from now on.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Tells what a device does now.
    pub fn notice(&self, notice: Notice) {
        // Nobody listening is the normal case at night.
        let _ = self.notices.send(notice);
    }

    pub(crate) fn publish(&self, entry: Arc<Entry>) {
        let _ = self.entries.send(entry);
    }
}
