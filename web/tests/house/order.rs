//! Orders at the desk of the invented house: found, opened, and given back.
//!
//! Sold on a busy evening; nobody here is real.

use super::staff::around;
use super::{NOW, at, seat};
use usher_rules::Key;
use usher_rules::at::Span;
use usher_rules::fee::FeeLine;
use usher_rules::id::{BoxNo, CartId, OrderId, TicketId, compose};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause};
use usher_rules::tax::assess;
use usher_rules::tender::State;
use usher_rules::view::desk::order::{
    AtPad, Chosen, Exchange, Glance, Notice, Opened, Orders, Paid, Posting, Refund, Running,
    Ticket, Which,
};
use usher_rules::view::desk::pad::Stage;
use usher_rules::view::desk::payment::{How, Share};
use usher_rules::view::desk::sell::{Decider, Paying, Standing, Typed, Undecided};
use usher_rules::view::order::TicketState;
use usher_web::desk::order;
use usher_web::{Html, Templates, Words};

pub fn glance(no: u64, buyer: &str) -> Glance {
    Glance {
        order: OrderId(compose(BoxNo(2), no)),
        placed: NOW - Span::hours(2),
        buyer: buyer.to_owned(),
        email: "ada@harbourmail.example".to_owned(),
        tickets: 2,
        total: Money(7_000),
        refunded: Money(3_500),
        due: Money::ZERO,
        until: None,
        overdue: false,
        back: Money::ZERO,
    }
}

fn ticket(no: u64, state: TicketState) -> Ticket {
    Ticket {
        ticket: TicketId(compose(BoxNo(2), no)),
        title: "The Tide Clock".to_owned(),
        starts: at(0, 19, 30),
        place: seat("Stalls", "F", "12"),
        level_name: "Adult".to_owned(),
        price: Money(3_500),
        cancelled: None,
        refundable: state == TicketState::Valid,
        chosen: state == TicketState::Valid,
        state,
    }
}

fn posting(cause: Cause, owed: i64, account: Account) -> Posting {
    let lines = vec![(Account::Receivable, Money(owed)), (account, Money(-owed))];
    Posting { at: NOW, cause, lines, owed: Money(owed) }
}

fn exchange_fee() -> FeeLine {
    let amount = assess(Money(400), &[]);
    FeeLine { fee: 2, name: "Exchange fee".to_owned(), count: 2, each: Money(200), amount }
}

pub fn opened() -> Opened {
    Opened {
        around: around(),
        glance: glance(41, "Ada Merrow"),
        tickets: vec![
            ticket(90, TicketState::Valid),
            ticket(91, TicketState::Cancelled { at: NOW }),
            ticket(92, TicketState::In { at: NOW }),
            ticket(93, TicketState::Out { at: NOW }),
            ticket(95, TicketState::PerformanceCancelled),
            ticket(94, TicketState::Replaced { at: NOW, by: OrderId(compose(BoxNo(2), 42)) }),
        ],
        fees: vec![exchange_fee()],
        paid: Paid::Cash { till: "Foyer left".to_owned() },
        payments: Vec::new(),
        pay: None,
        owed_back: Vec::new(),
        at_pad: None,
        running: None,
        decider: Decider::Yes,
        typed: Typed::default(),
        refunds: vec![Refund {
            at: NOW,
            by: "Nkem Abara".to_owned(),
            tickets: 1,
            amount: Money(3_500),
            reason: "Fell ill".to_owned(),
            to_card: false,
            onward: None,
            overdue: None,
        }],
        postings: vec![
            posting(Cause::Sale, 7_000, Account::DeferredTickets),
            posting(Cause::CashPayment, -7_000, Account::DrawerCash),
            posting(Cause::Refund, -3_500, Account::FeeRevenue),
            posting(Cause::CashRefund, 3_500, Account::DrawerCash),
            posting(Cause::CardPayment, -1, Account::CardClearing),
            posting(Cause::CardRefund, 1, Account::TaxPayable),
            posting(Cause::Float, 0, Account::Bank),
            posting(Cause::OverShort, 0, Account::OverShort),
            posting(Cause::Exchange, -3_500, Account::DeferredTickets),
            posting(Cause::Transfer, 3_500, Account::TransferClearing),
        ],
        balance: Money::ZERO,
        may_refund: true,
        chosen: None,
        origin: None,
        exchanges: Vec::new(),
        exchanging: None,
        form_key: "KEY".to_owned(),
        notice: None,
    }
}

