//! The terminal's side of the envelope, written for itself from the page.
//! Holds keys and checks; both headers must say the same. Never shares code with the driver: the
//! page's vector is the referee of both. Source: pin-pads 4.1. Next: `terminal.rs`.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{self, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(3_999);

/// By which name a key is known, and which of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName {
    pub identifier: String,
    pub version: u32,
}

pub struct Seal {
    derived: [u8; 80],
    name: Option<KeyName>,
}

impl Seal {
    pub fn new(passphrase: &str, name: Option<KeyName>) -> Seal {
        let mut derived = [0; 80];
        let algorithm = pbkdf2::PBKDF2_HMAC_SHA1;
        let salt = b"AdyenNexoV1Salt";
        pbkdf2::derive(algorithm, ROUNDS, salt, passphrase.as_bytes(), &mut derived);
        Seal { derived, name }
    }

    /// The plain text of a request and the name of its key, or what is wrong with it.
    pub fn open(&self, body: &[u8]) -> Result<(String, KeyName), String> {
        let outer: Value = serde_json::from_slice(body).map_err(|_| "no JSON".to_owned())?;
        let outer = outer.get("SaleToPOIRequest").ok_or("no SaleToPOIRequest")?;
        let trailer = outer.get("SecurityTrailer").ok_or("no SecurityTrailer")?;
        if trailer.get("AdyenCryptoVersion") != Some(&json!(1)) {
            return Err("an unknown AdyenCryptoVersion".to_owned());
        }
        let name = key_name(trailer).ok_or("a key without name or version")?;
        if self.name.as_ref().is_some_and(|own| *own != name) {
            return Err("an unknown key".to_owned());
        }
        let nonce = base64_of(trailer.get("Nonce")).ok_or("no Nonce")?;
        let tag = base64_of(trailer.get("Hmac")).ok_or("no Hmac")?;
        let mut blob = base64_of(outer.get("NexoBlob")).ok_or("no NexoBlob")?;
        let plain = self.decrypt(&mut blob, &nonce).ok_or("a blob of another key")?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.part(0, 32));
        hmac::verify(&key, plain.as_bytes(), &tag).map_err(|_| "a wrong Hmac")?;
        let inner: Value = serde_json::from_str(&plain).map_err(|_| "no JSON inside")?;
        let inner = inner.get("SaleToPOIRequest").ok_or("no SaleToPOIRequest inside")?;
        if inner.get("MessageHeader").is_none()
            || inner.get("MessageHeader") != outer.get("MessageHeader")
        {
            return Err("two different headers".to_owned());
        }
        Ok((plain, name))
    }

    /// Seals a whole answer, by the name of the key as the request had it.
    pub fn seal(&self, plain: &str, name: &KeyName) -> Option<String> {
        let answer: Value = serde_json::from_str(plain).ok()?;
        let header = answer.get("SaleToPOIResponse")?.get("MessageHeader")?.clone();
        let mut nonce = [0; 16];
        aws_lc_rs::rand::fill(&mut nonce).ok()?;
        let mut blob = plain.as_bytes().to_vec();
        let key = UnboundCipherKey::new(&cipher::AES_256, self.part(32, 64)).ok()?;
        let key = cipher::PaddedBlockEncryptingKey::cbc_pkcs7(key).ok()?;
        let iv = cipher::EncryptionContext::Iv128(self.iv(&nonce)?);
        key.less_safe_encrypt(&mut blob, iv).ok()?;
        let tag =
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.part(0, 32)), plain.as_bytes());
        let trailer = json!({
            "AdyenCryptoVersion": 1,
            "KeyIdentifier": name.identifier,
            "KeyVersion": name.version,
            "Nonce": STANDARD.encode(nonce),
            "Hmac": STANDARD.encode(tag),
        });
        let sealed = json!({
            "MessageHeader": header,
            "NexoBlob": STANDARD.encode(blob),
            "SecurityTrailer": trailer,
        });
        Some(json!({ "SaleToPOIResponse": sealed }).to_string())
    }

    fn decrypt(&self, blob: &mut [u8], nonce: &[u8]) -> Option<String> {
        let key = UnboundCipherKey::new(&cipher::AES_256, self.part(32, 64)).ok()?;
        let key = cipher::PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
        let iv = cipher::DecryptionContext::Iv128(self.iv(nonce)?);
        String::from_utf8(key.decrypt(blob, iv).ok()?.to_vec()).ok()
    }

    fn iv(&self, nonce: &[u8]) -> Option<FixedLength<16>> {
        let mixed: Vec<u8> = self.part(64, 80).iter().zip(nonce).map(|(a, b)| a ^ b).collect();
        let mixed: [u8; 16] = mixed.try_into().ok()?;
        (nonce.len() == mixed.len()).then(|| FixedLength::from(&mixed))
    }

    fn part(&self, from: usize, to: usize) -> &[u8] {
        self.derived.get(from..to).unwrap_or(&[])
    }
}

fn key_name(trailer: &Value) -> Option<KeyName> {
    let identifier = trailer.get("KeyIdentifier")?.as_str()?.to_owned();
    let version = u32::try_from(trailer.get("KeyVersion")?.as_u64()?).ok()?;
    Some(KeyName { identifier, version })
}

fn base64_of(value: Option<&Value>) -> Option<Vec<u8>> {
    STANDARD.decode(value?.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_opens_the_message_of_the_page_and_no_altered_one() {
        let name = KeyName { identifier: "key".to_owned(), version: 1 };
        let seal = Seal::new("correct horse battery", Some(name.clone()));
        let message = |hmac: &str| {
            let blob = "pBxSjGMrY7nVMluofgHR3+6fOo/7JLnfj2Hptcd+r4B85d6swifJVJ9UthLHvV0M1HWmxfgwkD\
                        qQiJBYFeOZyoML48fOc4v4H7sfhoJEWPk=";
            json!({"SaleToPOIRequest": {
                "MessageHeader": {"MessageCategory": "Payment"},
                "NexoBlob": blob,
                "SecurityTrailer": {"AdyenCryptoVersion": 1, "KeyIdentifier": "key",
                    "KeyVersion": 1, "Nonce": "AAECAwQFBgcICQoLDA0ODw==", "Hmac": hmac},
            }})
            .to_string()
        };
        let plain = r#"{"SaleToPOIRequest":{"MessageHeader":{"MessageCategory":"Payment"}}}"#;
        let good = message("X9Tl14Q46hHXVgkhNepSJYFsG4IgnA5QvkL3EuEmub0=");
        assert_eq!(seal.open(good.as_bytes()), Ok((plain.to_owned(), name)));
        let altered = message("Y9Tl14Q46hHXVgkhNepSJYFsG4IgnA5QvkL3EuEmub0=");
        assert_eq!(seal.open(altered.as_bytes()), Err("a wrong Hmac".to_owned()));
        let other = KeyName { identifier: "key".to_owned(), version: 2 };
        let seal = Seal::new("correct horse battery", Some(other));
        assert_eq!(seal.open(good.as_bytes()), Err("an unknown key".to_owned()));
    }
}
