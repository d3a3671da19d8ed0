//! What every handler shares: the house behind its permit, words and pages, settings, tokens.
//!
//! The ledger's handle is private here: a handler reaches it only through a `Permit` that
//! `request.rs` gave it. Never holds anything of one request. Next: `request.rs`.

use crate::cache::{Kept, PLACES_GOOD_BESIDE_DOOR_FOR, PLACES_GOOD_FOR, Version};
use crate::changes::Changes;
use crate::feed::Feeds;
use crate::halfway::Halfway;
use crate::limits::{Limits, PageThreads, Rates};
use crate::metrics::Metrics;
use crate::pad;
use crate::password::Passwords;
use crate::request::Permit;
use crate::second_factor::Sealer;
use crate::staff::health::Healths;
use crate::token::{DeviceToken, StaffToken, Tokens};
use crate::turn::Turns;
use axum::body::Bytes;
use futures_util::FutureExt;
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use usher_ledger::Handle;
use usher_rules::code::base32;
use usher_rules::id::{DeviceNo, PadNo};
use usher_rules::view::checkout::FieldFault;
use usher_rules::view::desk::Disk;
use usher_rules::view::venue::{Frame, Venue};
use usher_web::{Templates, Words};

/// How long the goodbyes of all sockets may take once the box closes.
const GOODBYES_MAX: Duration = Duration::from_secs(5);

/// Pages and words as the venue has them now; replaced whole when the skin folder changes.
pub struct Look {
    pub templates: Templates,
    pub words: Words,
    /// Counts up with each change, so that rendered pages of the old look are not shown again.
    pub version: u64,
}

/// A card as it was typed on the demo's payment page; never stored, never logged.
pub struct TypedCard {
    pub number: String,
    pub expiry_month: u8,
    pub expiry_year: u16,
    pub code: String,
}

impl fmt::Debug for TypedCard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TypedCard(***)")
    }
}

/// Makes a single-use token of a typed card, or says which field is wrong. Only the demo has one:
/// elsewhere cards are typed on the processor's own page.
pub type TokenForCard = dyn Fn(&TypedCard) -> Result<String, FieldFault> + Send + Sync;

/// What `firmware-host` (or a test) hands over.
pub struct Settings {
    /// `site` is the public address: links are made from it, never from a request.
    pub venue: Venue,
    pub look: Look,
    pub demo: bool,
    /// Plain HTTP beyond loopback by the explicit setting.
    pub plain_http: bool,
    /// The certificate is one of a public authority: browsers may be told to insist on TLS.
    pub public_certificate: bool,
    pub staff: Vec<StaffToken>,
    pub devices: Vec<DeviceToken>,
    pub token_for_card: Option<Arc<TokenForCard>>,
    pub limits: Limits,
}

/// See the module. Shared as `Arc<Shop>`, the state of every axum handler.
pub struct Shop {
    handle: Handle,
    look: RwLock<Arc<Look>>,
    venue: Arc<Venue>,
    demo: bool,
    plain_http: bool,
    public_certificate: bool,
    tokens: Tokens,
    token_for_card: Option<Arc<TokenForCard>>,
    gates: OnceLock<Vec<DeviceNo>>,
    mail: OnceLock<Option<String>>,
    pads: OnceLock<pad::Desks>,
    disk: AtomicU8,
    disk_free_bytes: AtomicU64,
    body_bytes_max: u32,
    rates: Rates,
    page_threads: PageThreads,
    turns: Turns,
    changes: Arc<Changes>,
    kept: Kept,
    feeds: Feeds,
    metrics: Metrics,
    healths: Healths,
    passwords: Passwords,
    sealer: Sealer,
    halfway: Halfway,
    closing: CancellationToken,
}

impl Shop {
    /// Starts what follows the feed, too; needs a tokio runtime.
    pub fn new(handle: Handle, settings: Settings) -> Arc<Shop> {
        let changes = Arc::new(Changes::default());
        let closing = CancellationToken::new();
        let metrics = Metrics::default();
        let limits = settings.limits.clone();
        let rates = Rates::new(&limits);
        let feeds = Feeds::start(&handle, &limits, &changes, &metrics, &closing);
        let healths = Healths::follow(&handle, &closing);
        let sealer = Sealer::new(&handle.sealing_key());
        Arc::new(Shop {
            handle,
            look: RwLock::new(Arc::new(settings.look)),
            venue: Arc::new(settings.venue),
            demo: settings.demo,
            plain_http: settings.plain_http,
            public_certificate: settings.public_certificate,
            tokens: Tokens::new(settings.staff, settings.devices),
            token_for_card: settings.token_for_card,
            gates: OnceLock::new(),
            mail: OnceLock::new(),
            pads: OnceLock::new(),
            disk: AtomicU8::new(0),
            disk_free_bytes: AtomicU64::new(0),
            body_bytes_max: u32::try_from(limits.body_bytes_max).unwrap_or(u32::MAX),
            rates,
            page_threads: PageThreads::default(),
            turns: Turns::default(),
            changes,
            kept: Kept::default(),
            feeds,
            metrics,
            healths,
            passwords: Passwords::default(),
            sealer,
            halfway: Halfway::default(),
            closing,
        })
    }

