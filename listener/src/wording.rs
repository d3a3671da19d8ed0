//! What stands in the way of a request, as status, stable code, data and Fluent id: one table.
//!
//! Exhaustive: a new refusal does not compile until it is worded here. Holds no text: the words
//! are in `web/words`. Next: `respond.rs`, which makes problem documents and pages of it.

pub mod verdict;

use crate::token::Right;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use usher_ledger::{Denied, Fault};
use usher_rules::Refusal;
use usher_rules::at::At;
use usher_rules::cart::State;
use usher_rules::id::SeatNo;
use usher_rules::money::Money;
use usher_rules::plan::Plan;
use usher_web::refused::Refused;
use usher_web::time::{business_date, write_day};

/// Seconds after which a busy box may be asked again.
pub const BUSY_RETRY_S: u32 = 1;
/// Seconds after which a full box may be asked again.
pub const FULL_RETRY_S: u32 = 60;

/// Why a request is not answered as hoped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The house says no.
    Refused(Refusal),
    /// The body, the query or a header is not what it must be; `field` is a JSON pointer or name.
    Malformed {
        field: String,
        reason: String,
    },
    NoCredential,
    /// The credential is good, but not for this.
    NeedsRight {
        right: Right,
    },
    NotYours,
    /// It must be proven again who this is.
    ConfirmFirst,
    /// An unsafe request from another site, or from nobody knows where.
    CrossSite,
    MethodNotAllowed,
    TooLarge {
        max_bytes: u32,
    },
    /// The body is of another kind than the route takes.
    UnsupportedMediaType,
    /// The card was not accepted; the cart and its seats are unchanged.
    CardNotAccepted {
        until: At,
    },
    TooMany {
        retry_after_s: u32,
    },
    Busy,
    BoxFull,
    /// A mistake of ours; it is in the log.
    Bug,
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        Trouble::Refused(refusal)
    }
}

impl From<Denied> for Trouble {
    fn from(denied: Denied) -> Trouble {
        match denied {
            Denied::Refused(refusal) => Trouble::Refused(refusal),
            Denied::Busy => Trouble::Busy,
            Denied::Bug => Trouble::Bug,
        }
    }
}

/// A store that cannot be read is the technician's matter; the asker hears "one moment".
impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Trouble {
        tracing::error!(fault = %fault, "a page could not be read from the store");
        Trouble::Busy
    }
}

impl Trouble {
    pub fn not_found() -> Trouble {
        Trouble::Refused(Refusal::NotFound)
    }

    pub fn malformed(field: impl Into<String>, reason: impl Into<String>) -> Trouble {
        Trouble::Malformed { field: field.into(), reason: reason.into() }
    }

    /// The stable name, the status by kind (interfaces 2) and the Fluent id of its words.
    pub fn wording(&self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Trouble::Refused(refusal) => refusal_wording(refusal),
            Trouble::Malformed { .. } => ("Malformed", StatusCode::BAD_REQUEST, "wrong-title"),
            Trouble::NoCredential => {
                ("NoCredential", StatusCode::UNAUTHORIZED, "not-allowed-title")
            }
            Trouble::NeedsRight { .. } => {
                ("NeedsRight", StatusCode::FORBIDDEN, "not-allowed-title")
            }
            Trouble::NotYours => ("NotYourCart", StatusCode::FORBIDDEN, "not-allowed-title"),
            Trouble::ConfirmFirst => ("ConfirmFirst", StatusCode::FORBIDDEN, "not-allowed-title"),
            Trouble::CrossSite => ("CrossSite", StatusCode::FORBIDDEN, "not-allowed-title"),
            Trouble::MethodNotAllowed => {
                ("MethodNotAllowed", StatusCode::METHOD_NOT_ALLOWED, "wrong-title")
            }
            Trouble::TooLarge { .. } => ("TooLarge", StatusCode::PAYLOAD_TOO_LARGE, "wrong-title"),
            Trouble::UnsupportedMediaType => {
                ("UnsupportedMediaType", StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-title")
            }
            Trouble::CardNotAccepted { .. } => {
                ("CardNotAccepted", StatusCode::PAYMENT_REQUIRED, "declined-title")
            }
            Trouble::TooMany { .. } => ("TooMany", StatusCode::TOO_MANY_REQUESTS, "too-many-title"),
            Trouble::Busy => ("Busy", StatusCode::SERVICE_UNAVAILABLE, "busy-title"),
            Trouble::BoxFull => ("BoxFull", StatusCode::SERVICE_UNAVAILABLE, "full-title"),
            Trouble::Bug => ("Bug", StatusCode::INTERNAL_SERVER_ERROR, "busy-title"),
        }
    }

