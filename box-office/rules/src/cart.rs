//! The cart: what a web visitor is collecting, its states and its one deadline.
//!
//! Holds lines with fixed prices; the seats themselves are taken by `hold.rs`, paid by
//! `checkout.rs`. Never frees a seat because staff want it (domain 5.1). Next: `hold.rs`.

mod note;

pub use note::Note;

use crate::at::{At, Span};
use crate::exchange::Exchange;
use crate::fee::{self, Fee, FeeLine};
use crate::house::House;
use crate::id::{
    AreaNo, CartId, CategoryNo, LevelNo, OrderId, PatronId, PerformanceId, SeatNo, TillNo,
};
use crate::money::Money;
use crate::patron::Patron;
use crate::tax::{Assessed, Tax};
use crate::{Actor, Ask, Event as AnyEvent, Key, Refusal, checkout};
use minicbor::{Decode, Encode};

/// Longest source tag; longer ones are cut (F2).
pub const SOURCE_CHARS_MAX: usize = 100;
/// Longest browser string kept.
pub const USER_AGENT_CHARS_MAX: usize = 300;
/// How far the stored deadline may lag the true one before a touch is written (domain 5.3).
pub const TOUCH_LAG: Span = Span::seconds(60);
/// How soon a force-closed cart lets go (domain 5.3).
pub const FORCE_CLOSE_AFTER: Span = Span::seconds(60);
/// How long seats of a failed checkout stay held (D7).
pub const PROBLEM_HOLD: Span = Span::hours(96);

/// States of domain 5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum State {
    #[n(0)]
    Active,
    #[n(1)]
    CheckingOut,
    #[n(2)]
    Completed,
    #[n(3)]
    CheckoutError,
    #[n(4)]
    ClosedByPatron,
    #[n(5)]
    ClosedBySystem,
    #[n(6)]
    ClosedByOperator,
}

impl State {
    /// Does a hold run in this state, so that the sweeper must look at it?
    pub fn runs(self) -> bool {
        match self {
            State::Active | State::CheckingOut | State::CheckoutError => true,
            State::Completed
            | State::ClosedByPatron
            | State::ClosedBySystem
            | State::ClosedByOperator => false,
        }
    }
}

/// What one ticket admits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Place {
    #[n(0)]
    Seat(#[n(0)] SeatNo),
    #[n(1)]
    Area(#[n(0)] AreaNo),
}

/// One ticket-to-be, with its price fixed at the moment it was added (domain 6.2).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Line {
    #[n(0)]
    pub no: u16,
    #[n(1)]
    pub performance: PerformanceId,
    #[n(2)]
    pub place: Place,
    #[n(3)]
    pub level: LevelNo,
    #[n(4)]
    pub category: CategoryNo,
    #[n(5)]
    pub listed: Money,
    #[n(6)]
    pub price: Assessed,
}

/// Who a guest says they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Buyer {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub email: String,
    /// Who of the register that is; at the counter only.
    #[n(2)]
    pub patron: Option<PatronId>,
}

/// A cart row.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Cart {
    #[n(0)]
    pub state: State,
    #[n(1)]
    pub opened_at: At,
    /// When the state last changed.
    #[n(2)]
    pub changed_at: At,
    /// The hold of every seat in it ends here, unless it is touched.
    #[n(3)]
    pub until: At,
    #[n(4)]
    pub source: String,
    #[n(5)]
    pub user_agent: String,
    /// Hash of the session cookie that owns it.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub session: Option<[u8; 32]>,
    #[n(7)]
    pub lines: Vec<Line>,
    #[n(8)]
    pub next_line: u16,
    /// Fees and taxes as they stood when it was opened (A12).
    #[n(9)]
    pub fees: Vec<Fee>,
    #[n(10)]
    pub taxes: Vec<Tax>,
    /// Cards that were not accepted so far.
    #[n(11)]
    pub attempts: u8,
    /// The newest payment intent.
    #[n(12)]
    pub intent: Option<Key>,
    #[n(13)]
    pub order: Option<OrderId>,
    #[n(14)]
    pub checkout_since: Option<At>,
    #[n(15)]
    pub note: String,
    #[n(16)]
    pub buyer: Buyer,
    #[n(17)]
    pub next_log: u32,
    /// Staff asked it closed; it lets go when its time is up (D6).
    #[n(18)]
    pub forced: bool,
    /// Sold at this till by a cashier; none is a visitor's of the shop.
    #[n(19)]
    pub till: Option<TillNo>,
    /// Tickets of another order that are given up for what it holds.
    #[n(20)]
    pub exchange: Option<Box<Exchange>>,
}

