//! Who buys, as typed: name and address judged, the note cleaned of card numbers.
//!
//! Judges text alone; never whether anybody of that name is known (domain 1). Next:
//! `checkout.rs`, which asks it before anything is written.

use crate::Refusal;
use crate::cart::Buyer;
use crate::money::Money;
use crate::tender::TOKEN_CHARS_MAX;

/// Longest name, email and note of a buyer, in characters.
pub const NAME_CHARS_MAX: usize = 120;
pub const EMAIL_CHARS_MAX: usize = 254;
pub const NOTE_CHARS_MAX: usize = 1_000;

/// The buyer as kept, or the fields that are missing or cannot be right.
pub fn checked(buyer: &Buyer, token: &str, total: Money) -> Result<Buyer, Refusal> {
    let name = buyer.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let email = buyer.email.trim().to_owned();
    let mut missing = Vec::new();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        missing.push("name");
    }
    if !mailable(&email) {
        missing.push("email");
    }
    if total > Money::ZERO && (token.is_empty() || token.len() > TOKEN_CHARS_MAX) {
        missing.push("card");
    }
    if missing.is_empty() {
        // Nobody says on the web which patron they are.
        Ok(Buyer { name, email, patron: None })
    } else {
        Err(Refusal::MissingData { fields: missing })
    }
}

/// Could mail be sent there: one @, a dot in the domain, no blanks, no control characters?
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
        && plain(local)
        && plain(domain)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains("..")
}

/// Masks runs of 13 to 19 digits that pass the Luhn check, blanks and dashes between them
/// ignored: a card number typed into a note is never stored (trust 2).
pub fn mask_digits(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = letters.clone();
    let mut start = 0;
    while start < letters.len() {
        if !letters[start].is_ascii_digit() {
            start += 1;
            continue;
        }
        let (end, digits) = run_of_digits(&letters, start);
        if hides_card(&digits) {
            let masked = (start..end).filter(|at| letters[*at].is_ascii_digit());
            masked.for_each(|at| out[at] = '*');
        }
        start = end;
    }
    out.into_iter().collect()
}

fn run_of_digits(letters: &[char], start: usize) -> (usize, Vec<u32>) {
    let mut digits = Vec::new();
    let (mut at, mut end) = (start, start);
    while at < letters.len() {
        match letters[at].to_digit(10) {
            Some(digit) => {
                digits.push(digit);
                end = at + 1;
            }
            None if matches!(letters[at], ' ' | '-' | '.') => {}
            None => break,
        }
        at += 1;
    }
    (end, digits)
}

/// Does any window of 13 to 19 of these digits pass the Luhn check?
fn hides_card(digits: &[u32]) -> bool {
    (13..=19).any(|length| digits.windows(length).any(luhn))
}

fn luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weighted = digits.iter().rev().enumerate();
    let sum: u32 =
        weighted.map(|(index, digit)| if index % 2 == 1 { doubled(*digit) } else { *digit }).sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != 0)
}
