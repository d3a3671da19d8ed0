//! A first part of a sale: how much it may be, until when the rest may come, and who must be known.
//!
//! A later rest needs a name to ask for it, and is due by the first performance. Never takes
//! money. Next: `checkout/counter.rs` and `checkout/pad.rs`, which do; `payment/towards.rs`.

use super::Saga;
use crate::Refusal;
use crate::cart::Buyer;
use crate::money::Money;
use crate::payment::{AMOUNT_MIN, Deposit};

impl Saga<'_> {
    /// What is to be paid now: all, or the part that is asked for.
    pub(super) fn due_now(
        &self,
        total: Money,
        deposit: Option<Deposit>,
        buyer: &Buyer,
    ) -> Result<Money, Refusal> {
        let Some(Deposit { amount, due }) = deposit else { return Ok(total) };
        if amount < AMOUNT_MIN || amount >= total {
            return Err(Refusal::Malformed { field: "deposit" });
        }
        let Some(due) = due else { return Ok(amount) };
        if due < self.ask.day || self.facts.plays_on.is_some_and(|first| due > first) {
            return Err(Refusal::Malformed { field: "due" });
        }
        if buyer.name.is_empty() {
            return Err(Refusal::MissingData { fields: vec!["booked-name"] });
        }
        Ok(amount)
    }
}
