//! Who is halfway in: the password was right, the second factor is still to come; or a phone is
//! being enrolled.
//!
//! In memory only, for minutes, by a key that is drawn anew each time; a restart forgets them all.
//! Never opens anything itself. Next: `staff/sign_in.rs`, `staff/account.rs`.

use crate::second_factor::Seed;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use usher_rules::id::StaffNo;

/// How long one may take, by the monotonic clock.
const KEPT_MS: u64 = 5 * 60 * 1_000;
/// Codes that may be tried before the password is asked for again.
const TRIES_MAX: u8 = 5;
/// People halfway at once; the oldest ones are forgotten beyond.
const HALFWAY_MAX: usize = 1_000;

/// One of them.
#[derive(Clone, Debug)]
pub struct Half {
    pub staff: StaffNo,
    pub onward: String,
    /// The seed that is being enrolled.
    pub seed: Option<Seed>,
    since_ms: u64,
    tries: u8,
}

/// See the module.
#[derive(Default)]
pub struct Halfway(Mutex<HashMap<String, Half>>);

impl Halfway {
    /// Remembers somebody under a key.
    pub fn begin(&self, key: String, staff: StaffNo, onward: String, seed: Option<Seed>, ms: u64) {
        let mut all = self.lock();
        all.retain(|_, half| ms.saturating_sub(half.since_ms) < KEPT_MS);
        if all.len() >= HALFWAY_MAX {
            let oldest = all.iter().min_by_key(|(_, half)| half.since_ms);
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                all.remove(&key);
            }
        }
        all.insert(key, Half { staff, onward, seed, since_ms: ms, tries: 0 });
    }

    /// Whoever it is, and one try less.
    pub fn attempt(&self, key: &str, ms: u64) -> Option<Half> {
        let mut all = self.lock();
        let half = all.get_mut(key)?;
        half.tries += 1;
        if half.tries > TRIES_MAX || ms.saturating_sub(half.since_ms) >= KEPT_MS {
            all.remove(key);
            return None;
        }
        Some(half.clone())
    }

    /// They are in, or gave up.
    pub fn end(&self, key: &str) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Half>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_one() -> Halfway {
        let halfway = Halfway::default();
        halfway.begin("key".to_owned(), StaffNo(3), "/desk".to_owned(), None, 1_000);
        halfway
    }

    #[test]
    fn one_has_five_tries_and_five_minutes() {
        let halfway = with_one();
        for _ in 0..TRIES_MAX {
            assert_eq!(halfway.attempt("key", 1_000).map(|half| half.staff), Some(StaffNo(3)));
        }
        assert!(halfway.attempt("key", 1_000).is_none());
        assert!(with_one().attempt("key", 1_000 + KEPT_MS - 1).is_some());
        assert!(with_one().attempt("key", 1_000 + KEPT_MS).is_none());
    }

    #[test]
    fn another_key_leads_nowhere_and_an_end_is_one() {
        let halfway = with_one();
        assert!(halfway.attempt("kex", 1_000).is_none());
        halfway.end("key");
        assert!(halfway.attempt("key", 1_000).is_none());
    }

    #[test]
    fn only_so_many_are_remembered_and_the_oldest_goes_first() {
        let halfway = with_one();
        for nth in 1..=HALFWAY_MAX {
            let onward = String::new();
            halfway.begin(nth.to_string(), StaffNo(4), onward, None, 1_000 + nth as u64);
        }
        assert!(halfway.attempt("key", 3_000).is_none());
        assert!(halfway.attempt("1", 3_000).is_some());
        assert_eq!(halfway.lock().len(), HALFWAY_MAX);
    }
}
