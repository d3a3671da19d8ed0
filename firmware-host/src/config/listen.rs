//! Where the box is reached and where it keeps its store.
//!
//! Sockets handed over by the service manager replace `addresses`; the rest holds for them too.
//! Never holds a key: only paths. Next: `limits.rs`.

use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// `[listen]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Addresses of shop, desk, door, feeds and API.
    pub shop: Vec<SocketAddr>,
    /// Addresses that answer in plain HTTP, and only with the way to `public_url`.
    pub redirect: Vec<SocketAddr>,
    /// PEM chain, leaf first. With it the shop addresses speak TLS only.
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    /// The certificate is of a public authority: browsers are told to insist on TLS (trust 3).
    pub certificate_is_public: bool,
    /// Allows plain HTTP beyond loopback (trust 3): with a warning in log and status strip.
    pub plain_http: bool,
    /// Scheme and host in links of letters and tickets; never taken from a request.
    pub public_url: String,
}

impl Default for Listen {
    fn default() -> Listen {
        Listen {
            shop: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))],
            redirect: Vec::new(),
            certificate: None,
            key: None,
            certificate_is_public: false,
            plain_http: false,
            public_url: "http://127.0.0.1:8080".to_owned(),
        }
    }
}

impl Listen {
    /// True when shop addresses speak TLS.
    pub fn tls(&self) -> bool {
        self.certificate.is_some()
    }

    /// May a socket that was passed to us serve the shop? Those of the file were checked with it.
    pub fn may_serve(&self, local: SocketAddr) -> bool {
        self.tls() || self.plain_http || local.ip().is_loopback()
    }

    /// True for a passed socket on a port that `redirect` names.
    pub fn only_redirects(&self, local: SocketAddr) -> bool {
        self.redirect.iter().any(|address| address.port() == local.port())
    }
}

/// `[store]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// Holds the store, the code keys and what is kept of damaged stores.
    pub folder: PathBuf,
    /// Memory the store may use for pages it has read.
    pub cache_mib: u32,
    /// Number of this box among the venue's; part of every id, kept for good (domain 1).
    pub box_no: u16,
}

impl Default for Store {
    fn default() -> Store {
        Store { folder: PathBuf::from("/var/lib/usher"), cache_mib: 32, box_no: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::Listen;
    use std::net::SocketAddr;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_passed_socket_serves_in_plain_on_loopback_or_when_told() {
        let plain = Listen::default();
        assert!(plain.may_serve(at("127.0.0.1:80")));
        assert!(plain.may_serve(at("[::1]:80")));
        assert!(!plain.may_serve(at("0.0.0.0:80")));
        assert!(!plain.may_serve(at("[::]:443")));
        let told = Listen { plain_http: true, ..Listen::default() };
        assert!(told.may_serve(at("0.0.0.0:80")));
        let covered = Listen { certificate: Some("/c".into()), ..Listen::default() };
        assert!(covered.may_serve(at("[::]:443")));
    }

    #[test]
    fn a_passed_socket_redirects_by_its_port() {
        let listen = Listen { redirect: vec![at("0.0.0.0:80")], ..Listen::default() };
        assert!(listen.only_redirects(at("[::]:80")));
        assert!(!listen.only_redirects(at("[::]:443")));
    }
}
