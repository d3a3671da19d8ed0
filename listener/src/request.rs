//! Who asks, and what they may: `Request` -> `Known` -> `Permit`.
//!
//! `Known` is worked out once for every request; a `Permit` exists only for who was let through,
//! and nothing but a `Permit` reaches the ledger. Handlers take one of the extractors here:
//! `Guest` and `Staff` on pages, `Permitted` and `CartHolder` in the API. Never words an answer.

mod api;
mod guest;
mod staff;

pub use api::{Anyone, AtDoor, CartHolder, DEVICE_SCANS, Device, Gauger, Permitted, Watcher};
pub(crate) use guest::touch;
pub use guest::{Guest, ToFill, opened};
pub use staff::{DEVICE_PREFIX, Need, NoStaff, Staff, need, open_for, stands_for, trade};

use crate::session::{self, SessionKey};
use crate::state::Shop;
use crate::token::{Holder, StaffToken};
use crate::wording::Trouble;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use usher_ledger::{Handle, Lane, Snapshot};
use usher_rules::at::At;
use usher_rules::id::DeviceNo;
use usher_rules::view::desk::Disk;
use usher_rules::{Actor, Command, Entry, Key};

/// Longest `Idempotency-Key` and form key taken, in bytes.
pub const KEY_BYTES_MAX: usize = 128;

/// The other end of the connection; `accept.rs` puts it into every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    pub address: SocketAddr,
    pub tls: bool,
}

impl Default for Peer {
    /// A caller inside the process, as a test is one.
    fn default() -> Peer {
        Peer { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), tls: false }
    }
}

impl Peer {
    /// What rates are counted by: an IPv4 address, or the /64 a household or firm is given.
    pub fn rate_address(&self) -> IpAddr {
        match self.address.ip().to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let mut octets = address.octets();
                octets[8..].fill(0);
                IpAddr::from(octets)
            }
        }
    }

    pub fn is_loopback(&self) -> bool {
        self.address.ip().to_canonical().is_loopback()
    }
}

/// What stands in `Authorization`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bearer {
    None,
    Staff(Arc<StaffToken>),
    Device(DeviceNo),
    /// Perhaps a cart's: that is seen when the cart is named.
    Other(String),
    /// Not a bearer token at all.
    Unreadable,
}

/// Who asks, as far as the request shows it without looking into the store.
#[derive(Clone, Debug)]
pub struct Known {
    pub peer: Peer,
    pub bearer: Bearer,
    pub session: Option<SessionKey>,
    /// Milliseconds of the monotonic clock when the request was read.
    pub read_ms: u64,
}

impl Known {
    pub fn of(shop: &Shop, headers: &HeaderMap, peer: Peer) -> Known {
        let read_ms = shop.door().clock().monotonic_ms();
        let bearer = bearer(shop, headers);
        Known { peer, bearer, session: session::read(headers, peer.tls), read_ms }
    }

    /// Spared from the rates by address: this machine, and holders of our tokens (trust 3).
    pub fn exempt(&self) -> bool {
        self.peer.is_loopback() || matches!(self.bearer, Bearer::Staff(_) | Bearer::Device(_))
    }
}

fn bearer(shop: &Shop, headers: &HeaderMap) -> Bearer {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Bearer::None };
    let text = value.to_str().unwrap_or_default();
    let Some((scheme, token)) = text.split_once(' ') else { return Bearer::Unreadable };
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Bearer::Unreadable;
    }
    match shop.tokens().holder(token) {
        Some(Holder::Staff(staff)) => Bearer::Staff(staff),
        Some(Holder::Device(device)) => Bearer::Device(device),
        None => Bearer::Other(token.to_owned()),
    }
}

/// The right to ask the house something, on somebody's behalf. Made only in this file.
#[derive(Clone)]
pub struct Permit {
    shop: Arc<Shop>,
    known: Known,
    by: Actor,
    lane: Lane,
}

