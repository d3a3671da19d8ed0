//! Letters as they are mailed: subject, plain text, HTML, and what is attached.
//!
//! Loads nothing from anywhere: codes are attached pictures, tickets a PDF, dates an .ics.
//! Knows no SMTP and keeps nothing. Next: `ticket_pdf.rs`, `cloud/mail`.

use crate::calendar;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::order;
use crate::place;
use crate::qr;
use crate::sums;
use crate::ticket_pdf::{self, PdfFault};
use crate::time::business_date;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::BusinessDay;
use usher_rules::id::written;
use usher_rules::money::Money;
use usher_rules::tender::pad::Receipt;
use usher_rules::view::letter::{Body, GoesBack, Letter};
use usher_rules::view::order::{Order, State, Visit};

/// Codes shown as pictures inside the letter; all of them are in the PDF.
const PICTURES_MAX: usize = 12;

/// A letter ready to be put into an envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    pub subject: String,
    pub html: String,
    pub text: String,
    pub attachments: Vec<Attachment>,
    /// What was wrong with the venue's own template, when the embedded one stood in for it.
    pub fault: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    pub name: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
    /// A picture that the HTML shows as `cid:<id>`; `None` is a file beside the letter.
    pub content_id: Option<String>,
}

/// Writes the letter. Fails only if a PDF cannot be made.
pub fn write(templates: &Templates, letter: &Letter, words: &Words) -> Result<Mail, PdfFault> {
    match &letter.body {
        Body::Confirmation { order, receipts } => {
            confirmation(templates, letter, (order, receipts), words)
        }
        Body::Cancelled { order, unpaid_by, owed } => {
            Ok(cancelled(templates, letter, (order, *unpaid_by, *owed), words))
        }
        Body::PerformanceCancelled { order, goes_back } => {
            Ok(performance_cancelled(templates, letter, (order, *goes_back), words))
        }
    }
}

/// What was not paid in time, and what of it is the customer's.
fn cancelled(
    templates: &Templates,
    letter: &Letter,
    (order, unpaid_by, owed): (&Order, Option<BusinessDay>, Money),
    words: &Words,
) -> Mail {
    let pen = Pen::new(templates, &order.frame, words);
    let day = unpaid_by.map(|day| pen.times.dated(business_date(day))).unwrap_or_default();
    let about = [
        ("order", written(order.order.0).into()),
        ("day", day.into()),
        ("owed", pen.money(owed).into()),
    ];
    let title = order.visits.first().map(|visit| visit.title.clone()).unwrap_or_default();
    let subject = words.tell("letter-subject-cancelled", &[("title", title.into())]);
    let intro = if owed > Money::ZERO { "letter-cancelled-owed" } else { "letter-cancelled" };
    told(&pen, letter, order, &subject, &words.tell(intro, &about))
}

/// What does not take place, why, and how the money comes back.
fn performance_cancelled(
    templates: &Templates,
    letter: &Letter,
    (order, goes_back): (&Order, GoesBack),
    words: &Words,
) -> Mail {
    let pen = Pen::new(templates, &order.frame, words);
    let visit = order.visits.first();
    let why = visit.and_then(|visit| visit.cancelled.as_deref()).map(order::sentence);
    let why = why.unwrap_or_default();
    let about = [
        ("title", visit.map(|visit| visit.title.clone()).unwrap_or_default().into()),
        ("when", visit.map(|visit| pen.times.moment(visit.starts)).unwrap_or_default().into()),
        ("why", why.into()),
    ];
    let subject = words.tell("letter-subject-performance-cancelled", &about);
    let money = match goes_back {
        GoesBack::Card => "letter-performance-cancelled-card",
        GoesBack::Counter => "letter-performance-cancelled-counter",
        GoesBack::Nothing => "letter-performance-cancelled-nothing",
    };
    let intro = words.tell("letter-performance-cancelled", &about);
    told(&pen, letter, order, &subject, &format!("{intro} {}", words.say(money)))
}

/// A letter that tells what became of tickets.
fn told(pen: &Pen<'_>, letter: &Letter, order: &Order, subject: &str, intro: &str) -> Mail {
    let (words, venue) = (pen.words, &order.frame.venue);
    let about = [
        ("name", letter.to_name.as_str().into()),
        ("email", venue.email.as_str().into()),
        ("phone", venue.phone.as_str().into()),
    ];
    let subject = one_line(subject);
    let mut pictures = Vec::new();
    let visits: Vec<Value> =
        order.visits.iter().map(|visit| visit_value(pen, visit, &mut pictures)).collect();
    let hello = if letter.to_name.is_empty() { "letter-hello-plain" } else { "letter-hello-name" };
    let page = context! {
        hello => words.tell(hello, &about),
        intro,
        open => words.say("letter-open-cancelled"),
        url => format!("{}{}", venue.site, order::address(order)),
        visits,
        sums => Value::from(()),
        receipts => Vec::<String>::new(),
        help => words.tell("letter-help", &about),
        why => words.say("letter-why"),
    };
    let html = pen.page("letter.html", &subject, "", page.clone());
    let text = pen.page("letter.txt", &subject, "", page);
    let fault = fault_of(&html, &text);
    let (html, text) = (html.into_string(), text.into_string());
    Mail { subject, html, text, attachments: pictures, fault }
}

