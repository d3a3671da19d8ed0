//! Connections as they come over the wire: TLS, sizes, caps, the way to the public address.
//!
//! Runs on a house of its own in memory (`house/mod.rs`); never on a real network. Next:
//! `house/season.rs` for what it sells.

// Shared parts stand outside of #[test].
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod house;

use house::House;
use house::wire::{DEADLINE, Served, serve_as, serve_until, served};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use tokio_util::sync::CancellationToken;
use usher_listener::accept::Speaks;
use usher_listener::limits::Limits;
use usher_listener::tls::{Tls, TlsFault};

/// Less than an idle connection is left alone otherwise (`header_ms_max`).
const CLOSING: Duration = Duration::from_secs(4);

async fn told<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, sent: &[u8]) -> String {
    // A server that has had enough may close before it was sent everything.
    let _ = stream.write_all(sent).await;
    let mut bytes = Vec::new();
    let read = timeout(DEADLINE, stream.read_to_end(&mut bytes)).await.expect("an end in time");
    let _ = read;
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn plainly(served: &Served, sent: &str) -> String {
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    told(&mut stream, sent.as_bytes()).await
}

fn get(path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{more}\r\n")
}

#[tokio::test]
async fn headers_up_to_the_limit_are_read_and_larger_ones_refused() {
    let house = House::open().await;
    let served = served(&house).await;
    let fits = get("/healthz", &format!("x-long: {}\r\n", "x".repeat(15 * 1024)));
    assert!(plainly(&served, &fits).await.starts_with("HTTP/1.1 200"));
    let large = get("/healthz", &format!("x-long: {}\r\n", "x".repeat(17 * 1024)));
    assert!(plainly(&served, &large).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn who_never_finishes_a_header_is_cut_and_others_are_served() {
    let house = House::open().await;
    let limits = Limits { header_ms_max: 50, ..Limits::default() };
    let served = serve_as(&house, limits, Speaks::Plain).await;
    for begun in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        let answer = plainly(&served, begun).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{begun:?}: {answer}");
    }
    assert!(plainly(&served, &get("/healthz", "")).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_harms_nobody() {
    let house = House::open().await;
    let served = served(&house).await;
    for noise in ["\0\0\0\0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "hello\r\n\r\n"] {
        let answer = plainly(&served, noise).await;
        assert!(!answer.starts_with("HTTP/1.1 2"), "{noise:?}: {answer}");
    }
    assert!(plainly(&served, &get("/healthz", "")).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn connections_beyond_the_cap_are_closed_without_a_word() {
    let house = House::open().await;
    let limits = Limits { connections_max: 1, ..Limits::default() };
    let served = serve_as(&house, limits, Speaks::Plain).await;
    let mut first = TcpStream::connect(served.address).await.unwrap();
    first.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut begin = [0; 12];
    timeout(DEADLINE, first.read_exact(&mut begin)).await.unwrap().unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200");
    assert_eq!(plainly(&served, &get("/healthz", "")).await, "");
    drop(first);
    let mut tries = 0;
    while plainly(&served, &get("/healthz", "")).await.is_empty() {
        tries += 1;
        assert!(tries < 1_000, "a place that was given back is there again");
    }
}

#[tokio::test]
async fn the_redirecting_listener_only_tells_the_way() {
    let house = House::open().await;
    let to = Arc::from("https://tickets.tidewell.example");
    let served = serve_as(&house, Limits::default(), Speaks::Redirect { to }).await;
    let answer = plainly(&served, &get("/events/x?a=1", "")).await;
    assert!(answer.starts_with("HTTP/1.1 308"), "{answer}");
    let answer = answer.to_lowercase();
    assert!(answer.contains("location: https://tickets.tidewell.example/events/x?a=1\r\n"));
    assert!(answer.contains("x-content-type-options: nosniff"), "{answer}");
}

#[tokio::test]
async fn a_stopping_listener_finishes_what_it_began() {
    let house = House::open().await;
    let mut served = served(&house).await;
    let (cart, token) = house.cart_with(&["C-C-4"]).await;
    let body =
        r#"{"buyer":{"name":"Ada Finch","email":"ada@example.org"},"card":{"token":"tok_4242"}}"#;
    let request = format!(
        "POST /api/v1/carts/{cart}/checkout HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         authorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut begin = [0; 1];
    timeout(DEADLINE, stream.peek(&mut begin)).await.unwrap().unwrap();
    served.stop.cancel();
    let answer = told(&mut stream, b"").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    (&mut served.done).await.unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}

#[tokio::test]
async fn a_head_over_the_wire_has_the_length_and_no_body() {
    let house = House::open().await;
    let served = served(&house).await;
    let line = |answer: &str| {
        let length = answer.lines().find(|line| line.starts_with("content-length: "));
        length.map(str::to_owned)
    };
    for path in ["/", "/healthz", "/nothing", "/api/v1/performances", "/api/v1/scans", "/desk"] {
        let whole = plainly(&served, &get(path, "")).await;
        let head = plainly(&served, &get(path, "").replacen("GET", "HEAD", 1)).await;
        assert!(line(&whole).is_some(), "{path}: {whole}");
        assert_eq!(line(&head), line(&whole), "{path}");
        assert!(head.ends_with("\r\n\r\n"), "{path}: {head}");
    }
}

#[tokio::test]
async fn a_connection_that_waits_for_its_next_request_does_not_hold_up_the_end() {
    let house = House::open().await;
    let papers = Papers::write("closing");
    let tls = Arc::new(Tls::read(&papers.chain(), &papers.key()).unwrap());
    for speaks in [Speaks::Plain, Speaks::Tls(tls)] {
        let stop = CancellationToken::new();
        let mut served = serve_until(&house, Limits::default(), speaks.clone(), stop.clone()).await;
        // One that never says a word, one within its headers, one that was answered and stays.
        let mut halfway = TcpStream::connect(served.address).await.unwrap();
        halfway.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
        let mut silent = TcpStream::connect(served.address).await.unwrap();
        let mut kept = TcpStream::connect(served.address).await.unwrap();
        if let Speaks::Plain = speaks {
            kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
            let mut begin = [0; 12];
            timeout(DEADLINE, kept.read_exact(&mut begin)).await.unwrap().unwrap();
        }
        stop.cancel();
        // Well before its own patience with slow ones is at an end.
        timeout(CLOSING, &mut served.done).await.expect("the end in time").unwrap();
        assert!(told(&mut silent, b"").await.is_empty());
        told(&mut halfway, b"").await;
        told(&mut kept, b"").await;
    }
}

/// A certificate authority of the test and a leaf of it, in files.
struct Papers {
    folder: PathBuf,
    root: CertificateDer<'static>,
}

impl Papers {
    fn write(name: &str) -> Papers {
        let folder = std::env::temp_dir().join(format!("usher-tls-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let root = issue(&folder);
        Papers { folder, root }
    }

    fn chain(&self) -> PathBuf {
        self.folder.join("chain.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.join("key.pem")
    }
}

impl Drop for Papers {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn issue(folder: &std::path::Path) -> CertificateDer<'static> {
    let root_key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_certificate = root.self_signed(&root_key).unwrap();
    let issuer = Issuer::new(root, root_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    std::fs::write(folder.join("chain.pem"), leaf.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    root_certificate.der().clone()
}

async fn securely(
    served: &Served,
    root: &CertificateDer<'static>,
    offers: &[&[u8]],
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = offers.iter().map(|offer| offer.to_vec()).collect();
    let stream = TcpStream::connect(served.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

#[tokio::test]
async fn over_tls_pages_are_served_and_told_to_stay_there() {
    let papers = Papers::write("pages");
    let house = House::open().await;
    let tls = Arc::new(Tls::read(&papers.chain(), &papers.key()).unwrap());
    let served = serve_as(&house, Limits::default(), Speaks::Tls(tls)).await;
    let mut stream = securely(&served, &papers.root, &[b"http/1.1"]).await.unwrap();
    let answer = told(&mut stream, get("/healthz", "").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
    let stream = securely(&served, &papers.root, &[b"h2", b"http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let answer = plainly(&served, &get("/healthz", "")).await;
    assert!(!answer.contains("200"), "plain HTTP is not spoken here: {answer}");
}

#[tokio::test]
async fn renewed_papers_are_shown_to_new_connections() {
    let mut papers = Papers::write("renewed");
    let house = House::open().await;
    let tls = Arc::new(Tls::read(&papers.chain(), &papers.key()).unwrap());
    let served = serve_as(&house, Limits::default(), Speaks::Tls(Arc::clone(&tls))).await;
    let old = papers.root.clone();
    papers.root = issue(&papers.folder);
    assert!(securely(&served, &old, &[]).await.is_ok());
    tls.renew().unwrap();
    assert!(securely(&served, &old, &[]).await.is_err());
    assert!(securely(&served, &papers.root, &[]).await.is_ok());
}

#[test]
fn papers_that_cannot_serve_say_which_file_and_why() {
    let papers = Papers::write("wrong");
    let other = Papers::write("wrong-other");
    let none = papers.folder.join("none.pem");
    let fault = |chain: &PathBuf, key: &PathBuf| Tls::read(chain, key).err().unwrap();
    assert!(matches!(fault(&none, &papers.key()), TlsFault::File { path, .. } if path == none));
    let (chain, key) = (papers.chain(), papers.key());
    assert!(matches!(fault(&key, &key), TlsFault::Empty { .. } | TlsFault::File { .. }));
    assert!(matches!(fault(&chain, &chain), TlsFault::File { path, .. } if path == chain));
    assert!(matches!(fault(&chain, &other.key()), TlsFault::Pair { .. }));
}
