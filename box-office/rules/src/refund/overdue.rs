//! What is overdue is cancelled, if the house says so: tickets and places go, what was paid stays.
//!
//! The box does it by itself, some days after the last day for the rest. What was paid is then
//! owed to the customer, and goes back as any refund does. Never once the evening began, never a
//! ticket that somebody came in with, and never while money of the order is on its way. Next:
//! `firmware-host/errand/sweep.rs`, which looks for them.

use super::{Given, Giving};
use crate::id::{StaffNo, TicketId};
use crate::letter::{self, Letter};
use crate::money::Money;
use crate::order::{Order, Payment};
use crate::{Actor, BusinessDay, Event as AnyEvent, Refusal};

/// The author of what the box did by itself: no member of the staff has this number.
pub const NOBODY: StaffNo = StaffNo(0);
/// Most days after the last day for the rest.
pub const CANCEL_AFTER_MAX: u16 = 365;

/// The first day on which an order is cancelled that is not paid up, if it was booked with a last
/// day for the rest.
pub fn cancels_on(order: &Order, after: u16) -> Option<BusinessDay> {
    Some(BusinessDay(order.due()?.0.saturating_add(u32::from(after))))
}

impl Giving<'_> {
    pub(super) fn cancel_overdue(&self) -> Result<Vec<AnyEvent>, Refusal> {
        if self.ask.by != Actor::House {
            return Err(Refusal::NotAllowed);
        }
        let facts = self.facts;
        let after = self.sale.house.cancel_overdue_after.ok_or(Refusal::Stale)?;
        let due = facts.order.due().ok_or(Refusal::Stale)?;
        let early = cancels_on(&facts.order, after).is_none_or(|day| self.ask.day < day);
        if early || facts.balance <= Money::ZERO {
            return Err(Refusal::Stale);
        }
        if facts.order.payment == Payment::CapturePending {
            return Err(Refusal::CapturePending);
        }
        self.alone()?;
        let good = facts.tickets.iter().filter(|known| known.ticket.is_good());
        if good.clone().any(|known| known.began) {
            return Err(Refusal::PerformanceOver);
        }
        let tickets: Vec<TicketId> = good.map(|known| known.id).collect();
        if tickets.is_empty() {
            return Err(Refusal::Stale);
        }
        facts.standing(&tickets)?;
        Ok(self.cancelled(&tickets, due))
    }

    fn cancelled(&self, tickets: &[TicketId], due: BusinessDay) -> Vec<AnyEvent> {
        let (amount, intent, to) = (Money::ZERO, None, None);
        let overdue = Some(due);
        let given = Given { tickets, reason: "", by: NOBODY, intent, to, amount, overdue };
        let mut events = Vec::new();
        self.given(&mut events, &given, None);
        let to = &self.facts.order.buyer.email;
        if !to.is_empty() {
            let letter = Letter::cancelled(self.facts.id, to, self.ask.at);
            events.push(AnyEvent::Letter(letter::Event::Put(self.sale.fresh.letter, letter)));
        }
        events
    }
}
