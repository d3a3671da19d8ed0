//! Another terminal than the listed one at a pad's place.
//!
//! It takes no payment, and what it says settles nothing. Never decides which one is right: the
//! list in the configuration does. Next: `rules/tender/exchanged.rs`.

use super::PadErrand;
use usher_drivers::pin_pad::Finding;
use usher_rules::tender::exchanged::Exchanged;
use usher_rules::view::desk::pad::Link;

impl PadErrand {
    pub(super) fn exchanged(&self) -> Option<Exchanged> {
        match &self.face.borrow().link {
            Link::Exchanged(exchanged) => Some(exchanged.clone()),
            Link::Starting | Link::Up { .. } | Link::Down { .. } => None,
        }
    }

    /// Takes no payment from now on, until the listed one answers or the list is put right.
    pub(super) fn other_terminal(&self, exchanged: Exchanged) {
        let Exchanged { listed, told } = &exchanged;
        tracing::error!(pad = self.pad.0, listed, told, "another pin pad than the listed one");
        self.face.send_modify(|face| face.link = Link::Exchanged(exchanged));
    }
}

/// Another terminal knows nothing of a payment, whatever it says.
pub(super) fn not_of_this_one() -> Finding {
    Finding::NotNow { why: "another pin pad than the listed one answers".to_owned() }
}
