//! How everybody else asks the house, reads its memory and hears of what happened.
//!
//! Cheap to clone. Holds the box's secrets and makes of them what an answer shows again: ticket
//! codes and the tokens of carts and orders, which are never stored. Next: `writer.rs`.

use crate::checkout::Numbering;
use crate::dispatch::Setting;
use crate::feed::Feed;
use crate::plan::Plans;
use crate::queue::Queues;
use crate::requests::Requests;
use crate::snapshot::Snapshot;
use crate::turnout::SharedTurnouts;
use crate::writer::{DayOf, Luck, Pending, Writer};
use crate::{Fault, events, source};
use hmac::{Hmac, KeyInit, Mac};
use redb::Database;
use sha2::Sha256;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use tokio::sync::{oneshot, watch};
use usher_rules::at::{At, Clock, Span};
use usher_rules::code::{CodeBody, CodeKeys, Form, base32};
use usher_rules::id::CartId;
use usher_rules::{Actor, BusinessDay, Command, Entry, Key, Refusal};

pub use crate::queue::Lane;

/// Carts whose last visit is kept in memory.
pub const TOUCHES_MAX: usize = 100_000;

/// How long a door counts as busy after it asked.
const DOOR_BUSY_MS: u64 = 1_000;

/// Why there is no entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The house says no; nothing happened.
    Refused(Refusal),
    /// Too many are waiting, or the box is stopping: ask again with the same key.
    Busy,
    /// A mistake of ours in this one command; it is in the log.
    Bug,
}

/// What the ledger is handed from outside (`firmware-host` or a test).
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub day_of: Arc<dyn Fn(At) -> BusinessDay + Send + Sync>,
    pub luck: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
    pub numbering: Numbering,
    pub codes: CodeKeys,
    /// Key of the tokens of carts and orders.
    pub tokens: [u8; 32],
}

/// What a token opens; part of what is signed, so that one is never good for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Cart,
    Order,
}

/// Time that never goes back: the wall clock while it runs ahead of everything seen so far, else
/// the monotonic one from the latest moment known (trust 1.10).
struct Timekeeper {
    clock: Arc<dyn Clock>,
    /// The latest moment known, and the monotonic time it was known at.
    latest: Mutex<(At, u64)>,
}

impl Timekeeper {
    fn now(&self) -> At {
        let (wall, monotonic_ms) = (self.clock.wall(), self.clock.monotonic_ms());
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = monotonic_ms.saturating_sub(latest.1);
        let kept = latest.0 + Span(i64::try_from(passed).unwrap_or(i64::MAX));
        if wall > kept {
            *latest = (wall, monotonic_ms);
        }
        wall.max(kept)
    }
}

struct Shared {
    store: Arc<Database>,
    queues: Arc<Queues<Pending>>,
    plans: Plans,
    turnouts: SharedTurnouts,
    feed: Feed,
    setting: Arc<Setting>,
    time: Arc<Timekeeper>,
    day_of: Arc<dyn Fn(At) -> BusinessDay + Send + Sync>,
    luck: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
    tokens: [u8; 32],
    touches: Mutex<HashMap<CartId, At>>,
    /// By the monotonic clock.
    door_busy_until_ms: AtomicU64,
    ended: watch::Receiver<Option<String>>,
}

/// See the module.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

/// Starts the writer thread on an open store.
pub fn start(store: Database, surroundings: Surroundings) -> Result<Handle, Fault> {
    let Surroundings { clock, day_of, luck, numbering, codes, tokens } = surroundings;
    let store = Arc::new(store);
    let (newest, requests) = newest(&store)?;
    let latest = Mutex::new((newest, clock.monotonic_ms()));
    let time = Arc::new(Timekeeper { clock, latest });
    let (ended, watch) = watch::channel(None);
    let shared = Shared {
        store: Arc::clone(&store),
        queues: Arc::default(),
        plans: Plans::default(),
        turnouts: SharedTurnouts::default(),
        feed: Feed::default(),
        setting: Arc::new(Setting { numbering, keys: codes, day_of: Arc::clone(&day_of) }),
        time,
        day_of,
        luck,
        tokens,
        touches: Mutex::default(),
        door_busy_until_ms: AtomicU64::new(0),
        ended: watch,
    };
    let (time, day, luck) =
        (Arc::clone(&shared.time), Arc::clone(&shared.day_of), Arc::clone(&shared.luck));
    let day_of: DayOf = Box::new(move |at| day(at));
    let luck: Luck = Box::new(move || luck());
    let writer = Writer {
        store,
        queues: Arc::clone(&shared.queues),
        plans: shared.plans.clone(),
        setting: Arc::clone(&shared.setting),
        feed: shared.feed.clone(),
        requests,
        now: Box::new(move || time.now()),
        day_of,
        luck,
        ended,
    };
    thread::Builder::new()
        .name("writer".to_owned())
        .spawn(move || writer.run())
        .map_err(|fault| Fault::Store(redb::Error::Io(fault)))?;
    Ok(Handle { shared: Arc::new(shared) })
}

/// When the newest entry was, and the request keys of its day.
fn newest(store: &Database) -> Result<(At, Requests), Fault> {
    let snapshot = source::snapshot(store)?;
    let seq = match events::newest(&snapshot) {
        Ok(seq) => seq,
        // A store without a first entry has no event table yet.
        Err(Fault::Store(redb::Error::TableDoesNotExist(_))) => return Ok(Default::default()),
        Err(fault) => return Err(fault),
    };
    let at = events::get(&snapshot, seq)?.map_or(At::default(), |entry| entry.at);
    Ok((at, Requests::of_last_day(&snapshot)?))
}

