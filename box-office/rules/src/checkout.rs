//! The checkout saga of a sale without the card present: six numbered steps (domain 5.8).
//!
//! Decides what an answer of the gateway means; the asking is `cloud/gateway`'s. Money is never
//! asked for before its intent is on disk, and no answer is never "declined" (trust 1.3, 1.4).
//! Next: `tender.rs` for the intent, `order.rs` and `posting.rs` for what a sale leaves.

pub mod buyer;
mod capture;
mod counter;
mod deposit;
mod exchange;
mod lost;
pub mod pad;
mod sell;

pub use buyer::{EMAIL_CHARS_MAX, NAME_CHARS_MAX, NOTE_CHARS_MAX, mailable, name_kept};
pub use counter::CASH_MINOR_MAX;
pub use sell::Fresh;
pub(crate) use sell::post;

use crate::at::At;
use crate::card_number::masked;
use crate::cart::{self, Buyer, Cart, Note, Place, State};
use crate::exchange::{self as exchanges, Made};
use crate::house::House;
use crate::id::{
    CartId, OrderId, PadNo, PerformanceId, PostingId, SeatNo, TicketId, TillSessionId,
};
use crate::money::Money;
use crate::order::{Order, Payment};
use crate::payment::{self, Deposit};
use crate::posting::Posting;
use crate::refund::{self, Refund};
use crate::tender::orphan::{self, OrphanId};
use crate::tender::pad::Booking;
use crate::tender::{self, Intent};
use crate::ticket::Ticket;
use crate::till::TillSession;
use crate::{Ask, BusinessDay, Event as AnyEvent, Key, Refusal, checkout_until};
use buyer::checked;
use minicbor::{Decode, Encode};
use sell::Paying;

