//! Who buys, as typed: name and address judged, the note cleaned of card numbers.
//!
//! Judges text alone; never whether anybody of that name is known (domain 1). Next:
//! `checkout.rs`, which asks it before anything is written.

use crate::Refusal;
use crate::card_number;
use crate::cart::Buyer;
use crate::money::Money;
use crate::tender::TOKEN_CHARS_MAX;

/// Longest name, email and note of a buyer, in characters.
pub const NAME_CHARS_MAX: usize = 120;
pub const EMAIL_CHARS_MAX: usize = 254;
pub const NOTE_CHARS_MAX: usize = 1_000;

/// The buyer as kept, or the fields that are missing or cannot be right.
pub fn checked(buyer: &Buyer, token: &str, total: Money) -> Result<Buyer, Refusal> {
    let name = name_kept(&buyer.name);
    let email = buyer.email.trim().to_owned();
    let mut missing = Vec::new();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        missing.push("name");
    }
    if !mailable(&email) {
        missing.push("email");
    }
    // A token is handed on and kept as it is: a card number is none.
    let sound = (1..=TOKEN_CHARS_MAX).contains(&token.len()) && !card_number::is_in(token);
    if total > Money::ZERO && !sound {
        missing.push("card");
    }
    if missing.is_empty() {
        // Nobody says on the web which patron they are.
        Ok(Buyer { name, email, patron: None })
    } else {
        Err(Refusal::MissingData { fields: missing })
    }
}

/// A name as it is kept: one blank between its words, and no card number in it.
pub fn name_kept(name: &str) -> String {
    card_number::masked(&name.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Could mail be sent there: one @, a dot in the domain, no blanks, no control characters, and
/// not a card number?
pub fn mailable(email: &str) -> bool {
    let Some((local, domain)) = email.split_once('@') else {
        return false;
    };
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|letter: char| {
                letter.is_whitespace() || letter.is_control() || "@,;<>()[]\\\"".contains(letter)
            })
    };
    email.chars().count() <= EMAIL_CHARS_MAX
        && !card_number::is_in(email)
        && plain(local)
        && plain(domain)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains("..")
}
