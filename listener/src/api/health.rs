//! Is the box up, may it be sent people, what does it count; and the API's own description.
//!
//! `/healthz` says that the process answers, `/readyz` that it can write and takes connections.
//! Never costs a commit. Next: `metrics.rs`.

use crate::request::{Anyone, Gauger};
use crate::respond::Problem;
use crate::state::Shop;
use crate::wording::Trouble;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use usher_ledger::events;

/// Names of the same text: the newer one for whoever asks for it by name.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The process is up.
pub(crate) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "up" }))
}

/// The store can be read, its writer runs, and the listener takes connections.
pub(crate) async fn readyz(
    State(shop): State<Arc<Shop>>,
    anyone: Anyone,
) -> Result<Json<Value>, Problem> {
    if shop.closing().is_cancelled() || !shop.writer_runs() {
        return Err(Trouble::Busy.into());
    }
    let newest = events::newest(&anyone.snapshot()?).map_err(Trouble::from)?;
    Ok(Json(json!({ "status": "ready", "seq": newest })))
}

/// What the listener counts.
pub(crate) async fn metrics(gauger: Gauger, headers: HeaderMap) -> Response {
    let text = gauger.shop().metrics().text();
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let newer = accepted.is_some_and(|accepted| accepted.contains("application/openmetrics-text"));
    let kind = if newer { OPENMETRICS } else { PROMETHEUS };
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// The description of the API.
pub(crate) fn described(text: Bytes) -> Response {
    let kind = (header::CONTENT_TYPE, "application/json");
    ([kind, (header::CACHE_CONTROL, "no-cache")], text).into_response()
}
