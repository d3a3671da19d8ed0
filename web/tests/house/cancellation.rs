//! Cancelled performances of the invented house: none, one ahead, and one with every kind of order.
//!
//! Nobody here is real. Next: `batch.rs`.

use super::staff::around;
use super::{NOW, at, performance};
use usher_rules::at::Span;
use usher_rules::id::{BoxNo, OrderId, TicketId, compose};
use usher_rules::money::Money;
use usher_rules::tender::pad::Booking;
use usher_rules::view::desk::cancellation::{
    Cancellation, Cancellations, Glance, Line, Notice, Said, Stands, Sum,
};
use usher_rules::view::desk::payment::How;
use usher_web::desk::cancellation;
use usher_web::{Html, Templates, Words};

fn glance(no: u64, cancelled: bool) -> Glance {
    Glance {
        performance: performance(no),
        title: "The Lamplighter’s Daughter".to_owned(),
        hall: "Main House".to_owned(),
        starts: at(7, 19, 30),
        sold: 212,
        cancelled: cancelled.then_some(NOW - Span::hours(2)),
    }
}

fn list() -> Cancellations {
    let (ahead, cancelled) = (vec![glance(18, false), glance(19, false)], vec![glance(17, true)]);
    Cancellations { around: around(), ahead, cancelled, more: true }
}

fn line(no: u64, how: Option<How>, stands: Stands) -> Line {
    let id = |no| compose(BoxNo(2), no);
    Line {
        order: OrderId(id(no)),
        buyer: "Marianne Oakes".to_owned(),
        email: "marianne@harbourmail.example".to_owned(),
        phone: "+44 1632 960 199".to_owned(),
        tickets: vec![TicketId(id(no * 10)), TicketId(id(no * 10 + 1))],
        amount: if how.is_none() { Money::ZERO } else { Money(7_000) },
        how,
        without_card: false,
        stands,
    }
}

fn card() -> Option<How> {
    let (brand, last_four) = ("Mastercard".to_owned(), "4444".to_owned());
    let booking = Booking { brand, last_four, approval: "123456".to_owned(), ..Booking::default() };
    Some(How::Card { pad: "Foyer left".to_owned(), booking })
}

fn cancelled() -> Cancellation {
    let order = Some(How::Order(OrderId(compose(BoxNo(2), 7))));
    let cash = Some(How::Cash { till: "Foyer".to_owned() });
    Cancellation {
        around: around(),
        glance: glance(17, true),
        said: Some(Said {
            at: NOW - Span::hours(2),
            by: "Nkem Abara".to_owned(),
            reason: "The lead is ill.".to_owned(),
        }),
        open: Sum { orders: 9, tickets: 18, amount: Money(56_000) },
        at_once: Sum { orders: 3, tickets: 6, amount: Money(14_000) },
        lines: vec![
            line(104_201, Some(How::Online), Stands::Free),
            line(104_202, None, Stands::Free),
            line(104_203, order, Stands::Free),
            line(104_204, cash.clone(), Stands::Free),
            line(104_205, card(), Stands::Free),
            Line { without_card: true, ..line(104_206, card(), Stands::Free) },
            line(104_207, Some(How::Online), Stands::Running),
            line(104_208, card(), Stands::NeedsOperator),
            line(104_209, cash.clone(), Stands::Exchanging),
            line(104_210, Some(How::Online), Stands::CapturePending),
            Line { tickets: Vec::new(), ..line(104_211, cash, Stands::Free) },
        ],
        more: false,
        may_cancel: true,
        may_refund: true,
        form_key: "KEY".to_owned(),
        reason: String::new(),
        notice: None,
    }
}

fn ahead() -> Cancellation {
    Cancellation {
        glance: glance(18, false),
        said: None,
        at_once: Sum::default(),
        lines: Vec::new(),
        ..cancelled()
    }
}

/// Everything that somebody typed.
pub fn evil(evil: &str) -> Cancellation {
    let text = || evil.to_owned();
    let mut view = cancelled();
    (view.glance.title, view.glance.hall) = (text(), text());
    view.said = Some(Said { at: NOW, by: text(), reason: text() });
    for line in &mut view.lines {
        (line.buyer, line.email, line.phone) = (text(), text(), text());
    }
    view
}

pub fn evil_list(evil: &str) -> Cancellations {
    let mut view = list();
    (view.ahead[0].title, view.ahead[0].hall) = (evil.to_owned(), evil.to_owned());
    view
}

/// The list and each state of the page of one.
pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let page = |view: &Cancellation| cancellation::page(templates, view, words);
    let told = |notice| Cancellation { notice: Some(notice), ..cancelled() };
    let untold = |notice| Cancellation { notice: Some(notice), ..ahead() };
    let (lines, open, at_once) = (Vec::new(), Sum::default(), Sum::default());
    let done = Cancellation { lines, open, at_once, ..cancelled() };
    let nothing = Cancellations { ahead: Vec::new(), cancelled: Vec::new(), more: false, ..list() };
    let cashier = |view| Cancellation { may_cancel: false, may_refund: false, ..view };
    vec![
        ("desk-cancellations", cancellation::list(templates, &list(), words)),
        ("desk-cancellations-none", cancellation::list(templates, &nothing, words)),
        ("desk-cancellation", page(&cancelled())),
        ("desk-cancellation-more", page(&Cancellation { more: true, ..cancelled() })),
        ("desk-cancellation-done", page(&done)),
        ("desk-cancellation-cashier", page(&cashier(cancelled()))),
        ("desk-cancellation-ahead", page(&ahead())),
        ("desk-cancellation-ahead-cashier", page(&cashier(ahead()))),
        ("desk-cancellation-reason", page(&untold(Notice::Reason { max: 120 }))),
        ("desk-cancellation-over", page(&untold(Notice::Over))),
        ("desk-cancellation-before", page(&told(Notice::CancelledBefore))),
        ("desk-cancellation-begun", page(&told(Notice::Begun { orders: 3, not: 0 }))),
        ("desk-cancellation-not", page(&told(Notice::Begun { orders: 2, not: 1 }))),
        ("desk-cancellation-nothing", page(&told(Notice::NothingAtOnce))),
        ("desk-cancellation-closing", page(&told(Notice::BatchClosing))),
    ]
}
