//! Card gateways: who moves the money of a sale without the card present (domain 5.8).
//!
//! Every call names an intent by its key, which the gateway holds to: the same key twice is one
//! charge. No answer is never "declined" (trust 1.4). Never sees a card number, only tokens of the
//! gateway's own making. Next: `gateway/demo.rs`, the first member; `gateway/worker.rs`.

pub mod demo;
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
