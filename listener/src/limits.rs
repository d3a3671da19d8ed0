//! How much one address may ask: pages, carts, cards, log-ins; and the sizes of all it sends.
//!
//! This machine and holders of a staff or device token are spared (trust 3). Counts in memory
//! only, and forgets an address that has been quiet. Next: `accept.rs` for connections.

use crate::request::Known;
use crate::wording::Trouble;
use axum::http::Method;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use tokio::runtime::{Builder, Runtime};
use tokio_util::task::AbortOnDropHandle;

/// `[limits]` of the configuration, as far as the listener keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub pages_per_s_max: u32,
    pub pages_burst_max: u32,
    pub carts_per_s_max: u32,
    pub carts_burst_max: u32,
    pub card_attempts_per_hour_max: u32,
    pub log_ins_per_min_max: u32,
    pub body_bytes_max: usize,
    pub header_bytes_max: usize,
    /// How long a client may take over its TLS handshake, or over the headers of a request.
    pub header_ms_max: u64,
    pub connections_max: usize,
    pub connections_per_address_max: usize,
    pub sockets_max: usize,
    pub sockets_per_address_max: usize,
    pub socket_queue_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            pages_per_s_max: 50,
            pages_burst_max: 200,
            carts_per_s_max: 5,
            carts_burst_max: 100,
            card_attempts_per_hour_max: 20,
            log_ins_per_min_max: 10,
            body_bytes_max: 64 * 1024,
            header_bytes_max: 16 * 1024,
            header_ms_max: 20_000,
            connections_max: 1_024,
            connections_per_address_max: 64,
            sockets_max: 256,
            sockets_per_address_max: 8,
            socket_queue_max: 256,
        }
    }
}

/// Addresses counted at once by one rate before the quiet ones are forgotten.
const ADDRESSES_MAX: usize = 20_000;

/// Seconds after which an account that was tried too often may be tried again.
const ACCOUNT_RETRY_S: u32 = 60;

