//! Devices made of software: chosen in the configuration like any other, shipped with the box.
//! Holds a scanner on a pseudo terminal (text or SSI) and a gate with lamp and arm.
//! They obey like hardware and can be told to fail like hardware; they never know the ledger.
//! Next: `sim/scanner.rs`, `sim/stdio.rs` (`usher simulate scanner`), `sim/gate.rs`.

pub mod gate;
pub mod hear;
pub mod pin_pad;
mod pty;
pub mod scanner;
pub mod script;
pub mod ssi;
pub mod stdio;
mod tongue;

pub use gate::{SimGate, SimLines};
pub use hear::{Heard, Meaning};
pub use scanner::{SimScanner, SimScannerSettings};
pub use script::{Move, Trick};
pub use ssi::SsiModel;
pub use stdio::simulate;
pub use tongue::{Act, Speech};
