//! The SMTP side of the box against peers over real sockets, polite and hostile.
//!
//! Needs nothing but the toolchain. The same matrix against a real mail server is in the
//! whole-box tests. Never asserts on time. Next: `peer/mod.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

mod peer;

use peer::{Manner, PASSWORD, PASSWORD_BASE64, PLAIN_BASE64, Peer, USER};
use std::collections::BTreeSet;
use usher_cloud::mail::SendOutcome;
use usher_cloud::mail::fault::{SendFault, SendFaultKind};
use usher_cloud::mail::message::{Addressee, Outgoing, Part, message_id};
use usher_cloud::mail::pace::{NextDue, Pace, next_due};
use usher_cloud::mail::settings::{AuthKind, Security, SmtpSettings};
use usher_cloud::mail::smtp::send;
use usher_cloud::secret::Secret;
use usher_rules::at::At;
use usher_rules::id::{BoxNo, LetterId, compose};

const SENDER: &str = "The Tidewell <tickets@tidewell.example>";
/// Long enough for a slow machine; the tests that wait for it set their own.
const TIMEOUT_S: u32 = 60;

fn settings(peer: &Peer, security: Security, auth: AuthKind) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: Some(peer.port),
        security,
        auth,
        user: USER.to_owned(),
        password: Some(Secret::new(PASSWORD)),
        password_file: None,
        from: SENDER.to_owned(),
        hello_name: Some("box.tidewell.example".to_owned()),
        timeout_s: TIMEOUT_S,
        ca_file: Some(peer.ca_file.clone()),
    }
}

fn plain(peer: &Peer) -> SmtpSettings {
    settings(peer, Security::Plain, AuthKind::None)
}

fn letter(number: u64) -> Outgoing {
    Outgoing {
        message_id: message_id(LetterId(compose(BoxNo(1), number)), 0, SENDER),
        date: At(1_795_305_600_000),
        to: Addressee { name: Some("Ada Roe".to_owned()), address: "ada@x.example".to_owned() },
        from: SENDER.to_owned(),
        subject: "Your tickets".to_owned(),
        text: "Row F, seats 7 and 8.\n.\nA line with a dot.\n".to_owned(),
        html: "<p>Row F, seats 7 and 8.</p>".to_owned(),
        attachments: Vec::new(),
        inline: Vec::new(),
    }
}

fn fault(outcome: &SendOutcome) -> &SendFault {
    outcome.result.as_ref().expect_err(&outcome.transcript)
}

fn assert_no_secret(outcome: &SendOutcome, more: &[&str]) {
    let shown = format!("{}{:?}", outcome.transcript, outcome.result);
    for secret in [PASSWORD, PASSWORD_BASE64, PLAIN_BASE64].iter().chain(more) {
        assert!(!shown.contains(secret), "{secret} stands in\n{shown}");
    }
}

#[tokio::test]
async fn every_protection_goes_with_every_log_in() {
    for security in [Security::Plain, Security::Starttls, Security::Smtps] {
        for auth in [AuthKind::None, AuthKind::Plain, AuthKind::Login, AuthKind::CramMd5] {
            let peer = Peer::start(Manner::Polite, security == Security::Smtps).await;
            let sent = send(&settings(&peer, security, auth), &letter(1)).await;
            assert_eq!(sent.result, Ok(()), "{security:?} {auth:?}\n{}", sent.transcript);
            assert_no_secret(&sent, &[]);
            let letters = peer.letters();
            assert_eq!(letters.len(), 1);
            assert!(letters[0].contains("Message-ID: <letter-1-1.0@tidewell.example>\r\n"));
            assert_eq!(sent.transcript.contains("235 welcome"), auth != AuthKind::None);
            assert_eq!(sent.transcript.contains("TLS on"), security != Security::Plain);
        }
    }
}

