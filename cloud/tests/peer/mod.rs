//! A mail server made for the tests: polite, or bad in one chosen way.
//!
//! Speaks real SMTP over real sockets, with a certificate authority of its own. Takes letters
//! only to count them. Next: `../mail.rs` for what is asked of it.

// Each test that takes this file in uses its own part of it.
#![allow(dead_code)]

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

pub const USER: &str = "box";
pub const PASSWORD: &str = "open sesame";
/// The base64 spellings of the above, written out so that the peer shares no code with the box.
pub const USER_BASE64: &str = "Ym94";
pub const PASSWORD_BASE64: &str = "b3BlbiBzZXNhbWU=";
pub const PLAIN_BASE64: &str = "AGJveABvcGVuIHNlc2FtZQ==";

/// How the peer behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Polite,
    /// Takes the connection and says nothing.
    Silent,
    /// Says something all the time, and never finishes.
    Drip,
    /// Sends reply lines without end.
    Flood,
    /// Polite, but no STARTTLS and no AUTH.
    Bare,
    /// Slips a plain reply in behind the answer to STARTTLS.
    Inject,
    /// This reply to RCPT.
    RefuseAddress(u16),
    /// This reply to the letter.
    RefuseLetter(u16),
    /// 421 instead of a greeting, this many times.
    Storm(u32),
    /// Hangs up while the letter is on its way.
    CutInLetter,
    /// Hangs up after the whole letter, without an answer.
    CutAfterLetter,
    /// Answers the letter only when the test says so.
    LateAnswer,
}

pub struct Peer {
    pub port: u16,
    pub ca_file: PathBuf,
    told: Arc<Told>,
}

/// What the peer saw, shared with its connections.
struct Told {
    manner: Manner,
    connections: AtomicU32,
    commands: Mutex<Vec<String>>,
    letters: Mutex<Vec<String>>,
    answer_now: Notify,
    acceptor: TlsAcceptor,
}

enum After {
    HangUp,
    StartTls,
}

impl Peer {
    /// A peer on a free port; `smtps` speaks TLS from the first byte.
    pub async fn start(manner: Manner, smtps: bool) -> Peer {
        let (acceptor, ca_pem) = certificates();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let ca_file = std::env::temp_dir().join(format!("usher-{}-{port}.pem", std::process::id()));
        std::fs::write(&ca_file, ca_pem).unwrap();
        let told = Arc::new(Told {
            manner,
            connections: AtomicU32::new(0),
            commands: Mutex::default(),
            letters: Mutex::default(),
            answer_now: Notify::new(),
            acceptor,
        });
        let shared = told.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let told = shared.clone();
                tokio::spawn(async move { told.connection(stream, smtps).await });
            }
        });
        Peer { port, ca_file, told }
    }

    pub fn letters(&self) -> Vec<String> {
        self.told.letters.lock().unwrap().clone()
    }

    pub fn commands(&self) -> Vec<String> {
        self.told.commands.lock().unwrap().clone()
    }

    pub fn answer_now(&self) {
        self.told.answer_now.notify_one();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.ca_file);
    }
}

/// An authority of our own and a leaf for 127.0.0.1 alone: `localhost` is another name.
fn certificates() -> (TlsAcceptor, String) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca_params = CertificateParams::new(Vec::new()).unwrap();
    ca_params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = ca_params.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(ca_params, ca_key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let leaf = params.signed_by(&key, &issuer).unwrap();
    let chain = vec![CertificateDer::from(leaf.der().to_vec())];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), ca.pem())
}

impl Told {
    async fn connection(&self, stream: TcpStream, smtps: bool) {
        let number = self.connections.fetch_add(1, Ordering::SeqCst);
        if smtps {
            if let Ok(stream) = self.acceptor.accept(stream).await {
                let _ = self.talk(stream, number, true).await;
            }
            return;
        }
        let Ok((After::StartTls, stream)) = self.talk(stream, number, true).await else {
            return;
        };
        if let Ok(stream) = self.acceptor.accept(stream).await {
            let _ = self.talk(stream, number, false).await;
        }
    }

