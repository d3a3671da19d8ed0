//! Exchanges on the page of an order: what was given up, what it costs, what runs.
//!
//! Never says what goes back: `desk/order.rs` does. Next: `rules/exchange.rs`.

use super::address;
use crate::desk::sell::sale;
use crate::layout::Pen;
use minijinja::{Value, context};
use usher_rules::fee::FeeLine;
use usher_rules::id::{CartId, OrderId};
use usher_rules::money::Money;
use usher_rules::view::desk::order::Exchange;

/// The order that tickets of this one were exchanged from.
pub(super) fn came_from(pen: &Pen<'_>, (order, amount): (OrderId, Money)) -> Value {
    context! { id => order.to_string(), href => address(order), amount => pen.money(amount) }
}

pub(super) fn made(pen: &Pen<'_>, one: &Exchange) -> Value {
    context! {
        at => pen.times.moment(one.at),
        by => &one.by,
        reason => &one.reason,
        tickets => one.tickets,
        worth => pen.money(one.worth),
        waived => one.waived.map(|fee| {
            pen.words.tell("exchange-fee-waived", &[("fee", pen.money(fee).into())])
        }),
        to => one.to.to_string(),
        href => address(one.to),
    }
}

/// What an exchange costs beside the tickets, a line of the new order.
pub(super) fn fee(pen: &Pen<'_>, one: &FeeLine) -> String {
    let parts = [
        ("name", one.name.as_str().into()),
        ("count", one.count.into()),
        ("each", pen.money(one.each).into()),
        ("amount", pen.money(one.amount.gross).into()),
    ];
    pen.words.tell("exchange-fee", &parts)
}

pub(super) fn running(pen: &Pen<'_>, cart: CartId) -> Value {
    let number = [("sale", cart.to_string().into())];
    context! { words => pen.words.tell("exchange-runs", &number), href => sale::address(cart) }
}
