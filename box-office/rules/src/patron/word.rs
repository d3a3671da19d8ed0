//! The words a patron is found by, and those a search is made of.
//!
//! Both go through the same folding: small letters without marks, split at whatever is neither
//! letter nor digit; an address also stands whole, a phone number by its digits. Never ranks:
//! `ledger/patron.rs` does.

use crate::id;
use std::collections::BTreeSet;

/// Words of one search that are looked at; more only narrow what is narrow already.
pub const QUERY_WORDS_MAX: usize = 8;
/// Digits from which a search of digits and signs alone is a phone number.
const PHONE_QUERY_DIGITS_MIN: usize = 5;

/// Letters with marks or of their own, and what they are looked for by.
const FOLDED: [(&str, &str); 30] = [
    ("a", "àáâãäåāăąǎǟǡǻȁȃạảấầẩẫậắằẳẵặ"),
    ("ae", "æǽ"),
    ("b", "ḃ"),
    ("c", "çćĉċč"),
    ("d", "ďđðḋ"),
    ("e", "èéêëēĕėęěȅȇẹẻẽếềểễệ"),
    ("f", "ḟ"),
    ("g", "ĝğġģǧǵ"),
    ("h", "ĥħ"),
    ("i", "ìíîïĩīĭįıǐȉȋỉị"),
    ("j", "ĵ"),
    ("k", "ķǩ"),
    ("l", "ĺļľŀł"),
    ("m", "ṁ"),
    ("n", "ñńņňŉŋǹ"),
    ("o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱọỏốồổỗộớờởỡợ"),
    ("oe", "œ"),
    ("p", "ṗ"),
    ("r", "ŕŗřȑȓ"),
    ("s", "śŝşšșſṡ"),
    ("ss", "ß"),
    ("t", "ţťŧțṫ"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗụủứừửữự"),
    ("w", "ŵẁẃẅ"),
    ("x", "ẋ"),
    ("y", "ýÿŷȳỳỵỷỹ"),
    ("z", "źżž"),
    ("dz", "ǆ"),
    ("ij", "ĳ"),
];
/// Marks that stand behind their letter.
const MARKS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// Small letters without marks.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii() {
            out.push(letter);
        } else if !MARKS.contains(&letter) {
            let known = FOLDED.iter().find(|(_, letters)| letters.contains(letter));
            match known {
                Some((plain, _)) => out.push_str(plain),
                None => out.push(letter),
            }
        }
    }
    out
}

fn parts(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty())
}

/// All that a patron of this name, address and phone number is found by.
pub fn words(name: &str, email: &str, phone: &str) -> BTreeSet<String> {
    let (name, email) = (folded(name), folded(email));
    let mut found: BTreeSet<String> =
        parts(&name).chain(parts(&email)).map(str::to_owned).collect();
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    found.extend([email, digits].into_iter().filter(|whole| !whole.is_empty()));
    found
}

/// The words of a search; each is to be the beginning of a word of the patron.
pub fn sought(text: &str) -> Vec<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let dialled = |sign: char| sign.is_ascii_digit() || " +-./()".contains(sign);
    if digits.len() >= PHONE_QUERY_DIGITS_MIN && text.trim().chars().all(dialled) {
        return vec![digits];
    }
    let folded = folded(text);
    let mut found: Vec<String> = Vec::new();
    for token in folded.split_whitespace() {
        match token.find('@') {
            // An address, or its beginning, is one word.
            Some(at) if at > 0 => found.push(token.to_owned()),
            Some(_) | None => found.extend(parts(token).map(str::to_owned)),
        }
    }
    let mut known = BTreeSet::new();
    found.retain(|word| known.insert(word.clone()));
    found.truncate(QUERY_WORDS_MAX);
    found
}

/// The number in a search for an order, a ticket or a patron.
pub fn numbered(text: &str) -> Option<u64> {
    id::read(text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_without_their_marks_however_they_are_written() {
        for (written, plain) in [
            ("Zoë", "zoe"),
            ("Zoe\u{308}", "zoe"),
            ("ÅSE", "ase"),
            ("Łódź", "lodz"),
            ("Grünß", "grunss"),
            ("Ægir Þór", "aegir thor"),
            ("Nguyễn", "nguyen"),
            ("İpek", "ipek"),
            ("Ольга", "ольга"),
        ] {
            assert_eq!(folded(written), plain, "{written}");
        }
    }

    #[test]
    fn every_letter_of_the_table_folds_to_letters_that_stay() {
        for (plain, letters) in FOLDED {
            assert_eq!(folded(plain), plain);
            for letter in letters.chars() {
                assert_eq!(folded(&letter.to_string()), plain, "{letter}");
            }
        }
    }

    #[test]
    fn a_patron_is_found_by_names_address_and_digits() {
        let found = words("Zoë O'Dell-Merrow", "zo.e@Mail.example.org", "+44 1632 960123");
        let expected = [
            "441632960123",
            "dell",
            "e",
            "example",
            "mail",
            "merrow",
            "o",
            "org",
            "zo",
            "zo.e@mail.example.org",
            "zoe",
        ];
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_search_is_split_as_the_words_are() {
        for (text, expected) in [
            ("  Zoë  O'Dell ", vec!["zoe", "o", "dell"]),
            ("zo.e@Mail", vec!["zo.e@mail"]),
            ("@mail", vec!["mail"]),
            ("+44 1632-960", vec!["441632960"]),
            ("01632", vec!["01632"]),
            ("1632 96a", vec!["1632", "96a"]),
            ("12 34", vec!["12", "34"]),
            ("a a b", vec!["a", "b"]),
            ("-- .", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(sought(text), expected, "{text:?}");
        }
        assert_eq!(sought("a b c d e f g h i j").len(), QUERY_WORDS_MAX);
    }
}
