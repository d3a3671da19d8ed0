//! The JSON API under `/api/v1`: its calls, what they share, and its own description.
//!
//! Each call asks the ledger and writes the answer in a body of its own, so that a page can change
//! without the API. The description is made from the handlers and is complete. Next:
//! `api/performance.rs`, then `cart.rs`, `hold.rs`, `checkout.rs`, `scan.rs`, `door.rs`,
//! `staff_hold.rs`.

pub(crate) mod cart;
pub(crate) mod checkout;
pub(crate) mod door;
pub(crate) mod health;
pub(crate) mod hold;
mod object;
pub(crate) mod performance;
mod problems;
pub(crate) mod scan;
pub(crate) mod staff_hold;

use crate::request::{KEY_BYTES_MAX, Permit};
use crate::respond::Problem;
use crate::state::Shop;
use crate::wording::Trouble;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use object::Object;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::sync::Arc;
use usher_rules::Key;
use usher_rules::money;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Usher",
        description = "Performances, carts, seats, checkout and scans of one box office. Ids are \
                       strings, money is in minor units, times are RFC 3339 in UTC."
    ),
    components(schemas(problems::ProblemBody)),
    modifiers(&Bearers),
    servers((url = "/api/v1"))
)]
struct Described;

struct Bearers;

impl Modify for Bearers {
    fn modify(&self, described: &mut utoipa::openapi::OpenApi) {
        let bearer = |text: &str| {
            let mut scheme = Http::new(HttpAuthScheme::Bearer);
            scheme.description = Some(text.to_owned());
            SecurityScheme::Http(scheme)
        };
        let components = described.components.get_or_insert_with(Default::default);
        let schemes = &mut components.security_schemes;
        schemes.insert("staff".to_owned(), bearer("A staff token with the right named").into());
        schemes.insert("device".to_owned(), bearer("The token of a door device").into());
        schemes.insert("cart".to_owned(), bearer("The token that POST /carts answered").into());
    }
}

/// All calls, without the prefix, and their description as it is served.
pub(crate) fn routes() -> (Router<Arc<Shop>>, String) {
    let (router, described) = OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(performance::list))
        .routes(routes!(performance::one))
        .routes(routes!(performance::seats))
        .routes(routes!(staff_hold::hold))
        .routes(routes!(staff_hold::release))
        .routes(routes!(cart::open, cart::list))
        .routes(routes!(cart::show))
        .routes(routes!(hold::best_seats))
        .routes(routes!(hold::seats))
        .routes(routes!(hold::check))
        .routes(routes!(hold::give_back))
        .routes(routes!(checkout::checkout))
        .routes(routes!(scan::record, scan::list))
        .routes(routes!(door::snapshot))
        .routes(routes!(door::offline))
        .split_for_parts();
    (router, tidied(&described))
}

/// The description as it is served. A parameter that may be left out is not therefore null: there
/// is no way to write null in a query or header.
fn tidied(described: &utoipa::openapi::OpenApi) -> String {
    let mut described = serde_json::to_value(described).unwrap_or_default();
    let paths = described.get_mut("paths").and_then(Value::as_object_mut);
    let operations = paths.into_iter().flat_map(|paths| {
        paths.values_mut().filter_map(Value::as_object_mut).flat_map(|path| path.values_mut())
    });
    for operation in operations {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let kind = parameter.pointer_mut("/schema/type");
            if let Some(kind) = kind
                && let Some(given) = kind.as_array()
                && let Some(only) = given.iter().find(|kind| *kind != "null").cloned()
            {
                *kind = only;
            }
        }
    }
    described.to_string()
}

/// A small count. `3.0` is a whole number in JSON, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count(pub u8);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Count, D::Error> {
        let number = serde_json::Number::deserialize(input)?;
        let whole = number.as_u64().or_else(|| {
            let exact = number.as_f64().filter(|exact| exact.fract() == 0.0 && *exact >= 0.0);
            exact.map(|exact| exact as u64)
        });
        let count = whole.and_then(|whole| u8::try_from(whole).ok());
        count.map(Count).ok_or_else(|| D::Error::custom("not a small whole number"))
    }
}

