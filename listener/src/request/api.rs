//! Callers of the API: the public, holders of a right, door devices, and holders of one cart.
//!
//! Each call's handler takes one of these; a handler without cannot reach the ledger. Never reads
//! a body. Next: `api.rs` for the calls.

use super::guest::touch;
use super::staff::{Need, signed_in, stands_for};
use super::{Bearer, Known, Permit, known};
use crate::respond::Problem;
use crate::shop::form::key_of;
use crate::state::Shop;
use crate::token::{Right, Rights};
use crate::wording::Trouble;
use axum::extract::{FromRequestParts, Path};
use axum::http::Method;
use axum::http::request::Parts;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use usher_ledger::handle::TokenKind;
use usher_ledger::{Lane, Snapshot, cart};
use usher_rules::cart::Cart;
use usher_rules::id::{CartId, DeviceNo};
use usher_rules::{Actor, Key};

/// What the request keys of a device's scans are made with.
pub const DEVICE_SCANS: &str = "scan";
/// Where a door page sends its form.
const DOOR_PAGE: &str = "/door";

/// A caller of the API with the right that the call needs, by token or by a signed-in session.
pub struct Permitted<N: Need> {
    permit: Permit,
    need: PhantomData<N>,
}

impl<N: Need> Deref for Permitted<N> {
    type Target = Permit;
    fn deref(&self) -> &Permit {
        &self.permit
    }
}

impl<N: Need> FromRequestParts<Arc<Shop>> for Permitted<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Problem> {
        let known = known(parts, shop);
        let right = N::RIGHT.ok_or(Trouble::NoCredential)?;
        let by = permitted(shop, &known, right, N::CONFIRMED)?;
        let permit = Permit { shop: Arc::clone(shop), known, by, lane: Lane::Till };
        Ok(Permitted { permit, need: PhantomData })
    }
}

fn permitted(shop: &Shop, known: &Known, right: Right, confirmed: bool) -> Result<Actor, Trouble> {
    let (rights, by) = match &known.bearer {
        Bearer::Staff(staff) => (staff.rights, Actor::Staff(staff.name.clone())),
        Bearer::Device(device) => (Rights::default(), Actor::Device(*device)),
        Bearer::Other(_) | Bearer::Unreadable => return Err(Trouble::NoCredential),
        Bearer::None => match signed_in(shop, known)? {
            Some(who) if confirmed && !who.confirmed => return Err(Trouble::ConfirmFirst),
            Some(who) => (who.rights, who.actor()),
            None => return Err(Trouble::NoCredential),
        },
    };
    if rights.has(right) { Ok(by) } else { Err(Trouble::NeedsRight { right }) }
}

/// Anybody at all: the calls that tell the public what is on.
pub struct Anyone {
    permit: Permit,
}

impl Deref for Anyone {
    type Target = Permit;
    fn deref(&self) -> &Permit {
        &self.permit
    }
}

impl FromRequestParts<Arc<Shop>> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Anyone, Problem> {
        let known = known(parts, shop);
        let by = Actor::Guest(None);
        Ok(Anyone { permit: Permit { shop: Arc::clone(shop), known, by, lane: Lane::Shop } })
    }
}

impl Anyone {
    pub fn into_permit(self) -> Permit {
        self.permit
    }

    /// Is it staff after all, with one of these rights? A call for all may tell them more.
    pub fn has(&self, rights: &[Right]) -> Result<bool, Trouble> {
        let Permit { shop, known, .. } = &self.permit;
        let held = match &known.bearer {
            Bearer::Staff(staff) => staff.rights,
            Bearer::None => signed_in(shop, known)?.map(|who| who.rights).unwrap_or_default(),
            Bearer::Device(_) | Bearer::Other(_) | Bearer::Unreadable => Rights::default(),
        };
        Ok(rights.iter().any(|right| held.has(*right)))
    }
}

/// Who may follow the scans: the right to the feed, or a signed-in door, whose count it moves.
pub struct Watcher {
    permit: Permit,
}

impl Watcher {
    pub fn into_permit(self) -> Permit {
        self.permit
    }
}

impl FromRequestParts<Arc<Shop>> for Watcher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Watcher, Problem> {
        let known = known(parts, shop);
        let door = match known.bearer {
            Bearer::None => signed_in(shop, &known)?.filter(|who| who.rights.has(Right::Door)),
            Bearer::Staff(_) | Bearer::Device(_) | Bearer::Other(_) | Bearer::Unreadable => None,
        };
        let by = match door {
            Some(door) => door.actor(),
            None => permitted(shop, &known, Right::Feed, false)?,
        };
        Ok(Watcher { permit: Permit { shop: Arc::clone(shop), known, by, lane: Lane::Till } })
    }
}

/// Who may read the figures: this machine, or a token with the right to them.
pub struct Gauger {
    permit: Permit,
}

impl Deref for Gauger {
    type Target = Permit;
    fn deref(&self) -> &Permit {
        &self.permit
    }
}

impl FromRequestParts<Arc<Shop>> for Gauger {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Gauger, Problem> {
        let known = known(parts, shop);
        let by = if known.peer.is_loopback() && known.bearer == Bearer::None {
            Actor::House
        } else {
            permitted(shop, &known, Right::Metrics, false)?
        };
        Ok(Gauger { permit: Permit { shop: Arc::clone(shop), known, by, lane: Lane::Till } })
    }
}

