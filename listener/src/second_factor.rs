//! The second factor: seeds sealed and drawn, codes of a phone, codes for the day it is lost.
//!
//! A seed stands in the store only sealed, with a key that is not in the store (trust 2). Never
//! decides whether a step is used up: `rules/staff.rs` does. Next: `staff/account.rs`.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use sha2::{Digest, Sha256};
use std::fmt;
use totp_rs::{Builder, Totp};
use usher_rules::at::At;
use usher_rules::code::{base32, from_base32};
use usher_rules::id::StaffNo;
use usher_rules::staff::{CodeHash, Sealed};
use zeroize::Zeroizing;

/// Bytes of a seed: 160 bits (RFC 4226).
const SEED_BYTES: usize = 20;
/// Bytes of a recovery or one-time code: 80 bits, 16 letters.
const CODE_BYTES: usize = 10;
/// Letters of a code that stand together.
const GROUP_CHARS: usize = 4;
/// Digits that a phone shows.
pub const DIGITS: usize = 6;

/// A seed in clear; lives as long as a request, or while it is being enrolled.
#[derive(Clone)]
pub struct Seed(Zeroizing<Vec<u8>>);

impl fmt::Debug for Seed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Seed(***)")
    }
}

impl Seed {
    /// Drawn of 32 random bytes.
    pub fn fresh(luck: &[u8; 32]) -> Seed {
        Seed(Zeroizing::new(luck.iter().take(SEED_BYTES).copied().collect()))
    }

    /// As it is typed into a phone that cannot scan.
    pub fn written(&self) -> String {
        base32(&self.0)
    }

    /// Reads [`Seed::written`].
    pub fn read(written: &str) -> Option<Seed> {
        let bytes = from_base32(written)?;
        (bytes.len() == SEED_BYTES).then(|| Seed(Zeroizing::new(bytes)))
    }

    /// What the symbol says that a phone scans.
    pub fn address(&self, venue: &str, login: &str) -> Option<String> {
        self.totp(venue, login)?.to_url().ok()
    }

    /// The step whose code this is, one before and one after allowed; none is none.
    pub fn step_of(&self, code: &str, now: At) -> Option<u64> {
        let digits = code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
        let now_s = u64::try_from(now.0.div_euclid(1_000)).ok()?;
        if digits { self.totp("usher", "staff")?.check(code, now_s) } else { None }
    }

    /// The code of a moment, as a phone shows it.
    pub fn code_at(&self, at: At) -> Option<String> {
        let at_s = u64::try_from(at.0.div_euclid(1_000)).ok()?;
        Some(self.totp("usher", "staff")?.generate(at_s).to_string())
    }

    fn totp(&self, venue: &str, login: &str) -> Option<Totp> {
        let plain = |text: &str| text.replace(':', " ");
        let builder = Builder::new().with_secret(self.0.to_vec());
        let builder = builder.with_issuer(Some(plain(venue))).with_account_name(plain(login));
        builder.build().ok()
    }
}

/// Seals seeds and opens them again, each for its own account.
pub struct Sealer(Option<RandomizedNonceKey>);

impl Sealer {
    pub fn new(key: &[u8; 32]) -> Sealer {
        Sealer(RandomizedNonceKey::new(&AES_256_GCM, key).ok())
    }

    pub fn seal(&self, of: StaffNo, seed: &Seed) -> Option<Sealed> {
        let mut bytes = seed.0.to_vec();
        let nonce =
            self.0.as_ref()?.seal_in_place_append_tag(Aad::from(bound(of)), &mut bytes).ok()?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.extend(bytes);
        Some(Sealed(sealed))
    }

    pub fn open(&self, of: StaffNo, sealed: &Sealed) -> Option<Seed> {
        let (nonce, rest) = sealed.0.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = Zeroizing::new(rest.to_vec());
        let opened =
            self.0.as_ref()?.open_in_place(nonce, Aad::from(bound(of)), &mut bytes).ok()?;
        Some(Seed(Zeroizing::new(opened.to_vec())))
    }
}

/// A seed of one account is no good for another.
fn bound(of: StaffNo) -> [u8; 4] {
    of.0.to_be_bytes()
}