fn confirmation(
    templates: &Templates,
    letter: &Letter,
    (order, receipts): (&Order, &[Receipt]),
    words: &Words,
) -> Result<Mail, PdfFault> {
    let pen = Pen::new(templates, &order.frame, words);
    let venue = &order.frame.venue;
    let number = written(order.order.0);
    let total = pen.money(order.sums.total);
    let (due, until) = order::due(&pen, order);
    let intro = match order.state {
        State::Booked { until: Some(_), .. } => "letter-booked",
        State::Booked { until: None, .. } => "letter-booked-now",
        State::Paid | State::Confirming | State::NotCompleted => "letter-intro",
    };
    let booked = intro != "letter-intro";
    let about = [
        ("due", due.into()),
        ("day", until.into()),
        ("order", number.into()),
        ("total", total.into()),
        ("name", letter.to_name.as_str().into()),
        ("email", venue.email.as_str().into()),
        ("phone", venue.phone.as_str().into()),
    ];
    let mut pictures = Vec::new();
    let visits: Vec<Value> =
        order.visits.iter().map(|visit| visit_value(&pen, visit, &mut pictures)).collect();
    let subject = subject(&pen, order);
    let hello = if letter.to_name.is_empty() { "order-thanks-plain" } else { "letter-hello" };
    let page = context! {
        hello => words.tell(hello, &about),
        intro => words.tell(intro, &about),
        open => words.say(if booked { "letter-open-booked" } else { "letter-open" }),
        url => format!("{}{}", venue.site, order::address(order)),
        visits,
        sums => sums::sums(&pen, &order.sums, if booked { "sum-pay" } else { "sum-paid" }),
        receipt_title => words.say("receipt-customer"),
        receipts => receipts.iter().map(|one| one.lines.join("\n")).collect::<Vec<_>>(),
        help => words.tell("letter-help", &about),
        why => words.say("letter-why"),
    };
    let html = pen.page("letter.html", &subject, "", page.clone());
    let text = pen.page("letter.txt", &subject, "", page);
    let fault = fault_of(&html, &text);
    let visit = calendar::order(order, words).into_bytes();
    let mut attachments = vec![file("visit.ics".to_owned(), "text/calendar", visit)];
    if !booked {
        let tickets = ticket_pdf::write(order, words)?;
        attachments.insert(0, file(ticket_pdf::file_name(order), "application/pdf", tickets));
    }
    attachments.extend(pictures);
    let (html, text) = (html.into_string(), text.into_string());
    Ok(Mail { subject, html, text, attachments, fault })
}

fn fault_of(html: &Html, text: &Html) -> Option<String> {
    html.fault().or(text.fault()).map(str::to_owned)
}

fn file(name: String, content_type: &'static str, bytes: Vec<u8>) -> Attachment {
    Attachment { name, content_type, bytes, content_id: None }
}

fn subject(pen: &Pen<'_>, order: &Order) -> String {
    let title = |visit: &Visit| visit.title.clone();
    let subject = match order.visits.as_slice() {
        [first, ..] if matches!(order.state, State::Booked { .. }) => {
            pen.words.tell("letter-subject-booked", &[("title", title(first).into())])
        }
        [] => pen.words.tell("order-title", &[("order", written(order.order.0).into())]),
        [one] => {
            let when = pen.times.moment(one.starts);
            pen.words.tell("letter-subject", &[("title", title(one).into()), ("when", when.into())])
        }
        [first, ..] => pen.words.tell("letter-subject-more", &[("title", title(first).into())]),
    };
    one_line(&subject)
}

/// A header is one line, whatever a venue calls its productions.
fn one_line(subject: &str) -> String {
    subject.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn visit_value(pen: &Pen<'_>, visit: &Visit, pictures: &mut Vec<Attachment>) -> Value {
    let night = [
        ("doors", pen.times.clock(visit.doors_open).into()),
        ("starts", pen.times.clock(visit.starts).into()),
    ];
    let when = pen.times.moment(visit.starts);
    let line = [("when", when.into()), ("hall", visit.hall.as_str().into())];
    let tickets: Vec<Value> = visit
        .tickets
        .iter()
        .map(|ticket| {
            let number = written(ticket.ticket.0);
            let picture = picture(&ticket.code, &number, pictures.len());
            let content_id = picture.as_ref().and_then(|picture| picture.content_id.clone());
            pictures.extend(picture);
            let label = pen.words.tell("order-qr", &[("ticket", number.as_str().into())]);
            context! {
                place => place::line(&ticket.place, pen.words),
                level => &ticket.level_name,
                number,
                content_id,
                label,
            }
        })
        .collect();
    context! {
        title => &visit.title,
        when => pen.words.tell("perf-line", &line),
        night => visit.cancelled.is_none().then(|| pen.words.tell("letter-night", &night)),
        tickets,
    }
}

fn picture(code: &str, number: &str, so_far: usize) -> Option<Attachment> {
    if so_far >= PICTURES_MAX {
        return None;
    }
    Some(Attachment {
        name: format!("ticket-{number}.png"),
        content_type: "image/png",
        bytes: qr::png(code)?,
        content_id: Some(format!("ticket-{number}")),
    })
}
