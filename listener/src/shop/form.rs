//! Queries and forms as pairs of names and texts, and the named part of an address.
//!
//! Nothing here answers with bare text: what cannot be read is a trouble with a page of its own.
//! Never keeps what was typed. Next: the nouns, which know the names of their fields.

use crate::request::step;
use crate::state::Shop;
use crate::wording::Trouble;
use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};
use std::str::FromStr;
use std::sync::Arc;
use usher_rules::Key;
use usher_rules::code::base32;
use usher_rules::id::PerformanceId;

/// Pairs looked at in one form or query.
pub const FIELDS_MAX: usize = 2_000;

/// Names and texts in their order; a name may come more than once.
#[derive(Default)]
pub struct Fields(Vec<(String, String)>);

fn not_a_form() -> Trouble {
    Trouble::malformed("body", "not a form")
}

impl Fields {
    fn of(pairs: Vec<(String, String)>) -> Result<Fields, Trouble> {
        if pairs.len() > FIELDS_MAX { Err(not_a_form()) } else { Ok(Fields(pairs)) }
    }

    /// The first text of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, text)| text.as_str())
    }

    /// The first text of that name, or nothing.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, text)| text.as_str())
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The text of a field that the page itself writes.
    pub fn known<T: FromStr>(&self, name: &'static str) -> Result<T, Trouble> {
        self.text(name).parse().map_err(|_| Trouble::malformed(name, "not as this page sends it"))
    }

    pub fn performance(&self) -> Result<PerformanceId, Trouble> {
        self.known("performance")
    }

    /// The hidden key together with all that was typed: pressing twice is one request, going
    /// back and asking for something else is another. Empty without a hidden key.
    pub fn key(&self) -> String {
        if self.text("key").is_empty() {
            return String::new();
        }
        key_of(self.pairs())
    }
}

/// One key for all that stands in a form.
pub(crate) fn key_of<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut hash = Sha256::new();
    for (name, text) in pairs {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    let whole: [u8; 32] = hash.finalize().into();
    base32(&whole)
}

/// The key of the act itself, apart from that of opening a cart for it.
pub(crate) fn act(key: Option<Key>) -> Option<Key> {
    step(key, "act")
}

impl FromRequest<Arc<Shop>> for Fields {
    type Rejection = Trouble;

    async fn from_request(request: Request, shop: &Arc<Shop>) -> Result<Fields, Trouble> {
        // A form without fields comes without a body, and browsers differ in what they then say.
        if request.headers().get(header::CONTENT_LENGTH).is_some_and(|length| length == "0") {
            return Ok(Fields::default());
        }
        let form = Form::<Vec<(String, String)>>::from_request(request, shop).await;
        let Form(pairs) = form.map_err(|unread| match unread.status().as_u16() {
            413 => Trouble::TooLarge { max_bytes: shop.body_bytes_max() },
            415 => Trouble::UnsupportedMediaType,
            _ => not_a_form(),
        })?;
        Fields::of(pairs)
    }
}

/// The query of an address; one that cannot be read is none.
pub struct Asked(pub Fields);

impl FromRequestParts<Arc<Shop>> for Asked {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Shop>) -> Result<Asked, Trouble> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        Fields::of(pairs.map(|Query(pairs)| pairs).unwrap_or_default()).map(Asked)
    }
}

/// The one variable part of an address; one that is not of its kind leads nowhere.
pub struct Named<T>(pub T);

impl<T: FromStr + Send> FromRequestParts<Arc<Shop>> for Named<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Trouble> {
        let part = Path::<String>::from_request_parts(parts, shop).await;
        let Path(text) = part.map_err(|_| Trouble::not_found())?;
        text.parse().map(Named).map_err(|_| Trouble::not_found())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect())
    }

    #[test]
    fn the_same_press_has_the_same_key_and_another_wish_another() {
        let two = || fields(&[("key", "K"), ("qty-1", "2")]);
        assert_eq!(two().key(), two().key());
        assert_ne!(two().key(), fields(&[("key", "K"), ("qty-1", "3")]).key());
        assert_ne!(two().key(), fields(&[("key", "L"), ("qty-1", "2")]).key());
        assert_ne!(
            fields(&[("key", "K"), ("a", "bc")]).key(),
            fields(&[("key", "K"), ("ab", "c")]).key()
        );
        assert_eq!(fields(&[("qty-1", "2")]).key(), "");
    }

    #[test]
    fn a_form_may_have_only_so_many_fields() {
        let pairs = |count| vec![("seat".to_owned(), "A-1".to_owned()); count];
        assert!(Fields::of(pairs(FIELDS_MAX)).is_ok());
        assert!(Fields::of(pairs(FIELDS_MAX + 1)).is_err());
    }
}
