//! TLS from the venue's own certificate files, and their renewal without a restart.
//!
//! Speaks TLS 1.2 and 1.3 and offers HTTP/2. Never makes a certificate and never asks for one
//! beyond its own. Next: `accept.rs`.

use rustls::ServerConfig;
use rustls::pki_types::pem::{Error as PemFault, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Why there is no TLS; its text tells a technician what to look at.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    #[error("{path}: {fault}. A PEM file is needed: the chain, leaf first, or its private key")]
    File { path: PathBuf, fault: PemFault },
    #[error("{path} holds no certificate")]
    Empty { path: PathBuf },
    #[error(
        "{path}: {fault}. Chain and key must belong together; a CA's own certificate cannot serve"
    )]
    Pair { path: PathBuf, fault: rustls::Error },
}

/// A certificate chain and its key, as new connections get them.
pub struct Tls {
    chain: PathBuf,
    key: PathBuf,
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    pub fn read(chain: &Path, key: &Path) -> Result<Tls, TlsFault> {
        let config = RwLock::new(Arc::new(config(chain, key)?));
        Ok(Tls { chain: chain.to_owned(), key: key.to_owned(), config })
    }

    /// Reads the files again; connections that stand keep what they have.
    pub fn renew(&self) -> Result<(), TlsFault> {
        let renewed = Arc::new(config(&self.chain, &self.key)?);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = renewed;
        Ok(())
    }

    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn config(chain: &Path, key: &Path) -> Result<ServerConfig, TlsFault> {
    let file = |path: &Path| {
        let path = path.to_owned();
        move |fault| TlsFault::File { path, fault }
    };
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(chain)
        .map_err(file(chain))?
        .collect::<Result<_, _>>()
        .map_err(file(chain))?;
    if certificates.is_empty() {
        return Err(TlsFault::Empty { path: chain.to_owned() });
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(file(key))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let pair = |fault| TlsFault::Pair { path: chain.to_owned(), fault };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(pair)?
        .with_no_client_auth()
        .with_single_cert(certificates, private)
        .map_err(pair)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
