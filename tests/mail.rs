//! The box's SMTP side against a real mail server, Debian's exim4 (features G8, G9, G12).
//!
//! Part of the whole-box half: `tests/run` builds it with the feature `peers`. Never skips: a
//! missing server fails with the name of its package. Next: `mail/exim.py`, which runs the server.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};
use usher_cloud::mail::fault::SendFaultKind;
use usher_cloud::mail::message::{Addressee, Outgoing, Part, message_id};
use usher_cloud::mail::settings::{AuthKind, Security, SmtpSettings};
use usher_cloud::mail::smtp::send;
use usher_cloud::secret::Secret;
use usher_rules::at::At;
use usher_rules::id::{BoxNo, LetterId, compose};

const SENDER: &str = "The Tidewell <tickets@tidewell.example>";
const DELIVERY_MAX: Duration = Duration::from_secs(30);

/// A running exim4; it ends when its standard input does.
struct Exim {
    child: Child,
    stdin: Option<ChildStdin>,
    told: Value,
}

impl Exim {
    fn start() -> Exim {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("mail/exim.py");
        let mut child = Command::new("python3")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is missing: apt-get install -y python3");
        let stdin = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!("no mail server: apt-get install -y exim4-daemon-light openssl python3")
        });
        Exim { child, stdin, told }
    }

    fn text(&self, member: &str) -> &str {
        self.told[member].as_str().unwrap()
    }

    fn settings(&self, security: Security, auth: AuthKind) -> SmtpSettings {
        let port = match security {
            Security::Plain | Security::Starttls => "plain_port",
            Security::Smtps => "smtps_port",
        };
        SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: Some(u16::try_from(self.told[port].as_u64().unwrap()).unwrap()),
            security,
            auth,
            user: self.text("user").to_owned(),
            password: Some(Secret::new(self.text("password"))),
            password_file: None,
            from: SENDER.to_owned(),
            hello_name: Some("box.tidewell.example".to_owned()),
            timeout_s: 30,
            ca_file: Some(PathBuf::from(self.text("ca"))),
        }
    }

    /// Delivery is asynchronous: waits for the letter with this Message-ID.
    fn delivered(&self, id: &str) -> String {
        let folder = Path::new(self.text("maildir")).join("new");
        let deadline = Instant::now() + DELIVERY_MAX;
        while Instant::now() < deadline {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let mail = std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
                if mail.contains(id) {
                    return mail;
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = std::fs::read_to_string(self.text("log")).unwrap_or_default();
        panic!("{id} was not delivered; the server says\n{log}");
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

fn letter(number: u64, to: &str) -> Outgoing {
    let part = |name: &str, content_type: &str| Part {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        bytes: (0..=255).cycle().take(20_000).collect(),
    };
    Outgoing {
        message_id: message_id(LetterId(compose(BoxNo(1), number)), 0, SENDER),
        date: At(1_795_305_600_000),
        to: Addressee { name: Some("Zoë Ångström".to_owned()), address: to.to_owned() },
        from: SENDER.to_owned(),
        subject: "Your tickets for „Grüße“".to_owned(),
        text: "Row F, seats 7 and 8.\n.\n.. and lines with dots.\n".to_owned(),
        html: "<p>Row F</p><img src=\"cid:qr-1\">".to_owned(),
        attachments: vec![part("tickets.pdf", "application/pdf")],
        inline: vec![part("qr-1", "image/png")],
    }
}

#[tokio::test]
async fn a_real_server_takes_letters_by_every_protection_and_log_in() {
    let exim = Exim::start();
    let mut number = 0;
    for security in [Security::Plain, Security::Starttls, Security::Smtps] {
        for auth in [AuthKind::None, AuthKind::Plain, AuthKind::Login, AuthKind::CramMd5] {
            number += 1;
            let outgoing = letter(number, "zoe@x.example");
            let sent = send(&exim.settings(security, auth), &outgoing).await;
            assert_eq!(sent.result, Ok(()), "{security:?} {auth:?}\n{}", sent.transcript);
            assert!(!sent.transcript.contains("sesame"), "{}", sent.transcript);
            let mail = exim.delivered(&outgoing.message_id);
            // The server's own record of how it was reached: extended, secured, authenticated.
            let secured = if security == Security::Plain { "" } else { "s" };
            let known = if auth == AuthKind::None { "" } else { "a" };
            let with = format!("with esmtp{secured}{known} ");
            assert!(mail.contains(&with), "{security:?} {auth:?}: no {with:?} in\n{mail}");
            assert!(mail.contains("filename=\"tickets.pdf\""));
        }
    }
}

#[tokio::test]
async fn a_real_server_refuses_a_wrong_password_and_the_dialogue_hides_it() {
    let exim = Exim::start();
    for auth in [AuthKind::Plain, AuthKind::Login, AuthKind::CramMd5] {
        let mut settings = exim.settings(Security::Starttls, auth);
        settings.password = Some(Secret::new("close sesame"));
        let sent = send(&settings, &letter(1, "zoe@x.example")).await;
        let fault = sent.result.unwrap_err();
        assert_eq!((fault.kind, fault.code), (SendFaultKind::Auth, Some(535)));
        assert!(sent.transcript.contains("S: 535 "), "{}", sent.transcript);
        for spelling in ["sesame", "Y2xvc2Ugc2VzYW1l", "c2VzYW1l"] {
            assert!(!sent.transcript.contains(spelling), "{}", sent.transcript);
        }
    }
}

#[tokio::test]
async fn a_real_servers_refusals_yield_their_hints() {
    let exim = Exim::start();
    let settings = exim.settings(Security::Starttls, AuthKind::None);
    for (to, kind, code) in [
        ("refused@x.example", SendFaultKind::Relay, 550),
        ("someone@elsewhere.org", SendFaultKind::Relay, 550),
        ("full@x.example", SendFaultKind::Other, 452),
        ("busy@x.example", SendFaultKind::RateLimited, 451),
        ("slow@x.example", SendFaultKind::RateLimited, 421),
    ] {
        let sent = send(&settings, &letter(1, to)).await;
        let fault = sent.result.unwrap_err();
        assert_eq!((fault.kind, fault.code), (kind, Some(code)), "{to}\n{}", sent.transcript);
        assert!(sent.transcript.contains(&format!("S: {code}")), "{}", sent.transcript);
    }
    let relayed = exim.settings(Security::Starttls, AuthKind::CramMd5);
    let sent = send(&relayed, &letter(2, "someone@elsewhere.org")).await;
    assert_eq!(sent.result, Ok(()), "logged in, the server relays\n{}", sent.transcript);
}

#[tokio::test]
async fn a_real_server_with_an_unknown_authority_is_told_nothing() {
    let exim = Exim::start();
    let mut settings = exim.settings(Security::Starttls, AuthKind::Plain);
    // The system's authorities did not sign this certificate.
    settings.ca_file = None;
    let sent = send(&settings, &letter(1, "zoe@x.example")).await;
    assert_eq!(sent.result.unwrap_err().kind, SendFaultKind::Tls, "{}", sent.transcript);
    assert!(!sent.transcript.contains("C: AUTH"), "{}", sent.transcript);
}