fn at_pad() -> Paid {
    Paid::AtPad {
        pad: "Foyer pad".to_owned(),
        brand: "Visa".to_owned(),
        last_four: "4242".to_owned(),
        approval: "A7".to_owned(),
    }
}

fn chosen(amount: i64) -> Option<Chosen> {
    let tickets = vec![TicketId(compose(BoxNo(2), 90))];
    let cash = Share { how: How::Cash { till: String::new() }, amount: Money(amount) };
    let shares = if amount == 0 { Vec::new() } else { vec![cash] };
    let (reason, worth) = ("Fell ill".to_owned(), Money(amount));
    let fees = vec![exchange_fee()];
    Some(Chosen { tickets, reason, shares, worth, credit: worth, fees })
}

/// What goes back to a card, and a rest of it in cash.
fn to_card() -> Option<Chosen> {
    let booking = super::sell::booking();
    let how = How::Card { pad: "Foyer pad".to_owned(), booking };
    chosen(500).map(|one| {
        let card = Share { how, amount: Money(3_000) };
        Chosen { shares: [vec![card], one.shares].concat(), ..one }
    })
}

/// Through the gateway of the shop.
fn in_shop() -> Option<Chosen> {
    let share = Share { how: How::Online, amount: Money(3_500) };
    chosen(3_500).map(|one| Chosen { shares: vec![share], ..one })
}

fn undecided(why: &str, can_be_sold: bool) -> Running {
    let undecided = Undecided {
        intent: Key([7; 16]),
        amount: Money(3_500),
        since: NOW - Span::minutes(4),
        no: 17,
        pad: why.to_owned(),
        why: why.to_owned(),
        booking: None,
        can_be_sold,
    };
    Running {
        towards: false,
        online: false,
        standing: Standing::Undecided,
        undecided: Some(undecided),
    }
}

/// A refund at a pad, step by step.
fn running() -> Vec<(&'static str, Running)> {
    let stage = |stage| Paying { intent: Key([7; 16]), amount: Money(3_500), stage };
    let of = |standing| Running { towards: false, online: false, standing, undecided: None };
    vec![
        ("desk-order-card", of(Standing::Paying(stage(Stage::InsertCard)))),
        ("desk-order-stopping", of(Standing::Paying(stage(Stage::Stopping)))),
        ("desk-order-unknown", of(Standing::Unknown { since: NOW, why: String::new() })),
        ("desk-order-undecided", undecided("Nothing was heard", true)),
        ("desk-order-undone", undecided("3500 was to go back and 1 was booked", false)),
    ]
}

/// A refund through the gateway of the shop, step by step.
fn running_online() -> Vec<(&'static str, Running)> {
    let of = |standing| Running { towards: false, online: true, standing, undecided: None };
    let (intent, amount, stage) = (Key([7; 16]), Money(3_500), Stage::Wait);
    let person = |can_be_sold| {
        let online = undecided("", can_be_sold);
        Running { online: true, ..online }
    };
    vec![
        ("desk-order-web-asked", of(Standing::Paying(Paying { intent, amount, stage }))),
        ("desk-order-web-unknown", of(Standing::Unknown { since: NOW, why: String::new() })),
        ("desk-order-web-undecided", person(true)),
        ("desk-order-web-undone", person(false)),
    ]
}

/// An order that was exchanged, in part: what came over, what is owed, and where that goes.
fn exchanged() -> Vec<(&'static str, Opened)> {
    let other = |no| OrderId(compose(BoxNo(2), no));
    let cash = |amount| Share { how: How::Cash { till: String::new() }, amount: Money(amount) };
    let far = |amount| Share { how: How::Order(other(40)), amount: Money(amount) };
    let booking = super::sell::booking();
    let card = How::Card { pad: "Foyer pad".to_owned(), booking };
    let card = |amount| vec![Share { how: card.clone(), amount: Money(amount) }];
    let made = Exchange {
        at: NOW,
        by: "Nkem Abara".to_owned(),
        reason: "Wants to sit nearer".to_owned(),
        tickets: 1,
        worth: Money(3_500),
        to: other(42),
        waived: Some(Money(200)),
    };
    let base = Opened { exchanges: vec![made], balance: Money(-1_500), ..opened() };
    let of = |owed_back: Vec<Share>| Opened { owed_back, ..base.clone() };
    let origin = Some((other(40), Money(2_000)));
    let ask = chosen(3_500).map(|one| Chosen { shares: vec![far(3_500)], ..one });
    vec![
        ("desk-order-owed", of(vec![cash(1_500)])),
        ("desk-order-owed-card", Opened { paid: at_pad(), ..of(card(1_500)) }),
        ("desk-order-owed-far", Opened { origin, ..of(vec![cash(500), far(1_000)]) }),
        ("desk-order-ask-far", Opened { chosen: ask, origin, paid: Paid::Exchanged, ..opened() }),
        ("desk-order-exchanging", Opened { exchanging: Some(CartId(9)), ..opened() }),
        (
            "desk-order-ask-online",
            Opened { paid: Paid::Online { captured: true }, chosen: in_shop(), ..opened() },
        ),
    ]
}

