//! Views of a sale at the counter, step by step, in every state that its pages know.
//!
//! The till of the drawings: five minutes to seven on a busy Friday. Next: `gallery.rs`.

use super::{NOW, at, seat, sums, tickets};
use usher_rules::Key;
use usher_rules::at::Span;
use usher_rules::cart::Buyer;
use usher_rules::id::{CartId, OrderId};
use usher_rules::money::Money;
use usher_rules::tender::exchanged::Exchanged;
use usher_rules::tender::pad::{Booking, Copy, Receipt};
use usher_rules::view::desk::pad::Stage;
use usher_rules::view::desk::sell::{
    CameFrom, Choice, Counter, Decider, Exchanging, Last, Line, Notice, PadHere, Paid, Paying,
    Post, Sale, Show, Slip, Sold, Standing, Typed, Undecided, Waiting,
};
use usher_rules::view::performance::{Apart, Outcome};
use usher_rules::view::seat_map::{SeatState, Show as Shown};
use usher_web::desk::sell as pages_of;
use usher_web::{Html, Templates, Words};

const CART: CartId = CartId((2 << 48) | 104_261);

pub fn counter(hand: bool) -> Counter {
    let show = |no, title: &str, hall: &str, starts, places_left| Show {
        performance: super::performance(no),
        title: title.to_owned(),
        code: "CODE".to_owned(),
        hall: hall.to_owned(),
        starts,
        places_left,
    };
    Counter {
        around: super::staff::around(),
        post: Post::Till { name: "2".to_owned() },
        find: String::new(),
        shows: vec![
            show(17, "The Lamplighter’s Daughter", "Main House", at(0, 19, 30), 23),
            show(72, "Salt, open rehearsal", "Studio", at(0, 20, 15), 31),
            show(23, "Twelve Ways to Lose a Hat", "Studio", at(1, 11, 0), 6),
            show(12, "The Lamplighter’s Daughter", "Main House", at(1, 14, 30), 0),
            show(27, "Quartet for the End of the Pier", "Studio", at(2, 12, 30), 84),
        ],
        slip: hand.then(|| Slip { cart: CART, sums: sums() }),
        waiting: Vec::new(),
        exchange: None,
    }
}

/// Two tickets of another order, given up for what this sale sells.
fn exchanging(total: i64, worth: i64) -> Option<Exchanging> {
    Some(Exchanging {
        cart: CART,
        form_key: "k22".to_owned(),
        order: OrderId((2 << 48) | 104_100),
        tickets: 2,
        worth: Money(worth),
        credit: Money(worth),
        due: Money((total - worth).max(0)),
        over: Money((worth - total).max(0)),
        open: true,
    })
}

pub fn waiting(person: bool) -> Waiting {
    let till = Some("2".to_owned());
    Waiting {
        cart: CART,
        refund_of: None,
        towards: None,
        till,
        amount: Money(14_050),
        since: at(0, 18, 40),
        person,
    }
}

fn choice(outcome: Outcome) -> Choice {
    Choice { counter: counter(true), tickets: tickets(outcome), not_on_sale: false }
}

/// The map with a seat that staff hold and one that is out of sale.
fn mapped() -> Choice {
    let mut view = choice(Outcome::Nothing);
    view.tickets.picked = vec![super::picked("Stalls", "F", "11")];
    if let Some(Shown::Seats { zones }) = view.tickets.map.as_mut().map(|map| &mut map.show) {
        let seats = &mut zones[0].rows[0].seats;
        (seats[0].state, seats[0].price) = (SeatState::StaffHold('K'), None);
        (seats[1].state, seats[1].price) = (SeatState::Killed, None);
    }
    view
}

pub fn booking() -> Booking {
    Booking {
        receipt: Some(41),
        trace: Some(1_207),
        approval: "A77120".to_owned(),
        terminal_id: "52500041".to_owned(),
        brand: "Mastercard".to_owned(),
        last_four: "4242".to_owned(),
        ..Booking::default()
    }
}

