//! usher-cloud: what is beyond the router: mail servers and card gateways.
//!
//! Never decides for the house: it acts after a commit and reports back as a command. Never keeps
//! a card number or a password. Next: `mail.rs`, `gateway.rs`.

pub mod gateway;
pub mod mail;
pub mod secret;
