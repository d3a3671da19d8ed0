//! `GET` and `POST /checkout`: the buyer, the card, and what the gateway said.
//!
//! Waits for the outcome as long as the gateway may take; after that the page says that payment
//! is being confirmed and looks again by itself. Back never loses the cart. Next: `shop/order.rs`.

use super::card;
use super::cart::owner;
use super::form::{Fields, act};
use crate::payment::{Paid, Payment, pay};
use crate::request::Guest;
use crate::respond;
use crate::wording::Trouble;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use usher_ledger::view::cart::seats_among;
use usher_ledger::view::checkout::{Typed, checkout};
use usher_ledger::view::order;
use usher_rules::Refusal;
use usher_rules::cart::{self, Cart, State as CartState};
use usher_rules::checkout::{EMAIL_CHARS_MAX, NAME_CHARS_MAX, mailable};
use usher_rules::id::{CartId, OrderId};
use usher_rules::money::Money;
use usher_rules::view::checkout::{Buyer, Fault, Field, FieldFault, State};

/// How often a page that waits for an outcome looks again, in seconds (header `Refresh`).
pub(super) const LOOK_AGAIN_S: &str = "5";

pub async fn page(guest: Guest) -> Result<Response, Trouble> {
    if let Some(order) = sold(guest.row.as_ref()) {
        return Ok(to_order(&guest, order));
    }
    shown(&guest, StatusCode::OK, Typed::default())
}

pub async fn press(guest: Guest, fields: Fields) -> Result<Response, Trouble> {
    let Some((id, row)) = guest.cart.zip(guest.row.as_ref()) else {
        return Ok(respond::see_other("/cart"));
    };
    if row.state != CartState::Active || row.lines.is_empty() {
        return Ok(respond::see_other("/checkout"));
    }
    let buyer = Buyer {
        name: fields.text("name").trim().to_owned(),
        email: fields.text("email").trim().to_owned(),
        note: fields.text("note").trim().to_owned(),
    };
    let total = row.total();
    let (token, faults) = token(&guest, &fields, total, &buyer);
    let (Some(token), true) = (token, faults.is_empty()) else {
        let typed = Typed { buyer: Some(buyer), faults, ..Typed::default() };
        return shown(&guest, StatusCode::UNPROCESSABLE_ENTITY, typed);
    };
    let shown_total = fields.text("shown").parse().ok().map(Money);
    let payment = Payment {
        buyer: cart::Buyer { name: buyer.name.clone(), email: buyer.email.clone(), patron: None },
        token,
        note: buyer.note.clone(),
        shown: shown_total.or(Some(total)),
    };
    let key = act(guest.form_key(fields.text("key")));
    let outcome = pay(&guest, id, payment, key).await;
    answer(&guest, id, buyer, outcome)
}

/// The order that came of a cart, once its seats are sold.
fn sold(row: Option<&Cart>) -> Option<OrderId> {
    row.filter(|row| row.state == CartState::Completed)?.order
}

fn to_order(guest: &Guest, id: OrderId) -> Response {
    respond::see_other(&format!("/orders/{}", order::address(guest.handle(), id)))
}

/// Card to token, and everything that is wrong with what was typed, in the page's order.
fn token(
    guest: &Guest,
    fields: &Fields,
    total: Money,
    buyer: &Buyer,
) -> (Option<String>, Vec<FieldFault>) {
    let mut faults = buyer_faults(buyer);
    if total == Money::ZERO {
        return (Some(String::new()), faults);
    }
    match card::read(fields, guest.now(), &guest.shop().venue().time_zone) {
        Ok(card) => {
            // Cards are typed here only where the demo's gateway takes them.
            let nowhere = Err(FieldFault { field: Field::CardNumber, fault: Fault::NotACard });
            match guest.shop().token_for_card().map_or(nowhere, |hook| hook(&card)) {
                Ok(token) => (Some(token), faults),
                Err(fault) => {
                    faults.push(fault);
                    (None, faults)
                }
            }
        }
        Err(wrong) => {
            faults.extend(wrong);
            (None, faults)
        }
    }
}