pub fn sale(standing: Standing) -> Sale {
    let line = |no, number: &str, level: &str, price| Line {
        no,
        title: "The Lamplighter’s Daughter".to_owned(),
        starts: at(0, 19, 30),
        place: seat("Stalls", "K", number),
        level_name: level.to_owned(),
        price: Money(price),
    };
    Sale {
        counter: counter(true),
        cart: CART,
        form_key: "k21".to_owned(),
        lines: vec![line(1, "22", "Adult", 2_700), line(2, "23", "Child", 1_350)],
        sums: sums(),
        plays_on: None,
        own: true,
        standing,
        cash_beside: Money::ZERO,
        pad: PadHere::Ready { name: "Pad 2".to_owned(), keyed: false },
        undecided: None,
        decider: Decider::No,
        patron: None,
        typed: Typed::default(),
        notice: None,
    }
}

pub fn open() -> Standing {
    Standing::Open { until: NOW + Span::seconds(892), last: None }
}

pub fn after(last: Last) -> Standing {
    Standing::Open { until: NOW + Span::seconds(892), last: Some(last) }
}

pub fn undecided() -> Undecided {
    Undecided {
        intent: Key([7; 16]),
        amount: Money(14_050),
        since: at(0, 18, 40),
        no: 41,
        pad: "Pad 2".to_owned(),
        why: "the terminal has two payments of this amount".to_owned(),
        booking: Some(booking()),
        can_be_sold: true,
    }
}

/// Another terminal than the listed one.
pub fn other() -> Exchanged {
    Exchanged { listed: "80101207".to_owned(), told: "80999999".to_owned() }
}

fn exchanged(name: String) -> PadHere {
    PadHere::Exchanged { name, what: other() }
}

pub fn sold(paid: Paid) -> Sold {
    let by_card = matches!(paid, Paid::Card { .. });
    let receipt = |copy, lines: &[&str], signature_wanted| Receipt {
        copy,
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        signature_wanted,
    };
    let receipts = vec![
        receipt(Copy::Customer, &["      CUSTOMER COPY", "EUR            140.50"], false),
        receipt(Copy::Merchant, &["      MERCHANT COPY", "EUR            140.50"], true),
    ];
    Sold {
        counter: counter(false),
        order: OrderId((2 << 48) | 104_233),
        when: NOW,
        till: "2".to_owned(),
        cashier: "Petra Yarrow".to_owned(),
        buyer: Buyer {
            name: "Marianne Oakes".to_owned(),
            email: "marianne.oakes@harbourmail.example".to_owned(),
            patron: None,
        },
        sums: sums(),
        came_from: None,
        paid,
        payments: Vec::new(),
        pay: None,
        running: None,
        at_pad: None,
        form_key: "k22".to_owned(),
        told: None,
        receipts: if by_card { receipts } else { Vec::new() },
    }
}

/// What somebody typed, or a terminal said, in every place that shows it.
pub fn evil_counter(evil: &str) -> Counter {
    let mut view = Counter { find: evil.to_owned(), ..counter(true) };
    view.waiting = vec![Waiting { till: Some(evil.to_owned()), ..waiting(true) }];
    view
}

pub fn evil_sale(evil: &str) -> Sale {
    let text = || evil.to_owned();
    let mut view = sale(after(Last::Declined { text: text() }));
    view.pad = PadHere::Down { name: text(), why: text() };
    view.decider = Decider::Yes;
    let booking = Booking { brand: text(), approval: text(), ..booking() };
    view.undecided = Some(Undecided { why: text(), booking: Some(booking), ..undecided() });
    view.typed = Typed {
        buyer: Buyer { name: text(), email: text(), patron: None },
        remember: true,
        given: text(),
        part: text(),
        due: text(),
        later: true,
        evidence: text(),
        name: text(),
        reason: text(),
    };
    view.lines[0].place = seat("Stalls", evil, evil);
    view
}

pub fn evil_sold(evil: &str) -> Sold {
    let text = || evil.to_owned();
    let booking = Booking { brand: text(), last_four: text(), ..booking() };
    let mut view = sold(Paid::Card { booking, card: Money(14_050), cash: Money::ZERO });
    view.receipts[0].lines = vec![text()];
    view.buyer = Buyer { name: text(), email: text(), patron: None };
    (view.cashier, view.till) = (text(), text());
    view
}

pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let mut found = lists(templates, words);
    found.extend(sales(templates, words));
    found.extend(ends(templates, words));
    found
}

fn lists(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let list = |view: &_| pages_of::list(templates, view, words);
    let mut busy = counter(true);
    let towards = |person| Waiting { towards: Some(OrderId(41)), ..waiting(person) };
    let web = Waiting { till: None, refund_of: Some(OrderId(42)), ..waiting(true) };
    busy.waiting = vec![waiting(false), waiting(true), towards(false), towards(true), web];
    let none = Counter { find: "circus".to_owned(), ..counter(false) };
    let (no_till, token) = (
        Counter { post: Post::NoTill, shows: Vec::new(), ..counter(false) },
        Counter { post: Post::Token, shows: Vec::new(), ..counter(false) },
    );
    let page = |view: &_| pages_of::choice(templates, view, words);
    let apart = Apart {
        party: 4,
        largest_together: 3,
        split_possible: true,
        asked: None,
        split: Vec::new(),
        split_total: None,
        together_in: None,
    };
    let giving = Counter { exchange: exchanging(14_050, 4_000), ..counter(true) };
    let mut over = choice(Outcome::Nothing);
    over.not_on_sale = true;
    let lawn = Choice { tickets: super::lawn(), ..choice(Outcome::Nothing) };
    vec![
        ("desk-sell", list(&counter(false))),
        ("desk-sell-waiting", list(&busy)),
        ("desk-sell-exchange", list(&giving)),
        ("desk-sell-none", list(&none)),
        ("desk-sell-no-till", list(&no_till)),
        ("desk-sell-token", list(&token)),
        ("desk-sell-choice", page(&choice(Outcome::Nothing))),
        ("desk-sell-apart", page(&choice(Outcome::Apart(apart)))),
        ("desk-sell-none-asked", page(&choice(Outcome::NoneAsked))),
        ("desk-sell-over", page(&over)),
        ("desk-sell-lawn", page(&lawn)),
        ("desk-sell-seats", pages_of::seats(templates, &mapped(), words)),
    ]
}

fn sales(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let page = |view: &_| pages_of::sale(templates, view, words);
    let with = |pad| Sale { pad, ..sale(open()) };
    let told = |notice| Sale { notice: Some(notice), ..sale(open()) };
    let name = || "Pad 2".to_owned();
    let paying = |stage| {
        let paying = Paying { intent: Key([7; 16]), amount: Money(14_050), stage };
        sale(Standing::Paying(paying))
    };
    let declined = Last::Declined { text: "51 insufficient funds".to_owned() };
    let not = Last::NotCharged { why: "the terminal was busy".to_owned() };
    let instead = vec![(2, seat("Stalls", "K", "23"))];
    let keeps = Notice::KeepsSingle { asked: seat("Stalls", "K", "22"), instead };
    let free = Sale { sums: Default::default(), ..sale(open()) };
    let giving = |worth| {
        let exchange = exchanging(14_050, worth);
        Sale { counter: Counter { exchange, ..counter(true) }, ..sale(open()) }
    };
    vec![
        ("desk-sell-sale", page(&sale(open()))),
        ("desk-sell-free", page(&free)),
        ("desk-sell-empty", page(&Sale { lines: Vec::new(), ..sale(open()) })),
        ("desk-sell-no-pad", page(&with(PadHere::None))),
        ("desk-sell-pad-starting", page(&with(PadHere::Starting { name: name() }))),
        (
            "desk-sell-pad-down",
            page(&with(PadHere::Down { name: name(), why: "Cable out.".to_owned() })),
        ),
        ("desk-sell-pad-busy", page(&with(PadHere::Busy { name: name(), till: "1".to_owned() }))),
        ("desk-sell-pad-exchanged", page(&with(exchanged(name())))),
        ("desk-sell-exchanged", page(&told(Notice::PadExchanged(other())))),
        ("desk-sell-short", page(&told(Notice::CashShort { due: Money(14_050) }))),
        ("desk-sell-unread", page(&told(Notice::GivenUnread))),
        ("desk-sell-much", page(&told(Notice::CashTooMuch { max: Money(10_000_000) }))),
        ("desk-sell-buyer", page(&told(Notice::BuyerWrong { fields: vec!["email"] }))),
        ("desk-sell-remember", page(&told(Notice::RememberLacksName))),
        ("desk-sell-patron", page(&Sale { patron: Some(super::patron::glance()), ..sale(open()) })),
        ("desk-sell-gone", page(&told(Notice::SeatsGone))),
        ("desk-sell-cancelled", page(&told(Notice::PerformanceCancelled))),
        ("desk-sell-exchange-gone", page(&told(Notice::ExchangeGone))),
        ("desk-sell-sale-exchange", page(&giving(4_000))),
        ("desk-sell-sale-cheaper", page(&giving(20_000))),
        ("desk-sell-attempts", page(&told(Notice::TooManyAttempts { max: 100 }))),
        ("desk-sell-silent", page(&told(Notice::PadSilent))),
        ("desk-sell-pad-closing", page(&told(Notice::PadClosing))),
        ("desk-sell-keeps", page(&told(keeps))),
        ("desk-sell-card", page(&paying(Stage::InsertCard))),
        ("desk-sell-pin", page(&paying(Stage::EnterPin))),
        ("desk-sell-stopping", page(&paying(Stage::Stopping))),
        ("desk-sell-declined", page(&sale(after(declined)))),
        ("desk-sell-cancelled", page(&sale(after(Last::Cancelled)))),
        ("desk-sell-not-charged", page(&sale(after(not)))),
    ]
}

