//! Real lines for a gate. Each file here is one way to reach GPIO from Linux.
//! Holds nothing itself; the simulated lines are in `sim/gate.rs`.
//! Untried on hardware: only compiling, settings and an absent chip are tested.

pub mod gpiocdev;
#[cfg(feature = "rppal")]
pub mod rppal;
