//! What devices last said of themselves: up or not, since when, and in which words.
//!
//! Follows the notices of the feed, in memory only; a device that never said anything is not
//! known here. Never the source of a decision. Next: `staff/desk.rs`, `staff/monitor.rs`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use usher_ledger::Handle;
use usher_ledger::device::DEVICES_MAX;
use usher_ledger::feed::Notice;
use usher_ledger::view::desk::Health;
use usher_rules::id::DeviceNo;

/// See the module. Cheap to clone.
#[derive(Clone, Default)]
pub struct Healths {
    heard: Arc<Mutex<HashMap<DeviceNo, Health>>>,
}

impl Healths {
    /// Starts following; ends when `closing` is cancelled.
    pub fn follow(handle: &Handle, closing: &CancellationToken) -> Healths {
        let healths = Healths::default();
        // Listening begins here, so that nothing said from now on is missed.
        let notices = handle.feed().notices();
        tokio::spawn(healths.clone().run(handle.clone(), notices, closing.clone()));
        healths
    }

    /// What a device last said.
    pub fn of(&self, device: DeviceNo) -> Option<Health> {
        self.lock().get(&device).cloned()
    }

    /// Devices that said they do not answer.
    pub fn silent(&self) -> Vec<DeviceNo> {
        let down = |(no, health): (&DeviceNo, &Health)| (!health.up).then_some(*no);
        self.lock().iter().filter_map(down).collect()
    }

    async fn run(self, handle: Handle, mut notices: Receiver<Notice>, closing: CancellationToken) {
        loop {
            let notice = tokio::select! {
                notice = notices.recv() => notice,
                () = closing.cancelled() => return,
            };
            match notice {
                Ok(Notice::Health { device, up, words }) => {
                    self.hear(device, Health { up, words, at: handle.now() });
                }
                Ok(Notice::Lamp { .. } | Notice::Beam { .. }) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn hear(&self, device: DeviceNo, health: Health) {
        let mut heard = self.lock();
        if heard.len() < DEVICES_MAX || heard.contains_key(&device) {
            heard.insert(device, health);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<DeviceNo, Health>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
