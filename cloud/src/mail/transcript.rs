//! The dialogue with the mail server as a technician reads it (features G8).
//!
//! Fed with the raw bytes of both directions. Never keeps an AUTH answer, a password in any
//! spelling SMTP uses, or the text of the letter. Bounded. Next: `tap.rs`, which feeds it.

use super::base64;
use crate::secret::Secret;

/// Most text kept of one dialogue.
pub const TRANSCRIPT_BYTES_MAX: usize = 16 * 1024;
/// Longest line shown; a longer one is only counted, so that no half secret can stay.
pub const LINE_BYTES_MAX: usize = 2_048;

const BODY_END: &[u8] = b"\r\n.\r\n";
const MASK: &str = "***";

/// What the next bytes of ours are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ours {
    Command,
    AuthAnswer,
    Letter,
}

/// What the server is answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Plainly,
    Auth,
    Data,
}

/// One direction's unfinished line.
#[derive(Debug, Default)]
struct Line {
    bytes: Vec<u8>,
    length: usize,
}

pub struct Transcript {
    text: String,
    secrets: Vec<String>,
    from_us: Line,
    from_server: Line,
    ours: Ours,
    asked: Asked,
    letter_bytes: usize,
    letter_tail: Vec<u8>,
    letter_ended: bool,
}

impl Line {
    fn push(&mut self, byte: u8) {
        self.length += 1;
        if self.length <= LINE_BYTES_MAX {
            self.bytes.push(byte);
        }
    }

    /// The line as shown, and an empty one in its place.
    fn take(&mut self) -> String {
        let Line { bytes, length } = std::mem::take(self);
        if length > LINE_BYTES_MAX {
            return format!("(a line of {length} bytes)");
        }
        let text = String::from_utf8_lossy(&bytes);
        text.trim_end_matches(['\r', '\n']).to_owned()
    }
}

impl Transcript {
    pub fn new(user: &str, password: &Secret) -> Transcript {
        Transcript {
            text: String::new(),
            secrets: spellings(user, password.expose()),
            from_us: Line::default(),
            from_server: Line::default(),
            ours: Ours::Command,
            asked: Asked::Plainly,
            letter_bytes: 0,
            letter_tail: Vec::new(),
            letter_ended: false,
        }
    }

    /// A remark of ours between the lines.
    pub fn note(&mut self, text: &str) {
        self.show("--", text);
    }

    /// Bytes that went out.
    pub fn sent(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match self.ours {
                Ours::Letter => self.count_letter(*byte),
                Ours::Command | Ours::AuthAnswer => {
                    self.from_us.push(*byte);
                    if *byte == b'\n' {
                        self.end_our_line();
                    }
                }
            }
        }
    }

    /// Bytes that came in.
    pub fn received(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.from_server.push(*byte);
            if *byte == b'\n' {
                let line = self.from_server.take();
                self.follow(&line);
                self.show("S:", &line);
            }
        }
    }

    /// The whole letter with its closing dot has gone out: the server may take it from here on.
    pub fn letter_ended(&self) -> bool {
        self.letter_ended
    }

    /// Everything so far, with whatever line is unfinished.
    pub fn finish(&mut self) -> String {
        if self.from_server.length > 0 {
            let line = self.from_server.take();
            self.show("S:", &format!("{line} (unfinished)"));
        }
        if self.ours == Ours::Letter && self.letter_bytes > 0 {
            let remark = format!("(cut after {} bytes of the letter)", self.letter_bytes);
            self.letter_bytes = 0;
            self.show("C:", &remark);
        }
        self.text.clone()
    }

    fn end_our_line(&mut self) {
        let line = self.from_us.take();
        let mut words = line.split(' ');
        let verb = words.next().unwrap_or_default().to_ascii_uppercase();
        let shown = match (self.ours, verb.as_str()) {
            (Ours::AuthAnswer, _) => MASK.to_owned(),
            (Ours::Command | Ours::Letter, "AUTH") => {
                self.asked = Asked::Auth;
                let mechanism = words.next().unwrap_or_default();
                let mask = if words.next().is_some() { " ***" } else { "" };
                format!("AUTH {mechanism}{mask}")
            }
            (Ours::Command | Ours::Letter, "DATA") => {
                self.asked = Asked::Data;
                line
            }
            (Ours::Command | Ours::Letter, _) => {
                self.asked = Asked::Plainly;
                line
            }
        };
        self.show("C:", &shown);
    }

    /// Reads a reply line only for what it makes our next bytes be.
    fn follow(&mut self, line: &str) {
        if line.as_bytes().get(3) == Some(&b'-') {
            return;
        }
        let first = line.as_bytes().first();
        self.ours = match self.asked {
            Asked::Auth if line.starts_with("334") => Ours::AuthAnswer,
            Asked::Data if matches!(first, Some(b'2' | b'3')) => Ours::Letter,
            Asked::Auth | Asked::Data | Asked::Plainly => Ours::Command,
        };
    }

    fn count_letter(&mut self, byte: u8) {
        self.letter_bytes += 1;
        if self.letter_tail.len() == BODY_END.len() {
            self.letter_tail.remove(0);
        }
        self.letter_tail.push(byte);
        if self.letter_tail == BODY_END {
            let remark = format!("(the letter, {} bytes, and a dot)", self.letter_bytes);
            self.show("C:", &remark);
            self.letter_ended = true;
            self.letter_bytes = 0;
            self.ours = Ours::Command;
            self.asked = Asked::Plainly;
        }
    }

    fn show(&mut self, who: &str, line: &str) {
        if self.text.len() >= TRANSCRIPT_BYTES_MAX {
            return;
        }
        let mut line = line.to_owned();
        for secret in &self.secrets {
            line = line.replace(secret.as_str(), MASK);
        }
        self.text.push_str(who);
        self.text.push(' ');
        for letter in line.chars() {
            match letter.is_control() {
                true => self.text.extend(letter.escape_default()),
                false => self.text.push(letter),
            }
        }
        self.text.push('\n');
        if self.text.len() >= TRANSCRIPT_BYTES_MAX {
            self.text.push_str("-- the rest is not kept\n");
        }
    }
}

