//! Card terminals made of software, each a peer of its own on the wire.
//! Holds what all of them share: the truth of the "bank" and the script of misbehaviour.
//! Never talks to the driver but by bytes. Source: pin-pads 7.
//! Next: `pin_pad/truth.rs`, `pin_pad/script.rs`, then one file a protocol.

pub mod concert;
pub mod nexo;
pub mod script;
pub mod truth;
pub mod zvt;
