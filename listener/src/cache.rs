//! Pages that are the same for everybody, made once per change instead of once per request.
//!
//! Kept by path and query, valid for one version of what they show and for a few seconds, because
//! words such as "tonight" move with the clock; while only places change, for half a second. Never
//! keeps anything personal. Next: `changes.rs`.

use axum::body::Bytes;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use usher_rules::at::{At, Span};

/// Pages kept at once.
pub const PAGES_MAX: usize = 512;
/// Longest address that is kept, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 512;
/// How long a page is good when nothing changed.
pub const GOOD_FOR: Span = Span::seconds(10);
/// How long it is good while nothing but places changed: on a busy evening there is a hold or a
/// sale every few milliseconds, and a page that is half a second old says the same in words.
pub const PLACES_GOOD_FOR: Span = Span(500);
/// The same while a door is at work: a page takes milliseconds of a core to make.
pub const PLACES_GOOD_BESIDE_DOOR_FOR: Span = Span::seconds(3);

struct Page {
    version: Version,
    made_at: At,
    bytes: Bytes,
}

/// What a page was made from: the look, and the newest changes to what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    pub look: u64,
    /// Of productions, performances, prices, plans and settings.
    pub programme: u64,
    /// Of places held, sold and given back.
    pub places: u64,
}

impl Page {
    fn is_good(&self, version: Version, now: At, places_good_for: Span) -> bool {
        let aged = now - self.made_at;
        let good_for = if self.version == version {
            GOOD_FOR
        } else if (Version { places: version.places, ..self.version }) == version {
            places_good_for
        } else {
            return false;
        };
        aged < good_for
    }
}

/// See the module.
#[derive(Default)]
pub struct Kept {
    pages: Mutex<HashMap<String, Page>>,
}

impl Kept {
    /// The page of that address and version, rendered if it is not there.
    pub fn page<E>(
        &self,
        address: &str,
        version: Version,
        now: At,
        places_good_for: Span,
        render: impl FnOnce() -> Result<String, E>,
    ) -> Result<Bytes, E> {
        let good = |page: &&Page| page.is_good(version, now, places_good_for);
        if let Some(page) = self.lock().get(address).filter(good) {
            return Ok(page.bytes.clone());
        }
        let bytes = Bytes::from(render()?);
        if address.len() <= ADDRESS_BYTES_MAX {
            let page = Page { version, made_at: now, bytes: bytes.clone() };
            let mut pages = self.lock();
            if pages.len() >= PAGES_MAX {
                pages.clear();
            }
            pages.insert(address.to_owned(), page);
        }
        Ok(bytes)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::convert::Infallible;

    const FIRST: Version = Version { look: 0, programme: 7, places: 7 };

    fn rendered(kept: &Kept, rounds: &[(&str, Version, At)]) -> u32 {
        let count = Cell::new(0);
        for (address, version, now) in rounds {
            let page = kept.page(address, *version, *now, PLACES_GOOD_FOR, || {
                count.set(count.get() + 1);
                Ok::<_, Infallible>(format!("page {}", count.get()))
            });
            assert!(page.is_ok());
        }
        count.get()
    }

    #[test]
    fn a_page_is_made_once_until_what_it_shows_changes() {
        let kept = Kept::default();
        assert_eq!(rendered(&kept, &[("/", FIRST, At(0)), ("/", FIRST, At(1))]), 1);
        let changed = Version { programme: 8, ..FIRST };
        assert_eq!(rendered(&kept, &[("/", changed, At(2)), ("/", changed, At(3))]), 1);
        let dressed = Version { look: 1, ..changed };
        assert_eq!(rendered(&kept, &[("/", dressed, At(4))]), 1);
    }

    #[test]
    fn while_only_places_change_a_page_is_made_at_most_every_half_second() {
        let kept = Kept::default();
        let sold = |places| Version { places, ..FIRST };
        let just_good = At(PLACES_GOOD_FOR.0 - 1);
        let rounds = [("/", FIRST, At(0)), ("/", sold(8), At(1)), ("/", sold(9), just_good)];
        assert_eq!(rendered(&kept, &rounds), 1);
        assert_eq!(rendered(&kept, &[("/", sold(9), At(PLACES_GOOD_FOR.0))]), 1);
        let repriced = Version { programme: 10, ..sold(10) };
        assert_eq!(rendered(&kept, &[("/", repriced, At(PLACES_GOOD_FOR.0))]), 1);
    }

    #[test]
    fn a_page_grows_old_when_nothing_changes() {
        let kept = Kept::default();
        let just_good = At(GOOD_FOR.0 - 1);
        assert_eq!(rendered(&kept, &[("/", FIRST, At(0)), ("/", FIRST, just_good)]), 1);
        assert_eq!(rendered(&kept, &[("/", FIRST, At(GOOD_FOR.0))]), 1);
    }

    #[test]
    fn addresses_are_told_apart_and_their_number_is_bounded() {
        let kept = Kept::default();
        assert_eq!(rendered(&kept, &[("/a", FIRST, At(0)), ("/b", FIRST, At(0))]), 2);
        for n in 0..=PAGES_MAX {
            rendered(&kept, &[(&format!("/{n}"), FIRST, At(0))]);
        }
        assert!(kept.lock().len() <= PAGES_MAX);
        let long = format!("/{}", "x".repeat(ADDRESS_BYTES_MAX));
        assert_eq!(rendered(&kept, &[(&long, FIRST, At(0)), (&long, FIRST, At(0))]), 2);
    }
}
