//! The daemon as a library: what `main` runs, and what tests and benches start in-process.
//!
//! Joins the packages: configuration, clocks, the service manager, the commands. Never holds a
//! rule of the house and never talks to a device itself. Next: `config.rs`, `command.rs`.

pub mod clock;
pub mod command;
pub mod config;
pub mod counted;
pub mod demo;
pub mod errand;
pub mod keys;
pub mod listen;
pub mod logging;
pub mod notify;
pub mod settle;
pub mod skin;
pub mod start;
pub mod venue;

/// Decision 0013.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
