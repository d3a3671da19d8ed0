//! What a sale leaves, however it was paid: the order, its tickets, its posting, its letter.
//!
//! Decides nothing about money: it is called when that is settled. Next: `checkout.rs`.

use super::{Event, Saga};
use crate::cart::{Buyer, Note, State};
use crate::code::CodeBody;
use crate::id::{OrderId, TicketId};
use crate::letter::{self, Letter};
use crate::order::{Order, Payment};
use crate::tender::pad::Counter;
use crate::ticket::{self, Ticket};
use crate::{Event as AnyEvent, Key, posting};

/// How an order is paid at the moment it is made.
#[derive(Clone, Copy)]
pub(super) struct Paying {
    pub intent: Option<Key>,
    pub payment: Payment,
    pub counter: Option<Counter>,
}

impl Paying {
    pub const NOTHING: Paying =
        Paying { intent: None, payment: Payment::NothingToPay, counter: None };
}

impl Saga<'_> {
    /// Step 4: the order, its tickets and its sale posting; the seats are sold.
    pub(super) fn sell(&self, buyer: &Buyer, paying: Paying, authorized: Note) -> Vec<AnyEvent> {
        let fresh = &self.facts.fresh;
        let cart = self.cart;
        let tickets = self.tickets();
        let fees = cart.fee_lines();
        let total = cart.total();
        let order = Order {
            cart: self.facts.cart_id,
            buyer: buyer.clone(),
            created_at: self.ask.at,
            day: self.ask.day,
            lines: cart.lines.clone(),
            fees: fees.clone(),
            total,
            payment: paying.payment,
            tickets: tickets.iter().map(|(id, _)| *id).collect(),
            note: cart.note.clone(),
            source: cart.source.clone(),
            intent: paying.intent,
            counter: paying.counter,
            refunds: None,
        };
        let priced: Vec<_> = cart.lines.iter().map(|l| (l.performance, &l.price)).collect();
        let sale = posting::sale(fresh.order, &priced, &fees, self.ask.at, self.ask.day);
        let created = Note::OrderCreated { order: fresh.order, tickets: cart.tickets() };
        vec![
            AnyEvent::Checkout(Event::Sold { id: fresh.order, order, tickets }),
            AnyEvent::Checkout(Event::Posted(fresh.posting, sale)),
            self.log(vec![authorized, created]),
        ]
    }

    fn tickets(&self) -> Vec<(TicketId, Ticket)> {
        let fresh = &self.facts.fresh;
        let number = |performance| {
            let found = self.facts.performance_nos.iter().find(|(id, _)| *id == performance);
            found.map(|(_, no)| *no).expect("a line's performance is never deleted")
        };
        let numbered = self.cart.lines.iter().zip(&fresh.tags).enumerate();
        numbered
            .map(|(index, (line, tag))| {
                let code = CodeBody {
                    key: fresh.key,
                    performance: number(line.performance),
                    tag: *tag,
                    generation: 0,
                };
                let ticket = Ticket {
                    order: fresh.order,
                    line: line.no,
                    performance: line.performance,
                    place: line.place,
                    level: line.level,
                    category: line.category,
                    price: line.price.gross,
                    code,
                    state: ticket::State::Valid,
                    blocked: false,
                    replaced_at: None,
                };
                (TicketId(fresh.first_ticket + index as u64), ticket)
            })
            .collect()
    }

    /// Step 6: receipt queued, cart completed.
    pub(super) fn complete(&self, buyer: &Buyer, order: OrderId) -> Vec<AnyEvent> {
        let now = self.ask.at;
        let letter = Letter {
            kind: letter::Kind::Confirmation(order),
            to: buyer.email.clone(),
            state: letter::State::NotDone,
            created_at: now,
            due: now,
            attempts: 0,
            transcript: String::new(),
            sent_at: None,
            words: None,
        };
        let since = self.cart.checkout_since;
        let key = self.cart.intent;
        let mut events = vec![
            self.move_cart(State::Completed, now, self.cart.attempts, since, key),
            self.log(vec![Note::Finished]),
        ];
        // Who buys at the counter need not leave an address.
        if !buyer.email.is_empty() {
            events.insert(0, AnyEvent::Letter(letter::Event::Put(self.facts.fresh.letter, letter)));
        }
        events
    }
}