fn ends(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let page = |view: &_| pages_of::sale(templates, view, words);
    let unknown = Standing::Unknown { since: at(0, 18, 51), why: "the line went".to_owned() };
    let decide = |decider| Sale {
        undecided: Some(undecided()),
        decider,
        own: decider == Decider::No,
        ..sale(Standing::Undecided)
    };
    let mut late = decide(Decider::Yes);
    late.undecided = Some(Undecided { can_be_sold: false, ..undecided() });
    late.notice = Some(Notice::DecisionLacks { fields: vec!["name", "reason"] });
    let cash = Paid::Cash { given: Money(16_000), change: Money(1_950) };
    let paid =
        |minor| Paid::Card { booking: booking(), card: Money(14_050 - minor), cash: Money(minor) };
    let (card, split) = (paid(0), paid(4_000));
    let came = |paid| {
        let (order, amount) = (OrderId((2 << 48) | 104_100), Money(4_000));
        let came_from = Some(CameFrom { order, amount, owed: Money(1_500) });
        Sold { came_from, ..sold(paid) }
    };
    let beside = Sale { cash_beside: Money(4_000), ..sale(after(Last::Cancelled)) };
    vec![
        ("desk-sell-unknown", page(&sale(unknown))),
        ("desk-sell-undecided", page(&decide(Decider::No))),
        ("desk-sell-prove", page(&decide(Decider::ProveFirst))),
        ("desk-sell-decide", page(&decide(Decider::Yes))),
        ("desk-sell-decide-late", page(&late)),
        ("desk-sell-split-again", page(&beside)),
        ("desk-sell-closed", page(&sale(Standing::Closed))),
        ("desk-sell-sold", pages_of::sold(templates, &sold(cash.clone()), words)),
        ("desk-sell-sold-exchange", pages_of::sold(templates, &came(Paid::Nothing), words)),
        ("desk-sell-receipts-exchange", pages_of::receipts(templates, &came(cash.clone()), words)),
        ("desk-sell-sold-card", pages_of::sold(templates, &sold(card.clone()), words)),
        ("desk-sell-sold-split", pages_of::sold(templates, &sold(split), words)),
        ("desk-sell-receipts", pages_of::receipts(templates, &sold(card), words)),
        ("desk-sell-receipts-cash", pages_of::receipts(templates, &sold(cash), words)),
    ]
}