/// An enrolled door device, by its token.
pub struct Device {
    permit: Permit,
    pub device: DeviceNo,
}

impl Deref for Device {
    type Target = Permit;
    fn deref(&self) -> &Permit {
        &self.permit
    }
}

impl FromRequestParts<Arc<Shop>> for Device {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Device, Problem> {
        let known = known(parts, shop);
        let device = match &known.bearer {
            Bearer::Device(device) => *device,
            Bearer::Staff(_) => return Err(Trouble::NeedsRight { right: Right::Door }.into()),
            Bearer::None | Bearer::Other(_) | Bearer::Unreadable => {
                return Err(Trouble::NoCredential.into());
            }
        };
        let by = Actor::Device(device);
        let permit = Permit { shop: Arc::clone(shop), known, by, lane: Lane::Door };
        Ok(Device { permit, device })
    }
}

/// Who stands at a door: a device by its token, or a door page that somebody signed in.
pub struct AtDoor {
    permit: Permit,
    pub device: DeviceNo,
    /// Scans from its page, by form; else by the API.
    on_page: bool,
}

impl Deref for AtDoor {
    type Target = Permit;
    fn deref(&self) -> &Permit {
        &self.permit
    }
}

impl AtDoor {
    /// The request key that a scan of it was asked under while the box answered. On the page that
    /// is the key of its form, with all that stood in it.
    pub fn scan_key(&self, nonce: &str, code: &str, direction: &str) -> Option<Key> {
        if !self.on_page {
            return self.permit.request_key(&Method::POST, DEVICE_SCANS, nonce);
        }
        let typed = [("key", nonce), ("code", code), ("direction", direction)];
        self.permit.request_key(&Method::POST, DOOR_PAGE, &key_of(typed.into_iter()))
    }
}

impl FromRequestParts<Arc<Shop>> for AtDoor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<AtDoor, Problem> {
        let known = known(parts, shop);
        if known.bearer != Bearer::None {
            let Device { permit, device } = Device::from_request_parts(parts, shop).await?;
            return Ok(AtDoor { permit, device, on_page: false });
        }
        let who = signed_in(shop, &known)?.ok_or(Trouble::NoCredential)?;
        if !who.rights.has(Right::Door) {
            return Err(Trouble::NeedsRight { right: Right::Door }.into());
        }
        let device = stands_for(shop, who.device, &shop.door().snapshot()?)?;
        let by = who.actor();
        let permit = Permit { shop: Arc::clone(shop), known, by, lane: Lane::Door };
        Ok(AtDoor { permit, device, on_page: true })
    }
}

/// Whoever may act on the cart in the path: its token, its session, or staff at the desk.
pub struct CartHolder {
    permit: Permit,
    pub cart: CartId,
    pub row: Cart,
}

impl Deref for CartHolder {
    type Target = Permit;
    fn deref(&self) -> &Permit {
        &self.permit
    }
}

impl FromRequestParts<Arc<Shop>> for CartHolder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Problem> {
        let known = known(parts, shop);
        let named = Path::<HashMap<String, String>>::from_request_parts(parts, shop).await;
        let named = named.ok().and_then(|Path(named)| named.get("cart").cloned());
        let cart: CartId =
            named.and_then(|text| text.parse().ok()).ok_or_else(Trouble::not_found)?;
        if matches!((&known.bearer, known.session), (Bearer::None, None)) {
            return Err(Trouble::NoCredential.into());
        }
        let snapshot = shop.door().snapshot()?;
        let row = cart::get(&snapshot, cart)?.ok_or_else(Trouble::not_found)?;
        let (by, lane) = holder_of(shop, &snapshot, &known, cart)?;
        // Staff who look on give nobody more time.
        if matches!(by, Actor::Guest(_)) {
            touch(shop, &snapshot, cart, &row)?;
        }
        let permit = Permit { shop: Arc::clone(shop), known, by, lane };
        Ok(CartHolder { permit, cart, row })
    }
}

fn holder_of(
    shop: &Shop,
    snapshot: &Snapshot,
    known: &Known,
    cart: CartId,
) -> Result<(Actor, Lane), Trouble> {
    match &known.bearer {
        Bearer::Staff(staff) if staff.rights.has(Right::Desk) => {
            Ok((Actor::Staff(staff.name.clone()), Lane::Till))
        }
        Bearer::Staff(_) | Bearer::Device(_) => Err(Trouble::NeedsRight { right: Right::Desk }),
        Bearer::Unreadable => Err(Trouble::NoCredential),
        Bearer::Other(token) if shop.door().token_fits(TokenKind::Cart, cart.0, token) => {
            Ok((Actor::Guest(Some(cart)), Lane::Shop))
        }
        Bearer::Other(token) if shaped_like_ours(token) => Err(Trouble::NotYours),
        Bearer::Other(_) => Err(Trouble::NoCredential),
        Bearer::None => {
            let key = known.session.ok_or(Trouble::NoCredential)?;
            let own = usher_ledger::session::get(snapshot, &key.0)?;
            match own {
                Some(session) if session.cart == Some(cart) => {
                    Ok((Actor::Guest(Some(cart)), Lane::Shop))
                }
                Some(_) => Err(Trouble::NotYours),
                None => Err(Trouble::NoCredential),
            }
        }
    }
}

/// Could it be the token of some other cart?
fn shaped_like_ours(token: &str) -> bool {
    token.len() == 32 && usher_rules::code::from_base32(token).is_some()
}
