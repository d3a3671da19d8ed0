//! Terminals of the Telium family by Concert C-E+: an amount out, one digit back.
//! Holds the three parts of the driver: settings, codec and dialogue.
//! The protocol gives no receipts, no abort, no query and no totals: where an outcome is lost, only
//! a late answer or a person can tell it. Source: pin-pads 5.
//! Next: `concert/codec.rs`, then `concert/sequence.rs`; `sim/pin_pad/concert.rs` is the twin.

pub mod codec;
pub mod sequence;
pub mod settings;
pub mod verdict;
