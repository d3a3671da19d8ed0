//! Letters as the desk reads them: the list, and one with its words and its conversation.
//!
//! Words stand here with every token of an order left out, and the conversation as it was kept:
//! without passwords. Never the HTML part. Next: `ledger/view/desk/letter.rs`.

use super::Around;
use crate::at::At;
use crate::id::{LetterId, OrderId};
use crate::letter::State;

#[derive(Debug, Clone, PartialEq)]
pub struct Letters {
    pub around: Around,
    /// Newest first.
    pub letters: Vec<Glance>,
    /// Go on with those older than this one; `None`: these are the oldest.
    pub next: Option<LetterId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    pub letter: LetterId,
    pub to: String,
    /// As it was sent; `None` while nothing was.
    pub subject: Option<String>,
    /// What it confirms.
    pub order: OrderId,
    pub state: State,
    pub created: At,
    /// When it goes out next, while it is not done.
    pub due: At,
    pub sent: Option<At>,
    pub attempts: u16,
    /// Why the last attempt failed, in the words of who said no; may be empty.
    pub fault: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub around: Around,
    pub glance: Glance,
    /// The text part; `None` while nothing was sent, or when it was too long to be kept.
    pub text: Option<String>,
    pub attachments: Vec<Attachment>,
    /// The conversation of the last attempt; may be empty.
    pub transcript: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    pub bytes: u64,
}
