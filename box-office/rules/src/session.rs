//! Sessions: what a cookie opens, known only by the hash of it.
//!
//! A guest's session names its cart; a staff session the account or the token it was opened for.
//! Last-seen times stay in memory. Never holds the cookie itself (trust 2). Next: `staff.rs`,
//! `listener/session.rs`.

use crate::at::{At, Span};
use crate::card_number;
use crate::id::{CartId, StaffNo};
use crate::{Ask, Event as AnyEvent, Refusal};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

/// A guest's session ends this long after it was opened, once its cart does not run any more.
/// Longer than any hold may be (domain 5.3), and as long as browsers keep the cookie.
pub const SESSION_KEPT: Span = Span::hours(24 * 7);
/// Longest life of a session that a staff token was traded for.
pub const STAFF_SESSION_KEPT: Span = Span::hours(16);
/// How long after a password or a code was shown it need not be shown again (trust 3).
pub const CONFIRMED_FOR: Span = Span::minutes(5);
/// Longest description of a browser that is kept, in characters.
pub const ABOUT_CHARS_MAX: usize = 120;
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
    /// The member of staff who signed in.
    #[n(3)]
    pub account: Option<StaffNo>,
    /// When they last proved who they are.
    #[n(4)]
    pub confirmed_at: Option<At>,
    /// What their browser calls itself.
    #[n(5)]
    pub about: Option<String>,
}

impl Session {
    /// A visitor's, without a cart yet.
    pub fn guest(opened_at: At) -> Session {
        let (cart, staff, account) = (None, None, None);
        Session { opened_at, cart, staff, account, confirmed_at: None, about: None }
    }

    /// Is it anybody's of the staff?
    pub fn is_staff(&self) -> bool {
        self.staff.is_some() || self.account.is_some()
    }

    /// Was it proven just now who this is?
    pub fn confirmed(&self, now: At) -> bool {
        self.confirmed_at.is_some_and(|at| at <= now && now - at < CONFIRMED_FOR)
    }

    /// Has it lived its time? Never while its cart runs: a payment may be under way.
    pub fn over(&self, cart_runs: bool, now: At) -> bool {
        let kept = if self.is_staff() { STAFF_SESSION_KEPT } else { SESSION_KEPT };
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
    /// Opens the session of a member of staff who has just proved who they are.
    #[n(3)]
    SignIn {
        #[cbor(n(0), with = "minicbor::bytes")]
        session: [u8; 32],
        #[n(1)]
        account: StaffNo,
        #[n(2)]
        about: String,
    },
    /// Who it is was proven again.
    #[n(4)]
    Confirm {
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
    /// The session that the command names.
    pub row: Option<Session>,
    /// The sessions that were named, and whether the cart of each runs.
    pub named: Vec<([u8; 32], Session, bool)>,
}

/// A browser may call itself anything.
fn about_kept(about: &str) -> String {
    let short: String = about.chars().take(ABOUT_CHARS_MAX).collect();
    card_number::masked(&short)
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let event = match command {
        Command::Open { session, staff } => Event::Opened {
            session: *session,
            row: Session { staff: Some(staff.clone()), ..Session::guest(ask.at) },
        },
        Command::SignIn { session, account, about } => Event::Opened {
            session: *session,
            row: Session {
                account: Some(*account),
                confirmed_at: Some(ask.at),
                about: Some(about_kept(about)),
                ..Session::guest(ask.at)
            },
        },
        Command::Confirm { session } => {
            let row = facts.row.clone().filter(|row| row.account.is_some());
            let row = Session { confirmed_at: Some(ask.at), ..row.ok_or(Refusal::NotFound)? };
            Event::Opened { session: *session, row }
        }
        Command::End { session } => {
            facts.row.as_ref().ok_or(Refusal::NotFound)?;
            Event::Ended { session: *session }
        }
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
