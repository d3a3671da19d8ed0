//! `GET /assets/…`: stylesheets, scripts, posters; embedded ones or the venue's own.
//!
//! An address that carries the tag of the file is good for ever; without it the browser asks
//! again each time. Exact names only: no path can climb. Next: `web/assets.rs`.

use super::form::Asked;
use crate::state::Shop;
use crate::wording::Trouble;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::sync::Arc;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

pub async fn file(
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, axum::extract::rejection::PathRejection>,
    Asked(query): Asked,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let Path(path) = path.map_err(|_| Trouble::not_found())?;
    let look = shop.look();
    let asset = look.templates.assets().get(&path).ok_or_else(Trouble::not_found)?;
    let tag = format!("\"{}\"", asset.tag);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|given| names(given, &tag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes = match &asset.bytes {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::copy_from_slice(bytes),
        };
        Body::from(bytes).into_response()
    };
    let kept = if query.text("v") == asset.tag { FOR_EVER } else { ASK_AGAIN };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Is this tag among those the browser holds? A weak one is as good for a file.
fn names(given: &HeaderValue, tag: &str) -> bool {
    let given = given.to_str().unwrap_or_default();
    given.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}
