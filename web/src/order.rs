//! The order page: tickets with codes that a phone shows at the door, and what to know.
//!
//! Its address is the only key to it; it is never cached and never indexed. The code itself is
//! drawn, and written small below for a door that must type it. Next: `ticket_pdf.rs`,
//! `calendar.rs`, `letter.rs`.

use crate::html::{Html, Templates, url_part};
use crate::layout::Pen;
use crate::place;
use crate::qr;
use crate::sums;
use crate::time::business_date;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::id::written;
use usher_rules::view::order::{Order, State, Ticket, TicketState, Visit};

pub fn page(templates: &Templates, view: &Order, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let number = written(view.order.0);
    let (due, until) = due(&pen, view);
    let args = [
        ("due", due.into()),
        ("day", until.into()),
        ("order", number.as_str().into()),
        ("total", pen.money(view.sums.total).into()),
        ("name", view.buyer_name.as_str().into()),
    ];
    let cancelled =
        !view.visits.is_empty() && view.visits.iter().all(|one| one.cancelled.is_some());
    let (heading, body) = match view.state {
        State::Paid | State::Booked { .. } if cancelled => ("order-off-title", "order-off-body"),
        State::Paid if view.buyer_name.is_empty() => ("order-thanks-plain", "order-paid"),
        State::Paid => ("order-thanks", "order-paid"),
        State::Booked { until: Some(_), .. } => ("booked-title", "booked-body"),
        State::Booked { until: None, .. } => ("booked-title", "booked-body-now"),
        State::Confirming => ("confirming-title", "order-confirming-body"),
        State::NotCompleted => ("order-not-title", "order-not-body"),
    };
    let booked = matches!(view.state, State::Booked { .. });
    let paid = view.state == State::Paid;
    let address = address(view);
    let page = context! {
        heading => words.tell(heading, &args),
        body => words.tell(body, &args),
        confirming => view.state == State::Confirming,
        paid,
        booked,
        cancelled,
        visits => view.visits.iter().map(|visit| visit_value(&pen, visit)).collect::<Vec<_>>(),
        sums => sums::sums(&pen, &view.sums, if booked { "sum-pay" } else { "sum-paid" }),
        self_href => &address,
        pdf_href => format!("{address}/tickets.pdf"),
        ics_href => format!("{address}/calendar.ics"),
    };
    pen.page("order.html", &words.tell("order-title", &args), "order", page)
}

/// What is still due, and until when, in words; empty when nothing is.
pub(crate) fn due(pen: &Pen<'_>, view: &Order) -> (String, String) {
    match view.state {
        State::Booked { due, until } => {
            let until = until.map(|day| pen.times.dated(business_date(day)));
            (pen.money(due), until.unwrap_or_default())
        }
        State::Paid | State::Confirming | State::NotCompleted => Default::default(),
    }
}

/// Where the order stands on this site.
pub fn address(view: &Order) -> String {
    format!("/orders/{}", url_part(&view.token))
}

fn visit_value(pen: &Pen<'_>, visit: &Visit) -> Value {
    let doors = [
        ("doors", pen.times.clock(visit.doors_open).into()),
        ("starts", pen.times.clock(visit.starts).into()),
    ];
    let count = visit.tickets.len();
    let tickets: Vec<Value> = visit
        .tickets
        .iter()
        .enumerate()
        .map(|(index, ticket)| ticket_value(pen, ticket, index + 1, count))
        .collect();
    context! {
        title => &visit.title,
        when => sums_when(pen, visit),
        day => pen.times.day(pen.times.date(visit.starts)),
        time => pen.times.clock(visit.starts),
        doors => pen.words.tell("order-doors-at", &doors),
        doors_named => doors_named(pen, visit),
        tickets,
        cancelled => visit.cancelled.as_ref().map(|why| {
            let title = pen.say("order-visit-cancelled");
            let why = [("why", sentence(why).into())];
            let body = pen.words.tell("order-visit-cancelled-body", &why);
            context! { kind => "stop", title, body }
        }),
    }
}

/// What somebody typed, ended as a sentence is.
pub(crate) fn sentence(text: &str) -> String {
    let ended = text.is_empty() || text.ends_with(['.', '!', '?']);
    if ended { text.to_owned() } else { format!("{text}.") }
}

fn sums_when(pen: &Pen<'_>, visit: &Visit) -> String {
    let when = pen.times.moment(visit.starts);
    pen.words.tell("perf-line", &[("when", when.into()), ("hall", visit.hall.as_str().into())])
}

/// All doors of the visit, once each, in the order of the tickets.
pub(crate) fn doors_named(pen: &Pen<'_>, visit: &Visit) -> String {
    let mut doors: Vec<String> = Vec::new();
    for ticket in &visit.tickets {
        if !ticket.door.is_empty() && !doors.contains(&ticket.door) {
            doors.push(ticket.door.clone());
        }
    }
    place::join(&doors, pen.words)
}

fn ticket_value(pen: &Pen<'_>, ticket: &Ticket, nth: usize, count: usize) -> Value {
    let number = written(ticket.ticket.0);
    let label = pen.words.tell("order-qr", &[("ticket", number.as_str().into())]);
    let drawn = (!ticket.code.is_empty()).then(|| qr::svg(&ticket.code, &label)).flatten();
    let at =
        |id: &str, name: &'static str, text: String| pen.words.tell(id, &[(name, text.into())]);
    let note = match ticket.state {
        TicketState::Valid => String::new(),
        TicketState::In { at: when } => at("order-in", "time", pen.times.clock(when)),
        TicketState::Out { at: when } => at("order-out", "time", pen.times.clock(when)),
        TicketState::Cancelled { at: when } => {
            at("order-cancelled", "when", pen.times.moment(when))
        }
        TicketState::PerformanceCancelled => pen.say("order-ticket-off"),
        TicketState::Replaced { at: when, by } => {
            let args = [("when", pen.times.moment(when).into()), ("order", by.to_string().into())];
            pen.words.tell("order-replaced", &args)
        }
    };
    let (zone, seat) = place::ticket(&ticket.place, pen.words);
    context! {
        of => pen.words.tell("order-of", &[("nth", nth.into()), ("count", count.into())]),
        qr => drawn.map(Value::from_safe_string),
        number,
        code => &ticket.code,
        zone,
        seat,
        level => &ticket.level_name,
        door => &ticket.door,
        note,
    }
}
