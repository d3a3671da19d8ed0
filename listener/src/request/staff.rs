//! Signed-in staff on pages: what a page needs stands in the handler's signature.
//!
//! A session counts only while its account is good, or while the token it was traded for stands
//! in the configuration. Never raises a guest's session to a staff one. Next: `request/api.rs`,
//! `staff/sign_in.rs`.

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
use usher_rules::id::{DeviceNo, StaffNo};
use usher_rules::session::STAFF_SESSION_KEPT;
use usher_rules::staff::Account;
use usher_rules::{Actor, Command, Key, Refusal};

/// What a route needs, as a type: a handler says it in its signature.
pub trait Need: Send + Sync + 'static {
    /// None: whoever has an account and is signed in.
    const RIGHT: Option<Right>;
    /// They must have proved who they are within the last minutes (trust 3).
    const CONFIRMED: bool;
}

/// The needs as types.
pub mod need {
    use super::Need;
    use crate::token::Right;

    macro_rules! need {
        ($($(#[$meta:meta])* $name:ident: $right:expr, $confirmed:expr);+ $(;)?) => {$(
            $(#[$meta])*
            pub struct $name;
            impl Need for $name {
                const RIGHT: Option<Right> = $right;
                const CONFIRMED: bool = $confirmed;
            }
        )+};
    }

    need! {
        Read: Some(Right::Read), false;
        Feed: Some(Right::Feed), false;
        Desk: Some(Right::Desk), false;
        Door: Some(Right::Door), false;
        Metrics: Some(Right::Metrics), false;
        SellAtCounter: Some(Right::SellAtCounter), false;
        Exchange: Some(Right::Exchange), false;
        CloseTill: Some(Right::CloseTill), false;
        Refund: Some(Right::Refund), true;
        CancelPerformance: Some(Right::CancelPerformance), true;
        /// What ending the day would come to, and earlier ends.
        SeeEndOfDay: Some(Right::EndOfDay), false;
        EndOfDay: Some(Right::EndOfDay), true;
        Export: Some(Right::Export), true;
        ManageDevices: Some(Right::ManageDevices), true;
        SeeAudit: Some(Right::SeeAudit), false;
        SeeReports: Some(Right::SeeReports), false;
        /// The list of the staff.
        SeeStaff: Some(Right::ManageStaff), false;
        /// A change to it.
        ManageStaff: Some(Right::ManageStaff), true;
        /// One's own account, also while a second factor is still owed.
        Account: None, false;
        /// A change to one's own account.
        ChangeAccount: None, true;
    }
}

/// A signed-in member of staff on a page, with the right the page needs.
pub struct Staff<N: Need> {
    permit: Permit,
    pub session: SessionKey,
    /// Name of the member of staff, or of the token or device that the session was traded for.
    pub name: String,
    /// The account that signed in; none with a token.
    pub account: Option<StaffNo>,
    pub rights: Rights,
    /// Proved who they are within the last minutes.
    pub confirmed: bool,
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
    SignIn {
        onward: String,
    },
    /// Signed in, but it must be proven again who it is.
    Confirm {
        onward: String,
    },
    /// Signed in, but nothing opens before a second factor is enrolled.
    Owes,
    Trouble(Trouble),
}

impl IntoResponse for NoStaff {
    fn into_response(self) -> Response {
        match self {
            NoStaff::SignIn { onward } => {
                let onward = usher_web::html::url_part(&onward);
                crate::respond::see_other(&format!("/desk/sign-in?onward={onward}"))
            }
            NoStaff::Confirm { onward } => {
                let onward = usher_web::html::url_part(&onward);
                crate::respond::see_other(&format!("/desk/confirm?onward={onward}"))
            }
            NoStaff::Owes => crate::respond::see_other("/desk/account"),
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
        permitted::<N>(&signed_in, parts)?;
        let by = signed_in.actor();
        let SignedIn { session, name, rights, device, account, confirmed, .. } = signed_in;
        let lane = if device.is_some() { Lane::Door } else { Lane::Till };
        let path = parts.uri.path().to_owned();
        let permit = Permit { shop: Arc::clone(shop), known, by, lane };
        let need = PhantomData;
        Ok(Staff { permit, session, name, account, rights, confirmed, device, path, need })
    }
}

fn permitted<N: Need>(who: &SignedIn, parts: &Parts) -> Result<(), NoStaff> {
    match N::RIGHT {
        None if who.account.is_none() => {
            return Err(NoStaff::Trouble(Trouble::Refused(Refusal::NotAllowed)));
        }
        None => {}
        Some(_) if who.owes => return Err(NoStaff::Owes),
        Some(right) if !who.rights.has(right) => {
            return Err(NoStaff::Trouble(Trouble::NeedsRight { right }));
        }
        Some(_) => {}
    }
    if N::CONFIRMED && !who.confirmed {
        let mut onward = page_of(parts.uri.path());
        // A file keeps the choice that stood in its address; a form has none there.
        if let Some(query) = parts.uri.query() {
            onward = format!("{onward}?{query}");
        }
        return Err(NoStaff::Confirm { onward });
    }
    Ok(())
}

/// The page that a form of the desk stands on: its address less what is done there. Forms about
/// one order stand on the page of that order.
fn page_of(path: &str) -> String {
    let of_one = ["/desk/orders/", "/desk/day/", "/desk/cancellations/"]
        .iter()
        .any(|page| path.starts_with(page));
    let parts = if of_one { 4 } else { 3 };
    path.split('/').take(parts).collect::<Vec<_>>().join("/")
}

/// A session of the staff: of an account that is still good, or traded for a token that still
/// stands in the configuration.
pub(crate) struct SignedIn {
    pub session: SessionKey,
    pub name: String,
    pub rights: Rights,
    pub device: Option<DeviceNo>,
    pub account: Option<StaffNo>,
    /// It was proven just now who this is.
    pub confirmed: bool,
    /// A second factor is still to be enrolled; until then there are no rights.
    pub owes: bool,
}

impl SignedIn {
    /// In whose name something is done.
    pub fn actor(&self) -> Actor {
        match (self.device, self.account) {
            (Some(device), _) => Actor::Device(device),
            (None, Some(account)) => Actor::Account(account),
            (None, None) => Actor::Staff(self.name.clone()),
        }
    }
}

pub(crate) fn signed_in(shop: &Shop, known: &Known) -> Result<Option<SignedIn>, Trouble> {
    let Some(session) = known.session else { return Ok(None) };
    let handle = shop.door();
    let snapshot = handle.snapshot()?;
    let Some(row) = usher_ledger::session::get(&snapshot, &session.0)? else { return Ok(None) };
    let now = handle.now();
    if now - row.opened_at > STAFF_SESSION_KEPT {
        return Ok(None);
    }
    if let Some(no) = row.account {
        let account = usher_ledger::staff::get(&snapshot, no)?;
        let account = account.filter(|account| account.able());
        let account = account.filter(|account| row.opened_at >= account.sessions_since);
        return Ok(account.map(|account| of_account(session, no, &account, row.confirmed(now))));
    }
    Ok(row.staff.and_then(|name| holder_named(shop, session, name)))
}

fn of_account(session: SessionKey, no: StaffNo, account: &Account, confirmed: bool) -> SignedIn {
    let owes = account.owes_second_factor();
    let rights = if owes { Rights::default() } else { Rights::of_role(account.role) };
    let name = account.name.clone();
    SignedIn { session, name, rights, device: None, account: Some(no), confirmed, owes }
}

/// What a session names a device's token by; no staff token may be called so.
pub const DEVICE_PREFIX: &str = "device ";

fn holder_named(shop: &Shop, session: SessionKey, name: String) -> Option<SignedIn> {
    if let Some(no) = name.strip_prefix(DEVICE_PREFIX) {
        let device = DeviceNo(no.parse().ok()?);
        shop.tokens().device(device)?;
        let rights = Rights::of(&[Right::Door]);
        return Some(by_token(session, name, rights, Some(device)));
    }
    let rights = shop.tokens().named(&name)?.rights;
    Some(by_token(session, name, rights, None))
}

fn by_token(
    session: SessionKey,
    name: String,
    rights: Rights,
    device: Option<DeviceNo>,
) -> SignedIn {
    SignedIn { session, name, rights, device, account: None, confirmed: false, owes: false }
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

/// Opens the session of a member of staff who has just proved who they are; the cookie to send.
pub async fn open_for(guest: &Guest, account: StaffNo) -> Result<HeaderValue, Trouble> {
    let fresh = session::fresh(&guest.handle().luck(), guest.known.peer.tls);
    let about = guest.user_agent().to_owned();
    let (session, by) = (fresh.key.0, Actor::Account(account));
    let command = usher_rules::session::Command::SignIn { session, account, about };
    guest.handle().ask(Lane::Till, by, None, Command::Session(command)).await?;
    Ok(fresh.cookie)
}
