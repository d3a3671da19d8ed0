//! Pages of the staff: signing in, accounts, the desk with held tickets, letters and tills, the
//! monitor, the door.
//!
//! Each handler says in its signature what it needs; without a session it leads to the
//! sign-in page and back. Never shows a token. Addresses stand in `route.rs`; start at
//! `staff/sign_in.rs`.

pub mod account;
pub mod batch;
pub mod cancellation;
pub mod cart;
mod decision;
pub mod desk;
pub mod door;
pub mod end_of_day;
mod follow;
pub mod health;
pub mod journal;
pub mod letter;
pub mod member;
pub mod monitor;
pub mod order;
pub mod pad;
pub mod patron;
pub mod payment;
mod proof;
pub mod refund;
pub mod report;
pub mod sell;
pub mod sign_in;
pub mod till;