#[tokio::test]
async fn the_dialogue_is_kept_whole_but_for_secrets_and_the_letter() {
    let peer = Peer::start(Manner::Polite, false).await;
    let sent = send(&settings(&peer, Security::Starttls, AuthKind::Login), &letter(1)).await;
    assert_eq!(sent.result, Ok(()));
    for line in [
        "S: 220 at your service",
        "C: EHLO box.tidewell.example",
        "C: STARTTLS",
        "-- TLS on, certificate trusted",
        "C: AUTH LOGIN",
        "C: ***",
        "S: 235 welcome",
        "C: MAIL FROM:<tickets@tidewell.example>",
        "C: RCPT TO:<ada@x.example>",
        "C: DATA",
        "S: 354 go ahead",
        "S: 250 taken",
        "C: QUIT",
        "S: 221 bye",
    ] {
        assert!(sent.transcript.lines().any(|l| l == line), "{line}\n{}", sent.transcript);
    }
    assert!(sent.transcript.contains("C: (the letter, "), "{}", sent.transcript);
    assert!(!sent.transcript.contains("Your tickets"));
    assert!(!sent.transcript.contains("220 go on"), "the played greeting is not the server's");
}

#[tokio::test]
async fn a_wrong_password_shows_the_dialogue_and_no_password() {
    for auth in [AuthKind::Plain, AuthKind::Login, AuthKind::CramMd5] {
        let peer = Peer::start(Manner::Polite, false).await;
        let mut settings = settings(&peer, Security::Starttls, auth);
        settings.password = Some(Secret::new("close sesame"));
        let sent = send(&settings, &letter(1)).await;
        assert_eq!(fault(&sent).kind, SendFaultKind::Auth);
        assert_eq!(fault(&sent).code, Some(535));
        assert!(sent.transcript.contains("S: 535 5.7.8 bad credentials"), "{}", sent.transcript);
        assert_no_secret(&sent, &["close sesame", "Y2xvc2Ugc2VzYW1l"]);
        assert!(peer.letters().is_empty());
    }
}

#[tokio::test]
async fn a_silent_server_is_a_timeout() {
    for manner in [Manner::Silent, Manner::Drip] {
        let peer = Peer::start(manner, false).await;
        let settings = SmtpSettings { timeout_s: 1, ..plain(&peer) };
        let sent = send(&settings, &letter(1)).await;
        assert_eq!(fault(&sent).kind, SendFaultKind::Timeout, "{manner:?}");
        assert!(!fault(&sent).maybe_taken);
        assert!(sent.late.is_none());
        assert!(sent.transcript.contains("the time of 1 s is over"), "{}", sent.transcript);
    }
}

#[tokio::test]
async fn a_server_that_hears_no_handshake_is_a_timeout_too() {
    let peer = Peer::start(Manner::Silent, false).await;
    let mut settings = settings(&peer, Security::Smtps, AuthKind::None);
    settings.timeout_s = 1;
    let sent = send(&settings, &letter(1)).await;
    assert_eq!(fault(&sent).kind, SendFaultKind::Timeout);
}

#[tokio::test]
async fn a_late_answer_counts_and_no_second_copy_is_needed() {
    let peer = Peer::start(Manner::LateAnswer, false).await;
    let settings = SmtpSettings { timeout_s: 1, ..plain(&peer) };
    let sent = send(&settings, &letter(1)).await;
    assert_eq!(fault(&sent).kind, SendFaultKind::Timeout);
    assert!(fault(&sent).maybe_taken);
    peer.answer_now();
    let (result, transcript) = sent.late.expect("the letter had gone").wait().await;
    assert_eq!(result, Ok(()));
    assert!(transcript.contains("is over\nS: 250 taken"), "{transcript}");
    assert_eq!(peer.letters().len(), 1);
}

