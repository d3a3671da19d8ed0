//! The envelope of a message: sealed and opened with keys made from the shared passphrase.
//! Holds AES-256-CBC and HMAC-SHA256 as pin-pads 4.1 wants them. Never prints a key and never
//! draws a nonce: who seals brings a fresh one. Next: `message.rs` for what is inside.

use std::fmt;
use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

pub const NONCE_BYTES: usize = 16;
const HMAC_KEY_BYTES: usize = 32;
const CIPHER_KEY_BYTES: usize = 32;
const KEYS_BYTES: usize = HMAC_KEY_BYTES + CIPHER_KEY_BYTES + NONCE_BYTES;
const SALT: &[u8] = b"AdyenNexoV1Salt";
const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(3_999);
const CRYPTO_VERSION: u32 = 1;

/// Why an envelope was not made or not opened. Never says what was inside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeFault {
    #[error("no sealed message came")]
    Shape,
    #[error("it is sealed with the key {identifier:?} version {version}")]
    OtherKey { identifier: String, version: u32 },
    #[error("its seal does not fit the shared key")]
    Seal,
    #[error("its outer header is not its inner header")]
    Headers,
}

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Request,
    Response,
}

/// The three keys that a passphrase makes.
#[derive(Clone)]
pub struct Keys {
    hmac: [u8; HMAC_KEY_BYTES],
    cipher: [u8; CIPHER_KEY_BYTES],
    iv: [u8; NONCE_BYTES],
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Keys {
    pub fn derive(passphrase: &str) -> Keys {
        let mut all = [0; KEYS_BYTES];
        let secret = passphrase.as_bytes();
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA1, ROUNDS, SALT, secret, &mut all);
        let mut keys = Keys { hmac: [0; _], cipher: [0; _], iv: [0; _] };
        let targets = keys.hmac.iter_mut().chain(&mut keys.cipher).chain(&mut keys.iv);
        targets.zip(all).for_each(|(to, from)| *to = from);
        keys
    }

    fn iv(&self, nonce: &[u8; NONCE_BYTES]) -> FixedLength<NONCE_BYTES> {
        let mut iv = self.iv;
        iv.iter_mut().zip(nonce).for_each(|(iv, nonce)| *iv ^= nonce);
        FixedLength::from(&iv)
    }

    fn encrypt(&self, plain: &[u8], nonce: &[u8; NONCE_BYTES]) -> Option<Vec<u8>> {
        let key = UnboundCipherKey::new(&AES_256, &self.cipher).ok()?;
        let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).ok()?;
        let mut blob = plain.to_vec();
        key.less_safe_encrypt(&mut blob, EncryptionContext::Iv128(self.iv(nonce))).ok()?;
        Some(blob)
    }

    /// The plain text, if the seal fits. Which of the two did not, nobody is told.
    fn decrypt(&self, trailer: &Trailer, blob: &str) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE_BYTES] = STANDARD.decode(&trailer.nonce).ok()?.try_into().ok()?;
        let tag = STANDARD.decode(&trailer.hmac).ok()?;
        let mut blob = STANDARD.decode(blob).ok()?;
        let key = UnboundCipherKey::new(&AES_256, &self.cipher).ok()?;
        let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
        let plain = key.decrypt(&mut blob, DecryptionContext::Iv128(self.iv(&nonce))).ok()?;
        // Takes the same time wherever the first difference is.
        hmac::verify(&self.hmac_key(), plain, &tag).ok()?;
        Some(plain.to_vec())
    }

    fn hmac_key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.hmac)
    }
}

/// The keys with the name under which the terminal knows them.
#[derive(Debug, Clone)]
pub struct Envelope {
    pub keys: Keys,
    pub key_identifier: String,
    pub key_version: u32,
}

