//! The shop's pages: what they read, what their forms ask for, and where they lead.
//!
//! Every form is a POST that ends in a redirect, or in the same page saying why not; none needs a
//! script. Never decides anything and never words a refusal. Addresses stand in `route.rs`;
//! start at `shop/performance.rs`.

pub mod asset;
pub mod cart;
pub mod checkout;
pub mod event;
pub mod order;
pub mod performance;
pub mod seat;
pub mod whats_on;

mod card;
pub(crate) mod form;
