//! A performance that does not take place: nothing of it is sold, its tickets open no door.
//!
//! Its tickets stay with their orders until each is given back, which is what makes the list of
//! refunds (K8); whoever has an address hears of it by a letter. Never gives money back: a refund
//! of each order does. Next: `refund.rs`, `ledger/view/desk/cancellation.rs`.

use super::{Event, Facts, known};
use crate::at::At;
use crate::id::{LetterId, OrderId, PerformanceId, StaffNo};
use crate::letter::{self, Letter};
use crate::refund::said;
use crate::{Actor, Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Letters about one cancellation; a hall with more orders than this is told otherwise.
pub const LETTERS_MAX: usize = 20_000;

/// Stored. Who cancelled it, and why, in the words that customers read.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Cancellation {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub by: StaffNo,
    #[n(2)]
    pub reason: String,
}

/// An order with tickets of it, and where its buyer is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    pub order: OrderId,
    pub email: String,
}

pub(super) fn cancel(
    facts: &Facts,
    id: PerformanceId,
    reason: &str,
    ask: &Ask,
) -> Result<Vec<AnyEvent>, Refusal> {
    let Actor::Account(by) = ask.by else { return Err(Refusal::NotAllowed) };
    let performance = known(facts)?;
    if performance.cancelled.is_some() {
        return Err(Refusal::Stale);
    }
    if facts.ends.is_some_and(|ends| ask.at >= ends) {
        return Err(Refusal::PerformanceOver);
    }
    let reason = said(reason)?;
    let cancellation = Cancellation { at: ask.at, by, reason };
    let mut events = vec![AnyEvent::Performance(Event::Cancelled(id, cancellation))];
    let written = facts.reached.iter().take(LETTERS_MAX);
    events.extend(written.zip(facts.next_letter.0..).map(|(reached, no)| {
        let letter = Letter::performance_cancelled(reached.order, id, &reached.email, ask.at);
        AnyEvent::Letter(letter::Event::Put(LetterId(no), letter))
    }));
    Ok(events)
}

/// Stands in a performance's row as `false` while it takes place.
pub(super) mod or_false {
    use super::Cancellation;
    use minicbor::data::Type;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self, Encoder, Write};
    use minicbor::{Decode, Encode};

    /// It is never left out: `false` stands there.
    pub fn is_nil(_: &Option<Cancellation>) -> bool {
        false
    }

    pub fn nil() -> Option<Option<Cancellation>> {
        None
    }

    pub fn encode<C, W: Write>(
        cancelled: &Option<Cancellation>,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        match cancelled {
            Some(cancellation) => cancellation.encode(encoder, context),
            None => encoder.bool(false)?.ok(),
        }
    }

    pub fn decode<'b, C>(
        decoder: &mut Decoder<'b>,
        context: &mut C,
    ) -> Result<Option<Cancellation>, Error> {
        match decoder.datatype()? {
            Type::Bool => decoder.bool().map(|_| None),
            _ => Cancellation::decode(decoder, context).map(Some),
        }
    }
}
