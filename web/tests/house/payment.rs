//! Orders of the invented house that were not paid at once: booked, paid in parts, owed back.
//!
//! A school that paid a part in December. Next: `order.rs`, `sell.rs`.

use super::{NOW, order, sell};
use usher_rules::Key;
use usher_rules::id::OrderId;
use usher_rules::money::Money;
use usher_rules::tender::State;
use usher_rules::tender::exchanged::Exchanged;
use usher_rules::view::desk::order::{
    AtPad, Glance, Notice, Opened, Orders, Refund, Running, Sum, Which,
};
use usher_rules::view::desk::pad::Stage;
use usher_rules::view::desk::payment::{How, Pay, Payment, Share};
use usher_rules::view::desk::sell::{
    PadHere, Paid, Paying, Sale, Sold, Standing, Typed, Undecided,
};
use usher_rules::view::order::State as Shown;
use usher_rules::{BusinessDay, view::order::Order};
use usher_web::{Html, Templates, Words};

/// A day of the week in which the house plays.
const DAY: BusinessDay = BusinessDay(20_790);

fn cash(minor: i64, back: i64) -> Payment {
    let how = How::Cash { till: "2".to_owned() };
    Payment { at: NOW, how, amount: Money(minor), back: Money(back) }
}

fn card(minor: i64, back: i64) -> Payment {
    let how = How::Card { pad: "Pad 2".to_owned(), booking: sell::booking() };
    Payment { at: NOW, how, amount: Money(minor), back: Money(back) }
}

fn pay(pad: Option<PadHere>, until: Option<BusinessDay>, overdue: bool) -> Pay {
    let order = OrderId((2 << 48) | 41);
    let (amount, given) = (String::new(), String::new());
    Pay { order, due: Money(4_000), until, overdue, pad, amount, given }
}

fn ready() -> Option<PadHere> {
    Some(PadHere::Ready { name: "Pad 2".to_owned(), keyed: false })
}

fn booked() -> Opened {
    let (payments, pay) = (vec![cash(3_000, 0)], Some(pay(ready(), Some(DAY), false)));
    Opened { payments, pay, balance: Money(4_000), ..order::opened() }
}

fn owed_back() -> Opened {
    let how = |one: Payment| Share { how: one.how, amount: one.amount };
    Opened {
        payments: vec![card(6_000, 6_000), cash(1_000, 0)],
        owed_back: vec![how(cash(1_000, 0))],
        balance: Money(-1_000),
        ..order::opened()
    }
}

fn undecided(can_be_sold: bool) -> Running {
    let undecided = Undecided {
        intent: Key([7; 16]),
        amount: Money(4_000),
        since: NOW,
        no: 18,
        pad: "Pad 2".to_owned(),
        why: "Nothing was heard".to_owned(),
        booking: None,
        can_be_sold,
    };
    Running {
        towards: true,
        online: false,
        standing: Standing::Undecided,
        undecided: Some(undecided),
    }
}

fn paying(standing: Standing) -> Running {
    Running { towards: true, online: false, standing, undecided: None }
}

fn orders(found: Vec<Glance>) -> Orders {
    let (find, next) = (String::new(), None);
    let sum = Some(Sum { orders: 2, amount: Money(8_000), more: false });
    Orders { around: super::staff::around(), which: Which::Due, sum, find, found, next }
}

/// The box cancelled it: what was paid is the customer's.
fn cancelled() -> Opened {
    let refund = Refund {
        at: NOW,
        by: String::new(),
        tickets: 2,
        amount: Money::ZERO,
        reason: String::new(),
        to_card: false,
        onward: None,
        overdue: Some(DAY),
    };
    Opened { refunds: vec![refund], pay: None, balance: Money(-2_000), ..booked() }
}

fn owing(no: u64, until: Option<BusinessDay>, overdue: bool) -> Glance {
    Glance { due: Money(4_000), until, overdue, ..order::glance(no, "Ada Merrow") }
}

/// An order that its buyer has not paid whole.
pub fn kept(until: Option<BusinessDay>) -> Order {
    let mut view = super::order();
    view.state = Shown::Booked { due: Money(4_000), until };
    view.visits[0].tickets.iter_mut().for_each(|ticket| ticket.code.clear());
    view
}

pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let mut all = orders_of(templates, words);
    all.extend(sales(templates, words));
    let page = |view: &_| usher_web::order::page(templates, view, words);
    all.push(("order-booked", page(&kept(Some(DAY)))));
    all.push(("order-booked-now", page(&kept(None))));
    all
}

