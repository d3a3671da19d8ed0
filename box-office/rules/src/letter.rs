//! What must be mailed: kind, addressee and ids; the text is made when it is sent, and kept then.
//!
//! Not Done, Done and Error mean what staff know them to mean: Done is never sent again, Not Done
//! goes out when due (domain G3). Never speaks SMTP. Next: `cloud/mail` does.

use crate::at::At;
use crate::id::{LetterId, OrderId};
use crate::{Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Longest conversation kept with a letter, in bytes; the rest is cut in the middle.
pub const TRANSCRIPT_BYTES_MAX: usize = 16 * 1024;
/// Attempts before a letter waits for staff; with the mailer's pace about three days.
pub const ATTEMPTS_MAX: u16 = 80;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum State {
    #[n(0)]
    NotDone,
    #[n(1)]
    Done,
    #[n(2)]
    Error,
}

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Kind {
    /// Receipt and tickets of an order (A17).
    #[n(0)]
    Confirmation(#[n(0)] OrderId),
}

/// Stored. The words of a letter as they left, so that anybody can see what a patron was told.
/// Tokens stand in it as marks (`cloud/mail/kept.rs`): none is ever stored (trust 2).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Words {
    #[n(0)]
    pub subject: String,
    #[n(1)]
    pub text: String,
    #[n(2)]
    pub html: String,
    #[n(3)]
    pub parts: Vec<Part>,
}

/// Stored. A file or picture that went along, by what tells whether another is the same.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Part {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub bytes: u64,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub sha256: [u8; 32],
}

/// A letter row.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Letter {
    #[n(0)]
    pub kind: Kind,
    #[n(1)]
    pub to: String,
    #[n(2)]
    pub state: State,
    #[n(3)]
    pub created_at: At,
    /// Not before.
    #[n(4)]
    pub due: At,
    #[n(5)]
    pub attempts: u16,
    /// The SMTP conversation of the last attempt, secrets masked (G8).
    #[n(6)]
    pub transcript: String,
    #[n(7)]
    pub sent_at: Option<At>,
    /// What was sent, the last time.
    #[n(8)]
    pub words: Option<Words>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    #[n(0)]
    Sent {
        #[n(0)]
        letter: LetterId,
        #[n(1)]
        transcript: String,
        /// None if nothing left the house or it was too long to be kept.
        #[n(2)]
        words: Option<Words>,
    },
    /// The attempt failed; `again` is when to try next, `None` when staff must look.
    #[n(1)]
    Failed {
        #[n(0)]
        letter: LetterId,
        #[n(1)]
        transcript: String,
        #[n(2)]
        again: Option<At>,
    },
    /// Send it (again): back to Not Done, due now.
    #[n(2)]
    Resend(#[n(0)] LetterId),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    /// New or changed: the whole row.
    #[n(0)]
    Put(#[n(0)] LetterId, #[n(1)] Letter),
}

pub struct Facts {
    pub letter: Option<Letter>,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let mut letter = facts.letter.clone().ok_or(Refusal::NotFound)?;
    let id = match command {
        Command::Sent { letter: id, transcript, words } => {
            letter.state = State::Done;
            letter.attempts = letter.attempts.saturating_add(1);
            letter.sent_at = Some(ask.at);
            letter.words.clone_from(words);
            letter.transcript = cut(transcript);
            *id
        }
        Command::Failed { letter: id, transcript, again } => {
            if letter.state == State::Done {
                return Err(Refusal::Stale);
            }
            letter.attempts = letter.attempts.saturating_add(1);
            letter.transcript = cut(transcript);
            match again {
                Some(due) if letter.attempts < ATTEMPTS_MAX => letter.due = *due,
                _ => letter.state = State::Error,
            }
            *id
        }
        Command::Resend(id) => {
            letter.state = State::NotDone;
            letter.due = ask.at;
            *id
        }
    };
    Ok(vec![AnyEvent::Letter(Event::Put(id, letter))])
}

/// Keeps the beginning and the end of a conversation that is too long.
fn cut(transcript: &str) -> String {
    if transcript.len() <= TRANSCRIPT_BYTES_MAX {
        return transcript.to_owned();
    }
    let half = TRANSCRIPT_BYTES_MAX / 2;
    let head = transcript.floor_char_boundary(half);
    let tail = transcript.ceil_char_boundary(transcript.len() - half);
    format!("{}\n[cut]\n{}", &transcript[..head], &transcript[tail..])
}
