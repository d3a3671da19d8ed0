//! The built program from outside: races, pulled plugs, bad disks, wrong clocks, the service
//! manager, scanners and card terminals of its own and of other make.
//!
//! Starts the binary as people do, talks to it over its own sockets, and opens the store only
//! when the program is gone. Waits for states with a deadline, never for a time. Next:
//! `box/running.rs`, then any of the tests.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "box/ask.rs"]
mod ask;
#[path = "box/cancellation.rs"]
mod cancellation;
#[cfg(feature = "peers")]
#[path = "box/clock.rs"]
mod clock;
#[path = "box/config.rs"]
mod config;
#[path = "box/disk.rs"]
mod disk;
#[path = "box/door.rs"]
mod door;
#[path = "box/end_of_day.rs"]
mod end_of_day;
#[path = "box/log.rs"]
mod log;
#[path = "box/lost.rs"]
mod lost;
#[path = "box/pad.rs"]
mod pad;
#[cfg(feature = "peers")]
#[path = "box/pad_peer.rs"]
mod pad_peer;
#[path = "../cloud/tests/peer/mod.rs"]
mod peer;
#[path = "box/pin_pad.rs"]
mod pin_pad;
#[path = "box/plug.rs"]
mod plug;
#[path = "box/running.rs"]
mod running;
#[path = "box/sale.rs"]
mod sale;
#[cfg(feature = "peers")]
#[path = "box/scanner.rs"]
mod scanner;
#[path = "box/scanner_peer.rs"]
mod scanner_peer;
#[path = "box/seat.rs"]
mod seat;
#[path = "box/sign_in.rs"]
mod sign_in;
#[path = "box/ssi.rs"]
mod ssi;
#[path = "box/stop.rs"]
mod stop;
#[path = "box/tls.rs"]
mod tls;
#[cfg(feature = "peers")]
#[path = "box/unit.rs"]
mod unit;
#[path = "box/web_back.rs"]
mod web_back;
