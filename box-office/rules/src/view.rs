//! What pages, letters and the API are made from: plain data, filled from one snapshot.
//!
//! No words, no formatting, no time zone and no serde here; nothing in a view is decided by it.
//! `ledger/<noun>.rs` fills a view, `web/<noun>.rs` and `listener/api/<noun>.rs` read it and
//! nobody else builds one. Next: `view/venue.rs`, which every page carries.

pub mod cart;
pub mod checkout;
pub mod demo;
pub mod desk;
pub mod door;
pub mod door_list;
pub mod letter;
pub mod monitor;
pub mod order;
pub mod performance;
pub mod production;
pub mod seat_map;
pub mod venue;
pub mod whats_on;