    pub fn status(&self) -> StatusCode {
        self.wording().1
    }

    /// Seconds for the Retry-After header, where there is one.
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Trouble::TooMany { retry_after_s } => Some(*retry_after_s),
            Trouble::Busy => Some(BUSY_RETRY_S),
            Trouble::BoxFull => Some(FULL_RETRY_S),
            Trouble::Refused(Refusal::CartsOpen { .. }) => Some(FULL_RETRY_S),
            Trouble::Refused(_)
            | Trouble::Malformed { .. }
            | Trouble::NoCredential
            | Trouble::NeedsRight { .. }
            | Trouble::NotYours
            | Trouble::ConfirmFirst
            | Trouble::CrossSite
            | Trouble::MethodNotAllowed
            | Trouble::TooLarge { .. }
            | Trouble::UnsupportedMediaType
            | Trouble::CardNotAccepted { .. }
            | Trouble::Bug => None,
        }
    }

    /// Its data as members of the problem document.
    pub fn members(&self, terms: &Terms<'_>) -> Map<String, Value> {
        let members = match self {
            Trouble::Refused(refusal) => refusal_members(refusal, terms),
            Trouble::Malformed { field, .. } => json!({ "field": field }),
            Trouble::NeedsRight { right } => json!({ "right": right.name() }),
            Trouble::TooLarge { max_bytes } => json!({ "max_bytes": max_bytes }),
            Trouble::CardNotAccepted { until } => json!({ "expires_at": written(*until) }),
            Trouble::TooMany { retry_after_s } => json!({ "retry_after_s": retry_after_s }),
            Trouble::NoCredential
            | Trouble::NotYours
            | Trouble::ConfirmFirst
            | Trouble::CrossSite
            | Trouble::MethodNotAllowed
            | Trouble::UnsupportedMediaType
            | Trouble::Busy
            | Trouble::BoxFull
            | Trouble::Bug => json!({}),
        };
        match members {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// What only a developer reads: which part of the request was wrong and how.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Trouble::Malformed { reason, .. } => Some(reason),
            Trouble::Refused(_)
            | Trouble::NoCredential
            | Trouble::NeedsRight { .. }
            | Trouble::NotYours
            | Trouble::ConfirmFirst
            | Trouble::CrossSite
            | Trouble::MethodNotAllowed
            | Trouble::TooLarge { .. }
            | Trouble::UnsupportedMediaType
            | Trouble::CardNotAccepted { .. }
            | Trouble::TooMany { .. }
            | Trouble::Busy
            | Trouble::BoxFull
            | Trouble::Bug => None,
        }
    }

    /// Which designed page says it, where no page of its own does.
    pub fn page(&self) -> Refused {
        let status = self.status();
        match self {
            Trouble::TooMany { retry_after_s } => Refused::TooMany { seconds: *retry_after_s },
            Trouble::BoxFull | Trouble::Refused(Refusal::CartsOpen { .. }) => Refused::Full,
            _ if status.is_server_error() => Refused::Busy { reference: String::new() },
            _ if status == StatusCode::NOT_FOUND => Refused::NotFound,
            _ if status == StatusCode::CONFLICT => Refused::Changed,
            _ if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN => {
                Refused::NotAllowed
            }
            _ => Refused::Wrong,
        }
    }
}

/// How the data of a trouble is written: seats by guid, money with its currency.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// Without a plan at hand, seats go out by their number in it.
    pub plan: Option<&'a Plan>,
    /// ISO 4217.
    pub currency: &'a str,
}

