//! A written letter on its way out, and its MIME form.
//!
//! Holds finished text only; the words come from `web`. Never reads the ledger or the clock.
//! Next: `smtp.rs` and `folder.rs`, the two ways out.

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use std::time::{Duration, SystemTime};
use usher_rules::at::At;
use usher_rules::id::LetterId;

/// Longest subject; longer ones are cut at a character.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// All attachments and pictures of one letter together.
pub const PARTS_BYTES_MAX: usize = 10 * 1024 * 1024;

/// A letter as it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// From [`message_id`], angle brackets included.
    pub message_id: String,
    /// When the letter was opened; the same at every attempt.
    pub date: At,
    pub to: Addressee,
    /// `box@venue.org` or `Name <box@venue.org>`.
    pub from: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub attachments: Vec<Part>,
    /// Pictures the HTML shows as `cid:NAME`.
    pub inline: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub name: Option<String>,
    pub address: String,
}

/// One attached file or picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// File name, or content id of a picture.
    pub name: String,
    /// As `application/pdf`.
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// Why a letter cannot be written as a mail.
#[derive(Debug, thiserror::Error)]
pub enum MessageFault {
    #[error("the address of the addressee is not a mail address")]
    To,
    #[error("the sender is not a mail address")]
    From,
    #[error("`{0}` is not a content type")]
    ContentType(String),
    #[error("the attachments exceed {PARTS_BYTES_MAX} bytes together")]
    TooBig,
    #[error("the letter cannot be built: {0}")]
    Build(#[from] lettre::error::Error),
}

/// The Message-ID of a letter. It depends on nothing but the letter and how often staff asked for
/// it to be sent again, so a second copy after a crash between the server's `250` and our own
/// mark carries the same id, and mail stores that drop repeats drop it. A resend on purpose has
/// the next `issue` and arrives. SMTP has no way to ask a server what it already took: this is as
/// far as it goes.
pub fn message_id(letter: LetterId, issue: u64, sender: &str) -> String {
    let domain = sender
        .parse::<Mailbox>()
        .map_or_else(|_| "localhost".to_owned(), |mailbox| mailbox.email.domain().to_owned());
    format!("<letter-{letter}.{issue}@{domain}>")
}

/// Builds the mail: text and HTML as alternatives, pictures beside the HTML, files behind.
pub fn build(outgoing: &Outgoing) -> Result<Message, MessageFault> {
    let parts = outgoing.attachments.iter().chain(&outgoing.inline);
    if parts.map(|part| part.bytes.len()).sum::<usize>() > PARTS_BYTES_MAX {
        return Err(MessageFault::TooBig);
    }
    let address = outgoing.to.address.parse().map_err(|_| MessageFault::To)?;
    let from = outgoing.from.parse().map_err(|_| MessageFault::From)?;
    let builder = Message::builder()
        .message_id(Some(outgoing.message_id.clone()))
        .date(system_time(outgoing.date))
        .from(from)
        .to(Mailbox::new(outgoing.to.name.as_deref().map(one_line), address))
        .subject(one_line(&outgoing.subject));
    let words = MultiPart::alternative()
        .singlepart(SinglePart::plain(outgoing.text.clone()))
        .multipart(html(outgoing)?);
    let mut whole = MultiPart::mixed().multipart(words);
    for part in &outgoing.attachments {
        let attachment = Attachment::new(one_line(&part.name));
        whole = whole.singlepart(attachment.body(part.bytes.clone(), content_type(part)?));
    }
    Ok(builder.multipart(whole)?)
}

fn html(outgoing: &Outgoing) -> Result<MultiPart, MessageFault> {
    let mut related = MultiPart::related().singlepart(SinglePart::html(outgoing.html.clone()));
    for part in &outgoing.inline {
        let picture = Attachment::new_inline(one_line(&part.name));
        related = related.singlepart(picture.body(part.bytes.clone(), content_type(part)?));
    }
    Ok(related)
}

fn content_type(part: &Part) -> Result<ContentType, MessageFault> {
    ContentType::parse(&part.content_type)
        .map_err(|_| MessageFault::ContentType(part.content_type.clone()))
}

/// A header is one line whatever a patron typed: a line break in a name must not begin a header.
fn one_line(text: &str) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().take(SUBJECT_CHARS_MAX).map(plain).collect()
}

