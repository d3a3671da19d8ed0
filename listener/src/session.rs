//! The session cookie: named by what carries it, sent once, known to the store by its hash only.
//!
//! Over TLS it is `__Host-usher` and Secure, over plain HTTP `usher`; neither is ever read on the
//! other side (trust 3). Never touches the store: rows are made by commands. Next: `request.rs`.

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};
use std::fmt;
use usher_rules::code::base32;
use usher_rules::session::SESSION_KEPT;

/// Name of the cookie over TLS.
pub const COOKIE_TLS: &str = "__Host-usher";
/// Name of the cookie over plain HTTP.
pub const COOKIE_PLAIN: &str = "usher";
/// Longest cookie value looked at, in bytes.
pub const COOKIE_BYTES_MAX: usize = 128;
/// Seconds a browser keeps the cookie: as long as the store keeps the session.
const KEPT_S: i64 = SESSION_KEPT.0 / 1_000;

/// Hash of a cookie: what the store knows a session by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey(pub [u8; 32]);

impl fmt::Debug for SessionKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SessionKey(***)")
    }
}

impl SessionKey {
    fn of(cookie: &str) -> SessionKey {
        let mut hash = Sha256::new();
        hash.update(b"usher/session/1\0");
        hash.update(cookie.as_bytes());
        SessionKey(hash.finalize().into())
    }
}

/// A session that is being opened, and the header that hands it to the browser.
pub struct Fresh {
    pub key: SessionKey,
    pub cookie: HeaderValue,
}

/// Draws a new session from 32 random bytes.
pub fn fresh(luck: &[u8; 32], tls: bool) -> Fresh {
    let value = base32(luck);
    Fresh { key: SessionKey::of(&value), cookie: set(&value, KEPT_S, tls) }
}

/// The header that makes the browser forget the session.
pub fn forget(tls: bool) -> HeaderValue {
    set("", 0, tls)
}

fn set(value: &str, kept_s: i64, tls: bool) -> HeaderValue {
    let (name, secure) = if tls { (COOKIE_TLS, "; Secure") } else { (COOKIE_PLAIN, "") };
    let text = format!("{name}={value}; Path=/; Max-Age={kept_s}; HttpOnly; SameSite=Lax{secure}");
    // Letters, digits and the signs above are always a header.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The session of a request, by the one cookie that belongs to what carried it.
pub fn read(headers: &HeaderMap, tls: bool) -> Option<SessionKey> {
    let name = if tls { COOKIE_TLS } else { COOKIE_PLAIN };
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut values = pairs.flat_map(|line| line.split(';')).filter_map(|pair| {
        let (given, value) = pair.trim().split_once('=')?;
        (given == name && plausible(value)).then(|| value.to_owned())
    });
    values.next().map(|value| SessionKey::of(&value))
}

fn plausible(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= COOKIE_BYTES_MAX
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_cookies(line: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(line).unwrap());
        headers
    }

    #[test]
    fn over_tls_the_cookie_is_secure_and_bound_to_the_host() {
        let fresh = fresh(&[7; 32], true);
        let text = fresh.cookie.to_str().unwrap();
        assert!(text.starts_with("__Host-usher="), "{text}");
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn over_plain_http_it_bears_the_other_name_and_is_not_secure() {
        let fresh = fresh(&[7; 32], false);
        let text = fresh.cookie.to_str().unwrap();
        assert!(text.starts_with("usher=") && !text.contains("Secure"), "{text}");
    }

    #[test]
    fn a_cookie_of_one_side_is_never_read_by_the_other() {
        let value = base32(&[7; 32]);
        let headers = with_cookies(&format!("usher={value}; __Host-usher=OTHER"));
        assert_eq!(read(&headers, false), Some(SessionKey::of(&value)));
        assert_eq!(read(&headers, true), Some(SessionKey::of("OTHER")));
        assert_eq!(read(&with_cookies(&format!("usher={value}")), true), None);
        assert_eq!(read(&with_cookies(&format!("__Host-usher={value}")), false), None);
    }

    #[test]
    fn what_we_did_not_write_is_no_session() {
        let long = format!("usher={}", "A".repeat(COOKIE_BYTES_MAX + 1));
        for line in ["", "usher=", "usher=a b", "usher=\"A\"", "xusher=A", long.as_str()] {
            assert_eq!(read(&with_cookies(line), false), None, "{line}");
        }
        let longest = format!("usher={}", "A".repeat(COOKIE_BYTES_MAX));
        assert!(read(&with_cookies(&longest), false).is_some());
    }
}