#[tokio::test]
async fn each_refusal_yields_its_kind() {
    for (manner, kind, is_final) in [
        (Manner::RefuseAddress(550), SendFaultKind::Relay, true),
        (Manner::RefuseAddress(553), SendFaultKind::Mailbox, true),
        (Manner::RefuseAddress(450), SendFaultKind::Other, false),
        (Manner::RefuseAddress(451), SendFaultKind::RateLimited, false),
        (Manner::RefuseLetter(421), SendFaultKind::RateLimited, false),
        (Manner::RefuseLetter(552), SendFaultKind::Mailbox, true),
        (Manner::RefuseLetter(554), SendFaultKind::Mailbox, true),
    ] {
        let peer = Peer::start(manner, false).await;
        let sent = send(&plain(&peer), &letter(1)).await;
        assert_eq!(fault(&sent).kind, kind, "{manner:?}\n{}", sent.transcript);
        assert_eq!(fault(&sent).is_final(), is_final, "{manner:?}");
        assert!(!fault(&sent).maybe_taken, "a refused letter was not taken");
        assert!(peer.letters().is_empty());
    }
}

#[tokio::test]
async fn a_cut_line_is_the_network() {
    let peer = Peer::start(Manner::CutInLetter, false).await;
    let mut long = letter(1);
    let (name, content_type) = ("plan.pdf".to_owned(), "application/pdf".to_owned());
    // Far more than the socket buffers hold, so that the cut falls into the letter.
    long.attachments.push(Part { name, content_type, bytes: vec![0; 8 * 1024 * 1024] });
    let sent = send(&plain(&peer), &long).await;
    assert_eq!(fault(&sent).kind, SendFaultKind::Network, "{}", sent.transcript);
    assert!(!fault(&sent).maybe_taken);
    assert!(sent.transcript.contains("C: (cut after "), "{}", sent.transcript);

    let peer = Peer::start(Manner::CutAfterLetter, false).await;
    let sent = send(&plain(&peer), &letter(1)).await;
    assert_eq!(fault(&sent).kind, SendFaultKind::Network, "{}", sent.transcript);
    assert!(fault(&sent).maybe_taken, "nobody can know");
}

#[tokio::test]
async fn no_contact_is_the_network() {
    let peer = Peer::start(Manner::Polite, false).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings = SmtpSettings { port: Some(free), ..plain(&peer) };
    let sent = send(&settings, &letter(1)).await;
    assert_eq!(fault(&sent).kind, SendFaultKind::Network);
    assert!(sent.transcript.contains("no contact"), "{}", sent.transcript);
}

#[tokio::test]
async fn there_is_no_falling_back_to_a_bare_line() {
    let peer = Peer::start(Manner::Bare, false).await;
    let sent = send(&settings(&peer, Security::Starttls, AuthKind::Plain), &letter(1)).await;
    assert_eq!(fault(&sent).kind, SendFaultKind::Tls, "{}", sent.transcript);
    let commands = peer.commands();
    let verbs: BTreeSet<_> = commands.iter().map(|c| c.split(' ').next().unwrap()).collect();
    assert!(verbs.is_subset(&BTreeSet::from(["EHLO", "QUIT"])), "{commands:?}");
}

#[tokio::test]
async fn a_server_without_the_log_in_is_told_no_password() {
    let peer = Peer::start(Manner::Bare, false).await;
    let sent = send(&settings(&peer, Security::Plain, AuthKind::Plain), &letter(1)).await;
    assert_eq!(fault(&sent).kind, SendFaultKind::Auth, "{}", sent.transcript);
    assert!(!peer.commands().iter().any(|command| command.starts_with("AUTH")));
}

#[tokio::test]
async fn an_unknown_authority_or_another_name_is_refused() {
    for security in [Security::Starttls, Security::Smtps] {
        let peer = Peer::start(Manner::Polite, security == Security::Smtps).await;
        let stranger = Peer::start(Manner::Polite, false).await;
        let mut unknown = settings(&peer, security, AuthKind::Plain);
        unknown.ca_file = Some(stranger.ca_file.clone());
        let mut misnamed = settings(&peer, security, AuthKind::Plain);
        misnamed.host = "localhost".to_owned();
        let mut missing = settings(&peer, security, AuthKind::Plain);
        missing.ca_file = Some("/nowhere/ca.pem".into());
        for settings in [unknown, misnamed, missing] {
            let sent = send(&settings, &letter(1)).await;
            assert_eq!(fault(&sent).kind, SendFaultKind::Tls, "{}", sent.transcript);
            assert!(sent.transcript.contains("-- no TLS: "), "{}", sent.transcript);
        }
        assert!(!peer.commands().iter().any(|command| command.starts_with("AUTH")));
    }
}

