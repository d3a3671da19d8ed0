//! What was sent, as it is kept with the letter.
//!
//! A link in a letter opens an order, and no such token is ever stored (trust 2): each stands in
//! the kept words as a mark and can be put back by whoever can compute it. Files and pictures are
//! kept by their digest alone: they are drawn again. Next: `worker.rs`, which keeps.

use super::message::{Outgoing, Part};
use sha2::{Digest, Sha256};
use usher_rules::letter::{Part as KeptPart, TOKEN_SIGN, Words};

/// Longest words kept of one letter, in bytes.
pub const WORDS_BYTES_MAX: usize = 256 * 1024;

/// The words of a letter without its secrets; none if they are too long.
pub fn keep(outgoing: &Outgoing, secrets: &[String]) -> Option<Words> {
    let marked = |text: &str| {
        let named = secrets.iter().enumerate();
        named.fold(text.to_owned(), |text, (nth, secret)| text.replace(secret, &mark(nth)))
    };
    let parts = outgoing.attachments.iter().chain(&outgoing.inline);
    let words = Words {
        subject: marked(&outgoing.subject),
        text: marked(&outgoing.text),
        html: marked(&outgoing.html),
        parts: parts.map(kept_part).collect(),
    };
    let bytes = words.subject.len() + words.text.len() + words.html.len();
    (bytes <= WORDS_BYTES_MAX).then_some(words)
}

fn kept_part(part: &Part) -> KeptPart {
    let sha256 = Sha256::digest(&part.bytes).into();
    KeptPart { name: part.name.clone(), bytes: part.bytes.len() as u64, sha256 }
}

fn mark(nth: usize) -> String {
    format!("{TOKEN_SIGN}{nth}{TOKEN_SIGN}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::message::Addressee;
    use usher_rules::at::At;

    fn outgoing(text: &str) -> Outgoing {
        Outgoing {
            message_id: "<letter-1-7.0@tidewell.example>".to_owned(),
            date: At(1_795_305_600_000),
            to: Addressee { name: None, address: "ada@x.example".to_owned() },
            from: "tickets@tidewell.example".to_owned(),
            subject: "Your tickets".to_owned(),
            text: text.to_owned(),
            html: format!("<p>{text}</p>"),
            attachments: vec![part(b"%PDF")],
            inline: Vec::new(),
        }
    }

    fn part(bytes: &[u8]) -> Part {
        let (name, content_type) = ("tickets.pdf".to_owned(), "application/pdf".to_owned());
        Part { name, content_type, bytes: bytes.to_vec() }
    }

    #[test]
    fn no_secret_is_kept_and_all_of_it_can_be_put_back() {
        let secrets = ["TOKENONE".to_owned(), "TOKENTWO".to_owned()];
        let outgoing = outgoing("See /orders/TOKENTWO, then /orders/TOKENONE, then /orders/");
        let kept = keep(&outgoing, &secrets).unwrap();
        for words in [&kept.subject, &kept.text, &kept.html] {
            assert!(!words.contains("TOKEN"), "{words}");
        }
        let whole = |text: &str| {
            let named = secrets.iter().enumerate();
            named.fold(text.to_owned(), |text, (nth, secret)| text.replace(&mark(nth), secret))
        };
        assert_eq!((whole(&kept.text), whole(&kept.html)), (outgoing.text, outgoing.html));
        assert_eq!(whole(&kept.subject), outgoing.subject);
        assert_eq!(kept.masked().1, "See /orders/***, then /orders/***, then /orders/");
    }

    #[test]
    fn a_file_is_known_by_its_digest() {
        let kept = keep(&outgoing(""), &[]).unwrap();
        assert_eq!(kept.parts[0], kept_part(&part(b"%PDF")));
        assert_ne!(kept.parts[0], kept_part(&part(b"%PDG")));
    }

    #[test]
    fn words_up_to_the_limit_are_kept_and_longer_ones_are_not() {
        let mut letter = outgoing("");
        letter.subject = String::new();
        letter.html = String::new();
        letter.text = "x".repeat(WORDS_BYTES_MAX);
        assert!(keep(&letter, &[]).is_some());
        letter.html.push('x');
        assert!(keep(&letter, &[]).is_none());
    }
}