/// Every way the password can stand in a dialogue; a strange server may echo any of them.
fn spellings(user: &str, password: &str) -> Vec<String> {
    if password.is_empty() {
        return Vec::new();
    }
    let plain = format!("\0{user}\0{password}");
    vec![base64::encode(plain.as_bytes()), base64::encode(password.as_bytes()), password.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript() -> Transcript {
        Transcript::new("box", &Secret::new("open sesame"))
    }

    #[test]
    fn auth_lines_and_answers_are_masked() {
        let mut dialogue = transcript();
        dialogue.sent(b"AUTH PLAIN AGJveABvcGVuIHNlc2FtZQ==\r\n");
        dialogue.received(b"535 no\r\n");
        dialogue.sent(b"AUTH LOGIN\r\n");
        dialogue.received(b"334 VXNlcm5hbWU6\r\n");
        dialogue.sent(b"Ym94\r\n");
        dialogue.received(b"334 UGFzc3dvcmQ6\r\n");
        dialogue.sent(b"b3BlbiBzZXNhbWU=\r\n");
        dialogue.received(b"235 welcome\r\n");
        dialogue.sent(b"NOOP\r\n");
        assert_eq!(
            dialogue.finish(),
            "C: AUTH PLAIN ***\nS: 535 no\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: ***\n\
             S: 334 UGFzc3dvcmQ6\nC: ***\nS: 235 welcome\nC: NOOP\n"
        );
    }

    #[test]
    fn a_password_echoed_by_the_server_is_masked() {
        let mut dialogue = transcript();
        for spelling in ["open sesame", "b3BlbiBzZXNhbWU=", "AGJveABvcGVuIHNlc2FtZQ=="] {
            dialogue.received(format!("500 what is {spelling}?\r\n").as_bytes());
        }
        assert_eq!(dialogue.finish(), "S: 500 what is ***?\n".repeat(3));
    }

    #[test]
    fn the_letter_is_counted_and_not_kept() {
        let mut dialogue = transcript();
        dialogue.sent(b"DATA\r\n");
        dialogue.received(b"354 go ahead\r\n");
        for byte in b"Subject: Your tickets\r\n\r\nHello\r\n.\r\n" {
            dialogue.sent(&[*byte]);
        }
        assert!(dialogue.letter_ended());
        dialogue.received(b"250 taken\r\n");
        assert_eq!(
            dialogue.finish(),
            "C: DATA\nS: 354 go ahead\nC: (the letter, 35 bytes, and a dot)\nS: 250 taken\n"
        );
    }

    #[test]
    fn a_letter_cut_short_says_how_far_it_came() {
        let mut dialogue = transcript();
        dialogue.sent(b"DATA\r\n");
        dialogue.received(b"354 go ahead\r\n");
        dialogue.sent(b"Subject: secret plans");
        assert!(!dialogue.letter_ended());
        let text = dialogue.finish();
        assert!(text.ends_with("C: (cut after 21 bytes of the letter)\n"), "{text}");
    }

    #[test]
    fn a_refused_data_leaves_commands_readable() {
        let mut dialogue = transcript();
        dialogue.sent(b"DATA\r\n");
        dialogue.received(b"554-no\r\n554 never\r\n");
        dialogue.sent(b"QUIT\r\n");
        assert_eq!(dialogue.finish(), "C: DATA\nS: 554-no\nS: 554 never\nC: QUIT\n");
    }

    #[test]
    fn control_characters_cannot_forge_a_line() {
        let mut dialogue = transcript();
        dialogue.received(b"250 ok\rC: QUIT\x1b[2J\r\n");
        let text = dialogue.finish();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(!text.contains('\x1b'));
    }

    #[test]
    fn a_flood_stays_bounded() {
        let mut dialogue = transcript();
        dialogue.received(&vec![b'x'; LINE_BYTES_MAX + 1]);
        dialogue.received(b"\n");
        assert_eq!(dialogue.text, format!("S: (a line of {} bytes)\n", LINE_BYTES_MAX + 2));
        for _ in 0..10_000 {
            dialogue.received(b"250-and so on\r\n");
        }
        let text = dialogue.finish();
        assert!(text.len() < TRANSCRIPT_BYTES_MAX + LINE_BYTES_MAX);
        assert!(text.ends_with("-- the rest is not kept\n"));
    }
}
