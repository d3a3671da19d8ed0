//! Starts the listener on bound or passed sockets: what each of them speaks, and how it ends.
//!
//! Never binds by itself when the service manager passed sockets. Next: `listener/accept.rs`.

use crate::config::Config;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use usher_listener::accept::{self, Ear, Service, Speaks};
use usher_listener::limits::Limits;
use usher_listener::metrics::Metrics;
use usher_listener::route;
use usher_listener::state::Shop;
use usher_listener::tls::{Tls, TlsFault};

/// Why nobody can be served.
#[derive(Debug, thiserror::Error)]
pub enum ListenFault {
    #[error("listen.shop: {address}: {fault}. Is another program there?")]
    Bind { address: String, fault: io::Error },
    #[error("a listening socket: {0}")]
    Socket(#[from] io::Error),
    #[error("listen.certificate, listen.key: {0}")]
    Tls(#[from] TlsFault),
    #[error(
        "{address} would speak plain HTTP to the network: give listen.certificate and listen.key, \
         or set listen.plain_http = true"
    )]
    Plain { address: String },
}

/// A running listener.
pub struct Serving {
    loops: JoinHandle<()>,
}

impl Serving {
    /// Waits until open requests are answered and sockets have said goodbye.
    pub async fn finished(self) {
        if let Err(fault) = self.loops.await {
            tracing::error!(%fault, "the listener ended badly");
        }
    }
}

/// The limits as the listener keeps them.
pub fn limits(config: &Config) -> Limits {
    let limits = &config.limits;
    let bytes = |kib: u32| kib as usize * 1024;
    Limits {
        pages_per_s_max: limits.pages_per_s_max,
        pages_burst_max: limits.pages_burst_max,
        carts_per_s_max: limits.carts_per_s_max,
        carts_burst_max: limits.carts_burst_max,
        card_attempts_per_hour_max: limits.card_attempts_per_hour_max,
        log_ins_per_min_max: limits.log_ins_per_min_max,
        body_bytes_max: bytes(limits.body_kib_max),
        header_bytes_max: bytes(limits.headers_kib_max),
        connections_max: limits.connections_max as usize,
        connections_per_address_max: limits.connections_per_address_max as usize,
        sockets_max: limits.websockets_max as usize,
        sockets_per_address_max: limits.websockets_per_address_max as usize,
        socket_queue_max: limits.websocket_queue_max as usize,
        ..Limits::default()
    }
}

/// Binds the addresses of the configuration.
pub fn bind(config: &Config) -> Result<Vec<TcpListener>, ListenFault> {
    let addresses = config.listen.shop.iter().chain(&config.listen.redirect);
    addresses
        .map(|address| {
            let bound = TcpListener::bind(address).and_then(|listener| {
                listener.set_nonblocking(true)?;
                Ok(listener)
            });
            bound.map_err(|fault| ListenFault::Bind { address: address.to_string(), fault })
        })
        .collect()
}

/// Serves on these sockets until `stop`. `extra` are the demo's pages.
pub fn start(
    config: &Config,
    shop: Arc<Shop>,
    listeners: Vec<TcpListener>,
    extra: axum::Router,
    stop: CancellationToken,
) -> Result<Serving, ListenFault> {
    let ears = ears(config, listeners)?;
    let metrics = shop.metrics().clone();
    let routes = route::routes(Arc::clone(&shop), extra);
    let service = Service { limits: limits(config), metrics, routes };
    let loops = tokio::spawn(async move {
        let told = stop.clone();
        let goodbyes = async move {
            told.cancelled().await;
            shop.close().await;
        };
        tokio::join!(accept::serve(ears, service, stop), goodbyes);
    });
    Ok(Serving { loops })
}

/// Answers everybody that the box has no store, with the words for the technician on `/readyz`.
pub fn start_unready(
    config: &Config,
    listeners: Vec<TcpListener>,
    words: &str,
    stop: CancellationToken,
) -> Result<Serving, ListenFault> {
    let ears = ears(config, listeners)?;
    let routes = route::unready(words);
    let service = Service { limits: limits(config), metrics: Metrics::default(), routes };
    let loops = tokio::spawn(accept::serve(ears, service, stop));
    Ok(Serving { loops })
}

/// What each socket speaks.
fn ears(config: &Config, listeners: Vec<TcpListener>) -> Result<Vec<Ear>, ListenFault> {
    let tls = match (&config.listen.certificate, &config.listen.key) {
        (Some(chain), Some(key)) => Some(Arc::new(Tls::read(chain, key)?)),
        _ => None,
    };
    let mut ears = Vec::with_capacity(listeners.len());
    for listener in listeners {
        let local = listener.local_addr()?;
        if !config.listen.may_serve(local) {
            return Err(ListenFault::Plain { address: local.to_string() });
        }
        let speaks = if config.listen.only_redirects(local) {
            Speaks::Redirect { to: config.listen.public_url.as_str().into() }
        } else {
            tls.as_ref().map_or(Speaks::Plain, |tls| Speaks::Tls(Arc::clone(tls)))
        };
        tracing::info!(address = %local, tls = tls.is_some(), "listening");
        let listener = tokio::net::TcpListener::from_std(listener)?;
        ears.push(Ear { listener, speaks });
    }
    Ok(ears)
}