fn orders(find: &str, found: Vec<Glance>) -> Orders {
    let next = found.first().map(|one| one.order);
    let (which, sum) = (Which::All, None);
    Orders { around: around(), which, sum, find: find.to_owned(), found, next }
}

/// Whatever a buyer or a terminal wrote.
pub fn evil(text: &str) -> Opened {
    let mut view = opened();
    (view.glance.buyer, view.glance.email) = (text.to_owned(), text.to_owned());
    view.refunds[0].reason = text.to_owned();
    view.tickets[0].title = text.to_owned();
    view.chosen = chosen(1).map(|one| Chosen { reason: text.to_owned(), ..one });
    let (state, amount, changed) = (State::NotCharged, Money(1), NOW);
    view.at_pad = Some(AtPad { towards: false, state, amount, changed, why: text.to_owned() });
    view.running = Some(undecided(text, true));
    let typed = || text.to_owned();
    view.typed = Typed { evidence: typed(), name: typed(), reason: typed(), ..Typed::default() };
    view
}

pub fn evil_list(text: &str) -> Orders {
    orders(text, vec![glance(41, text)])
}

pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let page = |view: &Opened| order::page(templates, view, words);
    let list = |view: &Orders| order::list(templates, view, words);
    let mut all = vec![
        ("desk-orders", list(&orders("", vec![glance(41, "Ada Merrow"), glance(40, "")]))),
        ("desk-orders-none", list(&orders("Nobody", Vec::new()))),
        ("desk-order", page(&opened())),
        ("desk-order-cashier", page(&Opened { may_refund: false, ..opened() })),
        ("desk-order-ask", page(&Opened { chosen: chosen(3_500), ..opened() })),
        ("desk-order-ask-nothing", page(&Opened { chosen: chosen(0), ..opened() })),
        ("desk-order-ask-card", page(&Opened { chosen: to_card(), paid: at_pad(), ..opened() })),
        ("desk-order-free", page(&Opened { paid: Paid::Nothing, ..opened() })),
    ];
    for captured in [true, false] {
        all.push((
            "desk-order-online",
            page(&Opened { paid: Paid::Online { captured }, ..opened() }),
        ));
    }
    for state in [State::Captured, State::Declined, State::Cancelled, State::NotCharged] {
        let (amount, changed) = (Money(3_500), NOW);
        let newest =
            AtPad { towards: false, state, amount, changed, why: "05 Do not honour".to_owned() };
        let view = Opened { at_pad: Some(newest), paid: at_pad(), ..opened() };
        all.push(("desk-order-at-pad", page(&view)));
    }
    for (name, view) in exchanged() {
        all.push((name, page(&view)));
    }
    for (name, running) in running() {
        let view = Opened { running: Some(running), paid: at_pad(), ..opened() };
        all.push((name, page(&view)));
    }
    for (name, running) in running_online() {
        let paid = Paid::Online { captured: true };
        all.push((name, page(&Opened { running: Some(running), paid, ..opened() })));
    }
    for decider in [Decider::ProveFirst, Decider::No] {
        let running = Some(undecided("Nothing was heard", true));
        all.push(("desk-order-decider", page(&Opened { running, decider, ..opened() })));
    }
    for notice in [
        Notice::NoneChosen,
        Notice::Reason { max: 120 },
        Notice::Over,
        Notice::PerformanceOver,
        Notice::Used,
        Notice::CapturePending,
        Notice::BatchClosing,
        Notice::Running,
        Notice::Exchanging,
        Notice::NotPaid,
        Notice::NoTill,
        Notice::DrawerShort { due: Money(3_500) },
        Notice::PadBusy,
        Notice::NoPad,
        Notice::Changed,
        Notice::DecisionLacks { fields: vec!["evidence", "name", "reason"] },
        Notice::GivenBefore,
    ] {
        all.push(("desk-order-told", page(&Opened { notice: Some(notice), ..opened() })));
    }
    all
}
