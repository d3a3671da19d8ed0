//! A bare hyper server: five bytes, a page of any size, and scans against a bare store.
//!
//! Runs in a process of its own, like the box it is compared with, on a runtime of the same kind.
//! Parses and checks nothing beyond what it answers from. Next: `scans.rs`.

use super::scans::{Asked, Scans};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpListener;

/// Largest page and largest request body.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A body that is there at once.
struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

struct Floor {
    page: Bytes,
    scans: Option<Scans>,
}

/// Binds a free port and serves until the process ends; tells the address first. `sync`: how
/// much longer a sync takes than the disk needs.
pub async fn serve(
    store: Option<&Path>,
    sync: Duration,
    tell: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let scans = store.map(|path| Scans::open(path, sync)).transpose()?;
    let page = Bytes::from(vec![b'x'; PAGE_BYTES_MAX]);
    let floor = Arc::new(Floor { page, scans });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    tell(listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let floor = Arc::clone(&floor);
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let floor = Arc::clone(&floor);
                async move { Ok::<_, Infallible>(floor.answer(request).await) }
            });
            let http = hyper::server::conn::http1::Builder::new();
            // A connection that breaks off is the client's affair.
            let _ = http.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

impl Floor {
    async fn answer(&self, request: Request<Incoming>) -> Response<Whole> {
        let path = request.uri().path();
        if let Some(size) = path.strip_prefix("/page/").and_then(|size| size.parse().ok()) {
            let size = PAGE_BYTES_MAX.min(size);
            return whole(StatusCode::OK, self.page.slice(..size));
        }
        match (request.method(), path, &self.scans) {
            (&Method::POST, "/scans", Some(scans)) => {
                let Some(body) = read(request.into_body()).await else {
                    return whole(StatusCode::BAD_REQUEST, Bytes::new());
                };
                let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
                    return whole(StatusCode::BAD_REQUEST, Bytes::new());
                };
                match scans.scan(asked).await {
                    Some(answer) => whole(StatusCode::OK, Bytes::from(answer)),
                    None => whole(StatusCode::SERVICE_UNAVAILABLE, Bytes::new()),
                }
            }
            _ => whole(StatusCode::NOT_FOUND, Bytes::new()),
        }
    }
}

fn whole(status: StatusCode, body: Bytes) -> Response<Whole> {
    let mut response = Response::new(Whole(Some(body)));
    *response.status_mut() = status;
    response
}

async fn read(mut body: Incoming) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(frame) =
        std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        bytes.extend_from_slice(frame.ok()?.data_ref()?);
        if bytes.len() > PAGE_BYTES_MAX {
            return None;
        }
    }
    Some(bytes)
}
