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
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use stall::Stall;
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How long open connections may still take once the listener stops.
const CLOSING_MAX: Duration = Duration::from_secs(10);
/// How long a closing connection may take to be rid of what it was answered.
const LEAVING_MAX: Duration = Duration::from_secs(2);
/// How long to wait when the machine has no more descriptors to give.
const BREATH: Duration = Duration::from_millis(50);
/// Smallest buffer for headers that hyper takes.
const HEADER_BYTES_MIN: usize = 8 * 1024;
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

/// Serves until `stop` is cancelled, then lets open requests finish. Connections that wait for
/// their next request end at once; sockets of the feeds follow the shop's own closing.
pub async fn serve(ears: Vec<Ear>, service: Service, stop: CancellationToken) {
    let chairs = Chairs::new(&service.limits);
    let visits = TaskTracker::new();
    let loops = ears.into_iter().map(|ear| take(ear, &service, &chairs, &visits, &stop));
    futures_util::future::join_all(loops).await;
    visits.close();
    if tokio::time::timeout(CLOSING_MAX, visits.wait()).await.is_err() {
        tracing::warn!("connections were still open when the listener stopped");
    }
}

async fn take(
    ear: Ear,
    service: &Service,
    chairs: &Chairs,
    visits: &TaskTracker,
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
        let (service, stop) = (service.clone(), stop.clone());
        let visit = Visit { peer, service, speaks: ear.speaks.clone(), stop };
        visits.spawn(visit.serve(stream, chair));
    }
}

/// One connection.
struct Visit {
    peer: Peer,
    service: Service,
    speaks: Speaks,
    stop: CancellationToken,
}

impl Visit {
    async fn serve(self, stream: TcpStream, _chair: Chair) {
        // Small answers must not wait for one another.
        let _ = stream.set_nodelay(true);
        match self.speaks.clone() {
            Speaks::Plain | Speaks::Redirect { .. } => self.speak_one(stream).await,
            Speaks::Tls(tls) => {
                let handshake = TlsAcceptor::from(tls.config()).accept(stream);
                let wait = Duration::from_millis(self.service.limits.header_ms_max);
                let handshake = tokio::time::timeout(wait, handshake);
                let shaken = tokio::select! {
                    shaken = handshake => shaken,
                    () = self.stop.cancelled() => return,
                };
                let Ok(Ok(stream)) = shaken else { return };
                if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                    self.speak_two(stream).await;
                } else {
                    self.speak_one(stream).await;
                }
            }
        }
    }

    /// HTTP/1.1, with upgrades to websockets. Not hyper-util's "auto" builder: that one waits for
    /// the first bytes without any deadline, and speaks HTTP/2 to whoever begins with it.
    async fn speak_one<S>(self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limits = &self.service.limits;
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_millis(limits.header_ms_max))
            .max_buf_size(limits.header_bytes_max.max(HEADER_BYTES_MIN));
        let io = TokioIo::new(Stall::new(stream));
        let asked = Arc::new(AtomicUsize::new(0));
        let connection = builder.serve_connection(io, service_fn(self.answers(&asked)));
        let mut connection = pin!(connection.with_upgrades());
        // A connection that breaks off is the client's affair.
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.stop.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        tokio::select! {
            _ = connection => {}
            () = still(&asked) => {}
        }
    }

    async fn speak_two<S>(self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limits = &self.service.limits;
        let still_max = Duration::from_millis(limits.header_ms_max);
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(limits.header_bytes_max).unwrap_or(u32::MAX))
            .max_concurrent_streams(STREAMS_MAX)
            .keep_alive_interval(still_max)
            .keep_alive_timeout(still_max);
        let io = TokioIo::new(Stall::new(stream));
        let asked = Arc::new(AtomicUsize::new(0));
        let mut connection = pin!(builder.serve_connection(io, service_fn(self.answers(&asked))));
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.stop.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        tokio::select! {
            _ = connection => {}
            () = still(&asked) => {}
        }
    }

    /// `asked` counts the requests that are being answered.
    fn answers(
        &self,
        asked: &Arc<AtomicUsize>,
    ) -> impl Fn(Request<Incoming>) -> Answering + Clone + use<> {
        let (peer, routes, speaks) = (self.peer, self.service.routes.clone(), self.speaks.clone());
        let asked = Arc::clone(asked);
        move |request| {
            let (routes, speaks) = (routes.clone(), speaks.clone());
            let counted = Counted::one_more(&asked);
            Box::pin(async move {
                let _counted = counted;
                Ok(answer(peer, routes, speaks, request).await)
            })
        }
    }
}

/// One request that is being answered; counted down when dropped.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn one_more(asked: &Arc<AtomicUsize>) -> Counted {
        asked.fetch_add(1, Ordering::Relaxed);
        Counted(Arc::clone(asked))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Waits until nothing is being answered, and then as long as an answer may take to leave. Who is
/// in the middle of its headers has asked for nothing yet.
async fn still(asked: &AtomicUsize) {
    while asked.load(Ordering::Relaxed) > 0 {
        tokio::time::sleep(BREATH).await;
    }
    tokio::time::sleep(LEAVING_MAX).await;
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

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
        let (max, per_address_max) = (limits.connections_max, limits.connections_per_address_max);
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