impl Terms<'_> {
    fn seat(&self, seat: SeatNo) -> String {
        let known = self.plan.and_then(|plan| plan.seat_at(seat));
        known.map_or_else(|| seat.0.to_string(), |seat| seat.guid.clone())
    }

    fn seats(&self, seats: &[SeatNo]) -> Vec<String> {
        seats.iter().map(|seat| self.seat(*seat)).collect()
    }

    fn money(&self, amount: Money) -> Value {
        json!({ "minor": amount.0, "currency": self.currency })
    }
}

fn refusal_wording(refusal: &Refusal) -> (&'static str, StatusCode, &'static str) {
    const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
    const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
    const CONFLICT: StatusCode = StatusCode::CONFLICT;
    const NO: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    match refusal {
        Refusal::NotFound => ("NotFound", NOT_FOUND, "not-found-title"),
        Refusal::NotAllowed => ("NotAllowed", FORBIDDEN, "not-allowed-title"),
        Refusal::KeyReused => ("KeyReused", CONFLICT, "conflict-title"),
        Refusal::Malformed { .. } => ("Malformed", StatusCode::BAD_REQUEST, "wrong-title"),
        Refusal::Plan { .. } => ("Plan", NO, "wrong-title"),
        Refusal::SlugTaken { .. } => ("SlugTaken", CONFLICT, "conflict-title"),
        Refusal::PriceMissing => ("PriceMissing", NO, "notpriced-title"),
        Refusal::WindowEmpty => ("WindowEmpty", NO, "wrong-title"),
        Refusal::SeatsWouldVanish { .. } => ("SeatsWouldVanish", CONFLICT, "conflict-title"),
        Refusal::NotOnSale { .. } => ("NotOnSale", NO, "closed-off-title"),
        Refusal::MaxTickets { .. } => ("MaxTickets", NO, "toomany-title"),
        Refusal::NoSeatsTogether { .. } => ("NoSeatsTogether", NO, "apart-ask"),
        Refusal::SoldOut { .. } => ("SoldOut", CONFLICT, "soldout-title"),
        Refusal::LeavesSingle { .. } => ("LeavesSingle", NO, "single-title"),
        Refusal::SeatTaken { .. } => ("SeatTaken", CONFLICT, "taken-title"),
        Refusal::HoldLost { .. } => ("HoldLost", CONFLICT, "taken-title"),
        Refusal::NotStaffHeld { .. } => ("NotStaffHeld", CONFLICT, "conflict-title"),
        Refusal::NeedsRight => ("NeedsRight", FORBIDDEN, "not-allowed-title"),
        Refusal::PriceDiffers { .. } => ("PriceDiffers", NO, "mixed-title"),
        Refusal::GiveUpInstead { .. } => ("GiveUpInstead", NO, "keeps-single-title"),
        Refusal::CartNotActive { .. } => ("CartNotActive", CONFLICT, "conflict-title"),
        Refusal::CartsOpen { .. } => ("CartsOpen", StatusCode::SERVICE_UNAVAILABLE, "full-title"),
        Refusal::NotExpired => ("NotExpired", CONFLICT, "conflict-title"),
        Refusal::CheckoutRunning { .. } => ("CheckoutRunning", CONFLICT, "confirming-title"),
        Refusal::CartNotEmpty => ("CartNotEmpty", CONFLICT, "conflict-title"),
        Refusal::CartEmpty => ("CartEmpty", CONFLICT, "empty-title"),
        Refusal::PriceChanged { .. } => ("PriceChanged", CONFLICT, "price-changed-title"),
        Refusal::MissingData { .. } => ("MissingData", NO, "fault-missing"),
        Refusal::BelowMinimum { .. } => ("BelowMinimum", NO, "wrong-title"),
        Refusal::TooManyAttempts { .. } => {
            ("TooManyAttempts", StatusCode::TOO_MANY_REQUESTS, "attempts-title")
        }
        Refusal::Stale => ("Stale", CONFLICT, "conflict-title"),
        Refusal::DeviceUnknown => ("DeviceUnknown", NOT_FOUND, "not-found-title"),
        Refusal::UndoTooLate => ("UndoTooLate", CONFLICT, "conflict-title"),
        Refusal::NotAdmitted => ("NotAdmitted", CONFLICT, "conflict-title"),
        Refusal::NothingToExport => ("NothingToExport", CONFLICT, "conflict-title"),
        Refusal::BatchMismatch { .. } => ("BatchMismatch", CONFLICT, "end-of-day-mismatch"),
        Refusal::OutOfBalance { .. } => ("OutOfBalance", CONFLICT, "end-of-day-out-of-balance"),
        Refusal::DateLocked { .. } => ("DateLocked", CONFLICT, "date-locked-title"),
        Refusal::LoginTaken => ("LoginTaken", CONFLICT, "conflict-title"),
        Refusal::CodeRefused => ("CodeRefused", FORBIDDEN, "not-allowed-title"),
        Refusal::LastManager => ("LastManager", CONFLICT, "conflict-title"),
        Refusal::TillClosed => ("TillClosed", CONFLICT, "conflict-title"),
        Refusal::TillOpenElsewhere { .. } => ("TillOpenElsewhere", CONFLICT, "conflict-title"),
        Refusal::PadBusy { .. } => ("PadBusy", CONFLICT, "conflict-title"),
        Refusal::BatchClosing => ("BatchClosing", CONFLICT, "conflict-title"),
        Refusal::PadExchanged { .. } => ("PadExchanged", CONFLICT, "conflict-title"),
        Refusal::CashShort { .. } => ("CashShort", NO, "wrong-title"),
        Refusal::OverRefund { .. } => ("OverRefund", CONFLICT, "refund-over-title"),
        Refusal::PerformanceOver => ("PerformanceOver", NO, "refund-late-title"),
        Refusal::TicketUsed { .. } => ("TicketUsed", CONFLICT, "refund-used-title"),
        Refusal::CapturePending => ("CapturePending", CONFLICT, "refund-pending-title"),
        Refusal::PaidByCard => ("PaidByCard", CONFLICT, "refund-by-card-title"),
        Refusal::RefundRunning => ("RefundRunning", CONFLICT, "refund-running-title"),
        Refusal::ExchangeRunning { .. } => ("ExchangeRunning", CONFLICT, "exchange-running-title"),
    }
}

