//! Signed-in staff on pages: the right a page needs stands in the handler's signature.
//!
//! A session counts only while the token it was traded for stands in the configuration. Never
//! raises a guest's session to a staff one. Next: `request/api.rs`.

use super::{Guest, Known, Permit, known};
use crate::session::{self, SessionKey};
use crate::state::Shop;
use crate::token::{Holder, Right, Rights};
use crate::wording::Trouble;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use usher_ledger::{Lane, Snapshot};
use usher_rules::id::DeviceNo;
use usher_rules::session::STAFF_SESSION_KEPT;
use usher_rules::{Actor, Command, Key, Refusal};

/// A right that a route needs, as a type: a handler says it in its signature.
pub trait Need: Send + Sync + 'static {
    const RIGHT: Right;
}

/// The rights as types.
pub mod need {
    use super::Need;
    use crate::token::Right;

    macro_rules! need {
        ($($name:ident),+) => {$(
            pub struct $name;
            impl Need for $name {
                const RIGHT: Right = Right::$name;
            }
        )+};
    }

    need!(Read, Feed, Desk, Door, Metrics);
}

/// A signed-in member of staff on a page, with the right the page needs.
pub struct Staff<N: Need> {
    permit: Permit,
    pub session: SessionKey,
    /// Name of the token, or of the device, that the session was traded for.
    pub name: String,
    pub rights: Rights,
    /// The device whose token was traded, for door pages.
    pub device: Option<DeviceNo>,
    path: String,
    need: PhantomData<N>,
}

impl<N: Need> Deref for Staff<N> {
    type Target = Permit;
    fn deref(&self) -> &Permit {
        &self.permit
    }
}

impl<N: Need> Staff<N> {
    /// The request key of a form's hidden field.
    pub fn form_key(&self, key: &str) -> Option<Key> {
        self.permit.request_key(&Method::POST, &self.path, key)
    }
}

/// Why a staff page is not shown: no session leads to the sign-in page and back.
pub enum NoStaff {
    SignIn { onward: String },
    Trouble(Trouble),
}

impl IntoResponse for NoStaff {
    fn into_response(self) -> Response {
        match self {
            NoStaff::SignIn { onward } => {
                let onward = usher_web::html::url_part(&onward);
                crate::respond::see_other(&format!("/desk/sign-in?onward={onward}"))
            }
            NoStaff::Trouble(trouble) => trouble.into_response(),
        }
    }
}

impl<N: Need> FromRequestParts<Arc<Shop>> for Staff<N> {
    type Rejection = NoStaff;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, NoStaff> {
        let known = known(parts, shop);
        let signed_in = signed_in(shop, &known).map_err(NoStaff::Trouble)?;
        let Some(signed_in) = signed_in else {
            if [Method::GET, Method::HEAD].contains(&parts.method) {
                let onward = parts.uri.path_and_query().map_or("/desk", |path| path.as_str());
                return Err(NoStaff::SignIn { onward: onward.to_owned() });
            }
            return Err(NoStaff::Trouble(Trouble::NoCredential));
        };
        if !signed_in.rights.has(N::RIGHT) {
            return Err(NoStaff::Trouble(Trouble::NeedsRight { right: N::RIGHT }));
        }
        let SignedIn { session, name, rights, device } = signed_in;
        let (by, lane) = match device {
            Some(device) => (Actor::Device(device), Lane::Door),
            None => (Actor::Staff(name.clone()), Lane::Till),
        };
        let path = parts.uri.path().to_owned();
        let permit = Permit { shop: Arc::clone(shop), known, by, lane };
        Ok(Staff { permit, session, name, rights, device, path, need: PhantomData })
    }
}

/// A session that a token was traded for, while that token still stands in the configuration.
pub(crate) struct SignedIn {
    pub session: SessionKey,
    pub name: String,
    pub rights: Rights,
    pub device: Option<DeviceNo>,
}

pub(crate) fn signed_in(shop: &Shop, known: &Known) -> Result<Option<SignedIn>, Trouble> {
    let Some(session) = known.session else { return Ok(None) };
    let handle = shop.door();
    let row = usher_ledger::session::get(&handle.snapshot()?, &session.0)?;
    let Some(row) = row else { return Ok(None) };
    let Some(name) = row.staff else { return Ok(None) };
    if handle.now() - row.opened_at > STAFF_SESSION_KEPT {
        return Ok(None);
    }
    Ok(holder_named(shop, session, name))
}

/// What a session names a device's token by; no staff token may be called so.
pub const DEVICE_PREFIX: &str = "device ";

fn holder_named(shop: &Shop, session: SessionKey, name: String) -> Option<SignedIn> {
    if let Some(no) = name.strip_prefix(DEVICE_PREFIX) {
        let device = DeviceNo(no.parse().ok()?);
        shop.tokens().device(device)?;
        let rights = Rights::of(&[Right::Door]);
        return Some(SignedIn { session, name, rights, device: Some(device) });
    }
    let rights = shop.tokens().named(&name)?.rights;
    Some(SignedIn { session, name, rights, device: None })
}

/// The device of a session; for a staff token the first network device that is switched on, else
/// the first device of all.
pub fn stands_for(
    shop: &Shop,
    device: Option<DeviceNo>,
    snapshot: &Snapshot,
) -> Result<DeviceNo, Trouble> {
    if let Some(device) = device {
        return Ok(device);
    }
    let all = usher_ledger::device::all(snapshot)?;
    let on: Vec<DeviceNo> =
        all.into_iter().filter(|(_, row)| row.device.enabled).map(|(no, _)| no).collect();
    let networked = on.iter().find(|no| shop.tokens().device(**no).is_some());
    let found = networked.or(on.first()).copied();
    found.ok_or(Trouble::Refused(Refusal::DeviceUnknown))
}

/// Trades a token for a session: the cookie to send, or nothing if nobody holds this token. The
/// page that asks has spent a log-in on it.
pub async fn trade(guest: &Guest, token: &str) -> Result<Option<HeaderValue>, Trouble> {
    let staff = match guest.shop().tokens().holder(token) {
        Some(Holder::Staff(staff)) => staff.name.clone(),
        Some(Holder::Device(no)) => format!("{DEVICE_PREFIX}{}", no.0),
        None => return Ok(None),
    };
    // Always a new one: a session that was there before is never raised to staff's.
    let fresh = session::fresh(&guest.handle().luck(), guest.known.peer.tls);
    let command = usher_rules::session::Command::Open { session: fresh.key.0, staff };
    guest.ask(None, Command::Session(command)).await?;
    Ok(Some(fresh.cookie))
}
