//! What a sale leaves, however it was paid: the order, its tickets, its posting, its letter.
//!
//! Decides nothing about money: it is called when that is settled. Next: `checkout.rs`.

use super::{Event, Saga};
use crate::cart::{Buyer, Note, State};
use crate::code::CodeBody;
use crate::id::{BoxNo, CartId, LetterId, OrderId, PostingId, TicketId};
use crate::letter::{self, Letter};
use crate::order::{Order, Payment};
use crate::payment::{Deposit, Payments};
use crate::posting::{self, Posting};
use crate::tender::pad::Counter;
use crate::ticket::{self, Ticket};
use crate::{Event as AnyEvent, Key};

/// Numbers for what a sale makes, in order.
pub struct Fresh {
    pub box_no: BoxNo,
    pub epoch: u16,
    pub cart: CartId,
    pub order: OrderId,
    pub first_ticket: u64,
    pub posting: PostingId,
    pub letter: LetterId,
    /// Slot of the code key in use.
    pub key: u8,
    /// Random ticket tags, one a line, none in use in its performance.
    pub tags: Vec<u64>,
    /// Number of the next payment at a pin pad.
    pub intent_no: u64,
}

/// Puts a posting to those of a commit, under the next number.
pub(crate) fn post(events: &mut Vec<AnyEvent>, first: PostingId, posting: Posting) {
    let is_posted = |event: &&AnyEvent| matches!(event, AnyEvent::Checkout(Event::Posted(..)));
    let before = events.iter().filter(is_posted).count() as u64;
    events.push(AnyEvent::Checkout(Event::Posted(PostingId(first.0 + before), posting)));
}

/// How an order is paid at the moment it is made.
#[derive(Clone, Copy)]
pub(super) struct Paying {
    pub intent: Option<Key>,
    pub payment: Payment,
    pub counter: Option<Counter>,
    /// All that was paid is a first part.
    pub deposit: Option<Deposit>,
}

impl Paying {
    pub const NOTHING: Paying =
        Paying { intent: None, payment: Payment::NothingToPay, counter: None, deposit: None };
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
            payments: paying.deposit.map(booked),
            exchanges: self.origin(),
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

    /// Step 6: receipt queued, cart completed; a rest that comes at once brings the receipt itself.
    pub(super) fn completed(&self, buyer: &Buyer, deposit: Option<Deposit>) -> Vec<AnyEvent> {
        let order = self.facts.fresh.order;
        match deposit {
            Some(Deposit { due: None, .. }) => {
                self.complete(&Buyer { email: String::new(), ..buyer.clone() }, order)
            }
            Some(Deposit { due: Some(_), .. }) | None => self.complete(buyer, order),
        }
    }

    /// Step 6: receipt queued, cart completed.
    pub(super) fn complete(&self, buyer: &Buyer, order: OrderId) -> Vec<AnyEvent> {
        let now = self.ask.at;
        let letter = Letter::confirmation(order, &buyer.email, now);
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

/// A sale of which a first part was paid.
fn booked(deposit: Deposit) -> Box<Payments> {
    let Deposit { amount, due } = deposit;
    Box::new(Payments { deposit: Some(amount), due, ..Payments::default() })
}
