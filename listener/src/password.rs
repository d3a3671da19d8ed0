//! Passwords: what is taken for one, Argon2id of it, and never more than a few at once.
//!
//! A login that nobody has costs the same work as one that somebody has, so that time tells
//! nothing. Never keeps, logs or prints what was typed. Next: `staff/sign_in.rs`.

use crate::wording::Trouble;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::fmt;
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;
use usher_rules::staff::PasswordHash;
use zeroize::Zeroizing;

/// Shortest password where nothing else is asked for, and where a second factor is (trust 3).
pub const CHARS_MIN: usize = 15;
pub const CHARS_MIN_WITH_SECOND: usize = 8;
/// Longest password taken.
pub const CHARS_MAX: usize = 128;
/// Guesses that a password must stand at least, as zxcvbn counts them: far more than an account
/// allows. Common ones and those known from leaks are below.
const GUESSES_MIN: u64 = 1_000_000;
/// Hashes made at once: each takes [`MEMORY_KIB`].
const HASHES_MAX: usize = 2;
/// Askers that may wait for one before the box says that it is busy.
const WAITING_MAX: usize = 64;
/// Cost of one hash (OWASP): memory, passes, lanes.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A password as it was typed.
pub struct Typed(Zeroizing<String>);

impl Typed {
    pub fn new(text: &str) -> Typed {
        Typed(Zeroizing::new(text.chars().take(CHARS_MAX + 1).collect()))
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Typed(***)")
    }
}

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    Short {
        min: usize,
    },
    Long {
        max: usize,
    },
    /// Everybody's first guess, or the login itself.
    Common,
}

/// Is it good enough? `second_factor`: another proof is asked for beside it.
pub fn sound(typed: &Typed, second_factor: bool, login: &str) -> Result<(), Weak> {
    let min = if second_factor { CHARS_MIN_WITH_SECOND } else { CHARS_MIN };
    let chars = typed.0.chars().count();
    if chars < min {
        return Err(Weak::Short { min });
    }
    if chars > CHARS_MAX {
        return Err(Weak::Long { max: CHARS_MAX });
    }
    let guesses = zxcvbn::zxcvbn(&typed.0, &[login, "usher"]).guesses();
    if guesses < GUESSES_MIN { Err(Weak::Common) } else { Ok(()) }
}

/// Makes and compares hashes, [`HASHES_MAX`] at a time.
pub struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    nobodys: OnceLock<String>,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords {
            turns: Arc::new(Semaphore::new(HASHES_MAX)),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            nobodys: OnceLock::new(),
        }
    }
}

impl Passwords {
    /// The hash to keep. `salt` is 16 random bytes or more.
    pub async fn hash(&self, typed: Typed, salt: [u8; 32]) -> Result<PasswordHash, Trouble> {
        let made = self.work(move || hash(&typed, &salt)).await?;
        made.map(PasswordHash).ok_or(Trouble::Bug)
    }

    /// Is it the password of that hash? Without a hash the work is done all the same.
    pub async fn fits(&self, kept: Option<PasswordHash>, typed: Typed) -> Result<bool, Trouble> {
        let nobodys = || hash(&Typed::new("nobody's password"), &[7; 32]).unwrap_or_default();
        let known = kept.is_some();
        let phc = match kept {
            Some(PasswordHash(phc)) => phc,
            None => self.nobodys.get_or_init(nobodys).clone(),
        };
        Ok(self.work(move || verify(&phc, &typed)).await? && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Trouble> {
        let _waiting = self.waiting.try_acquire().map_err(|_| Trouble::Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Trouble::Busy)?;
        let made = tokio::task::spawn_blocking(move || {
            // Who hangs up does not free the turn before the work is done.
            let _turn = turn;
            work()
        });
        made.await.map_err(|_| Trouble::Bug)
    }
}

/// The hash of a password in PHC form; for those who have no runtime, as the console.
pub fn hash(typed: &Typed, salt: &[u8; 32]) -> Option<String> {
    let salt = salt.first_chunk::<16>()?;
    let made = argon().hash_password_with_salt(typed.0.as_bytes(), salt).ok()?;
    Some(made.to_string())
}

fn verify(phc: &str, typed: &Typed) -> bool {
    argon().verify_password(typed.0.as_bytes(), phc).is_ok()
}

fn argon() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, second_factor: bool) -> Result<(), Weak> {
        sound(&Typed::new(text), second_factor, "anna.merrow")
    }

    #[test]
    fn a_password_is_long_enough_alone_or_shorter_beside_a_second_factor() {
        let long = "qv7 ruddy plinth wax".repeat(7);
        for (chars, second, min) in [(14, false, 15), (7, true, 8)] {
            let short = &long[..chars];
            assert_eq!(check(short, second), Err(Weak::Short { min }));
            assert_eq!(check(&long[..=chars], second), Ok(()));
        }
        assert_eq!(check(&long[..CHARS_MAX], false), Ok(()));
        assert_eq!(check(&long[..=CHARS_MAX], false), Err(Weak::Long { max: CHARS_MAX }));
    }

    #[test]
    fn what_everybody_tries_first_is_no_password() {
        for text in ["password1", "qwertyuiop", "anna.merrow", "iloveyou2", "aaaaaaaaaaaaaaaa"] {
            assert_eq!(check(text, true), Err(Weak::Common), "{text}");
        }
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other_and_nobody_has_one() {
        let passwords = Passwords::default();
        let kept = passwords.hash(Typed::new("ruddy plinth wax"), [3; 32]).await.unwrap();
        assert!(kept.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept.0);
        let fits = |text: &'static str| passwords.fits(Some(kept.clone()), Typed::new(text));
        assert!(fits("ruddy plinth wax").await.unwrap());
        assert!(!fits("ruddy plinth way").await.unwrap());
        assert!(!passwords.fits(None, Typed::new("nobody's password")).await.unwrap());
    }

    #[test]
    fn a_typed_password_does_not_print() {
        assert_eq!(format!("{:?}", Typed::new("ruddy")), "Typed(***)");
    }
}
