//! Request keys of the last day, in memory: what a repeated key repeats (domain 1).
//!
//! Keys are random, and an index of random keys would cost every commit a page of its own; each
//! entry carries its key, so the memory is made again from the log when the store is opened. Never
//! judges a command. Next: `writer.rs`.

use crate::source::Source;
use crate::{Fault, tables};
use minicbor::Decode;
use redb::ReadableTable;
use std::collections::HashMap;
use usher_rules::at::At;
use usher_rules::house::REQUEST_KEPT;
use usher_rules::{Key, Once};

/// Keys of one half of the memory; with more, the older half is forgotten before its time.
pub const KEYS_MAX: usize = 500_000;

/// Two halves: the newer takes keys for a day, then becomes the older, which is dropped a day on.
#[derive(Debug)]
pub struct Requests {
    newer: HashMap<Key, u64>,
    older: HashMap<Key, u64>,
    newer_since: At,
    /// Keys of the transaction that runs.
    uncommitted: Vec<Key>,
    keys_max: usize,
}

impl Default for Requests {
    fn default() -> Requests {
        Requests {
            newer: HashMap::new(),
            older: HashMap::new(),
            newer_since: At::default(),
            uncommitted: Vec::new(),
            keys_max: KEYS_MAX,
        }
    }
}

/// The part of an entry that is read when the store is opened.
#[derive(Decode)]
struct Head {
    #[n(1)]
    at: At,
    #[n(2)]
    once: Option<Once>,
}

impl Requests {
    /// The keys of the day that ends with the newest entry.
    pub fn of_last_day<S: Source>(source: &S) -> Result<Requests, Fault> {
        let table = source.open(tables::EVENTS)?;
        let mut found = Requests::default();
        let mut newest = None;
        for row in table.range::<u64>(..)?.rev() {
            let (seq, bytes) = row?;
            let head: Head = crate::stored::row(bytes.value())?;
            let newest = *newest.get_or_insert(head.at);
            if newest - head.at >= REQUEST_KEPT || found.newer.len() >= found.keys_max {
                break;
            }
            found.newer_since = head.at;
            if let Some(once) = head.once {
                found.newer.insert(once.key, seq.value());
            }
        }
        Ok(found)
    }

    /// The entry that answered a key.
    pub fn answered(&self, key: Key) -> Option<u64> {
        self.newer.get(&key).or_else(|| self.older.get(&key)).copied()
    }

    /// Notes which entry answers a key, until its transaction ends.
    pub fn note(&mut self, at: At, key: Key, seq: u64) {
        if at - self.newer_since >= REQUEST_KEPT || self.newer.len() >= self.keys_max {
            self.older = std::mem::take(&mut self.newer);
            self.newer_since = at;
        }
        self.newer.insert(key, seq);
        self.uncommitted.push(key);
    }

    /// The transaction is on disk.
    pub fn keep(&mut self) {
        self.uncommitted.clear();
    }

    /// The transaction was thrown away, and what it noted with it.
    pub fn undo(&mut self) {
        for key in self.uncommitted.drain(..) {
            self.newer.remove(&key);
            self.older.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_rules::at::Span;

    const DAY: Span = REQUEST_KEPT;

    fn key(no: u8) -> Key {
        Key([no; 16])
    }

    #[test]
    fn a_key_is_known_for_a_day_and_for_two_at_most() {
        let mut requests = Requests::default();
        requests.note(At(0), key(1), 1);
        requests.note(At(DAY.0 - 1), key(2), 2);
        requests.note(At(DAY.0), key(3), 3);
        let known = |requests: &Requests| [1, 2, 3].map(|no| requests.answered(key(no)));
        assert_eq!(known(&requests), [Some(1), Some(2), Some(3)]);
        requests.note(At(2 * DAY.0), key(4), 4);
        assert_eq!(known(&requests), [None, None, Some(3)]);
    }

    #[test]
    fn what_a_dropped_transaction_noted_is_forgotten_and_nothing_else() {
        let mut requests = Requests::default();
        requests.note(At(0), key(1), 1);
        requests.keep();
        requests.note(At(1), key(2), 2);
        requests.undo();
        assert_eq!([1, 2].map(|no| requests.answered(key(no))), [Some(1), None]);
    }

    #[test]
    fn beyond_the_limit_the_older_half_goes_first() {
        let mut requests = Requests { keys_max: 2, ..Requests::default() };
        for no in 1..=5 {
            requests.note(At(0), key(no), u64::from(no));
        }
        let known = [1, 2, 3, 4, 5].map(|no| requests.answered(key(no)).is_some());
        assert_eq!(known, [false, false, true, true, true]);
    }
}
