//! Guards who is told to insist on TLS: browsers that came over it, of a public certificate.
//!
//! `listen.certificate_is_public` says whether it is one (trust 3). Next: `listener/tests/wire.rs`
//! for TLS itself.

use crate::ask::header;
use crate::running::{Folder, Running, WAIT_MAX, configure, free_address, program, until};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Writes a leaf and its key; answers the authority that signed it.
fn papers(folder: &Folder) -> CertificateDer<'static> {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let signed = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    fs::write(folder.join("chain.pem"), leaf.pem()).unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    signed.der().clone()
}

/// A daemon that speaks TLS, with this beside its certificate.
fn configured(folder: &Folder, address: SocketAddr, more: &str) -> PathBuf {
    let config = configure(folder, &folder.join("state"), address, "");
    let text = fs::read_to_string(&config).unwrap();
    let quoted = |name: &str| format!("{:?}", folder.join(name).display().to_string());
    let papers = format!(
        "public_url = \"https://localhost\"\ncertificate = {}\nkey = {}\n{more}",
        quoted("chain.pem"),
        quoted("key.pem")
    );
    let plain = format!("public_url = \"http://{address}\"\n");
    assert!(text.contains(&plain));
    fs::write(&config, text.replace(&plain, &papers)).unwrap();
    config
}

fn get(address: SocketAddr, root: &CertificateDer<'static>, path: &str) -> Option<String> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(address).ok()?);
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    // Some close without TLS's own goodbye.
    let _ = stream.read_to_end(&mut bytes);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn insists(config: &Path, address: SocketAddr, root: &CertificateDer<'static>) -> Vec<String> {
    let mut command = Command::new(program());
    let mut daemon = Running::spawn(command.args(["serve", "--config"]).arg(config), address);
    until("the daemon answers over TLS", WAIT_MAX, || {
        assert!(daemon.ended().is_none(), "{}", daemon.words());
        get(address, root, "/healthz")
    });
    let answers = ["/", "/nothing", "/api/v1/scans"].map(|path| get(address, root, path).unwrap());
    assert!(daemon.stop().success());
    let told = |answer: &String| {
        assert!(header(answer, "content-security-policy").is_some(), "{answer}");
        header(answer, "strict-transport-security").unwrap_or_default().to_owned()
    };
    answers.iter().map(told).collect()
}

#[test]
fn browsers_are_told_to_insist_on_tls_by_a_public_certificate_alone() {
    let folder = Folder::new();
    let root = papers(&folder);
    let address = free_address();
    let own = configured(&folder, address, "");
    assert_eq!(insists(&own, address, &root), ["", "", ""]);
    let public = configured(&folder, address, "certificate_is_public = true\n");
    let year = "max-age=31536000; includeSubDomains";
    assert_eq!(insists(&public, address, &root), [year, year, year]);
}

#[test]
fn a_certificate_that_is_not_there_cannot_be_public() {
    let folder = Folder::new();
    let config = configure(&folder, &folder.join("state"), free_address(), "");
    let text = fs::read_to_string(&config).unwrap();
    let text = text.replace("[store]", "certificate_is_public = true\n[store]");
    fs::write(&config, text).unwrap();
    let checked =
        Command::new(program()).args(["check", "--config"]).arg(&config).output().unwrap();
    assert_eq!(checked.status.code(), Some(1));
    let words = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(words.contains("certificate_is_public"), "{words}");
}
