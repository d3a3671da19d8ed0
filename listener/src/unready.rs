//! Answers of a box without a store: nothing is sold, and a technician is told what to do.
//!
//! Wears what every answer wears. Never names a folder but on the technician's two addresses.
//! Next: `route.rs` for the addresses, `firmware-host/command/serve.rs` for when it comes to this.

use crate::dress;
use crate::limits::is_figure;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::Arc;

/// Seconds after which one may look again.
const RETRY_S: &str = "30";
const TITLE: &str = "The box office is not ready. Nothing was sold or charged.";

/// The layer: the security headers of `dress.rs`, without what a shop would add.
pub(crate) async fn dress(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    dress::harden(response.headers_mut(), None);
    dress::keep(response.headers_mut());
    response
}

/// What was found and what to do, for whoever can do it.
pub(crate) async fn why(words: Arc<str>, request: Request) -> Response {
    answer(request.uri().path(), &words)
}

/// For everybody else.
pub(crate) async fn closed(request: Request) -> Response {
    answer(request.uri().path(), TITLE)
}

fn answer(path: &str, words: &str) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let machine = dress::speaks_json(path) || is_figure(path);
    let (kind, body) = if machine {
        let document = json!({
            "type": "about:blank",
            "title": TITLE,
            "status": status.as_u16(),
            "code": "Busy",
            "detail": words,
        });
        ("application/problem+json", document.to_string())
    } else {
        ("text/plain; charset=utf-8", format!("{words}\n"))
    };
    (status, [(header::RETRY_AFTER, RETRY_S), (header::CONTENT_TYPE, kind)], body).into_response()
}