impl Envelope {
    /// Seals `plain`, a whole message with its header. `nonce` is used once and never again.
    pub fn seal(
        &self,
        way: Way,
        plain: &[u8],
        nonce: [u8; NONCE_BYTES],
    ) -> Result<Vec<u8>, EnvelopeFault> {
        let inner: Outer<Headed> = read(plain)?;
        let headed = inner.take(way).ok_or(EnvelopeFault::Shape)?;
        let blob = self.keys.encrypt(plain, &nonce).ok_or(EnvelopeFault::Seal)?;
        let sealed = Sealed {
            header: headed.header,
            blob: STANDARD.encode(blob),
            trailer: Trailer {
                crypto_version: CRYPTO_VERSION,
                key_identifier: self.key_identifier.clone(),
                key_version: self.key_version,
                nonce: STANDARD.encode(nonce),
                hmac: STANDARD.encode(hmac::sign(&self.keys.hmac_key(), plain)),
            },
        };
        serde_json::to_vec(&Outer::of(way, sealed)).map_err(|_| EnvelopeFault::Shape)
    }

    /// The plain message, once the seal fits and both headers say the same.
    pub fn open(&self, way: Way, bytes: &[u8]) -> Result<Vec<u8>, EnvelopeFault> {
        let outer: Outer<Sealed> = read(bytes)?;
        let sealed = outer.take(way).ok_or(EnvelopeFault::Shape)?;
        let trailer = &sealed.trailer;
        if trailer.key_identifier != self.key_identifier || trailer.key_version != self.key_version
        {
            let identifier = trailer.key_identifier.chars().take(NAME_CHARS_SHOWN_MAX).collect();
            return Err(EnvelopeFault::OtherKey { identifier, version: trailer.key_version });
        }
        if trailer.crypto_version != CRYPTO_VERSION {
            return Err(EnvelopeFault::Seal);
        }
        let plain = self.keys.decrypt(trailer, &sealed.blob).ok_or(EnvelopeFault::Seal)?;
        let inner = read::<Outer<Headed>>(&plain)?.take(way).ok_or(EnvelopeFault::Shape)?;
        let header = |raw: &RawValue| serde_json::from_str::<Value>(raw.get()).ok();
        if header(&inner.header) != header(&sealed.header) {
            return Err(EnvelopeFault::Headers);
        }
        Ok(plain)
    }
}

/// How much of a foreign key's name is repeated in a fault.
const NAME_CHARS_SHOWN_MAX: usize = 100;

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, EnvelopeFault> {
    serde_json::from_slice(bytes).map_err(|_| EnvelopeFault::Shape)
}

#[derive(Serialize, Deserialize)]
struct Outer<T> {
    #[serde(rename = "SaleToPOIRequest", skip_serializing_if = "Option::is_none")]
    request: Option<T>,
    #[serde(rename = "SaleToPOIResponse", skip_serializing_if = "Option::is_none")]
    response: Option<T>,
}

impl<T> Outer<T> {
    fn of(way: Way, message: T) -> Outer<T> {
        match way {
            Way::Request => Outer { request: Some(message), response: None },
            Way::Response => Outer { request: None, response: Some(message) },
        }
    }

    fn take(self, way: Way) -> Option<T> {
        match way {
            Way::Request => self.request,
            Way::Response => self.response,
        }
    }
}

#[derive(Deserialize)]
struct Headed {
    #[serde(rename = "MessageHeader")]
    header: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    #[serde(rename = "MessageHeader")]
    header: Box<RawValue>,
    #[serde(rename = "NexoBlob")]
    blob: String,
    #[serde(rename = "SecurityTrailer")]
    trailer: Trailer,
}

#[derive(Serialize, Deserialize)]
struct Trailer {
    #[serde(rename = "AdyenCryptoVersion")]
    crypto_version: u32,
    #[serde(rename = "KeyIdentifier")]
    key_identifier: String,
    #[serde(rename = "KeyVersion")]
    key_version: u32,
    #[serde(rename = "Nonce")]
    nonce: String,
    #[serde(rename = "Hmac")]
    hmac: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPHRASE: &str = "correct horse battery";

    #[test]
    fn a_passphrase_makes_the_three_keys_of_the_page() {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let keys = Keys::derive(PASSPHRASE);
        let made = [hex(&keys.hmac), hex(&keys.cipher), hex(&keys.iv)];
        assert_eq!(
            made,
            [
                "6d3b94b9f0f6cb7071e35a76e094dee7661587c889e4e1070b8da2c4a0d76313",
                "4eaeef21bd9267b80ce2176b81145578ac499415ff4e0f494c841de46efef8d5",
                "0aa54c65bda8251cc63b4e15ba8cac82",
            ]
        );
        assert_eq!(format!("{keys:?}"), "***");
    }
}
