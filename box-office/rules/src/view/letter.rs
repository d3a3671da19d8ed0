//! A letter to be mailed, as data; the words are made at sending time.
//!
//! Knows nothing of SMTP and never the sent text: `cloud/mail` keeps that beside its
//! transcript. Next: `web/letter.rs`.

use super::order::Order;
use crate::tender::pad::Receipt;

#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    pub to_name: String,
    pub to_email: String,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Thank you, with tickets as PDF and calendar entries attached.
    Confirmation {
        order: Box<Order>,
        /// Customer copies of the card receipts of a terminal at the counter.
        receipts: Vec<Receipt>,
    },
}
