//! A pin pad as the desk sees it: is it there, who has it, what does the customer see.
//!
//! Passes with the moment, so it is never stored; the outcome is the intent's. Next:
//! `view/desk/sell.rs`, `tender/pad.rs`.

use crate::Key;
use crate::id::TillNo;

/// What a pad tells right now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Face {
    /// Connected and idle or at work; else the words of what is wrong with the line.
    pub link: Link,
    pub running: Option<Running>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Link {
    /// Not heard of since the box started.
    #[default]
    Starting,
    Up {
        /// Model and number of the terminal, as it tells them.
        terminal: String,
    },
    Down {
        why: String,
    },
}

/// The payment that has the pad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub intent: Key,
    pub till: TillNo,
    pub stage: Stage,
}

/// How far it is, as the customer sees it on the pad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    MakingReady,
    ConfirmAmount,
    InsertCard,
    RemoveCard,
    EnterPin,
    WrongPin,
    WaitingForHost,
    Wait,
    Reversing,
    Approved,
    Declined,
    /// The cashier asked to stop; the terminal has not answered yet.
    Stopping,
    /// The outcome is not known: the terminal is asked for it.
    Asking,
}
