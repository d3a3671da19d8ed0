//! Who comes to the door: the codes in their order, each ticket in once, then out, then in again.
//!
//! Every scan of it lets somebody through, so each writes an admission; no code comes twice in a
//! row. Never invents a code. Next: `load.rs`.

use std::sync::atomic::{AtomicU64, Ordering};

/// An endless queue of people with tickets.
#[derive(Debug)]
pub struct Beams {
    codes: Vec<String>,
    at: AtomicU64,
}

impl Beams {
    pub fn new(codes: Vec<String>) -> Beams {
        Beams { codes, at: AtomicU64::new(0) }
    }

    /// The next code, and whether its holder goes in.
    pub fn next(&self) -> (&str, bool) {
        let (_, code, enters) = self.numbered();
        (code, enters)
    }

    /// The next scan as the API is asked, its nonce never used before.
    pub fn body(&self) -> String {
        let (n, code, enters) = self.numbered();
        let direction = if enters { "in" } else { "out" };
        format!(r#"{{"code":"{code}","direction":"{direction}","nonce":"beam-{n}"}}"#)
    }

    fn numbered(&self) -> (u64, &str, bool) {
        let n = self.at.fetch_add(1, Ordering::Relaxed);
        let count = self.codes.len().max(1) as u64;
        let code = self.codes.get((n % count) as usize).map_or("", String::as_str);
        (n, code, (n / count).is_multiple_of(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_goes_in_before_anybody_goes_out() {
        let beams = Beams::new(vec!["a".into(), "b".into()]);
        let seen: Vec<_> = (0..5).map(|_| beams.next()).collect();
        assert_eq!(seen, [("a", true), ("b", true), ("a", false), ("b", false), ("a", true)]);
    }

    #[test]
    fn no_nonce_comes_twice() {
        let beams = Beams::new(vec!["a".into()]);
        assert_ne!(beams.body(), beams.body());
    }
}
