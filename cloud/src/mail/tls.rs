//! The TLS handshake with the mail server: which authorities are trusted, which name is asked for.
//!
//! Never accepts an unknown certificate or another name; there is no setting for it. Never falls
//! back to a bare line. Next: `smtp.rs`.

use super::settings::SmtpSettings;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName, pem};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Why there is no encrypted line. The text goes into the transcript.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    #[error("cannot read the trusted certificates in {path}: {source}")]
    CaFile { path: PathBuf, source: pem::Error },
    #[error("there is no usable certificate in {0}")]
    CaFileEmpty(PathBuf),
    #[error("`host` cannot stand in a certificate: {0}")]
    Name(#[from] InvalidDnsNameError),
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
    #[error("the handshake failed: {0}")]
    Handshake(#[source] io::Error),
}

/// Makes TLS of a bare connection.
pub async fn shake_hands(
    settings: &SmtpSettings,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, TlsFault> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(read_roots(settings)?)
        .with_no_client_auth();
    let name = ServerName::try_from(settings.host.clone())?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.map_err(TlsFault::Handshake)
}

/// Read for each letter: a renewed authority needs no restart, and the file is small.
fn read_roots(settings: &SmtpSettings) -> Result<RootCertStore, TlsFault> {
    let path = settings.ca_file().to_path_buf();
    let unreadable = |source| TlsFault::CaFile { path: path.clone(), source };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&path).map_err(unreadable)? {
        // A system bundle may hold a certificate this library cannot use; the rest still count.
        roots.add_parsable_certificates([certificate.map_err(unreadable)?]);
    }
    if roots.is_empty() {
        return Err(TlsFault::CaFileEmpty(path));
    }
    Ok(roots)
}