/// One rate, by address.
struct Rate {
    bucket: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Rate {
    fn new(quota: Quota) -> Rate {
        Rate { bucket: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    fn spend(&self, known: &Known) -> Result<(), Trouble> {
        if known.exempt() {
            return Ok(());
        }
        if self.bucket.len() > ADDRESSES_MAX {
            self.bucket.retain_recent();
        }
        let Err(early) = self.bucket.check_key(&known.peer.rate_address()) else {
            return Ok(());
        };
        let wait = early.wait_time_from(self.clock.now());
        let seconds = wait.as_secs().saturating_add(1);
        Err(Trouble::TooMany { retry_after_s: u32::try_from(seconds).unwrap_or(u32::MAX) })
    }
}

/// All rates by address.
pub struct Rates {
    pages: Rate,
    carts: Rate,
    cards: Rate,
    log_ins: Rate,
    accounts: DefaultKeyedRateLimiter<u64>,
}

impl Rates {
    pub fn new(limits: &Limits) -> Rates {
        let at_least_one = |max| NonZeroU32::new(max).unwrap_or(NonZeroU32::MIN);
        let per_s =
            |rate, burst| Quota::per_second(at_least_one(rate)).allow_burst(at_least_one(burst));
        Rates {
            pages: Rate::new(per_s(limits.pages_per_s_max, limits.pages_burst_max)),
            carts: Rate::new(per_s(limits.carts_per_s_max, limits.carts_burst_max)),
            cards: Rate::new(Quota::per_hour(at_least_one(limits.card_attempts_per_hour_max))),
            log_ins: Rate::new(Quota::per_minute(at_least_one(limits.log_ins_per_min_max))),
            accounts: RateLimiter::keyed(Quota::per_minute(at_least_one(
                limits.log_ins_per_min_max,
            ))),
        }
    }

    /// Any request.
    pub fn page(&self, known: &Known) -> Result<(), Trouble> {
        self.pages.spend(known)
    }

    /// A new cart.
    pub fn cart(&self, known: &Known) -> Result<(), Trouble> {
        self.carts.spend(known)
    }

    /// A card is about to be tried.
    pub fn card(&self, known: &Known) -> Result<(), Trouble> {
        self.cards.spend(known)
    }

    /// Somebody is about to try a secret of this account, whether there is one or not. This
    /// machine is not spared: guesses count wherever they come from.
    pub fn account(&self, login: &str) -> Result<(), Trouble> {
        if self.accounts.len() > ADDRESSES_MAX {
            self.accounts.retain_recent();
        }
        let mut name = DefaultHasher::new();
        login.hash(&mut name);
        let early = self.accounts.check_key(&name.finish());
        early.map_err(|_| Trouble::TooMany { retry_after_s: ACCOUNT_RETRY_S })
    }

    /// A token is about to be traded for a session.
    pub fn log_in(&self, known: &Known) -> Result<(), Trouble> {
        self.log_ins.spend(known)
    }
}

/// Threads of their own for making pages, one fewer than the machine has cores, so that a crowd in
/// the shop leaves the door a core. What asks the ledger for something to be done never goes there.
pub struct PageThreads {
    runtime: Option<Runtime>,
}

impl Default for PageThreads {
    fn default() -> PageThreads {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        PageThreads::of(cores.saturating_sub(1).max(1))
    }
}

impl PageThreads {
    fn of(threads: usize) -> PageThreads {
        let built = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("pages")
            .enable_time()
            .build();
        if let Err(fault) = &built {
            tracing::warn!(%fault, "no threads for pages; they are made beside everything else");
        }
        PageThreads { runtime: built.ok() }
    }

    /// Answers a request: there if it makes a page, here if not. Who hangs up takes the page along,
    /// so that no more wait there than there are connections.
    pub async fn answer<F>(&self, method: &Method, path: &str, answer: F) -> F::Output
    where
        F: Future<Output: Send> + Send + 'static,
    {
        match &self.runtime {
            Some(runtime) if makes_a_page(method, path) => {
                match AbortOnDropHandle::new(runtime.spawn(answer)).await {
                    Ok(response) => response,
                    // It is awaited, so only a panic of its own ended it early.
                    Err(ended) => std::panic::resume_unwind(ended.into_panic()),
                }
            }
            Some(_) | None => answer.await,
        }
    }
}

impl Drop for PageThreads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn makes_a_page(method: &Method, path: &str) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    reads && !path.starts_with("/feed/") && path != "/api/v1/scans" && !is_figure(path)
}

/// The figures of the box must answer in any weather.
pub(crate) fn is_figure(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Bearer, Peer};
    use futures_util::FutureExt;
    use std::net::SocketAddr;
    use std::time::Duration;
    use usher_rules::id::DeviceNo;

    fn from(address: &str) -> Known {
        let address: SocketAddr = address.parse().unwrap();
        let peer = Peer { address, tls: false };
        Known { peer, bearer: Bearer::None, session: None, read_ms: 0 }
    }

    fn spent(rates: &Rates, known: &Known) -> usize {
        (0..500).take_while(|_| rates.log_in(known).is_ok()).count()
    }

    #[test]
    fn the_tenth_log_in_of_a_minute_passes_and_the_eleventh_does_not() {
        let rates = Rates::new(&Limits::default());
        assert_eq!(spent(&rates, &from("192.0.2.1:5000")), 10);
        let over = rates.log_in(&from("192.0.2.1:6000"));
        assert!(matches!(over, Err(Trouble::TooMany { retry_after_s }) if retry_after_s > 0));
        assert_eq!(spent(&rates, &from("192.0.2.2:5000")), 10, "another address is another");
    }

    #[test]
    fn one_ipv6_network_is_one_asker() {
        let rates = Rates::new(&Limits::default());
        assert_eq!(spent(&rates, &from("[2001:db8:1:2::1]:5000")), 10);
        assert_eq!(spent(&rates, &from("[2001:db8:1:2::ffff]:5000")), 0);
        assert_eq!(spent(&rates, &from("[2001:db8:1:3::1]:5000")), 10);
    }

    #[test]
    fn this_machine_and_our_devices_are_spared() {
        let rates = Rates::new(&Limits::default());
        assert_eq!(spent(&rates, &from("127.0.0.1:5000")), 500);
        assert_eq!(spent(&rates, &from("[::ffff:127.0.0.1]:5000")), 500);
        let mut device = from("192.0.2.3:5000");
        device.bearer = Bearer::Device(DeviceNo(1));
        assert_eq!(spent(&rates, &device), 500);
    }

    #[tokio::test]
    async fn pages_are_made_on_threads_of_their_own_and_scans_never_are() {
        let threads = PageThreads::of(1);
        for (method, path, expected) in [
            (Method::GET, "/", "pages"),
            (Method::HEAD, "/cart", "pages"),
            (Method::POST, "/api/v1/scans", "here"),
            (Method::POST, "/cart/close", "here"),
            (Method::GET, "/feed/scans", "here"),
            (Method::GET, "/readyz", "here"),
        ] {
            let place = async || match std::thread::current().name() {
                Some("pages") => "pages",
                _ => "here",
            };
            let made = threads.answer(&method, path, async move { place().await }).await;
            assert_eq!(made, expected, "{method} {path}");
        }
    }

    #[tokio::test]
    async fn who_hangs_up_takes_the_waiting_page_along() {
        let threads = PageThreads::of(1);
        let (made, making) = tokio::sync::oneshot::channel::<()>();
        let page = async move {
            let _made = made;
            std::future::pending::<()>().await;
        };
        let asked = threads.answer(&Method::GET, "/", page);
        assert!(tokio::time::timeout(Duration::from_millis(20), asked).await.is_err());
        let dropped = tokio::time::timeout(Duration::from_secs(20), making).await;
        assert!(matches!(dropped, Ok(Err(_))), "the page is still being made");
    }

    #[tokio::test]
    async fn a_page_that_panics_panics_where_it_was_asked_for() {
        let threads = PageThreads::of(1);
        let broken = threads.answer(&Method::GET, "/", async { panic!("a page is broken") });
        let caught = std::panic::AssertUnwindSafe(broken).catch_unwind().await;
        assert!(caught.is_err());
    }
}
