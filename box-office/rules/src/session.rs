//! Sessions: what a cookie opens, known only by the hash of it.
//!
//! A guest's session names its cart; a staff session the token it was traded for. Last-seen times
//! stay in memory. Never holds the cookie itself (trust 2). Next: `listener/session.rs`.

use crate::at::{At, Span};
use crate::id::CartId;
use crate::{Ask, Event as AnyEvent, Refusal};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

/// A guest's session ends this long after it was opened, once its cart does not run any more.
/// Longer than any hold may be (domain 5.3), and as long as browsers keep the cookie.
pub const SESSION_KEPT: Span = Span::hours(24 * 7);
/// Longest life of a session that a staff token was traded for.
pub const STAFF_SESSION_KEPT: Span = Span::hours(16);
/// Sessions ended in one command by their age.
pub const AGED_MAX: usize = 500;

/// A session row.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Session {
    #[n(0)]
    pub opened_at: At,
    #[n(1)]
    pub cart: Option<CartId>,
    /// Name of the staff token.
    #[n(2)]
    pub staff: Option<String>,
}

impl Session {
    /// Has it lived its time? Never while its cart runs: a payment may be under way.
    pub fn over(&self, cart_runs: bool, now: At) -> bool {
        let kept = if self.staff.is_some() { STAFF_SESSION_KEPT } else { SESSION_KEPT };
        !cart_runs && now - self.opened_at >= kept
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// Opens a staff session; guests get theirs with the first cart.
    #[n(0)]
    Open {
        #[cbor(n(0), with = "minicbor::bytes")]
        session: [u8; 32],
        #[n(1)]
        staff: String,
    },
    #[n(1)]
    End {
        #[cbor(n(0), with = "minicbor::bytes")]
        session: [u8; 32],
    },
    /// Ends those of these that have lived their time; the sweeper names them.
    #[n(2)]
    EndAged {
        #[n(0)]
        sessions: Vec<ByteArray<32>>,
    },
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Opened {
        #[cbor(n(0), with = "minicbor::bytes")]
        session: [u8; 32],
        #[n(1)]
        row: Session,
    },
    #[n(1)]
    Ended {
        #[cbor(n(0), with = "minicbor::bytes")]
        session: [u8; 32],
    },
}

pub struct Facts {
    pub known: bool,
    /// The sessions that were named, and whether the cart of each runs.
    pub named: Vec<([u8; 32], Session, bool)>,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let event = match command {
        Command::Open { session, staff } => Event::Opened {
            session: *session,
            row: Session { opened_at: ask.at, cart: None, staff: Some(staff.clone()) },
        },
        Command::End { session } if facts.known => Event::Ended { session: *session },
        Command::End { .. } => return Err(Refusal::NotFound),
        Command::EndAged { .. } => return aged(facts, ask.at),
    };
    Ok(vec![AnyEvent::Session(event)])
}

fn aged(facts: &Facts, now: At) -> Result<Vec<AnyEvent>, Refusal> {
    let over = facts.named.iter().filter(|(_, row, cart_runs)| row.over(*cart_runs, now));
    let ended = over.map(|(session, ..)| AnyEvent::Session(Event::Ended { session: *session }));
    let ended: Vec<AnyEvent> = ended.take(AGED_MAX).collect();
    if ended.is_empty() { Err(Refusal::NotFound) } else { Ok(ended) }
}
