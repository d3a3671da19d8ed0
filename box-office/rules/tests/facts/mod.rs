//! What a counter in tests has: its house, till, cashier and pad, an order of it, and who paid.
//!
//! Facts are built by hand, all of them in order; a test changes what it is about. Next:
//! `../refund.rs`, `../payment.rs`, `../exchange/mod.rs`.
#![allow(dead_code)] // Each test file uses its own part of it.

use usher_rules::at::At;
use usher_rules::cart::{Buyer, Line, Place};
use usher_rules::checkout::{Facts as SaleFacts, Fresh};
use usher_rules::code::CodeBody;
use usher_rules::house::{self, House};
use usher_rules::id::{
    BoxNo, CartId, CategoryNo, LetterId, LevelNo, OrderId, PadNo, PerformanceId, PostingId, SeatNo,
    StaffNo, TicketId, TillNo, TillSessionId,
};
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::refund::{Facts, Standing};
use usher_rules::tax::{Tax, assess};
use usher_rules::tender::pad::{AtPad, Booking, Counter};
use usher_rules::tender::{Intent, State};
use usher_rules::ticket::{self, Ticket};
use usher_rules::till::TillSession;
use usher_rules::{Actor, Ask, BusinessDay};

pub const NOW: At = At(5_000_000);
pub const DAY: BusinessDay = BusinessDay(3);
/// The cart that the order was.
pub const CART: CartId = CartId(9);
pub const ORDER: OrderId = OrderId(20);
pub const TILL: TillNo = TillNo(2);
pub const SESSION: TillSessionId = TillSessionId(60);
pub const PAD: PadNo = PadNo(4);
pub const ANNA: StaffNo = StaffNo(3);
pub const PLAY: PerformanceId = PerformanceId(7);
/// Where and by whom everything here is done.
pub const AT: Counter = Counter { till: TILL, session: SESSION, cashier: ANNA };

pub fn ask() -> Ask {
    Ask { by: Actor::Account(ANNA), at: NOW, day: DAY, random: [0; 32] }
}

pub fn taxes() -> Vec<Tax> {
    let name = "VAT".to_owned();
    vec![Tax { no: 1, name, rate_ppm: 200_000, inclusive: true, compound: false }]
}

pub fn line(no: u16, seat: u32, minor: i64) -> Line {
    Line {
        no,
        performance: PLAY,
        place: Place::Seat(SeatNo(seat)),
        level: LevelNo(1),
        category: CategoryNo(0),
        listed: Money(minor),
        price: assess(Money(minor), &taxes()),
    }
}

/// Good, and of this line.
pub fn ticket(order: OrderId, line: &Line) -> Ticket {
    Ticket {
        order,
        line: line.no,
        performance: PLAY,
        place: line.place,
        level: line.level,
        category: line.category,
        price: line.price.gross,
        code: CodeBody { key: 1, performance: 77, tag: u64::from(line.no), generation: 0 },
        state: ticket::State::Valid,
        blocked: false,
        replaced_at: None,
    }
}

/// Nobody came in with it, and its performance is to come.
pub fn standing(id: TicketId, ticket: Ticket) -> Standing {
    Standing { id, ticket, used: false, began: false, over: false, cancelled: false }
}

/// Of these lines, sold at the counter without fees and paid at once in cash.
pub fn order(lines: Vec<Line>) -> Order {
    Order {
        cart: CART,
        buyer: Buyer::default(),
        created_at: At(1),
        day: DAY,
        total: lines.iter().map(|line| line.price.gross).sum(),
        lines,
        fees: Vec::new(),
        payment: Payment::Paid,
        tickets: Vec::new(),
        note: String::new(),
        source: String::new(),
        intent: None,
        counter: Some(AT),
        refunds: None,
        payments: None,
        exchanges: None,
    }
}

/// Booked at the pad, to the end.
pub fn at_pad(booking: Booking) -> AtPad {
    AtPad {
        pad: PAD,
        no: 16,
        at: AT,
        baseline: None,
        booking: Some(booking),
        receipts: Vec::new(),
        why: String::new(),
        decision: None,
        recovered: false,
        housekept: true,
        refund: None,
        cash: Money::ZERO,
        part: None,
    }
}

/// A card paid this much there.
pub fn taken(amount: Money, pad: AtPad) -> Intent {
    Intent {
        cart: CART,
        amount,
        state: State::Captured,
        created_at: At(0),
        changed_at: At(1),
        token: String::new(),
        approval: String::new(),
        reference: String::new(),
        queries: 0,
        pad: Some(Box::new(pad)),
        back: None,
    }
}

/// An order that nothing else happens to.
pub fn about(id: OrderId, order: Order) -> Facts {
    Facts {
        id,
        order,
        tickets: Vec::new(),
        paid: None,
        later: Vec::new(),
        balance: Money::ZERO,
        running: None,
        newest: None,
        batch_since: None,
        exchanging: None,
        drawer: Money::ZERO,
    }
}

/// Numbers that nobody has yet.
pub fn fresh() -> Fresh {
    Fresh {
        box_no: BoxNo(1),
        epoch: 1,
        cart: CartId(10),
        order: OrderId(21),
        first_ticket: 34,
        posting: PostingId(42),
        letter: LetterId(50),
        key: 1,
        tags: Vec::new(),
        intent_no: 17,
    }
}

/// A counter with an open till and these pads, at which nothing happens.
pub fn counter(pads: &[PadNo], float: Money) -> SaleFacts {
    let pad = |no: &PadNo| house::Pad { no: *no, name: "Pad".into(), place: "Foyer".into() };
    SaleFacts {
        house: House { pads: pads.iter().map(pad).collect(), ..House::default() },
        cart_id: CART,
        cart: None,
        intent: None,
        lost: Vec::new(),
        performance_nos: Vec::new(),
        cancelled: false,
        order: None,
        till: Some((SESSION, TillSession::opened(TILL, ANNA, float, &ask()))),
        on_pad: None,
        batch_closing: false,
        plays_on: None,
        exchange: None,
        orphan: Default::default(),
        refund: None,
        fresh: fresh(),
    }
}
