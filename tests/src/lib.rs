//! What whole-box tests share: an invented town that uses a store in every way it can be used.
//!
//! Holds no assertion of its own beyond what a step needs to go on; the tests beside it judge.
//! Next: `town.rs`, then `house.rs` and `power_cut.rs`.

pub mod clock;
pub mod cut;
pub mod dice;
pub mod fault;
pub mod folder;
pub mod town;
