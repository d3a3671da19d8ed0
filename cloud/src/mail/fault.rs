//! What can go wrong with one letter, and what a technician should look at (features G12).
//!
//! Never decides when to try again (`pace.rs`) and never carries the server's words: those are in
//! the transcript.

use std::fmt;

/// The kinds of trouble that ask for different remedies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendFaultKind {
    /// The server refused who we say we are.
    Auth,
    /// The server will not pass the letter on (550).
    Relay,
    /// This letter or its address is refused for good.
    Mailbox,
    /// The server asks everybody to slow down (421, 451).
    RateLimited,
    /// The whole send took longer than the setting allows.
    Timeout,
    /// No contact, or the line was cut.
    Network,
    /// No encryption could be agreed on, or the certificate is not trusted.
    Tls,
    /// Anything else, the settings included; the transcript says what.
    Other,
}

/// One failed attempt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}", .kind.hint(), Code(*.code))]
pub struct SendFault {
    pub kind: SendFaultKind,
    /// The server's reply code, when it was a reply that failed us.
    pub code: Option<u16>,
    /// The whole letter had gone out when it failed: the server may have taken it all the same.
    pub maybe_taken: bool,
}

struct Code(Option<u16>);

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(code) => write!(out, " (reply {code})"),
            None => Ok(()),
        }
    }
}

impl SendFaultKind {
    /// What to check, in one plain sentence.
    pub fn hint(self) -> &'static str {
        match self {
            SendFaultKind::Auth => {
                "The mail server does not accept the user name or password. Check both, and the \
                 way of logging in."
            }
            SendFaultKind::Relay => {
                "The mail server refuses to pass mail on to this address. Check that it may be \
                 used for relaying from here, and the address itself."
            }
            SendFaultKind::Mailbox => {
                "The mail server refuses this letter. Check the address: the mailbox may be \
                 full, closed or misspelled."
            }
            SendFaultKind::RateLimited => {
                "The mail server asks for slower sending. Nothing to do: letters wait and go out \
                 more slowly."
            }
            SendFaultKind::Timeout => {
                "The mail server did not answer in time. It may be scanning for viruses: raise \
                 the timeout if this happens often."
            }
            SendFaultKind::Network => {
                "No contact with the mail server. Check host, port, network and firewall."
            }
            SendFaultKind::Tls => {
                "No encrypted connection could be made. Check the security setting, the port \
                 and the server's certificate."
            }
            SendFaultKind::Other => {
                "The mail server gave an unexpected answer. The dialogue shows which."
            }
        }
    }
}

impl SendFault {
    pub fn new(kind: SendFaultKind) -> SendFault {
        SendFault { kind, code: None, maybe_taken: false }
    }

    pub fn hint(&self) -> &'static str {
        self.kind.hint()
    }

    /// Sending this letter again unchanged is pointless: staff must act first.
    pub fn is_final(&self) -> bool {
        let refused = self.code.is_none_or(|code| code >= 500);
        match self.kind {
            SendFaultKind::Relay | SendFaultKind::Mailbox => refused,
            SendFaultKind::Auth
            | SendFaultKind::RateLimited
            | SendFaultKind::Timeout
            | SendFaultKind::Network
            | SendFaultKind::Tls
            | SendFaultKind::Other => false,
        }
    }
}

/// How far the dialogue had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Greeting and EHLO.
    Hello,
    /// STARTTLS.
    Tls,
    /// AUTH.
    Auth,
    /// MAIL, RCPT, DATA and the letter.
    Letter,
}

/// The kind that a negative reply means at a stage (features G12, G13).
pub fn judge(stage: Stage, code: u16) -> SendFault {
    let kind = match (stage, code) {
        (_, 421 | 451) => SendFaultKind::RateLimited,
        (_, 530 | 534 | 535 | 538) | (Stage::Auth, _) => SendFaultKind::Auth,
        (Stage::Tls, _) => SendFaultKind::Tls,
        (Stage::Letter, 550) => SendFaultKind::Relay,
        (Stage::Letter, 500..) => SendFaultKind::Mailbox,
        (Stage::Letter | Stage::Hello, _) => SendFaultKind::Other,
    };
    SendFault { kind, code: Some(code), maybe_taken: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_yields_its_kind() {
        use SendFaultKind::*;
        for (stage, code, kind) in [
            (Stage::Auth, 535, Auth),
            (Stage::Auth, 504, Auth),
            (Stage::Auth, 454, Auth),
            (Stage::Letter, 530, Auth),
            (Stage::Letter, 550, Relay),
            (Stage::Letter, 552, Mailbox),
            (Stage::Letter, 553, Mailbox),
            (Stage::Letter, 554, Mailbox),
            (Stage::Letter, 421, RateLimited),
            (Stage::Letter, 451, RateLimited),
            (Stage::Hello, 421, RateLimited),
            (Stage::Auth, 421, RateLimited),
            (Stage::Letter, 450, Other),
            (Stage::Letter, 452, Other),
            (Stage::Hello, 554, Other),
            (Stage::Tls, 502, Tls),
        ] {
            assert_eq!(judge(stage, code).kind, kind, "{stage:?} {code}");
        }
    }

    #[test]
    fn only_a_lasting_refusal_of_the_letter_is_final() {
        assert!(judge(Stage::Letter, 550).is_final());
        assert!(judge(Stage::Letter, 554).is_final());
        assert!(!judge(Stage::Letter, 450).is_final());
        assert!(!judge(Stage::Letter, 421).is_final());
        assert!(!judge(Stage::Auth, 535).is_final());
        assert!(!SendFault::new(SendFaultKind::Timeout).is_final());
    }

    #[test]
    fn a_fault_reads_as_hint_and_code() {
        let text = judge(Stage::Auth, 535).to_string();
        assert!(text.starts_with("The mail server does not accept"), "{text}");
        assert!(text.ends_with("(reply 535)"), "{text}");
        let text = SendFault::new(SendFaultKind::Network).to_string();
        assert!(text.ends_with("firewall."), "{text}");
    }
}
