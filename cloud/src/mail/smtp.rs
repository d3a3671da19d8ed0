//! One letter to a real mail server: connect, encrypt, log in, send, each letter on its own line.
//!
//! Never tries twice, never falls back to less protection, never logs. The time limit covers the
//! whole send, because the mail crate's own covers only the connection. Next: `transcript.rs` for
//! what is kept, `pace.rs` for the next attempt.

use super::fault::{SendFault, SendFaultKind, Stage, judge};
use super::message::{self, Outgoing};
use super::settings::{AuthKind, Security, SmtpSettings};
use super::tap::Tap;
use super::transcript::Transcript;
use super::{SendOutcome, cram_md5, tls};
use crate::secret::Secret;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use std::pin::Pin;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long an answer to a whole letter is awaited after our own limit (RFC 5321 4.5.3.2.6).
pub const LATE_ANSWER: Duration = Duration::from_secs(600);
/// How long a farewell may take. The letter is already decided by then.
const FAREWELL: Duration = Duration::from_secs(3);

/// The line stays open after a timeout behind the closing dot: a server that scans slowly takes
/// the letter later, and sending it again meanwhile would be a second copy (features G10).
#[derive(Debug)]
pub struct LateAnswer(JoinHandle<(Result<(), SendFault>, String)>);

impl LateAnswer {
    /// What became of the letter in the end, with the whole dialogue.
    pub async fn wait(self) -> (Result<(), SendFault>, String) {
        let lost = SendFault { maybe_taken: true, ..SendFault::new(SendFaultKind::Timeout) };
        self.0.await.unwrap_or_else(|_| (Err(lost), String::new()))
    }
}

/// Everything one dialogue needs, owned, so that it can outlive its caller.
struct Dialogue {
    settings: SmtpSettings,
    password: Secret,
    envelope: Envelope,
    mail: Vec<u8>,
    tap: Tap,
}

/// Sends one letter within `timeout_s`.
pub async fn send(settings: &SmtpSettings, outgoing: &Outgoing) -> SendOutcome {
    let password = match settings.check().and_then(|()| settings.read_password()) {
        Ok(password) => password,
        Err(fault) => return unsent(SendFaultKind::Other, &fault),
    };
    let mail = match message::build(outgoing) {
        Ok(mail) => mail,
        Err(fault) => return unsent(SendFaultKind::Mailbox, &fault),
    };
    let tap = Tap::new(Transcript::new(&settings.user, &password));
    let dialogue = Dialogue {
        settings: settings.clone(),
        password,
        envelope: mail.envelope().clone(),
        mail: mail.formatted(),
        tap: tap.clone(),
    };
    let mut running = Box::pin(dialogue.run());
    match timeout(settings.timeout(), &mut running).await {
        Ok(result) => SendOutcome { result, transcript: tap.transcript(), late: None },
        Err(_) => {
            tap.note(&format!("the time of {} s is over", settings.timeout_s));
            let maybe_taken = tap.letter_ended();
            let fault = SendFault { maybe_taken, ..SendFault::new(SendFaultKind::Timeout) };
            let transcript = tap.transcript();
            let late = maybe_taken.then(|| await_late(running, tap, fault.clone()));
            SendOutcome { result: Err(fault), transcript, late }
        }
    }
}

fn await_late(
    running: Pin<Box<impl Future<Output = Result<(), SendFault>> + Send + 'static>>,
    tap: Tap,
    fault: SendFault,
) -> LateAnswer {
    LateAnswer(tokio::spawn(async move {
        let result = timeout(LATE_ANSWER, running).await.unwrap_or(Err(fault));
        (result, tap.transcript())
    }))
}

fn unsent(kind: SendFaultKind, reason: &dyn std::error::Error) -> SendOutcome {
    let transcript = format!("-- not sent: {reason}\n");
    SendOutcome { result: Err(SendFault::new(kind)), transcript, late: None }
}

impl Dialogue {
    async fn run(self) -> Result<(), SendFault> {
        let mut connection = self.open().await?;
        if let Err(fault) = self.log_in(&mut connection).await {
            // The refused log-in is the answer; whether the farewell is heard changes nothing.
            let _ = timeout(FAREWELL, connection.abort()).await;
            return Err(fault);
        }
        let sent = connection.send(&self.envelope, &self.mail).await;
        sent.map_err(|error| self.fault(Stage::Letter, &error))?;
        // Taken. A farewell that is not answered must not turn that into a failure.
        let _ = timeout(FAREWELL, connection.quit()).await;
        Ok(())
    }