    /// The ledger, for whoever was let through.
    pub fn handle(&self, _permit: &Permit) -> &Handle {
        &self.handle
    }

    /// Only for `request.rs`, which finds out who asks before there is a permit.
    pub(crate) fn door(&self) -> &Handle {
        &self.handle
    }

    pub fn look(&self) -> Arc<Look> {
        Arc::clone(&self.look.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts up another skin.
    pub fn set_look(&self, templates: Templates, words: Words) {
        let mut look = self.look.write().unwrap_or_else(PoisonError::into_inner);
        let version = look.version + 1;
        *look = Arc::new(Look { templates, words, version });
    }

    pub fn venue(&self) -> &Arc<Venue> {
        &self.venue
    }

    /// The frame of a page for a visitor with so many places in the cart.
    pub fn frame(&self, cart_places: u32) -> Frame {
        let venue = Arc::clone(&self.venue);
        Frame { venue, now: self.handle.now(), cart_places, demo: self.demo }
    }

    pub fn demo(&self) -> bool {
        self.demo
    }

    pub fn plain_http(&self) -> bool {
        self.plain_http
    }

    pub fn public_certificate(&self) -> bool {
        self.public_certificate
    }

    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    pub fn token_for_card(&self) -> Option<&Arc<TokenForCard>> {
        self.token_for_card.as_ref()
    }

    /// Numbers of the devices that are gates and lamps, once, by whoever read the configuration.
    pub fn set_gates(&self, gates: Vec<DeviceNo>) {
        // A second word on it would be of the same configuration.
        let _ = self.gates.set(gates);
    }

    /// Where letters go, once, by whoever read the configuration; `None`: nowhere, they wait.
    pub fn set_mail(&self, place: Option<String>) {
        let _ = self.mail.set(place);
    }

    /// As [`Shop::set_mail`]; the outer `None`: nobody has said.
    pub(crate) fn mail(&self) -> Option<Option<&str>> {
        self.mail.get().map(Option::as_deref)
    }

    /// The pin pads, once, by whoever started them.
    pub fn set_pads(&self, pads: pad::Desks) {
        let _ = self.pads.set(pads);
    }

    /// The pad of that number, if it was started.
    pub fn pad(&self, no: PadNo) -> Option<&pad::Desk> {
        self.pads.get()?.get(&no)
    }

    pub(crate) fn is_gate(&self, device: DeviceNo) -> bool {
        self.gates.get().is_some_and(|gates| gates.contains(&device))
    }

    /// Free space as the daemon last measured it (trust 1.7).
    pub fn set_disk(&self, disk: Disk) {
        let mark = match disk {
            Disk::Enough => 0,
            Disk::Low => 1,
            Disk::NoSale => 2,
            Disk::ScansOnly => 3,
        };
        self.disk.store(mark, Ordering::Relaxed);
    }

    pub fn disk(&self) -> Disk {
        match self.disk.load(Ordering::Relaxed) {
            0 => Disk::Enough,
            1 => Disk::Low,
            2 => Disk::NoSale,
            _ => Disk::ScansOnly,
        }
    }

    /// Longest body taken.
    pub fn body_bytes_max(&self) -> u32 {
        self.body_bytes_max
    }

    /// Does the ledger still write? Once it has ended it never does again.
    pub fn writer_runs(&self) -> bool {
        self.handle.ended().now_or_never().is_none()
    }

    /// The same as a figure, for the status strip.
    pub fn set_disk_free_bytes(&self, free_bytes: u64) {
        self.disk_free_bytes.store(free_bytes, Ordering::Relaxed);
    }

    pub fn disk_free_bytes(&self) -> u64 {
        self.disk_free_bytes.load(Ordering::Relaxed)
    }

    /// The rates by address; asked by whoever is about to spend something.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    pub(crate) fn page_threads(&self) -> &PageThreads {
        &self.page_threads
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.turns
    }

    /// What changed last, for pages that are kept.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// A page that is the same for everybody, made if what is kept is too old.
    pub fn shared_page<E>(
        &self,
        address: &str,
        version: Version,
        render: impl FnOnce() -> Result<String, E>,
    ) -> Result<Bytes, E> {
        let busy = self.handle.door_is_busy();
        let good_for = if busy { PLACES_GOOD_BESIDE_DOOR_FOR } else { PLACES_GOOD_FOR };
        self.kept.page(address, version, self.handle.now(), good_for, render)
    }

    pub(crate) fn feeds(&self) -> &Feeds {
        &self.feeds
    }

    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What devices last said of themselves.
    pub fn healths(&self) -> &Healths {
        &self.healths
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    pub(crate) fn halfway(&self) -> &Halfway {
        &self.halfway
    }

    /// Cancelled when the listener stops: sockets then say goodbye.
    pub fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// Tells the feeds to say goodbye, and waits until they have, as long as that may take.
    pub async fn close(&self) {
        self.closing.cancel();
        self.feeds.lines.close();
        if tokio::time::timeout(GOODBYES_MAX, self.feeds.lines.wait()).await.is_err() {
            tracing::warn!("sockets were still open when the listener stopped");
        }
    }

    /// A key for the hidden field of a form: pressing twice does the same thing once.
    pub fn form_key(&self) -> String {
        base32(&self.handle.fresh_key().0)
    }
}
