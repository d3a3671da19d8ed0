//! One request in, one answer out: connections, TLS, sessions, routes, the JSON API and the feeds.
//!
//! Never decides: it asks the ledger and words the answer. Never sees a driver. Start at
//! `route.rs` for every address on one page, then `request.rs` for who may do what.

#![deny(clippy::indexing_slicing, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::indexing_slicing, clippy::expect_used))]

pub mod accept;
mod api;
pub mod cache;
pub mod changes;
mod csrf;
mod dress;
mod feed;
mod halfway;
pub mod limits;
pub mod metrics;
pub mod pad;
pub mod password;
pub mod payment;
pub mod request;
pub mod respond;
pub mod route;
pub mod second_factor;
pub mod session;
pub mod shop;
pub mod staff;
pub mod state;
pub mod tls;
pub mod token;
mod turn;
mod unready;
pub mod wording;
