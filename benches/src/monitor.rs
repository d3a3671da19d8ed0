//! A monitor as the wall has one: a websocket that hears of every scan.
//!
//! Answers pings like a browser and keeps nothing. Next: `listener/feed/scans.rs`.

use anyhow::{Context, bail};
use futures_util::StreamExt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// See the module.
pub struct Monitor(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Monitor {
    /// Connects with a token that may open the feed.
    pub async fn open(address: SocketAddr, token: &str) -> anyhow::Result<Monitor> {
        let mut request = format!("ws://{address}/feed/scans").into_client_request()?;
        let credential = format!("Bearer {token}").parse()?;
        request.headers_mut().insert("authorization", credential);
        let (socket, _) = connect_async(request).await?;
        Ok(Monitor(socket))
    }

    /// The next scan that was told, and when it was here.
    pub async fn scan(&mut self) -> anyhow::Result<Instant> {
        while let Some(message) = self.0.next().await {
            let here = Instant::now();
            if let Message::Text(text) = message?
                && text.contains("\"verdict\"")
            {
                return Ok(here);
            }
        }
        bail!("the feed was closed")
    }

    /// Listens for so long and must hear of no scan.
    pub async fn watch(mut self, span: Duration) -> anyhow::Result<()> {
        match tokio::time::timeout(span, self.scan()).await {
            Err(_) => Ok(()),
            Ok(heard) => {
                heard.context("watching")?;
                bail!("a scan was told while nobody scanned")
            }
        }
    }
}