/// What the gateway said.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answer {
    #[n(0)]
    Approved {
        #[n(0)]
        approval: String,
        #[n(1)]
        reference: String,
    },
    #[n(1)]
    Declined {
        #[n(0)]
        bank_text: String,
    },
    /// Nothing by the deadline, or "I do not know".
    #[n(2)]
    NoAnswer,
    /// Asked by key: there is no such authorisation.
    #[n(3)]
    NeverBooked,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// The patron pressed pay.
    #[n(0)]
    Begin {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        buyer: Buyer,
        /// Single-use token of the card; empty when nothing is to pay.
        #[n(2)]
        token: String,
        #[n(3)]
        note: String,
        /// The total the patron saw; another one needs consent.
        #[n(4)]
        shown: Option<Money>,
    },
    #[n(1)]
    Answered(#[n(0)] Key, #[n(1)] Answer),
    #[n(2)]
    Captured(#[n(0)] Key),
    #[n(3)]
    CaptureFailed {
        #[n(0)]
        intent: Key,
        #[n(1)]
        reason: String,
    },
    /// The authorisation was given back.
    #[n(4)]
    Voided(#[n(0)] Key),
    /// A cashier takes cash for all of a cart.
    #[n(5)]
    Cash {
        #[n(0)]
        cart: CartId,
        /// Name and email may be empty.
        #[n(1)]
        buyer: Buyer,
        #[n(2)]
        given: Money,
        /// The total the cashier saw.
        #[n(3)]
        shown: Money,
    },
    /// A payment or refund at a pin pad, step by step.
    #[n(6)]
    Pad(#[n(0)] pad::Command),
    /// Tickets of an order are given back at the counter.
    #[n(7)]
    Refund(#[n(0)] refund::Command),
    /// Something is paid of what an order owes.
    #[n(8)]
    Payment(#[n(0)] payment::Command),
    /// A cashier takes a first part of a cart in cash.
    #[n(9)]
    Deposit {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        buyer: Buyer,
        #[n(2)]
        given: Money,
        /// The total the cashier saw.
        #[n(3)]
        shown: Money,
        #[n(4)]
        deposit: Deposit,
    },
    /// Tickets of an order are to be given up for others.
    #[n(10)]
    Exchange(#[n(0)] exchanges::Command),
    /// Somebody looked into a booking that nobody asked for.
    #[n(12)]
    OrphanSeen(#[n(0)] OrphanId, #[n(1)] String),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    /// New or changed: the whole row.
    #[n(0)]
    Intent(#[n(0)] Key, #[n(1)] Intent),
    #[n(1)]
    CartMoved {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        state: State,
        #[n(2)]
        at: At,
        #[n(3)]
        until: At,
        #[n(4)]
        attempts: u8,
        #[n(5)]
        since: Option<At>,
        #[n(6)]
        intent: Option<Key>,
    },
    /// Who buys, and the note for the box office.
    #[n(2)]
    BuyerNamed(#[n(0)] CartId, #[n(1)] Buyer, #[n(2)] String),
    /// The order stands; every seat of the cart is sold.
    #[n(3)]
    Sold {
        #[n(0)]
        id: OrderId,
        #[n(1)]
        order: Order,
        #[n(2)]
        tickets: Vec<(TicketId, Ticket)>,
    },
    #[n(4)]
    Posted(#[n(0)] PostingId, #[n(1)] Posting),
    #[n(5)]
    PaymentMoved(#[n(0)] OrderId, #[n(1)] Payment),
    /// These lines left the cart; their seats were not its own any more.
    #[n(6)]
    LinesLost(#[n(0)] CartId, #[n(1)] Vec<cart::Line>),
    /// A pin pad booked what no intent asked for.
    #[n(7)]
    Orphaned(#[n(0)] PadNo, #[n(1)] Booking),
    /// A refund at a pad was asked for: the newest one of this order.
    #[n(8)]
    RefundBegun(#[n(0)] OrderId, #[n(1)] Key),
    /// Money went back, or there was none; the tickets are cancelled and their places free.
    #[n(9)]
    Refunded {
        #[n(0)]
        order: OrderId,
        #[n(1)]
        refund: Refund,
        /// The places that are free again.
        #[n(2)]
        freed: Vec<(PerformanceId, Place)>,
    },
    /// Something was paid of what an order owed.
    #[n(10)]
    PaymentMade(#[n(0)] OrderId, #[n(1)] payment::Made),
    /// A payment towards an order was asked for at a pad: the newest one of it.
    #[n(11)]
    PaymentBegun(#[n(0)] OrderId, #[n(1)] Key),
    /// The cart gives no tickets up any more.
    #[n(15)]
    ExchangeLeft(#[n(0)] CartId),
    /// Tickets of an order are replaced by those of another.
    #[n(16)]
    Exchanged {
        #[n(0)]
        order: OrderId,
        #[n(1)]
        made: Made,
        /// The places that are free again.
        #[n(2)]
        freed: Vec<(PerformanceId, Place)>,
    },
    /// A booking that nobody asked for leaves the list of the desk.
    #[n(20)]
    OrphanSeen(#[n(0)] OrphanId, #[n(1)] orphan::Seen),
}

pub struct Facts {
    pub house: House,
    pub cart_id: CartId,
    pub cart: Option<Cart>,
    pub intent: Option<Intent>,
    /// Seats of the cart that are not held by it any more.
    pub lost: Vec<(PerformanceId, SeatNo)>,
    /// Code numbers of the performances in the cart.
    pub performance_nos: Vec<(PerformanceId, u32)>,
    /// Is one of them cancelled?
    pub cancelled: bool,
    pub order: Option<Order>,
    /// The open till session of the member of staff who asks.
    pub till: Option<(TillSessionId, TillSession)>,
    /// The payment that keeps the pin pad of the command busy.
    pub on_pad: Option<Intent>,
    /// What a refund or a payment of an order needs to know, if the command is about one.
    pub refund: Option<Box<refund::Facts>>,
    /// The order that the cart gives tickets up of, if it does.
    pub exchange: Option<Box<refund::Facts>>,
    /// The batch of that pad is being closed.
    pub batch_closing: bool,
    /// When the first performance of the cart is played.
    pub plays_on: Option<BusinessDay>,
    /// Of a command about a booking that nobody asked for.
    pub orphan: orphan::Standing,
    pub fresh: Fresh,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    if let Command::Pad(pad::Command::Orphan(pad, booking)) = command {
        return Ok(vec![AnyEvent::Checkout(Event::Orphaned(*pad, booking.clone()))]);
    }
    if let Command::OrphanSeen(id, reason) = command {
        return orphan::seen(facts.orphan, *id, reason, ask);
    }
    if let Some(about) = &facts.refund {
        if let Command::Exchange(command) = command
            && let Some(begun) = command.begins()
        {
            return exchanges::begin(about, facts, begun, ask);
        }
        return refund::decide(about, facts, command, ask);
    }
    let cart = facts.cart.as_ref().ok_or(Refusal::NotFound)?;
    let saga = Saga { facts, cart, ask };
    match command {
        Command::Begin { buyer, token, note, shown, .. } => saga.begin(buyer, token, note, *shown),
        Command::Answered(key, answer) => saga.answered(*key, answer),
        Command::Captured(key) => saga.captured(*key),
        Command::CaptureFailed { intent, reason } => saga.capture_failed(*intent, reason),
        Command::Voided(key) => saga.voided(*key),
        Command::Cash { buyer, given, shown, .. } => saga.cash(buyer, *given, *shown, None),
        Command::Deposit { buyer, given, shown, deposit, .. } => {
            saga.cash(buyer, *given, *shown, Some(*deposit))
        }
        Command::Pad(command) => saga.at_pad(command),
        Command::Exchange(exchanges::Command::Leave(_)) => saga.leave_exchange(),
        // An order that there is not.
        Command::Refund(_)
        | Command::OrphanSeen(..)
        | Command::Payment(_)
        | Command::Exchange(_) => Err(Refusal::NotFound),
    }
}

struct Saga<'a> {
    facts: &'a Facts,
    cart: &'a Cart,
    ask: &'a Ask,
}

impl Saga<'_> {
    fn begin(
        &self,
        buyer: &Buyer,
        token: &str,
        note: &str,
        shown: Option<Money>,
    ) -> Result<Vec<AnyEvent>, Refusal> {
        let cart = self.cart;
        let total = self.ready(shown)?;
        let attempts_max = self.facts.house.card_attempts_max;
        if cart.attempts >= attempts_max {
            return Err(Refusal::TooManyAttempts { max: attempts_max });
        }
        let buyer = checked(buyer, token, total)?;
        if note.chars().count() > NOTE_CHARS_MAX {
            return Err(Refusal::Malformed { field: "note" });
        }
        let named = Event::BuyerNamed(self.facts.cart_id, buyer.clone(), masked(note));
        let mut events = vec![AnyEvent::Checkout(named)];
        let started = Note::Started { tickets: cart.tickets(), total };
        if total == Money::ZERO {
            events.push(self.log(vec![started, Note::Requested { card: false }]));
            events.extend(self.sell(&buyer, Paying::NOTHING, Note::Authorized(None)));
            events.push(self.log(vec![Note::Captured { card: false }]));
            events.extend(self.complete(&buyer, self.facts.fresh.order));
            return Ok(events);
        }
        events.extend(self.open_intent(token, total, started));
        Ok(events)
    }

    /// What is to pay for the cart, if it can be sold as it stands and as it was shown.
    fn ready(&self, shown: Option<Money>) -> Result<Money, Refusal> {
        self.cart.active()?;
        if self.cart.lines.is_empty() {
            return Err(Refusal::CartEmpty);
        }
        if self.facts.cancelled {
            return Err(Refusal::NotOnSale { opens: None });
        }
        lost::none(&self.facts.lost)?;
        let total = self.cart.total();
        match shown {
            Some(old) if old != total => Err(Refusal::PriceChanged { old, new: total }),
            _ => Ok(total),
        }
    }

    /// The intent is written as Sent at once: from here on only the gateway's word counts.
    fn open_intent(&self, token: &str, total: Money, started: Note) -> Vec<AnyEvent> {
        let fresh = &self.facts.fresh;
        let now = self.ask.at;
        let attempt = u32::from(self.cart.attempts) + 1;
        let key = tender::key(fresh.box_no, fresh.epoch, self.facts.cart_id, attempt);
        let intent = Intent {
            cart: self.facts.cart_id,
            amount: total,
            state: tender::State::Sent,
            created_at: now,
            changed_at: now,
            token: token.to_owned(),
            approval: String::new(),
            reference: String::new(),
            queries: 0,
            pad: None,
            back: None,
        };
        let until = checkout_until(self.cart.until, now, self.facts.house.gateway_deadline);
        vec![
            AnyEvent::Checkout(Event::Intent(key, intent)),
            self.move_cart(State::CheckingOut, until, attempt as u8, Some(now), Some(key)),
            self.log(vec![started, Note::Requested { card: true }]),
        ]
    }

    fn answered(&self, key: Key, answer: &Answer) -> Result<Vec<AnyEvent>, Refusal> {
        let intent = self.facts.intent.as_ref().ok_or(Refusal::NotFound)?;
        if !matches!(intent.state, tender::State::Sent | tender::State::Unknown) {
            return Err(Refusal::Stale);
        }
        let now = self.ask.at;
        let hold_again = self.cart.until.max(now + self.facts.house.hold_time);
        let attempts = self.cart.attempts;
        Ok(match answer {
            Answer::Approved { approval, reference } => {
                self.approved(key, intent, approval, reference)
            }
            Answer::Declined { bank_text } => vec![
                self.intent(key, intent, tender::State::Declined),
                self.move_cart(State::Active, hold_again, attempts, None, Some(key)),
                self.log(vec![Note::Declined { bank_text: masked(bank_text) }]),
            ],
            Answer::NeverBooked => vec![
                self.intent(key, intent, tender::State::NotCharged),
                self.move_cart(
                    State::Active,
                    now + self.facts.house.hold_time,
                    attempts,
                    None,
                    Some(key),
                ),
                self.log(vec![Note::NeverBooked]),
            ],
            Answer::NoAnswer => self.unanswered(key, intent),
        })
    }

    fn unanswered(&self, key: Key, intent: &Intent) -> Vec<AnyEvent> {
        let mut asked = intent.clone();
        asked.queries = asked.queries.saturating_add(1);
        let mut events = vec![self.intent(key, &asked, tender::State::Unknown)];
        if intent.state == tender::State::Sent {
            let until = self.ask.at + cart::PROBLEM_HOLD;
            let since = self.cart.checkout_since;
            events.push(self.move_cart(
                State::CheckoutError,
                until,
                self.cart.attempts,
                since,
                Some(key),
            ));
            events.push(self.log(vec![Note::Unanswered]));
        }
        events
    }

    fn approved(
        &self,
        key: Key,
        intent: &Intent,
        approval: &str,
        reference: &str,
    ) -> Vec<AnyEvent> {
        let mut known = intent.clone();
        known.approval = approval.to_owned();
        known.reference = reference.to_owned();
        let authorized = Note::Authorized(Some(approval.to_owned()));
        let lost = lost::lines(self.cart, &self.facts.lost);
        if !lost.is_empty() || self.facts.cancelled {
            let until = self.ask.at + self.facts.house.hold_time;
            let attempts = self.cart.attempts;
            let mut events = vec![
                self.intent(key, &known, tender::State::Reversing),
                self.move_cart(State::CheckoutError, until, attempts, None, Some(key)),
            ];
            // Cancelled meanwhile: the cart holds its seats all the same, and frees them in time.
            let gone = if lost.is_empty() { self.cart.lines.clone() } else { lost.clone() };
            if !lost.is_empty() {
                events.push(AnyEvent::Checkout(Event::LinesLost(self.facts.cart_id, lost)));
            }
            events.push(self.log(vec![authorized, Note::SeatsLost { lines: gone }]));
            return events;
        }
        let mut events = vec![self.intent(key, &known, tender::State::Approved)];
        let payment = Payment::CapturePending;
        let paying = Paying { intent: Some(key), payment, ..Paying::NOTHING };
        events.extend(self.sell(&self.cart.buyer, paying, authorized));
        events
    }

    pub(super) fn intent(&self, key: Key, intent: &Intent, state: tender::State) -> AnyEvent {
        let mut row = intent.clone();
        row.state = state;
        row.changed_at = self.ask.at;
        if state != tender::State::Sent {
            row.token = String::new();
        }
        AnyEvent::Checkout(Event::Intent(key, row))
    }

    fn move_cart(
        &self,
        state: State,
        until: At,
        attempts: u8,
        since: Option<At>,
        intent: Option<Key>,
    ) -> AnyEvent {
        let cart = self.facts.cart_id;
        let at = self.ask.at;
        AnyEvent::Checkout(Event::CartMoved { cart, state, at, until, attempts, since, intent })
    }

    fn log(&self, notes: Vec<Note>) -> AnyEvent {
        let cart = self.facts.cart_id;
        AnyEvent::Cart(cart::Event::Logged { cart, at: self.ask.at, notes })
    }
}