    async fn talk<S>(&self, stream: S, number: u32, greet: bool) -> std::io::Result<(After, S)>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut line = BufReader::new(stream);
        match self.manner {
            Manner::Silent => std::future::pending::<()>().await,
            Manner::Drip => loop {
                line.write_all(b"2").await?;
                line.flush().await?;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            },
            Manner::Flood => loop {
                line.write_all(b"220-and one more line of greeting\r\n").await?;
            },
            Manner::Storm(count) if number < count => {
                line.write_all(b"421 too many letters, come back later\r\n").await?;
                return Ok((After::HangUp, line.into_inner()));
            }
            _ => {}
        }
        if greet {
            say(&mut line, "220-peer.example\r\n220 at your service\r\n").await?;
        }
        loop {
            let mut command = String::new();
            if line.read_line(&mut command).await? == 0 {
                return Ok((After::HangUp, line.into_inner()));
            }
            let command = command.trim_end().to_owned();
            self.commands.lock().unwrap().push(command.clone());
            match command.split(' ').next().unwrap() {
                "EHLO" => self.greet_back(&mut line, greet).await?,
                "STARTTLS" => {
                    let evil = if self.manner == Manner::Inject { "250 evil\r\n" } else { "" };
                    say(&mut line, &format!("220 ready\r\n{evil}")).await?;
                    return Ok((After::StartTls, line.into_inner()));
                }
                "AUTH" => self.log_in(&mut line, &command).await?,
                "RCPT" => match self.manner {
                    Manner::RefuseAddress(code) => {
                        say(&mut line, &format!("{code} not this one\r\n")).await?;
                    }
                    _ => say(&mut line, "250 ok\r\n").await?,
                },
                "DATA" => {
                    if !self.letter(&mut line).await? {
                        return Ok((After::HangUp, line.into_inner()));
                    }
                }
                "QUIT" => {
                    say(&mut line, "221 bye\r\n").await?;
                    return Ok((After::HangUp, line.into_inner()));
                }
                _ => say(&mut line, "250 ok\r\n").await?,
            }
        }
    }

    async fn greet_back<S>(&self, line: &mut BufReader<S>, bare: bool) -> std::io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if self.manner == Manner::Bare {
            return say(line, "250 peer.example\r\n").await;
        }
        let tls = if bare { "250-STARTTLS\r\n" } else { "" };
        let text = format!("250-peer.example\r\n{tls}250 AUTH PLAIN LOGIN CRAM-MD5\r\n");
        say(line, &text).await
    }

    async fn log_in<S>(&self, line: &mut BufReader<S>, command: &str) -> std::io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let good = match command.split(' ').nth(1).unwrap_or_default() {
            "PLAIN" => command == format!("AUTH PLAIN {PLAIN_BASE64}"),
            "LOGIN" => {
                let user = ask(line, "334 VXNlcm5hbWU6\r\n").await?;
                let password = ask(line, "334 UGFzc3dvcmQ6\r\n").await?;
                user == USER_BASE64 && password == PASSWORD_BASE64
            }
            "CRAM-MD5" => {
                let challenge = "PDE4OTYuNjk3MTcwOTUyQHBlZXIuZXhhbXBsZT4=";
                let answer = ask(line, &format!("334 {challenge}\r\n")).await?;
                usher_cloud::mail::cram_md5::answer(USER, PASSWORD, challenge) == Some(answer)
            }
            _ => false,
        };
        let reply = if good { "235 welcome\r\n" } else { "535 5.7.8 bad credentials\r\n" };
        say(line, reply).await
    }

    /// `false` when the peer hangs up.
    async fn letter<S>(&self, line: &mut BufReader<S>) -> std::io::Result<bool>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        say(line, "354 go ahead\r\n").await?;
        if self.manner == Manner::CutInLetter {
            line.read_exact(&mut [0; 1_000]).await?;
            return Ok(false);
        }
        let mut letter = Vec::new();
        while !letter.ends_with(b"\r\n.\r\n") {
            if line.read_until(b'\n', &mut letter).await? == 0 {
                return Ok(false);
            }
        }
        match self.manner {
            Manner::CutAfterLetter => return Ok(false),
            Manner::LateAnswer => self.answer_now.notified().await,
            Manner::RefuseLetter(code) => {
                say(line, &format!("{code} not like this\r\n")).await?;
                return Ok(true);
            }
            _ => {}
        }
        self.letters.lock().unwrap().push(String::from_utf8_lossy(&letter).into_owned());
        say(line, "250 taken\r\n").await?;
        Ok(true)
    }
}

async fn say<S>(line: &mut BufReader<S>, text: &str) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    line.write_all(text.as_bytes()).await?;
    line.flush().await
}

async fn ask<S>(line: &mut BufReader<S>, text: &str) -> std::io::Result<String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    say(line, text).await?;
    let mut answer = String::new();
    line.read_line(&mut answer).await?;
    Ok(answer.trim_end().to_owned())
}