    /// A greeted connection with the protection that the settings ask for.
    async fn open(&self) -> Result<AsyncSmtpConnection, SendFault> {
        let (host, port) = (self.settings.host.as_str(), self.settings.port());
        self.tap.note(&format!("connecting to {host} port {port}"));
        let stream = connect(host, port).await.map_err(|error| {
            self.tap.note(&format!("no contact: {error}"));
            SendFault::new(SendFaultKind::Network)
        })?;
        match self.settings.security {
            Security::Plain => {
                self.tap.put_plain(stream);
                self.greet().await
            }
            Security::Smtps => {
                self.encrypt(stream, b"").await?;
                self.greet().await
            }
            Security::Starttls => {
                self.tap.put_plain(stream);
                let bare = self.greet().await?;
                let stream = self.ask_for_tls(bare).await?;
                self.encrypt(stream, b"220 go on\r\n").await?;
                self.greet().await
            }
        }
    }

    async fn greet(&self) -> Result<AsyncSmtpConnection, SendFault> {
        let name = self.settings.client_id();
        AsyncSmtpConnection::connect_with_transport(Box::new(self.tap.clone()), &name)
            .await
            .map_err(|error| self.fault(Stage::Hello, &error))
    }

    /// The bare connection is given up whole, with whatever somebody slipped in behind the
    /// server's answer: nothing from before the handshake is believed after it.
    async fn ask_for_tls(&self, mut bare: AsyncSmtpConnection) -> Result<TcpStream, SendFault> {
        if !bare.can_starttls() {
            self.tap.note("the server does not offer STARTTLS");
            let _ = timeout(FAREWELL, bare.abort()).await;
            return Err(SendFault::new(SendFaultKind::Tls));
        }
        let answer = bare.command("STARTTLS\r\n").await;
        answer.map_err(|error| self.fault(Stage::Tls, &error))?;
        drop(bare);
        self.tap.take_plain().ok_or(SendFault::new(SendFaultKind::Tls))
    }

    async fn encrypt(&self, stream: TcpStream, greeting: &'static [u8]) -> Result<(), SendFault> {
        let stream = tls::shake_hands(&self.settings, stream).await.map_err(|fault| {
            self.tap.note(&format!("no TLS: {fault}"));
            SendFault::new(SendFaultKind::Tls)
        })?;
        self.tap.note("TLS on, certificate trusted");
        self.tap.put_tls(stream, greeting);
        Ok(())
    }

    async fn log_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), SendFault> {
        if self.settings.bares_password() {
            self.tap.note("no TLS: the password crosses the network readable");
        }
        let result = match self.settings.auth {
            AuthKind::None => return Ok(()),
            AuthKind::Plain => self.log_in_by(connection, Mechanism::Plain).await,
            AuthKind::Login => self.log_in_by(connection, Mechanism::Login).await,
            AuthKind::CramMd5 => self.log_in_by_challenge(connection).await,
        };
        result.map_err(|error| self.fault(Stage::Auth, &error))
    }

    async fn log_in_by(
        &self,
        connection: &mut AsyncSmtpConnection,
        mechanism: Mechanism,
    ) -> Result<(), Error> {
        let (user, password) = (self.settings.user.clone(), self.password.expose().to_owned());
        let credentials = Credentials::new(user, password);
        connection.auth(&[mechanism], &credentials).await.map(drop)
    }

    async fn log_in_by_challenge(&self, connection: &mut AsyncSmtpConnection) -> Result<(), Error> {
        let asked = connection.command("AUTH CRAM-MD5\r\n").await?;
        let challenge = asked.first_word().unwrap_or_default();
        let answer = cram_md5::answer(&self.settings.user, self.password.expose(), challenge);
        // An asterisk calls the exchange off (RFC 4954); the server's 501 is then the fault.
        let line = format!("{}\r\n", answer.as_deref().unwrap_or("*"));
        connection.command(line).await.map(drop)
    }

    fn fault(&self, stage: Stage, error: &Error) -> SendFault {
        if let Some(code) = error.status() {
            return judge(stage, u16::from(code));
        }
        let maybe_taken = self.tap.letter_ended();
        let kind = if self.tap.flooded() {
            self.tap.note("the reply has no end");
            SendFaultKind::Other
        } else if self.tap.server_closed() {
            self.tap.note("the server closed the connection");
            SendFaultKind::Network
        } else {
            self.tap.note(&error.to_string());
            match stage {
                Stage::Auth if error.is_client() => SendFaultKind::Auth,
                Stage::Letter if error.is_client() => SendFaultKind::Mailbox,
                Stage::Hello | Stage::Tls | Stage::Auth | Stage::Letter => {
                    let garbled = error.is_client() || error.is_response();
                    if garbled { SendFaultKind::Other } else { SendFaultKind::Network }
                }
            }
        };
        SendFault { kind, code: None, maybe_taken }
    }
}

/// Without delay: the closing dot is a write of its own and would wait for an acknowledgement.
async fn connect(host: &str, port: u16) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