impl Handle {
    /// Asks for something to be done and waits until it is on disk.
    ///
    /// A `request` key seen within 24 h repeats its answer.
    pub async fn ask(
        &self,
        lane: Lane,
        by: Actor,
        request: Option<Key>,
        command: Command,
    ) -> Result<Arc<Entry>, Denied> {
        if lane == Lane::Door {
            let now_ms = self.shared.time.clock.monotonic_ms();
            self.shared.door_busy_until_ms.fetch_max(now_ms + DOOR_BUSY_MS, Ordering::Relaxed);
        }
        let (answer, heard) = oneshot::channel();
        let pending = Pending { request, by, command, answer };
        self.shared.queues.push(lane, pending).map_err(|_| Denied::Busy)?;
        heard.await.unwrap_or(Err(Denied::Busy))
    }

    /// Was anything asked at a door within the last second?
    pub fn door_is_busy(&self) -> bool {
        let busy_until_ms = self.shared.door_busy_until_ms.load(Ordering::Relaxed);
        self.shared.time.clock.monotonic_ms() < busy_until_ms
    }

    /// A request key nobody else has.
    pub fn fresh_key(&self) -> Key {
        let mut key = [0; 16];
        key.copy_from_slice(&(self.shared.luck)()[..16]);
        Key(key)
    }

    /// Thirty-two random bytes, for cookies and keys made by the listener.
    pub fn luck(&self) -> [u8; 32] {
        (self.shared.luck)()
    }

    /// The house as of the newest commit.
    pub fn snapshot(&self) -> Result<Snapshot, Fault> {
        let txn = source::snapshot(&self.shared.store)?;
        let turnouts = self.shared.turnouts.clone();
        Ok(Snapshot { txn, plans: self.shared.plans.clone(), turnouts })
    }

    /// Live entries and notices.
    pub fn feed(&self) -> &Feed {
        &self.shared.feed
    }

    /// The time of the house; never goes back.
    pub fn now(&self) -> At {
        self.shared.time.now()
    }

    /// Is the machine's clock more than a minute behind what the house has on record?
    pub fn clock_behind(&self) -> bool {
        self.shared.time.clock.wall() < self.now() - Span::minutes(1)
    }

    /// The machine's clocks.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.time.clock
    }

    /// Business day of a moment.
    pub fn day_of(&self, at: At) -> BusinessDay {
        (self.shared.day_of)(at)
    }

    /// Notes that the patron of a cart was here just now; costs no commit.
    pub fn touch(&self, cart: CartId) {
        let mut touches = self.touches();
        if touches.len() >= TOUCHES_MAX && !touches.contains_key(&cart) {
            touches.clear();
        }
        touches.insert(cart, self.now());
    }

    /// When the patron of a cart was last here, as far as memory goes.
    pub fn seen(&self, cart: CartId) -> Option<At> {
        self.touches().get(&cart).copied()
    }

    /// Forgets a cart's visits: it is closed.
    pub fn forget(&self, cart: CartId) {
        self.touches().remove(&cart);
    }

    /// The token that opens a cart or an order, computed from the box's key, never stored.
    pub fn token(&self, kind: TokenKind, id: u64) -> String {
        base32(&self.signed(kind, id))
    }

    /// Is this the token of that id? Compared in constant time.
    pub fn token_fits(&self, kind: TokenKind, id: u64, token: &str) -> bool {
        let given = usher_rules::code::from_base32(token).unwrap_or_default();
        let mut mac = self.mac(kind, id);
        mac.update(b"");
        given.len() == TOKEN_BYTES && mac.verify_truncated_left(&given).is_ok()
    }

    /// The key that seeds of second factors are sealed with; never in the store (trust 2).
    pub fn sealing_key(&self) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.shared.tokens).expect("any key fits");
        mac.update(b"usher/seal/1\0");
        mac.finalize().into_bytes().into()
    }

    fn signed(&self, kind: TokenKind, id: u64) -> Vec<u8> {
        self.mac(kind, id).finalize().into_bytes()[..TOKEN_BYTES].to_vec()
    }

    fn mac(&self, kind: TokenKind, id: u64) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.shared.tokens).expect("any key fits");
        let name: &[u8] = match kind {
            TokenKind::Cart => b"usher/cart/1\0",
            TokenKind::Order => b"usher/order/1\0",
        };
        mac.update(name);
        mac.update(&id.to_be_bytes());
        mac
    }

    /// The code of a ticket, as it stands in its QR symbol.
    pub fn code(&self, body: &CodeBody) -> Option<String> {
        self.shared.setting.keys.write(body, Form::Keyed)
    }

    /// What a code says of itself, if it is one of this box.
    pub fn code_read(&self, payload: &str) -> Option<CodeBody> {
        self.shared.setting.keys.read(payload).ok().map(|(body, _)| body)
    }

    /// Takes no more asks; those that wait are still served.
    pub fn close(&self) {
        self.shared.queues.close();
    }

    /// Resolves when the writer has ended: with words if the store failed, else empty.
    pub async fn ended(&self) -> String {
        let mut watch = self.shared.ended.clone();
        let words = match watch.wait_for(Option::is_some).await {
            Ok(words) => words.clone(),
            Err(_) => None,
        };
        words.unwrap_or_default()
    }

    fn touches(&self) -> std::sync::MutexGuard<'_, HashMap<CartId, At>> {
        self.shared.touches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes of a token: 160 bits, 32 characters.
const TOKEN_BYTES: usize = 20;
