//! Floors and bars: what the box does on this machine, beside what the machine could do.
//!
//! `benches/run` builds and runs everything and writes `docs/performance.md`; nothing here is part
//! of the product. Figures are compared only with the floor of the same run. Start at `row.rs`.

// Of a program: it prints, and its figures fit.
#![allow(clippy::print_stdout)]

pub mod cashier;
pub mod floor;
pub mod load;
pub mod monitor;
pub mod page;
pub mod part;
pub mod peer;
pub mod plan;
pub mod prompt;
pub mod row;
pub mod scans;
pub mod slow;
pub mod tally;
pub mod tap;
pub mod trade;
