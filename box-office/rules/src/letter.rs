//! What must be mailed: kind, addressee and ids; the text is made when it is sent, and kept then.
//!
//! Not Done, Done and Error mean what staff know them to mean: Done is never sent again, Not Done
//! goes out when due (domain G3). Never speaks SMTP. Next: `cloud/mail` does.

use crate::at::At;
use crate::id::{LetterId, OrderId, PerformanceId};
use crate::{Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Longest conversation kept with a letter, in bytes; the rest is cut in the middle.
pub const TRANSCRIPT_BYTES_MAX: usize = 16 * 1024;
/// Attempts before a letter waits for staff; with the mailer's pace about three days.
pub const ATTEMPTS_MAX: u16 = 80;
/// Begins and ends the mark that stands in kept words for a token; of the private use area.
pub const TOKEN_SIGN: char = '\u{e0de}';
/// What stands for a token where nobody may read it.
const MASK: &str = "***";

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
    /// Not paid in time: the order was cancelled by the box.
    #[n(4)]
    Cancelled(#[n(0)] OrderId),
    /// A performance that the order has tickets of does not take place.
    #[n(5)]
    PerformanceCancelled(#[n(0)] OrderId, #[n(1)] PerformanceId),
}

impl Kind {
    /// The order it is about.
    pub fn order(self) -> OrderId {
        match self {
            Kind::Confirmation(order)
            | Kind::Cancelled(order)
            | Kind::PerformanceCancelled(order, _) => order,
        }
    }
}

/// Stored. The words of a letter as they left, so that anybody can see what a patron was told.
/// Tokens stand in it as marks between two [`TOKEN_SIGN`] (`cloud/mail/kept.rs`): none is ever
/// stored (trust 2).
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

impl Words {
    /// Subject and text for eyes that may not open the order: no mark is left to be filled in.
    pub fn masked(&self) -> (String, String) {
        (masked(&self.subject), masked(&self.text))
    }
}

impl Letter {
    /// Receipt and tickets of an order, to go out now.
    pub fn confirmation(order: OrderId, to: &str, now: At) -> Letter {
        Letter::about(Kind::Confirmation(order), to, now)
    }

    /// That an order was cancelled because it was not paid up, to go out now.
    pub fn cancelled(order: OrderId, to: &str, now: At) -> Letter {
        Letter::about(Kind::Cancelled(order), to, now)
    }

    /// That a performance does not take place, to go out now.
    pub fn performance_cancelled(
        order: OrderId,
        performance: PerformanceId,
        to: &str,
        now: At,
    ) -> Letter {
        Letter::about(Kind::PerformanceCancelled(order, performance), to, now)
    }

    fn about(kind: Kind, to: &str, now: At) -> Letter {
        Letter {
            kind,
            to: to.to_owned(),
            state: State::NotDone,
            created_at: now,
            due: now,
            attempts: 0,
            transcript: String::new(),
            sent_at: None,
            words: None,
        }
    }

    /// Why the last attempt failed: the last remark of ours or refusal of the server's in its
    /// conversation. Empty when it did not.
    pub fn fault(&self) -> &str {
        if self.state == State::Done {
            return "";
        }
        let said = |line: &'_ str| -> bool {
            ["-- ", "S: 4", "S: 5"].iter().any(|start| line.starts_with(start))
        };
        let last = self.transcript.lines().rev().find(|line| said(line));
        last.and_then(|line| line.get(3..)).unwrap_or_default().trim()
    }
}

fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(TOKEN_SIGN) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        rest = after.get(TOKEN_SIGN.len_utf8()..).unwrap_or_default();
        let digits = rest.len() - rest.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
        match rest.get(digits..).and_then(|tail| tail.strip_prefix(TOKEN_SIGN)) {
            Some(tail) if digits > 0 => {
                out.push_str(MASK);
                rest = tail;
            }
            _ => {}
        }
    }
    out.push_str(rest);
    out
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_masked_and_what_only_looks_like_one_loses_its_sign() {
        let sign = TOKEN_SIGN;
        assert_eq!(masked(&format!("/orders/{sign}0{sign}, {sign}12{sign}.")), "/orders/***, ***.");
        for (text, told) in [
            (format!("{sign}{sign}0{sign}"), "***"),
            (format!("{sign}x{sign}"), "x"),
            (format!("{sign}7"), "7"),
            ("plain".to_owned(), "plain"),
        ] {
            assert_eq!(masked(&text), told, "{text:?}");
        }
    }

    #[test]
    fn the_last_word_against_a_letter_is_its_fault_until_it_is_done() {
        let mut letter = Letter {
            kind: Kind::Confirmation(OrderId(1)),
            to: "ada@x.example".to_owned(),
            state: State::NotDone,
            created_at: At(0),
            due: At(0),
            attempts: 1,
            transcript: "-- TLS on\nC: MAIL\nS: 450 later\nC: QUIT\nS: 221 bye\n".to_owned(),
            sent_at: None,
            words: None,
        };
        assert_eq!(letter.fault(), "450 later");
        letter.transcript.push_str("-- the server closed the connection\n");
        assert_eq!(letter.fault(), "the server closed the connection");
        letter.state = State::Done;
        assert_eq!(letter.fault(), "");
        letter.state = State::Error;
        letter.transcript.clear();
        assert_eq!(letter.fault(), "");
    }
}
