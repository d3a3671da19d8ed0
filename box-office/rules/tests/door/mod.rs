//! A ticket, a performance and a device for the tests of the door, all of them in order.
//!
//! Facts are built by hand; nothing here touches a store. Next: `../admission.rs`.
#![allow(dead_code)] // Each test file uses its own part of it.

use std::sync::Arc;
use usher_rules::admission::{Admission, Facts, Found, Presence, Read};
use usher_rules::at::{At, Span};
use usher_rules::cart::Place;
use usher_rules::code::{CodeBody, Form};
use usher_rules::device::{Device, DeviceRow};
use usher_rules::id::{
    CategoryNo, DeviceNo, LevelNo, OrderId, PerformanceId, PlanId, ProductionId, SeatNo, TicketId,
};
use usher_rules::money::Money;
use usher_rules::performance::Performance;
use usher_rules::ticket::{self, Ticket};
use usher_rules::{Actor, Ask, BusinessDay};

pub const NOW: At = At(1_000_000_000);
pub const TODAY: BusinessDay = BusinessDay(11);

pub fn performance() -> Performance {
    Performance {
        no: 1,
        production: ProductionId(1),
        plan: PlanId(1),
        starts_at: NOW + Span::minutes(30),
        day: TODAY,
        hall: "Studio".into(),
        prices: Vec::new(),
        web_sale_opens: None,
        web_sale_ends: None,
        tickets_per_cart_max: None,
        doors_open: NOW - Span::minutes(30),
        last_admission: NOW + Span::hours(3),
        re_entry: None,
        min_leftover: None,
        relax: None,
        fire_limit: None,
        cancelled: None,
    }
}

pub fn found() -> Found {
    Found {
        id: TicketId(5),
        ticket: Ticket {
            order: OrderId(1),
            line: 1,
            performance: PerformanceId(7),
            place: Place::Seat(SeatNo(3)),
            level: LevelNo(1),
            category: CategoryNo(0),
            price: Money(3_500),
            code: CodeBody { key: 1, performance: 1, tag: 2, generation: 0 },
            state: ticket::State::Valid,
            blocked: false,
            replaced_at: None,
        },
        newest: true,
        performance: Arc::new(performance()),
        doors: Vec::new(),
        wheelchair: false,
        concession: false,
        balance: Money::ZERO,
        payment_problem: false,
        admission: None,
        inside: 0,
    }
}

pub fn device() -> DeviceRow {
    let device =
        Device { name: "Foyer".into(), door: "A".into(), enabled: true, performance: None };
    DeviceRow { device, bad: Vec::new(), locked_until: None }
}

pub fn record(presence: Presence, ins: u16, outs: u16) -> Admission {
    Admission {
        presence,
        first_in: Some(NOW - Span::minutes(9)),
        last_in: Some(NOW - Span::minutes(9)),
        last_out: (outs > 0).then_some(NOW - Span::minutes(4)),
        ins,
        outs,
        door: "B".into(),
        device: DeviceNo(2),
        scan: 40,
        again: false,
    }
}

pub fn ask(by: Actor) -> Ask {
    Ask { by, at: NOW, day: TODAY, random: [0; 32] }
}

/// What a door knows of a ticket that a code led to.
pub fn facts(found: Option<Found>) -> Facts {
    Facts {
        house: Arc::default(),
        device: Some(Arc::new(device())),
        read: Read::Code { form: Form::Keyed, found: found.map(Box::new) },
        performance: None,
        performance_id: None,
        may_lack_sales: false,
        next_seq: 41,
        earlier: None,
        standing: None,
        day: TODAY,
        attempt: None,
    }
}
