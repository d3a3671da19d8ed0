//! Held tickets: one line for what a cart holds of a performance, the soonest end on top.
//!
//! Loading the page again is its refresh; it has no form and no script. Next: `letter.rs`.

use super::around;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::place;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::cart::State;
use usher_rules::view::desk::cart::{Held, HeldTickets};

pub fn page(templates: &Templates, view: &HeldTickets, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let next = view.next.map(|(until, cart)| format!("/desk/carts?after={}_{cart}", until.0));
    let page = context! {
        holds => view.holds.iter().map(|held| line(&pen, held)).collect::<Vec<_>>(),
        next,
        ..around(&pen, &view.around)
    };
    pen.page("desk-carts.html", &pen.say("held-heading"), "carts", page)
}

fn line(pen: &Pen<'_>, held: &Held) -> Value {
    let (mark, icon, id) = match held.state {
        State::Active | State::CheckingOut => ("ok", "dot", "cart-active"),
        State::Completed => ("", "tick", "cart-completed"),
        State::CheckoutError => ("bad", "bar", "cart-checkout-error"),
        State::ClosedByPatron => ("", "ring", "cart-closed-patron"),
        State::ClosedBySystem => ("", "ring", "cart-closed-system"),
        State::ClosedByOperator => ("meh", "bar", "cart-closed-operator"),
    };
    let group = match held.state {
        State::Active | State::CheckingOut => "held-active",
        State::Completed
        | State::CheckoutError
        | State::ClosedByPatron
        | State::ClosedBySystem
        | State::ClosedByOperator => "held-expired",
    };
    let performance =
        [("title", held.title.as_str().into()), ("when", pen.times.moment(held.starts).into())];
    context! {
        code => held.code.to_string(),
        cart => held.cart.to_string(),
        performance => pen.words.tell("held-performance", &performance),
        count => held.places.len(),
        places => place::phrase(&held.places, pen.words),
        mark,
        icon,
        group => pen.say(group),
        state => pen.say(id),
        note => (held.state == State::CheckingOut).then(|| pen.say("cart-checking-out")),
        until => pen.times.moment(held.until),
    }
}
