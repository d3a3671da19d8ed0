//! Ticket codes U1 (keyed) and U2 (signed), as `protocols` 9.2 of the design writes them.
//!
//! Turns a ticket's numbers into the characters of its QR code and back. Never looks a ticket up
//! and never decides admission: a true code is not a right to enter. Next: `admission.rs`.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use minicbor::{Decode, Encode};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq;

/// Longest payload a scanner may bring before it is refused unread (domain 9.1 row 1).
pub const PAYLOAD_BYTES_MAX: usize = 512;
/// Code keys a box can hold at once; the key id is a nibble.
pub const KEY_SLOTS: usize = 16;

const CONTEXT: &[u8] = b"usher/ticket/1\0";
const TAG_BYTES: usize = 10;
const SIGNATURE_BYTES: usize = 64;
const U1_CHARS: usize = 34;
const U2_CHARS: usize = 121;

/// What a code says: which performance, which ticket there, which issue of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
pub struct CodeBody {
    /// Slot of the key that made it, 0 to 15.
    #[n(0)]
    pub key: u8,
    /// `performance.no`, 24 bits.
    #[n(1)]
    pub performance: u32,
    /// `ticket.tag`, 40 bits, random and unique inside its performance.
    #[n(2)]
    pub tag: u64,
    /// Issue of the ticket; only the newest one is valid.
    #[n(3)]
    pub generation: u8,
}

/// The two spellings of one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `U1`: 80-bit keyed tag; the store is the authority.
    Keyed,
    /// `U2`: Ed25519; a device may decide alone.
    Signed,
}

/// Why a payload is not a code of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeFault {
    /// Not of the shape of a ticket code at all.
    NotOurs,
    /// Shaped like ours, but the tag, the signature or the key slot is wrong.
    BadTag,
}

/// The secret of one key slot: makes and checks codes. `Debug` prints stars (trust 2).
#[derive(Clone)]
pub struct CodeKey {
    secret: [u8; 32],
    signing: SigningKey,
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CodeKey(***)")
    }
}

/// All code keys of the box, by slot.
#[derive(Clone, Debug, Default)]
pub struct CodeKeys {
    slots: [Option<CodeKey>; KEY_SLOTS],
}

impl CodeBody {
    /// The ten bytes a code carries in front of its tag; also the key of `ticket_codes`.
    pub fn bytes(&self, form: Form) -> [u8; 10] {
        let scheme = match form {
            Form::Keyed => 1u8,
            Form::Signed => 2u8,
        };
        let performance = self.performance.to_be_bytes();
        let tag = self.tag.to_be_bytes();
        [
            scheme << 4 | (self.key & 0x0f),
            performance[1],
            performance[2],
            performance[3],
            tag[3],
            tag[4],
            tag[5],
            tag[6],
            tag[7],
            self.generation,
        ]
    }

    fn read(bytes: &[u8; 10]) -> CodeBody {
        CodeBody {
            key: bytes[0] & 0x0f,
            performance: u32::from_be_bytes([0, bytes[1], bytes[2], bytes[3]]),
            tag: u64::from_be_bytes([0, 0, 0, bytes[4], bytes[5], bytes[6], bytes[7], bytes[8]]),
            generation: bytes[9],
        }
    }
}

impl CodeKey {
    /// A key from 32 secret bytes: the HMAC key of U1 and the Ed25519 seed of U2.
    pub fn new(secret: [u8; 32]) -> CodeKey {
        CodeKey { secret, signing: SigningKey::from_bytes(&secret) }
    }

    /// The 32 secret bytes, for the key file and nothing else.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// The public half that a device needs to check U2 alone.
    pub fn public(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }

    fn keyed_tag(&self, body: &[u8; 10]) -> [u8; TAG_BYTES] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("any length is a key");
        mac.update(CONTEXT);
        mac.update(body);
        let whole = mac.finalize().into_bytes();
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&whole[..TAG_BYTES]);
        tag
    }

    fn signed(&self, body: &[u8; 10]) -> [u8; SIGNATURE_BYTES] {
        self.signing.sign(&signed_text(body)).to_bytes()
    }
}

impl CodeKeys {
    /// Puts a key into a slot, 0 to 15. Panics above: slots are ours to count.
    pub fn set(&mut self, slot: u8, key: CodeKey) {
        self.slots[usize::from(slot)] = Some(key);
    }

    /// The key of a slot, if there is one.
    pub fn get(&self, slot: u8) -> Option<&CodeKey> {
        self.slots.get(usize::from(slot))?.as_ref()
    }

    /// Writes the code of a body. `None` when its key slot is empty.
    pub fn write(&self, body: &CodeBody, form: Form) -> Option<String> {
        let key = self.get(body.key)?;
        let bytes = body.bytes(form);
        let mut payload = bytes.to_vec();
        Some(match form {
            Form::Keyed => {
                payload.extend(key.keyed_tag(&bytes));
                format!("U1{}", base32(&payload))
            }
            Form::Signed => {
                payload.extend(key.signed(&bytes));
                format!("U2{}", base32(&payload))
            }
        })
    }