fn orders_of(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let page = |view: &Opened| usher_web::desk::order::page(templates, view, words);
    let list = |view: &Orders| usher_web::desk::order::list(templates, view, words);
    let stage = Paying { intent: Key([7; 16]), amount: Money(4_000), stage: Stage::InsertCard };
    let unknown = Standing::Unknown { since: NOW, why: String::new() };
    let with = |running| Opened { running: Some(running), ..booked() };
    let due = |pad, until, overdue| Opened { pay: Some(pay(pad, until, overdue)), ..booked() };
    let back = |found| Orders { which: Which::OwedBack, ..orders(found) };
    let paid = order::glance(41, "Ada Merrow");
    let many = || {
        let sum = Some(Sum { orders: 10_000, amount: Money(40_000_000), more: true });
        let next = Some(paid.order);
        Orders { sum, next, ..orders(vec![owing(41, None, false)]) }
    };
    let mut all = vec![
        (
            "desk-orders-owing",
            list(&orders(vec![owing(41, Some(DAY), true), owing(40, None, false)])),
        ),
        ("desk-orders-owing-none", list(&orders(Vec::new()))),
        ("desk-orders-owing-more", list(&many())),
        ("desk-orders-back", list(&back(vec![Glance { back: Money(2_000), ..paid }]))),
        ("desk-orders-back-none", list(&back(Vec::new()))),
        ("desk-order-overdue-cancelled", page(&cancelled())),
        ("desk-order-due", page(&booked())),
        ("desk-order-overdue", page(&due(ready(), Some(DAY), true))),
        ("desk-order-due-no-pad", page(&due(Some(PadHere::None), None, false))),
        ("desk-order-due-no-till", page(&due(None, None, false))),
        ("desk-order-paying", page(&with(paying(Standing::Paying(stage))))),
        ("desk-order-pay-unknown", page(&with(paying(unknown)))),
        ("desk-order-pay-decide", page(&with(undecided(true)))),
        ("desk-order-pay-late", page(&with(undecided(false)))),
        ("desk-order-owed-back", page(&owed_back())),
        ("desk-order-owed-card", {
            let how = How::Card { pad: "Pad 2".to_owned(), booking: sell::booking() };
            let owed_back = vec![Share { how, amount: Money(1_000) }];
            page(&Opened { owed_back, ..self::owed_back() })
        }),
        ("desk-order-owed-online", {
            let owed_back = vec![Share { how: How::Online, amount: Money(1_000) }];
            let payments = vec![Payment { how: How::Online, ..cash(1, 0) }, cash(1, 0)];
            page(&Opened { owed_back, payments, ..self::owed_back() })
        }),
    ];
    for state in [State::Captured, State::Declined, State::Cancelled, State::NotCharged] {
        let at_pad = AtPad {
            towards: true,
            state,
            amount: Money(4_000),
            changed: NOW,
            why: "05 Do not honour".to_owned(),
        };
        all.push(("desk-order-paid-at-pad", page(&Opened { at_pad: Some(at_pad), ..booked() })));
    }
    let exchanged = Exchanged { listed: "1".to_owned(), told: "2".to_owned() };
    for notice in [
        Notice::NotDue { due: Money(4_000) },
        Notice::CashShort { due: Money(4_000) },
        Notice::CashTooMuch { max: Money(10_000_000) },
        Notice::PadClosing,
        Notice::PadExchanged(exchanged),
        Notice::Taken { amount: Money(4_000), change: Money(1_000) },
        Notice::Taken { amount: Money(4_000), change: Money::ZERO },
        Notice::PaidBefore,
    ] {
        all.push(("desk-order-pay-told", page(&Opened { notice: Some(notice), ..booked() })));
    }
    all
}

fn sales(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    use sell::{after, open};
    use usher_rules::view::desk::sell::{Last, Notice as Said};
    let page = |view: &_| usher_web::desk::sell::sale(templates, view, words);
    let part = Typed { part: "60.00".to_owned(), later: true, ..Typed::default() };
    let sale = || Sale { plays_on: Some(DAY), typed: part.clone(), ..sell::sale(open()) };
    let told = |notice| Sale { notice: Some(notice), ..sale() };
    let booking = sell::booking();
    let first = Paid::Card { booking, card: Money(6_000), cash: Money::ZERO };
    let sold = || Sold {
        payments: vec![card(6_000, 0)],
        pay: Some(pay(ready(), None, false)),
        ..sell::sold(first.clone())
    };
    let stage = Paying { intent: Key([7; 16]), amount: Money(4_000), stage: Stage::EnterPin };
    let running = |running| Sold { running: Some(running), ..sold() };
    let done = |view: &Sold| usher_web::desk::sell::sold(templates, view, words);
    let told_sold = Notice::Taken { amount: Money(4_000), change: Money(1_000) };
    vec![
        ("desk-sell-part", page(&sale())),
        ("desk-sell-part-wrong", page(&told(Said::PartWrong))),
        ("desk-sell-part-due", page(&told(Said::DueWrong))),
        ("desk-sell-part-name", page(&told(Said::BookedLacksName))),
        (
            "desk-sell-part-cancelled",
            page(&Sale { plays_on: None, ..sell::sale(after(Last::Cancelled)) }),
        ),
        ("desk-sell-sold-due", done(&sold())),
        ("desk-sell-sold-paying", done(&running(paying(Standing::Paying(stage))))),
        ("desk-sell-sold-decide", done(&running(undecided(true)))),
        ("desk-sell-sold-parts", {
            let payments = vec![card(6_000, 0), cash(4_000, 0)];
            done(&Sold { payments, pay: None, told: Some(told_sold), ..sold() })
        }),
    ]
}
