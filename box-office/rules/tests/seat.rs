//! Best seats and the single-seat rule, as the house rules give them (domain 4).
//!
//! `hall` draws houses as text, `cases` are the worked tables, `oracle` is a brute-force judge
//! that shares no code with the rules, `properties` holds both against each other, `sellout` sells
//! a whole house.

// The sell-out prints its figures.
#![allow(clippy::print_stdout)]

#[path = "seat/access.rs"]
mod access;
#[path = "seat/cases.rs"]
mod cases;
#[path = "seat/choice.rs"]
mod choice;
#[path = "seat/hall.rs"]
mod hall;
#[path = "seat/oracle.rs"]
mod oracle;
#[path = "seat/properties.rs"]
mod properties;
#[path = "seat/sellout.rs"]
mod sellout;
#[path = "seat/split.rs"]
mod split;
#[path = "seat/table.rs"]
mod table;
