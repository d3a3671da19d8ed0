//! The register of patrons: who they are and how they are reached. Put by staff, never deleted.
//!
//! A contact address is no log-in, so several patrons may share one (domain 7). Never holds what
//! somebody bought: an order names its patron. Next: `patron/word.rs` for how one is found.

mod word;

pub use word::{QUERY_WORDS_MAX, folded, numbered, sought, words};

use crate::at::At;
use crate::card_number;
use crate::checkout::{EMAIL_CHARS_MAX, NAME_CHARS_MAX, mailable, name_kept};
use crate::id::PatronId;
use crate::{Actor, Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Fewest and most digits of a phone number; an international one has 15 at most.
pub const PHONE_DIGITS_MIN: usize = 3;
pub const PHONE_DIGITS_MAX: usize = 15;
/// Signs that people write between the digits.
const PHONE_SIGNS: &str = " -./()";

/// Stored. A patron row.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Patron {
    #[n(0)]
    pub name: String,
    /// In normal form; empty when there is none.
    #[n(1)]
    pub email: String,
    /// Digits, and the + before them if there was one; empty when there is none.
    #[n(2)]
    pub phone: String,
    /// When they were registered.
    #[n(3)]
    pub since: At,
}

/// What is told of a patron, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Details {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub email: String,
    #[n(2)]
    pub phone: String,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    #[n(0)]
    Register(#[n(0)] Details),
    #[n(1)]
    Change(#[n(0)] PatronId, #[n(1)] Details),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Put(#[n(0)] PatronId, #[n(1)] Patron),
}

pub struct Facts {
    /// Number of the next patron.
    pub next: PatronId,
    /// The patron that the command names.
    pub patron: Option<Patron>,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    if !ask.by.is_staff() && ask.by != Actor::House {
        return Err(Refusal::NotAllowed);
    }
    let (id, details, since) = match command {
        Command::Register(details) => (facts.next, details, ask.at),
        Command::Change(id, details) => {
            (*id, details, facts.patron.as_ref().ok_or(Refusal::NotFound)?.since)
        }
    };
    Ok(vec![AnyEvent::Patron(Event::Put(id, checked(details, since)?))])
}

/// The row, or the fields that are missing or cannot be right.
fn checked(details: &Details, since: At) -> Result<Patron, Refusal> {
    let name = name_kept(&details.name);
    let email = normal_email(&details.email);
    let phone = normal_phone(&details.phone);
    let mut wrong = Vec::new();
    if words(&name, "", "").is_empty() || name.chars().count() > NAME_CHARS_MAX {
        wrong.push("name");
    }
    if !email.is_empty() && (!mailable(&email) || email.chars().count() > EMAIL_CHARS_MAX) {
        wrong.push("email");
    }
    if phone.is_none() {
        wrong.push("phone");
    }
    match phone {
        Some(phone) if wrong.is_empty() => Ok(Patron { name, email, phone, since }),
        Some(_) | None => Err(Refusal::MissingData { fields: wrong }),
    }
}

/// An address as it is kept: no blanks around it, its domain in small letters (domain 7).
pub fn normal_email(email: &str) -> String {
    let email = email.trim();
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => email.to_owned(),
    }
}

/// A phone number as it is kept; `None` if that cannot be one. Long ones without a + may be those
/// of a card, which are never kept (trust 2).
pub fn normal_phone(phone: &str) -> Option<String> {
    let phone = phone.trim();
    let (plus, rest) = phone.strip_prefix('+').map_or(("", phone), |rest| ("+", rest));
    if !rest.chars().all(|sign| sign.is_ascii_digit() || PHONE_SIGNS.contains(sign)) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        0 if phone.is_empty() => Some(String::new()),
        _ if plus.is_empty() && card_number::is_in(&digits) => None,
        PHONE_DIGITS_MIN..=PHONE_DIGITS_MAX => Some(format!("{plus}{digits}")),
        _ => None,
    }
}