fn refusal_members(refusal: &Refusal, terms: &Terms<'_>) -> Value {
    match refusal {
        Refusal::Malformed { field } => json!({ "field": field }),
        Refusal::Plan { errors } => json!({ "errors": errors }),
        Refusal::SlugTaken { slug } => json!({ "slug": slug }),
        Refusal::SeatsWouldVanish { seats } => json!({ "seats": seats }),
        Refusal::NotOnSale { opens } => json!({ "opens": opens.map(written) }),
        Refusal::MaxTickets { max } | Refusal::TooManyAttempts { max } => json!({ "max": max }),
        Refusal::NoSeatsTogether { largest_together, split_possible } => {
            json!({ "largest_together": largest_together, "split_possible": split_possible })
        }
        Refusal::SoldOut { left } => json!({ "left": left }),
        Refusal::LeavesSingle { seats: alone, suggestions } => {
            let suggestions: Vec<_> = suggestions.iter().map(|way| terms.seats(way)).collect();
            json!({ "seats": terms.seats(alone), "suggestions": suggestions })
        }
        Refusal::SeatTaken { seats }
        | Refusal::HoldLost { seats }
        | Refusal::NotStaffHeld { seats } => json!({ "seats": terms.seats(seats) }),
        Refusal::PriceDiffers { total } => json!({ "total": terms.money(*total) }),
        Refusal::GiveUpInstead { seat } => json!({ "seat": terms.seat(*seat) }),
        Refusal::CartNotActive { state } => json!({ "state": cart_state(*state) }),
        Refusal::CartsOpen { max } => json!({ "max": max }),
        Refusal::CheckoutRunning { since } => json!({ "since": written(*since) }),
        Refusal::PriceChanged { old, new } => {
            json!({ "old": terms.money(*old), "new": terms.money(*new) })
        }
        Refusal::MissingData { fields } => json!({ "fields": fields }),
        Refusal::BelowMinimum { minimum } => json!({ "minimum": terms.money(*minimum) }),
        Refusal::TillOpenElsewhere { by } => json!({ "by": by.0 }),
        Refusal::PadBusy { till } => json!({ "till": till.0 }),
        Refusal::PadExchanged { listed, told } => json!({ "listed": listed, "told": told }),
        Refusal::CashShort { due } => json!({ "due": terms.money(*due) }),
        Refusal::OverRefund { left } => json!({ "left": terms.money(*left) }),
        Refusal::BatchMismatch { batch, diff } => {
            json!({ "batch": batch.to_string(), "diff": terms.money(*diff) })
        }
        Refusal::OutOfBalance { diff } => json!({ "diff": terms.money(*diff) }),
        Refusal::DateLocked { day } => json!({ "day": write_day(business_date(*day)) }),
        Refusal::TicketUsed { tickets } => {
            let tickets: Vec<String> = tickets.iter().map(ToString::to_string).collect();
            json!({ "tickets": tickets })
        }
        Refusal::NotFound
        | Refusal::NotAllowed
        | Refusal::BatchClosing
        | Refusal::KeyReused
        | Refusal::PriceMissing
        | Refusal::WindowEmpty
        | Refusal::NeedsRight
        | Refusal::NotExpired
        | Refusal::CartNotEmpty
        | Refusal::CartEmpty
        | Refusal::Stale
        | Refusal::DeviceUnknown
        | Refusal::UndoTooLate
        | Refusal::NotAdmitted
        | Refusal::NothingToExport
        | Refusal::LoginTaken
        | Refusal::CodeRefused
        | Refusal::LastManager
        | Refusal::TillClosed
        | Refusal::PerformanceOver
        | Refusal::CapturePending
        | Refusal::PaidByCard
        | Refusal::RefundRunning => json!({}),
        Refusal::ExchangeRunning { cart } => json!({ "cart": cart.to_string() }),
    }
}

