//! One exchange with a terminal: connect, shake hands, post a sealed message, open the answer.
//! Holds limits of time and size, and turns what went wrong into a fault that names the setting.
//! Never sends a byte of a message before the handshake is over; never sends one twice.
//! Next: `task.rs`.

use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use http_body_util::{BodyExt, Limited, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::client::conn::http1;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::NexoSettings;
use super::certificate::{OtherName, Verifier};
use super::envelope::{Envelope, EnvelopeFault, Keys, NONCE_BYTES, Way};
use crate::Fault;

/// For a connection with its handshake.
pub const CONNECT_MS_MAX: u64 = 5_000;
/// For a whole exchange, a little longer than the dialogue waits for a payment.
pub const EXCHANGE_MS_MAX: u64 = 130_000;
/// A payment with two receipts takes about 8 KiB.
pub const ANSWER_BYTES_MAX: usize = 256 * 1024;
pub const HEAD_BYTES_MAX: usize = 16 * 1024;
pub const PASSPHRASE_BYTES_MAX: usize = 1_024;
const PATH: &str = "/nexo";

/// Why an exchange has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    pub why: Fault,
    /// No byte of the message left.
    pub unsent: bool,
}

/// Makes exchanges with one terminal; each on a connection of its own.
#[derive(Clone)]
pub struct Client {
    connector: TlsConnector,
    address: String,
    host: String,
    port: u16,
    server_name: ServerName<'static>,
    envelope: Arc<Envelope>,
    key: String,
    names: String,
}

impl Client {
    /// Reads root and passphrase; what is wrong with them is known before anything is sent.
    pub fn new(settings: &NexoSettings) -> Result<Client, Fault> {
        settings.check()?;
        let (host, port) = settings.host_and_port()?;
        let server_name = ServerName::try_from(host.clone())
            .map_err(|_| Fault::setting("address", "is no host name and no IP address"))?;
        let passphrase = read_passphrase(&settings.passphrase_file)?;
        let envelope = Envelope {
            keys: Keys::derive(&passphrase),
            key_identifier: settings.key_identifier.clone(),
            key_version: settings.key_version,
        };
        let names = settings.certificate_names();
        Ok(Client {
            connector: TlsConnector::from(Arc::new(tls(settings, names.clone())?)),
            address: settings.address.clone(),
            host,
            port,
            server_name,
            envelope: Arc::new(envelope),
            key: format!("{:?} version {}", settings.key_identifier, settings.key_version),
            names: names.join(" or "),
        })
    }

