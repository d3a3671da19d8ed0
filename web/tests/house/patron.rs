//! Patrons of the invented house: the newest, found by words and by a number, one with orders.
//!
//! Nobody here is real.

use super::staff::around;
use super::{NOW, at};
use usher_rules::at::Span;
use usher_rules::id::{BoxNo, CartId, OrderId, PatronId, TicketId, compose};
use usher_rules::money::Money;
use usher_rules::patron::Details;
use usher_rules::view::desk::patron::{Bought, Found, Glance, Opened, Patrons};
use usher_web::desk::patron;
use usher_web::{Html, Templates, Words};

fn id(no: u64) -> u64 {
    compose(BoxNo(2), no)
}

pub fn glance() -> Glance {
    Glance {
        patron: PatronId(id(7)),
        name: "Marianne Oakes".to_owned(),
        email: "marianne.oakes@harbourmail.example".to_owned(),
        phone: "+441632960101".to_owned(),
        last: Some(NOW - Span::hours(50)),
    }
}

fn plain() -> Glance {
    let (name, nothing) = ("Joss Vasey".to_owned(), String::new);
    Glance { patron: PatronId(id(6)), name, email: nothing(), phone: nothing(), last: None }
}

fn bought(at_counter: bool, by_ticket: Option<TicketId>) -> Bought {
    Bought {
        order: OrderId(id(104_233)),
        by_ticket,
        when: at(0, 18, 40),
        titles: vec!["The Lamplighter’s Daughter".to_owned(), "Salt".to_owned()],
        tickets: 3,
        total: Money(14_050),
        buyer: "Marianne Oakes".to_owned(),
        at_counter,
    }
}

pub fn list(find: &str) -> Patrons {
    let patrons = vec![glance(), plain()];
    Patrons {
        around: around(),
        find: find.to_owned(),
        sale: None,
        found: Found { patrons, more: false, orders: Vec::new() },
        next: None,
        form_key: "k31".to_owned(),
        typed: Details::default(),
        wrong: Vec::new(),
    }
}

pub fn one() -> Opened {
    let glance = glance();
    let typed = Details { name: glance.name.clone(), email: glance.email, phone: glance.phone };
    Opened {
        around: around(),
        patron: glance.patron,
        name: glance.name,
        since: at(0, 9, 0),
        form_key: "k32".to_owned(),
        typed,
        wrong: Vec::new(),
        orders: vec![bought(true, None), bought(false, None)],
        more: true,
    }
}

pub fn evil_list(evil: &str) -> Patrons {
    let text = || evil.to_owned();
    let mut view = list(evil);
    view.typed = Details { name: text(), email: text(), phone: text() };
    view.wrong = vec!["name", "email", "phone"];
    let one = &mut view.found.patrons[0];
    (one.name, one.email, one.phone) = (text(), text(), text());
    view.sale = Some(CartId(id(9)));
    view.found.orders = vec![Bought { buyer: text(), titles: vec![text()], ..bought(true, None) }];
    view
}

pub fn evil_one(evil: &str) -> Opened {
    let text = || evil.to_owned();
    let orders = vec![Bought { buyer: text(), titles: vec![text()], ..bought(true, None) }];
    let typed = Details { name: text(), email: text(), phone: text() };
    Opened { name: text(), typed, orders, ..one() }
}

pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let page = |view: &_| patron::list(templates, view, words);
    let newest = Patrons { next: Some(PatronId(id(6))), ..list("") };
    let mut many = list("oakes");
    many.found.more = true;
    let nobody = Patrons { found: Found::default(), ..list("nobody") };
    let empty = Patrons { found: Found::default(), ..list("") };
    let for_sale = Patrons { sale: Some(CartId(id(9))), ..many.clone() };
    let ticket = Some(TicketId(id(104_233)));
    let mut number = list("2-104233");
    number.found.orders = vec![bought(true, None), bought(false, ticket)];
    let mut wrong = list("");
    wrong.typed = Details { phone: "two".to_owned(), ..Details::default() };
    wrong.wrong = vec!["name", "phone"];
    let none = Opened { orders: Vec::new(), more: false, ..one() };
    let unsaved = Opened { wrong: vec!["email"], ..one() };
    let one = |view: &_| patron::page(templates, view, words);
    vec![
        ("desk-patrons", page(&newest)),
        ("desk-patrons-found", page(&many)),
        ("desk-patrons-none", page(&nobody)),
        ("desk-patrons-empty", page(&empty)),
        ("desk-patrons-for-sale", page(&for_sale)),
        ("desk-patrons-number", page(&number)),
        ("desk-patrons-wrong", page(&wrong)),
        ("desk-patron", one(&self::one())),
        ("desk-patron-new", one(&none)),
        ("desk-patron-wrong", one(&unsaved)),
    ]
}
