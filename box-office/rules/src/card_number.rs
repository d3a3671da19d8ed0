//! Card numbers in what people type and machines say: found, and taken out before anything is kept.
//!
//! One rule for every free text of the house (trust 2): 13 to 19 digits that pass the check,
//! whatever blanks and dashes stand between them. Never keeps what it found. Who asks is whoever
//! turns a text into a row: `checkout/buyer.rs`, `tender/pad.rs`, `till.rs`, `staff/account.rs`.

use std::ops::RangeInclusive;

/// Digits that a card number has (ISO/IEC 7812).
const DIGITS: RangeInclusive<usize> = 13..=19;

/// The text with every digit of a card number replaced by a star.
pub fn masked(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = letters.clone();
    let mut start = 0;
    while start < letters.len() {
        if digit(letters[start]).is_none() {
            start += 1;
            continue;
        }
        let (end, digits) = run_of_digits(&letters, start);
        if hides_card(&digits) {
            let hidden = (start..end).filter(|at| digit(letters[*at]).is_some());
            hidden.for_each(|at| out[at] = '*');
        }
        start = end;
    }
    out.into_iter().collect()
}

/// Does a card number stand in it? For what must be refused, because it cannot be masked and
/// still be what it is: an address, a login, a token.
pub fn is_in(text: &str) -> bool {
    masked(text) != text
}

/// A digit as any keyboard writes it.
fn digit(letter: char) -> Option<u32> {
    let narrow = match letter {
        '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(letter) - 0xff10 + u32::from('0'))?,
        other => other,
    };
    narrow.to_digit(10)
}

/// What people put between the digits of one number.
fn joins(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '.' | '_' | '\u{ad}' | '\u{200b}'..='\u{2015}')
}

fn run_of_digits(letters: &[char], start: usize) -> (usize, Vec<u32>) {
    let mut digits = Vec::new();
    let (mut at, mut end) = (start, start);
    while at < letters.len() {
        match digit(letters[at]) {
            Some(digit) => {
                digits.push(digit);
                end = at + 1;
            }
            None if joins(letters[at]) => {}
            None => break,
        }
        at += 1;
    }
    (end, digits)
}

/// Does any window of card length of these digits pass the check?
fn hides_card(digits: &[u32]) -> bool {
    DIGITS.into_iter().any(|length| digits.windows(length).any(passes_luhn))
}

fn passes_luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weighted = digits.iter().rev().enumerate();
    let sum: u32 =
        weighted.map(|(index, digit)| if index % 2 == 1 { doubled(*digit) } else { *digit }).sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number of so many digits that passes, made of one digit and its check digit.
    fn number(length: usize) -> String {
        let body = "4".repeat(length - 1);
        let with = |check| format!("{body}{check}");
        let fits = |number: &String| {
            let digits: Vec<u32> = number.chars().filter_map(digit).collect();
            passes_luhn(&digits)
        };
        (0..10).map(with).find(fits).unwrap()
    }

    #[test]
    fn thirteen_to_nineteen_digits_that_pass_are_a_card_number() {
        for (length, hides) in [(12, false), (13, true), (16, true), (19, true)] {
            assert_eq!(is_in(&number(length)), hides, "{length} digits");
        }
        let mut wrong = number(16);
        let last = wrong.pop().and_then(digit).unwrap();
        wrong.push_str(&((last + 1) % 10).to_string());
        assert!(!is_in(&wrong), "a number that does not pass is none");
        assert!(!is_in(&"0".repeat(16)));
    }

    #[test]
    fn whatever_stands_between_its_digits_it_is_found_and_the_rest_is_left() {
        let number = number(16);
        let (a, b) = number.split_at(8);
        for between in ["", " ", "-", ".", "_", "\t", "\n", "\u{a0}", "\u{2013}", "\u{200b}", " - "]
        {
            let text = format!("pay {a}{between}{b}, please");
            let stars = "*".repeat(8);
            assert_eq!(masked(&text), format!("pay {stars}{between}{stars}, please"));
        }
        let wide: String =
            number.chars().filter_map(|c| char::from_u32(u32::from(c) - 0x30 + 0xff10)).collect();
        assert_eq!(masked(&wide), "*".repeat(16));
        for plain in ["", "Row K, seats 22 and 23", "01632 960 144", "12/34/56"] {
            assert_eq!(masked(plain), plain);
        }
    }

    #[test]
    fn both_tracks_of_a_stripe_lose_their_number() {
        let number = number(16);
        for track in [format!("%B{number}^X/Y^2912?"), format!(";{number}=2912101?")] {
            assert!(!masked(&track).contains(&number));
            assert!(is_in(&track));
        }
    }
}