/// The status of a cart in the words that staff know it by (domain 5.2).
pub fn cart_status(state: State) -> &'static str {
    match state {
        State::Active | State::CheckingOut => "Active",
        State::Completed => "Completed",
        State::CheckoutError => "Checkout - Errors Processing Cart",
        State::ClosedByPatron => "Cart Closed - by patron",
        State::ClosedBySystem => "Cart Closed - by system",
        State::ClosedByOperator => "Cart Closed - Operator forced it closed",
    }
}

/// The state of a cart as the API names it.
pub fn cart_state(state: State) -> &'static str {
    match state {
        State::Active => "active",
        State::CheckingOut => "checking_out",
        State::Completed => "completed",
        State::CheckoutError => "confirming",
        State::ClosedByPatron | State::ClosedBySystem | State::ClosedByOperator => "closed",
    }
}

/// A moment in RFC 3339, UTC, to the millisecond.
pub fn written(at: At) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{moment:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_rfc_3339_in_utc() {
        assert_eq!(written(At(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(written(At(1_795_376_096_789)), "2026-11-22T19:34:56.789Z");
    }

    #[test]
    fn status_follows_the_kind() {
        let status = |refusal| Trouble::Refused(refusal).status().as_u16();
        assert_eq!(status(Refusal::NotFound), 404);
        assert_eq!(status(Refusal::KeyReused), 409);
        assert_eq!(status(Refusal::SeatTaken { seats: Vec::new() }), 409);
        assert_eq!(status(Refusal::MaxTickets { max: 10 }), 422);
        assert_eq!(status(Refusal::NotOnSale { opens: None }), 422);
        assert_eq!(status(Refusal::NeedsRight), 403);
        assert_eq!(status(Refusal::TooManyAttempts { max: 5 }), 429);
        assert_eq!(Trouble::CardNotAccepted { until: At(0) }.status().as_u16(), 402);
        assert_eq!(Trouble::NoCredential.status().as_u16(), 401);
        assert_eq!(Trouble::BoxFull.status().as_u16(), 503);
    }

    #[test]
    fn what_may_pass_says_when_to_ask_again() {
        for trouble in [Trouble::Busy, Trouble::BoxFull, Trouble::TooMany { retry_after_s: 7 }] {
            assert!(trouble.retry_after_s().is_some(), "{trouble:?}");
        }
        assert_eq!(Trouble::NotYours.retry_after_s(), None);
    }
}
