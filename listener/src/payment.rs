//! One payment attempt as the one who waits for it sees it: asked, then what came of it.
//!
//! The asking of the gateway is `cloud/gateway`'s; here is only waiting for the entries that
//! report it. No answer is never "declined" (trust 1.4). Next: `rules/checkout.rs`.

use crate::request::Permit;
use crate::wording::Trouble;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use usher_ledger::{Snapshot, cart, checkout};
use usher_rules::at::At;
use usher_rules::cart::{Buyer, Cart, Line, Note, Place, State};
use usher_rules::checkout::{Command as Checkout, Event as Happened};
use usher_rules::id::{CartId, OrderId, SeatNo};
use usher_rules::money::Money;
use usher_rules::{Command, Entry, Event, Key, tender};

/// How much longer than the gateway's own deadline its word is waited for.
const GRACE: Duration = Duration::from_secs(2);
/// Tokens that only the demo's gateway knows.
const DEMO_TOKENS: [&str; 5] =
    ["tok_4242", "tok_declined", "tok_timeout", "tok_unknown", "tok_no_refund"];

/// What the patron pressed pay with.
pub struct Payment {
    pub buyer: Buyer,
    /// Single-use token of the card; empty when nothing is to pay.
    pub token: String,
    pub note: String,
    /// The total the patron saw.
    pub shown: Option<Money>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paid {
    Sold(OrderId),
    /// The card was not accepted; the seats are held until then.
    Declined {
        until: At,
    },
    /// The gateway has not answered: the box goes on asking.
    Confirming,
    /// Seats went while paying; nothing is charged.
    SeatsGone {
        seats: Vec<SeatNo>,
    },
}

/// Begins a checkout and waits until it is decided, or until the gateway's deadline is over.
pub async fn pay(
    permit: &Permit,
    cart: CartId,
    payment: Payment,
    key: Option<Key>,
) -> Result<Paid, Trouble> {
    let Payment { buyer, token, note, shown } = payment;
    if !token.is_empty() {
        permit.shop().rates().card(permit.known())?;
    }
    if DEMO_TOKENS.contains(&token.as_str()) && !permit.shop().demo() {
        let row = cart::get(&permit.snapshot()?, cart)?.ok_or_else(Trouble::not_found)?;
        return Ok(Paid::Declined { until: row.until });
    }
    // Listening begins before the question, so that no answer can be missed.
    let entries = permit.handle().feed().entries();
    let begin = Checkout::Begin { cart, buyer, token, note, shown };
    let entry = permit.ask(key, Command::Checkout(begin)).await?;
    let wait = usher_ledger::write::house(&permit.snapshot()?)?.gateway_deadline;
    let wait = GRACE + Duration::from_millis(u64::try_from(wait.0).unwrap_or(0));
    let waiting = decided(permit, cart, intent_of(&entry), entries);
    match tokio::time::timeout(wait, waiting).await {
        Ok(paid) => paid,
        Err(_) => standing(permit, cart, intent_of(&entry)).map(|paid| match paid {
            Standing::Open(Some(order)) => Paid::Sold(order),
            Standing::Open(None) => Paid::Confirming,
            Standing::Decided(paid) => paid,
        }),
    }
}

/// The intent that an entry opened; none when nothing was to pay.
fn intent_of(entry: &Entry) -> Option<Key> {
    entry.events.iter().find_map(|event| {
        if let Event::Checkout(Happened::Intent(key, _)) = event { Some(*key) } else { None }
    })
}

async fn decided(
    permit: &Permit,
    cart: CartId,
    intent: Option<Key>,
    mut entries: broadcast::Receiver<Arc<Entry>>,
) -> Result<Paid, Trouble> {
    loop {
        if let Standing::Decided(paid) = standing(permit, cart, intent)? {
            return Ok(paid);
        }
        loop {
            let entry = tokio::select! {
                entry = entries.recv() => entry,
                _ = permit.handle().ended() => return Err(Trouble::Busy),
            };
            match entry {
                Ok(entry) if moves(&entry, cart) => break,
                Ok(_) => {}
                // Some were missed: the store knows.
                Err(broadcast::error::RecvError::Lagged(_)) => break,
                Err(broadcast::error::RecvError::Closed) => return Err(Trouble::Busy),
            }
        }
    }
}

fn moves(entry: &Entry, cart: CartId) -> bool {
    entry.events.iter().any(|event| {
        matches!(event, Event::Checkout(Happened::CartMoved { cart: moved, .. }) if *moved == cart)
    })
}

enum Standing {
    /// Not over yet; perhaps sold already.
    Open(Option<OrderId>),
    Decided(Paid),
}

fn standing(permit: &Permit, id: CartId, intent: Option<Key>) -> Result<Standing, Trouble> {
    let snapshot = permit.snapshot()?;
    let row = cart::get(&snapshot, id)?.ok_or_else(Trouble::not_found)?;
    let Some(key) = intent else {
        return Ok(match row.order {
            Some(order) => Standing::Decided(Paid::Sold(order)),
            None => Standing::Open(None),
        });
    };
    let intent = checkout::intent(&snapshot, key)?.ok_or_else(Trouble::not_found)?;
    let decided = |paid| Ok(Standing::Decided(paid));
    match intent.state {
        tender::State::Created | tender::State::Sent => Ok(Standing::Open(None)),
        tender::State::Approved if row.state != State::Completed => Ok(Standing::Open(row.order)),
        tender::State::Approved | tender::State::Captured => match row.order {
            Some(order) => decided(Paid::Sold(order)),
            None => Ok(Standing::Open(None)),
        },
        tender::State::Declined | tender::State::Cancelled | tender::State::NotCharged => {
            decided(Paid::Declined { until: row.until })
        }
        tender::State::Unknown | tender::State::NeedsOperator | tender::State::Reversing => {
            decided(Paid::Confirming)
        }
        tender::State::Reversed => decided(Paid::SeatsGone { seats: lost(&snapshot, id, &row)? }),
    }
}

/// The seats that were gone when the card was approved, from the cart's own log.
fn lost(snapshot: &Snapshot, id: CartId, row: &Cart) -> Result<Vec<SeatNo>, Trouble> {
    let log = cart::log_of(snapshot, id)?;
    let named = log.into_iter().rev().find_map(|(_, line)| {
        if let Note::SeatsLost { lines } = line.note { Some(lines) } else { None }
    });
    let lines = named.unwrap_or_else(|| row.lines.clone());
    Ok(lines.iter().filter_map(seat_of).collect())
}

fn seat_of(line: &Line) -> Option<SeatNo> {
    if let Place::Seat(seat) = line.place { Some(seat) } else { None }
}
