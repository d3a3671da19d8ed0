//! Connections: taken, counted, bounded in time and size, and let go in good order.
//!
//! The listeners are handed in, because the service manager may hold them over a restart. Plain
//! HTTP is HTTP/1.1 only; over TLS the client chooses. Never looks into a request. Next:
//! `route.rs`.

mod stall;

use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::request::Peer;
use crate::tls::Tls;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use stall::Stall;
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long open connections may still take once the listener stops.
const CLOSING_MAX: Duration = Duration::from_secs(10);
/// How long to wait when the machine has no more descriptors to give.
const BREATH: Duration = Duration::from_millis(50);
/// Requests of one HTTP/2 connection at once.
const STREAMS_MAX: u32 = 64;

/// What a listener speaks.
#[derive(Clone)]
pub enum Speaks {
    Plain,
    Tls(Arc<Tls>),
    /// Only tells the way to the public address.
    Redirect {
        to: Arc<str>,
    },
}

/// One listener and what it speaks.
pub struct Ear {
    pub listener: TcpListener,
    pub speaks: Speaks,
}

/// Everything the loop needs beside the listeners.
#[derive(Clone)]
pub struct Service {
    pub routes: Router,
    pub limits: Limits,
    pub metrics: Metrics,
}

/// Serves until `stop` is cancelled, then lets open requests finish.
pub async fn serve(ears: Vec<Ear>, service: Service, stop: CancellationToken) {
    let chairs = Chairs::new(&service.limits);
    let graceful = GracefulShutdown::new();
    let loops = ears.into_iter().map(|ear| run(ear, &service, &chairs, &graceful, &stop));
    futures_util::future::join_all(loops).await;
    if tokio::time::timeout(CLOSING_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open when the listener stopped");
    }
}

async fn run(
    ear: Ear,
    service: &Service,
    chairs: &Chairs,
    graceful: &GracefulShutdown,
    stop: &CancellationToken,
) {
    loop {
        let taken = tokio::select! {
            taken = ear.listener.accept() => taken,
            () = stop.cancelled() => return,
        };
        let (stream, address) = match taken {
            Ok(taken) => taken,
            Err(fault) => {
                tracing::warn!(fault = %fault, "a connection could not be taken");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let tls = matches!(ear.speaks, Speaks::Tls(_));
        let peer = Peer { address, tls };
        // Closed without a word: whoever holds too many knows it.
        let Some(chair) = chairs.sit(&peer, &service.metrics) else { continue };
        let guest = Visit { peer, service: service.clone(), speaks: ear.speaks.clone() };
        tokio::spawn(guest.serve(stream, graceful.watcher(), chair));
    }
}

/// One connection.
struct Visit {
    peer: Peer,
    service: Service,
    speaks: Speaks,
}

impl Visit {
    async fn serve(self, stream: TcpStream, watcher: Watcher, _chair: Chair) {
        // Small answers must not wait for one another.
        let _ = stream.set_nodelay(true);
        let builder = builder(&self.service.limits);
        match self.speaks.clone() {
            Speaks::Plain | Speaks::Redirect { .. } => {
                self.speak(stream, builder.http1_only(), watcher).await;
            }
            Speaks::Tls(tls) => {
                let handshake = TlsAcceptor::from(tls.config()).accept(stream);
                let wait = Duration::from_millis(self.service.limits.header_ms_max);
                let Ok(Ok(stream)) = tokio::time::timeout(wait, handshake).await else {
                    return;
                };
                let two = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let builder = if two { builder.http2_only() } else { builder.http1_only() };
                self.speak(stream, builder, watcher).await;
            }
        }
    }

    async fn speak<S>(self, stream: S, builder: Builder<TokioExecutor>, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Visit { peer, service, speaks } = self;
        let answer = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (routes, speaks) = (service.routes.clone(), speaks.clone());
            async move { Ok::<_, Infallible>(answer(peer, routes, speaks, request).await) }
        });
        let io = TokioIo::new(Stall::new(stream));
        let connection = builder.serve_connection_with_upgrades(io, answer);
        // A connection that breaks off is the client's affair.
        let _ = watcher.watch(connection.into_owned()).await;
    }
}

