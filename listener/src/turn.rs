//! Visitors of the shop take turns while somebody is at the door, so that a crowd leaves the door
//! its machine.
//!
//! Nobody is sent away: a request waits some milliseconds. Who scans, and who works at the desk, at
//! the door or at the monitor, never waits. Next: `limits.rs` for what is refused.

use crate::limits::is_figure;
use crate::request::{Bearer, Known};
use tokio::sync::Mutex;
use tokio::time::{Duration, Interval, MissedTickBehavior, interval};

/// How often one request of the shop is let in while somebody is at the door: some three hundred a
/// second at most. As many wait as connections may be open.
const BEAT: Duration = Duration::from_millis(3);

/// The beat at which visitors are let in.
#[derive(Default)]
pub struct Turns(Mutex<Option<Interval>>);

impl Turns {
    /// Waits for one's turn, first come, first served.
    pub async fn take(&self) {
        let mut beat = self.0.lock().await;
        let beat = beat.get_or_insert_with(|| {
            let mut beat = interval(BEAT);
            beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
            beat
        });
        beat.tick().await;
    }
}

/// Does this request wait for its turn? Assets do not: they are small, and kept by the browser.
pub(crate) fn is_visit(known: &Known, path: &str) -> bool {
    let ours =
        ["/desk", "/door", "/monitor", "/feed/", "/api/v1/scans", "/api/v1/door/", "/assets/"];
    let works = matches!(known.bearer, Bearer::Staff(_) | Bearer::Device(_));
    !works && !is_figure(path) && !ours.iter().any(|ours| path.starts_with(ours))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Peer;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use usher_rules::id::DeviceNo;

    #[tokio::test(start_paused = true)]
    async fn a_crowd_is_let_in_one_at_a_beat_and_nobody_is_lost() {
        let (turns, inside) = (Arc::new(Turns::default()), Arc::new(AtomicU32::new(0)));
        for _ in 0..100 {
            let (turns, inside) = (Arc::clone(&turns), Arc::clone(&inside));
            tokio::spawn(async move {
                turns.take().await;
                inside.fetch_add(1, Ordering::SeqCst);
            });
        }
        let mut before = 0;
        for _ in 0..120 {
            tokio::time::sleep(BEAT).await;
            let now = inside.load(Ordering::SeqCst);
            assert!(now - before <= 2, "{now} after {before}");
            before = now;
        }
        assert_eq!(before, 100);
    }

    #[test]
    fn visitors_wait_and_nobody_who_works_does() {
        let peer = Peer { address: "192.0.2.1:5000".parse().unwrap(), tls: false };
        let by = |bearer| Known { peer, bearer, session: None, read_ms: 0 };
        let (visitor, cart) = (by(Bearer::None), by(Bearer::Other("a cart's".to_owned())));
        for path in ["/", "/performances/1-1", "/cart", "/api/v1/carts"] {
            assert!(is_visit(&visitor, path) && is_visit(&cart, path), "{path}");
            assert!(!is_visit(&by(Bearer::Device(DeviceNo(1))), path), "{path}");
        }
        for path in [
            "/desk",
            "/door",
            "/monitor",
            "/feed/seats",
            "/api/v1/scans",
            "/readyz",
            "/assets/theme.css",
        ] {
            assert!(!is_visit(&visitor, path), "{path}");
        }
    }
}
