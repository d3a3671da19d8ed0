//! A pin pad as the desk sees it: is it there, who has it, what does the customer see.
//!
//! Passes with the moment, so it is never stored; the outcome is the intent's. Next:
//! `view/desk/sell.rs`, `tender/pad.rs`.

use super::Around;
use super::sell::Waiting;
use crate::Key;
use crate::at::At;
use crate::id::TillNo;
use crate::tender::exchanged::Exchanged;
use crate::tender::orphan::OrphanId;
use crate::tender::pad::Booking;

/// What a pad tells right now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Face {
    /// Connected and idle or at work; else the words of what is wrong with the line.
    pub link: Link,
    pub running: Option<Running>,
    /// The number of a card may be typed at it, for a sale on the phone (K6).
    pub keyed: bool,
    /// It gives payments back without their cards (K8).
    pub refunds_without_card: bool,
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
    /// Another terminal than the listed one answers: it takes no payment.
    Exchanged(Exchanged),
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
    /// The newest booking is taken back: no card is needed.
    TakingBack,
    /// The cashier types what the customer tells on the phone.
    TypeCard,
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

/// The page of pin pads: each as it is now, what waits for a person, and bookings that nobody
/// asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Pads {
    pub around: Around,
    pub pads: Vec<Listed>,
    pub waiting: Vec<Waiting>,
    /// The newest first.
    pub orphans: Vec<Orphan>,
    /// There are older ones.
    pub more: bool,
    /// May who asks open the sale of a payment?
    pub may_sell: bool,
    /// May who asks tick a booking off?
    pub may_see: bool,
    pub form_key: String,
    pub notice: Option<Notice>,
}

/// What became of ticking a booking off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    Seen,
    /// Somebody else was quicker.
    Changed,
    /// It says nothing, or more than so many characters.
    Reason {
        max: u32,
    },
}

/// A pad of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    /// Where it stands.
    pub place: String,
    /// None: it is switched off in the configuration.
    pub link: Option<Link>,
    /// Name of the till that has it now.
    pub busy: Option<String>,
}

/// Booked at a terminal, and no payment of the box asked for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Orphan {
    pub id: OrphanId,
    pub pad: String,
    /// When the box heard of it.
    pub at: At,
    pub booking: Booking,
}
