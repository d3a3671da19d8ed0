//! Errands: the tasks that join what is plugged in, and what time brings, to the ledger.
//!
//! Each owns one thing and speaks to the house by commands. Next: `errand/door.rs`.

pub mod books;
pub mod disk;
pub mod door;
pub mod gate;
pub mod pad;
pub mod sweep;
