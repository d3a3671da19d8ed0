//! The commands of `usher`, one file each, and how they end.
//!
//! A command writes what was asked for to `out` and why not to `err`, so that tests can read
//! both. Never exits by itself: `main` does. Next: `main.rs` for the names and options.

pub mod check;
pub mod demo;
pub mod doctor;
pub mod plan;
pub mod serve;
pub mod simulate;
pub mod token;
pub mod user;

/// How a command ended, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: refused, or found wrong.
    Refused,
    /// 2: called wrongly.
    Usage,
    /// 3: the store failed; the service manager starts the box again (trust 1.7).
    StoreFailed,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> std::process::ExitCode {
        std::process::ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Refused => 1,
            Exit::Usage => 2,
            Exit::StoreFailed => 3,
        })
    }
}