impl Cart {
    /// An active cart with nothing in it, whose time is up.
    pub fn bare(now: At) -> Cart {
        Cart {
            state: State::Active,
            opened_at: now,
            changed_at: now,
            until: now,
            source: String::new(),
            user_agent: String::new(),
            session: None,
            lines: Vec::new(),
            next_line: 1,
            fees: Vec::new(),
            taxes: Vec::new(),
            attempts: 0,
            intent: None,
            order: None,
            checkout_since: None,
            note: String::new(),
            buyer: Buyer::default(),
            next_log: FIRST_LOG,
            forced: false,
            till: None,
            exchange: None,
        }
    }

    /// Tickets in it.
    pub fn tickets(&self) -> u16 {
        u16::try_from(self.lines.len()).unwrap_or(u16::MAX)
    }

    /// The fee lines that its tickets bring.
    pub fn fee_lines(&self) -> Vec<FeeLine> {
        let given_up = self.exchange.as_ref().map_or(0, |exchange| exchange.tickets.len());
        let given_up = u16::try_from(given_up).unwrap_or(u16::MAX);
        fee::exchanged(&self.fees, &self.taxes, self.tickets(), given_up)
    }

    /// What is to pay for it now.
    pub fn total(&self) -> Money {
        let tickets: Money = self.lines.iter().map(|line| line.price.gross).sum();
        let fees: Money = self.fee_lines().iter().map(|line| line.amount.gross).sum();
        tickets + fees
    }

    /// What is due for it in money: what an exchange gives up is paid already.
    pub fn due(&self) -> Money {
        let credit = self.exchange.as_ref().map_or(Money::ZERO, |exchange| exchange.credit);
        (self.total() - credit).max(Money::ZERO)
    }

    /// Seats it holds in one performance.
    pub fn seats_in(&self, performance: PerformanceId) -> Vec<SeatNo> {
        let here = self.lines.iter().filter(|line| line.performance == performance);
        here.filter_map(|line| match line.place {
            Place::Seat(seat) => Some(seat),
            Place::Area(_) => None,
        })
        .collect()
    }