impl Permit {
    pub fn shop(&self) -> &Arc<Shop> {
        &self.shop
    }

    pub fn known(&self) -> &Known {
        &self.known
    }

    pub fn by(&self) -> &Actor {
        &self.by
    }

    pub fn handle(&self) -> &Handle {
        self.shop.handle(self)
    }

    pub fn now(&self) -> At {
        self.handle().now()
    }

    /// The house as of the newest commit.
    pub fn snapshot(&self) -> Result<Snapshot, Trouble> {
        Ok(self.handle().snapshot()?)
    }

    /// Asks for something to be done and waits until it is on disk. A nearly full disk stops
    /// what would sell anew, then everything but scans (trust 1.7).
    pub async fn ask(&self, key: Option<Key>, command: Command) -> Result<Arc<Entry>, Trouble> {
        if !room_for(self.shop.disk(), self.lane, &command) {
            return Err(Trouble::BoxFull);
        }
        Ok(self.handle().ask(self.lane, self.by.clone(), key, command).await?)
    }

    /// The request key of an `Idempotency-Key` header or of a form's hidden field.
    pub fn request_key(&self, method: &Method, path: &str, key: &str) -> Option<Key> {
        let sound = !key.is_empty() && key.len() <= KEY_BYTES_MAX;
        sound.then(|| request_key(&self.principal(), method, path, key))
    }

    fn principal(&self) -> String {
        match (&self.by, &self.known.session) {
            (Actor::House, _) => "house".to_owned(),
            (Actor::Staff(name), _) => format!("staff:{name}"),
            (Actor::Device(no), _) => format!("device:{}", no.0),
            (Actor::Account(no), _) => format!("account:{}", no.0),
            (Actor::Console, _) => "console".to_owned(),
            (Actor::Guest(Some(cart)), _) => format!("cart:{cart}"),
            (Actor::Guest(None), Some(session)) => {
                format!("session:{}", usher_rules::code::base32(&session.0))
            }
            (Actor::Guest(None), None) => format!("guest:{}", self.known.peer.address.ip()),
        }
    }
}

/// First 16 bytes of SHA-256 over principal, method, path and key (style 4).
pub fn request_key(principal: &str, method: &Method, path: &str, key: &str) -> Key {
    let mut hash = Sha256::new();
    for part in [principal, method.as_str(), path, key] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let whole: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(whole.split_at(16).0);
    Key(half)
}

/// The key of a later step of the same request: one press may be several commands.
pub fn step(key: Option<Key>, step: &str) -> Option<Key> {
    key.map(|key| request_key("step", &Method::POST, step, &usher_rules::code::base32(&key.0)))
}

/// What the shop may not take any more, a till still may.
fn room_for(disk: Disk, lane: Lane, command: &Command) -> bool {
    use usher_rules::{cart, hold};
    match disk {
        Disk::Enough | Disk::Low => true,
        Disk::ScansOnly => matches!(command, Command::Admission(_)),
        Disk::NoSale => match command {
            Command::Cart(cart::Command::Open { .. }) => false,
            Command::Hold(hold::Command::Release { .. } | hold::Command::OneFewer(..)) => true,
            Command::Hold(_) => lane == Lane::Till,
            Command::Cart(_)
            | Command::House(_)
            | Command::Production(_)
            | Command::Performance(_)
            | Command::Checkout(_)
            | Command::Admission(_)
            | Command::Letter(_)
            | Command::Session(_)
            | Command::Staff(_)
            | Command::Till(_)
            | Command::Journal(_)
            | Command::Batch(_)
            | Command::EndOfDay(_)
            | Command::Patron(_)
            | Command::Device(_) => true,
        },
    }
}

fn known(parts: &Parts, shop: &Shop) -> Known {
    parts.extensions.get::<Known>().cloned().unwrap_or_else(|| {
        let peer = parts.extensions.get::<Peer>().copied().unwrap_or_default();
        Known::of(shop, &parts.headers, peer)
    })
}
