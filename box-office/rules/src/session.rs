//! Sessions: what a cookie opens, known only by the hash of it.
//!
//! A guest's session names its cart; a staff session the token it was traded for. Last-seen times
//! stay in memory. Never holds the cookie itself (trust 2). Next: `listener/session.rs`.

use crate::at::{At, Span};
use crate::id::CartId;
use crate::{Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Sessions unused for this long end, a guest's as well as a token's.
pub const SESSION_KEPT: Span = Span::hours(24 * 7);
/// Longest life of a session that a staff token was traded for.
pub const STAFF_SESSION_KEPT: Span = Span::hours(16);

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
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let event = match command {
        Command::Open { session, staff } => Event::Opened {
            session: *session,
            row: Session { opened_at: ask.at, cart: None, staff: Some(staff.clone()) },
        },
        Command::End { session } if facts.known => Event::Ended { session: *session },
        Command::End { .. } => return Err(Refusal::NotFound),
    };
    Ok(vec![AnyEvent::Session(event)])
}