fn system_time(at: At) -> SystemTime {
    let since = Duration::from_millis(u64::try_from(at.0).unwrap_or(0));
    SystemTime::UNIX_EPOCH + since
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_rules::id::{BoxNo, compose};

    fn outgoing() -> Outgoing {
        Outgoing {
            message_id: message_id(LetterId(compose(BoxNo(2), 41)), 0, SENDER),
            date: At(1_795_305_600_000),
            to: Addressee { name: Some("Ada Roe".to_owned()), address: "ada@x.example".to_owned() },
            from: SENDER.to_owned(),
            subject: "Your tickets".to_owned(),
            text: "Two seats in row F.\n".to_owned(),
            html: "<p>Two seats in row F.</p><img src=\"cid:qr-1\">".to_owned(),
            attachments: vec![part("tickets.pdf", "application/pdf", 40)],
            inline: vec![part("qr-1", "image/png", 20)],
        }
    }

    const SENDER: &str = "The Tidewell <tickets@tidewell.example>";

    fn part(name: &str, content_type: &str, length: usize) -> Part {
        let (name, content_type) = (name.to_owned(), content_type.to_owned());
        Part { name, content_type, bytes: vec![7; length] }
    }

    fn written(outgoing: &Outgoing) -> String {
        String::from_utf8(build(outgoing).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_letter_holds_text_html_picture_and_file() {
        let mail = written(&outgoing());
        for piece in [
            "Message-ID: <letter-2-41.0@tidewell.example>\r\n",
            "Subject: Your tickets\r\n",
            "Date: Sun, 22 Nov 2026 ",
            "Content-Type: multipart/mixed;",
            "Content-Type: multipart/alternative;",
            "Content-Type: multipart/related;",
            "Content-ID: <qr-1>",
            "filename=\"tickets.pdf\"",
        ] {
            assert!(mail.contains(piece), "{piece} is missing in\n{mail}");
        }
    }

    #[test]
    fn the_id_follows_letter_and_issue_alone() {
        let letter = LetterId(compose(BoxNo(2), 41));
        assert_eq!(message_id(letter, 0, SENDER), message_id(letter, 0, SENDER));
        assert_ne!(message_id(letter, 0, SENDER), message_id(letter, 1, SENDER));
        assert_eq!(message_id(letter, 3, "nobody"), "<letter-2-41.3@localhost>");
    }

    #[test]
    fn line_breaks_cannot_begin_a_header() {
        let mut letter = outgoing();
        letter.subject = "Hello\r\nBcc: all@x.example".to_owned();
        letter.to.name = Some("Ada\r\nBcc: all@x.example".to_owned());
        letter.attachments[0].name = "a\r\nBcc: all@x.example".to_owned();
        letter.inline[0].name = "a\r\nBcc: all@x.example".to_owned();
        let mail = written(&letter);
        assert!(!mail.lines().any(|line| line.starts_with("Bcc")), "{mail}");
    }

    #[test]
    fn bad_addresses_are_refused_before_anything_is_sent() {
        let mut letter = outgoing();
        letter.to.address = "ada@x.example>\r\nRCPT TO:<all@x.example".to_owned();
        assert!(matches!(build(&letter), Err(MessageFault::To)));
        let mut letter = outgoing();
        letter.from = "nobody".to_owned();
        assert!(matches!(build(&letter), Err(MessageFault::From)));
    }

    #[test]
    fn attachments_have_a_limit_together() {
        let mut letter = outgoing();
        letter.inline[0].bytes = vec![0; 20];
        letter.attachments[0].bytes = vec![0; PARTS_BYTES_MAX - 20];
        assert!(build(&letter).is_ok());
        letter.attachments[0].bytes.push(0);
        assert!(matches!(build(&letter), Err(MessageFault::TooBig)));
    }
}