/// Is it written like an id, of whatever box?
pub(crate) fn shaped_like_id(text: &str) -> bool {
    let digits = |part: &str, max: usize| {
        (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split_once('-').is_some_and(|(no, count)| digits(no, 5) && digits(count, 15))
}

/// Largest sequence number taken in a query: what a script's numbers can hold.
pub(crate) const SEQ_MAX: u64 = (1 << 53) - 1;

/// A number to go on after.
pub(crate) fn checked_after(after: Option<u64>) -> Result<Option<u64>, Trouble> {
    match after {
        Some(after) if after > SEQ_MAX => Err(Trouble::malformed("after", "too large")),
        after => Ok(after),
    }
}

/// An amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Money {
    /// In minor units: 3500 is 35.00.
    pub minor: i64,
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

impl Money {
    pub fn new(shop: &Shop, amount: money::Money) -> Money {
        Money { minor: amount.0, currency: shop.venue().currency.clone() }
    }
}

/// A body in JSON, read after whoever sends it was let through.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<Shop>> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, shop: &Arc<Shop>) -> Result<Body<T>, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Trouble::UnsupportedMediaType.into());
        }
        let bytes = Bytes::from_request(request, shop).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Trouble::TooLarge { max_bytes: shop.body_bytes_max() }
            } else {
                Trouble::malformed("", "the body broke off")
            }
        })?;
        read(&bytes).map(|Object(body)| Body(body)).map_err(Problem::from)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Trouble> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut reader).map_err(|fault| {
        let field = pointer(fault.path());
        // The reason of serde may quote what was sent; only its kind goes back.
        let reason = match fault.inner().classify() {
            serde_json::error::Category::Data => "a value is missing or of the wrong kind",
            serde_json::error::Category::Syntax | serde_json::error::Category::Eof => "not JSON",
            serde_json::error::Category::Io => "the body broke off",
        };
        Trouble::malformed(field, reason)
    })?;
    reader.end().map_err(|_| Trouble::malformed("", "more than one JSON value"))?;
    Ok(body)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut out = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => out.push_str(&format!("/{index}")),
            Segment::Map { key } => out.push_str(&format!("/{key}")),
            Segment::Enum { variant } => out.push_str(&format!("/{variant}")),
            Segment::Unknown => {}
        }
    }
    out
}

/// The `Idempotency-Key` of a request, if it has one.
pub(crate) struct Once {
    key: Option<String>,
    method: Method,
    path: String,
}

impl Once {
    /// The request key of a permit's asker; the same again answers the same.
    pub fn key(&self, permit: &Permit) -> Option<Key> {
        self.key.as_ref().and_then(|key| permit.request_key(&self.method, &self.path, key))
    }
}

impl FromRequestParts<Arc<Shop>> for Once {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Shop>) -> Result<Once, Problem> {
        let key = match parts.headers.get("idempotency-key") {
            None => None,
            Some(value) => {
                let text = value.to_str().unwrap_or_default();
                let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
                if text.trim().is_empty() || text.len() > KEY_BYTES_MAX || !printable {
                    let reason = "1 to 128 printable ASCII characters";
                    return Err(Trouble::malformed("Idempotency-Key", reason).into());
                }
                Some(text.to_owned())
            }
        };
        Ok(Once { key, method: parts.method.clone(), path: parts.uri.path().to_owned() })
    }
}

/// An answer in JSON that nobody keeps.
pub(crate) struct Answer<T>(pub StatusCode, pub T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        (self.0, [(header::CACHE_CONTROL, "no-store")], Json(self.1)).into_response()
    }
}

/// What a call answers.
pub(crate) type Called<T> = Result<Answer<T>, Problem>;

/// An answer that all is well.
pub(crate) fn ok<T>(body: T) -> Called<T> {
    Ok(Answer(StatusCode::OK, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Place {
        level: String,
        count: u8,
    }

    fn fault(text: &str) -> Trouble {
        read::<Vec<Place>>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_wrong_value_is_named_by_its_place() {
        let trouble = fault(r#"[{"level":"1","count":2},{"level":"1","count":"x"}]"#);
        assert!(matches!(trouble, Trouble::Malformed { field, .. } if field == "/1/count"));
    }

    #[test]
    fn what_is_not_one_json_value_is_malformed() {
        for text in ["", "{", "[] []", "nul", r#"[{"level":"1","count":2,"more":1}]"#] {
            assert!(matches!(fault(text), Trouble::Malformed { .. }), "{text}");
        }
        assert_eq!(read::<Vec<Place>>(b"[]").unwrap(), []);
    }

    #[test]
    fn a_count_is_a_whole_number_however_it_is_written() {
        let count = |text: &str| read::<Count>(text.as_bytes()).ok();
        assert_eq!(count("3"), Some(Count(3)));
        assert_eq!(count("3.0"), Some(Count(3)));
        assert_eq!(count("255"), Some(Count(255)));
        for text in ["3.5", "-1", "-1.0", "256", "1e300", "\"3\"", "null"] {
            assert_eq!(count(text), None, "{text}");
        }
    }

    #[test]
    fn every_call_is_described() {
        let (_, described) = routes();
        let described: serde_json::Value = serde_json::from_str(&described).unwrap();
        let paths = described["paths"].as_object().unwrap();
        for path in [
            "/performances",
            "/performances/{id}",
            "/performances/{id}/seats",
            "/performances/{id}/staff-holds",
            "/performances/{id}/staff-holds/release",
            "/carts",
            "/carts/{cart}",
            "/carts/{cart}/best-seats",
            "/carts/{cart}/seats",
            "/carts/{cart}/seats/check",
            "/carts/{cart}/seats/{guid}",
            "/carts/{cart}/checkout",
            "/scans",
            "/scans/offline",
            "/door/snapshot",
        ] {
            assert!(paths.contains_key(path), "{path}");
        }
        assert_eq!(paths.len(), 15);
        assert!(described["openapi"].as_str().unwrap().starts_with("3.1"));
    }
}
