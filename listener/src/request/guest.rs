//! A visitor of the shop's pages: the session cookie, its cart, and how a cart is begun.
//!
//! Looking at a page gives the cart its time again. Never sees another visitor's cart. Next:
//! `request/staff.rs`.

use super::{Permit, known, step};
use crate::session::{self, SessionKey};
use crate::state::Shop;
use crate::wording::Trouble;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use std::ops::Deref;
use std::sync::Arc;
use usher_ledger::{Lane, Snapshot, cart};
use usher_rules::cart::{Cart, State, TOUCH_LAG};
use usher_rules::id::CartId;
use usher_rules::{Actor, Command, Entry, Event, Key, Refusal};

/// A visitor of the shop's pages, with the cart of the session cookie if there is one.
///
/// Its cart is touched: every page request of a session gives the whole cart its time again.
pub struct Guest {
    permit: Permit,
    /// The cart of the session, whatever its state.
    pub cart: Option<CartId>,
    /// That cart as it was when the request came in.
    pub row: Option<Cart>,
    user_agent: String,
    path: String,
}

/// A cart that takes seats, and the cookie to send if it began a session.
pub struct ToFill {
    pub cart: CartId,
    pub cookie: Option<HeaderValue>,
}

impl Deref for Guest {
    type Target = Permit;
    fn deref(&self) -> &Permit {
        &self.permit
    }
}

impl Guest {
    /// No session: what this visitor sees, every visitor without a session sees.
    pub fn anonymous(&self) -> bool {
        self.known.session.is_none()
    }

    /// What the browser calls itself.
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// Places in the cart, for the frame of a page.
    pub fn places(&self) -> u32 {
        let live = self.row.as_ref().filter(|cart| cart.state.runs());
        live.map_or(0, |cart| u32::from(cart.tickets()))
    }

    /// The request key of a form's hidden field. A page that is the same for all carries none.
    pub fn form_key(&self, key: &str) -> Option<Key> {
        if self.anonymous() {
            return None;
        }
        self.permit.request_key(&Method::POST, &self.path, key)
    }

    /// The visitor's cart, if something can be done with it.
    pub fn own_cart(&self) -> Result<CartId, Trouble> {
        self.cart.ok_or(Trouble::Refused(Refusal::CartEmpty))
    }

    /// The cart to put seats into: the visitor's own while it is active, else a new one, with a
    /// new session if there was none.
    pub async fn cart_to_fill(&self, source: &str, key: Option<Key>) -> Result<ToFill, Trouble> {
        let active = |cart: &&Cart| cart.active().is_ok();
        if let (Some(cart), Some(_)) = (self.cart, self.row.as_ref().filter(active)) {
            return Ok(ToFill { cart, cookie: None });
        }
        if let Some(row) = self.row.as_ref().filter(|row| row.state == State::CheckingOut) {
            let since = row.checkout_since.unwrap_or(row.changed_at);
            return Err(Trouble::Refused(Refusal::CheckoutRunning { since }));
        }
        let fresh = match self.known.session {
            Some(_) => None,
            None => Some(session::fresh(&self.handle().luck(), self.known.peer.tls)),
        };
        let session = self.known.session.or(fresh.as_ref().map(|fresh| fresh.key));
        self.shop().rates().cart(&self.known)?;
        let command = usher_rules::cart::Command::Open {
            source: source.to_owned(),
            user_agent: self.user_agent.clone(),
            session: session.map(|key| key.0),
        };
        let entry = self.ask(step(key, "open"), Command::Cart(command)).await?;
        let cart = opened(&entry).ok_or(Trouble::Bug)?;
        Ok(ToFill { cart, cookie: fresh.map(|fresh| fresh.cookie) })
    }
}

/// The cart that an entry opened.
pub fn opened(entry: &Entry) -> Option<CartId> {
    entry.events.iter().find_map(|event| {
        if let Event::Cart(usher_rules::cart::Event::Opened(id, _)) = event {
            Some(*id)
        } else {
            None
        }
    })
}

impl FromRequestParts<Arc<Shop>> for Guest {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Guest, Trouble> {
        let known = known(parts, shop);
        let found = match known.session {
            Some(key) => cart_of_session(shop, key)?,
            None => None,
        };
        let (cart, row) = match found {
            Some((cart, row)) => (Some(cart), row),
            None => (None, None),
        };
        let user_agent = parts.headers.get(header::USER_AGENT);
        let user_agent = user_agent.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let user_agent = user_agent.to_owned();
        let path = parts.uri.path().to_owned();
        let by = Actor::Guest(cart);
        let permit = Permit { shop: Arc::clone(shop), known, by, lane: Lane::Shop };
        Ok(Guest { permit, cart, row, user_agent, path })
    }
}

fn cart_of_session(
    shop: &Shop,
    key: SessionKey,
) -> Result<Option<(CartId, Option<Cart>)>, Trouble> {
    let snapshot = shop.door().snapshot()?;
    let session = usher_ledger::session::get(&snapshot, &key.0)?;
    let Some(id) = session.and_then(|session| session.cart) else { return Ok(None) };
    let row = cart::get(&snapshot, id)?;
    if let Some(row) = &row {
        touch(shop, &snapshot, id, row)?;
    }
    Ok(Some((id, row)))
}

/// Remembers the visit; writes it down only when the stored deadline lags too far (domain 5.3).
pub(crate) fn touch(
    shop: &Shop,
    snapshot: &Snapshot,
    id: CartId,
    row: &Cart,
) -> Result<(), Trouble> {
    if row.active().is_err() {
        return Ok(());
    }
    let handle = shop.door();
    handle.touch(id);
    let seen = handle.now();
    let until = seen + usher_ledger::write::house(snapshot)?.hold_time;
    if until - row.until <= TOUCH_LAG {
        return Ok(());
    }
    let handle = handle.clone();
    tokio::spawn(async move {
        let command = usher_rules::cart::Command::Touch { cart: id, seen };
        // Refused as stale when another page was quicker.
        let _ = handle.ask(Lane::Shop, Actor::House, None, Command::Cart(command)).await;
    });
    Ok(())
}
