//! What an order was paid with and what is still to be paid, on the pages of the desk.
//!
//! Forms below `/desk/orders/{order}`: `cash` and `card` (`key`, `amount`, `given`, `shown`,
//! `from`). Never adds anything up. Next: `desk/order.rs`, `desk/sell/sold.rs`.

use super::order::address;
use super::sell::sale::{card_words, pad_words};
use crate::layout::Pen;
use crate::time::business_date;
use minijinja::{Value, context};
use usher_rules::BusinessDay;
use usher_rules::money::Money;
use usher_rules::view::desk::payment::{How, Pay, Payment, Share};

pub(super) fn payments(pen: &Pen<'_>, all: &[Payment]) -> Vec<Value> {
    let one = |one: &Payment| {
        context! {
            at => pen.times.moment(one.at),
            how => how(pen, &one.how),
            amount => pen.money(one.amount),
            back => (one.back != Money::ZERO).then(|| pen.money(one.back)),
        }
    };
    all.iter().map(one).collect()
}

/// In the words of the page, with all that tells one card from another.
pub(super) fn how(pen: &Pen<'_>, how: &How) -> String {
    match how {
        How::Cash { till } => pen.words.tell("paid-cash", &[("till", till.as_str().into())]),
        How::Card { pad, booking } => {
            let parts = [
                ("pad", pad.as_str().into()),
                ("brand", booking.brand.as_str().into()),
                ("last", booking.last_four.as_str().into()),
                ("approval", booking.approval.as_str().into()),
            ];
            pen.words.tell("paid-at-pad", &parts)
        }
        How::Online => pen.say("paid-online"),
        How::Order(order) => {
            pen.words.tell("exchange-less", &[("order", order.to_string().into())])
        }
    }
}

/// One act of giving back, as a button says it.
pub(super) fn act(pen: &Pen<'_>, share: &Share) -> String {
    let amount = pen.money(share.amount);
    match &share.how {
        How::Cash { .. } => pen.words.tell("back-act-cash", &[("amount", amount.into())]),
        How::Card { booking, .. } => {
            let card = card_words(pen, booking);
            let args = [("amount", amount.into()), ("card", card.into())];
            pen.words.tell("back-act-card", &args)
        }
        How::Online => pen.words.tell("back-act-online", &[("amount", amount.into())]),
        How::Order(order) => {
            let args = [("amount", amount.into()), ("order", order.to_string().into())];
            pen.words.tell("back-act-order", &args)
        }
    }
}

/// The day until which something is due, and whether that is over.
pub(super) fn until(pen: &Pen<'_>, until: Option<BusinessDay>, overdue: bool) -> Option<String> {
    let day = pen.times.dated(business_date(until?));
    let id = if overdue { "due-overdue" } else { "due-until" };
    Some(pen.words.tell(id, &[("day", day.into())]))
}

/// What is still to be paid, with its form; `from` is the page it is pressed on.
pub(super) fn pay(pen: &Pen<'_>, pay: &Pay, key: &str, from: &str) -> Value {
    let (ready, pad, why) = match &pay.pad {
        Some(pad) => pad_words(pen, pad),
        None => (false, String::new(), String::new()),
    };
    let said = |id: &str| pen.words.tell(id, &[("amount", "{amount}".into())]);
    context! {
        due => pen.money(pay.due),
        until => until(pen, pay.until, pay.overdue),
        overdue => pay.overdue,
        href => address(pay.order),
        key,
        from,
        shown => pay.due.0,
        open => pay.pad.is_some(),
        card => ready,
        pad,
        why,
        amount => &pay.amount,
        given => &pay.given,
        sample => pen.money(Money::ZERO),
        change_words => said("sell-change-js"),
        short_words => said("sell-short-js"),
    }
}
