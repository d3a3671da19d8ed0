//! A finished sale: its number, the change, and what is printed of it, the same whenever opened.
//!
//! A receipt is made of what the sale left and of the words that the terminal gave; it holds no
//! time but that of the sale. Next: `ticket_pdf.rs` for the tickets.

use super::counter;
use super::sale::booked;
use crate::desk::{order, payment};
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::place;
use crate::sums;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::money::Money;
use usher_rules::tender::pad::{Copy, Receipt};
use usher_rules::view::desk::sell::{CameFrom, Paid, Sold};

/// The page after a sale.
pub fn sold(templates: &Templates, view: &Sold, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.counter.around.frame, words);
    let title = words.tell("order-title", &[("order", view.order.to_string().into())]);
    pen.page("desk-sell-sold.html", &title, "sell", page(&pen, view))
}

/// What is printed: our own receipt, and those of the card.
pub fn receipts(templates: &Templates, view: &Sold, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.counter.around.frame, words);
    let title = words.tell("receipt-title", &[("order", view.order.to_string().into())]);
    pen.page("desk-sell-receipts.html", &title, "sell", page(&pen, view))
}

/// The order that the tickets were exchanged from.
fn came_from(pen: &Pen<'_>, one: &CameFrom) -> Value {
    let order = [("order", one.order.to_string().into())];
    let owed = [("amount", pen.money(one.owed).into()), ("order", one.order.to_string().into())];
    context! {
        words => pen.words.tell("exchange-less", &order),
        amount => pen.money(one.amount),
        href => order::address(one.order),
        owed => (one.owed > Money::ZERO).then(|| pen.words.tell("sold-owed", &owed)),
    }
}

fn page(pen: &Pen<'_>, view: &Sold) -> Value {
    let number = view.order.to_string();
    let here = format!("/desk/sell/order/{number}");
    let (paid, facts, change) = paid(pen, view);
    let groups = view.sums.groups.iter().map(|group| {
        let lines = group.lines.iter().map(|line| {
            let place = place::line(&line.place, pen.words);
            let args = [("place", place.into()), ("level", line.level_name.as_str().into())];
            let words = pen.words.tell("line-level", &args);
            context! { words, price => pen.money(line.price) }
        });
        let when = sums::when(pen, group);
        context! { title => &group.title, when, lines => lines.collect::<Vec<_>>() }
    });
    let at_pad = view.at_pad.as_ref().filter(|_| view.running.is_none() && !paid_up(view));
    let receipt = |receipt: &Receipt| {
        let title = match receipt.copy {
            Copy::Customer => pen.say("receipt-customer"),
            Copy::Merchant => pen.say("receipt-merchant"),
        };
        let signed = receipt.signature_wanted;
        context! { title, text => receipt.lines.join("\n"), signed }
    };
    context! {
        order => number,
        paid => pen.say(match &view.pay {
            Some(_) => "sold-part",
            None if at_once(view) => paid,
            None => "sold-parts",
        }),
        facts,
        change,
        came_from => view.came_from.map(|one| came_from(pen, &one)),
        total => pen.money(view.sums.total),
        count => view.sums.tickets,
        groups => groups.collect::<Vec<_>>(),
        sums => sums::sums(pen, &view.sums, pay_label(view)),
        when => pen.times.moment(view.when),
        by => pen.words.tell("sold-by", &[
            ("cashier", view.cashier.as_str().into()), ("till", view.till.as_str().into()),
        ]),
        buyer => &view.buyer.name,
        mailed => (!view.buyer.email.is_empty()).then(|| {
            pen.words.tell("sold-mailed", &[("email", view.buyer.email.as_str().into())])
        }),
        payments => match at_once(view) {
            true => Vec::new(),
            false => payment::payments(pen, &view.payments),
        },
        pay => view.pay.as_ref().map(|one| payment::pay(pen, one, &view.form_key, "sale")),
        running => view.running.as_ref().map(|one| order::running(pen, one, &here)),
        at_pad => at_pad.and_then(|one| order::at_pad(pen, one)),
        told => view.told.as_ref().map(|one| order::notice(pen, one)),
        order_href => order::address(view.order),
        form_key => &view.form_key,
        by_card => matches!(view.paid, Paid::Card { .. }),
        receipts => view.receipts.iter().map(receipt).collect::<Vec<_>>(),
        tickets_href => format!("{here}/tickets.pdf"),
        receipts_href => format!("{here}/receipts"),
        here_href => here,
        ..counter(pen, &view.counter, "")
    }
}

/// How it was paid in a word, what there is to say of that, and the change.
fn paid(pen: &Pen<'_>, view: &Sold) -> (&'static str, Vec<Value>, Option<String>) {
    match &view.paid {
        Paid::Nothing if view.came_from.is_some() => ("sold-exchanged", Vec::new(), None),
        Paid::Nothing => ("sold-nothing", Vec::new(), None),
        Paid::Cash { given, change } => {
            let fact = |id: &str, text| context! { name => pen.say(id), text };
            let (given, back) = (pen.money(*given), pen.money(*change));
            let facts = vec![fact("sold-given", given), fact("sold-change", back.clone())];
            ("sold-cash", facts, Some(back))
        }
        Paid::Card { booking, card, cash } => {
            let mut facts = booked(pen, booking);
            let split = *cash > Money::ZERO;
            let parts = [("sold-by-card", card), ("sold-in-cash", cash)];
            let parts = parts.into_iter().filter(|_| split);
            facts.extend(
                parts.map(|(id, part)| context! { name => pen.say(id), text => pen.money(*part) }),
            );
            (if split { "sold-split" } else { "sold-card" }, facts, None)
        }
    }
}

/// All of it was paid at the sale itself.
fn at_once(view: &Sold) -> bool {
    view.pay.is_none() && view.payments.iter().all(|one| one.at == view.when)
}

fn pay_label(view: &Sold) -> &'static str {
    if view.pay.is_some() { "sum-pay" } else { "sum-paid" }
}

/// All is paid: what the last card did stands among the payments.
fn paid_up(view: &Sold) -> bool {
    view.pay.is_none()
}
