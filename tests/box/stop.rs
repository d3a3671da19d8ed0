//! Guards how the daemon ends when it is asked to: with 0, in time, whoever is connected.
//!
//! A wanted stop is no failure to the service manager, also when the box was up but not ready.
//! Next: `unit.rs` for what the manager is told.

use crate::ask::Caller;
use crate::running::{Folder, MANAGER, Running, configure, free_address, until};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitStatus;
use std::time::Duration;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{Message, WebSocket, connect};

/// The unit kills what has not ended by then (`TimeoutStopSec`).
const STOP_MAX: Duration = Duration::from_secs(20);

/// Everybody who may be connected when the box closes.
struct Crowd {
    /// Connected, and never said a word.
    _silent: TcpStream,
    /// In the middle of its headers.
    _halfway: TcpStream,
    /// Was answered, and keeps the connection for the next request.
    kept: TcpStream,
}

impl Crowd {
    fn gather(address: SocketAddr) -> Crowd {
        let connect = || TcpStream::connect(address).unwrap();
        let mut halfway = connect();
        halfway.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").unwrap();
        let mut kept = connect();
        kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut begin = [0; 12];
        kept.read_exact(&mut begin).unwrap();
        assert_eq!(&begin, b"HTTP/1.1 200");
        Crowd { _silent: connect(), _halfway: halfway, kept }
    }
}

fn monitor(address: SocketAddr) -> WebSocket<MaybeTlsStream<TcpStream>> {
    let mut request = format!("ws://{address}/feed/scans").into_client_request().unwrap();
    let bearer = format!("Bearer {MANAGER}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    connect(request).unwrap().0
}

fn ends(daemon: &mut Running) -> ExitStatus {
    daemon.terminate();
    until("the daemon ends within the unit's limit", STOP_MAX, || daemon.ended())
}

#[test]
fn a_wanted_stop_ends_with_0_and_says_goodbye_to_all_who_are_connected() {
    let folder = Folder::new();
    let address = free_address();
    let config = configure(&folder, &folder.join("state"), address, "");
    let mut daemon = Running::serve(&config, address);
    let mut crowd = Crowd::gather(address);
    let mut monitor = monitor(address);
    assert_eq!(ends(&mut daemon).code(), Some(0), "{}", daemon.words());
    let goodbye = loop {
        match monitor.read().unwrap() {
            Message::Ping(_) | Message::Pong(_) => {}
            message => break message,
        }
    };
    assert!(goodbye.is_close(), "{goodbye:?}");
    let mut rest = Vec::new();
    crowd.kept.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"}"), "the answer, then the end of the connection");
    assert!(!daemon.words().contains("still open"), "{}", daemon.words());
}

#[test]
fn a_wanted_stop_of_a_box_that_is_not_ready_ends_with_0_too() {
    let folder = Folder::new();
    let state = folder.join("state");
    fs::create_dir(&state).unwrap();
    fs::write(state.join("usher.redb"), vec![7; 64 * 1024]).unwrap();
    let address = free_address();
    let config = configure(&folder, &state, address, "");
    let mut daemon = Running::serve(&config, address);
    assert_eq!(Caller::to(address).get("/readyz").status, 503);
    let _crowd = Crowd::gather(address);
    assert_eq!(ends(&mut daemon).code(), Some(0), "{}", daemon.words());
}

#[test]
fn a_stop_that_comes_as_soon_as_it_is_ready_is_heard() {
    let folder = Folder::new();
    let address = free_address();
    let config = configure(&folder, &folder.join("state"), address, "");
    for _ in 0..5 {
        let mut daemon = Running::serve(&config, address);
        assert_eq!(ends(&mut daemon).code(), Some(0), "{}", daemon.words());
    }
}