/// A recovery or one-time code, to be shown once.
pub struct Code(Zeroizing<String>);

impl fmt::Debug for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Code(***)")
    }
}

impl Code {
    /// Drawn of 32 random bytes.
    pub fn fresh(luck: &[u8; 32]) -> Code {
        let letters = base32(luck.split_at(CODE_BYTES).0);
        let groups = letters.as_bytes().chunks(GROUP_CHARS).map(String::from_utf8_lossy);
        Code(Zeroizing::new(groups.collect::<Vec<_>>().join("-")))
    }

    /// The code itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> CodeHash {
        code_hash(&self.0)
    }
}

/// Hash of a code as somebody typed it: case, spaces and dashes do not matter.
pub fn code_hash(typed: &str) -> CodeHash {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
    let mut hash = Sha256::new();
    hash.update(b"usher/code/1\0");
    hash.update(plain.as_bytes());
    CodeHash::new(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_rules::staff::{STEP_S, step_at};

    const NOW: At = At(1_796_403_600_000);

    #[test]
    fn the_code_of_the_published_vector_is_the_one_published() {
        // RFC 6238, appendix B, at 59 s: the last six digits of 94287082.
        let seed = Seed(Zeroizing::new(b"12345678901234567890".to_vec()));
        assert_eq!(seed.code_at(At(59_000)).unwrap(), "287082");
        assert_eq!(seed.step_of("287082", At(59_000)), Some(1));
    }

    #[test]
    fn a_written_seed_is_read_again_and_nothing_shorter_or_longer() {
        let seed = Seed::fresh(&[5; 32]);
        assert_eq!(Seed::read(&seed.written()).unwrap().0, seed.0);
        for bytes in [SEED_BYTES - 1, SEED_BYTES + 1] {
            assert!(Seed::read(&base32(&vec![5; bytes])).is_none(), "{bytes}");
        }
    }

    #[test]
    fn a_code_leads_to_its_own_step_and_one_too_far_to_none() {
        let seed = Seed::fresh(&[5; 32]);
        let step = step_at(NOW).unwrap();
        for (off, found) in [(-2, None), (-1, Some(step - 1)), (0, Some(step)), (1, Some(step + 1))]
        {
            let code = seed.code_at(At(NOW.0 + off * STEP_S * 1_000)).unwrap();
            assert_eq!(seed.step_of(&code, NOW), found, "{off}");
        }
        for wrong in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(seed.step_of(wrong, NOW), None, "{wrong}");
        }
    }

    #[test]
    fn a_sealed_seed_opens_for_its_account_with_its_key_alone() {
        let (sealer, seed) = (Sealer::new(&[1; 32]), Seed::fresh(&[5; 32]));
        let sealed = sealer.seal(StaffNo(3), &seed).unwrap();
        assert!(!sealed.0.windows(SEED_BYTES).any(|window| window == seed.0.as_slice()));
        let opened = |sealer: &Sealer, no, sealed: &Sealed| sealer.open(StaffNo(no), sealed);
        assert_eq!(opened(&sealer, 3, &sealed).unwrap().written(), seed.written());
        assert!(opened(&sealer, 4, &sealed).is_none());
        assert!(opened(&Sealer::new(&[2; 32]), 3, &sealed).is_none());
        for at in 0..sealed.0.len() {
            let mut bent = sealed.clone();
            bent.0[at] ^= 1;
            assert!(opened(&sealer, 3, &bent).is_none(), "byte {at}");
        }
        assert!(opened(&sealer, 3, &Sealed(vec![0; 5])).is_none());
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let code = Code::fresh(&[0xA5; 32]);
        assert_eq!(code.expose().len(), 19);
        assert_eq!(code_hash(&code.expose().to_lowercase().replace('-', " ")), code.hash());
        assert_ne!(Code::fresh(&[0xA6; 32]).hash(), code.hash());
    }

    #[test]
    fn secrets_do_not_print() {
        let printed = format!("{:?} {:?}", Seed::fresh(&[5; 32]), Code::fresh(&[5; 32]));
        assert_eq!(printed, "Seed(***) Code(***)");
    }
}