#[tokio::test]
async fn a_reply_slipped_in_before_the_handshake_is_not_believed() {
    let peer = Peer::start(Manner::Inject, false).await;
    let sent = send(&settings(&peer, Security::Starttls, AuthKind::None), &letter(1)).await;
    // Read with the answer it is thrown away; read later it spoils the handshake.
    let secured = sent.transcript.split("TLS on").nth(1).unwrap_or_default();
    assert!(!secured.contains("evil"), "{}", sent.transcript);
    match sent.result {
        Ok(()) => assert_eq!(peer.letters().len(), 1),
        Err(fault) => assert_eq!(fault.kind, SendFaultKind::Tls, "{}", sent.transcript),
    }
}

#[tokio::test]
async fn a_flood_of_replies_ends_and_stays_small() {
    let peer = Peer::start(Manner::Flood, false).await;
    let sent = send(&plain(&peer), &letter(1)).await;
    assert_eq!(fault(&sent).kind, SendFaultKind::Other, "{}", sent.transcript);
    assert!(sent.transcript.len() < 64 * 1024);
}

#[tokio::test]
async fn a_bad_setting_or_address_never_connects() {
    let peer = Peer::start(Manner::Polite, false).await;
    let mut nobody = letter(1);
    nobody.to.address = "nobody".to_owned();
    let sent = send(&plain(&peer), &nobody).await;
    assert_eq!(fault(&sent).kind, SendFaultKind::Mailbox);
    assert!(fault(&sent).is_final());
    let settings = SmtpSettings { hello_name: Some("a b".to_owned()), ..plain(&peer) };
    let sent = send(&settings, &letter(1)).await;
    assert_eq!(fault(&sent).kind, SendFaultKind::Other);
    assert!(sent.transcript.contains("`hello_name`"), "{}", sent.transcript);
    assert!(peer.commands().is_empty());
}

#[tokio::test]
async fn a_storm_of_421_slows_down_and_loses_nothing() {
    const LETTERS: u64 = 12;
    const STORM: u32 = 7;
    let peer = Peer::start(Manner::Storm(STORM), false).await;
    let settings = plain(&peer);
    let mut now = At(1_795_305_600_000);
    let mut pace = Pace::default();
    let mut queue: Vec<(At, u64, u16)> = (1..=LETTERS).map(|number| (now, number, 1)).collect();
    let (mut attempts, mut slowest) = (0, now);
    while !queue.is_empty() {
        queue.sort();
        let (due, number, attempt) = queue.remove(0);
        now = now.max(due).max(pace.quiet_until);
        attempts += 1;
        match send(&settings, &letter(number)).await.result {
            Ok(()) => pace = pace.after_success(now),
            Err(fault) => {
                pace = pace.after_fault(now, &fault);
                slowest = slowest.max(pace.quiet_until);
                let NextDue::At(again) = next_due(attempt, now, &fault) else {
                    panic!("a rate limit is never the end of a letter: {fault}");
                };
                queue.push((again, number, attempt + 1));
            }
        }
    }
    assert_eq!(attempts, LETTERS + u64::from(STORM), "nothing was sent into the storm twice");
    assert!(slowest > At(1_795_305_600_000 + 900_000));
    let letters = peer.letters();
    let different: BTreeSet<_> = letters
        .iter()
        .map(|text| text.lines().find(|line| line.starts_with("Message-ID")).unwrap())
        .collect();
    assert_eq!((letters.len(), different.len()), (LETTERS as usize, LETTERS as usize));
}
