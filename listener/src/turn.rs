//! Visitors of the shop take turns while somebody is at the door, so that a crowd leaves the door
//! its machine.
//!
//! Nobody is sent away: a request waits some milliseconds. Who scans, and who works at the desk, at
//! the door or at the monitor, never waits. Next: `limits.rs` for what is refused.

use crate::limits::is_figure;
use crate::request::{Bearer, Known};
use tokio::sync::Mutex;
use tokio::time::{Duration, Interval, MissedTickBehavior, interval};

/// Requests of the shop that are let in at once, and how often, while somebody is at the door: a
/// thousand a second at most, and as many wait as connections may be open.
const TURNS_A_BEAT: u32 = 4;
const BEAT: Duration = Duration::from_millis(4);

/// The beat at which visitors are let in.
pub struct Turns(Mutex<Beat>);

struct Beat {
    clock: Option<Interval>,
    left: u32,
}

impl Default for Turns {
    fn default() -> Turns {
        Turns(Mutex::new(Beat { clock: None, left: TURNS_A_BEAT }))
    }
}

impl Turns {
    /// Waits for one's turn, first come, first served.
    pub async fn take(&self) {
        let mut beat = self.0.lock().await;
        if beat.left == 0 {
            let clock = beat.clock.get_or_insert_with(|| {
                let mut clock = interval(BEAT);
                clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
                clock
            });
            clock.tick().await;
            beat.left = TURNS_A_BEAT;
        }
        beat.left -= 1;
    }
}

/// Does this request wait for its turn?
pub(crate) fn is_visit(known: &Known, path: &str) -> bool {
    let ours = ["/desk", "/door", "/monitor", "/feed/", "/api/v1/scans"];
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
    async fn a_crowd_is_let_in_a_few_at_each_beat_and_nobody_is_lost() {
        let (turns, inside) = (Arc::new(Turns::default()), Arc::new(AtomicU32::new(0)));
        for _ in 0..100 {
            let (turns, inside) = (Arc::clone(&turns), Arc::clone(&inside));
            tokio::spawn(async move {
                turns.take().await;
                inside.fetch_add(1, Ordering::SeqCst);
            });
        }
        let mut before = 0;
        for _ in 0..40 {
            tokio::time::sleep(BEAT).await;
            let now = inside.load(Ordering::SeqCst);
            assert!(now - before <= 3 * TURNS_A_BEAT, "{now} after {before}");
            before = now;
        }
        assert_eq!(before, 100);
    }

    #[test]
    fn visitors_wait_and_nobody_who_works_does() {
        let peer = Peer { address: "192.0.2.1:5000".parse().unwrap(), tls: false };
        let by = |bearer| Known { peer, bearer, session: None, read_ms: 0 };
        let (visitor, cart) = (by(Bearer::None), by(Bearer::Other("a cart's".to_owned())));
        for path in ["/", "/performances/1-1", "/cart", "/api/v1/carts", "/assets/theme.css"] {
            assert!(is_visit(&visitor, path) && is_visit(&cart, path), "{path}");
            assert!(!is_visit(&by(Bearer::Device(DeviceNo(1))), path), "{path}");
        }
        for path in ["/desk", "/door", "/monitor", "/feed/seats", "/api/v1/scans", "/readyz"] {
            assert!(!is_visit(&visitor, path), "{path}");
        }
    }
}