    /// Reads a payload: shape, alphabet, key slot, then tag or signature in constant time.
    pub fn read(&self, payload: &str) -> Result<(CodeBody, Form), CodeFault> {
        let form = match payload.get(..2).ok_or(CodeFault::NotOurs)? {
            "U1" | "u1" if payload.len() == U1_CHARS => Form::Keyed,
            "U2" | "u2" if payload.len() == U2_CHARS => Form::Signed,
            _ => return Err(CodeFault::NotOurs),
        };
        let bytes = from_base32(&payload[2..]).ok_or(CodeFault::NotOurs)?;
        let (head, tag) = bytes.split_at_checked(10).ok_or(CodeFault::NotOurs)?;
        let head: [u8; 10] = head.try_into().map_err(|_| CodeFault::NotOurs)?;
        let scheme = match form {
            Form::Keyed => 1,
            Form::Signed => 2,
        };
        if head[0] >> 4 != scheme {
            return Err(CodeFault::NotOurs);
        }
        let body = CodeBody::read(&head);
        let key = self.get(body.key).ok_or(CodeFault::BadTag)?;
        let good = match form {
            Form::Keyed => bool::from(key.keyed_tag(&head).ct_eq(tag)),
            Form::Signed => Signature::from_slice(tag).is_ok_and(|signature| {
                key.public().verify_strict(&signed_text(&head), &signature).is_ok()
            }),
        };
        if good { Ok((body, form)) } else { Err(CodeFault::BadTag) }
    }
}

fn signed_text(body: &[u8; 10]) -> Vec<u8> {
    [CONTEXT, body].concat()
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base32 of RFC 4648 section 6, upper case, without padding.
pub fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut hold, mut bits) = (0u32, 0u32);
    for byte in bytes {
        hold = hold << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(ALPHABET[(hold >> bits & 31) as usize]));
        }
        hold &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(ALPHABET[(hold << (5 - bits) & 31) as usize]));
    }
    out
}

/// Reads [`base32`] in either case. `None` for a foreign character or unused bits that are not
/// zero, so that one code has one spelling.
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut hold, mut bits) = (0u32, 0u32);
    for byte in text.bytes() {
        let value = match byte.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        hold = hold << 5 | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((hold >> bits & 0xff) as u8);
            hold &= (1 << bits) - 1;
        }
    }
    (bits < 5 && hold == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    }

    fn keys() -> CodeKeys {
        let mut keys = CodeKeys::default();
        let counting: [u8; 32] = std::array::from_fn(|index| index as u8);
        keys.set(1, CodeKey::new(counting));
        keys
    }

    fn body() -> CodeBody {
        CodeBody { key: 1, performance: 4711, tag: 0x01_0203_0405, generation: 2 }
    }

    const U1: &str = "U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT";
    const U2: &str = "U2EEABEZYBAIBQIBICSSJ5AODPDNCQ4SRL4VUN66SVBWYVZPLY55FARBGDVRVPDIXYLQNA3TGX5EUA5NQ4YNA55YBMXRMLOVPM5KNZOI3HLFSUWQ7X53CMABI";

    #[test]
    fn the_published_keyed_vector_is_written_and_read() {
        assert_eq!(body().bytes(Form::Keyed).to_vec(), hex("11001267010203040502"));
        assert_eq!(keys().write(&body(), Form::Keyed).unwrap(), U1);
        assert_eq!(keys().read(U1), Ok((body(), Form::Keyed)));
    }

    #[test]
    fn the_published_signed_vector_is_written_and_read() {
        let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let mut keys = CodeKeys::default();
        keys.set(1, CodeKey::new(seed.try_into().unwrap()));
        assert_eq!(keys.write(&body(), Form::Signed).unwrap(), U2);
        assert_eq!(keys.read(U2), Ok((body(), Form::Signed)));
    }

    #[test]
    fn lower_case_is_the_same_code() {
        assert_eq!(keys().read(&U1.to_lowercase()), Ok((body(), Form::Keyed)));
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let payload = from_base32(&U1[2..]).unwrap();
        for bit in 0..payload.len() * 8 {
            let mut forged = payload.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let code = format!("U1{}", base32(&forged));
            assert!(keys().read(&code).is_err(), "bit {bit} flipped passes");
        }
    }

    #[test]
    fn unused_trailing_bits_must_be_zero() {
        let mut spelled = U2.to_owned();
        spelled.replace_range(U2.len() - 1.., "J");
        assert_eq!(keys().read(&spelled), Err(CodeFault::NotOurs));
    }

    #[test]
    fn foreign_payloads_are_not_ours() {
        for payload in ["", "U", "U1", "HELLO", "U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLD1", "ü1234"] {
            assert_eq!(keys().read(payload), Err(CodeFault::NotOurs), "{payload:?}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", CodeKey::new([7; 32])), "CodeKey(***)");
    }
}