    /// Sends one plain message sealed, and gives its plain answer; an abort has an empty one.
    pub async fn exchange(&self, plain: Vec<u8>) -> Result<Vec<u8>, Lost> {
        let unsent = |why| Lost { why, unsent: true };
        let sealed = self.seal(&plain).map_err(unsent)?;
        let limit = Duration::from_millis(CONNECT_MS_MAX);
        let line = match timeout(limit, self.connect()).await {
            Ok(line) => line.map_err(|error| unsent(self.not_connected(&error)))?,
            Err(_) => return Err(unsent(self.fault("does not answer"))),
        };
        let limit = Duration::from_millis(EXCHANGE_MS_MAX);
        let answer = match timeout(limit, self.post(line, sealed)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.fault("gave no answer in time")),
        };
        answer.map_err(|why| Lost { why, unsent: false })
    }

    fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut nonce = [0; NONCE_BYTES];
        let drawn = aws_lc_rs::rand::fill(&mut nonce).is_ok();
        let sealed = drawn.then(|| self.envelope.seal(Way::Request, plain, nonce));
        match sealed {
            Some(Ok(sealed)) => Ok(sealed),
            Some(Err(_)) | None => Err(self.fault("is not sent a message that cannot be sealed")),
        }
    }

    async fn connect(&self) -> io::Result<TlsStream<TcpStream>> {
        let line = TcpStream::connect((self.host.as_str(), self.port)).await?;
        line.set_nodelay(true)?;
        self.connector.connect(self.server_name.clone(), line).await
    }

    async fn post(&self, line: TlsStream<TcpStream>, sealed: Vec<u8>) -> Result<Vec<u8>, Fault> {
        let broken = |error: hyper::Error| self.fault(&format!("the exchange broke off: {error}"));
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .handshake(TokioIo::new(line))
            .await
            .map_err(broken)?;
        // Ends with this exchange, however that ends.
        let mut driven = JoinSet::new();
        driven.spawn(connection);
        // Without a length known before, as the vendor's own client sends it: in chunks.
        let chunk = Ok::<_, Infallible>(Frame::data(Bytes::from(sealed)));
        let request = Request::builder()
            .method(Method::POST)
            .uri(PATH)
            .header(header::HOST, &self.address)
            .header(header::CONTENT_TYPE, "application/json")
            .body(StreamBody::new(stream::iter([chunk])))
            .map_err(|_| Fault::setting("address", "cannot stand in a request"))?;
        let response = sender.send_request(request).await.map_err(broken)?;
        self.take(response).await
    }

    async fn take(&self, response: Response<hyper::body::Incoming>) -> Result<Vec<u8>, Fault> {
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err(self.wrong_key("the terminal refuses it")),
            other => return Err(self.fault(&format!("answers {other}"))),
        }
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|_| self.fault("its answer broke off, or was too long"))?;
        let bytes = body.to_bytes();
        if bytes.is_empty() {
            return Ok(Vec::new());
        }
        self.envelope.open(Way::Response, &bytes).map_err(|fault| match fault {
            EnvelopeFault::Shape | EnvelopeFault::Headers => self.fault(&fault.to_string()),
            EnvelopeFault::Seal => self.wrong_key("the answer does not fit it"),
            EnvelopeFault::OtherKey { .. } => Fault::Setting {
                key: "key_identifier",
                problem: format!("we seal with {}; the answer came, but {fault}", self.key),
            },
        })
    }

    fn wrong_key(&self, problem: &str) -> Fault {
        let key = &self.key;
        Fault::Setting {
            key: "passphrase_file",
            problem: format!(
                "{problem}: passphrase, `key_identifier` and `key_version` ({key}) must be \
                 those that the terminal was given"
            ),
        }
    }

    fn fault(&self, detail: &str) -> Fault {
        Fault::Terminal { address: self.address.clone(), detail: detail.to_owned() }
    }

    fn not_connected(&self, error: &io::Error) -> Fault {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let Some(rustls::Error::InvalidCertificate(why)) = tls else {
            return self.fault(&format!("no connection: {error}"));
        };
        if let CertificateError::Other(other) = why
            && let Some(OtherName { found }) = other.0.downcast_ref()
        {
            let problem = format!("the certificate is of {found:?}, not of {}", self.names);
            return Fault::Setting { key: "poi_id", problem };
        }
        let untrusted = matches!(why, CertificateError::UnknownIssuer)
            || matches!(why, CertificateError::BadSignature);
        if untrusted {
            let problem = "the terminal's certificate does not lead to it".to_owned();
            return Fault::Setting { key: "root", problem };
        }
        self.fault(&format!("its certificate cannot be used: {why}"))
    }
}

/// TLS that trusts the one root, and asks for the terminal's own name.
fn tls(settings: &NexoSettings, names: Vec<String>) -> Result<ClientConfig, Fault> {
    let unusable = |problem: String| Fault::Setting { key: "root", problem };
    let path = &settings.root;
    let mut roots = RootCertStore::empty();
    let pem = CertificateDer::pem_file_iter(path)
        .map_err(|error| unusable(format!("{}: {error}", path.display())))?;
    for certificate in pem {
        let certificate =
            certificate.map_err(|error| unusable(format!("{}: {error}", path.display())))?;
        roots.add(certificate).map_err(|error| unusable(format!("{}: {error}", path.display())))?;
    }
    if roots.is_empty() {
        return Err(unusable(format!("{} holds no certificate", path.display())));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Arc::new(Verifier::new(roots, names, &provider));
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?;
    let mut config =
        builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    // Each connection shows its certificate: a terminal may be exchanged between two of them.
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn read_passphrase(path: &Path) -> Result<String, Fault> {
    let key = "passphrase_file";
    let text = std::fs::read_to_string(path)
        .map_err(|error| Fault::setting(key, format!("{}: {error}", path.display())))?;
    let passphrase = text.trim_end_matches(['\r', '\n']);
    if passphrase.is_empty() || passphrase.len() > PASSPHRASE_BYTES_MAX {
        let problem = format!("{} must hold 1 to {PASSPHRASE_BYTES_MAX} bytes", path.display());
        return Err(Fault::setting(key, problem));
    }
    Ok(passphrase.to_owned())
}
