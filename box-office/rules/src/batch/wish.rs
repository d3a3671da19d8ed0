//! The wish to close: every open batch at once, each pad's as soon as it is there and free.
//!
//! The wish stands in its batch until that ended or somebody takes it back; the box asks the
//! terminal in the name of whoever has it (K11). A payment at the pad goes first: the rule of a
//! close refuses meanwhile. Never settles a pad's batch itself. Next: `firmware-host/errand/pad`.

use super::{Event, Facts, Known, Of, State, happened};
use crate::at::At;
use crate::id::StaffNo;
use crate::{Actor, Ask, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Stored. Somebody wants the batch closed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Wish {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub by: StaffNo,
}

/// The gateway is asked, each pad's batch is to be closed. What does not match stays.
pub(super) fn close_all(facts: &Facts, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let Actor::Account(by) = ask.by else { return Err(Refusal::NotAllowed) };
    let mut events = Vec::new();
    for (id, row) in &facts.unsettled {
        let known = Known { facts, id: *id, row, ask };
        match (row.of, row.state) {
            (Of::Gateway, State::Open) => {
                events.extend(known.close(None)?);
            }
            (Of::Pad(_), State::Open | State::Closing) if row.wish.is_none() => {
                events.push(happened(Event::Wanted(*id, Wish { at: ask.at, by })));
            }
            (Of::Gateway | Of::Pad(_), _) => {}
        }
    }
    if events.is_empty() { Err(Refusal::Stale) } else { Ok(events) }
}

impl Known<'_> {
    /// Who closes it: whoever asks, or the box for whoever wants it.
    pub(super) fn closer(&self) -> Result<StaffNo, Refusal> {
        match (&self.ask.by, &self.row.wish) {
            (Actor::Account(by), _) => Ok(*by),
            (Actor::House, Some(wish)) => Ok(wish.by),
            _ => Err(Refusal::NotAllowed),
        }
    }

    pub(super) fn keep_open(&self) -> Result<Vec<AnyEvent>, Refusal> {
        let Actor::Account(_) = self.ask.by else { return Err(Refusal::NotAllowed) };
        match (self.row.state, &self.row.wish) {
            (State::Open, Some(_)) => Ok(vec![happened(Event::KeptOpen(self.id))]),
            (State::Closing, _) => Err(Refusal::BatchClosing),
            (State::Open | State::Mismatched | State::Settled, _) => Err(Refusal::Stale),
        }
    }
}
