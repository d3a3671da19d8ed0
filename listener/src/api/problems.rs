//! The problem documents of the API as its description has them.
//!
//! Only describes: what is answered is made in `respond.rs` of the table in `wording.rs`. Next:
//! `api.rs`.

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// A problem document (RFC 9457). What a refusal knows stands beside these members.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
#[allow(dead_code)] // A shape for the description; documents are written in `respond.rs`.
pub(crate) struct ProblemBody {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The stable name of the refusal.
    code: String,
    detail: Option<String>,
}

type All = BTreeMap<String, RefOr<Response>>;

fn problem(text: &str, retry: bool) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut response =
        ResponseBuilder::new().description(text).content("application/problem+json", content);
    if retry {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).build();
        let header = HeaderBuilder::new()
            .schema(Some(seconds))
            .description(Some("Seconds after which to ask again"))
            .build();
        response = response.header("Retry-After", header);
    }
    response.build().into()
}

fn some(statuses: &[u16]) -> All {
    let all = [
        (400, "A value is missing or not what it must be", false),
        (401, "No credential, or an unknown one", false),
        (402, "The card was not accepted; nothing changed", false),
        (403, "The credential is good, but not for this", false),
        (404, "Unknown or hidden", false),
        (409, "Taken, changed, in the wrong state, or the key was used for something else", false),
        (413, "The body is too large", false),
        (415, "The body is not JSON", false),
        (422, "The rule of the house says no", false),
        (429, "Too many", true),
        (503, "The box is busy or full: ask again, with the same key", true),
    ];
    let wanted = all.iter().filter(|(status, ..)| statuses.contains(status));
    wanted.map(|(status, text, retry)| (status.to_string(), problem(text, *retry))).collect()
}

macro_rules! problems {
    ($($(#[$meta:meta])* $name:ident: $statuses:expr),+ $(,)?) => {$(
        $(#[$meta])*
        pub(crate) struct $name;
        impl IntoResponses for $name {
            fn responses() -> All {
                some(&$statuses)
            }
        }
    )+};
}

problems! {
    /// A public list.
    Listing: [429, 503],
    /// A public thing by its id.
    Finding: [400, 404, 429, 503],
    /// Opening a cart.
    Opening: [400, 403, 409, 413, 415, 429, 503],
    /// Looking at a cart.
    Looking: [401, 403, 404, 429, 503],
    /// Taking or giving back seats.
    Taking: [400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
    /// Keeping seats for the staff, and letting them go.
    Keeping: [400, 401, 403, 404, 409, 413, 415, 429, 503],
    /// Giving one back.
    GivingBack: [400, 401, 403, 404, 409, 422, 429, 503],
    /// Paying.
    Paying: [400, 401, 402, 403, 404, 409, 413, 415, 422, 429, 503],
    /// Scanning.
    Scanning: [400, 401, 403, 409, 413, 415, 429, 503],
    /// Reading what is for staff only.
    Reading: [400, 401, 403, 404, 429, 503],
}