async fn answer(
    peer: Peer,
    routes: Router,
    speaks: Speaks,
    request: Request<Incoming>,
) -> Response<Body> {
    match speaks {
        Speaks::Redirect { to } => redirect(&to, &request),
        Speaks::Plain | Speaks::Tls(_) => {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            match routes.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
    }
}

/// The same page at the public address. 308 keeps method and body.
fn redirect<B>(to: &str, request: &Request<B>) -> Response<Body> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let path = if path.starts_with('/') { path } else { "/" };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    if let Ok(way) = HeaderValue::from_str(&format!("{to}{path}")) {
        response.headers_mut().insert(header::LOCATION, way);
    }
    crate::dress::harden(response.headers_mut(), None);
    response
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    let header_bytes_max = limits.header_bytes_max;
    let header_max = Duration::from_millis(limits.header_ms_max);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_max)
        .max_buf_size(header_bytes_max.max(8 * 1024));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(header_bytes_max).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_MAX)
        .keep_alive_interval(header_max)
        .keep_alive_timeout(header_max);
    builder
}

/// How many connections are open, in all and by address.
#[derive(Clone)]
struct Chairs {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    max: usize,
    per_address_max: usize,
}

/// One connection's place; given back when dropped.
struct Chair {
    chairs: Chairs,
    address: IpAddr,
    metrics: Metrics,
}

impl Chairs {
    fn new(limits: &Limits) -> Chairs {
        let (max, per_address_max) =
            (limits.connections_max, limits.connections_per_address_max);
        Chairs { taken: Arc::default(), max, per_address_max }
    }

    /// This machine may hold as many as there are: benches, proxies and the desk live here.
    fn sit(&self, peer: &Peer, metrics: &Metrics) -> Option<Chair> {
        let address = peer.rate_address();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let here = taken.get(&address).copied().unwrap_or(0);
        if all >= self.max || (here >= self.per_address_max && !peer.is_loopback()) {
            return None;
        }
        taken.insert(address, here + 1);
        metrics.connections().inc();
        Some(Chair { chairs: self.clone(), address, metrics: metrics.clone() })
    }
}

impl Drop for Chair {
    fn drop(&mut self) {
        let mut taken = self.chairs.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
        self.metrics.connections().dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Peer {
        Peer { address: format!("{address}:5000").parse().unwrap(), tls: false }
    }

    #[test]
    fn the_last_connection_of_an_address_is_taken_and_the_next_is_not() {
        let (chairs, metrics) = (Chairs::new(&Limits::default()), Metrics::default());
        let sit = |address| chairs.sit(&peer(address), &metrics);
        let mut sitting: Vec<_> = (0..64).map(|_| sit("192.0.2.1").unwrap()).collect();
        assert!(sit("192.0.2.1").is_none());
        assert!(sit("192.0.2.2").is_some());
        sitting.pop();
        assert!(sit("192.0.2.1").is_some());
    }

    #[test]
    fn all_together_have_a_limit_for_this_machine_too() {
        let limits = Limits { connections_max: 70, ..Limits::default() };
        let (chairs, metrics) = (Chairs::new(&limits), Metrics::default());
        let sitting: Vec<_> =
            (0..70).map(|_| chairs.sit(&peer("127.0.0.1"), &metrics).unwrap()).collect();
        assert!(chairs.sit(&peer("127.0.0.1"), &metrics).is_none());
        drop(sitting);
        assert!(chairs.sit(&peer("127.0.0.1"), &metrics).is_some());
    }

    #[test]
    fn the_way_to_the_public_address_keeps_the_path() {
        let request = Request::builder().uri("/events/x?a=1").body(()).unwrap();
        let response = redirect("https://tickets.example.org", &request);
        assert_eq!(response.status(), 308);
        let way = response.headers().get(header::LOCATION).unwrap();
        assert_eq!(way, "https://tickets.example.org/events/x?a=1");
    }
}
