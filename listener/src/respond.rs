//! Answers: pages, redirects, problem documents, and what every answer carries.
//!
//! Handlers return these and never write a status or header of their own. A page for a trouble is
//! rendered on the way out, where words and templates are at hand. Next: `wording.rs`.

use crate::wording::{Terms, Trouble};
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use usher_ledger::plan::Drawn;
use usher_web::{Html, Words};

const HTML: &str = "text/html; charset=utf-8";
const PROBLEM: &str = "application/problem+json";

/// A page for one visitor; never kept by anybody (trust 3).
pub fn page(html: Html) -> Response {
    page_with(StatusCode::OK, html)
}

/// The same with another status: a form that must be put right is 422.
pub fn page_with(status: StatusCode, html: Html) -> Response {
    if let Some(fault) = html.fault() {
        tracing::warn!(fault, "a template of the skin failed; the embedded one stood in");
    }
    let mut response = (status, Body::from(html.into_string())).into_response();
    set(&mut response, header::CONTENT_TYPE, HTML);
    personal(&mut response);
    response
}

/// A page that is the same for every visitor without a cart, as `cache.rs` keeps it.
pub fn shared_page(html: Bytes) -> Response {
    let mut response = Body::from(html).into_response();
    set(&mut response, header::CONTENT_TYPE, HTML);
    // It may be kept, but asked for each time: places left change with every sale. It differs
    // for a visitor with a cart.
    set(&mut response, header::CACHE_CONTROL, "no-cache");
    set(&mut response, header::VARY, "Cookie");
    response
}

/// A file to download or show, for one visitor: PDF, calendar entry.
pub fn file(bytes: Vec<u8>, content_type: &'static str, name: &str) -> Response {
    named(bytes, content_type, "inline", name)
}

/// A file to be kept, for one member of staff: a table.
pub fn download(bytes: Vec<u8>, content_type: &'static str, name: &str) -> Response {
    named(bytes, content_type, "attachment", name)
}

fn named(bytes: Vec<u8>, content_type: &'static str, how: &str, name: &str) -> Response {
    let mut response = Body::from(bytes).into_response();
    set(&mut response, header::CONTENT_TYPE, content_type);
    let safe: String =
        name.chars().filter(|sign| sign.is_ascii_alphanumeric() || ".-_".contains(*sign)).collect();
    set(&mut response, header::CONTENT_DISPOSITION, &format!("{how}; filename=\"{safe}\""));
    personal(&mut response);
    response
}

/// Goes on to another page of ours by GET. `path` is ours, never taken from a request unchecked.
pub fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    set(&mut response, header::LOCATION, path);
    personal(&mut response);
    response
}

/// Adds a cookie that was made on the way, if one was.
pub fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Marks an answer as one visitor's own.
pub fn personal(response: &mut Response) {
    set(response, header::CACHE_CONTROL, "no-store");
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// A local path to go on to after signing in: one leading `/`, no host, nothing odd (domain 8.6).
pub fn local_path(onward: &str) -> Option<&str> {
    let odd = |sign: char| sign.is_control() || sign == '\\' || sign.is_whitespace();
    let local = onward.starts_with('/') && !onward.starts_with("//") && !onward.contains(odd);
    (local && onward.is_ascii() && onward.len() <= 512).then_some(onward)
}

/// Says when to ask again, where asking again helps.
pub(crate) fn ask_again(response: &mut Response, trouble: &Trouble) {
    if let Some(seconds) = trouble.retry_after_s() {
        set(response, header::RETRY_AFTER, &seconds.to_string());
    }
}

/// Trouble on a page: the status now, the designed page on the way out.
impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Trouble in the API: a problem document of RFC 9457 whose `code` is the refusal's name. It is
/// written on the way out, where words and currency are at hand.
#[derive(Clone, Debug)]
pub struct Problem {
    pub trouble: Trouble,
    /// The plan whose seats it names.
    drawn: Option<Arc<Drawn>>,
}

impl Problem {
    /// With the plan at hand, seats in it are named by guid.
    pub fn at(drawn: &Arc<Drawn>) -> impl FnOnce(Trouble) -> Problem + use<> {
        let drawn = Some(Arc::clone(drawn));
        move |trouble| Problem { trouble, drawn }
    }

    /// The document itself.
    pub fn document(&self, words: &Words, currency: &str) -> Value {
        let (code, status, id) = self.trouble.wording();
        let mut document = json!({
            "type": "about:blank",
            "title": words.say(id),
            "status": status.as_u16(),
            "code": code,
        });
        if let Value::Object(document) = &mut document {
            if let Some(reason) = self.trouble.reason() {
                document.insert("detail".to_owned(), Value::from(reason));
            }
            let plan = self.drawn.as_ref().map(|drawn| &drawn.plan);
            document.extend(self.trouble.members(&Terms { plan, currency }));
        }
        document
    }
}

impl<T: Into<Trouble>> From<T> for Problem {
    fn from(trouble: T) -> Problem {
        Problem { trouble: trouble.into(), drawn: None }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.trouble.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes a problem document.
pub(crate) fn problem(problem: &Problem, words: &Words, currency: &str) -> Response {
    let body = problem.document(words, currency).to_string();
    let mut response = (problem.trouble.status(), body).into_response();
    set(&mut response, header::CONTENT_TYPE, PROBLEM);
    ask_again(&mut response, &problem.trouble);
    if problem.trouble == Trouble::NoCredential {
        set(&mut response, header::WWW_AUTHENTICATE, "Bearer");
    }
    personal(&mut response);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_gone_on_to() {
        for path in ["/", "/monitor", "/door?x=1"] {
            assert_eq!(local_path(path), Some(path));
        }
        let long = format!("/{}", "a".repeat(512));
        for path in ["", "monitor", "//evil.example", "/\\evil", "https://x", "/a b", "/a\n", &long]
        {
            assert_eq!(local_path(path), None, "{path}");
        }
    }
}
