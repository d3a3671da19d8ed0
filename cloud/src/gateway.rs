//! Card gateways: who moves the money of a sale without the card present (domain 5.8).
//!
//! Every call names an intent by its key, which the gateway holds to: the same key twice is one
//! charge. No answer is never "declined" (trust 1.4). Never sees a card number, only tokens of the
//! gateway's own making. Next: `gateway/demo.rs`, the first member; `gateway/worker.rs`.

pub mod demo;
pub mod settle;
pub mod truth;
pub mod worker;

use std::pin::Pin;
use std::time::Duration;
use usher_rules::money::Money;

/// The idempotency key of one intent: 16 bytes, drawn by the ledger.
pub type IntentKey = [u8; 16];
/// An answer on its way.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A charge to be authorised.
#[derive(Clone, PartialEq, Eq)]
pub struct Charge {
    pub key: IntentKey,
    pub amount: Money,
    /// ISO 4217.
    pub currency: String,
    /// What the gateway's card page gave for the card. Single use, so it prints as stars.
    pub token: String,
}

/// What the gateway says to a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorized {
    Approved {
        approval: String,
        reference: String,
    },
    /// The bank's own words, for staff only.
    Declined {
        bank_text: String,
    },
    /// No answer by the deadline: the charge may or may not be there.
    Unknown,
}

/// What the gateway knows of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Authorised, captured or not.
    Approved {
        approval: String,
        reference: String,
    },
    Declined {
        bank_text: String,
    },
    /// There is no charge of this key and, having said so, there never will be.
    NeverBooked,
    /// It was there and has been given back.
    Voided,
    /// The gateway does not know yet, or did not answer.
    Unknown,
}

/// What the gateway says to a capture or a void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    Done,
    /// It cannot be done, and trying again will not help.
    Refused {
        reason: String,
    },
    Unknown,
}

/// Money that goes back of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Of this refund alone.
    pub key: IntentKey,
    /// Of the charge that was captured.
    pub charge: IntentKey,
    /// No more than what of the charge is not given back yet.
    pub amount: Money,
}

/// What the gateway says to a refund, or knows of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returned {
    /// The money is on its way back.
    Done { reference: String },
    /// Nothing went back, and asking again will not help.
    Refused { reason: String },
    /// Asked by key: it has not heard of this refund.
    NeverAsked,
    /// The gateway does not know yet, or did not answer.
    Unknown,
}

/// What a gateway captured less what it gave back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Captures and refunds, each counts one.
    pub count: u32,
    pub sum: Money,
}

/// What the gateway says to a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// With what was in it.
    Done(Totals),
    /// It did not settle.
    Refused {
        reason: String,
    },
    Unknown,
}

/// A gateway that tells what it has and settles it when it is asked to.
pub trait Settles: Send + Sync {
    /// What it has since its last settlement; none: no answer. Moves nothing.
    fn totals(&self) -> Answer<'_, Option<Totals>>;
    /// Sends to the bank what it has. Repeating a key settles nothing more and tells the same.
    fn settle(&self, key: IntentKey) -> Answer<'_, Settled>;
}

/// A card gateway. Answers may take as long as they like: [`by_deadline`] is what callers wait by.
pub trait Gateway: Send + Sync {
    /// The longest that the patron's page waits for an authorisation.
    fn deadline(&self) -> Duration;
    /// Reserves the money. Repeating a key repeats its outcome.
    fn authorize(&self, charge: Charge) -> Answer<'_, Authorized>;
    /// Asks what became of a key.
    fn query(&self, key: IntentKey) -> Answer<'_, Standing>;
    /// Takes the whole authorised amount. Repeating it takes nothing more.
    fn capture(&self, key: IntentKey) -> Answer<'_, Moved>;
    /// Gives an authorisation back. A key that was never booked is given back already.
    fn void(&self, key: IntentKey) -> Answer<'_, Moved>;
    /// Gives back what was captured, or a part. Repeating a key gives back nothing more.
    fn refund(&self, refund: Refund) -> Answer<'_, Returned>;
    /// Asks what became of a refund.
    fn query_refund(&self, key: IntentKey) -> Answer<'_, Returned>;
    /// Itself, if it tells sums and settles when asked; none settles when it likes.
    fn settles(&self) -> Option<&dyn Settles> {
        None
    }
}

/// Waits for an answer until the gateway's deadline; silence is `unknown`.
pub async fn by_deadline<T>(gateway: &dyn Gateway, answer: Answer<'_, T>, unknown: T) -> T {
    tokio::time::timeout(gateway.deadline(), answer).await.unwrap_or(unknown)
}

impl std::fmt::Debug for Charge {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Charge")
            .field("key", &self.key)
            .field("amount", &self.amount)
            .field("currency", &self.currency)
            .field("token", &"***")
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_prints_no_token() {
        let token = "tok_4242".to_owned();
        let charge = Charge { key: [1; 16], amount: Money(1), currency: "GBP".into(), token };
        let text = format!("{charge:?}");
        assert!(!text.contains("tok_4242") && text.contains("***"), "{text}");
    }
}
