//! A booking of a pin pad that no payment of the box asked for, and that somebody looked into.
//!
//! Seen, it leaves the list of the desk; the booking, who looked and what they found stay for good.
//! Never moves money: what has to go back goes back at the terminal. Next: `checkout.rs`,
//! `ledger/orphan.rs`.

use crate::at::At;
use crate::card_number::masked;
use crate::checkout::Event;
use crate::id::{PadNo, StaffNo};
use crate::{Actor, Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};
use std::fmt;
use std::str::FromStr;

/// Longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 120;

/// Which one: the pad that told of it, and the entry that it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct OrphanId {
    #[n(0)]
    pub pad: PadNo,
    #[n(1)]
    pub entry: u64,
}

impl fmt::Display for OrphanId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.pad.0, self.entry)
    }
}

impl FromStr for OrphanId {
    type Err = ();

    fn from_str(text: &str) -> Result<OrphanId, ()> {
        let (pad, entry) = text.split_once('-').ok_or(())?;
        let pad = PadNo(pad.parse().map_err(drop)?);
        let id = OrphanId { pad, entry: entry.parse().map_err(drop)? };
        if id.to_string() == text { Ok(id) } else { Err(()) }
    }
}

/// Stored. Who looked into it, and what came of that.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Seen {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub by: StaffNo,
    #[n(2)]
    pub reason: String,
}

/// Where the booking of a command stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// There is none of that name.
    #[default]
    Unknown,
    Listed,
    Seen,
}

/// The listener knows that who asks may.
pub fn seen(
    standing: Standing,
    id: OrphanId,
    reason: &str,
    ask: &Ask,
) -> Result<Vec<AnyEvent>, Refusal> {
    let Actor::Account(by) = ask.by else { return Err(Refusal::NotAllowed) };
    match standing {
        Standing::Unknown => return Err(Refusal::NotFound),
        Standing::Seen => return Err(Refusal::Stale),
        Standing::Listed => {}
    }
    let sound = reason.trim() == reason && !reason.contains(char::is_control);
    if !sound || !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        return Err(Refusal::Malformed { field: "reason" });
    }
    let seen = Seen { at: ask.at, by, reason: masked(reason) };
    Ok(vec![AnyEvent::Checkout(Event::OrphanSeen(id, seen))])
}
