//! The test house on a real socket, and websocket clients of its feeds.
//!
//! Shared by the tests beside it; asserts nothing of its own beyond what it needs to go on.
//! Next: `house/mod.rs`.

use super::House;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;
use usher_listener::accept::{Ear, Service, Speaks, serve};
use usher_listener::limits::Limits;

/// How long anything may take before a test gives up.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A house that listens; stops when dropped.
pub struct Served {
    pub address: SocketAddr,
    pub stop: CancellationToken,
    pub done: tokio::task::JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub async fn serve_as(house: &House, limits: Limits, speaks: Speaks) -> Served {
    serve_until(house, limits, speaks, house.shop.closing().clone()).await
}

/// The same with a word of its own to stop at.
pub async fn serve_until(
    house: &House,
    limits: Limits,
    speaks: Speaks,
    stop: CancellationToken,
) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let metrics = house.shop.metrics().clone();
    let service = Service { routes: house.router.clone(), limits, metrics };
    let done = tokio::spawn(serve(vec![Ear { listener, speaks }], service, stop.clone()));
    Served { address, stop, done }
}

pub async fn served(house: &House) -> Served {
    serve_as(house, Limits::default(), Speaks::Plain).await
}

/// A page that follows a feed.
pub struct Follower {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Served {
    /// Connects; the status of the refusal if it is refused.
    pub async fn follow(&self, path: &str, bearer: Option<&str>) -> Result<Follower, u16> {
        let address = format!("ws://{}{path}", self.address);
        let mut request = address.into_client_request().unwrap();
        if let Some(token) = bearer {
            let value = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert("authorization", value);
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Follower { socket }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("no socket: {other}"),
        }
    }
}

impl Follower {
    /// The next text message; `None` when the socket was closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let message = tokio::time::timeout(DEADLINE, self.socket.next()).await;
            match message.expect("a message before the deadline")? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    pub async fn hear(&mut self) -> Value {
        self.next().await.expect("the socket is open")
    }

    pub async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text.to_owned())).await.unwrap();
    }
}
