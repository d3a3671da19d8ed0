//! CRAM-MD5 (RFC 2195): the answer to a challenge, so that the password stays at home.
//!
//! Knows nothing of connections: `smtp.rs` sends the answer. The mail crate has no CRAM-MD5 of
//! its own, hence this file.

use super::base64;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use std::fmt::Write;

/// The line that answers `challenge` (base64, as the server sent it). `None` when the challenge
/// is not base64.
pub fn answer(user: &str, password: &str, challenge: &str) -> Option<String> {
    let challenge = base64::decode(challenge)?;
    let mut mac = Hmac::<Md5>::new_from_slice(password.as_bytes()).expect("any length is a key");
    mac.update(&challenge);
    let mut line = format!("{user} ");
    for byte in mac.finalize().into_bytes() {
        write!(line, "{byte:02x}").expect("writing to a string cannot fail");
    }
    Some(base64::encode(line.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_is_answered() {
        let challenge = base64::encode(b"<1896.697170952@postoffice.reston.mci.net>");
        let expected = base64::encode(b"tim b913a602c7eda7a495b4e6e7334d3890");
        assert_eq!(answer("tim", "tanstaaftanstaaf", &challenge), Some(expected));
    }

    #[test]
    fn a_garbled_challenge_has_no_answer() {
        assert_eq!(answer("tim", "tanstaaftanstaaf", "not base64"), None);
    }
}
