//! Requests from other sites: an unsafe method must show that it comes from a page of ours.
//!
//! `Sec-Fetch-Site` and `Origin` are judged by tower-http's layer. What sends neither is no
//! browser of today: it passes only with a bearer token and no cookie (trust 3). Without a token
//! the API says itself that one is missing; the one call it takes from anybody is the one that
//! hands out a cart's token. Next: `route.rs`, where both layers stand.

use crate::request::{Bearer, Known};
use crate::wording::Trouble;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::CsrfLayer;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Calls that ask for a token by themselves, so that none can say what was missing.
const API: &str = "/api/v1/";

/// The layer that judges `Sec-Fetch-Site` and `Origin`; the public address is ours, too.
pub(crate) fn layer(site: &str) -> CsrfLayer {
    match CsrfLayer::new().add_trusted_origin(site) {
        Ok(layer) => layer,
        Err(fault) => {
            tracing::warn!(fault = %fault, "the public address is not taken for an origin");
            CsrfLayer::new()
        }
    }
}

/// Stops an unsafe request that says nothing of where it comes from.
pub(crate) async fn from_somewhere(request: Request, next: Next) -> Response {
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if safe || says_where(request.headers()) || needs_no_page(&request) {
        return next.run(request).await;
    }
    Trouble::CrossSite.into_response()
}

fn says_where(headers: &HeaderMap) -> bool {
    let says = |name: &HeaderName| headers.get(name).is_some_and(|value| !value.is_empty());
    says(&SEC_FETCH_SITE) || says(&header::ORIGIN)
}

/// Nothing that a browser would send along by itself: no cookie, but a bearer token, or a call of
/// the API, which refuses for itself what has none.
fn needs_no_page(request: &Request) -> bool {
    let bearer = request.extensions().get::<Known>().map(|known| &known.bearer);
    let token = bearer.is_some_and(|bearer| *bearer != Bearer::None);
    let api = request.uri().path().starts_with(API);
    (token || api) && !request.headers().contains_key(header::COOKIE)
}