    /// Refuses everything that only an active cart may do.
    pub fn active(&self) -> Result<(), Refusal> {
        if self.state == State::Active && !self.forced {
            Ok(())
        } else {
            Err(Refusal::CartNotActive { state: self.state })
        }
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// Opens an empty cart for a session, or for the holder of the token it answers with.
    #[n(0)]
    Open {
        #[n(0)]
        source: String,
        #[n(1)]
        user_agent: String,
        #[cbor(n(2), with = "minicbor::bytes")]
        session: Option<[u8; 32]>,
    },
    /// Writes down that its patron was here: only when the stored deadline lags a minute.
    #[n(1)]
    Touch {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        seen: At,
    },
    /// The patron is done with it; seats go back at once.
    #[n(2)]
    Close(#[n(0)] CartId),
    /// The sweeper found its time up; `seen` is when its patron was last here.
    #[n(3)]
    Expire {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        seen: Option<At>,
    },
    /// Staff end the cart; its seats wait for the shortened hold (D6).
    #[n(4)]
    ForceClose(#[n(0)] CartId),
    /// A cashier begins a sale; only at a till of the house.
    #[n(5)]
    OpenAtTill(#[n(0)] TillNo),
    /// Who of the register buys at the counter, or nobody of it.
    #[n(6)]
    SetPatron {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        patron: Option<PatronId>,
    },
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[expect(clippy::large_enum_variant, reason = "events are few and live for one commit")]
pub enum Event {
    #[n(0)]
    Opened(#[n(0)] CartId, #[n(1)] Cart),
    #[n(1)]
    Touched {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        until: At,
    },
    /// Closed in a final state; every seat and place it held is free again.
    #[n(2)]
    Closed {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        state: State,
        #[n(2)]
        at: At,
        #[n(3)]
        freed: Vec<(PerformanceId, Place)>,
    },
    /// An empty cart whose time was up: its row goes.
    #[n(3)]
    Deleted(#[n(0)] CartId),
    #[n(4)]
    Forced {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        until: At,
    },
    #[n(5)]
    Logged {
        #[n(0)]
        cart: CartId,
        #[n(1)]
        at: At,
        #[n(2)]
        notes: Vec<Note>,
    },
}

pub struct Facts {
    pub house: House,
    pub next: CartId,
    pub cart: Option<Cart>,
    pub open_carts: u32,
    /// Is the newest intent of the cart without an outcome?
    pub intent_open: bool,
    /// The patron that the command names.
    pub patron: Option<Patron>,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let event = match command {
        Command::Open { source, user_agent, session } => {
            if facts.open_carts >= facts.house.open_carts_max {
                return Err(Refusal::CartsOpen { max: facts.house.open_carts_max });
            }
            Event::Opened(facts.next, opened(&facts.house, source, user_agent, *session, ask.at))
        }
        Command::OpenAtTill(till) => {
            if !matches!(ask.by, Actor::Account(_)) {
                return Err(Refusal::NotAllowed);
            }
            if !facts.house.tills.iter().any(|known| known.no == *till) {
                return Err(Refusal::NotFound);
            }
            Event::Opened(facts.next, at_till(&facts.house, *till, ask.at))
        }
        Command::SetPatron { cart, patron } => {
            let named = bought_by(facts, *cart, *patron, ask)?;
            return Ok(vec![AnyEvent::Checkout(named)]);
        }
        Command::Touch { cart, seen } => touch(facts, *cart, *seen)?,
        Command::Close(id) => {
            let cart = known(facts)?;
            cart.active()?;
            closed(*id, cart, State::ClosedByPatron, ask.at)
        }
        Command::Expire { cart, seen } => expire(facts, *cart, *seen, ask.at)?,
        Command::ForceClose(id) => {
            if !ask.by.is_staff() {
                return Err(Refusal::NotAllowed);
            }
            let cart = known(facts)?;
            if cart.state == State::CheckingOut {
                let since = cart.checkout_since.unwrap_or(cart.changed_at);
                return Err(Refusal::CheckoutRunning { since });
            }
            cart.active()?;
            Event::Forced { cart: *id, until: cart.until.min(ask.at + FORCE_CLOSE_AFTER) }
        }
    };
    Ok(vec![AnyEvent::Cart(event)])
}

fn known(facts: &Facts) -> Result<&Cart, Refusal> {
    facts.cart.as_ref().ok_or(Refusal::NotFound)
}

/// The buyer of a sale of the counter, off the register.
fn bought_by(
    facts: &Facts,
    id: CartId,
    patron: Option<PatronId>,
    ask: &Ask,
) -> Result<checkout::Event, Refusal> {
    let cart = known(facts)?;
    if cart.till.is_none() || !matches!(ask.by, Actor::Account(_)) {
        return Err(Refusal::NotAllowed);
    }
    cart.active()?;
    let buyer = match patron {
        Some(_) => {
            let Patron { name, email, .. } = facts.patron.clone().ok_or(Refusal::NotFound)?;
            Buyer { name, email, patron }
        }
        None => Buyer::default(),
    };
    Ok(checkout::Event::BuyerNamed(id, buyer, cart.note.clone()))
}

/// A sale of the counter at its beginning. Fees are the web's.
pub(crate) fn at_till(house: &House, till: TillNo, now: At) -> Cart {
    let cart = opened(house, "", "", None, now);
    Cart { till: Some(till), fees: Vec::new(), ..cart }
}

fn opened(
    house: &House,
    source: &str,
    user_agent: &str,
    session: Option<[u8; 32]>,
    now: At,
) -> Cart {
    let clean = |text: &str, max| -> String {
        text.chars().filter(|letter| !letter.is_control()).take(max).collect()
    };
    Cart {
        until: now + house.hold_time,
        source: clean(source, SOURCE_CHARS_MAX),
        user_agent: clean(user_agent, USER_AGENT_CHARS_MAX),
        session,
        fees: house.fees.clone(),
        taxes: house.taxes.clone(),
        ..Cart::bare(now)
    }
}

fn touch(facts: &Facts, id: CartId, seen: At) -> Result<Event, Refusal> {
    let cart = known(facts)?;
    cart.active()?;
    let until = seen + facts.house.hold_time;
    if until - cart.until <= TOUCH_LAG {
        return Err(Refusal::Stale);
    }
    Ok(Event::Touched { cart: id, until })
}

fn closed(id: CartId, cart: &Cart, state: State, at: At) -> Event {
    let freed = cart.lines.iter().map(|line| (line.performance, line.place)).collect();
    Event::Closed { cart: id, state, at, freed }
}

/// Number of a cart's first log line.
const FIRST_LOG: u32 = 1;

fn expire(facts: &Facts, id: CartId, seen: Option<At>, now: At) -> Result<Event, Refusal> {
    let cart = known(facts)?;
    let touched = match (cart.state, cart.forced) {
        (State::Active, false) => seen.map_or(cart.until, |seen| seen + facts.house.hold_time),
        _ => cart.until,
    };
    if cart.until.max(touched) > now || !cart.state.runs() {
        return Err(Refusal::NotExpired);
    }
    match cart.state {
        State::CheckingOut => {
            let since = cart.checkout_since.unwrap_or(cart.changed_at);
            Err(Refusal::CheckoutRunning { since })
        }
        // Money may have moved: only an answer or the operator frees these seats (domain 5.3).
        State::CheckoutError if facts.intent_open => Err(Refusal::NotExpired),
        // What was written down of a payment is kept, also when its seats were lost.
        State::Active if cart.lines.is_empty() && !cart.forced && cart.next_log == FIRST_LOG => {
            Ok(Event::Deleted(id))
        }
        _ if cart.forced => Ok(closed(id, cart, State::ClosedByOperator, now)),
        _ => Ok(closed(id, cart, State::ClosedBySystem, now)),
    }
}
