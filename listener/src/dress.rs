//! What every answer carries, whoever gave it: security headers, and troubles in their form.
//!
//! The outermost layer, so that errors and panics wear the same. In the API a trouble is a problem
//! document, elsewhere a designed page. Never changes an answer that is right. Next: `wording.rs`.

use crate::limits::is_figure;
use crate::request::{Known, Peer};
use crate::respond::{self, Problem};
use crate::state::Shop;
use crate::turn::is_visit;
use crate::wording::Trouble;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;

/// Nothing from elsewhere, no inline script or style, in nobody's frame (trust 3).
const CONTENT_SECURITY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";
/// The door phone reads codes with the camera; nothing else is ever asked for.
const PERMISSIONS: &str = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()";
const STRICT_TRANSPORT: &str = "max-age=31536000; includeSubDomains";

/// Which peers are told to insist on TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Insist;

/// The layer.
pub(crate) async fn dress(
    State(shop): State<Arc<Shop>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<Peer>().copied().unwrap_or_default();
    let known = Known::of(&shop, request.headers(), peer);
    let speaks_json = speaks_json(request.uri().path());
    let method = request.method().clone();
    if shop.door().door_is_busy() && is_visit(&known, request.uri().path()) {
        shop.turns().take().await;
    }
    let rated = rated(request.uri().path());
    let passed = if rated { shop.rates().page(&known) } else { Ok(()) };
    request.extensions_mut().insert(known);
    let response = match passed {
        Ok(()) => {
            let path = request.uri().path().to_owned();
            let answer = async move { next.run(request).await };
            shop.page_threads().answer(&method, &path, answer).await
        }
        Err(trouble) => trouble.into_response(),
    };
    let mut response = in_form(&shop, response, speaks_json);
    if method == Method::HEAD {
        leave_out_body(&mut response);
    }
    let insist = (peer.tls && shop.public_certificate()).then_some(Insist);
    harden(response.headers_mut(), insist);
    keep(response.headers_mut());
    shop.metrics().answered(response.status().as_u16());
    response
}

/// A HEAD is told the length of what a GET would bring, also by a trouble that got its form here.
fn leave_out_body(response: &mut Response) {
    let length = response.body().size_hint().exact();
    if let Some(length) = length {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    // Of a body that is pressed on its way nobody knows the length; an empty one would have one.
    *response.body_mut() = match length {
        Some(_) => Body::empty(),
        None => Body::from_stream(futures_util::stream::empty::<Result<Bytes, Infallible>>()),
    };
}

/// Assets are small and kept by the browser.
fn rated(path: &str) -> bool {
    !path.starts_with("/assets/") && !is_figure(path)
}

/// Does a trouble here take the form of a problem document?
pub(crate) fn speaks_json(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/feed/") || is_figure(path)
}

/// Security headers.
pub(crate) fn harden(headers: &mut HeaderMap, insist: Option<Insist>) {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if insist.is_some() {
        let value = HeaderValue::from_static(STRICT_TRANSPORT);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
}

/// Whatever says nothing about keeping is not kept.
pub(crate) fn keep(headers: &mut HeaderMap) {
    let no_store = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(no_store);
}

/// Gives a trouble the form that its caller reads.
fn in_form(shop: &Shop, mut response: Response, speaks_json: bool) -> Response {
    let Some(found) = problem_of(shop, &mut response) else { return response };
    let look = shop.look();
    let mut formed = if speaks_json {
        respond::problem(&found, &look.words, &shop.venue().currency)
    } else {
        let trouble = &found.trouble;
        let (refused, frame) = (trouble.page(), shop.frame(0));
        let html = usher_web::refused::page(&look.templates, &frame, &refused, &look.words);
        let mut formed = respond::page_with(trouble.status(), html);
        respond::ask_again(&mut formed, trouble);
        formed
    };
    for name in [header::ALLOW, header::SET_COOKIE] {
        if let Some(value) = response.headers().get(&name) {
            formed.headers_mut().insert(name, value.clone());
        }
    }
    formed
}

/// What a handler marked, or what axum refused on its own.
fn problem_of(shop: &Shop, response: &mut Response) -> Option<Problem> {
    let marks = response.extensions_mut();
    if let Some(problem) = marks.remove::<Problem>() {
        return Some(problem);
    }
    if let Some(trouble) = marks.remove::<Trouble>() {
        return Some(trouble.into());
    }
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let bare = content_type.is_none_or(|value| value.as_bytes().starts_with(b"text/plain"));
    bare.then(|| trouble_of_status(shop, status).into())
}

fn trouble_of_status(shop: &Shop, status: StatusCode) -> Trouble {
    match status {
        StatusCode::NOT_FOUND => Trouble::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => Trouble::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Trouble::TooLarge { max_bytes: shop.body_bytes_max() },
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Trouble::UnsupportedMediaType,
        StatusCode::UNAUTHORIZED => Trouble::NoCredential,
        StatusCode::FORBIDDEN => Trouble::CrossSite,
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => Trouble::Busy,
        other if other.is_server_error() => Trouble::Bug,
        _ => Trouble::malformed("request", "it could not be read"),
    }
}

/// What is answered when a handler fails of its own.
pub(crate) fn panicked(_cause: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler failed; its request is answered with an apology");
    Trouble::Bug.into_response()
}