fn buyer_faults(buyer: &Buyer) -> Vec<FieldFault> {
    let too_long = |text: &str, max: usize| {
        let max_u32 = u32::try_from(max).unwrap_or(u32::MAX);
        (text.chars().count() > max).then_some(Fault::TooLong { max: max_u32 })
    };
    let missing = |text: &str| text.is_empty().then_some(Fault::Missing);
    let not_mailable = |text: &str| (!mailable(text)).then_some(Fault::NotAnAddress);
    let note_max = usher_web::checkout::NOTE_CHARS_MAX as usize;
    let email = &buyer.email;
    let found = [
        (Field::Name, missing(&buyer.name).or(too_long(&buyer.name, NAME_CHARS_MAX))),
        (Field::Email, missing(email).or(too_long(email, EMAIL_CHARS_MAX)).or(not_mailable(email))),
        (Field::Note, too_long(&buyer.note, note_max)),
    ];
    let fault = |(field, fault): (Field, Option<Fault>)| Some(FieldFault { field, fault: fault? });
    found.into_iter().filter_map(fault).collect()
}

fn answer(
    guest: &Guest,
    id: CartId,
    buyer: Buyer,
    outcome: Result<Paid, Trouble>,
) -> Result<Response, Trouble> {
    let again = |status: StatusCode, state: State| {
        let typed = Typed { buyer: Some(buyer), state: Some(state), ..Typed::default() };
        shown(guest, status, typed)
    };
    match outcome {
        Ok(Paid::Sold(order)) => {
            guest.handle().forget(id);
            Ok(to_order(guest, order))
        }
        Ok(Paid::Declined { until }) => {
            again(Trouble::CardNotAccepted { until }.status(), State::Declined)
        }
        Ok(Paid::Confirming) => Ok(respond::see_other("/checkout")),
        Ok(Paid::SeatsGone { seats }) => {
            let seats = match &guest.row {
                Some(row) => seats_among(&guest.snapshot()?, row, &seats)?,
                None => Vec::new(),
            };
            again(StatusCode::CONFLICT, State::SeatsGone { seats })
        }
        Err(Trouble::Refused(Refusal::PriceChanged { old, new })) => {
            again(StatusCode::CONFLICT, State::PriceChanged { old, new })
        }
        Err(Trouble::Refused(Refusal::TooManyAttempts { .. })) => {
            again(StatusCode::TOO_MANY_REQUESTS, State::TooManyAttempts)
        }
        Err(Trouble::Refused(
            Refusal::CartEmpty | Refusal::CartNotActive { .. } | Refusal::KeyReused,
        )) => Ok(respond::see_other("/checkout")),
        // The cart says which of its performances does not take place.
        Err(Trouble::Refused(Refusal::NotOnSale { .. })) => Ok(respond::see_other("/cart")),
        Err(trouble) => Err(trouble),
    }
}

fn shown(guest: &Guest, status: StatusCode, typed: Typed) -> Result<Response, Trouble> {
    let typed = Typed { form_key: guest.shop().form_key(), ..typed };
    let frame = guest.shop().frame(guest.places());
    let Some(view) = checkout(&guest.snapshot()?, frame, owner(guest), typed)? else {
        return Ok(respond::see_other("/cart"));
    };
    if view.state == State::Form && view.sums.cancelled().is_some() {
        return Ok(respond::see_other("/cart"));
    }
    let look = guest.shop().look();
    let confirming = view.state == State::Confirming;
    let html = usher_web::checkout::page(&look.templates, &view, &look.words);
    let mut response = respond::page_with(status, html);
    if confirming {
        response.headers_mut().insert("refresh", HeaderValue::from_static(LOOK_AGAIN_S));
    }
    Ok(response)
}
